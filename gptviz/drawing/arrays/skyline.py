"""A whole vector as bars side by side, up and down from its middle line: its length is seen, and so
is what a factor or a sum makes of it.

Planned films: qkv, sum_project.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import boxes_of, painted, rectangles
from gptviz.drawing.base.given import finite
from gptviz.drawing.base.motion import Follow

Floats = npt.NDArray[np.float64]
_FILL = 0.8  # of its column, what a bar takes; of many thin ones all
_THIN = 0.02  # units: a column below which bars touch
_LINE = 0.012  # units: the middle line's thickness
_UNREAD = 0.35  # brightness of bars that are still to be read

#: What a vector's colour means.
MEANS = {theme.QUERY: ("query",), theme.KEY: ("key",), theme.VALUE: ("value",)}


class Skyline(VGroup):
    """A vector (component) in a box (left, bottom, right, top): a bar of ``limit`` is half as tall as
    the box.

    :meth:`carry` takes it to another box, :meth:`set_values` shows other numbers, :meth:`set_factor`
    makes all bars so many times as tall, :meth:`set_read` lights the bars up to one. Without a limit
    the largest number fills the box; a bar beyond the limit is cut off at the box's edge.
    """

    def __init__(
        self,
        values: Any,
        box: Sequence[float] | Floats,
        color: str = theme.DATA_HIGH,
        limit: float | None = None,
    ) -> None:
        super().__init__()
        self.values = finite(values, "component")
        self.limit = float(limit or np.abs(self.values).max(initial=0.0) or 1.0)
        self.box: Floats = np.asarray(box, dtype=np.float64)
        self.factor, self.read = 1.0, float(len(self.values))
        self.means = MEANS.get(color, ())  #: of the colour, for the audit
        self.bright = painted(np.zeros((0, 3)), color)
        self.faint = painted(np.zeros((0, 3)), color, _UNREAD)
        self.line = painted(np.zeros((0, 3)), color, _UNREAD)
        self.add(self.line, self.faint, self.bright)
        self.draw()

    def draw(self) -> Self:
        """Draws the bars as they are now."""
        left, bottom, right, top = self.box
        middle, count = (bottom + top) / 2, len(self.values)
        pitch = (right - left) / max(count, 1)
        wide = pitch * (_FILL if pitch >= _THIN else 1.0)
        x = left + np.arange(count) * pitch
        tall = np.clip(self.values / self.limit, -1, 1) * self.factor * (top - bottom) / 2
        boxes = boxes_of(x, middle + np.minimum(tall, 0), x + wide, middle + np.maximum(tall, 0))
        done = np.arange(count) < self.read
        self.bright.points = rectangles(boxes[done])
        self.faint.points = rectangles(boxes[~done])
        self.line.points = rectangles(boxes_of(left, middle - _LINE / 2, right, middle + _LINE / 2))
        return self

    @property
    def middle(self) -> Floats:
        """The middle of its box."""
        left, bottom, right, top = self.box
        return np.array([(left + right) / 2, (bottom + top) / 2, 0.0])

    def set_box(self, box: Sequence[float] | Floats) -> Self:
        """Takes it to another place and size."""
        self.box = np.asarray(box, dtype=np.float64)
        return self.draw()

    def set_values(self, values: Any) -> Self:
        """Shows other numbers, as many as before."""
        self.values = finite(values, "component")
        return self.draw()

    def set_factor(self, factor: float) -> Self:
        """Every bar becomes so many times its number."""
        self.factor = float(factor)
        return self.draw()

    def set_read(self, count: float) -> Self:
        """So many bars have been read; the others are dim."""
        self.read = float(count)
        return self.draw()

    def carry(
        self, box: Sequence[float] | Floats, run_time: float = theme.SLOW, **options: Any
    ) -> Follow:
        """A motion to another box."""
        start: list[Floats] = []
        target = np.asarray(box, dtype=np.float64)

        def step(skyline: Skyline, share: float) -> None:
            start[:] = start or [skyline.box]
            skyline.set_box(start[0] + (target - start[0]) * share)

        return Follow(self, step, run_time, **options)

    def multiply(self, factor: float, run_time: float = theme.SLOW, **options: Any) -> Follow:
        """A motion in which all bars become so many times as tall as they are as recorded."""
        start: list[float] = []

        def step(skyline: Skyline, share: float) -> None:
            start[:] = start or [skyline.factor]
            skyline.set_factor(start[0] + (factor - start[0]) * share)

        return Follow(self, step, run_time, **options)

    def grow(self, run_time: float = theme.MOVE, **options: Any) -> Follow:
        """The bars grow out of the middle line."""
        return Follow(self, lambda skyline, share: skyline.set_factor(share), run_time, **options)

    def rise(self, center: Sequence[float], run_time: float, lift: float, **options: Any) -> Follow:
        """A motion along an arc, ``lift`` units high, until its middle lies at a place (xy)."""
        start: list[Floats] = []

        def step(skyline: Skyline, share: float) -> None:
            start[:] = start or [skyline.box]
            way = np.asarray(center, dtype=np.float64)[:2] - (start[0][:2] + start[0][2:]) / 2
            shift = way * share + np.array([0.0, 4 * lift * share * (1 - share)])
            skyline.set_box(start[0] + np.tile(shift, 2))

        return Follow(self, step, run_time, **options)
