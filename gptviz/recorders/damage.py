"""One head damaged: what is its alone is set to zero, and the model says something else.

With its rows of the output matrix at zero a head adds nothing, whatever its query, key and value are:
the scores are those of a head that is switched off (zero ablation, Michel, Levy, Neubig 2019).
"""

from __future__ import annotations

import numpy as np

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.interface import Floats, Model, Shape
from gptviz.recorders import recorder
from gptviz.recorders.pictures import edges, saturating_picture
from gptviz.recorders.rows import table, top_rows
from gptviz.recorders.switched_off import RULES
from gptviz.recorders.weights import joined, stripes
from gptviz.recording.families import DamagedHead
from gptviz.recording.schema import Content

RULE = (
    "all weights that this head alone has are 0: its query columns, its key and value columns where no other "
    "head uses them, and its rows of the output matrix"
)


@recorder(DamagedHead)
def record(model: Model, request: DamagedHead) -> Content:
    """``whole_picture``, ``damaged_picture`` (row, column): the block of the head; ``top_ids``,
    ``top_logits`` (row, rank), ``logsumexp`` (row): the whole model, then the damaged one.

    Raises UsageError for no row or no pixel.
    """
    if request.top < 1 or request.pixels < 1:
        raise UsageError(f"{request.top} tokens, {request.pixels} pixels", "one is the least")
    ids, shape = model.encode(request.prompt), model.shape
    whole = model.next_logits(ids)
    target = int(maths.descending(whole)[0])
    least, layer, head, damaged = min(
        (
            (float(maths.softmax(logits)[target]), layer, head, logits)
            for layer, head, logits in model.without_each_head(ids)
        ),
        key=lambda each: each[:3],
    )
    rows = top_rows(np.stack([whole, damaged]), request.top)
    before = joined(model, layer)
    after, zeroed = _damaged(before, shape, head)
    areas = (
        edges(shape.d_model, request.pixels),
        edges(before.shape[1], request.pixels, group=shape.d_head),
    )
    columns = stripes(shape) + shape.n_head  # of query, key and value, and rows of the output
    return Content(
        tokens={
            "prompt": model.token_rows(ids),
            "target": model.token_rows([target]),
            "table": table(model, rows.ids),
        },
        values={
            "layers": shape.n_layer,
            "heads": shape.n_head,
            "keys": shape.n_kv_head,
            "chosen": {"rule": RULES[0], "layer": layer, "head": head, "score": least},
            "damage_rule": RULE,
            "zeroed": zeroed,
            "weights": shape.n_layer * columns * shape.d_head * shape.d_model,
            "probability": float(maths.softmax(whole)[target]),
            "damaged_probability": least,
        },
        tensors={
            "whole_picture": (saturating_picture(before, *areas), ("row", "column")),
            "damaged_picture": (saturating_picture(after, *areas), ("row", "column")),
            "top_ids": (rows.ids, ("row", "rank")),
            "top_logits": (rows.logits, ("row", "rank")),
            "logsumexp": (rows.logsumexp, ("row",)),
        },
    )


def _damaged(weights: Floats, shape: Shape, head: int) -> tuple[Floats, int]:
    """The columns of query, key and value (d_model, ...) with those of one head at 0, and how many
    numbers are 0 then, its rows of the output matrix among them."""
    own = [head]
    if shape.n_kv_head == shape.n_head:
        own += [shape.n_head + head, 2 * shape.n_head + head]
    after = weights.copy()
    for stripe in own:
        after[:, stripe * shape.d_head : (stripe + 1) * shape.d_head] = 0
    return after, (len(own) + 1) * shape.d_head * shape.d_model
