"""Small tracked arrays and awkward tokens for tests of the drawing library."""

from __future__ import annotations

from typing import Any

import numpy as np

from gptviz.recording.address import Place
from gptviz.recording.number import Number, Numbers, Token

LONG = " a_token_of_exactly_forty_characters_here"
AWKWARD = ["As", " the", LONG, "\U0001f600", "\n", "", "  "]


def numbers(array: Any, tensor: str = "tensor") -> Numbers:
    """An array as if it came from a recording."""
    return Numbers(np.asarray(array, dtype=np.float64), Place.tensor("test/scene/need", tensor))


def number(value: float) -> Number:
    return Number(value, Place.tensor("test/scene/need", "values.x"))


def token(text: str, index: int = 0, raw: bytes | None = None) -> Token:
    raw = text.encode() if raw is None else raw
    return Token(
        text, Number(index, Place.tensor("test", "tokens.id", index)), raw, f"test#{index}"
    )


def tokens(count: int) -> list[Token]:
    """As many tokens as wanted: a long one, an emoji, a line break, a part of a character among
    them."""
    made = [token(AWKWARD[i % len(AWKWARD)], i) for i in range(count)]
    if count > 5:
        made[5] = token("\ufffd", 5, b"\xf0\x9f")
    return made


def pattern(*shape: int) -> np.ndarray:
    """Random attention (..., query, key) whose rows add to one, nothing above the diagonal."""
    weights = np.tril(np.random.default_rng(0).random(shape) ** 2 + 1e-3)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))
