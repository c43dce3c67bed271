"""All scores that a language model gives after one token: a row of cells, one for each token that it
knows.

Planned films: token_by_token.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from gptviz.drawing.base import theme, tints
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.picture import Picture
from gptviz.maths.rounding import whole_above

Box = tuple[float, float, float, float]  # left, bottom, right, top
Floats = npt.NDArray[np.float64]

_WIDE = 12.0  # columns of a row, in its lines
_DARK, _OUT, _STEEP = 0.1, 0.03, 1.3  # brightness of the lowest, and of one that is left out


class Scores(Picture):
    """One row of scores (vocab), each a cell in grey, the brighter the higher in its own row. The
    row is wrapped onto lines, as a text is."""

    def __init__(self, scores: Any, box: Box = (-6, -0.5, 6, 0.5)) -> None:
        plain = np.asarray(scores, dtype=np.float64)
        low, high = float(np.quantile(plain, 0.02)), float(plain.max())
        self.lines = max(1, round(float(np.sqrt(len(plain) / _WIDE))))
        self.columns = int(whole_above(len(plain) / self.lines))
        self._bright = np.zeros(self.lines * self.columns)
        share = np.clip((plain - low) / max(high - low, 1e-9), 0, 1) ** _STEEP
        self._bright[: len(plain)] = _DARK + (1 - _DARK) * share
        super().__init__(self._coloured(self._bright), box[2] - box[0], box[3] - box[1])
        self.set_sides(*box)

    def _coloured(self, bright: Floats) -> Floats:
        return tints.mixed(theme.DATA_HIGH, bright.reshape(self.lines, self.columns))

    def cell(self, column: int, least: float = 0.07) -> Box:
        """The box of a score's cell where the picture is now, at least so large that it is seen."""
        line, place = divmod(column, self.columns)
        low, high = self.corner(line + 1, place), self.corner(line, place + 1)
        middle, half = (low + high) / 2, np.maximum(np.abs(high - low), least) / 2
        return (
            float(middle[0] - half[0]),
            float(middle[1] - half[1]),
            float(middle[0] + half[0]),
            float(middle[1] + half[1]),
        )

    def darken(self, kept: Sequence[int], share: float) -> Self:
        """Lets all cells but a few go out."""
        bright = self._bright + (_OUT - self._bright) * share
        bright[list(kept)] = 1.0
        self.set_colours(self._coloured(bright))
        return self

    def travel(self, boxes: Sequence[Box], run_time: float, **options: Any) -> Follow:
        """A motion from the first of two boxes to the second; the picture fills it at every
        frame."""
        start, end = (np.array(box) for box in boxes)

        def step(picture: Scores, share: float) -> None:
            left, bottom, right, top = (start + (end - start) * share).tolist()
            picture.set_sides(left, bottom, right, top)

        return Follow(self, step, run_time, **options)
