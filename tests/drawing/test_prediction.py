"""Draws, text that grows, merges, dials and curves: held against what was recorded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gptviz.drawing.arrays.windows import positions
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Run
from gptviz.drawing.chances.curve import Curve, Histogram
from gptviz.drawing.chances.loop import DecodeLoop, distribution
from gptviz.drawing.chances.sampling import CumulativeDraw
from gptviz.drawing.furniture.dial import Dial
from gptviz.drawing.tokens.flow import TokenFlow
from gptviz.drawing.tokens.merges import MergeTree
from gptviz.recording.number import Setting
from gptviz.recording.store import Store
from tests.drawing.samples import LONG, number, numbers, token, tokens

STORE = Store(Path(__file__).resolve().parents[2] / "recordings")


def test_every_recorded_draw_lands_in_its_interval() -> None:
    story = STORE.read("mini", "autoregression", "story")
    for step in story.steps:
        now = distribution(step, 12)
        strip = CumulativeDraw(now.tokens, now.shares, now.rest, width=10).shift((0.5, -1.0, 0))
        strip.set_draw(
            now.tokens, now.shares, now.rest, step.u, float(step.low), float(step.high), step.token
        )
        tip = strip.marker[0].points[0]
        assert tip[0] == pytest.approx(0.5 + (float(step.u) - 0.5) * 10)
        frame = strip.hit[0]
        assert frame.get_left()[0] <= tip[0] <= frame.get_right()[0]
        if float(step.rank) < 12:
            assert strip.interval(int(step.rank)) == pytest.approx(
                (float(step.low), float(step.high)), abs=1e-6
            )


def test_the_strip_is_cut_by_the_running_sum() -> None:
    shares = [number(value) for value in (0.4, 0.3, 0.2)]
    strip = CumulativeDraw(tokens(3), shares, number(0.1), width=8.0)
    assert [strip.interval(i)[1] for i in range(4)] == pytest.approx([0.4, 0.7, 0.9, 1.0])
    assert [float(end.number) for end in strip.ends] == [0.0, 1.0]
    strip.draw(number(0.55))
    strip.shift((1, 0, 0))
    sliding = strip.slide()
    sliding.begin()
    for alpha in np.linspace(0, 1, 9):
        sliding.interpolate(alpha)
        along = (strip.marker[0].points[0][0] - 1) / 8 + 0.5
        assert strip.numeral.text == f"{along:.3f}"  # it says where it stands, all the way
    assert strip.numeral.text == "0.550"
    assert strip.marker[0].points[0][0] == pytest.approx(1 + 0.05 * 8)


def test_a_loop_writes_what_was_recorded() -> None:
    story = STORE.read("mini", "autoregression", "story")
    loop = DecodeLoop(story.prompt, "a model with a name that is far too long for its box", lines=3)
    for step in story.steps:
        loop.set_step(step)
    last = story.steps[-1]
    assert [row.label.token for row in loop.bars[0].rows[:6]] == [
        last.row.token(rank) for rank in range(6)
    ]
    written = "".join(
        piece.text for run in loop.text.get_family() if isinstance(run, Run) for piece in run.pieces
    )
    assert written.replace("\u21b5", "\n").endswith("".join(story.chosen)[-30:])
    assert loop.model.width <= 3.6 and len(loop.get_family()) < 150


def test_hundreds_of_tokens_are_a_few_mobjects_within_their_width() -> None:
    words = [token(f" w{'o' * (i % 9)}", i) for i in range(400)]
    flow = TokenFlow(words, 6.0)
    runs = [part for part in flow.get_family() if isinstance(part, Run)]
    assert "".join(run.text for run in runs) == "".join(words)
    assert len(runs) < 60 and all(run.get_right()[0] <= 6.01 for run in runs)
    assert all(piece.origin in words for run in runs for piece in run.pieces)
    lines = sorted({round(float(run.baseline()[1]), 4) for run in runs})
    assert np.allclose(np.diff(lines), theme.units(theme.LABEL) * 1.5, atol=1e-3)


def test_awkward_tokens_are_written_and_lines_scroll() -> None:
    flow = TokenFlow(tokens(40), 4.0, lines=4, marks=True).shift((1, 2, 0))
    assert flow.get_right()[0] <= 5.01 and flow.get_top()[1] <= 2.01
    assert 2 - flow.bottom <= 4 * theme.units(theme.LABEL) * 1.5
    slot = flow.slot
    added = flow.append(token("x"))
    assert np.allclose(added.baseline(), slot, atol=1e-6)
    narrow = TokenFlow([token(LONG)], 2.0)
    assert narrow.tokens[0].get_right()[0] <= 2.01


def test_every_recorded_piece_has_a_tree_whose_boxes_keep_apart() -> None:
    texts = STORE.read("gpt2", "bpe_tokens", "words").texts
    seen = 0
    for piece in (piece for text in texts for piece in text.pieces):
        tree = MergeTree(piece.states[0], piece.merges)
        assert [node.token for node in tree.tops] == piece.states[-1]
        assert [float(node.rank.pieces[0].origin) for node in tree.merges if node.rank] == [
            float(merge.rank) for merge in piece.merges
        ]
        boxes = [node.box for node in [*tree.leaves, *tree.merges]]
        for i, a in enumerate(boxes):
            for b in boxes[:i]:
                apart = np.maximum(
                    a.get_corner((-1, -1, 0)) - b.get_corner((1, 1, 0)),
                    b.get_corner((-1, -1, 0)) - a.get_corner((1, 1, 0)),
                )
                assert apart[:2].max() > 0.02
        seen += len(piece.merges)
    assert seen > 10


def test_a_dial_points_where_its_setting_lies() -> None:
    dial = Dial(Setting(0, "T"), Setting(0, "low"), Setting(5, "high"), "temperature")
    for value, angle in ((0.0, 225.0), (2.5, 90.0), (5.0, -45.0)):
        dial.set_value(Setting(value, "T"))
        x, y, _ = dial.needle.points.mean(axis=0)
        assert np.degrees(np.arctan2(y, x)) % 360 == pytest.approx(angle % 360, abs=0.5)
        assert dial.numeral.text == f"{value:.2f}"


def test_curves_go_through_the_recorded_points() -> None:
    values = [number(v) for v in (1.0, 4.0, 2.0, 3.0)]
    plot = Curve(
        positions(4, "block"), {"a": values, "b": [number(2.5)] * 4}, 6.0, 3.0, low=0.0, high=6.0
    )
    plot.shift((-2, 1, 0))
    line = plot.lines["a"].points
    assert np.allclose(line[::4][:, :2], [[-2, 1.5], [0, 3.0], [2, 2.0]]) and np.allclose(
        line[-1][:2], [4, 2.5]
    )
    half = plot.set_progress(0.5).lines["a"].points
    assert np.allclose(half[-1][:2], [1.0, 2.5])  # straight between two recorded points
    plot.set_cursor(1)
    assert np.allclose(plot.cursor[0].get_center()[:2], [0, 3.0], atol=1e-6)
    ends = [
        run
        for words in plot.ends
        for run in words.get_family()
        if isinstance(run, Run) and len(run.points)
    ]
    assert ends[0].get_left()[0] > 4.0


def test_histograms_are_true_to_their_counts() -> None:
    counts, edges = np.array([1.0, 4.0, 2.0]), np.array([-1.0, 0.0, 1.0, 2.0])
    bars = Histogram(numbers(counts), numbers(edges), 6.0, 2.0, fold=True)
    heights = [
        np.ptp(part.points[16 * i : 16 * (i + 1), 1])
        for _, part in bars._parts
        for i in range(len(part.points) // 16)
    ]
    assert heights == pytest.approx([0.5, 2.0, 1.0])
    assert [float(tick.number) for tick in bars.ticks] == [-1.0, 2.0]
