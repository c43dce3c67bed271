"""What heads do, as a film sees it: scores over prompts, induction, sinks, ablation,
composition."""

from __future__ import annotations

import numpy as np

from gptviz import maths
from gptviz.recording.kinds.attention import Head, head_at, place
from gptviz.recording.number import Claim, Count, Derived, Number, Numbers, Token, derive
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording


class _Heads(Recording):
    """What all of them have: how many layers and heads there are."""

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

    def place(self, layer: int, head: int) -> tuple[Count, Count]:
        """Layer and head of a cell of a map, as numbers that may be drawn."""
        return place(layer, head, self.layers, self.heads)


class HeadScoresRecording(_Heads):
    """The scores of all heads over several prompts.

    Tensors: ``first``, ``previous``, ``self``, ``duplicate`` (layer, head), the means;
    ``by_prompt_<score>`` (row, layer, head). ``duplicate`` is missing where no prompt has a token
    twice.
    """

    kind = "head_scores"

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
        return derive(maths.smallest, self.values("sinks"))

    @property
    def most_sinks(self) -> Derived:
        """The largest of these numbers, of all prompts."""
        return derive(maths.largest, self.values("sinks"))

    def wide(self, name: str) -> Derived:
        """How many heads have a score above ``sink_bound``: they give most of their weight to what
        it counts."""
        return derive(maths.count_above, self.scores(name), self.value("sink_bound"))


class InductionHeadsRecording(_Heads):
    """Induction on random tokens said twice.

    Tensors: ``induction`` (layer, head); ``pattern`` (query, key) of the best head on the first
    text.
    """

    kind = "induction_heads"

    @property
    def repeated(self) -> list[Token]:
        """The first text: random tokens, then the same once more."""
        return self.tokens("text")

    @property
    def scores(self) -> Numbers:
        """The induction scores (layer, head)."""
        return self.numbers("induction")

    @property
    def best(self) -> Head:
        """The best head."""
        return head_at(self, "best")

    @property
    def pattern(self) -> Numbers:
        """The weights (query, key) of the best head on the first text."""
        return self.numbers("pattern")

    @property
    def period(self) -> Number:
        """After how many tokens the text begins anew."""
        return self.value("period")

    @property
    def draws(self) -> Number:
        """How many texts were drawn."""
        return self.value("draws")

    @property
    def chance(self) -> Number:
        """The score of a head that looks at everything before it equally."""
        return self.value("chance")


class SinkNormsRecording(_Heads):
    """What heads bring from the first token.

    Tensors: ``first``, ``brought`` (layer, head), ``lengths`` (layer, head, token), ``pattern``
    (query, key) of the head that looks there most. A prompt of one token has ``lengths`` only.
    """

    kind = "sink_norms"

    @property
    def prompt(self) -> list[Token]:
        """The tokens."""
        return self.tokens("prompt")

    @property
    def first(self) -> Numbers:
        """The mean weight on the first token (layer, head)."""
        return self.numbers("first")

    @property
    def brought(self) -> Numbers:
        """The first token's mean share in the sum of weight times length (layer, head)."""
        return self.numbers("brought")

    @property
    def best(self) -> Head:
        """The head that looks at the first token most."""
        return head_at(self, "best")

    @property
    def pattern(self) -> Numbers:
        """The weights (query, key) of that head."""
        return self.numbers("pattern")

    def length(self, token: int, head: tuple[int, int] | None = None) -> Number:
        """How long what a token gives through a head is (by default, the head that looks at the
        first token most)."""
        layer, index = head or self.best.index
        return self.number("lengths", layer, index, token)

    def others(self) -> Derived:
        """The mean length of what the tokens after the first give through that head."""
        layer, head = self.best.index
        return derive(maths.mean, self.numbers("lengths")[layer, head, 1:])

    def harmless(self, true: str, false: str) -> Claim:
        """The claim that the first token gives less through that head than the others do: true of
        GPT-2, not of all."""
        return Claim(maths.less, (self.length(0), self.others()), true, false)

    def moved(self, query: int, key: int) -> Derived:
        """What that head brings to a query from a key: weight times length."""
        layer, head = self.best.index
        return derive(
            maths.moved, self.pattern, self.numbers("lengths")[layer, head], pick=(query, key)
        )

    @property
    def sinks(self) -> Number:
        """How many heads put more than ``sink_bound`` of their weight on the first token."""
        return self.value("sinks")


class HeadAblationRecording(_Heads):
    """The prediction without each head.

    Tensors: ``without`` (layer, head), the likeliest token's probability without that head;
    ``top_ids``, ``top_logits`` (row, rank), ``logsumexp`` (row): row 0 the whole model, row 1
    without the head that hurts most; ``pattern``.
    """

    kind = "head_ablation"

    @property
    def prompt(self) -> list[Token]:
        """The prompt's tokens."""
        return self.tokens("prompt")

    @property
    def target(self) -> Token:
        """The likeliest next token of the whole model."""
        return self.tokens("target")[0]

    @property
    def probability(self) -> Number:
        """Its probability in the whole model."""
        return self.value("probability")

    @property
    def without(self) -> Numbers:
        """Its probability without each head (layer, head)."""
        return self.numbers("without")

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

    @property
    def pattern(self) -> Numbers:
        """The weights (query, key) of that head, in the whole model."""
        return self.numbers("pattern")


class HeadCompositionRecording(_Heads):
    """Who reads what whom wrote.

    Tensors ``k``, ``q``, ``v``: scores (reader's layer, reader's head, writer's layer, writer's
    head).
    """

    kind = "head_composition"

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

    @property
    def pairs(self) -> Number:
        """How many pairs of a head and an earlier one there are."""
        return self.value("pairs")
