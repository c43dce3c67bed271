"""How does it write?"""

import numpy as np
from manim import (
    RIGHT,
    UP,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    ReplacementTransform,
    VGroup,
    linear,
)
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.bars import Bar, ProbabilityBars
from gptviz.drawing.flow import TokenFlow, Writing, blank_after
from gptviz.drawing.focus import Focus
from gptviz.drawing.loop import DecodeLoop
from gptviz.drawing.motion import Dim, Follow, Vanish
from gptviz.drawing.replay import ReplayStrip
from gptviz.drawing.suggestions import Suggestions
from gptviz.drawing.text import Numeral, Words
from gptviz.drawing.tokens import TokenBox
from gptviz.film import Film
from gptviz.recording.number import Claim, Count, Word, derive
from gptviz.recording.requests import Replay, SamplingLoop

SHOWN = 6                                # rows of chances
MIDDLE = 0.36                            # of the stage, its height
WIDTH = theme.RIGHT_EDGE - theme.LEFT_EDGE
KEYS = slice(0, 3)                       # what a phone's keyboard offers
SLOW, STEADY = 2, 6                      # steps shown part by part; and those shown one by one


class Autoregression(Film):
    """How does it write?"""

    needs = {
        "story": SamplingLoop(prompt="Once upon a time, there was a", steps=48, seed=38),
        "wild": SamplingLoop(prompt="Behold, a wild pi creature, foraging in its native", steps=60, temperature=0.8,
                             seed=2),
        "law": Replay(text="A robot may not injure a human being or, through inaction, allow a human being to come "
                           "to harm."),
        "law_greedy": SamplingLoop(prompt="A robot may not", steps=24, policy="greedy"),
        "start": SamplingLoop(start_token=True, steps=40, seed=7),
    }
    main = "story"
    chains = (("story", "wild", "law", "law_greedy", "start"),)

    def construct(self) -> None:
        self.story = self.rec["story"]
        self.steps = self.story.steps
        name = Word(self.story.provenance.model, f"{self.story.name}#provenance.model")
        self.loop = DecodeLoop(self.story.prompt, name, WIDTH, 4.7, SHOWN, 2, theme.CAPTION,
                               table=theme.LABEL)
        self.loop.shift([0, MIDDLE, 0])
        self.blank()
        self.draw()
        self.again()
        self.luck()
        self.wild()
        self.law()
        self.nothing()
        self.close()

    def blank(self) -> None:
        """A text with a gap at its end; a phone's three words; a chance for every token."""
        loop, text, first = self.loop, self.loop.text, self.steps[0]
        loop.predict(first)                  # laid out, and shown part by part
        loop.remove(loop.strip)
        rows = loop.bars[0].rows
        home = text.get_corner([-1, 1, 0])
        wide = text.slot[0] - home[0]
        text.scale(min(1.7, (WIDTH - 2.5) / wide))
        text.shift([-(wide * text.factor + 1.8) / 2, 1.9, 0] - text.get_corner([-1, 1, 0]))
        gap = blank_after(text)
        with self.beat("Here is a text with a blank. What comes next?", shows="story"):
            self.play(LaggedStart(*[FadeIn(word, shift=RIGHT * 0.1) for word in text.tokens], lag_ratio=0.2),
                      run_time=1.4)
            self.add(text)
            self.play(Create(gap), run_time=theme.MOVE)
        count = Count(range(len(first.row))[KEYS], "words that a keyboard offers")
        keys = Suggestions([(first.row.token(rank), first.row.probability(rank)) for rank in range(int(count))])
        with self.beat("Like a phone's keyboard, a language model can offer its {n:words} likeliest.", shows="story",
                       n=count):
            self.play(LaggedStart(*[FadeIn(key, shift=UP * 0.2) for key in keys], lag_ratio=0.3), run_time=1.2)
        with self.beat("But it says far more: a chance for every one of its {v:,} tokens.", shows="story",
                       v=self.story.vocab):
            moved = [ReplacementTransform(word, row.label) for word, row in zip(keys.words, rows, strict=False)]
            self.play(text.animate.scale(1 / text.factor).move_to(home, aligned_edge=[-1, 1, 0]), FadeOut(gap),
                      FadeOut(keys.boxes), FadeOut(keys.shares), *moved, run_time=theme.MOVE)
            self.play(FadeIn(loop.model), run_time=theme.QUICK)
            self.goes_in()
            parts = [part for i, row in enumerate(rows) for part in (row[1:] if i < len(moved) else row)]
            self.play(*[FadeIn(part) for part in parts], run_time=theme.MOVE)
            self.add(loop)

    def goes_in(self) -> None:
        """The whole text goes into the model; it stays where it is, too."""
        copies = VGroup(*[word.copy() for word in self.loop.text.submobjects[1:]])
        self.play(FadeOut(copies, target_position=self.loop.model[0], scale=0.4), run_time=theme.MOVE)

    def draw(self) -> None:
        """The shares end to end, a random number, and the token that it hits."""
        loop, first = self.loop, self.steps[0]
        with self.beat("Lay these chances end to end: together they are exactly one.", shows="story"):
            laid = [lying(loop.strip, i) for i in range(len(loop.bars[0].rows))]
            copies = [row.bar.copy() for row in loop.bars[0].rows]
            self.play(LaggedStart(*[ReplacementTransform(copy, bar) for copy, bar in zip(copies, laid, strict=True)],
                                  lag_ratio=0.12), run_time=1.8)
            loop.add(loop.strip)
            self.add(loop)
            self.play(*[FadeOut(bar) for bar in laid], run_time=0.2)
        with self.beat("Then chance decides: a random number, anywhere from zero to one.", shows="story"):
            self.play(loop.slide(first, run_time=1.8))
        likeliest = Claim(maths.is_nothing, (first.rank,), "It lands on the likeliest token this time.",
                          "It lands here, and not on the likeliest.")
        with self.beat(likeliest, shows="story"):
            self.play(loop.land(first))
        with self.beat("That token joins the text.", shows="story"):
            self.play(loop.write(first, run_time=1.2))

    def again(self) -> None:
        """The same, faster and faster."""
        loop, steps = self.loop, self.steps
        with self.beat("And the text, longer by one, goes back in. New chances, a new draw.", shows="story"):
            for step in steps[1:SLOW]:
                self.play(Vanish(loop.bars), run_time=theme.QUICK)
                self.goes_in()
                self.play(loop.predict(step))
                self.play(loop.slide(step, run_time=1.0))
                self.play(loop.land(step))
                self.play(loop.write(step))
        counter = Counter(self.steps[min(SLOW, len(steps)) - 1].number)
        with self.beat("Again.", shows="story"):
            self.play(FadeIn(counter), run_time=theme.QUICK)
            self.play(Follow(loop, running(steps[SLOW:STEADY], counter), run_time=3.0, rate_func=linear))
        with self.beat("And again: every step the whole model, every step a draw.", shows="story"):
            self.play(Follow(loop, running(steps[STEADY:], counter), run_time=6.0,
                             rate_func=rates.ease_in_quad))

    def whole(self) -> tuple[TokenFlow, list]:
        """The prompt and all that was written after it, large; and what was written, by step."""
        flow = TokenFlow(self.story.prompt, WIDTH - 0.2, 52, theme.SECONDARY, merge=False, lines=8)
        flow.shift([theme.LEFT_EDGE + 0.1, 2.6, 0])
        return flow, [flow.append(step.token, theme.TEXT) for step in self.steps]

    def luck(self) -> None:
        """The finished text: what was likeliest, what was drawn against the odds."""
        steps = self.steps
        self.clear_stage()
        flow, written = self.whole()
        others = [word for word, step in zip(written, steps, strict=True) if int(step.rank)]
        best = Count([step for step in steps if not int(step.rank)], "steps that took the likeliest")
        with self.beat("{n:,} tokens. {k:,} times it was the likeliest; the green ones are luck.", shows="story",
                       n=Count(steps, "steps"), k=best):
            self.play(FadeIn(flow), run_time=theme.MOVE)
            self.play(LaggedStart(*[word.animate.set_fill(theme.PROBABILITY) for word in others], lag_ratio=0.1),
                      run_time=1.6)
        rarest = min(steps, key=lambda step: float(step.probability))
        with self.beat("The rarest: {word}, with a chance of {p:.2%}.", shows="story", word=rarest.token,
                       p=rarest.probability):
            dimmed = [word for word in flow.tokens if word is not written[rarest.index]]
            self.play(Dim(*dimmed), run_time=theme.MOVE)
        self.clear_stage()

    def wild(self) -> None:
        """A stranger beginning."""
        wild = self.rec["wild"]
        flow = TokenFlow(wild.prompt, WIDTH - 0.2, 44, theme.SECONDARY, merge=False, lines=9)
        flow.shift([theme.LEFT_EDGE + 0.1, 2.6, 0])
        cooler = Words("temperature {t:.1f}", theme.LABEL, theme.SECONDARY, t=wild.setting("temperature"))
        cooler.place([theme.RIGHT_EDGE, theme.TOP_EDGE - theme.units(theme.TITLE) * 0.75, 0], "right")
        with self.beat("A stranger beginning. It goes on just the same, sense or no sense.", shows="wild"):
            self.play(FadeIn(flow), FadeIn(cooler), run_time=theme.QUICK)
            self.play(Writing(flow, wild.chosen, plain, run_time=5.0))
        self.clear_stage()

    def law(self) -> None:
        """Asimov's First Law, token by token: what the model expected of it."""
        law, free = self.rec["law"], self.rec["law_greedy"]
        strip = ReplayStrip(law.prompt, law.positions, WIDTH, 2.45 - theme.STAGE_BOTTOM)
        strip.shift([theme.LEFT_EDGE, 2.45, 0])
        with self.beat("Give it Asimov's First Law, and ask at each token: did it see that coming?", shows="law"):
            self.add(strip.reveal(0.0))
            self.play(Follow(strip, ReplayStrip.reveal, run_time=5.0, rate_func=linear))
        worst, best = law.most_surprising, law.least_surprising
        with self.beat("Its greatest surprise: {word}, place {p:,} of {v:,}.", shows="law", word=worst.token,
                       p=worst.place, v=law.vocab):
            frame = Focus(strip.cell(worst.index))
            self.play(Create(frame), run_time=theme.MOVE)
        expected = Claim(maths.is_nothing, (best.rank,), "Its smallest: {word}. That was its own first choice.",
                         "The smallest came at place {p:,}.")
        with self.beat(expected, shows="law", word=best.token, p=best.place):
            self.play(ReplacementTransform(frame, Focus(strip.cell(best.index))), run_time=theme.MOVE)
        self.clear_stage()
        x = theme.LEFT_EDGE + 0.1
        heads = [Words(text, theme.STATEMENT, theme.SECONDARY).place([x, y, 0])
                 for text, y in (("the First Law", 2.35), ("the same beginning, always the likeliest token", 0.05))]
        given = TokenFlow([*law.prompt, *(each.token for each in law.positions)], WIDTH - 0.2, 44, lines=3)
        own = TokenFlow(free.prompt, WIDTH - 0.2, 44, theme.SECONDARY, lines=3, merge=False)
        given.shift([x, 2.1, 0])
        own.shift([x, -0.2, 0])
        next_one = law.positions[len(free.prompt) - len(law.prompt)]
        same = Claim(maths.is_nothing, (next_one.rank,),
                     "Left to itself after {n:words} tokens, it begins the same way.",
                     "Left to itself after the first {n:words} tokens, it goes elsewhere.")
        with self.beat(same, shows=("law", "law_greedy"), n=Count(free.prompt, "tokens of the beginning")):
            self.play(FadeIn(heads[0]), FadeIn(given), run_time=theme.QUICK)
            self.play(FadeIn(heads[1]), FadeIn(own), run_time=theme.QUICK)
            self.play(Writing(own, free.chosen, plain, run_time=3.0))
        self.clear_stage()

    def nothing(self) -> None:
        """What it says when it is asked nothing."""
        start = self.rec["start"]
        first = start.steps[0].row
        box = TokenBox(start.prompt[-1], 80, ids=True)
        box.move_to([0, 0.6, 0])
        with self.beat("And asked nothing? Give it only token {id:,}, the mark that begins a text.", shows="start",
                       id=start.prompt[-1].id):
            self.play(FadeIn(box), run_time=theme.MOVE)
        shares = [first.probability(rank) for rank in range(SHOWN)]
        bars = ProbabilityBars([first.token(rank) for rank in range(SHOWN)], shares, derive(maths.remainder, shares),
                               Words("all others", 30, theme.SECONDARY), unit=3.9, columns=(0.0, 2.2), row=0.42,
                               size=30, limit=10, room=3.9)
        bars.shift([theme.LEFT_EDGE + 0.1, 1.0, 0])
        with self.beat("Even then it has an opinion.", shows="start"):
            self.play(box.animate.scale(0.45).move_to([theme.LEFT_EDGE + 0.1, 2.25, 0], aligned_edge=[-1, 0, 0]),
                      run_time=theme.MOVE)
            self.play(LaggedStart(*[FadeIn(row) for row in bars.rows], lag_ratio=0.1), run_time=1.0)
        flow = TokenFlow((), 6.3, 44, lines=7, merge=False).shift([theme.RIGHT_EDGE - 6.3, 1.23, 0])
        with self.beat("And it starts to talk.", shows="start"):
            self.add(flow)
            self.play(Writing(flow, start.chosen, plain, run_time=4.5))
        self.clear_stage()

    def close(self) -> None:
        """The name, and the blank again."""
        name = VGroup()
        for i, (word, meaning) in enumerate((("Generative", "it writes what comes next"),
                                             ("Pre-trained", "its numbers were set before, and stay as they are"),
                                             ("Transformer", "the machine that turns a text into chances"))):
            y = 1.35 - i * 1.3
            name.add(VGroup(Words(word, 60, theme.TEXT, theme.STRONG_FACE).place([theme.LEFT_EDGE + 0.1, y, 0]),
                            Words(meaning, theme.CAPTION, theme.SECONDARY).place([-1.9, y, 0])))
        with self.beat("Hence its name: Generative Pre-trained Transformer, in short GPT.", shows="story"):
            self.play(LaggedStart(*[FadeIn(each, shift=RIGHT * 0.2) for each in name], lag_ratio=0.5), run_time=2.0)
        self.clear_stage()
        flow, _ = self.whole()
        gap = blank_after(flow)
        with self.beat("Nothing else happens. One token, again.", shows="story", hold=2.0):
            self.play(FadeIn(flow), run_time=theme.MOVE)
            self.play(Create(gap), run_time=theme.MOVE)


class Counter(VGroup):
    """How many tokens have been written."""

    def __init__(self, number) -> None:
        x, y = theme.RIGHT_EDGE - 0.3, 0.35
        self.number = Numeral(number, "d", 88, theme.TEXT, "right").place([x, y, 0], "right")
        super().__init__(self.number, Words("tokens written", theme.LABEL, theme.SECONDARY).place([x, y - 0.5, 0],
                                                                                                  "right"))


def lying(strip, index: int) -> Bar:
    """A share as a bar on its interval of the strip of one."""
    low, high = (strip.point_of(share) for share in strip.interval(index))
    last = index == len(strip.shares)
    bar = Bar(float(high[0] - low[0]), 0.42, theme.REST if last else theme.PROBABILITY)
    return bar.shift(low)


def running(steps, counter: Counter):
    """Takes whole steps of the loop as its share of time goes by."""
    done = [0]

    def run(loop: DecodeLoop, share: float) -> None:
        for step in steps[done[0]:int(np.ceil(share * len(steps) - 1e-9))]:
            loop.set_step(step)
            counter.number.set_value(step.number)
            done[0] += 1

    return run


def plain(_: int) -> str:
    """The colour of what is written, beside the grey of what was given."""
    return theme.TEXT
