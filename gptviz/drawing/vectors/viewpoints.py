"""How a camera goes round a space so that the eye can follow: to where arrows are apart, names
riding along.

Planned films: word_space.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from manim import smooth

from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.vectors import naming
from gptviz.drawing.vectors.space import VectorSpace3D

_LIKE = 10  # of all views, so many of those that show arrows farthest apart are looked at for their names


def rightward(box: VectorSpace3D, direction: Any) -> float:
    """By how many degrees a camera must turn until a direction (3) points to the right."""
    turn = np.degrees(np.arctan2(direction[1], direction[0])) - 90 - box.azimuth
    return float((turn + 180) % 360 - 180)


def clear_view(
    box: VectorSpace3D, rows: Sequence[int], reach: int = 75
) -> tuple[float, dict[int, Any]]:
    """A turn, of at most so many degrees, to where some arrows are apart, and places for their
    names there."""
    turns = sorted(
        range(-reach, reach + 1, 5),
        key=lambda turn: (-round(_apart(box, rows, turn), 1), abs(turn)),
    )
    start, names = naming.places(box, rows, [box.azimuth + turn for turn in turns[:_LIKE]])
    return float((start - box.azimuth + 180) % 360 - 180), names


def _apart(box: VectorSpace3D, rows: Sequence[int], turn: float) -> float:
    """How far the tip of an arrow is from any other arrow, at least, once the camera has turned;
    less if far off."""
    before, box.azimuth = box.azimuth, box.azimuth + turn
    tips, near = box.project(box.points_3d[list(rows)])
    box.azimuth = before
    along = np.linspace(0, 1, 21)[:, None, None] * tips  # step, arrow, xy
    gaps = np.linalg.norm(tips[None, :, None] - along[:, None], axis=3).min(axis=0)  # tip, arrow
    np.fill_diagonal(gaps, np.inf)
    return float(gaps.min() * (1 + near.mean() / 2))


def ride(
    box: VectorSpace3D,
    before: Mapping[int, Any],
    after: Mapping[int, Any],
    turn: float = 0.0,
    run_time: float = theme.SLOW,
) -> Follow:
    """A turn of the camera during which names move from their places to others; new names have
    theirs at once."""
    first = box.azimuth
    start = {i: np.asarray(before.get(i, place)) for i, place in after.items()}

    def step(space: VectorSpace3D, share: float) -> None:
        space.azimuth = first + turn * share
        space.put_names(
            {i: start[i] + (np.asarray(place) - start[i]) * share for i, place in after.items()}
        )

    return Follow(box, step, run_time, rate_func=smooth)
