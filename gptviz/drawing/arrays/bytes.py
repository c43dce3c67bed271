"""What one byte makes of a weight: brightness over size, where it wraps round and where it stays
full.

Planned films: weight_mri, model_diff.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import Group, LineJointType, VGroup

from gptviz.drawing.arrays.heatmap import colours_of
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import segments, stroked
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.picture import Picture
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.model.stack import WeightStack
from gptviz.recording.number import Tracked

TURNS = 4  # times that the byte fills along the axis
_STEPS = 64  # shades of a turn
_DASHES = 7  # of the line that stays full, on the first ramp
_STRIP = 0.32  # height of the strips of shades, in units
HOW = ("as published", "kept at full brightness")


class ByteChart(Group):
    """Brightness of a pixel over the size of its weight, and below it the shades that come out.

    ``fills_at`` is the size that fills the byte. ``left`` and ``bottom`` are the origin's,
    ``width`` and ``height`` the plot's. :meth:`draw` draws the byte that wraps; ``held`` is the one
    that stays full, for a film to bring in.
    ``span``: the shares of a full byte that have the first and the last colour. ``steps``: how many
    of them a byte has.
    """

    means = ("wrong",)

    def __init__(
        self,
        fills_at: Tracked,
        left: float,
        bottom: float,
        width: float,
        height: float,
        span: tuple[float, float],
        steps: Tracked,
    ) -> None:
        super().__init__()
        self._span = span
        self._left, self._bottom, self._turn, self._high = left, bottom, width / TURNS, height
        em = theme.units(theme.SMALL)
        base = bottom - em * 1.3
        strips = [base - em * 2.3 - _STRIP, base - em * 4.4 - _STRIP * 2]
        axes = segments(
            [self._at(0, 1), self._at(0, 0), self._at(1, 0)],
            [self._at(0, 0), self._at(TURNS, 0), self._at(1, 1)],
        )
        self.furniture = VGroup(
            stroked(axes, theme.HAIRLINE, 3.0),
            Numeral(fills_at, ".2f", theme.LABEL, align="center").place(
                [self._at(1, 0)[0], base, 0], "center"
            ),
            Words("size of the weight", theme.SMALL, theme.SECONDARY).place(
                [left + width, base, 0], "right"
            ),
            Words("brightness, in {n:d} steps", theme.SMALL, theme.SECONDARY, n=steps).place(
                [left, bottom + height + em * 0.6, 0]
            ),
        )
        names = [
            Words(name, theme.SMALL, colour).place([left, y + _STRIP + em * 0.4, 0])
            for name, colour, y in zip(HOW, (theme.WRONG, theme.TEXT), strips, strict=True)
        ]
        self.line = stroked(np.zeros((0, 3)), theme.WRONG, 5.0)
        self.strip, held = (self._strip(y) for y in strips)
        held.set_colours(self._shades(np.minimum(self._steps, 1.0), TURNS))
        ramp = np.linspace(
            0, 1, 2 * _DASHES + 1
        )  # where both bytes are the same it is dashed: both colours show
        starts, ends = (
            [*(self._at(x, x) for x in ramp[first:-1:2]), at]
            for first, at in ((0, self._at(1, 1)), (1, self._at(TURNS, 1)))
        )
        full = stroked(segments(starts, ends), theme.TEXT, 5.0)
        full.joint_type = self.line.joint_type = LineJointType.BEVEL
        self.held = Group(full, held, names[1])
        self.add(self.furniture, self.line, self.strip, names[0])
        self.set_progress(0.0)

    def _at(self, turns: float, brightness: float) -> npt.NDArray[np.float64]:
        return np.array(
            [self._left + turns * self._turn, self._bottom + brightness * self._high, 0.0]
        )

    @property
    def _steps(self) -> npt.NDArray[np.float64]:
        """Where the shades of a strip lie, in turns."""
        return np.asarray((np.arange(TURNS * _STEPS) + 0.5) / _STEPS)

    def _shades(self, brightness: Any, progress: float) -> npt.NDArray[np.float64]:
        """The colours (row, column, rgb) of a strip, the ground beyond where it has come to."""
        colours = colours_of(brightness, "sequential", *self._span)
        return np.where((self._steps <= progress)[:, None], colours, theme.rgb(theme.GROUND))[None]

    def _strip(self, bottom: float) -> Picture:
        strip = Picture(self._shades(self._steps, 0.0), self._turn * TURNS, _STRIP)
        strip.shift(np.array([self._left + self._turn * TURNS / 2, bottom + _STRIP / 2, 0.0]))
        return strip

    def set_progress(self, turns: float) -> Self:
        """How far the byte that wraps is drawn: 1 where it is full for the first time."""
        ends = [*range(1, int(turns) + 1), turns]
        spots = [self._at(0, 0)]
        for number, end in enumerate(ends):
            if end > number:
                spots.append(self._at(end, end - number))
            if number < int(turns) and turns > number + 1:
                spots.append(self._at(number + 1, 0))
        self.line.points = segments(spots[:-1], spots[1:]) if len(spots) > 1 else np.zeros((0, 3))
        self.strip.set_colours(self._shades(np.mod(self._steps, 1.0), turns))
        return self

    def draw(
        self, start: float, end: float, run_time: float = theme.SLOW, **options: Any
    ) -> Follow:
        """A motion that draws the byte that wraps from so many turns to so many."""
        return Follow(
            self,
            lambda chart, share: chart.set_progress(start + (end - start) * share),
            run_time,
            **options,
        )


def headings(
    stacks: Sequence[WeightStack], size: float = theme.LABEL, gap: float = 0.14, note: str = ""
) -> VGroup:
    """Which of two pictures is the published one, in the colour of what is wrong, and which is
    right; with a note."""
    return VGroup(
        *[
            stack.heading(text + more, size, gap).set_color(color)
            for stack, text, more, color in zip(
                stacks, HOW, (note, ""), (theme.WRONG, theme.TEXT), strict=True
            )
        ]
    )
