"""Sampling loops and replays against transformers: its generation, its top-k and top-p, its
log-softmax."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers.generation.logits_process import TopKLogitsWarper, TopPLogitsWarper

from gptviz.errors import NotDeclared, NotRecorded, PromptRefused, UsageError
from gptviz.models.interface import Model
from gptviz.recorders import take
from gptviz.recorders.sampling import find_loop
from gptviz.recording.families import (
    CacheEquality,
    CacheEqualityRecording,
    Replay,
    ReplayRecording,
    SamplingLoop,
    SamplingLoopRecording,
)

from .conftest import AWKWARD, RUNS, Both


def loop(model: Model, request: SamplingLoop) -> SamplingLoopRecording:
    recording = take(model, request)
    assert isinstance(recording, SamplingLoopRecording)
    return recording


def ids_of(recording: SamplingLoopRecording) -> list[int]:
    return [int(token.id) for token in recording.chosen]


@pytest.mark.parametrize("prompt", AWKWARD)
def test_greedy_is_transformers_greedy(both: Both, prompt: str) -> None:
    recording = loop(both.model, SamplingLoop(prompt, 20, "greedy"))
    ids = both.model.encode(prompt)
    expected = both.reference.generate(
        torch.tensor([ids]),
        max_new_tokens=20,
        do_sample=False,
        pad_token_id=0,
        attention_mask=torch.ones(1, len(ids)),
    )[0, len(ids) :]
    assert ids_of(recording) == expected.tolist()[: len(recording.chosen)]
    with pytest.raises(NotDeclared):
        _ = recording.steps[0].u


def by_hand(
    reference: Any, ids: list[int], request: SamplingLoop
) -> list[tuple[int, float, float, float, int]]:
    """Id, u, interval and number of allowed tokens of every step, with transformers' own
    warpers."""
    rng = np.random.Generator(np.random.PCG64(request.seed))
    warper = {
        "top_k": lambda: TopKLogitsWarper(request.top_k),
        "top_p": lambda: TopPLogitsWarper(request.top_p),
        "temperature": lambda: lambda _, scores: scores,
    }[request.policy]()
    found = []
    for _ in range(request.steps):
        with torch.no_grad():
            scores = reference(torch.tensor([ids])).logits[:, -1].double() / request.temperature
        shares = warper(torch.tensor([ids]), scores)[0].softmax(dim=0).numpy()
        order = sorted(range(len(shares)), key=lambda i: (-float(scores[0, i]), i))
        u, low = rng.random(), 0.0
        for i in order:
            high = low + shares[i]
            if u < high:
                break
            low = high
        found.append((i, u, low, high, int((shares > 0).sum())))
        ids = [*ids, i]
    return found


@pytest.mark.parametrize(
    "request_",
    [
        SamplingLoop(AWKWARD[0], 12, "temperature", 1.0, seed=3),
        SamplingLoop(AWKWARD[1], 12, "temperature", 2.5, seed=4),
        SamplingLoop(AWKWARD[2], 12, "top_k", 0.7, top_k=7, seed=5),
        SamplingLoop(AWKWARD[3], 12, "top_p", 1.0, top_p=0.8, seed=6),
    ],
)
def test_u_falls_into_the_interval_of_the_token_that_is_chosen(
    mini: Both, request_: SamplingLoop
) -> None:
    recording = loop(mini.model, request_)
    expected = by_hand(mini.reference, mini.model.encode(request_.prompt), request_)
    for step, (token, u, low, high, allowed) in zip(recording.steps, expected, strict=True):
        assert (step.token.id, step.u, step.allowed) == (token, u, allowed)
        assert (step.low, step.high) == pytest.approx((low, high), abs=1e-4)
        assert step.low <= step.u < step.high
        assert step.chosen_share == pytest.approx(high - low, abs=1e-4)


def test_every_step_keeps_what_transformers_says_of_the_row(both: Both) -> None:
    recording = loop(both.model, SamplingLoop(AWKWARD[0], 6, seed=9))
    ids = both.model.encode(AWKWARD[0])
    for step in recording.steps:
        with torch.no_grad():
            shares = both.reference(torch.tensor([ids])).logits[0, -1].double().softmax(0)
        best = torch.topk(shares, 12)
        assert [int(step.row.token(i).id) for i in range(12)] == best.indices.tolist()
        assert [step.row.probability(i) for i in range(12)] == pytest.approx(
            best.values.tolist(), abs=1e-4
        )
        assert [step.share(i) for i in range(12)] == pytest.approx(best.values.tolist(), abs=1e-4)
        assert step.row.rest == pytest.approx(1 - float(best.values.sum()), abs=1e-4)
        assert step.probability == pytest.approx(float(shares[int(step.token.id)]), abs=1e-4)
        assert step.place == 1 + int((shares > shares[int(step.token.id)]).sum())
        assert step.entropy == pytest.approx(float(-(shares * shares.log2()).nansum()), abs=1e-3)
        ids.append(int(step.token.id))


def test_temperature_nought_is_greedy_and_draws_nothing(mini: Both) -> None:
    cold = loop(mini.model, SamplingLoop("One day a little", 10, "temperature", 0.0, seed=1))
    assert ids_of(cold) == ids_of(loop(mini.model, SamplingLoop("One day a little", 10, "greedy")))
    assert cold.drawn_from is None and cold.provenance.seed is None


def test_a_loop_is_found_and_left(mini: Both) -> None:
    caught = loop(mini.model, SamplingLoop("The cat sat on the", 60, "greedy"))
    assert caught.loop is not None
    assert "".join(caught.loop.tokens) * 2 in caught.written
    out = loop(
        mini.model,
        SamplingLoop("The cat sat on the", 60, "top_k", 1.0, top_k=40, seed=1, escape=True),
    )
    assert out.loop is None and out.drawn_from is not None
    same = out.drawn_from
    assert ids_of(out)[:same] == ids_of(caught)[:same] and ids_of(out) != ids_of(caught)
    assert (
        not out.steps[same - 1].was_drawn
        and out.steps[same].low <= out.steps[same].u < out.steps[same].high
    )
    assert (
        find_loop(ids_of(caught)[:same]) is not None
        and find_loop(ids_of(caught)[: same - 1]) is None
    )


@given(
    st.lists(st.integers(0, 2), max_size=14),
    st.lists(st.integers(0, 2), min_size=1, max_size=4),
    st.integers(0, 6),
)
def test_a_loop_is_what_its_rule_says(head: list[int], turn: list[int], times: int) -> None:
    ids = [*head, *turn * times]
    found = find_loop(ids)
    periods = [p for p in range(1, len(ids) // 3 + 1) if ids[-p:] * 3 == ids[-3 * p :]]
    if not periods:
        assert found is None
        return
    assert found is not None and found.period == periods[0]
    cycle = ids[found.first : found.first + found.period]
    tail = ids[found.first :]
    assert (cycle * len(tail))[: len(tail)] == tail and found.turns == len(
        tail
    ) // found.period >= 3
    assert found.first == 0 or ids[found.first - 1] != ids[found.first - 1 + found.period]


def test_it_stops_at_the_end_of_the_context_and_at_the_end_token(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = " the" * (both.model.shape.positions - 3)
    recording = loop(both.model, SamplingLoop(full, 10, "greedy"))
    assert (recording.stopped, len(recording.steps)) == ("context", 3)
    monkeypatch.setattr(type(both.model), "end_id", property(lambda _: ids_of(recording)[1]))
    ended = loop(both.model, SamplingLoop(full, 10, "greedy"))
    assert ended.stopped == "end token"
    assert ids_of(ended)[-1] == ids_of(recording)[1]
    with pytest.raises(PromptRefused):
        loop(both.model, SamplingLoop(" the" * both.model.shape.positions, 1))


def test_the_start_token_alone(mini: Both) -> None:
    recording = loop(mini.model, SamplingLoop(start_token=True, steps=4, seed=2))
    assert [int(token.id) for token in recording.prompt] == [8191]
    with torch.no_grad():
        shares = mini.reference(torch.tensor([[8191]])).logits[0, -1].softmax(0)
    assert recording.steps[0].row.probability(0) == pytest.approx(float(shares.max()), abs=1e-4)
    with pytest.raises(PromptRefused):
        loop(mini.model, SamplingLoop(steps=4))


@pytest.mark.parametrize(
    "wrong",
    [
        SamplingLoop("a", 0),
        SamplingLoop("a", policy="top_k"),
        SamplingLoop("a", policy="top_p", top_p=0.0),
        SamplingLoop("a", temperature=-1.0),
        SamplingLoop("a", policy="beam"),
    ],
)  # type: ignore[arg-type]
def test_a_request_that_no_policy_can_follow_is_refused(mini: Both, wrong: SamplingLoop) -> None:
    with pytest.raises(UsageError):
        take(mini.model, wrong)


@pytest.mark.parametrize("text", (*AWKWARD, "longest"))
@pytest.mark.parametrize("start_token", [False, True])
def test_a_replay_is_transformers_log_softmax(both: Both, text: str, start_token: bool) -> None:
    text = " the" * (both.model.shape.positions - start_token) if text == "longest" else text
    ids = [*([both.model.end_id] if start_token else []), *both.model.encode(text)]
    if len(ids) == 1:
        with pytest.raises(PromptRefused):
            take(both.model, Replay(text, start_token=start_token))
        return
    recording = take(both.model, Replay(text, start_token=start_token))
    assert isinstance(recording, ReplayRecording)
    with torch.no_grad():
        logs = both.reference(torch.tensor([ids])).logits[0].double().log_softmax(-1)
    true = logs[torch.arange(len(ids) - 1), torch.tensor(ids[1:])]
    assert [p.loss for p in recording.positions] == pytest.approx((-true).tolist(), abs=1e-4)
    assert [p.probability for p in recording.positions] == pytest.approx(
        true.exp().tolist(), abs=1e-4
    )
    assert recording.mean_loss == pytest.approx(float(-true.mean()), abs=1e-4)
    for position, row, score in zip(recording.positions, logs, true, strict=False):
        above = (
            int((row > score + 1e-5).sum()),
            int((row > score - 1e-5).sum()),
        )  # two engines, equal scores apart
        assert above[0] <= position.rank <= above[1]
    assert recording.most_surprising.loss == max(p.loss for p in recording.positions)


def test_a_replay_scores_only_what_is_not_given(mini: Both) -> None:
    whole = take(mini.model, Replay("Once upon a time, there was a cat."))
    part = take(mini.model, Replay("Once upon a time, there was a cat.", "Once upon a"))
    assert isinstance(whole, ReplayRecording) and isinstance(part, ReplayRecording)
    assert len(part.prompt) == 3
    assert [p.loss for p in part.positions] == [p.loss for p in whole.positions][2:]
    with pytest.raises(PromptRefused):
        take(mini.model, Replay("Once upon a time", "Once upon a ti"))


@pytest.mark.parametrize("prompt", AWKWARD)
def test_the_cache_changes_nothing(both: Both, prompt: str) -> None:
    recording = take(both.model, CacheEquality(prompt, 8))
    assert isinstance(recording, CacheEqualityRecording)
    ids = both.model.encode(prompt)
    expected = both.reference.generate(
        torch.tensor([ids]),
        max_new_tokens=8,
        do_sample=False,
        pad_token_id=0,
        eos_token_id=None,
        attention_mask=torch.ones(1, len(ids)),
    )[0, len(ids) :]
    assert [int(token.id) for token in recording.tokens("cached")] == expected.tolist()
    assert recording.same
    assert (
        max(
            *recording.array("logit_gaps"), recording.value("key_gap"), recording.value("value_gap")
        )
        < 1e-4
    )
    n, d, h = both.model.shape.n_layer, both.model.shape.d_model, both.model.shape.d_mlp
    length = len(ids) + 2
    matrices = sum(
        each.numel()
        for name, each in both.reference.named_parameters()
        if each.ndim == 2 and ".h." in name
    )
    assert recording.cached_cost(2) == matrices + n * 2 * d * length + d * both.model.shape.vocab
    assert (
        recording.recomputed_cost(2)
        == sum(matrices + n * 2 * d * (i + 1) for i in range(length)) + d * both.model.shape.vocab
    )
    assert h == 4 * d and recording.kept_numbers(2) == 2 * n * d * length


def test_recorded_runs_refuse_what_needs_a_model(gpt2: Model) -> None:
    for request in (SamplingLoop(RUNS[2], 5), Replay(RUNS[2]), CacheEquality(RUNS[2])):
        with pytest.raises(NotRecorded):
            take(gpt2, request)
