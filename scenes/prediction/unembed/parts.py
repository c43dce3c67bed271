"""What only the film unembed draws of numbers: vectors and rows as bar codes, the table that
scrolls,
and the text whose blank is filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject, linear, smooth

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import (
    Anchor,
    Boxes,
    Cells,
    boxes_of,
    painted,
    rectangles,
    segments,
    stroked,
)
from gptviz.drawing.base.given import finite
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.drawing.tokens.slot import blank_behind, blank_width
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.recording.families import UnembedRecording
from gptviz.recording.number import Token, Tracked

Floats = npt.NDArray[np.float64]
LIMIT = 10  # characters of a token that are shown
_SIZES = (60, 54, 48, 44, 40, 36, 32, 30, 28)  # of a prompt, in pixels
_WINDOW = 5  # rows of the table that are seen at once
_FILL = 0.74  # of its place, what a bar takes


@dataclass(frozen=True)
class Lane:
    """A box in which numbers stand side by side."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2

    def at(self, middle: float) -> Lane:
        """The same lane at another height."""
        half = (self.top - self.bottom) / 2
        return Lane(self.left, middle - half, self.right, middle + half)

    def closed(self) -> Lane:
        """The lane without its height."""
        return Lane(self.left, self.middle, self.right, self.middle)

    def to(self, other: Lane, share: float) -> Lane:
        """The lane on the way to another."""
        mine = np.array([self.left, self.bottom, self.right, self.top])
        theirs = np.array([other.left, other.bottom, other.right, other.top])
        return Lane(*(mine + (theirs - mine) * share).tolist())


class Barcode(VGroup):
    """Numbers (n) as thin upright cells side by side: orange above zero, blue below, full at two
    deviations of their own."""

    def __init__(self, numbers: Any, lane: Lane) -> None:
        super().__init__()
        self.plain = finite(numbers, "a number of the vector")
        count = len(self.plain)
        full = 2 * float(np.sqrt(np.mean(self.plain**2)))
        left = np.arange(count) / count
        cells = Cells(
            Anchor(0, 0, 1, 1),
            boxes_of(left, 0.0, left + 1 / count, 1.0),
            theme.diverging(self.plain, full),
        )
        self._unit = [(part, part.points.copy()) for part in cells.submobjects]
        self.add(*cells.submobjects)
        self.lay(lane)

    def lay(self, lane: Lane) -> Self:
        """Takes it to a lane."""
        self.lane = lane
        size = np.array([lane.right - lane.left, lane.top - lane.bottom, 1.0])
        corner = np.array([lane.left, lane.bottom, 0.0])
        for part, points in self._unit:
            part.points = points * size + corner
        return self

    def carry(self, lane: Lane, run_time: float = theme.SLOW, **options: Any) -> Follow:
        """A motion to another lane."""
        start = self.lane
        return Follow(self, lambda it, share: it.lay(start.to(lane, share)), run_time, **options)


class Products(VGroup):
    """Products (n) as thin bars up and down from the middle of a lane: bright ones raise a sum, dark
    ones lower it."""

    def __init__(self, products: Any, lane: Lane) -> None:
        self.plain, self.lane = finite(products, "a product"), lane
        self.up = painted(np.zeros((0, 3)), theme.DATA_HIGH)
        self.down = painted(np.zeros((0, 3)), theme.DATA_LOW)
        line = [lane.left, lane.middle, 0], [lane.right, lane.middle, 0]
        self.line = stroked(segments(line[:1], line[1:]), theme.HAIRLINE, 2.0)
        super().__init__(self.line, self.up, self.down)
        self.grow(0.0)

    def boxes(self) -> Boxes:
        """The bars (n) as they stand."""
        lane, count = self.lane, len(self.plain)
        pitch = (lane.right - lane.left) / count
        x = lane.left + np.arange(count) * pitch
        low, high = min(self.plain.min(), 0.0), max(self.plain.max(), 0.0)
        unit = (lane.top - lane.bottom) / ((high - low) or 1.0)
        zero = lane.bottom - low * unit
        self.line.points = segments([[lane.left, zero, 0]], [[lane.right, zero, 0]])
        tall = self.plain * unit
        return boxes_of(
            x, zero + np.minimum(tall, 0), x + pitch * _FILL, zero + np.maximum(tall, 0)
        )

    def grow(self, share: float) -> Self:
        """Shows the first bars, a share of all."""
        boxes, shown = self.boxes(), np.arange(len(self.plain)) < share * len(self.plain)
        self.up.points = rectangles(boxes[(self.plain > 0) & shown])
        self.down.points = rectangles(boxes[(self.plain < 0) & shown])
        return self


class Row(VGroup):
    """A row of the table: its number, its token, and its weights."""

    def __init__(self, rec: UnembedRecording, row: int, lane: Lane, size: float = 40.0) -> None:
        self.index, self._drop = row, 0.34 * theme.units(size)
        token = rec.token(row)
        self.number = Numeral(token.id, "d", size * 0.8, theme.SECONDARY, "right")
        self.label = TokenText(token, size, limit=LIMIT)
        self.code = Barcode(rec.row(row), lane)
        super().__init__(self.number, self.label, self.code)

    def stand(self, y: float) -> Self:
        """Takes it to a height."""
        self.code.lay(self.code.lane.at(y))
        self.number.place([theme.LEFT_EDGE + 1.0, y - self._drop, 0], "right")
        self.label.place([theme.LEFT_EDGE + 1.25, y - self._drop, 0])
        return self


class Table(VGroup):
    """Rows of the table in the order of their numbers, evenly spaced in it, scrolling through a
    window. :meth:`set_passed` says which row stands at its middle."""

    def __init__(self, rec: UnembedRecording, rows: Sequence[int], lane: Lane) -> None:
        super().__init__()
        self._middle, self._pitch = lane.middle, 1.45 * (lane.top - lane.bottom)
        self._rows = {index: Row(rec, index, lane) for index in rows}
        self.shown: list[Row] = []
        self._order = list(rows)

    def place_of(self, row: int) -> int:
        """The place of a row among those of the table."""
        return self._order.index(row)

    def set_passed(self, place: float) -> Self:
        """Puts the row of a place at the middle of the window."""
        self.shown = []
        for i, index in enumerate(self._order):
            near = _WINDOW / 2 + 0.5 - abs(i - place)
            if near > 0.02:
                row = self._rows[index].stand(self._middle - (i - place) * self._pitch)
                for part in row.get_family():
                    if isinstance(part, VMobject):
                        part.set_fill(opacity=float(np.clip(near, 0, 1)))
                self.shown.append(row)
        self.submobjects = list(self.shown)
        return self

    def scroll(self, first: float, last: float, run_time: float, **options: Any) -> Follow:
        """A motion from the row of one place to that of another."""
        return Follow(
            self,
            lambda table, share: table.set_passed(first + (last - first) * share),
            run_time,
            **options,
        )


class Blanked(VGroup):
    """A prompt in its boxes on one line and the blank behind it, as large as fits into ``width``.

    ``strip``, ``blank``, and ``word``, which is not seen until it has come.

    """

    def __init__(self, prompt: Sequence[Token], word: Token, width: float = 12.9) -> None:
        for size in _SIZES:
            shown = tail(prompt, width - blank_width(word, size), size)
            if len(shown) == len(prompt):
                break
        self.size = float(size)
        self.strip = TokenStrip(shown, size)
        self.blank, self.word = blank_behind(self.strip, word)
        self.word.set_opacity(0)
        super().__init__(self.strip, self.blank, self.word)

    @property
    def factor(self) -> float:
        """How much larger it is than it was built."""
        return self.strip.boxes[0].text.runs[0].pixels / self.size

    def opened(self, size: float = 92.0) -> tuple[TokenStrip, VMobject]:
        """The same tokens in larger type on two lines, in the middle of the stage, and the blank."""
        tokens = [box.token for box in self.strip.boxes]
        while (strip := TokenStrip(tokens, size, width=10.6)).rows > 2 and size > self.size:
            size -= 4
        blank, _ = blank_behind(strip, self.word.token)
        VGroup(strip, blank).move_to([0, 0.6, 0])
        return strip, blank

    def close_up(self, large: TokenStrip, blank: VMobject, run_time: float) -> Follow:
        """A motion from two lines to one: all become small where they stand, then the lines slide
        apart, and at last they meet."""
        pairs = zip([*large.boxes, blank], [*self.strip.boxes, self.blank], strict=True)
        moves = []
        for before, after in pairs:
            start, end = np.array(before.get_center()), np.array(after.get_center())
            parts = [(part, part.points - end) for part in after.get_family()]
            moves.append((parts, start, end, float(before.height / after.height)))

        def step(_: Blanked, share: float) -> None:
            small, across, up = (
                smooth(float(np.clip((share - first) / 0.5, 0, 1))) for first in (0.0, 0.2, 0.5)
            )
            for parts, start, end, factor in moves:
                at = start + (end - start) * np.array([across, up, 0.0])
                for part, points in parts:
                    part.points = at + points * (factor + (1 - factor) * small)

        return Follow(self, step, run_time, rate_func=linear)

    def room_of_word(self) -> Floats:
        """Where the word's baseline has its middle, inside the blank."""
        drop = 0.34 * theme.units(self.size) * self.factor
        return np.asarray(self.blank.get_center() - np.array([0, drop, 0]))


def lane_name(text: str, lane: Lane, size: float = 34.0, **fields: Tracked | Token) -> Words:
    """What a lane shows, above its left end."""
    return Words(text, size, theme.SECONDARY, **fields).place([lane.left, lane.top + 0.14, 0])
