"""One row of scores and who may be drawn from it, as a film sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from gptviz import maths
from gptviz.errors import NotDeclared
from gptviz.recording.number import Derived, Number, Numbers, Setting, Token, derive
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording


class CandidateSetsRecording(Recording):
    """Top-k and top-p sets of one row at one temperature.

    Tokens: ``prompt``, ``top`` (the likeliest, by rank). Tensors: ``token_ids``, ``logits`` (rank:
    of the largest set), ``sizes``, ``masses`` (size: first the top-k sets as asked for, then the
    top-p ones). Values: ``vocab``, ``logsumexp``, ``logsumexp_at_temperature``, ``entropy`` (bits,
    at the temperature), ``set_rule``.
    """

    kind = "candidate_sets"

    @property
    def prompt(self) -> list[Token]:
        """The prompt's tokens."""
        return self.tokens("prompt")

    @property
    def vocab(self) -> Number:
        """How many tokens there are."""
        return self.value("vocab")

    @property
    def logits(self) -> Numbers:
        """The scores of the tokens of the largest set (rank), highest first."""
        return self.numbers("logits")

    def token(self, rank: int) -> Token:
        """The token of a rank, 0 the likeliest; as many as the request names."""
        return self.tokens("top")[rank]

    def probability(self, rank: int) -> Derived:
        """The probability of the token of a rank at the request's temperature, nobody left out."""
        return derive(
            maths.probability_at,
            self.number("logits", rank),
            self.value("logsumexp_at_temperature"),
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
            CandidateSet(self, i, Setting(k, f"top_k of {self.name}"))
            for i, k in enumerate(self._ks)
        ]

    @cached_property
    def top_p(self) -> list[CandidateSet]:
        """The top-p sets, in the order of the request."""
        return [
            CandidateSet(self, len(self._ks) + i, Setting(p, f"top_p of {self.name}"))
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


class DrawsRecording(Recording):
    """Tokens drawn without replacement, beside the likeliest.

    Tokens: ``prompt``, ``drawn`` (by step), ``best`` (by rank). Tensors: ``ranks``,
    ``drawn_shares`` (probability before any draw), ``u``, ``low``, ``high``, ``remaining`` (mass
    that is left before the draw), each (step); ``best_shares`` (rank). Values: ``vocab``,
    ``order_rule``, ``draw_rule``.
    """

    kind = "draws"

    @property
    def prompt(self) -> list[Token]:
        """The prompt's tokens."""
        return self.tokens("prompt")

    @property
    def drawn(self) -> list[Token]:
        """The tokens in the order of the draw."""
        return self.tokens("drawn")

    @property
    def best(self) -> list[Token]:
        """As many of the likeliest tokens, the likeliest first."""
        return self.tokens("best")

    def rank(self, draw: int) -> Number:
        """The rank of a drawn token among all that took part, 0 the likeliest."""
        return self.number("ranks", draw)

    def probability(self, draw: int) -> Number:
        """The probability of a drawn token before anything was drawn."""
        return self.number("drawn_shares", draw)

    def best_probability(self, rank: int) -> Number:
        """The probability of one of the likeliest tokens."""
        return self.number("best_shares", rank)

    def u(self, draw: int) -> Number:
        """The random number of a draw."""
        return self.number("u", draw)

    def interval(self, draw: int) -> tuple[Number, Number]:
        """Where the drawn token lay when what was left had been put end to end anew."""
        return self.number("low", draw), self.number("high", draw)

    def remaining(self, draw: int) -> Number:
        """The mass of all that could still be drawn, before a draw."""
        return self.number("remaining", draw)

    @property
    def chance_of_best(self) -> Derived:
        """The chance that so many draws without replacement give exactly the likeliest ones, in any
        order."""
        return derive(maths.chance_all_drawn, self.numbers("best_shares"))


class LogitBlockRecording(Recording):
    """The block of scores, one row to a token: its first and last columns, before and after the
    text has grown.

    Tokens: ``prompt``, ``grown``, ``named``, ``ends`` (the tokens of the columns shown), ``table``.
    Tensors: ``first``, ``last``, ``grown_first``, ``grown_last`` (token, vocab); ``row_gaps``
    (token: the largest difference of a row that both share); ``top_ids``, ``top_logits`` (token,
    rank); ``logsumexp`` (token); ``named_logits``, ``named_ranks`` (word). Values: ``vocab``,
    ``named`` (where each named text stands among those tokens; None for one that is no single
    token).
    """

    kind = "logit_block"

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    @property
    def prompt(self) -> list[Token]:
        """The prompt's tokens: one row of the block each."""
        return self.tokens("prompt")

    @property
    def grown(self) -> list[Token]:
        """The tokens of the longer text."""
        return self.tokens("grown")

    @property
    def vocab(self) -> Number:
        """How many columns the block has."""
        return self.value("vocab")

    def first(self, token: int, grown: bool = False) -> Numbers:
        """The first scores of a row."""
        row: Numbers = self.numbers("grown_first" if grown else "first")[token]
        return row

    def last(self, token: int, grown: bool = False) -> Numbers:
        """The last scores of a row."""
        row: Numbers = self.numbers("grown_last" if grown else "last")[token]
        return row

    def gap(self, token: int) -> Number:
        """The largest difference of a row's scores between the short and the long text."""
        return self.number("row_gaps", token)

    def row(self, token: int) -> Row:
        """The likeliest tokens after a token of the prompt."""
        return row_of(self, self.table, token)

    def named(self, index: int) -> Token | None:
        """One of the named texts as a token; None where the vocabulary has no such entry."""
        return self.tokens("named")[self._named(index)] if self.has(f"named.{index}") else None

    def named_probability(self, index: int) -> Derived:
        """The probability of a named token after the prompt. Raises NotDeclared where there is no
        such token."""
        return derive(
            maths.probability,
            self.number("named_logits", self._named(index)),
            self.number("logsumexp", len(self.prompt) - 1),
        )

    def named_rank(self, index: int) -> Number:
        """The rank of a named token after the prompt, 0 the likeliest. Raises NotDeclared as
        above."""
        return self.number("named_ranks", self._named(index))

    def _named(self, index: int) -> int:
        if not self.has(f"named.{index}"):
            raise NotDeclared(
                f"{self.manifest.request['named'][index]!r} is no single token", "it has no score"
            )
        return int(self.value(f"named.{index}"))
