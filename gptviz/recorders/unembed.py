"""The last vector held against the table of tokens: one dot product a row.

The vector is what the final norm gives at the last position; the table is the model's output matrix
(W_U in Elhage and others 2021, "A mathematical framework for transformer circuits"). Where it is
the matrix that tokens are read with (Press, Wolf 2017, "Using the output embedding to improve
language models"), the two are compared number by number.
"""

from __future__ import annotations

import numpy as np

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.rows import rank_of
from gptviz.recording.families import Unembed
from gptviz.recording.schema import Content


@recorder(Unembed)
def record(model: Model, request: Unembed) -> Content:
    """``vector`` (d_model), ``rows`` (row, d_model), ``scores`` (vocab).

    Raises UsageError for fewer than one row or less than none, PromptRefused for a named text
    without a token.
    """
    if request.top < 1 or request.others < 0:
        raise UsageError(
            f"the {request.top} highest rows and {request.others} others",
            "at least one row is kept, and none of the others is the least",
        )
    ids = model.encode(request.prompt)
    run = model.activations(ids)
    scores = run["logits"][-1]
    vocab = len(scores)
    named = [model.encode(text) for text in request.named]
    top = maths.descending(scores)[: request.top].tolist()
    spread = np.linspace(0, vocab - 1, min(request.others, vocab)).round().astype(int).tolist()
    kept = [*top, *(each[0] for each in named), *spread]
    table = model.weight("unembed")
    apart = float(np.abs(table - model.weight("embed")).max())
    return Content(
        tokens={
            "prompt": model.token_rows(ids),
            "rows": model.token_rows(kept),
            **{f"named{i}": model.token_rows(each) for i, each in enumerate(named)},
        },
        values={
            "logsumexp": maths.logsumexp(scores),
            "vocab": vocab,
            "d_model": table.shape[1],
            "apart": apart,
            "tied": apart == 0,
        },
        tensors={
            "vector": (run["ln_final"][-1], ("d_model",)),
            "rows": (table[kept], ("row", "d_model")),
            "row_ids": (np.array(kept, dtype=np.int32), ("row",)),
            "row_ranks": (
                np.array([rank_of(scores, i) for i in kept], dtype=np.int32),
                ("row",),
            ),
            "scores": (scores, ("vocab",)),
        },
    )
