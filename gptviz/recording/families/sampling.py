"""Text written token by token, and given text replayed, as a film sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

from typing_extensions import TypedDict

from gptviz import maths
from gptviz.errors import NotDeclared
from gptviz.recording.declared import Data, Flag, Tensor, Text, Tokens, Value
from gptviz.recording.number import Count, Derived, Number, Token, derive
from gptviz.recording.request import Request
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording, widths


class Turns(TypedDict):
    """The loop that a text ends in."""

    period: int
    first: int
    turns: int


@dataclass(frozen=True)
class SamplingLoop(Request["SamplingLoopRecording"]):
    """``steps`` tokens written after ``prompt``, one at a time, with the ``top`` candidates of each
    step.

    ``policy`` is ``greedy``, ``temperature``, ``top_k`` or ``top_p``; all but the first draw, with
    ``seed``, from the distribution at ``temperature`` (0 is greedy) restricted to the ``top_k``
    likeliest or to the ``top_p`` nucleus. ``start_token`` puts the model's start token in front,
    which may then stand alone. With ``escape`` the first tokens are chosen greedily until the text
    has turned in a loop three times; from then on the policy chooses.
    """

    kind: ClassVar[str] = "sampling_loop"
    prompt: str = ""
    steps: int = 40
    policy: Literal["greedy", "temperature", "top_k", "top_p"] = "temperature"
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0
    start_token: bool = False
    escape: bool = False
    top: int = 12


class SamplingLoopRecording(Recording):
    """The steps of a loop: what could have come, what came, and the draw that decided it."""

    answers = SamplingLoop

    prompt = Tokens()  #: the tokens that the loop began with
    chosen = Tokens()  #: the tokens that were written, by step
    _table = Tokens()
    _top_ids = Tensor("int32", "step", "rank")
    _top_logits = Tensor("float32", "step", "rank")
    _top_shares = Tensor("float64", "step", "rank")
    _logsumexp = Tensor("float64", "step")
    _entropy = Tensor("float64", "step")
    _chosen_logits = Tensor("float32", "step")
    _chosen_ranks = Tensor("int32", "step")
    _chosen_shares = Tensor("float64", "step")
    _allowed = Tensor("int32", "step")
    _kept = Tensor("float64", "step")
    _u = Tensor("float64", "step", optional=True)
    _low = Tensor("float64", "step", optional=True)
    _high = Tensor("float64", "step", optional=True)
    _stopped = Text()
    _drawn_from = Data(int | None)
    _loop = Data(Turns | None)
    written = Text(key="text")  #: what was written, decoded together
    vocab = Value(int)  #: how many tokens there are
    _order_rule = Text()
    _loop_rule = Text()

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    @cached_property
    def steps(self) -> list[Step]:
        """The steps, in order."""
        return [Step(self, i) for i in range(len(self.chosen))]

    @property
    def stopped(self) -> str:
        """Why it ended: ``length`` (all steps were taken), ``end token`` or ``context`` (no
        position is left)."""
        return str(self._stopped)

    @property
    def drawn_from(self) -> int | None:
        """The index of the first step that was drawn; None where all were greedy."""
        return int(self._drawn_from) if self.has("drawn_from") else None

    @property
    def loop(self) -> LoopFound | None:
        """The loop that the text ends in (see ``text("loop_rule")``), or None."""
        return LoopFound(self) if self.has("loop") else None


@dataclass(frozen=True)
class Step:
    """One step of a loop; ``index`` counts from 0."""

    loop: SamplingLoopRecording
    index: int

    @property
    def number(self) -> Count:
        """Which step it is, counted from one."""
        return Count.position(self.index, self.loop.chosen, "steps", first=1)

    @property
    def row(self) -> Row:
        """The likeliest tokens and their probabilities in the model (temperature 1, nobody left
        out)."""
        return row_of(self.loop, self.loop.table, self.index)

    def share(self, rank: int) -> Number:
        """The share of one that the token of a rank had in the distribution that was drawn from; 0
        if left out."""
        return self.loop.number("top_shares", self.index, rank)

    @property
    def rest_share(self) -> Derived:
        """What the kept ranks leave of the distribution that was drawn from: where other tokens
        were drawn from."""
        return derive(maths.remainder, self.loop.numbers("top_shares")[self.index])

    @property
    def token(self) -> Token:
        """The token that was chosen."""
        return self.loop.chosen[self.index]

    @property
    def rank(self) -> Number:
        """The rank of the chosen token, 0 the likeliest."""
        return self.loop.number("chosen_ranks", self.index)

    @property
    def place(self) -> Derived:
        """The place of the chosen token, 1 the likeliest."""
        return derive(maths.place, self.rank)

    @property
    def probability(self) -> Derived:
        """The model's probability of the chosen token (temperature 1, nobody left out)."""
        return derive(
            maths.probability,
            self.loop.number("chosen_logits", self.index),
            self.loop.number("logsumexp", self.index),
        )

    @property
    def chosen_share(self) -> Number:
        """The chosen token's share in the distribution that was drawn from: the width of its
        interval."""
        return self.loop.number("chosen_shares", self.index)

    @property
    def entropy(self) -> Number:
        """The uncertainty of the model's distribution, in bits."""
        return self.loop.number("entropy", self.index)

    @property
    def allowed(self) -> Number:
        """How many tokens could be drawn."""
        return self.loop.number("allowed", self.index)

    @property
    def kept(self) -> Number:
        """The mass that these had before the others were left out."""
        return self.loop.number("kept", self.index)

    @property
    def was_drawn(self) -> bool:
        """Whether a random number decided; False for a greedy step."""
        return self.loop.drawn_from is not None and self.index >= self.loop.drawn_from

    @property
    def u(self) -> Number:
        """The random number of [0, 1). Raises NotDeclared for a greedy step."""
        return self._draw("u")

    @property
    def low(self) -> Number:
        """Where the chosen token's interval begins: the shares of all likelier tokens together."""
        return self._draw("low")

    @property
    def high(self) -> Number:
        """Where the chosen token's interval ends."""
        return self._draw("high")

    def _draw(self, name: str) -> Number:
        if self.loop.drawn_from is None or not self.was_drawn:
            raise NotDeclared(
                f"step {self.index} of {self.loop.name} has no {name}",
                "it is greedy: nothing was drawn",
            )
        return self.loop.number(name, self.index - self.loop.drawn_from)


@dataclass(frozen=True)
class LoopFound:
    """The loop that a text ends in."""

    recording: SamplingLoopRecording

    @property
    def period(self) -> Number:
        """After how many tokens the text repeats itself."""
        return self.recording.value("loop.period")

    @property
    def first(self) -> Number:
        """The index of the step at which the first turn begins."""
        return self.recording.value("loop.first")

    @property
    def turns(self) -> Number:
        """How many whole turns there are."""
        return self.recording.value("loop.turns")

    @property
    def tokens(self) -> list[Token]:
        """The tokens of one turn."""
        return self.recording.chosen[int(self.first) : int(self.first) + int(self.period)]


@dataclass(frozen=True)
class Replay(Request["ReplayRecording"]):
    """A given text under the model: the probability and the rank of each true token, and the
    ``top`` candidates there.

    ``prompt`` is the beginning of ``text`` that is given and not scored. The first token of all has
    nothing before it and is not scored either, unless ``start_token`` puts the model's start token
    in front.
    """

    kind: ClassVar[str] = "replay"
    text: str
    prompt: str = ""
    start_token: bool = False
    top: int = 12


class ReplayRecording(Recording):
    """A given text under the model: what it expected at every token, and how the true one fared."""

    answers = Replay

    prompt = Tokens()  #: the tokens that were given and not scored
    _text = Tokens()
    _table = Tokens()
    _top_ids = Tensor("int32", "token", "rank")
    _top_logits = Tensor("float32", "token", "rank")
    _logsumexp = Tensor("float64", "token")
    _entropy = Tensor("float64", "token")
    _true_logits = Tensor("float32", "token")
    _true_ranks = Tensor("int32", "token")
    vocab = Value(int)  #: how many tokens there are
    _surprise_rule = Text()
    _most_surprising = Value(int)
    _least_surprising = Value(int)

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    @cached_property
    def positions(self) -> list[Scored]:
        """The scored tokens, in order."""
        return [Scored(self, i, token) for i, token in enumerate(self._text)]

    @property
    def most_surprising(self) -> Scored:
        """The token with the largest loss (see ``text("surprise_rule")``)."""
        return self.positions[int(self._most_surprising)]

    @property
    def least_surprising(self) -> Scored:
        """The token with the smallest loss."""
        return self.positions[int(self._least_surprising)]

    @property
    def mean_loss(self) -> Derived:
        """The mean loss of the scored tokens, in nats."""
        return derive(maths.mean_surprise, self._true_logits, self._logsumexp)


@dataclass(frozen=True)
class Scored:
    """One token of a replayed text: the ``token`` that stands there, and what the model expected in
    its place."""

    recording: Recording
    index: int
    token: Token

    @property
    def row(self) -> Row:
        """The likeliest tokens at this place."""
        return row_of(self.recording, self.recording.table, self.index)  # type: ignore[attr-defined]

    @property
    def probability(self) -> Derived:
        """The model's probability of the true token."""
        return derive(maths.probability, self._true, self._logsumexp)

    @property
    def loss(self) -> Derived:
        """Minus the natural log of the true token's probability."""
        return derive(maths.surprise, self._true, self._logsumexp)

    @property
    def rank(self) -> Number:
        """How many tokens the model thought likelier; 0 where the true one led."""
        return self.recording.number("true_ranks", self.index)

    @property
    def place(self) -> Derived:
        """The place of the true token, 1 the likeliest."""
        return derive(maths.place, self.rank)

    @property
    def entropy(self) -> Number:
        """The uncertainty of the model's distribution here, in bits."""
        return self.recording.number("entropy", self.index)

    @property
    def _true(self) -> Number:
        return self.recording.number("true_logits", self.index)

    @property
    def _logsumexp(self) -> Number:
        return self.recording.number("logsumexp", self.index)


@dataclass(frozen=True)
class CacheEquality(Request["CacheEqualityRecording"]):
    """``steps`` greedy tokens after ``prompt`` with the keys and values kept, and again with
    everything recomputed."""

    kind: ClassVar[str] = "cache_equality"
    prompt: str
    steps: int = 16


class CacheEqualityRecording(Recording):
    """The same greedy text written with keys and values kept, and with everything computed again
    at every step."""

    answers = CacheEquality

    prompt = Tokens()  #: the tokens that both began with
    _cached = Tokens()
    _recomputed = Tokens()
    _logit_gaps = Tensor("float64", "step")
    _length = Tensor("int32", "step")
    same = Flag()  #: whether both wrote the same tokens
    _key_gap = Value(float)
    _value_gap = Value(float)
    _n_layer = Value(int)
    _d_model = Value(int)
    _d_mlp = Value(int)
    _vocab = Value(int)

    def gap(self, step: int) -> Number:
        """The largest difference of any score at a step."""
        return self._logit_gaps.at(step)

    def cached_cost(self, step: int) -> Derived:
        """Multiplications of a step with the cache: one token's."""
        formula = maths.multiplications_shared if self.has("widths") else maths.multiplications
        return derive(formula, *self._sizes, *widths(self), self._length.at(step))

    def recomputed_cost(self, step: int) -> Derived:
        """Multiplications of a step without the cache: those of every token once more."""
        shared = self.has("widths")
        formula = maths.multiplications_of_all_shared if shared else maths.multiplications_of_all
        return derive(formula, *self._sizes, *widths(self), self._length.at(step))

    def kept_numbers(self, step: int) -> Derived:
        """How many numbers the cache holds at a step."""
        return derive(
            maths.kv_cache_numbers,
            self._n_layer,
            self.value("widths.keys") if self.has("widths") else self._d_model,
            self._length.at(step),
        )

    @property
    def _sizes(self) -> tuple[Number, ...]:
        return tuple(self.value(name) for name in ("n_layer", "d_model", "d_mlp", "vocab"))
