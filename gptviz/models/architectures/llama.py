"""Llama: rotated queries and keys, RMS norm, a gated MLP, keys and values that heads may share.

Touvron et al. 2023, "LLaMA: open and efficient foundation language models". The references are
transformers' ``LlamaForCausalLM`` and its likes: Mistral has a window, Qwen2 biases on q, k and v,
Qwen3 a norm on each query and key. torch's Linear keeps matrices as (out, in).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gptviz.errors import ModelRefused
from gptviz.models.architectures.base import (
    Architecture,
    Held,
    Steps,
    read_heads,
    transposed,
    turned,
    write_heads,
)
from gptviz.models.interface import Shape
from gptviz.recording.anatomy import Anatomy

if TYPE_CHECKING:
    import torch


class Llama(Architecture):
    """Llama 1 to 3, SmolLM2, TinyLlama, Mistral, Qwen2, Qwen3."""

    model_types = ("llama", "mistral", "qwen2", "qwen3")
    body = "model"
    not_learned = (".rotary_emb.inv_freq",)

    @classmethod
    def sizes(cls, settings: Any, where: str) -> Shape:
        heads, keys = settings.num_attention_heads, settings.num_key_value_heads
        if heads % keys:
            raise ModelRefused(
                f"{where} has {heads} heads for {keys} keys", "every key serves as many heads"
            )
        d_head = getattr(settings, "head_dim", None) or settings.hidden_size // heads
        # Within its window a model with one computes what a model without one does.
        window = getattr(settings, "sliding_window", None)
        return Shape(
            settings.num_hidden_layers,
            heads,
            settings.hidden_size,
            settings.intermediate_size,
            settings.vocab_size,
            min(settings.max_position_embeddings, window or settings.max_position_embeddings),
            n_kv_head=keys,
            d_head=d_head,
        )

    @classmethod
    def facts(cls, settings: Any) -> Anatomy:
        heads = settings.num_attention_heads
        qwen2 = settings.model_type == "qwen2"
        biased = bool(getattr(settings, "attention_bias", False))
        return Anatomy(
            positions="rotary",
            rotated=getattr(settings, "head_dim", None) or settings.hidden_size // heads,
            base=float(settings.rope_parameters["rope_theta"]),
            norm="rms",
            epsilon=settings.rms_norm_eps,
            activation=settings.hidden_act,
            gated=True,
            heads_per_key=heads // settings.num_key_value_heads,
            normed_queries=settings.model_type == "qwen3",
            tied=settings.tie_word_embeddings,
            attention_biases=biased or qwen2,
            output_bias=biased,
            mlp_biases=bool(getattr(settings, "mlp_bias", False)),
        )

    def top(self) -> dict[str, tuple[str, str]]:
        return {"embed": ("embed_tokens.weight", "embed"), "ln_final.w": ("norm.weight", "norm")}

    def block(self, layer: int) -> list[tuple[str, str, tuple[int, ...], dict[str, Held]]]:
        shape, facts, at = self.shape, self.anatomy, f"layers.{layer}."
        d, mlp, d_head = shape.d_model, shape.d_mlp, shape.d_head
        found: list[tuple[str, str, tuple[int, ...], dict[str, Held]]] = []

        def add(
            name: str, group: str, size: tuple[int, ...], neutral: str, view: Any = None
        ) -> None:
            held = Held(at + name, view) if view else Held(at + name)
            found.append((at + name, group, size, {neutral: held}))

        for letter, count in (("q", shape.n_head), ("k", shape.n_kv_head), ("v", shape.n_kv_head)):
            view, name = read_heads(0, count, d_head), f"self_attn.{letter}_proj."
            neutral = letter.upper()
            add(
                f"{name}weight",
                "attention",
                (count * d_head, d),
                f"attn.W_{neutral}",
                transposed(view),
            )
            if facts.attention_biases:
                add(f"{name}bias", "attention", (count * d_head,), f"attn.b_{neutral}", view)
        joined = shape.n_head * d_head
        out = transposed(write_heads(shape.n_head, d_head))
        add("self_attn.o_proj.weight", "attention", (d, joined), "attn.W_O", out)
        if facts.output_bias:
            add("self_attn.o_proj.bias", "attention", (d,), "attn.b_O")
        if facts.normed_queries:
            add("self_attn.q_norm.weight", "norm", (d_head,), "attn.q_norm.w")
            add("self_attn.k_norm.weight", "norm", (d_head,), "attn.k_norm.w")
        for name, size, neutral in (
            ("gate_proj", (mlp, d), "gate"),
            ("up_proj", (mlp, d), "in"),
            ("down_proj", (d, mlp), "out"),
        ):
            add(f"mlp.{name}.weight", "mlp", size, f"mlp.W_{neutral}", turned)
            if facts.mlp_biases:
                add(f"mlp.{name}.bias", "mlp", size[:1], f"mlp.b_{neutral}")
        add("input_layernorm.weight", "norm", (d,), "ln1.w")
        add("post_attention_layernorm.weight", "norm", (d,), "ln2.w")
        return found

    def blocks(self, module: Any) -> Any:
        return module.model.layers

    def final_norm(self, module: Any) -> Any:
        return module.model.norm

    def output_projection(self, module: Any, layer: int) -> Any:
        return module.model.layers[layer].self_attn.o_proj

    def run(self, module: Any, tokens: torch.Tensor) -> Steps:
        import torch  # noqa: PLC0415

        body = module.model
        residual = body.embed_tokens(tokens)
        yield "embed", residual
        turns = body.rotary_emb(residual[None], torch.arange(len(tokens))[None])
        for layer, block in enumerate(body.layers):
            for name, value in self._block(block, layer, residual, turns):
                yield f"blocks.{layer}.{name}", value
                residual = value  # the last is resid_post
        final = body.norm(residual)
        yield from (("ln_final", final), ("logits", module.lm_head(final)))

    def _block(self, block: Any, layer: int, resid_pre: torch.Tensor, turns: Any) -> Steps:
        """One block on its input (token, d_model); the last of what it gives is ``resid_post``."""
        ln1 = block.input_layernorm(resid_pre)
        yield from (("resid_pre", resid_pre), ("ln1", ln1))
        heads: dict[str, Any] = {}
        for name, value in self._heads(block.self_attn, layer, ln1, turns):
            heads[name] = value
            yield name, value
        attn_out = block.self_attn.o_proj(heads["z"].reshape(len(ln1), -1))
        resid_mid = resid_pre + attn_out
        ln2 = block.post_attention_layernorm(resid_mid)
        yield from (("attn_out", attn_out), ("resid_mid", resid_mid), ("ln2", ln2))
        mlp_gate, mlp_pre = block.mlp.gate_proj(ln2), block.mlp.up_proj(ln2)
        mlp_act = block.mlp.act_fn(mlp_gate)
        mlp_post = mlp_act * mlp_pre
        mlp_out = block.mlp.down_proj(mlp_post)
        yield from (("mlp_gate", mlp_gate), ("mlp_pre", mlp_pre), ("mlp_act", mlp_act))
        yield from (
            ("mlp_post", mlp_post),
            ("mlp_out", mlp_out),
            ("resid_post", resid_mid + mlp_out),
        )

    def _heads(self, attn: Any, layer: int, ln1: torch.Tensor, turns: Any) -> Steps:
        """Attention of one block on its normalised input (token, d_model)."""
        from transformers.models.llama import modeling_llama  # noqa: PLC0415

        rotate: Any = modeling_llama.apply_rotary_pos_emb
        q, k, v = (
            project(ln1).reshape(len(ln1), -1, self.shape.d_head)
            for project in (attn.q_proj, attn.k_proj, attn.v_proj)
        )
        if self.anatomy.normed_queries:
            q, k = attn.q_norm(q), attn.k_norm(k)
        yield from (("q_raw", q), ("k_raw", k))
        q, k = (each[0] for each in rotate(q[None], k[None], *turns, unsqueeze_dim=2))
        yield from (("q", q), ("k", k), ("v", v))
        yield from self.attend(layer, q, k, v).items()
