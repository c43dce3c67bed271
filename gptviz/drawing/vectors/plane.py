"""Vectors in the plane: sums, differences that are carried over, and the dot product as a shadow;
words along an axis.

Planned films: plurality, analogies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.arrays.windows import Label, label_of
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Framed, boxes_of, painted, rectangles, segments, stroked
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral
from gptviz.drawing.vectors.arrows import arrows, dotted, spread
from gptviz.recording.number import Numbers, Tracked

_DOT = 0.11


class PlaneArrow(VGroup):
    """An arrow of a :class:`Plane2D`: ``shape``, ``label`` (if any), ``start`` and ``end`` in the
    plane's numbers."""

    def __init__(
        self, color: str, thickness: float, label: Label | None, beside: bool = False
    ) -> None:
        super().__init__()
        self.beside = beside
        self.shape = painted(np.zeros((0, 3)), color)
        self.label, self.color_, self.thickness = label, color, thickness
        self.start, self.end = np.zeros(2), np.zeros(2)
        self.add(self.shape)
        if label is not None:
            self.add(label)


class Plane2D(Framed):
    """A plane of two real components in ``width`` times ``height`` units, the origin at ``origin``
    (shares of the box).

    ``unit`` is how many screen units one of the vectors' takes; by default as large as ``reach``
    (the farthest place that will be shown) fits. Places are (x, y) in the vectors' own numbers.
    """

    def __init__(
        self,
        reach: Any,
        width: float = 6.0,
        height: float = 5.0,
        origin: tuple[float, float] = (0.5, 0.5),
        size: float = theme.LABEL,
        axes: bool = True,
        unit: float | None = None,
    ) -> None:
        super().__init__(-width / 2, -height / 2, width / 2, height / 2)
        self._zero = np.array([(origin[0] - 0.5) * width, (origin[1] - 0.5) * height])
        room = np.array([[-width / 2, -height / 2], [width / 2, height / 2]]) - self._zero
        far = np.asarray(reach, dtype=np.float64).reshape(-1, 2)
        fits = [
            room[int(v > 0)][axis] / v
            for place in far
            for axis, v in enumerate(place)
            if abs(v) > 1e-12
        ]
        self.unit = unit or 0.86 * min((fit for fit in fits if fit > 0), default=1.0)
        self.size = size
        self.axes = VGroup()
        if axes:
            ends = [
                [-width / 2, self._zero[1], 0],
                [width / 2, self._zero[1], 0],
                [self._zero[0], -height / 2, 0],
                [self._zero[0], height / 2, 0],
            ]
            self.axes.add(
                stroked(segments([ends[0], ends[2]], [ends[1], ends[3]]), theme.HAIRLINE, 2.0)
            )
        self.arrows = VGroup()
        self.add(self.axes, self.arrows)

    def on_screen(self, place: Any) -> npt.NDArray[np.float64]:
        """The point on screen of a place (2) of the plane."""
        return self.anchor.at(self._zero + np.asarray(place, dtype=np.float64) * self.unit)

    def arrow(
        self,
        end: Any,
        start: Any = (0.0, 0.0),
        color: str = theme.SECONDARY,
        label: Any = None,
        thickness: float = 0.045,
        beside: bool = False,
    ) -> PlaneArrow:
        """An arrow between two places; its label beyond its tip, or ``beside`` its middle, on its
        left.

        :meth:`carry` and :meth:`set_arrow` move it.
        """
        named = None if label is None else label_of(label, self.size, color)
        shape = PlaneArrow(color, thickness, named, beside)
        self.arrows.add(shape)
        self.set_arrow(shape, start, end)
        return shape

    def set_arrow(self, arrow: PlaneArrow, start: Any, end: Any) -> Self:
        """Moves an arrow: exact, for every frame."""
        arrow.start, arrow.end = (
            np.asarray(start, dtype=np.float64),
            np.asarray(end, dtype=np.float64),
        )
        a, b = self.on_screen(arrow.start), self.on_screen(arrow.end)
        arrow.shape.points = arrows([a], [b], arrow.thickness * self.factor, 0.2 * self.factor)[0]
        if arrow.label is not None:
            way = b - a
            if arrow.beside:
                self._label(arrow.label, (a + b) / 2, np.array([-way[1], way[0], 0.0]))
            else:
                self._label(arrow.label, b, way)
        return self

    def _label(self, label: Label, tip: Any, way: Any) -> None:
        em = theme.units(self.size) * self.factor
        length = float(np.linalg.norm(way)) or 1.0
        x, y = way[0] / length, way[1] / length
        wide = label.advance
        middle = np.array([tip[0] + x * (0.16 + wide / 2), tip[1] + y * (0.16 + em * 0.4), 0.0])
        label.place(middle - np.array([0.0, 0.36 * em, 0.0]), "center")

    def carry(
        self, arrow: PlaneArrow, start: Any, run_time: float = theme.SLOW, **options: Any
    ) -> Follow:
        """A motion that carries an arrow over, unturned and unstretched, so that it starts at
        another place."""
        first, last = arrow.start.copy(), np.asarray(start, dtype=np.float64)
        way = arrow.end - arrow.start

        def step(moving: PlaneArrow, share: float) -> None:
            now = first + (last - first) * share
            self.set_arrow(moving, now, now + way)

        return Follow(arrow, step, run_time, **options)

    def shadow(self, place: Any, direction: Any, color: str = theme.FOCUS) -> VGroup:
        """The shadow of a place on the line along ``direction``: the part of the line, and the
        dotted line that drops.

        Its signed length times the direction's length is the dot product. Redraw it with
        :meth:`set_shadow`.
        """
        group = VGroup(
            painted(np.zeros((0, 3)), color), stroked(np.zeros((0, 3)), theme.SECONDARY, 2.0)
        )
        self.set_shadow(group, place, direction)
        self.add(group)
        return group

    def set_shadow(self, shadow: VGroup, place: Any, direction: Any) -> Self:
        """Moves a shadow: exact, for every frame."""
        vector, line = np.asarray(place, dtype=np.float64), np.asarray(direction, dtype=np.float64)
        foot = line * float(vector @ line) / float(line @ line)
        zero, end, tip = (self.on_screen(p) for p in ((0.0, 0.0), foot, vector))
        across = end - zero
        length = float(np.linalg.norm(across)) or 1.0
        side = np.array([-across[1], across[0], 0.0]) / length * 0.05 * self.factor
        shadow[0].points = segments(
            [zero + side, end + side, end - side, zero - side],
            [end + side, end - side, zero - side, zero + side],
        )
        shadow[1].points = dotted(tip, end)
        return self


class WordAxis(Framed):
    """Words along one direction: each at its own value, its label above or below, none on another.

    ``values`` (word) are tracked; ``sides`` says for each word whether its label stands above (1)
    or below (-1) the axis. ``low`` and ``high`` are the axis' ends in the values' own numbers.
    Words arrive with ``set_fallen``.
    """

    def __init__(
        self,
        names: Sequence[Any],
        values: Sequence[Tracked] | Numbers,
        width: float = 12.0,
        height: float = 3.0,
        sides: Sequence[int] | None = None,
        low: float | None = None,
        high: float | None = None,
        *,
        spec: str = ".2f",
        size: float = theme.LABEL,
        title: Any = None,
        written: bool = True,
        colours: Sequence[str] | None = None,
    ) -> None:
        super().__init__(-width / 2, -height / 2, width / 2, height / 2)
        self.values = list(values)
        plain = np.array([float(value) for value in self.values])
        self.low = float(min(plain.min(initial=0.0), 0.0) if low is None else low)
        self.high = float(max(plain.max(initial=0.0), 0.0) if high is None else high)
        self._span = width - 1.0
        self._above = np.array(sides if sides is not None else [1] * len(plain))
        self.line = self._axis(width)
        self.ends = VGroup()
        self.title = VGroup()
        em = theme.units(size)
        if title is not None:
            self.title.add(label_of(title, theme.SMALL).place([width / 2, -em * 1.3, 0], "right"))
        self.labels: list[Label] = [
            label_of(name, size, (colours or [theme.TEXT] * len(plain))[i])
            for i, name in enumerate(names)
        ]
        self.numerals = (
            [
                Numeral(value, spec, max(theme.SMALLEST, size * 0.8), theme.SECONDARY, "center")
                for value in self.values
            ]
            if written
            else []
        )
        dots = colours or [theme.FOCUS] * len(plain)
        self.dots = [painted(np.zeros((0, 3)), colour) for colour in dots]
        self.stems = [stroked(np.zeros((0, 3)), theme.SECONDARY, 1.5, 0.5) for _ in plain]
        self._where = self._places(em, height)
        self.add(self.line, self.title, *self.stems, *self.dots, *self.labels, *self.numerals)
        self.set_fallen(1.0)

    def _axis(self, width: float) -> VMobject:
        zero = self.x_of(0.0)
        parts = [segments([[-width / 2, 0, 0]], [[width / 2, 0, 0]])]
        if self.low <= 0 <= self.high:
            parts.append(segments([[zero, -0.1, 0]], [[zero, 0.1, 0]]))
        return stroked(np.concatenate(parts), theme.SECONDARY, 2.0)

    def x_of(self, value: float) -> float:
        """Where a value lies along the axis, in the coordinates at building."""
        return float(
            ((float(value) - self.low) / ((self.high - self.low) or 1.0) - 0.5) * self._span
        )

    def _places(self, em: float, height: float) -> npt.NDArray[np.float64]:
        """Where labels stand (word, 2): near their values, on as many levels as it takes, no two
        overlapping."""
        places = np.zeros((len(self.values), 2))
        for side in (1, -1):
            chosen = [
                i
                for i in np.argsort([float(v) for v in self.values], kind="stable")
                if self._above[i] == side
            ]
            wide = [
                max(self.labels[i].advance, self.numerals[i].advance if self.numerals else 0.0)
                + 0.22
                for i in chosen
            ]
            levels = max(1, int(np.ceil(sum(wide) / (self._span + 0.9))))
            step = em * (2.6 if self.numerals else 1.5)
            levels = min(levels, max(1, int((height / 2 - 0.45) / step)))
            for level in range(levels):
                part = chosen[level::levels]
                x = spread(
                    [self.x_of(self.values[i]) for i in part],
                    wide[level::levels],
                    -self._span / 2 - 0.45,
                    self._span / 2 + 0.45,
                )
                for i, place in zip(part, x, strict=True):
                    places[i] = place, side * (0.45 + level * step)
        return places

    def set_fallen(self, shares: Any) -> Self:
        """How far each word has come down to its place (word), from 0 (away) to 1; one share serves
        for all."""
        share = np.broadcast_to(
            np.clip(np.asarray(shares, dtype=np.float64), 0, 1), (len(self.values),)
        )
        base, right, up = self.anchor.axes()
        scale = self.factor
        for i, now in enumerate(share):
            x, side = self.x_of(self.values[i]), int(self._above[i])
            place_x, place_y = self._where[i]
            rise = (1 - now) * 0.6 * side
            half = _DOT / 2
            outline = rectangles(boxes_of(x - half, rise - half, x + half, rise + half))
            stem = segments([[x, side * half, 0]], [[place_x, place_y - side * 0.1, 0]])
            for shape, points in ((self.dots[i], outline), (self.stems[i], stem)):
                shape.points = base + points[:, :1] * right + points[:, 1:2] * up
            em = theme.units(self.labels_size) * scale
            low = place_y + rise if side > 0 else place_y + rise - em / scale * 0.75
            spot = base + place_x * right + low * up
            self.labels[i].place(spot, "center")
            if self.numerals:
                self.numerals[i].place(
                    spot + up * side * em * 1.12 / scale * (1.0 if side > 0 else 1.0), "center"
                )
            self._fade(i, float(now))
        return self

    @property
    def labels_size(self) -> float:
        """The size of type of the labels, in pixels at building."""
        label = self.labels[0]
        return float(label.size if hasattr(label, "size") else theme.LABEL)

    def _fade(self, i: int, share: float) -> None:
        self.dots[i].set_fill(opacity=share)
        self.stems[i].set_stroke(opacity=0.5 * max(0.0, 5 * share - 4))
        self.labels[i].set_fill(opacity=share)
        if self.numerals:
            self.numerals[i].set_fill(opacity=1.0 if share >= 1 else 0.0)
