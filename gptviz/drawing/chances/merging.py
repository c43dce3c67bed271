"""Bars that fly end to end into one strip; the strip shrinks until it is one long; its shares fall
back into their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline, rectangles
from gptviz.drawing.base.given import finite
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.whole import adding_up
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.errors import GptvizError
from gptviz.recording.number import Tracked

Floats = npt.NDArray[np.float64]
_ASIDE = 0.25  # of a flight, when the first bar sets out
_APART = 0.4  # and how much later the last


class MergedBars(VGroup):
    """What turns the bars of a :class:`ProbabilityBars` into one strip, and back into bars.

    Numerals in a column of their own stay there. Others stand behind their bars' ends; those of
    rows without scores step to the left of the bars as these leave, out of their way where the
    strip begins no farther left. Bars fly down first and then along the strip, past all that stands
    left of them. The strip begins
    at ``left`` (x, y: its middle) and is ``thick`` units high; ``one`` units is
    the length of one, and a frame of that length shows where it must end. The bars stay those of
    their rows: labels and numerals keep their places until the shares come back. :meth:`lay`,
    :meth:`shrink`, :meth:`magnify` where one is to be larger, and :meth:`fall` are the motions, in
    this order.
    """

    def __init__(
        self,
        bars: ProbabilityBars,
        left: tuple[float, float],
        one: float,
        thick: float = 0.42,
    ) -> None:
        super().__init__()
        if not bars.rows:
            raise GptvizError("no bars to lay end to end: give at least one")
        self.bars, self._left, self._one, self._thick = bars, left, one, thick
        self.values = [row.share.number for row in bars.rows]
        self._plain = finite([float(value) for value in bars.values], "a bar")
        if self._plain.sum() <= 0 or (self._plain < 0).any():
            raise GptvizError("bars below zero, or all zero, have no shares: give lengths")
        self._rows = self._boxes()
        for row, box in zip(bars.rows, self._rows, strict=True):  # none inside a bar that leaves
            if bars.aside is not None:
                break
            beside = np.array([box[2] + self._gap, row.share.baseline()[1], 0.0])
            row.share.place(beside).set_fill(theme.TEXT)
        self._beside = [row.share.baseline() for row in bars.rows]
        self.laid, self.shrunk = 0.0, 0.0
        self.frame = self._frame()
        self.add(self.frame)

    def _frame(self) -> VMobject:
        x, y = self._left
        high = self._thick / 2
        return outline((x, y - high, x + self._one, y + high), theme.TEXT, 2.5, 0.05)

    def _boxes(self) -> Floats:
        """Where the bars are now: boxes (row, 4)."""
        points = [row.bar.points for row in self.bars.rows]
        return np.array([[*p[:, :2].min(axis=0), *p[:, :2].max(axis=0)] for p in points])

    @property
    def _gap(self) -> float:
        """Between a bar's end and its numeral."""
        return theme.units(self.bars.rows[0].share.size) * 0.45

    @property
    def unit(self) -> float:
        """The length of one in the strip as it is now, in units."""
        last = self._one / self._plain.sum()
        return float(self.bars.unit * (last / self.bars.unit) ** self.shrunk)

    def _strip(self) -> Floats:
        """Where the bars are when all are in the strip: boxes (row, 4)."""
        ends = self._left[0] + np.concatenate([[0.0], np.cumsum(self._plain * self.unit)])
        y, half = np.full(len(self._plain), self._left[1]), self._thick / 2
        return np.stack([ends[:-1], y - half, ends[1:], y + half], axis=1)

    def set_laid(self, share: float) -> Self:
        """How far the bars have come into the strip, one after another, from 0 to 1."""
        self.laid = float(np.clip(share, 0, 1))
        count = len(self._plain)
        delay = _ASIDE + np.arange(count) / max(count - 1, 1) * _APART
        way = np.clip((self.laid - delay) / (1 - _APART - _ASIDE), 0, 1)
        self._put(self._rows + (self._strip() - self._rows) * _down_and_along(way))
        aside = min(self.laid * 4, 1.0)
        for row, start, home, moved in zip(
            self.bars.rows, self._beside, self._rows, way, strict=True
        ):
            if row.score is None and self.bars.aside is None:
                end = np.array([home[0] - self._gap - row.share.advance, start[1], 0.0])
                row.share.place(start + (end - start) * aside)
            seam = 1.5 * float(moved)
            row.bar.stroke_width = seam
            row.bar.stroke_rgbas = np.array([[*theme.rgb(theme.GROUND), 1.0 if seam else 0.0]])
        return self

    def set_shrunk(self, share: float) -> Self:
        """How far the strip has shrunk (or grown) to one, from 0 to 1."""
        self.shrunk = float(np.clip(share, 0, 1))
        self._put(self._strip())
        return self

    def set_one(self, one: float) -> Self:
        """Gives one another length, and with it the strip: the same shares, seen from nearer."""
        self._one = one
        self.frame.points = self._frame().points
        self._put(self._strip())
        return self

    def _put(self, boxes: Floats) -> None:
        for row, box in zip(self.bars.rows, boxes, strict=True):
            row.bar.points = rectangles(box[None])

    def lay(self, run_time: float = 2.0, **options: Any) -> Follow:
        """The bars fly end to end into the strip."""
        return self._moving(self.set_laid, run_time, options)

    def shrink(self, run_time: float = theme.SLOW, **options: Any) -> Follow:
        """The strip becomes one long."""
        return self._moving(self.set_shrunk, run_time, options)

    def magnify(self, one: float, run_time: float = theme.MOVE, **options: Any) -> Follow:
        """Strip and frame grow together until one is ``one`` units long."""
        first = self._one

        def step(share: float) -> None:
            self.set_one(first * (one / first) ** share)

        return self._moving(step, run_time, options)

    def fall(
        self,
        shares: Sequence[Tracked],
        rest: Tracked | None = None,
        spec: str = ".1%",
        run_time: float = 2.0,
        **options: Any,
    ) -> Follow:
        """The shares fall back into their rows, where a bar of one is as long as the strip; their
        numerals turn to the format ``spec``.

        Raises GptvizError for shares that are not those of the strip.
        """
        after = [*shares, *([] if rest is None else [rest])]
        plain = finite([float(share) for share in after], "a share")
        if plain.shape != self._plain.shape or not np.allclose(
            plain * self._plain.sum(), self._plain
        ):
            raise GptvizError("these are not the shares of the strip's bars")
        written = adding_up(after, spec)
        first, last = self._strip(), self._rows.copy()
        places = [row.share.baseline() for row in self.bars.rows]
        last[:, 2] = last[:, 0] + plain * self._one

        def step(share: float) -> None:
            done = np.full(len(plain), min(share / (1 - _ASIDE), 1.0))
            self._put(last + (first - last) * _down_and_along(1 - done))
            back = max(share - 1 + _ASIDE, 0.0) / _ASIDE  # beside the bars, once these are there
            for row, old, value, number, box in zip(
                self.bars.rows, places, self.values, written, last, strict=True
            ):
                row.share.set_between(value, number, share, spec)
                if self.bars.aside is None:
                    end = np.array([box[2] + self._gap, old[1], 0.0])
                    row.share.place(old + (end - old) * back)
                row.bar.stroke_width = 1.5 * (1 - share)
            if share >= 1:
                self.bars.unit, self.bars.values = self._one, after

        return self._moving(step, run_time, options)

    def _moving(self, step: Any, run_time: float, options: dict[str, Any]) -> Follow:
        bars: VMobject = self.bars
        return Follow(bars, lambda _, share: step(share), run_time, **options)


def _down_and_along(way: Floats) -> Floats:
    """How far boxes have come (row, side) that go down first and then along, from 0 to 1 each."""
    down, along = np.clip(way / 0.6, 0, 1), np.clip(way * 2 - 1, 0, 1)
    down, along = (each * each * (3 - 2 * each) for each in (down, along))
    return np.stack([along, down, along, down], axis=1)
