"""The weight picture on screen: pixels against bytes, stripes against numpy, the curve of the byte
against its rule."""

from __future__ import annotations

import numpy as np
import pytest

from gptviz import maths
from gptviz.drawing.arrays.bytes import TURNS, ByteChart
from gptviz.drawing.base import theme
from gptviz.drawing.model.by_layer import LayerChart
from gptviz.drawing.model.stack import WeightStack, times_as_bright, whole_pixels
from gptviz.drawing.model.weight_legends import averaged
from gptviz.recording.address import Given
from gptviz.recording.number import Numbers
from tests.drawing.samples import number, numbers
from tests.drawing.test_pixels import colour_at, photograph

RANDOM = np.random.default_rng(6)
BOX = (-6.0, -2.0, 4.0, 2.0)


def sizes(layers: int, heads: int, rows: int = 4, columns: int = 5) -> np.ndarray:
    return RANDOM.integers(0, 256, (layers * rows, 3 * heads * columns)).astype(np.uint8)


def middle(box: tuple[float, float, float, float]) -> np.ndarray:
    return np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 0])


@pytest.mark.parametrize(("layers", "heads"), [(2, 3), (12, 12), (24, 16)])
def test_every_stripe_stands_where_its_head_is_and_only_the_others_are_dimmed(
    layers: int, heads: int
) -> None:
    per_stripe = RANDOM.integers(60, 256, (layers, 3, heads))
    flat = np.repeat(np.repeat(per_stripe.reshape(layers, 3 * heads), 4, axis=0), 5, axis=1).astype(
        np.uint8
    )
    stack = WeightStack(
        flat, layers, heads, whole_pixels(-6, 2, 12, 4, layers, 3 * heads), (20.0, 200.0)
    )
    lit = (layers - 1, 1, heads - 1)
    stack.set_lit(stack.lit_but(lit))
    picture = photograph(stack, width=1920, height=1080)
    ground = theme.rgb(theme.GROUND)
    for layer, part, head in [lit, (0, 0, 0), (0, 2, heads - 1), (layers - 1, 0, heads // 2)]:
        colour = theme.sequential(per_stripe[layer, part, head], 20, 200)
        share = 1.0 if (layer, part, head) == lit else theme.DIM
        seen = colour_at(picture, middle(stack.box(layer, part, head)))
        assert seen == pytest.approx(ground + (colour - ground) * share, abs=0.01)


def test_a_box_of_whole_pixels_gives_floors_and_stripes_as_many_pixels_each() -> None:
    left, bottom, right, top = whole_pixels(-6.15, 2.42, 12.3, 4.68, 12, 36)
    for length, parts in ((right - left, 36), (top - bottom, 12)):
        pixels = length / parts * 1080 / theme.HEIGHT
        assert pixels == pytest.approx(round(pixels)) and pixels > 20
    assert (left + right) / 2 == pytest.approx(0) and top == 2.42


def test_marks_cover_what_they_stand_for_even_when_they_are_coarser() -> None:
    flat = np.full((24, 36), 40, dtype=np.uint8)
    marks = np.zeros((2, 3))
    marks[1, 2] = 1.0
    stack = WeightStack(flat, 2, 1, BOX).set_marks(marks).set_marked(1.0)
    picture = photograph(stack)
    assert colour_at(picture, middle(stack.box(1, 2, 0))) == pytest.approx(
        theme.rgb(theme.WRONG), abs=0.01
    )
    plain = theme.sequential(40, 0, 255)
    for place in ((0, 2, 0), (1, 1, 0)):
        assert colour_at(picture, middle(stack.box(*place))) == pytest.approx(plain, abs=0.01)


def test_how_far_a_stripe_stands_out_is_its_mean_over_that_of_the_others() -> None:
    layers, heads, rows, columns = 1, 3, 4, 5
    flat = sizes(layers, heads, rows, columns)
    ratio = times_as_bright(numbers(flat), 1, 2, heads)
    keys = flat.astype(float).reshape(rows, 3, heads, columns)[:, 1]
    assert float(ratio) == pytest.approx(keys[:, 2].mean() / keys[:, :2].mean())
    assert ratio.address.look_up(Given()) == pytest.approx(float(ratio))


def test_stripes_that_heads_share_are_there_once() -> None:
    """Six heads, two keys: six stripes of queries, two of keys, two of values."""
    layers, heads, keys, wide = 2, 6, 2, 4
    stripes = RANDOM.integers(60, 256, (layers, heads + 2 * keys)).astype(np.uint8)
    flat = np.repeat(np.repeat(stripes, 4, axis=0), wide, axis=1)
    stack = WeightStack(flat, layers, heads, BOX, (20.0, 200.0), keys)
    stack.set_lit(stack.lit_but((1, 1, 4)))  # the fifth head uses the second key
    picture, ground = photograph(stack, width=1920, height=1080), theme.rgb(theme.GROUND)
    for layer, part, head, stripe in [(1, 1, 4, 7), (1, 1, 0, 6), (0, 2, 5, 9), (1, 0, 5, 5)]:
        colour = theme.sequential(stripes[layer, stripe], 20, 200)
        share = 1.0 if stripe == 7 else theme.DIM
        seen = colour_at(picture, middle(stack.box(layer, part, head)))
        assert seen == pytest.approx(ground + (colour - ground) * share, abs=0.01)
    assert stack.box(0, 1, 3) == stack.box(0, 1, 5) != stack.box(0, 1, 2)
    assert len(stack.head_labels()) == heads
    means = stripes.astype(float)[1]
    ratio = times_as_bright(numbers(flat[4:]), 2, 1, heads, keys)
    assert float(ratio) == pytest.approx(means[8] / means[9])


def test_the_curve_of_the_byte_is_that_of_the_formula() -> None:
    chart = ByteChart(number(0.25), 0.0, 0.0, 4.0, 1.0, (0.0, 1.0), number(256)).set_progress(
        float(TURNS)
    )
    corners = chart.line.points.reshape(-1, 4, 3)
    for start, end in ((piece[0], piece[3]) for piece in corners):
        if end[0] - start[0] < 1e-9:  # where it falls to black
            continue
        at = start + (end - start) * 0.37
        assert at[1] == pytest.approx(maths.wrapped_byte(at[0] * 0.25) / 256, abs=1 / 256)
    chart.set_progress(0.5)
    assert chart.line.points[:, :2].max(axis=0) == pytest.approx([0.5, 0.5])


def test_a_series_by_layer_is_drawn_down_to_where_it_has_come_with_dots_at_recorded_values_only() -> (
    None
):
    values: Numbers = numbers([0.4, 0.1, 0.2])
    chart = LayerChart({"all": list(values)}, {"all": theme.TEXT}, [2.0, 1.0, 0.0], -1.0, 3.0)
    chart.set_progress("all", 0.75)
    assert chart.lines["all"].points[-1] == pytest.approx([chart.x_of(0.15), 0.5, 0.0])
    dots = chart.dots["all"].points.reshape(-1, 16, 3).mean(axis=1)
    assert dots[:, :2] == pytest.approx(np.array([[3.0, 2.0], [0.0, 1.0]]))


def test_single_weights_are_averaged_like_the_picture_beside_them_and_never_over_the_border_of_a_head() -> (
    None
):
    layers, heads, rows, columns = 2, 3, 8, 6
    stripes = RANDOM.integers(0, 256, (layers, 3 * heads)).astype(np.uint8)
    flat = np.repeat(np.repeat(stripes, rows, axis=0), columns, axis=1)
    large = (-6.0, -3.0, 6.0, 3.0)
    for weights in (1.0, 4.0, 20.0):
        dots = averaged(flat, weights, layers, 3 * heads, large)
        per_stripe = dots.reshape(layers, dots.shape[0] // layers, 3 * heads, -1)
        assert (per_stripe == stripes[:, None, :, None]).all()
    noise = sizes(layers, heads, rows, columns)
    assert (averaged(noise, 1.0, layers, 3 * heads, large) == noise).all()
    blocks = (
        noise.astype(float)
        .reshape(layers * rows // 2, 2, 3 * heads * columns // 2, 2)
        .mean(axis=(1, 3))
    )
    assert averaged(noise, 4.0, layers, 3 * heads, large) == pytest.approx(blocks, abs=0.5)
    small = (
        0.0,
        0.0,
        theme.units(3 * heads * columns),
        theme.units(layers * rows / 4),
    )  # four rows to a pixel
    assert averaged(noise, 1.0, layers, 3 * heads, small).shape == (
        layers * rows // 2,
        3 * heads * columns // 2,
    )


def test_a_picture_grows_from_one_recorded_state_into_another_and_arrives_exactly() -> None:
    fine, coarse = sizes(2, 3), RANDOM.integers(0, 30, (4, 18)).astype(np.uint8)
    stack = WeightStack(coarse, 2, 3, BOX, (5.0, 25.0))
    before = stack.picture.colours
    motion = stack.grow(fine, (20.0, 200.0))
    motion.begin()
    places = (np.arange(8) * 4 // 8)[:, None], np.arange(45) * 18 // 45
    assert stack.picture.colours == pytest.approx(before[places])
    motion.interpolate_mobject(1.0)
    assert stack.picture.colours == pytest.approx(
        WeightStack(fine, 2, 3, BOX, (20.0, 200.0)).picture.colours
    )


def test_where_both_bytes_are_the_same_the_one_that_stays_full_is_dashed() -> None:
    chart = ByteChart(number(0.25), 0.0, 0.0, 4.0, 1.0, (0.0, 1.0), number(256))
    pieces = chart.held[0].points.reshape(-1, 4, 3)
    starts, ends = pieces[:, 0], pieces[:, 3]
    ramp = starts[:, 0] < 1 - 1e-9
    assert starts[ramp][:, 0] == pytest.approx(starts[ramp][:, 1])
    assert 0.3 < (ends[ramp] - starts[ramp])[:, 0].sum() < 0.7  # both colours show on it
    assert ends[-1] == pytest.approx([TURNS, 1.0, 0.0])
