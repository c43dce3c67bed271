"""A whole vocabulary in the order of its ids, as a film sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Text, Tokens, TokensEach, Value, Values
from gptviz.recording.number import Count, Derived, Number, Token, Word, derive
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording

#: What an entry may be; it may be several of these. The place in the list is the bit in ``classes``.
CLASSES = ("space", "digit", "capital", "script", "control", "part", "special")


@dataclass(frozen=True)
class VocabularyOrder(Request["VocabularyOrderRecording"]):
    """Every entry of the model's vocabulary in the order of ids: what it is, and how long.

    Kept as tokens are the ``first`` entries, the ``longest``, ``samples`` of them evenly spread, the
    first ``examples`` of every class, and which of ``named`` are entries. ``texts`` are cut into
    tokens.
    """

    kind: ClassVar[str] = "vocabulary_order"
    first: int = 10
    longest: int = 3
    samples: int = 64
    examples: int = 5
    named: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


class VocabularyOrderRecording(Recording):
    """A vocabulary in the order of its ids. An entry belongs to any number of :data:`CLASSES`; the
    rule of each is recorded."""

    answers = VocabularyOrder

    first = Tokens()  #: the first entries, by id
    longest = Tokens()  #: the entries with the most bytes (see ``longest_rule``)
    samples = Tokens()  #: entries evenly spread over all ids
    named = Tokens()  #: those of the request's ``named`` that are one entry, in its order
    _examples = TokensEach()
    texts = TokensEach(key="text", when="texts")  #: the tokens of each of the request's texts
    #: what each entry is, one bit for each of :data:`CLASSES`, the first the lowest (vocab)
    classes = Tensor("uint8", "vocab")
    lengths = Tensor("uint16|int32", "vocab")  #: how many bytes each entry stands for (vocab)
    vocab = Value(int)  #: how many entries there are
    byte_entries = Value(int, key="bytes")  #: how many entries are one byte
    _counts = Values(list[int])
    _rules = Data(list[str])
    longest_rule = Text()  #: how the longest were chosen

    def count(self, name: str) -> Number:
        """How many entries are of a class. Raises ValueError for a name that is none."""
        number: Number = self._counts[CLASSES.index(name)]
        return number

    def share(self, name: str) -> Derived:
        """Their share of all entries."""
        return derive(maths.ratio, self.count(name), self.vocab)

    def rule(self, name: str) -> Word:
        """When an entry is of a class."""
        return self.text(f"rules.{CLASSES.index(name)}")

    def belongs(self, name: str) -> npt.NDArray[np.bool_]:
        """Which entries are of a class (vocab)."""
        bit = 1 << CLASSES.index(name)
        return np.asarray(self.classes.array & bit, dtype=bool)

    def examples(self, name: str) -> list[Token]:
        """The entries of a class with the lowest ids."""
        return self._examples[CLASSES.index(name)]

    def length(self, token: Token) -> Number:
        """How many bytes an entry stands for."""
        return self.lengths.at(int(token.id))

    def characters(self, token: Token) -> Count:
        """How many characters it is, where it is text."""
        return Count(str(token), "characters")
