"""The formulas that a viewer is told, in plain numpy. Recorders and films use these and no others.

Functions take float64 arrays and give float64. Probabilities are shares of one, entropies bits, where not said
otherwise.
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


def surprise(logit: float, log_sum_exp: float) -> float:
    """The loss of one prediction, in nats: minus the natural log of the probability that the true token was given.

    Cross-entropy with a one-hot truth: Goodfellow, Bengio, Courville 2016, "Deep Learning", eq. 6.12.
    """
    return float(log_sum_exp - logit)


def surprises(logits: Any, log_sum_exps: Any) -> Vector:
    """The loss of several predictions (token), in nats, each from its own row; see :func:`surprise`."""
    return np.asarray(log_sum_exps, dtype=np.float64) - np.asarray(logits, dtype=np.float64)


def mean(values: Any) -> float:
    """The arithmetic mean of some values."""
    return float(np.asarray(values, dtype=np.float64).mean())


def total(values: Any) -> float:
    """The sum of some values."""
    return float(np.asarray(values, dtype=np.float64).sum())


def difference(after: float, before: float) -> float:
    """How much the first of two values exceeds the second."""
    return float(after - before)


def perplexity(loss: float) -> float:
    """e^loss: among how many equally likely tokens a model with this loss (nats) would be choosing.

    Jelinek, Mercer, Bahl, Baker 1977, "Perplexity - a measure of the difficulty of speech recognition tasks".
    """
    return float(np.exp(loss))


def descending(scores: Any) -> npt.NDArray[np.int64]:
    """The indices of scores (vocab) from the highest to the lowest; of equal scores the lower index comes first."""
    return np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")


def top_p_size(shares: Any, p: float) -> int:
    """How many of the likeliest tokens (rank, highest first) are needed until their shares reach ``p``.

    The nucleus of Holtzman, Buys, Du, Forbes, Choi 2020, "The curious case of neural text degeneration", eq. 2.
    Raises ValueError for a p outside (0, 1].
    """
    if not 0 < p <= 1:
        raise ValueError(f"a top-p of {p}: it lies above 0 and is at most 1")
    cumulative = np.cumsum(np.asarray(shares, dtype=np.float64))
    return min(int(np.searchsorted(cumulative, p, side="left")) + 1, len(cumulative))


def cumulative_bounds(shares: Any) -> Vector:
    """Where the intervals of shares (rank) lie when they are put end to end: 0, then the running sum, which ends at 1.

    Share i lies between entries i and i + 1 (rank + 1 entries); divided by the total, so that the last is exactly 1.
    Inverse transform sampling: Devroye 1986, "Non-uniform random variate generation", chapter III.2.
    """
    running = np.concatenate(([0.0], np.cumsum(np.asarray(shares, dtype=np.float64))))
    running /= running[-1]
    running[-1] = 1.0
    return running


def drawn(bounds: Any, u: float) -> int:
    """Which interval [low, high) of :func:`cumulative_bounds` a number u of [0, 1) falls into."""
    edges = np.asarray(bounds, dtype=np.float64)
    return min(int(np.searchsorted(edges, u, side="right")), len(edges) - 1) - 1


def chance_all_drawn(shares: Any) -> float:
    """The chance that as many draws without replacement as there are shares (rank) give these and no others.

    The sum over all orders of the products of p_i over what is left: Plackett 1975, "The analysis of permutations",
    eq. 2. Computed over subsets: an order's next factor depends only on which were drawn before it. At most 16 shares.
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


def products(weights: Any, data: Any) -> Vector:
    """Weight times number, term by term (d_model)."""
    return np.asarray(weights, dtype=np.float64) * np.asarray(data, dtype=np.float64)


def running_sums(weights: Any, data: Any, bias: float | None = None) -> Vector:
    """The running sum of a dot product (d_model): entry i adds the first i + 1 products (to the bias, if given)."""
    return np.cumsum(products(weights, data)) + (0.0 if bias is None else bias)


def dot(first: Any, second: Any) -> float:
    """The dot product of two vectors."""
    return float(np.asarray(first, dtype=np.float64) @ np.asarray(second, dtype=np.float64))


def norm(vector: Any) -> float:
    """The Euclidean length of a vector."""
    return float(np.linalg.norm(np.asarray(vector, dtype=np.float64)))


def cosine(first: Any, second: Any) -> float:
    """The cosine of the angle between two vectors. Raises ValueError where one of them is zero."""
    length = norm(first) * norm(second)
    if length == 0:
        raise ValueError("a vector of zeros has no direction")
    return dot(first, second) / length


def layer_norm(vector: Any, gain: Any, bias: Any, epsilon: float = 1e-5) -> Vector:
    """A vector (d_model) with its mean taken off, divided by its deviation, times gain, plus bias.

    Ba, Kiros, Hinton 2016, "Layer normalization", eq. 4; the variance is the mean square, plus epsilon, as in GPT-2.
    """
    x = np.asarray(vector, dtype=np.float64)
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + epsilon)
    return np.asarray(centred / deviation * np.asarray(gain, dtype=np.float64) + np.asarray(bias, dtype=np.float64))


def gelu_new(x: Any) -> Any:
    """GPT-2's activation: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).

    Hendrycks, Gimpel 2016, "Gaussian error linear units", section 2 (tanh approximation); transformers' ``gelu_new``.
    """
    value = np.asarray(x, dtype=np.float64)
    return 0.5 * value * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (value + 0.044715 * value**3)))


def multiplications(n_layer: float, d_model: float, d_mlp: float, vocab: float, tokens: float) -> float:
    """How many multiplications one more token costs a GPT-2 that has kept keys and values of ``tokens`` tokens.

    Of each block: 3 d^2 for query, key and value, d^2 for the heads' common output, 2 d d_mlp for the MLP, and for each
    token that may be looked at d for its score and d for its value; at the end d for each entry of the vocabulary.
    Kaplan et al. 2020, "Scaling laws for neural language models", table 1, with the vocabulary's share added.
    """
    block = 4 * d_model**2 + 2 * d_model * d_mlp + 2 * d_model * tokens
    return float(n_layer * block + d_model * vocab)


def descent_step(weight: float, rate: float, gradient: float) -> float:
    """A weight after one step of gradient descent: w - rate times gradient.

    Robbins, Monro 1951; Goodfellow, Bengio, Courville 2016, "Deep Learning", algorithm 8.1.
    """
    return float(weight - rate * gradient)


def entropy(shares: Any) -> float:
    """The uncertainty of shares of one (vocab), in bits: minus the sum of p log2 p; shares of zero add nothing.

    Shannon 1948, "A mathematical theory of communication", section 6.
    """
    p = np.asarray(shares, dtype=np.float64)
    p = p[p > 0]
    return float(-(p * np.log2(p)).sum())


# --- attention ----------------------------------------------------------------------------------------------------


def attention_scores(queries: Any, keys: Any) -> Vector:
    """Raw scores (query, key): the dot product of every query (query, d_head) with every key (key, d_head).

    Vaswani et al. 2017, "Attention is all you need", eq. 1, before the division.
    """
    return np.asarray(np.asarray(queries, dtype=np.float64) @ np.asarray(keys, dtype=np.float64).T)


def scaled(scores: Any, d_head: float) -> Any:
    """Scores divided by the root of the length of the vectors that made them: Vaswani et al. 2017, section 3.2.1."""
    return np.asarray(scores, dtype=np.float64) / np.sqrt(d_head)


def causal_mask(length: float) -> npt.NDArray[np.bool_]:
    """Which key (key) each query (query) may look at: itself and what stands before it."""
    return np.tril(np.ones((int(length), int(length)), dtype=bool))


def attention_pattern(scores: Any, d_head: float) -> Vector:
    """Weights (..., query, key) from raw scores: divided, the future struck out, softmax of each row.

    Vaswani et al. 2017, eq. 1 with the mask of section 3.2.3: its minus infinity gives a weight of exactly 0.
    """
    x = np.asarray(scaled(scores, d_head))
    x = np.where(causal_mask(x.shape[-1]), x, -np.inf)
    return softmax(x)


def attention_unmasked(scores: Any, d_head: float) -> Vector:
    """Weights (..., query, key) from raw scores as :func:`attention_pattern` gives them, but without the mask."""
    return softmax(scaled(scores, d_head))


def previous_token_score(pattern: Any) -> Any:
    """The mean weight on the token before, over the queries after the first. ``pattern`` is (..., query, key).

    Previous token heads: Wang et al. 2022, "Interpretability in the wild", section 3.
    """
    return np.diagonal(np.asarray(pattern, dtype=np.float64), offset=-1, axis1=-2, axis2=-1).mean(axis=-1)


def self_token_score(pattern: Any) -> Any:
    """The mean weight on the query's own token, over the queries after the first. ``pattern`` is (..., query, key)."""
    return np.diagonal(np.asarray(pattern, dtype=np.float64), axis1=-2, axis2=-1)[..., 1:].mean(axis=-1)


def first_token_score(pattern: Any) -> Any:
    """The mean weight on the first token, over the queries after it. ``pattern`` is (..., query, key).

    The attention sink: Xiao, Tian, Chen, Han, Lewis 2023, "Efficient streaming language models with attention sinks".
    """
    return np.asarray(pattern, dtype=np.float64)[..., 1:, 0].mean(axis=-1)


def repeats(ids: Any) -> npt.NDArray[np.bool_]:
    """For each query (query) which earlier keys (key) are the same token."""
    row = np.asarray(ids)
    return np.tril(row[:, None] == row[None, :], k=-1)


def duplicate_token_score(pattern: Any, ids: Any) -> Any:
    """The mean weight on earlier copies of the query's own token, over the queries that have one.

    ``pattern`` is (..., query, key), ``ids`` (token). Duplicate token heads: Wang et al. 2022, "Interpretability in the
    wild", section 3. Raises ValueError where no token stands twice.
    """
    same = repeats(ids)
    if not same.any():
        raise ValueError("no token stands twice")
    onto = (np.asarray(pattern, dtype=np.float64) * same).sum(axis=-1)
    return onto[..., same.any(axis=-1)].mean(axis=-1)


def induction_score(pattern: Any, period: float) -> Any:
    """The mean weight on the token that followed the last copy of the query's token, in a text of repeated tokens.

    ``pattern`` is (..., query, key); the text repeats every ``period`` tokens, the queries are those after the first
    period. Olsson et al. 2022, "In-context learning and induction heads", "prefix matching score".
    """
    weights = np.asarray(pattern, dtype=np.float64)
    stripe = np.diagonal(weights, offset=1 - int(period), axis1=-2, axis2=-1)  # its first entry is query period - 1
    return stripe[..., 1:].mean(axis=-1)


def root(value: float) -> float:
    """The square root."""
    return float(np.sqrt(value))


def smallest(values: Any) -> float:
    """The smallest of some values."""
    return float(np.asarray(values, dtype=np.float64).min())


def count_below(values: Any, bound: float) -> int:
    """How many of some values lie below a bound."""
    return int((np.asarray(values, dtype=np.float64) < bound).sum())


def less(first: float, second: float) -> bool:
    """Whether the first of two values is smaller."""
    return first < second


def adds_up(whole: float, parts: Any) -> bool:
    """Whether parts make up a whole exactly."""
    return bool(whole == np.asarray(parts, dtype=np.float64).sum())


def count_above(values: Any, bound: float) -> int:
    """How many of some values exceed a bound."""
    return int((np.asarray(values, dtype=np.float64) > bound).sum())


def moved(pattern: Any, lengths: Any) -> Vector:
    """How much each key brings to each query (..., query, key): weight times the length (..., key) it gives.

    Kobayashi, Kuribayashi, Yokoi, Inui 2020, "Attention is not only a weight", eq. 4.
    """
    return np.asarray(np.asarray(pattern, dtype=np.float64) * np.asarray(lengths, dtype=np.float64)[..., None, :])


def shares_of_sum(values: Any) -> Vector:
    """Each value's share of the sum along the last axis."""
    x = np.asarray(values, dtype=np.float64)
    return np.asarray(x / x.sum(axis=-1, keepdims=True))


def composition(second: Any, first: Any) -> float:
    """How much of what ``first`` writes ``second`` reads: |second first| / (|second| |first|), Frobenius norms.

    Matrices as they act on a column vector. Elhage et al. 2021, "A mathematical framework for transformer circuits",
    "Two-layer attention-only transformers: composition": W_QK for K, W_QK^T for Q, W_OV for V.
    """
    after, before = np.asarray(second, dtype=np.float64), np.asarray(first, dtype=np.float64)
    return float(np.linalg.norm(after @ before) / (np.linalg.norm(after) * np.linalg.norm(before)))


def hidden_divisor(scores: Any, printed: Any) -> int:
    """By what whole number up to 64 scores (row, column) were divided, if their masked softmax is what was printed.

    The one whose largest difference is smallest; above the diagonal nothing is compared.
    """
    target = np.asarray(printed, dtype=np.float64)
    mask = causal_mask(len(target))

    def off(divisor: int) -> float:
        return float(np.abs(np.where(mask, attention_pattern(scores, divisor**2) - target, 0.0)).max())

    return min(range(1, 65), key=off)


def principal_components(points: Any, count: int) -> tuple[Vector, Vector, Vector]:
    """The ``count`` directions along which points (row, d_model) vary most.

    Gives coordinates (row, component), directions (component, d_model) and the shares of the variance that they hold
    (component), largest first.

    Signs are fixed: of every direction the entry of largest size is positive. Pearson 1901; computed as the singular
    value decomposition of the centred points (Jolliffe 2002, "Principal component analysis", section 3.5).
    """
    x = np.asarray(points, dtype=np.float64)
    centred = x - x.mean(axis=0)
    _, lengths, rows = np.linalg.svd(centred, full_matrices=False)
    rows = rows[:count]
    largest = np.abs(rows).argmax(axis=1)
    rows = rows * np.sign(rows[np.arange(len(rows)), largest])[:, None]
    return centred @ rows.T, rows, lengths[:count] ** 2 / (lengths**2).sum()


# --- weights ------------------------------------------------------------------------------------------------------


def wrapped_byte(weights: Any) -> npt.NDArray[np.uint8]:
    """|w| times 1024 in one byte that wraps round at 256, as ``(abs(w) * 1024).astype(uint8)`` does."""
    return (np.abs(np.asarray(weights, dtype=np.float64)) * 1024).astype(np.int64).astype(np.uint8)


def saturating_byte(weights: Any) -> npt.NDArray[np.uint8]:
    """|w| times 1024 in one byte that stays at 255 once it is full."""
    return np.asarray(np.minimum(np.abs(np.asarray(weights, dtype=np.float64)) * 1024, 255), dtype=np.uint8)


def ratio(part: float, whole: float) -> float:
    """One value divided by another."""
    return float(part / whole)


# --- parameters ---------------------------------------------------------------------------------------------------


def product(values: Any) -> float:
    """The product of some values: how many numbers a tensor of that shape holds."""
    return float(np.prod(np.asarray(values, dtype=np.float64)))


def layer_norm_parameters(d_model: float) -> float:
    """Learned numbers of a layer norm: a gain and a bias for each entry."""
    return 2 * d_model


def block_parameters(d_model: float, d_mlp: float) -> float:
    """Learned numbers of one GPT-2 block: four matrices with their biases and two layer norms.

    d x 3d + 3d, d x d + d, d x m + m, m x d + d, and 2 x 2d: transformers' ``GPT2Block``.
    """
    return 4 * d_model**2 + 2 * d_model * d_mlp + 5 * d_model + d_mlp + 4 * d_model


def gpt2_parameters(n_layer: float, d_model: float, d_mlp: float, vocab: float, positions: float) -> float:
    """Learned numbers of a GPT-2, its output matrix being its embedding (tied): transformers' ``GPT2LMHeadModel``."""
    return (vocab + positions) * d_model + n_layer * block_parameters(d_model, d_mlp) + 2 * d_model


def kv_cache_bytes(n_layer: float, d_model: float, tokens: float, bytes_each: float) -> float:
    """The size of the keys and values kept for ``tokens`` tokens: two vectors of d_model in every block."""
    return 2 * n_layer * d_model * tokens * bytes_each


def attention_matrices(n_layer: float, n_head: float, d_model: float, d_head: float) -> float:
    """Numbers of the query, key, value and output matrices of all blocks, biases left out."""
    return 4 * n_layer * n_head * d_model * d_head


def mlp_matrices(n_layer: float, d_model: float, d_mlp: float) -> float:
    """Numbers of the up and down matrices of all blocks, biases left out."""
    return 2 * n_layer * d_model * d_mlp


def matrices_as_counted(n_layer: float, n_head: float) -> float:
    """How many matrices there are when every head's query, key and value map count as one each.

    Beside them one output matrix and two MLP matrices to a block, the embedding and the unembedding:
    the count of 3Blue1Brown 2024, "Transformers, the tech behind LLMs", for GPT-3.
    """
    return n_layer * n_head * 3 + n_layer + 2 * n_layer + 2


def rest(logits: Any, log_sum_exp: float) -> float:
    """The probability that some scores (rank) leave to all others of their row; never below zero."""
    return max(0.0, remainder(probabilities(logits, log_sum_exp)))


def exponential(x: float) -> float:
    """e to the power of x."""
    return float(np.exp(x))


def powers(scores: Any, shift: float) -> Vector:
    """e^(x - shift) of some scores (rank): the numerators of softmax, with the scores shifted as every library does."""
    return np.asarray(np.exp(np.asarray(scores, dtype=np.float64) - shift))


def power_total(log_sum_exp: float, shift: float) -> float:
    """The sum of e^(x - shift) over a whole vocabulary, from its log-sum-exp: the denominator of softmax."""
    return float(np.exp(log_sum_exp - shift))


def power_rest(log_sum_exp: float, scores: Any, shift: float) -> float:
    """What the scores that are not shown add to the denominator of softmax."""
    return power_total(log_sum_exp, shift) - float(powers(scores, shift).sum())


def pulled(logits: Any, log_sum_exp: float, index: float, amount: float) -> Vector:
    """Probabilities (rank) of some scores after one of them, at ``index``, was raised by ``amount``; exact for the whole
    vocabulary, since only one term of its sum has changed.
    """
    shares = probabilities(logits, log_sum_exp)
    which = int(index)
    growth = np.exp(amount)
    moved = shares.copy()
    moved[which] *= growth
    return np.asarray(moved / (1 - shares[which] + shares[which] * growth))


def is_negative(highest: float) -> bool:
    """Whether the highest of some numbers is below zero: then all are."""
    return highest < 0


def place(rank: float) -> int:
    """The place that a rank counted from 0 is in when one counts from 1."""
    return int(rank) + 1


def mean_surprise(logits: Any, log_sum_exps: Any) -> float:
    """The mean loss of several predictions (token), in nats; see :func:`surprise`."""
    return mean(surprises(logits, log_sum_exps))


def multiplications_of_all(n_layer: float, d_model: float, d_mlp: float, vocab: float, tokens: float) -> float:
    """How many multiplications a text of ``tokens`` tokens costs when all of it is computed for its last prediction.

    As :func:`multiplications`, for every token of the text: token i looks at i tokens, and the last alone is scored.
    """
    block = tokens * (4 * d_model**2 + 2 * d_model * d_mlp) + d_model * tokens * (tokens + 1)
    return float(n_layer * block + d_model * vocab)


def kv_cache_numbers(n_layer: float, d_model: float, tokens: float) -> float:
    """How many numbers the keys and values of ``tokens`` tokens are: two vectors of d_model in every block."""
    return 2 * n_layer * d_model * tokens


def probability_at(logit: float, log_sum_exp_at: float, temperature: float) -> float:
    """The probability of one score at a temperature, given the log-sum-exp of its whole row over that temperature."""
    return float(np.exp(logit / temperature - log_sum_exp_at))


def temperature_grid() -> Vector:
    """The temperatures that a sweep passes through (temperature): 0.05 to 5 in steps of 0.01."""
    return np.arange(5, 501) / 100.0


def rest_at(logits: Any, log_sum_exp_at: float, temperature: float) -> float:
    """What some scores (rank) leave to all others of their row at a temperature; see :func:`probability_at`."""
    return rest(np.asarray(logits, dtype=np.float64) / temperature, log_sum_exp_at)


def probability_at_zero(logit: float, highest: float, ties: float) -> float:
    """The probability of one score as T goes to 0: the ``ties`` scores equal to the highest share all of it."""
    return 1.0 / ties if logit == highest else 0.0


def rest_at_zero(logits: Any, highest: float, ties: float) -> float:
    """What some scores (rank) leave to all others of their row as T goes to 0; see :func:`probability_at_zero`."""
    return 1.0 - float((np.asarray(logits, dtype=np.float64) == highest).sum()) / ties


def entropy_at_zero(ties: float) -> float:
    """The uncertainty in bits as T goes to 0: that of a fair choice among the ``ties`` scores equal to the highest."""
    return float(np.log2(ties))


# --- words --------------------------------------------------------------------------------------------------------


def distance(first: Any, second: Any) -> float:
    """The Euclidean distance of two points."""
    return norm(np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64))


def landing(a: Any, b: Any, c: Any) -> Vector:
    """Where the arrow from b to c ends when it is carried to a: a - b + c (d_model).

    Mikolov, Yih, Zweig 2013, "Linguistic regularities in continuous space word representations", section 4.
    """
    return np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64) + np.asarray(c, dtype=np.float64)


def landing_cosine(a: Any, b: Any, c: Any, d: Any) -> float:
    """The cosine of d with the place where a - b + c lands; see :func:`landing`."""
    return cosine(landing(a, b, c), d)


def landing_distance(a: Any, b: Any, c: Any, d: Any) -> float:
    """How far d lies from the place where a - b + c lands; see :func:`landing`."""
    return distance(landing(a, b, c), d)


def arrow_cosine(start: Any, end: Any, other_start: Any, other_end: Any) -> float:
    """How alike two arrows are: the cosine of end - start with other_end - other_start."""
    return cosine(landing(end, start, 0.0), landing(other_end, other_start, 0.0))


def along(dot_product: float, length: float) -> float:
    """How far a vector reaches along a direction: its dot product with it over the direction's length, its shadow."""
    return float(dot_product / length)


def across(vector_length: float, dot_product: float, length: float) -> float:
    """How far a vector's tip lies beside a direction, by Pythagoras from its length and its shadow (:func:`along`)."""
    return float(np.sqrt(max(vector_length**2 - along(dot_product, length) ** 2, 0.0)))


def average_ranks(values: Any) -> Vector:
    """The ranks of values, 1 the smallest; equal values share the mean of their ranks."""
    x = np.asarray(values, dtype=np.float64)
    _, group, sizes = np.unique(x, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(sizes) - (sizes - 1) / 2.0)[group])


def spearman_rho(first: Any, second: Any) -> float:
    """How much two lists of values rise together, from -1 to 1: the correlation of their ranks.

    Spearman 1904, "The proof and measurement of association between two things"; ties as in Kendall 1948, section 3.
    Raises ValueError where all values of a list are equal.
    """
    return cosine(*(ranks - ranks.mean() for ranks in (average_ranks(first), average_ranks(second))))


def share_greater(first: Any, second: Any) -> float:
    """In which share of places the first of two lists holds the greater value."""
    return float((np.asarray(first, dtype=np.float64) > np.asarray(second, dtype=np.float64)).mean())


def median(values: Any) -> float:
    """The middle one of some values, or the mean of the two in the middle."""
    return float(np.median(np.asarray(values, dtype=np.float64)))


def largest(values: Any) -> float:
    """The largest of some values."""
    return float(np.asarray(values, dtype=np.float64).max())


def principal_directions(scatter: Any, count: int) -> tuple[Vector, Vector]:
    """The ``count`` main directions (component, d_model) of points, from the scatter matrix of all (d_model, d_model).

    With the shares of the variance that they hold (component), largest first. For points that are too many to be taken
    at once; source and signs as for :func:`principal_components`.
    """
    lengths, columns = np.linalg.eigh(np.asarray(scatter, dtype=np.float64))
    rows = columns.T[::-1][:count]
    strongest = np.abs(rows).argmax(axis=1)
    rows = rows * np.sign(rows[np.arange(len(rows)), strongest])[:, None]
    return rows, lengths[::-1][:count] / lengths.sum()


def is_majority(part: float, whole: float) -> bool:
    """Whether a part is more than half of a whole."""
    return part > whole / 2


def is_nearly_all(share: float) -> bool:
    """Whether a share is all but one hundredth, or more."""
    return share >= 0.99


# --- what a claim may say -----------------------------------------------------------------------------------------


def is_larger(first: float, second: float) -> bool:
    """Whether the first of two values is the larger."""
    return first > second


def is_falling(values: Any) -> bool:
    """Whether every value is smaller than the one before it."""
    return bool((np.diff(np.asarray(values, dtype=np.float64)) < 0).all())


def is_rising(values: Any) -> bool:
    """Whether every value is larger than the one before it."""
    return bool((np.diff(np.asarray(values, dtype=np.float64)) > 0).all())


def is_same(gap: float) -> bool:
    """Whether a difference of two scores is no more than the rounding of float32 over a whole model: 0.001."""
    return abs(gap) < 1e-3


def is_far_above(score: float, chance: float) -> bool:
    """Whether a score is more than five times what chance gives: no accident."""
    return score > 5 * chance


def moves(falling: Any, rising: Any) -> bool:
    """Whether each of some (pair, [before, after]) falls, and each of others rises."""
    down, up = (np.diff(np.asarray(pairs, dtype=np.float64), axis=-1) for pairs in (falling, rising))
    return bool((down < 0).all() and (up > 0).all())


def entropy_at_most(vocab: float) -> float:
    """The largest uncertainty that ``vocab`` tokens can have, in bits: that of a fair die with so many sides."""
    return float(np.log2(vocab))


def shares_among(logits: Any, temperature: float) -> Vector:
    """The shares (rank) of some scores when no others may be drawn: softmax of these alone."""
    return softmax(logits, temperature)


def are_lively(kept: float) -> bool:
    """Whether scores that are kept hold less than a tenth of the probability: what is then drawn is another row."""
    return kept < 0.1


def are_the_best(ranks: Any) -> bool:
    """Whether some ranks (step), in any order, are exactly the first ones."""
    return sorted(int(rank) for rank in np.asarray(ranks)) == list(range(len(np.asarray(ranks))))


def is_nothing(count: float) -> bool:
    """Whether there is none of something."""
    return count == 0


def is_several(count: float) -> bool:
    """Whether there is more than one of something."""
    return count > 1


def all_grew(before: Any, after: Any) -> bool:
    """Whether every entry of ``after`` is larger than its partner in ``before``."""
    return bool(np.all(np.asarray(after) > np.asarray(before)))


def percent(shares: Any) -> float:
    """What some shares add up to, in percent."""
    return float(np.asarray(shares, dtype=np.float64).sum() * 100)
