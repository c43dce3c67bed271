"""The empty place behind a prompt: what comes next."""

from __future__ import annotations

import numpy as np
from manim import RoundedRectangle, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Run, TokenText
from gptviz.drawing.tokens.tokens import TokenStrip
from gptviz.recording.number import Token


class NextSlot(VGroup):
    """A box with a question mark behind the last token of a strip, in the strip's own size."""

    def __init__(self, strip: TokenStrip) -> None:
        super().__init__()
        last = strip.boxes[-1]
        em = theme.units(last.text.size)
        box = RoundedRectangle(
            corner_radius=em * 0.25,
            width=em * 1.9,
            height=em * 1.75,
            stroke_width=2.5,
            stroke_color=theme.FOCUS,
            fill_opacity=0,
        )
        box.move_to(last.box.get_right() + np.array([em * (0.42 + 0.95), 0, 0]))
        mark = Run("?", last.text.size, theme.TEXT).place(
            box.get_center() - np.array([0, em * 0.36, 0]), "center"
        )
        self.add(box, mark)


def blank_width(word: Token, size: float) -> float:
    """The width that :func:`blank_behind` takes on a line of type of a size, its gap included."""
    return TokenText(word, size, limit=12).advance + theme.units(size) * 1.52


def blank_behind(strip: TokenStrip, word: Token) -> tuple[RoundedRectangle, TokenText]:
    """An empty box behind the last token, and the word that it waits for, in the middle of it."""
    last = strip.boxes[-1]
    em = theme.units(last.text.size)
    text = TokenText(word, last.text.size, limit=12)
    box = RoundedRectangle(
        corner_radius=em * 0.25,
        width=text.advance + em * 1.1,
        height=em * 1.75,
        stroke_color=theme.FOCUS,
        stroke_width=3,
        fill_opacity=0,
    )
    box.move_to(last.box.get_right() + np.array([em * 0.42 + box.width / 2, 0, 0]))
    return box, text.place(box.get_center() - np.array([0, em * 0.34, 0]), "center")
