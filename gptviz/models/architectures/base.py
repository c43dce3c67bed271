"""What every family of decoders answers: sizes, anatomy, tensors, weights, and one forward pass by
names.

Names of activations and weights are TransformerLens' (Nanda, Bloom 2022) where it has one. A family
adds only what it alone knows; it runs transformers' own modules, step by step.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from gptviz.errors import ModelRefused
from gptviz.models.interface import Shape, Stored
from gptviz.recording.anatomy import Anatomy

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float32]
Steps = Iterator[tuple[str, "torch.Tensor"]]

#: Sizes that a config.json may give, and the largest that is believed.
LIMITS = {
    **dict.fromkeys(("n_layer", "num_hidden_layers"), 1_000),
    **dict.fromkeys(("n_head", "num_attention_heads", "num_key_value_heads"), 1_000),
    **dict.fromkeys(("n_embd", "hidden_size", "head_dim"), 100_000),
    **dict.fromkeys(("n_inner", "intermediate_size"), 1_000_000),
    **dict.fromkeys(("vocab_size", "n_positions", "max_position_embeddings"), 10_000_000),
}
_OUTPUT = "lm_head.weight"
_MAY_BE_NONE = ("n_inner", "num_key_value_heads", "head_dim")
_OF_THE_FILE = ("dtype", "torch_dtype")  # weights here are float32


@dataclass(frozen=True)
class Held:
    """Where a weight lies: the file's ``tensor``, and the ``view`` of it that has the axes of the
    neutral name."""

    tensor: str
    view: Callable[[Floats], Floats] = lambda stored: stored


class Architecture(ABC):
    """One model's architecture. ``shape`` are its sizes, ``anatomy`` its facts, ``settings``
    transformers' configuration (None where only the sizes are known).
    """

    model_types: ClassVar[tuple[str, ...]]
    #: transformers' name of the module below the output matrix; stored names may begin with it.
    body: ClassVar[str]
    #: The file's name of the output matrix; transformers' module calls it lm_head.weight.
    output: ClassVar[str] = _OUTPUT
    #: Ends of names that old checkpoints store as tensors, though nothing was learned there.
    not_learned: ClassVar[tuple[str, ...]] = ()

    def __init__(self, shape: Shape, anatomy: Anatomy, settings: Any = None) -> None:
        self.shape, self.anatomy, self.settings = shape, anatomy, settings

    @classmethod
    def from_config(cls, config: dict[str, Any], where: str) -> Self:
        """The architecture of a config.json. Raises ModelRefused for what no model has."""
        _check_sizes(config, where)
        settings = _settings(config, where)
        return cls(cls.sizes(settings, where), cls.facts(settings), settings)

    @classmethod
    @abstractmethod
    def sizes(cls, settings: Any, where: str) -> Shape:
        """The sizes by transformers' configuration. Raises ModelRefused where they do not fit."""

    @classmethod
    @abstractmethod
    def facts(cls, settings: Any) -> Anatomy:
        """The anatomy by transformers' configuration."""

    @abstractmethod
    def top(self) -> dict[str, tuple[str, str]]:
        """Neutral names outside of the blocks, but the output matrix: ``embed``, ``pos_embed``,
        ``ln_final.w`` ..., and of each the stored name and its group."""

    @abstractmethod
    def block(self, layer: int) -> list[tuple[str, str, tuple[int, ...], dict[str, Held]]]:
        """The tensors of a block: stored name, group, shape, and the weights in it by their neutral
        names without ``blocks.i.``."""

    @abstractmethod
    def run(self, module: Any, tokens: torch.Tensor) -> Steps:
        """One forward pass over tokens (token), everything on the way by its name, as it is
        computed.

        :meth:`~gptviz.models.interface.Model.activations` says which names there are.
        """

    @abstractmethod
    def output_projection(self, module: Any, layer: int) -> Any:
        """The module of a block that joins its heads: it reads z of all of them, side by side."""

    @abstractmethod
    def blocks(self, module: Any) -> Any:
        """The blocks of transformers' module, in order."""

    @abstractmethod
    def final_norm(self, module: Any) -> Any:
        """The norm before the output matrix."""

    def norms(self, module: Any) -> list[Any]:
        """The norms of all blocks that read the stream, in order; not those of queries and keys."""
        kind, width = type(self.final_norm(module)), self.shape.d_model
        return [
            part
            for block in self.blocks(module)
            for part in block.modules()
            if isinstance(part, kind) and part.weight.shape[-1] == width
        ]

    def finish(self, module: Any) -> None:
        """Computes what transformers keeps beside the weights: the frequencies of a rotation."""
        body = getattr(module, self.body)
        if self.anatomy.positions == "rotary":
            body.rotary_emb = type(body.rotary_emb)(module.config)

    def frequencies(self, module: Any) -> torch.Tensor:
        """Radians by which pairs of entries are turned from one position to the next (component), of
        a model with rotary positions."""
        turns: torch.Tensor = getattr(module, self.body).rotary_emb.inv_freq
        return turns

    def unembed(self, module: Any, stream: torch.Tensor) -> torch.Tensor:
        """Scores (token, vocab) of a residual stream (token, d_model)."""
        scores: torch.Tensor = module.lm_head(self.final_norm(module)(stream))
        return scores

    @cached_property
    def tensors(self) -> dict[str, Stored]:
        """Every learned tensor by the name of its file, without the body's, in transformers' order."""
        shape = self.shape
        sizes = {
            "embed": (shape.vocab, shape.d_model),
            "pos_embed": (shape.positions, shape.d_model),
        }
        found: dict[str, Stored] = {}

        def add(neutral: str) -> None:
            stored, group = self.top()[neutral]
            found[stored] = Stored(sizes.get(neutral, (shape.d_model,)), group, None, (neutral,))

        names = list(self.top())
        for neutral in names:
            if not neutral.startswith("ln_final"):
                add(neutral)
        for layer in range(shape.n_layer):
            for stored, group, size, weights in self.block(layer):
                found[stored] = Stored(size, group, layer, tuple(weights))
        for neutral in names:
            if neutral.startswith("ln_final"):
                add(neutral)
        if not self.anatomy.tied:
            found[self.output] = Stored((shape.vocab, shape.d_model), "unembed", None, ("unembed",))
        return found

    @cached_property
    def weights(self) -> dict[str, Held]:
        """Where each weight lies, by its neutral name."""
        found = {neutral: Held(stored) for neutral, (stored, _) in self.top().items()}
        found["unembed"] = found["embed"] if self.anatomy.tied else Held(self.output)
        for layer in range(self.shape.n_layer):
            for _, _, _, weights in self.block(layer):
                found |= {f"blocks.{layer}.{name}": held for name, held in weights.items()}
        return found

    def expected(self) -> dict[str, tuple[int, ...]]:
        """The shape of every tensor that a checkpoint has to hold."""
        return {name: stored.shape for name, stored in self.tensors.items()}

    @classmethod
    def own_name(cls, name: str) -> str:
        """The name in :attr:`tensors` of a tensor of a whole model, of its file or its module."""
        return cls.output if name == _OUTPUT else name.removeprefix(f"{cls.body}.")

    def in_module(self, name: str) -> str:
        """The name that transformers' module has for a tensor of :attr:`tensors`."""
        return _OUTPUT if name == self.output else f"{self.body}.{name}"

    def attend(
        self, layer: int, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor
    ) -> dict[str, Any]:
        """``scores``, ``scaled``, ``pattern`` (head, query, key) and ``z`` (token, head, d_head).

        q is (token, head, d_head), k and v (token, key head, d_head). Vaswani et al. 2017, eq. 1.
        """
        import torch  # noqa: PLC0415

        if self.anatomy.heads_per_key > 1:
            k, v = (each.repeat_interleave(self.anatomy.heads_per_key, dim=1) for each in (k, v))
        scores = torch.einsum("qhd,khd->hqk", q, k)
        scaled = scores * (1.0 / self.anatomy.divisor(layer, self.shape.d_head))
        future = torch.ones(len(q), len(q), dtype=torch.bool).triu(1)
        pattern = scaled.masked_fill(future, torch.finfo(torch.float32).min).softmax(dim=-1)
        z = torch.einsum("hqk,khd->qhd", pattern, v)
        return {"scores": scores, "scaled": scaled, "pattern": pattern, "z": z}


def read_heads(first: int, heads: int, d_head: int) -> Callable[[Floats], Floats]:
    """A view of columns of a stored matrix (d_model, ...) as (head, d_model, d_head), or of a bias
    (...) as (head, d_head): ``heads`` of them, from column ``first`` on."""

    def view(stored: Floats) -> Floats:
        part = stored[..., first : first + heads * d_head]
        split = part.reshape(*part.shape[:-1], heads, d_head)
        return np.moveaxis(split, -2, 0)

    return view


def transposed(view: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    """The same of a matrix that torch's Linear stores as (out, in)."""
    return lambda stored: view(stored.T)


def write_heads(heads: int, d_head: int) -> Callable[[Floats], Floats]:
    """A view of a stored output matrix (heads x d_head, d_model) as (head, d_head, d_model)."""
    return lambda stored: stored.reshape(heads, d_head, stored.shape[-1])


def turned(stored: Floats) -> Floats:
    """(in, out) of a matrix that torch's Linear stores as (out, in)."""
    return stored.T


def _check_sizes(config: Mapping[str, Any], where: str) -> None:
    for name, limit in LIMITS.items():
        size = config.get(name)
        if name not in config or (size is None and name in _MAY_BE_NONE):
            continue
        if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= limit:
            raise ModelRefused(
                f"{where} has {name} = {size!r}",
                f"it must be a whole number, 1 to {limit:,}",
            )


def _settings(config: Mapping[str, Any], where: str) -> Any:
    """transformers' configuration object. Raises ModelRefused for values that it does not take."""
    from transformers import AutoConfig  # noqa: PLC0415

    plain = {key: value for key, value in config.items() if key not in _OF_THE_FILE}
    try:
        return AutoConfig.for_model(**plain)
    except Exception as error:  # its validation raises what it finds, of many types
        raise ModelRefused(
            f"the config.json of {where} describes no model",
            " ".join(str(error).split())[:200],
            "check it against the config.json of the model that it came from",
        ) from error


def check_divides(total: int, heads: int, name: str, where: str) -> None:
    """Raises ModelRefused where heads do not share a width equally."""
    if total % heads:
        raise ModelRefused(
            f"{where} has {name} {total} for {heads} heads", "every head takes the same share of it"
        )
