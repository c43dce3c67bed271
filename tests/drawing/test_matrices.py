"""Windows onto arrays: what is shown, what is left out, and that no interpolated number is ever
written."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import VGroup

from gptviz import maths
from gptviz.drawing.arrays.matrices import EmbeddingColumn, NumberMatrix, ResidualArray
from gptviz.drawing.arrays.products import DotProduct, MatVec
from gptviz.drawing.arrays.windows import slots
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Appear, Dim, Glide, Light
from gptviz.recording.address import Given
from gptviz.recording.number import Computed, Derived
from tests.drawing.samples import number, numbers, tokens

RANDOM = np.random.default_rng(1)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.data())
def test_what_is_shown_and_what_is_left_out_add_up(length: int, data: st.DataObject) -> None:
    rule = data.draw(
        st.one_of(
            st.tuples(st.integers(0, 9), st.integers(0, 9)),
            st.lists(st.integers(0, length - 1), min_size=1),
        )
    )
    places = slots(length, rule, "rows")
    shown = [place.index for place in places if place.index is not None]
    hidden = sum(float(place.hidden) for place in places if place.hidden is not None)
    assert len(shown) + hidden == length and shown == sorted(shown)
    if isinstance(rule, tuple) and sum(rule) < length:
        assert shown == [*range(rule[0]), *range(length - rule[1], length)]


def test_the_rest_of_a_longer_axis_is_derived() -> None:
    last = slots(20, (3, 0), "columns", number(768))[-1].hidden
    assert isinstance(last, Derived) and float(last) == 765 and last.address.look_up(Given()) == 765
    with pytest.raises(IndexError):
        slots(5, [7], "rows")


def test_numerals_are_the_entries_and_cells_the_tints() -> None:
    array = RANDOM.normal(size=(50, 60))
    matrix = NumberMatrix(numbers(array), (3, 1), [0, 5, 59], "weights", "+.2f")
    shown = array[np.ix_([0, 1, 2, 49], [0, 5, 59])].ravel()
    assert [float(run.number) for run in matrix.runs] == pytest.approx(shown)
    assert [run.number.place.index for run in matrix.runs[:2]] == [(0, 0), (0, 5)]
    share = np.clip(shown / np.abs(shown).max(), -1, 1) * 0.55
    assert np.allclose(matrix.cells.colours, theme.diverging(share, 1.0))
    text = " ".join(part.text for part in matrix.gaps.get_family() if hasattr(part, "text"))
    assert "46" in text and "4" in text and "53" in text


def test_numerals_end_in_one_column_and_stand_on_one_line() -> None:
    matrix = NumberMatrix(numbers([[-1.25, 100.5], [3.0, 7.125]]), (2, 0), (2, 0), spec=".1f")
    ends = np.array([run.baseline("right") for run in matrix.runs]).reshape(2, 2, 3)
    assert np.allclose(ends[0, :, 1], ends[0, 0, 1]) and np.allclose(ends[:, 1, 0], ends[0, 1, 0])


def test_a_lifted_row_lies_on_its_row_wherever_the_matrix_is() -> None:
    matrix = (
        NumberMatrix(numbers(RANDOM.normal(size=(9, 9))), (4, 1), (4, 1))
        .scale(0.8)
        .shift((1.5, -0.5, 0))
    )
    row = matrix.lift_row(2)
    for column in (0, 3, 8):
        assert np.allclose(
            row.entry(0, column).baseline(), matrix.entry(2, column).baseline(), atol=1e-6
        )
    column = matrix.lift_column(8)
    assert np.allclose(column.entry(3, 0).baseline(), matrix.entry(3, 8).baseline(), atol=1e-6)
    frame = matrix.outline(row=2)
    assert (
        frame.get_left()[0] < row.cells.get_left()[0]
        and frame.get_right()[0] > row.cells.get_right()[0]
    )


def test_long_tokens_keep_off_one_another_in_the_residual_array() -> None:
    array = ResidualArray(numbers(RANDOM.normal(size=(7, 64))), tokens(7), (3, 1), (5, 1))
    labels = [label for label in array.column_labels]
    for left, right in zip(labels, labels[1:], strict=False):
        assert left.get_right()[0] < right.get_left()[0]


def test_no_interpolated_number_is_written_while_shapes_glide() -> None:
    first, second = RANDOM.normal(size=(3, 3)), RANDOM.normal(size=(3, 3))
    matrix = NumberMatrix(numbers(first), (3, 0), (3, 0), limit=3.0)
    before = [run.text for run in matrix.runs]
    glide = Glide(matrix, lambda: matrix.set_values(numbers(second)))
    glide.begin()
    after = [format(number(value), "+.2f") for value in second.ravel()]
    start = matrix.cells.colours.copy()
    for alpha in np.linspace(0, 1, 41):
        glide.interpolate(alpha)
        for run, old, new in zip(matrix.runs, before, after, strict=True):
            assert run.text in (old, new)
        if alpha == 0.5:
            assert not np.allclose(matrix.cells.colours, start)
    assert [run.text for run in matrix.runs] == after and all(
        run.fill_rgbas[0][3] == 1 for run in matrix.runs
    )


def test_motions_leave_groups_whole_and_light_what_they_dimmed() -> None:
    from manim import Scene, tempconfig

    column = EmbeddingColumn(numbers(RANDOM.normal(size=30)), (3, 1))
    column.cells.set_opacity(0.6)
    group = VGroup(column)
    with tempconfig(
        {
            "dry_run": True,
            "pixel_width": 96,
            "pixel_height": 54,
            "frame_rate": 10,
            "progress_bar": "none",
        }
    ):
        scene = Scene()
        scene.add(group)
        scene.play(Appear(column.brackets, run_time=0.2))
        assert scene.mobjects == [group]
        scene.play(Dim(column, run_time=0.2))
        assert column.cells[0].fill_rgbas[0][3] == pytest.approx(0.6 * theme.DIM)
        scene.play(Dim(column, run_time=0.2))  # twice dims no deeper
        assert column.cells[0].fill_rgbas[0][3] == pytest.approx(0.6 * theme.DIM)
        scene.play(Light(column, run_time=0.2))
        assert column.cells[0].fill_rgbas[0][3] == pytest.approx(0.6) and scene.mobjects == [group]


def test_a_dot_product_is_spelled_out() -> None:
    weights, data = RANDOM.normal(size=40), RANDOM.normal(size=40)
    dot = DotProduct(numbers(weights, "w"), numbers(data, "x"), (5, 2), number(0.5))
    assert float(dot.result.number) == pytest.approx(weights @ data + 0.5)
    products = [float(run.number) for run in dot.lines[2].runs]
    assert products == pytest.approx((weights * data)[[0, 1, 2, 3, 4, 38, 39]], abs=0.01)
    written = [
        [float(run.text.replace("\u2212", "-")) for run in dot.lines[i].runs] for i in (2, 3)
    ]
    climbed = 0.5 + np.cumsum(written[0][:5])
    assert climbed == pytest.approx(written[1][:5]), "what is written adds up, term by term"
    shown = [run.number for line in dot.lines for run in line.runs]
    derived = [each for each in shown if isinstance(each, Derived)]
    assert len(derived) >= len(products)
    for each in derived:
        assert each.address.look_up(Given()) == pytest.approx(float(each))
    alphas = [run.fill_rgbas[0][3] for run in dot.set_progress(3.5).lines[3].runs]
    assert alphas == [1, 1, 1, 0.5, 0, 0, 0]


def test_a_matrix_times_a_vector_gives_its_results_row_by_row() -> None:
    weights, data = RANDOM.normal(size=(20, 30)), RANDOM.normal(size=30)
    both = MatVec(numbers(weights), numbers(data), numbers(weights @ data), (4, 1), (3, 1))
    assert both.terms == 5 and float(both.result.runs[-1].number) == pytest.approx(
        weights[19] @ data
    )
    both.shift((1.0, 0.5, 0))
    assert both.result_center(4)[1] == pytest.approx(both.matrix.center_of(row=19)[1])
    assert [run.fill_rgbas[0][3] for run in both.set_progress(2).result.runs] == [1, 1, 0, 0, 0]


def test_computed_arrays_keep_their_formula_through_slices() -> None:
    a, b = RANDOM.normal(size=6), RANDOM.normal(size=6)
    products = Computed(maths.products, numbers(a), numbers(b))
    entry = products[None, 2:].transposed()[1, 0]
    assert (
        isinstance(entry, Derived)
        and float(entry) == pytest.approx(a[3] * b[3])
        and entry.pick == (3,)
    )
