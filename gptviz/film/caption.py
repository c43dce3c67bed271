"""Captions: what is said, in at most two lines, in their own band at the bottom of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from manim import VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words
from gptviz.errors import UsageError
from gptviz.film.beats import Sentence
from gptviz.recording.number import Token, Word
from gptviz.recording.statement import Piece, Statement

LINE = 42  # characters
LINES = 2
_SHORTENED = (24, 16, 10, 6)  # characters of long tokens, the first with which a caption has room
_FIRST_BASELINE = theme.BOTTOM_EDGE + 0.80
_LEADING = theme.units(theme.CAPTION) * 1.28


@dataclass(frozen=True)
class Page:
    """What stands in the captions' band from ``start`` on, in seconds of the film: one or two
    lines."""

    start: float
    lines: tuple[Statement, ...]


class CaptionTooLong(UsageError):
    """A beat says more than two lines of 42 characters."""


class Caption(VGroup):
    """A caption of one or two lines, centred in the captions' band."""

    def __init__(self, lines: Sequence[Statement] = ()) -> None:
        super().__init__()
        self.lines = tuple(lines)
        for number, line in enumerate(lines):
            words = Words(line, theme.CAPTION, theme.TEXT, align="center")
            self.add(
                words.place(np.array([0.0, _FIRST_BASELINE - number * _LEADING, 0.0]), "center")
            )


def pages(sentences: Sequence[Sentence]) -> list[Page]:
    """The captions of a beat's sentences, in order."""
    return [Page(each.start, tuple(caption_lines(each.statement))) for each in sentences]


def caption_lines(statement: Statement) -> list[Statement]:
    """A statement on one or two lines of at most 42 characters, as even as its words allow.

    Of tokens and recorded texts that are too long for that their ends are said, as they are drawn.
    Raises CaptionTooLong where it is the film's own words that have no room.
    """
    for most in (None, *_SHORTENED):
        shown = statement if most is None else _shortened(statement, most)
        text = shown.text
        if len(text) <= LINE:
            return [shown]
        if breaks := [i for i in _spaces(shown) if i <= LINE and len(text) - i - 1 <= LINE]:
            best = min(breaks, key=lambda i: abs(i - (len(text) - i - 1)))
            return [_part(shown, 0, best), _part(shown, best + 1, len(text))]
    text = statement.text
    raise CaptionTooLong(
        f"a beat says {len(text)} characters: {text[:200]!r}",
        f"a caption holds {LINES} lines of {LINE}",
        "say it shorter, or in two beats",
    )


def _shortened(statement: Statement, most: int) -> Statement:
    """The same with at most so many characters of each token and recorded text: its beginning and
    its end."""
    half = most // 2
    return Statement(
        Piece(
            f"{piece.text[:half].rstrip()}\u2026{piece.text[-half:].lstrip()}",
            piece.origin,
            piece.spec,
        )
        if isinstance(piece.origin, (Token, Word)) and len(piece.text) > most
        else piece
        for piece in statement
    )


def _spaces(statement: Statement) -> list[int]:
    """Where a line may be broken: at the spaces between words, also inside a recorded text, not
    inside a numeral."""
    found, start = [], 0
    for piece in statement:
        found += [start + i for i, character in enumerate(piece.text) if character == " "]
        start += len(piece.text)
    return found


def _part(statement: Statement, start: int, end: int) -> Statement:
    pieces, at = [], 0
    for piece in statement:
        text = piece.text[max(start - at, 0) : max(end - at, 0)]
        if text:
            pieces.append(Piece(text, piece.origin, piece.spec))
        at += len(piece.text)
    return Statement(pieces)
