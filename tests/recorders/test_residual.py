"""The residual stream against transformers' hidden states, with the last layer norm written out
here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from gptviz.errors import NotRecorded, PromptRefused
from gptviz.models.interface import Model
from gptviz.recorders import take
from gptviz.recording.families import (
    LensSurvey,
    LensSurveyRecording,
    LogitLens,
    LogitLensRecording,
    ResidualStream,
    ResidualStreamRecording,
    TwoContexts,
    TwoContextsRecording,
)

from .conftest import AWKWARD, RUNS, Both


def streams(both: Both, prompt: str) -> Any:
    """The stream by depth (depth, token, d_model); transformers normalises its last hidden state: a
    hook takes it."""
    found: list[Any] = []
    hook = both.reference.transformer.h[-1].register_forward_hook(
        lambda _module, _given, out: found.append(
            (out if isinstance(out, torch.Tensor) else out[0])
            .reshape(-1, both.model.shape.d_model)
            .numpy()
            .astype(np.float64)
        )
    )
    run = both.run(prompt)
    hook.remove()
    return np.stack(
        [*(each[0].numpy().astype(np.float64) for each in run.hidden_states[:-1]), found[0]]
    )


def scores_of(both: Both, stream: Any) -> Any:
    """Layer norm and output matrix, in numpy."""
    ln, matrix = (
        both.reference.transformer.ln_f,
        both.reference.lm_head.weight.detach().numpy().astype(np.float64),
    )
    centred = stream - stream.mean(-1, keepdims=True)
    normal = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
    return (normal * ln.weight.detach().numpy() + ln.bias.detach().numpy()) @ matrix.T


@pytest.mark.parametrize("prompt", AWKWARD)
def test_the_lens_reads_every_depth(both: Both, prompt: str) -> None:
    recording = take(both.model, LogitLens(prompt))
    assert isinstance(recording, LogitLensRecording)
    scores = scores_of(both, streams(both, prompt))
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    final = int(scores[-1, -1].argmax())
    assert recording.final.id == final and len(recording.depths) == both.model.shape.n_layer + 1
    for depth in recording.depths:
        best = np.argsort(-scores[depth, -1])[:5]
        row = recording.row(depth)
        assert [row.probability(i) for i in range(5)] == pytest.approx(
            list(shares[depth, -1][best]), abs=1e-4
        )
        assert row.token(0).id == best[0]
        assert recording.final_probability(depth) == pytest.approx(
            shares[depth, -1, final], abs=1e-4
        )
        assert (
            recording.final_place(depth) == 1 + (scores[depth, -1] > scores[depth, -1, final]).sum()
        )
        for token in range(len(recording.grid_tokens)):
            assert recording.leader(depth, token).id == scores[depth, token].argmax()
            assert recording.leader_probability(depth, token) == pytest.approx(
                shares[depth, token].max(), abs=1e-4
            )
    leaders = [int(each) for each in scores[:, -1].argmax(-1)]
    assert recording.changes == sum(leaders[i] != leaders[i + 1] for i in range(len(leaders) - 1))
    settled = int(recording.settled)
    assert set(leaders[settled:]) == {final} and (settled == 0 or leaders[settled - 1] != final)


def test_the_last_depth_is_the_model_itself_also_of_the_longest_prompt(both: Both) -> None:
    prompt = " the" * both.model.shape.positions
    recording = take(both.model, LogitLens(prompt))
    assert isinstance(recording, LogitLensRecording)
    with torch.no_grad():
        logits = both.reference(torch.tensor([both.model.encode(prompt)])).logits[0, -1]
    np.testing.assert_allclose(
        recording.array("top_logits")[-1], torch.topk(logits, 5).values, atol=1e-4
    )
    assert len(recording.grid_tokens) == 32


def test_a_survey_follows_the_winner_of_every_prompt(mini: Both) -> None:
    prompts = ("One day a little", "Tom and Lily went to the park. Tom and", "The cat sat on the")
    recording = take(mini.model, LensSurvey(prompts))
    assert isinstance(recording, LensSurveyRecording) and recording.texts == len(prompts)
    for index, prompt in enumerate(prompts):
        scores = scores_of(mini, streams(mini, prompt))[:, -1]
        final = int(scores[-1].argmax())
        assert recording.prompt(index) == prompt and recording.final(index).id == final
        assert [recording.place(index, depth) for depth in recording.depths] == [
            1 + int((row > row[final]).sum()) for row in scores
        ]
        settled = int(recording.settled[index])
        leaders = scores.argmax(-1)
        assert set(leaders[settled:]) == {final} and leaders[settled - 1] != final


@pytest.mark.parametrize("prompt", AWKWARD)
def test_lengths_directions_and_layer_norms(both: Both, prompt: str) -> None:
    recording = take(both.model, ResidualStream(prompt, (0, -1)))
    assert isinstance(recording, ResidualStreamRecording)
    stream = streams(both, prompt)
    for token in range(stream.shape[1]):
        for layer in range(both.model.shape.n_layer):
            assert recording.norm(layer, 0, token) == pytest.approx(
                np.linalg.norm(stream[layer, token]), rel=1e-5
            )
            assert recording.norm(layer, 2, token) == pytest.approx(
                np.linalg.norm(stream[layer + 1, token]), rel=1e-5
            )
            assert recording.mean(layer, 0, token, after=False) == pytest.approx(
                stream[layer, token].mean(), abs=1e-4
            )
            variance = recording.variance(layer, 0, token, after=False)
            assert variance == pytest.approx(stream[layer, token].var(), rel=1e-4)
            ln = both.reference.transformer.h[layer].ln_1
            with torch.no_grad():
                normal = ln(torch.tensor(stream[layer, token], dtype=torch.float32)).numpy()
            assert recording.mean(layer, 0, token, after=True) == pytest.approx(
                normal.mean(), abs=1e-4
            )
            assert recording.variance(layer, 0, token, after=True) == pytest.approx(
                normal.var(), rel=1e-4
            )
        depths = stream[:, token]
        cosines = depths @ depths[0] / np.linalg.norm(depths, axis=1) / np.linalg.norm(depths[0])
        np.testing.assert_allclose(recording.array("cosines")[:, token], cosines, atol=1e-5)
    np.testing.assert_allclose(recording.vector(2, 0).array, stream[2, 0], atol=1e-4)
    np.testing.assert_allclose(recording.vector(1, 1).array, stream[1, -1], atol=1e-4)
    with pytest.raises(PromptRefused):
        take(both.model, ResidualStream(prompt, (stream.shape[1],)))


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        ("The big ball", "She went to the ball", "ball"),
        (
            "An antidisestablishment fox \U0001f98a",
            "\U0001f98a antidisestablishment",
            "antidisestablishment",
        ),
        ("dog", "a dog and a dog", "dog"),
    ],
)
def test_one_word_in_two_contexts(both: Both, first: str, second: str, word: str) -> None:
    if word == "dog":
        with pytest.raises(PromptRefused):
            take(both.model, TwoContexts("the dog", "a cat", word))
    recording = take(both.model, TwoContexts(first, second, word))
    assert isinstance(recording, TwoContextsRecording)
    spans = []
    for part, prompt in enumerate((first, second)):
        tokens = recording.prompt(part)
        assert word.endswith(
            "".join(tokens[: recording.place(part) + 1])[
                -len(tokens[recording.place(part)].strip()) :
            ]
        )
        spans.append(streams(both, prompt)[:, recording.place(part)])
    a, b = spans
    cosines = (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)
    np.testing.assert_allclose(recording.array("cosines"), cosines, atol=1e-5)
    wte = both.reference.transformer.wte.weight.detach().numpy().astype(np.float64)
    for part, vectors in enumerate(spans):
        for depth, vector in enumerate(vectors):
            near = wte @ vector / np.linalg.norm(wte, axis=1) / np.linalg.norm(vector)
            assert recording.nearest_cosine(part, depth, 0) == pytest.approx(near.max(), abs=1e-5)
            assert near[int(recording.nearest(part, depth, 4).id)] == pytest.approx(
                np.sort(near)[-5], abs=1e-5
            )


def test_recorded_runs_have_no_stream(gpt2: Model) -> None:
    with pytest.raises(NotRecorded):
        take(gpt2, LogitLens(RUNS[0]))
