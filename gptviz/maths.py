"""The formulas that a viewer is told, in plain numpy. Recorders and films use these and no others.

Functions take float64 arrays and give float64. Probabilities are shares of one, entropies bits, where not said otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]


def logsumexp(scores: Any) -> float:
    """log of the sum of e^scores (vocab), shifted by the largest score so that nothing overflows.

    Blanchard, Higham, Higham 2021, "Accurately computing the log-sum-exp and softmax functions", eq. 1.3.
    """
    x = np.asarray(scores, dtype=np.float64)
    top = x.max()
    return float(top + np.log(np.exp(x - top).sum()))


def softmax(scores: Any, temperature: float = 1.0) -> Vector:
    """Shares of one from scores (vocab): e^(x/T) over its sum. T = 0 is the limit: all weight on the highest, ties shared.

    Bridle 1990; temperature as in Hinton, Vinyals, Dean 2015, eq. 1. Raises ValueError for a negative T.
    """
    x = np.asarray(scores, dtype=np.float64)
    if temperature < 0:
        raise ValueError(f"a temperature of {temperature}: it cannot be negative")
    if temperature == 0:
        best = x == x.max(axis=-1, keepdims=True)
        return np.asarray(best / best.sum(axis=-1, keepdims=True))
    powers = np.exp((x - x.max(axis=-1, keepdims=True)) / temperature)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def probability(logit: float, log_sum_exp: float) -> float:
    """The probability of one score, given the log-sum-exp of its whole row: e^(x - lse)."""
    return float(np.exp(logit - log_sum_exp))


def probabilities(logits: Any, log_sum_exp: float) -> Vector:
    """The probabilities of some scores (rank), given the log-sum-exp of their whole row."""
    return np.asarray(np.exp(np.asarray(logits, dtype=np.float64) - log_sum_exp))


def remainder(shares: Any) -> float:
    """What some shares (rank) leave of one."""
    return float(1.0 - np.asarray(shares, dtype=np.float64).sum())
