"""Captions: what is said, in at most two lines, in their own band at the bottom of the picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from manim import VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words
from gptviz.errors import UsageError
from gptviz.film.beats import Sentence, joined
from gptviz.film.phrases import cost_of_break
from gptviz.recording.number import Token, Tracked, Word
from gptviz.recording.statement import Piece, Statement

LINE = 42  # characters
LINES = 2
SHORTEST, LONGEST = 1.0, 7.0  # seconds that a page stands
_PAGE, _APART, _EVEN = 20.0, 2.0, 0.15  # costs: a page, a cut between pages, a character uneven
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
    """A beat says a word that is longer than a line of 42 characters."""


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
    """The captions of a beat's sentences, in order, each from the word on that it begins with.

    A page that would stand for less than a second shares the next one's. One without lines clears
    the band, where nothing has been said for long.
    """
    cuts = [
        (at, lines) for each in sentences for at, lines in _timed(each, phrases(each.statement))
    ]
    told: list[Page] = []
    for start, lines in cuts:
        if told and start - told[-1].start < SHORTEST:
            together = _fitting(joined([*told[-1].lines, *lines]))
            if len(together) == 1:
                told[-1] = Page(told[-1].start, together[0])
                continue
        told.append(Page(start, lines))
    found: list[Page] = []
    for page, after in zip_longest(told, told[1:]):
        found.append(page)
        if after is None or after.start > page.start + LONGEST:
            found.append(Page(page.start + LONGEST, ()))
    return found


def _timed(
    sentence: Sentence, cut: Sequence[tuple[Statement, ...]]
) -> Iterator[tuple[float, tuple[Statement, ...]]]:
    """Each page of a sentence with the time at which its first word is said."""
    before: list[Statement] = []
    for lines in cut:
        word = len(joined(before).spoken.split()) if before else 0
        at = sentence.words[word][1] if 0 < word < len(sentence.words) else sentence.start
        yield at, lines
        before += lines


def phrases(statement: Statement) -> list[tuple[Statement, ...]]:
    """A sentence cut into captions, each of one or two lines of at most 42 characters.

    It is cut between phrases: never behind an article, a preposition, a conjunction or the first
    word, never inside a numeral. Of tokens and recorded texts that are long their ends are said, as
    they are drawn. Raises CaptionTooLong for a word that no line has room for.
    """
    if found := _fitting(statement):
        return found
    text = statement.text
    raise CaptionTooLong(
        f"a beat says {len(text)} characters: {text[:200]!r}",
        f"a caption holds {LINES} lines of {LINE}, and one word is longer than that",
        "say it in shorter words",
    )


def _fitting(statement: Statement) -> list[tuple[Statement, ...]]:
    """The captions of a statement; none where a word is longer than a line. What is recorded is
    shortened as far as one caption needs, or at least to what a line can hold."""
    shown = statement
    for most in (None, *_SHORTENED):
        shown = statement if most is None else _shortened(statement, most)
        if len(shown.text) <= LINE * LINES and (cut := _cut(shown)) and len(cut) == 1:
            return cut
    return _cut(_shortened(statement, _SHORTENED[0])) or _cut(shown)


def _cut(statement: Statement) -> list[tuple[Statement, ...]]:
    """The best cut of a text into captions and these into lines; none where a word is too long."""
    length = len(statement.text)
    costs = {at: cost_of_break(statement.text, at) for at in _spaces(statement)}
    ends = [*sorted(costs), length]
    best: dict[int, tuple[float, list[tuple[int, int, int]]]] = {0: (0.0, [])}  # start, break, end
    for end in ends:
        options = []
        for start, (cost, cut) in best.items():
            if end - start > LINE * LINES + 1 or (lines := _lines(start, end, costs)) is None:
                continue
            spread, broken = lines
            page = _PAGE + spread + (_APART * costs[end] if end < length else 0.0)
            options.append((cost + page, [*cut, (start, broken, end)]))
        if options:
            cost, cut = min(options, key=lambda option: option[0])
            best[end + 1] = (cost, cut)
    if length + 1 not in best:
        return []
    return [
        (_part(statement, start, end),)
        if broken == end
        else (_part(statement, start, broken), _part(statement, broken + 1, end))
        for start, broken, end in best[length + 1][1]
    ]


def _lines(start: int, end: int, costs: Mapping[int, float]) -> tuple[float, int] | None:
    """The cost of a caption from ``start`` to ``end`` and where its line is broken (at ``end`` for
    one line); None where it has no room."""
    if end - start <= LINE:
        return 0.0, end
    breaks = [
        (cost + _EVEN * abs((at - start) - (end - at - 1)), at)
        for at, cost in costs.items()
        if start < at < end and at - start <= LINE and end - at - 1 <= LINE
    ]
    return min(breaks) if breaks else None


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
        if not isinstance(piece.origin, Tracked):
            found += [start + i for i, character in enumerate(piece.text) if character == " "]
        start += len(piece.text)
    return [at for at in found if 0 < at < start - 1]


def _part(statement: Statement, start: int, end: int) -> Statement:
    pieces, at = [], 0
    for piece in statement:
        text = piece.text[max(start - at, 0) : max(end - at, 0)]
        if text:
            pieces.append(Piece(text, piece.origin, piece.spec))
        at += len(piece.text)
    return Statement(pieces)
