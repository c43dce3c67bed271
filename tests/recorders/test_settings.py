"""What films restate by formula, on models that differ from GPT-2 small in one setting each: against
transformers, and refused where no formula of ours is the model's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM

from gptviz.errors import ModelRefused
from gptviz.models import load
from gptviz.models.language import LanguageModel
from gptviz.recorders import take
from gptviz.recorders.restating import check_restated
from gptviz.recording.families import AttentionHead, CacheEquality, MatrixVector
from tests import small_gpt2, small_models

PROMPT = "planet robot"
SETTINGS: list[dict[str, Any]] = [
    *[{"activation_function": name} for name in ("relu", "gelu", "silu", "quick_gelu")],
    {"scale_attn_weights": False},
    {"scale_attn_by_inverse_layer_idx": True},
    {"scale_attn_weights": False, "scale_attn_by_inverse_layer_idx": True},
    {"layer_norm_epsilon": 0.1},
    {"n_inner": 50},
    {"n_positions": 9},
    {"tie_word_embeddings": False},
    {"reorder_and_upcast_attn": True},
    {"n_layer": 1, "n_head": 1},
]

#: A folder's model, as gptviz and as transformers load it.
Pair = tuple[LanguageModel, Any]


@pytest.fixture(
    scope="module",
    params=[*SETTINGS, *[name for name in small_models.MODELS if name != "gpt2"]],
    ids=str,
)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("model")
    if isinstance(request.param, str):
        small_models.write(folder, request.param)
    else:
        small_gpt2.write(folder, **request.param)
    model = load(str(folder))
    assert isinstance(model, LanguageModel)
    return model, AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()


def test_a_neuron_and_its_activation(pair: Pair) -> None:
    model, own = pair
    recording = take(model, MatrixVector(PROMPT, rows=8))
    seen: list[Any] = []
    mlp = model.architecture.blocks(own)[int(recording.layer)].mlp
    activation = getattr(mlp, "act_fn", None) or mlp.act
    hook = activation.register_forward_hook(_both_sides(seen))
    with torch.no_grad():
        own(torch.tensor([model.encode(PROMPT)]))
    hook.remove()
    before, after = (each.reshape(-1, model.shape.d_mlp)[-1].numpy() for each in seen)
    for row in range(8):
        neuron = int(recording.neuron(row))
        assert recording.pre(row) == pytest.approx(float(before[neuron]), abs=1e-4)
        assert recording.activated(row) == pytest.approx(float(after[neuron]), abs=1e-4)
        assert recording.sums(row)[-1] == pytest.approx(float(before[neuron]), abs=1e-4)


def _both_sides(seen: list[Any]) -> Callable[..., None]:
    return lambda _, given, out: seen.extend((given[0], out))


def test_a_head_is_divided_as_the_model_does(pair: Pair) -> None:
    model, own = pair
    with torch.no_grad():
        out = own(torch.tensor([model.encode(PROMPT)]), output_attentions=True)
    layers, heads = model.shape.n_layer, model.shape.n_head
    for layer, head in [(0, 0), (layers - 1, heads - 1)]:
        recording = take(model, AttentionHead(PROMPT, head=(layer, head), inside=True))
        pattern = out.attentions[layer][0, head].numpy()
        for query in range(len(recording.prompt)):
            seen = np.array([float(recording.scaled(query, key)) for key in range(query + 1)])
            shares = np.exp(seen - seen.max())
            np.testing.assert_allclose(
                shares / shares.sum(), pattern[query, : query + 1], atol=1e-4
            )
        last = len(pattern) - 1  # the last query sees all: the row is the same without a mask
        free = [float(recording.unmasked(last, key)) for key in range(last + 1)]
        np.testing.assert_allclose(free, pattern[last], atol=1e-4)


def test_a_step_costs_what_its_matrices_hold(pair: Pair) -> None:
    model, _ = pair
    recording = take(model, CacheEquality(PROMPT, steps=1))
    shape, length = model.shape, int(recording.array("length")[0])
    matrices = sum(
        int(np.prod(each.shape))
        for each in model.stored.values()
        if len(each.shape) == 2 and each.block is not None
    )
    looking = 2 * shape.n_layer * shape.n_head * shape.d_head * length
    assert recording.cached_cost(0) == matrices + looking + shape.d_model * shape.vocab
    kept = 2 * shape.n_layer * shape.n_kv_head * shape.d_head * length
    assert recording.kept_numbers(0) == kept


def test_an_activation_without_a_formula_is_refused(tmp_path: Path) -> None:
    model = load(str(small_gpt2.write(tmp_path / "tanh", activation_function="tanh")))
    with pytest.raises(ModelRefused, match="'tanh'"):
        take(model, MatrixVector(PROMPT, rows=2))


@pytest.mark.parametrize(("tensor", "said"), [("post", "the activation"), ("pre", "a neuron")])
def test_what_a_formula_does_not_give_is_refused(tmp_path: Path, tensor: str, said: str) -> None:
    recording = take(load(str(small_gpt2.write(tmp_path / "it"))), MatrixVector(PROMPT, rows=4))
    check_restated(recording)
    wrong = recording.array(tensor) + np.float32(0.01) * np.abs(recording.array(tensor)).max()
    changed = {**recording.tensors, tensor: wrong}
    with pytest.raises(ModelRefused, match="in a way that no film can tell") as refused:
        check_restated(type(recording)(recording.manifest, changed, recording.name))
    assert tensor == "pre" or said in str(refused.value)
