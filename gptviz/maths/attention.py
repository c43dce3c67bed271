"""What attention computes, and what heads are measured by."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz.maths.scores import softmax
from gptviz.maths.types import Vector


def attention_scores(queries: Any, keys: Any) -> Vector:
    """Raw scores (query, key): the dot product of every query (query, d_head) with every key (key,
    d_head).

    Vaswani et al. 2017, "Attention is all you need", eq. 1, before the division.
    """
    return np.asarray(np.asarray(queries, dtype=np.float64) @ np.asarray(keys, dtype=np.float64).T)


def scaled(scores: Any, d_head: float) -> Any:
    """Scores divided by the root of the length of the vectors that made them: Vaswani et al. 2017,
    section 3.2.1."""
    return np.asarray(scores, dtype=np.float64) / np.sqrt(d_head)


def divisor(d_head: float, layer: float = 0, by_root: bool = True, by_layer: bool = False) -> float:
    """What scores are divided by: the root of ``d_head``, or 1; and, ``by_layer``, the number of
    the block (``layer`` counts from 0) as well.

    Vaswani et al. 2017, section 3.2.1; transformers' ``scale_attn_weights`` and
    ``scale_attn_by_inverse_layer_idx``.
    """
    return float((np.sqrt(d_head) if by_root else 1.0) * (layer + 1 if by_layer else 1))


def causal_mask(length: float) -> npt.NDArray[np.bool_]:
    """Which key (key) each query (query) may look at: itself and what stands before it."""
    return np.tril(np.ones((int(length), int(length)), dtype=bool))


def attention_pattern(scores: Any, d_head: float) -> Vector:
    """Weights (..., query, key) from raw scores: divided, the future struck out, softmax of each
    row.

    Vaswani et al. 2017, eq. 1 with the mask of section 3.2.3: its minus infinity gives a weight of
    exactly 0.
    """
    x = np.asarray(scaled(scores, d_head))
    x = np.where(causal_mask(x.shape[-1]), x, -np.inf)
    return softmax(x)


def attention_unmasked(scores: Any, d_head: float) -> Vector:
    """Weights (..., query, key) from raw scores as :func:`attention_pattern` gives them, but
    without the mask."""
    return softmax(scaled(scores, d_head))


def previous_token_score(pattern: Any) -> Any:
    """The mean weight on the token before, over the queries after the first. ``pattern`` is (...,
    query, key).

    Previous token heads: Wang et al. 2022, "Interpretability in the wild", section 3.
    """
    return np.diagonal(np.asarray(pattern, dtype=np.float64), offset=-1, axis1=-2, axis2=-1).mean(
        axis=-1
    )


def self_token_score(pattern: Any) -> Any:
    """The mean weight on the query's own token, over the queries after the first. ``pattern`` is
    (..., query, key)."""
    return np.diagonal(np.asarray(pattern, dtype=np.float64), axis1=-2, axis2=-1)[..., 1:].mean(
        axis=-1
    )


def first_token_score(pattern: Any) -> Any:
    """The mean weight on the first token, over the queries after it. ``pattern`` is (..., query,
    key).

    The attention sink: Xiao, Tian, Chen, Han, Lewis 2023, "Efficient streaming language models with
    attention sinks".
    """
    return np.asarray(pattern, dtype=np.float64)[..., 1:, 0].mean(axis=-1)


def repeats(ids: Any) -> npt.NDArray[np.bool_]:
    """For each query (query) which earlier keys (key) are the same token."""
    row = np.asarray(ids)
    return np.tril(row[:, None] == row[None, :], k=-1)


def duplicate_token_score(pattern: Any, ids: Any) -> Any:
    """The mean weight on earlier copies of the query's own token, over the queries that have one.

    ``pattern`` is (..., query, key), ``ids`` (token). Duplicate token heads: Wang et al. 2022,
    "Interpretability in the wild", section 3. Raises ValueError where no token stands twice.
    """
    same = repeats(ids)
    if not same.any():
        raise ValueError("no token stands twice")
    onto = (np.asarray(pattern, dtype=np.float64) * same).sum(axis=-1)
    return onto[..., same.any(axis=-1)].mean(axis=-1)


def induction_score(pattern: Any, period: float) -> Any:
    """The mean weight on the token that followed the last copy of the query's token, in a text of
    repeated tokens.

    ``pattern`` is (..., query, key); the text repeats every ``period`` tokens, the queries are
    those after the first period. Olsson et al. 2022, "In-context learning and induction heads",
    "prefix matching score".
    """
    weights = np.asarray(pattern, dtype=np.float64)
    stripe = np.diagonal(
        weights, offset=1 - int(period), axis1=-2, axis2=-1
    )  # its first entry is query period - 1
    return stripe[..., 1:].mean(axis=-1)


def moved(pattern: Any, lengths: Any) -> Vector:
    """How much each key brings to each query (..., query, key): weight times the length (..., key)
    it gives.

    Kobayashi, Kuribayashi, Yokoi, Inui 2020, "Attention is not only a weight", eq. 4.
    """
    return np.asarray(
        np.asarray(pattern, dtype=np.float64) * np.asarray(lengths, dtype=np.float64)[..., None, :]
    )


def composition(second: Any, first: Any) -> float:
    """How much of what ``first`` writes ``second`` reads: |second first| / (|second| |first|),
    Frobenius norms.

    Matrices as they act on a column vector. Elhage et al. 2021, "A mathematical framework for
    transformer circuits", "Two-layer attention-only transformers: composition": W_QK for K, W_QK^T
    for Q, W_OV for V.
    """
    after, before = np.asarray(second, dtype=np.float64), np.asarray(first, dtype=np.float64)
    return float(np.linalg.norm(after @ before) / (np.linalg.norm(after) * np.linalg.norm(before)))


def hidden_divisor(scores: Any, printed: Any) -> int:
    """By what whole number up to 64 scores (row, column) were divided, if their masked softmax is
    what was printed.

    The one whose largest difference is smallest; above the diagonal nothing is compared.
    """
    target = np.asarray(printed, dtype=np.float64)
    mask = causal_mask(len(target))

    def off(divisor: int) -> float:
        return float(
            np.abs(np.where(mask, attention_pattern(scores, divisor**2) - target, 0.0)).max()
        )

    return min(range(1, 65), key=off)


def rotated(vector: Any, frequencies: Any, position: float) -> Vector:
    """A query or a key (d_head) turned by its position: of the first 2n entries, entry i and entry
    i + n by position times frequency i of ``frequencies`` (n), in radians; the others stay.

    Su et al. 2021, "RoFormer", eq. 34, with transformers' pairs of entries (``rotate_half``).
    """
    x = np.array(vector, dtype=np.float64)
    angles = np.asarray(frequencies, dtype=np.float64) * position
    n = len(angles)
    first, second = x[:n].copy(), x[n : 2 * n].copy()
    x[:n] = first * np.cos(angles) - second * np.sin(angles)
    x[n : 2 * n] = second * np.cos(angles) + first * np.sin(angles)
    return x


def turned_by(frequency: float, position: float) -> float:
    """By how many degrees a position turns a pair of entries."""
    return float(np.degrees(frequency * position))


def turn_length(frequency: float) -> float:
    """After how many positions a pair of entries has turned once around."""
    return float(2 * np.pi / frequency)
