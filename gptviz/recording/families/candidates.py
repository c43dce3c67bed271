"""One row of scores and who may be drawn from it, as a film sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from gptviz import maths
from gptviz.errors import NotDeclared
from gptviz.recording.address import Place
from gptviz.recording.declared import Data, Tensor, Text, Tokens, Value
from gptviz.recording.number import Derived, Number, Numbers, Setting, Token, derive
from gptviz.recording.request import Request
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording


@dataclass(frozen=True)
class CandidateSets(Request["CandidateSetsRecording"]):
    """Who may be drawn after ``prompt``: by each of ``top_k`` and ``top_p``, and the mass that they
    keep."""

    kind: ClassVar[str] = "candidate_sets"
    prompt: str
    temperature: float = 1.0
    top_k: tuple[int, ...] = (1, 5, 20, 40)
    top_p: tuple[float, ...] = (0.9,)
    named: int = 20


class CandidateSetsRecording(Recording):
    """Top-k and top-p sets of one row at one temperature."""

    answers = CandidateSets

    prompt = Tokens()  #: the prompt's tokens
    _top = Tokens()
    _token_ids = Tensor("int32", "rank")
    #: the scores of the tokens of the largest set (rank), highest first
    logits = Tensor("float32", "rank")
    _sizes = Tensor("int32", "size")
    _masses = Tensor("float64", "size")
    vocab = Value(int)  #: how many tokens there are
    _logsumexp = Value(float)
    _logsumexp_at_temperature = Value(float)
    _entropy = Value(float)
    _set_rule = Text()

    def token(self, rank: int) -> Token:
        """The token of a rank, 0 the likeliest; as many as the request names."""
        return self._top[rank]

    def probability(self, rank: int) -> Derived:
        """The probability of the token of a rank at the request's temperature, nobody left out."""
        return derive(
            maths.probability_at,
            self.logits.at(rank),
            self._logsumexp_at_temperature,
            self.temperature,
        )

    @property
    def temperature(self) -> Setting:
        """The request's temperature."""
        return self.setting("temperature")

    @cached_property
    def top_k(self) -> list[CandidateSet]:
        """The top-k sets, in the order of the request."""
        return [
            CandidateSet(self, i, Setting(k, Place.request(self.name, "top_k", i)))
            for i, k in enumerate(self._ks)
        ]

    @cached_property
    def top_p(self) -> list[CandidateSet]:
        """The top-p sets, in the order of the request."""
        return [
            CandidateSet(self, len(self._ks) + i, Setting(p, Place.request(self.name, "top_p", i)))
            for i, p in enumerate(self.manifest.request["top_p"])
        ]

    @property
    def _ks(self) -> list[int]:
        return list(self.manifest.request["top_k"])


@dataclass(frozen=True)
class CandidateSet:
    """One set: its ``knob`` (the request's k or p), how many tokens it holds and the mass they
    keep."""

    recording: CandidateSetsRecording
    index: int
    knob: Setting

    @property
    def size(self) -> Number:
        """How many tokens may be drawn."""
        return self.recording.number("sizes", self.index)

    @property
    def mass(self) -> Number:
        """The probability that they have together before the others are left out."""
        return self.recording.number("masses", self.index)

    @property
    def masked(self) -> Derived:
        """How many tokens are left out: set to minus infinity."""
        return derive(maths.difference, self.recording.vocab, self.size)

    @property
    def lost(self) -> Derived:
        """The probability of all that is left out."""
        return derive(maths.remainder, [self.mass])

    def share(self, rank: int) -> Derived:
        """The share of one that the token of a rank has once the others are left out."""
        if not rank < int(self.size):
            raise NotDeclared(
                f"the token of rank {rank} is not among {int(self.size)}", "it is left out"
            )
        return derive(maths.ratio, self.recording.probability(rank), self.mass)


@dataclass(frozen=True)
class Draws(Request["DrawsRecording"]):
    """``draws`` tokens drawn after ``prompt`` without replacement, beside the likeliest; drawn with
    ``seed``.

    With ``top_k`` above 0 only the ``top_k`` likeliest take part.
    """

    kind: ClassVar[str] = "draws"
    prompt: str
    draws: int = 5
    top_k: int = 0
    temperature: float = 1.0
    seed: int = 0


class DrawsRecording(Recording):
    """Tokens drawn without replacement, beside the likeliest."""

    answers = Draws

    prompt = Tokens()  #: the prompt's tokens
    drawn = Tokens()  #: the tokens in the order of the draw
    best = Tokens()  #: as many of the likeliest tokens, the likeliest first
    _ranks = Tensor("int32", "step")
    _drawn_shares = Tensor("float64", "step")
    _best_shares = Tensor("float64", "rank")
    _u = Tensor("float64", "step")
    _low = Tensor("float64", "step")
    _high = Tensor("float64", "step")
    _remaining = Tensor("float64", "step")
    _vocab = Value(int)
    _order_rule = Text()
    _draw_rule = Text()

    def rank(self, draw: int) -> Number:
        """The rank of a drawn token among all that took part, 0 the likeliest."""
        return self._ranks.at(draw)

    def probability(self, draw: int) -> Number:
        """The probability of a drawn token before anything was drawn."""
        return self._drawn_shares.at(draw)

    def best_probability(self, rank: int) -> Number:
        """The probability of one of the likeliest tokens."""
        return self._best_shares.at(rank)

    def u(self, draw: int) -> Number:
        """The random number of a draw."""
        return self._u.at(draw)

    def interval(self, draw: int) -> tuple[Number, Number]:
        """Where the drawn token lay when what was left had been put end to end anew."""
        return self._low.at(draw), self._high.at(draw)

    def remaining(self, draw: int) -> Number:
        """The mass of all that could still be drawn, before a draw."""
        return self._remaining.at(draw)

    @property
    def chance_of_best(self) -> Derived:
        """The chance that so many draws without replacement give exactly the likeliest ones, in any
        order."""
        return derive(maths.chance_all_drawn, self._best_shares)


@dataclass(frozen=True)
class LogitBlock(Request["LogitBlockRecording"]):
    """All scores after every token of ``prompt``, their first and last ``ends``; and again with
    ``continuation`` added.

    ``named`` texts are looked up in the last row of ``prompt``, those of them that are one token.
    ``whole`` keeps every score of every row, and ``near`` the tokens of so many columns on each side
    of the highest score in the last row of ``prompt``.
    """

    kind: ClassVar[str] = "logit_block"
    prompt: str
    continuation: str = ""
    named: tuple[str, ...] = ()
    ends: int = 3
    whole: bool = False
    near: int = 0


class LogitBlockRecording(Recording):
    """The block of scores, one row to a token: its first and last columns, before and after the
    text has grown."""

    answers = LogitBlock

    prompt = Tokens()  #: the prompt's tokens: one row of the block each
    grown = Tokens()  #: the tokens of the longer text
    _named = Tokens()
    _ends = Tokens()
    _table = Tokens()
    _first = Tensor("float32", "token", "vocab")
    _last = Tensor("float32", "token", "vocab")
    _grown_first = Tensor("float32", "token", "vocab")
    _grown_last = Tensor("float32", "token", "vocab")
    _row_gaps = Tensor("float32", "token")
    _top_ids = Tensor("int32", "token", "rank")
    _top_logits = Tensor("float32", "token", "rank")
    _logsumexp = Tensor("float64", "token")
    _named_logits = Tensor("float32", "word", optional=True)
    _named_ranks = Tensor("int32", "word", optional=True)
    #: every score: a row for each of the prompt's tokens, then for each that was added
    rows = Tensor("float32", "token", "vocab", when="whole")
    near = Tokens(when="near")  #: the tokens of the columns around the highest score
    _near_first = Value(int, when="near")
    vocab = Value(int)  #: how many columns the block has
    _named_entries = Data(list[int | None], key="named")

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    def first(self, token: int, grown: bool = False) -> Numbers:
        """The first scores of a row."""
        row: Numbers = self.numbers("grown_first" if grown else "first")[token]
        return row

    def last(self, token: int, grown: bool = False) -> Numbers:
        """The last scores of a row."""
        row: Numbers = self.numbers("grown_last" if grown else "last")[token]
        return row

    @property
    def near_first(self) -> int:
        """The column of the first token of ``near``."""
        return int(self._near_first)

    def gap(self, token: int) -> Number:
        """The largest difference of a row's scores between the short and the long text."""
        return self._row_gaps.at(token)

    def row(self, token: int) -> Row:
        """The likeliest tokens after a token of the prompt."""
        return row_of(self, self.table, token)

    def named(self, index: int) -> Token | None:
        """One of the named texts as a token; None where the vocabulary has no such entry."""
        return self._named[self._entry_of(index)] if self.has(f"named.{index}") else None

    def named_probability(self, index: int) -> Derived:
        """The probability of a named token after the prompt. Raises NotDeclared where there is no
        such token."""
        return derive(
            maths.probability,
            self._named_logits.at(self._entry_of(index)),
            self._logsumexp.at(len(self.prompt) - 1),
        )

    def named_rank(self, index: int) -> Number:
        """The rank of a named token after the prompt, 0 the likeliest. Raises NotDeclared as
        above."""
        return self._named_ranks.at(self._entry_of(index))

    def _entry_of(self, index: int) -> int:
        if not self.has(f"named.{index}"):
            raise NotDeclared(
                f"{self.manifest.request['named'][index]!r} is no single token", "it has no score"
            )
        return int(self.value(f"named.{index}"))
