"""The scores of the next token, as a film sees them."""

from __future__ import annotations

from gptviz import maths
from gptviz.recording.number import Derived, Number, Numbers, Token, derive
from gptviz.recording.schema import Recording


class NextTokenRecording(Recording):
    """The highest scores after a prompt, with the log-sum-exp of the whole vocabulary.

    Tensors: ``token_ids`` (rank), ``logits`` (rank). Values: ``logsumexp``, ``vocab``, ``lowest``, ``total``, ``entropy``.
    """

    kind = "next_token"

    @property
    def prompt(self) -> list[Token]:
        """The prompt's tokens."""
        return self.tokens("prompt")

    def token(self, rank: int) -> Token:
        """The token of a rank, 0 the likeliest."""
        return self.tokens("top")[rank]

    @property
    def logits(self) -> Numbers:
        """The kept scores (rank), highest first."""
        return self.numbers("logits")

    @property
    def logsumexp(self) -> Number:
        """log of the sum of e^score over the whole vocabulary."""
        return self.value("logsumexp")

    @property
    def vocab(self) -> Number:
        """How many scores the whole row has."""
        return self.value("vocab")

    def probability(self, rank: int) -> Derived:
        """The probability of the token of a rank."""
        return derive(maths.probability, self.number("logits", rank), self.logsumexp)
