"""What is asked of word vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gptviz.recording.request import Request, Source


@dataclass(frozen=True)
class WordNeighbours(Request):
    """The ``top`` words nearest to each of ``words``, by cosine and by distance.

    ``sought`` are pairs (word, other): which place the other has among the neighbours of the word.
    """

    kind: ClassVar[str] = "word_neighbours"
    source: ClassVar[Source] = "vectors"
    words: tuple[str, ...]
    top: int = 10
    sought: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class WordColumns(Request):
    """The vectors of ``words``, whole: every number of each."""

    kind: ClassVar[str] = "word_columns"
    source: ClassVar[Source] = "vectors"
    words: tuple[str, ...]


@dataclass(frozen=True)
class WordSlice(Request):
    """``words`` and the ``neighbours`` nearest words of each in three dimensions, as two slices.

    One slice has the main directions of all words, one those of the words shown. A ``cloud`` of so
    many other words, the first of the file, are points without a name.
    """

    kind: ClassVar[str] = "word_slice"
    source: ClassVar[Source] = "vectors"
    words: tuple[str, ...]
    neighbours: int = 3
    cloud: int = 1000


@dataclass(frozen=True)
class WordAnalogies(Request):
    """For each (a, b, c, d) of ``analogies``: where a - b + c lands, the ``top`` nearest words, d's
    place among all."""

    kind: ClassVar[str] = "word_analogies"
    source: ClassVar[Source] = "vectors"
    analogies: tuple[tuple[str, str, str, str], ...]
    top: int = 8


@dataclass(frozen=True)
class WordRelation(Request):
    """How alike the arrow from ``start`` to ``end`` is to the arrow of each of ``pairs`` (start,
    end).

    And the ``top`` words nearest to where that arrow lands when it is carried to the start of each
    pair.
    """

    kind: ClassVar[str] = "word_relation"
    source: ClassVar[Source] = "vectors"
    start: str
    end: str
    pairs: tuple[tuple[str, str], ...]
    top: int = 5


@dataclass(frozen=True)
class WordDirection(Request):
    """How far each of ``words`` reaches along the arrow from ``start`` to ``end``; whether
    ``rising`` words rise."""

    kind: ClassVar[str] = "word_direction"
    source: ClassVar[Source] = "vectors"
    start: str
    end: str
    words: tuple[str, ...] = ()
    rising: tuple[str, ...] = ()


@dataclass(frozen=True)
class PluralDirection(Request):
    """Whether plurals lie further than singulars along the arrow from ``start`` to ``end``, and
    along a mean arrow.

    The pairs are all words of the vocabulary to which an s can be added (see the recording's
    ``rule``). A half of them, drawn with ``seed``, makes the mean; it has not seen the other half.
    ``splits`` other halves tell how much hangs on the draw. ``shown`` are pairs (singular, plural)
    to name, ``rising`` the words whose places should rise.
    """

    kind: ClassVar[str] = "plural_direction"
    source: ClassVar[Source] = "vectors"
    start: str = "cat"
    end: str = "cats"
    shown: tuple[tuple[str, str], ...] = ()
    rising: tuple[str, ...] = (
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
    )
    seed: int = 2024
    splits: int = 1000
