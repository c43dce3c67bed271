"""Running sums as lines that race along one scale, and the crowd in which all scores end up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import AnimationGroup, Dot, VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Boxes, boxes_of, painted, rectangles, segments, stroked
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.recording.number import Computed, Count, Token, Tracked

from .parts import Products

Floats = npt.NDArray[np.float64]
_BINS = 150  # of the crowd
_POINTS = 140  # of a line of the bundle, at most
_LIMIT, _ASIDE = 8, 2.0  # characters of a label; how far it steps aside
_LANDING = 0.16  # of all terms: so many are on their way at once


class Scale:
    """Where scores and terms stand: the box (left, bottom, right, top) of the race, and the lowest
    and the highest score in it. All that is drawn follows it."""

    def __init__(
        self, box: tuple[float, float, float, float], low: float, high: float, terms: int
    ) -> None:
        self.left, self.bottom, self.right, self.top = box
        self.low, self.high, self.terms = low, high, terms

    def y(self, score: Any) -> Any:
        """The height of a score."""
        share = (np.asarray(score, dtype=float) - self.low) / (self.high - self.low)
        return self.bottom + share * (self.top - self.bottom)

    def x(self, term: Any) -> Any:
        """Where so many terms have been added."""
        return self.left + np.asarray(term, dtype=float) / self.terms * (self.right - self.left)


class Axes(VGroup):
    """The line at zero and the axis of scores at the right."""

    def __init__(self, scale: Scale) -> None:
        self._scale = scale
        self.zero = stroked(np.zeros((0, 3)), theme.SECONDARY, 2.0)
        self.axis = stroked(np.zeros((0, 3)), theme.SECONDARY, 3.0)
        self.heading = Words("score", 34, theme.SECONDARY)
        self.nought = Words("zero", 30, theme.SECONDARY)
        super().__init__(self.zero, self.axis, self.nought, self.heading)
        self.show()

    def show(self) -> Self:
        """Draws both where the scale has them now."""
        scale = self._scale
        level = float(scale.y(0.0))
        inside = scale.bottom <= level <= scale.top
        self.axis.points = segments([[scale.right, scale.bottom, 0]], [[scale.right, scale.top, 0]])
        self.zero.points = segments([[scale.left, level, 0]], [[scale.right, level, 0]])
        self.zero.set_stroke(opacity=float(inside))
        self.nought.set_fill(opacity=float(inside))
        self.nought.place([scale.left - 0.15, level - 0.1, 0], "right")
        self.heading.place([scale.right + 0.15, scale.bottom - 0.4, 0])
        return self


class Stair(VGroup):
    """The products of one row as bars, which leave their lane and pile up, each from one sum to the
    next. First they move together, below the place where they will stand."""

    def __init__(self, lane: Products, scale: Scale, sums: Computed) -> None:
        self._from, self._products = lane.boxes(), lane.plain
        levels = np.concatenate([[0.0], sums.array])
        x = scale.x(np.arange(len(lane.plain)))
        wide = (scale.right - scale.left) / scale.terms * 0.74
        ends = scale.y(levels)
        self._to = boxes_of(
            x, np.minimum(ends[1:], ends[:-1]), x + wide, np.maximum(ends[1:], ends[:-1])
        )
        self._wide = self._from.copy()
        self._from[:, [0, 2]] = self._to[:, [0, 2]]
        self.up = painted(np.zeros((0, 3)), theme.DATA_HIGH)
        self.down = painted(np.zeros((0, 3)), theme.DATA_LOW)
        super().__init__(self.up, self.down)
        self.gather(0.0)

    def gather(self, share: float) -> Self:
        """How far they have moved together."""
        return self._draw(self._wide + (self._from - self._wide) * share)

    def set_landed(self, share: float) -> Self:
        """How far the pile has come."""
        count = len(self._products)
        flight = max(_LANDING * count, 1.0)
        own = np.clip((share * (count + flight) - np.arange(count)) / flight, 0, 1)[:, None]
        own = own * own * (3 - 2 * own)
        return self._draw(self._from + (self._to - self._from) * own)

    def flatten(self, share: float) -> Self:
        """The bars run into their middles, where the line lies."""
        middle = (self._to[:, 1] + self._to[:, 3]) / 2
        target = self._to.copy()
        target[:, 1] = target[:, 3] = middle
        return self._draw(self._to + (target - self._to) * share)

    def _draw(self, boxes: Boxes) -> Self:
        self.up.points = rectangles(boxes[self._products > 0])
        self.down.points = rectangles(boxes[self._products < 0])
        return self


class Walk(VGroup):
    """The running sum of one row as a line, a dot at its head, and right of the race, at the height
    of the dot, the row's token and the sum as a numeral. :meth:`set_done` says how many of all terms have been added."""

    def __init__(self, token: Token, sums: Computed, scale: Scale) -> None:
        self.sums, self._scale, self.done = sums, scale, 0.0
        self._levels = np.concatenate([[0.0], sums.array])
        self.line = stroked(np.zeros((0, 3)), theme.TEXT, 5.0)
        self.dot = Dot(radius=0.1, color=theme.TEXT)
        self.number = Numeral(sums[0], ".1f", 52, theme.TEXT)
        self.label = TokenText(token, 44, theme.TEXT, limit=_LIMIT)
        super().__init__(self.line, self.dot, self.number, self.label)
        self.set_done(0.0)

    def set_done(self, share: float) -> Self:
        """So large a share of the terms has been added."""
        self.done = share
        terms = len(self._levels) - 1
        reached = round(share * terms)
        xs = self._scale.x(np.arange(reached + 1))
        ys = self._scale.y(self._levels[: reached + 1])
        line = np.stack([xs, ys, np.zeros(reached + 1)], axis=1)
        self.line.points = segments(line[:-1], line[1:])
        self.dot.move_to(line[-1])
        self.number.set_fill(opacity=float(reached > 0))
        if reached:
            self.number.set_value(self.sums[reached - 1])
        x, y = self._scale.right + 0.3, float(line[-1][1])
        self.number.place([x, y - 0.36, 0])
        self.label.place([x, y + 0.13, 0])
        return self

    @property
    def texts(self) -> list[VMobject]:
        """What is written of it."""
        return [self.number, self.label]

    def recede(self, run_time: float) -> AnimationGroup:
        """Its line and its dot become as grey as those of the others, and its texts make room."""
        return AnimationGroup(
            *[text.animate.shift([_ASIDE, 0, 0]) for text in self.texts],
            self.line.animate.set_stroke(theme.DATA_LOW),
            self.dot.animate.set_color(theme.DATA_LOW),
            run_time=run_time,
        )

    def run(self, run_time: float, **options: Any) -> Follow:
        """The whole walk."""
        return Follow(self, lambda walk, share: walk.set_done(share), run_time, **options)


class Bundle(VMobject):
    """The running sums of many rows as thin lines."""

    def __init__(self, sums: Sequence[Floats], scale: Scale) -> None:
        super().__init__(stroke_color=theme.DATA_LOW, stroke_width=1.8, fill_opacity=0)
        self._scale, self.done = scale, 0.0
        terms = scale.terms
        self._at = np.unique(np.linspace(0, terms, min(_POINTS, terms) + 1).round().astype(int))
        whole = np.concatenate([np.zeros((len(sums), 1)), np.array(sums)], axis=1)
        self._levels = whole[:, self._at]

    def set_done(self, share: float) -> Self:
        """So large a share of the terms has been added."""
        self.done = share
        scale = self._scale
        reached = int((self._at <= share * scale.terms).sum())
        x = np.broadcast_to(scale.x(self._at[:reached]), (len(self._levels), reached))
        line = np.stack([x, scale.y(self._levels[:, :reached]), np.zeros(x.shape)], axis=-1)
        self.points = segments(line[:, :-1].reshape(-1, 3), line[:, 1:].reshape(-1, 3))
        return self

    def run(self, run_time: float, **options: Any) -> Follow:
        """All lines at once."""
        return Follow(self, lambda bundle, share: bundle.set_done(share), run_time, **options)


class Crowd(VGroup):
    """How many tokens have each score, as bars that grow to the right from the axis of scores while
    the table is read, row by row; ``counter`` says how many rows were read."""

    def __init__(self, scores: Floats, vocab: Tracked, scale: Scale, wide: float) -> None:
        self._scale, self._vocab, self._scores = scale, vocab, np.asarray(scores, dtype=float)
        self._edges = np.linspace(self._scores.min(), self._scores.max() + 1e-6, _BINS + 1)
        self._bin = np.clip(np.digitize(self._scores, self._edges) - 1, 0, _BINS - 1)
        most = np.bincount(self._bin, minlength=_BINS).max()
        self._unit = wide / most
        self.bars = painted(np.zeros((0, 3)), theme.DATA_LOW)
        self.counter = Numeral(vocab, ",", 64, theme.TEXT, "right")
        super().__init__(self.bars)
        self.read = 0
        self.set_read(0.0)

    def set_read(self, share: float) -> Self:
        """So large a share of all rows has been read."""
        self.read = round(share * len(self._scores))
        whole = self.read >= len(self._scores)
        self.counter.set_value(self._vocab if whole else Count(range(self.read), "rows read"))
        return self.show()

    def show(self) -> Self:
        """Draws the crowd where the scale has it now; what lies outside is not seen."""
        scale = self._scale
        counts = np.bincount(self._bin[: self.read], minlength=_BINS)
        ends = scale.y(self._edges)
        seen = (counts > 0) & (ends[:-1] >= scale.bottom) & (ends[1:] <= scale.top + 0.2)
        wide = np.maximum(counts * self._unit, 0.02)
        boxes = boxes_of(scale.right, ends[:-1], scale.right + wide, ends[1:])
        self.bars.points = rectangles(boxes[seen])
        return self

    def fill(self, run_time: float, **options: Any) -> Follow:
        """The whole table is read."""
        both = VGroup(self, self.counter)
        return Follow(both, lambda _, share: self.set_read(share), run_time, **options)
