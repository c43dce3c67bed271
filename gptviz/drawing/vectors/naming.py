"""Where the names of vectors stand while a camera turns: places found beforehand, so that none need
fade or jump.

A name keeps its place beside the tip of its vector all through a turn: of many directions and
distances those are taken that keep all names clear of one another, of arrows and of axes, in every
view of the turn.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gptviz.drawing.vectors.space import VectorSpace3D

Floats = npt.NDArray[np.float64]

_DIRECTIONS = 16
_GAPS = (0.14, 0.4, 0.7)  # from a tip to the nearest side of its name
_APART = 0.16  # between two names, at least
_CLEAR = 0.1  # between a name and a line
_STEPS = 20  # points of an arrow that are kept clear
# What one view costs a name; the first outweighs all the rest:
_HIT = 10.0  # where it lies on a line, on another name, or on the line to another name
_ACROSS = 0.3  # for each arrow that the line to its tip runs across
_AWAY = 0.02  # for each step that it stands farther off, and for standing on the inner side


def places(
    space: VectorSpace3D, named: Sequence[int], azimuths: Sequence[float], turn: float = 0.0
) -> tuple[float, dict[int, Floats]]:
    """From which of some azimuths to start a turn by ``turn`` degrees, and where the names of some
    vectors stand.

    The start is the one with the fewest crossings; of equals the first. The places are what
    :meth:`gptviz.drawing.vectors.space.VectorSpace3D.put_names` takes.
    """
    step = 5.0 if turn >= 0 else -5.0
    views = np.arange(0.0, turn + step / 2, step) if turn else np.zeros(1)
    wanted = {float(start): [float((start + view) % 360) for view in views] for start in azimuths}
    seen = {
        azimuth: _view(space, named, azimuth)
        for azimuth in sorted({a for each in wanted.values() for a in each})
    }
    best: tuple[float, float, npt.NDArray[np.int64]] | None = None
    for start, each in wanted.items():
        alone = np.sum([seen[azimuth][0] for azimuth in each], axis=0)
        together = np.sum([seen[azimuth][1] for azimuth in each], axis=0)
        cost, choice = _choose(alone, together)
        if best is None or cost < best[0] - 1e-9:
            best = (cost, start, choice)
    if best is None:
        raise ValueError("no azimuth to start from")
    offsets = _offsets(space.extents[list(named)])
    return best[1], {index: offsets[i, best[2][i]] for i, index in enumerate(named)}


def _offsets(extents: Floats) -> Floats:
    """From a tip to the middle of its name (name, choice, 2): each direction at each distance."""
    angles = np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS
    ways = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    half = extents[:, None, None, :] * [0.5, 0.55]
    found = ways * half + ways * np.array(_GAPS)[:, None, None]
    return np.asarray(found.reshape(len(extents), -1, 2))


def _view(space: VectorSpace3D, named: Sequence[int], azimuth: float) -> tuple[Floats, Floats]:
    """What each choice costs a name alone (name, choice), and two with one another (name, choice,
    name, choice)."""
    before = space.azimuth
    space.azimuth = azimuth
    tips, _ = space.project(space.points_3d)
    ends = np.concatenate([tips, space.project(space.axis_ends)[0]])
    space.azimuth = before
    rows, extents = list(named), space.extents[list(named)]
    middles = tips[rows][:, None] + _offsets(extents)
    half = np.broadcast_to(extents[:, None] * [0.5, 0.55], middles.shape)
    away = np.repeat(np.arange(len(_GAPS)), _DIRECTIONS) * _AWAY
    outward = 1 - _cosine(middles - tips[rows][:, None], tips[rows][:, None])
    alone = (
        away + outward * _AWAY + _HIT * _crossed(middles, half, ends, rows, space.drawn_as_arrows)
    )
    if space.drawn_as_arrows:
        alone += _ACROSS * _across(tips[rows], middles, tips, rows)
    alone += 4 * _HIT * (np.abs(middles) + half > np.array(space.half_size)).any(axis=2)
    flat, wide = middles.reshape(-1, 2), half.reshape(-1, 2)
    near = _within(
        flat[:, None, 0] - flat[None, :, 0],
        wide[:, None, 0] + wide[None, :, 0] + _APART,
        flat[:, None, 1] - flat[None, :, 1],
        wide[:, None, 1] + wide[None, :, 1] + _APART,
    )
    led = _led(tips[rows], middles, flat, wide)
    conflict = (near | led | led.T).reshape(*middles.shape[:2], *middles.shape[:2])
    together: Floats = np.array(conflict, dtype=np.float64) * _HIT
    for i in range(len(rows)):
        together[i, :, i] = 0.0
    return np.asarray(alone), together


def _cosine(first: Floats, second: Floats) -> Floats:
    lengths = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
    return np.asarray((first * second).sum(axis=-1) / np.maximum(lengths, 1e-9))


def _across(starts: Floats, middles: Floats, tips: Floats, rows: Sequence[int]) -> Floats:
    """How many arrows from the origin the line from a tip to its name crosses (name, choice), but
    for its own."""
    start, way = starts[:, None, None], (middles - starts[:, None])[:, :, None] * 0.8
    turn = way[..., 0] * tips[:, 1] - way[..., 1] * tips[:, 0]
    turn = np.where(np.abs(turn) < 1e-9, 1e-9, turn)
    along_arrow = (way[..., 0] * start[..., 1] - way[..., 1] * start[..., 0]) / turn
    along_line = (tips[:, 0] * start[..., 1] - tips[:, 1] * start[..., 0]) / turn
    hit: npt.NDArray[np.bool_] = np.array(
        (along_arrow > 0) & (along_arrow < 1.02) & (along_line > 0) & (along_line < 1)
    )
    for i, row in enumerate(rows):
        hit[i, :, row] = False
    return np.asarray(hit.sum(axis=2), dtype=np.float64)


def _led(tips: Floats, middles: Floats, flat: Floats, wide: Floats) -> npt.NDArray[np.bool_]:
    """Whether the line from a tip to its name (name and choice) runs through another name (name and
    choice)."""
    along = (
        tips[:, None, None]
        + np.linspace(0.1, 0.75, 6)[:, None] * (middles - tips[:, None])[:, :, None]
    )
    x, y = along.reshape(len(flat), 1, 6, 2).transpose(3, 0, 1, 2)
    reach = wide + 0.05
    return np.asarray(
        _within(
            x - flat[None, :, :1], reach[None, :, :1], y - flat[None, :, 1:], reach[None, :, 1:]
        ).any(axis=2)
    )


def _within(x: Floats, wide: Floats, y: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    return np.asarray((np.abs(x) < wide) & (np.abs(y) < high))


def _crossed(
    middles: Floats, half: Floats, ends: Floats, rows: Sequence[int], arrows: bool
) -> Floats:
    """How many lines run through each name (name, choice): arrows from the origin and axes, and
    tips of points."""
    along = np.linspace(0.04, 1.0, _STEPS)[None, :, None] * ends[:, None]
    if not arrows:  # of points only the tips are drawn
        along[: len(ends) - 6] = ends[: len(ends) - 6, None]
    x, y = along[..., 0].ravel(), along[..., 1].ravel()
    reach = half[..., None, :] + _CLEAR
    hit = _within(middles[..., :1] - x, reach[..., 0], middles[..., 1:] - y, reach[..., 1])
    found = hit.reshape(*middles.shape[:2], len(ends), _STEPS).any(axis=3)
    inside: Floats = np.array(found, dtype=np.float64)
    for i, row in enumerate(rows):
        inside[i, :, row] *= 0.5 if arrows else 1.0  # its own arrow is the least evil
    return np.asarray(inside.sum(axis=2))


def _choose(alone: Floats, together: Floats) -> tuple[float, npt.NDArray[np.int64]]:
    """The choice of each name (name) that costs least in all: names choose in turn until none wants
    another place."""
    count = len(alone)
    best = (np.inf, np.zeros(count, dtype=np.int64))
    for first in range(count):
        order = [*range(first, count), *range(first)]
        choice = np.argmin(alone, axis=1)
        for _ in range(12):
            before = choice.copy()
            for i in order:
                others = sum(together[i, :, j, choice[j]] for j in range(count) if j != i)
                choice[i] = np.argmin(alone[i] + others)
            if (choice == before).all():
                break
        cost = sum(
            alone[i, choice[i]] + sum(together[i, choice[i], j, choice[j]] for j in range(i))
            for i in range(count)
        )
        if cost < best[0] - 1e-9:
            best = (float(cost), choice)
    return best
