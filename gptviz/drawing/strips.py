"""Whole vectors as strips of coloured cells, one under the other, each drawn at its own strength.

Planned films: plurality.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VGroup

from gptviz.drawing import theme
from gptviz.drawing.cells import Anchor, Cells, boxes_of
from gptviz.drawing.windows import label_of


class Strips(VGroup):
    """Vectors (each d_model) as rows of cells, blue below zero and orange above, full at two deviations of their own.

    ``names`` stand left of the strips, right-aligned; the strips begin at x = 0, the first one's middle at y = 0.
    ``bars`` are the strips, ``labels`` the names; iterating gives each strip with its name.
    """

    def __init__(self, vectors: Sequence[Any], names: Sequence[Any], width: float = 9.0, height: float = 0.4,
                 row: float = 0.6, size: float = theme.LABEL, color: str = theme.TEXT) -> None:
        super().__init__()
        self.bars, self.labels = VGroup(), VGroup()
        for i, (vector, name) in enumerate(zip(vectors, names, strict=True)):
            plain = np.asarray(getattr(vector, "array", vector), dtype=np.float64)
            left = np.arange(len(plain)) * width / len(plain)
            boxes = boxes_of(left, -i * row - height / 2, left + width / len(plain), -i * row + height / 2)
            limit = 2 * float(np.sqrt(np.mean(plain**2)))
            self.bars.add(Cells(Anchor(0, 0, 1, 1), boxes, theme.diverging(plain, limit)))
            label = label_of(name, size, color)
            self.labels.add(label.place([-0.25, -i * row - 0.36 * theme.units(size), 0], "right"))
        self.add(*[VGroup(bar, label) for bar, label in zip(self.bars, self.labels, strict=True)])
