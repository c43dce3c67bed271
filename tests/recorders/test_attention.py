"""Attention recordings against transformers' own attention, and against runs that others
recorded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from gptviz import maths
from gptviz.errors import NotRecorded
from gptviz.models.interface import Model
from gptviz.recorders import take
from gptviz.recorders.choosing import far_pairs, spotlights, word_position
from gptviz.recording import published
from gptviz.recording.families import AttentionHead, AttentionPatterns

from .conftest import AWKWARD, RUNS, Both


@pytest.mark.parametrize("prompt", AWKWARD)
def test_patterns_are_those_of_transformers(both: Both, prompt: str) -> None:
    recording = take(both.model, AttentionPatterns(prompt))
    np.testing.assert_allclose(recording.array("pattern"), both.attentions(prompt), atol=1e-4)


def test_a_prompt_as_long_as_the_model_reads_is_cut_without_changing_what_is_kept(
    toy: Both,
) -> None:
    prompt = " the" * (toy.model.shape.positions)
    recording = take(toy.model, AttentionPatterns(prompt, longest=12))
    assert recording.value("length") == 64
    assert not recording.whole
    np.testing.assert_allclose(
        recording.array("pattern"), toy.attentions(prompt)[:, :, :12, :12], atol=1e-4
    )


def test_scores_and_spotlights_are_what_their_rules_say(both: Both) -> None:
    prompt = AWKWARD[3]
    recording = take(both.model, AttentionPatterns(prompt))
    weights, ids = both.attentions(prompt), both.model.encode(prompt)
    later = range(1, len(ids))
    by_hand = {
        "first": np.mean([weights[:, :, q, 0] for q in later], axis=0),
        "previous": np.mean([weights[:, :, q, q - 1] for q in later], axis=0),
        "self": np.mean([weights[:, :, q, q] for q in later], axis=0),
        "duplicate": np.mean(
            [
                sum(weights[:, :, q, k] for k in range(q) if ids[k] == ids[q])
                for q in later
                if ids[q] in ids[:q]
            ],
            axis=0,
        ),
    }
    for name, scores in by_hand.items():
        np.testing.assert_allclose(recording.array(name), scores, atol=1e-4)
        assert recording.spotlight(name).index == np.unravel_index(scores.argmax(), scores.shape)
    pairs = [(q, k) for q in later for k in range(1, q - 2) if ids[q] != ids[k]]
    reach = recording.spotlight("reach")
    assert reach.weight == pytest.approx(max(weights[:, :, q, k].max() for q, k in pairs), abs=1e-4)
    assert (reach.query, reach.key) in pairs


def test_one_token_has_a_pattern_and_no_scores(both: Both) -> None:
    recording = take(both.model, AttentionPatterns("The"))
    assert recording.spotlight("previous") is None and recording.sinks == 0
    np.testing.assert_array_equal(recording.array("pattern"), 1.0)
    assert take(both.model, AttentionHead("The")).weight(0, 0) == 1


@pytest.mark.parametrize("prompt", AWKWARD)
def test_the_inside_of_a_head_is_that_of_transformers(both: Both, prompt: str) -> None:
    caught = {}
    layer, head = 1, 2
    block = both.reference.transformer.h[layer]
    hooks = [
        block.attn.c_attn.register_forward_hook(lambda *a: caught.update(qkv=a[2][0])),
        block.attn.c_proj.register_forward_hook(
            lambda *a: caught.update(z=a[1][0][0], projected=a[2][0])
        ),
        block.ln_1.register_forward_hook(lambda *a: caught.update(normalised=a[2][0])),
    ]
    weights = both.attentions(prompt)
    for hook in hooks:
        hook.remove()
    asked = AttentionHead(prompt, head=(layer, head), inside=True, matrices=True, all_heads=True)
    recording = take(both.model, asked)
    d_head = both.model.shape.d_head
    own = slice(head * d_head, (head + 1) * d_head)
    q, k, v = (
        part.numpy()[:, own] for part in caught["qkv"].split(both.model.shape.d_model, dim=1)
    )
    w_q, w_k, w_v = (
        part.numpy()[:, own]
        for part in block.attn.c_attn.weight.detach().split(both.model.shape.d_model, dim=1)
    )
    z = caught["z"].numpy()
    pair = int(recording.chosen.query), int(recording.chosen.key)
    expected = {
        "w_q": w_q,
        "w_k": w_k,
        "w_v": w_v,
        "all_heads": weights[:, :, *pair],
        "q": q,
        "k": k,
        "v": v,
        "z": z[:, own],
        "scores": q @ k.T,
        "scaled": q @ k.T / d_head**0.5,
        "merged": z,
        "pattern": weights[layer, head],
        "projected": caught["projected"].numpy(),
        "normalised": caught["normalised"].numpy(),
        "out": z[:, own] @ block.attn.c_proj.weight.detach().numpy()[own],
    }
    for name, array in expected.items():
        np.testing.assert_allclose(recording.array(name), array, atol=1e-4, err_msg=name)


def test_what_all_heads_write_together_is_what_the_layer_adds(mini: Both) -> None:
    heads = [
        take(mini.model, AttentionHead(AWKWARD[0], head=(3, head), inside=True))
        for head in range(8)
    ]
    bias = mini.reference.transformer.h[3].attn.c_proj.bias.detach().numpy()
    np.testing.assert_allclose(
        sum(each.array("out") for each in heads) + bias, heads[0].array("projected"), atol=1e-4
    )


def test_a_dot_product_spelled_out_ends_at_its_score(mini: Both) -> None:
    recording = take(
        mini.model, AttentionHead("Tom and Lily went to the park. Tom and", inside=True)
    )
    chosen = recording.chosen
    query, key = int(chosen.query), int(chosen.key)
    assert (recording.prompt[query], recording.prompt[key]) == (" and", " Lily")
    assert recording.running(query, key, 31) == pytest.approx(recording.score(query, key), abs=1e-4)
    assert sum(recording.term(query, key, i) for i in range(32)) == pytest.approx(
        recording.score(query, key), abs=1e-4
    )
    assert recording.scaled(query, key) == pytest.approx(
        recording.array("scaled")[query, key], abs=1e-5
    )


def test_words_choose_the_pair_and_a_missing_word_leaves_the_choice_to_the_weights(
    mini: Both,
) -> None:
    prompt = RUNS[2]
    weights = mini.attentions(prompt)
    recording = take(mini.model, AttentionHead(prompt, query="approaching", key="spaceship"))
    tokens = [str(token) for token in recording.prompt]
    query, key = int(recording.chosen.query), int(recording.chosen.key)
    assert (tokens[query], tokens[key]) == ("ing", "hip")  # the last tokens of the two words
    assert recording.chosen.weight == pytest.approx(weights[:, :, query, key].max(), abs=1e-4)
    assert "approaching" in recording.chosen.rule
    other = take(mini.model, AttentionHead(prompt, query="landing", key="spaceship"))
    assert "landing" not in other.chosen.rule
    strongest = sorted(weights[:, :, query, key].ravel())[::-1][:5]
    assert [float(runner[2]) for runner in recording.runners] == pytest.approx(strongest, abs=1e-4)


def test_a_word_is_found_whole_and_last(mini: Both) -> None:
    rows = mini.model.token_rows(mini.model.encode("a cat saw the cats and a cat sat"))
    assert word_position(rows, " cat") == 7
    assert word_position(rows, "at") is None
    assert word_position(rows, "") is None


def test_a_head_that_does_not_exist_is_refused(toy: Both) -> None:
    with pytest.raises(NotRecorded, match="no head 4.11"):
        take(toy.model, AttentionHead("the cat", head=(4, 11)))


@pytest.mark.parametrize("run", range(3))
def test_the_recorded_runs_are_softmax_of_their_masked_scores(
    gpt2: Model, reference_data: Path, run: int
) -> None:
    files = reference_data / "gpt2-small-runs" / f"run{run}"
    stored = safetensors.numpy.load_file(files.with_suffix(".safetensors"))
    assert json.loads(files.with_suffix(".json").read_text())["prompt"] == RUNS[run]
    recording = take(gpt2, AttentionPatterns(RUNS[run]))
    np.testing.assert_array_equal(recording.array("pattern"), stored["pattern"])
    head = take(gpt2, AttentionHead(RUNS[run], head=(4, 3)))
    np.testing.assert_allclose(
        maths.attention_pattern(stored["scores_raw"], 64), stored["pattern"], atol=3e-7
    )
    for key in range(6):
        row = np.exp(stored["scores_scaled"][4, 3, 4].astype(np.float64))
        assert head.unmasked(4, key) == pytest.approx(row[key] / row.sum(), rel=1e-5)


def test_the_heads_of_run_2_that_the_films_tell_of(gpt2: Model) -> None:
    grid = take(gpt2, AttentionPatterns(RUNS[2]))
    tokens = [str(token) for token in grid.prompt]
    assert grid.sinks == 122 and grid.heads_in_all == 144
    expected = {
        "previous": ((4, 11), 1.0),
        "duplicate": ((0, 1), 0.536),
        "reach": ((9, 8), 0.676),
        "jump": ((4, 3), 0.911),
    }
    for name, (index, weight) in expected.items():
        assert grid.spotlight(name).index == index
        assert grid.spotlight(name).weight == pytest.approx(weight, abs=5e-4)
    assert grid.spotlight("previous").least == pytest.approx(1.0, abs=1e-3)
    reach = grid.spotlight("reach")
    assert (tokens[int(reach.query)], tokens[int(reach.key)]) == (" the", " spaceship")
    head = take(gpt2, AttentionHead(RUNS[2], query="approaching", key="spaceship"))
    assert head.chosen.index == (4, 3) and head.divisor == 8
    assert [tuple(map(int, runner[:2])) for runner in head.runners[:2]] == [(4, 3), (5, 10)]
    assert head.scaled(4, 2) == pytest.approx(0.658, abs=1e-3)


def test_what_was_not_recorded_is_refused(gpt2: Model) -> None:
    for request in (AttentionHead(RUNS[2], inside=True), AttentionPatterns("Hello there")):
        with pytest.raises(NotRecorded):
            take(gpt2, request)


def test_the_printed_softmax_comes_out_only_after_a_division_by_four() -> None:
    scores = np.array([[float(value) for value in row] for row in published.SCORES])
    printed = np.array([[float(value) for value in row] for row in published.SOFTMAX])
    np.testing.assert_allclose(maths.softmax(scores[1, :2]), [0.423, 0.577], atol=5e-4)
    assert maths.hidden_divisor(published.SCORES, published.SOFTMAX) == 4
    np.testing.assert_allclose(maths.attention_pattern(scores, 4.0**2), printed, atol=0.0051)
    drawn = sum(published.IT_DRAWN)
    assert drawn == pytest.approx(99.13)


def test_far_pairs_leave_out_the_first_token_and_copies() -> None:
    pairs = far_pairs([7, 8, 9, 8, 5], places=2)
    assert {tuple(map(int, pair)) for pair in np.argwhere(pairs)} == {(4, 1), (4, 2)}
    flat = np.full((1, 1, 5, 5), 0.2)
    assert set(spotlights(flat, [7, 8, 9, 8, 5])) == {
        "first",
        "previous",
        "self",
        "duplicate",
        "jump",
        "reach",
    }


def test_the_same_request_gives_the_same_bytes(mini: Both) -> None:
    request = AttentionHead(AWKWARD[0], inside=True)
    assert take(mini.model, request).digest == take(mini.model, request).digest
