"""A text continued with the keys and values kept, as transformers' generation does it: one token a
step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from gptviz.models.gradient import running
from gptviz.models.interface import Floats, Model
from gptviz.models.threads import one_thread


@dataclass(frozen=True)
class CachedRun:
    """The scores (step, vocab), the ``chosen`` ids, and what is kept at the end of all tokens but
    the last: ``keys``, ``values`` (layer, token, head, d_head).
    """

    scores: Floats
    chosen: list[int]
    keys: Floats
    values: Floats


def greedy(model: Model, ids: list[int], steps: int) -> CachedRun:
    """``steps`` greedy tokens after ``ids`` (the context must hold them). Raises NotRecorded if it
    cannot run."""
    module = running(model, "keep keys and values").module
    chosen: list[int] = []
    scores = []
    fed: list[int] = ids
    cache: Any = None
    with torch.no_grad(), one_thread():
        for _ in range(steps):
            found = module(
                torch.tensor([fed]), past_key_values=cache, use_cache=True, logits_to_keep=1
            )
            cache = found.past_key_values
            scores.append(found.logits[0, -1].numpy().copy())
            chosen.append(int(scores[-1].argmax()))
            fed = chosen[-1:]
    keys, values = (
        np.stack([getattr(layer, name)[0].transpose(0, 1).numpy() for layer in cache.layers])
        for name in ("keys", "values")
    )
    return CachedRun(np.stack(scores), chosen, keys, values)
