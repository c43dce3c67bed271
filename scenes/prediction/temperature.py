"""What does temperature do to a choice?"""

from manim import Create, FadeIn, FadeOut, LaggedStart, VGroup, smooth

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.bars import ProbabilityBars
from gptviz.drawing.curve import Curve
from gptviz.drawing.dial import Dial
from gptviz.drawing.flow import TokenFlow, Writing
from gptviz.drawing.focus import Focus
from gptviz.drawing.formula import Formula
from gptviz.drawing.knob import Knob
from gptviz.drawing.motion import Appear, Follow, Glide, Vanish
from gptviz.drawing.text import Numeral, Words
from gptviz.drawing.tokens import TokenStrip, tail
from gptviz.film import Film
from gptviz.recording.number import Claim, Count, Setting, derive, derive_each
from gptviz.recording.requests import NextToken, SamplingLoop

SHOWN = 8
FIRST_ROW, ROW, BARS = 1.72, 0.445, 2.3   # the first row's height, between rows, and where bars start in the row
UNIT = 5.0                                # the length of a share of one
PANEL = 1.9                               # where the right side begins
COLDEST = 0.05                            # of the recorded grid; below it stands the limit, zero
STORIES = ("cold", "cool", "plain", "warm", "hot")


class Temperature(Film):
    """What does temperature do to a choice?"""

    needs = {
        "row": NextToken(prompt="As the spaceship was approaching the", top=20, temperatures=True),
        "story_cold": SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=0.0, seed=9),
        "story_cool": SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=0.7, seed=9),
        "story_plain": SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=1.0, seed=9),
        "story_warm": SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=2.0, seed=9),
        "story_hot": SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=5.0, seed=9),
    }
    main = "row"
    chains = (("story_cold", "story_cool", "story_plain", "story_warm", "story_hot"),)
    settings = {"temperature": 1.0, "low": 0.2, "zero": 0.0, "high": 2.0, "highest": 5.0}

    def construct(self) -> None:
        self.row = self.rec["row"]
        self.knob = Knob("temperature", self.settings["temperature"], 0.01)
        self.one_row()
        self.the_knob()
        self.down()
        self.up()
        self.truncated()
        self.stories()

    # The temperature now: a value of the recorded grid, or the limit.

    def t(self) -> float:
        value = float(self.knob.get_value())
        return 0.0 if value < COLDEST - 0.001 else float(self.row.temperature(value))

    def shown_t(self):
        t = self.t()
        return self.row.temperature(t) if t else Setting(0.0, "zero")

    def state(self) -> dict:
        t = self.t()
        return {"shares": [self.row.probability_at(rank, t) for rank in range(SHOWN)],
                "rest": self.row.rest_at(t, SHOWN)}

    def one_row(self) -> None:
        row, now = self.row, self.state()
        strip = TokenStrip(tail(row.prompt, 12.0), theme.LABEL).place(theme.LEFT_EDGE, 2.87)
        others = Words("{n:,} others", 30, theme.SECONDARY,
                       n=derive(maths.difference, row.vocab, Count(row.logits[:SHOWN], "rows shown")))
        self.bars = ProbabilityBars(row.tokens("top")[:SHOWN], now["shares"], now["rest"], others, unit=UNIT,
                                    columns=(0.0, BARS), row=ROW, size=30, spec=".2%", limit=11, room=UNIT + 0.9)
        self.bars.shift([theme.LEFT_EDGE + 0.1, FIRST_ROW, 0])
        with self.beat("A model has read a text. These are its chances for what comes next.", shows="row"):
            self.play(FadeIn(strip), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(each) for each in self.bars.rows], lag_ratio=0.1), run_time=1.2)
        bits = derive(maths.entropy_at_most, row.vocab)
        self.curve = Curve(row.numbers("temperatures"), {"": row.numbers("entropy_by_temperature")}, 3.6, 1.35,
                           {"": theme.FOCUS}, low=0.0, y_spec=".1f", x_spec=".2f", end_values=False,
                           x_ticks=[row.temperature(COLDEST), row.temperature(1.0), row.temperature(5.0)],
                           x_title="temperature")
        self.curve.shift([PANEL + 0.75, -1.5, 0])
        self.live = Numeral(row.entropy, ".1f", theme.STATEMENT, theme.FOCUS, "right").place([PANEL + 3.5, 0.15, 0],
                                                                                            "right")
        self.unit = VGroup(Words("uncertainty", theme.LABEL, theme.SECONDARY).place([PANEL + 0.75, 0.15, 0]),
                           Words("bits", theme.LABEL, theme.SECONDARY).place([PANEL + 3.6, 0.15, 0]))
        uncertain = Words("{h:.1f} bits", 64, h=row.entropy).place([PANEL, 1.2, 0])
        most = Words("of {m:.1f} possible with {n:,} tokens", theme.LABEL, theme.SECONDARY, m=bits,
                     n=row.vocab).place([PANEL, 0.7, 0])
        with self.beat("{word} has {p:.1%}. How uncertain the model is can be counted: {h:.1f} bits.", shows="row",
                       word=row.token(0), p=now["shares"][0], h=row.entropy):
            self.play(FadeIn(uncertain), FadeIn(most), run_time=theme.QUICK)
        self.uncertain = VGroup(uncertain, most)

    def the_knob(self) -> None:
        row = self.row
        formula = Formula("p_i = frac(e^(x_i slash {{ T : t }}), sum_j e^(x_j slash {{ T : u }}))", 52,
                          colors={"t": theme.FOCUS, "u": theme.FOCUS}).move_to([5.15, 1.7, 0])
        self.dial = Dial(self.shown_t(), Setting(0.0, "zero"), self.setting("highest"), "temperature", 0.72, bend=1.6)
        self.dial.shift([PANEL + 0.95, 1.75, 0])
        with self.beat("Temperature divides every score before e is raised to it.", shows="row"):
            self.play(FadeOut(self.uncertain), run_time=theme.QUICK)
            self.play(FadeIn(formula), FadeIn(self.dial), run_time=theme.MOVE)
        self.add(self.knob, self.bars)
        with self.beat("For each temperature, the uncertainty of the whole row.", shows="row"):
            self.add(self.curve.set_progress(0.0))
            self.play(Appear(VGroup(self.curve.axes, self.curve.ticks, self.curve.titles)), FadeIn(self.unit),
                      FadeIn(self.live), run_time=theme.QUICK)
            self.play(Follow(self.curve, lambda curve, share: curve.set_progress(share), run_time=1.5))
            self.curve.set_cursor(self.curve.nearest(self.t()), written=False)
        self.bars.follow(self.state)
        self.dial.follow(self.shown_t)
        self.curve.add_updater(lambda curve: curve.set_cursor(curve.nearest(max(self.t(), COLDEST)), written=False))
        self.live.add_updater(lambda live: live.set_value(row.entropy_at(self.t())))

    def down(self) -> None:
        row, low = self.row, self.setting("low")
        sharp = Claim(maths.is_majority, (row.probability_at(0, float(row.temperature(low))), derive(
            maths.probability_at_zero, row.value("highest"), row.value("highest"), row.value("ties"))),
            "Turn it down and differences grow: {word} takes {p:.1%}.",
            "Turn it down and differences grow: {word} has {p:.1%}.")
        with self.beat(sharp, shows="row", word=row.token(0), p=row.probability_at(0, float(row.temperature(low)))):
            self.sweep(self.knob, float(low), 2.6, smooth)
        with self.beat("At zero only the highest is left. It is a limit: nothing is divided by zero.", shows="row"):
            self.sweep(self.knob, COLDEST, 0.8, smooth)
            self.knob.set_value(0.0)
            self.play(Create(Focus(self.bars.rows[0])), run_time=theme.QUICK)
        self.clear_focus()

    def up(self) -> None:
        row, high, highest = self.row, self.setting("high"), self.setting("highest")
        with self.beat("Back to one, and on to {t:,}: differences shrink.", shows="row", t=high):
            self.knob.set_value(COLDEST)
            self.sweep(self.knob, float(high), 3.0, smooth)
        top = float(row.temperature(highest))
        with self.beat("At {t:,} {word} has {p:.2%}: {h:.1f} bits, nearly a fair die.", shows="row", t=highest,
                       word=row.token(0), p=row.probability_at(0, top), h=row.entropy_at(top)):
            self.sweep(self.knob, float(highest), 2.0, smooth)
        self.bars.clear_updaters()

    def truncated(self) -> None:
        """What is lost where only the highest scores are kept: the trap of a short list."""
        row, top = self.row, float(self.row.temperature(self.setting("highest")))
        kept = Count(row.array("logits"), "scores kept")
        mass = derive(maths.remainder, [row.rest_at(top)])
        alone = derive_each(maths.shares_among, row.logits, row.temperature(top))
        with self.beat("The trap: a program that keeps only its {k:words} best tokens.", shows="row", k=kept):
            self.play(Create(Focus(VGroup(*self.bars.rows[:SHOWN]), color=theme.WRONG)), run_time=theme.MOVE)
        with self.beat("Among themselves they look lively. These are the first {n:words}.", shows="row",
                       n=Count(row.logits[:SHOWN], "rows shown")):
            self.play(Vanish(VGroup(self.bars.rows[-1])), run_time=theme.QUICK)
            self.play(Glide(self.bars, lambda: self._among(alone)))
        lost = Claim(maths.are_lively, (mass,), "But they hold {m:.1%} of the row. The rest was thrown away.",
                     "But they hold only {m:.1%} of the row.")
        share = Numeral(mass, ".1%", 72, theme.WRONG).place([PANEL, 1.35, 0])
        said = Words("is all that the {k:words} hold", theme.LABEL, theme.SECONDARY, k=kept)
        said.place([PANEL, 0.8, 0])
        panel = [mobject for mobject in self.stage() if isinstance(mobject, (Dial, Formula))]
        with self.beat(lost, shows="row", m=mass, hold=1.5):
            self.play(*[FadeOut(mobject) for mobject in panel], run_time=theme.QUICK)
            self.play(FadeIn(share), FadeIn(said), run_time=theme.MOVE)
        for part in (self.curve, self.live):
            part.clear_updaters()
        self.clear_stage()

    def _among(self, shares) -> None:
        for bar_row, share in zip(self.bars.rows, shares[:SHOWN], strict=False):
            bar_row.bar.set_length(float(share) * UNIT)
            bar_row.share.set_value(share)
            bar_row.share.place([bar_row.bar.right()[0] + 0.12, bar_row.share.baseline()[1], 0])

    def stories(self) -> None:
        """One beginning, continued at five temperatures; every token was drawn with its recorded random number."""
        loops = [self.rec[f"story_{name}"] for name in STORIES]
        changed = loops[0].provenance.model != self.row.provenance.model
        prompt = Words("{p} \u2026", theme.STATEMENT, theme.TEXT, font=theme.TOKEN_FACE, p=loops[0].asked("prompt"))
        prompt.place([theme.LEFT_EDGE, 2.35, 0])
        shows = tuple(f"story_{name}" for name in STORIES)
        with self.beat("Now a whole story{where}, begun the same each time.", shows=shows,
                       where=" by a small model" if changed else ""):
            self.play(FadeIn(prompt), run_time=theme.MOVE)
        lines, flows = VGroup(), []
        for i, loop in enumerate(loops):
            y = 1.72 - i * 0.84
            number = Numeral(loop.setting("temperature"), ".1f", theme.TITLE, theme.FOCUS, "right")
            lines.add(number.place([theme.LEFT_EDGE + 0.75, y - 0.24, 0], "right"))
            flow = TokenFlow([], theme.RIGHT_EDGE - theme.LEFT_EDGE - 1.4, 24, lines=2, leading=1.35)
            flow.shift([theme.LEFT_EDGE + 1.2, y, 0])
            flows.append(flow)
        said = ("At zero, always the same words, and no draw at all.",
                "A little warmth, and it begins to choose.",
                "At one it draws from its true chances.",
                "Above that, sentences come apart.",
                "At the hottest it has forgotten the language.")
        for number, flow, loop, text, need in zip(lines, flows, loops, said, shows, strict=True):
            with self.beat(text, shows=need):
                self.play(FadeIn(number), run_time=theme.QUICK)
                self.add(flow)
                self.play(Writing(flow, loop.chosen, run_time=2.2))
        with self.beat("Low repeats, high forgets the language; between them it writes.", shows=shows, hold=1.5):
            middle = Focus(VGroup(lines[2], flows[2]))
            self.play(Create(middle), run_time=theme.MOVE)

    def clear_focus(self) -> None:
        frames = [mobject for mobject in self.mobjects if isinstance(mobject, Focus)]
        self.play(*[FadeOut(frame) for frame in frames], run_time=theme.QUICK)
