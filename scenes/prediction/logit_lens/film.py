"""When does it know?"""

from __future__ import annotations

import numpy as np
from manim import (
    UP,
    Circle,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    VGroup,
    linear,
)
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline, segments
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral
from gptviz.drawing.heads.flowing import Flow
from gptviz.drawing.model.map import map_of
from gptviz.film import Film, Need
from gptviz.recording.families import LensSurvey, LogitLens
from gptviz.recording.number import Claim, Count, derive

from .climb import Climb, Ruler, Told, clear_spot
from .more import FIRST, TEXT_TOP, MoreTexts
from .parts import LARGE, SMALL, Blocks, Gap, Reader, Words

CARD = (-6.2, -2.0, 6.2, 0.2)  # the map on the title card


class LogitLensFilm(MoreTexts, Film):
    """When does it know?"""

    lens = Need(LogitLens(prompt="The Eiffel Tower is in the city of"), main=True)
    early = Need(LogitLens(prompt="A, B, C, D,"))
    change = Need(LogitLens(prompt="Two plus two equals"))
    many = Need(
        LensSurvey(
            prompts=(
                "The Eiffel Tower is in the city of",
                "A, B, C, D,",
                "Two plus two equals",
                "The sun was shining and the birds were",
                "The opposite of hot is",
                "The first president of the United States was George",
                "Ladies and gentlemen, boys and",
                "To be or not to",
                "The capital of France is",
                "Once upon a",
                "The little boy fell and hurt his",
                "Monday, Tuesday, Wednesday,",
                "In the morning I like to drink a cup of",
                "The largest planet in the solar system is",
                "The moon goes around the",
                "The chemical symbol for gold is",
                "The man who invented the telephone was",
                "They lived happily ever",
            )
        )
    )
    chains = (("lens", "early", "change", "many"),)
    cards = True
    tokens = (1, 64)
    settings = {"hundred": 100.0, "ten thousand": 10_000.0}

    def construct(self) -> None:
        depths = self.lens.depths
        self.last = depths[-1]
        self.turn = self.last * 7 // 9  # the depth up to which the first text is read at first
        self.hook()
        self.inside()
        self.reader_comes_off()
        self.before_any()
        self.where_is_it()
        self.last_blocks()
        self.known_phrase()
        self.change_of_mind()
        self.overturned()
        self.cannot_see()
        self.many_texts()

    # The question
    # ---------------------------------------------------------------------------------------------

    def gap(self, lens, colour: str, most: float = 52.0) -> Gap:
        """A text with a blank for what is said at every depth."""
        leaders = [lens.row(depth).token(0) for depth in lens.depths]
        return Gap(lens.prompt, leaders, lens.final, colour, most)

    def hook(self) -> None:
        """A text that stops early, and how the model goes on."""
        lens = self.lens
        self.text = self.gap(lens, FIRST).move_to([0, 1.2, 0])
        self.chart = map_of(lens, CARD)
        share = Numeral(lens.final_probability(self.last), ".1%", 60, theme.PROBABILITY, "center")
        share.place(self.text.blank.get_bottom() - np.array([0, 0.75, 0]), "center")
        with self.beat(
            "Here\u2019s an unfinished text. What comes next?",
            "This model gives {word} {p:~%}.",
            shows="lens",
            word=lens.final,
            p=lens.final_probability(self.last),
        ) as said:
            self.play(
                LaggedStart(*[FadeIn(box) for box in self.text.strip], lag_ratio=0.3),
                run_time=said.span(0) * 0.6,
            )
            self.play(Create(self.text.blank), run_time=theme.MOVE)
            self.add(self.text)
            said.until(1)
            word = self.text.words[-1]
            self.play(Follow(word, lambda w, s: w.set_fill(opacity=s), theme.QUICK))
            self.play(FadeIn(share, shift=UP * -0.2), run_time=theme.MOVE)
            self.wait(max(said.left() - theme.MOVE, 0.1) + 0.3)
            self.play(
                FadeOut(share, run_time=0.3), FadeIn(self.chart, shift=UP * 0.8), run_time=0.8
            )
        self.picture = VGroup(self.text, self.chart)

    def inside(self) -> None:
        """The way of the text through the map; its blocks come out and fill the stage."""
        lens, chart, text = self.lens, self.chart, self.text
        self.add(self.picture)
        self.title_card(self.picture)
        self.remove(self.picture)
        self.add(text, chart)
        blocks = [chart.box_of(f"block {i}") for i in range(self.last)]
        with self.beat(
            "On its way, the text passes {n:words} blocks.",
            "After which one does it know?",
            shows="lens",
            n=lens.depth(self.last),
        ) as said:
            self.flow_through(max(said.span(0), 3.0))
            said.until(1)
            self.blocks = Blocks(np.array(blocks), len(lens.depths))
            self.play(chart.light("blocks"), run_time=theme.QUICK)
            self.add(self.blocks)
            self.remove(chart)
            self.add(chart)
            self.bring_to_front(self.blocks)
            self.play(
                self.blocks.fly(1.8),
                text.animate.set_size(self.fitting(text)).place(theme.LEFT_EDGE, TEXT_TOP),
                FadeOut(chart, rate_func=rates.squish_rate_func(rates.smooth, 0.0, 0.4)),
                run_time=1.8,
            )

    def fitting(self, text: Gap) -> float:
        """The type of a text in the upper line."""
        return min(text.size, 48.0)

    def flow_through(self, seconds: float) -> None:
        """Something flows from the last token through the whole model, into the blank."""
        chart, text = self.chart, self.text
        start = text.strip.boxes[-1].box.get_bottom()
        end = text.blank.get_bottom()
        left, low, right, high = chart.box_of("stream")
        enter, leave = chart.box_of("tokens"), chart.box_of("next token")
        middle = (low + high) / 2
        lane = chart.box_of()[3] + 0.35
        corners = np.array(
            [
                start,
                [start[0], lane, 0],
                [(enter[0] + enter[2]) / 2, lane, 0],
                [(enter[0] + enter[2]) / 2, middle, 0],
                [(leave[0] + leave[2]) / 2, middle, 0],
                [(leave[0] + leave[2]) / 2, lane + 0.2, 0],
                [end[0], lane + 0.2, 0],
                end,
            ]
        )
        flow = Flow([segments(corners[:-1], corners[1:])], [1.0], theme.DATA_HIGH, 0.2, length=0.15)
        self.add(flow)
        text.set_depth(None)
        self.play(flow.run(seconds, rate_func=linear))
        self.remove(flow)
        text.set_depth(self.last)

    # The lens
    # ---------------------------------------------------------------------------------------------

    def reader_comes_off(self) -> None:
        """The last part of the model is taken off and held behind another block."""
        lens = self.lens
        self.words = self.said_of(lens, FIRST)
        x = self.blocks.home()[-1, 2]
        low, high = LARGE.blocks
        inset = 0.22 * (high - low)
        exit_ = [
            [x + 0.42, low + inset],
            [x + 0.1, low],
            [x + 0.1, high],
            [x + 0.42, high - inset],
        ]
        self.reader = Reader(np.array(exit_), len(lens.depths))
        with self.beat(
            "At the end, a reader turns numbers into a word.",
            "It fits behind any block, too. This is the logit lens.",
            shows="lens",
            hold=0.8,
        ) as said:
            self.play(FadeIn(self.reader, shift=UP * -0.4), run_time=theme.MOVE)
            self.play(self.reader.fly(self.last, 1.2))
            said.until(1)
            self.text.set_depth(None)
            self.play(FadeIn(self.words), run_time=theme.QUICK)

            def back(_: VGroup, share: float) -> None:
                self.reader.set_depth(self.last * (1 - share))
                self.blocks.passed = self.last * (1 - share)
                self.blocks.show()

            both = VGroup(self.reader, self.blocks)
            self.play(Follow(both, back, max(said.left(), 2.0), rate_func=rates.smooth))

    def said_of(self, lens, colour: str) -> Words:
        """What is said of a text at every depth, nothing of it shown yet."""
        leaders = [lens.row(depth).token(0) for depth in lens.depths]
        return Words(leaders, lens.final, colour).set_depth(-1)

    def before_any(self) -> None:
        """The reading before the first block: the last word again."""
        lens = self.lens
        leader, word = lens.row(0).token(0), lens.prompt[-1]
        echo = Claim(
            maths.is_same,
            (derive(maths.difference, leader.id, word.id),),
            "Before the first block, it just echoes the last word.",
            "Before the first block, all it has is the last word.",
        )
        seen = lens.depths[: self.turn + 1]
        signs = [d for d in seen if not any(c.isalpha() for c in lens.row(d).token(0))]
        mostly = Claim(
            maths.is_majority,
            (Count(signs, "readings without a letter"), Count(seen, "readings")),
            "Mostly punctuation. It doesn\u2019t sound as if it knows.",
            "These are words already. But is it sure?",
        )
        with self.beat(echo, mostly, shows="lens") as said:
            self.words.set_depth(0)
            first = self.words.words[0]
            other = outline(self.edges(self.text.strip.boxes[-1].box), grow=0.05)
            self.play(
                Follow(first, lambda w, s: w.set_fill(opacity=s), theme.QUICK),
                Create(ring := outline(self.words.box(0, 0))),
                Create(other),
                run_time=0.7,
            )
            self.text.set_depth(0)
            self.wait(max(said.left(0) - 0.3, 0.1))
            self.play(FadeOut(ring), FadeOut(other), run_time=0.3)
            parts = VGroup(self.reader, self.blocks, self.words, self.text)
            self.slide(parts, 0, self.turn, max(said.left() - 0.2, 5.0))

    @staticmethod
    def edges(box) -> tuple[float, float, float, float]:
        """A mobject's left, bottom, right and top."""
        (left, bottom, _), (right, top, _) = box.get_corner([-1, -1, 0]), box.get_corner([1, 1, 0])
        return left, bottom, right, top

    def slide(self, parts: VGroup, first: float, last: float, seconds: float) -> None:
        """The reader slides from one depth to another, and all that follows it."""

        def step(group: VGroup, share: float) -> None:
            depth = first + (last - first) * share
            self.blocks.passed = depth
            self.blocks.show()
            for part in group:
                if part is not self.blocks:
                    part.set_depth(depth)

        self.play(Follow(parts, step, seconds, rate_func=linear))

    def where_is_it(self) -> None:
        """The place of the answer up to here, as a line."""
        lens, turn = self.lens, self.turn
        self.ruler = Ruler(
            lens.final_place(self.last),
            [self.setting(n) for n in self.settings],
            lens.value("vocab"),
        )
        self.climb = self.line_of(lens, FIRST)
        self.told = self.beside(lens, self.climb, FIRST)
        place = lens.final_place(turn)
        where = Claim(
            maths.is_unlikely,
            (place,),
            "After {d:words} blocks, {r:~} of them are still ahead of {word}.",
            "After {d:words} blocks, {word} is already in place {a:~}.",
        )
        with self.beat(
            "Each reading ranks all {v:round} tokens.",
            where,
            shows="lens",
            v=lens.value("vocab"),
            word=lens.final,
            d=lens.depth(turn),
            a=place,
            r=lens.final_rank(turn),
        ) as said:
            self.reshape(LARGE, SMALL, 1.0)
            self.play(FadeIn(self.ruler), FadeIn(self.told), run_time=theme.QUICK)
            self.add(self.climb)
            seconds = max(said.left() - 0.6, 4.0)
            parts = VGroup(self.reader, self.blocks, self.climb, self.told, self.text)
            self.slide(parts, 0, turn, seconds)

    def line_of(self, lens, colour: str) -> Climb:
        """The line of a text's answer, not drawn yet."""
        climb = Climb(self.ruler, [lens.final_place(d) for d in lens.depths], colour)
        return climb.set_depth(-1)

    def beside(self, lens, climb: Climb, colour: str, named: bool = True) -> Told:
        """What is written beside a line, the word by its name or not."""
        depths = [lens.depth(d) for d in lens.depths]
        room = float(theme.RIGHT_EDGE - self.text.get_right()[0]) - 0.5
        told = Told(lens.final, climb.values, depths, colour, named)
        if told.fits(room):
            return told.in_line(self.text.blank.get_center()[1])
        older = [each for each in self.mobjects if isinstance(each, Climb)]
        return told.in_plot(*clear_spot([climb, *older]))

    def reshape(self, before, after, seconds: float) -> None:
        """The row of blocks and words gives way to the plot."""
        parts = VGroup(self.blocks, self.words, self.reader)
        depth = self.turn

        def step(_: VGroup, share: float) -> None:
            form = before.to(after, share)
            self.blocks.set_form(form)
            self.words.set_form(form)
            self.reader.form = form
            at = depth * (1 - share)
            self.reader.set_depth(at)
            self.blocks.passed = at
            self.blocks.show()

        self.text.set_depth(depth)
        self.play(Follow(parts, step, seconds))

    def last_blocks(self) -> None:
        """The rest of the way: the answer comes up."""
        lens, turn = self.lens, self.turn
        rest = Count(lens.depths[turn + 1 :], "blocks that are left")
        rises = Claim(
            maths.is_far_above,
            (lens.final_place(turn), lens.final_place(self.last)),
            "Now watch the last {k:words} blocks. It shoots to the top.",
            "It stays near the top.",
        )
        leads = Claim(
            maths.is_nothing,
            (lens.settled,),
            "It was in front before any block had seen the text.",
            "It leads for good after {s:words} "
            + ("block." if int(lens.settled) == 1 else "blocks."),
        )
        with self.beat(rises, leads, shows="lens", k=rest, s=lens.settled) as said:
            parts = VGroup(self.reader, self.blocks, self.words, self.climb, self.told, self.text)
            self.slide(parts, turn, self.last, max(said.span(0) + 0.4, 3.6))
            said.until(1)
            spot = self.climb.spots[int(lens.settled)]
            self.ring = Circle(0.2, color=theme.FOCUS, stroke_width=5).move_to(spot)
            self.play(Create(self.ring), run_time=theme.MOVE)
