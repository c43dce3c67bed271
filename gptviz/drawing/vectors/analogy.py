"""Four words of an analogy in a plane, an arrow carried over; pairs of words with a signed number
each.

Planned films: analogies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import Arc, Dot, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import boxes_of, painted, rectangles, segments, stroked
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.vectors.arrows import dotted
from gptviz.drawing.vectors.plane import Plane2D
from gptviz.recording.number import Tracked

_DOT = 0.15


class AnalogyPlane(Plane2D):
    """Named places in a plane: a - b + c and d. ``spots[name]`` are dots with labels, to let them
    come one by one.

    ``places`` are the places (2) of "a", "b", "c", "d" and "landing"; ``names`` the words of the
    first four. ``step`` is the arrow from b to c; :meth:`carry_over` brings a copy of it to a. Dots
    and arrows are not in the plane's group.
    """

    def __init__(
        self,
        places: dict[str, Any],
        names: dict[str, Any],
        width: float = 7.4,
        height: float = 4.6,
        size: float = 36.0,
    ) -> None:
        self.places = {
            name: np.asarray(place, dtype=np.float64)[:2] for name, place in places.items()
        }
        corners = np.array(list(self.places.values()))
        low, high = corners.min(axis=0), corners.max(axis=0)
        self.middle = (low + high) / 2
        room = np.array([width - 2.8, height - 1.3])
        unit = float((room / np.maximum(high - low, 1e-9)).min())
        super().__init__(high, width, height, (0.5, 0.5), size, axes=False, unit=unit)
        self.spots = {name: self._spot(name, label) for name, label in names.items()}
        self.step = self._free(self.places["c"], self.places["b"], theme.FOCUS)
        self.carried = self._free(self.places["c"], self.places["b"], theme.FOCUS)
        self.other = self._free(self.places["d"], self.places["a"], theme.DATA_HIGH)
        self.gap = stroked(np.zeros((0, 3)), theme.WRONG, 3.0)

    def on_screen(self, place: Any) -> Any:
        """The point on screen of a place (2) of the plane, whose middle is that of the places
        shown."""
        return super().on_screen(np.asarray(place, dtype=np.float64) - self.middle)

    def _free(self, end: Any, start: Any, color: str) -> Any:
        arrow = self.arrow(end, start, color)
        self.arrows.remove(arrow)
        return arrow

    def _spot(self, name: str, label: Any) -> VGroup:
        place = self.places[name]
        x, y, _ = self.on_screen(place)
        dot = Dot(np.array([x, y, 0.0]), _DOT / 2, color=theme.DATA_HIGH)
        side = 1 if place[0] >= self.middle[0] else -1
        up = 0.16 if place[1] >= self.middle[1] else -0.16 - theme.units(self.size) * 0.75
        words = Words(label, self.size).place(
            [x + side * 0.2, y + up, 0], "left" if side > 0 else "right"
        )
        return VGroup(dot, words)

    def move(self, way: Any) -> AnalogyPlane:
        """Moves the plane and all that belongs to it."""
        for part in (self, *self.spots.values(), self.step, self.carried, self.other, self.gap):
            part.shift(np.asarray(way, dtype=float))
        return self

    def carry_over(self, run_time: float = theme.SLOW) -> Follow:
        """A motion that carries a copy of the step, unturned and unstretched, so that it starts at
        a."""
        return self.carry(self.carried, self.places["a"], run_time)

    def open_gap(self) -> Any:
        """The dotted line from where the step landed to d, as far as this plane shows it."""
        self.gap.points = dotted(
            self.on_screen(self.places["landing"]), self.on_screen(self.places["d"])
        )
        return self.gap


class ArrowAngle(VGroup):
    """Two arrows of any dimension from one point, their true lengths and their true angle: two
    always share a plane.

    ``first`` lies along the ground, ``second`` above it, each with its name; ``bow`` is the angle
    with its degrees. The picture fills ``width`` times ``height`` units around the origin.
    """

    def __init__(
        self,
        names: tuple[Any, Any],
        lengths: tuple[Tracked, Tracked],
        angle: Tracked,
        width: float = 5.0,
        height: float = 3.2,
        size: float = theme.STATEMENT,
    ) -> None:
        super().__init__()
        turn = np.radians(float(angle))
        ends = np.array(
            [[float(lengths[0]), 0.0], float(lengths[1]) * np.array([np.cos(turn), np.sin(turn)])]
        )
        low, high = np.minimum(ends.min(axis=0), 0.0), np.maximum(ends.max(axis=0), 1e-9)
        span = np.array([width, height - 1.2])
        unit = float((span / np.maximum(high - low, 1e-9)).min())
        middle = (low + high) / 2 * unit + [0.0, 0.1]
        flat = Plane2D([1.0, 1.0], width, height, (0.5, 0.5), size, axes=False, unit=unit)
        flat.shift((float(-middle[0]), float(-middle[1]), 0.0))
        self.first, self.second = (
            flat.arrow(end, color=colour, thickness=0.055)
            for end, colour in zip(ends, (theme.FOCUS, theme.DATA_HIGH), strict=True)
        )
        em = theme.units(size)
        below, above = (flat.on_screen(place) for place in (ends[0] / 2, ends[1]))
        self.names = VGroup(
            Words(names[0], size, theme.FOCUS).place(below - [0, 1.5 * em, 0], "center"),
            Words(names[1], size).place(above + [0, 0.6 * em, 0], "center"),
        )
        radius = 0.3 * unit * float(min(lengths))
        zero, half = flat.on_screen((0.0, 0.0)), turn / 2
        written = Words("{angle:.0f}\u00b0", 44, angle=angle)
        out = radius + 0.25 + written.advance * 0.5 * abs(np.cos(half)) + em * 0.5 * np.sin(half)
        written.place(
            zero + out * np.array([np.cos(half), np.sin(half), 0.0]) - [0, 0.22, 0], "center"
        )
        arc = Arc(radius, 0.0, turn, arc_center=zero, stroke_color=theme.SECONDARY, stroke_width=3)
        self.bow = VGroup(arc, written)
        self.add(self.first, self.second, self.names, self.bow)


class SignedBars(VGroup):
    """Rows of a label, a bar from zero to a signed number of at most one, and a word at the right.

    ``rows`` are (label, number, word, word is right). Bars above zero are grey, below zero in the
    colour of what is wrong, to the left. ``entries[i]`` are the parts of a row. ``limits`` are the
    least and the greatest number for which there must be room, where two of them share a scale.
    """

    def __init__(
        self,
        rows: Sequence[tuple[Any, Tracked, Any, bool]],
        left: float = -6.5,
        right: float = 6.5,
        top: float = 1.75,
        row: float = 0.52,
        size: float = 30.0,
        spec: str = ".3",
        limits: tuple[float, float] | None = None,
    ) -> None:
        super().__init__()
        labels = [Words(label, size) for label, *_ in rows]
        words = [
            Words(word, size, theme.TEXT if good else theme.WRONG) for _, _, word, good in rows
        ]
        numbers = [float(number) for _, number, *_ in rows]
        start = left + max(label.advance for label in labels) + 0.35
        stop = right - max(word.advance for word in words) - 1.3
        low, high = limits or (0.0, 1e-9)
        low, high = min(*numbers, low), max(*numbers, high)
        unit = (stop - start) / (high - low)
        self.zero, em = start - low * unit, theme.units(size)
        self.entries = VGroup()
        for i, ((_, number, _, _), label, word) in enumerate(zip(rows, labels, words, strict=True)):
            y, x = top - i * row, self.zero + float(number) * unit
            bar = painted(
                rectangles(boxes_of(min(x, self.zero), y - 0.02, max(x, self.zero), y + 0.75 * em)),
                theme.DATA_HIGH if float(number) > 0 else theme.WRONG,
                0.85,
            )
            numeral = Numeral(number, spec, size, theme.SECONDARY).place(
                [max(x, self.zero) + 0.14, y, 0]
            )
            self.entries.add(
                VGroup(bar, label.place([left, y, 0]), numeral, word.place([right, y, 0], "right"))
            )
        foot = top - (len(rows) - 1) * row
        self.axis = stroked(
            segments([[self.zero, top + 1.2 * em, 0]], [[self.zero, foot - 0.25, 0]]),
            theme.SECONDARY,
            2.0,
        )
        self.add(self.entries, self.axis)
