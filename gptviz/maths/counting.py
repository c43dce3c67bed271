"""How many: parameters, multiplications, bytes, false pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def multiplications(
    n_layer: float, d_model: float, d_mlp: float, vocab: float, tokens: float
) -> float:
    """How many multiplications one more token costs a GPT-2 that has kept keys and values of
    ``tokens`` tokens.

    Of each block: 3 d^2 for query, key and value, d^2 for the heads' common output, 2 d d_mlp for
    the MLP, and for each token that may be looked at d for its score and d for its value; at the
    end d for each entry of the vocabulary. Kaplan et al. 2020, "Scaling laws for neural language
    models", table 1, with the vocabulary's share added.
    """
    block = 4 * d_model**2 + 2 * d_model * d_mlp + 2 * d_model * tokens
    return float(n_layer * block + d_model * vocab)


def multiplications_shared(
    n_layer: float,
    d_model: float,
    d_mlp: float,
    vocab: float,
    d_heads: float,
    d_keys: float,
    matrices: float,
    tokens: float,
) -> float:
    """As :func:`multiplications`, of a decoder whose heads are ``d_heads`` numbers wide together and
    their keys ``d_keys``, with so many ``matrices`` in an MLP.

    Of each block: d d_heads for query and output each, d d_keys for key and value each, d d_mlp for
    each matrix of the MLP, and d_heads twice for each token that may be looked at.
    """
    block = 2 * d_model * (d_heads + d_keys) + matrices * d_model * d_mlp + 2 * d_heads * tokens
    return float(n_layer * block + d_model * vocab)


def multiplications_of_all_shared(
    n_layer: float,
    d_model: float,
    d_mlp: float,
    vocab: float,
    d_heads: float,
    d_keys: float,
    matrices: float,
    tokens: float,
) -> float:
    """As :func:`multiplications_of_all`, of a decoder as in :func:`multiplications_shared`."""
    one = 2 * d_model * (d_heads + d_keys) + matrices * d_model * d_mlp
    block = tokens * one + d_heads * tokens * (tokens + 1)
    return float(n_layer * block + d_model * vocab)


def count_below(values: Any, bound: float) -> int:
    """How many of some values lie below a bound."""
    return int((np.asarray(values, dtype=np.float64) < bound).sum())


def count_above(values: Any, bound: float) -> int:
    """How many of some values exceed a bound."""
    return int((np.asarray(values, dtype=np.float64) > bound).sum())


def share_beyond(place: float, count: float) -> float:
    """Which share of all other words is farther from a word than the one in this place, 1 the
    nearest.

    ``count`` words there are, the word itself among them; it has no place.
    """
    return float((count - 1 - place) / (count - 1))


def wrapped_byte(weights: Any) -> npt.NDArray[np.uint8]:
    """|w| times 1024 in one byte that wraps round at 256, as ``(abs(w) * 1024).astype(uint8)``
    does."""
    return (np.abs(np.asarray(weights, dtype=np.float64)) * 1024).astype(np.int64).astype(np.uint8)


def saturating_byte(weights: Any) -> npt.NDArray[np.uint8]:
    """|w| times 1024 in one byte that stays at 255 once it is full."""
    return np.asarray(
        np.minimum(np.abs(np.asarray(weights, dtype=np.float64)) * 1024, 255), dtype=np.uint8
    )


def layer_norm_parameters(d_model: float) -> float:
    """Learned numbers of a layer norm: a gain and a bias for each entry."""
    return 2 * d_model


def block_parameters(d_model: float, d_mlp: float) -> float:
    """Learned numbers of one GPT-2 block: four matrices with their biases and two layer norms.

    d x 3d + 3d, d x d + d, d x m + m, m x d + d, and 2 x 2d: transformers' ``GPT2Block``.
    """
    return 4 * d_model**2 + 2 * d_model * d_mlp + 5 * d_model + d_mlp + 4 * d_model


def gpt2_parameters(
    n_layer: float, d_model: float, d_mlp: float, vocab: float, positions: float
) -> float:
    """Learned numbers of a GPT-2, its output matrix being its embedding (tied): transformers'
    ``GPT2LMHeadModel``."""
    return (vocab + positions) * d_model + n_layer * block_parameters(d_model, d_mlp) + 2 * d_model


def kv_cache_bytes(n_layer: float, d_keys: float, tokens: float, bytes_each: float) -> float:
    """The size of the keys and values kept for ``tokens`` tokens: two vectors as wide as all keys
    together (in GPT-2 d_model) in every block."""
    return 2 * n_layer * d_keys * tokens * bytes_each


def attention_matrices(n_layer: float, n_head: float, d_model: float, d_head: float) -> float:
    """Numbers of the query, key, value and output matrices of all blocks, biases left out."""
    return 4 * n_layer * n_head * d_model * d_head


def mlp_matrices(n_layer: float, d_model: float, d_mlp: float) -> float:
    """Numbers of the up and down matrices of all blocks, biases left out."""
    return 2 * n_layer * d_model * d_mlp


def matrices_as_counted(n_layer: float, n_head: float) -> float:
    """How many matrices there are when every head's query, key and value map count as one each.

    Beside them one output matrix and two MLP matrices to a block, the embedding and the
    unembedding: the count of 3Blue1Brown 2024, "Transformers, the tech behind LLMs", for GPT-3.
    """
    return n_layer * n_head * 3 + n_layer + 2 * n_layer + 2


def multiplications_of_all(
    n_layer: float, d_model: float, d_mlp: float, vocab: float, tokens: float
) -> float:
    """How many multiplications a text of ``tokens`` tokens costs when all of it is computed for its
    last prediction.

    As :func:`multiplications`, for every token of the text: token i looks at i tokens, and the last
    alone is scored.
    """
    block = tokens * (4 * d_model**2 + 2 * d_model * d_mlp) + d_model * tokens * (tokens + 1)
    return float(n_layer * block + d_model * vocab)


def kv_cache_numbers(n_layer: float, d_keys: float, tokens: float) -> float:
    """How many numbers the keys and values of ``tokens`` tokens are: two vectors as wide as all
    keys together (in GPT-2 d_model) in every block."""
    return 2 * n_layer * d_keys * tokens
