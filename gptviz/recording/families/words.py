"""Where words lie, as a film sees it: neighbours, whole vectors, and slices of three dimensions.

Words are asked for by their text, as it stands in the vocabulary: ``rec.nearest("tower")``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NotRequired

from typing_extensions import TypedDict

from gptviz import maths
from gptviz.errors import NotRecorded
from gptviz.recording.declared import Data, Tensor, Text, Value
from gptviz.recording.number import Derived, Number, Numbers, Word, derive
from gptviz.recording.request import Request, Source
from gptviz.recording.schema import Recording


class Ranked(TypedDict):
    """A word, and its rank by frequency where the file tells it."""

    word: str
    rank: NotRequired[int]


class Near(TypedDict):
    """A word near a point; ``given`` where the point was made of given words."""

    word: str
    cosine: float
    distance: float
    given: NotRequired[bool]


class WithNeighbours(Ranked):
    """A word with its nearest others."""

    norm: float
    by_cosine: list[Near]
    by_distance: list[Near]


class Sought(TypedDict):
    """The place of ``word`` among the neighbours ``of`` another."""

    of: str
    word: str
    cosine: float
    distance: float
    place: int


class Extremes(TypedDict):
    """Pairs of rows: the highest cosine, the one nearest to zero, the lowest."""

    alike: list[int]
    unrelated: list[int]
    opposed: list[int]


class AskedWord(TypedDict):
    """A word of the request and its neighbours, as rows of ``words``."""

    word: int
    neighbours: list[int]


class SliceRules(TypedDict):
    """How what is shown was chosen."""

    neighbours: str
    cloud: str
    deceptive: str
    nearest: str


class SliceFigures(TypedDict):
    """What a slice holds and where it deceives."""

    shares: list[float]
    rho: float
    deceptive: list[int]
    deceptive_place: int
    nearest: list[int]
    pairs: int


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

    vocabulary = Value(int)  #: how many words have a vector
    components = Value(int)  #: how many numbers one vector has

    @property
    def missing(self) -> list[Word]:
        """The words of the request that the vocabulary lacks."""
        return texts(self, "missing")


@dataclass(frozen=True)
class WordNeighbours(Request["WordNeighboursRecording"]):
    """The ``top`` words nearest to each of ``words``, by cosine and by distance.

    ``sought`` are pairs (word, other): which place the other has among the neighbours of the word.
    """

    kind: ClassVar[str] = "word_neighbours"
    source: ClassVar[Source] = "vectors"
    words: tuple[str, ...]
    top: int = 10
    sought: tuple[tuple[str, str], ...] = ()


class WordNeighboursRecording(WordRecording):
    """The nearest words of some words."""

    answers = WordNeighbours

    _order = Text()
    _words = Data(list[WithNeighbours])
    _missing = Data(list[str])
    _sought = Data(list[Sought])
    _sought_missing = Data(list[list[str]])
    _rule = Text()

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


@dataclass(frozen=True)
class WordColumns(Request["WordColumnsRecording"]):
    """The vectors of ``words``, whole: every number of each."""

    kind: ClassVar[str] = "word_columns"
    source: ClassVar[Source] = "vectors"
    words: tuple[str, ...]


class WordColumnsRecording(WordRecording):
    """Whole vectors."""

    answers = WordColumns

    _vectors = Tensor("float32", "word", "d_model")
    _order = Text()
    _words = Data(list[Ranked])
    _missing = Data(list[str])
    _pairs = Data(Extremes, optional=True)
    _rule = Text(optional=True)

    @property
    def words(self) -> list[Word]:
        """The words of the request that have a vector."""
        return texts(self, "words", "word")

    def vector(self, word: str) -> Numbers:
        """The numbers of a word (d_model)."""
        numbers: Numbers = self._vectors[row_of(self, self.words, word)]
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


@dataclass(frozen=True)
class WordSlice(Request["WordSliceRecording"]):
    """``words`` and the ``neighbours`` nearest words of each in three dimensions, as two slices.

    One slice has the main directions of all words, one those of the words shown. A ``cloud`` of so
    many other words, the first of the file, are points without a name.
    """

    kind: ClassVar[str] = "word_slice"
    source: ClassVar[Source] = "vectors"
    words: tuple[str, ...]
    neighbours: int = 3
    cloud: int = 1000


class WordSliceRecording(WordRecording):
    """Words in two slices of three dimensions."""

    answers = WordSlice

    _vectors = Tensor("float32", "word", "d_model")
    _all_coordinates = Tensor("float64", "word", "component")
    _all_cloud = Tensor("float32", "word", "component")
    _shown_coordinates = Tensor("float64", "word", "component")
    _shown_cloud = Tensor("float32", "word", "component")
    _words = Data(list[str])
    _missing = Data(list[str])
    _asked = Data(list[AskedWord])
    _rules = Data(SliceRules)
    _all = Data(SliceFigures)
    _shown = Data(SliceFigures)

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
        numbers: Numbers = self._vectors[row_of(self, self.words, word)]
        return numbers

    def cosine(self, first: str, second: str) -> Derived:
        """How alike the directions of two words are, in all dimensions."""
        return derive(maths.cosine, self.vector(first), self.vector(second))

    def distance(self, first: str, second: str) -> Derived:
        """How far apart two words are, in all dimensions."""
        return derive(maths.distance, self.vector(first), self.vector(second))
