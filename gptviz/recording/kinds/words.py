"""Where words lie, as a film sees it: neighbours, whole vectors, and slices of three dimensions.

Words are asked for by their text, as it stands in the vocabulary: ``rec.nearest("tower")``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gptviz import maths
from gptviz.errors import NotRecorded
from gptviz.recording.number import Derived, Number, Numbers, Word, derive
from gptviz.recording.schema import Recording


@dataclass(frozen=True)
class Neighbour:
    """A word near a point: its ``cosine`` with it, its ``distance`` from it; ``given`` if the point
    was made of it."""

    word: Word
    cosine: Number
    distance: Number
    given: bool = False


def neighbours(recording: Recording, path: str) -> list[Neighbour]:
    """The neighbours at a path of the small values, the nearest first."""
    return [
        Neighbour(
            recording.text(f"{path}.{i}.word"),
            recording.value(f"{path}.{i}.cosine"),
            recording.value(f"{path}.{i}.distance"),
            recording.has(f"{path}.{i}.given") and recording.flag(f"{path}.{i}.given"),
        )
        for i in range(length(recording, path))
    ]


def length(recording: Recording, path: str) -> int:
    """How many entries the list at a path of the small values has."""
    return int(recording.size(path, path))


def texts(recording: Recording, path: str, field: str = "") -> list[Word]:
    """The texts in the list at a path of the small values, or this field of its entries."""
    return [
        recording.text(f"{path}.{i}{'.' if field else ''}{field}")
        for i in range(length(recording, path))
    ]


def row_of(recording: Recording, words: Sequence[Word], word: str) -> int:
    """Which of the words of a recording a word is. Raises NotRecorded for one that is not there."""
    if word not in words:
        raise NotRecorded(
            f"{recording.name} holds no word {word!r}",
            "the vectors lack it, or the request does not name it",
            f"it holds {', '.join(words)}",
        )
    return [str(each) for each in words].index(word)


def optional(recording: Recording, path: str) -> Number | None:
    """A number among the small values, or None where it is not known."""
    return recording.value(path) if recording.has(path) else None


class WordRecording(Recording):
    """What all recordings of words tell of their vectors."""

    @property
    def vocabulary(self) -> Number:
        """How many words have a vector."""
        return self.value("vocabulary")

    @property
    def components(self) -> Number:
        """How many numbers one vector has."""
        return self.value("components")

    @property
    def missing(self) -> list[Word]:
        """The words of the request that the vocabulary lacks."""
        return texts(self, "missing")


class WordNeighboursRecording(WordRecording):
    """The nearest words of some words.

    Values: ``words`` (each ``word``, ``norm``, ``rank`` where known, ``by_cosine``,
    ``by_distance``), ``missing``, ``sought`` (``of``, ``word``, ``cosine``, ``distance``,
    ``place``), ``sought_missing``, ``order``, ``rule``.
    """

    kind = "word_neighbours"

    @property
    def words(self) -> list[Word]:
        """The words of the request that have a vector."""
        return texts(self, "words", "word")

    def nearest(self, word: str) -> list[Neighbour]:
        """The nearest words by cosine, without the word itself."""
        return neighbours(self, f"words.{row_of(self, self.words, word)}.by_cosine")

    def nearest_by_distance(self, word: str) -> list[Neighbour]:
        """The nearest words by Euclidean distance, without the word itself."""
        return neighbours(self, f"words.{row_of(self, self.words, word)}.by_distance")

    def norm(self, word: str) -> Number:
        """The length of a word's vector."""
        return self.value(f"words.{row_of(self, self.words, word)}.norm")

    def rank(self, word: str) -> Number | None:
        """A word's rank by frequency, 1 the most frequent; None where the file does not tell."""
        return optional(self, f"words.{row_of(self, self.words, word)}.rank")

    def sought(self, word: str, other: str) -> tuple[Number, Neighbour] | None:
        """The place of another word among a word's neighbours, 1 the nearest; None where one of
        them is missing."""
        for i in range(length(self, "sought")):
            if (self.text(f"sought.{i}.of"), self.text(f"sought.{i}.word")) == (word, other):
                neighbour = Neighbour(
                    self.text(f"sought.{i}.word"),
                    self.value(f"sought.{i}.cosine"),
                    self.value(f"sought.{i}.distance"),
                )
                return self.value(f"sought.{i}.place"), neighbour
        return None


class WordColumnsRecording(WordRecording):
    """Whole vectors. Tensors: ``vectors`` (word, d_model). Values: ``words``, ``missing``,
    ``pairs``, ``rule``."""

    kind = "word_columns"

    @property
    def words(self) -> list[Word]:
        """The words of the request that have a vector."""
        return texts(self, "words", "word")

    def vector(self, word: str) -> Numbers:
        """The numbers of a word (d_model)."""
        numbers: Numbers = self.numbers("vectors")[row_of(self, self.words, word)]
        return numbers

    def norm(self, word: str) -> Derived:
        """The length of a word's vector."""
        return derive(maths.norm, self.vector(word))

    def cosine(self, first: str, second: str) -> Derived:
        """How alike the directions of two words are."""
        return derive(maths.cosine, self.vector(first), self.vector(second))

    def dot(self, first: str, second: str) -> Derived:
        """The dot product of two words' vectors."""
        return derive(maths.dot, self.vector(first), self.vector(second))

    def rank(self, word: str) -> Number | None:
        """A word's rank by frequency, 1 the most frequent; None where the file does not tell."""
        return optional(self, f"words.{row_of(self, self.words, word)}.rank")

    def pair(self, which: str) -> tuple[Word, Word]:
        """Two of the words: ``alike`` (highest cosine), ``unrelated`` (nearest to zero) or
        ``opposed`` (lowest)."""
        first, second = (int(row) for row in self.values(f"pairs.{which}").array)
        return self.words[first], self.words[second]


@dataclass(frozen=True)
class SlicePair:
    """Two words of a slice: how far apart they are ``drawn``, how far they truly are, and their
    cosine."""

    first: Word
    second: Word
    drawn: Derived
    distance: Derived
    cosine: Derived


class Slice:
    """A slice of three dimensions: main directions of all words ("all"), or of the words shown
    ("shown")."""

    def __init__(self, recording: WordSliceRecording, name: str) -> None:
        self._recording, self.name = recording, name

    def coordinates(self, word: str) -> Numbers:
        """Where a word lies (component)."""
        numbers: Numbers = self._recording.numbers(f"{self.name}_coordinates")[
            row_of(self._recording, self._recording.words, word)
        ]
        return numbers

    @property
    def cloud(self) -> Numbers:
        """Where other words lie (word, component); they have no names."""
        return self._recording.numbers(f"{self.name}_cloud")

    @property
    def shares(self) -> Numbers:
        """The share of the variance that each direction holds (component): of all words, or of
        those shown."""
        return self._recording.values(f"{self.name}.shares")

    @property
    def held(self) -> Derived:
        """The share of the variance that the three directions hold together."""
        return derive(maths.total, self.shares)

    @property
    def rho(self) -> Number:
        """Spearman's rho, over all pairs of words shown, of the drawn distances with the true
        ones."""
        return self._recording.value(f"{self.name}.rho")

    @property
    def deceptive(self) -> SlicePair:
        """Two words that look near and are not, by the recording's rule."""
        return self._pair("deceptive")

    @property
    def deceptive_place(self) -> Number:
        """Which place that pair has among all pairs by its drawn distance, 1 the nearest."""
        return self._recording.value(f"{self.name}.deceptive_place")

    @property
    def nearest(self) -> SlicePair:
        """The two words shown whose vectors have the highest cosine."""
        return self._pair("nearest")

    def _pair(self, which: str) -> SlicePair:
        words = self._recording.words
        first, second = (
            words[int(row)] for row in self._recording.values(f"{self.name}.{which}").array
        )
        return SlicePair(
            first,
            second,
            derive(maths.distance, self.coordinates(first), self.coordinates(second)),
            self._recording.distance(first, second),
            self._recording.cosine(first, second),
        )


class WordSliceRecording(WordRecording):
    """Words in two slices of three dimensions.

    Tensors: ``vectors`` (word, d_model); ``all_coordinates``, ``shown_coordinates``, ``all_cloud``,
    ``shown_cloud`` (word, component). Values: ``words``, ``asked``, ``missing``, ``rules``; of each
    slice ``shares``, ``rho``, pairs.
    """

    kind = "word_slice"

    @property
    def words(self) -> list[Word]:
        """All words shown: those of the request that have a vector, then their neighbours."""
        return texts(self, "words")

    @property
    def groups(self) -> list[tuple[Word, list[Word]]]:
        """The words of the request, each with its nearest words, the nearest first."""
        words = self.words
        return [
            (
                words[int(self.value(f"asked.{i}.word"))],
                [words[int(row)] for row in self.values(f"asked.{i}.neighbours").array],
            )
            for i in range(length(self, "asked"))
        ]

    def slice(self, name: str) -> Slice:
        """The slice by the main directions of ``all`` words, or of those ``shown``."""
        return Slice(self, name)

    def vector(self, word: str) -> Numbers:
        """The numbers of a word (d_model)."""
        numbers: Numbers = self.numbers("vectors")[row_of(self, self.words, word)]
        return numbers

    def cosine(self, first: str, second: str) -> Derived:
        """How alike the directions of two words are, in all dimensions."""
        return derive(maths.cosine, self.vector(first), self.vector(second))

    def distance(self, first: str, second: str) -> Derived:
        """How far apart two words are, in all dimensions."""
        return derive(maths.distance, self.vector(first), self.vector(second))
