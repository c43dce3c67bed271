"""A long list of tokens and scores that scrolls past in a window.

Planned film: softmax.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import Mobject, ValueTracker, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.recording.number import Token, Tracked

_SPACING, _LEFT, _TOP, _BOTTOM, _WIDTH = 0.42, 2.2, 1.75, -2.1, 4.2  # units


class ScoreColumn(VGroup):
    """Tokens and their scores, highest first, in a column that :attr:`scroll` moves; ``lowest`` is
    its last place.

    The column must be in the scene for its scrolling to be seen. ``rows[i]`` are a token and its
    numeral.
    """

    def __init__(
        self,
        tokens: Sequence[Token],
        scores: Sequence[Tracked],
        note: str = "highest first, then evenly spaced ranks",
    ) -> None:
        super().__init__()
        self.scroll = ValueTracker(0.0)
        self._pairs = [
            (
                TokenText(token, limit=15),
                Numeral(score, ".2f", color=theme.SECONDARY, align="right"),
            )
            for token, score in zip(tokens, scores, strict=True)
        ]
        self.rows = [VGroup(*pair) for pair in self._pairs]
        self.note = Words(note, theme.SMALLEST, theme.SECONDARY).place([_LEFT, 2.25, 0])
        self.add(*self.rows, self.note)
        self.lowest = (len(self.rows) - 1) * _SPACING - (_TOP - _BOTTOM)

        def update(_: Mobject) -> None:
            self.lay()

        self.add_updater(update)
        self.lay()

    def lay(self) -> None:
        """Sets every row at its height; rows near the ends of the window are let fade."""
        offset = float(self.scroll.get_value())
        for i, (token, number) in enumerate(self._pairs):
            y = _TOP - i * _SPACING + offset
            token.place([_LEFT, y, 0])
            number.place([_LEFT + _WIDTH, y, 0], "right")
            inside = (
                min(_TOP + 0.3 - y, y - _BOTTOM + 0.3) / 0.3
            )  # at rest the first and the last row are whole
            self.rows[i].set_opacity(float(np.clip(inside, 0, 1)))
