"""Arrows between words, as a film sees them: analogies, relations, and directions along which words
lie."""

from __future__ import annotations

from dataclasses import dataclass

from gptviz import maths
from gptviz.recording.kinds.words import (
    Neighbour,
    WordRecording,
    length,
    neighbours,
    optional,
    row_of,
    texts,
)
from gptviz.recording.number import Derived, Number, Numbers, Word, derive

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


class WordAnalogiesRecording(WordRecording):
    """Analogies a - b + c = d.

    Tensors, of the complete ones: ``vectors`` (row, part, d_model), ``coordinates`` (row, part,
    component), ``shares`` (row, component). Values: ``analogies``, ``rule``.
    """

    kind = "word_analogies"

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


class WordRelationRecording(WordRecording):
    """One arrow against those of other pairs, the most alike first.

    Tensors: ``arrow`` (part, d_model), ``pairs`` (pair, part, d_model). Values: ``pairs``,
    ``missing``, ``rules``.
    """

    kind = "word_relation"

    @property
    def start(self) -> Word:
        """Where the first arrow begins."""
        return self.asked("start")

    @property
    def end(self) -> Word:
        """Where the first arrow ends."""
        return self.asked("end")

    @property
    def arrow(self) -> Numbers:
        """The vectors of start and end (part, d_model)."""
        return self.numbers("arrow")

    @property
    def pairs(self) -> list[RelatedPair]:
        """The pairs whose words have vectors, from the arrow most alike to the least."""
        return [self._pair(i) for i in range(length(self, "pairs"))]

    def _pair(self, i: int) -> RelatedPair:
        vectors = self.numbers("pairs")[i]
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

    @property
    def rising(self) -> list[Word]:
        """The words that should rise, those that have a vector."""
        return texts(self, "rising", "word")

    @property
    def rising_ranks(self) -> Numbers | None:
        """Their ranks by frequency (word), 1 the most frequent; None where the file does not
        tell."""
        return self.numbers("rising_ranks") if self.has("rising_ranks") else None

    @property
    def rising_missing(self) -> list[Word]:
        """Those that the vocabulary lacks."""
        return texts(self, "rising_missing")

    def _rho(self, tensor: str) -> Derived:
        return derive(maths.spearman_rho, self.numbers("rising_places"), self.numbers(tensor))

    def _rank_rho(self, tensor: str) -> Derived | None:
        ranks = self.rising_ranks
        return None if ranks is None else derive(maths.spearman_rho, ranks, self.numbers(tensor))


class WordDirectionRecording(Rising):
    """Words along the arrow from one word to another.

    Tensors: ``ends`` (part, d_model), ``direction`` (d_model), ``vectors`` (word, d_model),
    ``dots`` (word), ``rising`` (word). Values: ``words``, ``missing``, ``length``, ``rising``.
    """

    kind = "word_direction"

    @property
    def words(self) -> list[Word]:
        """The words of the request that have a vector."""
        return texts(self, "words", "word")

    @property
    def direction(self) -> Numbers:
        """The arrow from start to end, as numbers (d_model)."""
        return self.numbers("direction")

    @property
    def length(self) -> Number:
        """How long the arrow is."""
        return self.value("length")

    def vector(self, word: str) -> Numbers:
        """The numbers of a word (d_model)."""
        numbers: Numbers = self.numbers("vectors")[row_of(self, self.words, word)]
        return numbers

    def dot(self, word: str) -> Number:
        """The dot product of a word with the arrow."""
        return self.number("dots", row_of(self, self.words, word))

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
    def rising_dots(self) -> Numbers:
        """The dot products of the rising words with the arrow (word)."""
        return self.numbers("rising")

    @property
    def rho(self) -> Derived:
        """Spearman's rho of the rising words' order with their dot products."""
        return self._rho("rising")

    @property
    def rank_rho(self) -> Derived | None:
        """Spearman's rho of their ranks by frequency with their dot products."""
        return self._rank_rho("rising")
