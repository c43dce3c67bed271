"""Attention of one run: the weights of all heads, or everything about one of them.

The terms are TransformerLens': ``q``, ``k``, ``v``, ``scores``, ``pattern``, ``z``. What every
formula is stands in :mod:`gptviz.maths`; which head is shown is chosen by the rules of
:mod:`gptviz.recorders.choosing`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gptviz import maths
from gptviz.errors import NotRecorded
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.choosing import (
    JUMP_RULE,
    Array,
    Choice,
    far_pairs,
    head_scores,
    spotlights,
    strongest,
    word_position,
)
from gptviz.recorders.facts import facts
from gptviz.recording.families import AttentionHead, AttentionPatterns
from gptviz.recording.schema import Content

SINK = 0.5  # a head whose mean weight on the first token exceeds this is counted as looking there
WHOLE = 1_000_000  # bytes; patterns larger than this are kept in half precision
RUNNERS = 5


@recorder(AttentionPatterns)
def record_patterns(model: Model, request: AttentionPatterns) -> Content:
    """The weights of all heads (layer, head, query, key), their scores (layer, head), and the heads
    that stand out.

    Later tokens do not change what earlier ones see, so the run of the first ``longest`` tokens is
    exact for them.
    """
    ids, length = _beginning(model, request.prompt, request.longest)
    pattern = model.attention(ids).pattern
    scores = head_scores(pattern, ids)
    small = pattern if pattern.nbytes <= WHOLE else pattern.astype(np.float16)
    tensors: dict[str, tuple[Array, tuple[str, ...]]] = {
        "pattern": (small, ("layer", "head", "query", "key"))
    }
    tensors |= {name: (np.asarray(values), ("layer", "head")) for name, values in scores.items()}
    values = {
        **_sizes(model),
        "length": length,
        "kept": len(ids),
        "sink_bound": SINK,
        "sinks": maths.count_above(scores["first"], SINK) if scores else 0,
        "spotlights": spotlights(pattern, ids),
    }
    return Content(tokens={"prompt": model.token_rows(ids)}, values=values, tensors=tensors)


@recorder(AttentionHead)
def record_head(model: Model, request: AttentionHead) -> Content:
    """Scores and weights (query, key) of one head; with ``inside`` also its vectors and what
    becomes of them.

    ``inside`` adds ``q``, ``k``, ``v``, ``z`` (token, d_head), ``out`` (token, d_model): what this
    head adds to the stream, ``merged`` (token, d_model): z of all heads side by side, ``projected``
    (token, d_model): what all of them add, and ``normalised`` (token, d_model): what the layer
    reads. ``matrices`` adds ``w_q``, ``w_k``, ``w_v`` (d_model, d_head), the last two of them those
    of the keys and values that the head reads; queries and keys are turned afterwards where a model
    turns them. ``all_heads`` adds the weight on the pair in every head (layer, head).
    """
    ids, length = _beginning(model, request.prompt, request.longest)
    rows = model.token_rows(ids)
    attention = model.attention(ids)
    positions = (word_position(rows, request.query), word_position(rows, request.key))
    chosen = _choose(attention.pattern, ids, request, positions)
    layer, head = chosen["layer"], chosen["head"]
    tensors: dict[str, tuple[Array, tuple[str, ...]]] = {
        name: (np.asarray(array[layer, head], dtype=np.float32), ("query", "key"))
        for name, array in (
            ("scores", attention.scores),
            ("scaled", attention.scaled),
            ("pattern", attention.pattern),
        )
    }
    if request.inside:
        tensors |= _inside(model, ids, layer, head)
    if request.matrices:
        tensors |= _matrices(model, layer, head)
    pair = attention.pattern[:, :, chosen["query"], chosen["key"]]
    if request.all_heads:
        tensors["all_heads"] = np.asarray(pair, dtype=np.float32), ("layer", "head")
    values = {
        **_sizes(model),
        "length": length,
        "kept": len(ids),
        **chosen,
        "runners": _runners(pair),
    }
    return Content(tokens={"prompt": rows}, values=values, tensors=tensors)


def _choose(
    pattern: Array, ids: list[int], request: AttentionHead, pair: tuple[int | None, int | None]
) -> Choice:
    """The head, the pair of positions to look at, and the rule that chose them."""
    query, key = pair
    words = query is not None and key is not None and key <= query
    if request.head:
        layer, head = request.head
        if not (0 <= layer < pattern.shape[0] and 0 <= head < pattern.shape[1]):
            raise NotRecorded(
                f"there is no head {layer}.{head}",
                f"the model has {pattern.shape[0]} layers of {pattern.shape[1]} heads, counted from 0",
            )
        chosen = {"rule": "the head that was asked for", "layer": layer, "head": head}
        own = pattern[layer : layer + 1, head : head + 1]
        where = (query, key) if words else _pair(strongest(own, far_pairs(ids, 2)))
        return {**chosen, "query": where[0], "key": where[1], "score": float(own[(0, 0, *where)])}
    if words:
        layer, head = (
            int(i)
            for i in np.unravel_index(int(pattern[:, :, query, key].argmax()), pattern.shape[:2])
        )
        pair_of_words = (
            f"from the word {request.query.strip()!r} to the word {request.key.strip()!r}"
        )
        return {
            "rule": f"of all heads, the largest weight {pair_of_words}",
            "layer": layer,
            "head": head,
            "query": query,
            "key": key,
            "score": float(pattern[layer, head, query, key]),
        }
    if found := strongest(pattern, far_pairs(ids, 2)):
        return {"rule": JUMP_RULE, **found}
    anywhere = strongest(pattern, maths.causal_mask(len(ids)))
    assert anywhere is not None  # a query may always look at itself
    return {"rule": "of all heads, the largest weight", **anywhere}


def _pair(found: Choice | None) -> tuple[int, int]:
    return (found["query"], found["key"]) if found else (0, 0)


def _runners(weights: Array) -> list[Choice]:
    """The heads with the largest weights (layer, head) on the pair that is shown, largest first."""
    order = np.argsort(-weights, axis=None, kind="stable")[:RUNNERS]
    places = [np.unravel_index(int(i), weights.shape) for i in order]
    return [
        {"layer": int(layer), "head": int(head), "weight": float(weights[layer, head])}
        for layer, head in places
    ]


def _inside(
    model: Model, ids: list[int], layer: int, head: int
) -> dict[str, tuple[Array, tuple[str, ...]]]:
    run, block = model.activations(ids), f"blocks.{layer}."
    z = np.asarray(run[block + "z"])
    output = model.weight(f"{block}attn.W_O")[head]
    key = model.shape.key_of(head)
    vectors = {
        name: (np.asarray(run[block + name])[:, place], ("token", "d_head"))
        for name, place in (("q", head), ("k", key), ("v", key), ("z", head))
    }
    streams = {
        "out": z[:, head] @ output,
        "merged": z.reshape(len(ids), -1),
        "projected": run[block + "attn_out"],
        "normalised": run[block + "ln1"],
    }
    return {
        **vectors,
        **{
            name: (np.asarray(array, dtype=np.float32), ("token", "d_model"))
            for name, array in streams.items()
        },
    }


def _matrices(model: Model, layer: int, head: int) -> dict[str, tuple[Array, tuple[str, ...]]]:
    key = model.shape.key_of(head)
    return {
        f"w_{letter.lower()}": (
            np.asarray(model.weight(f"blocks.{layer}.attn.W_{letter}")[place], dtype=np.float32),
            ("d_model", "d_head"),
        )
        for letter, place in (("Q", head), ("K", key), ("V", key))
    }


def _beginning(model: Model, prompt: str, longest: int) -> tuple[list[int], int]:
    """The ids of the first ``longest`` tokens of a prompt, and how many it has."""
    ids = model.encode(prompt)
    return ids[:longest], len(ids)


def _sizes(model: Model) -> dict[str, Any]:
    shape = model.shape
    return {
        "layers": shape.n_layer,
        "heads": shape.n_head,
        "d_model": shape.d_model,
        "d_head": shape.d_head,
        **facts(model),
    }
