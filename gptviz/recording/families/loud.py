"""How loud each token is at each depth, and the one number that is loudest, as a film sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from gptviz import maths
from gptviz.recording.declared import Tensor, Text, Tokens, Value
from gptviz.recording.number import Derived, Number, Numbers, Token, derive
from gptviz.recording.request import Request
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording


@dataclass(frozen=True)
class LoudDimension(Request["LoudDimensionRecording"]):
    """The length of every token's vector of ``prompt`` at every depth, the number of these vectors
    that grows largest, and what the model says when that number is set to zero; ``top`` tokens of
    each prediction."""

    kind: ClassVar[str] = "loud_dimension"
    prompt: str
    top: int = 5


class LoudDimensionRecording(Recording):
    """Lengths by depth and token, and the loudest number of the stream. Depth 0 enters the first
    block, depth l leaves block l - 1."""

    answers = LoudDimension

    prompt = Tokens()  #: the prompt's tokens
    _target = Tokens()
    _table = Tokens()
    layers = Value(int)  #: how many layers the model has
    d_model = Value(int)  #: how many numbers a token's vector has
    norms = Tensor("float64", "layer", "token")  #: lengths (layer: depth, token)
    #: lengths without the loudest number (layer: depth, token)
    norms_without = Tensor("float64", "layer", "token")
    dimension = Value(int)  #: which of the numbers is the loudest
    token = Value(int)  #: the position of the token where it is
    depth = Value(int)  #: the depth at which it is
    rule = Text()  #: how it was found
    silenced_rule = Text()  #: what setting it to zero means
    #: that number of every vector (layer: depth, token)
    loudest = Tensor("float32", "layer", "token")
    #: the share of the square of a length that is that number's (layer: depth, token)
    shares = Tensor("float64", "layer", "token")
    probability = Value(float)  #: the likeliest next token's probability in the whole model
    probability_silenced = Value(float)  #: its probability with that number set to zero
    _top_ids = Tensor("int32", "row", "rank")
    _top_logits = Tensor("float32", "row", "rank")
    _logsumexp = Tensor("float64", "row")

    @cached_property
    def table(self) -> TokenTable:
        """The tokens that are expected, by id."""
        return TokenTable(self)

    @property
    def target(self) -> Token:
        """The likeliest next token of the whole model."""
        return self._target[0]

    @property
    def peak(self) -> Number:
        """The loudest number itself, with its sign."""
        return self.loudest.at(int(self.depth), int(self.token))

    def norm(self, depth: int, token: int) -> Number:
        """The length of a token's vector at a depth."""
        return self.norms.at(depth, token)

    def others(self, depth: int) -> Derived | None:
        """The largest length of the other tokens at a depth; None where the prompt is one token."""
        row = self.norms[depth]
        rest = [row[i] for i in range(len(row)) if i != int(self.token)]
        return derive(maths.largest, rest) if rest else None

    def at_depth(self, depth: int) -> Numbers:
        """The lengths of all tokens at a depth (token)."""
        part: Numbers = self.norms[depth]
        return part

    @property
    def changed(self) -> bool:
        """Whether another token is likeliest once that number is set to zero."""
        ids = np.asarray(self._top_ids.array)
        return bool(ids[0, 0] != ids[1, 0])

    def row(self, silenced: bool) -> Row:
        """The likeliest tokens of the whole model, or of the one without that number."""
        return row_of(self, self.table, int(silenced))
