"""Maps of heads and what scores count, against the formulas of the scores, numpy and pixels."""

from __future__ import annotations

import numpy as np
import pytest

from gptviz import maths
from gptviz.drawing.arrays.heatmap import HeatMap
from gptviz.drawing.base import theme
from gptviz.drawing.heads.attention import AttentionGrid
from gptviz.drawing.heads.head_kinds import HeadRanking, PairOfBars, SaidTwice, counted, followed
from gptviz.drawing.heads.headmap import HeadMap
from gptviz.drawing.tokens.tokens import TokenStrip, around
from gptviz.recording import published
from gptviz.recording.address import Place
from gptviz.recording.number import Number
from tests.drawing.samples import number, numbers, pattern, token, tokens
from tests.drawing.test_pixels import colour_at, photograph

RANDOM = np.random.default_rng(9)
IDS = [7.0, 3.0, 7.0, 1.0, 3.0, 3.0]


@pytest.mark.parametrize(
    ("kind", "score"),
    [
        ("previous", maths.previous_token_score),
        ("first", maths.first_token_score),
        ("self", maths.self_token_score),
        ("duplicate", lambda weights: maths.duplicate_token_score(weights, IDS)),
    ],
)
def test_the_cells_that_a_kind_shows_are_those_that_its_score_adds(kind, score) -> None:
    weights = pattern(6, 6)
    mask = counted(kind, [Number(each, Place.tensor("test", "ids")) for each in IDS])
    asked = mask.any(axis=1)
    assert asked.sum() >= 3
    assert (weights * mask).sum(axis=1)[asked].mean() == pytest.approx(score(weights))


@pytest.mark.parametrize(("layers", "heads"), [(2, 3), (12, 12), (24, 16)])
def test_a_head_has_its_cell_and_a_score_its_colour(layers: int, heads: int) -> None:
    scores = RANDOM.random((layers, heads))
    heads_map = HeadMap(numbers(scores), 5.0, 4.4).shift((1.0, -0.2, 0))
    picture = photograph(heads_map, width=1920, height=1080)
    for layer, head in [(0, 0), (layers - 1, heads - 1), (layers // 2, 1)]:
        seen = colour_at(picture, heads_map.center_of(layer, head))
        assert seen == pytest.approx(theme.attention(scores[layer, head]), abs=0.03)
        left, bottom, right, top = heads_map.box(layer, head)
        assert (left + right) / 2 == pytest.approx(heads_map.center_of(layer, head)[0])
        assert top - bottom == pytest.approx(right - left)
    heads_map.set_come(0)
    assert photograph(heads_map.heat).reshape(-1, 3).max(axis=0) == pytest.approx(
        theme.rgb(theme.GROUND) * 255, abs=1
    )


def test_the_frame_of_induction_holds_the_cells_of_the_score_and_no_others() -> None:
    period = 5
    heat = HeatMap(numbers(np.zeros((2 * period, 2 * period))), 4.0, 4.0).shift((0.5, 0.3, 0))
    frame = followed(heat, period).points.reshape(-1, 4, 3)[:, 0, :2]
    inside = np.array(
        [
            [_inside(frame, heat.center_of(q, k)[:2]) for k in range(2 * period)]
            for q in range(2 * period)
        ]
    )
    weights = RANDOM.random((2 * period, 2 * period))
    assert inside.sum() == period
    assert weights[inside].mean() == pytest.approx(maths.induction_score(weights, period))


def _inside(corners: np.ndarray, point: np.ndarray) -> bool:
    """Whether a point lies in a polygon: a ray to the right crosses its sides an odd number of
    times."""
    a, b = corners, np.roll(corners, -1, axis=0)
    spans = (a[:, 1] > point[1]) != (b[:, 1] > point[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        x = a[:, 0] + (point[1] - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
    return bool((spans & (x > point[0])).sum() % 2)


def test_bars_are_true_to_their_values_and_the_usual_stands_where_it_belongs() -> None:
    places = [(number(6), number(9)), (number(5), number(1))]
    ranking = HeadRanking(places, [number(0.10), number(0.08)], number(0.04), "usual")
    first, second = (row[1] for row in ranking.rows)
    assert second.length / first.length == pytest.approx(0.8)
    assert ranking.usual[0].points[0][0] - first.corner[0] == pytest.approx(first.length * 0.4)
    pair = PairOfBars(
        "it", ("one", "other"), [number(3.0), number(1.5)], theme.VALUE, 0.0, 0.0, width=2.0
    )
    assert [row[1].length for row in pair[1:]] == pytest.approx([2.0, 1.0])


def test_a_text_said_twice_shows_the_same_beginning_and_counts_the_rest() -> None:
    text = [*tokens(12), *tokens(12)]
    said = SaidTwice(text, number(12), -6.0, 1.0, 6.0)
    first, second = ([str(box.token) for box in line[0].boxes] for line in said.lines)
    assert first == second == [str(token) for token in text[: len(first)]]
    more = said.lines[0][1].pieces
    assert float(more[0].origin) == 12 - len(first) > 0
    assert len(SaidTwice(text, number(2), -6.0, 1.0, 6.0).lines[0]) == 1


def test_what_is_looked_at_is_what_followed_the_first_copy() -> None:
    said = SaidTwice([*tokens(12), *tokens(12)], number(12), -6.0, 1.0, 9.0)
    again, followed_it = said.look(1)[1:]
    assert again.get_center() == pytest.approx(said.strips[1].boxes[1].box.get_center())
    assert followed_it.get_center() == pytest.approx(said.strips[0].boxes[2].box.get_center())
    assert (
        len(said.look(len(said.strips[0].boxes) - 1)) == 0
    )  # what followed is not among those shown


@pytest.mark.parametrize(
    ("first", "last", "width"), [(0, 3, 8.0), (9, 11, 8.0), (4, 6, 5.0), (0, 11, 100.0)]
)
def test_the_tokens_around_a_pair_fit_on_a_line_and_hold_it(
    first: int, last: int, width: float
) -> None:
    words = [token(f" word{i}", i) for i in range(12)]
    shown = around(words, first, last, width)
    assert shown.start <= first <= last < shown.stop
    strip = TokenStrip([words[i] for i in shown], width=width)
    assert strip.rows == 1
    assert width == 100.0 or len(
        around(words, first, last, width + strip.boxes[0].box.width + 0.2)
    ) > len(shown)


def test_of_a_pair_too_far_apart_the_later_token_is_kept() -> None:
    words = [token(f" word{i}", i) for i in range(12)]
    shown = around(words, 0, 11, 4.0)
    assert shown.stop == 12
    assert shown.start > 0


def test_ranked_scores_are_brighter_where_they_are_higher_below_zero_too() -> None:
    scores = numbers([[-50.0, -1.0, 0.0], [-9.0, 4.0, -20.0], [1.0, -30.0, 2.0]])
    grid = AttentionGrid(
        [token(str(i), i) for i in range(3)], scores, "scores", masked=False, ranked=True
    )
    assert (
        np.argsort(grid.cells.colours.sum(axis=1)).tolist()
        == np.argsort(scores.array.ravel()).tolist()
    )


def test_seven_heads_are_named_by_publications() -> None:
    named = published.named_induction_heads()
    assert len(named) == len(set(named)) == 7
    assert all(published.induction_sources(*head) for head in named)
    assert not published.induction_sources(4, 11)
    assert {
        published.authors(source) for head in named for source in published.induction_sources(*head)
    } == {"Wang et al.", "McDougall"}
