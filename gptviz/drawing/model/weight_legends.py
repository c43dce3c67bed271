"""What stands beside the picture of weights: keys of its colours, what its parts are, a published
picture made fair.

Planned films: weight_mri, model_diff.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import VGroup

from gptviz import maths
from gptviz.drawing.arrays.heatmap import Legend, extremes
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words
from gptviz.drawing.model.by_layer import LayerPanel
from gptviz.drawing.model.stack import PARTS, SizeZoom
from gptviz.maths.rounding import nearest
from gptviz.recording.families import WeightPictureRecording
from gptviz.recording.number import Numbers, Tracked, derive

MEAN = "all"  # the series of all three parts together
MEANING = ("what a token looks for", "what it can be found by", "what it hands on, once found")
_WIDTH = 2.2  # of a key's strip, in units
_DROP = 0.38  # from a picture's lower edge down to its key

Box = tuple[float, float, float, float]


def _below(legend: Legend, box: Box, title: str, **values: Any) -> Legend:
    """A key under the right end of a picture's box, what its colours are on its left."""
    start = legend.ends[0].baseline() - np.array([0.3, 0, 0])
    legend.add(Words(title, theme.SMALL, theme.SECONDARY, **values).place(start, "right"))
    way = [box[2] - legend.get_right()[0], box[1] - _DROP - legend.ends[0].baseline()[1], 0]
    return legend.shift(np.array(way))


def sign_key(few: Numbers, limit: float, box: Box) -> Legend:
    """The colours of some weights by their signs, full at ``limit``, from the lowest to the highest
    of them."""
    legend = Legend(*extremes(few), "weights", (0.0, limit), _WIDTH, "+.3f", theme.SMALL)
    return _below(legend, box, "weight")


def size_key(few: Numbers, box: Box) -> Legend:
    """The colours of the sizes of some weights (row, column), from nothing to the largest of
    them."""
    cells = [few[place] for place in np.ndindex(few.shape)]
    smallest, largest = (derive(maths.norm, [find(cells, key=abs)]) for find in (min, max))
    legend = Legend(
        smallest, largest, "sequential", (0.0, float(largest) or 1.0), _WIDTH, ".3f", theme.SMALL
    )
    return _below(legend, box, "size of the weight")


def mean_key(
    picture: Numbers, per_size: Tracked, span: Sequence[float], most: Tracked, box: Box
) -> Legend:
    """The colours of a picture of bytes as the mean sizes that they stand for: a size is so many
    steps of a byte.

    ``span``: the bytes of the first and the last colour; ``most``: the size at which a byte is
    full.
    """
    smallest, largest = (derive(maths.ratio, byte, per_size) for byte in extremes(picture))
    low, high = (float(byte) / float(per_size) for byte in span)
    legend = Legend(smallest, largest, "sequential", (low, high), _WIDTH, ".2f", theme.SMALL)
    return _below(legend, box, "mean size, at most {w:.2f}", w=most)


def opening(
    picture: WeightPictureRecording, few: Numbers, span: Sequence[float], box: Box
) -> SizeZoom:
    """The window that opens from a few weights over the first layer's to those of all layers."""
    window, block, whole = (picture.picture(name) for name in ("window", "block", "saturating"))
    rows, columns = int(picture.rows), int(picture.columns)
    levels = [
        (window, *window.shape),
        (block, rows // int(picture.layers), columns),
        (whole, rows, columns),
    ]
    return SizeZoom(few, levels, span, box)


def part_meanings(left: float, top: float, step: float = 1.3) -> list[VGroup]:
    """The three parts by name, each with what it is for below it, one under the other."""
    return [
        VGroup(
            Words(name, theme.TITLE, color).place([left, top - step * part, 0]),
            Words(means, theme.LABEL, theme.SECONDARY).place([left, top - step * part - 0.45, 0]),
        )
        for part, ((name, color), means) in enumerate(zip(PARTS, MEANING, strict=True))
    ]


def layer_panel(
    picture: WeightPictureRecording, sides: Box, title: str, left: float, right: float
) -> LayerPanel:
    """The mean sizes of each layer, of all its weights and of each part, between ``left`` and
    ``right``."""
    layers = range(int(picture.layers))
    series = {MEAN: [picture.mean_abs(layer) for layer in layers]}
    series |= {name: [picture.mean_abs(layer, name) for layer in layers] for name, _ in PARTS}
    return LayerPanel(
        series, {MEAN: theme.TEXT, **dict(PARTS)}, sides, title, left, right, ("query", "key")
    )


def averaged(
    sampled: npt.NDArray[Any], weights: float, layers: int, stripes: int, box: Box
) -> npt.NDArray[np.uint8]:
    """A picture of single weights (row, column) with means of neighbours in a head's columns for
    dots.

    So that it can stand beside a picture of as many dots, each the mean of so many ``weights``:
    single ones look noisier, whatever they say. As the screen mixes the other's dots further in the
    ``box``, so many more are mixed.
    """
    for length, dots in ((box[3] - box[1], sampled.shape[0]), (box[2] - box[0], sampled.shape[1])):
        weights *= max(1.0, dots * theme.units(1.0) / length)
    rows, columns = sampled.shape[0] // layers, sampled.shape[1] // stripes
    wide = max(1, min(columns, round(weights**0.5)))
    high = max(1, min(rows, round(weights / wide)))
    starts = [
        np.concatenate(
            [np.arange(first, first + length, step) for first in range(0, whole, length)]
        )
        for whole, length, step in (
            (sampled.shape[0], rows, high),
            (sampled.shape[1], columns, wide),
        )
    ]
    sums = np.add.reduceat(
        np.add.reduceat(sampled, starts[0], axis=0, dtype=np.float64), starts[1], axis=1
    )
    heights, widths = (
        np.diff(start, append=whole) for start, whole in zip(starts, sampled.shape, strict=True)
    )
    return nearest(sums / (heights[:, None] * widths)).astype(np.uint8)
