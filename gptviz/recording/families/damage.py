"""One head whose numbers are set to zero, in the picture of its block and in what the model says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Text, Tokens, Value
from gptviz.recording.heads import Chosen, Head, head_at
from gptviz.recording.number import Derived, Token, derive
from gptviz.recording.request import Request
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Array, Recording


@dataclass(frozen=True)
class DamagedHead(Request["DamagedHeadRecording"]):
    """The head without which the likeliest token after ``prompt`` loses most, damaged: the weights
    that it alone has are 0. The ``top`` tokens of the whole model and of the damaged one, and the
    picture of the block's query, key and value weights, at most ``pixels`` wide and high."""

    kind: ClassVar[str] = "damaged_head"
    prompt: str
    top: int = 5
    pixels: int = 576


class DamagedHeadRecording(Recording):
    """One damaged head: its block's weights and the model's words before and after."""

    answers = DamagedHead

    prompt = Tokens()  #: the prompt's tokens
    _target = Tokens()
    _table = Tokens()
    layers = Value(int)  #: how many layers the model has
    heads = Value(int)  #: how many heads a layer has: stripes of the queries
    keys = Value(int)  #: how many stripes the keys have, and the values
    _chosen = Data(Chosen)
    damage_rule = Text()  #: what was set to zero
    zeroed = Value(int)  #: how many numbers were set to zero
    weights = Value(int)  #: how many query, key, value and output weights all blocks have
    probability = Value(float)  #: the target's probability in the whole model
    damaged_probability = Value(float)  #: its probability in the damaged one
    _whole_picture = Tensor("uint8", "row", "column")
    _damaged_picture = Tensor("uint8", "row", "column")
    _top_ids = Tensor("int32", "row", "rank")
    _top_logits = Tensor("float32", "row", "rank")
    _logsumexp = Tensor("float64", "row")

    @cached_property
    def table(self) -> TokenTable:
        """The tokens that are expected, by id."""
        return TokenTable(self)

    @property
    def head(self) -> Head:
        """The damaged head, with the rule that chose it; its score: the target's probability
        without it."""
        return head_at(self, "chosen")

    @property
    def target(self) -> Token:
        """The likeliest next token of the whole model."""
        return self._target[0]

    @property
    def lost(self) -> Derived:
        """How much of its probability the target loses."""
        return derive(maths.difference, self.probability, self.damaged_probability)

    @property
    def zeroed_share(self) -> Derived:
        """The share of all attention weights that were set to zero."""
        return derive(maths.ratio, self.zeroed, self.weights)

    @property
    def changed(self) -> bool:
        """Whether another token is likeliest in the damaged model."""
        ids = np.asarray(self._top_ids.array)
        return bool(ids[0, 0] != ids[1, 0])

    def row(self, damaged: bool) -> Row:
        """The likeliest tokens of the whole model, or of the damaged one."""
        return row_of(self, self.table, int(damaged))

    def picture(self, damaged: bool) -> Array:
        """The block's query, key and value weights (row, column) as bytes, before or after."""
        return self.array("damaged_picture" if damaged else "whole_picture")
