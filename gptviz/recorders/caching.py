"""Keys and values kept from step to step, compared with computing everything again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import PromptRefused, UsageError
from gptviz.models.interface import Floats, Model
from gptviz.recorders import recorder
from gptviz.recorders.facts import facts
from gptviz.recording.families import CacheEquality, Caching
from gptviz.recording.schema import Content, TokenRow


@dataclass(frozen=True)
class BothWays:
    """A greedy text after ``ids``, ``cached`` and ``recomputed``; the scores of each step both ways
    (step, vocab); the ``keys`` and ``values`` that were kept, as :class:`CachedRun` has them.
    """

    ids: list[int]
    cached: list[int]
    recomputed: list[int]
    kept_scores: Floats
    scores: Floats
    keys: Floats
    values: Floats

    @property
    def gaps(self) -> npt.NDArray[np.float64]:
        """The largest difference of any score at each step (step)."""
        return np.asarray(np.abs(self.scores - self.kept_scores).max(axis=1), dtype=np.float64)

    def tokens(self, model: Model) -> dict[str, list[TokenRow]]:
        """The three texts as a recording keeps them."""
        texts = {"prompt": self.ids, "cached": self.cached, "recomputed": self.recomputed}
        return {name: model.token_rows(ids) for name, ids in texts.items()}


def both_ways(model: Model, prompt: str, steps: int) -> BothWays:
    """The same greedy steps with keys and values kept, and without. Raises PromptRefused where the
    model has too few positions or there is no step."""
    from gptviz.models import cache  # noqa: PLC0415  (torch)

    ids = model.encode(prompt)
    if steps < 1 or len(ids) + steps > model.shape.positions:
        raise PromptRefused(
            f"{len(ids):,} tokens and {steps:,} steps",
            f"the model has {model.shape.positions:,} positions, and a step is needed",
        )
    kept = cache.greedy(model, ids, steps)
    recomputed: list[int] = []
    scores = []
    for _ in range(steps):
        scores.append(model.next_logits([*ids, *recomputed]))
        recomputed.append(int(maths.descending(scores[-1])[0]))
    return BothWays(
        ids, kept.chosen, recomputed, kept.scores, np.stack(scores), kept.keys, kept.values
    )


def _sizes(model: Model) -> dict[str, Any]:
    shape = model.shape
    return {
        "n_layer": shape.n_layer,
        "d_model": shape.d_model,
        "d_mlp": shape.d_mlp,
        "vocab": shape.vocab,
        **facts(model),
    }


@recorder(CacheEquality)
def record(model: Model, request: CacheEquality) -> Content:
    """The same greedy steps both ways: the tokens, the largest difference of any score, of any key,
    of any value."""
    text = both_ways(model, request.prompt, request.steps)
    ids = text.ids
    found = model.activations([*ids, *text.cached[:-1]])
    layers = range(model.shape.n_layer)
    key_gap, value_gap = (
        max(float(np.abs(found[f"blocks.{i}.{name}"] - each[i]).max()) for i in layers)
        for name, each in (("k", text.keys), ("v", text.values))
    )
    return Content(
        tokens=text.tokens(model),
        values={
            "same": text.cached == text.recomputed,
            "key_gap": key_gap,
            "value_gap": value_gap,
            **_sizes(model),
        },
        tensors={
            "logit_gaps": (text.gaps, ("step",)),
            "length": (np.arange(len(ids), len(ids) + request.steps, dtype=np.int32), ("step",)),
        },
    )


@recorder(Caching)
def record_costs(model: Model, request: Caching) -> Content:
    """The same greedy steps both ways, the largest difference of any score (step), and the sizes that
    costs follow from. Raises UsageError for a measurement without who measured."""
    if request.longest < 1:
        raise UsageError(f"texts of up to {request.longest} tokens", "one token is the least")
    if request.measured and (
        len(request.measured) != 2 or request.measured_tokens < 1 or not request.measured_by.strip()
    ):
        raise UsageError(
            f"a measurement {request.measured} of {request.measured_by or 'nobody'}",
            "it is the seconds with and without, for how many tokens, on whose machine",
        )
    text = both_ways(model, request.prompt, request.steps)
    shape = model.shape
    return Content(
        tokens=text.tokens(model),
        values={
            "same": text.cached == text.recomputed,
            "largest_gap": float(text.gaps.max()),
            "bytes_each": int(text.keys.itemsize),
            "n_head": shape.n_head,
            "n_kv_head": shape.n_kv_head,
            "d_head": shape.d_head,
            **_sizes(model),
        },
        tensors={
            "gaps": (text.gaps, ("step",)),
            "ranges": (np.ptp(text.scores.astype(np.float64), axis=1), ("step",)),
            "lengths": (np.arange(1, request.longest + 1, dtype=np.int32), ("token",)),
        },
    )
