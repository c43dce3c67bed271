"""The climb of a word: its place among all tokens at every depth, as a line on a common plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from manim import VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import painted, polygons, segments, stroked
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.recording.number import Token, Tracked

from .parts import LEFT, RIGHT, places

Floats = npt.NDArray[np.float64]
BOTTOM, TOP = -2.05, 0.35  # of the plot: the last place, and the first
_ROUND = 12  # corners of a dot
_NEED = 0.16  # units that stay free between a line and what is written


class Ruler(VGroup):
    """The scale of places, on a log scale with the first place on top. ``last``: how many places
    there are."""

    def __init__(self, first: Tracked, marks: Sequence[Tracked], last: Tracked) -> None:
        super().__init__()
        self.most, self.top = float(last), TOP
        self.marks = [first, *(mark for mark in marks if float(mark) < self.most / 2), last]
        self.lines = stroked(np.zeros((0, 3)), theme.HAIRLINE, 2.0)
        self.numbers = [
            Numeral(value, ",", theme.LABEL, theme.SECONDARY, "right") for value in self.marks
        ]
        self.title = Words("place", theme.LABEL, theme.SECONDARY)
        self.add(self.lines, *self.numbers, self.title)
        self.set_top(TOP)

    def set_top(self, top: float) -> Self:
        """Takes the first place to a height; the last one stays at the bottom."""
        self.top = top
        rungs = np.array([self.y(float(value)) for value in self.marks])
        flat = np.zeros(len(rungs))
        ends = np.where(np.arange(len(rungs)) == 0, RIGHT, LEFT + 0.16)
        self.lines.points = segments(
            np.stack([flat + LEFT, rungs, flat], axis=1),
            np.stack([ends, rungs, flat], axis=1),
        )
        low = theme.units(theme.LABEL) * 0.363
        for number, y in zip(self.numbers, rungs, strict=True):
            number.place([LEFT - 0.12, y - low, 0], "right")
        self.title.place([LEFT - 0.12, rungs[0] + 0.22, 0], "right")
        return self

    def y(self, place: float) -> float:
        """The height of a place."""
        share = np.log(max(place, 1.0)) / np.log(max(self.most, 2.0))
        return float(self.top + (BOTTOM - self.top) * share)


class Climb(VGroup):
    """The line of one word: dots at the depths and the way between them, both from one progress."""

    def __init__(
        self,
        ruler: Ruler,
        word_places: Sequence[Tracked],
        colour: str,
        thick: float = 5.0,
        dots: float = 0.07,
    ) -> None:
        self.ruler, self.values, self.dot = ruler, list(word_places), dots
        self.x = places(len(self.values))
        self.line = stroked(np.zeros((0, 3)), colour, thick)
        self.dots = painted(np.zeros((0, 3)), colour)
        super().__init__(self.line, self.dots)

    @property
    def spots(self) -> Floats:
        """Where the dots are (depth, xyz)."""
        y = [self.ruler.y(float(value)) for value in self.values]
        return np.stack([self.x, y, np.zeros(len(y))], axis=1)

    def set_depth(self, depth: float) -> Self:
        """Draws the line up to a depth; before the first one there is nothing."""
        spots = self.spots
        reached = int(np.floor(depth + 1e-6)) + 1
        path = spots[: max(reached, 0)]
        if 0 < reached < len(spots):
            part = depth - (reached - 1)
            if part > 1e-6:
                path = np.concatenate([path, (path[-1] + (spots[reached] - path[-1]) * part)[None]])
        self.line.points = segments(path[:-1], path[1:])
        angles = np.arange(_ROUND) * 2 * np.pi / _ROUND
        ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) * self.dot
        at = spots[: max(reached, 0), None, :2] + ring[None]
        self.dots.points = polygons(at) if reached > 0 else np.zeros((0, 3))
        return self


class Told(VGroup):
    """What is written beside a line: the word, its place at the depth where the reader is, and how
    many blocks have been passed. On one line or, larger, in the plot. A word that isn't ``named``
    stays a secret."""

    def __init__(
        self,
        word: Token,
        word_places: Sequence[Tracked],
        depths: Sequence[Tracked],
        colour: str,
        named: bool = True,
    ) -> None:
        super().__init__()
        self.values, self.depths, self.colour = list(word_places), list(depths), colour
        self.name: TokenText | Words = Words("final word", 30, colour)
        if named:
            self.name = TokenText(word, 34, colour, limit=9)
        self.label = Words("in place", 30, theme.SECONDARY)
        self.after = Words("after", 30, theme.SECONDARY)
        self.behind = Words("blocks", 30, theme.SECONDARY)
        self.number = Numeral(self.values[0], ",", 60, colour)
        self.blocks = Numeral(self.depths[0], "d", 30, theme.TEXT, "center")
        self.longest = max(
            Numeral(value, ",", 60, colour).advance for value in (*self.values, self.values[0])
        )
        self.add(self.name, self.label, self.number, self.after, self.blocks, self.behind)

    def fits(self, room: float) -> bool:
        """Whether it has room on one line."""
        return self._wide <= room

    @property
    def _wide(self) -> float:
        texts = self.name.advance + self.label.advance + self.after.advance + self.behind.advance
        return texts + self.longest + 0.2 * 3 + 0.72

    def in_line(self, middle: float) -> Self:
        """Sets it on one line that ends at the right edge, in the middle of another."""
        x, y = theme.RIGHT_EDGE - self._wide, middle - 0.12
        self.name.place([x, y, 0])
        self.label.place([x + self.name.advance + 0.2, y, 0])
        self.number.place([float(self.label.baseline()[0]) + self.label.advance + 0.2, y, 0])
        x = theme.RIGHT_EDGE - self.behind.advance
        self.behind.place([x, y, 0])
        self.blocks.place([x - 0.36, y, 0], "center")
        self.after.place([x - 0.72 - self.after.advance, y, 0])
        return self

    def in_plot(self, x: float, top: float) -> Self:
        """Sets it on three lines with their left top corner there."""
        self.name.place([x, top - 0.26, 0])
        self.label.place([x + self.name.advance + 0.2, top - 0.26, 0])
        self.number.scale(92 / 60).place([x, top - 0.95, 0])
        self.after.place([x, top - 1.36, 0])
        self.blocks.place([x + self.after.advance + 0.36, top - 1.36, 0], "center")
        self.behind.place([x + self.after.advance + 0.72, top - 1.36, 0])
        return self

    def set_depth(self, depth: float) -> Self:
        """Shows the place at a depth, the last one that was reached."""
        at = min(max(int(depth + 1e-6), 0), len(self.values) - 1)
        self.number.set_value(self.values[at])
        self.blocks.set_value(self.depths[at])
        return self


WIDE, HIGH = 3.4, 1.45  # of what is written beside a line


def clear_spot(climbs: Sequence[Climb]) -> tuple[float, float]:
    """The left top corner of the room beside lines that is farthest from them, left before
    right."""
    dense = np.linspace(0, len(climbs[0].spots) - 1, 400)
    steps = np.arange(len(climbs[0].spots))
    line = np.concatenate(
        [
            np.stack([np.interp(dense, steps, each.spots[:, axis]) for axis in range(2)], axis=1)
            for each in climbs
        ]
    )
    best, most = (LEFT + 0.3, TOP), -np.inf
    for x in np.linspace(LEFT + 0.25, RIGHT - WIDE, 9):
        for top in np.linspace(TOP - 0.02, BOTTOM + HIGH, 7):
            across = np.maximum(np.maximum(x - line[:, 0], line[:, 0] - (x + WIDE)), 0)
            along = np.maximum(np.maximum((top - HIGH) - line[:, 1], line[:, 1] - top), 0)
            free = min(float(np.hypot(across, along).min()), _NEED * 2)
            free -= 1e-3 * (x - LEFT) + 1e-4 * (TOP - top)
            if free > most:
                best, most = (float(x), float(top)), free
    return best
