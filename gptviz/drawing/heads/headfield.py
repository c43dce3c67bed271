"""All heads of a model as cells that fly from box to box: out of the map of the model, into a grid,
onto piles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject, linear

from gptviz.drawing.arrays.windows import positions
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import (
    Anchor,
    Boxes,
    Cells,
    boxes_of,
    outline,
    paint,
    painted,
    rectangles,
)
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.model.map import ModelMap

Floats = npt.NDArray[np.float64]


def grid_boxes(layers: int, heads: int, room: Sequence[float]) -> Boxes:
    """The cells (layer times head) of all heads in a room (left, bottom, right, top), layers across
    and heads down."""
    left, bottom, right, top = room
    wide = (right - left) / layers
    high = min((top - bottom) / heads, wide * 2.2)
    wide = min(wide, high * 2.2)
    left, top = (left + right - wide * layers) / 2, (bottom + top + high * heads) / 2
    layer, head = np.divmod(np.arange(layers * heads), heads)
    x, y, gap = left + layer * wide, top - head * high, min(wide, high) * 0.06
    return boxes_of(x + gap, y - high + gap, x + wide - gap, y - gap)


def cells_on(chart: ModelMap, layers: int, heads: int) -> Boxes:
    """The cells (layer times head) of all heads on a map of their model, where it is now."""
    places = [(layer, head) for layer in range(layers) for head in range(heads)]
    return np.array([chart.box_of(f"head {layer}.{head}") for layer, head in places])


class HeadField(VGroup):
    """All heads as cells that fly from box to box and light up by a value each.

    ``shares`` (layer, head) from 0 to 1; ``colours`` gives the colours (n, rgb) of shares (n).
    """

    def __init__(self, shares: Any, boxes: Boxes, colours: Callable[[Any], Floats]) -> None:
        super().__init__()
        plain = np.asarray(shares, dtype=np.float64)
        self.shape, self.shares, self.boxes = plain.shape, plain.ravel(), boxes
        self.colours, self.lit = colours, np.zeros(plain.size)
        self.dimmed = np.ones(plain.size)
        self.blend: Floats | None = None  # the colours between two sets of values
        self.cells = Cells(Anchor(0, 0, 1, 1), boxes, self._inked())
        self.loose = VGroup()  # a mobject for each cell, while they fly over one another
        self.add(self.cells, self.loose)

    def _inked(self) -> Floats:
        empty = theme.rgb(theme.HAIRLINE)
        full = self.colours(self.shares) if self.blend is None else self.blend
        inked = empty + (full - empty) * self.lit[:, None]
        ground = theme.rgb(theme.GROUND)
        return np.asarray(ground + (inked - ground) * self.dimmed[:, None])

    def redraw(self, boxes: Boxes | None = None) -> Self:
        """Draws the cells as they are now, in other boxes if there are any."""
        self.boxes = self.boxes if boxes is None else boxes
        self.cells.set_boxes(self.boxes, self._inked())
        return self

    def fly(self, boxes: Boxes, run_time: float, *, apart: bool = False, **options: Any) -> Follow:
        """Carries every cell to its box there; ``apart``: each on its own, where they pass over
        one another."""
        start: list[Boxes] = []

        def step(field: HeadField, share: float) -> None:
            if not start:
                start.append(field.boxes)
            field.redraw(start[0] + (boxes - start[0]) * share)
            if apart:
                field.loosen(share < 1)

        return Follow(self, step, run_time, **options)

    def pile_up(
        self,
        boxes: Boxes,
        shares: Any,
        run_time: float,
        rate_func: Callable[[float], float] = linear,
    ) -> Follow:
        """Carries every cell to its box there, one after the other, and shows other values of
        them on the way."""
        start: list[Boxes] = []
        wave = np.linspace(0, 0.6, len(boxes))
        recolour = self._recolouring(shares)

        def step(field: HeadField, share: float) -> None:
            if not start:
                start.append(field.boxes)
            own = np.clip((share - wave) / 0.4, 0, 1)[:, None]
            field.boxes = start[0] + (boxes - start[0]) * own * own * (3 - 2 * own)
            recolour(share)
            field.redraw()
            field.loosen(share < 1)

        return Follow(self, step, run_time, rate_func=rate_func)

    def loosen(self, loose: bool) -> None:
        """Draws each cell on its own, those that come later over those before, or all in one."""
        while len(self.loose) < len(self.boxes):
            self.loose.add(painted(np.zeros((0, 3)), theme.GROUND))
        outlines = rectangles(self.boxes).reshape(-1, 16, 3)
        for part, points, colour in zip(self.loose, outlines, self._inked(), strict=True):
            part.points = points if loose else np.zeros((0, 3))
            paint(part, colour, 1.0)
        for batch in self.cells if loose else ():
            batch.points = np.zeros((0, 3))

    def light(self, first: int, run_time: float, **options: Any) -> Follow:
        """Lights the cells from a layer on by their values, layer by layer."""
        layer = np.repeat(np.arange(self.shape[0]), self.shape[1])
        span = self.shape[0] - first

        def step(field: HeadField, share: float) -> None:
            field.lit = np.clip(share * (span + 1) - (layer - first), 0, 1) * (layer >= first)
            field.redraw()

        return Follow(self, step, run_time, **options)

    def turn(self, shares: Any, run_time: float = theme.SLOW, **options: Any) -> Follow:
        """Shows other values (layer, head): the colours slide there."""
        recolour = self._recolouring(shares)

        def step(field: HeadField, share: float) -> None:
            recolour(share)
            field.redraw()

        return Follow(self, step, run_time, **options)

    def _recolouring(self, shares: Any) -> Callable[[float], None]:
        """What mixes the colours of the values now and of others, by a share from 0 to 1."""
        old, new = self.shares, np.asarray(shares, dtype=np.float64).ravel()
        before, after = self.colours(old), self.colours(new)

        def recolour(share: float) -> None:
            self.shares = new if share >= 1 else old
            self.blend = None if share >= 1 else before + (after - before) * share

        return recolour

    def focus(self, kept: Sequence[int], run_time: float = theme.MOVE) -> Follow:
        """Dims all cells but some, by their places among all."""
        start = self.dimmed
        wanted = np.full(len(start), theme.DIM)
        wanted[list(kept)] = 1.0

        def step(field: HeadField, share: float) -> None:
            field.dimmed = start + (wanted - start) * share
            field.redraw()

        return Follow(self, step, run_time)

    def frame(self, index: int, colour: str = theme.FOCUS) -> VMobject:
        """A frame around a head's cell, where it is now."""
        return outline(self.boxes[index], colour, 4.0, grow=0.03)


def grid_labels(boxes: Boxes, layers: int, heads: int, size: float = 24.0) -> VGroup:
    """The numbers of layers above a grid and of heads beside it, as many as there is room for."""
    cells, em = boxes.reshape(layers, heads, 4), theme.units(size)
    left, top = cells[0, 0, 0], cells[0, 0, 3]
    found = VGroup()
    pitch = float(cells[0, 0, 2] - cells[0, 0, 0]), float(cells[0, 0, 3] - cells[0, 0, 1])
    for layer in range(0, layers, max(1, int(np.ceil(em * 1.7 / pitch[0])))):
        x = (cells[layer, 0, 0] + cells[layer, 0, 2]) / 2
        number = Numeral(positions(layers, "layer")[layer], "d", size, theme.SECONDARY, "center")
        found.add(number.place([x, top + 0.12, 0], "center"))
    for head in range(0, heads, max(1, int(np.ceil(em * 1.1 / pitch[1])))):
        y = (cells[0, head, 1] + cells[0, head, 3]) / 2 - 0.363 * em
        number = Numeral(positions(heads, "head")[head], "d", size, theme.SECONDARY, "right")
        found.add(number.place([left - 0.12, y, 0], "right"))
    word = Words("layer", size, theme.SECONDARY)
    found.add(word.place([left - 0.12, top + 0.12, 0], "right"))
    side = Words("head", size, theme.SECONDARY).rotate(np.pi / 2)
    middle = (cells[0, -1, 1] + top) / 2
    return found.add(side.move_to(np.array([left - 0.72, middle, 0.0])))
