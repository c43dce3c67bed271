"""The committed recordings of the real GPT-2 small say what is known of it, also where no reference
data is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from gptviz import maths
from gptviz.recording import published
from gptviz.recording.families import (
    AttentionHeadRecording,
    AttentionPatternsRecording,
    HeadCompositionRecording,
    HeadScoresRecording,
    ModelFamilyRecording,
    ParameterTallyRecording,
    PositionVectorsRecording,
    WeightPictureRecording,
)
from gptviz.recording.store import Store


@pytest.fixture(scope="module")
def store(root: Path) -> Store:
    return Store(root / "recordings")


def test_the_weight_picture(store: Store) -> None:
    picture = store.read("gpt2", "weight_mri", "picture", WeightPictureRecording)
    assert (picture.count, picture.wrapped) == (21_233_664, 1_546_155)
    assert (float(picture.lowest), float(picture.highest)) == pytest.approx((-3.3340569, 3.0998495))
    assert [float(picture.mean_abs(layer)) for layer in (0, 1, 11)] == pytest.approx(
        [0.1346, 0.1008, 0.0993], abs=5.1e-5
    )
    assert [
        float(picture.mean_abs(11, part)) for part in ("query", "key", "value")
    ] == pytest.approx([0.0871, 0.0834, 0.1273], abs=5.1e-5)
    assert picture.stripe.index == (4, 11)


def test_the_heads(store: Store) -> None:
    scores = store.read("gpt2", "head_zoo", "scores", HeadScoresRecording)
    assert [int(scores.sinks(run)) for run in range(3)] == [118, 122, 122]
    previous = scores.best("previous")
    assert (
        previous.index
        == store.read("gpt2", "weight_mri", "picture", WeightPictureRecording).stripe.index
        == (4, 11)
    )
    assert previous.index in published.PREVIOUS_TOKEN_HEADS[published.IOI]
    composition = store.read("gpt2", "head_zoo", "composition", HeadCompositionRecording)
    readers = composition.readers(previous.index)[:4]
    assert [reader for reader, _ in readers] == [(6, 9), (5, 1), (5, 5), (7, 10)]
    assert [float(score) for _, score in readers] == pytest.approx(
        [0.103, 0.102, 0.097, 0.090], abs=6e-4
    )
    assert composition.median() == pytest.approx(0.038, abs=5e-4)


def test_the_run_that_the_attention_films_show(store: Store) -> None:
    run = store.read("gpt2", "heads_grid", "run", AttentionPatternsRecording)
    assert [run.spotlight(name).index for name in ("previous", "duplicate", "reach", "jump")] == [
        (4, 11),
        (0, 1),
        (9, 8),
        (4, 3),
    ]
    assert [
        float(run.spotlight(name).weight) for name in ("duplicate", "reach", "jump")
    ] == pytest.approx([0.54, 0.68, 0.91], abs=6e-3)
    head = store.read("gpt2", "scores_mask", "head", AttentionHeadRecording)
    assert head.chosen.index == (4, 3) and head.divisor == 8
    tokens = [int(token.id) for token in head.prompt]
    assert tokens == [1722, 262, 40663, 373, 13885, 262]
    pattern = maths.attention_pattern(head.numbers("scores").array, float(head.d_head))
    assert abs(pattern - head.array("pattern")).max() < 3e-7


def test_positions_and_tallies(store: Store) -> None:
    vectors = store.read("gpt2", "positions", "vectors", PositionVectorsRecording)
    assert [float(vectors.norm(position)) for position in (0, 1, 1023)] == pytest.approx(
        [9.876, 5.192, 0.118], abs=5e-4
    )
    assert vectors.explained_together == pytest.approx(0.904, abs=5e-4)
    tally = store.read("gpt2", "parameter_tally", "tally", ParameterTallyRecording)
    assert tally.running(len(tally) - 1) == tally.sizes["total"] == 124_439_808
    assert tally.explained("so").held and tally.missing == 29_184
    assert [
        int(model["total"])
        for model in store.read("gpt2", "parameter_tally", "family", ModelFamilyRecording).models
    ] == [124_439_808, 354_823_168, 774_030_080, 1_557_611_200]


@pytest.mark.parametrize("edition", ["gpt2", "mini"])
def test_committed_recordings_are_small(root: Path, edition: str) -> None:
    for path in (root / "recordings" / edition).rglob("*.safetensors"):
        limit = 4_000_000 if path.parent.name in ("weight_mri", "positions") else 1_000_000
        assert path.stat().st_size + path.with_suffix(".json").stat().st_size < limit, path
