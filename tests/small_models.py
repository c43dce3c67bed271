"""A small model of every architecture, of odd shapes, with the small GPT-2's tokenizer: 2 layers, 3
heads, keys that heads share, heads that are no third of the width, rotation in part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from tests.small_gpt2 import ENTRIES, POSITIONS, write_tokenizer

_LLAMA: dict[str, Any] = {
    "hidden_size": 24,
    "num_attention_heads": 3,
    "num_key_value_heads": 1,
    "intermediate_size": 37,
    "num_hidden_layers": 2,
    "max_position_embeddings": POSITIONS,
}
_NEOX = {key: value for key, value in _LLAMA.items() if key != "num_key_value_heads"}
_LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 5e5,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}
_ROTATED_IN_PART = {"rope_type": "default", "rope_theta": 1e4, "partial_rotary_factor": 0.5}

#: Settings by a name for each, ``model_type`` among them.
MODELS: dict[str, dict[str, Any]] = {
    "gpt2": {"model_type": "gpt2", "n_layer": 2, "n_head": 3, "n_embd": 24, "n_positions": 40},
    "llama": {"model_type": "llama", **_LLAMA, "head_dim": 10},
    "llama3": {
        "model_type": "llama",
        **_LLAMA,
        "num_attention_heads": 6,
        "num_key_value_heads": 2,
        "rope_parameters": _LLAMA3,
        "attention_bias": True,
        "mlp_bias": True,
        "tie_word_embeddings": True,
    },
    "mistral": {"model_type": "mistral", **_LLAMA, "head_dim": 10, "sliding_window": 30},
    "qwen2": {"model_type": "qwen2", **_LLAMA, "tie_word_embeddings": True},
    "qwen3": {"model_type": "qwen3", **_LLAMA, "head_dim": 10},
    "pythia": {"model_type": "gpt_neox", **_NEOX, "rope_parameters": _ROTATED_IN_PART},
    "serial": {"model_type": "gpt_neox", **_NEOX, "use_parallel_residual": False},
}


def settings(name: str, **others: Any) -> dict[str, Any]:
    """The content of the config.json of one of :data:`MODELS`."""
    ends = {"bos_token_id": ENTRIES - 1, "eos_token_id": ENTRIES - 1}
    return {"vocab_size": ENTRIES, **ends, **MODELS[name], **others}


def module(name: str, seed: int = 5, **others: Any) -> Any:
    """transformers' own model, with large random weights, so that scores spread and attention is
    sharp."""
    torch.manual_seed(seed)
    made = AutoModelForCausalLM.from_config(
        AutoConfig.for_model(**settings(name, **others)), attn_implementation="eager"
    ).eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.mul_(8.0 if parameter.dim() > 1 else 1.0)
            parameter.add_(0.05 * torch.randn_like(parameter))
    return made


def write(folder: Path, name: str, **others: Any) -> Path:
    """Writes model and tokenizer as ``save_pretrained`` does. Gives the folder."""
    module(name, **others).save_pretrained(folder)
    write_tokenizer(folder)
    return folder
