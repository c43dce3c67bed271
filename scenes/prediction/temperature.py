"""What does temperature do to a choice?"""

from manim import LEFT, Create, FadeIn, FadeOut, GrowFromEdge, LaggedStart, VGroup, smooth

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.motion import Appear, Dim, Follow, Glide, Vanish, exchange
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.bars import Bar, ProbabilityBars
from gptviz.drawing.chances.curve import Curve
from gptviz.drawing.furniture.dial import Dial
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.furniture.knob import Knob
from gptviz.drawing.tokens.flow import TokenFlow, Writing
from gptviz.drawing.tokens.slot import NextSlot
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.film import Film, Need
from gptviz.recording.families import NextToken, SamplingLoop
from gptviz.recording.number import Claim, Count, Setting, derive, derive_each

SHOWN = 8
FIRST_ROW, ROW, BARS = (
    1.72,
    0.445,
    2.3,
)  # the first row's height, between rows, and where bars start in the row
UNIT = 5.0  # the length of a share of one
PANEL, PLOT = 2.13, 3.5  # where the right side begins, and how wide its curve is
LARGE = 1.7  # how much larger the dial is while it stands alone
STORY = theme.LEFT_EDGE + 1.75  # where the texts begin, behind their temperatures
COLDEST = 0.05  # of the recorded grid; below it stands the limit, zero
STORIES = ("cold", "cool", "plain", "warm", "hot")


class Temperature(Film):
    """What does temperature do to a choice?"""

    row = Need(
        NextToken(prompt="As the spaceship was approaching the", top=20, temperatures=True),
        main=True,
    )
    story_cold = Need(
        SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=0.0, seed=9)
    )
    story_cool = Need(
        SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=0.7, seed=9)
    )
    story_plain = Need(
        SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=1.0, seed=9)
    )
    story_warm = Need(
        SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=2.0, seed=9)
    )
    story_hot = Need(
        SamplingLoop(prompt="Once upon a time, there was a", steps=26, temperature=5.0, seed=9)
    )
    chains = (("story_cold", "story_cool", "story_plain", "story_warm", "story_hot"),)
    settings = {"temperature": 1.0, "low": 0.2, "zero": 0.0, "high": 2.0, "highest": 5.0}

    def construct(self) -> None:
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
        return {
            "shares": [self.row.probability_at(rank, t) for rank in range(SHOWN)],
            "rest": self.row.rest_at(t, SHOWN),
        }

    def one_row(self) -> None:
        row, now = self.row, self.state()
        strip = TokenStrip(tail(row.prompt, 7.9), theme.LABEL).place(theme.LEFT_EDGE, 2.87)
        others = Words(
            "{n:,} others",
            30,
            theme.SECONDARY,
            n=derive(maths.difference, row.vocab, Count(row.logits[:SHOWN], "rows shown")),
        )
        self.bars = ProbabilityBars(
            row.tokens("top")[:SHOWN],
            now["shares"],
            now["rest"],
            others,
            unit=UNIT,
            columns=(0.0, BARS),
            row=ROW,
            size=30,
            spec=".2%",
            limit=11,
            room=UNIT + 0.9,
        )
        self.bars.shift([theme.LEFT_EDGE + 0.1, FIRST_ROW, 0])
        self.dial = Dial(
            self.shown_t(),
            Setting(0.0, "zero"),
            self.setting("highest"),
            "temperature",
            0.72,
            bend=1.6,
        )
        self.dial.shift([PANEL + 0.72, 1.75, 0])
        home = self.dial.get_center()
        self.dial.scale(LARGE).move_to([4.3, 0.3, 0])
        with self.beat(
            "A model has read a text. These are its chances for what comes next.", shows="row"
        ):
            self.play(
                FadeIn(strip), FadeIn(NextSlot(strip)), FadeIn(self.dial), run_time=theme.QUICK
            )
            self.play(
                LaggedStart(*[FadeIn(each) for each in self.bars.rows], lag_ratio=0.1), run_time=1.2
            )
        die = derive(maths.sides, row.entropy)
        few = ".1f" if float(die) < 10 else ",.0f"
        self.uncertain = VGroup(
            Words("{h:.1f} bits", 64, h=row.entropy).place([PANEL, -0.2, 0]),
            Words(f"like a fair die with {{d:{few}}} sides", theme.STATEMENT, d=die).place(
                [PANEL, -0.85, 0]
            ),
            Words(
                "of {m:.1f} possible with {n:,} tokens",
                theme.LABEL,
                theme.SECONDARY,
                m=derive(maths.entropy_at_most, row.vocab),
                n=row.vocab,
            ).place([PANEL, -1.4, 0]),
        )
        with self.beat(
            f"How unsure is it? As unsure as a fair die with {{d:{few}}} sides: {{h:.1f}} bits.",
            shows="row",
            d=die,
            h=row.entropy,
        ):
            self.play(self.dial.animate.scale(1 / LARGE).move_to(home), run_time=theme.MOVE)
            self.play(FadeIn(self.uncertain), run_time=theme.QUICK)

    def the_knob(self) -> None:
        row = self.row
        formula = Formula(
            "p_i = frac(e^(x_i slash {{ T : t }}), sum_j e^(x_j slash {{ T : u }}))",
            52,
            colors={"t": theme.FOCUS, "u": theme.FOCUS},
        ).move_to([5.2, 1.7, 0])
        with self.beat(
            "Before they become chances, all scores are divided by the temperature.", shows="row"
        ):
            self.play(FadeIn(formula), run_time=theme.MOVE)
        left, top = PANEL + 0.6, 0.25
        self.curve = Curve(
            row.numbers("temperatures"),
            {"": row.numbers("entropy_by_temperature")},
            PLOT,
            1.5,
            {"": theme.FOCUS},
            low=0.0,
            y_spec=".1f",
            x_spec=".2f",
            end_values=False,
            x_ticks=[row.temperature(COLDEST), row.temperature(1.0), row.temperature(5.0)],
            x_title="temperature",
        )
        self.curve.shift([left, -1.5, 0])
        bits = Words("bits", theme.LABEL, theme.SECONDARY)
        bits.place([left + PLOT - bits.advance, top, 0])
        self.live = Numeral(row.entropy, ".1f", theme.TITLE, theme.FOCUS, "right")
        self.live.place([bits.baseline()[0] - 0.12, top, 0], "right")
        self.unit = VGroup(
            Words("uncertainty", theme.LABEL, theme.SECONDARY).place([left, top, 0]), bits
        )
        self.add(self.knob, self.bars)
        with self.beat("The curve says how unsure it is at each temperature.", shows="row"):
            self.play(exchange([self.uncertain], [self.unit, self.live]))
            self.add(self.curve.set_progress(0.0))
            self.play(
                Appear(VGroup(self.curve.axes, self.curve.ticks, self.curve.titles)),
                run_time=theme.QUICK,
            )
            self.play(
                Follow(self.curve, lambda curve, share: curve.set_progress(share), run_time=1.5)
            )
            self.curve.set_cursor(self.curve.nearest(self.t()), written=False)
        self.bars.follow(self.state)
        self.dial.follow(self.shown_t)
        self.curve.add_updater(
            lambda curve: curve.set_cursor(curve.nearest(max(self.t(), COLDEST)), written=False)
        )
        self.live.add_updater(lambda live: live.set_value(row.entropy_at(self.t())))

    def down(self) -> None:
        row, low = self.row, self.setting("low")
        sharp = Claim(
            maths.is_majority,
            (
                row.probability_at(0, float(row.temperature(low))),
                derive(
                    maths.probability_at_zero,
                    row.value("highest"),
                    row.value("highest"),
                    row.value("ties"),
                ),
            ),
            "Turn it down and differences grow: {word} takes {p:.1%}.",
            "Turn it down and differences grow: {word} has {p:.1%}.",
        )
        with self.beat(
            sharp,
            shows="row",
            word=row.token(0),
            p=row.probability_at(0, float(row.temperature(low))),
        ):
            self.sweep(self.knob, float(low), 2.6, smooth)
        with self.beat(
            "At zero only the highest is left. It is a limit: nothing is divided by zero.",
            shows="row",
        ):
            self.sweep(self.knob, COLDEST, 0.8, smooth)
            self.knob.set_value(0.0)
            self.play(Create(Focus(self.bars.rows[0])), run_time=theme.QUICK)
        self.clear_focus()

    def up(self) -> None:
        row, high, highest = self.row, self.setting("high"), self.setting("highest")
        with self.beat(
            "Back to one, and on to {t:words}: differences shrink.", shows="row", t=high
        ):
            self.knob.set_value(COLDEST)
            self.sweep(self.knob, float(high), 3.0, smooth)
        top = float(row.temperature(highest))
        with self.beat(
            "At {t:words}, {word} has {p:.2%}: as unsure as a fair die with {n:,.0f} sides.",
            shows="row",
            t=highest,
            word=row.token(0),
            p=row.probability_at(0, top),
            n=derive(maths.sides, row.entropy_at(top)),
        ):
            self.sweep(self.knob, float(highest), 2.0, smooth)
        self.bars.clear_updaters()

    def truncated(self) -> None:
        """What is lost where only the highest scores are kept: the trap of a short list."""
        row, top = self.row, float(self.row.temperature(self.setting("highest")))
        kept, first = (
            Count(row.array("logits"), "scores kept"),
            Count(row.logits[:SHOWN], "rows shown"),
        )
        others = row.rest_at(top)
        mass = derive(maths.remainder, [others])
        alone = derive_each(maths.shares_among, row.logits, row.temperature(top))
        with self.beat(
            "Some programs keep only the {k:words} best tokens. That can mislead.",
            shows="row",
            k=kept,
        ):
            self.play(
                Create(Focus(VGroup(*self.bars.rows[:SHOWN]), color=theme.WRONG)),
                run_time=theme.MOVE,
            )
        lively = Claim(
            maths.is_majority,
            (alone[0], derive(maths.total, alone)),
            "Shared out among those {k:words}, {word} alone has {p:.1%}.",
            "Shared out among those {k:words}, the choice looks lively: here are {n:words}.",
        )
        with self.beat(lively, shows="row", k=kept, n=first, word=row.token(0), p=alone[0]):
            self.live.clear_updaters()  # both are the whole row's, and no longer those of what is drawn
            self.curve.clear_updaters()
            self.play(
                Vanish(VGroup(self.bars.rows[-1])),
                FadeOut(self.unit, self.live, self.curve),
                run_time=theme.QUICK,
            )
            self.play(
                Glide(
                    self.bars, lambda: self.bars.set_shares(alone[:SHOWN], row.rest_at(top, SHOWN))
                )
            )
        lost = Claim(
            maths.are_lively,
            (mass,),
            "But in truth they hold {m:.1%} of the row. The rest was left out.",
            "Here those {k:words} hold {m:.1%} of the whole row.",
        )
        colour = theme.WRONG if lost.held else theme.PROBABILITY
        said = VGroup(
            Numeral(mass, ".1%", 120, colour).place([PANEL, 0.9, 0]),
            Words("of the whole row", theme.TITLE, theme.TEXT).place([PANEL, 0.1, 0]),
            Words("is what the {k:words} hold", theme.STATEMENT, theme.SECONDARY, k=kept).place(
                [PANEL, -0.45, 0]
            ),
        )
        left, wide = theme.LEFT_EDGE + 0.1, theme.RIGHT_EDGE - theme.LEFT_EDGE - 0.2
        held = Bar(float(mass) * wide, 0.3, colour).shift([left, -1.98, 0])
        rest = Bar(float(others) * wide, 0.3, theme.REST).shift([held.right()[0], -1.98, 0])
        name = Words("all the others: {r:.1%}", theme.LABEL, theme.SECONDARY, r=others)
        name.place([theme.RIGHT_EDGE - 0.1 - name.advance, -1.68, 0])
        panel = [mobject for mobject in self.stage() if isinstance(mobject, (Dial, Formula))]
        with self.beat(lost, shows="row", m=mass, k=kept, hold=1.5):
            self.play(*[FadeOut(mobject) for mobject in panel], run_time=theme.QUICK)
            self.play(
                FadeIn(said),
                FadeIn(held),
                GrowFromEdge(rest, LEFT),
                FadeIn(name),
                run_time=theme.MOVE,
            )
        self.clear_stage()

    def stories(self) -> None:
        """One beginning, continued at five temperatures; every token was drawn with its recorded
        random number."""
        loops = [self.rec[f"story_{name}"] for name in STORIES]
        changed = loops[0].provenance.model != self.row.provenance.model
        prompt = Words(
            "{p} \u2026",
            theme.STATEMENT,
            theme.TEXT,
            font=theme.TOKEN_FACE,
            p=loops[0].asked("prompt"),
        )
        prompt.place([STORY, 2.3, 0])
        head = Words("temperature", theme.SMALL, theme.SECONDARY).place(
            [theme.LEFT_EDGE + 1.2, 2.3, 0], "right"
        )
        shows = tuple(f"story_{name}" for name in STORIES)
        numbers, flows = VGroup(), []
        for i, loop in enumerate(loops):
            y = 1.8 - i * 0.84
            number = Numeral(
                loop.setting("temperature"), ".1f", theme.TITLE, theme.SECONDARY, "right"
            )
            number.place([theme.LEFT_EDGE + 1.2, y - theme.units(27), 0], "right")
            numbers.add(number)
            flows.append(
                TokenFlow([], theme.RIGHT_EDGE - 0.1 - STORY, 27, lines=2, leading=1.35).shift(
                    [STORY, y, 0]
                )
            )
        with self.beat(
            "Now a whole story{where}, begun the same each time.",
            shows=shows,
            where=" by a small model" if changed else "",
        ):
            self.play(FadeIn(prompt), FadeIn(head), run_time=theme.QUICK)
            self.play(
                LaggedStart(*[FadeIn(number) for number in numbers], lag_ratio=0.2),
                run_time=theme.MOVE,
            )
        places = [
            derive(maths.place, derive(maths.median, loop.numbers("chosen_ranks")))
            for loop in loops
        ]
        half = "At {t:words}, half its tokens come from place {m:,} or beyond"
        apart, gone = (
            Claim(maths.is_unlikely, (place,), f"{half}{so}.", f"{half}.")
            for place, so in zip(
                places[3:], (": sentences come apart", ": the language is gone"), strict=True
            )
        )
        said = (
            "At zero it always writes the same words. Nothing is left to chance.",
            "A little warmth, and it begins to choose.",
            "At one it draws from its own chances, as they are.",
            apart,
            gone,
        )
        for number, flow, loop, text, need, place in zip(
            numbers, flows, loops, said, shows, places, strict=True
        ):
            fields = (
                {"t": loop.setting("temperature"), "m": place} if isinstance(text, Claim) else {}
            )
            with self.beat(text, shows=need, **fields):
                self.play(number.animate.set_fill(theme.FOCUS), run_time=theme.QUICK)
                self.add(flow)
                self.play(Writing(flow, loop.chosen, run_time=2.2))
        between = Claim(
            maths.is_unlikely,
            (places[-1],),
            "Low says the same each time, high forgets the language; in between, it writes.",
            "Low always says the same; high lets more and more be said.",
        )
        with self.beat(between, shows=shows, hold=1.5):
            if between.held:
                self.play(
                    Dim(*[part for i in (0, 3, 4) for part in (numbers[i], flows[i])]),
                    run_time=theme.QUICK,
                )
                self.play(Create(Focus(VGroup(*numbers[1:3], *flows[1:3]))), run_time=theme.MOVE)

    def clear_focus(self) -> None:
        frames = [mobject for mobject in self.mobjects if isinstance(mobject, Focus)]
        self.play(*[FadeOut(frame) for frame in frames], run_time=theme.QUICK)
