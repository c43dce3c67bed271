"""The board of a text that a model learns from: bars true to the losses, tokens that arrive, bars
too long to draw."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from gptviz.drawing.base import theme
from gptviz.drawing.model.learning import BARS, LONGEST, WIDE, Board, Slope
from gptviz.recording.store import Store

STORE = Store(Path(__file__).resolve().parents[2] / "recordings")


def recordings() -> tuple[Any, Any]:
    positions, step = (STORE.read("mini", "every_position", need) for need in ("positions", "step"))
    return cast(Any, positions), cast(Any, step)


def lengths(board: Board) -> np.ndarray:
    return np.array([np.ptp(bar.points[:, 1]) for bar in board.bars])


def test_bars_are_as_long_as_the_losses() -> None:
    positions, step = recordings()
    board = Board(positions, step.after)
    board.grow(board.bars, 1.0)
    losses = np.array([float(each.loss) for each in positions.predictions])
    assert np.allclose(lengths(board) / lengths(board).max(), losses / losses.max())
    board.set_predictions(step.after)
    after = np.array([float(each.loss) for each in step.after])
    assert (
        np.allclose(lengths(board) / LONGEST, after / losses.max()) and not board.broken.submobjects
    )


def test_true_tokens_come_from_the_next_column_to_their_own() -> None:
    positions, step = recordings()
    board = Board(positions, step.after)
    board.slide(board.true, 0.0)
    assert board.true[0].baseline("center")[0] == pytest.approx(
        board.boxes[1].text.baseline("center")[0], abs=1e-6
    )
    board.slide(board.true, 1.0)
    assert np.allclose(board.true[0].baseline("center")[:2], [board.x[0], WIDE[2] - 0.08])


def test_a_bar_that_has_no_room_is_broken() -> None:
    positions, step = recordings()
    board = Board(positions, step.after)
    far = [replace(each, prefix="after_") for each in step.after]
    board._scale *= 40
    board.set_predictions(far)
    assert lengths(board).max() <= LONGEST + 1e-9 and len(board.broken) > 1
    assert min(bar.points[:, 1].min() for bar in board.bars) >= BARS - LONGEST - 1e-9


def test_a_weight_rolls_down_its_slope() -> None:
    _, step = recordings()
    hill = Slope(step)
    start = hill.ball.get_center().copy()
    hill.set_rolled(1.0)
    way = hill.ball.get_center() - start
    assert way[1] < 0 and (way[0] > 0) == (float(step.weight_after) > float(step.weight_before))
    assert hill.width < theme.RIGHT_EDGE - theme.LEFT_EDGE
