"""The block of scores that a language model gives: a row for each token of the text, a column for
each it knows.

Planned films: token_by_token.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import boxes_of, painted, rectangles
from gptviz.drawing.base.text import Numeral, Run, TokenText, Words
from gptviz.recording.number import Count, Numbers, Token, Tracked, derive

_LABELS = 2.7  # the room of the rows' names, in units
_GAP = 2.1  # the room of the columns that are left out
_MOST = 5  # rows that are shown in full
_DROP = 0.34  # from a row's middle to its baseline, in em


class ScoreRow(VGroup):
    """One token's row: ``label``, and ``scores`` in their cells."""

    def __init__(
        self,
        token: Token,
        scores: Sequence[Tracked],
        centres: Sequence[float],
        cell: float,
        high: float,
        gap: float,
        size: float,
    ) -> None:
        base = -_DROP * theme.units(size)
        self.label = TokenText(token, size, limit=11).place(np.array([0.0, base, 0.0]))
        x = np.asarray(centres)
        half = cell / 2 - 0.04
        self.ground = painted(
            rectangles(boxes_of(x - half, -high / 2, x + half, high / 2)), theme.PANEL
        )
        self.scores = VGroup(
            *[
                Numeral(score, ".2f", size, align="right").place(
                    np.array([at + half - 0.2, base, 0.0]), "right"
                )
                for score, at in zip(scores, centres, strict=True)
            ]
        )
        dots = Run("\u2026", size, theme.SECONDARY).place(np.array([gap, base, 0.0]), "center")
        super().__init__(self.label, self.ground, self.scores, dots)


class ScoreBlock(VGroup):
    """The first and the last scores (token, column) of every row, below the tokens ``ends`` that
    they belong to.

    The left end of the names is at x = 0, the middle of the first row at y = 0. Of a long text the
    first two rows and the last two are shown, and the others counted. ``rows`` by token (None where
    left out); ``vocab`` is how many columns there are in truth. ``height`` is shared by ``lines``
    rows: those of the longer text, where one will grow.
    """

    def __init__(
        self,
        tokens: Sequence[Token],
        first: Numbers,
        last: Numbers,
        ends: Sequence[Token],
        vocab: Tracked,
        width: float = 13.0,
        height: float = 3.4,
        lines: int | None = None,
    ) -> None:
        super().__init__()
        row = min(0.85, height / min(lines or len(tokens), _MOST))
        size = theme.CAPTION if row > 0.75 else theme.STATEMENT
        left, right = first.shape[1], last.shape[1]
        cell = (width - _LABELS - _GAP) / (left + right)
        centres = [
            _LABELS + (i + 0.5) * cell + (_GAP if i >= left else 0.0) for i in range(left + right)
        ]
        gap = _LABELS + left * cell + _GAP / 2
        count = len(tokens)
        kept = list(range(count)) if count <= _MOST else [0, 1, count - 2, count - 1]
        self.rows: list[ScoreRow | None] = [None] * count
        self.more, self.step = VGroup(), row
        line = 0
        for i in kept:
            if i and i - 1 not in kept:
                gone = Count(range(kept[1] + 1, i), "rows left out")
                self.more.add(
                    Words("{n:,} more rows", theme.SMALL, theme.SECONDARY, n=gone).place(
                        np.array([_LABELS, -line * row - 0.06, 0.0])
                    )
                )
                line += 1
            scores = [*first[i], *last[i]]
            made = ScoreRow(tokens[i], scores, centres, cell, row - 0.1, gap, size)
            self.rows[i] = made.shift(np.array([0.0, -line * row, 0.0]))
            line += 1
        y = row / 2 + 0.18
        self.heads = VGroup(
            *[
                TokenText(token, 24, theme.SECONDARY, limit=8).place(
                    np.array([at, y, 0.0]), "center"
                )
                for token, at in zip(ends, centres, strict=True)
            ]
        )
        hidden = derive(maths.difference, vocab, Count(list(ends), "columns shown"))
        self.heads.add(
            Words("{n:,} more", 24, theme.SECONDARY, align="center", n=hidden).place(
                np.array([gap, y, 0.0]), "center"
            )
        )
        self.lines = line
        self.add(self.heads, self.more, *[made for made in self.rows if made is not None])

    @property
    def shown(self) -> list[ScoreRow]:
        """The rows that are on screen, from the first to the last."""
        return [row for row in self.rows if row is not None]
