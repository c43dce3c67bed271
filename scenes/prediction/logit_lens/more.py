"""The second half of the film logit_lens: two more texts, what the lens cannot see, and many texts
at once."""

from __future__ import annotations

import numpy as np
from manim import UP, Circle, Create, FadeIn, FadeOut, LaggedStart, VGroup, linear
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import boxes_of, outline, painted, rectangles
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.recording.number import Claim, Count, Derived, derive

from .climb import TOP, Climb
from .parts import RIGHT, SMALL

TALL = 1.55  # the first place when the plot has the stage
FIRST, SECOND, THIRD = theme.HUES[0], theme.HUES[2], theme.HUES[1]  # the three texts
SUMS = (b"four", b"4")  # what two plus two equals
TEXT_TOP = theme.TOP_EDGE - 0.02


class MoreTexts:
    """The beats after the first text. The film that they belong to holds blocks, reader and ruler."""

    # Two more texts
    # ---------------------------------------------------------------------------------------------

    def exchange_text(self, lens, colour: str, named: bool = True) -> None:
        """Another text takes the place of the one before, whose line stays, dimmed."""
        text = self.gap(lens, colour, 40.0).place(theme.LEFT_EDGE, TEXT_TOP)
        words = self.said_of(lens, colour).set_form(SMALL)
        words.set_depth(-1)
        old = [self.text, self.words, self.told, self.ring]

        def back(_: VGroup, share: float) -> None:
            self.reader.set_depth(self.last * (1 - share))
            self.blocks.passed = self.last * (1 - share)
            self.blocks.show()
            self.climb.line.stroke_rgbas[:, 3] = 1 - 0.65 * share
            self.climb.dots.fill_rgbas[:, 3] = 1 - 0.65 * share

        self.climb_before = self.climb
        self.play(
            *[FadeOut(each, shift=UP * 0.3, run_time=0.5) for each in old],
            Follow(VGroup(self.reader, self.blocks, self.climb), back, 1.0),
        )
        self.text, self.words = text, words
        self.climb = self.line_of(lens, colour)
        self.told = self.beside(lens, self.climb, colour, named)
        self.play(
            LaggedStart(*[FadeIn(box) for box in text.strip], lag_ratio=0.2),
            FadeIn(self.told),
            FadeIn(words),
            run_time=0.8,
        )
        self.add(text, self.climb)
        self.parts = VGroup(self.reader, self.blocks, self.words, self.climb, self.told, self.text)

    def known_phrase(self) -> None:
        """A text whose end is known sooner."""
        early = self.early
        sooner = Claim(
            maths.is_larger,
            (self.lens.settled, early.settled),
            "Here {word} leads for good sooner, after {s:words} blocks.",
            "Here {word} leads for good after {s:words} blocks, and no sooner.",
        )
        with self.beat(
            "Try something you know by heart.",
            sooner,
            shows="early",
            word=early.final,
            s=early.settled,
        ) as said:
            self.exchange_text(early, SECOND)
            self.slide(self.parts, 0, self.last, max(said.left() - 0.6, 4.6))
            self.ring = Circle(0.2, color=theme.FOCUS, stroke_width=5)
            self.ring.move_to(self.climb.spots[int(early.settled)])
            self.play(Create(self.ring), run_time=0.6)

    def change_of_mind(self) -> None:
        """A text on which the last block says something else than the one before it."""
        change, last = self.change, self.last
        row = change.row(last - 1)
        before = row.token(0)
        same = (derive(maths.difference, before.id, change.final.id),)
        turns = Claim(
            maths.is_same,
            same,
            "One block later, {after} still leads, with {r:~%}.",
            "One block later, it changes its mind. Now {after} leads, with {r:~%}!",
        )
        with self.beat(
            "And this one?",
            "After {d:words} blocks, {before} leads, with {q:~%}.",
            turns,
            shows="change",
            d=change.depth(last - 1),
            before=before,
            q=row.probability(0),
            after=change.final,
            r=change.final_probability(last),
        ) as said:
            self.exchange_text(change, THIRD, named=False)
            self.slide(self.parts, 0, last - 1, max(said.left(1) - 0.2, 4.6))
            near = self.beside_the_end(before, row.probability(0), change.depth(last - 1), 0)
            self.play(
                FadeOut(VGroup(self.told, self.text), rate_func=rates.rush_from),
                FadeIn(near),
                self.frame.push(self.end_of_words(), buff=0.2),
                run_time=1.2,
            )
            said.until(2)
            parts = VGroup(self.reader, self.blocks, self.words, self.climb)
            self.slide(parts, last - 1, last, 0.9)
            then = self.beside_the_end(
                change.final, change.final_probability(last), change.depth(last), 1
            )
            self.play(FadeIn(then, shift=UP * 0.05), run_time=theme.QUICK)
            self.near = VGroup(near, then)

    def overturned(self) -> None:
        """Whether that is right, and so what it means to know."""
        change, last = self.change, self.last
        right = [d for d in change.depths[last:] if change.final.raw.strip() in SUMS]
        judged = Claim(
            maths.is_nothing,
            (Count(right, "right answers at the end"),),
            "That\u2019s wrong!",
            "That\u2019s right.",
        )
        with self.beat(
            judged, "So \u201cknow\u201d only means what it ends up saying.", shows="change"
        ) as said:
            ring = outline(self.words.box(last, last))
            self.play(Create(ring), run_time=theme.MOVE)
            said.until(1)
            self.text.set_depth(last)
            self.play(
                FadeOut(ring),
                FadeOut(self.near, rate_func=rates.rush_from),
                self.frame.pull(),
                run_time=1.4,
            )
            self.play(
                FadeIn(self.text.strip),
                FadeIn(self.text.blank),
                FadeIn(self.text.words[-1]),
                run_time=0.4,
            )
            self.add(self.text)

    def beside_the_end(self, word, value, depth, row: int) -> VGroup:
        """A word that leads near the end, after how many blocks and with which probability, right
        of the last one."""
        x, y, size = RIGHT + 0.12, SMALL.words[1] - 0.16 - 0.46 * row, 14.0
        after = Words("after", size, theme.SECONDARY).place([x, y, 0])
        blocks = Numeral(depth, "d", size, theme.TEXT).place([x + after.advance + 0.05, y, 0])
        behind = Words("blocks", size, theme.SECONDARY)
        behind.place([x + after.advance + blocks.advance + 0.1, y, 0])
        text = TokenText(word, size, limit=9).place([x, y - 0.18, 0])
        number = Numeral(value, ".1%", size, theme.PROBABILITY)
        number.place([x + text.advance + 0.08, y - 0.18, 0])
        return VGroup(after, blocks, behind, text, number)

    def end_of_words(self) -> tuple[float, float, float, float]:
        """The box of the last readings, with the reader above them and room at their right."""
        few = max(1, int(1.6 / float(self.blocks.x[1] - self.blocks.x[0])))
        left, bottom, right, _ = self.words.box(max(self.last - few, 0), self.last)
        return left, bottom, right + 0.8, SMALL.reader[1]

    # What it cannot see, and the answer
    # ---------------------------------------------------------------------------------------------

    def cannot_see(self) -> None:
        """The reader fits the end of the model; in front it may miss what is there."""
        early = list(range(self.turn))
        with self.beat(
            "And the reader was only trained for the end.",
            "Early blocks may know more.",
            shows="change",
        ) as said:
            end = outline(self.words.box(self.last, self.last), grow=0.04)
            self.play(Create(end), run_time=theme.MOVE)
            said.until(1)

            def dim(_: VGroup, share: float) -> None:
                self.reader.set_depth(self.last * (1 - share))
                for depth in early:
                    self.words.words[depth].set_fill(opacity=1 - (1 - theme.DIM) * share)

            self.play(
                FadeOut(end),
                Follow(VGroup(self.reader, self.words), dim, max(said.left(), 2.0)),
            )

    def many_texts(self) -> None:
        """The lines of many texts, and how many of them lead only at the end."""
        many = self.many
        count = max(1, self.last // 10)
        end = Count(many.depths[-count:], "blocks of the last tenth")
        bound = derive(maths.difference, self.lens.depth(self.last), end)
        late = derive(maths.count_above, many.settled, bound)
        mostly = Claim(
            maths.is_majority,
            (late, many.texts),
            "In {k:words}, the answer takes the lead for good "
            + ("in the very last block." if count == 1 else "in the last {e:words} blocks."),
            "In only {k:words}, the answer takes the lead for good "
            + ("in the very last block." if count == 1 else "in the last {e:words} blocks."),
        )
        soonest = min(range(int(many.texts)), key=lambda i: int(many.settled[i]))
        first = [self.lens.final_place(d) for d in self.lens.depths]
        others = [
            Climb(self.ruler, [many.place(i, d) for d in many.depths], theme.SECONDARY, 2.5, 0.035)
            for i in range(int(many.texts))
            if i > 2
        ]
        known = [
            Climb(self.ruler, values, colour, 5.0, 0.07).set_depth(self.last)
            for values, colour in (
                (first, FIRST),
                ([self.early.final_place(d) for d in self.early.depths], SECOND),
                ([self.change.final_place(d) for d in self.change.depths], THIRD),
            )
        ]
        with self.beat(
            "Here are {n:words} texts.",
            "The earliest, {word}, leads for good after {s:words} "
            + ("block." if int(many.settled[soonest]) == 1 else "blocks."),
            mostly,
            shows="many",
            n=many.texts,
            k=late,
            e=end,
            word=many.final(soonest),
            s=many.settled[soonest],
        ) as said:
            self.grow_plot(known, others, said)
            said.until(1)
            self.name_the_soonest(soonest)
            said.until(2)
            self.mark_the_late(late, known, others)
        self.answer(late, others, known)

    def answer(self, late: Derived, others: list[Climb], known: list[Climb]) -> None:
        """The title's question again; the blocks are passed once more above the lines."""
        held = (late, self.many.texts)
        said_so = Claim(
            maths.is_majority, held, "usually at the last moment.", "usually well before the end."
        )
        on_card = Claim(
            maths.is_majority,
            held,
            "As far as this lens can see: usually, at the last moment.",
            "As far as this lens can see: usually, well before the end.",
        )
        with self.beat(
            "So when does it know, right or wrong?",
            "As far as this lens can see, {u}",
            shows="many",
            hold=0.6,
            u=said_so,
        ) as said:
            self.pass_over([], said.left())
            self.play(
                FadeOut(VGroup(self.frame_of_end, self.soonest, self.tally)), run_time=theme.QUICK
            )
        picture = VGroup(self.blocks, self.ruler, *others, *known)
        self.add(picture)
        self.end_card(on_card, picture)

    def grow_plot(self, known: list[Climb], others: list[Climb], said) -> None:
        """The plot takes the stage, and all lines are drawn at once."""
        gone = [self.text, self.words, self.ring_or_nothing(), self.reader]
        self.play(*[FadeOut(each) for each in gone if each is not None], run_time=0.5)
        lines = [each for each in self.stage() if isinstance(each, Climb)]
        self.remove(*lines)
        self.add(*known)

        def grow(_: VGroup, share: float) -> None:
            self.ruler.set_top(TOP + (TALL - TOP) * share)
            for climb in known:
                climb.set_depth(self.last)

        self.play(Follow(VGroup(self.ruler, *known), grow, 0.9))
        self.add(*others)
        self.bring_to_front(*known)
        self.pass_over(others, max(said.left(0), 2.0))

    def name_the_soonest(self, index: int) -> None:
        """The word of the line that leads first, above the place from where on it does."""
        many = self.many
        x = float(self.blocks.x[int(many.settled[index])])
        self.soonest = TokenText(many.final(index), 30, limit=9)
        self.soonest.place([x, TALL + 0.16, 0], "center")
        self.play(FadeIn(self.soonest, shift=UP * 0.1), run_time=theme.MOVE)

    def mark_the_late(self, late: Derived, known: list[Climb], others: list[Climb]) -> None:
        """The lines that lead for good only in the last blocks stay bright, each has a lit mark
        on top, and the number of them stands there."""
        left = float(self.blocks.x[-1 - max(1, self.last // 10)])
        half = float(self.blocks.x[1] - self.blocks.x[0]) / 2
        box = (left + half, -2.2, float(self.blocks.x[-1]) + half, TALL + 0.15)
        self.frame_of_end = outline(box)
        bound = self.last - max(1, self.last // 10)
        sooner = [
            climb
            for climb, settled in zip([*known, *others], self.many.settled, strict=True)
            if int(settled) <= bound
        ]
        self.tally = self.count_of(late)

        def dim(_: VGroup, share: float) -> None:
            for climb in sooner:
                climb.line.stroke_rgbas[:, 3] = 1 - 0.7 * share
                climb.dots.fill_rgbas[:, 3] = 1 - 0.7 * share

        self.play(Create(self.frame_of_end), Follow(VGroup(*sooner), dim, 1.0), run_time=1.0)
        self.play(FadeIn(self.tally, shift=UP * 0.1), run_time=theme.MOVE)

    def count_of(self, late: Derived) -> VGroup:
        """A mark for every text, the late ones lit, and how many of how many those are."""
        total, y = int(self.many.texts), 2.95
        whole = Numeral(self.many.texts, "d", 44, theme.TEXT, "right")
        whole.place([RIGHT, y, 0], "right")
        of = Words("of", 30, theme.SECONDARY)
        of.place([RIGHT - whole.advance - 0.16 - of.advance, y, 0])
        number = Numeral(late, "d", 60, theme.TEXT, "right")
        edge = RIGHT - whole.advance - of.advance - 0.32
        number.place([edge, y, 0], "right")
        right = edge - number.advance - 0.3 - np.arange(total)[::-1] * 0.3
        boxes = boxes_of(right - 0.22, y, right, y + 0.4)
        lit = painted(rectangles(boxes[: int(late)]), theme.DATA_HIGH)
        dark = painted(rectangles(boxes[int(late) :]), theme.HAIRLINE)
        return VGroup(dark, lit, number, of, whole)

    def ring_or_nothing(self):
        """The ring around a dot, where it stands."""
        return self.ring if any(each is self.ring for each in self.mobjects) else None

    def pass_over(self, climbs: list[Climb], seconds: float) -> None:
        """Lines are drawn from the first depth to the last, as the blocks are passed."""

        def step(_: VGroup, share: float) -> None:
            self.blocks.passed = self.last * share
            self.blocks.show()
            for climb in climbs:
                climb.set_depth(self.last * share)

        self.play(Follow(VGroup(self.blocks, *climbs), step, max(seconds, 2.0), rate_func=linear))
