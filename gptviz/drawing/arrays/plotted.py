"""A table that becomes a plot: names go to the axis, numerals rise to their values, and a line joins
them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import smooth

from gptviz.drawing.arrays.windows import Label, fitted, label_of
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Framed, painted, polygons, segments, stroked
from gptviz.drawing.base.given import finite
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Words
from gptviz.errors import GptvizError
from gptviz.recording.number import Count, Tracked

Floats = npt.NDArray[np.float64]
_ROUND = np.stack([np.cos(np.arange(12) * np.pi / 6), np.sin(np.arange(12) * np.pi / 6)], axis=1)
_DOT = 0.085


class PlottedTable(Framed):
    """Rows of a name and a value, which become points over an axis: names below it, values as
    heights, in ``width`` times ``height`` units; on stems, or ``joined`` by a line where the rows have
    an order.

    ``names`` are words, tokens or tracked numbers, ``values`` (row) tracked. ``zero``: whether the
    plot's foot is zero, or the smallest value. Of more rows than fit the first are written, and how
    many more there are; the plot has a point for every row. A numeral is written in the plot where
    its column has room for it. Built around the origin; :meth:`set_plotted` goes from 0, the table,
    to 1, the plot.
    """

    def __init__(
        self,
        names: Sequence[Any],
        values: Sequence[Tracked],
        spec: str = ".2f",
        width: float = 12.0,
        height: float = 5.0,
        size: float = theme.STATEMENT,
        *,
        zero: bool = True,
        joined: bool = False,
        color: str = theme.DATA_HIGH,
    ) -> None:
        super().__init__(-width / 2, -height / 2, width / 2, height / 2)
        plain = finite([float(value) for value in values], "value")
        if len(names) != len(plain):
            raise GptvizError(f"{len(names)} names, but {len(plain)} values: each row has both")
        self._joined = joined
        self.values, em = list(values), theme.units(size)
        line = em * 1.45
        fit = max(int(height / line), 1)
        shown = len(plain) if len(plain) <= fit else fit - 1
        pitch = width / max(len(plain), 1)
        low = min(plain.min(initial=np.inf), 0.0) if zero else plain.min(initial=np.inf)
        high = max(plain.max(initial=-np.inf), 0.0) if zero else plain.max(initial=-np.inf)
        foot, room = -height / 2 + line, height - 2.6 * line
        self._foot = foot
        rise = (plain - low) / ((high - low) or 1.0) * room if len(plain) else plain
        x = (np.arange(len(plain)) - (len(plain) - 1) / 2) * pitch
        self.names: list[Label] = [
            fitted(label_of(n, size, theme.TEXT), pitch - 0.2, theme.LABEL) for n in names[:shown]
        ]
        self.numerals = [Numeral(v, spec, size, theme.TEXT) for v in self.values[:shown]]
        gap = em * 1.2
        wide = [max((part.advance for part in column), default=0.0) for column in self._columns()]
        left, top = -(sum(wide) + gap) / 2, min(len(plain), fit) * line / 2
        y = top - (np.arange(len(plain)) + 0.5) * line
        right = left + sum(wide) + gap
        self._beside = (sum(wide) + gap) / 2  # from a name's middle to its value's
        drop = 0.36 * em
        named, written = (max(w, 0.01) < pitch - 0.15 for w in wide)
        self._kept = (named, written)  # of names and numerals, whether the plot has room
        over = foot + rise + 0.4 * em + _DOT
        at_foot = np.full(shown, foot - line * 0.8)
        self._starts = [self._pairs(left, y - drop, shown), self._pairs(right, y - drop, shown)]
        self._ends = [np.stack([x[:shown], at_foot], 1), np.stack([x[:shown], over[:shown]], 1)]
        self._dots = [
            np.stack([np.full(len(x), right + gap / 2), np.maximum(y, -height / 2)], 1),
            np.stack([x, foot + rise], 1),
        ]
        ends = [[-width / 2, foot, 0]], [[width / 2, foot, 0]]
        self.axis, self._axis_points = stroked(segments(*ends), theme.SECONDARY, 2.0), ends
        self.line = stroked(np.zeros((0, 3)), theme.SECONDARY, 2.5)
        self.dots = painted(np.zeros((0, 3)), color)
        self.more = [
            Words("{n:,} more", theme.LABEL, theme.SECONDARY, n=Count(values[shown:], "rows more"))
            for _ in range(1 if shown < len(plain) else 0)
        ]
        for words in self.more:
            words.place([left, top - (shown + 0.5) * line - drop, 0])
        self.add(self.axis, self.line, self.dots, *self.names, *self.numerals, *self.more)
        self.plotted = 0.0
        self.set_plotted(0.0)

    def _columns(self) -> list[Sequence[Label]]:
        return [self.names, self.numerals]

    @staticmethod
    def _pairs(x: float, y: Any, count: int) -> Floats:
        return np.stack([np.full(count, x), np.asarray(y, dtype=np.float64)[:count]], axis=1)

    def set_plotted(self, share: float) -> Self:
        """How far the table has become the plot, from 0 to 1: rows move to their columns, then names
        fall and values rise."""
        self.plotted = float(np.clip(share, 0, 1))
        aside, up = (smooth(float(np.clip(2 * self.plotted - late, 0, 1))) for late in (0, 1))
        for number, (column, kept) in enumerate(zip(self._columns(), self._kept, strict=True)):
            first, last = self._starts[number], self._ends[number]
            way = np.array([aside, up])
            now = first + (last - first) * way
            # Name and value stand side by side until they part.
            now[:, 0] += self._beside * (number - 0.5) * aside * (1 - up)
            for i, text in enumerate(column):
                align = 0.5 * aside if number == 0 else 1.0 - 0.5 * aside  # of what is before x
                at = now[i] - np.array([align * text.advance / self.factor, 0.0])
                text.place(self.anchor.at(at), "left")
                text.set_fill(opacity=1.0 if kept else 1.0 - up)
        self._draw(aside, up)
        for words in self.more:
            words.set_fill(opacity=max(1 - 3 * self.plotted, 0.0))
        return self

    def _draw(self, aside: float, up: float) -> None:
        first, last = self._dots
        at = first + (last - first) * np.array([aside, up])
        origin, right, upward = self.anchor.axes()
        points = polygons(at[:, None] + _DOT * up * _ROUND)
        self.dots.points = origin + points[:, :1] * right + points[:, 1:2] * upward
        self.axis.set_stroke(opacity=up)
        there = self.anchor.at(at)
        if self._joined:
            self.line.points = segments(there[:-1], there[1:])
        else:
            foot = np.stack([at[:, 0], np.full(len(at), self._foot)], axis=1)
            self.line.points = segments(self.anchor.at(foot), there)
        self.line.set_stroke(opacity=max(up * 5 - 4, 0.0))

    def plot(self, run_time: float = 2.0, **options: Any) -> Follow:
        """A motion from the table to the plot."""
        return Follow(self, lambda table, share: table.set_plotted(share), run_time, **options)
