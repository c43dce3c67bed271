"""What is carried: rows that turn, bars that merge, sums that climb, flow along arcs."""

from __future__ import annotations

import numpy as np
import pytest
from manim import ArcBetweenPoints

from gptviz import maths
from gptviz.drawing.arrays.climbing import RunningSum
from gptviz.drawing.arrays.matrices import NumberMatrix
from gptviz.drawing.arrays.turning import TurningRow
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words
from gptviz.drawing.base.whole import adding_up
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.drawing.chances.merging import MergedBars
from gptviz.drawing.heads.flowing import Flow
from gptviz.errors import GptvizError, NotFinite
from gptviz.recording.number import derive_each
from tests.drawing.samples import number, numbers, tokens


def cell_boxes(row: TurningRow) -> np.ndarray:
    return row.cells._boxes


@pytest.mark.parametrize("columns", [1, 2, 7])
def test_a_row_turns_without_a_cell_on_another_and_comes_home(columns: int) -> None:
    values = np.random.default_rng(0).normal(size=(3, columns))
    matrix = NumberMatrix(numbers(values), (3, 0), (4, 1)).shift((1.0, 2.0, 0.0)).scale(0.8)
    row = TurningRow(matrix, 1)
    before = [(run.get_all_points().copy(), run.pieces) for run in row._texts]
    inside = matrix.entry(1, 0)
    assert np.allclose(row._texts[0].points, inside.points)
    for turned in np.linspace(0, 1, 25):
        row.set_state([0, 0, 0], float(turned), 0.5)
        boxes = cell_boxes(row)
        assert np.allclose((boxes[:, :2].min(axis=0) + boxes[:, 2:].max(axis=0)) / 2, 0, atol=1.1)
        for i in range(len(boxes)):
            for j in range(i):
                reach = np.minimum(boxes[i, 2:], boxes[j, 2:]) - np.maximum(
                    boxes[i, :2], boxes[j, :2]
                )
                assert not (reach > 1e-6).all()
    upright = cell_boxes(row)
    assert np.ptp(upright[:, 0]) < 1e-6 and (np.diff(upright[:, 1]) < 0).all()
    row.set_state(row.home, 0, 0)
    assert all(
        np.allclose(run.get_all_points(), points) and run.pieces is known
        for run, (points, known) in zip(row._texts, before, strict=True)
    )


def merged(logits: list[float], rest: float) -> tuple[ProbabilityBars, MergedBars, list[float]]:
    powers = np.exp(np.array(logits))
    bars = ProbabilityBars(
        tokens(len(logits)),
        derive_each(maths.powers, numbers(logits), number(0.0)),
        number(rest),
        Words("rest"),
        unit=0.7,
        spec=".2f",
    )
    plain = [*powers, rest]
    return bars, MergedBars(bars, (-6.0, -2.0), 9.0), [float(p) / sum(plain) for p in plain]


def test_bars_become_one_strip_of_length_one_and_its_shares_their_rows() -> None:
    bars, strip, shares = merged([0.0, -1.0, -2.0], 4.0)
    lengths = [row.bar.length for row in bars.rows]
    strip.set_laid(1.0)
    assert np.allclose([row.bar.length for row in bars.rows], lengths)  # they fly, unchanged
    strip.set_shrunk(1.0)
    ends = [(row.bar.points[:, 0].min(), row.bar.points[:, 0].max()) for row in bars.rows]
    assert ends[0][0] == pytest.approx(-6.0) and ends[-1][1] == pytest.approx(3.0)
    assert all(a[1] == pytest.approx(b[0]) for a, b in zip(ends, ends[1:], strict=False))
    assert np.allclose([b - a for a, b in ends], np.array(shares) * 9.0)
    strip.set_one(4.5)  # seen from farther: the same shares
    assert np.allclose([row.bar.length for row in bars.rows], np.array(shares) * 4.5)
    assert strip.frame.width == pytest.approx(4.5 + 0.1)
    strip.set_one(9.0)
    after = [number(share) for share in shares]
    written = adding_up(after, ".1%")
    motion = strip.fall(after[:3], after[3])
    motion.begin()
    seen = set()
    for moment in np.linspace(0, 1, 11):
        motion.interpolate(float(moment))
        seen |= {(row.share.text, row.share.number in written) for row in bars.rows}
    assert all(text.endswith("%") == new for text, new in seen)  # no power is written as a share
    assert np.allclose([row.bar.length for row in bars.rows], np.array(shares) * 9.0)
    assert [row.share.number for row in bars.rows] == written
    with pytest.raises(GptvizError, match="not the shares"):
        strip.fall([number(0.5)] * 3, number(0.5))


def test_a_sum_is_written_only_when_it_was_reached() -> None:
    terms = np.random.default_rng(1).normal(size=576)
    sums = numbers(np.cumsum(terms) + 0.5)
    chart = RunningSum(sums, number(0.5))
    reached = {format(value, "+.3f") for value in sums} | {"+0.500"}
    for done in np.linspace(0, 576, 101):
        chart.set_progress(float(done))
        assert chart.numeral.text in reached
    assert chart.numeral.number == sums[-1]
    middle = chart.numeral.baseline()[1] + 0.363 * theme.units(40)
    assert chart.pointer.points[0, 1] == pytest.approx(middle)
    drawn = (len(chart.up.points) + len(chart.down.points)) // 16
    assert (
        drawn == 576 and len(chart.up.points) // 16 == (np.diff(sums.array, prepend=0.5) >= 0).sum()
    )


@pytest.mark.parametrize("count", [1, 10_000])
def test_a_sum_of_one_term_or_of_ten_thousand_is_drawn(count: int) -> None:
    chart = RunningSum(numbers(np.ones(count).cumsum()))
    chart.set_progress(0)
    assert chart.numeral.fill_rgbas[0, 3] == 0  # nothing is reached
    chart.set_progress(count)
    assert float(chart.numeral.number) == count
    assert chart.up.points[:, 1].max() <= 2.31


def test_what_flows_is_thicker_by_weight_and_leaves_nothing_behind() -> None:
    arcs = [ArcBetweenPoints(np.array([x, 0, 0]), np.array([4.0, 0, 0])) for x in (-1.0, 0.0, 1.0)]
    flow = Flow(arcs, [0.9, 0.3, 0.001], backwards=True)
    assert len(flow.points) == 0
    flow.set_progress(0.1)
    start = flow.points[:, :2]
    assert np.linalg.norm(start - [4.0, 0.0], axis=1).min() < 0.3  # it leaves where the arcs end
    flow.set_progress(0.6)
    strips = flow.points.reshape(2, -1, 3)  # of the third nothing flows
    areas = [
        0.5 * abs(np.sum(s[::4, 0] * np.roll(s[::4, 1], -1) - np.roll(s[::4, 0], -1) * s[::4, 1]))
        for s in strips
    ]
    assert areas[0] > 1.5 * areas[1]
    flow.set_progress(1.0)
    assert len(flow.points) == 0
    assert len(Flow([], []).set_progress(0.5).points) == 0


def test_what_cannot_be_carried_is_refused_in_a_line() -> None:
    arc = ArcBetweenPoints(np.zeros(3), np.array([1.0, 0, 0]))
    for wrong, kind in (
        (lambda: Flow([arc], [np.nan]), NotFinite),
        (lambda: Flow([arc], [0.5, 0.5]), GptvizError),
        (lambda: RunningSum(numbers([])), GptvizError),
        (lambda: RunningSum(numbers([1.0, np.inf])), NotFinite),
        (lambda: MergedBars(ProbabilityBars([], []), (0, 0), 1), GptvizError),
        (lambda: MergedBars(ProbabilityBars(tokens(1), [number(0.0)]), (0, 0), 1), GptvizError),
    ):
        with pytest.raises(kind) as told:
            wrong()
        assert "\n" not in str(told.value)
