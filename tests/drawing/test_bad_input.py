"""Pieces given nothing, one thing, ten thousand, NaN, or a token of 2,000 characters: drawn within
the picture's width, or refused in one line. What other tests of a piece try is not tried again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from manim import Mobject

from gptviz.drawing.arrays.matrices import NumberMatrix
from gptviz.drawing.arrays.plotted import PlottedTable
from gptviz.drawing.arrays.strips import Strips
from gptviz.drawing.arrays.turning import TurningRow
from gptviz.drawing.base import theme
from gptviz.drawing.base.frame import around
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.drawing.chances.merging import MergedBars
from gptviz.drawing.tokens.chat import Chat, ChatBubble
from gptviz.drawing.vectors.groups import WordGroups
from gptviz.drawing.vectors.swarm import Swarm
from gptviz.errors import GptvizError
from tests.drawing.samples import number, numbers, token, tokens

NAN = float("nan")
LONG = token("x" * 2000)


def bars(count: int, value: float = 0.1) -> ProbabilityBars:
    return ProbabilityBars(tokens(count), [number(value)] * count)


def turning(values: object) -> TurningRow:
    return TurningRow(NumberMatrix(numbers(values)), 0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Strips([], []),
        lambda: Strips([numbers([1.0])], ["a"]),
        lambda: Strips([numbers(np.ones(10_000))], ["a"]),
        lambda: Swarm([]),
        lambda: Swarm([0.5]),
        lambda: Swarm(np.linspace(0, 1, 10_000)),
        lambda: turning([[1.0]]),
        lambda: turning(np.ones((3, 10_000))),
        lambda: MergedBars(bars(1), (-6, -2), 9.0).set_laid(1.0),
        lambda: MergedBars(ProbabilityBars([LONG], [number(0.5)]), (-6, -2), 9.0),
        lambda: Chat([]),
        lambda: WordGroups({}),
    ],
)
def test_drawn(make: Callable[[], Mobject]) -> None:
    made = make()
    if any(len(part.points) for part in made.get_family()):
        left, bottom, right, top = around(made)
        assert np.isfinite([left, bottom, right, top]).all()
        assert right - left <= theme.WIDTH and top - bottom <= theme.HEIGHT


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: PlottedTable(["a"], [number(NAN)]), r"\[0\] is nan"),
        (lambda: Swarm([0.5, NAN]), r"\[1\] is nan"),
        (lambda: turning([[1.0, NAN]]), r"\[0, 1\] is nan"),
        (lambda: turning(np.ones((3, 0))), "no numbers"),
        (lambda: MergedBars(bars(2, NAN), (-6, -2), 9.0), r"\[0\] is nan"),
        (lambda: ChatBubble("user", tokens(401)), "401 tokens fits no picture"),
    ],
)
def test_refused(make: Callable[[], Mobject], why: str) -> None:
    with pytest.raises(GptvizError, match=why) as told:
        make()
    assert "\n" not in str(told.value)
