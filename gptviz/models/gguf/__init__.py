"""Models in a .gguf file, the format of llama.cpp: weights (often quantised), sizes and tokenizer in
one file.

:func:`read` gives all of it in transformers' terms. Format: "GGUF", ggml-org/ggml, docs/gguf.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gptviz.models.gguf.header import Header
from gptviz.models.gguf.weights import Tensors, bits, config_of
from gptviz.models.tokenization import Tokenizer

__all__ = ["GGUF", "read"]


@dataclass(frozen=True)
class GGUF:
    """What a file holds: the content of a config.json, tensors by transformers' names, made float32
    when they are asked for, the tokenizer, and in how many ``bits`` most weights are stored.
    """

    config: dict[str, Any]
    tensors: Tensors
    tokenizer: Tokenizer
    bits: int

    @property
    def note(self) -> str | None:
        """How the weights are stored, for the provenance; None for plain float32."""
        kinds = self.tensors.kinds
        if kinds == ["F32"]:
            return None
        return f"weights stored as {', '.join(kinds)}"


def read(path: Path) -> GGUF:
    """The model of a .gguf file. Raises ModelRefused for one that is cut short or lies, and for a
    quantisation, an architecture or a tokenizer that is not read, by its name."""
    from gptviz.models.gguf.tokenizer import tokenizer_of  # noqa: PLC0415  (imports transformers)

    header = Header(path)
    config = config_of(header)
    tensors = Tensors(header, config)
    return GGUF(config, tensors, tokenizer_of(header), bits(header))
