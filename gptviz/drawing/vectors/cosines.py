"""The line of all cosines, a mark that runs along it, and the angle that each stands for, as two
arrows.

Planned films: word_space.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import painted, rectangles, segments, stroked
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Align, Words
from gptviz.drawing.vectors.arrows import arrows
from gptviz.recording.number import Tracked

_HALF = 0.07  # of a mark
_LONG = 0.75  # an arrow of the angle


class CosineLine(VGroup):
    """A line from -1 to 1; ``ends`` are the three values at its ends and its middle, each with what
    it means.

    The line runs from (``left``, ``y``) for ``width`` units. ``mark`` stands on it, at first at 1;
    left of it ``angle``, two arrows from one point that stand as far apart as the mark says.
    """

    def __init__(
        self, ends: Sequence[tuple[Tracked, str]], left: float, width: float, y: float
    ) -> None:
        super().__init__()
        self._left, self._width, self._y, self.now = left, width, y, 1.0
        ticks = np.array([self.at(float(value)) for value, _ in ends])
        self.line = stroked(
            segments([ticks[0], *ticks], [ticks[-1], *(ticks - [0, 0.14, 0])]), theme.SECONDARY, 2.0
        )
        aligned: tuple[Align, ...] = ("left", "center", "right")
        self.ends = VGroup(
            *[
                Words(
                    "{value:+.0f}  " + text if float(value) else "{value:.0f}  " + text,
                    theme.LABEL,
                    theme.SECONDARY,
                    value=value,
                ).place(self.at(float(value)) - [0, 0.48, 0], align)
                for (value, text), align in zip(ends, aligned, strict=True)
            ]
        )
        self.mark = painted(rectangles(np.zeros((0, 4))), theme.FOCUS)
        self.angle = VGroup(
            painted(np.zeros((0, 3)), theme.SECONDARY), painted(np.zeros((0, 3)), theme.FOCUS)
        )
        self.add(self.line, self.ends, self.mark, self.angle)
        self.point(1.0)

    def at(self, cosine: float) -> npt.NDArray[np.float64]:
        """Where a cosine lies on the line."""
        return np.array([self._left + self._width * (cosine + 1) / 2, self._y, 0.0])

    def point(self, cosine: float) -> None:
        """Sets the mark on a cosine, and the arrows to its angle."""
        self.now = float(np.clip(cosine, -1, 1))
        self.mark.points = self._box(self.now, _HALF)
        turn = np.arccos(self.now)
        tips = np.array([[_LONG, 0.0], [_LONG * np.cos(turn), _LONG * np.sin(turn)]])
        start = np.array([self._left - _LONG - 0.2, self._y])
        for shape, outline in zip(
            self.angle, arrows([start] * 2, start + tips, 0.045, 0.2), strict=True
        ):
            shape.points = outline

    def run(self, cosine: float, run_time: float = theme.MOVE, **options: Any) -> Follow:
        """The mark runs to another cosine while the angle opens or closes evenly."""
        first, last = (np.arccos(np.clip(value, -1, 1)) for value in (self.now, cosine))
        return Follow(
            self,
            lambda line, share: line.point(np.cos(first + (last - first) * share)),
            run_time,
            **options,
        )

    def ticks(self, cosines: Sequence[float], colour: str = theme.SECONDARY) -> VMobject:
        """Thin marks of other cosines, behind the mark and a part of the line; let them appear with
        ``Appear``."""
        places = np.array([self.at(float(cosine)) for cosine in cosines])
        ticks = stroked(segments(places - [0, 0.16, 0], places + [0, 0.16, 0]), colour, 3.0)
        self.submobjects.insert(0, ticks)
        return ticks

    def _box(self, cosine: float, half: float) -> npt.NDArray[np.float64]:
        x, y, _ = self.at(cosine)
        return rectangles(np.array([[x - half, y - half, x + half, y + half]]))
