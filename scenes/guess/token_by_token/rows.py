"""Rows of scores as the film token_by_token shows them: every score a cell, wrapped onto lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from manim import Group, VGroup, linear

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.scores import Box, Scores
from gptviz.drawing.tokens.tokens import TokenBox
from gptviz.recording.families import LogitBlockRecording
from gptviz.recording.number import Count, derive

Place = tuple[float, float, float]  # of a row: its top, its height, its width

LEFT = theme.LEFT_EDGE + 2.05  # where rows begin, right of their names
ROOM = (theme.STAGE_BOTTOM + 0.1, 2.45)  # the heights between which rows stand
BELOW = 0.58  # of a row, for the numerals below it
MOST = 4  # rows that find room
NAME, ENDS = 42.0, 32.0  # sizes of type


class ScoreRow(Group):
    """A token's row: its ``label`` with its id, its ``scores``, and below them, in ``ends``, the
    first and the last of them in digits."""

    def __init__(self, block: LogitBlockRecording, index: int) -> None:
        self.index = index
        added = index - len(block.prompt)
        first, last = (
            (block.first(index), block.last(index))
            if added < 0
            else (block.first(index, grown=True), block.last(index, grown=True))
        )
        self.label = TokenBox(block.grown[index], NAME, ids=True, limit=7)
        self.scores = Scores(block.rows.array[index])
        numbers = [*first, *last]
        hidden = derive(maths.difference, block.vocab, Count(numbers, "scores in digits"))
        self.digits = [Numeral(each, ".2f", ENDS, theme.TEXT, "left") for each in first]
        self.digits += [Numeral(each, ".2f", ENDS, theme.TEXT, "right") for each in last]
        self.more = Words("{n:,} more", ENDS, theme.SECONDARY, align="center", n=hidden)
        self.ends = VGroup(*self.digits, self.more)
        super().__init__(self.label, self.scores, self.ends)

    def box(self) -> Box:
        """Where the scores are when the row stands in its place."""
        top, high, wide = self.place_
        return (LEFT, top - high, LEFT + wide, top)

    def stand(self, top: float, high: float, wide: float) -> Self:
        """Puts the row where its scores reach from ``top`` down, ``high`` units, and ``wide``."""
        self.place_ = (top, high, wide)
        left, bottom, right, _ = self.box()
        self.scores.set_sides(left, bottom, right, top)
        corner = self.label.box.get_corner(np.array([-1.0, 1.0, 0.0]))
        self.label.shift(np.array([theme.LEFT_EDGE + 0.05, top, 0.0]) - corner)
        line, half = bottom - 0.36, len(self.digits) // 2
        step = (right - left) * 0.125
        for i, digit in enumerate(self.digits):
            ahead = i < half
            x = left + i * step if ahead else right - (len(self.digits) - 1 - i) * step
            digit.place(np.array([x, line, 0.0]), "left" if ahead else "right")
        self.more.place(np.array([(left + right) / 2, line, 0.0]), "center")
        return self

    def move(self, place: Place, run_time: float = theme.SLOW) -> Follow:
        """A motion to another place; see :meth:`stand`."""
        start, end = np.array(self.place_), np.array(place)

        def step(row: ScoreRow, share: float) -> None:
            row.stand(*(start + (end - start) * share).tolist())

        return Follow(self, step, run_time)


def rows_of(block: LogitBlockRecording) -> list[ScoreRow]:
    """The rows of the longer text, the last so many of them as find room."""
    count = len(block.grown)
    return [ScoreRow(block, i) for i in range(max(count - MOST, 0), count)]


def places(count: int) -> list[Place]:
    """Where so many rows stand below one another."""
    low, top = ROOM
    pitch = min(2.3, (top - low) / count)
    wide = theme.RIGHT_EDGE - 0.1 - LEFT
    top -= (top - low - pitch * count) / 2
    return [(top - i * pitch, pitch - BELOW, wide) for i in range(count)]


class Flood(Group):
    """All scores of some rows as one field that fills ``box``; :meth:`pour` lets them come out."""

    def __init__(self, rows: Sequence[ScoreRow], box: Box) -> None:
        self._scores = [row.scores for row in rows]
        self._box = box
        super().__init__(*self._scores)
        self.show(0.0)

    def show(self, share: float) -> int:
        """Shows the first columns of every row, and says how many scores they are."""
        left, bottom, right, top = self._box
        high = (top - bottom) / len(self._scores)
        count = 0
        for i, scores in enumerate(self._scores):
            seen = max(1, round(scores.columns * share))
            scores.set_window(0, 0, scores.lines, seen)
            end = left + (right - left) * seen / scores.columns
            upper = top - i * high
            scores.set_sides(left, upper - high + 0.06, end, upper - 0.06)
            count += seen * scores.lines
        return count

    def pour(self, counter: Numeral, total: Any, run_time: float) -> Follow:
        """The scores come out from the left to the right, and are counted."""

        def step(_: Flood, share: float) -> None:
            count = self.show(share)
            whole = share >= 1 or count > int(total)
            counter.set_value(total if whole else Count(range(count), "scores that have come out"))

        return Follow(self, step, run_time, rate_func=linear)


def mark(box: Box) -> Any:
    """The outline of a cell in a row."""
    return outline(box, theme.FOCUS, 2.5, 0.03)
