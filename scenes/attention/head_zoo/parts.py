"""What only the film head_zoo draws: where every token looks, heads on piles by what they do, and
what each token hands over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import Group, VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Boxes, boxes_of, painted, rectangles, stroked
from gptviz.drawing.base.picture import Picture
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.tokens.tokens import TokenStrip, head
from gptviz.recording.number import Numbers, Token, Tracked

Floats = npt.NDArray[np.float64]
LARGEST, SMALLEST = 42.0, 26.0  # type of the sentence
WIDEST, MOST = 8.9, 12  # units and tokens that it takes at most
RISE = 1.45  # of the farthest arc
FLOOR, HIGH, LARGE = -1.55, 3.5, 1.1  # of the piles: where they stand, how high, a cell's side
FOOT, TALL = -2.0, 1.85  # of the bars: where they stand, and how tall the largest is


def sentence(tokens: Sequence[Token], left: float, top: float) -> TokenStrip:
    """The tokens on one line, in type as large as fits; of many, the first."""
    kept = head(tokens, WIDEST, SMALLEST)[:MOST]
    wide = TokenStrip(kept, LARGEST, width=99, limit=12).width
    size = max(LARGEST * min(1.0, WIDEST / wide), SMALLEST)
    return TokenStrip(kept, size, width=99, limit=12).place(left, top)


class Crowd(Group):
    """The patterns of all heads side by side, layers across and heads down, as one picture.

    ``patterns`` (layer, head, query, key). :meth:`reveal` says how many queries of each are seen.
    """

    def __init__(self, patterns: Numbers, width: float, height: float) -> None:
        super().__init__()
        layers, heads, tokens, _ = patterns.shape
        self.between = max(1, round(tokens / 6))
        plain = np.asarray(patterns.array, dtype=float).transpose(1, 2, 0, 3)
        self.colours = theme.attention(plain)  # (head, query, layer, key, rgb)
        self.hidden = np.triu(np.ones((tokens, tokens), dtype=bool), 1)
        self.span = tokens + self.between
        side = min(width / (layers * self.span), height / (heads * self.span))
        self.side, self.tokens = side, tokens
        self.size = (
            side * (layers * self.span - self.between),
            side * (heads * self.span - self.between),
        )
        self.picture = Picture(self._painted(1.0), *self.size)
        self.add(self.picture)

    def _painted(self, seen: float) -> Floats:
        ground = theme.rgb(theme.GROUND)
        shown = np.clip(seen * self.tokens - np.arange(self.tokens), 0, 1)
        colours = ground + (self.colours - ground) * shown[None, :, None, None, None]
        heads, tokens, layers = colours.shape[:3]
        colours = colours.transpose(0, 2, 1, 3, 4).copy()
        colours[:, :, self.hidden] = ground
        padded = np.full((heads, self.span, layers, self.span, 3), ground)
        padded[:, :tokens, :, :tokens] = colours.transpose(0, 2, 1, 3, 4)
        flat = padded.reshape(heads * self.span, layers * self.span, 3)
        return flat[: -self.between, : -self.between]

    def reveal(self, share: float) -> Self:
        """From nothing (0) to every query (1)."""
        self.picture.set_colours(self._painted(share))
        return self

    def box(self, layer: int, head: int) -> tuple[float, float, float, float]:
        """The sides of a head's pattern, where the crowd was built."""
        wide, high = self.size
        x, y = layer * self.span * self.side - wide / 2, high / 2 - head * self.span * self.side
        x, y = x + float(self.get_center()[0]), y + float(self.get_center()[1])
        return x, y - self.tokens * self.side, x + self.tokens * self.side, y


class Looks(VGroup):
    """Where every token of a sentence looks in one head: an arc from each to each before it, and a
    loop for itself, thicker and brighter by weight.

    ``pattern`` (query, key). A ``Glide`` carries it from one head to another.
    """

    def __init__(self, strip: TokenStrip, pattern: Numbers) -> None:
        super().__init__()
        self.count = len(strip.boxes)
        self.tops = np.array([box.box.get_top() for box in strip.boxes])
        self.wide = np.array([box.box.width for box in strip.boxes])
        self.pairs = [(q, k) for q in range(self.count) for k in range(q + 1)]
        self.arcs = [self._arc(q, k) for q, k in self.pairs]
        self.add(*self.arcs)
        self.set_pattern(pattern)

    def _arc(self, query: int, key: int) -> VMobject:
        up = np.array([0.0, 0.05, 0.0])
        a, b = self.tops[query] + up, self.tops[key] + up
        whole = max(float(self.tops[-1, 0] - self.tops[0, 0]), 1e-6)
        rise = 0.35 + (RISE - 0.35) * float(a[0] - b[0]) / whole
        if query == key:
            side = np.array([min(self.wide[query] * 0.22, 0.3), 0, 0])
            a, b, rise = a + side, b - side, 0.4
        lift = np.array([0.0, rise * 4 / 3, 0.0])
        return stroked(np.array([a, a + lift, b + lift, b]), theme.ATTENTION)

    def set_pattern(self, pattern: Numbers) -> Self:
        """Shows another head's weights."""
        plain = np.asarray(pattern.array, dtype=float)
        self.glide_to(np.array([plain[q, k] for q, k in self.pairs]))
        return self

    def glide_state(self) -> Floats:
        """The weights: what ``Glide`` moves."""
        return self.weights

    def glide_to(self, state: Floats) -> None:
        """Shows arcs of given weights; the first token can look nowhere else, and has none."""
        self.weights = np.asarray(state, dtype=float)
        for (query, _), arc, weight in zip(self.pairs, self.arcs, self.weights, strict=True):
            seen = weight >= 0.03 and query > 0
            arc.stroke_width = 1.5 + 8 * float(weight)
            arc.stroke_rgbas[:, 3] = (0.2 + 0.8 * float(weight)) if seen else 0.0


class Piles:
    """Places for cells by group, stacked from a floor, the largest values first; the groups side by
    side across the stage.

    ``group`` (cell) says which pile each is on. ``boxes`` are their places, ``middles`` and ``tops``
    those of the piles.
    """

    def __init__(self, group: Any, values: Any, count: int) -> None:
        group, values = np.asarray(group), np.asarray(values)
        sizes = np.bincount(group, minlength=count)
        side = min(HIGH / float(np.ceil(np.sqrt(sizes.max()))), LARGE)  # the largest is a square
        columns = np.maximum(
            -(-sizes // int(HIGH / side + 1e-6)), np.minimum(np.maximum(sizes, 1), 3)
        )
        room = theme.RIGHT_EDGE - theme.LEFT_EDGE - 0.4
        pitch = np.maximum(columns * side, 2.3)
        if pitch.sum() > room:
            side *= max(room - 2.3 * (count - 1), 2.0) / float(columns.max() * side)
            pitch = np.maximum(columns * side, 2.3)
        left = -pitch.sum() / 2 + np.concatenate([[0.0], np.cumsum(pitch)[:-1]])
        self.middles = left + pitch / 2
        self.tops = np.full(count, FLOOR)
        self.boxes: Boxes = np.zeros((len(group), 4))
        for pile in range(count):
            cells = np.flatnonzero(group == pile)
            cells = cells[np.argsort(-values[cells], kind="stable")]
            place = np.arange(len(cells))
            row, column = np.divmod(place, columns[pile])
            x = self.middles[pile] + (column - columns[pile] / 2) * side
            y, gap = FLOOR + row * side, side * 0.07
            self.boxes[cells] = boxes_of(x + gap, y + gap, x + side - gap, y + side - gap)
            self.tops[pile] = FLOOR + (row.max(initial=-1) + 1) * side

    def labels(self, names: Sequence[str], counts: Sequence[Tracked]) -> VGroup:
        """The name below each pile, and how many cells it has, above it."""
        found = VGroup()
        for name, count, x, top in zip(names, counts, self.middles, self.tops, strict=True):
            number = Numeral(count, ",", 56, theme.TEXT, "center").place([x, top + 0.18, 0])
            number.place([x, top + 0.18, 0], "center")
            words = Words(name, 28, theme.SECONDARY, align="center")
            found.add(VGroup(number, words.place([x, FLOOR - 0.42, 0], "center")))
        return found


class HandedOver(VGroup):
    """Below each token a bar: how long the vector is that it hands over, and later what of it comes
    through, the attention times that length.

    ``lengths`` and ``moved`` (token) are tracked numbers; :meth:`set_share` carries one to the
    other.
    """

    def __init__(
        self, strip: TokenStrip, lengths: Sequence[Tracked], moved: Sequence[Tracked]
    ) -> None:
        super().__init__()
        self.x = np.array([box.box.get_center()[0] for box in strip.boxes])
        self.half = min(0.38, float(np.diff(self.x).min(initial=1.0)) * 0.36)
        self.lengths, self.moved = list(lengths), list(moved)
        self.unit = TALL / max(float(value) for value in lengths)
        self.bars = painted(np.zeros((0, 3)), theme.VALUE)
        size = min(32.0, self.half * 2 * 1080 / theme.HEIGHT / 2.2)
        written = self.lengths if size >= theme.SMALLEST else []  # else there is no room
        self.numbers = [Numeral(value, ".1f", size, theme.TEXT, "center") for value in written]
        self.add(self.bars, *self.numbers)
        self.grow(0.0)

    def _show(self, values: Floats) -> Self:
        tall = np.maximum(values * self.unit, 0.012)
        foot = np.full(len(tall), FOOT)
        boxes = boxes_of(self.x - self.half, foot, self.x + self.half, foot + tall)
        self.bars.points = rectangles(boxes)
        for number, x, high in zip(self.numbers, self.x, tall, strict=False):
            number.place([x, FOOT + high + 0.1, 0], "center")
        return self

    def grow(self, share: float) -> Self:
        """The bars rise from nothing to the lengths."""
        for number in self.numbers:
            number.set_fill(opacity=share)
        return self._show(np.array([float(value) for value in self.lengths]) * share)

    def multiply(self, share: float) -> Self:
        """The bars shrink from the lengths to what comes through."""
        for number, before, after in zip(self.numbers, self.lengths, self.moved, strict=False):
            number.set_between(before, after, share)
        before, after = (
            np.array([float(value) for value in values]) for values in (self.lengths, self.moved)
        )
        return self._show(before + (after - before) * share)
