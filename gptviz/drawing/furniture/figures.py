"""Large figures that a film ends on: a line of words with a number at its end, or a number over
what it is of.

Planned films: plurality, analogies, word_space.
"""

from __future__ import annotations

from typing import Any

from manim import VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Numeral, Words
from gptviz.recording.number import Tracked


class FigureLine(VGroup):
    """Words at the left (x = ``left``) and a number in large type whose right end is at ``right``,
    on one baseline."""

    def __init__(
        self,
        words: Any,
        number: Tracked,
        spec: str,
        y: float = 0.0,
        color: str = theme.TEXT,
        size: float = 100.0,
        left: float = -5.6,
        right: float = 5.6,
        words_size: float = 48.0,
    ) -> None:
        super().__init__()
        self.words = Words(words, words_size, color).place([left, y, 0])
        self.number = Numeral(number, spec, size, color, "right").place([right, y, 0], "right")
        self.add(self.words, self.number)


class FigureOver(VGroup):
    """A number in large type over a line that says what it is of; both end at the right, at
    ``right`` and ``y``."""

    def __init__(
        self,
        number: Tracked,
        spec: str,
        words: Any,
        right: float = 6.4,
        y: float = 1.35,
        color: str = theme.TEXT,
        size: float = 84.0,
    ) -> None:
        super().__init__()
        self.number = Numeral(number, spec, size, color, "right").place([right, y, 0], "right")
        self.words = Words(words, theme.LABEL, theme.SECONDARY).place([right, y - 0.55, 0], "right")
        self.add(self.number, self.words)
