"""Queries and keys of one head before and after they are turned by their positions.

Su et al. 2021, "RoFormer: enhanced transformer with rotary position embedding", eq. 34, with the
pairs of entries as transformers lays them out.
"""

from __future__ import annotations

import numpy as np

from gptviz import maths
from gptviz.errors import PromptRefused, UsageError
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.attention import record_head
from gptviz.recording.families import AttentionHead, Rotation
from gptviz.recording.schema import Content


@recorder(Rotation)
def record(model: Model, request: Rotation) -> Content:
    """``query_raw``, ``key_raw``, ``query``, ``key`` (d_head) of a pair, ``frequencies``
    (component), ``shifted`` (row): the product of the pair moved along, ``by_distance`` (position):
    of the pair pulled apart.

    Raises NotRecorded for a model that learned a vector for each position, PromptRefused for words
    that do not occur, UsageError for shifts before the text.
    """
    frequencies = model.frequencies()
    if request.farthest < 1 or not request.shifts or min(request.shifts) < 0:
        raise UsageError(
            f"shifts {request.shifts}, {request.farthest} places apart",
            "a pair is moved forward, and pulled apart by at least one place",
        )
    asked = AttentionHead(request.prompt, request.query, request.key, request.head)
    found = record_head(model, asked)
    chosen, ids = found.values, model.encode(request.prompt)[: asked.longest]
    layer, head, at, to = (chosen[name] for name in ("layer", "head", "query", "key"))
    if (request.query or request.key) and not request.head and "word" not in chosen["rule"]:
        raise PromptRefused(
            f"{request.query!r} does not look back at {request.key!r} in {request.prompt!r}",
            "both words stand in the text, the key first",
        )
    run, block = model.activations(ids), f"blocks.{layer}."
    key = model.shape.key_of(head)
    vectors = {
        "query_raw": run[f"{block}q_raw"][at, head],
        "query": run[f"{block}q"][at, head],
        "key_raw": run[f"{block}k_raw"][to, key],
        "key": run[f"{block}k"][to, key],
    }

    def product(query_at: int, key_at: int) -> float:
        query = maths.rotated(vectors["query_raw"], frequencies, query_at)
        return maths.dot(query, maths.rotated(vectors["key_raw"], frequencies, key_at))

    shifted = np.array([product(at + shift, to + shift) for shift in request.shifts])
    distances = np.arange(request.farthest + 1, dtype=np.int32)
    return Content(
        tokens=found.tokens,
        values={
            "d_head": model.shape.d_head,
            "rotated": model.anatomy.rotated,
            "base": model.anatomy.base,
            "divisor": model.anatomy.divisor(layer, model.shape.d_head),
            "query_position": at,
            "key_position": to,
            "chosen": {name: chosen[name] for name in ("rule", "layer", "head", "score")},
            "weight": chosen["score"],
            "score": float(found.tensors["scores"][0][at, to]),
        },
        tensors={
            **{name: (vector, ("d_head",)) for name, vector in vectors.items()},
            "frequencies": (frequencies.astype(np.float64), ("component",)),
            "shifts": (np.array(request.shifts, dtype=np.int32), ("row",)),
            "shifted": (shifted, ("row",)),
            "distances": (distances, ("position",)),
            "by_distance": (np.array([product(int(d), 0) for d in distances]), ("position",)),
        },
    )
