"""Drawings of the film token_by_token: columns on their way through the map, a lens on a row of
scores, and the table of those that are named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import Group, RoundedRectangle, VGroup, VMobject, linear

from gptviz import maths
from gptviz.drawing.base import theme, tints
from gptviz.drawing.base.cells import boxes_of, painted, rectangles, segments, stroked
from gptviz.drawing.base.motion import Follow, GrowFrom
from gptviz.drawing.base.text import Numeral, Run, TokenText, Words
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.drawing.chances.scores import Box, Scores
from gptviz.drawing.model.map import ModelMap
from gptviz.recording.families import CandidateSetsRecording, LogitBlockRecording
from gptviz.recording.number import Count, Token, derive

from .rows import mark

CELLS, THICK, APART = 14, 0.2, 0.34  # of a column of numbers; between two of them
LENS: Box = (theme.LEFT_EDGE + 0.1, -1.7, theme.RIGHT_EDGE - 0.1, 0.9)
TOKEN, SCORE = 64.0, 56.0  # sizes of type in the lens
SIZE, ROW, FIRST_ROW = 43.0, 0.52, 1.95  # of the table
LEFT = theme.LEFT_EDGE + 0.1
SCORES_END, BARS = 4.5, 4.85  # from the table's left edge
ROOM = theme.RIGHT_EDGE - 1.6 - LEFT - BARS  # of the longest bar
NAMED = 2  # tokens that are left out, by name


class Columns(VGroup):
    """A column of numbers for each token, side by side, on their way through the map."""

    def __init__(self, count: int, chart: ModelMap) -> None:
        self._chart = chart
        _, bottom, _, top = chart.box_of("blocks")
        high = (top - bottom + 0.3) / CELLS
        y = bottom - 0.15 + np.arange(CELLS) * high
        shape = rectangles(boxes_of(-THICK / 2, y, THICK / 2, y + high * 0.8))
        self._shape = shape
        super().__init__(*[painted(shape, theme.DATA_HIGH) for _ in range(count)])
        self.show(0.0)

    def x(self, share: float) -> float:
        """Where the middle of the columns is after a share of the way."""
        start, end = self._chart.box_of("embedding"), self._chart.box_of("unembedding")
        first, last = (start[0] + start[2]) / 2, (end[0] + end[2]) / 2
        return first + (last - first) * share

    def show(self, share: float) -> None:
        """Puts them at a share of the way."""
        spread = (np.arange(len(self)) - (len(self) - 1) / 2) * APART
        for column, aside in zip(self, spread, strict=True):
            column.points = self._shape + np.array([self.x(share) + aside, 0.0, 0.0])

    def boxes(self) -> list[Box]:
        """Where each is now."""
        found = []
        for column in self:
            low, high = column.points.min(axis=0), column.points.max(axis=0)
            found.append((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
        return found

    def march(self, counter: Numeral, run_time: float) -> Follow:
        """The way through all blocks; the one that they are in is lit, and counted."""
        count = int(self._chart.layers)
        left, _, right, _ = self._chart.box_of("blocks")

        def step(_: Columns, share: float) -> None:
            self.show(share)
            inside = (self.x(share) - left) / (right - left)
            part = "embedding" if inside < 0 else "unembedding" if inside >= 1 else "block"
            at = int(np.clip(inside * count, 0, count - 1))
            self._chart.set_lit(f"block {at}" if part == "block" else part)
            if inside >= 0:
                counter.set_value(Count.position(at, range(count), "blocks", first=1))

        return Follow(Group(self, self._chart, counter), step, run_time, rate_func=linear)


class Lens(VGroup):
    """The columns around the highest score, each with its token and its score, below the row that
    they are cut from."""

    def __init__(self, block: LogitBlockRecording, scores: Scores) -> None:
        super().__init__()
        last, first = len(block.prompt) - 1, block.near_first
        count = len(block.near)
        left, bottom, right, top = LENS
        wide = (right - left) / count
        values = [block.rows.at(last, first + i) for i in range(count)]
        plain = np.array([float(value) for value in values])
        colours = tints.mixed(
            theme.DATA_HIGH, 0.08 + 0.87 * (plain - plain.min()) / max(np.ptp(plain), 1e-9)
        )
        self.best = int(plain.argmax())
        self.cells, self.texts = [], []
        for i, (token, value, colour) in enumerate(zip(block.near, values, colours, strict=True)):
            x, y = left + (i + 0.5) * wide, (bottom + top) / 2
            side = wide / 2 - 0.04
            cell = painted(rectangles(boxes_of(x - side, bottom, x + side, top)), colour)
            ink = tints.ink(colour)[0]
            name, score = _named(token, value, ink, wide - 0.3)
            name.place([x, y + 0.3, 0], "center")
            score.place([x, y - 0.75, 0], "center")
            self.cells.append(cell)
            self.texts.append((name, score))
        source = np.array(
            [scores.cell(first, 0.0), scores.cell(first + count - 1, 0.0)]
        )  # a line's end may lie between
        low, high = source[:, :2].min(axis=0), source[:, 2:].max(axis=0)
        self.source: Box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        self.frame = mark(self.source)
        self.rays = stroked(
            segments(
                [[self.source[0], self.source[1], 0], [self.source[2], self.source[1], 0]],
                [[left, top, 0], [right, top, 0]],
            ),
            theme.FOCUS,
            2.0,
            0.5,
        )
        self.add(*self.cells, *[part for pair in self.texts for part in pair])

    def grow(self, run_time: float) -> GrowFrom:
        """The cells grow out of the row; their texts are not seen yet."""
        cells = VGroup(*self.cells)
        return GrowFrom(cells, self.cells, LENS, self.source, run_time)


def _named(token: Token, value: Any, ink: str, room: float) -> tuple[TokenText, Numeral]:
    name = TokenText(token, TOKEN, ink, limit=9)
    name.set_fill(ink)
    if name.advance > room:
        name.scale(room / name.advance)
    return name, Numeral(value, ".2f", SCORE, ink, "center")


class Table:
    """The highest scores by name, then a few more that will be left out, and all others."""

    def __init__(self, sets: CandidateSetsRecording, block: LogitBlockRecording) -> None:
        self.chosen = sets.top_k[0]
        self.few = int(self.chosen.size)
        self.ranks = list(range(min(self.few + NAMED, len(sets.logits))))
        self.named: int | None = None  # the row of the token that the source compares with
        if block.named(1) is not None and int(block.named_rank(1)) < len(sets.logits):
            rank = int(block.named_rank(1))
            if rank not in self.ranks:
                self.ranks[-1] = rank
            self.named = self.ranks.index(rank)
        self.shares = [sets.probability(rank) for rank in self.ranks]
        others = derive(maths.difference, sets.vocab, Count(self.ranks, "tokens named"))
        rest = derive(maths.remainder, self.shares)
        longest = max(float(rest), float(self.shares[0]), float(self.chosen.share(0)))
        self.bars = ProbabilityBars(
            [sets.token(rank) for rank in self.ranks],
            self.shares,
            rest,
            Words("{n:,} others", SIZE, theme.SECONDARY, n=others),
            scores=[sets.logits.at(rank) for rank in self.ranks],
            unit=ROOM / longest,
            columns=(SCORES_END, BARS),
            row=ROW,
            size=SIZE,
            limit=11,
            room=ROOM + 1.4,
        )
        self.bars.shift(np.array([LEFT, FIRST_ROW, 0.0]))
        self.columns = [int(sets.token(rank).id) for rank in self.ranks]

    @property
    def best(self) -> list[Any]:
        """The rows of those that are kept."""
        return self.bars.rows[: self.few]

    @property
    def dead(self) -> list[Any]:
        """The rows of those that are left out, and that of all others."""
        return self.bars.rows[self.few :]

    def infinities(self) -> VGroup:
        """Minus infinity for each row that is left out, where its score stood."""
        signs = VGroup()
        for row in self.dead:
            place = [LEFT + SCORES_END, row.label.baseline()[1], 0]
            signs.add(Run("\u2212\u221e", SIZE, theme.TEXT).place(place, "right"))
        return signs

    def grow(self, run_time: float) -> Follow:
        """The bars grow to their lengths; their numerals stand at their ends then."""
        lengths = self.bars.glide_state()
        parts = VGroup(*[part for row in self.bars.rows for part in (row.bar, row.share)])

        def step(_: VGroup, share: float) -> None:
            for row, length in zip(self.bars.rows, lengths, strict=True):
                row.bar.set_length(length * share)
                row.share.set_opacity(float(np.clip(share * 4 - 3, 0, 1)))

        return Follow(parts, step, run_time)


def unchanged(row: Any, gap: Any) -> VGroup:
    """What a row's largest change is, on a panel in the middle of it."""
    left, bottom, right, top = row.box()
    words = Words("largest change {g:.3f}", 44, theme.TEXT, align="center", g=gap)
    middle = np.array([(left + right) / 2, (bottom + top) / 2, 0.0])
    panel: VMobject = RoundedRectangle(
        corner_radius=0.1,
        width=words.advance + 0.5,
        height=0.64,
        stroke_color=theme.HAIRLINE,
        stroke_width=2,
        fill_color=theme.GROUND,
        fill_opacity=1,
    ).move_to(middle)
    words.place(middle - np.array([0, 0.36 * theme.units(44), 0]), "center")
    return VGroup(panel, words)


def marks(scores: Scores, columns: Sequence[int]) -> VGroup:
    """Outlines of some cells of a row."""
    return VGroup(*[mark(scores.cell(column)) for column in columns])
