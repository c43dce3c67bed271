"""How loud each token is, and the number that makes it so.

Sun et al. 2024, "Massive activations in large language models": a few numbers of the stream are
thousands of times as large as the others, and what the model says depends on them.
"""

from __future__ import annotations

import numpy as np

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.residual import stream
from gptviz.recorders.rows import table, top_rows
from gptviz.recording.families import LoudDimension
from gptviz.recording.schema import Content

RULE = "of all numbers of all tokens at all depths, the one farthest from zero"
SILENCED_RULE = "set to zero, for every token, in what each block and the final norm read from the stream and pass on"


@recorder(LoudDimension)
def record(model: Model, request: LoudDimension) -> Content:
    """``norms``, ``norms_without``, ``loudest``, ``shares`` (layer: depth, token); ``top_ids``,
    ``top_logits`` (row, rank), ``logsumexp`` (row): the whole model, then without the number."""
    if request.top < 1:
        raise UsageError(f"the {request.top} likeliest tokens", "at least one row is kept")
    ids = model.encode(request.prompt)
    depths = stream(model.activations(ids), model.shape.n_layer).astype(np.float64)
    place = np.unravel_index(int(np.abs(depths).argmax()), depths.shape)
    depth, token, dimension = (int(i) for i in place)
    without = depths.copy()
    without[..., dimension] = 0
    squares = np.maximum((depths**2).sum(axis=-1), np.finfo(np.float64).tiny)
    whole = model.next_logits(ids)
    silenced = model.silenced_logits(ids, [dimension])
    target = int(maths.descending(whole)[0])
    rows = top_rows(np.stack([whole, silenced]), request.top)
    axes = ("layer", "token")
    return Content(
        tokens={
            "prompt": model.token_rows(ids),
            "target": model.token_rows([target]),
            "table": table(model, rows.ids),
        },
        values={
            "layers": model.shape.n_layer,
            "d_model": model.shape.d_model,
            "dimension": dimension,
            "token": token,
            "depth": depth,
            "rule": RULE,
            "silenced_rule": SILENCED_RULE,
            "probability": float(maths.softmax(whole)[target]),
            "probability_silenced": float(maths.softmax(silenced)[target]),
        },
        tensors={
            "norms": (np.linalg.norm(depths, axis=-1), axes),
            "norms_without": (np.linalg.norm(without, axis=-1), axes),
            "loudest": (depths[..., dimension].astype(np.float32), axes),
            "shares": (depths[..., dimension] ** 2 / squares, axes),
            "top_ids": (rows.ids, ("row", "rank")),
            "top_logits": (rows.logits, ("row", "rank")),
            "logsumexp": (rows.logsumexp, ("row",)),
        },
    )
