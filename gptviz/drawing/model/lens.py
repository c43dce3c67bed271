"""The logit lens: what the model would say after every block, as a table of words.

Planned film: logit_lens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.base import theme, tints
from gptviz.drawing.base.cells import Cells, Framed, boxes_of, outline
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.maths.rounding import nearest
from gptviz.recording.number import Token, Tracked

_LEAST_ROW = 1.45  # height of a row, in em
_FAINT, _FULL = (
    0.06,
    0.52,
)  # shades of no and of all probability: white and the answer's colour can be read on both


class LogitLensTable(Framed):
    """One row for each depth: its number, its likeliest words shaded by probability, the final
    word's place.

    ``depths`` are tracked numbers; ``words[d]`` and ``shares[d]`` the likeliest tokens and their
    probabilities, highest first; ``final`` the token that wins at the end, ``places[d]`` its place
    at each depth, 1 in the lead. Where there are more depths than rows of readable type, evenly
    spaced ones are shown, first and last among them; ``shown`` holds their indices. Rows come up
    with :meth:`set_progress`. The final token has its own colour wherever it stands.
    """

    def __init__(
        self,
        depths: Sequence[Tracked],
        words: Sequence[Sequence[Token]],
        shares: Sequence[Sequence[Tracked]],
        final: Token,
        places: Sequence[Tracked],
        width: float = 12.0,
        height: float = 5.0,
        top: int = 5,
        size: float = theme.SMALL,
        titles: tuple[str, str, str] = ("block", "likeliest words", "place"),
    ) -> None:
        em = theme.units(size)
        room = height - em * 1.9
        rows = min(len(depths), max(2, int(room / (em * _LEAST_ROW))))
        self.shown = sorted({int(nearest(i)) for i in np.linspace(0, len(depths) - 1, rows)})
        self.row = min(room / len(self.shown), em * 2.8)
        height = em * 1.9 + self.row * len(self.shown)
        super().__init__(-width / 2, -height / 2, width / 2, height / 2)
        top = min([top, *[len(row) for row in words]])
        self._left = -width / 2 + max(1.0, Words(titles[0], size).advance + 0.25)
        self._right = width / 2 - 1.5
        self._cell = (self._right - self._left) / top
        self._first = height / 2 - em * 1.9
        chosen = [(d, c) for d in self.shown for c in range(top)]
        values = np.array([float(shares[d][c]) for d, c in chosen])
        self._colours = tints.mixed(theme.PROBABILITY, _FAINT + (_FULL - _FAINT) * values)
        self.cells = Cells(self.anchor, self._boxes(top), self._colours)
        self._per, self._leaders = top, [words[d][0].raw for d in self.shown]
        limit = max(4, int((self._cell - 0.25) / (em * 0.6)))
        inks = tints.ink(self._colours)
        for i, (d, c) in enumerate(chosen):
            if words[d][c].raw == final.raw:
                inks[i] = theme.FOCUS
        self.words = [
            self._word(words[d][c], i // top, c, inks[i], limit, size)
            for i, (d, c) in enumerate(chosen)
        ]
        low = -0.36 * em
        self.depths = [
            Numeral(depths[d], "d", size, theme.SECONDARY, "right").place(
                [self._left - 0.25, self._y(r) + low, 0], "right"
            )
            for r, d in enumerate(self.shown)
        ]
        self.places = [
            Numeral(places[d], ",", size, theme.TEXT, "right").place(
                [width / 2 - 0.15, self._y(r) + low, 0], "right"
            )
            for r, d in enumerate(self.shown)
        ]
        self.titles = VGroup()
        head = height / 2 - em
        for text, x, align in (
            (titles[0], self._left - 0.25, "right"),
            (titles[1], self._left, "left"),
            (titles[2], width / 2 - 0.15, "right"),
        ):
            words_ = Words(text, size, theme.SECONDARY)
            self.titles.add(words_.place([x, head, 0], "right" if align == "right" else "left"))
        self.add(self.cells, *self.words, *self.depths, *self.places, self.titles)

    def _y(self, row: int) -> float:
        return self._first - (row + 0.5) * self.row

    def _boxes(self, top: int) -> npt.NDArray[np.float64]:
        r, c = np.divmod(np.arange(len(self.shown) * top), top)
        x, y = self._left + c * self._cell, self._first - r * self.row
        seam = min(0.03, self.row * 0.06)
        return boxes_of(x + seam, y - self.row + seam, x + self._cell - seam, y - seam)

    def _word(
        self, token: Token, row: int, column: int, ink: str, limit: int, size: float
    ) -> TokenText:
        text = TokenText(token, size, ink, limit=limit)
        text.set_fill(ink)
        x = self._left + (column + 0.5) * self._cell
        return text.place([x, self._y(row) - 0.36 * theme.units(size), 0], "center")

    def set_progress(self, rows: float, waiting: bool = False) -> Self:
        """How many rows have come up, from 0 to ``len(shown)``; a part of one fades in.

        Those still ``waiting`` stand there as empty cells with their depths, if that is wished.
        """
        share = np.clip(rows - np.arange(len(self.shown)), 0, 1)
        ground = theme.rgb(theme.PANEL if waiting else theme.GROUND)
        cell = np.repeat(share, self._per)
        self.cells.set_colours(ground + (self._colours - ground) * cell[:, None])
        for i, word in enumerate(self.words):
            word.set_fill(opacity=float(cell[i]))
        for row, alpha in enumerate(share):
            self.depths[row].set_fill(opacity=1.0 if waiting else float(alpha))
            self.places[row].set_fill(opacity=float(alpha))
        return self

    def outline(self, depth: int, rank: int | None = None, color: str = theme.FOCUS) -> VMobject:
        """A frame around a row (by its depth), or around one of its words."""
        row = self.shown.index(depth)
        left = self._left + (0 if rank is None else rank) * self._cell
        right = self._right if rank is None else left + self._cell
        y = self._first - row * self.row
        return self.fit(outline((left, y - self.row, right, y), color))

    def runs(self, color: str = theme.FOCUS) -> list[VMobject]:
        """A frame around each stretch of rows that have the same likeliest word, a little inside
        their cells."""
        leaders = self._leaders
        starts = [
            row for row, leader in enumerate(leaders) if not row or leader != leaders[row - 1]
        ]
        left, right = self._left, self._left + self._cell
        inset = float(
            np.clip(self.row / 2 - 0.75 * theme.units(self.words[0].size), 0.01, 0.05)
        )  # clear of a "p"
        return [
            self.fit(
                outline(
                    (
                        left + inset,
                        self._first - end * self.row + inset,
                        right - inset,
                        self._first - start * self.row - inset,
                    ),
                    color,
                )
            )
            for start, end in zip(starts, [*starts[1:], len(leaders)], strict=True)
        ]

    def outline_places(self, color: str = theme.FOCUS) -> VMobject:
        """A frame around the final word's places at all depths shown."""
        wide = max(number.advance for number in self.places)
        right = float(self.anchor.home[0] + self.anchor.home[2]) - 0.15
        bottom = self._first - len(self.shown) * self.row
        return self.fit(outline((right - wide - 0.14, bottom, right + 0.14, self._first), color))

    def nearest(self, depth: int) -> int:
        """The depth among those shown that is nearest to a given one."""
        return min(self.shown, key=lambda shown: abs(shown - depth))
