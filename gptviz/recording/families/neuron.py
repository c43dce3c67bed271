"""One neuron, as a film sees it: where it fires, and what it does to the scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from gptviz import maths
from gptviz.recording.declared import Tensor, Text, Tokens, Value, Values
from gptviz.recording.number import Count, Derived, Number, Numbers, Token, derive
from gptviz.recording.request import Request
from gptviz.recording.rows import TokenTable
from gptviz.recording.schema import Recording


@dataclass(frozen=True)
class Neuron(Request["NeuronRecording"]):
    """The neuron that raises the likeliest token after ``prompt`` most, at the prompt's last token:
    how strongly it fires at every token of some ``texts``, and the ``top`` tokens that it raises and
    lowers most."""

    kind: ClassVar[str] = "neuron"
    prompt: str
    texts: tuple[str, ...]
    top: int = 8


class NeuronRecording(Recording):
    """One neuron of one MLP.

    Its answer is what the MLP's last matrix reads (``mlp_post``): in a gated MLP the gate's
    activation times the other product.
    """

    answers = Neuron

    prompt = Tokens()  #: the prompt's tokens
    _target = Tokens()
    _texts = Tokens()
    _table = Tokens()
    _lengths = Values(list[int])
    layers = Value(int)  #: how many layers the model has
    d_mlp = Value(int)  #: how many neurons a layer has
    layer = Value(int)  #: the neuron's layer
    neuron = Value(int)  #: its number in the layer
    rule = Text()  #: how it was chosen
    push = Value(float)  #: how far it raises the target's score above the mean of all tokens
    answer = Value(float)  #: its answer at the prompt's last token
    #: the answers of all neurons of its layer there (d_mlp)
    answers_of_layer = Tensor("float32", "d_mlp", key="layer_answers")
    #: its answer at each token of the prompt (token)
    on_prompt = Tensor("float32", "token")
    _on_texts = Tensor("float32", "token")
    _promoted_ids = Tensor("int32", "rank")
    _promoted = Tensor("float64", "rank")
    _demoted_ids = Tensor("int32", "rank")
    _demoted = Tensor("float64", "rank")

    @cached_property
    def table(self) -> TokenTable:
        """The tokens that are raised and lowered, by id."""
        return TokenTable(self)

    @property
    def target(self) -> Token:
        """The likeliest token after the prompt."""
        return self._target[0]

    @property
    def neurons(self) -> Derived:
        """How many neurons the model has."""
        return derive(maths.product, [self.layers, self.d_mlp])

    @property
    def texts(self) -> Count:
        """How many other texts were looked at."""
        return self.size("lengths", "texts")

    def text_tokens(self, index: int) -> list[Token]:
        """The tokens of one of the texts."""
        return self._texts[self._span(index)]

    def on_text(self, index: int) -> Numbers:
        """Its answer at each token of one of the texts (token)."""
        part: Numbers = self._on_texts[self._span(index)]
        return part

    def strongest(self) -> Iterator[tuple[Token, Number]]:
        """The tokens of all texts with its answers there, the one farthest from zero first; of equal
        ones the earlier."""
        for i in np.argsort(-np.abs(self._on_texts.array), kind="stable"):
            yield self._texts[int(i)], self._on_texts.at(int(i))

    def quiet(self, bound: Number | Derived) -> Derived:
        """How many neurons of its layer answer below a bound at the prompt's last token."""
        return derive(maths.count_below, self.answers_of_layer, bound)

    @property
    def promoted(self) -> list[tuple[Token, Number]]:
        """The tokens whose scores it raises most there, with how far."""
        return [
            (self.table[i], push)
            for i, push in zip(self._promoted_ids, self._promoted, strict=True)
        ]

    @property
    def demoted(self) -> list[tuple[Token, Number]]:
        """The tokens whose scores it lowers most there."""
        return [
            (self.table[i], push) for i, push in zip(self._demoted_ids, self._demoted, strict=True)
        ]

    def _span(self, index: int) -> slice:
        start = sum(int(length) for length in self._lengths[:index])
        return slice(start, start + int(self._lengths[index]))
