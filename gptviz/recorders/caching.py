"""Keys and values kept from step to step, compared with computing everything again."""

from __future__ import annotations

import numpy as np

from gptviz import maths
from gptviz.errors import PromptRefused
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.facts import facts
from gptviz.recording.families import CacheEquality
from gptviz.recording.schema import Content


@recorder(CacheEquality)
def record(model: Model, request: CacheEquality) -> Content:
    """The same greedy steps both ways: the tokens, the largest difference of any score, of any key,
    of any value."""
    from gptviz.models import cache  # noqa: PLC0415  (torch)

    ids = model.encode(request.prompt)
    if request.steps < 1 or len(ids) + request.steps > model.shape.positions:
        raise PromptRefused(
            f"{len(ids):,} tokens and {request.steps:,} steps",
            f"the model has {model.shape.positions:,} positions, and a step is needed",
        )
    kept = cache.greedy(model, ids, request.steps)
    recomputed: list[int] = []
    gaps = []
    for scores in kept.scores:
        again = model.next_logits([*ids, *recomputed])
        recomputed.append(int(maths.descending(again)[0]))
        gaps.append(float(np.abs(again - scores).max()))
    found = model.activations([*ids, *kept.chosen[:-1]])
    layers = range(model.shape.n_layer)
    key_gap, value_gap = (
        max(float(np.abs(found[f"blocks.{i}.{name}"] - each[i]).max()) for i in layers)
        for name, each in (("k", kept.keys), ("v", kept.values))
    )
    shape = model.shape
    return Content(
        tokens={
            "prompt": model.token_rows(ids),
            "cached": model.token_rows(kept.chosen),
            "recomputed": model.token_rows(recomputed),
        },
        values={
            "same": kept.chosen == recomputed,
            "key_gap": key_gap,
            "value_gap": value_gap,
            "n_layer": shape.n_layer,
            "d_model": shape.d_model,
            "d_mlp": shape.d_mlp,
            "vocab": shape.vocab,
            **facts(model),
        },
        tensors={
            "logit_gaps": (np.array(gaps), ("step",)),
            "length": (np.arange(len(ids), len(ids) + request.steps, dtype=np.int32), ("step",)),
        },
    )
