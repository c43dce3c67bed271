"""What heads do, as a film sees it: scores over prompts, induction, sinks, ablation,
composition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import TypedDict

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Tokens, Value, Values
from gptviz.recording.heads import Chosen, Head, head_at, place
from gptviz.recording.number import Claim, Count, Derived, Number, Numbers, Token, derive
from gptviz.recording.request import Request
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording


class Medians(TypedDict):
    """The median composition score of all pairs, by what is read into."""

    k: float
    q: float
    v: float


class Strongest(Chosen):
    """The pair of heads that compose most: the reader, and the writer."""

    writer_layer: int
    writer_head: int


class _Heads(Recording):
    """What all of them have: how many layers and heads there are."""

    layers = Value(int)  #: how many layers the model has
    heads = Value(int)  #: how many heads a layer has

    @property
    def heads_in_all(self) -> Derived:
        """How many heads the model has."""
        return derive(maths.product, [self.layers, self.heads])

    def place(self, layer: int, head: int) -> tuple[Count, Count]:
        """Layer and head of a cell of a map, as numbers that may be drawn."""
        return place(layer, head, self.layers, self.heads)


@dataclass(frozen=True)
class HeadScores(Request["HeadScoresRecording"]):
    """How much every head looks at the previous, its own, the first and a duplicate token, over
    several prompts."""

    kind: ClassVar[str] = "head_scores"
    prompts: tuple[str, ...]


class HeadScoresRecording(_Heads):
    """The scores of all heads over several prompts."""

    answers = HeadScores

    _first = Tensor("float64", "layer", "head", optional=True)
    _previous = Tensor("float64", "layer", "head", optional=True)
    _self = Tensor("float64", "layer", "head", optional=True)
    _duplicate = Tensor("float64", "layer", "head", optional=True)
    _by_prompt_first = Tensor("float64", "row", "layer", "head", optional=True)
    _by_prompt_previous = Tensor("float64", "row", "layer", "head", optional=True)
    _by_prompt_self = Tensor("float64", "row", "layer", "head", optional=True)
    _by_prompt_duplicate = Tensor("float64", "row", "layer", "head", optional=True)
    _sink_bound = Value(float)
    _sinks = Values(list[int])
    _prompts = Data(dict[str, int])
    _best = Data(dict[str, Chosen])

    def scores(self, name: str) -> Numbers:
        """The mean scores (layer, head) by name."""
        return self.numbers(name)

    def by_prompt(self, name: str) -> Numbers:
        """The scores of each prompt (row, layer, head)."""
        return self.numbers(f"by_prompt_{name}")

    def best(self, name: str) -> Head | None:
        """The best head by a score, or None where the score is missing."""
        return head_at(self, f"best.{name}") if self.has(f"best.{name}") else None

    def least(self, name: str) -> Derived:
        """The smallest score that the best head has on any of the prompts."""
        chosen = head_at(self, f"best.{name}")
        return derive(maths.smallest, self.by_prompt(name)[:, *chosen.index])

    def prompts(self, name: str) -> Number:
        """Over how many prompts a score is a mean."""
        return self.value(f"prompts.{name}")

    def sinks(self, prompt: int) -> Number:
        """How many heads put more than ``sink_bound`` of their weight on the first token of a
        prompt."""
        return self.value(f"sinks.{prompt}")

    @property
    def fewest_sinks(self) -> Derived:
        """The smallest of these numbers, of all prompts."""
        return derive(maths.smallest, self._sinks)

    @property
    def most_sinks(self) -> Derived:
        """The largest of these numbers, of all prompts."""
        return derive(maths.largest, self._sinks)

    def wide(self, name: str) -> Derived:
        """How many heads have a score above ``sink_bound``: they give most of their weight to what
        it counts."""
        return derive(maths.count_above, self.scores(name), self._sink_bound)


@dataclass(frozen=True)
class InductionHeads(Request["InductionHeadsRecording"]):
    """The induction score of every head on ``draws`` texts of ``tokens`` random tokens, each text
    said twice."""

    kind: ClassVar[str] = "induction_heads"
    tokens: int = 25
    draws: int = 8
    seed: int = 0


class InductionHeadsRecording(_Heads):
    """Induction on random tokens said twice."""

    answers = InductionHeads

    repeated = Tokens(key="text")  #: the first text: random tokens, then the same once more
    #: the induction scores (layer, head)
    scores = Tensor("float64", "layer", "head", key="induction")
    #: the weights (query, key) of the best head on the first text
    pattern = Tensor("float32", "query", "key")
    period = Value(int)  #: after how many tokens the text begins anew
    draws = Value(int)  #: how many texts were drawn
    chance = Value(float)  #: the score of a head that looks at everything before it equally
    _best = Data(Chosen)

    @property
    def best(self) -> Head:
        """The best head."""
        return head_at(self, "best")


@dataclass(frozen=True)
class SinkNorms(Request["SinkNormsRecording"]):
    """What every head brings from the first token of ``prompt`` (its first ``longest`` tokens):
    weight times length."""

    kind: ClassVar[str] = "sink_norms"
    prompt: str
    longest: int = 48


class SinkNormsRecording(_Heads):
    """What heads bring from the first token."""

    answers = SinkNorms

    prompt = Tokens()  #: the tokens
    _lengths = Tensor("float32", "layer", "head", "token")
    #: the mean weight on the first token (layer, head)
    first = Tensor("float64", "layer", "head", optional=True)
    #: the first token's mean share in the sum of weight times length (layer, head)
    brought = Tensor("float64", "layer", "head", optional=True)
    #: the weights (query, key) of that head
    pattern = Tensor("float32", "query", "key", optional=True)
    _sink_bound = Value(float)
    #: how many heads put more than ``sink_bound`` of their weight on the first token
    sinks = Value(int)
    _best = Data(Chosen, optional=True)

    @property
    def best(self) -> Head:
        """The head that looks at the first token most."""
        return head_at(self, "best")

    def length(self, token: int, head: tuple[int, int] | None = None) -> Number:
        """How long what a token gives through a head is (by default, the head that looks at the
        first token most)."""
        layer, index = head or self.best.index
        return self._lengths.at(layer, index, token)

    def others(self) -> Derived:
        """The mean length of what the tokens after the first give through that head."""
        layer, head = self.best.index
        return derive(maths.mean, self._lengths[layer, head, 1:])

    def harmless(self, true: str, false: str) -> Claim:
        """The claim that the first token gives less through that head than the others do: true of
        GPT-2, not of all."""
        return Claim(maths.less, (self.length(0), self.others()), true, false)

    def moved(self, query: int, key: int) -> Derived:
        """What that head brings to a query from a key: weight times length."""
        layer, head = self.best.index
        return derive(maths.moved, self.pattern, self._lengths[layer, head], pick=(query, key))


@dataclass(frozen=True)
class HeadAblation(Request["HeadAblationRecording"]):
    """The likeliest token after ``prompt`` with each head switched off in turn; ``top`` rows with
    and without one."""

    kind: ClassVar[str] = "head_ablation"
    prompt: str
    top: int = 6


class HeadAblationRecording(_Heads):
    """The prediction without each head."""

    answers = HeadAblation

    prompt = Tokens()  #: the prompt's tokens
    _target = Tokens()
    _table = Tokens()
    #: its probability without each head (layer, head)
    without = Tensor("float64", "layer", "head")
    _top_ids = Tensor("int32", "row", "rank")
    _top_logits = Tensor("float32", "row", "rank")
    _logsumexp = Tensor("float64", "row")
    #: the weights (query, key) of that head, in the whole model
    pattern = Tensor("float32", "query", "key")
    probability = Value(float)  #: its probability in the whole model
    _best = Data(Chosen)

    @property
    def target(self) -> Token:
        """The likeliest next token of the whole model."""
        return self._target[0]

    @property
    def best(self) -> Head:
        """The head whose absence hurts most; its score is the probability that is left."""
        return head_at(self, "best")

    @property
    def loss(self) -> Derived:
        """How much probability its absence takes away."""
        return derive(maths.difference, self.probability, self.best.score)

    @property
    def hurt(self) -> Derived:
        """Without how many heads the token is less likely than in the whole model."""
        return derive(maths.count_below, self.without, self.probability)

    def followed_before(self, true: str, false: str) -> Claim | str:
        """The claim that what that head looked at most from the last token stood after an earlier
        copy of that token.

        Of the first token, which follows nothing, it cannot be claimed: then the words for false.
        """
        key = int(np.argmax(self.pattern.array[-1]))
        if key == 0:
            return false
        return Claim(
            maths.is_same,
            (derive(maths.difference, self.prompt[key - 1].id, self.prompt[-1].id),),
            true,
            false,
        )

    def row(self, ablated: bool) -> Row:
        """The likeliest tokens of the whole model, or of the one without that head."""
        return row_of(self, TokenTable(self), int(ablated))


@dataclass(frozen=True)
class HeadComposition(Request["HeadCompositionRecording"]):
    """How much every head reads of what every earlier head writes, from the weights alone."""

    kind: ClassVar[str] = "head_composition"


class HeadCompositionRecording(_Heads):
    """Who reads what whom wrote."""

    answers = HeadComposition

    _k = Tensor("float32", "layer", "head", "layer", "head")
    _q = Tensor("float32", "layer", "head", "layer", "head")
    _v = Tensor("float32", "layer", "head", "layer", "head")
    pairs = Value(int)  #: how many pairs of a head and an earlier one there are
    _medians = Data(Medians)
    _strongest = Data(Strongest, optional=True)

    def score(self, reader: tuple[int, int], writer: tuple[int, int], name: str = "k") -> Number:
        """How much a head reads of what an earlier one writes: into its keys (k), queries (q) or
        values (v)."""
        return self.number(name, *reader, *writer)

    def readers(
        self, writer: tuple[int, int], name: str = "k"
    ) -> list[tuple[tuple[int, int], Number]]:
        """The heads of later layers, (layer, head) with score, the one that reads most of this
        writer first."""
        later = [
            (layer, head)
            for layer in range(writer[0] + 1, int(self.layers))
            for head in range(int(self.heads))
        ]
        scored = [(reader, self.score(reader, writer, name)) for reader in later]
        return sorted(scored, key=lambda each: -each[1])

    def median(self, name: str = "k") -> Number:
        """The median score of all pairs."""
        return self.value(f"medians.{name}")
