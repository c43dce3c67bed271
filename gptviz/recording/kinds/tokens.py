"""How tokens come to be, and what a vocabulary holds, as a film sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from gptviz import maths
from gptviz.recording.number import Count, Derived, Number, Numbers, Token, Word, derive
from gptviz.recording.schema import Recording


class MergesRecording(Recording):
    """The byte-pair merges of some texts, one joining at a time.

    Tokens: ``text0``, ``text1`` ... (the tokens of each text), ``table`` (every part that occurs on
    the way). Values: ``texts`` (text, and of each of its pieces: bytes, index and rank of every
    merge), ``merges``, ``vocab``, ``merge_rule``.
    """

    kind = "merges"

    @cached_property
    def texts(self) -> list[MergedText]:
        """The texts in the order of the request, its prompt first."""
        return [MergedText(self, i) for i in range(len(self.manifest.values["texts"]))]

    @cached_property
    def by_bytes(self) -> dict[bytes, Token]:
        """Every part that occurs, as the token that it is, by its bytes."""
        return {token.raw: token for token in self.tokens("table")}

    @property
    def vocab(self) -> Number:
        """How many entries the vocabulary has."""
        return self.value("vocab")

    @property
    def merge_count(self) -> Number:
        """How many merges the tokenizer knows."""
        return self.value("merges")


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


class VocabularyRecording(Recording):
    """What a vocabulary holds.

    Tokens: ``first``, ``longest``, ``special``. Tensors: ``lengths`` (size: how many entries have
    so many bytes). Values: ``vocab``, ``bytes`` (entries of one byte), ``merges``, ``special``,
    ``with_space`` (entries that begin with one), ``part_of_character`` (entries whose bytes are no
    text alone), ``lengths_of_longest``, ``longest_rule``.
    """

    kind = "vocabulary"

    @property
    def first(self) -> list[Token]:
        """The first entries, by id."""
        return self.tokens("first")

    @property
    def longest(self) -> list[Token]:
        """The longest entries (see ``text("longest_rule")``)."""
        return self.tokens("longest")

    def longest_length(self, index: int) -> Number:
        """How many bytes one of the longest entries has."""
        number: Number = self.values("lengths_of_longest")[index]
        return number

    @property
    def special(self) -> list[Token]:
        """The entries that stand for no text: the end token."""
        return self.tokens("special")

    @property
    def lengths(self) -> Numbers:
        """How many entries have 0, 1, 2 ... bytes (size)."""
        return self.numbers("lengths")

    @property
    def vocab(self) -> Number:
        """How many entries there are."""
        return self.value("vocab")

    @property
    def byte_entries(self) -> Number:
        """How many entries are one byte."""
        return self.value("bytes")

    @property
    def merge_count(self) -> Number:
        """How many merges there are: one entry each."""
        return self.value("merges")

    @property
    def special_entries(self) -> Number:
        """How many entries stand for no text."""
        return self.value("special")

    @property
    def with_space(self) -> Number:
        """How many entries begin with a space."""
        return self.value("with_space")

    @property
    def with_space_share(self) -> Derived:
        """The share of entries that begin with a space."""
        return derive(maths.ratio, self.with_space, self.vocab)

    @property
    def counted(self) -> Derived:
        """Bytes, merges and special entries together: the size of the vocabulary once more."""
        return derive(maths.total, [self.byte_entries, self.merge_count, self.special_entries])
