"""Swarms of dots, analogies, words in order, pairs of words, shadows: places against the numbers
they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from gptviz import maths
from gptviz.drawing.arrays.strips import Strips
from gptviz.drawing.base import theme
from gptviz.drawing.vectors.analogy import AnalogyPlane, ArrowAngle, SignedBars
from gptviz.drawing.vectors.ordered import OrderedWords, PairRows
from gptviz.drawing.vectors.shadows import RulerPlane
from gptviz.drawing.vectors.space import VectorSpace3D
from gptviz.drawing.vectors.swarm import Swarm
from gptviz.recording.address import Place
from gptviz.recording.number import Number, Numbers, Word, derive


def numbers(values: object) -> Numbers:
    return Numbers(np.asarray(values, dtype=np.float64), Place.tensor("test", "values"))


def squares(shape: object) -> int:
    return len(shape.points) // 16  # type: ignore[attr-defined]


def test_a_swarm_has_a_dot_for_each_value_on_its_side_of_the_bound() -> None:
    values = np.random.default_rng(3).normal(0.1, 0.5, 500)
    values[:3] = [0.0, 1e-9, -1e-9]  # zero itself is not ahead
    swarm = Swarm(values, 10.0, 3.0, -2.0, 2.0)
    assert squares(swarm.wrong) == int((values <= 0).sum()) and squares(swarm.right) == int(
        (values > 0).sum()
    )
    assert swarm.set_arrived(0.0).right.points.size == 0
    swarm.set_arrived(1.0)
    assert squares(swarm.wrong) + squares(swarm.right) == 500


def test_dots_of_a_swarm_lie_near_their_values_and_on_no_other_dot() -> None:
    values = np.random.default_rng(4).normal(0, 0.6, 300)
    swarm = Swarm(values, 10.0, 3.0, -3.0, 3.0)
    places = np.array([swarm.place_of(i)[:2] for i in range(len(values))])
    wanted = np.array([swarm.x_of(v) for v in values])
    assert np.abs(places[:, 0] - wanted).max() <= swarm.pitch / 2 + 1e-9
    assert len(np.unique(np.round(places, 6), axis=0)) == len(values)
    assert places[:, 1].max() < 3.0


def test_a_swarm_moved_keeps_its_marks_and_dots_together() -> None:
    swarm = Swarm([0.25, 0.75], 10.0, 2.0, 0.0, 1.0).shift(np.array([1.0, -2.0, 0.0]))
    label = swarm.mark(Number(0.5, Place.tensor("test", "values", 0)), ".1f")
    assert label.get_center()[0] == pytest.approx(1.0, abs=0.05) and label.get_top()[1] < -2.0
    assert swarm.place_of(1)[0] - swarm.place_of(0)[0] == pytest.approx(5.0, abs=swarm.pitch)


def test_words_in_order_stand_at_the_heights_of_their_values() -> None:
    chart = OrderedWords(
        [Word(w, "test#request.w") for w in ("one", "two", "three")],
        numbers([1.0, 3.0, 2.0]),
        9.0,
        4.0,
        0.0,
        4.0,
    )
    assert np.allclose(chart.glide_state(), [-1.0, 1.0, 0.0])
    chart.set_values(numbers([4.0, 0.0, 2.0]))
    assert np.allclose(chart.glide_state(), [2.0, -2.0, 0.0])
    assert [numeral.text for numeral in chart.numerals] == ["4.00", "0.00", "2.00"]


def test_an_arrow_that_runs_back_is_wrong() -> None:
    def word(text: str) -> Word:
        return Word(text, "test#request.w")

    ahead, back = (
        (Number(0.2, Place.tensor("t", "v", 0)), Number(0.9, Place.tensor("t", "v", 1))),
        (Number(0.4, Place.tensor("t", "v", 2)), Number(-0.3, Place.tensor("t", "v", 3))),
    )
    rows = PairRows(
        [(word("dog"), word("dogs"), *ahead), (word("toward"), word("towards"), *back)], 6.0
    )
    right, wrong = (row[0] for row in rows.rows)
    assert np.allclose(right.fill_rgbas[0][:3], theme.rgb(theme.DATA_HIGH))
    assert np.allclose(wrong.fill_rgbas[0][:3], theme.rgb(theme.WRONG))
    scale = 6.0 / 1.2
    assert right.width == pytest.approx(0.7 * scale) and wrong.width == pytest.approx(0.7 * scale)


def test_two_words_and_their_difference_keep_lengths_and_angle() -> None:
    names = (Word("cat", "t#request.a"), Word("cats", "t#request.b"))
    along, across = (
        (Number(-0.5, Place.tensor("t", "v", 0)), Number(0.7, Place.tensor("t", "v", 1))),
        (Number(2.0, Place.tensor("t", "v", 2)),) * 2,
    )
    plane = RulerPlane(names, along, across).move([1.0, 0.5, 0.0])
    zero = plane.on_screen((0.0, 0.0))
    tips = [
        arrow.shape.points[np.argmax(arrow.shape.points[:, 1])]
        for arrow in (plane.first, plane.second)
    ]
    for tip, x in zip(tips, along, strict=True):
        assert np.allclose((tip - zero)[:2] / plane.unit, [float(x), 2.0], atol=0.02)
    assert plane.difference.shape.width == pytest.approx(1.2 * plane.unit, rel=1e-3)


def test_strips_colour_each_component_by_its_sign() -> None:
    strip = Strips([np.array([-1.0, 1.0, 0.0])], [Word("cat", "t#request.a")], 3.0, 0.4).bars[0]
    blue, orange, none = strip.colours
    assert (
        blue[2] > blue[0] and orange[0] > orange[2] and np.allclose(none, theme.rgb(theme.GROUND))
    )


def test_an_arrow_carried_over_keeps_its_length_and_direction() -> None:
    places = {
        "a": [-1.6, -1.2],
        "b": [1.5, -0.6],
        "c": [1.6, 0.5],
        "d": [-1.5, 1.2],
        "landing": [-1.5, -0.1],
    }
    names = {part: Word(part, "t#request.w") for part in "abcd"}
    plane = AnalogyPlane(places, names).move([-3.0, 0.5, 0.0])
    motion = plane.carry_over()
    motion.begin()
    motion.interpolate(1.0)
    way = np.subtract(places["c"], places["b"])
    assert np.allclose(plane.carried.end - plane.carried.start, way) and np.allclose(
        plane.carried.start, places["a"]
    )
    spot = plane.spots["a"][0].get_center()
    assert np.allclose(spot, plane.on_screen(places["a"]), atol=1e-6)
    assert np.allclose(
        (plane.on_screen(places["d"]) - plane.on_screen(places["a"]))[:2] / plane.unit, [0.1, 2.4]
    )


def test_signed_bars_grow_from_zero_to_their_own_side() -> None:
    numbers_ = [
        Number(value, Place.tensor("t", "v", i)) for i, value in enumerate((0.6, 0.3, -0.2))
    ]
    words = [Word(text, "t#request.w") for text in ("girl", "aunt", "mother")]
    bars = SignedBars(
        [("label", number, word, True) for number, word in zip(numbers_, words, strict=True)]
    )
    first, second, last = (entry[0] for entry in bars.entries)
    assert first.get_left()[0] == pytest.approx(bars.zero) and last.get_right()[0] == pytest.approx(
        bars.zero
    )
    assert first.width / second.width == pytest.approx(
        2.0
    ) and first.width / last.width == pytest.approx(3.0)


def test_signed_bars_that_share_limits_share_a_scale() -> None:
    word = Word("aunt", "t#request.w")
    few, many = (
        [
            ("label", Number(value, Place.tensor("t", "v", i)), word, True)
            for i, value in enumerate(values)
        ]
        for values in ((0.3,), (0.6, -0.2))
    )
    one, other = (SignedBars(rows, limits=(-0.2, 0.6)) for rows in (few, many))
    assert one.zero == pytest.approx(other.zero)
    assert other.entries[0][0].width / one.entries[0][0].width == pytest.approx(2.0)


def test_an_angle_of_arrows_is_drawn_true_wide_or_narrow() -> None:
    for cosine in (0.45, -0.3):
        degrees = derive(maths.angle, Number(cosine, Place.tensor("t", "v")))
        pair = ArrowAngle(
            ("one", "other"),
            (Number(1.7, Place.tensor("t", "v")), Number(3.2, Place.tensor("t", "v"))),
            degrees,
        )
        ways = [arrow.end - arrow.start for arrow in (pair.first, pair.second)]
        lengths = [np.linalg.norm(way) for way in ways]
        assert ways[0] @ ways[1] / (lengths[0] * lengths[1]) == pytest.approx(cosine)
        assert lengths == pytest.approx([1.7, 3.2])
        assert pair.width <= 5.0 + 1e-6 and pair.height <= 3.2 + 1e-6


def test_names_stay_at_the_tips_of_a_space_that_was_moved() -> None:
    names = [Word(text, "t#request.w") for text in ("tower", "cat")]
    still, moved = (
        VectorSpace3D(names, numbers([[1.0, 0.2, 0.5], [-0.5, 1.0, -0.3]])) for _ in range(2)
    )
    moved.shift(np.array([-2.0, 0.5, 0.0]))
    for space in (still, moved):
        space.look(70.0, 10.0)
    for one, other in zip(still.labels, moved.labels, strict=True):
        assert np.allclose(other.baseline() - one.baseline(), [-2.0, 0.5, 0.0], atol=1e-6)
