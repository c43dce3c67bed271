"""Keys and values kept: against transformers without a cache, and costs counted product by product."""

from __future__ import annotations

import pytest
import torch

from gptviz.errors import PromptRefused, UsageError
from gptviz.recorders import take
from gptviz.recording.families import Caching
from gptviz.recording.number import Quoted

from .conftest import Both

PROMPT = "Hi \U0001f98a! planet"


def test_both_ways_write_transformers_own_text(decoder: Both) -> None:
    found = take(decoder.model, Caching(PROMPT, steps=5))
    ids = decoder.model.encode(PROMPT)
    for _ in range(5):
        with torch.no_grad():
            ids.append(
                int(decoder.reference(torch.tensor([ids]), use_cache=False).logits[0, -1].argmax())
            )
    assert [int(token.id) for token in found.recomputed] == ids[-5:]
    assert found.same and list(map(str, found.cached)) == list(map(str, found.recomputed))
    assert 0 <= found.largest_gap == max(found.gaps) < 1e-3 * min(found.ranges)


def test_costs_are_the_products_of_every_matrix(decoder: Both) -> None:
    """One product for each entry of each matrix that a token passes, and for each score and value."""
    found, model = take(decoder.model, Caching(PROMPT, longest=12)), decoder.model
    matrices = sum(
        model.weight(f"blocks.{layer}.{name}").size
        for layer in range(2)
        for name in (
            *(f"attn.W_{part}" for part in "QKVO"),
            *(f"mlp.W_{part}" for part in ("in", "gate", "out")),
        )
        if model.has_weight(f"blocks.{layer}.{name}")
    )
    wide, output = 2 * 2 * 3 * model.shape.d_head, model.weight("unembed").size
    with_cache = [matrices + wide * n + output for n in range(1, 13)]
    all_of_it = [n * matrices + wide * n * (n + 1) // 2 + output for n in range(1, 13)]
    assert [found.step_with(n) for n in range(1, 13)] == with_cache
    assert [found.step_without(n) for n in range(1, 13)] == all_of_it
    assert found.text_with(12) == sum(with_cache) and found.text_without(12) == sum(all_of_it)
    with torch.no_grad():
        cache = decoder.reference(torch.tensor([[1, 2, 3]]), use_cache=True).past_key_values
    kept = sum(each.keys.nbytes + each.values.nbytes for each in cache.layers)
    assert found.bytes_kept(3) == kept == 3 * found.bytes_per_token


def test_a_measurement_is_quoted_and_has_an_owner(decoder: Both) -> None:
    assert take(decoder.model, Caching(PROMPT)).measured is None
    asked = Caching(
        PROMPT, measured=(1.5, 9.0), measured_tokens=128, measured_by="one machine of two cores"
    )
    seconds, again, tokens = take(decoder.model, asked).measured
    assert isinstance(seconds, Quoted) and "two cores" in str(again.address)
    assert (seconds, again, tokens) == (1.5, 9.0, 128)
    with pytest.raises(UsageError, match="nobody"):
        take(decoder.model, Caching(PROMPT, measured=(1.5, 9.0), measured_tokens=128))
    with pytest.raises(PromptRefused):
        take(decoder.model, Caching(PROMPT, steps=0))
