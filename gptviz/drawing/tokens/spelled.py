"""A token that is spelled: its letters, or its bytes, fall out of its box into boxes of their own."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from manim import VGroup, smooth

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Framed, outline, painted, rectangles
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import SPACE_MARK, Run, Words
from gptviz.drawing.tokens.tokens import TokenBox
from gptviz.recording.number import Count, Token
from gptviz.recording.statement import Piece, Statement

_OVERLAP = 0.6  # of the fall, when the last part sets out


class SpelledToken(Framed):
    """A token's box, and below it what it is made of: characters, or bytes as two hexadecimal
    digits.

    A token that is no text on its own is spelled in bytes. Of more than ``limit`` parts the first
    are shown, and how many more there are. :meth:`set_spelled` says how far they have fallen;
    :meth:`places_of` finds parts, to count and to frame them. Built around the origin.
    """

    def __init__(
        self,
        token: Token,
        into: Literal["letters", "bytes"] = "letters",
        size: float = 64.0,
        drop: float = 2.0,
        limit: int = 16,
    ) -> None:
        super().__init__(-1.0, -1.0, 1.0, 1.0)
        self.token, em = token, theme.units(size)
        spelled = list(str(token)) if into == "letters" and token.whole else []
        raw = [f"{byte:02X}" for byte in token.raw]
        self.texts = spelled or raw
        self.box = TokenBox(token, size, limit=limit).center().shift(np.array([0, drop / 2, 0]))
        shown = self.texts[:limit]
        pitch = em * (1.25 if spelled else 1.9)
        marks = [SPACE_MARK if text == " " else text for text in shown]
        self.parts = [
            Run(mark, size, theme.TEXT, theme.TOKEN_FACE, Statement((Piece(mark, token),)))
            for mark in marks
        ]
        x = (np.arange(len(shown)) - (len(shown) - 1) / 2) * pitch
        base = -drop / 2 - 0.36 * em
        self._ends = np.stack([x, np.full(len(x), base), np.zeros(len(x))], axis=1)
        starts = np.linspace(-0.5, 0.5, len(shown)) if len(shown) > 1 else np.zeros(len(shown))
        text = self.box.text
        middle = (text.baseline() + text.baseline("right")) / 2
        inner = max(text.advance - 0.6 * em, 0.0)
        self._starts = middle + np.stack([starts * inner, starts * 0, starts * 0], axis=1)
        half = pitch / 2 - 0.06 * em
        self._boxes = np.stack(
            [
                x - half,
                np.full(len(x), -drop / 2 - em * 0.8),
                x + half,
                np.full(len(x), -drop / 2 + em * 0.8),
            ],
            axis=1,
        )
        self.cells = painted(rectangles(self._boxes), theme.PANEL)
        self.more = VGroup()
        if len(shown) < len(self.texts):
            left = Count(range(len(shown), len(self.texts)), f"{into} not shown")
            self.more.add(Words("{n:,} more", theme.LABEL, theme.SECONDARY, n=left))
            self.more[0].place([0, -drop / 2 - em * 1.5, 0], "center")
        self.add(self.cells, self.box, *self.parts, self.more)
        self.spelled = 0.0
        self.set_spelled(0.0)

    def set_spelled(self, share: float) -> Self:
        """How far its parts have fallen, one after another, from 0 (none is seen) to 1."""
        self.spelled = float(np.clip(share, 0, 1))
        count = len(self.parts)
        for i, part in enumerate(self.parts):
            late = i / max(count - 1, 1) * _OVERLAP
            way = smooth(float(np.clip((self.spelled - late) / (1 - _OVERLAP), 0, 1)))
            start, end = self._starts[i], self._ends[i]
            part.place(self.anchor.at((start + (end - start) * way)[:2]), "center")
            part.set_fill(opacity=min(way * 6, 1.0))
        self.cells.set_fill(opacity=self.spelled)
        for words in self.more:
            words.set_fill(opacity=max(self.spelled * 4 - 3, 0.0))
        return self

    def spell(self, run_time: float = theme.SLOW, **options: Any) -> Follow:
        """A motion in which its parts fall out."""
        return Follow(self, lambda token, share: token.set_spelled(share), run_time, **options)

    def places_of(self, text: str) -> list[int]:
        """The places of the parts that are a given letter or byte."""
        return [place for place, part in enumerate(self.texts) if part == text]

    def count_of(self, text: str) -> Count:
        """How many of the parts are a given letter or byte."""
        return Count(self.places_of(text), f"{text!r} in {self.token.address}")

    def frames(self, text: str, color: str = theme.FOCUS) -> VGroup:
        """Frames around the shown parts that are a given letter or byte."""
        shown = [place for place in self.places_of(text) if place < len(self.parts)]
        found = [self.fit(outline(self._boxes[place], color, 3.0, 0.02)) for place in shown]
        return VGroup(*found)
