"""Attention of one run, as a film sees it: all heads, or one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NotRequired

import numpy as np
from typing_extensions import TypedDict

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Text, Tokens, Value
from gptviz.recording.number import Count, Derived, Number, Numbers, Word, derive
from gptviz.recording.request import Request, joined
from gptviz.recording.schema import Recording, Restated


class Runner(TypedDict):
    """A head among those with the largest weights on a pair of tokens."""

    layer: int
    head: int
    weight: float


class Spot(TypedDict):
    """A head that stands out, and the pair where it shows most; of a score also the weight there and
    the least of all its queries."""

    rule: str
    layer: int
    head: int
    score: float
    query: int
    key: int
    weight: NotRequired[float]
    least: NotRequired[float]


#: By the name of a score, ``jump`` or ``reach``.
Spotlights = dict[str, Spot]


@dataclass(frozen=True)
class Head:
    """One head as a rule chose it: its place, its score under that rule, and the rule's wording."""

    layer: Number
    head: Number
    score: Number
    rule: Word

    @property
    def index(self) -> tuple[int, int]:
        """(layer, head) for indexing tensors."""
        return int(self.layer), int(self.head)


@dataclass(frozen=True)
class Spotlight(Head):
    """A head that stands out on a prompt, with the positions ``query`` and ``key`` where it shows
    most."""

    query: Number
    key: Number
    weight: Number
    least: Number | None = None


def head_at(recording: Recording, path: str) -> Head:
    """The head that a rule chose, from the small values at ``path``."""
    dot = f"{path}." if path else ""
    return Head(
        recording.value(f"{dot}layer"),
        recording.value(f"{dot}head"),
        recording.value(f"{dot}score"),
        recording.text(f"{dot}rule"),
    )


def place(layer: int, head: int, layers: float, heads: float) -> tuple[Count, Count]:
    """Layer and head of some head as numbers that may be drawn: which of the layers, which of the
    heads."""
    return (
        Count.position(layer, range(int(layers)), "layer"),
        Count.position(head, range(int(heads)), "head"),
    )


class _Run(Recording):
    """What both kinds have: the prompt's tokens and the model's sizes."""

    prompt = Tokens()  #: the tokens that were kept: the prompt, or its beginning
    layers = Value(int)  #: how many layers the model has
    heads = Value(int)  #: how many heads a layer has
    d_model = Value(int)  #: how many numbers a token's vector has
    d_head = Value(int)  #: how many numbers a query, a key or a value has
    _length = Value(int)
    _kept = Value(int)

    @property
    def heads_in_all(self) -> Derived:
        """How many heads the model has."""
        return derive(maths.product, [self.layers, self.heads])

    @property
    def whole(self) -> bool:
        """Whether the whole prompt was kept."""
        return self._length == self._kept


@dataclass(frozen=True)
class AttentionPatterns(Request["AttentionPatternsRecording"]):
    """The weights of all heads for ``prompt`` (its first ``longest`` tokens); the heads that stand
    out, by rules."""

    kind: ClassVar[str] = "attention_patterns"
    prompt: str
    longest: int = 48


class AttentionPatternsRecording(_Run):
    """The weights of all heads on one prompt."""

    answers = AttentionPatterns

    _pattern = Tensor("float32|float16", "layer", "head", "query", "key")
    _first = Tensor("float64", "layer", "head", optional=True)
    _previous = Tensor("float64", "layer", "head", optional=True)
    _self = Tensor("float64", "layer", "head", optional=True)
    _duplicate = Tensor("float64", "layer", "head", optional=True)
    sink_bound = Value(float)  #: the bound: a half
    #: how many heads put more than ``sink_bound`` of their weight on the first token (mean over
    #: later queries)
    sinks = Value(int)
    _spotlights = Data(Spotlights)

    def pattern(self, layer: int, head: int) -> Numbers:
        """The weights of one head (query, key)."""
        part: Numbers = self._pattern[layer, head]
        return part

    def weight(self, layer: int, head: int, query: int, key: int) -> Number:
        """One weight."""
        return self._pattern.at(layer, head, query, key)

    def scores(self, name: str) -> Numbers:
        """The scores (layer, head) by name: first, previous, self, duplicate."""
        return self.numbers(name)

    def spotlight(self, name: str) -> Spotlight | None:
        """A head that stands out: first, previous, self, duplicate, jump or reach; None where the
        prompt has none."""
        path = f"spotlights.{name}"
        if not self.has(path):
            return None
        chosen = head_at(self, path)
        query, key = self.value(f"{path}.query"), self.value(f"{path}.key")
        least = self.value(f"{path}.least") if self.has(f"{path}.least") else None
        return Spotlight(
            chosen.layer,
            chosen.head,
            chosen.score,
            chosen.rule,
            query,
            key,
            self.weight(*chosen.index, int(query), int(key)),
            least,
        )

    def place(self, layer: int, head: int) -> tuple[Count, Count]:
        """Layer and head of a cell of the grid, as numbers that may be drawn."""
        return place(layer, head, self.layers, self.heads)


@dataclass(frozen=True)
class AttentionHead(Request["AttentionHeadRecording"]):
    """One head on ``prompt`` (its first ``longest`` tokens): scores and weights, with ``inside``
    the vectors too.

    The head is ``head`` (layer, head) where declared; else the one with the largest weight from the
    word ``query`` to the word ``key``; else, and where ``prompt`` lacks these words, the one with
    the largest weight that jumps. ``matrices`` adds what makes its queries, keys and values,
    ``all_heads`` the weight that every head gives the pair.
    """

    kind: ClassVar[str] = "attention_head"
    prompt: str
    query: str = ""
    key: str = ""
    head: tuple[int, ...] = ()
    inside: bool = False
    longest: int = 48
    matrices: bool = joined(False)
    all_heads: bool = joined(False)


class AttentionHeadRecording(_Run):
    """One head on one prompt: scores and weights, and where recorded its vectors."""

    answers = AttentionHead

    _scores = Tensor("float32", "query", "key")
    _scaled = Tensor("float32", "query", "key")
    _pattern = Tensor("float32", "query", "key")
    _q = Tensor("float32", "token", "d_head", when="inside")
    _k = Tensor("float32", "token", "d_head", when="inside")
    _v = Tensor("float32", "token", "d_head", when="inside")
    _z = Tensor("float32", "token", "d_head", when="inside")
    _out = Tensor("float32", "token", "d_model", when="inside")
    _merged = Tensor("float32", "token", "d_model", when="inside")
    _projected = Tensor("float32", "token", "d_model", when="inside")
    _normalised = Tensor("float32", "token", "d_model", when="inside")
    #: what makes its queries, keys and values of what the layer reads, without biases
    w_q = Tensor("float32", "d_model", "d_head", when="matrices")
    w_k = Tensor("float32", "d_model", "d_head", when="matrices")
    w_v = Tensor("float32", "d_model", "d_head", when="matrices")
    #: the weight on the pair that is shown, in every head (layer, head)
    all_heads = Tensor("float32", "layer", "head", when="all_heads")
    _rule = Text()
    _layer = Value(int)
    _head = Value(int)
    _query = Value(int)
    _key = Value(int)
    _score = Value(float)
    _runners = Data(list[Runner])

    @property
    def chosen(self) -> Spotlight:
        """The head, the pair of positions to look at, the weight there, and the rule that chose
        them."""
        head = head_at(self, "")
        query, key = self._query, self._key
        return Spotlight(
            head.layer,
            head.head,
            head.score,
            head.rule,
            query,
            key,
            self.weight(int(query), int(key)),
        )

    @property
    def runners(self) -> list[tuple[Number, Number, Number]]:
        """The heads with the largest weights on that pair, the chosen one's among them: layer,
        head, weight."""
        count = int(self.size("runners", "runners"))
        return [
            (
                self.value(f"runners.{i}.layer"),
                self.value(f"runners.{i}.head"),
                self.value(f"runners.{i}.weight"),
            )
            for i in range(count)
        ]

    @property
    def inside(self) -> bool:
        """Whether the vectors were recorded."""
        return self.has("q")

    def score(self, query: int, key: int) -> Number:
        """The raw score: the dot product of a query and a key, also of a key that stands later."""
        return self._scores.at(query, key)

    def scaled(self, query: int, key: int) -> Derived:
        """The score as the model divides it."""
        if self._by_root:
            return derive(maths.scaled, self.score(query, key), self.d_head)
        return derive(maths.ratio, self.score(query, key), self.divisor)

    @property
    def divisor(self) -> Derived:
        """What scores are divided by: the root of ``d_head``; in some models the number of the
        layer as well, or that alone, or 1."""
        if self._by_root:
            return derive(maths.root, self.d_head)
        parts = [derive(maths.root, self.d_head)] if self.anatomy.scaled else []
        by_layer = [self.layer_number] if self.anatomy.scaled_by_layer else []
        return derive(maths.product, [*parts, *by_layer])

    @property
    def layer_number(self) -> Derived:
        """The number of the head's layer, counted from 1."""
        return derive(maths.place, self.value("layer"))

    @property
    def _by_root(self) -> bool:
        return self.anatomy.scaled and not self.anatomy.scaled_by_layer

    def restated(self) -> Iterator[Restated]:
        scores, scaled = self.array("scores"), self.array("scores") / float(self.divisor)
        yield Restated("a divided score", scaled, self.array("scaled"))
        seen = maths.softmax(np.where(maths.causal_mask(len(scores)), scaled, -np.inf))
        yield Restated("the weights of attention", seen, self.array("pattern"))
        if self.inside:
            q, k, v, z = (self.array(name) for name in "qkvz")
            yield Restated("a score", maths.attention_scores(q, k), scores)
            yield Restated("what a head gives", self.array("pattern") @ v, z)

    def weight(self, query: int, key: int) -> Number:
        """The weight after mask and softmax; 0 for a key that stands later."""
        return self._pattern.at(query, key)

    def unmasked(self, query: int, key: int) -> Derived:
        """The weight that the softmax of the whole row would give, the future included."""
        row = self._scores[query]
        if self._by_root:
            return derive(maths.attention_unmasked, row, self.d_head, pick=key)
        return derive(maths.softmax, row, self.divisor, pick=key)

    def term(self, query: int, key: int, entry: int) -> Derived:
        """One product of the dot product: entry of the query times entry of the key."""
        return derive(maths.products, self._q[query], self._k[key], pick=entry)

    def running(self, query: int, key: int, entry: int) -> Derived:
        """The dot product up to and with an entry."""
        return derive(maths.running_sums, self._q[query], self._k[key], pick=entry)
