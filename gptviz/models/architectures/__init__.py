"""The architectures that gptviz can run: one module a family, and nobody else knows their names.

:func:`of` gives the :class:`~gptviz.models.architectures.base.Architecture` of a ``config.json``. How
another family is added is shown in docs/models.md.
"""

from __future__ import annotations

from typing import Any

from gptviz.errors import ModelRefused
from gptviz.models.architectures.base import Architecture
from gptviz.models.architectures.gpt2 import GPT2
from gptviz.models.architectures.gpt_neox import GPTNeoX
from gptviz.models.architectures.llama import Llama

__all__ = ["FAMILIES", "SUPPORTED", "Architecture", "of"]

FAMILIES: tuple[type[Architecture], ...] = (GPT2, Llama, GPTNeoX)
SUPPORTED = "GPT-2, Llama (SmolLM2, TinyLlama, Mistral, Qwen2, Qwen3) and GPT-NeoX (Pythia)"

#: What a model is that no family serves, by its model_type.
_KINDS = {
    "an encoder, which fills gaps and continues no text": (
        "bert distilbert roberta xlm-roberta camembert electra albert deberta deberta-v2 modernbert "
        "ernie mpnet longformer big_bird nomic_bert layoutlm"
    ),
    "an encoder with a decoder, which answers one text by another": (
        "t5 mt5 umt5 longt5 bart mbart pegasus marian blenderbot led m2m_100 prophetnet "
        "encoder-decoder whisper"
    ),
    "a mixture of experts, in which each token takes a path of its own": (
        "mixtral qwen2_moe qwen3_moe olmoe deepseek_v2 deepseek_v3 dbrx gpt_oss llama4 llama4_text "
        "phimoe granitemoe switch_transformers nllb-moe jetmoe"
    ),
    "a state-space or recurrent model, which has no attention to draw": (
        "mamba mamba2 falcon_mamba rwkv recurrent_gemma xlstm jamba bamba zamba zamba2 falcon_h1"
    ),
    "a model of pictures or sounds": "vit clip siglip dinov2 wav2vec2 hubert beit swin detr sam",
}
_EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts")


def of(config: dict[str, Any], where: str) -> Architecture:
    """The architecture that a config describes; ``where`` names the model in errors.

    Raises ModelRefused for another kind of model, said by what it is, and for sizes and settings
    that no model has.
    """
    if config.get("quantization_config"):
        raise ModelRefused(
            f"{where} is quantised",
            "its config.json has a quantization_config; the recorders need the plain numbers",
            "name the model that it was made from, or a .gguf file",
        )
    kind = config.get("model_type")
    experts = next((name for name in _EXPERTS if (config.get(name) or 0) not in (0, 1)), None)
    family = next((each for each in FAMILIES if kind in each.model_types), None)
    if family is None or experts:
        raise ModelRefused(
            f"{where} is {_what(kind, experts)}",
            f"its config.json says model_type {kind!r}" + (f" and {experts}" if experts else ""),
            f"gptviz runs {SUPPORTED}",
        )
    return family.from_config(config, where)


def _what(kind: Any, experts: str | None) -> str:
    for what, names in _KINDS.items():
        if kind in names.split():
            return what
    if experts:
        return "a mixture of experts, in which each token takes a path of its own"
    if isinstance(kind, str):
        return "of an architecture that gptviz does not know"
    return "no model of transformers'"
