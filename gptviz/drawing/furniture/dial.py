"""A dial for a knob of the film.

Planned films: temperature, softmax, every_position (learning rate).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from manim import VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Framed, painted, polygons, segments, stroked
from gptviz.drawing.base.text import Numeral, Words
from gptviz.recording.number import Tracked

_FROM, _TO = 225.0, -45.0  # degrees at the lowest and the highest value
_STEPS = 48


class Dial(Framed):
    """A dial from ``low`` to ``high`` with a needle, its setting as a numeral in the middle, its
    ``name`` below.

    Tracked ends are written; plain ones only bound the needle. ``bend`` above 1 gives small values
    more room (the needle stands at the share to the power 1/bend). ``follow(lambda: knob.setting)``
    turns it at every frame.
    """

    def __init__(
        self,
        setting: Tracked,
        low: float,
        high: float,
        name: str | Words = "",
        radius: float = 0.85,
        spec: str = ".2f",
        size: float = theme.STATEMENT,
        bend: float = 1.0,
        color: str = theme.FOCUS,
    ) -> None:
        super().__init__(-radius, -radius, radius, radius)
        self._low, self._high, self._bend, self._radius = float(low), float(high), bend, radius
        self.track = stroked(_arc(radius, 0.0, 1.0), theme.HAIRLINE, 7.0)
        self.swept = stroked(np.zeros((0, 3)), color, 7.0)
        self.needle = painted(np.zeros((0, 3)), color)
        em = theme.units(size)
        self.numeral = Numeral(setting, spec, size, theme.TEXT, "center")
        self.numeral.place(np.array([0.0, -0.36 * em, 0.0]), "center")
        self.ends = VGroup()
        for end, share, align in ((low, 0.0, "right"), (high, 1.0, "left")):
            if isinstance(end, Tracked):
                x, y = _point(radius + 0.27, share)
                number = Numeral(end, _short(end), theme.SMALLEST, theme.SECONDARY)
                self.ends.add(
                    number.place(
                        np.array([x, y - 0.05, 0.0]), "right" if align == "right" else "left"
                    )
                )
        self.caption = VGroup()
        if name:
            words = name if isinstance(name, Words) else Words(name, theme.LABEL, theme.SECONDARY)
            self.caption.add(
                words.place(
                    np.array([0.0, -radius - theme.units(theme.LABEL) * 1.1, 0.0]), "center"
                )
            )
        self.add(self.track, self.swept, self.needle, self.numeral, self.ends, self.caption)
        self.set_value(setting)

    def _share(self, value: float) -> float:
        share = (value - self._low) / ((self._high - self._low) or 1.0)
        return float(np.clip(share, 0.0, 1.0) ** (1 / self._bend))

    def set_value(self, setting: Tracked) -> Self:
        """Turns the needle and writes the setting."""
        share = self._share(float(setting))
        base, right, up = self.anchor.axes()
        r = self._radius
        tip, out = _point(r + 0.13, share), _point(r - 0.16, share)
        side = np.array([-out[1] + tip[1], out[0] - tip[0]])
        side = side / np.linalg.norm(side) * 0.035
        needle = polygons(np.array([[tip + side, tip - side, out - side, out + side]]))
        for shape, points in ((self.swept, _arc(r, 0.0, max(share, 1e-4))), (self.needle, needle)):
            shape.points = base + points[:, :1] * right + points[:, 1:2] * up
        self.numeral.set_value(setting)
        return self

    def follow(self, setting: Callable[[], Tracked]) -> Self:
        """Turns at every frame to what ``setting`` gives: ``dial.follow(lambda: knob.setting)``."""

        def update(dial: Any) -> None:
            dial.set_value(setting())

        self.add_updater(update)
        return self


def _point(radius: float, share: float) -> np.ndarray:
    angle = np.radians(_FROM + (_TO - _FROM) * share)
    return np.array([radius * np.cos(angle), radius * np.sin(angle)])


def _arc(radius: float, start: float, end: float) -> np.ndarray:
    shares = np.linspace(start, end, max(2, int(_STEPS * (end - start)) + 2))
    points = np.array([[*_point(radius, share), 0.0] for share in shares])
    return segments(points[:-1], points[1:])


def _short(end: Tracked) -> str:
    return "d" if float(end).is_integer() else ".1f"
