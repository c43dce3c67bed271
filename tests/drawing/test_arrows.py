"""Labels that keep off one another, and arrows."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gptviz.drawing.vectors.arrows import arrows, dotted, spread, uncrossed, uncrowded


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.05, 0.6)), max_size=9))
def test_spread_labels_do_not_overlap_and_keep_their_order(
    wanted: list[tuple[float, float]],
) -> None:
    want = [place for place, _ in wanted]
    high = [size for _, size in wanted]
    places = spread(want, high, -4.0, 4.0)
    order = sorted(range(len(want)), key=lambda i: want[i])
    size = np.array(high) * min(1.0, 8.0 / max(sum(high), 1e-9))
    for first, second in zip(order, order[1:], strict=False):
        assert places[second] - places[first] >= (size[first] + size[second]) / 2 - 1e-9
    if order:
        assert places[order[0]] - size[order[0]] / 2 >= -4 - 1e-9
        assert places[order[-1]] + size[order[-1]] / 2 <= 4 + 1e-9


def test_spread_moves_nothing_that_has_room_and_shares_the_shift() -> None:
    assert np.allclose(spread([0.0, 2.0, -1.0], [0.5] * 3, -5, 5), [0.0, 2.0, -1.0])
    assert np.allclose(
        spread([1.0, 1.0], [0.5, 0.5], -5, 5), [0.75, 1.25]
    )  # the least squares: both by as much


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 2)), min_size=2, max_size=14))
def test_labels_that_are_seen_lie_on_no_others(corners: list[tuple[float, float]]) -> None:
    boxes = np.array([[x, y, x + 0.5, y + 0.2] for x, y in corners])
    seen = uncrowded(boxes, np.ones(len(boxes)))
    assert seen[0] == 1.0
    for i in range(len(boxes)):
        for j in range(i):
            inside = (
                np.minimum(boxes[i, 2:], boxes[j, 2:]) - np.maximum(boxes[i, :2], boxes[j, :2])
            ).min()
            assert not (inside > 1e-9 and seen[i] > 0.5 and seen[j] > 0.5)


def test_a_label_on_another_arrow_is_not_seen_but_on_its_own_it_is() -> None:
    boxes = np.array([[0.9, -0.1, 1.4, 0.1], [0.0, 2.0, 0.5, 2.2]])
    ends = np.array([[0.8, 0.0], [0.2, 1.9]])
    assert np.allclose(uncrossed(boxes, ends, np.ones(2)), 1.0)
    assert uncrossed(boxes, np.array([[0.8, 0.0], [2.0, 0.0]]), np.ones(2))[0] == 0.0
    assert uncrossed(boxes, np.array([[2.0, 0.0], [0.2, 1.9]]), np.ones(2))[0] == 1.0


def test_arrows_reach_from_start_to_end() -> None:
    starts, ends = np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[2.0, 0.0], [1.0, 1.05]])
    shapes = arrows(starts, ends, 0.04, 0.2)
    assert shapes.shape == (2, 28, 3)
    assert shapes[0, :, 0].max() == 2.0 and shapes[0, :, 0].min() == 0.0
    assert np.ptp(shapes[1, :, 1]) <= 0.05 + 0.04  # a short arrow's head does not outgrow it


def test_a_dotted_line_lies_between_its_ends() -> None:
    points = dotted([0, 0, 0], [3, 4, 0])
    assert len(points) % 4 == 0 and np.allclose(points[0], 0)
    along = points[:, :2] @ np.array([0.6, 0.8])
    assert along.max() <= 5.0 and 0.4 < sum(along[3::4] - along[::4]) / 5 < 0.7
