"""The outline around the thing that is spoken of now; it stays around it when it grows or moves."""

from __future__ import annotations

import numpy as np
from manim import Mobject, RoundedRectangle

from gptviz.drawing.base import theme


class Focus(RoundedRectangle):
    """An outline that follows ``target`` at every frame, ``buff`` units away from it."""

    def __init__(self, target: Mobject, buff: float = 0.08, color: str = theme.FOCUS) -> None:
        self._around, self.buff = target, buff
        super().__init__(
            corner_radius=0.07,
            width=1,
            height=1,
            stroke_color=color,
            stroke_width=2.5,
            fill_opacity=0,
        )
        self._unit = self.points.copy()
        self.fit()
        self.add_updater(lambda focus: focus.fit())

    def fit(self) -> Focus:
        """Sets the outline around its target as it is now; the corners keep their radius."""
        points = np.concatenate([m.points for m in self._around.get_family() if len(m.points)])
        low, high = points.min(axis=0), points.max(axis=0)
        grow = np.maximum((high - low) / 2 + self.buff - 0.5, -0.4) * np.array([1, 1, 0])
        self.points = (
            self._unit + np.sign(self._unit) * grow + (low + high) / 2 * np.array([1, 1, 0])
        )
        return self
