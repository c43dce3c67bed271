"""What is seen in a tower beside its sheets: a token's vectors, names at places in space, and
probabilities that stand on a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import painted, polygons, rectangles
from gptviz.drawing.base.text import Numeral, Run, TokenText
from gptviz.recording.number import Token, Tracked

from .sheets import CANAL

Floats = npt.NDArray[np.float64]

#: What is seen of the picture: all above the captions (left, bottom, right, top).
VIEW = np.array([-theme.WIDTH / 2, theme.STAGE_BOTTOM, theme.WIDTH / 2, theme.HEIGHT / 2])
_GREYS = 14  # tones of a vector's numbers
_FULL = 0.9  # share of a vector's numbers that are not as bright as can be
_SIZE = 46.0  # type size of a tag where a floor is one unit high


class Column:
    """A token's vectors (depth, d_model) as strips of cells: bright where a number is far from zero,
    measured against its own vector."""

    def __init__(self, vectors: Any) -> None:
        sizes = np.abs(np.asarray(vectors, dtype=np.float64))
        most = np.quantile(sizes, _FULL, axis=1, keepdims=True)
        self._sizes = np.minimum(sizes / np.maximum(most, 1e-12), 1.0)
        self.shapes = [VMobject(stroke_width=0) for _ in range(_GREYS)]

    def strip(self, depth: float, most: int) -> tuple[Floats, Floats]:
        """The cells (n, 4, xyz) of the vector at a depth and how bright they are; where there is
        room for ``most`` only, neighbours share one, as pixels would have it."""
        low = min(int(depth), len(self._sizes) - 1)
        values = self._sizes[low]
        if depth > low:
            values = values + (self._sizes[low + 1] - values) * (depth - low)
        count = int(np.clip(most, 8, len(values)))
        edges = np.linspace(0, len(values), count + 1).astype(int)
        means = np.add.reduceat(values, edges[:-1]) / np.diff(edges)
        y, wide = edges / len(values) - 0.5, CANAL * 0.8
        quads = np.full((count, 4, 3), float(depth))
        quads[:, :, 0] = [-wide, wide, wide, -wide]
        quads[:, :2, 1], quads[:, 2:, 1] = y[:-1, None], y[1:, None]
        return quads, means

    def paint(self, cells: Floats, tones: Floats, opacity: float) -> None:
        """Draws cells (n, 4, xy) of the picture, each as bright as it is (n, 0 to 1)."""
        level = np.clip((tones * _GREYS).astype(int), 0, _GREYS - 1)
        low, high = theme.rgb(theme.HAIRLINE), theme.rgb(theme.DATA_HIGH)
        for i, shape in enumerate(self.shapes):
            mine = cells[level == i]
            shape.points = polygons(mine) if len(mine) else np.zeros((0, 3))
            shape.fill_rgbas = np.array([[*(low + (high - low) * (i + 0.5) / _GREYS), opacity]])

    def clear(self) -> None:
        """Shows nothing."""
        for shape in self.shapes:
            shape.points = np.zeros((0, 3))


class Tag(VGroup):
    """A token at a place in space (x, y in d_model, z in floors), as large as it is near; with a
    probability below it, if one is given.

    ``reach``: its type size at a distance of one unit. ``align``: which side of it is at the place.
    """

    def __init__(
        self,
        token: Token,
        where: Sequence[float],
        reach: float,
        most: float,
        probability: Tracked | None = None,
    ) -> None:
        super().__init__()
        self.where, self._reach, self._most = np.array(where, dtype=float), reach, most
        self.seen = False
        text = TokenText(token, _SIZE, limit=14)
        low = -0.36 * theme.units(_SIZE)
        self.runs: list[Run] = list(text.runs)
        if probability is None:  # beside its place, on the left
            text.place(np.array([-text.advance, low, 0]))
            self._ends = (-text.advance, 0.0)
        else:  # above its place, over its probability
            text.place(np.array([0, theme.units(_SIZE) * 1.5, 0]), "center")
            number = Numeral(probability, ".1%", _SIZE * 0.8, theme.PROBABILITY, "center")
            number.place(np.array([0, theme.units(_SIZE) * 0.35, 0]), "center")
            wide = max(text.advance, number.advance) / 2
            self._ends = (-wide, wide)
            self.runs.append(number)
        em = theme.units(_SIZE)
        low, high = (-0.75, 0.75) if probability is None else (-0.05, 2.45)
        left, right = self._ends
        self._box = rectangles(
            np.array([[left - 0.25 * em, low * em, right + 0.25 * em, high * em]])
        )
        self.plate = painted(self._box, theme.GROUND)
        self.add(self.plate, *self.runs)
        self._written = [run.points.copy() for run in self.runs]
        self.show(np.zeros(2), 1.0, False)

    def show(self, at: Floats, away: float, wanted: bool) -> None:
        """Puts it to a place of the picture; unseen where it is not wanted, or too small to be read,
        or at the border."""
        pixels = min(self._reach / away, self._most)
        factor = pixels / _SIZE
        left, right = at[0] + self._ends[0] * factor, at[0] + self._ends[1] * factor
        inside = left > VIEW[0] + 0.5 and right < VIEW[2] - 0.5
        inside = bool(inside and VIEW[1] + 0.3 < at[1] < VIEW[3] - 1.3)
        self.seen = wanted and inside and pixels >= theme.LABEL
        place = np.array([*at, 0.0])
        self.plate.points = self._box * factor + place if self.seen else np.zeros((0, 3))
        for run, points in zip(self.runs, self._written, strict=True):
            run.points = points * [factor, factor, 1] + place
            run.set_fill(opacity=float(self.seen))
