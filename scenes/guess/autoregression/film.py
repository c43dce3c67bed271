"""How does it write?"""

from __future__ import annotations

import numpy as np
from manim import UP, Create, FadeIn, FadeOut, LaggedStart, ReplacementTransform, VGroup, linear
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Words
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.model.map import CORNER, map_of
from gptviz.drawing.tokens.flow import TokenFlow, Writing, blank_after
from gptviz.drawing.tokens.replay import ReplayStrip
from gptviz.drawing.tokens.suggestions import Suggestions
from gptviz.drawing.tokens.tokens import TokenBox
from gptviz.film import Film, Need
from gptviz.recording.families import Replay, SamplingLoop
from gptviz.recording.number import Claim, Count

from .parts import MODEL, TEXT_TOP, WIDTH, Counter, Drift, Verses, WritingLoop

KEYS = slice(0, 3)  # what a phone's keyboard offers
DRIFTING = slice(0, 7)  # words that drift past the blank
BELOW = theme.TOP_EDGE - 1.1  # below the map in its corner
LARGER = 1.5  # the text while only one token joins it
HOOK = 1.62  # how much larger the text is at first
CARD = (-6.2, -2.0, 6.2, 0.4)  # the map on the title card
SLOW, STEADY, QUICK = 2, 4, 12  # steps shown part by part; smoothly; one by one; the rest: faster


class Autoregression(Film):
    """How does it write?"""

    cards = True
    story = Need(SamplingLoop(prompt="My favorite animal is the", steps=48, seed=3), main=True)
    greedy = Need(SamplingLoop(prompt="I am a", steps=48, policy="greedy"))
    law = Need(
        Replay(
            prompt="A robot may not",
            text="A robot may not injure a human being or, through inaction, allow a human being to come "
            "to harm.",
        )
    )
    law_greedy = Need(SamplingLoop(prompt="A robot may not", steps=20, policy="greedy"))
    start = Need(SamplingLoop(start_token=True, steps=40, seed=2))
    chains = (("story", "greedy", "law", "law_greedy", "start"),)
    settings = {"way": 0.0}

    def construct(self) -> None:
        self.steps = self.story.steps
        self.chart = map_of(self.story, CARD)
        self.blank()
        self.title_card(self.chart)
        self.loop = WritingLoop(self.story.prompt, self.chart)
        self.guesses()
        self.dice()
        self.again()
        self.name()
        self.stuck()
        self.tell_law()
        self.nothing()
        self.close()

    def large_text(self, high: float) -> tuple[TokenFlow, VGroup]:
        """The prompt in the middle of the stage, and the blank at its end."""
        text = TokenFlow(self.story.prompt, WIDTH, 42, lines=4)
        text.shift([theme.LEFT_EDGE, 0, 0])
        wide = text.slot[0] - theme.LEFT_EDGE
        text.scale(min(HOOK, (WIDTH - 3.0) / wide))
        wide = text.slot[0] - text.at(0, 0)[0]
        text.shift(np.array([-(wide + 2.6) / 2, high, 0]) - text.at(0, 0))
        return text, VGroup(blank_after(text))

    def blank(self) -> None:
        """A text with a hole at its end, and words that might fill it."""
        text, gap = self.large_text(2.2)
        self.add(text)
        with self.beat(
            "Here's a text with a hole at its end.",
            "What would you write there?",
            shows="story",
        ) as said:
            self.play(
                LaggedStart(
                    *[FadeIn(word, shift=UP * 0.15) for word in text.tokens], lag_ratio=0.3
                ),
                run_time=1.3,
            )
            self.add(text)
            self.play(Create(gap), run_time=theme.MOVE)
            row = self.steps[0].row
            tokens = [row.token(rank) for rank in range(len(row))][DRIFTING]
            drift = Drift(tokens, text.slot, text.size * text.factor, gap.width - 0.25)
            self.add(drift)
            self.play(drift.pass_by(max(said.left() + 0.2, 2.6)))
            self.remove(drift)
            self.play(FadeIn(self.chart), run_time=theme.MOVE)

    def guesses(self) -> None:
        """The text goes into the model; a probability for every token comes out."""
        loop, first = self.loop, self.steps[0]
        self.add(loop)
        with self.beat(
            "A language model guesses, too.",
            "It reads the text, and sends it up through all its layers.",
            shows="story",
        ) as said:
            loop.text.scale(LARGER, about_point=np.array([theme.LEFT_EDGE, TEXT_TOP, 0]))
            self.play(
                LaggedStart(*[FadeIn(word) for word in loop.text.tokens], lag_ratio=0.2),
                run_time=1.2,
            )
            self.add(loop)
            said.until(1)
            self.play(loop.read(said.left(1)))
        self.keyboard()
        best = loop.bars.rows[0]
        with self.beat(
            "{word} has the highest probability, {p:~%}.",
            "Laid end to end, all of the bars are exactly one long.",
            shows="story",
            word=first.row.token(0),
            p=first.row.probability(0),
        ) as said:
            frame = Focus(best)
            self.play(Create(frame), run_time=theme.MOVE)
            said.until(1)
            self.play(FadeOut(frame), run_time=0.3)
            self.play(loop.lay(first, max(said.left(1), 1.8)))
            loop.laid(first)

    def keyboard(self) -> None:
        """A phone's three words; and all the others that the model rates."""
        loop, first = self.loop, self.steps[0]
        count = Count(range(len(first.row))[KEYS], "words that a keyboard offers")
        keys = Suggestions(
            [(first.row.token(rank), first.row.probability(rank)) for rank in range(int(count))]
        )
        keys.scale(0.7).move_to([2.15, 0.1, 0])
        with self.beat(
            "Your phone would offer its best {n:words} guesses.",
            "This model rates every token it knows, all {v:round} of them.",
            "A token is a word, or a piece of one.",
            shows="story",
            hold=1.0,
            n=count,
            v=self.story.vocab,
        ) as said:
            self.play(
                self.chart.carry(MODEL),
                LaggedStart(*[FadeIn(key, shift=UP * 0.2) for key in keys], lag_ratio=0.3),
                run_time=1.4,
            )
            said.until(1)
            rows = loop.bars_of(first).rows
            self.play(FadeOut(keys.boxes), FadeOut(keys.shares), run_time=0.3)
            self.play(
                *[
                    ReplacementTransform(word, row.label)
                    for word, row in zip(keys.words, rows, strict=False)
                ],
                *[FadeIn(row.label) for row in rows[len(keys.words) :]],
                run_time=theme.MOVE,
            )
            self.remove(*[row.label for row in rows])
            loop.show_rows(first)
            self.play(loop.grow(max(said.left(), 2.0)))

    def dice(self) -> None:
        """A random number, and the token that it hits."""
        loop, first = self.loop, self.steps[0]
        likeliest = Claim(
            maths.is_nothing,
            (first.rank,),
            "It stops at {word}, the first choice.",
            "It stops at {word}, and that wasn't the first choice.",
        )
        with self.beat(
            "Now let's roll the dice.",
            "A random number from zero to one picks the token.",
            likeliest,
            "And that token joins the text.",
            shows="story",
            word=first.token,
        ) as said:
            self.play(loop.roll(first, said.span(0, 1), laps=2))
            said.until(2)
            focus, landing = loop.hit(first)
            self.play(landing, Create(focus), run_time=theme.QUICK)
            said.until(3)
            self.play(loop.write(first, 1.3))

    def again(self) -> None:
        """The same, faster and faster."""
        loop, steps = self.loop, self.steps
        with self.beat(
            "Then the longer text goes in, and it all starts again.",
            "And again, faster and faster.",
            shows="story",
        ) as said:
            corner = np.array([theme.LEFT_EDGE, TEXT_TOP, 0])
            self.play(loop.text.animate.scale(1 / LARGER, about_point=corner), run_time=0.6)
            for step in steps[1:SLOW]:
                self.play(loop.read(1.4))
                self.play(loop.change(step, 0.6))
                self.play(loop.roll(step, 1.0))
                focus, landing = loop.hit(step)
                self.play(landing, Create(focus), run_time=0.3)
                self.play(loop.write(step, 0.6))
            said.until(1)
            counter = Counter(steps[min(SLOW, len(steps)) - 1].number)
            self.play(FadeIn(counter), run_time=0.3)
            for step in steps[SLOW:STEADY]:
                self.play(loop.pass_through(0.4))
                self.play(loop.change(step, 0.3))
                self.play(loop.roll(step, 0.5))
                self.play(loop.write(step, 0.4))
                counter.number.set_value(step.number)
            both = VGroup(loop, counter)
            hurry = loop.hurry(steps[STEADY:QUICK], counter)
            self.play(Follow(both, hurry, 2.4, rate_func=linear))
        with self.beat(
            "Each token takes one run through the model, and one roll of the dice.", shows="story"
        ) as said:
            self.play(
                Follow(
                    both,
                    loop.hurry(steps[QUICK:], counter),
                    max(said.left(), 4.9),
                    rate_func=rates.ease_in_quad,
                ),
                loop.pass_through(max(said.left(), 4.9)),
            )
        self.counter = counter

    def name(self) -> None:
        """What GPT stands for."""
        loop = self.loop
        words = VGroup()
        for i, (word, meaning) in enumerate(
            (
                ("Generative", "it writes what comes next"),
                ("Pre-trained", "it learned from text beforehand"),
                ("Transformer", "the kind of network inside"),
            )
        ):
            y = 0.15 - i * 0.85
            words.add(
                VGroup(
                    Words(word, 54, theme.TEXT, theme.STRONG_FACE).place([-2.1, y, 0]),
                    Words(meaning, 34, theme.SECONDARY).place([1.35, y, 0]),
                )
            )
        with self.beat(
            "ChatGPT writes in just this way.",
            "GPT is short for generative pre-trained transformer.",
            shows="story",
            hold=1.0,
        ) as said:
            self.play(
                FadeOut(loop.rows),
                FadeOut(loop.draw_),
                FadeOut(loop.marks),
                FadeOut(self.counter),
                self.chart.light(),
                run_time=theme.MOVE,
            )
            said.until(1)
            for each, part in zip(words, ("next token", "embedding", "blocks"), strict=True):
                self.play(
                    FadeIn(each, shift=UP * 0.15),
                    self.chart.light(part),
                    run_time=said.span(1) / len(words),
                )
        self.remove(loop)
        self.add(self.chart, loop.text)
        self.leaving = [loop.text, words]

    def stuck(self) -> None:
        """Without dice: the first choice, every time."""
        greedy = self.greedy
        text = turning(greedy) or TokenFlow((), WIDTH, 48, lines=6)
        turns = greedy.loop.turns if greedy.loop else Count((), "loops found")
        circles = Claim(
            maths.is_several,
            (turns,),
            "It gets stuck, and says the same thing again and again.",
            "It says the same every time that it's asked.",
        )
        with self.beat(
            "Why roll dice at all?",
            "Let's always take the first choice instead.",
            circles,
            shows="greedy",
        ) as said:
            story, words = self.leaving
            self.play(FadeOut(story), run_time=theme.QUICK)
            self.play(self.chart.carry(CORNER), run_time=theme.MOVE)
            gone = FadeOut(words, run_time=theme.MOVE)
            if isinstance(text, Verses):
                length = said.left(1) + 0.8
                writing = Follow(text, Verses.reveal, length, rate_func=linear)
                self.play(gone, writing, self.loop.pass_through(length))
                frame = Focus(VGroup(*text.lines[0]))
                self.play(Create(frame), run_time=theme.QUICK)
                for line in text.lines[1:-1]:
                    self.play(
                        ReplacementTransform(frame, frame := Focus(VGroup(*line))), run_time=0.6
                    )
                self.leaving = [text, frame]
            else:
                tokens = [*greedy.prompt, *greedy.chosen]
                text.shift([theme.LEFT_EDGE, BELOW, 0])
                self.play(gone, Writing(text, tokens, run_time=said.left() - 0.4))
                self.leaving = [text]

    def tell_law(self) -> None:
        """Asimov's First Law, token by token: what the model expected of it."""
        law, free = self.law, self.law_greedy
        strip = ReplayStrip(law.prompt, law.positions, WIDTH, 3.4, titles=("probability", "place"))
        strip.shift([theme.LEFT_EDGE, BELOW, 0])
        with self.beat(
            "It also reads what others wrote, such as the First Law of Robotics.",
            "The greener a box, the more it expected that token.",
            shows="law",
        ) as said:
            self.add(strip.reveal(0.0))
            self.play(*[FadeOut(each) for each in self.leaving], run_time=0.3)
            self.play(
                Follow(strip, ReplayStrip.reveal, said.left(), rate_func=linear),
                self.loop.pass_through(said.left()),
            )
        worst = law.most_surprising
        own = TokenFlow(free.prompt, WIDTH, 46, theme.SECONDARY, lines=2, merge=False)
        own.shift([theme.LEFT_EDGE, -1.15, 0])
        next_one = law.positions[len(free.prompt) - len(law.prompt)]
        same = Claim(
            maths.is_nothing,
            (next_one.rank,),
            "Left alone after the first {n:words} tokens, it begins as he did.",
            "Left alone after the first {n:words} tokens, it goes its own way.",
        )
        with self.beat(
            "Its biggest surprise was the token {word}.",
            same,
            shows=("law", "law_greedy"),
            word=worst.token,
            n=Count(free.prompt, "tokens of the beginning"),
        ) as said:
            frame = Focus(strip.cell(worst.index))
            self.play(Create(frame), run_time=theme.MOVE)
            said.until(1)
            self.play(FadeIn(own), run_time=theme.QUICK)
            self.play(Writing(own, free.chosen, lambda _: theme.TEXT, run_time=said.left() + 0.8))
        self.leaving = [strip, frame, own]

    def nothing(self) -> None:
        """What it says when it is asked nothing."""
        start = self.start
        box = TokenBox(start.prompt[-1], 48)
        box.shift([theme.LEFT_EDGE, BELOW, 0] - box.get_corner([-1, 1, 0]))
        flow = TokenFlow((), WIDTH, 48, lines=6, merge=False)
        flow.shift([theme.LEFT_EDGE, box.get_bottom()[1] - 0.25, 0])
        with self.beat(
            "Ask it nothing, only the mark at a text's end, and it still talks.", shows="start"
        ) as said:
            self.play(*[FadeOut(each) for each in self.leaving], FadeIn(box), run_time=theme.MOVE)
            self.add(flow)
            self.play(Writing(flow, start.chosen, lambda _: theme.TEXT, run_time=said.left() + 1.2))
        self.leaving = [box, flow]

    def close(self) -> None:
        """The blank again, and the token that fills it."""
        text, gap = self.large_text(2.2)
        with self.beat(
            "So how does it write?",
            "It guesses a token, adds it to the text, and guesses again.",
            shows="story",
            hold=1.2,
        ) as said:
            self.play(
                *[FadeOut(each, run_time=0.35) for each in self.leaving],
                self.chart.carry(CARD, 0.9),
            )
            self.play(FadeIn(text), FadeIn(gap), run_time=theme.MOVE)
            said.until(1)
            self.play(self.loop.pass_through(1.2))
            self.play(FadeOut(gap), run_time=0.3)
            word = text.append(self.steps[0].token)
            left, _, _, _ = self.chart.box_of("next token")
            source = np.array([left - word.advance / 2, CARD[3] + 0.25, 0.0])
            way = source - word.baseline()
            home = word.copy()

            def fly(_, share: float) -> None:
                for part, goal in zip(word.get_family(), home.get_family(), strict=True):
                    if len(part.points):
                        part.points = goal.points + way * (1 - share)

            self.play(Follow(word, fly, 1.3))
            frame = Focus(word, 0.16).clear_updaters()
            self.play(Create(frame), run_time=theme.QUICK)
        picture = VGroup(*text.tokens, frame, self.chart)
        self.remove(text, frame, self.chart)
        self.add(picture)
        self.end_card("It writes one token at a time, and each one is a guess.", picture)


def turning(greedy) -> Verses | None:
    """A text in a loop, every turn on a line, where such lines fill the stage; else None."""
    if greedy.loop is None:
        return None
    tokens, period = [*greedy.prompt, *greedy.chosen], int(greedy.loop.period)
    first = len(greedy.prompt) + int(greedy.loop.first)
    ends = [i + 1 for i in range(first, first + period) if str(tokens[i]).rstrip().endswith(".")]
    verses = Verses(tokens, (ends or [first])[0] % period, period)
    return verses if 3 <= len(verses.lines) <= 8 else None
