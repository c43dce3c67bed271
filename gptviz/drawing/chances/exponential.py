"""The curve of e to the power of x, with some scores on its axis.

Planned film: softmax.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import DOWN, Animation, Dot, GrowFromEdge, Line, VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import polygons
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral
from gptviz.drawing.chances.bars import Bar
from gptviz.recording.number import Tracked

_STEM = 0.06  # units: how wide the line from the axis up to the curve is
_APART = 1.3  # units: two numerals below the axis need so much room


class ExponentialCurve:
    """Scores as dots on a line; the curve of e^x above it; and a stem from each dot up to the
    curve.

    ``differences`` are the scores measured from the highest, highest first. The parts are put on
    stage one by one: ``axis`` and ``dots``, ``ends`` (the numerals of the first and the last score,
    which :meth:`write` renews), then ``line``, ``label``, ``upright``. A stem is as long as e to
    its score: :meth:`lower` lays it down as a bar.
    """

    def __init__(
        self,
        differences: Sequence[Tracked],
        ends: Sequence[Tracked],
        right: float = 6.0,
        bottom: float = -1.15,
        width: float = 5.0,
        height: float = 2.5,
    ) -> None:
        self._low = min(float(d) for d in differences) * 1.25 or -1.0
        self._origin, self._size = np.array([right, bottom, 0.0]), np.array([width, height])
        low, past = (
            self._low,
            min(self._low * -0.06, 0.08),
        )  # steep curves leave the stage soon after zero
        xs = np.linspace(low, past, 80)
        self.line = VMobject(stroke_color=theme.PROBABILITY, stroke_width=4)
        self.line.set_points_smoothly([self.at(x, np.exp(x)) for x in xs])
        self.axis = Line(
            self.at(low, 0), self.at(past, 0), stroke_color=theme.HAIRLINE, stroke_width=3
        )
        self.upright = Line(
            self.at(0, 0), self.at(0, 1.0), stroke_color=theme.HAIRLINE, stroke_width=2
        )
        self.label = Formula("e^x", 64, theme.PROBABILITY)
        self.label.move_to(self.at(low * 0.72, np.exp(low * 0.72)) + np.array([0, 0.6, 0]))
        self._scores = [float(d) for d in differences]
        self.dots = [Dot(self.at(d, 0), radius=0.08, color=theme.TEXT) for d in self._scores]
        self.stems = [self._stem(d) for d in self._scores]
        below = np.array([0, -0.45, 0])
        places = [self.at(self._scores[0], 0) + below, self.at(self._scores[-1], 0) + below]
        crowded = places[0][0] - places[1][0] < _APART  # all scores alike: one numeral says it
        self._numerals = [
            Numeral(value, ".2f", theme.LABEL, theme.SECONDARY, "center").place(place, "center")
            for value, place in zip(ends, places, strict=True)
        ][: 1 if crowded else 2]
        self.ends = VGroup(*self._numerals)

    def at(self, x: float, y: float) -> npt.NDArray[np.float64]:
        """Where a score and a power lie on screen."""
        return np.asarray(
            self._origin + np.array([-x / self._low * self._size[0], y * self._size[1], 0])
        )

    def _stem(self, score: float) -> VMobject:
        stem = Bar(self._size[1] * float(np.exp(score)), _STEM)
        return _laid(stem, self.at(score, 0), stem.length, _STEM, np.pi / 2)

    def write(self, first: Tracked, last: Tracked) -> None:
        """Writes other numbers below the first and the last score."""
        for numeral, value in zip(self._numerals, (first, last), strict=False):
            numeral.set_value(value)

    def rise(self) -> list[Animation]:
        """The animations that bring every dot from the axis up to the curve, its stem growing below
        it."""
        return [
            *[GrowFromEdge(stem, DOWN) for stem in self.stems],
            *[  # type: ignore[list-item]
                dot.animate.move_to(self.at(d, np.exp(d)))
                for dot, d in zip(self.dots, self._scores, strict=True)
            ],
        ]

    def lower(self, bars: Sequence[Bar], run_time: float) -> list[Animation]:
        """The animations that lay every stem down where its bar will stand."""
        return [
            Follow(stem, _lowering(bar, self.at(d, 0), self._size[1] * float(np.exp(d))), run_time)
            for stem, bar, d in zip(self.stems, bars, self._scores, strict=True)
        ]


def _lowering(bar: Bar, foot: npt.NDArray[np.float64], length: float) -> Any:
    low, high = bar.points[:, 1].min(), bar.points[:, 1].max()
    target, end, thick = np.array([bar.corner[0], (low + high) / 2, 0.0]), bar.length, high - low

    def step(stem: VMobject, share: float) -> None:
        _laid(
            stem,
            foot + (target - foot) * share,
            length + (end - length) * share,
            _STEM + (thick - _STEM) * share,
            np.pi / 2 * (1 - share),
        )

    return step


def _laid(
    shape: VMobject, foot: npt.NDArray[np.float64], length: float, thick: float, angle: float
) -> VMobject:
    """Gives a shape the outline of a bar that starts at ``foot`` and lies at an angle."""
    along, across = (
        np.array([np.cos(angle), np.sin(angle), 0.0]),
        np.array([-np.sin(angle), np.cos(angle), 0.0]),
    )
    near, far = foot, foot + along * length
    half = across * thick / 2
    shape.points = polygons(np.array([[near - half, far - half, far + half, near + half]]))
    return shape
