"""A causal language model of the GPT-2 architecture that runs: transformers' ``GPT2LMHeadModel``,
eager, float32.

Radford et al. 2019, "Language models are unsupervised multitask learners"; the forward pass below
follows transformers' ``modeling_gpt2`` step by step with the model's own modules, and names what it
passes as TransformerLens does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from gptviz.errors import ModelRefused, NotFinite, PromptRefused
from gptviz.models import references
from gptviz.models.checkpoint import Checkpoint, check_finite, compare, digest
from gptviz.models.config import expected_tensors, read_config, shape_of, tied
from gptviz.models.interface import Attention, Floats, Model
from gptviz.models.threads import one_thread
from gptviz.models.tokenization import Tokenizer, check_size
from gptviz.recording.schema import Provenance, TokenRow

Steps = list[tuple[str, torch.Tensor]]


class LanguageModel(Model):
    """A model that runs. ``module`` is transformers' own, for recorders that need gradients or a
    cache of keys and values; ``tokenizer`` its :class:`~gptviz.models.tokenization.Tokenizer`.
    """

    def __init__(
        self,
        module: GPT2LMHeadModel,
        tokenizer: Tokenizer,
        name: references.Name,
        weights_sha256: str | None = None,
    ) -> None:
        self.module, self.tokenizer = module, tokenizer
        self.title, self.short, self.reference = name.title, name.short, name.reference
        self.shape = shape_of(module.config.to_dict(), name.title)
        self._name, self._known_sha256 = name, weights_sha256

    @classmethod
    def from_folder(cls, folder: Path, name: references.Name | None = None) -> LanguageModel:
        """A model from a folder that ``save_pretrained`` wrote, every tensor checked before it is
        used.

        Raises ModelMissing, ModelRefused (architecture, names, shapes, vocabulary, pickles) and
        NotFinite.
        """
        config = read_config(folder)
        shape = shape_of(config, folder.name)
        checkpoint = Checkpoint(folder)
        if tied(config):
            checkpoint.drop_tied()
        compare(expected_tensors(shape, tied(config)), checkpoint.shapes(), folder.name)
        tokenizer = Tokenizer.from_folder(folder)
        check_size(tokenizer, shape.vocab, folder.name)
        # Cloned, for torch aligns its own memory, and the order of a sum may depend on that.
        state = {
            name: torch.from_numpy(checkpoint.tensor(name)).clone() for name in checkpoint.entries
        }
        fingerprint = checkpoint.fingerprint()
        name = name or references.local(folder, fingerprint, checkpoint)
        return cls(build(config, state), tokenizer, name, fingerprint)

    def with_module(self, module: GPT2LMHeadModel) -> LanguageModel:
        """The same tokenizer and name with other weights: the model at another age, or behind a
        step of training."""
        return LanguageModel(module, self.tokenizer, self._name)

    @property
    def parameters(self) -> int:
        """How many learned numbers there are; input and output embedding, where they are one,
        counted once."""
        return sum(p.numel() for p in self.module.parameters())

    @cached_property
    def weights_sha256(self) -> str:
        """sha256 over names, shapes and values of the weights."""
        return self._known_sha256 or digest(self._weights, self.weight)

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

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, self.shape.positions)

    def decode(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids)

    def token_row(self, token_id: int) -> TokenRow:
        return self.tokenizer.row(token_id)

    def merges(self) -> list[tuple[bytes, bytes]]:
        if not self.tokenizer.byte_level or not self.tokenizer.merges:
            raise self._not_here("the merges of a byte-level tokenizer")
        return self.tokenizer.merged_bytes()

    def pieces(self, text: str) -> list[bytes]:
        if not self.tokenizer.byte_level:
            raise self._not_here("the merges of a byte-level tokenizer")
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
        return {name: self._finite(name, value) for name, value in self._run(ids)}

    def ablated_logits(self, ids: list[int], layer: int, head: int) -> Floats:
        if not (0 <= layer < self.shape.n_layer and 0 <= head < self.shape.n_head):
            raise IndexError(
                f"head {head} of layer {layer}; there are {self.shape.n_head} in {self.shape.n_layer}"
            )
        columns = slice(head * self.shape.d_head, (head + 1) * self.shape.d_head)

        def switch_off(_: Any, inputs: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
            z = inputs[0].clone()
            z[..., columns] = 0
            return (z,)

        body: Any = self.module.transformer
        hook = body.h[layer].attn.c_proj.register_forward_pre_hook(switch_off)
        try:
            return self.next_logits(ids)
        finally:
            hook.remove()

    def unembed(self, vectors: Floats) -> Floats:
        with torch.no_grad(), one_thread():
            body: Any = self.module.transformer
            scores = self.module.lm_head(body.ln_f(torch.from_numpy(np.ascontiguousarray(vectors))))
        return self._finite("logits", scores)

    def weight(self, name: str) -> Floats:
        if not self.has_weight(name):
            raise self._not_here(f"the weight {name}")
        return _array(self._weights[name])

    def has_weight(self, name: str) -> bool:
        return name in self._weights

    @cached_property
    def _weights(self) -> dict[str, torch.Tensor]:
        state = self.module.state_dict()
        names = expected_tensors(self.shape, bool(self.module.config.tie_word_embeddings))
        return {name: state[_in_module(name)] for name in names}

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
        """One forward pass through the model's own modules, everything on the way by its name, as
        it is computed."""
        with one_thread():
            body: Any = self.module.transformer
            tokens = self._tensor(ids)[0]
            embed, positions = body.wte(tokens), body.wpe(torch.arange(len(ids)))
            yield from (("embed", embed), ("pos_embed", positions))
            residual = embed + positions
            for layer, block in enumerate(body.h):
                named, residual = self._block(block, layer, residual)
                yield from ((f"blocks.{layer}.{name}", value) for name, value in named)
            final = body.ln_f(residual)
            yield from (("ln_final", final), ("logits", self.module.lm_head(final)))

    def _block(self, block: Any, layer: int, resid_pre: torch.Tensor) -> tuple[Steps, torch.Tensor]:
        """One transformer block on its input (token, d_model)."""
        ln1 = block.ln_1(resid_pre)
        named, z = self._heads(block.attn, layer, ln1)
        attn_out = block.attn.c_proj(z.reshape(len(z), -1))
        resid_mid = resid_pre + attn_out
        ln2 = block.ln_2(resid_mid)
        mlp_pre = block.mlp.c_fc(ln2)
        mlp_post = block.mlp.act(mlp_pre)
        mlp_out = block.mlp.c_proj(mlp_post)
        resid_post = resid_mid + mlp_out
        return [
            ("resid_pre", resid_pre),
            ("ln1", ln1),
            *named,
            ("attn_out", attn_out),
            ("resid_mid", resid_mid),
            ("ln2", ln2),
            ("mlp_pre", mlp_pre),
            ("mlp_post", mlp_post),
            ("mlp_out", mlp_out),
            ("resid_post", resid_post),
        ], resid_post

    def _heads(self, attn: Any, layer: int, ln1: torch.Tensor) -> tuple[Steps, torch.Tensor]:
        """Attention of one block on its normalised input (token, d_model); z is (token, head,
        d_head)."""
        q, k, v = (
            part.reshape(len(ln1), self.shape.n_head, self.shape.d_head)
            for part in attn.c_attn(ln1).split(self.shape.d_model, dim=-1)
        )
        scores = torch.einsum("qhd,khd->hqk", q, k)
        scaled = scores * self._scale(layer)
        future = torch.ones(len(ln1), len(ln1), dtype=torch.bool).triu(1)
        pattern = scaled.masked_fill(future, torch.finfo(torch.float32).min).softmax(dim=-1)
        z = torch.einsum("hqk,khd->qhd", pattern, v)
        return [
            ("q", q),
            ("k", k),
            ("v", v),
            ("scores", scores),
            ("scaled", scaled),
            ("pattern", pattern),
            ("z", z),
        ], z

    def _scale(self, layer: int) -> float:
        """What scores are multiplied by: 1 / sqrt(d_head), where the config does not ask for
        something else."""
        config = self.module.config
        scale = self.shape.d_head**-0.5 if config.scale_attn_weights else 1.0
        return scale / (layer + 1) if config.scale_attn_by_inverse_layer_idx else scale

    def _finite(self, name: str, value: torch.Tensor) -> Floats:
        array = _array(value)
        try:
            check_finite(array, name)
        except NotFinite as error:
            raise NotFinite(
                f"{name} of {self.title}: {error.what}", error.why, error.hint
            ) from None
        return array


def build(config: dict[str, Any], state: dict[str, torch.Tensor]) -> GPT2LMHeadModel:
    """transformers' module with these weights (names without ``transformer.``), in evaluation mode.

    Every tensor of the module is taken from ``state``: none is left as it was initialised.
    """
    own_dtype = ("dtype", "torch_dtype")  # the file's; weights here are float32
    settings = GPT2Config.from_dict(
        {key: value for key, value in config.items() if key not in own_dtype}
    )
    settings._attn_implementation = "eager"
    with torch.device("meta"):
        module = GPT2LMHeadModel(settings)
    module.to_empty(device="cpu")
    own = dict(state)
    if settings.tie_word_embeddings:
        own["lm_head.weight"] = own["wte.weight"]
    module.load_state_dict(
        {_in_module(name): tensor for name, tensor in own.items()}, strict=True, assign=True
    )
    module.tie_weights()
    for name, buffer in module.named_buffers():
        raise ModelRefused(
            f"transformers keeps {name} {list(buffer.shape)} beside the weights",
            "its values would be whatever was in memory",
            "use the version of constraints.txt",
        )
    module.train(False)
    return module


def _in_module(name: str) -> str:
    return name if name.startswith("lm_head.") else f"transformer.{name}"


def _array(tensor: torch.Tensor) -> Floats:
    return np.ascontiguousarray(tensor.detach().numpy())
