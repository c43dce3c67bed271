"""Heads switched off: each alone, and the two whose absence hurts most together.

A head that is off adds nothing: its z is zero at every token (zero ablation, as in Michel, Levy,
Neubig 2019, "Are sixteen heads really better than one?").
"""

from __future__ import annotations

import numpy as np

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.interface import Floats, Model
from gptviz.recorders import recorder
from gptviz.recorders.rows import one_token, table, top_rows
from gptviz.recording.families import SwitchedOff
from gptviz.recording.schema import Content

RULES = (
    "the head without which the target loses most probability",
    "the head without which the target loses second most probability",
)


@recorder(SwitchedOff)
def record(model: Model, request: SwitchedOff) -> Content:
    """``without`` (layer, head): one token's probability without each head; ``top_ids``,
    ``top_logits`` (row, rank), ``logsumexp`` (row): the whole model, without the worst loss, without
    the second, without both; ``patterns`` (row, query, key): the weights of the two.

    A model of one head has no second: then that head alone is off in every row.
    """
    if request.top < 1:
        raise UsageError(f"the {request.top} likeliest tokens", "at least one row is kept")
    ids, shape = model.encode(request.prompt), model.shape
    whole = model.next_logits(ids)
    likeliest = int(maths.descending(whole)[0])
    target = one_token(model, request.target) if request.target else likeliest
    without = np.empty((shape.n_layer, shape.n_head))
    for layer, head, logits in model.without_each_head(ids):
        without[layer, head] = maths.softmax(logits)[target]
    order = np.argsort(without, axis=None, kind="stable")[: len(RULES)]
    worst = [(int(i) // shape.n_head, int(i) % shape.n_head) for i in order]
    pattern = model.attention(ids).pattern
    rows: list[Floats] = [whole]
    rows += [model.ablated_logits(ids, [worst[i]]) for i in (0, len(worst) - 1)]
    rows.append(model.ablated_logits(ids, worst))
    kept = top_rows(np.stack(rows), request.top)
    return Content(
        tokens={
            "prompt": model.token_rows(ids),
            "target": model.token_rows([target]),
            "table": table(model, kept.ids),
        },
        values={
            "layers": shape.n_layer,
            "heads": shape.n_head,
            "probability": float(maths.softmax(whole)[target]),
            "without_both": float(maths.softmax(rows[-1])[target]),
            "off": [
                {"rule": rule, "layer": layer, "head": head, "score": float(without[layer, head])}
                for rule, (layer, head) in zip(RULES, worst, strict=False)
            ],
        },
        tensors={
            "without": (without, ("layer", "head")),
            "top_ids": (kept.ids, ("row", "rank")),
            "top_logits": (kept.logits, ("row", "rank")),
            "logsumexp": (kept.logsumexp, ("row",)),
            "patterns": (np.stack([pattern[each] for each in worst]), ("row", "query", "key")),
        },
    )
