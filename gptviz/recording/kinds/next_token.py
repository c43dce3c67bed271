"""The scores of the next token, as a film sees them, at any temperature of the grid."""

from __future__ import annotations

from gptviz import maths
from gptviz.errors import NotDeclared
from gptviz.recording.number import Derived, Number, Numbers, Token, Tracked, derive, derive_each
from gptviz.recording.schema import Recording


class NextTokenRecording(Recording):
    """The highest scores after a prompt, with the log-sum-exp of the whole vocabulary.

    Tensors: ``token_ids`` (rank), ``logits`` (rank). Values of the whole vocabulary: ``vocab``,
    ``logsumexp``, ``highest``, ``lowest``, ``total``, ``negative`` (how many are), ``ties`` (how
    many equal the highest), ``entropy`` (bits). With ``temperatures``: ``temperatures``,
    ``logsumexp_by_temperature``, ``entropy_by_temperature`` (temperature). With ``sample``:
    ``sample_ids``, ``sample_ranks``, ``sample_logits`` (row), tokens ``sample``.

    A temperature ``t`` of an accessor is 0, the limit, or a value of the grid; :meth:`temperature`
    finds the nearest.
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

    @property
    def entropy(self) -> Number:
        """The uncertainty of the whole distribution, in bits."""
        return self.value("entropy")

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
            return derive(
                maths.probability_at_zero, logit, self.value("highest"), self.value("ties")
            )
        return derive(maths.probability_at, logit, self.logsumexp_at(t), self._exact(t))

    def rest_at(self, t: float, shown: int | None = None) -> Derived:
        """What the first ``shown`` ranks, or all that are kept, leave to the rest at a
        temperature."""
        logits = self.logits[:shown]
        if t == 0:
            return derive(maths.rest_at_zero, logits, self.value("highest"), self.value("ties"))
        return derive(maths.rest_at, logits, self.logsumexp_at(t), self._exact(t))

    def entropy_at(self, t: float) -> Tracked:
        """The uncertainty of the whole distribution at a temperature, in bits."""
        if t == 0:
            return derive(maths.entropy_at_zero, self.value("ties"))
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
