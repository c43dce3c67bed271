"""Large matrices as pictures of bytes: reduced by areas, or by taking one weight of each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths

Array = npt.NDArray[Any]
Edges = npt.NDArray[np.int64]


def edges(length: int, pixels: int, group: int | None = None) -> Edges:
    """Where the pixels of an axis of ``length`` weights begin: at most ``pixels`` of them, each as
    wide as the others.

    With ``group`` no pixel reaches over the border of a group of so many weights (a head's
    columns).
    """
    group = group or length
    groups = length // group
    step = math.ceil(group / max(1, pixels // groups))
    return np.concatenate(
        [np.arange(start, start + group, step) for start in range(0, length, group)]
    )


def area_means(values: Array, rows: Edges, columns: Edges) -> Array:
    """The means of ``values`` (row, column) over the areas that begin at these rows and columns."""
    sums = np.add.reduceat(np.add.reduceat(values, rows, axis=0, dtype=np.float64), columns, axis=1)
    heights = np.diff(rows, append=values.shape[0])
    widths = np.diff(columns, append=values.shape[1])
    return np.asarray(sums / (heights[:, None] * widths[None, :]))


def saturating_picture(weights: Array, rows: Edges, columns: Edges) -> npt.NDArray[np.uint8]:
    """Bytes (row, column) of |w| * 1024 kept at 255: the mean of each area."""
    full = np.minimum(np.abs(weights) * np.float32(1024), np.float32(255))
    return area_means(full, rows, columns).round().astype(np.uint8)


def wrapped_picture(weights: Array, rows: Edges, columns: Edges) -> npt.NDArray[np.uint8]:
    """Bytes (row, column) that wrap round, as the published picture has them: one weight of each
    area, unmixed.

    Means would hide what wrapping does: that a strong weight turns black.
    """
    return maths.wrapped_byte(weights[np.ix_(rows, columns)])


def wrap_shares(weights: Array, bound: float, rows: Edges, columns: Edges) -> npt.NDArray[np.uint8]:
    """What share of each area (row, column) is at least ``bound`` in size, in 255ths."""
    return (area_means(np.abs(weights) >= bound, rows, columns) * 255).round().astype(np.uint8)
