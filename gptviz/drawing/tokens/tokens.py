"""A row of tokens, each in its box; spaces and bytes visible; ids below, where wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from manim import RoundedRectangle, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Numeral, TokenText
from gptviz.recording.number import Token


class TokenBox(VGroup):
    """A token in its box; ``box``, ``text`` and, where ids are shown, ``id``."""

    def __init__(
        self, token: Token, size: float = theme.LABEL, ids: bool = False, limit: int = 24
    ) -> None:
        super().__init__()
        self.token = token
        em = theme.units(size)
        self.text = TokenText(token, size, limit=limit)
        self.box = RoundedRectangle(
            corner_radius=em * 0.25,
            width=self.text.advance + em * 0.9,
            height=em * 1.75,
            stroke_width=1.5,
            stroke_color=theme.HAIRLINE,
            fill_color=theme.PANEL,
            fill_opacity=1,
        )
        self.text.place(self.box.get_center() + np.array([0, -em * 0.34, 0]), "center")
        self.add(self.box, self.text)
        self.id: Numeral | None = None
        if ids:
            self.id = Numeral(
                token.id, "d", max(size * 0.8, theme.SMALLEST), theme.SECONDARY, "center"
            )
            self.id.place(self.box.get_bottom() + np.array([0, -em * 1.05, 0]), "center")
            self.add(self.id)


def tail(tokens: Sequence[Token], width: float, size: float = theme.LABEL) -> list[Token]:
    """The last tokens of a prompt, as many as fit on one line of a strip of ``width`` units; at
    least one."""
    kept: list[Token] = []
    room = width
    for token in reversed(tokens):
        room -= TokenBox(token, size).box.width + theme.units(size) * 0.42
        if kept and room < 0:
            break
        kept.insert(0, token)
    return kept


def head(
    tokens: Sequence[Token], width: float, size: float = theme.LABEL, lines: int = 1
) -> list[Token]:
    """The first tokens, as many as fit on some lines of a strip of ``width`` units; at least
    one."""
    kept = list(tokens)
    while len(kept) > 1 and TokenStrip(kept, size, width=width).rows > lines:
        kept.pop()
    return kept


def around(
    tokens: Sequence[Token], first: int, last: int, width: float, size: float = theme.LABEL
) -> range:
    """The places of as many tokens as fit on one line of ``width`` units, those from ``first`` to
    ``last`` among them.

    Where not even those fit, the line ends with ``last``.
    """
    gap = theme.units(size) * 0.42
    wide = [TokenBox(token, size).box.width + gap for token in tokens]
    start = stop = last
    room = width + gap - wide[last]
    while True:
        back, ahead = (
            start > 0 and wide[start - 1] <= room,
            stop + 1 < len(wide) and wide[stop + 1] <= room,
        )
        if back and (start > first or not ahead):
            start -= 1
            room -= wide[start]
        elif ahead and start <= first:
            stop += 1
            room -= wide[stop]
        else:
            return range(start, stop + 1)


class TokenStrip(VGroup):
    """Tokens side by side, on as many lines as ``width`` units ask for; ``strip[i]`` is the box of
    token i."""

    def __init__(
        self,
        tokens: Sequence[Token],
        size: float = theme.LABEL,
        ids: bool = False,
        width: float = theme.RIGHT_EDGE - theme.LEFT_EDGE,
        limit: int = 24,
    ) -> None:
        super().__init__()
        em = theme.units(size)
        gap, line = em * 0.42, em * (3.6 if ids else 2.25)
        self.boxes: list[TokenBox] = []
        pen, row = 0.0, 0
        for token in tokens:
            box = TokenBox(token, size, ids, limit)
            if pen and pen + box.box.width > width:
                pen, row = 0.0, row + 1
            box.shift(np.array([pen, -row * line, 0]) - box.box.get_left())
            pen += box.box.width + gap
            self.boxes.append(box)
        self.add(*self.boxes)
        self.rows = row + 1

    def place(self, left: float, top: float) -> Self:
        """Moves the strip so that its first box has its left top corner there."""
        corner = self.boxes[0].box.get_corner(np.array([-1.0, 1.0, 0.0]))
        self.shift(np.array([left, top, 0.0]) - corner)
        return self
