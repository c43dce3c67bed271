"""How an outline looks: whether it runs through itself, leans over, or has parts on one another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

CROSSED, LEANING, HEAPED = 1, 2, 4
_MOST_CORNERS, _MOST_PARTS = 64, 400  # beyond these an outline is not looked into
_UPRIGHT = 0.05  # of a side: a rectangle's sides meet at right angles as nearly as this
_DEEP = 0.3  # of the smaller box: two parts that share more lie on one another
_FEW = 4  # parts, at least, that can be heaped
_TINY = 0.02  # units


def state(points: Points) -> int:
    """What is wrong with an outline (point, xy), four points to a curve; a sum of the flags."""
    if len(points) < 4:
        return 0
    parts = list(_parts(points))[:_MOST_PARTS]
    found = 0
    for part in parts:
        corners = _corners(part)
        if 4 <= len(corners) <= _MOST_CORNERS and np.ptp(corners, axis=0).max() > _TINY:
            closed = bool(np.abs(part[-1] - part[0]).max() < 1e-6)
            if closed and _crosses_itself(corners):
                found |= CROSSED
            elif closed and len(corners) == 4 and _straight(part) and not _rectangular(corners):
                found |= LEANING
    if len(parts) >= _FEW and _heaped(parts):
        found |= HEAPED
    return found


def _parts(points: Points) -> Iterator[Points]:
    """The contours (point, xy) of an outline; those that are a point only are left out."""
    curves = points[: len(points) // 4 * 4]
    jumps = np.flatnonzero(np.abs(curves[4::4] - curves[3:-1:4]).max(axis=1) > 1e-6) + 1
    for part in np.split(curves, jumps * 4):
        if np.ptp(part, axis=0).max(initial=0.0) > _TINY:
            yield part


def _corners(part: Points) -> Points:
    """Where a contour turns: the ends of its curves, without those that lie on a straight line."""
    ends = part[0::4]
    step = np.roll(ends, -1, axis=0) - ends
    ends = ends[np.abs(step).max(axis=1) > 1e-6]
    if len(ends) < 3:
        return np.asarray(ends)
    before, after = ends - np.roll(ends, 1, axis=0), np.roll(ends, -1, axis=0) - ends
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    size = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    back = (before * after).sum(axis=1) < 0
    return np.asarray(ends[(np.abs(turn) > 1e-3 * size) | back])


def _straight(part: Points) -> bool:
    """Whether all curves of a contour are straight."""
    a, b, c, d = part[0::4], part[1::4], part[2::4], part[3::4]
    off = np.abs(b - (2 * a + d) / 3) + np.abs(c - (a + 2 * d) / 3)
    return bool(off.max() < 1e-3 * max(float(np.ptp(part, axis=0).max()), _TINY))


def _rectangular(corners: Points) -> bool:
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.linalg.norm(sides, axis=1)
    turns = np.abs((sides * np.roll(sides, -1, axis=0)).sum(axis=1))
    return bool((turns <= _UPRIGHT * lengths * np.roll(lengths, -1) + 1e-9).all())


def _crosses_itself(corners: Points) -> bool:
    """Whether two sides of a closed line, not neighbours, cross within themselves."""
    start, end = corners, np.roll(corners, -1, axis=0)

    def side(a: Points, b: Points, c: Points) -> npt.NDArray[np.float64]:
        return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
            c[..., 0] - a[..., 0]
        )

    first, second = (start[:, None], end[:, None]), (start[None], end[None])
    least = 1e-6 * float(np.ptp(corners, axis=0).max()) ** 2
    one = side(*first, second[0]), side(*first, second[1])
    two = side(*second, first[0]), side(*second, first[1])
    crossing = (one[0] * one[1] < -(least**2)) & (two[0] * two[1] < -(least**2))
    return bool(np.triu(crossing, 2).any())


def _heaped(parts: list[Points]) -> bool:
    """Whether several contours lie on others of the same outline, by their boxes."""
    low = np.array([part.min(axis=0) for part in parts])
    high = np.array([part.max(axis=0) for part in parts])
    common = np.minimum(high[:, None], high[None]) - np.maximum(low[:, None], low[None])
    area = (high - low).prod(axis=1)
    shared = np.clip(common, 0, None).prod(axis=2) / np.maximum(
        np.minimum(area[:, None], area[None]), 1e-9
    )
    return bool((np.triu(shared, 1) > _DEEP).sum() >= _FEW / 2)
