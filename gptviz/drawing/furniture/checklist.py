"""A list of what is wanted, ticked item by item when it has come true.

Planned film: softmax.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import Create, RoundedRectangle, VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words

_LINE = 0.42  # units between two items


class Checklist(VGroup):
    """Items under one another, each with its box; the first box stands at ``left``, ``top``."""

    def __init__(
        self, items: Sequence[str], left: float, top: float, size: float = theme.LABEL
    ) -> None:
        super().__init__()
        self.boxes: list[RoundedRectangle] = []
        for i, text in enumerate(items):
            y = top - i * _LINE
            box = RoundedRectangle(
                corner_radius=0.05,
                width=0.22,
                height=0.22,
                stroke_width=2,
                stroke_color=theme.SECONDARY,
            ).move_to((left, y, 0.0))
            self.boxes.append(box)
            self.add(VGroup(box, Words(text, size).place([left + 0.3, y - 0.07, 0])))

    def tick(self, index: int) -> Create:
        """The animation that ticks an item."""
        middle = self.boxes[index].get_center()
        mark = VMobject(stroke_color=theme.PROBABILITY, stroke_width=5)
        mark.set_points_as_corners(
            [middle + np.array(p) for p in ([-0.07, 0, 0], [-0.02, -0.06, 0], [0.1, 0.12, 0])]
        )
        return Create(mark)
