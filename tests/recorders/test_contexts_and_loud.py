"""One word in several texts, and the loudest number of a stream: against transformers' own hidden
states and runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from gptviz.errors import PromptRefused, UsageError
from gptviz.recorders import take
from gptviz.recorders.contexts import in_few
from gptviz.recording.families import Contexts, LoudDimension

from .conftest import Both

TEXTS = ("the planet", "Hi \U0001f98a! a planet robot", "robot planet")


def streams(both: Both, prompt: str) -> Any:
    """What enters each block, then what leaves the last (depth, token, d_model): transformers' own,
    its last hidden state before the final norm."""
    caught: list[Any] = []
    norm = both.model.architecture.final_norm(both.reference)
    hook = norm.register_forward_hook(lambda _, given, out: caught.append(given[0][0].detach()))
    states = [each[0] for each in both.run(prompt).hidden_states[:-1]]
    hook.remove()
    return torch.stack([*states, caught[0]]).double().numpy()


def test_one_word_in_three_texts(decoder: Both) -> None:
    found = take(decoder.model, Contexts(TEXTS, "planet"))
    places = [int(found.place(row)) for row in range(3)]
    ids = [decoder.model.encode(text) for text in TEXTS]
    assert [[int(t.id) for t in found.prompt(row)] for row in range(3)] == ids
    vectors = np.stack(
        [streams(decoder, text)[:, at] for text, at in zip(TEXTS, places, strict=True)], axis=1
    )
    lengths = np.linalg.norm(vectors, axis=-1)
    cosines = np.einsum("lid,ljd->lij", vectors, vectors) / lengths[:, :, None] / lengths[:, None]
    np.testing.assert_allclose(found.array("cosines"), cosines, atol=1e-4)
    np.testing.assert_allclose(found.array("norms"), lengths, rtol=1e-4)
    for depth in range(3):
        arrows, tips = found.arrows.array[depth], found.tips.array[depth]
        scale = lengths[depth].max()
        products = vectors[depth] @ vectors[depth].T
        np.testing.assert_allclose(arrows @ arrows.T, products, atol=1e-4 * scale**2)
        apart = np.linalg.norm(vectors[depth][:, None] - vectors[depth], axis=-1)
        drawn = np.linalg.norm(tips[:, None] - tips, axis=-1)
        np.testing.assert_allclose(drawn, apart, atol=1e-3 * scale)
        assert arrows[0, 0] == pytest.approx(lengths[depth, 0], rel=1e-4) and tips[1, 1] == 0
    for row, (text, at) in enumerate(zip(TEXTS, places, strict=True)):
        shares = torch.softmax(decoder.run(text).logits[0, at].double(), dim=-1)
        assert int(found.row(row).token(0).id) == int(shares.argmax())
        assert found.row(row).probability(0) == pytest.approx(float(shares.max()), abs=1e-4)
    two = take(decoder.model, Contexts(TEXTS[:2], "planet"))
    assert two.tips.shape == (3, 2, 2) and two.arrows.shape == (3, 2, 2)


def test_vectors_that_lie_in_one_another(decoder: Both) -> None:
    """The same vector twice has no second direction; the coordinates stay exact."""
    same = np.array([[3.0, 4, 0, 0], [3, 4, 0, 0], [0, 0, 0, 2]])
    assert in_few(same) == pytest.approx(np.array([[5, 0, 0], [5, 0, 0], [0, 0, 2]]))
    again = take(decoder.model, Contexts((TEXTS[0], TEXTS[0]), "planet"))
    assert again.cosine(2, 0, 1) == pytest.approx(1) and not again.tips.array.any()
    with pytest.raises(UsageError):
        take(decoder.model, Contexts(TEXTS[:1], "planet"))
    with pytest.raises(PromptRefused):
        take(decoder.model, Contexts((TEXTS[0], "robot"), "planet"))


def test_the_loudest_number_and_what_is_said_without_it(decoder: Both) -> None:
    found = take(decoder.model, LoudDimension(TEXTS[1]))
    depths = streams(decoder, TEXTS[1])
    np.testing.assert_allclose(found.norms, np.linalg.norm(depths, axis=-1), rtol=1e-4)
    at = np.unravel_index(np.abs(depths).argmax(), depths.shape)
    assert (found.depth, found.token, found.dimension) == at
    assert found.peak == pytest.approx(depths[at], rel=1e-4)
    dimension = int(found.dimension)
    rest = np.delete(depths, dimension, axis=-1)
    np.testing.assert_allclose(found.norms_without, np.linalg.norm(rest, axis=-1), rtol=1e-4)
    shares = depths[..., dimension] ** 2 / (depths**2).sum(axis=-1)
    np.testing.assert_allclose(found.shares, shares, atol=1e-4)
    assert found.others(1) == max(np.delete(found.norms.array[1], int(found.token)))
    whole = torch.softmax(decoder.run(TEXTS[1]).logits[0, -1].double(), dim=-1)
    silenced = torch.softmax(silently(decoder, TEXTS[1], dimension), dim=-1)
    target = int(whole.argmax())
    assert found.probability == pytest.approx(float(whole[target]), abs=1e-5)
    assert found.probability_silenced == pytest.approx(float(silenced[target]), abs=1e-5)
    assert int(found.row(silenced=True).token(0).id) == int(silenced.argmax())
    assert found.changed == (int(silenced.argmax()) != target)
    untouched = decoder.model.next_logits(decoder.model.encode(TEXTS[1]))
    np.testing.assert_allclose(untouched, decoder.run(TEXTS[1]).logits[0, -1], atol=1e-4)


def test_a_prompt_of_one_token_has_no_others(decoder: Both) -> None:
    found = take(decoder.model, LoudDimension("a"))
    assert len(found.prompt) == 1 and found.others(0) is None


def silently(both: Both, prompt: str, dimension: int) -> Any:
    """The scores after a prompt, block by block, with one number of the stream at 0 throughout."""
    reference, architecture = both.reference, both.model.architecture
    calls: list[Any] = []
    hooks = [
        block.register_forward_pre_hook(
            lambda _, given, named: calls.append((given, named)), with_kwargs=True
        )
        for block in architecture.blocks(reference)
    ]
    with torch.no_grad():
        reference(torch.tensor([both.model.encode(prompt)]), use_cache=False)
    for hook in hooks:
        hook.remove()
    keep = torch.ones(both.model.shape.d_model)
    keep[dimension] = 0
    stream = calls[0][0][0]
    with torch.no_grad():
        for block, (given, named) in zip(architecture.blocks(reference), calls, strict=True):
            stream = block(stream * keep, *given[1:], **named)
        last = architecture.final_norm(reference)(stream * keep)
        return reference.get_output_embeddings()(last)[0, -1].double()
