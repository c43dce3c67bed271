"""Small .gguf files of models that transformers makes, written as llama.cpp's converter does
(convert_hf_to_gguf.py): what it renames, turns and permutes is written out here once more, the other
way round than gptviz undoes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter, quants
from tokenizers import ByteLevelBPETokenizer
from transformers import AutoConfig, AutoModelForCausalLM

ENTRIES = 300
END = "<|end|>"
TEXT = "the robot saw a planet and the moon, then a robot in 1984 went to the moon " * 20
TEMPLATE = (
    "{% for m in messages %}{% if loop.first and m['role'] != 'system' %}<|end|>system\nBe kind."
    "{% endif %}{{ '<|end|>' + m['role'] + '\n' + m['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}<|end|>assistant\n{% endif %}"
)
_SIZES = {
    "vocab_size": ENTRIES,
    "max_position_embeddings": 64,
    "bos_token_id": ENTRIES - 1,
    "eos_token_id": ENTRIES - 1,
}
_LLAMA = {
    "num_hidden_layers": 2,
    "num_attention_heads": 6,
    "num_key_value_heads": 3,
    "hidden_size": 96,
    "intermediate_size": 96,
    "head_dim": 8,
    **_SIZES,
}
CONFIGS: dict[str, dict[str, Any]] = {
    "llama": _LLAMA | {"tie_word_embeddings": True, "rope_parameters": {"rope_type": "default", "rope_theta": 5000.0}},
    "qwen2": _LLAMA | {"hidden_size": 48, "tie_word_embeddings": False},
    "qwen3": _LLAMA | {"tie_word_embeddings": True},
    "gpt2": {"n_layer": 2, "n_head": 3, "n_embd": 24, "n_inner": 64, "n_positions": 64, **_SIZES},
    "gpt_neox": {
        "num_hidden_layers": 2,
        "num_attention_heads": 3,
        "hidden_size": 48,
        "intermediate_size": 96,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.25},
        **_SIZES,
    },
}  # fmt: skip
_PARTS = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "ln_1": "attn_norm", "ln_2": "ffn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output",
    "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down",
    "attention.query_key_value": "attn_qkv", "attention.dense": "attn_output",
    "mlp.dense_h_to_4h": "ffn_up", "mlp.dense_4h_to_h": "ffn_down",
}  # fmt: skip
_TOP = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    "transformer.wte": "token_embd", "transformer.wpe": "position_embd", "transformer.ln_f": "output_norm",
    "gpt_neox.embed_in": "token_embd", "gpt_neox.final_layer_norm": "output_norm",
}  # fmt: skip


def module(kind: str, seed: int = 3, **settings: Any) -> Any:
    """A small random model of transformers, with weights large enough to matter."""
    torch.manual_seed(seed)
    config = AutoConfig.for_model(kind, **{**CONFIGS[kind], **settings})
    config._attn_implementation = "eager"
    made = AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.mul_(8.0 if parameter.dim() > 1 else 1.0).add_(
                0.1 * torch.randn_like(parameter)
            )
    return made


def tensors_of(made: Any) -> dict[str, np.ndarray]:
    """The tensors of a model under the names, and in the order, of a .gguf file."""
    config, kind = made.config, made.config.model_type
    found = {}
    for name, tensor in made.state_dict().items():
        body, _, end = name.rpartition(".")
        array = tensor.numpy()
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        if body in _TOP:
            found[f"{_TOP[body]}.{end}"] = array
            continue
        _, _, number, part = body.split(".", 3)
        if kind == "llama" and part in ("self_attn.q_proj", "self_attn.k_proj"):
            heads = config.num_attention_heads if "q_proj" in part else config.num_key_value_heads
            shape = (heads, 2, array.shape[0] // heads // 2, *array.shape[1:])
            array = array.reshape(shape).swapaxes(1, 2).reshape(array.shape)
        if part == "attention.query_key_value":
            heads = config.num_attention_heads
            split = array.reshape(heads, 3, -1, *array.shape[1:])
            array = np.concatenate([split[:, i].reshape(-1, *array.shape[1:]) for i in range(3)])
        if kind == "gpt2" and array.ndim == 2:
            array = array.T
        found[f"blk.{number}.{_PARTS[part]}.{end}"] = np.ascontiguousarray(array)
    return found


def tokenizer() -> tuple[list[str], list[str]]:
    """The entries and merges of a byte-level tokenizer, the last entry a control token."""
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(
        [TEXT], vocab_size=ENTRIES - 1, min_frequency=1, show_progress=False
    )
    vocab = trained.get_vocab()
    tokens = sorted(vocab, key=lambda token: vocab[token])
    tokens += [f"[PAD{number}]" for number in range(len(tokens), ENTRIES - 1)]  # as llama.cpp pads
    state = json.loads(trained._tokenizer.to_str())
    merges = [" ".join(pair) for pair in state["model"]["merges"]]
    return [*tokens, END], merges


def write(
    path: Path,
    made: Any,
    quantised: GGMLQuantizationType | None = None,
    change: Callable[[GGUFWriter], None] | None = None,
    **metadata: Any,
) -> Path:
    """Writes a model, its matrices quantised where asked for. ``metadata`` replaces values of the
    tokenizer (None: leaves them out)."""
    config, kind = made.config, made.config.model_type
    arch = {"gpt_neox": "gptneox"}.get(kind, kind)
    writer = GGUFWriter(path, arch)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.n_inner if kind == "gpt2" else config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    if kind in ("gpt2", "gpt_neox"):
        epsilon = config.layer_norm_epsilon if kind == "gpt2" else config.layer_norm_eps
        writer.add_layer_norm_eps(epsilon)
    else:
        writer.add_head_count_kv(config.num_key_value_heads)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
        writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
        d_head = (
            getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        )
        writer.add_rope_dimension_count(d_head)
        writer.add_key_length(d_head)
        writer.add_value_length(d_head)
    if kind == "gpt_neox":
        writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads // 4)
        writer.add_parallel_residual(config.use_parallel_residual)
    tokens, merges = tokenizer()
    about = {
        "model": "gpt2",
        "pre": "smollm" if kind == "llama" else "gpt-2",
        "tokens": tokens,
        "token_type": [1] * (ENTRIES - 1) + [3],
        "merges": merges,
        "eos_token_id": ENTRIES - 1,
        **metadata,
    }
    for key, value in about.items():
        if isinstance(value, str):
            writer.add_string(f"tokenizer.ggml.{key}", value)
        elif isinstance(value, list):
            writer.add_array(f"tokenizer.ggml.{key}", value)
        elif value is not None:
            writer.add_uint32(f"tokenizer.ggml.{key}", value)
    writer.add_chat_template(TEMPLATE)
    for name, array in tensors_of(made).items():
        packed = quantised is not None and array.ndim == 2 and array.shape[-1] % 32 == 0
        data = quants.quantize(array, quantised) if packed and quantised is not None else array
        writer.add_tensor(name, data, raw_dtype=quantised if packed else None)
    if change:
        change(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
