"""Attention of one run, as a film sees it: all heads, or one of them."""

from __future__ import annotations

from dataclasses import dataclass

from gptviz import maths
from gptviz.recording.number import Count, Derived, Number, Numbers, Token, Word, derive
from gptviz.recording.schema import Recording


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

    @property
    def prompt(self) -> list[Token]:
        """The tokens that were kept: the prompt, or its beginning."""
        return self.tokens("prompt")

    @property
    def layers(self) -> Number:
        """How many layers the model has."""
        return self.value("layers")

    @property
    def heads(self) -> Number:
        """How many heads a layer has."""
        return self.value("heads")

    @property
    def heads_in_all(self) -> Derived:
        """How many heads the model has."""
        return derive(maths.product, [self.layers, self.heads])

    @property
    def d_model(self) -> Number:
        """How many numbers a token's vector has."""
        return self.value("d_model")

    @property
    def d_head(self) -> Number:
        """How many numbers a query, a key or a value has."""
        return self.value("d_head")

    @property
    def whole(self) -> bool:
        """Whether the whole prompt was kept."""
        return self.value("length") == self.value("kept")


class AttentionPatternsRecording(_Run):
    """The weights of all heads on one prompt.

    Tensors: ``pattern`` (layer, head, query, key); scores ``first``, ``previous``, ``self`` and,
    where a token stands twice, ``duplicate`` (layer, head). A prompt of one token has no scores and
    no spotlights.
    """

    kind = "attention_patterns"

    def pattern(self, layer: int, head: int) -> Numbers:
        """The weights of one head (query, key)."""
        part: Numbers = self.numbers("pattern")[layer, head]
        return part

    def weight(self, layer: int, head: int, query: int, key: int) -> Number:
        """One weight."""
        return self.number("pattern", layer, head, query, key)

    def scores(self, name: str) -> Numbers:
        """The scores (layer, head) by name: first, previous, self, duplicate."""
        return self.numbers(name)

    @property
    def sinks(self) -> Number:
        """How many heads put more than ``sink_bound`` of their weight on the first token (mean over
        later queries)."""
        return self.value("sinks")

    @property
    def sink_bound(self) -> Number:
        """The bound: a half."""
        return self.value("sink_bound")

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


class AttentionHeadRecording(_Run):
    """One head on one prompt: scores and weights, and where recorded its vectors.

    Tensors: ``scores``, ``scaled``, ``pattern`` (query, key), the first two also above the
    diagonal; with ``inside`` ``q``, ``k``, ``v``, ``z`` (token, d_head) and ``normalised``,
    ``out``, ``merged``, ``projected`` (token, d_model).
    """

    kind = "attention_head"

    @property
    def chosen(self) -> Spotlight:
        """The head, the pair of positions to look at, the weight there, and the rule that chose
        them."""
        head = head_at(self, "")
        query, key = self.value("query"), self.value("key")
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
        return self.number("scores", query, key)

    def scaled(self, query: int, key: int) -> Derived:
        """The score divided by the root of ``d_head``."""
        return derive(maths.scaled, self.score(query, key), self.d_head)

    @property
    def divisor(self) -> Derived:
        """What scores are divided by: the root of ``d_head``."""
        return derive(maths.root, self.d_head)

    def weight(self, query: int, key: int) -> Number:
        """The weight after mask and softmax; 0 for a key that stands later."""
        return self.number("pattern", query, key)

    def unmasked(self, query: int, key: int) -> Derived:
        """The weight that the softmax of the whole row would give, the future included."""
        return derive(
            maths.attention_unmasked, self.numbers("scores")[query], self.d_head, pick=key
        )

    def term(self, query: int, key: int, entry: int) -> Derived:
        """One product of the dot product: entry of the query times entry of the key."""
        return derive(maths.products, self.numbers("q")[query], self.numbers("k")[key], pick=entry)

    def running(self, query: int, key: int, entry: int) -> Derived:
        """The dot product up to and with an entry."""
        return derive(
            maths.running_sums, self.numbers("q")[query], self.numbers("k")[key], pick=entry
        )
