"""A picture that is turned shows the drawn distance first and the true one last; lists and lines
stand as told."""

from __future__ import annotations

import numpy as np
import pytest

from gptviz.drawing.arrays.strips import chained
from gptviz.drawing.base import theme
from gptviz.drawing.vectors.cosines import CosineLine
from gptviz.drawing.vectors.space import VectorSpace3D
from gptviz.drawing.vectors.unfolding import Unfolding, sides, unfolding_space
from gptviz.drawing.vectors.viewpoints import clear_view, ride, rightward
from gptviz.drawing.vectors.wordlists import NearTable, PlaceTable, WordLine
from gptviz.recording.number import Setting, Word
from tests.drawing.samples import numbers

RNG = np.random.default_rng(5)
WHOLE = RNG.normal(size=(7, 12))
DIRECTIONS = np.linalg.qr(RNG.normal(size=(12, 3)))[0]
DRAWN = WHOLE @ DIRECTIONS
WORDS = [Word(f"word{letter}", "x") for letter in "abcdefg"]


def gaps(places: np.ndarray) -> np.ndarray:
    return np.linalg.norm(places[:, None] - places[None], axis=2)


def test_the_turn_begins_with_the_picture_and_ends_with_the_true_distance() -> None:
    turned = Unfolding(numbers(WHOLE), numbers(DRAWN), np.ones(3), (2, 5))
    np.testing.assert_allclose(gaps(turned.at(0)), gaps(DRAWN), atol=1e-5)
    assert turned.level[2] == pytest.approx(0, abs=1e-9)
    apart = [gaps(turned.at(share))[2, 5] for share in (0, 0.3, 0.7, 1)]
    assert apart == sorted(apart)
    assert apart[-1] == pytest.approx(gaps(WHOLE)[2, 5], rel=1e-5)
    assert (gaps(turned.at(1)) <= gaps(WHOLE) + 1e-5).all(), (
        "no picture shows more than the true distance"
    )
    np.testing.assert_allclose(turned.at(1)[[2, 5]].sum(axis=0), 0, atol=1e-5)


def test_the_space_is_made_so_that_the_two_end_level_and_inside() -> None:
    cloud = numbers(RNG.normal(size=(200, 3)))
    box, turned, specks = unfolding_space(WORDS, numbers(WHOLE), numbers(DRAWN), cloud, (2, 5), 6.0)
    box.points_3d = turned.at(1)
    flat, _ = box.project(box.points_3d)
    assert flat[5, 0] > 0 > flat[2, 0] > -6
    assert flat[2, 1] == pytest.approx(flat[5, 1], abs=1e-3)
    assert len(specks) == 198


def test_words_of_one_group_only_stand_on_its_side() -> None:
    groups = [(WORDS[0], WORDS[1:3]), (WORDS[3], [WORDS[4], WORDS[2]]), (WORDS[5], [WORDS[6]])]
    assert sides(WORDS, groups, (WORDS[1], WORDS[4])) == {0: (1, 4), 3: (4, 1)}


def test_a_ride_takes_names_to_their_new_places_and_turns_to_the_right() -> None:
    box = VectorSpace3D(WORDS, numbers(DRAWN))
    turn, names = clear_view(box, [0, 1, 2])
    before = box.azimuth
    motion = ride(box, {0: [0.0, 0.9]}, names, turn)
    motion.begin()
    np.testing.assert_allclose(box._offsets[0], [0.0, 0.9])
    motion.interpolate_mobject(1.0)
    np.testing.assert_allclose(box._offsets[0], names[0])
    assert box.azimuth == pytest.approx(before + turn)
    box.look(box.azimuth + rightward(box, np.array([1.0, 2.0, 0.0])), 0.0)
    assert box.project(np.array([1.0, 2.0, 0.0]))[0][0, 0] > 0
    assert abs(box.project(np.array([1.0, 2.0, 0.0]))[1][0]) < 1e-9


def test_the_mark_and_the_angle_say_the_same() -> None:
    line = CosineLine([(Setting(value, "end"), "") for value in (-1.0, 0.0, 1.0)], -5.0, 10.0, 0.0)
    line.run(0.5).finish()
    assert line.mark.get_center()[0] == pytest.approx(2.5)
    first, second = (
        arrow.points[np.argmax(np.linalg.norm(arrow.points - [-5.95, 0, 0], axis=1))]
        - [-5.95, 0, 0]
        for arrow in line.angle
    )
    assert first @ second / np.linalg.norm(first) / np.linalg.norm(second) == pytest.approx(
        0.5, abs=1e-6
    )


def test_pairs_stand_side_by_side() -> None:
    for second in (("c", "d"), ("a", "c"), ("d", "b"), ("b", "a")):
        order = "".join(chained("abcd", ("a", "b"), second))
        assert sorted(order) == list("abcd")
        assert all(
            "".join(pair) in order or "".join(pair[::-1]) in order for pair in (("a", "b"), second)
        )


def test_lists_keep_to_their_columns_and_leave_out_what_has_no_room() -> None:
    value = numbers(np.array([0.5, 3.0]))
    table = NearTable(
        WORDS[0],
        [(WORDS[1], [value[0]]), (WORDS[2], [value[1]])],
        ["cosine"],
        0.0,
        4.0,
        bright=[WORDS[2]],
    )
    assert len(table) == 3
    assert table[2][0].first.get_fill_color().to_hex() == theme.FOCUS
    assert len(PlaceTable(WORDS[0], [(WORDS[1], value[1], value[0])], [WORDS[2]], value[1])) == 3
    assert len(WordLine(WORDS[0], WORDS[1:] * 3, 0.0, 4.0, 0.0)) < 8
