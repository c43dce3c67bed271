"""Arrows, dotted lines and labels that never lie over one another: what vectors are drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz.drawing.base.cells import polygons, segments

Points = npt.NDArray[np.float64]


def arrows(starts: Any, ends: Any, thickness: float = 0.03, head: float = 0.16) -> Points:
    """Outlines (n, 28, 3) of filled arrows from starts (n, 2) to ends (n, 2); short ones have
    smaller heads."""
    a, b = np.asarray(starts, dtype=np.float64)[:, :2], np.asarray(ends, dtype=np.float64)[:, :2]
    way = b - a
    length = np.linalg.norm(way, axis=1, keepdims=True)
    along = way / np.maximum(length, 1e-9)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    tip = np.minimum(head, length * 0.5)
    neck = b - along * tip
    half, wide = np.minimum(thickness / 2, tip * 0.25), tip * 0.42
    corners = np.stack(
        [
            a + across * half,
            neck + across * half,
            neck + across * wide,
            b,
            neck - across * wide,
            neck - across * half,
            a - across * half,
        ],
        axis=1,
    )
    return polygons(corners).reshape(len(a), 28, 3)


def dotted(start: Any, end: Any, dash: float = 0.09, gap: float = 0.07) -> Points:
    """A dashed line (4 k, 3) between two points."""
    a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    length = float(np.linalg.norm(b - a))
    count = max(1, int(length / (dash + gap)))
    at = np.arange(count) / count
    step = dash / (dash + gap) / count
    return segments(a + (b - a) * at[:, None], a + (b - a) * (at + step)[:, None])


def uncrowded(boxes: Any, strength: Any, fade: float = 0.12) -> npt.NDArray[np.float64]:
    """How visible each label is (n), 0 to 1, so that none lies on another; earlier ones have the
    right of way.

    ``boxes`` (n, 4) are left, bottom, right, top; ``strength`` (n) is how visible each would like
    to be. A label fades continuously as it comes within ``fade`` units of one before it, so that
    nothing blinks while a camera turns.
    """
    box, want = np.asarray(boxes, dtype=np.float64), np.asarray(strength, dtype=np.float64)
    apart = np.maximum(
        np.maximum(box[:, None, 0] - box[None, :, 2], box[None, :, 0] - box[:, None, 2]),
        np.maximum(box[:, None, 1] - box[None, :, 3], box[None, :, 1] - box[:, None, 3]),
    )
    room = np.clip(apart / fade, 0, 1)
    later, earlier = np.nonzero(
        np.tril(room < 1, -1)
    )  # few: the others take nothing from one another
    seen, left = want.tolist(), [1.0] * len(want)
    near = room[later, earlier].tolist()
    for i, j, share in zip(later.tolist(), earlier.tolist(), near, strict=True):
        left[i] = min(left[i], 1.0 - min(seen[j] * left[j] * 4, 1.0) * (1.0 - share))
    return np.array(seen) * left


def uncrossed(boxes: Any, ends: Any, strength: Any, fade: float = 0.08) -> npt.NDArray[np.float64]:
    """How visible each label is (n), 0 to 1, so that no arrow but its own runs through it.

    ``boxes`` (n, 4) as above; arrow j runs from the origin to ``ends`` (m, 2), counts by its
    ``strength`` (m); label i may lie on arrow i.
    """
    box, tips = np.asarray(boxes, dtype=np.float32), np.asarray(ends, dtype=np.float32)
    along = (
        tips[:, None] * np.linspace(0.04, 1.0, 22, dtype=np.float32)[None, :, None]
    )  # arrow, step, xy
    x, y = along[..., 0].ravel(), along[..., 1].ravel()
    apart = np.maximum(
        np.maximum(box[:, :1] - x, x - box[:, 2:3]), np.maximum(box[:, 1:2] - y, y - box[:, 3:4])
    )
    nearest = apart.reshape(len(box), len(tips), -1).min(axis=2)
    crossed = (1 - np.clip(nearest / fade, 0, 1)) * np.asarray(strength, dtype=np.float32)
    np.fill_diagonal(crossed, 0.0)
    return np.asarray(1.0 - crossed.max(axis=1, initial=0.0), dtype=np.float64)


def spread(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> npt.NDArray[np.float64]:
    """Places (n) as near to the wanted ones as they can be without overlapping, between ``low`` and
    ``high``.

    Each takes ``heights`` units, half to each side. For labels at the ends of curves and along an
    axis. The order of the wanted places is kept. Where there is too little room for all, they share
    it evenly.
    """
    want, size = np.asarray(wanted, dtype=np.float64), np.asarray(heights, dtype=np.float64)
    if not len(want):
        return want
    order = np.argsort(want, kind="stable")
    want, size = want[order], size[order]
    if size.sum() > high - low:
        size = size * (high - low) / size.sum()
    blocks: list[
        list[float]
    ] = []  # [place of the first entry, size]: adjacent violators are pooled
    offset = np.concatenate(([0.0], np.cumsum((size[:-1] + size[1:]) / 2)))
    for value in want - offset:
        blocks.append([float(value), 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last = blocks.pop()
            before = blocks[-1]
            before[0] = (before[0] * before[1] + last[0] * last[1]) / (before[1] + last[1])
            before[1] += last[1]
    base = np.concatenate([[block[0]] * int(block[1]) for block in blocks])
    base = np.clip(base, low + size[0] / 2, high - size[-1] / 2 - offset[-1])
    placed = np.empty(len(want))
    placed[order] = base + offset
    return placed
