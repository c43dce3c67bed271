"""What is drawn of a row of numbers: bars up and down from zero, how large they typically are, and
how that grows from block to block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import (
    boxes_of,
    paint,
    painted,
    polygons,
    rectangles,
    segments,
    stroked,
)
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Words
from gptviz.recording.number import Tracked

Floats = npt.NDArray[np.float64]

LEFT, RIGHT = theme.LEFT_EDGE + 0.1, 3.5  # of the bars
COLUMN = 3.95  # where what is written beside them begins
MOST = 48  # numbers of a row that are drawn
BARE, COPY, ADDED = theme.HUES[1], theme.HUES[0], theme.HUES[3]  # without norms; copied; added
_FILL = 0.86  # of its place, what a bar takes


def picked(count: int) -> npt.NDArray[np.int64]:
    """The places of the numbers that are drawn: evenly spaced, from the first on."""
    return np.arange(count)[:: max(count // MOST, 1)][:MOST]


def spec_of(size: float) -> str:
    """How a size is written: with decimals where it is small, so that ratios can be checked; rounded
    where it has more digits than float32 knows."""
    if size >= 1e9:
        return "round"
    return ".3f" if size < 1 else ".2f" if size < 100 else ",.0f"


class Row(VGroup):
    """Numbers as bars up and down from a line at ``middle``, cut off ``reach`` units away from it; a
    band says how large they typically are."""

    def __init__(self, middle: float, reach: float, colour: str, right: float = RIGHT) -> None:
        super().__init__()
        self.middle, self.reach, self.right = middle, reach, right
        self.values: Floats = np.zeros(0)
        self.unit, self.size = 1.0, 0.0
        self.line = stroked(np.zeros((0, 3)), theme.HAIRLINE, 2.0)
        self.bars = painted(np.zeros((0, 3)), colour)
        self.band = painted(np.zeros((0, 3)), theme.TEXT, 0.13)
        self.edges = stroked(np.zeros((0, 3)), theme.TEXT, 2.5)
        self.add(self.band, self.line, self.bars, self.edges)

    def show(self, values: Any, unit: float, size: float = 0.0) -> Self:
        """Shows other numbers, ``unit`` units of the stage long for each one; ``size`` is that of the
        band, none at zero."""
        self.values, self.unit, self.size = np.asarray(values, dtype=float), unit, float(size)
        edges = np.linspace(LEFT, self.right, len(self.values) + 1)
        wide = edges[1] - edges[0]
        heights = np.clip(self.values * unit, -self.reach, self.reach)
        left = edges[:-1] + wide * (1 - _FILL) / 2
        low = self.middle + np.minimum(heights, 0)
        high = self.middle + np.maximum(heights, 0)
        self.bars.points = rectangles(boxes_of(left, low, left + wide * _FILL, high + 1e-4))
        ends = np.array([[LEFT, self.middle, 0.0]]), np.array([[self.right, self.middle, 0.0]])
        self.line.points = segments(*ends)
        self._draw_band()
        return self

    def veil(self, opacity: float) -> Self:
        """How clearly its bars are seen."""
        self.bars.set_fill(opacity=opacity)
        return self

    def _draw_band(self) -> None:
        half = self.size * self.unit
        if half <= 0 or half > self.reach:
            self.band.points = self.edges.points = np.zeros((0, 3))
            return
        low, high = self.middle - half, self.middle + half
        self.band.points = rectangles(boxes_of(LEFT, low, self.right, high))
        heights = np.array([low, high])
        flat = np.zeros(2)
        self.edges.points = segments(
            np.stack([flat + LEFT, heights, flat], axis=1),
            np.stack([flat + self.right, heights, flat], axis=1),
        )


class Gauge(VGroup):
    """The typical size of a row's numbers, in large type under its name, or behind it."""

    def __init__(
        self, number: Tracked, at: tuple[float, float], size: float = 72.0, aside: bool = False
    ) -> None:
        super().__init__()
        x, y = at
        self.label = Words("typical size", 32, theme.SECONDARY)
        self.number = Numeral(number, spec_of(float(number)), size)
        if aside:
            self.label.place([x, y, 0])
            self.number.place([x + self.label.advance + 0.4, y, 0])
        else:
            self.label.place([x, y + 0.5, 0])
            self.number.place([x, y - 0.2, 0])
        self.add(self.label, self.number)

    def turn(self, before: Tracked, after: Tracked, share: float) -> None:
        """Shows the turn from one size to another."""
        self.number.spec = spec_of(float(before))
        self.number.set_between(before, after, share, spec_of(float(after)))


class Passed(VGroup):
    """How many blocks the row has passed, ending at the right edge."""

    def __init__(self, number: Tracked, y: float) -> None:
        super().__init__()
        self.number = Numeral(number, "d", 44, align="right")
        self.number.place([theme.RIGHT_EDGE - 0.06, y, 0], "right")
        self.words = Words("blocks passed", 30, theme.SECONDARY)
        self.words.place([theme.RIGHT_EDGE - 0.95, y, 0], "right")
        self.add(self.words, self.number)


class Growth(VGroup):
    """Sizes after each block on one scale from zero on: lines by name, drawn up to a depth.

    What is larger than ``most`` leaves the plot through its upper edge. ``ends``: how many blocks
    have been passed at its left and at its right.
    """

    LEFT, RIGHT, LOW, HIGH = -5.9, 3.6, -1.5, 2.9

    def __init__(self, most: float, ends: tuple[Tracked, Tracked]) -> None:
        super().__init__()
        self.most, self.blocks = most, int(ends[1])
        corner = [self.LEFT, self.LOW, 0]
        self.axes = stroked(
            segments([[self.LEFT, self.HIGH, 0], corner], [corner, [self.RIGHT, self.LOW, 0]]),
            theme.HAIRLINE,
            3.0,
        )
        self.lines: dict[str, VMobject] = {}
        self._sizes: dict[str, Floats] = {}
        low = self.LOW - 0.45
        self.names = VGroup(
            *[
                Numeral(end, "d", 34, theme.SECONDARY, "center").place([x, low, 0], "center")
                for end, x in zip(ends, (self.LEFT, self.RIGHT), strict=True)
            ],
            Words("blocks passed", 34, theme.SECONDARY).place(
                [(self.LEFT + self.RIGHT) / 2, low, 0], "center"
            ),
            Words("typical size", 34, theme.SECONDARY).place(
                [self.LEFT - 0.6, self.HIGH + 0.25, 0]
            ),
        )
        self.add(self.axes, self.names)

    def spot(self, depth: float, size: float) -> Floats:
        """Where a size after so many blocks stands."""
        x = self.LEFT + (self.RIGHT - self.LEFT) * depth / max(self.blocks, 1)
        return np.array([x, self.LOW + (self.HIGH - self.LOW) * size / self.most, 0.0])

    def line(self, name: str, sizes: Sequence[Tracked], colour: str, width: float = 7.0) -> None:
        """Adds a line, not drawn yet."""
        self._sizes[name] = np.array([float(size) for size in sizes])
        self.lines[name] = stroked(np.zeros((0, 3)), colour, width)
        self.add(self.lines[name])

    def set_depth(self, name: str, depth: float) -> Self:
        """Draws a line up to a depth, or to where it leaves the plot."""
        sizes = self._sizes[name]
        depth = min(depth, len(sizes) - 1)
        at = np.append(np.arange(int(depth) + 1), depth)
        spots = np.stack([self.spot(d, float(np.interp(d, range(len(sizes)), sizes))) for d in at])
        beyond = np.flatnonzero(spots[:, 1] > self.HIGH)
        if len(beyond) and beyond[0]:
            first, last = spots[beyond[0] - 1], spots[beyond[0]]
            share = (self.HIGH - first[1]) / (last[1] - first[1])
            spots = np.concatenate([spots[: beyond[0]], (first + (last - first) * share)[None]])
        self.lines[name].points = segments(spots[:-1], spots[1:])
        return self

    def reach(self, name: str) -> int:
        """The first depth at which a line has left the plot, or its last."""
        beyond = np.flatnonzero(self._sizes[name] > self.most)
        return int(beyond[0]) if len(beyond) else len(self._sizes[name]) - 1

    def end(self, name: str) -> Floats:
        """Where a line that is drawn ends."""
        end: Floats = self.lines[name].points[-1]
        return end

    def dot(self, name: str) -> Dot:
        """A dot at the start of a line that is drawn."""
        return Dot(self.lines[name])


class Dot(VMobject):
    """A dot that runs along a line."""

    def __init__(self, line: VMobject) -> None:
        colour = line.stroke_rgbas[0][:3]
        super().__init__(stroke_width=0)
        paint(self, colour, 1.0)
        self._spots = np.concatenate([line.points[::4], line.points[-1:]])
        angles = np.arange(24) * np.pi / 12
        self._ring = polygons(0.15 * np.stack([np.cos(angles), np.sin(angles)], axis=1)[None])
        self.set_progress(0.0)

    def set_progress(self, share: float) -> Self:
        """How far along the line it is, from 0 to 1."""
        at, places = share * (len(self._spots) - 1), np.arange(len(self._spots))
        middle = [float(np.interp(at, places, self._spots[:, axis])) for axis in range(3)]
        self.points = self._ring + np.array(middle)
        return self

    def run(self, run_time: float) -> Follow:
        """The motion to the line's end."""
        return Follow(self, lambda dot, share: dot.set_progress(share), run_time)
