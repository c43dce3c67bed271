"""Random tokens said twice, as a film sees them: what a model learns within one text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Tokens, Value
from gptviz.recording.heads import Chosen, Head, head_at
from gptviz.recording.number import Derived, Number, derive
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording


@dataclass(frozen=True)
class RepeatedTokens(Request["RepeatedTokensRecording"]):
    """``draws`` texts of ``tokens`` random tokens, each text said twice: the loss at every position,
    and the induction and previous-token scores of every head."""

    kind: ClassVar[str] = "repeated_tokens"
    tokens: int = 25
    draws: int = 4
    seed: int = 0


class RepeatedTokensRecording(Recording):
    """Loss by position on random tokens said twice, and the heads that make it fall.

    Position 0 is not predicted; the loss ``i`` is that of the token at position ``i`` + 1. The
    second time begins at position ``period``, with a token that nothing could foretell.
    """

    answers = RepeatedTokens

    repeated = Tokens(key="text")  #: the first text: random tokens, then the same once more
    layers = Value(int)  #: how many layers the model has
    heads = Value(int)  #: how many heads a layer has
    vocab = Value(int)  #: how many tokens there are to guess among
    period = Value(int)  #: after how many tokens a text begins anew
    draws = Value(int)  #: how many texts were drawn
    #: the losses (nats) of the tokens of each text from the second on (row, token)
    losses = Tensor("float64", "row", "token")
    #: their means over the texts (token)
    mean_losses = Tensor("float64", "token")
    first_half = Value(float)  #: the mean loss of the tokens said for the first time
    second_half = Value(float)  #: the mean loss of those said for the second time
    #: mean weight on the token that followed the last copy of the query's (layer, head)
    induction = Tensor("float64", "layer", "head")
    #: mean weight on the token before (layer, head)
    previous = Tensor("float64", "layer", "head")
    chance = Value(float)  #: the induction score of a head that looks at everything equally
    _best = Data(dict[str, Chosen])
    #: the weights of the best induction head on the first text (query, key)
    induction_pattern = Tensor("float32", "query", "key")
    #: the weights of the best previous-token head before the best induction head, or of all
    previous_pattern = Tensor("float32", "query", "key")

    @property
    def best(self) -> Head:
        """The head with the highest induction score."""
        return head_at(self, "best.induction")

    @property
    def feeder(self) -> Head:
        """The head that looks one token back most, among those of earlier layers than :attr:`best`
        where there are any; its rule says which."""
        return head_at(self, "best.previous")

    def loss(self, position: int, draw: int = 0) -> Number:
        """The loss (nats) of the token at a position, from 1 on, of a text."""
        return self.losses.at(draw, position - 1)

    def mean_loss(self, position: int) -> Number:
        """Its mean over the texts."""
        return self.mean_losses.at(position - 1)

    @property
    def guessing(self) -> Derived:
        """The loss of who thinks all tokens equally likely: the natural log of their number."""
        return derive(maths.guessing_loss, self.vocab)
