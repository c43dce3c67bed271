"""Heads switched off one by one and in pairs, as a film sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Tokens, Value
from gptviz.recording.heads import Chosen, Head, head_at
from gptviz.recording.number import Count, Derived, Number, Token, derive
from gptviz.recording.request import Request
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording

#: The rows of the predictions that are kept, in order.
RUNS = ("whole", "worst", "second", "both")


@dataclass(frozen=True)
class SwitchedOff(Request["SwitchedOffRecording"]):
    """The probability of one token after ``prompt`` (``target``, one token's text, or the likeliest)
    with each head switched off in turn, and with the two whose absence hurts most off together;
    ``top`` rows of each prediction."""

    kind: ClassVar[str] = "switched_off"
    prompt: str
    target: str = ""
    top: int = 6


class SwitchedOffRecording(Recording):
    """One prediction of the whole model, without each head, and without two."""

    answers = SwitchedOff

    prompt = Tokens()  #: the prompt's tokens
    _target = Tokens()
    _table = Tokens()
    layers = Value(int)  #: how many layers the model has
    heads = Value(int)  #: how many heads a layer has
    probability = Value(float)  #: the target's probability in the whole model
    #: its probability without each head (layer, head)
    without = Tensor("float64", "layer", "head")
    without_both = Value(float)  #: its probability without the two worst losses together
    _off = Data(list[Chosen])
    _top_ids = Tensor("int32", "row", "rank")
    _top_logits = Tensor("float32", "row", "rank")
    _logsumexp = Tensor("float64", "row")
    #: the weights of the two heads in the whole model (row, query, key)
    patterns = Tensor("float32", "row", "query", "key")

    @property
    def target(self) -> Token:
        """The token whose probability is looked at."""
        return self._target[0]

    def off(self, which: int = 0) -> Head:
        """The head whose absence hurts most (0) or second most (1); its score is the probability
        that is left."""
        return head_at(self, f"off.{which}")

    @property
    def pair(self) -> bool:
        """Whether there is a second head at all."""
        return len(self._off) > 1

    @cached_property
    def order(self) -> list[tuple[int, int]]:
        """All heads (layer, head), the one whose absence hurts most first; of equal ones the
        earlier."""
        ranked = np.argsort(self.without.array, axis=None, kind="stable")
        width = int(self.heads)
        return [(int(i) // width, int(i) % width) for i in ranked]

    @property
    def heads_in_all(self) -> Derived:
        """How many heads the model has."""
        return derive(maths.product, [self.layers, self.heads])

    def lost(self, layer: int, head: int) -> Derived:
        """How much probability the absence of a head takes away; below zero where it gives."""
        return derive(maths.difference, self.probability, self.without.at(layer, head))

    @property
    def lost_both(self) -> Derived:
        """How much the absence of the two takes away together."""
        return derive(maths.difference, self.probability, self.without_both)

    @property
    def lost_apart(self) -> Derived:
        """How much each of the two takes away alone, added."""
        alone = [self.lost(*self.off(i).index) for i in range(len(self._off))]
        return derive(maths.total, alone)

    def costly(self, bound: Number | Derived | Count) -> Derived:
        """How many heads leave less than a bound of the probability when they are gone."""
        return derive(maths.count_below, self.without, bound)

    @property
    def hurt(self) -> Derived:
        """Without how many heads the target is less likely than in the whole model."""
        return derive(maths.count_below, self.without, self.probability)

    def row(self, run: str) -> Row:
        """The likeliest tokens of a run: ``whole``, or without the ``worst``, the ``second``, or
        ``both``."""
        return row_of(self, TokenTable(self), RUNS.index(run))
