"""Head scores, induction, sinks, ablation and composition against transformers and a few lines of
numpy."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from gptviz import maths
from gptviz.errors import NotRecorded
from gptviz.models.interface import Model
from gptviz.recorders import take
from gptviz.recording import published
from gptviz.recording.families import (
    HeadAblation,
    HeadComposition,
    HeadScores,
    InductionHeads,
    SinkNorms,
)

from .conftest import AWKWARD, RUNS, Both

STORY = "Tom and Lily went to the park. Tom and"


def test_scores_are_means_over_prompts(both: Both) -> None:
    recording = take(both.model, HeadScores((AWKWARD[3], AWKWARD[0])))
    each = [
        np.mean([weights[:, :, q, q - 1] for q in range(1, weights.shape[-1])], axis=0)
        for weights in map(both.attentions, (AWKWARD[3], AWKWARD[0]))
    ]
    np.testing.assert_allclose(recording.array("previous"), np.mean(each, axis=0), atol=1e-4)
    np.testing.assert_allclose(recording.array("by_prompt_previous"), each, atol=1e-4)
    assert recording.prompts("duplicate") == 1  # in the other prompt no token stands twice
    best = recording.best("previous")
    assert recording.least("previous") == pytest.approx(
        min(scores[best.index] for scores in each), abs=1e-4
    )


def test_a_prompt_of_one_token_counts_for_nothing(toy: Both) -> None:
    recording = take(toy.model, HeadScores(("The", "the cat")))
    assert recording.prompts("previous") == 1 and recording.sinks(0) == 0
    assert recording.best("duplicate") is None


def test_the_heads_of_the_recorded_runs(gpt2: Model) -> None:
    recording = take(gpt2, HeadScores(RUNS))
    assert [int(recording.sinks(run)) for run in range(3)] == [118, 122, 122]
    assert recording.best("previous").index == (4, 11)
    assert recording.least("previous") == pytest.approx(1.0, abs=5e-4)
    means = recording.array("by_prompt_first").mean(axis=(1, 2))
    assert means.min() == pytest.approx(0.71, abs=0.005) and means.max() == pytest.approx(
        0.73, abs=0.005
    )
    own = recording.array("by_prompt_self")
    assert own[:, 0, 1].min() > 0.86 and own[:, 0, 1].max() == pytest.approx(1.0, abs=0.005)
    strongest = [divmod(int(i), 12) for i in np.argsort(-recording.array("self").ravel())[:4]]
    assert set(strongest) == {(0, 1), (0, 5), (0, 3), (1, 11)}
    assert recording.best("duplicate").index in published.DUPLICATE_TOKEN_HEADS[published.IOI]


def test_induction_is_the_weight_on_the_token_after_the_last_copy(both: Both) -> None:
    recording = take(both.model, InductionHeads(tokens=10, draws=1, seed=5))
    ids = [int(token.id) for token in recording.repeated]
    assert ids[:10] == ids[10:] and len(set(ids)) == 10 == recording.period
    with torch.no_grad():
        attentions = both.reference(torch.tensor([ids]), output_attentions=True).attentions
    weights = np.stack([each[0].numpy() for each in attentions])
    by_hand = np.mean([weights[:, :, q, q - 9] for q in range(10, 20)], axis=0)
    np.testing.assert_allclose(recording.array("induction"), by_hand, atol=1e-4)
    np.testing.assert_allclose(recording.array("pattern"), weights[recording.best.index], atol=1e-4)
    assert recording.chance == pytest.approx(np.mean([1 / (q + 1) for q in range(10, 20)]))


def test_a_perfect_induction_head_scores_one() -> None:
    pattern = np.zeros((8, 8))
    for query in range(4, 8):
        pattern[query, query - 4 + 1] = 1
    assert maths.induction_score(pattern, 4) == 1
    assert maths.previous_token_score(pattern) == 0


def test_the_bundled_model_has_no_induction_head(mini: Both) -> None:
    recording = take(mini.model, InductionHeads())
    assert recording.best.score < 0.06
    again = take(mini.model, InductionHeads())
    assert recording.digest == again.digest
    assert take(mini.model, InductionHeads(seed=1)).digest != recording.digest


def test_texts_are_shorter_where_a_model_has_few_positions(toy: Both) -> None:
    assert take(toy.model, InductionHeads(tokens=500, draws=1)).period == 32


def test_what_heads_bring_from_the_first_token(both: Both) -> None:
    recording = take(both.model, SinkNorms(AWKWARD[0]))
    weights = both.attentions(AWKWARD[0])
    hidden = both.run(AWKWARD[0]).hidden_states
    layer, head = recording.best.index
    block, size = both.reference.transformer.h[layer], both.model.shape.d_head
    own = slice(head * size, (head + 1) * size)
    with torch.no_grad():
        value = block.attn.c_attn(block.ln_1(hidden[layer][0]))[:, 2 * both.model.shape.d_model :][
            :, own
        ]
        lengths = (value @ block.attn.c_proj.weight[own]).norm(dim=1).numpy()
    np.testing.assert_allclose(
        [recording.length(t) for t in range(len(lengths))], lengths, rtol=1e-4, atol=1e-4
    )
    brought = weights[layer, head] * lengths
    shares = (brought / brought.sum(axis=1, keepdims=True))[1:, 0]
    assert recording.brought[layer, head] == pytest.approx(shares.mean(), abs=1e-4)
    assert recording.best.score == pytest.approx(weights[:, :, 1:, 0].mean(axis=2).max(), abs=1e-4)
    assert recording.moved(2, 0) == pytest.approx(brought[2, 0], abs=1e-3)
    assert recording.others() == pytest.approx(lengths[1:].mean(), rel=1e-4)
    claim = recording.harmless("it gives less", "it gives as much")
    assert claim.held == (lengths[0] < lengths[1:].mean())
    assert not take(both.model, SinkNorms("The")).has("best")


def test_ablation_equals_a_model_whose_head_writes_nothing(both: Both) -> None:
    recording = take(both.model, HeadAblation(STORY, top=4))
    shape, ids = both.model.shape, torch.tensor([both.model.encode(STORY)])
    target = int(recording.target.id)
    probability = np.empty((shape.n_layer, shape.n_head))
    with torch.no_grad():
        whole = both.reference(ids).logits[0, -1].softmax(0)
        for layer in range(shape.n_layer):
            for head in range(shape.n_head):
                other = copy.deepcopy(both.reference)
                other.transformer.h[layer].attn.c_proj.weight[
                    head * shape.d_head : (head + 1) * shape.d_head
                ] = 0
                probability[layer, head] = other(ids).logits[0, -1].softmax(0)[target]
    assert int(whole.argmax()) == target
    assert recording.probability == pytest.approx(float(whole[target]), abs=1e-4)
    np.testing.assert_allclose(recording.array("without"), probability, atol=1e-4)
    assert recording.best.index == np.unravel_index(probability.argmin(), probability.shape)
    assert recording.row(ablated=False).token(0) == recording.target
    assert recording.row(ablated=False).probability(0) == pytest.approx(recording.probability)
    assert recording.loss == pytest.approx(float(whole[target]) - probability.min(), abs=1e-4)
    assert recording.hurt == (probability < float(whole[target])).sum()


def test_without_the_head_that_finds_the_name_the_name_is_lost(mini: Both) -> None:
    recording = take(mini.model, HeadAblation(STORY))
    assert recording.target == " Lily" and recording.probability == pytest.approx(0.899, abs=1e-3)
    assert recording.best.score < 0.5
    last = recording.pattern[len(recording.prompt) - 1]
    assert str(recording.prompt[int(np.argmax(last.array))]) == " Lily"


def _whole_matrices(model: Model, layer: int) -> tuple[np.ndarray, np.ndarray]:
    """W_QK and W_OV of every head (head, d_model, d_model), with the layer norm's gain, acting on a
    row of a matrix.

    The score of query x and key y is x W_QK y^T; what is moved from x is x W_OV.
    """
    shape = model.shape
    centred = np.eye(shape.d_model) - 1 / shape.d_model
    weights = model.tensor(f"h.{layer}.attn.c_attn.weight").astype(np.float64)
    reading = centred @ np.diag(model.tensor(f"h.{layer}.ln_1.weight")) @ weights
    heads = reading.reshape(-1, 3, shape.n_head, shape.d_head)
    out = (
        model.tensor(f"h.{layer}.attn.c_proj.weight")
        .astype(np.float64)
        .reshape(shape.n_head, shape.d_head, -1)
    )
    return (
        np.stack([heads[:, 0, h] @ heads[:, 1, h].T for h in range(shape.n_head)]),
        np.stack([heads[:, 2, h] @ out[h] for h in range(shape.n_head)]),
    )


def test_composition_is_the_quotient_of_the_whole_matrices(toy: Both) -> None:
    recording = take(toy.model, HeadComposition())
    (_, written), (reads, moves) = (_whole_matrices(toy.model, layer) for layer in (0, 1))
    for reader in range(3):
        for writer in range(3):
            ov = written[writer].T  # as it acts on a column
            expected = {
                "k": maths.composition(reads[reader], ov),
                "q": maths.composition(reads[reader].T, ov),
                "v": maths.composition(moves[reader].T, ov),
            }
            for name, score in expected.items():
                assert recording.score((1, reader), (0, writer), name) == pytest.approx(
                    score, rel=1e-5
                )
    assert recording.pairs == 9 and not recording.array("k")[0].any()


def test_who_reads_head_4_11_of_gpt2_small(gpt2: Model) -> None:
    recording = take(gpt2, HeadComposition())
    readers = recording.readers((4, 11))
    assert len(readers) == 84
    assert [reader for reader, _ in readers[:7]] == [
        (6, 9),
        (5, 1),
        (5, 5),
        (7, 10),
        (5, 0),
        (7, 2),
        (5, 8),
    ]
    assert [float(score) for _, score in readers[:4]] == pytest.approx(
        [0.103, 0.102, 0.097, 0.090], abs=6e-4
    )
    assert recording.median() == pytest.approx(0.038, abs=5e-4)
    assert all(published.induction_sources(*reader) for reader, _ in readers[:4])


def test_heads_that_need_a_run_are_refused_where_none_was_recorded(gpt2: Model) -> None:
    for request in (InductionHeads(), SinkNorms(RUNS[2]), HeadAblation(RUNS[2])):
        with pytest.raises(NotRecorded):
            take(gpt2, request)
