"""Random tokens said twice, heads switched off, and rotation: against transformers' own outputs."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

from gptviz import maths
from gptviz.errors import NotRecorded, UsageError
from gptviz.recorders import take
from gptviz.recording.families import InductionHeads, RepeatedTokens, Rotation, SwitchedOff

from .conftest import Both

PROMPT = "Hi \U0001f98a! planet robot"


def test_loss_by_position_and_the_heads_behind_it(decoder: Both) -> None:
    found = take(decoder.model, RepeatedTokens(tokens=9, draws=2, seed=3))
    ids = torch.tensor([[row.id for row in found.manifest.tokens["text"]]])
    assert ids.shape == (1, 18) and torch.equal(ids[:, :9], ids[:, 9:])
    assert len(set(ids[0].tolist())) == 9 and found.provenance.seed == 3
    with torch.no_grad():
        out = decoder.reference(ids, output_attentions=True)
    losses = torch.nn.functional.cross_entropy(
        out.logits[0, :-1].double(), ids[0, 1:], reduction="none"
    )
    np.testing.assert_allclose(found.array("losses")[0], losses, atol=1e-4)
    mean = found.array("losses").mean(axis=0)
    assert [found.loss(17), found.mean_loss(1)] == [found.losses.array[0, 16], mean[0]]
    assert found.first_half == pytest.approx(mean[:8].mean())
    assert found.second_half == pytest.approx(mean[8:].mean())
    assert found.guessing == pytest.approx(np.log(decoder.model.shape.vocab))
    pattern = np.stack([each[0].numpy() for each in out.attentions])
    best, feeder = found.best, found.feeder
    np.testing.assert_allclose(found.induction_pattern, pattern[best.index], atol=1e-4)
    np.testing.assert_allclose(found.previous_pattern, pattern[feeder.index], atol=1e-4)
    assert best.score == found.induction.array.max()
    assert feeder.index[0] < best.index[0] or best.index[0] == 0
    one = take(decoder.model, RepeatedTokens(tokens=9, draws=1, seed=3))
    back = [pattern[:, :, i, i - 1] for i in range(1, 18)]
    np.testing.assert_allclose(one.previous, np.mean(back, axis=0), atol=1e-4)
    same = take(decoder.model, InductionHeads(tokens=9, draws=1, seed=3))
    np.testing.assert_array_equal(one.induction.array, same.scores.array)
    with pytest.raises(UsageError):
        take(decoder.model, RepeatedTokens(tokens=1))


def without(both: Both, heads: list[tuple[int, int]], prompt: str) -> Any:
    """The shares after a prompt by transformers, with rows of the output matrices set to zero."""
    changed = copy.deepcopy(both.reference)
    for layer, head in heads:
        joined = both.model.architecture.output_projection(changed, layer)
        own = slice(head * both.model.shape.d_head, (head + 1) * both.model.shape.d_head)
        with torch.no_grad():
            if type(joined).__name__ == "Conv1D":
                joined.weight[own] = 0
            else:
                joined.weight[:, own] = 0
    with torch.no_grad():
        scores = changed(torch.tensor([both.model.encode(prompt)])).logits[0, -1]
    return torch.softmax(scores.double(), dim=-1).numpy()


def test_heads_off_one_by_one_and_two_together(decoder: Both) -> None:
    found = take(decoder.model, SwitchedOff(PROMPT))
    target = int(found.target.id)
    every = [(layer, head) for layer in range(2) for head in range(3)]
    alone = np.array([without(decoder, [each], PROMPT)[target] for each in every])
    np.testing.assert_allclose(found.without.array.ravel(), alone, atol=1e-5)
    worst = [every[i] for i in np.argsort(found.without.array, axis=None)[:2]]
    assert [found.off(0).index, found.off(1).index] == worst == found.order[:2]
    both = without(decoder, worst, PROMPT)
    assert found.without_both == pytest.approx(both[target], abs=1e-5)
    row = found.row("both")
    assert int(row.token(0).id) == int(both.argmax())
    assert row.probability(0) == pytest.approx(both.max(), abs=1e-5)
    second = without(decoder, worst[1:], PROMPT)
    assert found.row("second").probability(0) == pytest.approx(second.max(), abs=1e-5)
    whole = torch.softmax(decoder.run(PROMPT).logits[0, -1].double(), dim=-1).numpy()
    assert found.probability == pytest.approx(whole.max(), abs=1e-5)
    lost = 2 * whole.max() - found.without.array[worst[0]] - found.without.array[worst[1]]
    assert found.lost_apart == pytest.approx(lost, abs=1e-5)
    assert found.lost_both == pytest.approx(whole.max() - both[target], abs=1e-5)
    assert found.hurt == (found.without.array < float(found.probability)).sum()
    attentions = decoder.attentions(PROMPT)
    np.testing.assert_allclose(
        found.patterns, np.stack([attentions[each] for each in worst]), atol=1e-4
    )


def test_a_turned_pair_keeps_its_product_when_it_moves(decoder: Both) -> None:
    """transformers' own rotation, asked for other positions, is the outside check."""
    if decoder.model.anatomy.positions == "learned":
        with pytest.raises(NotRecorded, match="turns no queries"):
            take(decoder.model, Rotation(PROMPT))
        return
    found = take(decoder.model, Rotation(PROMPT, query="robot", key="Hi", shifts=(0, 3, 11)))
    at, to = int(found.query_position), int(found.key_position)
    weights = decoder.attentions(PROMPT)
    assert found.weight == pytest.approx(weights[:, :, at, to].max(), abs=1e-4)
    assert found.weight == pytest.approx(weights[found.head.index][at, to], abs=1e-4)
    raw = {name: torch.tensor(found.array(f"{name}_raw")) for name in ("query", "key")}
    body = getattr(decoder.reference, decoder.model.architecture.body)
    half = int(found.rotated) // 2

    def turned(vector: Any, position: int) -> Any:
        cos, sin = (each[0, 0] for each in body.rotary_emb(vector, torch.tensor([[position]])))
        part, rest = vector[: 2 * half], vector[2 * half :]
        swapped = torch.cat((-part[half:], part[:half]))
        return torch.cat((part * cos + swapped * sin, rest)).double().numpy()

    np.testing.assert_allclose(turned(raw["query"], at), found.array("query"), atol=1e-4)
    np.testing.assert_allclose(found.turned("key", found.key_position), found.key, atol=1e-4)
    scale = max(1.0, abs(float(found.score)))
    for row, shift in enumerate((0, 3, 11)):
        product = turned(raw["query"], at + shift) @ turned(raw["key"], to + shift)
        assert found.shifted[row] == pytest.approx(product, abs=1e-4 * scale)
        assert found.shifted[row] == pytest.approx(float(found.score), abs=1e-4 * scale)
    assert found.spread < 1e-6 * scale and found.distance == at - to
    apart = [turned(raw["query"], d) @ turned(raw["key"], 0) for d in range(17)]
    np.testing.assert_allclose(found.by_distance, apart, atol=1e-4 * scale)
    assert found.by_distance[at - to] == pytest.approx(found.shifted[0], abs=1e-6 * scale)
    assert found.period(0) == pytest.approx(2 * np.pi)
    assert found.angle(0, found.query_position) == pytest.approx(np.degrees(at))
    expected = float(found.base) ** (-np.arange(half) / half)
    np.testing.assert_allclose(found.frequencies, expected, rtol=1e-6)


def test_a_rotation_keeps_lengths() -> None:
    vector = np.arange(7.0)
    turned = maths.rotated(vector, [1.0, 0.1], 5)
    assert turned[4:].tolist() == [4, 5, 6]
    assert np.hypot(turned[0], turned[2]) == pytest.approx(2)
    assert complex(turned[1], turned[3]) == pytest.approx(complex(1, 3) * np.exp(0.5j))
