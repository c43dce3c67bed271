"""What was stays beside what is: two states of one thing, side by side."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import Group, Mobject, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import segments, stroked
from gptviz.drawing.base.frame import ROOM, Box, around
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Words

_GAP = 0.8


class BeforeAfter(Group):
    """Two mobjects in the halves of a room, each under its name, at one scale, a line between them.

    At first the later one lies on the earlier; :meth:`part` slides it to its own half. Raises
    GptvizError for one without points.
    """

    def __init__(
        self,
        before: Mobject,
        after: Mobject,
        room: Box = ROOM,
        words: tuple[Any, Any] = ("before", "after"),
        size: float = theme.STATEMENT,
    ) -> None:
        super().__init__()
        left, bottom, right, top = room
        line = theme.units(size) * 1.6
        half = (right - left - _GAP) / 2
        boxes = [np.array(around(each)) for each in (before, after)]
        wide, high = np.max([box[2:] - box[:2] for box in boxes], axis=0)
        factor = min(1.0, half / max(wide, 1e-9), (top - bottom - line) / max(high, 1e-9))
        self._middles = [
            np.array([x, (bottom + top - line) / 2, 0.0])
            for x in (left + half / 2, right - half / 2)
        ]
        for each, box in zip((before, after), boxes, strict=True):
            middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 0.0])
            each.scale(factor, about_point=middle).shift(self._middles[0] - middle)
        self.before, self.after = before, after
        self.names = VGroup(
            *[
                Words(text, size, theme.SECONDARY).place([middle[0], top - line / 2, 0], "center")
                for text, middle in zip(words, self._middles, strict=True)
            ]
        )
        x = (left + right) / 2
        self.line = stroked(segments([[x, bottom, 0]], [[x, top, 0]]), theme.HAIRLINE, 2.0)
        self.add(before, after, self.names, self.line)
        self.parted = 0.0
        self.set_parted(0.0)

    def set_parted(self, share: float) -> Self:
        """How far the later state has come to its own half, from 0 to 1."""
        way = self._middles[1] - self._middles[0]
        self.after.shift(way * (share - self.parted))
        self.parted = share
        self.line.set_stroke(opacity=share)
        for text in self.names:
            text.set_fill(opacity=share)
        return self

    def part(self, run_time: float = theme.SLOW, **options: Any) -> Follow:
        """A motion in which the later state slides out of the earlier into its own half."""
        first = self.parted
        return Follow(
            self,
            lambda both, share: both.set_parted(first + (1 - first) * share),
            run_time,
            **options,
        )
