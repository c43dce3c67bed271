"""What a claim may say: predicates over recorded numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from gptviz.maths.vectors import steps_around


def less(first: float, second: float) -> bool:
    """Whether the first of two values is smaller."""
    return first < second


def adds_up(whole: float, parts: Any) -> bool:
    """Whether parts make up a whole exactly."""
    return bool(whole == np.asarray(parts, dtype=np.float64).sum())


def is_negative(highest: float) -> bool:
    """Whether the highest of some numbers is below zero: then all are."""
    return highest < 0


def is_majority(part: float, whole: float) -> bool:
    """Whether a part is more than half of a whole."""
    return part > whole / 2


def is_nearly_all(share: float) -> bool:
    """Whether a share is all but one hundredth, or more."""
    return share >= 0.99


def is_unlikely(place: float) -> bool:
    """Whether a place among the likeliest tokens, counted from 1, lies beyond the hundredth."""
    return place > 100


def is_larger(first: float, second: float) -> bool:
    """Whether the first of two values is the larger."""
    return first > second


def is_falling(values: Any) -> bool:
    """Whether every value is smaller than the one before it."""
    return bool((np.diff(np.asarray(values, dtype=np.float64)) < 0).all())


def is_rising(values: Any) -> bool:
    """Whether every value is larger than the one before it."""
    return bool((np.diff(np.asarray(values, dtype=np.float64)) > 0).all())


def is_same(gap: float) -> bool:
    """Whether a difference of two scores is no more than the rounding of float32 over a whole
    model: 0.001."""
    return abs(gap) < 1e-3


def is_twice(value: float, usual: float) -> bool:
    """Whether a value is at least twice what is usual."""
    return value >= 2 * usual


def is_far_above(score: float, chance: float) -> bool:
    """Whether a score is more than five times what chance gives: no accident."""
    return score > 5 * chance


def moves(falling: Any, rising: Any) -> bool:
    """Whether each of some (pair, [before, after]) falls, and each of others rises."""
    down, up = (
        np.diff(np.asarray(pairs, dtype=np.float64), axis=-1) for pairs in (falling, rising)
    )
    return bool((down < 0).all() and (up > 0).all())


def are_lively(kept: float) -> bool:
    """Whether scores that are kept hold less than a tenth of the probability: what is then drawn is
    another row."""
    return kept < 0.1


def are_the_best(ranks: Any) -> bool:
    """Whether some ranks (step), in any order, are exactly the first ones."""
    return sorted(int(rank) for rank in np.asarray(ranks)) == list(range(len(np.asarray(ranks))))


def is_nothing(count: float) -> bool:
    """Whether there is none of something."""
    return count == 0


def is_several(count: float) -> bool:
    """Whether there is more than one of something."""
    return count > 1


def all_grew(before: Any, after: Any) -> bool:
    """Whether every entry of ``after`` is larger than its partner in ``before``."""
    return bool(np.all(np.asarray(after) > np.asarray(before)))


def is_first(place: float) -> bool:
    """Whether a place, counted from 1, is the first."""
    return place == 1


def is_spiral(coordinates: Any) -> bool:
    """Whether points (row, component), in order, go around the axis of the third component more than
    once, nineteen of twenty steps the same way."""
    angles = steps_around(coordinates)
    same = max((angles > 0).mean(), (angles < 0).mean())
    return bool(same >= 0.95 and abs(angles.sum()) > 2 * np.pi)
