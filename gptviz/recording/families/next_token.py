"""The scores of the next token, at any temperature of the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gptviz import maths
from gptviz.errors import NotDeclared
from gptviz.recording.declared import Tensor, Text, Tokens, Value
from gptviz.recording.number import Derived, Number, Token, Tracked, derive, derive_each
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording


@dataclass(frozen=True)
class NextToken(Request["NextTokenRecording"]):
    """The scores of the token after ``prompt``: the ``top`` highest of them, and the log-sum-exp of
    all.

    ``temperatures`` adds log-sum-exp and entropy of the whole vocabulary on the grid of
    temperatures that a sweep needs (0.05 to 5 in steps of 0.01); the exact answer at any T of the
    grid follows from them. ``sample`` adds so many tokens from the whole vocabulary, at evenly
    spaced ranks, the last one the lowest.
    """

    kind: ClassVar[str] = "next_token"
    prompt: str
    top: int = 20
    temperatures: bool = False
    sample: int = 0


class NextTokenRecording(Recording):
    """The highest scores after a prompt, with the log-sum-exp of the whole vocabulary.

    A temperature ``t`` of an accessor is 0, the limit, or a value of the grid; :meth:`temperature`
    finds the nearest.
    """

    answers: ClassVar[type[Request] | None] = NextToken

    prompt = Tokens()
    _top = Tokens()
    token_ids = Tensor("int64", "rank")
    logits = Tensor("float32", "rank")  #: the kept scores, highest first
    vocab = Value(int)  #: how many scores the whole row has
    logsumexp = Value(float)  #: log of the sum of e^score over the whole vocabulary
    highest = Value(float)
    lowest = Value(float)
    total = Value(float)
    negative = Value(int)  #: how many scores of the vocabulary are below zero
    ties = Value(int)  #: how many equal the highest
    entropy = Value(float)  #: the uncertainty of the whole distribution, in bits
    temperatures = Tensor("float64", "temperature", when="temperatures")
    logsumexp_by_temperature = Tensor("float64", "temperature", when="temperatures")
    entropy_by_temperature = Tensor("float64", "temperature", when="temperatures")
    sample = Tokens(when="sample")
    sample_ids = Tensor("int64", "row", when="sample")
    sample_ranks = Tensor("int64", "row", when="sample")
    sample_logits = Tensor("float32", "row", when="sample")

    def token(self, rank: int) -> Token:
        """The token of a rank, 0 the likeliest."""
        return self._top[rank]

    def probability(self, rank: int) -> Derived:
        """The probability of the token of a rank."""
        return derive(maths.probability, self.number("logits", rank), self.logsumexp)

    def probabilities(self, shown: int | None = None) -> list[Derived]:
        """The probabilities of the first ``shown`` ranks, or of all that are kept."""
        return derive_each(maths.probabilities, self.logits[:shown], self.logsumexp)

    def rest(self, shown: int | None = None) -> Derived:
        """What the first ``shown`` ranks, or all that are kept, leave to the rest of the
        vocabulary."""
        return derive(maths.rest, self.logits[:shown], self.logsumexp)

    def temperature(self, near: float) -> Number:
        """The temperature of the grid nearest to a value above 0. Raises NotDeclared where none was
        recorded."""
        return self.number("temperatures", self._nearest(near))

    def probability_at(self, rank: int, t: float) -> Derived:
        """The probability of the token of a rank at a temperature."""
        logit = self.number("logits", rank)
        if t == 0:
            return derive(maths.probability_at_zero, logit, self.highest, self.ties)
        return derive(maths.probability_at, logit, self.logsumexp_at(t), self._exact(t))

    def rest_at(self, t: float, shown: int | None = None) -> Derived:
        """What the first ``shown`` ranks, or all that are kept, leave to the rest at a
        temperature."""
        logits = self.logits[:shown]
        if t == 0:
            return derive(maths.rest_at_zero, logits, self.highest, self.ties)
        return derive(maths.rest_at, logits, self.logsumexp_at(t), self._exact(t))

    def entropy_at(self, t: float) -> Tracked:
        """The uncertainty of the whole distribution at a temperature, in bits."""
        if t == 0:
            return derive(maths.entropy_at_zero, self.ties)
        return self.number("entropy_by_temperature", self._index(t))

    def logsumexp_at(self, t: float) -> Number:
        """log of the sum of e^(score / t) over the whole vocabulary, t above 0."""
        return self.number("logsumexp_by_temperature", self._index(t))

    def _exact(self, t: float) -> Number:
        return self.number("temperatures", self._index(t))

    def _index(self, t: float) -> int:
        """Where a temperature stands in the grid. Raises NotDeclared for one that does not."""
        index = self._nearest(t)
        nearest = self.number("temperatures", index)
        if abs(nearest - t) > 1e-9:
            raise NotDeclared(
                f"nothing was recorded at the temperature {t}",
                f"the nearest that was is {float(nearest)}",
                "let the dial stop at values of the grid: recording.temperature(t)",
            )
        return index

    def _nearest(self, t: float) -> int:
        if not self.has("temperatures"):
            raise NotDeclared(
                f"{self.name} knows one temperature only",
                "its request does not ask for temperatures",
                "ask for NextToken(..., temperatures=True)",
            )
        return int(abs(self.array("temperatures") - float(t)).argmin())


@dataclass(frozen=True)
class DrawnToken(Request["DrawnTokenRecording"]):
    """As :class:`NextToken`, and one token drawn from the whole vocabulary with ``seed``."""

    kind: ClassVar[str] = "drawn_token"
    prompt: str
    top: int = 20
    temperatures: bool = False
    sample: int = 0
    seed: int = 0


class DrawnTokenRecording(NextTokenRecording):
    """The highest scores after a prompt, and the draw that decided what came next.

    All tokens' probabilities lie end to end, the highest first; the random number fell into one
    interval.
    """

    answers = DrawnToken

    _drawn = Tokens()
    rank = Value(int)  #: of the drawn token, 0 the likeliest
    u = Value(float)  #: the random number of [0, 1)
    low = Value(float)  #: where the drawn token's interval begins
    high = Value(float)  #: where it ends
    drawn_logit = Value(float)
    order_rule = Text()

    @property
    def drawn(self) -> Token:
        """The token that was drawn."""
        return self._drawn[0]

    @property
    def drawn_probability(self) -> Derived:
        """Its probability."""
        return derive(maths.probability, self.drawn_logit, self.logsumexp)
