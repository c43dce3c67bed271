"""A stream with norms and without, against transformers' own blocks with their norms taken out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from gptviz.recorders import take
from gptviz.recording.families import Norms

from .conftest import Both
from .test_contexts_and_loud import streams

PROMPT = "Hi \U0001f98a! planet"
READ_THE_STREAM = ("ln_1", "ln_2", "input_layernorm", "post_attention_layernorm")


class GainAlone(torch.nn.Module):
    """A norm that divides by nothing."""

    def __init__(self, norm: Any) -> None:
        super().__init__()
        self.weight, self.bias = norm.weight, getattr(norm, "bias", None)

    def forward(self, stream: torch.Tensor) -> torch.Tensor:
        return stream * self.weight if self.bias is None else stream * self.weight + self.bias


def without_norms(module: Any) -> dict[str, Any]:
    """Takes the norms out of a module's blocks; gives them by name."""
    taken = {n: m for n, m in module.named_modules() if n.endswith(READ_THE_STREAM)}
    for name, norm in taken.items():
        parent, _, own = name.rpartition(".")
        setattr(module.get_submodule(parent), own, GainAlone(norm))
    return taken


def put_back(module: Any, taken: dict[str, Any]) -> None:
    for name, norm in taken.items():
        parent, _, own = name.rpartition(".")
        setattr(module.get_submodule(parent), own, norm)


def test_the_stream_with_norms_and_without(decoder: Both) -> None:
    found = take(decoder.model, Norms(PROMPT))
    whole = streams(decoder, PROMPT)[:, -1]
    np.testing.assert_allclose(found.vectors, whole, atol=1e-4)
    taken = without_norms(decoder.reference)
    try:
        bare = streams(decoder, PROMPT)[:, -1]
    finally:
        put_back(decoder.reference, taken)
    np.testing.assert_allclose(found.unnormed, bare, rtol=1e-3, atol=1e-4)
    assert not found.has("overflow") and found.norms == len(taken) + 1
    for depth in (0, len(whole) - 1):
        x = whole[depth] - (whole[depth].mean() if found.centred else 0.0)
        size = np.sqrt((x**2).mean())
        assert found.typical(depth) == pytest.approx(size, rel=1e-4)
        np.testing.assert_allclose(found.copy(depth), x / size, atol=1e-4)
        assert found.copied_typical(depth) == pytest.approx(1.0)
    assert found.unnormed_typical(0) == pytest.approx(float(found.typical(0)))


def test_numbers_that_no_longer_fit_are_left_out(decoder: Both) -> None:
    """With gains far too strong some block is beyond float32."""
    norms = decoder.model.architecture.norms(decoder.model.module)
    before = [norm.weight.clone() for norm in norms]
    with torch.no_grad():
        for norm in norms:
            norm.weight.mul_(1e25)
    try:
        found = decoder.model.unnormed_stream(decoder.model.encode(PROMPT))
    finally:
        with torch.no_grad():
            for norm, weight in zip(norms, before, strict=True):
                norm.weight.copy_(weight)
    assert 1 <= len(found) < decoder.model.shape.n_layer + 1 and np.isfinite(found).all()
