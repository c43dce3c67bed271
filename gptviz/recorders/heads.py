"""What every head does: scores over several prompts, induction, what it brings from the first
token, its absence."""

from __future__ import annotations

from typing import Any

import numpy as np

from gptviz import maths
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.attention import SINK
from gptviz.recorders.choosing import (
    INDUCTION_RULE,
    SCORE_RULES,
    Array,
    best_heads,
    choose,
    head_scores,
)
from gptviz.recorders.repeats import chance_of, said_twice
from gptviz.recorders.rows import table, top_rows
from gptviz.recording.families import HeadAblation, HeadScores, InductionHeads, SinkNorms
from gptviz.recording.schema import Content

ABLATION_RULE = "the head without which the likeliest next token loses most probability"
Tensors = dict[str, tuple[Array, tuple[str, ...]]]
PER_HEAD = ("layer", "head")


@recorder(HeadScores)
def record_scores(model: Model, request: HeadScores) -> Content:
    """The scores ``first``, ``previous``, ``self``, ``duplicate`` of every head (layer, head):
    means over the prompts.

    ``by_prompt_<score>`` (row, layer, head) keeps each prompt's own; a prompt in which no token
    stands twice has no score for duplicates and is left out of that one.
    """
    found: dict[str, list[Array]] = {}
    sinks = []
    for prompt in request.prompts:
        ids = model.encode(prompt)
        scores = head_scores(model.attention(ids).pattern, ids)
        sinks.append(maths.count_above(scores["first"], SINK) if scores else 0)
        for name, values in scores.items():
            found.setdefault(name, []).append(values)
    means = {name: np.mean(rows, axis=0) for name, rows in found.items()}
    tensors: Tensors = {name: (values, PER_HEAD) for name, values in means.items()}
    tensors |= {
        f"by_prompt_{name}": (np.stack(rows), ("row", *PER_HEAD)) for name, rows in found.items()
    }
    return Content(
        values={
            "layers": model.shape.n_layer,
            "heads": model.shape.n_head,
            "sink_bound": SINK,
            "sinks": sinks,
            "prompts": {name: len(rows) for name, rows in found.items()},
            "best": best_heads(means),
        },
        tensors=tensors,
    )


@recorder(InductionHeads)
def record_induction(model: Model, request: InductionHeads) -> Content:
    """The induction score of every head (layer, head), the mean over ``draws`` texts of random
    tokens said twice.

    ``pattern`` (query, key) is that of the best head on the first text; ``chance`` is the score of
    a head that looks at everything before it equally. Models with few positions get shorter texts.
    No token stands twice within a period.
    """
    shape = model.shape
    texts = said_twice(model, request.tokens, request.draws, request.seed)
    period = len(texts[0]) // 2
    total: Any = 0.0
    for ids in texts:
        total = total + maths.induction_score(model.attention(ids).pattern, period)
    scores = np.asarray(total / len(texts))
    chosen = choose(scores, INDUCTION_RULE)
    shown = model.attention(texts[0]).pattern[chosen["layer"], chosen["head"]]
    return Content(
        tokens={"text": model.token_rows(texts[0])},
        values={
            "layers": shape.n_layer,
            "heads": shape.n_head,
            "period": period,
            "draws": len(texts),
            "chance": chance_of(period),
            "best": chosen,
        },
        tensors={
            "induction": (scores, PER_HEAD),
            "pattern": (np.asarray(shown, dtype=np.float32), ("query", "key")),
        },
        seed=request.seed,
    )


@recorder(SinkNorms)
def record_sink(model: Model, request: SinkNorms) -> Content:
    """How much every head looks at the first token, and how little it brings from there.

    ``first`` (layer, head): the mean weight on the first token; ``lengths`` (layer, head, token):
    the length of what a token has to give through the head, its value times the head's part of the
    output matrix (Kobayashi et al. 2020, eq. 4); ``brought`` (layer, head): the mean share of the
    first token in the sum of weight times length. ``pattern`` (query, key) is that of the head that
    looks there most.
    """
    ids = model.encode(request.prompt)[: request.longest]
    shape, run = model.shape, model.activations(ids)
    lengths = np.empty((shape.n_layer, shape.n_head, len(ids)), dtype=np.float32)
    for layer in range(shape.n_layer):
        output = model.weight(f"blocks.{layer}.attn.W_O")
        values_of = run[f"blocks.{layer}.v"][:, [shape.key_of(i) for i in range(shape.n_head)]]
        given = np.einsum("thd,hdm->htm", values_of, output)
        lengths[layer] = np.linalg.norm(given, axis=-1)
    pattern = np.stack([run[f"blocks.{layer}.pattern"] for layer in range(shape.n_layer)])
    rows = model.token_rows(ids)
    tensors: Tensors = {"lengths": (lengths, (*PER_HEAD, "token"))}
    values: dict[str, Any] = {
        "layers": shape.n_layer,
        "heads": shape.n_head,
        "sink_bound": SINK,
        "sinks": 0,
    }
    if len(ids) > 1:
        first = maths.first_token_score(pattern)
        brought = maths.first_token_score(maths.shares_of_sum(maths.moved(pattern, lengths)))
        chosen = choose(first, SCORE_RULES["first"])
        shown = pattern[chosen["layer"], chosen["head"]]
        values |= {"sinks": maths.count_above(first, SINK), "best": chosen}
        tensors |= {
            "first": (first, PER_HEAD),
            "brought": (brought, PER_HEAD),
            "pattern": (np.asarray(shown, dtype=np.float32), ("query", "key")),
        }
    return Content(tokens={"prompt": rows}, values=values, tensors=tensors)


@recorder(HeadAblation)
def record_ablation(model: Model, request: HeadAblation) -> Content:
    """The likeliest next token and its probability without each head in turn (layer, head).

    ``top_ids``, ``top_logits`` (row, rank) and ``logsumexp`` (row): the whole model, then the model
    without the head whose absence hurts most; ``pattern`` (query, key) is that head's, in the whole
    model.
    """
    ids = model.encode(request.prompt)
    whole = model.next_logits(ids)
    target = int(maths.descending(whole)[0])
    shape = model.shape
    probability = np.empty((shape.n_layer, shape.n_head))
    hurt, least = whole, np.inf
    for layer, head, logits in model.without_each_head(ids):
        probability[layer, head] = maths.softmax(logits)[target]
        if probability[layer, head] < least:
            hurt, least = logits, probability[layer, head]
    chosen = choose(-probability, ABLATION_RULE)
    chosen["score"] = float(least)
    rows = top_rows(np.stack([whole, hurt]), request.top)
    pattern = model.attention(ids).pattern[chosen["layer"], chosen["head"]]
    return Content(
        tokens={
            "prompt": model.token_rows(ids),
            "target": model.token_rows([target]),
            "table": table(model, rows.ids),
        },
        values={
            "layers": shape.n_layer,
            "heads": shape.n_head,
            "probability": float(maths.softmax(whole)[target]),
            "best": chosen,
        },
        tensors={
            "without": (probability, PER_HEAD),
            "top_ids": (rows.ids, ("row", "rank")),
            "top_logits": (rows.logits, ("row", "rank")),
            "logsumexp": (rows.logsumexp, ("row",)),
            "pattern": (np.asarray(pattern, dtype=np.float32), ("query", "key")),
        },
    )
