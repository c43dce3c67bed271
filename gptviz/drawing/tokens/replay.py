"""A given text under a model: each token in its box, tinted by its chance, with its chance and its
place below.

Planned films: autoregression, token_by_token.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, Self

import numpy as np
from manim import VGroup

from gptviz.drawing.base import theme, tints
from gptviz.drawing.base.cells import paint
from gptviz.drawing.base.text import Numeral, Words, percent
from gptviz.drawing.tokens.tokens import TokenBox
from gptviz.maths.rounding import whole_above
from gptviz.recording.number import Count, Token, Tracked

_SIDE = 1.25  # left of the boxes, for the names of the lines, in units
_READABLE = 4.5  # the contrast that the theme asks of any text
_SIZES = (
    (44.0, 24.0),
    (36.0, 22.0),
    (30.0, 20.0),
    (26.0, 20.0),
)  # of tokens and of numerals, in pixels


class Expected(Protocol):
    """A token of a text and what a model thought of it, as a replay's ``Scored`` is."""

    @property
    def token(self) -> Token: ...
    @property
    def probability(self) -> Tracked: ...
    @property
    def place(self) -> Tracked: ...


class ReplayCell(VGroup):
    """One token: ``box``; below it ``chance`` and ``place``, or None where it was given and not
    scored."""

    means = ("probability",)

    def __init__(self, token: Token, scored: Expected | None, size: float, small: float) -> None:
        super().__init__()
        em = theme.units(size)
        self.box = TokenBox(token, size, limit=20)
        self.box.shift(np.array([0, -self.box.box.get_top()[1], 0]))
        self.chance: Numeral | None = None
        self.place_: Numeral | None = None
        self.add(self.box)
        self.wide = float(self.box.box.width)
        if scored is None:
            self.box.text.set_fill(theme.SECONDARY)
            return
        ground, full = theme.rgb(theme.PANEL), theme.rgb(theme.PROBABILITY)
        tint = ground + (full - ground) * float(scored.probability)
        paint(self.box.box, tint, 1.0)
        if tints.contrast(tint, theme.rgb(theme.SECONDARY)) < _READABLE:  # the marks of spaces
            plain = tints.contrast(tint, theme.rgb(theme.TEXT)) >= _READABLE
            self.box.text.set_fill(theme.TEXT if plain else tints.ink(tint)[0])
        low, line = -em * 1.75, theme.units(small) * 1.5
        share = scored.probability
        self.chance = Numeral(share, percent(float(share)), small, theme.PROBABILITY, "center")
        self.place_ = Numeral(scored.place, ",", small, theme.TEXT, "center")
        middle = float(self.box.box.get_center()[0])
        self.chance.place(np.array([middle, low - line, 0]), "center")
        self.place_.place(np.array([middle, low - 2 * line, 0]), "center")
        self.add(self.chance, self.place_)
        self.wide = max(self.wide, self.chance.advance, self.place_.advance)


class ReplayStrip(VGroup):
    """``given`` tokens in grey, then the scored ones, on as many lines of ``width`` units as they
    need.

    The left upper corner is at the origin. Type is as large as ``height`` units allow; what finds
    no room even at the smallest is left out, and counted at the end. ``cells[i]`` belongs to scored
    token i. ``titles`` name the two lines of numerals at the left of every line. ``reveal(share)``
    shows the tokens one after another; from 0 to 1.
    """

    def __init__(
        self,
        given: Sequence[Token],
        scored: Sequence[Expected],
        width: float = 13.0,
        height: float = 4.7,
        titles: tuple[str, str] = ("chance", "place"),
    ) -> None:
        super().__init__()
        for size, small in _SIZES:
            self.given = [ReplayCell(token, None, size, small) for token in given]
            self.cells = [ReplayCell(each.token, each, size, small) for each in scored]
            leading = theme.units(size) * 1.75 + theme.units(small) * 3.0 + 0.42
            self.lines = self._lay(width, theme.units(size) * 0.55, leading)
            most = int((height + 0.42) / leading)
            if self.lines <= most:
                break
        self.names = [
            self._names(titles, -number * leading, size, small)
            for number in range(min(self.lines, most))
        ]
        self.left_out = VGroup()
        if self.lines > most:
            self._cut(self._firsts[most], width, -most * leading + 0.42, small)
        self.add(*self.names, *self._all, self.left_out)

    def _lay(self, width: float, gap: float, leading: float) -> int:
        """Sets the cells on lines, and says on how many; ``_firsts`` are the cells that begin
        them."""
        pen, line, self._firsts = _SIDE, 0, [0]
        for i, cell in enumerate(self._all):
            if pen > _SIDE and pen + cell.wide > width - 0.1:  # room for an outline around it
                pen, line = _SIDE, line + 1
                self._firsts.append(i)
            middle = cell.box.box.get_center()[0]
            cell.shift(np.array([pen + cell.wide / 2 - middle, -line * leading, 0]))
            pen += cell.wide + gap
        return line + 1

    def _cut(self, end: int, width: float, low: float, small: float) -> None:
        """Leaves out the cells from ``end`` on."""
        gone = self._all[end:]
        self.given, self.cells = self.given[:end], self.cells[: max(end - len(self.given), 0)]
        self._firsts = self._firsts[: len(self.names)]
        more = Words("{n:,} more", small, theme.SECONDARY, n=Count(gone, "tokens left out"))
        self.left_out.add(
            more.place(np.array([width - 0.1, low - theme.units(small) * 1.2, 0.0]), "right")
        )

    def cell(self, index: int) -> VGroup:
        """The cell of a scored token, or the note that says how many are left out where it is one
        of them."""
        return self.cells[index] if index < len(self.cells) else self.left_out

    @property
    def _all(self) -> list[ReplayCell]:
        return [*self.given, *self.cells]

    def _names(self, titles: tuple[str, str], top: float, size: float, small: float) -> VGroup:
        low, step = top - theme.units(size) * 1.75, theme.units(small) * 1.5
        names = [
            Words(title, small, theme.SECONDARY).place(np.array([0.0, low - (i + 1) * step, 0.0]))
            for i, title in enumerate(titles)
        ]
        return VGroup(*names)

    def reveal(self, share: float) -> Self:
        """Shows this share of the tokens in turn, with the names of each line that has begun."""
        count = len(self.given) + int(whole_above(share * len(self.cells)))
        shown: list[Any] = self._all[:count]
        names = [
            name for name, first in zip(self.names, self._firsts, strict=True) if first < count
        ]
        self.submobjects = [*names, *shown, *([self.left_out] if share >= 1 else [])]
        return self
