"""Sets of one row against transformers' warpers and the public GPT-2 runs; draws against all orders
there are."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import torch
from transformers.generation.logits_process import TopKLogitsWarper, TopPLogitsWarper

from gptviz import maths
from gptviz.errors import NotDeclared, NotRecorded, UsageError
from gptviz.models.interface import Model
from gptviz.recorders import take
from gptviz.recording.families import (
    CandidateSets,
    CandidateSetsRecording,
    Draws,
    DrawsRecording,
    LogitBlock,
    LogitBlockRecording,
)

from .conftest import AWKWARD, RUNS, Both


def sets(model: Model, request: CandidateSets) -> CandidateSetsRecording:
    recording = take(model, request)
    assert isinstance(recording, CandidateSetsRecording)
    return recording


@pytest.mark.parametrize("prompt", AWKWARD)
@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_sets_are_those_of_transformers(both: Both, prompt: str, temperature: float) -> None:
    recording = sets(both.model, CandidateSets(prompt, temperature, (1, 5, 40), (0.5, 0.9)))
    with torch.no_grad():
        scores = (
            both.reference(torch.tensor([both.model.encode(prompt)])).logits[:, -1].double()
            / temperature
        )
    shares = scores[0].softmax(0)
    for each, warper in [(each, TopKLogitsWarper(int(each.knob))) for each in recording.top_k] + [
        (each, TopPLogitsWarper(float(each.knob))) for each in recording.top_p
    ]:
        allowed = warper(torch.tensor([[0]]), scores)[0].isfinite()
        assert each.size == int(allowed.sum())
        assert each.masked == both.model.shape.vocab - each.size
        assert each.mass == pytest.approx(float(shares[allowed].sum()), abs=1e-4)
        assert each.lost == pytest.approx(float(shares[~allowed].sum()), abs=1e-4)
        assert each.share(0) == pytest.approx(float(shares.max() / shares[allowed].sum()), abs=1e-4)
        with pytest.raises(NotDeclared):
            each.share(int(each.size))
    assert [int(recording.token(i).id) for i in range(5)] == torch.topk(shares, 5).indices.tolist()
    best = torch.topk(shares, 5).values.tolist()
    assert [recording.probability(i) for i in range(5)] == pytest.approx(best, abs=1e-4)
    assert len(recording.logits) >= max(each.size for each in [*recording.top_k, *recording.top_p])


def test_the_public_runs_give_the_known_figures(gpt2: Model) -> None:
    spaceship = sets(gpt2, CandidateSets(RUNS[2], 1.0, (5, 40), (0.9,)))
    assert spaceship.top_k[0].masked == 50_252
    assert round(float(spaceship.top_k[1].mass), 3) == 0.471
    assert spaceship.top_p[0].size == 2_323
    way = sets(gpt2, CandidateSets(RUNS[1], 0.5, (5,), (0.9,)))
    assert way.top_p[0].size == 2
    hot = sets(gpt2, CandidateSets(RUNS[2], 5.0, (20,), ()))
    assert round(float(hot.top_k[0].mass), 3) == 0.003


def test_draws_are_of_what_is_left(mini: Both) -> None:
    recording = take(mini.model, Draws(AWKWARD[0], 6, top_k=9, seed=8, temperature=2.0))
    assert isinstance(recording, DrawsRecording)
    with torch.no_grad():
        scores = (
            mini.reference(torch.tensor([mini.model.encode(AWKWARD[0])])).logits[0, -1].double()
            / 2.0
        )
    values, ids = torch.topk(scores, 9)
    shares = dict(zip(ids.tolist(), values.softmax(0).tolist(), strict=True))
    rng = np.random.Generator(np.random.PCG64(8))
    left = dict(shares)
    for i, token in enumerate(recording.drawn):
        u, total = rng.random(), sum(left.values())
        ends = np.cumsum(list(left.values())) / total
        candidate = list(left)[int((ends <= u).sum())]
        low = ends[int((ends <= u).sum())] - left[candidate] / total
        assert token.id == candidate and recording.u(i) == u
        assert recording.remaining(i) == pytest.approx(total, abs=1e-4)
        assert recording.interval(i) == pytest.approx(
            (low, low + left[candidate] / total), abs=1e-4
        )
        assert recording.probability(i) == pytest.approx(shares[candidate], abs=1e-4)
        assert recording.rank(i) == list(shares).index(candidate)
        del left[candidate]
    assert [int(token.id) for token in recording.best] == ids.tolist()[:6]


def test_the_chance_to_draw_the_best_is_that_of_all_orders() -> None:
    shares = np.array([0.4, 0.2, 0.1, 0.05])
    by_hand = 0.0
    for order in permutations(shares):
        chance, left = 1.0, 1.0
        for share in order:
            chance, left = chance * share / left, left - share
        by_hand += chance
    assert maths.chance_all_drawn(shares) == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("prompt", AWKWARD)
def test_the_corners_of_the_block_are_transformers(both: Both, prompt: str) -> None:
    recording = take(both.model, LogitBlock(prompt, " the one", (" the",), ends=4))
    assert isinstance(recording, LogitBlockRecording)
    ids, longer = both.model.encode(prompt), both.model.encode(prompt + " the one")
    with torch.no_grad():
        short, grown = (both.reference(torch.tensor([each])).logits[0] for each in (ids, longer))
    for row in range(len(ids)):
        np.testing.assert_allclose(recording.first(row).array, short[row, :4], atol=1e-4)
        np.testing.assert_allclose(recording.last(row).array, short[row, -4:], atol=1e-4)
        assert recording.gap(row) < 1e-4
        assert recording.row(row).probability(0) == pytest.approx(
            float(short[row].softmax(0).max()), abs=1e-4
        )
    for row in range(len(longer)):
        np.testing.assert_allclose(
            recording.first(row, grown=True).array, grown[row, :4], atol=1e-4
        )
        np.testing.assert_allclose(
            recording.last(row, grown=True).array, grown[row, -4:], atol=1e-4
        )
    the = both.model.encode(" the")[0]
    assert recording.named_probability(0) == pytest.approx(
        float(short[-1].softmax(0)[the]), abs=1e-4
    )
    assert [int(token.id) for token in recording.tokens("ends")] == [0, 1, 2, 3, *range(8188, 8192)]


def test_whole_rows_and_the_columns_around_the_highest_score_are_transformers(mini: Both) -> None:
    recording = take(mini.model, LogitBlock("The cat", " the one", whole=True, near=2))
    assert isinstance(recording, LogitBlockRecording)
    ids = mini.model.encode("The cat the one")
    with torch.no_grad():
        wanted = mini.reference(torch.tensor([ids])).logits[0].numpy()
    np.testing.assert_allclose(recording.rows.array, wanted, atol=1e-4)
    best, first = int(wanted[len(recording.prompt) - 1].argmax()), recording.near_first
    assert [int(token.id) for token in recording.near] == list(range(first, best + 3))
    assert first == max(best - 2, 0)


def test_a_text_that_is_no_token_has_no_score(mini: Both) -> None:
    recording = take(mini.model, LogitBlock("The", named=("antidisestablishment", " a")))
    assert isinstance(recording, LogitBlockRecording)
    assert recording.named(0) is None and recording.named(1) == " a"
    assert recording.named_probability(1) < 1 and recording.named_rank(1) >= 0
    with pytest.raises(NotDeclared):
        recording.named_probability(0)


def test_what_cannot_be_asked_is_refused(mini: Both, gpt2: Model) -> None:
    for wrong in (
        CandidateSets("The", 0.0),
        CandidateSets("The", top_k=(0,)),
        Draws("The", 0),
        Draws("The", 9, top_k=5),
        LogitBlock("The cat", "s"),
    ):
        with pytest.raises(UsageError):
            take(mini.model, wrong)
    with pytest.raises(NotRecorded):
        take(gpt2, LogitBlock(RUNS[0]))
