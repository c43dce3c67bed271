"""The matrices of a model as sheets in space, and where a camera stands that looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gptviz.recording.families import ParameterTallyRecording

Floats = npt.NDArray[np.float64]

CANAL = 0.28  # half of the middle's width, in d_model
FOOT, ROOF = -0.5, 0.5  # of the tables, in floors below the first and above the last


class Shot(NamedTuple):
    """A place of the camera: what it looks at (x, y in d_model, z in floors), from which side
    (degrees: 0 is the front, 90 the right), how high above it (degrees), how far away, by how much
    the picture is moved to the right, and how high a floor is now (in d_model)."""

    x: float
    y: float
    z: float
    azimuth: float
    elevation: float
    distance: float
    shift: float = 0.0
    tall: float = 0.5


def between(first: Shot, last: Shot, share: float) -> Shot:
    """The shot on the way from one to another."""
    a, b = np.array(first), np.array(last)
    now = a + (b - a) * share
    now[5] = a[5] * (b[5] / a[5]) ** share
    return Shot(*now.tolist())


@dataclass(frozen=True)
class Sheet:
    """A matrix in space: its part, its block (-1: none), and its corners (4, xyz; z in floors): inner
    front, inner back, outer back, outer front. ``rows``: of a table."""

    part: str
    block: int
    corners: Floats
    rows: int = 0


def sheets_of(tally: ParameterTallyRecording) -> list[Sheet]:
    """The matrices of a model as sheets; one unit is as long as ``d_model`` numbers. A table that is
    used twice lies at the foot and at the top."""
    sizes = tally.sizes
    count, unit = int(sizes["layers"]), int(sizes["d_model"])
    found: list[Sheet] = []
    rows: dict[tuple[str, int], list[float]] = {}
    for i in range(len(tally)):
        shape = [int(n) for n in tally.tensor(i)[2].array]
        if len(shape) == 2:
            other = shape[1] if shape[0] == unit else shape[0]
            block = tally.block_of(i)
            key = (tally.group_of(i), -1 if block is None else block)
            rows.setdefault(key, []).append(other / unit)
    for (group, block), sides in rows.items():
        for j, side in enumerate(sides):
            if group in ("attention", "mlp") and block >= 0:
                first = 0.16 if group == "attention" else 0.54
                z = block + first + 0.3 * (j + 0.5) / len(sides)
                found.append(Sheet(group, block, _arm(side, z, -1 if group == "attention" else 1)))
    table = rows[("wte", -1)][0]
    vocab = int(sizes["vocab"])
    found.append(Sheet("embedding", -1, _carpet(table, FOOT, 0.0), vocab))
    if ("wpe", -1) in rows:
        learned = rows[("wpe", -1)][0]
        found.append(Sheet("positions", -1, _carpet(learned, FOOT, -1.25), int(learned * unit)))
    last = rows.get(("lm_head", -1), [table])[0]
    found.append(Sheet("unembedding", -1, _carpet(last, count + ROOF, 0.0), vocab))
    return found


def _arm(side: float, z: float, way: int) -> Floats:
    inner, outer = way * CANAL, way * (CANAL + side)
    return np.array([[inner, -0.5, z], [inner, 0.5, z], [outer, 0.5, z], [outer, -0.5, z]])


def _carpet(length: float, z: float, x: float) -> Floats:
    left, right, front = x - 0.5, x + 0.5, -0.5
    return np.array(
        [[left, front, z], [right, front, z], [right, front + length, z], [left, front + length, z]]
    )


def clipped(corners: Floats, side: Floats) -> Floats:
    """The part of a polygon (n, 3) on the inner side of a plane (normal and offset)."""
    if len(corners) == 0:
        return corners
    away = corners @ side[:3] + side[3]
    kept: list[Floats] = []
    for i, j in zip(range(len(corners)), np.roll(np.arange(len(corners)), -1), strict=True):
        if away[i] >= 0:
            kept.append(corners[i])
        if (away[i] >= 0) != (away[j] >= 0):
            kept.append(corners[i] + (corners[j] - corners[i]) * away[i] / (away[i] - away[j]))
    return np.array(kept).reshape(-1, 3)
