"""The picture of a model's attention weights: layers as floors, query, key and value as bands,
heads as stripes.

Planned films: weight_mri, model_diff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import Group, VGroup, VMobject

from gptviz import maths
from gptviz.drawing.arrays.heatmap import ZoomedPicture, colours_of
from gptviz.drawing.arrays.windows import positions
from gptviz.drawing.base import theme, tints
from gptviz.drawing.base.cells import outline, segments, stroked
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.picture import Picture, as_pixels
from gptviz.drawing.base.text import Numeral, Words
from gptviz.maths.rounding import whole_below
from gptviz.recording.number import Derived, Numbers, derive

Box = tuple[float, float, float, float]  # left, bottom, right, top
PARTS = (("query", theme.QUERY), ("key", theme.KEY), ("value", theme.VALUE))
_PIXEL = theme.HEIGHT / 1080


def whole_pixels(
    left: float, top: float, width: float, height: float, floors: int, stripes: int
) -> Box:
    """The widest and highest box below ``top`` in which each floor and each stripe has as many
    pixels as the others.

    So that borders are equally sharp everywhere; where there are more of them than pixels, the box
    as it is. It stands in the middle of the width.
    """
    stripe, floor = (
        int(whole_below(length / count / _PIXEL))
        for length, count in ((width, stripes), (height, floors))
    )
    wide = stripe * stripes * _PIXEL if stripe else width
    high = floor * floors * _PIXEL if floor else height
    start = left + (width - wide) / 2
    return start, top - high, start + wide, top


def times_as_bright(pixels: Numbers, part: int, head: int, heads: int, keys: int = 0) -> Derived:
    """How many times as bright the stripe that a head uses on a floor (row, column) is as the others
    of that part; ``keys`` as in :class:`WeightStack`."""
    first, count = Stripes(heads, keys).part(part)
    wide = pixels.shape[1] // Stripes(heads, keys).count
    own = np.arange(count * wide) // wide == head * count // heads
    band = pixels[:, first * wide : (first + count) * wide]
    return derive(maths.ratio, derive(maths.mean, band[:, own]), derive(maths.mean, band[:, ~own]))


@dataclass(frozen=True)
class Stripes:
    """The stripes of a floor from left to right: one for each head's queries, then ``keys`` for the
    keys and as many for the values; 0: as many as heads."""

    heads: int
    keys: int = 0

    @property
    def count(self) -> int:
        """How many there are."""
        return self.heads + 2 * (self.keys or self.heads)

    def part(self, part: int) -> tuple[int, int]:
        """The first stripe of a part, and how many it has."""
        keys = self.keys or self.heads
        return ((0, self.heads), (self.heads, keys), (self.heads + keys, keys))[part]

    def of(self, part: int, head: int) -> int:
        """The stripe that a head uses in a part."""
        first, count = self.part(part)
        return first + head * count // self.heads

    def lit(self, shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Brightness by stripe (layer, stripe) from that by head (layer, part, head): of heads that
        share a stripe the brightest counts."""
        found = np.zeros((len(shares), self.count))
        for part in range(len(PARTS)):
            for head in range(self.heads):
                at = self.of(part, head)
                found[:, at] = np.maximum(found[:, at], shares[:, part, head])
        return found


class WeightStack(Group):
    """Bytes (row, column) of all layers, one below the other, as one picture in a box.

    Every layer has as many rows as the others and every head as many columns, in three parts; heads
    may share ``keys`` stripes of keys and as many of values (0: each has its own).
    ``span``: the bytes that have the first and the last colour. :meth:`set_lit` dims what is not
    spoken of, :meth:`set_box` takes the picture elsewhere, :meth:`set_marked` lays a colour over
    some of it, :meth:`set_span` turns its brightness up or down.
    """

    def __init__(
        self,
        sizes: npt.NDArray[np.uint8],
        layers: int,
        heads: int,
        box: Box,
        span: tuple[float, float] = (0.0, 255.0),
        keys: int = 0,
    ) -> None:
        super().__init__()
        self.layers, self.heads, self.stripes = layers, heads, Stripes(heads, keys)
        self._sizes = np.asarray(sizes, dtype=np.uint8)
        self._lit = np.ones((layers, len(PARTS), heads))
        self._marks: tuple[npt.NDArray[np.float32], str] | None = None
        self._marked = 0.0
        self.set_span(span)
        self.picture = Picture(self._colours(), box[2] - box[0], box[3] - box[1])
        self.add(self.picture)
        self.set_box(box)

    # Colours
    # ------------------------------------------------------------------------------------------------------

    def set_span(self, span: Sequence[float]) -> Self:
        """Gives other bytes the first and the last colour."""
        self._span = float(span[0]), float(span[1])
        table = colours_of(np.arange(256), "sequential", *self._span).astype(np.float32)
        self._base = table[self._sizes]
        return self._paint()

    def grow(
        self, sizes: npt.NDArray[np.uint8], span: Sequence[float], run_time: float = theme.SLOW
    ) -> Follow:
        """A motion to other bytes and other limits of the colours, dot by dot, both from what they
        are now."""
        last, limits = (
            np.asarray(sizes, dtype=np.float32),
            np.array([self._span, span], dtype=np.float64),
        )
        rows, columns = (
            np.arange(new) * old // new
            for old, new in zip(self._sizes.shape, last.shape, strict=True)
        )
        first = self._sizes[rows][:, columns].astype(np.float32)

        def step(stack: WeightStack, share: float) -> None:
            stack._sizes = np.asarray(
                np.rint(first + (last - first) * np.float32(share)), dtype=np.uint8
            )
            stack.set_span(limits[0] + (limits[1] - limits[0]) * share)

        return Follow(self, step, run_time)

    def set_lit(self, shares: Any) -> Self:
        """How bright each stripe is (layer, part, head), from 0 to 1."""
        self._lit = np.broadcast_to(np.asarray(shares, dtype=np.float64), self._lit.shape).copy()
        return self._paint()

    def lit_but(
        self, *places: tuple[Any, Any, Any], to: float = theme.DIM
    ) -> npt.NDArray[np.float64]:
        """Brightness (layer, part, head) with all dimmed but some places: indices or slices, for
        :meth:`set_lit`."""
        shares = np.full(self._lit.shape, to)
        for place in places:
            shares[place] = 1.0
        return shares

    def set_light(self, share: float) -> Self:
        """A light that runs down the floors, from 0 to 1; at both ends everything is lit."""
        away = np.abs(np.arange(self.layers) - (share * (self.layers + 4) - 2.0)) / 1.5
        lit = theme.DIM + (1 - theme.DIM) * np.exp(-(away**2))
        return self.set_lit((lit + (1 - lit) * abs(2 * share - 1) ** 8)[:, None, None])

    def set_marks(self, shares: Any, color: str = theme.WRONG) -> Self:
        """What can be marked: shares (row, column) from 0 to 1, as many times coarser than the
        picture as they are."""
        marks = np.asarray(shares, dtype=np.float32)
        rows, columns = self._base.shape[:2]
        self._marks = (
            marks[np.arange(rows) * marks.shape[0] // rows][
                :, np.arange(columns) * marks.shape[1] // columns
            ],
            color,
        )
        return self._paint()

    def set_marked(self, share: float) -> Self:
        """How far the marks have come up, from 0 to 1."""
        self._marked = float(share)
        return self._paint()

    def glide_state(self) -> npt.NDArray[np.float64]:
        """The brightness of every stripe: what ``Glide`` moves."""
        return self._lit

    def glide_to(self, state: npt.NDArray[np.float64]) -> None:
        """Shows stripes at a given brightness."""
        self.set_lit(state)

    def _colours(self) -> npt.NDArray[np.uint8]:
        colours = self._base
        if self._marks is not None and self._marked > 0:
            shares, color = self._marks
            colours = (
                colours
                + (theme.rgb(color).astype(np.float32) - colours)
                * (shares * self._marked)[..., None]
            )
        if (self._lit < 1).any():
            ground = theme.rgb(theme.GROUND).astype(np.float32)
            lit = self.stripes.lit(self._lit).astype(np.float32)
            rows, columns = (
                np.arange(size) * count // size
                for size, count in zip(colours.shape[:2], lit.shape, strict=True)
            )
            share = lit[rows][:, columns]
            colours = ground + (colours - ground) * share[..., None]
        return np.asarray(np.rint(colours * 255), dtype=np.uint8)

    def _paint(self) -> Self:
        if self.submobjects:
            self.picture.set_colours(self._colours())
        return self

    # Places
    # -------------------------------------------------------------------------------------------------------

    @property
    def sides(self) -> Box:
        """Where the picture is now."""
        return self.picture.sides

    def set_box(self, box: Box) -> Self:
        """Takes the picture to another place and size."""
        self.picture.set_sides(*box)
        return self

    def carry(self, box: Box, run_time: float = theme.SLOW) -> Follow:
        """A motion that takes the picture to another place and size."""
        first, last = np.array(self.sides), np.array(box)

        def step(stack: WeightStack, share: float) -> None:
            left, bottom, right, top = (float(side) for side in first + (last - first) * share)
            stack.set_box((left, bottom, right, top))

        return Follow(self, step, run_time)

    def box(
        self, layer: int | None = None, part: int | None = None, head: int | None = None
    ) -> Box:
        """The sides of a floor, a band, a stripe of a band, or where they meet; of the whole where
        all are None."""
        left, bottom, right, top = self.sides
        low, high = (0, self.layers) if layer is None else (layer, layer + 1)
        stripes = self.stripes.count
        if part is None:
            first, last = 0, stripes
        elif head is None:
            first, count = self.stripes.part(part)
            last = first + count
        else:
            first = self.stripes.of(part, head)
            last = first + 1
        wide, tall = (right - left) / stripes, (top - bottom) / self.layers
        return left + first * wide, top - high * tall, left + last * wide, top - low * tall

    def outline(
        self,
        layer: int | None = None,
        part: int | None = None,
        head: int | None = None,
        color: str = theme.FOCUS,
        grow: float = 0.05,
        width: float = 4.0,
    ) -> VMobject:
        """A frame around a place (see :meth:`box`), where it is now."""
        return outline(self.box(layer, part, head), color, width, grow)

    def marks(self, layer: int, head: int) -> VGroup:
        """Frames around a head's stripes of query and key, thin enough to leave small ones seen; of
        one floor too."""
        floor = min(layer, self.layers - 1)
        return VGroup(*[self.outline(floor, part, head, grow=0.03, width=2.5) for part in range(2)])

    def part_labels(self, size: float = theme.LABEL, color: str | None = None) -> VGroup:
        """The names of the three bands, above them in their colours or in one that means
        nothing."""
        labels = VGroup()
        for part, (name, own) in enumerate(PARTS):
            left, _, right, top = self.box(part=part)
            labels.add(
                Words(name, size, color or own).place([(left + right) / 2, top + 0.14, 0], "center")
            )
        return labels

    def layer_labels(self, size: float = theme.SMALLEST) -> VGroup:
        """The numbers of the layers left of their floors, as many as there is room for."""
        left, bottom, _, top = self.sides
        em, tall = theme.units(size), (top - bottom) / self.layers
        labels = VGroup()
        for layer in range(0, self.layers, max(1, int(np.ceil(em * 1.15 / tall)))):
            number = Numeral(
                positions(self.layers, "layer")[layer], "d", size, theme.SECONDARY, "right"
            )
            labels.add(
                number.place([left - 0.14, top - (layer + 0.5) * tall - 0.363 * em, 0], "right")
            )
        return labels

    def head_labels(self, size: float = theme.SMALLEST) -> VGroup:
        """The numbers of the heads below their stripes, in all parts, as many as there is room for;
        below stripes that heads share none."""
        left, bottom, right, _ = self.sides
        em, wide = theme.units(size), (right - left) / self.stripes.count
        every = max(
            1,
            int(
                np.ceil(
                    (Numeral(positions(self.heads, "head")[-1], "d", size).advance + 0.06) / wide
                )
            ),
        )
        return VGroup(
            *[
                Numeral(positions(self.heads, "head")[head], "d", size, color, "center").place(
                    [left + (self.stripes.of(part, head) + 0.5) * wide, bottom - em * 1.15, 0],
                    "center",
                )
                for part, (_, color) in enumerate(PARTS)
                if self.stripes.part(part)[1] == self.heads
                for head in range(0, self.heads, every)
            ]
        )

    def heading(
        self, text: str, size: float = theme.LABEL, gap: float = 0.14, **values: Any
    ) -> Words:
        """Words above the picture's left upper corner, so far from it."""
        return Words(text, size, **values).place([self.sides[0], self.sides[3] + gap, 0])

    def below(
        self, text: str, part: int, head: int, size: float = theme.STATEMENT, **values: Any
    ) -> Words:
        """Words below a stripe of the lowest floor, in the colour of what is spoken of, within the
        picture's sides."""
        words = Words(text, size, theme.FOCUS, align="center", **values)
        left, bottom, right, _ = self.sides
        box, half = self.box(self.layers - 1, part, head), words.advance / 2
        middle = min(max((box[0] + box[2]) / 2, left + half), right - half)
        return words.place([middle, bottom - 0.42, 0], "center")

    def cuts(self, width: float = 4.0) -> VMobject:
        """Lines in the colour of the ground that cut the picture into its stripes."""
        left, bottom, right, top = self.sides
        x = np.linspace(left, right, self.stripes.count + 1)[1:-1]
        ends = [np.stack([x, np.full_like(x, y), np.zeros_like(x)], axis=-1) for y in (bottom, top)]
        return stroked(segments(*ends), theme.GROUND, width)


class SizeZoom(ZoomedPicture):
    """Sizes of weights (times 1024: bytes, of the whole) through a window that opens from a few of
    them to all.

    ``corner`` (row, column) are the few, in a box. ``levels`` are the pictures behind: bytes, rows
    and columns of weights, finest first. The few have colours of their own, the largest the
    brightest; ``turn_up`` gives them those of the whole, from the first to the last byte of
    ``span``.
    """

    def __init__(
        self,
        corner: Numbers,
        levels: Sequence[tuple[Any, int, int]],
        span: Sequence[float],
        box: Box,
    ) -> None:
        left, bottom, right, top = box
        self._corner, self._box = corner, box
        self._bytes = np.abs(np.asarray(corner.array, dtype=np.float64)) * 1024
        self._spans = (
            np.array([0.0, float(self._bytes.max()) or 1.0]),
            np.asarray(span, dtype=np.float64),
        )
        pictures = ((self._bytes, *self._bytes.shape), *levels)
        super().__init__(
            [
                (theme.sequential(sizes, *self._spans[1]), rows, columns)
                for sizes, rows, columns in pictures
            ],
            right - left,
            top - bottom,
        )
        self.shift(np.array([(left + right) / 2, (bottom + top) / 2, 0.0])).set_window(
            *corner.shape
        )
        self.set_turned(0.0)

    def set_turned(self, share: float) -> Self:
        """How far the few have come from their own colours (0) to those of the whole (1)."""
        low, high = self._spans[0] + (self._spans[1] - self._spans[0]) * share
        self.picture.set_colours(as_pixels(theme.sequential(self._bytes, low, high)))
        return self

    def turn_up(self, run_time: float = theme.MOVE) -> Follow:
        """A motion that gives the few the colours of the whole."""
        return Follow(self, lambda zoom, share: zoom.set_turned(share), run_time)

    def written(self, size: float, spec: str = ".3f") -> VGroup:
        """The sizes of the few as numerals, each in the middle of its cell."""
        (left, bottom, right, top), (rows, columns) = self._box, self._corner.shape
        inks = tints.ink(theme.sequential(self._bytes.ravel(), *self._spans[0]))
        wide, high = (right - left) / columns, (top - bottom) / rows
        return VGroup(
            *[
                Numeral(
                    derive(maths.norm, [self._corner[r, c]]),
                    spec,
                    size,
                    inks[r * columns + c],
                    "center",
                ).place(
                    [
                        left + (c + 0.5) * wide,
                        top - (r + 0.5) * high - 0.363 * theme.units(size),
                        0,
                    ],
                    "center",
                )
                for r in range(rows)
                for c in range(columns)
            ]
        )
