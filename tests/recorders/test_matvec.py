"""One product against what transformers' own layer takes in and gives out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from gptviz.errors import UsageError
from gptviz.recorders import take
from gptviz.recording.families import MatrixVector, MatrixVectorRecording

from .conftest import AWKWARD, Both


@pytest.mark.parametrize("prompt", AWKWARD)
def test_rows_times_what_the_layer_reads(both: Both, prompt: str) -> None:
    recording = take(both.model, MatrixVector(prompt, rows=20))
    assert isinstance(recording, MatrixVectorRecording)
    taken: list[tuple[Any, Any, Any]] = []
    hooks = []
    for block in both.reference.transformer.h:
        entry: list[Any] = []
        hooks.append(
            block.mlp.c_fc.register_forward_hook(
                lambda _m, given, out, entry=entry: entry.extend(
                    (
                        given[0].reshape(-1, given[0].shape[-1])[-1],
                        out.reshape(-1, out.shape[-1])[-1],
                    )
                )
            )
        )
        hooks.append(
            block.mlp.act.register_forward_hook(
                lambda _m, _g, out, entry=entry: entry.append(out.reshape(-1, out.shape[-1])[-1])
            )
        )
        taken.append(entry)  # type: ignore[arg-type]
    both.run(prompt)
    for hook in hooks:
        hook.remove()
    largest = torch.stack([entry[1] for entry in taken])
    layer, neuron = divmod(int(largest.argmax()), largest.shape[1])
    assert (recording.layer, recording.neuron(0)) == (layer, neuron)
    data, pre, post = taken[layer]
    np.testing.assert_allclose(recording.data.array, data, atol=1e-4)
    np.testing.assert_allclose(recording.pre_all.array, pre, atol=1e-4)
    np.testing.assert_allclose(recording.post_all.array, post, atol=1e-4)
    layer_module = both.reference.transformer.h[layer].mlp.c_fc
    for row in range(20):
        index = (neuron + row) % len(pre)
        assert recording.neuron(row) == index
        np.testing.assert_array_equal(
            recording.weights(row).array, layer_module.weight[:, index].detach()
        )
        assert recording.bias(row) == float(layer_module.bias[index].detach())
        assert recording.sums(row)[-1] == pytest.approx(float(pre[index]), abs=1e-4)
        total = float(recording.bias(row))
        for product, running in zip(recording.products(row), recording.sums(row), strict=True):
            total += product
            assert running == pytest.approx(total, abs=1e-9)
        assert recording.activated(row) == pytest.approx(float(post[index]), abs=1e-4)
    assert recording.left_out(7) == both.model.shape.d_model - 7
    assert recording.layer_multiplications == layer_module.weight.numel()


def test_too_many_rows_are_refused(mini: Both) -> None:
    with pytest.raises(UsageError):
        take(mini.model, MatrixVector("The", rows=1025))
