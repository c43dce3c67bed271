"""Words in an order that they should rise in, each at the height of its own value; and pairs of
words along a line.

Planned films: plurality.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup

from gptviz.drawing.arrays.windows import label_of
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Framed, boxes_of, painted, rectangles, segments, stroked
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.vectors.arrows import arrows
from gptviz.recording.number import Numbers, Tracked

_DOT = 0.16


class OrderedWords(Framed):
    """Words side by side in their order, a dot for each at the height of its value, a line from dot
    to dot.

    ``values`` (word) are tracked and written above (or below) their dots; ``low`` and ``high`` are
    the values at foot and top. ``Glide(chart, lambda: chart.set_values(others))`` moves between two
    sets of values.
    """

    def __init__(
        self,
        names: Sequence[Any],
        values: Numbers,
        width: float = 12.0,
        height: float = 3.0,
        low: float | None = None,
        high: float | None = None,
        *,
        spec: str = ".2f",
        size: float = theme.LABEL,
        color: str = theme.DATA_HIGH,
    ) -> None:
        super().__init__(-width / 2, -height / 2, width / 2, height / 2)
        plain = np.asarray(values.array, dtype=np.float64)
        self.low = float(plain.min() if low is None else low)
        self.high = float(plain.max() if high is None else high)
        self._height, self._size = height, size
        count = len(plain)
        self._x = (np.arange(count) + 0.5) * width / count - width / 2
        self.line = stroked(np.zeros((0, 3)), theme.SECONDARY, 2.5, 0.7)
        self.dots = painted(np.zeros((0, 3)), color)
        foot = -height / 2 - theme.units(size) * 3.2
        self.names = VGroup(
            *[
                label_of(name, size, theme.TEXT).place([x, foot, 0], "center")
                for name, x in zip(names, self._x, strict=True)
            ]
        )
        self.foot = foot
        self.numerals = VGroup(
            *[Numeral(value, spec, size, theme.SECONDARY, "center") for value in values]
        )
        self.add(self.line, self.dots, self.names, self.numerals)
        self.set_values(values)

    def _y(self, value: Any) -> Any:
        return (
            (np.asarray(value, dtype=np.float64) - self.low) / ((self.high - self.low) or 1.0) - 0.5
        ) * self._height

    def below(
        self,
        values: Sequence[Tracked] | Numbers,
        spec: str = ",",
        size: float = theme.SMALL,
        line: int = 1,
    ) -> VGroup:
        """Another tracked value for each word, in a line of its own below the names; not yet
        added."""
        y = self.foot - line * theme.units(self._size) * 1.6
        row = [
            Numeral(value, spec, size, theme.SECONDARY, "center").place(self.at(x, y), "center")
            for value, x in zip(values, self._x, strict=True)
        ]
        return VGroup(*row)

    def set_values(self, values: Numbers) -> Self:
        """Shows other values (word): exact."""
        for numeral, value in zip(self.numerals, values, strict=True):
            numeral.set_value(value)
        self.glide_to(self._y(np.asarray(values.array, dtype=np.float64)))
        return self

    def glide_state(self) -> npt.NDArray[np.float64]:
        """The heights of the dots (word): what ``Glide`` moves."""
        return self._heights.copy()

    def glide_to(self, state: npt.NDArray[np.float64]) -> None:
        """Puts the dots at heights (word), their numerals on the side where the line leaves
        room."""
        self._heights = np.asarray(state, dtype=np.float64)
        places = np.stack([self._x, self._heights, np.zeros(len(self._x))], axis=1)
        base, right, up = self.anchor.axes()
        half = _DOT / 2
        shapes = (
            (self.line, segments(places[:-1], places[1:])),
            (
                self.dots,
                rectangles(
                    boxes_of(
                        places[:, 0] - half,
                        places[:, 1] - half,
                        places[:, 0] + half,
                        places[:, 1] + half,
                    )
                ),
            ),
        )
        for shape, points in shapes:
            shape.points = base + points[:, :1] * right + points[:, 1:2] * up
        around = np.concatenate([self._heights[:1], self._heights, self._heights[-1:]])
        above = self._heights * 2 >= around[:-2] + around[2:]
        em = theme.units(self._size)
        for i, (place, over) in enumerate(zip(places, above, strict=True)):
            numeral: Any = self.numerals[i]
            y = place[1] + (0.2 if over else -0.2 - em * 0.75)
            numeral.place(
                self.at(place[0] + self._aside(i, bool(over), numeral.advance / 2), y), "center"
            )

    def _aside(self, i: int, over: bool, half: float) -> float:
        """How far a numeral steps aside, so that the line to a neighbour does not run through
        it."""
        away, up = 0.0, 1 if over else -1
        for side, other in ((1, i - 1), (-1, i + 1)):
            if 0 <= other < len(self._x):
                rise = (
                    (self._heights[other] - self._heights[i])
                    * up
                    / abs(self._x[other] - self._x[i])
                )
                if rise * half > 0.15:
                    away += side * (half - 0.12 / rise)
        return away


class PairRows(VGroup):
    """Pairs of words, a row each: an arrow from the first word's value to the second's, both values
    at the right.

    ``pairs`` are (first, second, value of first, value of second). An arrow that runs back has the
    colour of what is wrong. ``rows[i]`` are the parts of a row, to let them come one by one. The
    left end of the axis is at x = 0.
    """

    def __init__(
        self,
        pairs: Sequence[tuple[Any, Any, Tracked, Tracked]],
        width: float = 7.0,
        row: float = 0.42,
        size: float = theme.LABEL,
        titles: tuple[str, str] = ("", ""),
        spec: str = ".2f",
        columns: tuple[float, float] = (2.6, 4.2),
    ) -> None:
        super().__init__()
        values = np.array([[float(each[2]), float(each[3])] for each in pairs])
        low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
        scale = width / ((high - low) or 1.0)
        self.zero = -low * scale
        self.bottom = -row * (len(pairs) - 1)
        em = theme.units(size)
        self.head = VGroup(
            *[
                Words(title, theme.SMALL, theme.SECONDARY).place(
                    [width + x, row * 1.12, 0], "right"
                )
                for title, x in zip(titles, columns, strict=True)
                if title
            ]
        )
        self.axis = stroked(
            segments(
                [[0, row, 0], [self.zero, row - 0.1, 0]],
                [[width, row, 0], [self.zero, row + 0.1, 0]],
            ),
            theme.SECONDARY,
            2.0,
        )
        self.rows = VGroup()
        for i, (first, second, one, other) in enumerate(pairs):
            y, a, b = -i * row, (float(one) - low) * scale, (float(other) - low) * scale
            way = 1 if b >= a else -1
            arrow = painted(
                arrows([[a, y + 0.33 * em]], [[b, y + 0.33 * em]], 0.05, 0.2)[0],
                theme.DATA_HIGH if way > 0 else theme.WRONG,
            )
            ends = ("right", "left") if way > 0 else ("left", "right")
            labels = [
                Words(first, size, theme.SECONDARY).place([a - 0.14 * way, y, 0], ends[0]),  # type: ignore[arg-type]
                Words(second, size, theme.TEXT).place([b + 0.14 * way, y, 0], ends[1]),  # type: ignore[arg-type]
            ]
            numerals = [
                Numeral(value, spec, size, colour, "right").place([width + x, y, 0], "right")
                for value, x, colour in zip(
                    (one, other), columns, (theme.SECONDARY, theme.TEXT), strict=True
                )
            ]
            self.rows.add(VGroup(arrow, *labels, *numerals))
        self.add(self.head, self.axis, self.rows)
