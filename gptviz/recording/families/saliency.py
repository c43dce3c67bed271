"""Which tokens a prediction listened to, as a film sees it: three ways to ask, which need not agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gptviz import maths
from gptviz.recording.declared import Data, Flag, Tensor, Text, Tokens, Value
from gptviz.recording.number import Count, Derived, Number, Numbers, Token, derive
from gptviz.recording.request import Request
from gptviz.recording.rows import TokenTable
from gptviz.recording.schema import Recording


@dataclass(frozen=True)
class Saliency(Request["SaliencyRecording"]):
    """How much each token of ``prompt`` counts for one next token: ``target`` (one token's text), or
    the likeliest.

    ``starts`` are where integrated gradients begin: ``zero`` (all vectors zero) or ``mean`` (every
    vector the mean of the embedding); ``steps`` at how many points a path is looked at. Every start
    is tried with every number of steps.
    """

    kind: ClassVar[str] = "saliency"
    prompt: str
    target: str = ""
    starts: tuple[str, ...] = ("zero", "mean")
    steps: tuple[int, ...] = (64,)


class SaliencyRecording(Recording):
    """What each token counts for: by gradient, by integrated gradients, and by leaving it out.

    What is explained is the log (natural) of the target's probability.
    """

    answers = Saliency

    prompt = Tokens()  #: the prompt's tokens
    _target = Tokens()
    _table = Tokens(optional=True)
    probability = Value(float)  #: the target's probability after the whole prompt
    log_probability = Value(float)  #: its natural logarithm
    likeliest = Flag()  #: whether the target is the likeliest token
    #: the length of the gradient at each token's vector (token)
    gradient = Tensor("float64", "token")
    #: the gradient at each token's vector times that vector (token)
    gradient_x_input = Tensor("float64", "token")
    #: what integrated gradients give each token (row: start, step: number of steps, token)
    _integrated = Tensor("float64", "row", "step", "token")
    _start_logs = Tensor("float64", "row")
    _steps = Tensor("int32", "step")
    _starts = Data(list[str])
    path_rule = Text()  #: how the path is divided into steps
    left_out_rule = Text()  #: what leaving a token out means
    #: the target's probability without each token (token); of a prompt of one token there is none
    without = Tensor("float64", "token", optional=True)
    _instead_ids = Tensor("int32", "token", optional=True)
    _instead = Tensor("float64", "token", optional=True)

    @property
    def target(self) -> Token:
        """The token that is explained."""
        return self._target[0]

    @property
    def starts(self) -> list[str]:
        """Where the paths begin: ``zero``, ``mean``."""
        return list(self._starts)

    def steps(self, step: int = -1) -> Number:
        """At how many points a path is looked at, by the index among the request's."""
        return self._steps.at(step)

    def integrated(self, start: str = "zero", step: int = -1) -> Numbers:
        """What integrated gradients give each token (token), by where the path starts and the index
        of a number of steps."""
        part: Numbers = self._integrated[self._starts.index(start), step]
        return part

    def given(self, start: str = "zero", step: int = -1) -> Derived:
        """What integrated gradients give all tokens together."""
        return derive(maths.total, self.integrated(start, step))

    def due(self, start: str = "zero") -> Derived:
        """What they should give together: how far the log of the probability rises from the start of
        the path to the prompt."""
        return derive(
            maths.difference,
            self.log_probability,
            self._start_logs.at(self._starts.index(start)),
        )

    def missing(self, start: str = "zero", step: int = -1) -> Derived:
        """What they give together, less what they should."""
        return derive(maths.difference, self.given(start, step), self.due(start))

    def lost(self, token: int) -> Derived:
        """How much probability the target loses when a token is left out; below zero where it
        gains."""
        return derive(maths.difference, self.probability, self.without.at(token))

    def instead(self, token: int) -> tuple[Token, Number]:
        """The likeliest token when a token is left out, and its probability then."""
        return TokenTable(self)[self._instead_ids.at(token)], self._instead.at(token)

    def most(self, scores: Numbers) -> Count:
        """The position of the token with the largest of some scores (token), whatever their sign."""
        return self.order(scores)[0]

    def order(self, scores: Numbers) -> list[Count]:
        """The positions of all tokens, the one with the largest score (whatever its sign) first; of
        equal ones the earlier."""
        ranked = np.argsort(-np.abs(scores.array), kind="stable")
        return [Count.position(int(i), self.prompt, "token") for i in ranked]
