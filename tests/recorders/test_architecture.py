"""Parameter tallies against transformers' own models and the published figures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from transformers import GPT2Config, GPT2LMHeadModel

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models import load
from gptviz.models.architectures.gpt2 import GPT2
from gptviz.models.interface import Model
from gptviz.models.references import BUNDLED
from gptviz.recorders import take
from gptviz.recorders.architecture import PUBLISHED
from gptviz.recording import published
from gptviz.recording.anatomy import Anatomy
from gptviz.recording.families import (
    AttentionHead,
    AttentionPatterns,
    EmbeddingRows,
    HeadComposition,
    HeadScores,
    InductionHeads,
    ModelFamily,
    ParameterTally,
    PositionVectors,
    SinkNorms,
    WeightPicture,
    WeightSample,
    architecture,
)

from .conftest import AWKWARD, Both

NAMES = ("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl")


def test_the_tally_is_the_list_of_the_models_own_tensors(both: Both) -> None:
    recording = take(both.model, ParameterTally())
    own = {
        name.removeprefix("transformer."): tuple(p.shape)
        for name, p in both.reference.named_parameters()
    }
    listed = [recording.tensor(i) for i in range(len(recording))]
    assert {str(name): tuple(map(int, shape)) for name, _, shape in listed} == own
    assert (
        recording.running(len(recording) - 1)
        == both.reference.num_parameters()
        == recording.sizes["total"]
    )
    assert (
        sum(recording.sizes.group(group) for group in architecture.GROUPS)
        == recording.sizes["total"]
    )
    assert (
        recording.sizes["untied"] - recording.sizes["total"]
        == both.reference.transformer.wte.weight.numel()
    )
    assert recording.sizes["bytes"] == 4 * recording.sizes["total"]


def test_gpt2_small_counted_and_the_published_tally_beside_it(gpt2: Model) -> None:
    recording = take(gpt2, ParameterTally())
    sizes = recording.sizes
    assert (sizes["total"], sizes["untied"]) == (124_439_808, 163_037_184)
    assert [int(sizes.group(name)) for name in ("wte", "wpe")] == [38_597_376, 786_432]
    assert recording.block == 7_087_872
    assert (sizes.group("attention") / 12, sizes.group("mlp") / 12) == (2_362_368, 4_722_432)
    assert sizes.group("layer_norm") == 38_400
    assert (recording.missing, recording.missing_biases, recording.missing_norm) == (
        29_184,
        27_648,
        1_536,
    )
    assert recording.explained("so").held
    assert [str(recording.tensor(i)[0]) for i in (0, 1, 147)] == [
        "wte.weight",
        "wpe.weight",
        "ln_f.bias",
    ]
    assert recording.block_of(0) is None and recording.block_of(2) == 0


def test_the_claim_about_the_published_tally_fails_of_another_model(mini: Both) -> None:
    claim = take(mini.model, ParameterTally()).explained("exactly", "not for this model")
    assert not claim.held and claim.wording == "not for this model"


def test_the_family_has_its_published_sizes(mini: Both) -> None:
    models = take(mini.model, ModelFamily()).models
    expected = {
        "total": (124_439_808, 354_823_168, 774_030_080, 1_557_611_200),
        "untied": (163_037_184, 406_286_336, 838_359_040, 1_638_022_400),
        "tensor_count": (148, 292, 436, 580),
        "tensors_2d": (50, 98, 146, 194),
        "d_head": (64,) * 4,
        "heads_in_all": (144, 384, 720, 1200),
    }
    for name, counts in expected.items():
        assert tuple(int(model[name]) for model in models) == counts
    shares = [
        [round(100 * model.share(group), 1) for group in ("wte", "attention", "mlp")]
        for model in models
    ]
    assert shares == [[31.0, 22.8, 45.5], [14.5, 28.4, 56.8], [8.3, 30.5, 61.0], [5.2, 31.6, 63.1]]
    assert [round(model["bytes"] / 1e6, 1) for model in models] == [497.8, 1419.3, 3096.1, 6230.4]
    assert [round(model["cache_bytes"] / 1e5) / 10 for model in models] == [
        75.5,
        201.3,
        377.5,
        629.1,
    ]
    assert models[3].times(models[0]) == pytest.approx(12.52, abs=0.005)
    for name, model in zip(NAMES, models, strict=True):
        shape = PUBLISHED[name][1]
        assert model["total"] == maths.gpt2_parameters(
            shape.n_layer, shape.d_model, shape.d_mlp, shape.vocab, shape.positions
        )
        assert str(model.name) == name
    with pytest.raises(UsageError, match="gpt3"):
        take(mini.model, ModelFamily(("gpt3",)))


def test_an_output_matrix_of_its_own_is_counted() -> None:
    shape = PUBLISHED["gpt2"][1]
    once, twice = (
        sum(maths.product(each) for each in GPT2(shape, Anatomy(tied=tied)).expected().values())
        for tied in (True, False)
    )
    assert twice - once == 38_597_376


def test_gpt3_by_arithmetic() -> None:
    assert architecture.gpt3_embedding() == 617_558_016
    assert architecture.gpt3_attention() == 57_982_058_496
    assert architecture.gpt3_mlp() == 115_964_116_992
    assert architecture.gpt3_total() == 175_181_291_520 == published.GPT3_PARAMETERS
    assert architecture.gpt3_matrices() == 27_938 == published.GPT3_MATRICES
    assert architecture.gpt3_positions() == 25_165_824
    assert "Brown et al. 2020" in str(architecture.gpt3_total().address)


def test_a_deep_model_with_many_heads_is_recorded_and_drawn_from(tmp_path: Path) -> None:
    """24 layers of 16 heads, 4 numbers a head: every request of these families answers, and its
    grid has 384 cells."""
    module = GPT2LMHeadModel(
        GPT2Config(
            n_layer=24,
            n_head=16,
            n_embd=64,
            vocab_size=8192,
            n_positions=32,
            bos_token_id=0,
            eos_token_id=0,
        )
    )
    module.save_pretrained(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(BUNDLED / "mini" / name, tmp_path)
    model = load(str(tmp_path))
    prompt = AWKWARD[3]
    for request in (
        AttentionPatterns(prompt),
        AttentionHead(prompt, inside=True),
        HeadScores((prompt,)),
        SinkNorms(prompt),
        InductionHeads(draws=1),
        HeadComposition(),
        WeightPicture(),
        WeightSample(),
        EmbeddingRows(prompt),
        PositionVectors(anchors=(0,)),
        ParameterTally(),
    ):
        recording = take(model, request)
        for name, entry in recording.manifest.tensors.items():
            for axis, size in zip(entry.axes, entry.shape, strict=True):
                assert size == {"layer": 24, "head": 16}.get(axis, size), name
    picture = take(model, WeightPicture())
    assert picture.picture("saturating").shape == (24 * 32, 192)
