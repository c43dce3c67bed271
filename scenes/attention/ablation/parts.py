"""What only the film ablation draws: all heads as gauges that fill, fly and line up, and the meter
of one word's probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.arrays.windows import positions
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import (
    Boxes,
    boxes_of,
    outline,
    painted,
    rectangles,
    segments,
    stroked,
)
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.drawing.chances.bars import Bar
from gptviz.recording.number import Numbers, Token, Tracked

Floats = npt.NDArray[np.float64]
LEFT, BOTTOM, RIGHT, TOP = -5.7, -2.1, 6.4, 1.5  # of the grid of heads
ROW_BOTTOM, ROW_TOP = -2.1, 1.75  # of the row: a probability of zero, and of one
_LATE = 0.85  # of a flight, the part after which the last cell leaves
_WIDEST = 2.6  # times its height that a head's cell is, at most


def grid_boxes(layers: int, heads: int) -> Boxes:
    """The cells (layer times head) of all heads, layers across and heads down."""
    high = (TOP - BOTTOM) / heads
    wide = min((RIGHT - LEFT) / layers, high * _WIDEST)
    high = min(high, wide * _WIDEST)
    left, top = (LEFT + RIGHT - wide * layers) / 2, (BOTTOM + TOP + high * heads) / 2
    layer, head = np.divmod(np.arange(layers * heads), heads)
    x, y, gap = left + layer * wide, top - head * high, min(wide, high) * 0.07
    return boxes_of(x + gap, y - high + gap, x + wide - gap, y - gap)


def row_boxes(shares: Floats) -> Boxes:
    """The same cells as a row of columns, that of the smallest share first."""
    place = np.empty(len(shares))
    place[np.argsort(shares, kind="stable")] = np.arange(len(shares))
    wide = (RIGHT - LEFT) / len(shares)
    x, gap = LEFT + place * wide, wide * 0.12
    return boxes_of(x + gap, ROW_BOTTOM, x + wide - gap, ROW_TOP)


def winding(layers: int, heads: int) -> npt.NDArray[np.int64]:
    """All heads, one layer after the other, down and up in turn: each is a neighbour of the one
    before."""
    order = np.arange(layers * heads).reshape(layers, heads)
    order[1::2] = order[1::2, ::-1]
    return order.ravel()


class Gauges(VGroup):
    """All heads as cells, each filled as far as the share that is left without that head.

    ``shares`` (layer, head). ``come`` says how far each has filled, ``spoken_of`` which are spoken
    of. :meth:`fly` carries every cell to another box.
    """

    means = ("probability",)

    def __init__(self, shares: Any, boxes: Boxes) -> None:
        plain = np.asarray(shares, dtype=np.float64)
        self.shares, self.way = plain.ravel(), winding(*plain.shape)
        self.boxes, self.come = boxes, np.zeros(len(self.shares))
        self.spoken_of, self.faded = np.ones(len(self.shares), dtype=bool), 1.0
        self.empty = painted(rectangles(boxes), theme.HAIRLINE)
        self.full = painted(np.zeros((0, 3)), theme.PROBABILITY)
        self.faint = painted(np.zeros((0, 3)), theme.PROBABILITY)
        super().__init__(self.empty, self.faint, self.full)

    def show(self, boxes: Boxes | None = None) -> Self:
        """Draws the cells as they are now, in other boxes if there are any."""
        self.boxes = self.boxes if boxes is None else boxes
        left, bottom, right, top = self.boxes.T
        filled = boxes_of(left, bottom, right, bottom + (top - bottom) * self.shares * self.come)
        some = self.come > 0
        self.empty.points = rectangles(self.boxes)
        self.full.points = rectangles(filled[some & self.spoken_of])
        self.faint.points = rectangles(filled[some & ~self.spoken_of])
        self.faint.fill_rgbas = self._inked(theme.PROBABILITY)
        return self

    def _inked(self, colour: str) -> Floats:
        ground = theme.rgb(theme.GROUND)
        return np.array([[*(ground + (theme.rgb(colour) - ground) * self.faded), 1.0]])

    def fill(self, count: int) -> Self:
        """So many heads have filled, in the order of :func:`winding`."""
        self.come[self.way[:count]] = 1.0
        return self.show()

    def fly(
        self, boxes: Boxes, run_time: float, order: Floats | None = None, **options: Any
    ) -> Any:
        """Carries every cell to its box there; with ``order`` (0 to 1) one after the other."""
        start: list[Boxes] = []

        def step(gauges: Gauges, share: float) -> None:
            if not start:
                start.append(gauges.boxes)
            late = np.zeros(len(boxes)) if order is None else order * _LATE
            own = np.clip((share - late) / (1 - _LATE * (order is not None)), 0, 1)[:, None]
            own = own * own * (3 - 2 * own)
            gauges.show(start[0] + (boxes - start[0]) * own)

        return Follow(self, step, run_time, **options)

    def focus(self, lit: Any, run_time: float = theme.MOVE) -> Follow:
        """Dims all heads but some (a mask); of all, it brings the others back."""
        everything, start = bool(np.all(lit)), self.faded
        target = 1.0 if everything else theme.DIM

        def step(gauges: Gauges, share: float) -> None:
            if not everything:
                gauges.spoken_of = np.asarray(lit)
            gauges.faded = start + (target - start) * share
            if everything and share >= 1:
                gauges.spoken_of = np.ones(len(gauges.shares), dtype=bool)
            gauges.show()

        return Follow(self, step, run_time)

    def frame(self, index: int) -> VMobject:
        """A frame around a head's cell, where it is now."""
        return outline(self.boxes[index], theme.FOCUS, 4.0, grow=0.03)


def grid_labels(boxes: Boxes, layers: int, heads: int, size: float = theme.SMALL) -> VGroup:
    """The numbers of layers above a grid and of heads beside it, as many as there is room for."""
    cells = boxes.reshape(layers, heads, 4)
    left, top, em = cells[0, 0, 0], cells[0, 0, 3], theme.units(size)
    found = VGroup()
    wide = float(cells[0, 0, 2] - cells[0, 0, 0])
    every = max(1, int(np.ceil(em * 1.7 / wide)))
    for layer in range(0, layers, every):
        x = (cells[layer, 0, 0] + cells[layer, 0, 2]) / 2
        number = Numeral(positions(layers, "layer")[layer], "d", size, theme.SECONDARY, "center")
        found.add(number.place([x, top + 0.12, 0], "center"))
    every = max(1, int(np.ceil(em * 1.1 / float(cells[0, 0, 3] - cells[0, 0, 1]))))
    for head in range(0, heads, every):
        y = (cells[0, head, 1] + cells[0, head, 3]) / 2 - 0.363 * em
        number = Numeral(positions(heads, "head")[head], "d", size, theme.SECONDARY, "right")
        found.add(number.place([left - 0.12, y, 0], "right"))
    found.add(Words("layer", size, theme.SECONDARY).place([left - 0.12, top + 0.12, 0], "right"))
    word = Words("head", size, theme.SECONDARY).rotate(np.pi / 2)
    return found.add(word.move_to([left - 0.62, (BOTTOM + TOP) / 2, 0]))


class RowScale(VGroup):
    """The scale of the row of columns, from zero to one, and a line where the whole model
    stands."""

    def __init__(self, whole: Tracked, ends: Sequence[Tracked], size: float = theme.LABEL) -> None:
        super().__init__()
        em = theme.units(size)
        for value, y in zip(ends, (ROW_BOTTOM, ROW_TOP), strict=True):
            number = Numeral(value, ".0%", size, theme.SECONDARY, "right")
            self.add(number.place([LEFT - 0.12, y - (0.0 if y < 0 else em * 0.72), 0], "right"))
        y = ROW_BOTTOM + (ROW_TOP - ROW_BOTTOM) * float(whole)
        self.line = stroked(segments([[LEFT, y, 0]], [[RIGHT, y, 0]]), theme.TEXT, 2.5)
        self.add(self.line)


class Meter(VGroup):
    """One word's probability as a bar on a track from zero to one, a mark where the whole model
    stands, and which head is off."""

    means = ("probability",)

    def __init__(self, word: Token, whole: Tracked, places: Numbers, y: float) -> None:
        super().__init__()
        size, em = 40.0, theme.units(40.0)
        self.whole, self.places, self.heads = whole, places, places.shape[1]
        self.word = TokenText(word, size, limit=10).place([theme.LEFT_EDGE, y - em * 0.34, 0])
        left = max(theme.LEFT_EDGE + self.word.advance + 0.25, -5.0)
        self.unit = 1.1 - left
        track = outline((left, y - 0.2, left + self.unit, y + 0.2), theme.HAIRLINE, 2.0)
        self.bar = Bar(float(whole) * self.unit, 0.4).set_left(left).shift([0, y, 0])
        x = left + self.unit * float(whole)
        mark = stroked(segments([[x, y - 0.3, 0]], [[x, y + 0.3, 0]]), theme.TEXT, 3.0)
        self.share = Numeral(whole, ".1%", size, theme.TEXT, "right")
        self.share.place([2.75, y - em * 0.34, 0], "right")
        self.add(self.word, track, self.bar, mark, self.share)
        self._middle, small = y, theme.units(32.0) * 0.34
        self.on, self.both = (
            Words(text, 32, colour).place([theme.RIGHT_EDGE, y - small, 0], "right")
            for text, colour in (("all heads on", theme.SECONDARY), ("without both", theme.FOCUS))
        )
        self.layer = Numeral(positions(places.shape[0], "layer")[0], "d", 32, theme.FOCUS, "right")
        self.head = Numeral(positions(self.heads, "head")[0], "d", 32, theme.FOCUS, "right")
        self.off = VGroup(
            Words("without layer", 32, theme.FOCUS).place([4.85, y - small, 0], "right"),
            self.layer.place([5.3, y - small, 0], "right"),
            Words("head", 32, theme.FOCUS).place([6.2, y - small, 0], "right"),
            self.head.place([theme.RIGHT_EDGE, y - small, 0], "right"),
        )

    def mark_at(self, share: Tracked, name: str) -> VGroup:
        """A mark at a share, and its name below it; at zero where it would lie below that."""
        x = self.bar.corner[0] + self.unit * max(float(share), 0.0)
        y, size = self._middle, 28.0
        words = Words(name, size, theme.SECONDARY).place([x, y - 0.61, 0], "center")
        words.shift([max(self.bar.corner[0] - words.get_left()[0], 0.0), 0, 0])
        line = stroked(segments([[x, y - 0.36, 0]], [[x, y + 0.3, 0]]), theme.FOCUS, 4.0)
        return VGroup(line, words)

    def set_share(self, share: Tracked) -> Self:
        """Shows a share, whatever is off."""
        self.bar.set_length(float(share) * self.unit)
        self.share.set_value(share)
        return self

    def set_off(self, index: int) -> Self:
        """Shows what is left without a head, by its place among all."""
        layer, head = divmod(index, self.heads)
        return self.set_share(self.places.at(layer, head)).set_names(index)

    def set_names(self, index: int) -> Self:
        """Names a head, by its place among all."""
        layer, head = divmod(index, self.heads)
        self.layer.set_value(positions(len(self.places), "layer")[layer])
        self.head.set_value(positions(self.heads, "head")[head])
        return self

    def set_whole(self) -> Self:
        """Shows the whole model again."""
        return self.set_share(self.whole)

    def glide_state(self) -> Floats:
        """The length of the bar: what ``Glide`` moves."""
        return np.array([self.bar.length])

    def glide_to(self, state: Floats) -> None:
        """Shows a bar of a given length."""
        self.bar.set_length(float(state[0]))
