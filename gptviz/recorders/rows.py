"""Rows of scores as recordings keep them: the highest of each, and what makes true probabilities of
them; tokens by id, and by text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import PromptRefused
from gptviz.models.interface import Model
from gptviz.recording.schema import TokenRow


@dataclass(frozen=True)
class Rows:
    """The ``ids`` and ``logits`` of the highest scores (row, rank), and of each whole row
    ``logsumexp`` and ``entropy`` (bits), each (row).
    """

    ids: npt.NDArray[np.int32]
    logits: npt.NDArray[np.float32]
    logsumexp: npt.NDArray[np.float64]
    entropy: npt.NDArray[np.float64]


def top_rows(logits: npt.NDArray[Any], top: int) -> Rows:
    """The ``top`` highest scores of each row of ``logits`` (row, vocab); of equal scores the lower
    id comes first."""
    ids = np.stack([maths.descending(row)[:top] for row in logits])
    return Rows(
        ids.astype(np.int32),
        np.take_along_axis(logits, ids, axis=1).astype(np.float32),
        np.array([maths.logsumexp(row) for row in logits]),
        np.array([maths.entropy(maths.softmax(row)) for row in logits]),
    )


def rank_of(scores: npt.NDArray[Any], token_id: int) -> int:
    """How many tokens come before this one in the order of :func:`gptviz.maths.descending`; 0 for
    the likeliest."""
    score = scores[token_id]
    return int((scores > score).sum() + (scores[:token_id] == score).sum())


def table(model: Model, *ids: Iterable[Any]) -> list[TokenRow]:
    """One row for every token that occurs, by rising id: each is written once, however often a
    recording names it."""
    unique = sorted({int(i) for each in ids for i in np.asarray(each).ravel()})
    return model.token_rows(unique)


def one_token(model: Model, text: str) -> int:
    """The id of a text that is one token. Raises PromptRefused where it is more."""
    ids = model.encode(text)
    if len(ids) != 1:
        raise PromptRefused(
            f"{text!r} is {len(ids)} tokens",
            "one next token is asked about",
            "give one token, with the space in front of it where a word has one",
        )
    return ids[0]
