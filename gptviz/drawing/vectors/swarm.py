"""Many values as a swarm of dots above a line: one dot each, stacked where they are many, coloured
by the side of zero.

Planned films: plurality.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Framed, boxes_of, painted, rectangles, segments, stroked
from gptviz.drawing.base.given import finite
from gptviz.drawing.base.text import Words
from gptviz.errors import GptvizError
from gptviz.recording.number import Tracked

_FILL = 0.82  # of its place, what a dot takes


class Swarm(Framed):
    """Dots (n) on an axis from ``low`` to ``high``, in ``width`` times ``height`` units, the axis
    at the foot.

    ``values`` (n) are plain: no numeral is written. Dots at or below ``bound`` (if it is given)
    have the colour of what is wrong. ``places`` is how many dots fit beside each other. Glides
    between two sets of values with ``set_values``. With :meth:`set_origins` the dots come from
    somewhere else in the picture (the cells of a map, points of a space) instead of from above: a
    swarm that settles into a histogram.
    """

    def __init__(
        self,
        values: Any,
        width: float = 12.0,
        height: float = 3.6,
        low: float = 0.0,
        high: float = 1.0,
        bound: float | None = 0.0,
        places: int = 140,
        color: str = theme.DATA_HIGH,
    ) -> None:
        super().__init__(-width / 2, 0.0, width / 2, height)
        self.low, self.high, self.bound = low, high, bound
        self._width, self._height, self.pitch = width, height, width / places
        self.axis = stroked(
            segments([[-width / 2, 0, 0]], [[width / 2, 0, 0]]), theme.SECONDARY, 2.0
        )
        self.border = VGroup()
        if bound is not None:
            x = self.x_of(bound)
            self.border.add(
                stroked(segments([[x, -0.12, 0]], [[x, height, 0]]), theme.SECONDARY, 2.0)
            )
        self.marks = VGroup()
        self.right, self.wrong = (
            painted(np.zeros((0, 3)), color),
            painted(np.zeros((0, 3)), theme.WRONG),
        )
        self.add(self.axis, self.border, self.marks, self.right, self.wrong)
        self._arrived = 1.0
        self._origins: npt.NDArray[np.float64] | None = None
        self._places = np.zeros((0, 2))
        self.set_values(values)

    def x_of(self, value: float) -> float:
        """Where a value lies along the axis, in the coordinates at building."""
        return float(((value - self.low) / ((self.high - self.low) or 1.0) - 0.5) * self._width)

    def place_of(self, index: int) -> npt.NDArray[np.float64]:
        """The middle of a dot on screen."""
        return self.anchor.at(self._places[index])

    def mark(
        self, value: Tracked, spec: str, size: float = theme.LABEL, words: str = "{value}"
    ) -> Words:
        """A tick below the axis at a tracked value, with the value written under it."""
        x = self.x_of(float(value))
        tick = stroked(segments([[x, 0, 0]], [[x, -0.14, 0]]), theme.SECONDARY, 2.0)
        text = Words(
            words.replace("{value}", "{value:" + spec + "}"), size, theme.TEXT, value=value
        )
        text.place([x, -0.14 - theme.units(size) * 1.15, 0], "center")
        self.marks.add(self.fit(tick), text.shift(self.at(0, 0)))
        return text

    def name_sides(self, left: str, right: str, size: float = theme.LABEL) -> Self:
        """Writes below the axis what lies left and right of the bound."""
        x, y = self.x_of(self.bound or 0.0), -0.14 - theme.units(size) * 1.5
        self.marks.add(
            Words(left, size, theme.WRONG).place(self.at(x - 0.2, y), "right"),
            Words(right, size, theme.SECONDARY).place(self.at(x + 0.2, y)),
        )
        return self

    def set_values(self, values: Any) -> Self:
        """Shows other values (n), each dot as low as the dots before it allow."""
        plain = finite(values, "value")
        border = 0.0 if self.bound is None else self.x_of(self.bound)
        x = ((plain - self.low) / ((self.high - self.low) or 1.0) - 0.5) * self._width
        apart = np.diff(np.unique(x))
        exact = (
            apart.size > 0 and apart.min() >= self.pitch
        )  # few values: each column stands at its own
        column = (
            np.ceil((x - border) / self.pitch).astype(int) - 1
        )  # no column on both sides of the bound
        level = np.zeros(len(plain))
        seen: dict[int, int] = {}
        for i in np.argsort(plain, kind="stable"):
            level[i] = seen.get(int(column[i]), 0)
            seen[int(column[i])] = int(level[i]) + 1
        step = self._step = min(self.pitch, (self._height - 0.1) / max(level.max(initial=0) + 1, 1))
        across = x if exact else border + (column + 0.5) * self.pitch
        self._places = np.stack([across, 0.06 + (level + 0.5) * step], axis=1)
        return self._draw()

    def set_origins(self, places: Any) -> Self:
        """Where the dots (n, xy or xyz, on screen) come from, in the order of the values; None for
        from above.

        Raises GptvizError where there is not one place for each dot.
        """
        if places is None:
            self._origins = None
            return self._draw()
        there = finite(places, "a place").reshape(-1, np.shape(places)[-1])[:, :2]
        if len(there) != len(self._places):
            raise GptvizError(f"{len(there)} places for {len(self._places)} dots: each needs one")
        origin, right, up = (axis[:2] for axis in self.anchor.axes())
        way = there - origin
        self._origins = np.stack(
            [(way * axis).sum(axis=1) / (axis * axis).sum() for axis in (right, up)], axis=1
        )
        return self._draw()

    def set_arrived(self, share: float) -> Self:
        """How many of the dots have come down to their places, from 0 to 1 of them; the leftmost
        come first."""
        self._arrived = float(np.clip(share, 0, 1))
        return self._draw()

    def glide_state(self) -> npt.NDArray[np.float64]:
        """Where the dots are (n, 2): what ``Glide`` moves."""
        return self._places.copy()

    def glide_to(self, state: npt.NDArray[np.float64]) -> None:
        """Puts the dots at places (n, 2)."""
        self._places = np.asarray(state, dtype=np.float64)
        self._draw()

    def _draw(self) -> Self:
        order = np.empty(len(self._places))
        order[np.argsort(self._places[:, 0], kind="stable")] = np.arange(len(self._places))
        fallen = np.clip(
            self._arrived * 1.15 * max(len(order), 1) - order, 0, 0.15 * len(order)
        ) / max(0.15 * len(order), 1e-9)
        above = np.stack([self._places[:, 0], np.full(len(order), self._height)], axis=1)
        start = above if self._origins is None else self._origins
        eased = fallen if self._origins is None else fallen * fallen * (3 - 2 * fallen)
        places = self._places + (start - self._places) * (1 - eased)[:, None]
        half, high = self.pitch * _FILL / 2, self._step * _FILL / 2
        boxes = boxes_of(
            places[:, 0] - half, places[:, 1] - high, places[:, 0] + half, places[:, 1] + high
        )
        border = -np.inf if self.bound is None else self.x_of(self.bound)
        base, right, up = self.anchor.axes()
        for shape, chosen in (
            (self.right, self._places[:, 0] > border),
            (self.wrong, self._places[:, 0] <= border),
        ):
            points = rectangles(boxes[chosen & ((fallen > 0) | (self._origins is not None))])
            shape.points = base + points[:, :1] * right + points[:, 1:2] * up
        return self
