"""What only the film qkv draws: eyes that go back over a text, a head's matrices as pictures, the
places of a chart with a column for each token, and its bars, on which running sums race."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import boxes_of, painted, rectangles, segments, stroked
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.picture import Picture
from gptviz.drawing.base.text import Numeral
from gptviz.drawing.tokens.tokens import TokenBox, TokenStrip
from gptviz.recording.number import Numbers, Token, Tracked

Floats = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]
MOST = 10  # columns, at most
LEFT, RIGHT = -5.3, theme.RIGHT_EDGE - 0.1  # of the columns; names stand left of them
NAMED = -6.0  # the middle of what is written left of a band
LARGE = ((0.7, 2.5), (-1.3, 0.5))  # bottom and top of queries and keys, before there are bars
QUERIES, KEYS = (1.55, 2.5), (0.5, 1.45)  # and above the bars
VALUES = (0.6, 2.5)
RACE = (-1.2, 0.05)  # of the bars, numerals left out
TOKENS = -1.82  # the middle of the tokens
_SIZE, _LIMIT = 36.0, 10  # type of a token, and its characters at most
_NUMERAL = 34.0


def large_strip(tokens: Sequence[Token]) -> TokenStrip:
    """A text as large as it fits on the stage."""
    for size in (104, 92, 80, 68, 60, 52, 44, 36):
        strip = TokenStrip(tokens, size, width=12.8)
        if strip.height <= 4.4:
            break
    return strip.move_to([0, 0.6, 0])


def look(strip: TokenStrip, place: float, kept: int) -> None:
    """Lights the boxes of a strip near a place between two of them, and one that stays lit."""
    for i, each in enumerate(strip.boxes):
        lit = 1.0 if i == kept else max(0.0, 1 - abs(place - i))
        mixed = theme.rgb(theme.HAIRLINE) * (1 - lit) + theme.rgb(theme.FOCUS) * lit
        each.box.stroke_rgbas = np.array([[*mixed, 1.0]])
        each.box.stroke_width = 1.5 + 4.5 * lit


def looking_back(strip: TokenStrip, first: int, last: int, run_time: float) -> Follow:
    """Eyes go over the boxes of a strip, from one back to another; the first stays lit."""

    def step(boxes: TokenStrip, share: float) -> None:
        look(boxes, first + (last - first) * share, first)

    return Follow(strip, step, run_time)


def matrix_picture(weights: Numbers, box: Sequence[float]) -> Picture:
    """A matrix (d_model, d_head) as a picture in a box, a row of it for each number that it gives."""
    plain = np.asarray(weights.array, dtype=np.float64).T
    picture = Picture(theme.diverging(plain, 1.3 * float(plain.std() or 1.0)), 1.0, 1.0)
    return picture.set_sides(*box)


class Places:
    """Where things stand in a chart with a column for each of some tokens of a text.

    ``keys`` are the tokens' places in the text: all up to the query or, of a long text, those near
    its end and the one that it looks at.
    """

    def __init__(self, query: int, key: int) -> None:
        near = range(max(0, query + 1 - MOST), query + 1)
        self.keys = list(near) if key in near else [key, *near[1:]]
        self.count = len(self.keys)
        self.pitch = min((RIGHT - LEFT) / self.count, 1.6)
        self.start = (LEFT + RIGHT - self.pitch * self.count) / 2
        self.query, self.key = self.keys.index(query), self.keys.index(key)

    def x(self, column: int) -> float:
        """The middle of a column."""
        return self.start + (column + 0.5) * self.pitch

    def box(self, column: int, band: tuple[float, float]) -> Box:
        """The box of a column in a band (bottom, top)."""
        half = self.pitch * 0.44
        return self.x(column) - half, band[0], self.x(column) + half, band[1]

    def token(self, token: Token, column: int) -> TokenBox:
        """A token at the foot of its column, as large as it fits."""
        box = TokenBox(token, _SIZE, limit=_LIMIT)
        box.scale(min(1.0, self.pitch * 0.94 / box.box.width))
        return box.move_to([self.x(column), TOKENS, 0])


class Race(VGroup):
    """A bar in each column: at first a running sum of products, later a percentage.

    ``sums[i]`` (component) are the running sums of column i. :meth:`set_terms` says how many products
    have been added; :meth:`turn_into` makes the bars attention weights. The numeral at a bar's end is
    its value.
    """

    means = ("attention",)

    def __init__(self, places: Places, sums: Sequence[Numbers]) -> None:
        super().__init__()
        self.places, self.sums = places, list(sums)
        plain = np.stack([np.asarray(each.array, dtype=np.float64) for each in self.sums])
        low, high = min(plain.min(), 0.0), max(plain.max(), 0.0)
        self.terms = plain.shape[1]
        room = RACE[1] - RACE[0]
        self._unit = room / ((high - low) or 1.0)
        self.zero = RACE[0] - low * self._unit
        self.levels = np.zeros(places.count)
        self.bars = painted(np.zeros((0, 3)), theme.DATA_HIGH)
        self.axis = stroked(np.zeros((0, 3)), theme.SECONDARY, 2.0)
        self.numerals = [
            Numeral(each[0], ".1f", _NUMERAL, theme.TEXT, "center") for each in self.sums
        ]
        self.add(self.axis, self.bars, *self.numerals)
        self.set_terms(1)

    def set_terms(self, count: int) -> Self:
        """So many products have been added, one at least."""
        entry = int(np.clip(count, 1, self.terms)) - 1
        values: list[Tracked] = [each[entry] for each in self.sums]
        for numeral, value in zip(self.numerals, values, strict=True):
            numeral.set_value(value)
        self.levels = np.array([float(value) for value in values]) * self._unit
        return self._draw()

    def add_up(self, skylines: Sequence[Any], run_time: float, **options: Any) -> Follow:
        """A motion in which all are added, and are read in the skylines at the same time."""

        def step(_: VGroup, share: float) -> None:
            done = max(round(share * self.terms), 1)
            self.set_terms(done)
            for each in skylines:
                each.set_read(done)

        # Of all that changes: what a motion does not hold stands still in the film.
        return Follow(VGroup(self, *skylines), step, run_time, **options)

    def turn_into(self, weights: Sequence[Tracked], run_time: float, **options: Any) -> Follow:
        """A motion in which the bars become weights from 0 to 1, with ``weights`` written on them in
        percent."""
        old = [numeral.number for numeral in self.numerals]
        start = (self.zero, self.levels.copy())
        top = max(float(each) for each in weights) or 1.0
        wanted = np.array([float(each) for each in weights]) / top * (RACE[1] - RACE[0])

        def step(race: Race, share: float) -> None:
            race.zero = start[0] + (RACE[0] - start[0]) * share
            race.levels = start[1] + (wanted - start[1]) * share
            for numeral, before, after in zip(race.numerals, old, weights, strict=True):
                numeral.set_between(before, after, share, ".1%")
            first, last = theme.rgb(theme.DATA_HIGH), theme.rgb(theme.ATTENTION)
            race.bars.fill_rgbas = np.array([[*(first + (last - first) * share), 1.0]])
            race._draw()

        return Follow(self, step, run_time, **options)

    def stress(self, column: int, run_time: float) -> Follow:
        """The numeral of a column becomes larger."""
        numeral, size = self.numerals[column], [1.0]

        def step(race: Race, share: float) -> None:
            numeral.scale((1 + 0.45 * share) / size[0])
            size[0] = 1 + 0.45 * share
            race._draw()

        return Follow(self, step, run_time)

    def _draw(self) -> Self:
        places, em = self.places, theme.units(_NUMERAL)
        x = np.array([places.x(column) for column in range(places.count)])
        half, ends = places.pitch * 0.3, self.zero + self.levels
        low, high = np.minimum(ends, self.zero), np.maximum(ends, self.zero)
        self.bars.points = rectangles(boxes_of(x - half, low, x + half, high))
        edge = places.pitch * places.count / 2
        middle = places.start + edge
        self.axis.points = segments(
            [[middle - edge, self.zero, 0]], [[middle + edge, self.zero, 0]]
        )
        for numeral, middle_x, at, level in zip(self.numerals, x, ends, self.levels, strict=True):
            y = at + 0.1 if level >= 0 else at - 0.07 - 0.73 * em
            numeral.place([middle_x, y, 0], "center")
        return self


class Finds(VGroup):
    """Arcs over a strip of tokens, each from a token to the one that it looks at most, as thick as
    its weight; ``arcs[i]`` is that of pair i (query, key, weight), ``shares[i]`` its weight on it."""

    means = ("attention",)

    def __init__(self, strip: TokenStrip, pairs: Sequence[tuple[int, int, Tracked]]) -> None:
        super().__init__()
        self.arcs: list[VMobject] = []
        self.shares: list[Numeral] = []
        for query, key, weight in pairs:
            a, b = strip.boxes[query].box.get_top(), strip.boxes[key].box.get_top()
            # Of two that end on one token, the longer one ends further on: so they do not cross.
            farther = sum(q > query for q, k, _ in pairs if k == key)
            nearer = sum(q < query for q, k, _ in pairs if k == key)
            b = b + np.array([0.18 * (farther - nearer), 0.06, 0])
            a = a + np.array([0, 0.06, 0])
            lift = np.array([0.0, 0.8 + 0.16 * float(a[0] - b[0]), 0.0])
            arc = stroked(_curve(a, b, lift), theme.ATTENTION, 2 + 8 * weight)
            arc.means = ("attention",)
            self.arcs.append(arc)
            share = Numeral(weight, ".0%", 40, theme.ATTENTION, "center")
            share.means = ("attention",)
            spanned = any(q > query and k <= key for q, k, _ in pairs)
            off = np.array([0, -0.5 if spanned else 0.14, 0])  # below its arc, if another is above
            self.shares.append(share.place((a + b) / 2 + lift + off, "center"))
        self.add(*self.arcs, *self.shares)


def _curve(a: Floats, b: Floats, lift: Floats, pieces: int = 24) -> Floats:
    """Points of an arc from a place to another, in straight pieces, at most ``lift`` above both."""
    t = np.linspace(0, 1, pieces + 1)[:, None]
    line = a + (b - a) * (3 * t**2 - 2 * t**3) + 4 * t * (1 - t) * lift
    return segments(line[:-1], line[1:])
