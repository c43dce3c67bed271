"""The patterns of all heads of a model at once, each small, as one picture.

Planned films: heads_grid, head_zoo.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import Group, VGroup, VMobject

from gptviz.drawing.arrays.windows import positions
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Anchor, outline
from gptviz.drawing.base.motion import GrowFrom
from gptviz.drawing.base.picture import Picture
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.heads.attention import AttentionGrid
from gptviz.maths.rounding import whole_below
from gptviz.recording.number import Numbers

_LABELS = 0.62  # units left of and above the patterns, for numbers and the words "layer" and "head"


class HeadGrid(Group):
    """Layers down, heads across, in each place a pattern (query, key), in a box of ``width`` times
    ``height`` units.

    ``patterns`` (layer, head, query, key): weights from 0 to 1. ``full`` is the weight that has the
    full yellow. All of it is one picture: :meth:`set_revealed` lets a light run through the queries
    of every head, :meth:`set_lit` dims heads, :meth:`set_tints` colours some by what they do,
    :meth:`spotlight` frames one and :meth:`grow` opens it.
    """

    def __init__(
        self,
        patterns: Numbers,
        width: float = 6.4,
        height: float = 5.7,
        full: float = 1.0,
        size: float = theme.SMALLEST,
        labels: bool = True,
    ) -> None:
        super().__init__()
        layers, heads, queries, keys = patterns.shape
        self.patterns, self._full = patterns, full
        self._cells, self._between = queries, max(1, round(queries / 6))
        rows, columns = self._span(layers), self._span(heads)
        room = _LABELS if labels else 0.0
        cell = min((width - room) / columns, (height - room) / rows)
        if (
            cell * 1080 / theme.HEIGHT > 5
        ):  # whole pixels at 1080 lines, so that all cells look alike
            cell = float(whole_below(cell * 1080 / theme.HEIGHT)) * theme.HEIGHT / 1080
        self._cell, wide, high = cell, cell * columns, cell * rows
        x, y = (room - wide) / 2, (high - room) / 2
        self.anchor = Anchor(x, y - high, x + wide, y)
        self._lit, self._revealed = np.ones((layers, heads)), queries + 1.0
        self._tints: dict[tuple[int, int], str] = {}
        self._future = np.triu(np.ones((queries, keys), dtype=bool), 1)
        self.picture = Picture(self._colours(), wide, high)
        self.picture.shift(np.array([x + wide / 2, y - high / 2, 0]))
        self.labels = VGroup()
        if labels:
            self._label(layers, heads, size)
        self.add(self.anchor, self.picture, self.labels)

    def _span(self, count: int) -> int:
        return count * self._cells + (count - 1) * self._between

    def _label(self, layers: int, heads: int, size: float) -> None:
        left, bottom, wide, high = self.anchor.home
        em, pitch = theme.units(size), self._cell * (self._cells + self._between)
        widest = Numeral(positions(max(layers, heads), "head")[-1], "d", size).advance
        across, down = (
            max(1, int(np.ceil((widest + 0.08) / pitch))),
            max(1, int(np.ceil(em * 1.1 / pitch))),
        )
        for head in range(0, heads, across):
            number = Numeral(positions(heads, "head")[head], "d", size, theme.SECONDARY, "center")
            self.labels.add(
                number.place([left + self._middle(head), bottom + high + 0.12, 0], "center")
            )
        for layer in range(0, layers, down):
            number = Numeral(positions(layers, "layer")[layer], "d", size, theme.SECONDARY, "right")
            y = bottom + high - self._middle(layer) - 0.363 * em
            self.labels.add(number.place([left - 0.12, y, 0], "right"))
        head_word = Words("head", size, theme.SECONDARY)
        self.labels.add(
            head_word.place([left + wide / 2, bottom + high + 0.14 + em * 1.15, 0], "center")
        )
        layer_word = Words("layer", size, theme.SECONDARY).rotate(np.pi / 2)
        layer_word.move_to(np.array([left - 0.12 - widest - em * 0.75, bottom + high / 2, 0]))
        self.labels.add(layer_word)

    def _middle(self, index: int) -> float:
        return float(self._cell * (index * (self._cells + self._between) + self._cells / 2))

    def _colours(self) -> npt.NDArray[np.float64]:
        """The picture's cells (row, column, rgb)."""
        layers, heads, queries, keys = self.patterns.shape
        ground = theme.rgb(theme.GROUND)
        colours = theme.attention(np.asarray(self.patterns.array, dtype=np.float64) / self._full)
        for (layer, head), tint in self._tints.items():
            share = np.clip(self.patterns.array[layer, head] / self._full, 0, 1)[..., None]
            colours[layer, head] = (
                theme.rgb(theme.PANEL) + (theme.rgb(tint) - theme.rgb(theme.PANEL)) * share
            )
        shown = np.clip(self._revealed - np.arange(queries), 0, 1)[:, None, None]
        light = (
            np.exp(-0.5 * ((self._revealed - 0.5 - np.arange(queries)) / 0.6) ** 2)[:, None, None]
            * 0.35
        )
        if self._revealed >= queries:
            light = light * max(0.0, 1.0 - (self._revealed - queries))
        share = np.where(self._lit > 0, self._lit, 0)[:, :, None, None, None]
        colours = colours + (theme.rgb(theme.TEXT) - colours) * light * (
            colours.max(axis=-1, keepdims=True) - 0.1
        )
        colours = ground + (colours - ground) * shown * share
        colours[:, :, self._future] = ground
        between = self._between
        padded = np.full((layers, queries + between, heads, keys + between, 3), ground)
        padded[:, :queries, :, :keys] = colours.transpose(0, 2, 1, 3, 4)
        flat = padded.reshape(layers * (queries + between), heads * (keys + between), 3)
        return flat[: self._span(layers), : self._span(heads)]

    def _paint(self) -> Self:
        self.picture.set_colours(self._colours())
        return self

    # What films do with it
    # ----------------------------------------------------------------------------------------

    def set_revealed(self, queries: float) -> Self:
        """How many queries of every head are seen, from 0 to one more than there are; a light runs
        at the edge."""
        self._revealed = float(queries)
        return self._paint()

    def set_lit(self, shares: Any) -> Self:
        """How bright each head is (layer, head), from 0 to 1."""
        self._lit = np.broadcast_to(np.asarray(shares, dtype=np.float64), self._lit.shape).copy()
        return self._paint()

    def lit_but(self, *heads: tuple[int, int], to: float = theme.DIM) -> npt.NDArray[np.float64]:
        """Brightness (layer, head) with all heads dimmed but some: for :meth:`set_lit`."""
        shares = np.full(self._lit.shape, to)
        for layer, head in heads:
            shares[layer, head] = 1.0
        return shares

    def set_tints(self, tints: Mapping[tuple[int, int], str]) -> Self:
        """Draws some heads in other colours than yellow: by what they do. Say in words what a
        colour means."""
        self._tints = dict(tints)
        return self._paint()

    def glide_state(self) -> npt.NDArray[np.float64]:
        """The brightness of every head: what ``Glide`` moves."""
        return self._lit

    def glide_to(self, state: npt.NDArray[np.float64]) -> None:
        """Shows heads at a given brightness."""
        self.set_lit(state)

    def box(self, layer: int, head: int) -> tuple[float, float, float, float]:
        """The sides of one head's pattern (left, bottom, right, top), where it is now on screen."""
        left, bottom, _, high = self.anchor.home
        x, y, half = (
            left + self._middle(head),
            bottom + high - self._middle(layer),
            self._cell * self._cells / 2,
        )
        low, top = self.anchor.at([x - half, y - half]), self.anchor.at([x + half, y + half])
        return float(low[0]), float(low[1]), float(top[0]), float(top[1])

    def spotlight(self, layer: int, head: int, color: str = theme.FOCUS) -> VMobject:
        """A frame around one head's pattern."""
        grow = float(np.clip(self._cell * self._between * 0.5, 0.03, 0.09))  # short of the labels
        return outline(self.box(layer, head), color, grow=grow)

    def center_of(self, layer: int, head: int) -> npt.NDArray[np.float64]:
        """The middle of one head's pattern, where it is now."""
        left, bottom, right, top = self.box(layer, head)
        return np.array([(left + right) / 2, (bottom + top) / 2, 0.0])

    def grow(self, layer: int, head: int, grid: AttentionGrid, **options: Any) -> GrowFrom:
        """An animation in which a head's small pattern opens into a grid with its tokens and
        numerals."""
        return grid.grow_from(self.box(layer, head), **options)
