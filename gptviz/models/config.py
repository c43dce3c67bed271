"""What a GPT-2 architecture is made of, from its ``config.json``.

Names and shapes are those of transformers' ``GPT2LMHeadModel``, the reference implementation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gptviz.errors import ModelMissing, ModelRefused
from gptviz.models.checkpoint import read_json
from gptviz.models.interface import Shape

#: What transformers' GPT2Config takes for a size that a config.json does not give, and the largest that is believed.
_DEFAULTS = {"n_layer": 12, "n_head": 12, "n_embd": 768, "vocab_size": 50257, "n_positions": 1024}
_LIMIT = {
    "n_layer": 1_000,
    "n_head": 1_000,
    "n_embd": 100_000,
    "vocab_size": 10_000_000,
    "n_positions": 10_000_000,
    "n_inner": 1_000_000,
}


def read_config(folder: Path) -> dict[str, Any]:
    """The config.json of a folder. Raises ModelMissing, and ModelRefused for anything but a GPT-2
    architecture."""
    path = folder / "config.json"
    if not path.is_file():
        raise ModelMissing(
            f"{folder.name} is no model's folder",
            "there is no config.json in it",
            "name a folder that save_pretrained wrote, a hub id, or mini",
        )
    config = read_json(path)
    if not isinstance(config, dict) or config.get("model_type") != "gpt2":
        kind = config.get("model_type") if isinstance(config, dict) else None
        raise ModelRefused(
            f"{folder.name} is not a GPT-2 architecture",
            f"its config.json says model_type {kind!r}",
            "gptviz draws the GPT-2 architecture: gpt2, gpt2-medium, gpt2-xl, mini, or your own",
        )
    if config.get("add_cross_attention") or config.get("quantization_config"):
        raise ModelRefused(
            f"{folder.name} is not a plain GPT-2",
            "its config.json asks for cross-attention or for quantised weights",
        )
    return config


def shape_of(config: dict[str, Any], where: str) -> Shape:
    """The sizes that a config names. Raises ModelRefused for sizes that no model has."""
    sizes = {name: config.get(name, default) for name, default in _DEFAULTS.items()}
    sizes["n_inner"] = config.get("n_inner") or (
        4 * sizes["n_embd"] if isinstance(sizes["n_embd"], int) else 0
    )
    for name, size in sizes.items():
        if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= _LIMIT[name]:
            raise ModelRefused(
                f"{where} has {name} = {size!r}",
                f"it must be a whole number, 1 to {_LIMIT[name]:,}",
            )
    if sizes["n_embd"] % sizes["n_head"]:
        raise ModelRefused(
            f"{where} has n_embd {sizes['n_embd']} for {sizes['n_head']} heads",
            "every head takes the same share of it",
        )
    return Shape(
        sizes["n_layer"],
        sizes["n_head"],
        sizes["n_embd"],
        sizes["n_inner"],
        sizes["vocab_size"],
        sizes["n_positions"],
    )


def tied(config: dict[str, Any]) -> bool:
    """Whether input and output share one embedding matrix."""
    return bool(config.get("tie_word_embeddings", True))


def expected_tensors(shape: Shape, tied: bool = True) -> dict[str, tuple[int, ...]]:
    """Every learned tensor of a GPT-2 of this shape, by its name without ``transformer.``.

    Shapes are as transformers stores them; its Conv1D keeps matrices as (in, out).
    """
    d, mlp = shape.d_model, shape.d_mlp
    tensors: dict[str, tuple[int, ...]] = {
        "wte.weight": (shape.vocab, d),
        "wpe.weight": (shape.positions, d),
    }
    for layer in range(shape.n_layer):
        block = {
            "ln_1.weight": (d,),
            "ln_1.bias": (d,),
            "attn.c_attn.weight": (d, 3 * d),
            "attn.c_attn.bias": (3 * d,),
            "attn.c_proj.weight": (d, d),
            "attn.c_proj.bias": (d,),
            "ln_2.weight": (d,),
            "ln_2.bias": (d,),
            "mlp.c_fc.weight": (d, mlp),
            "mlp.c_fc.bias": (mlp,),
            "mlp.c_proj.weight": (mlp, d),
            "mlp.c_proj.bias": (d,),
        }
        tensors.update({f"h.{layer}.{name}": size for name, size in block.items()})
    tensors.update({"ln_f.weight": (d,), "ln_f.bias": (d,)})
    if not tied:
        tensors["lm_head.weight"] = (shape.vocab, d)
    return tensors
