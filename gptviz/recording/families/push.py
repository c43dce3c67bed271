"""What one head or layer does to the scores directly, as a film sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NotRequired

import numpy as np
from typing_extensions import TypedDict

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Text, Tokens, Value
from gptviz.recording.heads import Head, head_at
from gptviz.recording.number import Derived, Number, Numbers, Token, Word, derive
from gptviz.recording.request import Request
from gptviz.recording.rows import TokenTable
from gptviz.recording.schema import Recording, Restated


class Pusher(TypedDict):
    """The part that is shown: a head, or the attention or the MLP of a layer, and its push on the
    target."""

    rule: str
    layer: int
    head: NotRequired[int]
    score: float


@dataclass(frozen=True)
class DirectPush(Request["DirectPushRecording"]):
    """How far every head and every MLP raises or lowers the score of one next token, and which
    tokens one of them raises and lowers most, ``top`` of each.

    The next token is ``target`` (one token's text), or the likeliest; it stands after the word
    ``word``, or after the whole of ``prompt``. ``part`` (head, attention or mlp) says of what kind
    the one is that is shown: ``place``, (layer, head) or (layer,), where it is given; a head that
    gives the word ``looks_at`` the largest weight, where that is; else the one that raises the
    target most.
    """

    kind: ClassVar[str] = "direct_push"
    prompt: str
    target: str = ""
    word: str = ""
    part: str = "head"
    place: tuple[int, ...] = ()
    looks_at: str = ""
    top: int = 8


class DirectPushRecording(Recording):
    """The score of one token as a sum: what each part of the model adds to it.

    A push is how far a part raises a token's score above what it adds to all tokens on average (that
    changes no probability), through the final norm with its scale as it was.
    """

    answers = DirectPush

    prompt = Tokens()  #: the prompt's tokens
    _target = Tokens()
    _table = Tokens()
    layers = Value(int)  #: how many layers the model has
    heads_of_a_layer = Value(int, key="heads")  #: how many heads a layer has
    position = Value(int)  #: the position of the token after which the target is expected
    probability = Value(float)  #: the target's probability there
    logit = Value(float)  #: its score
    mean_logit = Value(float)  #: the mean score of all tokens there
    #: what each head adds (layer, head)
    heads = Tensor("float64", "layer", "head", key="head_pushes")
    #: what the common bias of a layer's heads adds (layer)
    biases = Tensor("float64", "layer", key="bias_pushes")
    #: what each MLP adds (layer)
    mlps = Tensor("float64", "layer", key="mlp_pushes")
    embedding = Value(float)  #: what the token's own vector adds, as it enters the first block
    norm_bias = Value(float)  #: what the bias of the final norm adds
    _chosen = Data(Pusher)
    _part = Text()
    push_rule = Text()  #: what a push is
    _promoted_ids = Tensor("int32", "rank")
    _promoted = Tensor("float64", "rank")
    _demoted_ids = Tensor("int32", "rank")
    _demoted = Tensor("float64", "rank")
    target_rank = Value(int)  #: how many tokens that part raises more than the target
    #: of a head, how much weight it gives each token (token)
    weights = Tensor("float32", "token", optional=True)
    #: of a head, what comes from each token of its push on the target (token)
    by_source = Tensor("float64", "token", optional=True)

    @cached_property
    def table(self) -> TokenTable:
        """The tokens that are raised and lowered, by id."""
        return TokenTable(self)

    @property
    def target(self) -> Token:
        """The next token that is looked at."""
        return self._target[0]

    @property
    def part(self) -> Word:
        """Of what kind the part is that is shown: head, attention or mlp."""
        return self._part

    @property
    def head(self) -> Head:
        """The head that is shown; its score is its push on the target."""
        return head_at(self, "chosen")

    @property
    def layer(self) -> Number:
        """The layer of the part that is shown."""
        return self.value("chosen.layer")

    @property
    def push(self) -> Number:
        """The push on the target of the part that is shown."""
        return self.value("chosen.score")

    @property
    def rule(self) -> Word:
        """The rule that chose it."""
        return self.text("chosen.rule")

    @property
    def promoted(self) -> list[tuple[Token, Number]]:
        """The tokens that it raises most, with its push on each."""
        return self._pushed(self._promoted_ids, self._promoted)

    @property
    def demoted(self) -> list[tuple[Token, Number]]:
        """The tokens that it lowers most."""
        return self._pushed(self._demoted_ids, self._demoted)

    @property
    def above(self) -> Derived:
        """How far the target's score stands above the mean of all: what all pushes add up to."""
        return derive(maths.difference, self.logit, self.mean_logit)

    def attention(self, layer: int) -> Derived:
        """What the attention of a layer adds: its heads and their common bias."""
        return derive(maths.total, [*self.heads[layer], self.biases[layer]])

    def restated(self) -> Iterator[Restated]:
        parts = (self.heads, self.biases, self.mlps)
        summed = sum(float(each.array.sum()) for each in parts)
        yield Restated(
            "the score of a token as a sum",
            np.array(summed + self.embedding + self.norm_bias),
            np.array(float(self.above)),
        )

    def _pushed(self, ids: Numbers, pushes: Numbers) -> list[tuple[Token, Number]]:
        return [(self.table[i], push) for i, push in zip(ids, pushes, strict=True)]
