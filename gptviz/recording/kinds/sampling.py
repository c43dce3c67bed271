"""Text written token by token, and given text replayed, as a film sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from gptviz import maths
from gptviz.errors import NotDeclared
from gptviz.recording.number import Count, Derived, Number, Token, Word, derive
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording


class SamplingLoopRecording(Recording):
    """The steps of a loop: what could have come, what came, and the draw that decided it.

    Tokens: ``prompt``, ``chosen`` (by step), ``table``. Tensors: ``top_ids``, ``top_logits``,
    ``top_shares`` (step, rank); ``logsumexp``, ``entropy`` (bits), ``chosen_logits``,
    ``chosen_ranks``, ``chosen_shares``, ``allowed``, ``kept`` (step); ``u``, ``low``, ``high``
    (step, from ``drawn_from``: the first step that was drawn, not greedy). Values: ``stopped``
    ("length", "end token", "context"), ``drawn_from``, ``loop`` or None, ``text``, ``vocab``, and
    the texts ``order_rule`` (how u picks a token) and ``loop_rule`` (what is called a loop).
    """

    kind = "sampling_loop"

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    @property
    def prompt(self) -> list[Token]:
        """The tokens that the loop began with."""
        return self.tokens("prompt")

    @cached_property
    def chosen(self) -> list[Token]:
        """The tokens that were written, by step."""
        return self.tokens("chosen")

    @cached_property
    def steps(self) -> list[Step]:
        """The steps, in order."""
        return [Step(self, i) for i in range(len(self.chosen))]

    @property
    def written(self) -> Word:
        """What was written, decoded together."""
        return self.text("text")

    @property
    def stopped(self) -> str:
        """Why it ended: ``length`` (all steps were taken), ``end token`` or ``context`` (no
        position is left)."""
        return str(self.text("stopped"))

    @property
    def vocab(self) -> Number:
        """How many tokens there are."""
        return self.value("vocab")

    @property
    def drawn_from(self) -> int | None:
        """The index of the first step that was drawn; None where all were greedy."""
        return int(self.value("drawn_from")) if self.has("drawn_from") else None

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


class ReplayRecording(Recording):
    """A given text under the model: what it expected at every token, and how the true one fared.

    Tokens: ``prompt`` (given), ``text`` (scored), ``table``. Tensors: ``top_ids``, ``top_logits``
    (token, rank); ``logsumexp``, ``entropy`` (bits), ``true_logits``, ``true_ranks`` (token).
    Values: ``vocab``, ``most_surprising``, ``least_surprising`` (indices), ``surprise_rule``.
    """

    kind = "replay"

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    @property
    def prompt(self) -> list[Token]:
        """The tokens that were given and not scored."""
        return self.tokens("prompt")

    @cached_property
    def positions(self) -> list[Scored]:
        """The scored tokens, in order."""
        return [Scored(self, i, token) for i, token in enumerate(self.tokens("text"))]

    @property
    def most_surprising(self) -> Scored:
        """The token with the largest loss (see ``text("surprise_rule")``)."""
        return self.positions[int(self.value("most_surprising"))]

    @property
    def least_surprising(self) -> Scored:
        """The token with the smallest loss."""
        return self.positions[int(self.value("least_surprising"))]

    @property
    def mean_loss(self) -> Derived:
        """The mean loss of the scored tokens, in nats."""
        return derive(maths.mean_surprise, self.numbers("true_logits"), self.numbers("logsumexp"))

    @property
    def vocab(self) -> Number:
        """How many tokens there are."""
        return self.value("vocab")


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


class CacheEqualityRecording(Recording):
    """The same greedy text written with keys and values kept, and with everything computed again at
    every step.

    Tokens: ``prompt``, ``cached``, ``recomputed``. Tensors: ``logit_gaps`` (step: the largest
    difference of any score), ``length`` (step: tokens in the text when the step begins). Values:
    ``same`` (all tokens agree), ``key_gap``, ``value_gap`` (largest difference of any kept number),
    ``n_layer``, ``d_model``, ``d_mlp``, ``vocab``.
    """

    kind = "cache_equality"

    @property
    def prompt(self) -> list[Token]:
        """The tokens that both began with."""
        return self.tokens("prompt")

    @property
    def same(self) -> bool:
        """Whether both wrote the same tokens."""
        return self.flag("same")

    def gap(self, step: int) -> Number:
        """The largest difference of any score at a step."""
        return self.number("logit_gaps", step)

    def cached_cost(self, step: int) -> Derived:
        """Multiplications of a step with the cache: one token's."""
        return derive(maths.multiplications, *self._sizes, self.number("length", step))

    def recomputed_cost(self, step: int) -> Derived:
        """Multiplications of a step without the cache: those of every token once more."""
        return derive(maths.multiplications_of_all, *self._sizes, self.number("length", step))

    def kept_numbers(self, step: int) -> Derived:
        """How many numbers the cache holds at a step."""
        return derive(
            maths.kv_cache_numbers,
            self.value("n_layer"),
            self.value("d_model"),
            self.number("length", step),
        )

    @property
    def _sizes(self) -> tuple[Number, ...]:
        return tuple(self.value(name) for name in ("n_layer", "d_model", "d_mlp", "vocab"))
