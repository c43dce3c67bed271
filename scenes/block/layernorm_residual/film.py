"""Why don't the numbers blow up?"""

from __future__ import annotations

import numpy as np
from manim import UP, Create, FadeIn, FadeOut, LaggedStart, VGroup, linear, smooth
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Dim, Follow, Light, exchange
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.model.map import map_of
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.film import Film, Need
from gptviz.recording.families import Norms
from gptviz.recording.number import Claim, Count, derive

from .parts import ADDED, BARE, COLUMN, COPY, LEFT, Gauge, Growth, Passed, Row, picked

CARD = (-6.2, -2.0, 6.2, 0.4)  # the map on the title card
LINE, SIZE = 9.0, 38  # the prompt: units of its line, its type
WHOLE = (-0.2, 1.75)  # a row that has the stage to itself: its middle, how far it reaches
UPPER, LOWER = (1.0, 1.45), (-1.35, 0.85)  # the row, and what is below it
UNIT = 0.36  # units of the stage for a number of one, while rows are compared
ADDING = 3  # blocks whose additions are looked at one by one


class LayerNormResidual(Film):
    """Why don't the numbers blow up?"""

    row = Need(Norms(prompt="Twinkle, twinkle, little"), main=True)
    cards = True
    tokens = (1, 200)
    settings = {"one": 1.0}

    def construct(self) -> None:
        rec = self.row
        self.last = int(rec.layers)
        self.places = picked(int(rec.d_model))
        self.sizes = [rec.typical(depth) for depth in range(self.last + 1)]
        self.bare = [rec.unnormed_typical(depth) for depth in range(len(rec.unnormed))]
        self.turn = int(np.argmin([abs(float(size) - 2.0) for size in self.sizes[:-1]]))
        self.hook()
        self.question()
        self.adding()
        self.growing()
        self.copying()
        self.dividing()
        self.stretching()
        self.both()
        self.left_out()
        self.answer()

    def vector(self, depth: float) -> np.ndarray:
        """The numbers that are drawn at a depth; between two depths, on their way."""
        return self._between(lambda d: self.row.vectors.array[d], depth)

    def copied(self, depth: float) -> np.ndarray:
        """The same of the copy that is read there."""
        return self._between(lambda d: self.row.copy(d).array, depth)

    def added(self, depth: float) -> np.ndarray:
        """What the block behind a depth adds."""
        vectors = self.row.vectors.array
        return self._between(
            lambda d: vectors[min(d + 1, self.last)] - vectors[min(d, self.last - 1)], depth
        )

    def _between(self, at, depth: float) -> np.ndarray:
        low = int(depth + 1e-6)
        first = np.asarray(at(low), dtype=float)[self.places]
        if (share := depth - low) < 1e-6:
            return first
        return first + (np.asarray(at(low + 1), dtype=float)[self.places] - first) * share

    def passed(self, depth: int) -> Count:
        """How many blocks lie before a depth."""
        return Count.position(depth, self.sizes, "blocks passed")

    # Without the step
    # ---------------------------------------------------------------------------------------------

    def hook(self) -> None:
        """A row of numbers goes through blocks without their norms."""
        rec = self.row
        self.strip = TokenStrip(tail(rec.prompt, LINE, SIZE), SIZE).place(
            LEFT, theme.TOP_EDGE - 0.1
        )
        self.mark = Focus(self.strip.boxes[-1], 0.06)
        row = Row(*WHOLE, BARE, theme.RIGHT_EDGE - 0.1)
        start = rec.unnormed.array[0][self.places]
        unit = 0.35 / float(self.bare[0])
        gauge = Gauge(self.bare[0], (LEFT, 2.0), aside=True)
        counter = Passed(self.passed(0), theme.TOP_EDGE - 0.5)
        some = Words(
            "{k:d} of its {n:,} numbers",
            theme.LABEL,
            theme.SECONDARY,
            k=Count(self.places, "numbers drawn"),
            n=rec.d_model,
        )
        some.place([LEFT, -2.2, 0])
        too_large = self.blown_up()
        with self.beat(
            "Here\u2019s the word {word}, as a row of numbers inside a model.",
            "One small step has been taken out of every block.",
            too_large,
            word=rec.word,
            k=self.passed(len(self.bare) - 1 + int(rec.has("overflow"))),
            r=derive(maths.ratio, self.bare[-1], self.sizes[len(self.bare) - 1]),
            hold=1.3,
        ) as said:
            boxes = [FadeIn(box) for box in self.strip]
            self.play(LaggedStart(*boxes, lag_ratio=0.3), run_time=1.0)
            self.play(Create(self.mark), run_time=theme.QUICK)
            self.play(
                Follow(row, lambda r, s: r.show(start * s, unit), max(said.left(0) - 0.5, 0.8)),
                FadeIn(gauge),
                FadeIn(some),
            )
            said.until(1)
            self.play(FadeIn(counter), run_time=theme.QUICK)
            steps = len(self.bare) - 1
            self.run_bare(row, gauge, counter, unit, max(said.left() - 1.2, min(1.0 * steps, 7.0)))
            number: Numeral | Words = gauge.number
            if rec.has("overflow"):
                after = Words("too large to hold", 72, BARE).place(gauge.number.baseline())
                counter.number.set_value(self.passed(int(rec.overflow)))
                gauge.remove(number)
                self.play(exchange([number], [after]))
                number = after
            self.wait(said.left() + 0.8)
        self.hooked = VGroup(row, gauge.label, number, counter, some)

    def blown_up(self) -> Claim:
        """What becomes of the numbers without norms."""
        missing = derive(maths.difference, self.row.layers, self.passed(len(self.bare) - 1))
        return Claim(
            maths.is_nothing,
            (missing,),
            "After {k:words} blocks, its numbers are {r:~} times what they should be.",
            "After {k:words} blocks, the numbers are too large for the computer.",
        )

    def run_bare(
        self, row: Row, gauge: Gauge, counter: Passed, unit: float, seconds: float
    ) -> None:
        """The row passes blocks without norms."""
        vectors, steps = self.row.unnormed.array[:, self.places].astype(float), len(self.bare) - 1

        def step(_: VGroup, share: float) -> None:
            depth = min(int(share * steps), steps - 1) if steps else 0
            part = smooth(min((share * steps - depth) / 0.7, 1.0))
            after = min(depth + 1, steps)
            row.show(vectors[depth] + (vectors[after] - vectors[depth]) * part, unit)
            gauge.turn(self.bare[depth], self.bare[after], part)
            counter.number.set_value(self.passed(after if part >= 1 else depth))

        self.play(Follow(VGroup(row, gauge, counter), step, seconds, rate_func=linear))

    def question(self) -> None:
        self.chart = map_of(self.row, CARD)
        with self.beat(
            "With that step in place, this doesn\u2019t happen.",
            "So why don\u2019t the numbers blow up?",
        ) as said:
            going = [FadeOut(each, shift=UP * 0.8) for each in (self.hooked, self.strip, self.mark)]
            self.play(*going, FadeIn(self.chart, shift=UP * 0.8), run_time=theme.MOVE)
            self.title_card(self.chart, max(said.left() - theme.MOVE, 2.8))
            self.play(self.chart.light("blocks"), run_time=theme.MOVE)

    # The row grows
    # ---------------------------------------------------------------------------------------------

    def adding(self) -> None:
        """The first blocks, one by one: what each adds rises into the row."""
        self.stream = Row(*UPPER, theme.DATA_HIGH).show(self.vector(0), UNIT)
        self.lower = Row(*LOWER, ADDED)
        self.gauge = Gauge(self.sizes[0], (COLUMN, UPPER[0]))
        self.counter = Passed(self.passed(0), 2.15)
        adds = self.adds = Words("what the block adds", 32, ADDED).place([COLUMN, LOWER[0], 0])
        with self.beat(
            "Each block reads the row, and adds something to every number.",
            "The next block adds to that, and so on.",
            hold=0.9,
        ) as said:
            self.play(
                self.chart.carry(run_time=1.0),
                *[FadeIn(each) for each in (self.strip, self.mark, self.stream, self.gauge)],
                FadeIn(self.counter),
                run_time=1.0,
            )
            count = min(ADDING, max(self.last - 1, 1))
            each = max((said.left() - 0.6) / count, 1.7)
            for block in range(count):
                self.add_block(block, each, [FadeIn(adds)] if not block else [])

    def add_block(self, block: int, seconds: float, more: list) -> None:
        """A block's addition comes up in the lower row, and rises into the row above it."""
        before, after, rise = self.vector(block), self.vector(block + 1), UPPER[0] - LOWER[0]
        lower, added = self.lower, self.added(block)
        lower.middle = LOWER[0]
        self.play(
            self.chart.light(f"block {block}", run_time=seconds * 0.4),
            Follow(lower, lambda r, s: r.show(added * s, UNIT), seconds * 0.4),
            *more,
        )

        def lift(_: VGroup, share: float) -> None:
            lower.middle = LOWER[0] + rise * share
            lower.show(added, UNIT)
            landed = float(np.clip(share * 2 - 1, 0, 1))
            self.stream.show(before + (after - before) * landed, UNIT)
            lower.veil(1 - landed)
            self.gauge.turn(self.sizes[block], self.sizes[block + 1], landed)

        self.play(Follow(VGroup(lower, self.stream, self.gauge), lift, seconds * 0.6))
        lower.middle = LOWER[0]
        lower.show(added * 0, UNIT).veil(1)
        self.counter.number.set_value(self.passed(block + 1))

    def growing(self) -> None:
        """All the other blocks, seen from farther and farther away."""
        sizes, start = self.sizes, min(ADDING, max(self.last - 1, 1))
        grows = Claim(
            maths.is_larger,
            (sizes[-1], sizes[0]),
            "Nothing is ever thrown away, and the row gets larger.",
            "Nothing is ever thrown away, yet this row hardly grows.",
        )
        far = 0.62 * UPPER[1] / float(sizes[-1])
        self.lower.bars.set_fill(ADDED, opacity=1)
        with self.beat(
            grows,
            "In the end, its numbers are {r:~} times as large.",
            r=derive(maths.ratio, sizes[-1], sizes[0]),
            hold=1.0,
        ) as said:

            def zoom(_: VGroup, share: float) -> None:
                unit = UNIT * (far / UNIT) ** share
                self.stream.show(self.vector(start), unit)
                self.lower.show(self.added(start) * share, unit)

            both = VGroup(self.stream, self.lower)
            self.play(Follow(both, zoom, 1.2))
            parts = VGroup(self.chart, self.stream, self.lower, self.gauge, self.counter)

            def climb(_: VGroup, share: float) -> None:
                depth = start + (self.last - start) * share
                self.stream.show(self.vector(depth), far)
                self.lower.show(self.added(depth), far)
                self.tell(depth)

            self.play(Follow(parts, climb, max(said.left() - 0.4, 5.0), rate_func=linear))
        self.far = far

    def tell(self, depth: float) -> None:
        """Writes at what depth the row is, and how large it was there; lights the block."""
        at = int(depth + 1e-6)
        self.gauge.turn(self.sizes[at], self.sizes[at], 1.0)
        self.counter.number.set_value(self.passed(at))
        self.chart.set_lit(f"block {min(at, self.last - 1)}")

    # The step
    # ---------------------------------------------------------------------------------------------

    def copying(self) -> None:
        """Back to an early block; the row is copied before it is read, and measured."""
        turn, rise = self.turn, UPPER[0] - LOWER[0]
        self.copy = Row(UPPER[0], LOWER[1], COPY)
        self.copy_gauge = Gauge(self.sizes[turn], (COLUMN, LOWER[0]))
        self.reads = Words("what the block reads", 32, COPY).place([COLUMN, LOWER[0] - 0.75, 0])
        with self.beat(
            "So here\u2019s the step that was missing.",
            "Before a block reads the row, the row is copied.",
            "And the copy\u2019s typical size is measured.",
        ) as said:

            def back(_: VGroup, share: float) -> None:
                depth = self.last + (turn - self.last) * share
                unit = self.far * (UNIT / self.far) ** share
                self.stream.show(self.vector(depth), unit)
                self.lower.show(self.added(depth) * (1 - min(share * 3, 1)), unit)
                self.tell(turn if share >= 1 else depth)

            parts = VGroup(self.chart, self.stream, self.lower, self.gauge, self.counter)
            gone = FadeOut(self.adds, run_time=theme.QUICK)
            self.play(Follow(parts, back, max(said.left(0), 1.8)), gone)
            self.remove(self.lower)
            said.until(1)
            self.play(self.chart.light(f"attention {turn}"), run_time=theme.QUICK)

            def down(copy: Row, share: float) -> None:
                copy.middle = UPPER[0] - rise * share
                copy.show(self.vector(turn), UNIT)

            self.play(Follow(self.copy, down, max(said.left(1), 1.2)), FadeIn(self.reads))
            said.until(2)

            def measure(copy: Row, share: float) -> None:
                copy.show(self.vector(turn), UNIT, float(self.sizes[turn]) * share)

            self.play(Follow(self.copy, measure, 1.0), FadeIn(self.copy_gauge, shift=UP * 0.3))

    def dividing(self) -> None:
        """The copy is divided by its size."""
        turn = self.turn
        size, raw, done = self.sizes[turn], self.vector(turn), self.copied(turn)
        one = self.row.copied_typical(turn)
        divided = Words("\u00f7 {s:.2f}", 60, COPY, s=size)
        divided.place([COLUMN + 1.55, LOWER[0] - 0.2, 0])
        with self.beat(
            "Then it takes off their mean, and divides by that size."
            if self.row.centred
            else "Then every number is divided by that size.",
            "Now their typical size is one.",
            hold=1.0,
        ) as said:
            self.play(FadeIn(divided, shift=UP * 0.3), run_time=0.6)

            def divide(_: VGroup, share: float) -> None:
                now = float(size) ** (1 - share)
                self.copy.show(raw + (done - raw) * share, UNIT, now)
                self.copy_gauge.turn(size, one, share)

            self.play(
                Follow(VGroup(self.copy, self.copy_gauge), divide, max(said.left(0), 1.6)),
                FadeOut(divided, rate_func=rates.squish_rate_func(smooth, 0.4, 0.9)),
            )
            self.wait(said.left() + 0.6)

    def stretching(self) -> None:
        """The same before the first block, where the numbers are tiny."""
        turn, sizes = self.turn, self.sizes
        tiny = Claim(
            maths.less,
            (sizes[0], self.setting("one")),
            "Before the first block, the numbers are tiny, so the copy is stretched.",
            "Before the first block, the copy is brought to one, too.",
        )
        with self.beat(tiny, "And it ends up just as large.", hold=1.4) as said:

            def back(_: VGroup, share: float) -> None:
                depth = turn * (1 - share)
                self.stream.show(self.vector(depth), UNIT)
                size = float(sizes[0]) ** share
                raw = self.vector(0) * share + self.copied(turn) * (1 - share)
                self.copy.show(raw, UNIT, size)
                self.gauge.turn(sizes[turn], sizes[0], share)
                self.copy_gauge.turn(self.row.copied_typical(turn), sizes[0], share)
                self.counter.number.set_value(self.passed(int(depth + 1e-6)))

            parts = VGroup(self.stream, self.copy, self.gauge, self.copy_gauge, self.counter)
            self.play(
                Follow(parts, back, max(said.left(0) * 0.4, 1.2)),
                self.chart.light("attention 0", run_time=0.8),
            )

            def stretch(_: VGroup, share: float) -> None:
                raw, done = self.vector(0), self.copied(0)
                self.copy.show(raw + (done - raw) * share, UNIT, float(sizes[0]) ** (1 - share))
                self.copy_gauge.turn(sizes[0], self.row.copied_typical(0), share)

            both = VGroup(self.copy, self.copy_gauge)
            self.play(Follow(both, stretch, max(said.left(0), 1.4)))
            self.wait(said.left() + 0.6)

    def both(self) -> None:
        """Row and copy together, all the way up."""
        rec = self.row
        grows = Claim(
            maths.is_larger,
            (self.sizes[-1], self.sizes[0]),
            "The row gets larger.",
            "The row goes its own way.",
        )
        with self.beat(
            "Now watch both of them.",
            grows,
            "But what\u2019s read is brought to one, {n:words} times in all.",
            n=rec.norms,
        ) as said:
            parts = VGroup(
                self.chart, self.stream, self.copy, self.gauge, self.copy_gauge, self.counter
            )

            def climb(_: VGroup, share: float) -> None:
                depth = self.last * share
                at = int(depth + 1e-6)
                self.stream.show(self.vector(depth), UNIT)
                self.copy.show(self.copied(depth), UNIT, 1.0)
                self.copy_gauge.turn(rec.copied_typical(at), rec.copied_typical(at), 1.0)
                self.tell(depth)

            self.play(Follow(parts, climb, max(said.left() - 0.3, 7.0), rate_func=linear))

    # The answer
    # ---------------------------------------------------------------------------------------------

    def left_out(self) -> None:
        """All sizes on one scale; the step is left out once more."""
        ends = self.passed(0), self.passed(self.last)
        growth = self.growth = Growth(1.25 * float(self.sizes[-1]), ends)
        growth.line("row", self.sizes, theme.DATA_HIGH)
        growth.line("copy", [self.row.copied_typical(d) for d in range(self.last + 1)], COPY)
        growth.line("bare", self.bare, BARE)
        self.told = VGroup()
        worse = Claim(
            maths.is_larger,
            (self.bare[-1], self.sizes[len(self.bare) - 1]),
            "After a few blocks, the numbers run away.",
            "Here, the numbers stay small all the same.",
        )
        with self.beat(
            "Here\u2019s how large the row and its copy get.",
            "Now leave the step out again.",
            worse,
        ) as said:
            self.gather(1.0)
            self.draw(("row", "copy"), self.last, max(said.left(0) - 0.4, 1.6))
            self.tell_end("row", "the row", self.sizes[-1], theme.DATA_HIGH)
            self.tell_end("copy", "what\u2019s read", self.row.copied_typical(self.last), COPY)
            said.until(1)
            self.draw(("bare",), growth.reach("bare"), max(said.left() - 0.8, 2.0))
            words = Words("without the step", 44, BARE)
            end = growth.end("bare")
            words.place([end[0] + 0.3, min(end[1], growth.HIGH) - 0.35, 0])
            self.told.add(words)
            self.without = (words, growth.lines["bare"])
            self.play(FadeIn(words), run_time=theme.QUICK)

    def gather(self, seconds: float) -> None:
        """The rows flatten, and give way to the plot."""
        stream, copy = self.stream, self.copy
        rows, reads = stream.values.copy(), copy.values.copy()

        def flatten(_: VGroup, share: float) -> None:
            stream.show(rows * (1 - share), UNIT)
            copy.show(reads * (1 - share), UNIT, 1.0 - share)

        gone = (self.gauge, self.copy_gauge, self.reads, self.counter, self.strip, self.mark)
        self.play(
            Follow(VGroup(stream, copy), flatten, seconds),
            *[FadeOut(each) for each in gone],
            self.chart.light(),
        )
        self.play(
            FadeOut(stream),
            FadeOut(copy),
            FadeOut(self.chart),
            Create(self.growth.axes),
            FadeIn(self.growth.names),
            run_time=theme.QUICK,
        )
        self.add(self.growth)

    def draw(self, names: tuple[str, ...], depth: float, seconds: float) -> None:
        """Draws lines together up to a depth."""

        def step(growth: Growth, share: float) -> None:
            for name in names:
                growth.set_depth(name, depth * share)

        self.play(Follow(self.growth, step, seconds, rate_func=linear))

    def tell_end(self, name: str, text: str, size, colour: str) -> None:
        """Writes at a line's end what it is, and where it ends."""
        x, y, _ = self.growth.end(name)
        number = Numeral(size, ".2f", 56, colour).place([x + 0.25, y - 0.18, 0])
        words = Words(text, 34, theme.SECONDARY).place([x + 0.25, y + 0.42, 0])
        self.told.add(number, words)
        self.play(FadeIn(number), FadeIn(words), run_time=theme.QUICK)

    def answer(self) -> None:
        """The row may grow; what is read of it doesn't."""
        with self.beat(
            "With the step, the row may grow as it likes.",
            "What the blocks read never does. So nothing blows up.",
            hold=1.4,
        ) as said:
            self.play(Dim(*self.without))
            for number, name in enumerate(("row", "copy")):
                said.until(number)
                dot = self.growth.dot(name)
                self.add(dot)
                self.play(dot.run(max(said.left(number) - 0.3, 1.6)))
            self.play(Light(*self.without))
        picture = VGroup(self.growth, self.told)
        self.add(picture)
        self.end_card("Every block reads a copy, brought to one size.", picture)
