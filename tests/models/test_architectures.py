"""Every architecture, on a small model of an odd shape, against transformers' own."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gptviz.errors import ModelRefused, NotFinite, NotRecorded
from gptviz.models import architectures, load
from gptviz.models.building import build
from gptviz.models.cache import greedy
from gptviz.models.language import LanguageModel
from gptviz.models.references import Name
from gptviz.models.tokenization import Tokenizer
from tests import small_gpt2, small_models

AWKWARD = "Hi \U0001f98a! antidis"
NAMES = list(small_models.MODELS)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    folder = tmp_path_factory.mktemp("tokenizer")
    small_gpt2.write_tokenizer(folder)
    return Tokenizer.from_folder(folder)


@pytest.fixture(scope="module", params=NAMES)
def pair(request: pytest.FixtureRequest, tokenizer: Tokenizer) -> tuple[LanguageModel, Any]:
    """A model from its parts, and transformers' own."""
    own = small_models.module(request.param)
    tensors = {name: value.detach().numpy() for name, value in own.state_dict().items()}
    config = small_models.settings(request.param)
    name = Name(request.param, request.param, request.param)
    return LanguageModel.from_parts(config, tensors, tokenizer, name), own


def run(own: Any, ids: list[int]) -> Any:
    with torch.no_grad():
        return own(torch.tensor([ids]), output_hidden_states=True, output_attentions=True)


def test_scores_streams_and_patterns(pair: tuple[LanguageModel, Any]) -> None:
    model, own = pair
    for ids in (model.encode(AWKWARD), [(7 * i) % 700 for i in range(model.shape.positions)]):
        out, found = run(own, ids), model.activations(ids)
        attention = model.attention(ids)
        for layer in range(2):
            np.testing.assert_allclose(
                found[f"blocks.{layer}.resid_pre"], out.hidden_states[layer][0], atol=1e-4
            )
            np.testing.assert_allclose(
                attention.pattern[layer], out.attentions[layer][0], atol=1e-4
            )
        np.testing.assert_allclose(found["ln_final"], out.hidden_states[-1][0], atol=1e-4)
        np.testing.assert_allclose(found["logits"], out.logits[0], atol=1e-4)
        np.testing.assert_allclose(model.logits(ids), out.logits[0], atol=1e-4)
        np.testing.assert_allclose(
            model.unembed(found["blocks.1.resid_post"]), out.logits[0], atol=1e-4
        )


def test_parts_of_a_block(pair: tuple[LanguageModel, Any]) -> None:
    model, own = pair
    ids = model.encode(AWKWARD)
    seen: dict[str, Any] = {}
    hooks = []
    for layer, block in enumerate(model.architecture.blocks(own)):
        attn = next(m for n, m in block.named_children() if "attn" in n or n == "attention")
        for name, module in (("attn_out", attn), ("mlp_out", block.mlp)):
            hooks.append(module.register_forward_hook(_keep(seen, f"blocks.{layer}.{name}")))
        activation = getattr(block.mlp, "act_fn", None) or block.mlp.act
        hooks.append(activation.register_forward_hook(_keep(seen, f"blocks.{layer}.mlp_act")))
    run(own, ids)
    for hook in hooks:
        hook.remove()
    found = model.activations(ids)
    assert len(seen) == 6
    for name, value in seen.items():
        np.testing.assert_allclose(found[name], value.reshape(found[name].shape), atol=1e-4)
    cached = greedy(model, ids, 2)
    again = model.activations([*ids, *cached.chosen[:-1]])
    for layer in range(2):
        np.testing.assert_allclose(again[f"blocks.{layer}.k"], cached.keys[layer], atol=1e-4)
        np.testing.assert_allclose(again[f"blocks.{layer}.v"], cached.values[layer], atol=1e-4)


def _keep(seen: dict[str, Any], name: str) -> Any:
    def hook(_: Any, __: Any, output: Any) -> None:
        seen[name] = (output[0] if isinstance(output, tuple) else output).detach()

    return hook


def test_weights_have_the_axes_that_their_names_promise(pair: tuple[LanguageModel, Any]) -> None:
    """Every product of the forward pass once more, in numpy, from the weights by name."""
    model, own = pair
    found, rotary = model.activations(model.encode(AWKWARD)), model.anatomy.positions == "rotary"

    def weight(name: str) -> Any:
        return model.weight(f"blocks.1.{name}") if model.has_weight(f"blocks.1.{name}") else 0.0

    def at(name: str) -> Any:
        return found[f"blocks.1.{name}"]

    for letter in "qkv":
        if letter in "qk" and model.anatomy.normed_queries:
            continue
        computed = np.einsum("td,hde->the", at("ln1"), weight(f"attn.W_{letter.upper()}"))
        expected = at(letter + ("_raw" if rotary and letter != "v" else ""))
        np.testing.assert_allclose(
            computed + weight(f"attn.b_{letter.upper()}"), expected, atol=1e-4
        )
    out = np.einsum("the,hed->td", at("z"), weight("attn.W_O")) + weight("attn.b_O")
    np.testing.assert_allclose(out, at("attn_out"), atol=1e-4)
    for letter in ("pre", "gate"):
        name = {"pre": "in", "gate": "gate"}[letter]
        if model.has_weight(f"blocks.1.mlp.W_{name}"):
            product = at("ln2") @ weight(f"mlp.W_{name}") + weight(f"mlp.b_{name}")
            np.testing.assert_allclose(product, at(f"mlp_{letter}"), atol=1e-4)
    out = at("mlp_post") @ weight("mlp.W_out") + weight("mlp.b_out")
    np.testing.assert_allclose(out, at("mlp_out"), atol=1e-4)
    np.testing.assert_allclose(
        found["ln_final"] @ model.weight("unembed").T, found["logits"], atol=1e-4
    )
    names = {model.architecture.own_name(name) for name, _ in own.named_parameters()}
    assert (
        {held.tensor for held in model.architecture.weights.values()} == names == set(model.stored)
    )
    assert sum(model.tensor(name).size for name in model.stored) == own.num_parameters()


def test_heads_switched_off(pair: tuple[LanguageModel, Any]) -> None:
    model, own = pair
    ids, d_head = model.encode(AWKWARD), model.shape.d_head
    without = {(layer, head): scores for layer, head, scores in model.without_each_head(ids)}
    assert list(without) == [(i, h) for i in range(2) for h in range(model.shape.n_head)]
    for heads in ([(0, 1)], [(1, 2)], [(0, 1), (1, 0), (1, 2)]):
        changed = copy.deepcopy(own)
        for layer, head in heads:
            weight = model.architecture.output_projection(changed, layer).weight
            columns = weight.T if model.architecture.body != "transformer" else weight
            with torch.no_grad():
                columns[head * d_head : (head + 1) * d_head] = 0
        expected = run(changed, ids).logits[0, -1]
        np.testing.assert_allclose(model.ablated_logits(ids, heads), expected, atol=1e-4)
        if len(heads) == 1:
            np.testing.assert_allclose(without[heads[0]], expected, atol=1e-4)
    assert np.abs(model.next_logits(ids) - expected.numpy()).max() > 1e-2


@pytest.mark.parametrize("name", ["llama", "pythia", "qwen2"])
def test_a_folder_is_the_same_model(tmp_path: Path, name: str, tokenizer: Tokenizer) -> None:
    model = load(str(small_models.write(tmp_path / "a model", name)))
    own = small_models.module(name)
    ids = model.encode(AWKWARD)
    np.testing.assert_allclose(model.logits(ids), run(own, ids).logits[0], atol=1e-4)
    tensors = {each: value.detach().numpy() for each, value in own.state_dict().items()}
    parts = LanguageModel.from_parts(
        small_models.settings(name), tensors, tokenizer, Name("a", "a", "a")
    )
    assert isinstance(model, LanguageModel) and parts.weights_sha256 == model.weights_sha256


def test_what_an_architecture_lacks_is_not_recorded(tokenizer: Tokenizer) -> None:
    own = small_models.module("pythia")
    tensors = {name: value.detach().numpy() for name, value in own.state_dict().items()}
    config, name = small_models.settings("pythia"), Name("p", "p", "p")
    model = LanguageModel.from_parts(config, tensors, tokenizer, name)
    found = model.activations([1, 2])
    for lacking in ("pos_embed", "blocks.0.resid_mid", "blocks.0.mlp_gate"):
        with pytest.raises(NotRecorded, match=lacking):
            found[lacking]
    with pytest.raises(NotRecorded, match="pos_embed"):
        model.weight("pos_embed")
    with pytest.raises(ModelRefused, match=r"missing layers\.1\.mlp"):
        less = {each: value for each, value in tensors.items() if "1.mlp.dense_h" not in each}
        LanguageModel.from_parts(config, less, tokenizer, name)
    tensors["lm_head.weight"] = np.full_like(tensors["lm_head.weight"], np.nan)
    with pytest.raises(NotFinite, match="embed_out"):
        LanguageModel.from_parts(config, tensors, tokenizer, name)


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"num_key_value_heads": 2}, "3 heads for 2 keys"),
        ({"hidden_act": "geluw"}, "geluw"),
        ({"rope_parameters": {"rope_type": "spiral"}}, "spiral"),
        ({"hidden_size": 2.5}, "hidden_size = 2.5"),
        ({"head_dim": 9}, "head"),
    ],
)
def test_settings_that_no_llama_has(others: dict[str, Any], said: str) -> None:
    config = small_models.settings("llama", **others)
    with pytest.raises(ModelRefused) as refused:
        architecture = architectures.of(config, "it")
        build(
            architecture, {n: np.zeros(s, np.float32) for n, s in architecture.expected().items()}
        )
    assert said in str(refused.value)


def test_a_window_is_as_long_as_a_text_may_be() -> None:
    assert architectures.of(small_models.settings("mistral"), "it").shape.positions == 30
