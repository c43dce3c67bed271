"""Arrows between words, as a film sees them: analogies, relations, and directions along which words
lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Required

from typing_extensions import TypedDict

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Text, Value
from gptviz.recording.families.words import (
    Near,
    Neighbour,
    Ranked,
    WordRecording,
    length,
    neighbours,
    optional,
    row_of,
    texts,
)
from gptviz.recording.number import Derived, Number, Numbers, Word, derive
from gptviz.recording.request import Request, Source


class Placed(TypedDict, total=False):
    """Where a word lies seen from a landing place; empty where it has no vector."""

    place: int
    place_others: int
    cosine: float


class Scaled(Placed):
    """The same with all vectors scaled to length one."""

    nearest_others: list[Near]


class AnalogyEntry(Placed, total=False):
    """An analogy; its ``row`` in the tensors where all four words have vectors."""

    a: Required[str]
    b: Required[str]
    c: Required[str]
    d: Required[str]
    missing: Required[list[str]]
    nearest: list[Near]
    nearest_others: list[Near]
    scaled: Scaled
    row: int


class PairEntry(TypedDict):
    """A pair, and where the first arrow lands when it begins at its start."""

    start: str
    end: str
    nearest_others: list[Near]
    place: int
    place_others: int
    cosine: float


class MissingPair(TypedDict):
    """A pair of which the vocabulary lacks a word."""

    start: str
    end: str
    missing: list[str]


class RelationRules(TypedDict):
    """By what pairs are ordered and places are counted."""

    order: str
    places: str


#: The parts of an analogy's picture, in the order of its tensor.
PARTS = ("a", "b", "c", "d", "landing")


class Analogy:
    """a - b + c, and d: the arrow from b to c, carried to a.

    ``complete`` says whether all four words have a vector; only then there are cosines and a
    picture. Where only d is missing there are the nearest words.
    """

    def __init__(self, recording: WordAnalogiesRecording, index: int) -> None:
        self._recording, self._path = recording, f"analogies.{index}"
        self.a, self.b, self.c, self.d = (
            recording.text(f"{self._path}.{name}") for name in PARTS[:4]
        )

    @property
    def missing(self) -> list[Word]:
        """Those of the four words that the vocabulary lacks."""
        return texts(self._recording, f"{self._path}.missing")

    @property
    def complete(self) -> bool:
        """Whether all four words have a vector."""
        return not self.missing

    @property
    def nearest(self) -> list[Neighbour]:
        """The words nearest to the landing place by cosine; the given ones are marked."""
        return neighbours(self._recording, f"{self._path}.nearest")

    @property
    def nearest_others(self) -> list[Neighbour]:
        """The nearest words without the three given ones."""
        return neighbours(self._recording, f"{self._path}.nearest_others")

    @property
    def place(self) -> Number:
        """The place of d among all words by cosine, 1 the nearest."""
        return self._recording.value(f"{self._path}.place")

    @property
    def place_others(self) -> Number:
        """The place of d when the three given words are not counted."""
        return self._recording.value(f"{self._path}.place_others")

    @property
    def scaled_place_others(self) -> Number:
        """The same when all vectors were first scaled to length one, as gensim does."""
        return self._recording.value(f"{self._path}.scaled.place_others")

    @property
    def scaled_cosine(self) -> Number:
        """The cosine of d with the landing place of vectors scaled to length one, as gensim prints
        it."""
        return self._recording.value(f"{self._path}.scaled.cosine")

    @property
    def cosine(self) -> Derived:
        """The cosine of d with the landing place."""
        return derive(maths.landing_cosine, *self.vectors)

    @property
    def residual(self) -> Derived:
        """How far d lies from the landing place."""
        return derive(maths.landing_distance, *self.vectors)

    @property
    def arrows_alike(self) -> Derived:
        """The cosine of the arrow from b to c with the arrow from a to d."""
        a, b, c, d = self.vectors
        return derive(maths.arrow_cosine, b, c, a, d)

    @property
    def sides_alike(self) -> Derived:
        """The cosine of the arrow from b to a with the arrow from c to d: the other two sides of
        the figure."""
        a, b, c, d = self.vectors
        return derive(maths.arrow_cosine, b, a, c, d)

    @property
    def arrow_length(self) -> Derived:
        """How far c lies from b."""
        return derive(maths.distance, self.vectors[1], self.vectors[2])

    @property
    def vectors(self) -> list[Numbers]:
        """The vectors of a, b, c and d, each (d_model)."""
        return list(self._recording.numbers("vectors")[self._row])

    def point(self, part: str) -> Numbers:
        """Where ``a``, ``b``, ``c``, ``d`` or the ``landing`` lies (component), by the four words'
        main directions.

        The first two components are the plane of a picture; with the third all distances are exact.
        """
        numbers: Numbers = self._recording.numbers("coordinates")[self._row, PARTS.index(part)]
        return numbers

    @property
    def shares(self) -> Numbers:
        """The share of the four words' variance that each of the three directions holds
        (component)."""
        numbers: Numbers = self._recording.numbers("shares")[self._row]
        return numbers

    @property
    def plane_held(self) -> Derived:
        """The share of the four words' variance that the plane of the first two directions
        holds."""
        return derive(maths.total, self.shares[:2])

    @property
    def _row(self) -> int:
        return int(self._recording.value(f"{self._path}.row"))


@dataclass(frozen=True)
class WordAnalogies(Request["WordAnalogiesRecording"]):
    """For each (a, b, c, d) of ``analogies``: where a - b + c lands, the ``top`` nearest words, d's
    place among all."""

    kind: ClassVar[str] = "word_analogies"
    source: ClassVar[Source] = "vectors"
    analogies: tuple[tuple[str, str, str, str], ...]
    top: int = 8


class WordAnalogiesRecording(WordRecording):
    """Analogies a - b + c = d."""

    answers = WordAnalogies

    _vectors = Tensor("float32", "row", "part", "d_model", optional=True)
    _coordinates = Tensor("float64", "row", "part", "component", optional=True)
    _shares = Tensor("float64", "row", "component", optional=True)
    _analogies = Data(list[AnalogyEntry])
    _rule = Text()

    @property
    def analogies(self) -> list[Analogy]:
        """All analogies of the request, in its order."""
        return [Analogy(self, i) for i in range(length(self, "analogies"))]

    def analogy(self, a: str, b: str, c: str, d: str) -> Analogy:
        """The analogy of these words. Raises KeyError for one that the request does not name."""
        for analogy in self.analogies:
            if (analogy.a, analogy.b, analogy.c, analogy.d) == (a, b, c, d):
                return analogy
        raise KeyError((a, b, c, d))

    @property
    def missing(self) -> list[Word]:
        """The words of all analogies that the vocabulary lacks, each once."""
        return list({word: word for analogy in self.analogies for word in analogy.missing})


@dataclass(frozen=True)
class RelatedPair:
    """A pair of words: how alike its arrow is to the first (``cosine``), and where the first lands
    from ``start``.

    ``place_others`` is the place of ``end`` there, without the given words; ``nearest_others`` are
    the words that lie nearest, and ``vectors`` those of start and end (part, d_model).
    """

    start: Word
    end: Word
    cosine: Derived
    place_others: Number
    nearest_others: list[Neighbour]
    vectors: Numbers


@dataclass(frozen=True)
class WordRelation(Request["WordRelationRecording"]):
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


class WordRelationRecording(WordRecording):
    """One arrow against those of other pairs, the most alike first."""

    answers = WordRelation

    arrow = Tensor("float32", "part", "d_model")  #: the vectors of start and end (part, d_model)
    _pairs = Tensor("float32", "pair", "part", "d_model", optional=True)
    _pairs_entries = Data(list[PairEntry], key="pairs")
    _missing = Data(list[MissingPair])
    _rules = Data(RelationRules)

    @property
    def start(self) -> Word:
        """Where the first arrow begins."""
        return self.asked("start")

    @property
    def end(self) -> Word:
        """Where the first arrow ends."""
        return self.asked("end")

    @property
    def pairs(self) -> list[RelatedPair]:
        """The pairs whose words have vectors, from the arrow most alike to the least."""
        return [self._pair(i) for i in range(length(self, "pairs"))]

    def _pair(self, i: int) -> RelatedPair:
        vectors = self._pairs[i]
        return RelatedPair(
            self.text(f"pairs.{i}.start"),
            self.text(f"pairs.{i}.end"),
            derive(maths.arrow_cosine, self.arrow[0], self.arrow[1], vectors[0], vectors[1]),
            self.value(f"pairs.{i}.place_others"),
            neighbours(self, f"pairs.{i}.nearest_others"),
            vectors,
        )

    @property
    def missing(self) -> list[Word]:
        """The words of pairs that the vocabulary lacks, each once."""
        lists = [texts(self, f"missing.{i}.missing") for i in range(length(self, "missing"))]
        return list({word: word for words in lists for word in words})


class Rising(WordRecording):
    """Words whose places along a direction should rise, and their ranks by frequency."""

    _rising_places = Tensor("int32", "word", optional=True)
    _rising_ranks = Tensor("int32", "word", optional=True)
    _rising = Data(list[Ranked])
    _rising_missing = Data(list[str])

    @property
    def rising(self) -> list[Word]:
        """The words that should rise, those that have a vector."""
        return texts(self, "rising", "word")

    @property
    def rising_ranks(self) -> Numbers | None:
        """Their ranks by frequency (word), 1 the most frequent; None where the file does not
        tell."""
        return self._rising_ranks if self.has("rising_ranks") else None

    @property
    def rising_missing(self) -> list[Word]:
        """Those that the vocabulary lacks."""
        return texts(self, "rising_missing")

    def _rho(self, tensor: str) -> Derived:
        return derive(maths.spearman_rho, self._rising_places, self.numbers(tensor))

    def _rank_rho(self, tensor: str) -> Derived | None:
        ranks = self.rising_ranks
        return None if ranks is None else derive(maths.spearman_rho, ranks, self.numbers(tensor))


@dataclass(frozen=True)
class WordDirection(Request["WordDirectionRecording"]):
    """How far each of ``words`` reaches along the arrow from ``start`` to ``end``; whether
    ``rising`` words rise."""

    kind: ClassVar[str] = "word_direction"
    source: ClassVar[Source] = "vectors"
    start: str
    end: str
    words: tuple[str, ...] = ()
    rising: tuple[str, ...] = ()


class WordDirectionRecording(Rising):
    """Words along the arrow from one word to another."""

    answers = WordDirection

    _ends = Tensor("float32", "part", "d_model")
    direction = Tensor("float64", "d_model")  #: the arrow from start to end, as numbers (d_model)
    _vectors = Tensor("float32", "word", "d_model")
    _dots = Tensor("float64", "word")
    #: the dot products of the rising words with the arrow (word)
    rising_dots = Tensor("float64", "word", optional=True, key="rising")
    _order = Text()
    _words = Data(list[Ranked])
    _missing = Data(list[str])
    length = Value(float)  #: how long the arrow is

    @property
    def words(self) -> list[Word]:
        """The words of the request that have a vector."""
        return texts(self, "words", "word")

    def vector(self, word: str) -> Numbers:
        """The numbers of a word (d_model)."""
        numbers: Numbers = self._vectors[row_of(self, self.words, word)]
        return numbers

    def dot(self, word: str) -> Number:
        """The dot product of a word with the arrow."""
        return self._dots.at(row_of(self, self.words, word))

    def norm(self, word: str) -> Derived:
        """The length of a word's vector."""
        return derive(maths.norm, self.vector(word))

    def along(self, word: str) -> Derived:
        """A word's shadow on the arrow: the first coordinate in the plane of the word and the
        arrow."""
        return derive(maths.along, self.dot(word), self.length)

    def across(self, word: str) -> Derived:
        """How far the word's tip lies beside the arrow: the second coordinate in that plane."""
        return derive(maths.across, self.norm(word), self.dot(word), self.length)

    def rank(self, word: str) -> Number | None:
        """A word's rank by frequency, 1 the most frequent; None where the file does not tell."""
        return optional(self, f"words.{row_of(self, self.words, word)}.rank")

    @property
    def rho(self) -> Derived:
        """Spearman's rho of the rising words' order with their dot products."""
        return self._rho("rising")

    @property
    def rank_rho(self) -> Derived | None:
        """Spearman's rho of their ranks by frequency with their dot products."""
        return self._rank_rho("rising")
