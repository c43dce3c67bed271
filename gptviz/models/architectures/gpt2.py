"""GPT-2: learned positions, layer norm before each part, one plain MLP, one matrix for q, k and v.

Radford et al. 2019, "Language models are unsupervised multitask learners". The reference is
transformers' ``GPT2LMHeadModel``; its Conv1D keeps matrices as (in, out).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gptviz.errors import ModelRefused
from gptviz.models.architectures.base import (
    Architecture,
    Held,
    Steps,
    check_divides,
    read_heads,
    write_heads,
)
from gptviz.models.interface import Shape
from gptviz.recording.anatomy import Anatomy

if TYPE_CHECKING:
    import torch


class GPT2(Architecture):
    """GPT-2 and what others trained in its form."""

    model_types = ("gpt2",)
    body = "transformer"
    not_learned = (".attn.bias", ".attn.masked_bias")

    @classmethod
    def sizes(cls, settings: Any, where: str) -> Shape:
        if settings.add_cross_attention:
            raise ModelRefused(
                f"{where} is not a plain GPT-2", "its config.json asks for cross-attention"
            )
        check_divides(settings.n_embd, settings.n_head, "n_embd", where)
        return Shape(
            settings.n_layer,
            settings.n_head,
            settings.n_embd,
            settings.n_inner or 4 * settings.n_embd,
            settings.vocab_size,
            settings.n_positions,
        )

    @classmethod
    def facts(cls, settings: Any) -> Anatomy:
        return Anatomy(
            epsilon=settings.layer_norm_epsilon,
            activation=settings.activation_function,
            scaled=settings.scale_attn_weights,
            scaled_by_layer=settings.scale_attn_by_inverse_layer_idx,
            tied=settings.tie_word_embeddings,
        )

    def top(self) -> dict[str, tuple[str, str]]:
        return {
            "embed": ("wte.weight", "embed"),
            "pos_embed": ("wpe.weight", "pos_embed"),
            "ln_final.w": ("ln_f.weight", "norm"),
            "ln_final.b": ("ln_f.bias", "norm"),
        }

    def block(self, layer: int) -> list[tuple[str, str, tuple[int, ...], dict[str, Held]]]:
        d, mlp, heads, d_head = (
            self.shape.d_model,
            self.shape.d_mlp,
            self.shape.n_head,
            self.shape.d_head,
        )
        h = f"h.{layer}."

        def plain(name: str, group: str, size: tuple[int, ...], neutral: str) -> Any:
            return h + name, group, size, {neutral: Held(h + name)}

        def joint(name: str, size: tuple[int, ...], letter: str) -> Any:
            parts = {
                f"attn.{letter}_{part}": Held(h + name, read_heads(i * d, heads, d_head))
                for i, part in enumerate("QKV")
            }
            return h + name, "attention", size, parts

        out = {"attn.W_O": Held(f"{h}attn.c_proj.weight", write_heads(heads, d_head))}
        return [
            plain("ln_1.weight", "norm", (d,), "ln1.w"),
            plain("ln_1.bias", "norm", (d,), "ln1.b"),
            joint("attn.c_attn.weight", (d, 3 * d), "W"),
            joint("attn.c_attn.bias", (3 * d,), "b"),
            (f"{h}attn.c_proj.weight", "attention", (d, d), out),
            plain("attn.c_proj.bias", "attention", (d,), "attn.b_O"),
            plain("ln_2.weight", "norm", (d,), "ln2.w"),
            plain("ln_2.bias", "norm", (d,), "ln2.b"),
            plain("mlp.c_fc.weight", "mlp", (d, mlp), "mlp.W_in"),
            plain("mlp.c_fc.bias", "mlp", (mlp,), "mlp.b_in"),
            plain("mlp.c_proj.weight", "mlp", (mlp, d), "mlp.W_out"),
            plain("mlp.c_proj.bias", "mlp", (d,), "mlp.b_out"),
        ]

    def blocks(self, module: Any) -> Any:
        return module.transformer.h

    def final_norm(self, module: Any) -> Any:
        return module.transformer.ln_f

    def output_projection(self, module: Any, layer: int) -> Any:
        return module.transformer.h[layer].attn.c_proj

    def run(self, module: Any, tokens: torch.Tensor) -> Steps:
        import torch  # noqa: PLC0415

        body = module.transformer
        embed, positions = body.wte(tokens), body.wpe(torch.arange(len(tokens)))
        yield from (("embed", embed), ("pos_embed", positions))
        residual = embed + positions
        for layer, block in enumerate(body.h):
            for name, value in self._block(block, layer, residual):
                yield f"blocks.{layer}.{name}", value
                residual = value  # the last is resid_post
        final = body.ln_f(residual)
        yield from (("ln_final", final), ("logits", module.lm_head(final)))

    def _block(self, block: Any, layer: int, resid_pre: torch.Tensor) -> Steps:
        """One block on its input (token, d_model); the last of what it gives is ``resid_post``."""
        ln1 = block.ln_1(resid_pre)
        q, k, v = (
            part.reshape(len(ln1), self.shape.n_head, self.shape.d_head)
            for part in block.attn.c_attn(ln1).split(self.shape.d_model, dim=-1)
        )
        yield from (("resid_pre", resid_pre), ("ln1", ln1), ("q", q), ("k", k), ("v", v))
        heads = self.attend(layer, q, k, v)
        yield from heads.items()
        attn_out = block.attn.c_proj(heads["z"].reshape(len(ln1), -1))
        resid_mid = resid_pre + attn_out
        ln2 = block.ln_2(resid_mid)
        yield from (("attn_out", attn_out), ("resid_mid", resid_mid), ("ln2", ln2))
        mlp_pre = block.mlp.c_fc(ln2)
        mlp_act = block.mlp.act(mlp_pre)
        mlp_out = block.mlp.c_proj(mlp_act)
        yield from (("mlp_pre", mlp_pre), ("mlp_act", mlp_act), ("mlp_post", mlp_act))
        yield from (("mlp_out", mlp_out), ("resid_post", resid_mid + mlp_out))
