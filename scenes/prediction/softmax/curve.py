"""The raw scores of the film softmax as bars that hang from zero and slide, and the curve of e^x
that makes heights of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import AnimationGroup, Dot, LaggedStart, VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import paint, polygons, rectangles, segments, stroked
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.chances.bars import Bar
from gptviz.recording.number import Tracked

Place = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float64]
LEAST = -2.4  # the curve is drawn from here at least
_STEM = 0.1  # units: how wide the line from the axis up to the curve is
_DENSE, _CLEAR = 0.12, 0.4  # units: ticks so far apart are unseen, and whole


class Slope:
    """Where scores stand across the stage: first all of them and zero in view, in the end only the
    gaps below the highest, which stands at zero near the right edge.

    ``left`` and ``right`` are the ends of the room, in units. ``slid`` and ``stretched`` run from 0
    to 1: the highest comes to zero, the scale becomes that of the gaps.
    """

    def __init__(self, scores: Sequence[Tracked], left: float, right: float) -> None:
        self.scores = np.array([float(score) for score in scores])
        self.highest = float(self.scores.max())
        self._ends = (left, right)
        low, high = min(float(self.scores.min()), 0.0), max(self.highest, 0.0)
        self.lowest = min((float(self.scores.min()) - self.highest) * 1.15, LEAST)
        self._first = (right - left) / max(high - low, 1.0)
        self._zero = left - low * self._first
        self.slid = self.stretched = 0.0

    @property
    def unit(self) -> float:
        """The length of a score of one, in units."""
        left, right = self._ends
        last = (right - left) / -self.lowest
        return float(self._first * (last / self._first) ** self.stretched)

    @property
    def zero(self) -> float:
        """Where zero stands."""
        return float(self._zero + (self._ends[1] - self._zero) * self.slid)

    def across(self) -> Floats:
        """Where the scores stand (score,)."""
        return self.zero + (self.scores - self.highest * self.slid) * self.unit


class Lanes(VGroup):
    """Scores as grey bars that hang from a line at zero, each in its row, with a dot at its end.

    ``heights`` are the rows' middles. :meth:`grow`, :meth:`slide`, :meth:`stretch` and
    :meth:`drop` are its motions, in this order.
    """

    def __init__(
        self, slope: Slope, heights: Sequence[float], thick: float, floor: float, top: float
    ) -> None:
        super().__init__()
        self.slope, self._heights, self._thick = slope, np.array(heights), thick
        self._floor, self._top = floor, top
        self.bars = [
            VMobject(stroke_width=0, fill_color=theme.DATA_LOW, fill_opacity=1) for _ in heights
        ]
        self.dots = [Dot(radius=0.11, color=theme.TEXT) for _ in heights]
        self.line = stroked(np.zeros((0, 3)), theme.SECONDARY, 3.0)
        self.axis = stroked(np.zeros((0, 3)), theme.SECONDARY, 3.0)
        self.tens = stroked(np.zeros((0, 3)), theme.SECONDARY, 2.5)
        self.ones = stroked(np.zeros((0, 3)), theme.SECONDARY, 2.0)
        self.add(self.axis, self.tens, self.ones, self.line, *self.bars, *self.dots)
        self.set_grown(0.0)

    def set_grown(self, share: float) -> Self:
        """How far the bars have come out of zero, from 0 to 1; draws all anew."""
        zero, ends = self.slope.zero, self.slope.across()
        for i, (bar, dot, end) in enumerate(zip(self.bars, self.dots, ends, strict=True)):
            delay = 0.4 * i / len(self.bars)
            own = float(np.clip((share - delay) / 0.6, 0, 1))
            tip = zero + (end - zero) * own
            self._lay(bar, zero, tip, self._heights[i])
            dot.move_to([tip, self._heights[i], 0])
        self._scale()
        return self

    def _lay(self, bar: VMobject, start: float, end: float, height: float) -> None:
        low, high = sorted((start, end))
        half = self._thick / 2
        bar.points = rectangles(
            np.array([[low, height - half, max(high, low + 1e-3), height + half]])
        )

    def _scale(self) -> None:
        """The axis, its ticks at whole numbers, and the line at zero."""
        slope, y = self.slope, self._floor
        left, right = slope._ends
        self.line.points = segments([[slope.zero, y, 0]], [[slope.zero, self._top, 0]])
        self.axis.points = segments([[left, y, 0]], [[right, y, 0]])
        for ticks, step, size in ((self.tens, 10.0, 0.16), (self.ones, 1.0, 0.1)):
            apart = slope.unit * step
            seen = float(np.clip((apart - _DENSE) / (_CLEAR - _DENSE), 0, 1))
            first, last = (
                np.ceil((left - slope.zero) / apart),
                np.floor((right - slope.zero) / apart),
            )
            at = slope.zero + np.arange(first, last + 1) * apart if seen else np.zeros(0)
            flat = np.zeros(len(at))
            ticks.points = segments(
                np.stack([at, flat + y - size, flat], axis=1),
                np.stack([at, flat + y, flat], axis=1),
            ).reshape(-1, 3)
            ticks.stroke_rgbas = np.array([[*theme.rgb(theme.SECONDARY), seen]])

    def grow(self, run_time: float, **options: Any) -> Follow:
        """The bars come out of zero."""
        return Follow(self, lambda lanes, share: lanes.set_grown(share), run_time, **options)

    def turn(self, slid: float, stretched: float) -> Self:
        """How far the scores have slid, and their scale has stretched."""
        self.slope.slid, self.slope.stretched = slid, stretched
        return self.set_grown(1.0)

    def drop(self, run_time: float, **options: Any) -> Follow:
        """The bars run into their dots, and these fall onto the axis."""
        zero, ends = self.slope.zero, self.slope.across()

        def step(lanes: Lanes, share: float) -> None:
            short, fallen = min(share / 0.5, 1.0), max(share - 0.4, 0.0) / 0.6
            for bar, dot, end, height in zip(
                lanes.bars, lanes.dots, ends, self._heights, strict=True
            ):
                lanes._lay(bar, zero + (end - zero) * short, end, height)
                bar.set_fill(opacity=float(short < 1))
                dot.move_to([end, height + (self._floor - height) * fallen, 0])
            self.line.points = segments(
                [[zero, self._floor, 0]],
                [[zero, self._top + (self._floor + 1e-3 - self._top) * fallen, 0]],
            )

        return Follow(self, step, run_time, **options)


class Curve:
    """The curve of e^x over the axis on which dots stand, a stem from each dot up to the curve, and
    a pin that walks down the curve.

    A stem is as long as e to its score: :meth:`lower` lays it down as a bar.
    """

    def __init__(self, slope: Slope, dots: Sequence[Dot], floor: float, height: float) -> None:
        self._slope, self._floor, self._height = slope, floor, height
        self._scores = [float(score) for score in slope.scores - slope.highest]
        self.dots = list(dots)
        self._unit, self._zero = slope.unit, slope.zero
        self._xs = np.linspace(slope.lowest, 0.0, 80)
        self.line = VMobject(stroke_color=theme.PROBABILITY, stroke_width=7)
        self.line.means = ("probability",)  # what its heights become
        self.line.set_points_smoothly([self.at(x, np.exp(x)) for x in self._xs])
        self.below = VMobject(stroke_width=0)
        paint(self.below, theme.PROBABILITY, 0.12)
        self.set_filled(0.0)
        self.label = Formula("e^x", 110, theme.PROBABILITY)
        middle = slope.lowest * 0.6
        self.label.move_to(self.at(middle, np.exp(middle)) + np.array([0, 0.95, 0]))
        self.stems = [self._stem(d) for d in self._scores]

    def at(self, x: float, y: float) -> Place:
        """Where a score and a power lie on screen."""
        return np.array([self._zero + x * self._unit, self._floor + y * self._height, 0.0])

    def set_filled(self, share: float) -> None:
        """How far the plane below the curve is filled, from the left."""
        xs = self._xs[: max(int(len(self._xs) * share), 2)]
        edge = [self.at(x, np.exp(x)) for x in xs]
        self.below.points = polygons(np.array([[self.at(xs[0], 0), *edge, self.at(xs[-1], 0)]]))

    def fill(self, run_time: float, **options: Any) -> Follow:
        """The plane below the curve fills."""
        return Follow(self.below, lambda _, share: self.set_filled(share), run_time, **options)

    def _stem(self, score: float) -> VMobject:
        tall = self._height * float(np.exp(score))
        return _laid(Bar(1.0, _STEM), self.at(score, 0), tall, _STEM, np.pi / 2)

    def rise(self, run_time: float, **options: Any) -> AnimationGroup:
        """Every dot goes from the axis up to the curve, its stem growing below it."""

        def up(score: float) -> Any:
            foot, tall = self.at(score, 0), self._height * float(np.exp(score))
            return lambda stem, share: _laid(stem, foot, tall * max(share, 1e-4), _STEM, np.pi / 2)

        def ride(score: float) -> Any:
            return lambda dot, share: dot.move_to(self.at(score, np.exp(score) * share))

        pairs = list(zip(self.stems, self.dots, self._scores, strict=True))
        return AnimationGroup(
            *[Follow(stem, up(d), run_time, **options) for stem, _, d in pairs],
            *[Follow(dot, ride(d), run_time, **options) for _, dot, d in pairs],
        )

    def lower(self, bars: Sequence[Bar], run_time: float) -> LaggedStart:
        """Every stem is laid down where its bar will stand, one after another."""
        return LaggedStart(
            *[
                Follow(stem, _lowering(bar, self.at(d, 0), self._height * float(np.exp(d))), 1.0)
                for stem, bar, d in zip(self.stems, bars, self._scores, strict=True)
            ],
            lag_ratio=0.18,
            run_time=run_time,
        )

    def pin(self) -> VGroup:
        """A pin on the curve at zero, and what is left of it a step of one further down."""
        self._walker = self._upright(0.0)
        return VGroup(self._upright(0.0), self._walker)

    def _upright(self, x: float) -> VMobject:
        return stroked(segments([self.at(x, 0)], [self.at(x, np.exp(x))]), theme.FOCUS, 6.0)

    def step_down(self, run_time: float, **options: Any) -> Follow:
        """The pin walks down the curve by one."""

        def step(pin: VMobject, share: float) -> None:
            pin.points = segments([self.at(-share, 0)], [self.at(-share, np.exp(-share))])

        return Follow(self._walker, step, run_time, **options)


def _lowering(bar: Bar, foot: Place, length: float) -> Any:
    low, high = bar.points[:, 1].min(), bar.points[:, 1].max()
    target, end, thick = np.array([bar.corner[0], (low + high) / 2, 0.0]), bar.length, high - low

    def step(stem: VMobject, share: float) -> None:
        _laid(
            stem,
            foot + (target - foot) * share,
            length + (end - length) * share**2,  # it lies before it is long: none rises
            _STEM + (thick - _STEM) * share,
            np.pi / 2 * (1 - share) ** 2,
        )

    return step


def _laid(shape: VMobject, foot: Place, length: float, thick: float, angle: float) -> VMobject:
    """Gives a shape the outline of a bar that starts at ``foot`` and lies at an angle."""
    along = np.array([np.cos(angle), np.sin(angle), 0.0])
    half = np.array([-np.sin(angle), np.cos(angle), 0.0]) * thick / 2
    near, far = foot, foot + along * length
    shape.points = polygons(np.array([[near - half, far - half, far + half, near + half]]))
    return shape
