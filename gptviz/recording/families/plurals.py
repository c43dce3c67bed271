"""Singulars and plurals along a direction, as a film sees them: the arrow of one pair, and the mean
arrow of many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, NotRequired

from typing_extensions import TypedDict

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Text, Value, Values
from gptviz.recording.families.words import length
from gptviz.recording.families.words_arrows import Rising
from gptviz.recording.number import Count, Derived, Number, Numbers, Word, derive
from gptviz.recording.request import Request, Source

#: A singular and its plural.
Pair = list[str]


class Lengths(TypedDict):
    """How long both arrows are, and their cosine."""

    one: float
    mean: float
    cosine: float


class Sides(TypedDict):
    """The rows of the pairs that lie furthest apart, the right way and the wrong way."""

    right: int
    wrong: int


class Widest(TypedDict):
    """The widest pairs along each arrow."""

    one: Sides
    mean: Sides


class Frequency(TypedDict):
    """How a word's frequency goes with its place along the mean arrow."""

    words: int
    rho: NotRequired[float]


Arrow = Literal[
    "one", "mean"
]  #: the arrow of the pair of the request, or the mean arrow of the learnt pairs


@dataclass(frozen=True)
class PluralPair:
    """A singular and its plural, with their dot products with an arrow."""

    singular: Word
    plural: Word
    singular_dot: Number
    plural_dot: Number

    @property
    def right(self) -> bool:
        """Whether the plural lies further along the arrow."""
        return bool(self.plural_dot > self.singular_dot)


@dataclass(frozen=True)
class PluralDirection(Request["PluralDirectionRecording"]):
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


class PluralDirectionRecording(Rising):
    """Singulars and plurals along the arrow of one pair, and along the mean arrow of half of all
    pairs."""

    answers = PluralDirection

    _rising_one = Tensor("float64", "word", optional=True)
    _rising_mean = Tensor("float64", "word", optional=True)
    _ends = Tensor("float32", "part", "d_model")
    _one = Tensor("float64", "d_model")
    _mean = Tensor("float64", "d_model")
    _pairs_one = Tensor("float64", "pair", "part")
    _pairs_mean = Tensor("float64", "pair", "part")
    _spelled_one = Tensor("float64", "pair", "part", optional=True)
    _spelled_mean = Tensor("float64", "pair", "part", optional=True)
    _irregular_one = Tensor("float64", "pair", "part", optional=True)
    _irregular_mean = Tensor("float64", "pair", "part", optional=True)
    _shown_one = Tensor("float64", "pair", "part", optional=True)
    _shown_mean = Tensor("float64", "pair", "part", optional=True)
    _shown_norms = Tensor("float64", "pair", "part", optional=True)
    _split_shares = Tensor("float64", "step", optional=True)
    _split_rhos = Tensor("float64", "step", optional=True)
    _order = Text()
    _rules = Data(dict[str, str])
    _pairs = Data(list[Pair])
    learnt = Value(int)  #: how many pairs the mean was taken of
    _lengths = Data(Lengths)
    _widest = Data(Widest)
    _held_wrong = Values(list[int])
    _frequency = Data(Frequency)
    _spelled = Data(list[Pair])
    _irregular = Data(list[Pair])
    _shown = Data(list[Pair])
    _missing = Data(list[str])
    _shown_missing = Data(list[Pair])

    @property
    def start(self) -> Word:
        """The singular of the one pair."""
        return self.asked("start")

    @property
    def end(self) -> Word:
        """The plural of the one pair."""
        return self.asked("end")

    @property
    def count(self) -> Count:
        """How many pairs there are."""
        return self.size("pairs", "pairs of singular and plural")

    @property
    def held_out(self) -> Derived:
        """How many pairs the mean has not seen."""
        return derive(maths.difference, self.count, self.learnt)

    def rule(self, name: str) -> Word:
        """A rule by which pairs were chosen: ``pairs``, ``spelled``, ``irregular``, ``held_out``,
        ``widest``."""
        return self.text(f"rules.{name}")

    def dots(self, arrow: Arrow, held_out: bool = False) -> Numbers:
        """The dot products of all pairs with an arrow, or of those that the mean has not seen
        (pair, part)."""
        numbers: Numbers = self.numbers(f"pairs_{arrow}")[int(self.learnt) if held_out else 0 :]
        return numbers

    def share_right(self, arrow: Arrow, held_out: bool = False) -> Derived:
        """The share of pairs whose plural lies further along an arrow: of all, or of those the mean
        has not seen."""
        dots = self.dots(arrow, held_out)
        return derive(maths.share_greater, dots[:, 1], dots[:, 0])

    def others(self, group: Literal["spelled", "irregular"]) -> Count:
        """How many pairs there are whose plural is not spelled with a mere s."""
        return self.size(group, f"pairs of the rule {group}")

    def others_right(self, group: Literal["spelled", "irregular"], arrow: Arrow) -> Derived:
        """The share of these whose plural lies further along an arrow."""
        dots = self.numbers(f"{group}_{arrow}")
        return derive(maths.share_greater, dots[:, 1], dots[:, 0])

    def shown(self, arrow: Arrow) -> list[PluralPair]:
        """The pairs of the request that have vectors."""
        return [self._pair("shown", i, arrow) for i in range(length(self, "shown"))]

    @property
    def shown_missing(self) -> list[tuple[Word, Word]]:
        """The pairs of the request of which the vocabulary lacks a word."""
        return [
            (self.text(f"shown_missing.{i}.0"), self.text(f"shown_missing.{i}.1"))
            for i in range(length(self, "shown_missing"))
        ]

    def shown_norm(self, pair: int, part: int) -> Number:
        """The length of the vector of a shown pair's singular (part 0) or plural (part 1)."""
        return self._shown_norms.at(pair, part)

    def pair(self, index: int, arrow: Arrow) -> PluralPair:
        """One of all pairs: the learnt ones first, then those held out."""
        return self._pair("pairs", index, arrow)

    def widest(self, arrow: Arrow, which: Literal["right", "wrong"]) -> PluralPair:
        """The pair that lies furthest apart along an arrow; of the mean's among those that it has
        not seen."""
        return self.pair(int(self.value(f"widest.{arrow}.{which}")), arrow)

    @property
    def held_wrong(self) -> list[PluralPair]:
        """The unseen pairs whose plural does not lie further along the mean arrow."""
        return [self.pair(int(i), "mean") for i in self._held_wrong.array]

    @property
    def held_wrong_count(self) -> Count:
        """How many these are."""
        return self.size("held_wrong", "unseen pairs that lie wrong")

    def _pair(self, group: str, index: int, arrow: Arrow) -> PluralPair:
        return PluralPair(
            self.text(f"{group}.{index}.0"),
            self.text(f"{group}.{index}.1"),
            self.number(f"{group}_{arrow}", index, 0),
            self.number(f"{group}_{arrow}", index, 1),
        )

    def arrow(self, arrow: Arrow) -> Numbers:
        """An arrow as numbers (d_model)."""
        return self.numbers(arrow)

    def arrow_length(self, arrow: Arrow) -> Derived:
        """How long an arrow is."""
        return derive(maths.norm, self.numbers(arrow))

    @property
    def arrows_alike(self) -> Derived:
        """The cosine of the one pair's arrow with the mean arrow."""
        return derive(maths.cosine, self._one, self._mean)

    def rising_dots(self, arrow: Arrow) -> Numbers:
        """The dot products of the rising words with an arrow (word)."""
        return self.numbers(f"rising_{arrow}")

    def rho(self, arrow: Arrow) -> Derived:
        """Spearman's rho of the rising words' order with their dot products."""
        return self._rho(f"rising_{arrow}")

    def rank_rho(self, arrow: Arrow) -> Derived | None:
        """Spearman's rho of their ranks by frequency with their dot products; None where ranks are
        not known."""
        return self._rank_rho(f"rising_{arrow}")

    @property
    def frequency_rho(self) -> Number:
        """Spearman's rho, over the singulars of all pairs, of their ranks by frequency with their
        mean dot products."""
        return self.value("frequency.rho")

    def splits(self, what: Literal["shares", "rhos"]) -> Numbers:
        """The share of unseen pairs that lie right, or rho of the rising words, for many other
        halves (step)."""
        return self.numbers(f"split_{what}")

    def spread(self, what: Literal["shares", "rhos"]) -> tuple[Derived, Derived, Derived]:
        """The smallest, the middle and the largest of :meth:`splits`."""
        values = self.splits(what)
        return (
            derive(maths.smallest, values),
            derive(maths.median, values),
            derive(maths.largest, values),
        )
