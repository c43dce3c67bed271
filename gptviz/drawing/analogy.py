"""Four words of an analogy in a plane, an arrow carried over; pairs of words with a signed number each.

Planned films: analogies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VGroup

from gptviz.drawing import theme
from gptviz.drawing.arrows import dotted
from gptviz.drawing.cells import boxes_of, painted, rectangles, segments, stroked
from gptviz.drawing.motion import Follow
from gptviz.drawing.plane import Plane2D
from gptviz.drawing.text import Numeral, Words
from gptviz.recording.number import Tracked

_DOT = 0.17


class AnalogyPlane(Plane2D):
    """Named places in a plane: a - b + c and d. ``spots[name]`` are dots with labels, to let them come one by one.

    ``places`` are the places (2) of "a", "b", "c", "d" and "landing"; ``names`` the words of the first four.
    ``step`` is the arrow from b to c; :meth:`carry_over` brings a copy of it to a. Dots and arrows are not in the
    plane's group.
    """

    def __init__(self, places: dict[str, Any], names: dict[str, Any], width: float = 7.4, height: float = 4.6,
                 size: float = 36.0) -> None:
        self.places = {name: np.asarray(place, dtype=np.float64)[:2] for name, place in places.items()}
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
        """The point on screen of a place (2) of the plane, whose middle is that of the places shown."""
        return super().on_screen(np.asarray(place, dtype=np.float64) - self.middle)

    def _free(self, end: Any, start: Any, color: str) -> Any:
        arrow = self.arrow(end, start, color)
        self.arrows.remove(arrow)
        return arrow

    def _spot(self, name: str, label: Any) -> VGroup:
        place = self.places[name]
        x, y, _ = self.on_screen(place)
        half = _DOT / 2
        dot = painted(rectangles(boxes_of(x - half, y - half, x + half, y + half)), theme.DATA_HIGH)
        side = 1 if place[0] >= self.middle[0] else -1
        up = 0.16 if place[1] >= self.middle[1] else -0.16 - theme.units(self.size) * 0.75
        words = Words(label, self.size).place([x + side * 0.2, y + up, 0], "left" if side > 0 else "right")
        return VGroup(dot, words)

    def move(self, way: Any) -> AnalogyPlane:
        """Moves the plane and all that belongs to it."""
        for part in (self, *self.spots.values(), self.step, self.carried, self.other, self.gap):
            part.shift(np.asarray(way, dtype=float))
        return self

    def carry_over(self, run_time: float = theme.SLOW) -> Follow:
        """A motion that carries a copy of the step, unturned and unstretched, so that it starts at a."""
        return self.carry(self.carried, self.places["a"], run_time)

    def open_gap(self) -> Any:
        """The dotted line from where the step landed to d, as far as this plane shows it."""
        self.gap.points = dotted(self.on_screen(self.places["landing"]), self.on_screen(self.places["d"]))
        return self.gap


class SignedBars(VGroup):
    """Rows of a label, a bar from zero to a signed number of at most one, and a word at the right.

    ``rows`` are (label, number, word, word is right). Bars above zero are grey, below zero in the colour of what is
    wrong, to the left. ``entries[i]`` are the parts of a row.
    """

    def __init__(self, rows: Sequence[tuple[Any, Tracked, Any, bool]], left: float = -6.5, right: float = 6.5,
                 top: float = 1.75, row: float = 0.52, size: float = 30.0, spec: str = ".3") -> None:
        super().__init__()
        labels = [Words(label, size) for label, *_ in rows]
        words = [Words(word, size, theme.TEXT if good else theme.WRONG) for _, _, word, good in rows]
        numbers = [float(number) for _, number, *_ in rows]
        start = left + max(label.advance for label in labels) + 0.35
        stop = right - max(word.advance for word in words) - 1.3
        low, high = min(*numbers, 0.0), max(*numbers, 1e-9)
        unit = (stop - start) / (high - low)
        self.zero, em = start - low * unit, theme.units(size)
        self.entries = VGroup()
        for i, ((_, number, _, _), label, word) in enumerate(zip(rows, labels, words, strict=True)):
            y, x = top - i * row, self.zero + float(number) * unit
            bar = painted(rectangles(boxes_of(min(x, self.zero), y - 0.02, max(x, self.zero), y + 0.75 * em)),
                          theme.DATA_HIGH if float(number) > 0 else theme.WRONG, 0.85)
            numeral = Numeral(number, spec, size, theme.SECONDARY).place([max(x, self.zero) + 0.14, y, 0])
            self.entries.add(VGroup(bar, label.place([left, y, 0]), numeral, word.place([right, y, 0], "right")))
        foot = top - (len(rows) - 1) * row
        self.axis = stroked(segments([[self.zero, top + 1.2 * em, 0]], [[self.zero, foot - 0.25, 0]]),
                            theme.SECONDARY, 2.0)
        self.add(self.entries, self.axis)
