"""A running sum that climbs and dips as products fall in, one after another, to its value."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, smooth

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Framed, boxes_of, painted, rectangles, segments, stroked
from gptviz.drawing.base.given import finite
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Words
from gptviz.errors import GptvizError
from gptviz.recording.number import Numbers, Tracked

_FLIGHT = 0.06  # of all terms, how many fall at once; at least one
_LANDING = 0.35  # of a fall, its end, in which the sum moves
_FILL = 0.86  # of its column, what a bar takes
_NUMERAL = 1.9  # units right of the bars for the sum's numeral


class RunningSum(Framed):
    """Bars side by side, each from one sum to the next: bright where the sum climbs, dark where it
    dips.

    ``sums`` (term) are the running sums as recorded or derived, ``start`` is where they begin (a
    bias; zero without). The numeral at the level shows a sum that was reached, never one between.
    :meth:`set_progress` says how many terms have fallen. Built around the origin.
    """

    def __init__(
        self,
        sums: Numbers,
        start: Tracked | None = None,
        width: float = 12.0,
        height: float = 4.6,
        spec: str = "+.3f",
        size: float = 40.0,
    ) -> None:
        super().__init__(-width / 2, -height / 2, width / 2, height / 2)
        self.sums, self.start = sums, start
        plain = finite(sums, "sum")
        if not plain.size:
            raise GptvizError("a running sum of no terms has nothing to climb: give at least one")
        self.terms, self.done = len(plain), 0.0
        self._levels = np.concatenate([[0.0 if start is None else float(start)], plain])
        low, high = min(self._levels.min(), 0.0), max(self._levels.max(), 0.0)
        self._unit = 0.88 * height / ((high - low) or 1.0)
        self._zero = -0.46 * height - low * self._unit
        self._left, self._step = -width / 2, (width - _NUMERAL) / self.terms
        right = width / 2 - _NUMERAL
        self.axis = stroked(
            segments([[-width / 2, self._zero, 0]], [[right, self._zero, 0]]), theme.SECONDARY, 2.0
        )
        self.up = painted(np.zeros((0, 3)), theme.DATA_HIGH)
        self.down = painted(np.zeros((0, 3)), theme.DATA_LOW)
        self.trace = stroked(np.zeros((0, 3)), theme.SECONDARY, 2.0)
        self.pointer = stroked(np.zeros((0, 3)), theme.TEXT, 2.5)
        self.numeral = Numeral(sums[0] if start is None else start, spec, size)
        self.zero = Words("zero", theme.LABEL, theme.SECONDARY).place(
            [-width / 2 - 0.12, self._zero - 0.36 * theme.units(theme.LABEL), 0], "right"
        )
        self.add(
            self.axis, self.zero, self.trace, self.up, self.down, self.pointer, VGroup(self.numeral)
        )
        self.set_progress(0.0)

    def set_progress(self, done: float) -> Self:
        """How many of the terms have fallen into the sum: 0 to ``terms``; a part of one is on its
        way."""
        self.done = float(np.clip(done, 0, self.terms))
        flight = max(_FLIGHT * self.terms, 1.0)
        head = self.done * (self.terms - 1 + flight) / self.terms
        fallen = np.clip((head - np.arange(self.terms)) / flight, 0, 1)
        landed = int((fallen >= 1).sum())
        landing = 0.0
        if landed < self.terms:
            landing = smooth(float(np.clip(1 - (1 - fallen[landed]) / _LANDING, 0, 1)))
        self._draw_bars(fallen)
        self._point(landed, landing)
        return self

    def _draw_bars(self, fallen: npt.NDArray[np.float64]) -> None:
        low = self._zero + np.minimum(self._levels[1:], self._levels[:-1]) * self._unit
        high = self._zero + np.maximum(self._levels[1:], self._levels[:-1]) * self._unit
        top = self.anchor.home[1] + self.anchor.home[3]
        rise = (top - high) * (1 - fallen**2)  # they fall faster and faster
        x = self._left + np.arange(self.terms) * self._step
        boxes = boxes_of(x, low + rise, x + self._step * _FILL, high + rise)
        origin, right, up = self.anchor.axes()
        climbs = self._levels[1:] >= self._levels[:-1]
        for shape, chosen in ((self.up, climbs), (self.down, ~climbs)):
            points = rectangles(boxes[chosen & (fallen > 0)])
            shape.points = origin + points[:, :1] * right + points[:, 1:2] * up

        self._draw_trace(int((fallen >= 1).sum()))

    def _draw_trace(self, landed: int) -> None:
        """The line through the sums that were reached."""
        x = self._left + (np.repeat(np.arange(landed), 2) + _FILL / 2) * self._step
        levels = np.stack([self._levels[:landed], self._levels[1 : landed + 1]], axis=1).reshape(-1)
        line = self.anchor.at(np.stack([x, self._zero + levels * self._unit], axis=1))
        self.trace.points = segments(line[:-1], line[1:])

    def _point(self, landed: int, landing: float) -> None:
        """Sets the line at the level of the sum, and its numeral behind the line's end."""
        level = self._levels[landed]
        if landing:
            level += (self._levels[landed + 1] - level) * landing
        y, end = self._zero + level * self._unit, self._left + self.terms * self._step
        self.pointer.points = segments(
            [self.at(self._left + landed * self._step, y)], [self.at(end + 0.12, y)]
        )
        before = self._sum(landed)
        if before is None:  # no sum was reached, and none is written
            self.numeral.set_fill(opacity=landing).set_value(self.sums[0])
        elif landing:
            self.numeral.set_fill(opacity=1).set_between(before, self.sums[landed], landing)
        else:
            self.numeral.set_fill(opacity=1).set_value(before)
        drop = 0.363 * theme.units(self.numeral.size) * self.factor
        self.numeral.place(self.at(end + 0.24, y) - np.array([0, drop, 0]))

    def _sum(self, landed: int) -> Tracked | None:
        if landed == 0:
            return self.start
        found: Tracked = self.sums[landed - 1]
        return found

    def climb(self, done: float | None = None, run_time: float = 4.0, **options: object) -> Follow:
        """A motion in which terms fall, up to so many, or all."""
        first, last = self.done, float(self.terms if done is None else done)
        return Follow(
            self,
            lambda chart, share: chart.set_progress(first + (last - first) * share),
            run_time,
            **options,
        )
