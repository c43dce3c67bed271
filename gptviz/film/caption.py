"""Captions: what is said, in at most two lines, in their own band at the bottom of the picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from gptviz.drawing import theme
from gptviz.drawing.text import Words
from gptviz.errors import UsageError
from gptviz.recording.statement import Piece, Statement

LINE = 42      # characters
LINES = 2
_FIRST_BASELINE = theme.BOTTOM_EDGE + 0.80
_LEADING = theme.units(theme.CAPTION) * 1.28


class CaptionTooLong(UsageError):
    """A beat says more than two lines of 42 characters."""


class Caption(VGroup):
    """A caption of one or two lines, centred in the captions' band."""

    def __init__(self, lines: Sequence[Statement] = ()) -> None:
        super().__init__()
        self.lines = tuple(lines)
        for number, line in enumerate(lines):
            words = Words(line, theme.CAPTION, theme.TEXT, align="center")
            self.add(words.place(np.array([0.0, _FIRST_BASELINE - number * _LEADING, 0.0]), "center"))


def caption_lines(statement: Statement) -> list[Statement]:
    """A statement on one or two lines of at most 42 characters, as even as its words allow. Raises CaptionTooLong."""
    text = statement.text
    if len(text) <= LINE:
        return [statement]
    breaks = [i for i in _spaces(statement) if i <= LINE and len(text) - i - 1 <= LINE]
    if not breaks:
        raise CaptionTooLong(f"a beat says {len(text)} characters: {text!r}",
                             f"a caption holds {LINES} lines of {LINE}", "say it shorter, or in two beats")
    best = min(breaks, key=lambda i: abs(i - (len(text) - i - 1)))
    return [_part(statement, 0, best), _part(statement, best + 1, len(text))]


def _spaces(statement: Statement) -> list[int]:
    """Where a line may be broken: at the spaces between words, also inside a recorded text, not inside a numeral."""
    found, start = [], 0
    for piece in statement:
        found += [start + i for i, character in enumerate(piece.text) if character == " "]
        start += len(piece.text)
    return found


def _part(statement: Statement, start: int, end: int) -> Statement:
    pieces, at = [], 0
    for piece in statement:
        text = piece.text[max(start - at, 0):max(end - at, 0)]
        if text:
            pieces.append(Piece(text, piece.origin, piece.spec))
        at += len(piece.text)
    return Statement(pieces)
