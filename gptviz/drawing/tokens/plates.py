"""Tokens on plates that turn over: the text in front, the number on the back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from manim import RoundedRectangle, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Framed
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import SPACE_MARK, Numeral, Run, TokenText
from gptviz.recording.number import Token

FLYING = 0.88  # opacity of texts that fly past other things
_GAP = 0.42  # between two plates, in em
_HIGH = 2.2  # of a plate, in em


class Plate(Framed):
    """A token on a plate of its own hue, with its number on the back; :meth:`turn` turns it over."""

    def __init__(self, token: Token, size: float, hue: int = 0, limit: int = 24) -> None:
        em = theme.units(size)
        self.token, self.size, self.turned = token, size, 0.0
        self.text = TokenText(token, size, limit=limit).set_fill(theme.GROUND)
        self.number = Numeral(token.id, "d", size, theme.GROUND, "center")
        wide = max(self.text.advance, self.number.advance) + em * 0.9
        super().__init__(-wide / 2, -em * _HIGH / 2, wide / 2, em * _HIGH / 2)
        self.box = RoundedRectangle(
            corner_radius=em * 0.25,
            width=wide,
            height=em * _HIGH,
            stroke_width=0,
            fill_color=theme.HUES[hue % len(theme.HUES)],
            fill_opacity=1,
        )
        for face_ in (self.text, self.number):
            face_.place(np.array([0, -em * 0.34, 0]), "center")
        parts = (self.box, *self.text.runs, self.number)
        self._sides = [(part, part.points.copy()) for part in parts]
        self.add(self.box, self.text, self.number)
        self.set_turned(0.0)

    @property
    def wide(self) -> float:
        """The plate's width as it was built, in units."""
        return float(self.anchor.home[2])

    @property
    def face(self) -> Numeral | TokenText:
        """What stands on the side that is seen: its text or its number."""
        return self.text if self.turned < 0.5 else self.number

    @property
    def marks(self) -> list[Run]:
        """The marks of its spaces."""
        return [run for run in self.text.runs if not run.text.strip(SPACE_MARK)]

    def set_turned(self, share: float) -> Self:
        """How far it is turned over: 0 shows the text, 1 the number."""
        self.turned = share
        high = max(abs(float(np.cos(np.pi * share))), 1e-3)
        origin, right, up = self.anchor.axes()
        for part, home in self._sides:
            part.points = origin + home[:, :1] * right + home[:, 1:2] * high * up
        for run in self.text.runs:
            run.set_fill(opacity=float(share < 0.5))
        self.number.set_fill(opacity=float(share >= 0.5))
        return self

    def turn(self, run_time: float = theme.MOVE, back: bool = False, **options: Any) -> Follow:
        """A motion that turns it to its number, or ``back`` to its text."""
        return Follow(
            self,
            lambda plate, share: plate.set_turned(1 - share if back else share),
            run_time,
            **options,
        )


def in_line(
    tokens: Sequence[Token], size: float, width: float, hue: int = 0, step: int = 1
) -> VGroup:
    """Plates side by side around the origin, in type of ``size`` or as small as ``width`` asks.

    The first one has the hue of that number, and each other one that ``step`` numbers on.
    """
    wide = sum(Plate(token, size).wide for token in tokens)
    wide += theme.units(size) * _GAP * (len(tokens) - 1)
    size *= min(1.0, width / wide)
    plates, pen = VGroup(), 0.0
    for i, token in enumerate(tokens):
        plate = Plate(token, size, hue + step * i)
        plate.shift(np.array([pen + plate.wide / 2, 0, 0]))
        pen += plate.wide + theme.units(size) * _GAP
        plates.add(plate)
    return plates.center()


def fly_in(thing: Plate | Numeral, goal: Any, wide: float, turn: Any, run_time: float) -> Follow:
    """A motion in which something flies to a point, bent towards another, and shrinks to a
    width."""
    start, end, bend = thing.get_center(), np.asarray(goal), np.asarray(turn)
    least = wide / thing.width
    now = [1.0]

    def step(flying: Any, share: float) -> None:
        if share > 0:
            flies = flying if isinstance(flying, Numeral) else flying.face
            flies.set_fill(opacity=FLYING)
        place = (1 - share) ** 2 * start + 2 * share * (1 - share) * bend + share**2 * end
        size = least ** (share * share)
        flying.scale(size / now[0]).move_to(place)
        now[0] = size

    return Follow(thing, step, run_time)
