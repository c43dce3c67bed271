"""Whole vectors as strips of coloured cells, one under the other, at one strength or each at its
own.

Planned films: plurality.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VGroup

from gptviz.drawing.arrays.windows import label_of
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Anchor, Cells, boxes_of, outline, painted, rectangles
from gptviz.drawing.base.given import finite
from gptviz.drawing.base.text import Words

_WIDE, _SEAM = 0.12, 0.1  # units from which cells stand apart, and by how much of their width


class Strips(VGroup):
    """Vectors (each d_model) as rows of cells, blue below zero and orange above, full at two
    deviations of their own.

    ``names`` stand left of the strips, right-aligned; the strips begin at x = 0, the first one's
    middle at y = 0. ``bars`` are the strips, ``labels`` the names; iterating gives each strip with
    its name. ``bordered`` strips have a hairline around them, so that cells near zero, which are as
    dark as the ground, do not fray their ends. ``limit`` is the size of full colour in all strips,
    so that a weak one is pale beside a strong one; without it each has its own. Few cells are wide
    and stand apart.
    """

    def __init__(
        self,
        vectors: Sequence[Any],
        names: Sequence[Any],
        width: float = 9.0,
        height: float = 0.4,
        row: float = 0.6,
        size: float = theme.LABEL,
        color: str = theme.TEXT,
        bordered: bool = False,
        limit: float | None = None,
    ) -> None:
        super().__init__()
        self.bars, self.labels = VGroup(), VGroup()
        for i, (vector, name) in enumerate(zip(vectors, names, strict=True)):
            plain = finite(vector, "component")
            left = np.arange(len(plain)) * width / max(len(plain), 1)
            wide = width / max(len(plain), 1)
            seam = wide * _SEAM if wide >= _WIDE else 0.0
            boxes = boxes_of(left, -i * row - height / 2, left + wide - seam, -i * row + height / 2)
            full = limit or 2 * float(np.sqrt(np.mean(plain**2)) if len(plain) else 1.0)
            self.bars.add(Cells(Anchor(0, 0, 1, 1), boxes, theme.diverging(plain, full)))
            label = label_of(name, size, color)
            self.labels.add(label.place([-0.25, -i * row - 0.36 * theme.units(size), 0], "right"))
        self.add(*[VGroup(bar, label) for bar, label in zip(self.bars, self.labels, strict=True)])
        if bordered:
            for i, strip in enumerate(self):
                strip.add(
                    outline(
                        (0, -i * row - height / 2, width, -i * row + height / 2),
                        theme.HAIRLINE,
                        1.5,
                    )
                )


def sign_key(right: float, y: float) -> VGroup:
    """What the two colours of strips mean, in one line that ends at the right."""
    key, end = VGroup(), right
    for colour, text in ((theme.POSITIVE, "above zero"), (theme.NEGATIVE, "below zero")):
        words = Words(text, theme.LABEL, theme.SECONDARY).place([end, y, 0], "right")
        left = end - words.advance - 0.32
        key.add(painted(rectangles(boxes_of(left, y, left + 0.2, y + 0.2)), colour), words)
        end = left - 0.4
    return key


def chained(words: Sequence[Any], first: Sequence[Any], second: Sequence[Any]) -> list[Any]:
    """The words in an order in which those of each of two pairs stand side by side."""
    chain = sorted(first, key=lambda word: word in second) + sorted(
        second, key=lambda word: word not in first
    )
    return list(dict.fromkeys([*chain, *words]))
