"""How many numbers a GPT-2 learns, tensor by tensor: from its shape alone, without allocating any
of them.

The model is built on torch's meta device by transformers itself, so that names and shapes are the
library's. Published sizes: Radford et al. 2019, "Language models are unsupervised multitask
learners", table 2, and the configurations that OpenAI released with the weights.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.interface import Model, Shape
from gptviz.recorders import recorder
from gptviz.recording.requests import ModelFamily, ParameterTally
from gptviz.recording.schema import Content

PUBLISHED = {
    "gpt2": ("GPT-2 small", Shape(12, 12, 768, 3072, 50257, 1024)),
    "gpt2-medium": ("GPT-2 medium", Shape(24, 16, 1024, 4096, 50257, 1024)),
    "gpt2-large": ("GPT-2 large", Shape(36, 20, 1280, 5120, 50257, 1024)),
    "gpt2-xl": ("GPT-2 XL", Shape(48, 25, 1600, 6400, 50257, 1024)),
}
GROUPS = ("wte", "wpe", "attention", "mlp", "layer_norm", "lm_head")
BYTES_EACH = 4  # float32


@recorder(ParameterTally)
def record_tally(model: Model, request: ParameterTally) -> Content:
    """Every learned tensor of the model in the order of its blocks: name, group, block, shape,
    count; and the sums."""
    shapes = tensors_of(model)
    tensors = [
        {"name": name, "group": _group(name), "block": _block(name), "shape": list(shape)}
        for name, shape in shapes.items()
    ]
    counts = [int(np.prod(shape)) for shape in shapes.values()]
    return Content(values={**sizes(model.shape, shapes), "tensors": tensors, "counts": counts})


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
        family.append({"name": name, "title": title, **sizes(shape, tensor_shapes(shape))})
    return Content(values={"models": family})


def sizes(shape: Shape, shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    """The sizes of an architecture and what follows from them; counts are of learned numbers.

    ``total`` counts every learned number once: where the output matrix is the embedding, that is no
    number more, and ``untied`` is what there would be if it were another. ``cache_bytes`` is what
    keys and values of a full context take, ``tensors_2d`` how many tensors are matrices.
    """
    groups = dict.fromkeys(GROUPS, 0)
    for name, each in shapes.items():
        groups[_group(name)] += int(np.prod(each))
    total = sum(groups.values())
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
        "tensor_count": len(shapes),
        "tensors_2d": sum(len(each) == 2 for each in shapes.values()),
        "bytes_each": BYTES_EACH,
        "bytes": total * BYTES_EACH,
        "cache_bytes": int(
            maths.kv_cache_bytes(shape.n_layer, shape.d_model, shape.positions, BYTES_EACH)
        ),
    }


def tensors_of(model: Model) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all that this model learned; the output matrix only where it is not the
    embedding."""
    return tensor_shapes(model.shape, tied=not model.has_weight("lm_head.weight"))


def tensor_shapes(shape: Shape, tied: bool = True) -> dict[str, tuple[int, ...]]:
    """Names (without the leading ``transformer.``) and shapes of all learned tensors of a GPT-2 of
    this shape."""
    import torch  # noqa: PLC0415  (transformers takes seconds to import)
    from transformers import GPT2Config, GPT2LMHeadModel  # noqa: PLC0415

    config = GPT2Config(
        n_layer=shape.n_layer,
        n_head=shape.n_head,
        n_embd=shape.d_model,
        n_inner=shape.d_mlp,
        vocab_size=shape.vocab,
        n_positions=shape.positions,
        tie_word_embeddings=tied,
        bos_token_id=None,
        eos_token_id=None,
    )
    with torch.device("meta"):
        built = GPT2LMHeadModel(config)
    return {
        name.removeprefix("transformer."): tuple(parameter.shape)
        for name, parameter in built.named_parameters()
    }


def _group(name: str) -> str:
    """The group of a tensor, one of GROUPS."""
    if match := re.match(r"(?:h\.\d+\.)?(wte|wpe|attn|mlp|lm_head|ln_\w+)\.", name):
        return (
            "attention"
            if match[1] == "attn"
            else "layer_norm"
            if match[1].startswith("ln_")
            else match[1]
        )
    raise UsageError(f"{name} is no tensor of a GPT-2", f"its groups are {', '.join(GROUPS)}")


def _block(name: str) -> int | None:
    match = re.match(r"h\.(\d+)\.", name)
    return int(match[1]) if match else None
