"""A row of a matrix that is lifted out, turns, and stands as the column that travels on; and back.

Its cells stay upright while they turn, so that numerals can be read all the way, and slide around
one another's corners, so that none lies on the next.
"""

from __future__ import annotations

from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
from manim import VGroup

from gptviz.drawing.arrays.matrices import NumberMatrix
from gptviz.drawing.base import theme, tints
from gptviz.drawing.base.cells import Anchor, Cells, boxes_of
from gptviz.drawing.base.given import finite
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Words

Floats = npt.NDArray[np.float64]
_SEAM = 0.02


class TurningRow(VGroup):
    """A copy of one row of a matrix, lying exactly on it; ``to`` is the meaning of its colour once
    it travels (weights become data).

    :meth:`carry` moves, turns and recolours it in one motion. ``center`` is its middle,
    ``turned`` runs from 0 (a row) to 1 (a column), ``greyed`` from 0 (the matrix' colours) to 1
    (those of ``to``).
    """

    def __init__(self, matrix: NumberMatrix, row: int, to: tints.Role = "data") -> None:
        super().__init__()
        part = matrix.lift_row(row)
        factor = part.factor
        sides = _sides(part)
        high = (part.box()[3] - part.box()[1]) * factor
        self._sizes = np.stack(
            [np.diff(sides, axis=1)[:, 0] * factor, np.full(len(sides), high)], 1
        )
        self.home = part.center_of()
        self.center_at, self.turned, self.greyed = self.home.copy(), 0.0, 0.0
        numerals, gaps = iter(part.runs), iter(part.gaps)
        self._filled = np.array([slot.index is not None for slot in part.columns], dtype=bool)
        self._texts: list[Numeral | Words] = [
            next(numerals) if filled else cast("Words", next(gaps)) for filled in self._filled
        ]
        middles = self._middles()
        self._drops = [
            text.baseline() - middle for text, middle in zip(self._texts, middles, strict=True)
        ]
        values = finite(part.values, "a number of the row")
        self._colours = [tints.TINTS[role](values, part.limit) for role in (part.role, to)]
        self.cells = Cells(Anchor(0, 0, 1, 1), np.zeros((len(values), 4)), self._colours[0])
        self.add(self.cells, *self._texts)
        self._draw()

    def set_state(self, center: Any, turned: float, greyed: float) -> Self:
        """Puts it somewhere, turned and recoloured so far."""
        self.center_at = np.asarray(center, dtype=np.float64)
        self.turned, self.greyed = float(turned), float(greyed)
        return self._draw()

    def carry(
        self,
        center: Any = None,
        turned: float | None = None,
        greyed: float | None = None,
        run_time: float = theme.SLOW,
    ) -> Follow:
        """A motion to another place (3), turn and colour; what is not given stays.

        ``carry(row.home, 0, 0)`` brings it back.
        """
        start: list[tuple[Floats, float, float]] = []

        def step(_: TurningRow, share: float) -> None:
            start[:] = start or [(self.center_at, self.turned, self.greyed)]
            first, turn, grey = start[0]
            last = first if center is None else np.asarray(center, dtype=np.float64)
            self.set_state(
                first + (last - first) * share,
                turn if turned is None else turn + (turned - turn) * share,
                grey if greyed is None else grey + (greyed - grey) * share,
            )

        return Follow(self, step, run_time)

    def _middles(self) -> Floats:
        """The middles (slot, xyz) of its cells and gaps as it stands now."""
        angle = np.clip(self.turned, 0, 1) * np.pi / 2
        along, down = max(np.cos(angle), 1e-9), max(np.sin(angle), 1e-9)
        steps = (
            self._sizes[1:] + self._sizes[:-1]
        ) / 2  # from one middle to the next, wide and high
        far = np.minimum(steps[:, 0] / along, steps[:, 1] / down)  # their boxes just touch
        way = np.concatenate([[0.0], np.cumsum(far)])
        middles = np.stack([way * np.cos(angle), -way * np.sin(angle)], axis=1)
        low = (middles - self._sizes / 2).min(axis=0, initial=np.inf)
        high = (middles + self._sizes / 2).max(axis=0, initial=-np.inf)
        flat = middles - (low + high) / 2
        return np.asarray(self.center_at + np.concatenate([flat, np.zeros((len(flat), 1))], axis=1))

    def _draw(self) -> Self:
        middles = self._middles()
        for text, middle, drop in zip(self._texts, middles, self._drops, strict=True):
            text.place(middle + drop)
        half = self._sizes[self._filled] / 2 - _SEAM
        at = middles[self._filled, :2]
        first, last = self._colours
        self.cells.set_boxes(
            boxes_of(*(at - half).T, *(at + half).T), first + (last - first) * self.greyed
        )
        return self


def _sides(part: NumberMatrix) -> Floats:
    """The left and the right side (slot, 2) of each slot of a row, in the coordinates at
    building."""
    known = [None if s.index is None else part.box(0, s.index) for s in part.columns]
    left, _, right, _ = part.box()
    sides = []
    for i, box in enumerate(known):
        before, after = known[i - 1] if i else None, known[i + 1] if i + 1 < len(known) else None
        if box is not None:
            sides.append((box[0], box[2]))
        else:
            sides.append((before[2] if before else left, after[0] if after else right))
    return np.array(sides, dtype=np.float64).reshape(-1, 2)
