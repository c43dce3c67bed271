"""Lists of words: those near a word with a number or two each, a group in one line, a large figure
under its words.

Planned films: word_space.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from manim import VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Numeral, Words
from gptviz.recording.number import Tracked

_FIRST, _ROW = 0.7, 0.62  # from the heads of the columns to the first word, and between words
_COLUMN = 1.5


class NearTable(VGroup):
    """The words near ``word``, each with numbers (``rows``: name, numbers); first a row with the
    ``heads`` of these.

    From (``left``, ``top``) to ``right``. ``bright`` words are gold.
    """

    def __init__(
        self,
        word: Any,
        rows: Sequence[tuple[Any, Sequence[Tracked]]],
        heads: Sequence[str],
        left: float,
        right: float,
        top: float = 2.0,
        bright: Collection[Any] = (),
    ) -> None:
        super().__init__()
        ends = [right - _COLUMN * (len(heads) - 1 - i) for i in range(len(heads))]
        self.add(
            VGroup(
                Words("near {w}", theme.STATEMENT, theme.FOCUS, w=word).place([left, top, 0]),
                *[
                    Words(head, theme.LABEL, theme.SECONDARY).place([end, top, 0], "right")
                    for head, end in zip(heads, ends, strict=True)
                ],
            )
        )
        for i, (name, numbers) in enumerate(rows):
            y = top - _FIRST - i * _ROW
            colour = theme.FOCUS if name in bright else theme.TEXT
            self.add(
                VGroup(
                    Words(name, theme.STATEMENT, colour).place([left, y, 0]),
                    *[
                        Numeral(number, ".2f", theme.STATEMENT, theme.SECONDARY, "right").place(
                            [end, y, 0], "right"
                        )
                        for number, end in zip(numbers, ends, strict=True)
                    ],
                )
            )


class PlaceTable(VGroup):
    """Which places some words have near ``word``, with their cosines (``rows``: name, place,
    cosine), heads first.

    ``lost`` words, which have no place among the ``total``, stand below.
    """

    def __init__(
        self,
        word: Any,
        rows: Sequence[tuple[Any, Tracked, Tracked]],
        lost: Sequence[Any],
        total: Tracked,
        left: float = -4.5,
        middle: float = 1.6,
        right: float = 4.5,
        top: float = 1.95,
    ) -> None:
        super().__init__()
        self.add(
            VGroup(
                Words("near {w}", theme.TITLE, theme.FOCUS, w=word).place([left, top, 0]),
                Words("place among {n:,}", theme.LABEL, theme.SECONDARY, n=total).place(
                    [middle, top, 0], "right"
                ),
                Words("cosine", theme.LABEL, theme.SECONDARY).place([right, top, 0], "right"),
            )
        )
        for i, (name, place, cosine) in enumerate(rows):
            y = top - 0.95 - i * 0.9
            self.add(
                VGroup(
                    Words(name, 44).place([left, y, 0]),
                    Numeral(place, ",", 52, theme.TEXT, "right").place([middle, y, 0], "right"),
                    Numeral(cosine, ".2f", 44, theme.SECONDARY, "right").place(
                        [right, y, 0], "right"
                    ),
                )
            )
        for i, name in enumerate(lost, len(rows)):
            y = top - 0.95 - i * 0.9
            absent = Words(
                "not among the {v:,} words used here", theme.STATEMENT, theme.SECONDARY, v=total
            )
            self.add(
                VGroup(
                    Words(name, 44, theme.SECONDARY).place([left, y, 0]),
                    absent.place([right, y, 0], "right"),
                )
            )


class WordLine(VGroup):
    """A word and those that belong to it in one line from (``left``, ``y``), as many as fit before
    ``right``."""

    def __init__(
        self,
        word: Any,
        others: Sequence[Any],
        left: float,
        right: float,
        y: float,
        size: float = 28.0,
    ) -> None:
        super().__init__()
        self.add(Words(word, size).place([left, y, 0]))
        x = left + 1.0
        for each in others:
            near = Words(each, size, theme.SECONDARY).place([x, y, 0])
            if x + near.advance > right:
                break
            self.add(near)
            x += near.advance + 0.2


class FigureUnder(VGroup):
    """A number in large type under what it is of; both begin at the left, at ``left``, the number's
    line at ``y``."""

    def __init__(
        self,
        words: Any,
        number: Tracked,
        spec: str,
        left: float,
        y: float,
        color: str = theme.TEXT,
        size: float = 64.0,
    ) -> None:
        super().__init__()
        self.words = Words(words, theme.LABEL, theme.SECONDARY).place([left, y + 0.75, 0])
        self.number = Numeral(number, spec, size, color, "left").place([left, y, 0])
        self.add(self.words, self.number)
