"""How many numbers a model learns, tensor by tensor: from its shape alone, without allocating any of
them.

Published sizes: Radford et al. 2019, "Language models are unsupervised multitask
learners", table 2, and the configurations that OpenAI released with the weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.architectures.gpt2 import GPT2
from gptviz.models.interface import Model, Shape, Stored
from gptviz.recorders import recorder
from gptviz.recorders.facts import facts
from gptviz.recording.anatomy import Anatomy
from gptviz.recording.families import ModelFamily, ParameterTally
from gptviz.recording.schema import Content

PUBLISHED = {
    "gpt2": ("GPT-2 small", Shape(12, 12, 768, 3072, 50257, 1024)),
    "gpt2-medium": ("GPT-2 medium", Shape(24, 16, 1024, 4096, 50257, 1024)),
    "gpt2-large": ("GPT-2 large", Shape(36, 20, 1280, 5120, 50257, 1024)),
    "gpt2-xl": ("GPT-2 XL", Shape(48, 25, 1600, 6400, 50257, 1024)),
}
GROUPS = ("wte", "wpe", "attention", "mlp", "layer_norm", "lm_head")
LEGACY = {"embed": "wte", "pos_embed": "wpe", "norm": "layer_norm", "unembed": "lm_head"} | {
    name: name for name in ("attention", "mlp")
}
BYTES_EACH = 4  # float32


@recorder(ParameterTally)
def record_tally(model: Model, request: ParameterTally) -> Content:
    """Every learned tensor of the model in the order of its blocks: name, group, block, shape,
    count; and the sums."""
    stored = model.stored
    tensors = [
        {
            "name": name,
            "group": LEGACY[each.group],
            "block": each.block,
            "shape": list(each.shape),
        }
        for name, each in stored.items()
    ]
    counts = [int(np.prod(each.shape)) for each in stored.values()]
    return Content(
        values={**sizes(model.shape, stored), "tensors": tensors, "counts": counts, **facts(model)}
    )


@recorder(ModelFamily)
def record_family(model: Model, request: ModelFamily) -> Content:
    """The sizes and sums of each published model. ``model`` plays no part: these are the same in
    every edition."""
    family = []
    for name in request.models:
        if name not in PUBLISHED:
            raise UsageError(
                f"{name!r} is no published size of GPT-2", f"there are {', '.join(PUBLISHED)}"
            )
        title, shape = PUBLISHED[name]
        family.append(
            {"name": name, "title": title, **sizes(shape, GPT2(shape, Anatomy()).tensors)}
        )
    return Content(values={"models": family})


def sizes(shape: Shape, stored: Mapping[str, Stored]) -> dict[str, Any]:
    """The sizes of an architecture and what follows from them; counts are of learned numbers.

    ``total`` counts every learned number once: where the output matrix is the embedding, that is no
    number more, and ``untied`` is what there would be if it were another. ``cache_bytes`` is what
    keys and values of a full context take, ``tensors_2d`` how many tensors are matrices.
    """
    groups = dict.fromkeys(GROUPS, 0)
    for each in stored.values():
        groups[LEGACY[each.group]] += int(np.prod(each.shape))
    total, keys = sum(groups.values()), shape.n_kv_head * shape.d_head
    return {
        "layers": shape.n_layer,
        "heads": shape.n_head,
        "d_model": shape.d_model,
        "d_head": shape.d_head,
        "d_mlp": shape.d_mlp,
        "vocab": shape.vocab,
        "positions": shape.positions,
        "heads_in_all": shape.n_layer * shape.n_head,
        "groups": groups,
        "total": total,
        "tied": not groups["lm_head"],
        "untied": total + (0 if groups["lm_head"] else groups["wte"]),
        "tensor_count": len(stored),
        "tensors_2d": sum(len(each.shape) == 2 for each in stored.values()),
        "bytes_each": BYTES_EACH,
        "bytes": total * BYTES_EACH,
        "cache_bytes": int(maths.kv_cache_bytes(shape.n_layer, keys, shape.positions, BYTES_EACH)),
    }
