"""Who is allowed to be drawn?"""

from manim import Create, FadeIn, FadeOut, LaggedStart, Line, ReplacementTransform, VGroup

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.bars import ProbabilityBars
from gptviz.drawing.flow import TokenFlow, Writing
from gptviz.drawing.focus import Focus
from gptviz.drawing.motion import Dim, Light
from gptviz.drawing.text import Numeral, Run, TokenText, Words
from gptviz.drawing.tokens import TokenStrip, tail
from gptviz.film import Film
from gptviz.recording.number import Claim, Count, derive
from gptviz.recording.requests import CandidateSets, Draws, SamplingLoop

SHOWN = 8
FIRST_ROW, ROW, BARS, UNIT = 1.72, 0.445, 2.3, 4.4
PANEL = 1.35                              # where the right side begins
GREEDY, FEW, MANY = 0, 1, 2               # the top-k sets of the request: one, five, forty


class TopkTopp(Film):
    """Who is allowed to be drawn?"""

    needs = {
        "sets": CandidateSets(prompt="As the spaceship was approaching the", top_k=(1, 5, 40), top_p=(0.9,), named=40),
        "crowd": CandidateSets(prompt="Artificial Intelligence is transforming the", temperature=0.5,
                               top_k=(1, 5, 40), top_p=(0.9,), named=40),
        "loop": SamplingLoop(prompt="The cat sat on the", steps=60, policy="greedy"),
        "escape": SamplingLoop(prompt="The cat sat on the", steps=60, policy="top_k", top_k=40, seed=3, escape=True),
        "draws": Draws(prompt="As the spaceship was approaching the", draws=5),
    }
    chains = (("sets", "draws"), ("loop", "escape"))

    def construct(self) -> None:
        self.sets = self.rec["sets"]
        self.doors()
        self.nucleus()
        self.circles()
        self.without_replacement()
        self.close()

    def table(self, sets) -> tuple[TokenStrip, ProbabilityBars]:
        """The prompt and its likeliest tokens."""
        strip = TokenStrip(tail(sets.prompt, 12.0), theme.LABEL).place(theme.LEFT_EDGE, 2.87)
        shares = [sets.probability(rank) for rank in range(SHOWN)]
        others = Words("{n:,} others", 30, theme.SECONDARY,
                       n=derive(maths.difference, sets.vocab, Count(shares, "rows shown")))
        bars = ProbabilityBars([sets.token(rank) for rank in range(SHOWN)], shares, derive(maths.remainder, shares),
                               others, unit=UNIT, columns=(0.0, BARS), row=ROW, size=30, limit=11, room=UNIT + 0.9)
        return strip, bars.shift([theme.LEFT_EDGE + 0.1, FIRST_ROW, 0])

    def doors(self) -> None:
        """One row of chances behind doors of different widths."""
        sets = self.sets
        self.strip, self.bars = self.table(sets)
        with self.beat("A model has given its chances. One token will be drawn: but from whom?", shows="sets"):
            self.play(FadeIn(self.strip), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(row) for row in self.bars.rows], lag_ratio=0.1), run_time=1.2)
        greedy, few, many = (sets.top_k[i] for i in (GREEDY, FEW, MANY))
        self.door, self.panel = door(self.bars, int(greedy.size)), Panel("greedy: the likeliest only", greedy)
        with self.beat("Greedy opens the door for the likeliest alone.", shows="sets"):
            self.play(Create(self.door), Dim(*self.bars.rows[int(greedy.size):]), FadeIn(self.panel),
                      run_time=theme.MOVE)
        inside = min(int(few.size), SHOWN)
        start = theme.LEFT_EDGE + 0.1 + BARS
        signs = VGroup(*[Run("\u2212\u221e", 30, theme.WRONG).place([start, row.share.baseline()[1], 0])
                         for row in self.bars.rows[inside:]])
        with self.beat("Top-k lets in a fixed number. The other {m:,} scores become minus infinity.", shows="sets",
                       m=few.masked):
            opened = door(self.bars, inside)
            self.play(*self.say(Panel("top-k, k = {k:,}", few)), ReplacementTransform(self.door, opened),
                      Light(*self.bars.rows[:inside]), run_time=theme.MOVE)
            self.door = opened
            self.play(*[FadeOut(VGroup(row.share, row.bar)) for row in self.bars.rows[inside:]], FadeIn(signs),
                      run_time=theme.MOVE)
        with self.beat("They share everything anew: {word} goes from {p:.1%} to {q:.1%}.", shows="sets",
                       word=sets.token(0), p=sets.probability(0), q=few.share(0)):
            state = [few.share(rank) for rank in range(inside)]
            for row, share in zip(self.bars.rows, state, strict=False):
                row.share.set_value(share)
            grown = [row.bar.animate.set_length(float(share) * UNIT)
                     for row, share in zip(self.bars.rows, state, strict=False)]
            numerals = [row.share.animate.shift([(float(share) - float(sets.probability(rank))) * UNIT, 0, 0])
                        for rank, (row, share) in enumerate(zip(self.bars.rows, state, strict=False))]
            self.play(*grown, *numerals, run_time=1.2)
        whole = Claim(maths.is_majority, (many.mass, derive(maths.total, [many.mass, many.lost])),
                      "With {k:words} in, {m:.1%} of the chance is kept.",
                      "Even with {k:words} in, only {m:.1%} of the chance is kept.")
        _, table = self.table(sets)
        with self.beat(whole, shows="sets", k=many.size, m=many.mass):
            self.play(FadeOut(VGroup(*self.bars.rows)), FadeOut(signs), FadeOut(self.door), run_time=theme.QUICK)
            self.play(FadeIn(table), *self.say(Panel("top-k, k = {k:,}", many)), run_time=theme.MOVE)
        self.bars = table

    def say(self, panel) -> list:
        """The animations that put another panel in place of the one that stands."""
        old, self.panel = self.panel, panel
        return [FadeOut(old), FadeIn(panel)]

    def nucleus(self) -> None:
        """Top-p on a crowded row and on a sure one."""
        nucleus = self.sets.top_p[0]
        with self.beat("Top-p fixes the chance instead. To keep {p:.0%}, {n:,} tokens must come in.", shows="sets",
                       p=nucleus.knob, n=nucleus.size):
            self.play(*self.say(Panel("top-p, p = {k:.1f}", nucleus)), run_time=theme.MOVE)
        self.clear_stage()
        crowd = self.rec["crowd"]
        sure = crowd.top_p[0]
        strip, bars = self.table(crowd)
        with self.beat("Another text, and a lower temperature: the model is surer here.", shows="crowd"):
            self.play(FadeIn(strip), FadeIn(bars), run_time=theme.MOVE)
        inside = min(int(sure.size), SHOWN)
        panel, line = Panel("top-p, p = {k:.1f}", sure), door(bars, inside)
        fewer = Claim(maths.is_larger, (nucleus.size, sure.size), "The same {p:.0%} is now full with {n:,} tokens.",
                      "Here the same {p:.0%} takes {n:,} tokens.")
        with self.beat(fewer, shows="crowd", p=sure.knob, n=sure.size):
            self.play(FadeIn(panel), Create(line), Dim(*bars.rows[inside:]), run_time=theme.MOVE)
        with self.beat("k is a fixed door. p is a door that fits the crowd.", shows=("sets", "crowd")):
            self.play(Create(Focus(panel.head)), run_time=theme.QUICK)
        self.clear_stage()

    def circles(self) -> None:
        """A greedy loop, caught; and the way out."""
        loop, escape = self.rec["loop"], self.rec["escape"]
        width = theme.RIGHT_EDGE - theme.LEFT_EDGE - 0.3
        flow = TokenFlow(loop.prompt, width, 44, theme.SECONDARY, merge=False).shift([theme.LEFT_EDGE + 0.1, 2.4, 0])
        with self.beat("Greedy again, token after token, by a small model.", shows="loop"):
            self.play(FadeIn(flow), run_time=theme.QUICK)
            self.play(Writing(flow, loop.chosen, lambda _: theme.TEXT, run_time=3.5))
        found = loop.loop
        if found is None:
            with self.beat("This text did not turn in circles.", shows="loop"):
                pass
        else:
            begin = len(loop.prompt) + int(found.first)
            period = int(found.period)
            turns = [VGroup(*flow.tokens[at:at + period])
                     for at in range(begin, begin + period * int(found.turns), 2 * period)]
            count = Words("{t:,} turns of {n:,} tokens", theme.TITLE, theme.WRONG, t=found.turns, n=found.period)
            count.place([theme.LEFT_EDGE + 0.1, max(flow.bottom - 0.9, -2.1), 0])
            with self.beat("It is caught in a circle: from here on, every {n:,} tokens the same.", shows="loop",
                           n=found.period):
                self.play(*[turn.animate.set_fill(theme.WRONG) for turn in turns], FadeIn(count),
                          run_time=theme.MOVE)
        self.clear_stage()
        out = TokenFlow(escape.prompt, width, 44, theme.SECONDARY, merge=False).shift([theme.LEFT_EDGE + 0.1, 2.4, 0])
        start = escape.drawn_from
        still = escape.loop.turns if escape.loop else Count((), "turns of a circle at the end of the text")
        free = Claim(maths.is_nothing, (still,), "Let it draw among the {k:words} likeliest instead, and it walks out.",
                     "Draw among the {k:words} likeliest instead: it still turns, {t:,} times.")
        with self.beat(free, shows="escape", k=escape.setting("top_k"), t=still):
            self.add(out)
            self.play(Writing(out, escape.chosen, lambda i: theme.PROBABILITY if i >= (start or 0) else theme.TEXT,
                              run_time=3.5))
        self.clear_stage()

    def without_replacement(self) -> None:
        """Draws without replacement, beside the likeliest."""
        draws = self.rec["draws"]
        left = VGroup(Words("drawn, in this order", theme.STATEMENT, theme.SECONDARY).place([-5.6, 2.1, 0]))
        right = VGroup(Words("the likeliest, in order", theme.STATEMENT, theme.SECONDARY).place([1.2, 2.1, 0]))
        for i, (mine, best) in enumerate(zip(draws.drawn, draws.best, strict=True)):
            y = 1.35 - i * 0.72
            place = derive(maths.place, draws.rank(i))
            left.add(VGroup(TokenText(mine, theme.TITLE, limit=14).place([-5.6, y, 0]),
                            Words("place {r:,}", theme.STATEMENT, theme.SECONDARY, r=place).place([-0.9, y, 0],
                                                                                                "right")))
            right.add(VGroup(TokenText(best, theme.TITLE, limit=14).place([1.2, y, 0]),
                             Numeral(draws.best_probability(i), ".1%", theme.STATEMENT, theme.PROBABILITY, "right")
                             .place([5.9, y, 0], "right")))
        with self.beat("Draw {n:words} tokens, one after another, none of them twice.", shows="draws",
                       n=Count(draws.drawn, "draws")):
            self.play(LaggedStart(*[FadeIn(each) for each in left], lag_ratio=0.35), run_time=2.2)
        best = Claim(maths.are_the_best, (draws.numbers("ranks"),), "By chance, they are the best {n:words}.",
                     "They are not the best {n:words}. A list of draws is no ranking.")
        with self.beat(best, shows="draws", n=Count(draws.drawn, "draws")):
            self.play(FadeIn(right), run_time=theme.MOVE)

    def close(self) -> None:
        self.clear_stage()
        strip, bars = self.table(self.sets)
        doors = VGroup()
        for name, chosen in (("greedy", self.sets.top_k[GREEDY]), ("top-k, k = {k:,}", self.sets.top_k[FEW])):
            line = door(bars, int(chosen.size))
            words = Words(name, theme.STATEMENT, theme.FOCUS, k=chosen.knob)
            doors.add(VGroup(line, words.place([PANEL, line.get_center()[1] - 0.08, 0])))
        further = Words("top-p, p = {p:.1f}: {n:,} tokens in", theme.STATEMENT, theme.FOCUS,
                        p=self.sets.top_p[0].knob, n=self.sets.top_p[0].size)
        further.place([PANEL, bars.rows[-1].share.baseline()[1], 0])
        with self.beat("The model gives the chances. You decide who may be drawn.", shows="sets", hold=2.0):
            self.play(FadeIn(strip), FadeIn(bars), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(each) for each in (*doors, further)], lag_ratio=0.3), run_time=1.2)


class Panel(VGroup):
    """What a door lets in: its name, how many tokens, and how much of the chance."""

    def __init__(self, name: str, chosen) -> None:
        super().__init__()
        self.head = Words(name, theme.TITLE, theme.FOCUS, k=chosen.knob).place([PANEL, 1.6, 0])
        lines = (("let in", chosen.size, ",", theme.TEXT), ("left out", chosen.masked, ",", theme.TEXT),
                 ("chance kept", chosen.mass, ".1%", theme.PROBABILITY))
        self.add(self.head)
        for i, (text, number, spec, colour) in enumerate(lines):
            y = 0.75 - i * 0.75
            self.add(Words(text, theme.STATEMENT, theme.SECONDARY).place([PANEL, y, 0]),
                     Numeral(number, spec, 44, colour, "right").place([theme.RIGHT_EDGE - 0.6, y, 0], "right"))


def door(bars: ProbabilityBars, inside: int) -> Line:
    """A line below the last row that is let in."""
    inside = max(1, min(inside, SHOWN))
    y = FIRST_ROW - (inside - 0.5) * ROW
    return Line([theme.LEFT_EDGE, y, 0], [0.9, y, 0], stroke_color=theme.FOCUS, stroke_width=3)
