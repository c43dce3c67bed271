"""One neuron, against what transformers' own MLP modules read, and the score without it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gptviz.errors import UsageError
from gptviz.recorders import take
from gptviz.recording.families import DirectPush, Neuron

from .conftest import Both

PROMPT = "Hi \U0001f98a! planet"
TEXTS = ("the robot", PROMPT)


def last_matrices(both: Both) -> list[Any]:
    """The module of each block that joins its neurons, by transformers' names."""
    ends = ("mlp.c_proj", "mlp.down_proj", "mlp.dense_4h_to_h")
    return [module for name, module in both.reference.named_modules() if name.endswith(ends)]


def answers(both: Both, prompt: str) -> Any:
    """What these modules read (layer, token, d_mlp)."""
    caught: list[Any] = []
    hooks = [
        module.register_forward_pre_hook(
            lambda _, given: caught.append(given[0].reshape(-1, given[0].shape[-1]))
        )
        for module in last_matrices(both)
    ]
    both.run(prompt)
    for hook in hooks:
        hook.remove()
    return np.stack([each.detach().numpy() for each in caught])


def test_where_it_fires(decoder: Both) -> None:
    found = take(decoder.model, Neuron(PROMPT, TEXTS))
    layer, neuron = int(found.layer), int(found.neuron)
    own = answers(decoder, PROMPT)
    np.testing.assert_allclose(found.answers_of_layer, own[layer, -1], atol=1e-4)
    np.testing.assert_allclose(found.on_prompt, own[layer, :, neuron], atol=1e-4)
    for index, text in enumerate(TEXTS):
        theirs = answers(decoder, text)[layer, :, neuron]
        np.testing.assert_allclose(found.on_text(index), theirs, atol=1e-4)
        ids = decoder.model.encode(text)
        assert [int(token.id) for token in found.text_tokens(index)] == ids
    strongest = [abs(float(answer)) for _, answer in found.strongest()]
    assert strongest == sorted(strongest, reverse=True) and len(strongest) > len(found.prompt)
    assert found.answer == found.on_prompt[-1] and found.texts == 2
    assert found.neurons == own.shape[0] * own.shape[2]
    assert int(found.target.id) == int(decoder.run(PROMPT).logits[0, -1].argmax())


def test_it_raises_the_target_more_than_any_other(decoder: Both) -> None:
    """The pushes of all neurons of a layer, and of the bias, are that of its MLP."""
    found = take(decoder.model, Neuron(PROMPT, TEXTS))
    run, norm = answers(decoder, PROMPT), decoder.model.anatomy.norm
    pushes = take(decoder.model, DirectPush(PROMPT, part="mlp", place=(int(found.layer),)))
    # The push of an MLP is linear in what it adds: transformers' own matrix, row by row.
    weights = [module.weight.detach().double().numpy() for module in last_matrices(decoder)]
    biases = [getattr(module, "bias", None) for module in last_matrices(decoder)]
    shape = decoder.model.shape
    rows = [w if w.shape == (shape.d_mlp, shape.d_model) else w.T for w in weights]
    given = [run[layer, -1][:, None] * rows[layer] for layer in range(2)]
    reference = decoder.reference
    output = reference.get_output_embeddings().weight.detach().double().numpy()
    gain = decoder.model.architecture.final_norm(reference).weight.detach().double().numpy()
    read = gain * (output[int(found.target.id)] - output.mean(axis=0))
    if norm == "layer":
        read = read - read.mean()
    alone = np.stack([each @ read for each in given])
    assert np.unravel_index(alone.argmax(), alone.shape) == (found.layer, found.neuron)
    layer = int(found.layer)
    bias = biases[layer].detach().double().numpy() @ read if biases[layer] is not None else 0.0
    scale = (alone[layer].sum() + bias) / float(pushes.mlps[layer])
    assert found.push == pytest.approx(alone.max() / scale, rel=1e-2)
    target = dict((int(token.id), push) for token, push in (*found.promoted, *found.demoted))
    raised = [float(push) for _, push in found.promoted]
    assert raised == sorted(raised, reverse=True) and raised[0] >= found.push - 1e-9
    assert target.get(int(found.target.id), found.push) == pytest.approx(float(found.push))


def test_what_cannot_be_asked(decoder: Both) -> None:
    with pytest.raises(UsageError):
        take(decoder.model, Neuron(PROMPT, ()))
