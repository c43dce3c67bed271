"""Learned numbers as they are: the picture of all query, key and value matrices, and a sample for
dials.

The picture is that of Geva 2023 ("What does ChatGPT look like? I made an MRI image of a GPT
brain"): |w| * 1024 in one byte for the query, key and value matrices of every block. There it wraps round at 256;
here both that and the true, saturating one are kept, reduced, with the exact counts of what was
wrapped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gptviz import maths
from gptviz.models.interface import Floats, Model, Shape
from gptviz.recorders import recorder
from gptviz.recorders.choosing import Array, Choice
from gptviz.recorders.facts import facts
from gptviz.recorders.pictures import edges, saturating_picture, wrap_shares, wrapped_picture
from gptviz.recording.families import WeightPicture, WeightSample
from gptviz.recording.schema import Content

PARTS = ("query", "key", "value")
WRAPS_AT = 0.25  # 256 / 1024: from here on |w| * 1024 does not fit one byte
WINDOW = 192
STRIPE_RULE = (
    "the head whose columns stand out most in query and in key alike: the smaller of its two mean sizes, "
    "each over the median of its block"
)


@recorder(WeightPicture)
def record_picture(model: Model, request: WeightPicture) -> Content:
    """The picture (layer, row, column) and exact statistics of the query, key and value matrices of
    all blocks, side by side, and the same made fresh.

    Pictures, uint8: ``saturating`` and ``wrapped`` (layer, row, column), ``wraps`` (the share of
    wrapped weights, in 255ths, at half the resolution), ``fresh`` (saturating, half), ``block``
    (row, column): the first block, larger, ``window`` (row, column): its first weights one to a
    pixel. ``corner`` (row, column): its first weights as numbers. Statistics: ``mean_abs`` (layer,
    part), ``mean_abs_head`` (layer, part, head), ``mean_abs_block``, ``wrapped_block`` (layer),
    ``fresh_mean_abs`` (layer, part).

    Keys and values that heads share are there once: their parts are narrower than the queries', and
    ``mean_abs_head`` gives each head those that it uses.
    """
    shape = model.shape
    fresh = np.random.RandomState(request.seed)  # its stream never changes, Generator's may
    rows = edges(shape.d_model, max(1, request.pixels // shape.n_layer))
    width = stripes(model.shape) * shape.d_head
    columns = edges(width, request.pixels, group=shape.d_head)
    half = (
        edges(shape.d_model, max(1, request.pixels // shape.n_layer // 2)),
        edges(width, request.pixels // 2, group=shape.d_head),
    )
    pictures: dict[str, list[Array]] = {
        name: [] for name in ("saturating", "wrapped", "wraps", "fresh")
    }
    trained, made = _Statistics(model), _Statistics(model)
    for layer in range(shape.n_layer):
        weights = joined(model, layer)
        trained.add(weights)
        pictures["saturating"].append(saturating_picture(weights, rows, columns))
        pictures["wrapped"].append(wrapped_picture(weights, rows, columns))
        pictures["wraps"].append(wrap_shares(weights, WRAPS_AT, *half))
        initial = (fresh.standard_normal(weights.shape) * request.fresh_std).astype(np.float32)
        made.add(initial)
        pictures["fresh"].append(saturating_picture(initial, *half))
    means = trained.means()
    first = joined(model, 0)
    block = edges(shape.d_model, max(1, request.pixels // 3)), columns
    tensors: dict[str, tuple[Array, tuple[str, ...]]] = {
        name: (np.stack(each), ("layer", "row", "column")) for name, each in pictures.items()
    }
    tensors |= {
        "block": (saturating_picture(first, *block), ("row", "column")),
        "window": (maths.saturating_byte(first[:WINDOW, :WINDOW]), ("row", "column")),
        "corner": (first[: request.corner, : request.corner], ("row", "column")),
        "mean_abs": (means.mean(axis=2), ("layer", "part")),
        "mean_abs_head": (means, ("layer", "part", "head")),
        "mean_abs_block": (trained.block_means(), ("layer",)),
        "wrapped_block": (np.array(trained.wrapped), ("layer",)),
        "fresh_mean_abs": (made.means().mean(axis=2), ("layer", "part")),
    }
    values = {
        "layers": shape.n_layer,
        "heads": shape.n_head,
        "d_head": shape.d_head,
        "parts": list(PARTS),
        "rows": shape.n_layer * shape.d_model,
        "columns": width,
        "wraps_at": WRAPS_AT,
        "stripe": _stripe(means),
        **trained.values(),
        "fresh": made.values(),
        **facts(model),
    }
    return Content(values=values, tensors=tensors, seed=request.seed)


@recorder(WeightSample)
def record_sample(model: Model, request: WeightSample) -> Content:
    """Learned numbers drawn at random (component) from all that the model holds, each equally
    likely to be drawn.

    ``tensor`` (component) is the index of each one's tensor in the value ``tensors``.
    """
    shapes = {name: stored.shape for name, stored in model.stored.items() if model.has_tensor(name)}
    names = list(shapes)
    ends = np.cumsum([int(np.prod(shapes[name])) for name in names])
    random = np.random.RandomState(request.seed)
    drawn = np.sort((random.random_sample(request.count) * ends[-1]).astype(np.int64))
    where = np.searchsorted(ends, drawn, side="right")
    sample = np.empty(len(drawn), dtype=np.float32)
    for index in np.unique(where):
        flat = model.tensor(names[index]).ravel()
        sample[where == index] = flat[drawn[where == index] - (ends[index] - flat.size)]
    order = random.permutation(len(drawn))  # else dials side by side would come from one tensor
    return Content(
        values={"tensors": names, "numbers": int(ends[-1])},
        tensors={
            "sample": (sample[order], ("component",)),
            "tensor": (where[order].astype(np.int32), ("component",)),
        },
        seed=request.seed,
    )


class _Statistics:
    """Exact figures of matrices (d_model, columns of query, key, value) that are added one block at
    a time."""

    def __init__(self, model: Model) -> None:
        self.shape = model.shape
        self.by_stripe: list[Array] = []
        self.wrapped: list[int] = []
        self.extremes: list[tuple[float, float]] = []

    def add(self, weights: Floats) -> None:
        """One more block."""
        sizes = np.abs(weights).reshape(self.shape.d_model, -1, self.shape.d_head)
        self.by_stripe.append(sizes.mean(axis=(0, 2), dtype=np.float64))
        self.wrapped.append(int((sizes >= WRAPS_AT).sum()))
        self.extremes.append((float(weights.min()), float(weights.max())))

    def means(self) -> Array:
        """Mean sizes (layer, part, head) of the columns that each head uses."""
        heads, keys = self.shape.n_head, self.shape.n_kv_head
        uses = np.array([self.shape.key_of(head) for head in range(heads)])
        own = [np.arange(heads), heads + uses, heads + keys + uses]
        return np.ascontiguousarray(np.stack(self.by_stripe)[:, np.stack(own)])

    def block_means(self) -> Array:
        """Mean sizes (layer) of all columns, each counted once."""
        means: Array = np.stack(self.by_stripe).mean(axis=1)
        return means

    def values(self) -> dict[str, Any]:
        """Count, extremes, mean size and wrapped weights of all blocks together."""
        shape = self.shape
        return {
            "count": shape.n_layer * shape.d_model * stripes(shape) * shape.d_head,
            "wrapped": sum(self.wrapped),
            "min": min(low for low, _ in self.extremes),
            "max": max(high for _, high in self.extremes),
            "mean_abs_all": float(np.mean(self.by_stripe)),
        }


def _stripe(means: Array) -> Choice:
    """The head that stands out in query and key alike; ``means`` is (layer, part, head)."""
    relative = means / np.median(means, axis=2, keepdims=True)
    both = relative[:, :2].min(axis=1)
    layer, head = (int(i) for i in np.unravel_index(int(both.argmax()), both.shape))
    return {
        "rule": STRIPE_RULE,
        "layer": layer,
        "head": head,
        "score": float(both[layer, head]),
        "query": float(means[layer, 0, head]),
        "key": float(means[layer, 1, head]),
        "query_median": float(np.median(means[layer, 0])),
        "key_median": float(np.median(means[layer, 1])),
    }


def stripes(shape: Shape) -> int:
    """How many heads' columns lie side by side in a block: of all queries, keys and values."""
    return shape.n_head + 2 * shape.n_kv_head


def joined(model: Model, layer: int) -> Floats:
    """The columns of all queries, then all keys, then all values of a block: (d_model, ...)."""
    parts = [model.weight(f"blocks.{layer}.attn.{name}") for name in ("W_Q", "W_K", "W_V")]
    return np.concatenate(
        [part.transpose(1, 0, 2).reshape(model.shape.d_model, -1) for part in parts], axis=1
    )
