"""How tokens come to be, and what a vocabulary holds, as a film sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from typing_extensions import TypedDict

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Text, Tokens, TokensEach, Value, Values
from gptviz.recording.number import Count, Derived, Number, Token, Word, derive
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording


class PieceMerges(TypedDict):
    """A piece that merges do not cross: its bytes (hexadecimal), and of every merge where it joined
    and its rank."""

    bytes: str
    at: list[int]
    ranks: list[int]


class TextMerges(TypedDict):
    """A text and its pieces."""

    text: str
    pieces: list[PieceMerges]


@dataclass(frozen=True)
class Merges(Request["MergesRecording"]):
    """How the byte-pair merges of the model's tokenizer put ``prompt``, and each of ``others``,
    together from bytes."""

    kind: ClassVar[str] = "merges"
    prompt: str
    others: tuple[str, ...] = ()


class MergesRecording(Recording):
    """The byte-pair merges of some texts, one joining at a time."""

    answers = Merges

    _table = Tokens()
    _text = TokensEach()
    _texts = Data(list[TextMerges])
    merge_count = Value(int, key="merges")  #: how many merges the tokenizer knows
    vocab = Value(int)  #: how many entries the vocabulary has
    _merge_rule = Text()

    @cached_property
    def texts(self) -> list[MergedText]:
        """The texts in the order of the request, its prompt first."""
        return [MergedText(self, i) for i in range(len(self.manifest.values["texts"]))]

    @cached_property
    def by_bytes(self) -> dict[bytes, Token]:
        """Every part that occurs, as the token that it is, by its bytes."""
        return {token.raw: token for token in self._table}


@dataclass(frozen=True)
class MergedText:
    """One text of a recording."""

    recording: MergesRecording
    index: int

    @property
    def text(self) -> Word:
        """The text itself."""
        return self.recording.text(f"texts.{self.index}.text")

    @property
    def tokens(self) -> list[Token]:
        """The tokens that it ends as."""
        return self.recording.tokens(f"text{self.index}")

    @property
    def token_count(self) -> Count:
        """How many tokens it ends as."""
        return Count(self.tokens, "tokens")

    @property
    def word_count(self) -> Count:
        """How many words it has, told apart by spaces."""
        return Count(str(self.text).split(), "words")

    @property
    def byte_count(self) -> Count:
        """How many bytes it has."""
        return Count(str(self.text).encode(), "bytes")

    @cached_property
    def pieces(self) -> list[Piece]:
        """The pieces that merges never cross, in order."""
        return [
            Piece(self.recording, f"texts.{self.index}.pieces.{i}")
            for i in range(len(self.recording.manifest.values["texts"][self.index]["pieces"]))
        ]


@dataclass(frozen=True)
class Merge:
    """One joining: ``left`` and ``right`` become ``joined``; ``at`` is where the left part stood
    before."""

    at: int
    rank: Number
    left: Token
    right: Token
    joined: Token


@dataclass(frozen=True)
class Piece:
    """A piece on its way from bytes to tokens."""

    recording: MergesRecording
    path: str

    @property
    def raw(self) -> bytes:
        """Its bytes."""
        return bytes.fromhex(str(self.recording.text(f"{self.path}.bytes")))

    @cached_property
    def states(self) -> list[list[Token]]:
        """Its parts before the first merge and after every one."""
        return self._walk[0]

    @cached_property
    def merges(self) -> list[Merge]:
        """Its merges, in order: the one at index i leads from state i to state i + 1."""
        return self._walk[1]

    @cached_property
    def _walk(self) -> tuple[list[list[Token]], list[Merge]]:
        known = self.recording.by_bytes
        state = [known[bytes([byte])] for byte in self.raw]
        states, merges = [state], []
        indices, ranks = (self.recording.values(f"{self.path}.{name}") for name in ("at", "ranks"))
        for each, rank in zip(indices, ranks, strict=True):
            at = int(each)
            left, right = state[at : at + 2]
            joined = known[left.raw + right.raw]
            state = [*state[:at], joined, *state[at + 2 :]]
            states.append(state)
            merges.append(Merge(at, rank, left, right, joined))
        return states, merges


@dataclass(frozen=True)
class Vocabulary(Request["VocabularyRecording"]):
    """What the vocabulary of the model's tokenizer holds: its ``first`` entries, its ``longest``,
    counts of kinds."""

    kind: ClassVar[str] = "vocabulary"
    first: int = 10
    longest: int = 5


class VocabularyRecording(Recording):
    """What a vocabulary holds."""

    answers = Vocabulary

    first = Tokens()  #: the first entries, by id
    longest = Tokens()  #: the longest entries (see ``text("longest_rule")``)
    special = Tokens()  #: the entries that stand for no text: the end token
    lengths = Tensor("int32", "size")  #: how many entries have 0, 1, 2 ... bytes (size)
    vocab = Value(int)  #: how many entries there are
    byte_entries = Value(int, key="bytes")  #: how many entries are one byte
    merge_count = Value(int, key="merges")  #: how many merges there are: one entry each
    special_entries = Value(int, key="special")  #: how many entries stand for no text
    with_space = Value(int)  #: how many entries begin with a space
    _part_of_character = Value(int)
    _lengths_of_longest = Values(list[int])
    _longest_rule = Text()

    def longest_length(self, index: int) -> Number:
        """How many bytes one of the longest entries has."""
        number: Number = self._lengths_of_longest[index]
        return number

    @property
    def with_space_share(self) -> Derived:
        """The share of entries that begin with a space."""
        return derive(maths.ratio, self.with_space, self.vocab)

    @property
    def counted(self) -> Derived:
        """Bytes, merges and special entries together: the size of the vocabulary once more."""
        return derive(maths.total, [self.byte_entries, self.merge_count, self.special_entries])
