"""Scores, chances, temperature, draws: what stands between the last layer and the next token."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz.maths.types import Vector
from gptviz.maths.vectors import mean


def logsumexp(scores: Any) -> float:
    """log of the sum of e^scores (vocab), shifted by the largest score so that nothing overflows.

    Blanchard, Higham, Higham 2021, "Accurately computing the log-sum-exp and softmax functions",
    eq. 1.3.
    """
    x = np.asarray(scores, dtype=np.float64)
    top = x.max()
    return float(top + np.log(np.exp(x - top).sum()))


def softmax(scores: Any, temperature: float = 1.0) -> Vector:
    """Shares of one from scores (vocab): e^(x/T) over its sum. T = 0 is the limit: all on the
    highest, ties shared.

    Bridle 1990; temperature as in Hinton, Vinyals, Dean 2015, eq. 1. Raises ValueError for a
    negative T.
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
    """What some shares (rank) leave of one; nothing where rounding alone takes it below zero."""
    left = float(1.0 - np.asarray(shares, dtype=np.float64).sum())
    return 0.0 if -1e-6 < left < 0 else left


def surprise(logit: float, log_sum_exp: float) -> float:
    """The loss of one prediction, in nats: minus the natural log of the probability that the true
    token was given.

    Cross-entropy with a one-hot truth: Goodfellow, Bengio, Courville 2016, "Deep Learning", eq.
    6.12.
    """
    return float(log_sum_exp - logit)


def surprises(logits: Any, log_sum_exps: Any) -> Vector:
    """The loss of several predictions (token), in nats, each from its own row; see
    :func:`surprise`."""
    return np.asarray(log_sum_exps, dtype=np.float64) - np.asarray(logits, dtype=np.float64)


def guessing_loss(vocab: float) -> float:
    """The loss (nats) of who thinks all of a vocabulary's tokens equally likely."""
    return float(np.log(vocab))


def perplexity(loss: float) -> float:
    """e^loss: among how many equally likely tokens a model with this loss (nats) would be choosing.

    Jelinek, Mercer, Bahl, Baker 1977, "Perplexity - a measure of the difficulty of speech
    recognition tasks".
    """
    return float(np.exp(loss))


def descending(scores: Any) -> npt.NDArray[np.int64]:
    """The indices of scores (vocab) from the highest to the lowest; of equal scores the lower index
    comes first."""
    return np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")


def top_p_size(shares: Any, p: float) -> int:
    """How many of the likeliest tokens (rank, highest first) are needed until their shares reach
    ``p``.

    The nucleus of Holtzman, Buys, Du, Forbes, Choi 2020, "The curious case of neural text
    degeneration", eq. 2. Raises ValueError for a p outside (0, 1].
    """
    if not 0 < p <= 1:
        raise ValueError(f"a top-p of {p}: it lies above 0 and is at most 1")
    cumulative = np.cumsum(np.asarray(shares, dtype=np.float64))
    return min(int(np.searchsorted(cumulative, p, side="left")) + 1, len(cumulative))


def cumulative_bounds(shares: Any) -> Vector:
    """Where the intervals of shares (rank) lie when they are put end to end: 0, then the running
    sum, which ends at 1.

    Share i lies between entries i and i + 1 (rank + 1 entries); divided by the total, so that the
    last is exactly 1. Inverse transform sampling: Devroye 1986, "Non-uniform random variate
    generation", chapter III.2.
    """
    running = np.concatenate(([0.0], np.cumsum(np.asarray(shares, dtype=np.float64))))
    running /= running[-1]
    running[-1] = 1.0
    return running


def drawn(bounds: Any, u: float) -> int:
    """Which interval [low, high) of :func:`cumulative_bounds` a number u of [0, 1) falls into."""
    edges = np.asarray(bounds, dtype=np.float64)
    return min(int(np.searchsorted(edges, u, side="right")), len(edges) - 1) - 1


def rolled(u: float, left: float) -> float:
    """Where a pointer stands that runs to and fro along a strip of length one, with so much way
    ``left`` before it comes to rest at ``u``."""
    turn = (u + left) % 2.0
    return turn if turn <= 1 else 2.0 - turn


def chance_all_drawn(shares: Any) -> float:
    """The chance that as many draws without replacement as there are shares (rank) give these and
    no others.

    The sum over all orders of the products of p_i over what is left: Plackett 1975, "The analysis
    of permutations", eq. 2. Computed over subsets: an order's next factor depends only on which
    were drawn before it. At most 16 shares.
    """
    p = np.asarray(shares, dtype=np.float64)
    if len(p) > 16:
        raise ValueError(f"{len(p)} shares: the number of subsets doubles with each")
    chance = np.zeros(1 << len(p))
    chance[0] = 1.0
    for subset in range(1 << len(p)):
        taken = sum(p[i] for i in range(len(p)) if subset >> i & 1)
        for i in range(len(p)):
            if not subset >> i & 1:
                chance[subset | 1 << i] += chance[subset] * p[i] / (1.0 - taken)
    return float(chance[-1])


def entropy(shares: Any) -> float:
    """The uncertainty of shares of one (vocab), in bits: minus the sum of p log2 p; shares of zero
    add nothing.

    Shannon 1948, "A mathematical theory of communication", section 6.
    """
    p = np.asarray(shares, dtype=np.float64)
    p = p[p > 0]
    return float(-(p * np.log2(p)).sum())


def divergence(shares: Any, others: Any) -> float:
    """By how many bits a code made for ``others`` is longer on average than one made for ``shares``
    (component): the sum of p log2 (p / q); 0 where both are the same.

    Kullback, Leibler 1951; Cover, Thomas 2006, "Elements of information theory", eq. 2.26. A share
    that ``others`` does not have counts as the smallest one that can be written.
    """
    p = np.asarray(shares, dtype=np.float64)
    q = np.maximum(np.asarray(others, dtype=np.float64), np.finfo(np.float64).tiny)
    there = p > 0
    return max(0.0, float((p[there] * np.log2(p[there] / q[there])).sum()))


def shares_of_sum(values: Any) -> Vector:
    """Each value's share of the sum along the last axis."""
    x = np.asarray(values, dtype=np.float64)
    return np.asarray(x / x.sum(axis=-1, keepdims=True))


def rest(logits: Any, log_sum_exp: float) -> float:
    """The probability that some scores (rank) leave to all others of their row; never below
    zero."""
    return max(0.0, remainder(probabilities(logits, log_sum_exp)))


def exponential(x: float) -> float:
    """e to the power of x."""
    return float(np.exp(x))


def powers(scores: Any, shift: float) -> Vector:
    """e^(x - shift) of some scores (rank): the numerators of softmax, with the scores shifted as
    every library does."""
    return np.asarray(np.exp(np.asarray(scores, dtype=np.float64) - shift))


def power_total(log_sum_exp: float, shift: float) -> float:
    """The sum of e^(x - shift) over a whole vocabulary, from its log-sum-exp: the denominator of
    softmax."""
    return float(np.exp(log_sum_exp - shift))


def power_rest(log_sum_exp: float, scores: Any, shift: float) -> float:
    """What the scores that are not shown add to the denominator of softmax; never below zero, where
    the difference of two equal sums may be by rounding."""
    return max(power_total(log_sum_exp, shift) - float(powers(scores, shift).sum()), 0.0)


def pulled(logits: Any, log_sum_exp: float, index: float, amount: float) -> Vector:
    """Probabilities (rank) of some scores after one of them, at ``index``, was raised by
    ``amount``.

    Exact for the whole vocabulary, since only one term of its sum has changed.
    """
    shares = probabilities(logits, log_sum_exp)
    which = int(index)
    growth = np.exp(amount)
    moved = shares.copy()
    moved[which] *= growth
    return np.asarray(moved / (1 - shares[which] + shares[which] * growth))


def place(rank: float) -> int:
    """The place that a rank counted from 0 is in when one counts from 1."""
    return int(rank) + 1


def mean_surprise(logits: Any, log_sum_exps: Any) -> float:
    """The mean loss of several predictions (token), in nats; see :func:`surprise`."""
    return mean(surprises(logits, log_sum_exps))


def probability_at(logit: float, log_sum_exp_at: float, temperature: float) -> float:
    """The probability of one score at a temperature, given the log-sum-exp of its whole row over
    that temperature."""
    return float(np.exp(logit / temperature - log_sum_exp_at))


def temperature_grid() -> Vector:
    """The temperatures that a sweep passes through (temperature): 0.05 to 5 in steps of 0.01."""
    return np.arange(5, 501) / 100.0


def rest_at(logits: Any, log_sum_exp_at: float, temperature: float) -> float:
    """What some scores (rank) leave to all others of their row at a temperature; see
    :func:`probability_at`."""
    return rest(np.asarray(logits, dtype=np.float64) / temperature, log_sum_exp_at)


def probability_at_zero(logit: float, highest: float, ties: float) -> float:
    """The probability of one score as T goes to 0: the ``ties`` scores equal to the highest share
    all of it."""
    return 1.0 / ties if logit == highest else 0.0


def rest_at_zero(logits: Any, highest: float, ties: float) -> float:
    """What some scores (rank) leave to all others of their row as T goes to 0; see
    :func:`probability_at_zero`."""
    return 1.0 - float((np.asarray(logits, dtype=np.float64) == highest).sum()) / ties


def entropy_at_zero(ties: float) -> float:
    """The uncertainty in bits as T goes to 0: that of a fair choice among the ``ties`` scores equal
    to the highest."""
    return float(np.log2(ties))


def entropy_at_most(vocab: float) -> float:
    """The largest uncertainty that ``vocab`` tokens can have, in bits: that of a fair die with so
    many sides."""
    return float(np.log2(vocab))


def sides(bits: float) -> float:
    """2^bits: how many sides a fair die has whose throw is as uncertain; the inverse of
    :func:`entropy_at_most`."""
    return float(2.0**bits)


def shares_among(logits: Any, temperature: float) -> Vector:
    """The shares (rank) of some scores when no others may be drawn: softmax of these alone."""
    return softmax(logits, temperature)


def percent(shares: Any) -> float:
    """What some shares add up to, in percent."""
    return float(np.asarray(shares, dtype=np.float64).sum() * 100)
