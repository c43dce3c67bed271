"""Which head, and which pair of tokens, a film shows: rules over what was recorded, with their
wordings.

A rule is stated in the recording, so that another model shows its own heads; none is named in a
scene.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.recording.schema import TokenRow

Array = npt.NDArray[Any]
Choice = dict[str, Any]

FAR = 3  # places back from which on a weight is called a reach: beyond the token before, and the one before that

SCORE_RULES = {
    "first": "the head with the largest mean weight on the first token",
    "previous": "the head with the largest mean weight on the token before",
    "self": "the head with the largest mean weight on the query's own token",
    "duplicate": "the head with the largest mean weight on earlier copies of the query's own token",
}
INDUCTION_RULE = "the head with the largest mean weight on the token that followed the last copy of the query's token"
_NEITHER = "neither the first token nor a copy of the query's own"
JUMP_RULE = f"of all heads, the largest weight on a token two or more places back, {_NEITHER}"
REACH_RULE = f"of all heads, the largest weight on a token three or more places back, {_NEITHER}"


def head_scores(pattern: Array, ids: list[int]) -> dict[str, Array]:
    """The scores ``first``, ``previous``, ``self`` and ``duplicate`` of all heads, each (layer,
    head).

    ``pattern`` is (layer, head, query, key). A score that a prompt cannot have (one token; no token
    twice) is left out.
    """
    if len(ids) < 2:
        return {}
    scores = {
        "first": maths.first_token_score(pattern),
        "previous": maths.previous_token_score(pattern),
        "self": maths.self_token_score(pattern),
    }
    if maths.repeats(ids).any():
        scores["duplicate"] = maths.duplicate_token_score(pattern, ids)
    return scores


def best(scores: Array) -> tuple[int, int]:
    """Layer and head of the highest of scores (layer, head); of equal ones the earlier."""
    layer, head = np.unravel_index(int(np.argmax(scores)), scores.shape)
    return int(layer), int(head)


def choose(scores: Array, rule: str) -> Choice:
    """The best head by scores (layer, head) as a recording names it: ``rule``, ``layer``, ``head``,
    ``score``."""
    layer, head = best(scores)
    return {"rule": rule, "layer": layer, "head": head, "score": float(scores[layer, head])}


def best_heads(scores: Mapping[str, Array]) -> dict[str, Choice]:
    """Of each named score (layer, head) the best head, with the rule that chose it."""
    return {name: choose(values, SCORE_RULES[name]) for name, values in scores.items()}


def spotlights(pattern: Array, ids: list[int]) -> dict[str, Choice]:
    """The heads that stand out on one prompt: the best by each score, the strongest ``jump``, the
    strongest ``reach``.

    Each with its rule, ``layer``, ``head``, ``score``, the pair of positions ``query`` and ``key``
    where it shows most, and for a score the ``weight`` there and the ``least`` weight of all its
    queries.
    """
    kinds = {
        "first": _first(len(ids)),
        "previous": np.eye(len(ids), k=-1, dtype=bool),
        "self": np.eye(len(ids), dtype=bool),
        "duplicate": maths.repeats(ids),
    }
    for kind in kinds.values():
        kind[0] = False  # the first query has no choice
    chosen = best_heads(head_scores(pattern, ids))
    for name, choice in chosen.items():
        weights = np.where(kinds[name], pattern[choice["layer"], choice["head"]], 0.0)
        query, key = (int(i) for i in np.unravel_index(int(weights.argmax()), weights.shape))
        each = weights.sum(axis=-1)[kinds[name].any(axis=-1)]
        choice.update(
            query=query, key=key, weight=float(weights[query, key]), least=float(each.min())
        )
    for name, rule, places in (("jump", JUMP_RULE, FAR - 1), ("reach", REACH_RULE, FAR)):
        if found := strongest(pattern, far_pairs(ids, places)):
            chosen[name] = {"rule": rule, **found}
    return chosen


def far_pairs(ids: list[int], places: int) -> npt.NDArray[np.bool_]:
    """The pairs (query, key) at least so many places apart whose key is neither the first token nor
    the query's own."""
    length = len(ids)
    pairs = np.tril(np.ones((length, length), dtype=bool), k=-places) & ~maths.repeats(ids)
    pairs[:, 0] = False
    return pairs


def strongest(pattern: Array, pairs: npt.NDArray[np.bool_]) -> Choice | None:
    """The head and the pair among ``pairs`` (query, key) with the largest weight, or None where
    there is no pair."""
    if not pairs.any():
        return None
    weights = np.where(pairs, pattern, -1.0)
    layer, head, query, key = (
        int(i) for i in np.unravel_index(int(weights.argmax()), weights.shape)
    )
    return {
        "layer": layer,
        "head": head,
        "score": float(pattern[layer, head, query, key]),
        "query": query,
        "key": key,
    }


def word_position(rows: list[TokenRow], word: str) -> int | None:
    """The position of the token that ends ``word`` (the last one, not inside a longer word), or
    None without it."""
    wanted = word.strip().encode()
    if not wanted:
        return None
    ends = np.cumsum([len(bytes.fromhex(row.bytes)) for row in rows])
    text = b"".join(bytes.fromhex(row.bytes) for row in rows)
    start = len(text)
    while (start := text.rfind(wanted, 0, start + len(wanted) - 1)) >= 0:
        end = start + len(wanted)
        if not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
            return int(np.searchsorted(ends, end))
    return None


def _first(length: int) -> npt.NDArray[np.bool_]:
    mask = np.zeros((length, length), dtype=bool)
    mask[:, 0] = True
    return mask
