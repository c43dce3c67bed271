"""Sizes and tensors of a .gguf file as transformers has them.

llama.cpp keeps what transformers keeps under other names, and for three architectures in another
order of rows: its converter (ggml-org/llama.cpp, convert_hf_to_gguf.py) puts the rows of Llama's
queries and keys so that neighbours turn together, parts the q, k and v of GPT-NeoX that transformers
keeps head by head, and turns GPT-2's matrices. Here each is undone.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from gguf.constants import GGMLQuantizationType
from gguf.quants import dequantize

from gptviz.errors import ModelRefused
from gptviz.models.gguf.header import Header, Place

Floats = npt.NDArray[np.float32]

_AT_ONCE = (
    1 << 20
)  # numbers that are dequantised at once: what it takes beside the result stays small

_DECODER = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "blk": "model.layers",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
#: transformers' names by those of the file, for each architecture of a file that is read.
NAMES: dict[str, dict[str, str]] = {
    "llama": _DECODER,
    "qwen2": _DECODER,
    "qwen3": _DECODER,
    "gpt2": {
        "token_embd": "transformer.wte",
        "position_embd": "transformer.wpe",
        "output_norm": "transformer.ln_f",
        "output": "lm_head",
        "blk": "transformer.h",
        "attn_norm": "ln_1",
        "attn_qkv": "attn.c_attn",
        "attn_output": "attn.c_proj",
        "ffn_norm": "ln_2",
        "ffn_up": "mlp.c_fc",
        "ffn_down": "mlp.c_proj",
    },
    "gptneox": {
        "token_embd": "gpt_neox.embed_in",
        "output_norm": "gpt_neox.final_layer_norm",
        "output": "lm_head",
        "blk": "gpt_neox.layers",
        "attn_norm": "input_layernorm",
        "attn_qkv": "attention.query_key_value",
        "attn_output": "attention.dense",
        "ffn_norm": "post_attention_layernorm",
        "ffn_up": "mlp.dense_h_to_4h",
        "ffn_down": "mlp.dense_4h_to_h",
    },
}
#: Factors of Llama 3's rotation, a tensor of their own; they are restated in the config.
FACTORS = "rope_freqs.weight"
_EMBED, _OUTPUT = "token_embd.weight", "output.weight"
_LLAMA3 = {
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}


def config_of(header: Header) -> dict[str, Any]:
    """The content of a config.json. Raises ModelRefused for an architecture that is not read, for a
    mixture of experts, and for a rotation that cannot be restated."""
    kind = header.get("general.architecture", str)
    if kind not in NAMES or header.metadata.get(f"{kind}.expert_count"):
        experts = "a mixture of experts, in which each token takes a path of its own"
        raise ModelRefused(
            f"{header.path.name} holds "
            + (experts if kind in NAMES else f"a model of the architecture {kind[:40]!r}"),
            f"of .gguf files {', '.join(NAMES)} are read, without experts",
            "name a model of one of these, or a hub id",
        )
    if _EMBED not in header.tensors:
        raise ModelRefused(f"{header.path.name} describes no model", f"it lacks {_EMBED}")
    common: dict[str, Any] = {
        "vocab_size": header.tensors[_EMBED].shape[0],
        "tie_word_embeddings": _tied(header),
    }
    for name in ("bos_token_id", "eos_token_id"):
        number = header.get(f"tokenizer.ggml.{name}", (int, type(None)))
        common |= {} if number is None else {name: number}
    if kind == "gpt2":
        return common | _gpt2(header)
    common |= {
        "num_hidden_layers": header.get(f"{kind}.block_count", int),
        "num_attention_heads": header.get(f"{kind}.attention.head_count", int),
        "hidden_size": header.get(f"{kind}.embedding_length", int),
        "intermediate_size": header.get(f"{kind}.feed_forward_length", int),
        "max_position_embeddings": header.get(f"{kind}.context_length", int),
    }
    return common | (_gpt_neox(header) if kind == "gptneox" else _decoder(header, kind))


def _gpt2(header: Header) -> dict[str, Any]:
    width = header.get("gpt2.embedding_length", int)
    return {
        "model_type": "gpt2",
        "n_layer": header.get("gpt2.block_count", int),
        "n_head": header.get("gpt2.attention.head_count", int),
        "n_embd": width,
        "n_inner": header.get("gpt2.feed_forward_length", int, 4 * width),
        "n_positions": header.get("gpt2.context_length", int),
        "layer_norm_epsilon": header.get("gpt2.attention.layer_norm_epsilon", float),
    }


def _gpt_neox(header: Header) -> dict[str, Any]:
    heads = header.get("gptneox.attention.head_count", int)
    width = max(1, header.get("gptneox.embedding_length", int))
    return {
        "model_type": "gpt_neox",
        "layer_norm_eps": header.get("gptneox.attention.layer_norm_epsilon", float),
        "use_parallel_residual": header.get("gptneox.use_parallel_residual", bool, True),
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": header.get("gptneox.rope.freq_base", float, 10_000.0),
            "partial_rotary_factor": header.get("gptneox.rope.dimension_count", int)
            * heads
            / width,
        },
    }


def _decoder(header: Header, kind: str) -> dict[str, Any]:
    heads = header.get(f"{kind}.attention.head_count", int)
    if heads < 1:
        raise ModelRefused(
            f"{header.path.name} describes no model", f"it says it has {heads} heads"
        )
    shared = header.get(f"{kind}.embedding_length", int) // heads
    rotated = header.get(f"{kind}.rope.dimension_count", int, shared)
    d_head = header.get(f"{kind}.attention.key_length", int, rotated)
    if (rotated, header.get(f"{kind}.attention.value_length", int, d_head)) != (d_head, d_head):
        raise ModelRefused(
            f"{header.path.name} rotates a part of each head, or has values of another length",
            f"{rotated} of {d_head} numbers are rotated; of {kind}, whole heads are read",
        )
    biased = "blk.0.attn_q.bias" in header.tensors
    found = {
        "model_type": kind,
        "head_dim": d_head,
        "num_key_value_heads": header.get(f"{kind}.attention.head_count_kv", int, heads),
        "rms_norm_eps": header.get(f"{kind}.attention.layer_norm_rms_epsilon", float),
        "rope_parameters": _rotation(header, kind, d_head),
    }
    return found | ({} if kind == "qwen2" else {"attention_bias": biased})


def _rotation(header: Header, kind: str, d_head: int) -> dict[str, Any]:
    """How heads are rotated, in transformers' words. Raises ModelRefused for a way that is not read."""
    found = {
        "rope_type": "default",
        "rope_theta": header.get(f"{kind}.rope.freq_base", float, 10_000.0),
    }
    scaling = header.get(f"{kind}.rope.scaling.type", str, "none")
    if FACTORS in header.tensors:
        return found | _llama3(header, found["rope_theta"], d_head)
    if scaling == "linear":
        factor = header.get(f"{kind}.rope.scaling.factor", float)
        return found | {"rope_type": "linear", "factor": factor}
    if scaling != "none":
        raise ModelRefused(
            f"{header.path.name} stretches its rotation by {scaling[:40]!r}",
            "of the ways to do so, linear and that of Llama 3 are read",
            "name a model with the context that it was trained with",
        )
    return found


def _llama3(header: Header, theta: float, d_head: int) -> dict[str, Any]:
    """Llama 3's way, told from the factors that the file keeps: the largest is that of the config, and
    the others have to follow from it."""
    factors = array_of(header, FACTORS)
    factor = float(factors.max())
    lengths = 2 * math.pi * theta ** (np.arange(0, d_head, 2) / d_head)
    low, high, context = _LLAMA3.values()
    smooth = np.clip((context / lengths - low) / (high - low), 0.0, 1.0)
    expected = 1.0 / ((1.0 - smooth) / factor + smooth)
    if factors.shape != expected.shape or not np.allclose(factors, expected, rtol=1e-4):
        raise ModelRefused(
            f"{header.path.name} rotates by factors of its own",
            f"{FACTORS} is not what Llama 3's formula gives for a factor of {factor:g}",
            "name the model's folder or hub id, whose config.json says how",
        )
    return {"rope_type": "llama3", "factor": factor, **_LLAMA3}


def _tied(header: Header) -> bool:
    """Whether input and output are one matrix: there is no other, or it is the same once more."""
    output = header.tensors.get(_OUTPUT)
    if output is None:
        return True
    embed = header.tensors[_EMBED]
    if (output.kind, output.shape) != (embed.kind, embed.shape):
        return False
    return bool(np.array_equal(_stored(header, output), _stored(header, embed)))


class Tensors(Mapping[str, Floats]):
    """The tensors of a file by transformers' names, each made float32 when it is asked for: nothing is
    kept."""

    def __init__(self, header: Header, config: Mapping[str, Any]) -> None:
        self._header, self._config = header, config
        self._kind = header.metadata["general.architecture"]
        tied = {_OUTPUT} if config["tie_word_embeddings"] else set()
        self._names = {
            self._named(name): name for name in header.tensors if name not in {FACTORS, *tied}
        }

    def __getitem__(self, name: str) -> Floats:
        stored = self._names[name]
        return self._in_order(stored, array_of(self._header, stored))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def kinds(self) -> list[str]:
        """The types that the tensors are stored as, the one with most numbers first."""
        return [kind for kind, _ in _counted(self._header).most_common()]

    def _named(self, name: str) -> str:
        """transformers' name of a tensor; one that is not known keeps its own, and is refused as extra
        with the others that a model does not have."""
        names, (body, _, end) = NAMES[self._kind], name.rpartition(".")
        first, _, rest = body.partition(".")
        if first != "blk":
            return f"{names[body]}.{end}" if body in names else name
        number, _, part = rest.partition(".")
        return f"{names['blk']}.{number}.{names[part]}.{end}" if part in names else name

    def _in_order(self, name: str, array: Floats) -> Floats:
        """A tensor with its rows and columns as transformers has them."""
        part = name.split(".")[-2]
        try:
            if self._kind == "llama" and part in ("attn_q", "attn_k"):
                heads = "num_attention_heads" if part == "attn_q" else "num_key_value_heads"
                split = array.reshape(self._config[heads], -1, 2, *array.shape[1:])
                return np.ascontiguousarray(split.swapaxes(1, 2)).reshape(array.shape)
            if self._kind == "gptneox" and part == "attn_qkv":
                heads = self._config["num_attention_heads"]
                split = array.reshape(3, heads, -1, *array.shape[1:])
                return np.ascontiguousarray(split.swapaxes(0, 1)).reshape(array.shape)
        except (ValueError, ZeroDivisionError) as error:
            raise ModelRefused(
                f"{self._header.path.name} describes no model",
                f"{name} of {list(array.shape)} does not divide into heads",
            ) from error
        if self._kind == "gpt2" and array.ndim == 2 and name.startswith("blk."):
            return np.ascontiguousarray(array.T)
        return array


def array_of(header: Header, name: str) -> Floats:
    """A tensor of the file as float32, in the file's own order."""
    place = header.tensors[name]
    stored = _stored(header, place)
    kind = GGMLQuantizationType[place.kind]
    rows = stored.reshape(math.prod(place.shape[:-1]), -1)
    result = np.empty((len(rows), place.shape[-1]), dtype=np.float32)
    step = max(1, _AT_ONCE // place.shape[-1])
    for start in range(0, len(rows), step):
        result[start : start + step] = dequantize(rows[start : start + step], kind)
    return result.reshape(place.shape)


def _stored(header: Header, place: Place) -> npt.NDArray[np.uint8]:
    shape = (place.bytes,)
    return np.memmap(header.path, dtype=np.uint8, mode="r", offset=place.start, shape=shape)


def _counted(header: Header) -> Counter[str]:
    counts: Counter[str] = Counter()
    for place in header.tensors.values():
        counts[place.kind] += math.prod(place.shape)
    return counts


def bits(header: Header) -> int:
    """In how many bits most of the weights of the blocks are stored: 4 for Q4_1 or Q4_K, as their
    names say; their scales come on top."""
    counts: Counter[int] = Counter()
    for name, place in header.tensors.items():
        if name.startswith("blk."):
            digits = re.search(r"\d+", place.kind)
            counts[int(digits[0]) if digits else 32] += math.prod(place.shape)
    return counts.most_common(1)[0][0] if counts else 32
