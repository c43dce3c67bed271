"""A causal language model that runs: transformers' own module, eager, float32.

What is special to a family of models stands in :mod:`gptviz.models.architectures`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch

from gptviz.errors import ModelRefused, NotFinite, NotRecorded, PromptRefused
from gptviz.models import architectures, references
from gptviz.models.architectures import Architecture
from gptviz.models.building import build
from gptviz.models.checkpoint import Checkpoint, check_finite, compare, digest
from gptviz.models.config import read_config
from gptviz.models.interface import Activations, Attention, Floats, Model, Stored
from gptviz.models.threads import one_thread
from gptviz.models.tokenization import Tokenizer, check_size
from gptviz.recording.schema import Provenance, TokenRow


class LanguageModel(Model):
    """A model that runs. ``module`` is transformers' own, for recorders that need gradients or a
    cache of keys and values; ``tokenizer`` its :class:`~gptviz.models.tokenization.Tokenizer`.
    """

    def __init__(
        self,
        module: Any,
        architecture: Architecture,
        tokenizer: Tokenizer,
        name: references.Name,
        weights_sha256: str | None = None,
    ) -> None:
        self.module, self.architecture, self.tokenizer = module, architecture, tokenizer
        self.shape, self.anatomy = architecture.shape, architecture.anatomy
        self.title, self.short, self.reference = name.title, name.short, name.reference
        self._name, self._known_sha256 = name, weights_sha256

    @classmethod
    def from_folder(cls, folder: Path, name: references.Name | None = None) -> Self:
        """A model from a folder that ``save_pretrained`` wrote, every tensor checked before it is
        used.

        Raises ModelMissing, ModelRefused (architecture, names, shapes, vocabulary, pickles) and
        NotFinite.
        """
        architecture = architectures.of(read_config(folder), folder.name)
        checkpoint = Checkpoint(folder, type(architecture))
        if architecture.anatomy.tied:
            checkpoint.drop_tied(architecture)
        compare(architecture.expected(), checkpoint.shapes(), folder.name)
        tokenizer = Tokenizer.from_folder(folder)
        check_size(tokenizer, architecture.shape.vocab, folder.name)
        fingerprint = checkpoint.fingerprint()
        name = name or references.local(folder, fingerprint, checkpoint)
        module = build(architecture, {each: checkpoint.tensor(each) for each in checkpoint.entries})
        return cls(module, architecture, tokenizer, name, fingerprint)

    @classmethod
    def from_parts(
        cls,
        config: dict[str, Any],
        tensors: Mapping[str, Floats],
        tokenizer: Tokenizer,
        name: references.Name,
        fingerprint: str | None = None,
    ) -> Self:
        """A model from what a file of another format holds: a config.json's content, tensors by
        transformers' names (``model.layers.0.mlp.up_proj.weight``), a tokenizer.

        ``fingerprint`` is the sha256 of the weights, computed from them where it is not given. A
        stored copy of a tied embedding may be there or not. Raises as :meth:`from_folder`.
        """
        architecture = architectures.of(config, name.title)
        own = {architecture.own_name(each): array for each, array in tensors.items()}
        if architecture.anatomy.tied:
            own.pop(architecture.output, None)
        compare(architecture.expected(), {each: a.shape for each, a in own.items()}, name.title)
        for each, array in own.items():
            check_finite(array, each)
        check_size(tokenizer, architecture.shape.vocab, name.title)
        return cls(build(architecture, own), architecture, tokenizer, name, fingerprint)

    def with_module(self, module: Any) -> LanguageModel:
        """The same tokenizer and name with other weights: the model at another age, or behind a
        step of training."""
        return LanguageModel(module, self.architecture, self.tokenizer, self._name)

    @property
    def parameters(self) -> int:
        """How many learned numbers there are; input and output embedding, where they are one,
        counted once."""
        return sum(p.numel() for p in self.module.parameters())

    @cached_property
    def weights_sha256(self) -> str:
        """sha256 over names, shapes and values of the weights."""
        return self._known_sha256 or digest(self.stored, self.tensor)

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over weights and tokenizer."""
        return references.fingerprint(self.weights_sha256, self.tokenizer.sha256)

    def provenance(self) -> Provenance:
        return Provenance(
            model=self.title,
            reference=self.reference,
            parameters=self.parameters,
            fingerprint=self.fingerprint,
            weights_sha256=self.weights_sha256,
            tokenizer_sha256=self.tokenizer.sha256,
            attention="eager",
            versions={"torch": torch.__version__, **self.tokenizer.versions},
            source=self._name.source,
            commit=self._name.commit,
            licence=self._name.licence,
            note=self._name.note,
        )

    @property
    def end_id(self) -> int | None:
        return self.tokenizer.end

    @property
    def special_ids(self) -> frozenset[int]:
        return self.tokenizer.special_ids(self.shape.vocab)

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, self.shape.positions)

    def decode(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids)

    def token_row(self, token_id: int) -> TokenRow:
        return self.tokenizer.row(token_id)

    def merges(self) -> list[tuple[bytes, bytes]]:
        return self.tokenizer.merged_bytes()

    def pieces(self, text: str) -> list[bytes]:
        return self.tokenizer.pieces(text)

    def logits(self, ids: list[int]) -> Floats:
        with torch.no_grad(), one_thread():
            scores = self.module(self._tensor(ids), use_cache=False).logits[0]
        return self._finite("logits", scores)

    def next_logits(self, ids: list[int]) -> Floats:
        with torch.no_grad(), one_thread():
            scores = self.module(self._tensor(ids), use_cache=False, logits_to_keep=1).logits[0, -1]
        return self._finite("logits", scores)

    def attention(self, ids: list[int]) -> Attention:
        self._tensor(ids)  # refuses a text that is too long before any room is made for it
        shape = (self.shape.n_layer, self.shape.n_head, len(ids), len(ids))
        kept = {name: np.empty(shape, dtype=np.float32) for name in ("scores", "scaled", "pattern")}
        for name, value in self._run(ids):
            if name.startswith("blocks.") and (last := name.rpartition(".")[2]) in kept:
                kept[last][int(name.split(".")[1])] = self._finite(name, value)
        return Attention(**kept)

    def activations(self, ids: list[int]) -> Mapping[str, Floats]:
        run = ((name, self._finite(name, value)) for name, value in self._run(ids))
        return Activations(self.title, run)

    def ablated_logits(self, ids: list[int], heads: Sequence[tuple[int, int]]) -> Floats:
        hooks = [self._switch_off(layer, head) for layer, head in heads]
        try:
            return self.next_logits(ids)
        finally:
            for hook in hooks:
                hook.remove()

    def silenced_logits(self, ids: list[int], entries: Sequence[int]) -> Floats:
        if not all(0 <= entry < self.shape.d_model for entry in entries):
            raise IndexError(f"entries {list(entries)} of {self.shape.d_model}")

        def silence(_: Any, given: tuple[Any, ...]) -> tuple[Any, ...]:
            stream = given[0].clone()
            stream[..., list(entries)] = 0
            return (stream, *given[1:])

        readers = [*self.architecture.blocks(self.module)]
        readers.append(self.architecture.final_norm(self.module))
        hooks = [reader.register_forward_pre_hook(silence) for reader in readers]
        try:
            return self.next_logits(ids)
        finally:
            for hook in hooks:
                hook.remove()

    def unnormed_stream(self, ids: list[int]) -> Floats:
        def gain_alone(norm: Any, given: tuple[torch.Tensor], _: Any) -> torch.Tensor:
            bias = getattr(norm, "bias", None)
            scaled: torch.Tensor = given[0] * norm.weight
            return scaled if bias is None else scaled + bias

        depths: list[torch.Tensor] = []
        blocks = list(self.architecture.blocks(self.module))
        norms = self.architecture.norms(self.module)
        hooks = [norm.register_forward_hook(gain_alone) for norm in norms]
        hooks += [blocks[0].register_forward_pre_hook(lambda _, given: depths.append(given[0]))]
        hooks += [
            block.register_forward_hook(
                lambda _, given, out: depths.append(out[0] if isinstance(out, tuple) else out)
            )
            for block in blocks
        ]
        try:
            with torch.no_grad(), one_thread():
                self.module(self._tensor(ids), use_cache=False)
        finally:
            for hook in hooks:
                hook.remove()
        found = np.stack([_array(each.reshape(len(ids), -1)) for each in depths])
        finite = np.isfinite(found).all(axis=(1, 2))
        return found[: len(found) if finite.all() else int(finite.argmin())]

    def norms(self) -> int:
        return len(self.architecture.norms(self.module)) + 1

    def without_each_head(self, ids: list[int]) -> Iterator[tuple[int, int, Floats]]:
        """As the interface says; what stands before a head's block is computed once."""
        blocks = self.architecture.blocks(self.module)
        calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

        def keep(_: Any, given: tuple[Any, ...], named: dict[str, Any]) -> None:
            calls.append((given, named))

        hooks = [block.register_forward_pre_hook(keep, with_kwargs=True) for block in blocks]
        try:
            self.next_logits(ids)
        finally:
            for hook in hooks:
                hook.remove()
        for layer in range(self.shape.n_layer):
            for head in range(self.shape.n_head):
                switched = self._switch_off(layer, head)
                try:
                    yield layer, head, self._rest(blocks, calls, layer)
                finally:
                    switched.remove()

    def _rest(self, blocks: Any, calls: list[Any], first: int) -> Floats:
        """The scores of the next token (vocab) from the block ``first`` on, its input as it was."""
        with torch.no_grad(), one_thread():
            stream = calls[first][0][0]
            for block, (given, named) in zip(blocks[first:], calls[first:], strict=True):
                stream = block(stream, *given[1:], **named)
            scores = self.architecture.unembed(self.module, stream[0, -1:])
        return self._finite("logits", scores[0])

    def _switch_off(self, layer: int, head: int) -> Any:
        """A hook, to be removed, behind which a head adds nothing. Raises IndexError."""
        shape = self.shape
        if not (0 <= layer < shape.n_layer and 0 <= head < shape.n_head):
            raise IndexError(
                f"head {head} of layer {layer}; there are {shape.n_head} in {shape.n_layer}"
            )
        columns = slice(head * shape.d_head, (head + 1) * shape.d_head)

        def zero(_: Any, inputs: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
            z = inputs[0].clone()
            z[..., columns] = 0
            return (z,)

        projection = self.architecture.output_projection(self.module, layer)
        return projection.register_forward_pre_hook(zero)

    def frequencies(self) -> Floats:
        if self.anatomy.positions != "rotary":
            raise NotRecorded(
                f"{self.title} turns no queries and keys",
                "it learned a vector for each position instead",
                "name a model with rotary positions: smollm2",
            )
        return _array(self.architecture.frequencies(self.module))

    def unembed(self, vectors: Floats) -> Floats:
        with torch.no_grad(), one_thread():
            stream = torch.from_numpy(np.ascontiguousarray(vectors))
            scores = self.architecture.unembed(self.module, stream)
        return self._finite("logits", scores)

    def weight(self, name: str) -> Floats:
        held = self.architecture.weights.get(name)
        if held is None:
            raise self._not_here(f"the weight {name}")
        return held.view(self.tensor(held.tensor))

    def has_weight(self, name: str) -> bool:
        return name in self.architecture.weights

    @property
    def stored(self) -> Mapping[str, Stored]:
        return self.architecture.tensors

    def tensor(self, name: str) -> Floats:
        if not self.has_tensor(name):
            raise self._not_here(f"the tensor {name}")
        return _array(self._state[self.architecture.in_module(name)])

    def has_tensor(self, name: str) -> bool:
        return name in self.architecture.tensors

    @cached_property
    def _state(self) -> dict[str, torch.Tensor]:
        state: dict[str, torch.Tensor] = self.module.state_dict()
        return state

    def _tensor(self, ids: list[int]) -> torch.Tensor:
        """ids as transformers takes them (1, token). Raises PromptRefused where it would fail
        without a reason."""
        if not 1 <= len(ids) <= self.shape.positions:
            raise PromptRefused(
                f"a run over {len(ids):,} tokens",
                f"the model reads at least one and at most {self.shape.positions:,}",
                "give a shorter text, or fewer steps",
            )
        if not all(0 <= i < self.shape.vocab for i in ids):
            raise ModelRefused(
                f"a token id outside the vocabulary of {self.shape.vocab:,} entries",
                f"among {ids[:8]}",
            )
        return torch.tensor([ids], dtype=torch.long)

    @torch.no_grad()
    def _run(self, ids: list[int]) -> Iterator[tuple[str, torch.Tensor]]:
        """One forward pass, everything on the way by its name, as it is computed."""
        with one_thread():
            yield from self.architecture.run(self.module, self._tensor(ids)[0])

    def _finite(self, name: str, value: torch.Tensor) -> Floats:
        array = _array(value)
        try:
            check_finite(array, name)
        except NotFinite as error:
            raise NotFinite(
                f"{name} of {self.title}: {error.what}", error.why, error.hint
            ) from None
        return array


def _array(tensor: torch.Tensor) -> Floats:
    return np.ascontiguousarray(tensor.detach().numpy())
