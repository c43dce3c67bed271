"""A model that runs, against transformers itself."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2LMHeadModel

from gptviz.errors import PromptRefused
from gptviz.models import load
from gptviz.models.language import LanguageModel
from gptviz.models.references import BUNDLED
from tests import small_gpt2

#: An emoji of several bytes, a word in pieces, one token, right-to-left text, 'Ġ', NUL, a long run without a space.
AWKWARD = [
    "Hi \U0001f98a!",
    "antidisestablishment",
    "a",
    "\u05e9\u05dc\u05d5\u05dd",
    "\u0120t\u0000x",
    "q" * 30,
]


@pytest.fixture(scope="module", params=["small", "mini"])
def pair(request: pytest.FixtureRequest, whole: Path) -> tuple[LanguageModel, Any, Any]:
    """A model, and its module and tokenizer as transformers loads them by itself."""
    folder = whole if request.param == "small" else BUNDLED / "mini"
    reference = AutoModelForCausalLM.from_pretrained(
        folder, attn_implementation="eager", dtype=torch.float32
    ).eval()
    return request.getfixturevalue(request.param), reference, AutoTokenizer.from_pretrained(folder)


def prompts(model: LanguageModel) -> list[list[int]]:
    longest = [(7 * i + 3) % model.shape.vocab for i in range(model.shape.positions)]
    return [*[model.encode(text) for text in AWKWARD], longest]


def test_it_says_what_transformers_says(pair: tuple[LanguageModel, Any, Any]) -> None:
    model, reference, tokenizer = pair
    for text in AWKWARD:
        assert model.encode(text) == tokenizer(text)["input_ids"]
        assert model.decode(model.encode(text)) == text
        assert (
            b"".join(bytes.fromhex(row.bytes) for row in model.token_rows(model.encode(text)))
            == text.encode()
        )
    for ids in prompts(model):
        with torch.no_grad():
            expected = reference(torch.tensor([ids])).logits[0].numpy()
        for row in (model.logits(ids)[-1], model.next_logits(ids)):
            np.testing.assert_allclose(row, expected[-1], atol=1e-4)
            assert (
                np.argsort(-row, kind="stable")[:20]
                == np.argsort(-expected[-1], kind="stable")[:20]
            ).all()
        np.testing.assert_allclose(model.logits(ids), expected, atol=1e-4)


def test_everything_on_the_way_is_what_transformers_computes(
    pair: tuple[LanguageModel, Any, Any],
) -> None:
    model, reference, _ = pair
    for ids in prompts(model):
        seen: dict[str, Any] = {}
        hooks = [
            hook
            for i, block in enumerate(reference.transformer.h)
            for hook in _watch(block, f"blocks.{i}", seen)
        ]
        with torch.no_grad():
            out = reference(torch.tensor([ids]), output_hidden_states=True, output_attentions=True)
        for hook in hooks:
            hook.remove()
        found = model.activations(ids)
        last = model.shape.n_layer - 1
        for i in range(model.shape.n_layer):
            seen[f"blocks.{i}.resid_pre"] = out.hidden_states[i][0]
            seen[f"blocks.{i}.pattern"] = out.attentions[i][0]
            if i < last:
                seen[f"blocks.{i}.resid_post"] = out.hidden_states[i + 1][0]
        seen |= {"ln_final": out.hidden_states[-1][0], "logits": out.logits[0]}
        for name, value in seen.items():
            expected = value.numpy().reshape(found[name].shape)
            np.testing.assert_allclose(found[name], expected, atol=1e-4, err_msg=name)
        np.testing.assert_allclose(
            found["embed"] + found["pos_embed"], found["blocks.0.resid_pre"], atol=1e-6
        )
        np.testing.assert_allclose(
            found["blocks.0.scores"] * model.shape.d_head**-0.5, found["blocks.0.scaled"], rtol=1e-5
        )
        q, k = found["blocks.0.q"], found["blocks.0.k"]
        np.testing.assert_allclose(found["blocks.0.scores"][1], q[:, 1] @ k[:, 1].T, atol=1e-4)


def _watch(block: Any, name: str, seen: dict[str, Any]) -> list[Any]:
    def keep(key: str, side: str) -> Any:
        def hook(_: Any, inputs: Any, output: Any) -> None:
            value = inputs[0] if side == "in" else output
            seen[f"{name}.{key}"] = (value[0] if isinstance(value, tuple) else value)[0]

        return hook

    places = [
        (block.attn.c_attn, "ln1", "in"),
        (block.attn.c_proj, "z", "in"),
        (block.attn, "attn_out", "out"),
        (block.ln_2, "resid_mid", "in"),
        (block.ln_2, "ln2", "out"),
        (block.mlp.c_fc, "mlp_pre", "out"),
        (block.mlp.act, "mlp_post", "out"),
        (block.mlp, "mlp_out", "out"),
    ]
    return [module.register_forward_hook(keep(key, side)) for module, key, side in places]


def test_a_head_switched_off_is_a_head_whose_way_out_is_zero(small: LanguageModel) -> None:
    ids = small.encode("planet robot")
    module = copy.deepcopy(small.module)
    d = small.shape.d_head
    with torch.no_grad():
        module.transformer.h[1].attn.c_proj.weight[2 * d : 3 * d] = 0  # rows are inputs
        expected = module(torch.tensor([ids])).logits[0, -1].numpy()
    np.testing.assert_allclose(small.ablated_logits(ids, [(1, 2)]), expected, atol=1e-4)
    assert np.abs(small.next_logits(ids) - expected).max() > 1e-2


@pytest.mark.parametrize(
    "settings",
    [
        {"n_inner": 50},
        {"scale_attn_weights": False},
        {"activation_function": "relu"},
        {"scale_attn_by_inverse_layer_idx": True},
        {"tie_word_embeddings": False},
        {"layer_norm_epsilon": 1e-3},
    ],
)
def test_other_settings_of_the_architecture(tmp_path: Path, settings: dict[str, Any]) -> None:
    model = load(str(small_gpt2.write(tmp_path / "other", **settings)))
    reference = GPT2LMHeadModel.from_pretrained(
        tmp_path / "other", attn_implementation="eager"
    ).eval()
    ids = model.encode("quick robot station")
    with torch.no_grad():
        expected = reference(torch.tensor([ids]), output_attentions=True)
    np.testing.assert_allclose(model.logits(ids), expected.logits[0].numpy(), atol=1e-4)
    np.testing.assert_allclose(
        model.activations(ids)["logits"], expected.logits[0].numpy(), atol=1e-4
    )
    np.testing.assert_allclose(
        model.attention(ids).pattern[1], expected.attentions[1][0].numpy(), atol=1e-4
    )
    assert model.provenance().parameters == reference.num_parameters()


def test_weights_and_counts_are_those_of_the_file(
    small: LanguageModel, mini: LanguageModel
) -> None:
    assert mini.provenance().parameters == 6_901_760
    assert (mini.title, mini.short, mini.provenance().licence) == ("gptviz-mini", "mini", "MIT")
    assert small.tensor("h.1.attn.c_attn.weight").shape == (24, 72)
    np.testing.assert_array_equal(
        small.weight("embed"), small.module.transformer.wte.weight.detach().numpy()
    )
    assert small.has_tensor("ln_f.bias") and not small.has_tensor("lm_head.weight")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_are_read_exactly(tmp_path: Path, whole: Path, dtype: torch.dtype) -> None:
    shutil.copytree(whole, tmp_path / "model")
    module = GPT2LMHeadModel.from_pretrained(whole).to(dtype)
    module.save_pretrained(tmp_path / "model")
    weight = load(str(tmp_path / "model")).weight("embed")
    assert weight.dtype == np.float32
    np.testing.assert_array_equal(
        weight, module.transformer.wte.weight.detach().to(torch.float32).numpy()
    )


def test_the_fingerprint_is_of_values_not_of_files(
    tmp_path: Path, whole: Path, small: LanguageModel
) -> None:
    sharded = tmp_path / "sharded"
    shutil.copytree(whole, sharded)
    (sharded / "model.safetensors").unlink()
    module = GPT2LMHeadModel.from_pretrained(whole)
    module.save_pretrained(sharded, max_shard_size="40KB")
    assert len(list(sharded.glob("*.safetensors"))) > 1
    assert load(str(sharded)).provenance().fingerprint == small.fingerprint
    with torch.no_grad():
        module.transformer.h[0].mlp.c_fc.bias[3] += 1e-3
    module.save_pretrained(sharded, max_shard_size="40KB")
    assert load(str(sharded)).provenance().fingerprint != small.fingerprint
    changed = small.with_module(module)
    assert changed.provenance().weights_sha256 == load(str(sharded)).provenance().weights_sha256


def test_prompts_that_no_model_can_read(small: LanguageModel) -> None:
    limit = small.shape.positions
    assert small.logits(list(range(limit))).shape == (limit, 777)
    for text, reason in (
        ("", "empty"),
        (" \n\t", "blank"),
        ("robot \ud83e", "offset 6"),
        ("\u20ac" * limit, f"at most {limit}"),
    ):
        with pytest.raises(PromptRefused) as refused:
            small.encode(text)
        assert reason in str(refused.value)
    for ids in ([], list(range(limit + 1))):
        for ask in (small.logits, small.next_logits, small.attention, small.activations):
            with pytest.raises(PromptRefused, match=str(limit)):
                ask(ids)


def test_a_model_runs_on_one_thread_whatever_the_user_set(small: LanguageModel) -> None:
    """How many threads share a sum decides its last digits; on most machines and sizes that cannot
    be seen."""
    threads: set[int] = set()
    before = torch.get_num_threads()
    hooks = [
        module.register_forward_hook(lambda *_: threads.update(_threads()))
        for module in (small.module.transformer.h[0].mlp, small.module.transformer.ln_f)
    ]
    ids = small.encode("planet robot")
    try:
        for ask in (
            small.logits,
            small.next_logits,
            small.attention,
            small.activations,
            lambda ids: small.ablated_logits(ids, [(0, 1)]),
        ):
            torch.set_num_threads(3)
            threads.clear()
            ask(ids)
            assert threads == {1} and torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
        for hook in hooks:
            hook.remove()


def _threads() -> set[int]:
    return {torch.get_num_threads(), *(pool["num_threads"] for pool in threadpool_info())}
