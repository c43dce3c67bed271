"""Who is allowed to be drawn?"""

from manim import Create, FadeIn, FadeOut, LaggedStart, Line, ReplacementTransform, VGroup, VMobject

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Dim, Light, exchange
from gptviz.drawing.base.text import Numeral, Run, TokenText, Words
from gptviz.drawing.chances.bars import Bar, ProbabilityBars
from gptviz.drawing.tokens.flow import TokenFlow, Writing, fitted
from gptviz.drawing.tokens.slot import NextSlot
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.film import Film, Need
from gptviz.recording.families import CandidateSets, Draws, SamplingLoop
from gptviz.recording.number import Claim, Count, derive

SHOWN = 8
FIRST_ROW, ROW, BARS, UNIT = 1.72, 0.445, 2.3, 4.4
PANEL, EDGE = 1.75, theme.RIGHT_EDGE - 0.1  # where the right side begins and ends
TEXT_TOP, SIZES = (
    2.2,
    (50, 46, 42, 38, 34, 30),
)  # of the texts that are written: their top, and sizes of type
GREEDY, FEW, MANY = 0, 1, 2  # the top-k sets of the request: one, five, forty


class TopkTopp(Film):
    """Who is allowed to be drawn?"""

    sets = Need(
        CandidateSets(
            prompt="As the spaceship was approaching the", top_k=(1, 5, 40), top_p=(0.9,), named=40
        )
    )
    crowd = Need(
        CandidateSets(
            prompt="Artificial Intelligence is transforming the",
            temperature=0.5,
            top_k=(1, 5, 40),
            top_p=(0.9,),
            named=40,
        )
    )
    loop = Need(SamplingLoop(prompt="The cat sat on the", steps=60, policy="greedy"))
    escape = Need(
        SamplingLoop(
            prompt="The cat sat on the", steps=60, policy="top_k", top_k=40, seed=3, escape=True
        )
    )
    draws = Need(Draws(prompt="As the spaceship was approaching the", draws=5))
    chains = (("sets", "draws"), ("loop", "escape"))

    def construct(self) -> None:
        self.doors()
        self.nucleus()
        self.circles()
        self.without_replacement()
        self.close()

    def table(self, sets) -> tuple[VGroup, ProbabilityBars]:
        """The prompt with its temperature, and its likeliest tokens."""
        strip = TokenStrip(tail(sets.prompt, 9.6), theme.LABEL).place(theme.LEFT_EDGE, 2.87)
        warm = Words("temperature {t:.1f}", theme.LABEL, theme.SECONDARY, t=sets.temperature)
        head = VGroup(strip, NextSlot(strip), warm.place([EDGE - warm.advance, 2.63, 0]))
        shares = [sets.probability(rank) for rank in range(SHOWN)]
        others = Words(
            "{n:,} others",
            30,
            theme.SECONDARY,
            n=derive(maths.difference, sets.vocab, Count(shares, "rows shown")),
        )
        bars = ProbabilityBars(
            [sets.token(rank) for rank in range(SHOWN)],
            shares,
            derive(maths.remainder, shares),
            others,
            unit=UNIT,
            columns=(0.0, BARS),
            row=ROW,
            size=30,
            limit=11,
            room=UNIT + 0.9,
        )
        return head, bars.shift([theme.LEFT_EDGE + 0.1, FIRST_ROW, 0])

    def doors(self) -> None:
        """One row of chances behind doors of different widths."""
        sets = self.sets
        head, self.bars = self.table(sets)
        self.panel = everyone(sets)
        with self.beat(
            "A model has given its chances. One token will be drawn: but from whom?", shows="sets"
        ):
            self.play(FadeIn(head), run_time=theme.QUICK)
            self.play(
                LaggedStart(*[FadeIn(row) for row in self.bars.rows], lag_ratio=0.1), run_time=1.2
            )
            self.play(FadeIn(self.panel), run_time=theme.QUICK)
        greedy, few, many = (sets.top_k[i] for i in (GREEDY, FEW, MANY))
        self.door = Door(self.bars, greedy)
        with self.beat("Greedy opens the door for the likeliest alone.", shows="sets"):
            self.play(
                Create(self.door.line),
                Dim(*self.bars.rows[int(greedy.size) :]),
                *self.say("greedy: only the likeliest", greedy),
                run_time=theme.MOVE,
            )
        inside = min(int(few.size), SHOWN)
        let_in, out = self.bars.rows[:inside], self.bars.rows[inside:]
        start = theme.LEFT_EDGE + 0.1 + BARS
        signs = VGroup(
            *[
                Run("\u2212\u221e", 30, theme.WRONG).place([start, row.share.baseline()[1], 0])
                for row in out
            ]
        )
        with self.beat(
            "Top-k lets in a fixed number. The other {m:,} scores become minus infinity.",
            shows="sets",
            m=few.masked,
        ):
            self.play(
                *self.say("top-k, k = {k:,}", few),
                *self.move_door(few),
                Light(*let_in),
                run_time=theme.MOVE,
            )
            self.play(
                *[FadeOut(VGroup(row.share, row.bar)) for row in out],
                FadeIn(signs),
                run_time=theme.MOVE,
            )
        with self.beat(
            "They share the whole chance anew: {word} goes from {p:.1%} to {q:.1%}.",
            shows="sets",
            word=sets.token(0),
            p=sets.probability(0),
            q=few.share(0),
        ):
            self.resize(let_in, [few.share(rank) for rank in range(inside)])
        whole = Claim(
            maths.is_majority,
            (many.mass, derive(maths.total, [many.mass, many.lost])),
            "With {k:words} in, {m:.1%} of the total chance is kept.",
            "Even with {k:words} in, only {m:.1%} of the total chance is kept.",
        )
        fresh = self.table(sets)[1]
        with self.beat(whole, shows="sets", k=many.size, m=many.mass, hold=1.0):
            self.resize(let_in, [sets.probability(rank) for rank in range(inside)], FadeOut(signs))
            self.play(
                *[FadeOut(row.label) for row in out],
                *[FadeIn(row) for row in fresh.rows[inside:]],
                run_time=theme.QUICK,
            )
            self.bars = fresh
            self.play(
                *self.say("top-k, k = {k:,}", many), *self.move_door(many), run_time=theme.MOVE
            )

    def resize(self, rows, shares, *meanwhile) -> None:
        """Brings bars to other lengths; their numerals come back when they have arrived."""
        numerals = VGroup(*[row.share for row in rows])
        self.play(FadeOut(numerals), *meanwhile, run_time=theme.QUICK)
        self.play(
            *[
                row.bar.animate.set_length(float(share) * UNIT)
                for row, share in zip(rows, shares, strict=True)
            ],
            run_time=theme.MOVE,
        )
        for row, share in zip(rows, shares, strict=True):
            self.bars.set_share(row, share)
        self.play(FadeIn(numerals), run_time=theme.QUICK)

    def say(self, name: str, chosen) -> list:
        """The animations that tell of another set in the panel, whose strip grows or shrinks to
        it."""
        old, self.panel = (
            self.panel,
            Panel(name, chosen.knob, chosen.size, chosen.masked, chosen.mass),
        )
        return [
            exchange([old.told], [self.panel.told]),
            ReplacementTransform(old.kept, self.panel.kept),
        ]

    def move_door(self, chosen) -> list:
        """The animations that move the door to another set."""
        old, self.door = self.door, Door(self.bars, chosen)
        grown = [FadeIn(self.door.part)] if len(self.door.part.points) else []
        if len(old.part.points):
            grown = [ReplacementTransform(old.part, self.door.part)]
        return [*grown, ReplacementTransform(old.line, self.door.line)]

    def nucleus(self) -> None:
        """Top-p on a crowded row and on a sure one."""
        nucleus = self.sets.top_p[0]
        with self.beat(
            "Top-p fixes the chance instead. To keep {p:.0%} takes {n:,} of {m:,} tokens.",
            shows="sets",
            p=nucleus.knob,
            n=nucleus.size,
            m=self.sets.vocab,
        ):
            self.play(
                *self.say("top-p, p = {k:.1f}", nucleus), *self.move_door(nucleus), run_time=1.2
            )
        self.clear_stage()
        crowd = self.crowd
        sure = crowd.top_p[0]
        head, bars = self.table(crowd)
        surer = Claim(
            maths.less,
            (crowd.value("entropy"), self.sets.value("entropy")),
            "Another text, and a lower temperature: together they make it surer.",
            "Another text, and a lower temperature.",
        )
        self.panel = everyone(crowd)
        with self.beat(surer, shows="crowd"):
            self.play(
                FadeIn(head),
                LaggedStart(*[FadeIn(row) for row in bars.rows], lag_ratio=0.1),
                FadeIn(self.panel),
                run_time=theme.SLOW,
            )
        inside, door = int(sure.size), Door(bars, sure)
        fewer = Claim(
            maths.is_larger,
            (self.sets.top_p[0].size, sure.size),
            "Here only {n:,} of {m:,} tokens are needed to pass the same {p:.0%}.",
            "Here {n:,} of {m:,} tokens are needed to pass the same {p:.0%}.",
        )
        with self.beat(fewer, shows="crowd", p=sure.knob, n=sure.size, m=crowd.vocab):
            out = [Dim(*bars.rows[inside:])] if inside <= SHOWN else [FadeIn(door.part)]
            self.play(
                *self.say("top-p, p = {k:.1f}", sure), Create(door.line), *out, run_time=theme.MOVE
            )
        self.clear_stage()
        board = Board((self.sets, crowd))
        with self.beat(
            "k is a fixed door. p is a door that fits the crowd.", shows=("sets", "crowd"), hold=1.5
        ):
            self.play(FadeIn(board.prompts), FadeIn(board.names), run_time=theme.MOVE)
            self.play(
                LaggedStart(*[FadeIn(each) for each in board.numbers], lag_ratio=0.3), run_time=1.2
            )
        self.clear_stage()

    def circles(self) -> None:
        """A greedy loop, caught; and the way out."""
        loop, escape = self.loop, self.escape
        width, changed = (
            EDGE - theme.LEFT_EDGE - 0.1,
            loop.provenance.model != self.sets.provenance.model,
        )
        size = min(
            fitted(each.prompt, each.chosen, width, 3.7, sizes=SIZES).size
            for each in (loop, escape)
        )
        flow = TokenFlow(loop.prompt, width, size, theme.SECONDARY, 8, merge=False)
        flow.shift([theme.LEFT_EDGE + 0.1, TEXT_TOP, 0])
        with self.beat(
            "Greedy again, token after token{where}.",
            shows="loop",
            where=", by a small model" if changed else "",
        ):
            self.play(FadeIn(flow), run_time=theme.QUICK)
            self.play(Writing(flow, loop.chosen, lambda _: theme.TEXT, run_time=3.5))
        found, begin = loop.loop, len(loop.prompt)
        if found is None:
            with self.beat("This text does not turn in circles.", shows="loop"):
                pass
            return self.clear_stage()
        first, period = begin + int(found.first), int(found.period)
        seen = {id(token) for token in flow.submobjects}  # of a long text, its last lines
        turns = [
            token
            for at in range(first, first + period * int(found.turns), 2 * period)
            for token in flow.tokens[at : at + period]
            if id(token) in seen
        ]
        several = Claim(
            maths.is_several,
            (found.period,),
            "It is caught: from here on, it repeats the same {n:words} tokens.",
            "It is caught: from here on, it repeats the same token.",
        )
        count = Words(
            f"{{t:,}} times the same {'{n:words} tokens' if several.held else 'token'}",
            56,
            theme.WRONG,
            t=found.turns,
            n=found.period,
        )
        count.place([theme.LEFT_EDGE + 0.1, max(flow.bottom - 1.0, -2.0), 0])
        with self.beat(several, shows="loop", n=found.period):
            self.play(
                *[turn.animate.set_fill(theme.WRONG) for turn in turns],
                FadeIn(count),
                run_time=theme.MOVE,
            )
        start = escape.drawn_from or 0
        still = (
            escape.loop.turns
            if escape.loop
            else Count((), "turns of a circle at the end of the text")
        )
        free = Claim(
            maths.is_nothing,
            (still,),
            "From there, let it draw among the {k:words} likeliest: this time it walks out.",
            "Let it draw among the {k:words} likeliest: it still repeats itself, {t:,} times.",
        )
        stays = begin + start  # up to there both texts are the same
        with self.beat(free, shows="escape", k=escape.setting("top_k"), t=still):
            gone, kept = (
                [token for token in tokens if id(token) in seen]
                for tokens in (flow.tokens[stays:], flow.tokens[begin:stays])
            )
            self.play(
                *[FadeOut(token) for token in (*gone, count)],
                *[token.animate.set_fill(theme.TEXT) for token in kept],
                run_time=theme.MOVE,
            )
            out = TokenFlow(escape.prompt, width, size, theme.SECONDARY, 8, merge=False)
            out.shift([theme.LEFT_EDGE + 0.1, TEXT_TOP, 0])
            out.extend(escape.chosen[:start], theme.TEXT)
            self.remove(flow, *flow.tokens)
            self.add(out)
            self.play(
                Writing(out, escape.chosen[start:], lambda _: theme.PROBABILITY, run_time=3.0)
            )
        self.clear_stage()

    def without_replacement(self) -> None:
        """Draws without replacement, beside the likeliest."""
        draws = self.draws
        strip = TokenStrip(tail(draws.prompt, 12.0), theme.LABEL).place(theme.LEFT_EDGE, 2.87)
        left = VGroup(
            Words("drawn, in this order", theme.STATEMENT, theme.SECONDARY).place([-5.6, 1.65, 0])
        )
        right = VGroup(
            Words("the likeliest, in order", theme.STATEMENT, theme.SECONDARY).place([1.5, 1.65, 0])
        )
        heights = [0.95 - i * 0.68 for i in range(len(draws.drawn))]
        for i, (mine, best, y) in enumerate(zip(draws.drawn, draws.best, heights, strict=True)):
            place = derive(maths.place, draws.rank(i))
            left.add(
                VGroup(
                    TokenText(mine, theme.TITLE, limit=14).place([-5.6, y, 0]),
                    Words("place {r:,}", theme.STATEMENT, theme.SECONDARY, r=place).place(
                        [-0.9, y, 0], "right"
                    ),
                )
            )
            right.add(
                VGroup(
                    TokenText(best, theme.TITLE, limit=14).place([1.5, y, 0]),
                    Numeral(
                        draws.best_probability(i),
                        ".1%",
                        theme.STATEMENT,
                        theme.PROBABILITY,
                        "right",
                    ).place([6.2, y, 0], "right"),
                )
            )
        with self.beat(
            "Draw {n:words} tokens for this one place, none of them twice.",
            shows="draws",
            n=Count(draws.drawn, "draws"),
        ):
            self.play(FadeIn(strip), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(each) for each in left], lag_ratio=0.35), run_time=2.2)
        ranks = [int(rank) for rank in draws.array("ranks")]
        same = [
            Line(
                [-0.7, heights[i] + 0.1, 0],
                [1.3, heights[rank] + 0.1, 0],
                stroke_color=theme.FOCUS,
                stroke_width=2.5,
            )
            for i, rank in enumerate(ranks)
            if rank < len(heights)
        ]
        best = Claim(
            maths.are_the_best,
            (draws.numbers("ranks"),),
            "By chance, they are the likeliest {n:words}.",
            "They are not the likeliest {n:words}. A list of draws is no ranking.",
        )
        with self.beat(best, shows="draws", n=Count(draws.drawn, "draws")):
            self.play(FadeIn(right), run_time=theme.MOVE)
            if same:
                self.play(
                    LaggedStart(*[Create(line) for line in same], lag_ratio=0.3),
                    run_time=theme.MOVE,
                )
        self.clear_stage()

    def close(self) -> None:
        head, bars = self.table(self.sets)
        nucleus, doors = Door(bars, self.sets.top_p[0]), VGroup()
        for name, chosen in (
            ("greedy", self.sets.top_k[GREEDY]),
            ("top-k, k = {k:,}", self.sets.top_k[FEW]),
            ("top-p, p = {k:.1f}", self.sets.top_p[0]),
        ):
            last = chosen is not self.sets.top_k[GREEDY] and chosen is not self.sets.top_k[FEW]
            door = nucleus if last else Door(bars, chosen)
            y = bars.rows[-1].share.baseline()[1] if last else door.line.get_center()[1] - 0.1
            words = Words(name, theme.STATEMENT, theme.FOCUS, k=chosen.knob)
            number = Words("{n:,} in", theme.STATEMENT, theme.TEXT, n=chosen.size)
            doors.add(
                VGroup(
                    door.line,
                    door.part,
                    words.place([PANEL, y, 0]),
                    number.place([EDGE - number.advance, y, 0]),
                )
            )
        with self.beat(
            "The model gives the chances. You decide who may be drawn.", shows="sets", hold=2.0
        ):
            self.play(FadeIn(head), FadeIn(bars), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(each) for each in doors], lag_ratio=0.4), run_time=1.6)


class Panel(VGroup):
    """What a door lets in: what is ``told`` of it, and the ``kept`` part of a strip that is the
    whole chance."""

    def __init__(self, name: str, knob, size, masked, mass) -> None:
        super().__init__()
        self.told = VGroup(
            Words(name, theme.TITLE, theme.FOCUS, **({} if knob is None else {"k": knob})).place(
                [PANEL, 1.6, 0]
            )
        )
        lines = (
            ("let in", size, ",", theme.TEXT),
            ("left out", masked, ",", theme.TEXT),
            ("chance kept", mass, ".1%", theme.PROBABILITY),
        )
        for i, (text, number, spec, colour) in enumerate(lines):
            y = 0.8 - i * 0.75
            self.add(Words(text, theme.STATEMENT, theme.SECONDARY).place([PANEL, y, 0]))
            self.told.add(Numeral(number, spec, 44, colour, "right").place([EDGE, y, 0], "right"))
        whole, self.kept = (
            Bar(EDGE - PANEL, 0.3, theme.REST),
            Bar((EDGE - PANEL) * float(mass), 0.3),
        )
        self.add(self.told, whole.shift([PANEL, -1.2, 0]), self.kept.shift([PANEL, -1.2, 0]))


def everyone(sets) -> Panel:
    """The panel of no door at all."""
    shares = [sets.probability(rank) for rank in range(SHOWN)]
    return Panel(
        "everyone",
        None,
        sets.vocab,
        derive(maths.difference, sets.vocab, sets.vocab),
        derive(maths.total, [*shares, derive(maths.remainder, shares)]),
    )


class Door:
    """Where a set ends: a ``line`` below the last row let in, or, with the ``part`` of the others
    that are let in, one across their bar.
    """

    def __init__(self, bars: ProbabilityBars, chosen) -> None:
        inside, rest = int(chosen.size), bars.rows[-1].bar
        self.part = VMobject()
        if inside <= SHOWN:
            y = FIRST_ROW - (inside - 0.5) * ROW
            ends = [theme.LEFT_EDGE, y, 0], [PANEL - 0.5, y, 0]
        else:
            shown = sum(float(chosen.recording.probability(rank)) for rank in range(SHOWN))
            x, y = rest.corner[0] + max(float(chosen.mass) - shown, 0.0) * UNIT, rest.right()[1]
            self.part = Bar(x - rest.corner[0], rest.height).shift([rest.corner[0], y, 0])
            ends = [x, y + 0.24, 0], [x, y - 0.24, 0]
        self.line = Line(*ends, stroke_color=theme.FOCUS, stroke_width=4)


class Board:
    """Two texts, one below the other: what k keeps of their chance, and how many p lets in."""

    def __init__(self, texts) -> None:
        self.prompts, self.names, self.numbers = VGroup(), VGroup(), []
        columns = (
            (3.0, "k = {k:,} keeps", texts[0].top_k[MANY].knob),
            (EDGE, "p = {k:.1f} lets in", texts[0].top_p[0].knob),
        )
        for x, name, knob in columns:
            words = Words(name, theme.STATEMENT, theme.FOCUS, k=knob)
            self.names.add(words.place([x - words.advance, 1.7, 0]))
        for y, sets in zip((0.5, -0.9), texts, strict=True):
            self.prompts.add(
                TokenStrip(tail(sets.prompt, 7.6), theme.LABEL).place(theme.LEFT_EDGE, y + 0.23)
            )
            many, nucleus = sets.top_k[MANY], sets.top_p[0]
            kept = Numeral(many.mass, ".1%", 64, theme.PROBABILITY, "right").place(
                [3.0, y - 0.1, 0], "right"
            )
            let_in = Numeral(nucleus.size, ",", 64, theme.TEXT, "right").place(
                [EDGE, y - 0.1, 0], "right"
            )
            self.numbers += [kept, let_in]
