"""The formulas hold for any numbers: invariances, limits, masses, checked against a few lines of
numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gptviz import maths
from gptviz.maths import rounding

SCORES = hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(-200, 200, width=32))
TEMPERATURES = st.floats(0.05, 50)


@given(SCORES, TEMPERATURES)
def test_softmax_gives_shares_of_one_in_the_same_order(scores: np.ndarray, t: float) -> None:
    shares = maths.softmax(scores, t)
    assert shares.min() >= 0
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    order = np.argsort(scores, kind="stable")
    assert (np.diff(shares[order]) >= -1e-15).all()
    with np.errstate(over="ignore"):
        plain = np.exp((scores - scores.max()) / t)
    np.testing.assert_allclose(shares, plain / plain.sum(), atol=1e-12)


@given(SCORES, st.floats(-1e4, 1e4), TEMPERATURES)
def test_only_differences_count(scores: np.ndarray, shift: float, t: float) -> None:
    np.testing.assert_allclose(
        maths.softmax(scores + shift, t), maths.softmax(scores, t), atol=1e-6
    )
    assert maths.logsumexp(scores + shift) == pytest.approx(
        maths.logsumexp(scores) + shift, abs=1e-6
    )


@given(SCORES)
def test_at_zero_the_highest_shares_all_and_far_up_all_are_alike(scores: np.ndarray) -> None:
    best = scores == scores.max()
    np.testing.assert_allclose(maths.softmax(scores, 0), best / best.sum())
    np.testing.assert_allclose(
        maths.softmax(scores, 1e9), np.full(len(scores), 1 / len(scores)), atol=1e-6
    )
    gaps = np.unique(scores)[::-1]
    if len(gaps) > 1 and gaps[0] - gaps[1] > 1:
        np.testing.assert_allclose(
            maths.softmax(scores, 0.02), maths.softmax(scores, 0), atol=1e-12
        )


@given(SCORES, TEMPERATURES, TEMPERATURES)
def test_warmer_is_less_certain(scores: np.ndarray, t: float, u: float) -> None:
    cold, warm = sorted((t, u))
    assert (
        maths.entropy(maths.softmax(scores, cold))
        <= maths.entropy(maths.softmax(scores, warm)) + 1e-9
    )
    assert maths.entropy(maths.softmax(scores, warm)) <= np.log2(len(scores)) + 1e-9


@given(SCORES, st.floats(0.01, 1.0))
def test_a_nucleus_is_the_fewest_that_reach_p(scores: np.ndarray, p: float) -> None:
    shares = np.sort(maths.softmax(scores))[::-1]
    size = maths.top_p_size(shares, p)
    assert shares[:size].sum() >= p - 1e-9 or size == len(shares)
    assert shares[: size - 1].sum() < p + 1e-9  # the sums round in another order


@given(SCORES, st.floats(0, 1, exclude_max=True))
def test_a_draw_lands_in_the_interval_that_holds_it(scores: np.ndarray, u: float) -> None:
    shares = np.sort(maths.softmax(scores))[::-1]
    bounds = maths.cumulative_bounds(shares)
    index = maths.drawn(bounds, u)
    assert bounds[0] == 0 and bounds[-1] == 1 and (np.diff(bounds) >= 0).all()
    assert bounds[index] <= u < bounds[index + 1]


@given(SCORES, st.integers(0, 59), st.floats(-6, 6))
def test_one_score_pulled_is_the_softmax_of_the_changed_row(
    scores: np.ndarray, where: int, amount: float
) -> None:
    index = where % len(scores)
    changed = scores.copy()
    changed[index] += amount
    np.testing.assert_allclose(
        maths.pulled(scores, maths.logsumexp(scores), index, amount),
        maths.softmax(changed),
        atol=1e-9,
    )


@given(SCORES)
def test_what_is_not_shown_is_the_rest(scores: np.ndarray) -> None:
    shown, whole = scores[:5], maths.logsumexp(scores)
    rest = maths.softmax(scores)[5:].sum()
    assert maths.rest(shown, whole) == pytest.approx(rest, abs=1e-9)
    highest = scores.max()
    left = np.exp(scores[5:] - highest).sum()
    assert maths.power_rest(whole, shown, highest) == pytest.approx(left, abs=1e-9 * max(1.0, left))


@pytest.mark.parametrize(
    ("cosine", "degrees"), [(1.0, 0.0), (0.5, 60.0), (0.0, 90.0), (-1.0, 180.0), (1.1, 0.0)]
)
def test_an_angle_has_its_cosine(cosine: float, degrees: float) -> None:
    assert maths.angle(cosine) == pytest.approx(degrees)


def test_a_fair_die_has_the_sides_that_its_uncertainty_says() -> None:
    assert maths.sides(maths.entropy(np.full(6, 1 / 6))) == pytest.approx(6)
    assert maths.sides(0.0) == 1 and maths.sides(maths.entropy_at_most(50257)) == pytest.approx(
        50257
    )


def test_unlikely_has_its_bound() -> None:
    assert maths.is_unlikely(101) and not maths.is_unlikely(100)


@given(st.integers(0, 2**32 - 1))
def test_a_turned_picture_shows_the_drawn_distance_first_and_the_true_one_last(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, directions = rng.normal(size=(6, 9)), np.linalg.qr(rng.normal(size=(9, 3)))[0].T
    drawn = (points - points.mean(axis=0)) @ directions.T
    seen, true = maths.distance(drawn[1], drawn[4]), maths.distance(points[1], points[4])
    beyond = maths.places_beyond(points, drawn, 1, 4)
    assert maths.distance_turned(seen, true, 0.0) == pytest.approx(seen)
    assert maths.distance_turned(seen, true, 1.0) == pytest.approx(true)
    assert beyond[1] == pytest.approx(-beyond[4])
    assert beyond[4] - beyond[1] == pytest.approx(np.sqrt(true**2 - seen**2))
    way = points[4] - points[1]
    lacking = way - directions.T @ (
        directions @ way
    )  # found here from the directions, which the formula lacks
    plain = (points - (points[1] + points[4]) / 2) @ lacking / np.linalg.norm(lacking)
    np.testing.assert_allclose(beyond, plain, atol=1e-9)


@given(hnp.arrays(np.float64, (2, 5), elements=st.floats(0.1, 10)))
def test_a_vector_is_no_longer_than_its_cosine_and_distance_allow(two: np.ndarray) -> None:
    first, second = two[0], two[1] - 3
    longest = maths.longest_possible(
        maths.norm(first), maths.cosine(first, second), maths.distance(first, second)
    )
    assert maths.norm(second) <= longest + 1e-5


def test_a_picture_that_shows_all_or_more_is_refused() -> None:
    flat = np.array([[0.0, 0.0], [1.0, 0.0]])
    with pytest.raises(ValueError, match="shows all"):
        maths.places_beyond(flat, flat, 0, 1)
    with pytest.raises(ValueError, match="at most the true"):
        maths.distance_turned(2.0, 1.0, 0.5)


@pytest.mark.parametrize("places", [0, 1, 2, 3])
def test_rounding_that_keeps_the_sum_adds_up_and_stays_within_one_unit(places: int) -> None:
    random = np.random.default_rng(3)
    for count in (1, 2, 7, 200):
        values = random.dirichlet(np.ones(count))
        kept = rounding.keeping_the_sum(values, places)
        assert kept.sum() == pytest.approx(round(values.sum(), places), abs=1e-9)
        assert np.abs(kept - values).max() < 10.0**-places
        assert np.allclose(kept * 10.0**places, np.rint(kept * 10.0**places))
    assert rounding.keeping_the_sum([1 / 3] * 3, 2).tolist() == [0.34, 0.33, 0.33]
    assert rounding.keeping_the_sum([0.0475, 0.0184, 0.0575], 2).tolist() == [0.05, 0.02, 0.05]
