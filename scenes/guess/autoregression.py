"""How does it write?"""

import numpy as np
from manim import (
    RIGHT,
    UP,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    Line,
    ReplacementTransform,
    VGroup,
    linear,
)
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Dim, Follow, Vanish
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.drawing.chances.loop import DecodeLoop
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.tokens.flow import TokenFlow, Writing, blank_after, fitted
from gptviz.drawing.tokens.replay import ReplayStrip
from gptviz.drawing.tokens.suggestions import Suggestions
from gptviz.drawing.tokens.tokens import TokenBox
from gptviz.film import Film, Need
from gptviz.recording.families import Replay, SamplingLoop
from gptviz.recording.number import Claim, Count, Word, derive

SHOWN = 6  # rows of chances
MIDDLE = 0.36  # of the stage, its height
WIDTH = theme.RIGHT_EDGE - theme.LEFT_EDGE
HIGH, TALL = 2.6, 4.8  # top and height of a text that fills the stage
KEYS = slice(0, 3)  # what a phone's keyboard offers
SLOW, STEADY = 2, 6  # steps shown part by part; and those shown one by one


class Autoregression(Film):
    """How does it write?"""

    story = Need(SamplingLoop(prompt="Once upon a time, there was a", steps=48, seed=38), main=True)
    wild = Need(
        SamplingLoop(
            prompt="Behold, a wild pi creature, foraging in its native",
            steps=60,
            temperature=0.8,
            seed=2,
        )
    )
    law = Need(
        Replay(
            text="A robot may not injure a human being or, through inaction, allow a human being to come "
            "to harm."
        )
    )
    law_greedy = Need(SamplingLoop(prompt="A robot may not", steps=24, policy="greedy"))
    start = Need(SamplingLoop(start_token=True, steps=40, seed=7))
    chains = (("story", "wild", "law", "law_greedy", "start"),)

    def construct(self) -> None:
        self.steps = self.story.steps
        name = Word(self.story.provenance.model, f"{self.story.name}#provenance.model")
        self.loop = DecodeLoop(
            self.story.prompt, name, WIDTH, 4.7, SHOWN, 2, theme.CAPTION, table=theme.LABEL
        )
        self.loop.shift([0, MIDDLE, 0])
        self.blank()
        self.draw()
        self.again()
        self.luck()
        self.tell_wild()
        self.tell_law()
        self.nothing()
        self.close()

    def blank(self) -> None:
        """A text with a gap at its end; a phone's three words; a chance for every token."""
        loop, text, first = self.loop, self.loop.text, self.steps[0]
        loop.predict(first)  # laid out, and shown part by part
        loop.remove(loop.strip)
        rows = loop.bars[0].rows
        home = text.get_corner([-1, 1, 0])
        wide = text.slot[0] - home[0]
        text.scale(min(1.7, (WIDTH - 2.5) / wide))
        text.shift([-(wide * text.factor + 1.8) / 2, 0.85, 0] - text.get_corner([-1, 1, 0]))
        gap = blank_after(text)
        with self.beat("Here is a text with a blank. What comes next?", shows="story"):
            self.play(
                LaggedStart(
                    *[FadeIn(word, shift=RIGHT * 0.1) for word in text.tokens], lag_ratio=0.2
                ),
                run_time=1.4,
            )
            self.add(text)
            self.play(Create(gap), run_time=theme.MOVE)
        count = Count(range(len(first.row))[KEYS], "words that a keyboard offers")
        keys = Suggestions(
            [(first.row.token(rank), first.row.probability(rank)) for rank in range(int(count))]
        )
        self.dot = VGroup(
            *[beside_title("a dot marks a space")]
            if any(token.startswith(" ") for token in (step.row.token(0) for step in self.steps))
            else []
        )
        with self.beat(
            "Like a phone's keyboard, a language model can suggest its {n:words} best guesses.",
            shows="story",
            n=count,
        ):
            self.play(
                text.animate.shift(UP * 1.05), gap.animate.shift(UP * 1.05), run_time=theme.MOVE
            )
            self.play(
                LaggedStart(*[FadeIn(key, shift=UP * 0.2) for key in keys], lag_ratio=0.3),
                FadeIn(self.dot),
                run_time=1.2,
            )
        with self.beat(
            "It says more: a chance for each of its {v:,} tokens, the pieces it writes with.",
            shows="story",
            v=self.story.vocab,
        ):
            moved = [
                ReplacementTransform(word, row.label)
                for word, row in zip(keys.words, rows, strict=False)
            ]
            self.play(
                text.animate.scale(1 / text.factor).move_to(home, aligned_edge=[-1, 1, 0]),
                FadeOut(gap),
                FadeOut(keys.boxes),
                FadeOut(keys.shares),
                *moved,
                run_time=theme.MOVE,
            )
            self.play(FadeIn(loop.model), run_time=theme.QUICK)
            self.goes_in()
            parts = [
                part for i, row in enumerate(rows) for part in (row[1:] if i < len(moved) else row)
            ]
            self.play(*[FadeIn(part) for part in parts], run_time=theme.MOVE)
            self.add(loop)

    def goes_in(self) -> None:
        """The whole text goes into the model; it stays where it is, too."""
        copies = VGroup(*[word.copy() for word in self.loop.text.submobjects[1:]])
        self.play(
            FadeOut(copies, target_position=self.loop.model[0], scale=0.4), run_time=theme.MOVE
        )

    def draw(self) -> None:
        """The shares end to end, a random number, and the token that it hits."""
        loop, first = self.loop, self.steps[0]
        with self.beat(
            "Lay these chances end to end: together they are exactly one.", shows="story"
        ):
            laid = [loop.strip.lying(i) for i in range(len(loop.bars[0].rows))]
            copies = [row.bar.copy() for row in loop.bars[0].rows]
            self.bring_to_back(*copies)  # they pass behind the numerals of other rows
            turns = [
                rates.squish_rate_func(rates.smooth, at, at + 0.5)
                for at in np.linspace(0, 0.5, len(laid))
            ]
            self.play(
                *[
                    ReplacementTransform(copy, bar, rate_func=turn)
                    for copy, bar, turn in zip(copies, laid, turns, strict=True)
                ],
                run_time=1.8,
            )
            loop.add(loop.strip)
            self.add(loop)
            self.play(*[FadeOut(bar) for bar in laid], run_time=0.2)
        with self.beat(
            "Then chance decides: a random number, anywhere from zero to one.", shows="story"
        ):
            self.play(loop.slide(first, run_time=1.8))
        likeliest = Claim(
            maths.is_nothing,
            (first.rank,),
            "It lands on {word}, the likeliest of them.",
            "It lands on {word}, which is not the likeliest.",
        )
        with self.beat(likeliest, shows="story", word=first.token):
            self.play(loop.land(first))
        with self.beat("That token joins the text.", shows="story"):
            self.play(loop.write(first, run_time=1.2))
            self.play(FadeOut(self.dot), run_time=theme.QUICK)

    def again(self) -> None:
        """The same, faster and faster."""
        loop, steps = self.loop, self.steps
        counter = Counter(steps[min(SLOW, len(steps)) - 1].number)
        with self.beat("Now the longer text goes back in: new chances, a new draw.", shows="story"):
            for step in steps[1:SLOW]:
                self.play(Vanish(loop.bars), run_time=theme.QUICK)
                self.goes_in()
                self.play(loop.predict(step))
                self.play(loop.slide(step, run_time=1.0))
                self.play(loop.land(step))
                self.play(loop.write(step))
            self.play(FadeIn(counter), run_time=theme.QUICK)
        with self.beat("Again.", shows="story"):
            self.play(
                Follow(loop, running(steps[SLOW:STEADY], counter), run_time=3.0, rate_func=linear)
            )
        with self.beat(
            "And again: each step runs the whole model, and each step is a draw.", shows="story"
        ):
            self.play(
                Follow(
                    loop,
                    running(steps[STEADY:], counter),
                    run_time=6.0,
                    rate_func=rates.ease_in_quad,
                )
            )

    def whole(self) -> tuple[TokenFlow, list]:
        """The prompt and all that was written after it, large; and what was written, by step."""
        flow = fitted(self.story.prompt, self.story.chosen, WIDTH, TALL, theme.SECONDARY, spare=5.0)
        flow.shift([theme.LEFT_EDGE, HIGH, 0])
        return flow, [flow.append(step.token, theme.TEXT) for step in self.steps]

    def luck(self) -> None:
        """The finished text: what was likeliest, what was drawn against the odds."""
        steps = self.steps
        self.clear_stage()
        flow, written = self.whole()
        others = [word for word, step in zip(written, steps, strict=True) if int(step.rank)]
        best = Count(
            [step for step in steps if not int(step.rank)], "steps that took the likeliest"
        )
        with self.beat(
            "Of {n:,} tokens, {k:,} were the likeliest. The green ones were not.",
            shows="story",
            n=Count(steps, "steps"),
            k=best,
        ):
            self.play(FadeIn(flow), run_time=theme.MOVE)
            self.play(
                LaggedStart(
                    *[word.animate.set_fill(theme.PROBABILITY) for word in others], lag_ratio=0.1
                ),
                run_time=1.6,
            )
        rarest = min(steps, key=lambda step: float(step.probability))
        with self.beat(
            "The least likely: {word}, with a chance of {p:.2%}.",
            shows="story",
            word=rarest.token,
            p=rarest.probability,
        ):
            word = written[rarest.index]
            low = word.baseline()[1] - 0.4 * theme.units(flow.size)
            mark = Line(
                [word.get_left()[0], low, 0],
                [word.get_right()[0], low, 0],
                color=theme.FOCUS,
                stroke_width=5,
            )
            self.play(
                Dim(*[other for other in flow.tokens if other is not word]),
                Create(mark),
                run_time=theme.MOVE,
            )
        self.clear_stage()

    def tell_wild(self) -> None:
        """A stranger beginning."""
        wild = self.wild
        flow = fitted(wild.prompt, wild.chosen, WIDTH, TALL, theme.SECONDARY).shift(
            [theme.LEFT_EDGE, HIGH, 0]
        )
        cooler = beside_title("temperature {t:.1f}", t=wild.setting("temperature"))
        with self.beat(
            "A stranger beginning: it carries on just the same, sense or nonsense.", shows="wild"
        ):
            self.play(FadeIn(flow), FadeIn(cooler), run_time=theme.QUICK)
            self.play(Writing(flow, wild.chosen, plain, run_time=5.0))
        self.clear_stage()

    def tell_law(self) -> None:
        """Asimov's First Law, token by token: what the model expected of it."""
        law, free = self.law, self.law_greedy
        strip = ReplayStrip(law.prompt, law.positions, WIDTH, 2.45 - theme.STAGE_BOTTOM)
        strip.shift([theme.LEFT_EDGE, 2.45, 0])
        with self.beat(
            "Give it Asimov's First Law, and ask at each token: did it see that coming?",
            shows="law",
        ):
            self.add(strip.reveal(0.0))
            self.play(Follow(strip, ReplayStrip.reveal, run_time=5.0, rate_func=linear))
        worst, best = law.most_surprising, law.least_surprising
        with self.beat(
            "Its biggest surprise: {word}, in place {p:,} of {v:,}.",
            shows="law",
            word=worst.token,
            p=worst.place,
            v=law.vocab,
        ):
            self.play(Create(frame := Focus(strip.cell(worst.index))), run_time=theme.MOVE)
        expected = Claim(
            maths.is_nothing,
            (best.rank,),
            "The smallest: {word}. That was its own first choice.",
            "The smallest: {word}, in place {p:,}.",
        )
        with self.beat(expected, shows="law", word=best.token, p=best.place):
            self.play(
                ReplacementTransform(frame, Focus(strip.cell(best.index))), run_time=theme.MOVE
            )
        self.clear_stage()
        x = theme.LEFT_EDGE
        heads = [
            Words(text, theme.STATEMENT, theme.SECONDARY).place([x, y, 0])
            for text, y in (
                ("the First Law", 2.35),
                ("the same beginning, always the likeliest token", 0.05),
            )
        ]
        given = TokenFlow(
            [*law.prompt, *(each.token for each in law.positions)], WIDTH, 46, lines=3
        )
        own = TokenFlow(free.prompt, WIDTH, 46, theme.SECONDARY, lines=3, merge=False)
        given.shift([x, 2.1, 0])
        own.shift([x, -0.2, 0])
        next_one = law.positions[len(free.prompt) - len(law.prompt)]
        same = Claim(
            maths.is_nothing,
            (next_one.rank,),
            "Left to itself after the first {n:words} tokens, it starts out the same.",
            "Left to itself after the first {n:words} tokens, it goes its own way.",
        )
        with self.beat(
            same, shows=("law", "law_greedy"), n=Count(free.prompt, "tokens of the beginning")
        ):
            for head, flow in zip(heads, (given, own), strict=True):
                self.play(FadeIn(head), FadeIn(flow), run_time=theme.QUICK)
            self.play(Writing(own, free.chosen, plain, run_time=3.0))
        self.clear_stage()

    def nothing(self) -> None:
        """What it says when it is asked nothing."""
        start = self.start
        first = start.steps[0].row
        box = TokenBox(start.prompt[-1], 80, ids=True).move_to([0, 0.6, 0])
        with self.beat(
            "What if you ask nothing? Give it only token {id:d}, the mark between two texts.",
            shows="start",
            id=start.prompt[-1].id,
        ):
            self.play(FadeIn(box), run_time=theme.MOVE)
        shares = [first.probability(rank) for rank in range(SHOWN)]
        bars = ProbabilityBars(
            [first.token(rank) for rank in range(SHOWN)],
            shares,
            derive(maths.remainder, shares),
            Words("all others", 30, theme.SECONDARY),
            unit=3.9,
            columns=(0.0, 2.2),
            row=0.42,
            size=30,
            limit=10,
            room=3.9,
        )
        bars.shift([theme.LEFT_EDGE + 0.08, 1.0, 0])
        flow = TokenFlow((), 6.3, 44, lines=7, merge=False).shift([theme.RIGHT_EDGE - 6.3, 1.23, 0])
        row = bars.rows[
            min(int(start.steps[0].rank), len(bars.rows) - 1)
        ]  # that of the token that was drawn
        with self.beat("Even then it has favourites, and starts to talk.", shows="start"):
            self.play(
                box.animate.scale(0.45).move_to(
                    [theme.LEFT_EDGE, 2.25, 0], aligned_edge=[-1, 0, 0]
                ),
                run_time=theme.MOVE,
            )
            self.play(
                LaggedStart(*[FadeIn(each) for each in bars.rows], lag_ratio=0.1), run_time=1.0
            )
            self.add(flow)
            self.play(Create(Focus(row)), run_time=theme.QUICK)
            self.play(Writing(flow, start.chosen, plain, run_time=4.0))
        self.clear_stage()

    def close(self) -> None:
        """The name, and the blank again."""
        name = VGroup()
        for i, (word, meaning) in enumerate(
            (
                ("Generative", "it writes what comes next"),
                ("Pre-trained", "its numbers were learned from text beforehand"),
                ("Transformer", "the kind of neural network inside it"),
            )
        ):
            y = 1.35 - i * 1.3
            name.add(
                VGroup(
                    Words(word, 60, theme.TEXT, theme.STRONG_FACE).place([theme.LEFT_EDGE, y, 0]),
                    Words(meaning, theme.TITLE, theme.SECONDARY).place([-2.2, y, 0]),
                )
            )
        with self.beat(
            "Hence the name: Generative Pre-trained Transformer, GPT for short.",
            shows="story",
            hold=2.8,
        ):
            self.play(
                LaggedStart(*[FadeIn(each, shift=RIGHT * 0.2) for each in name], lag_ratio=0.5),
                run_time=2.0,
            )
        self.clear_stage()
        flow, _ = self.whole()
        gap = blank_after(flow)
        with self.beat(
            "Nothing else happens. One more token, again and again.", shows="story", hold=2.0
        ):
            self.play(FadeIn(flow), run_time=theme.MOVE)
            self.play(Create(gap), run_time=theme.MOVE)


class Counter(VGroup):
    """How many tokens have been written."""

    def __init__(self, number) -> None:
        x, y = theme.RIGHT_EDGE - 0.3, 0.35
        self.number = Numeral(number, "d", 88, theme.TEXT, "right").place([x, y, 0], "right")
        super().__init__(
            self.number,
            Words("tokens written", theme.LABEL, theme.SECONDARY).place([x, y - 0.5, 0], "right"),
        )


def beside_title(template: str, **fields) -> Words:
    """A few words at the right end of the title's line."""
    baseline = theme.TOP_EDGE - theme.units(theme.TITLE) * 0.75
    return Words(template, theme.LABEL, theme.SECONDARY, **fields).place(
        [theme.RIGHT_EDGE, baseline, 0], "right"
    )


def running(steps, counter: Counter):
    """Takes whole steps of the loop as its share of time goes by."""
    done = [0]

    def run(loop: DecodeLoop, share: float) -> None:
        for step in steps[done[0] : int(np.ceil(share * len(steps) - 1e-9))]:
            loop.set_step(step)
            counter.number.set_value(step.number)
            done[0] += 1

    return run


def plain(_: int) -> str:
    """The colour of what is written, beside the grey of what was given."""
    return theme.TEXT
