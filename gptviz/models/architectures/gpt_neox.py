"""GPT-NeoX: queries and keys rotated in part, layer norm, and an MLP that may read beside attention.

Black et al. 2022, "GPT-NeoX-20B"; Pythia: Biderman et al. 2023. The reference is transformers'
``GPTNeoXForCausalLM``, whose joint matrix holds q, k and v of one head after another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from gptviz.models.architectures.base import (
    Architecture,
    Floats,
    Held,
    Steps,
    check_divides,
    transposed,
    turned,
    write_heads,
)
from gptviz.models.interface import Shape
from gptviz.recording.anatomy import Anatomy

if TYPE_CHECKING:
    import torch


class GPTNeoX(Architecture):
    """GPT-NeoX and Pythia."""

    model_types = ("gpt_neox",)
    body = "gpt_neox"
    output = "embed_out.weight"
    not_learned = (".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq")

    @classmethod
    def sizes(cls, settings: Any, where: str) -> Shape:
        check_divides(settings.hidden_size, settings.num_attention_heads, "hidden_size", where)
        return Shape(
            settings.num_hidden_layers,
            settings.num_attention_heads,
            settings.hidden_size,
            settings.intermediate_size,
            settings.vocab_size,
            settings.max_position_embeddings,
        )

    @classmethod
    def facts(cls, settings: Any) -> Anatomy:
        rope = settings.rope_parameters
        d_head = settings.hidden_size // settings.num_attention_heads
        return Anatomy(
            positions="rotary",
            rotated=int(d_head * rope.get("partial_rotary_factor", 1.0)),
            base=float(rope["rope_theta"]),
            epsilon=settings.layer_norm_eps,
            activation=settings.hidden_act,
            tied=settings.tie_word_embeddings,
            attention_biases=settings.attention_bias,
            output_bias=settings.attention_bias,
            parallel=settings.use_parallel_residual,
        )

    def top(self) -> dict[str, tuple[str, str]]:
        return {
            "embed": ("embed_in.weight", "embed"),
            "ln_final.w": ("final_layer_norm.weight", "norm"),
            "ln_final.b": ("final_layer_norm.bias", "norm"),
        }

    def block(self, layer: int) -> list[tuple[str, str, tuple[int, ...], dict[str, Held]]]:
        shape, at = self.shape, f"layers.{layer}."
        d, mlp, heads, d_head = shape.d_model, shape.d_mlp, shape.n_head, shape.d_head
        found: list[tuple[str, str, tuple[int, ...], dict[str, Held]]] = []

        def add(
            name: str, group: str, size: tuple[int, ...], neutral: str, view: Any = None
        ) -> None:
            held = Held(at + name, view) if view else Held(at + name)
            found.append((at + name, group, size, {neutral: held}))

        for name, neutral in (("input_layernorm", "ln1"), ("post_attention_layernorm", "ln2")):
            add(f"{name}.weight", "norm", (d,), f"{neutral}.w")
            add(f"{name}.bias", "norm", (d,), f"{neutral}.b")
        joint = f"{at}attention.query_key_value."
        views = {part: _interleaved(i, heads, d_head) for i, part in enumerate("QKV")}
        weights = {f"attn.W_{p}": Held(f"{joint}weight", transposed(v)) for p, v in views.items()}
        found.append((f"{joint}weight", "attention", (3 * d, d), weights))
        if self.anatomy.attention_biases:
            biases = {f"attn.b_{p}": Held(f"{joint}bias", v) for p, v in views.items()}
            found.append((f"{joint}bias", "attention", (3 * d,), biases))
        out = transposed(write_heads(heads, d_head))
        add("attention.dense.weight", "attention", (d, d), "attn.W_O", out)
        if self.anatomy.output_bias:
            add("attention.dense.bias", "attention", (d,), "attn.b_O")
        add("mlp.dense_h_to_4h.weight", "mlp", (mlp, d), "mlp.W_in", turned)
        add("mlp.dense_h_to_4h.bias", "mlp", (mlp,), "mlp.b_in")
        add("mlp.dense_4h_to_h.weight", "mlp", (d, mlp), "mlp.W_out", turned)
        add("mlp.dense_4h_to_h.bias", "mlp", (d,), "mlp.b_out")
        return found

    def blocks(self, module: Any) -> Any:
        return module.gpt_neox.layers

    def final_norm(self, module: Any) -> Any:
        return module.gpt_neox.final_layer_norm

    def output_projection(self, module: Any, layer: int) -> Any:
        return module.gpt_neox.layers[layer].attention.dense

    def run(self, module: Any, tokens: torch.Tensor) -> Steps:
        import torch  # noqa: PLC0415

        body = module.gpt_neox
        residual = body.embed_in(tokens)
        yield "embed", residual
        turns = body.rotary_emb(residual[None], torch.arange(len(tokens))[None])
        for layer, block in enumerate(body.layers):
            for name, value in self._block(block, layer, residual, turns):
                yield f"blocks.{layer}.{name}", value
                residual = value  # the last is resid_post
        final = body.final_layer_norm(residual)
        yield from (("ln_final", final), ("logits", module.lm_head(final)))

    def _block(self, block: Any, layer: int, resid_pre: torch.Tensor, turns: Any) -> Steps:
        """One block on its input (token, d_model); the last of what it gives is ``resid_post``.

        A parallel block has no ``resid_mid``: its MLP reads what its attention reads.
        """
        ln1 = block.input_layernorm(resid_pre)
        yield from (("resid_pre", resid_pre), ("ln1", ln1))
        heads: dict[str, Any] = {}
        for name, value in self._heads(block.attention, layer, ln1, turns):
            heads[name] = value
            yield name, value
        attn_out = block.attention.dense(heads["z"].reshape(len(ln1), -1))
        yield "attn_out", attn_out
        parallel = self.anatomy.parallel
        read = resid_pre if parallel else attn_out + resid_pre
        if not parallel:
            yield "resid_mid", read
        ln2 = block.post_attention_layernorm(read)
        mlp_pre = block.mlp.dense_h_to_4h(ln2)
        mlp_act = block.mlp.act(mlp_pre)
        mlp_out = block.mlp.dense_4h_to_h(mlp_act)
        yield from (("ln2", ln2), ("mlp_pre", mlp_pre), ("mlp_act", mlp_act), ("mlp_post", mlp_act))
        resid_post = mlp_out + attn_out + resid_pre if parallel else mlp_out + read
        yield from (("mlp_out", mlp_out), ("resid_post", resid_post))

    def _heads(self, attn: Any, layer: int, ln1: torch.Tensor, turns: Any) -> Steps:
        """Attention of one block on its normalised input (token, d_model)."""
        from transformers.models.gpt_neox import modeling_gpt_neox  # noqa: PLC0415

        rotate: Any = modeling_gpt_neox.apply_rotary_pos_emb
        joint = attn.query_key_value(ln1).reshape(len(ln1), self.shape.n_head, -1)
        q, k, v = joint.chunk(3, dim=-1)
        yield from (("q_raw", q), ("k_raw", k))
        q, k = (each[0] for each in rotate(q[None], k[None], *turns, unsqueeze_dim=2))
        yield from (("q", q), ("k", k), ("v", v))
        yield from self.attend(layer, q, k, v).items()


def _interleaved(part: int, heads: int, d_head: int) -> Callable[[Floats], Floats]:
    """A view of the query, key or value columns (``part`` 0, 1, 2) of a joint matrix (d_model, head x
    part x d_head) as (head, d_model, d_head); of a bias as (head, d_head)."""

    def view(stored: Floats) -> Floats:
        split = stored.reshape(*stored.shape[:-1], heads, 3, d_head)[..., part, :]
        return np.moveaxis(split, -2, 0)

    return view
