"""Pictures and statistics of weights, position vectors, embedding rows: against numpy,
transformers, known figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gptviz import maths
from gptviz.errors import NotRecorded, UsageError
from gptviz.models.interface import Model
from gptviz.recorders import take
from gptviz.recorders.pictures import area_means, edges
from gptviz.recording.families import (
    EmbeddingRows,
    PlacedTokens,
    PositionVectors,
    WeightPicture,
    WeightSample,
)
from gptviz.recording.schema import Recording
from gptviz.recording.store import Store

from .conftest import AWKWARD, Both


@pytest.fixture(scope="module")
def picture(gpt2: Model) -> Recording:
    return take(gpt2, WeightPicture())


def _c_attn(both: Both) -> np.ndarray:
    blocks = both.reference.transformer.h
    return np.stack([block.attn.c_attn.weight.detach().numpy() for block in blocks])


def test_statistics_are_those_of_the_weights(both: Both) -> None:
    recording = take(both.model, WeightPicture())
    weights, shape = np.abs(_c_attn(both)), both.model.shape
    parts = np.split(weights, 3, axis=2)
    for layer in range(shape.n_layer):
        assert recording.mean_abs(layer) == pytest.approx(weights[layer].mean(), rel=1e-5)
        assert recording.wrapped_share_of(layer) == pytest.approx((weights[layer] >= 0.25).mean())
        for part, values in zip(("query", "key", "value"), parts, strict=True):
            assert recording.mean_abs(layer, part) == pytest.approx(values[layer].mean(), rel=1e-5)
            own = values[layer][:, -shape.d_head :]
            assert recording.mean_abs_head(layer, part, shape.n_head - 1) == pytest.approx(
                own.mean(), rel=1e-5
            )
    assert recording.count == weights.size and recording.wrapped == (weights >= 0.25).sum()
    np.testing.assert_array_equal(recording.array("corner"), _c_attn(both)[0][:32, :32])


def test_pictures_show_every_weight_where_it_lies(toy: Both) -> None:
    recording = take(
        toy.model, WeightPicture(pixels=288)
    )  # 144 columns and 96 rows: a pixel for each, at half as well
    weights = np.concatenate(_c_attn(toy))
    np.testing.assert_array_equal(
        recording.picture("wrapped"), (np.abs(weights) * 1024).astype(np.int64) % 256
    )
    np.testing.assert_array_equal(
        recording.picture("saturating"),
        np.minimum(np.abs(weights) * 1024, 255).round().astype(np.uint8),
    )
    np.testing.assert_array_equal(
        recording.picture("wraps"), np.where(np.abs(weights) >= 0.25, 255, 0)
    )
    assert recording.wrapped > 0
    assert recording.wrapped_byte(0, 0) == np.abs(weights[0, 0] * 1024) // 1 % 256


@given(length=st.integers(1, 40), groups=st.integers(1, 6), pixels=st.integers(1, 200))
def test_no_pixel_reaches_over_the_border_of_a_head(length: int, groups: int, pixels: int) -> None:
    starts = edges(length * groups, pixels, group=length)
    assert set(range(0, length * groups, length)) <= set(starts.tolist())
    assert len(starts) <= max(pixels, groups)
    assert starts[0] == 0 and (np.diff(starts) > 0).all() and starts[-1] < length * groups


def test_area_means_are_means_of_areas() -> None:
    values = np.arange(35.0).reshape(5, 7)
    means = area_means(values, np.array([0, 2, 4]), np.array([0, 3, 6]))
    assert means[1, 1] == values[2:4, 3:6].mean() and means[2, 2] == values[4:, 6:].mean()


def test_the_weight_picture_of_gpt2_small(picture: Recording, tmp_path: Path) -> None:
    assert (picture.rows, picture.columns, picture.count) == (9216, 2304, 21_233_664)
    assert picture.wrapped == 1_546_155 and picture.wrapped_share == pytest.approx(0.0728, abs=5e-5)
    assert picture.wrapped_share_of(0) == pytest.approx(0.168, abs=5e-4)
    assert (float(picture.lowest), float(picture.highest)) == pytest.approx((-3.3340569, 3.0998495))
    np.testing.assert_allclose(
        picture.array("mean_abs_block"),
        [
            0.1346,
            0.1008,
            0.1113,
            0.1087,
            0.1104,
            0.0995,
            0.0994,
            0.1013,
            0.1002,
            0.0996,
            0.0995,
            0.0993,
        ],
        atol=5.1e-5,
    )
    ends = [
        picture.mean_abs(layer, part) for part in ("query", "key", "value") for layer in (0, 11)
    ]
    assert [float(end) for end in ends] == pytest.approx(
        [0.1804, 0.0871, 0.1790, 0.0834, 0.0446, 0.1273], abs=5.1e-5
    )
    assert picture.stripe.index == (4, 11)
    path = Store(tmp_path).write("gpt2", "weight_mri", "picture", picture)
    assert path.stat().st_size + path.with_suffix(".safetensors").stat().st_size < 4_000_000


def test_the_published_picture_turns_strong_weights_dark(picture: Recording, gpt2: Model) -> None:
    """Where many weights wrap, the true picture stands out by half; the published one, by less than
    a quarter."""
    stripe = slice(11 * 32, 12 * 32)  # head 11 of the query part, 32 pixels a head
    true, wrapped = picture.array("saturating")[4], picture.array("wrapped")[4]
    query = slice(0, 12 * 32)
    assert true[:, stripe].mean() > 1.4 * np.median(true[:, query])
    assert wrapped[:, stripe].mean() < 1.25 * np.median(wrapped[:, query].mean(axis=0))
    sampled = gpt2.tensor("h.4.attn.c_attn.weight")[::8, ::2]
    np.testing.assert_array_equal(wrapped, (np.abs(sampled) * 1024).astype(np.int64) % 256)


def test_fresh_weights_have_no_stripes(picture: Recording) -> None:
    expected = 0.02 * np.sqrt(2 / np.pi)
    np.testing.assert_allclose(picture.array("fresh_mean_abs"), expected, rtol=4e-3)
    fresh = picture.array("fresh").astype(float)
    assert (
        np.ptp(fresh.mean(axis=1)) < 2.5
    )  # columns differ by noise only; trained ones differ by a hundred
    assert np.ptp(picture.array("saturating").astype(float).mean(axis=1)) > 100
    assert picture.value("fresh.wrapped") == 0


def test_a_sample_holds_true_weights(both: Both, gpt2: Model) -> None:
    recording = take(both.model, WeightSample(count=400))
    state = both.reference.transformer.state_dict()
    for index in range(400):
        assert np.any(
            state[str(recording.origin(index))].numpy() == np.float32(recording.sample[index])
        )
    assert recording.numbers_in_all == both.reference.num_parameters()
    assert recording.drawn == 400
    assert take(gpt2, WeightSample()).numbers_in_all == 29_219_328


def test_positions_of_gpt2_small(gpt2: Model) -> None:
    recording = take(gpt2, PositionVectors())
    assert [float(recording.norm(i)) for i in (0, 1, 1023)] == pytest.approx(
        [9.876, 5.192, 0.118], abs=5e-4
    )
    assert recording.median_norm == pytest.approx(3.372, abs=5e-4)
    assert recording.value("largest") == pytest.approx(4.538, abs=5e-4)
    assert [float(share) for share in recording.explained] == pytest.approx(
        [0.334, 0.324, 0.246], abs=1e-3
    )
    assert recording.explained_together == pytest.approx(0.904, abs=5e-4)
    assert [float(recording.cosine(100, other)) for other in (101, 150, 1000)] == pytest.approx(
        [0.999, 0.757, -0.412], abs=5e-4
    )
    assert recording.turns == pytest.approx(3.04, abs=0.05)
    assert maths.is_spiral(recording.array("coordinates"))
    assert recording.least_like(100) == int(recording.array("anchor_cosines")[1].argmin())
    assert recording.cosines[25, 250] == pytest.approx(recording.cosine(100, 1000), abs=1e-6)


def test_principal_components_are_those_of_the_covariance(both: Both) -> None:
    recording = take(both.model, PositionVectors(stride=8, anchors=(0, 7)))
    vectors = both.reference.transformer.wpe.weight.detach().numpy().astype(np.float64)
    values, directions = np.linalg.eigh(np.cov(vectors.T))
    np.testing.assert_allclose(
        recording.array("explained"), values[::-1][:3] / values.sum(), rtol=1e-6
    )
    along = (vectors - vectors.mean(axis=0)) @ directions[:, ::-1][:, :3]
    np.testing.assert_allclose(np.abs(recording.array("coordinates")), np.abs(along), atol=1e-8)
    cosine = vectors[7] @ vectors[9] / np.linalg.norm(vectors[7]) / np.linalg.norm(vectors[9])
    assert recording.cosine(7, 9) == pytest.approx(cosine)
    with pytest.raises(UsageError, match="no position 5000"):
        take(both.model, PositionVectors(anchors=(5000,)))


def test_the_first_block_is_given_a_word_and_its_place_added_up(both: Both) -> None:
    texts = ("The dog bit the man.", "The man bit the dog.")
    recording = take(both.model, PlacedTokens(*texts))
    ids = [both.model.encode(text) for text in texts]
    places = [recording.place(part) for part in (0, 1)]
    assert places[0] != places[1] and ids[0][places[0]] == ids[1][places[1]]
    for part, row in enumerate(ids):
        run = both.reference(torch.tensor([row]), output_hidden_states=True)
        given = run.hidden_states[0][0, places[part]].detach().numpy()
        np.testing.assert_allclose(recording.array("sums")[part], given, atol=1e-6)
        assert recording.counted(part) == places[part] + 1
    first, second = recording.array("sums").astype(np.float64)
    lengths = np.linalg.norm(first) * np.linalg.norm(second)
    assert recording.likeness == pytest.approx(first @ second / lengths)
    with pytest.raises(UsageError, match="no token stands at another place"):
        take(both.model, PlacedTokens(texts[0], texts[0]))


def test_a_spiral_is_told_from_what_only_winds() -> None:
    at = np.linspace(0.0, 1.0, 200)
    round_, steps = 2 * np.pi * 3.5 * at, np.random.RandomState(1).standard_normal((200, 3))
    spiral = np.stack([np.cos(round_), -np.sin(round_), at], axis=1)
    assert maths.turns(spiral) == pytest.approx(3.5) and maths.is_spiral(spiral)
    assert not maths.is_spiral(spiral[:50])  # less than a whole turn
    assert not maths.is_spiral(steps.cumsum(axis=0))  # a random walk


def test_signs_of_components_are_fixed() -> None:
    points = np.random.RandomState(0).standard_normal((20, 5))
    _, directions, _ = maths.principal_components(points, 3)
    mirrored = maths.principal_components(points[::-1], 3)[1]
    np.testing.assert_allclose(directions, mirrored, atol=1e-12)


@pytest.mark.parametrize("prompt", [*AWKWARD, "The quick brown fox jumps over the lazy dog."])
def test_embedding_rows_are_those_of_the_model(both: Both, prompt: str) -> None:
    recording = take(both.model, EmbeddingRows(prompt, window=16))
    matrix = both.reference.transformer.wte.weight.detach().numpy()
    ids = both.model.encode(prompt)
    np.testing.assert_array_equal(recording.array("rows"), matrix[ids])
    chosen = int(recording.chosen)
    assert ids[chosen] == max(ids)
    assert int(recording.window_tokens[recording.window_row].id) == ids[chosen]
    shown = recording.array("window")[recording.window_row]
    np.testing.assert_array_equal(shown, matrix[ids[chosen]].astype(np.float16))


def test_the_spread_of_the_embedding(both: Both) -> None:
    recording = take(both.model, EmbeddingRows("the", listed=("the", "antidisestablishment")))
    matrix = both.reference.transformer.wte.weight.detach().numpy()
    assert recording.deviation == pytest.approx(matrix.astype(np.float64).std(), rel=1e-6)
    assert recording.fresh_deviation == pytest.approx(0.02, rel=2e-3)
    edges_ = recording.array("edges")
    inside = (matrix >= edges_[0]) & (matrix <= edges_[-1])
    assert recording.histogram().array.sum() == inside.sum()
    assert recording.outside() == (~inside).sum()
    middle = slice(*np.searchsorted(edges_, [-0.02, 0.02]))
    assert (
        recording.histogram(fresh=True).array[middle].sum()
        > recording.histogram().array[middle].sum()
    )
    assert recording.share == pytest.approx(matrix.size / both.reference.num_parameters())
    assert [int(count) for _, count in recording.listed] == [
        len(both.model.encode(w)) for w, _ in recording.listed
    ]


def test_rows_that_no_part_holds_are_refused(gpt2: Model) -> None:
    with pytest.raises(NotRecorded, match="embed"):
        take(gpt2, EmbeddingRows("the"))
