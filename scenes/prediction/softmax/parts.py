"""What only the film softmax draws: a blank that words run through, a list of scores that falls
past, three wishes, the pointer of a draw, parts of a formula that come flying."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import (
    Create,
    RoundedRectangle,
    VGroup,
    VMobject,
)

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import polygons
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.drawing.chances.bars import BarRow, ShareStrip
from gptviz.drawing.model.map import CORNER
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.recording.number import Token, Tracked

from .table import LIMIT

Place = npt.NDArray[np.float64]
PLACES = 1.6  # units from the end of the scores to that of their places
_SIZES = (52, 48, 44, 40, 36, 32)  # of a prompt, in pixels


class Opening(VGroup):
    """A prompt in its boxes and, behind it, a blank: on one line of ``width`` units, as large as
    that allows; of a long prompt the end. In type of 32 pixels it has room beside the map.
    ``strip``, ``blank``."""

    def __init__(self, prompt: Sequence[Token], words: Sequence[Token], width: float) -> None:
        super().__init__()
        for size in _SIZES:
            em = theme.units(size)
            room = max(TokenText(word, size, limit=14).advance for word in words) + em * 1.1
            line = min(width, (CORNER[0] - 0.3 - theme.LEFT_EDGE) * size / 32)
            shown = tail(prompt, line - room - em * 0.42, size)
            if len(shown) == len(prompt):
                break
        self.size = float(size)
        self.strip = TokenStrip(shown, size)
        last = self.strip.boxes[-1].box
        self.blank = RoundedRectangle(
            corner_radius=em * 0.25,
            width=room,
            height=em * 1.75,
            stroke_color=theme.FOCUS,
            stroke_width=3,
            fill_opacity=0,
        ).move_to(last.get_right() + np.array([em * 0.42 + room / 2, 0, 0]))
        self.add(self.strip, self.blank)

    @property
    def type_size(self) -> float:
        """The size of its type as it stands on screen, in pixels."""
        return self.strip.boxes[0].text.runs[0].pixels

    def inside(self, word: TokenText) -> TokenText:
        """A word of the prompt's size, in the middle of the blank."""
        drop = 0.34 * theme.units(word.size)
        return word.place(self.blank.get_center() - np.array([0, drop, 0]), "center")


class Reel(VGroup):
    """Words that run upwards through a blank, bright where they stand in it: each could be next."""

    def __init__(self, opening: Opening, words: Sequence[Token]) -> None:
        super().__init__()
        size = opening.size
        self._middle = opening.blank.get_center() - np.array([0, 0.34 * theme.units(size), 0])
        self._step = theme.units(size) * 1.75
        self.words = [TokenText(word, size, limit=14) for word in words]
        self.add(*self.words)
        self.set_turned(0.0)

    def set_turned(self, words: float) -> Self:
        """How many words have passed the blank; at 0 the first is still below it."""
        for i, word in enumerate(self.words):
            away = words - 1 - i
            word.place(self._middle + np.array([0, away * self._step, 0]), "center")
            far = abs(away)
            word.set_opacity(float(np.clip(1 - far, 0.24 * np.clip(3.6 - far, 0, 1), 1)))
        return self

    def run(self, run_time: float, **options: Any) -> Follow:
        """All words run through, and out."""
        last = len(self.words) + 3.6
        return Follow(
            self,
            lambda reel, share: reel.set_turned(-2.6 + (last + 2.6) * share),
            run_time,
            **options,
        )


class FallingScores(VGroup):
    """Tokens and their scores, highest first, that fall past a window of some rows.

    ``rows[i]`` are a token, its numeral and its place in the whole list, which says how many are
    left out between two rows; ``places[i]`` the last of these. ``top`` is the height of the first row's middle;
    ``scores_end`` where the numerals end, ``left`` where the tokens begin.
    """

    def __init__(
        self,
        tokens: Sequence[Token],
        scores: Sequence[Tracked],
        *,
        left: float,
        scores_end: float,
        top: float,
        row: float,
        window: int,
        size: float,
        places: Sequence[Tracked],
    ) -> None:
        super().__init__()
        self._left, self._end, self._top, self._row, self._window = (
            left,
            scores_end,
            top,
            row,
            window,
        )
        self._drop = theme.units(size) * 0.34
        self._pairs = [
            (
                TokenText(token, size, limit=LIMIT),
                Numeral(score, ".3f", size, theme.SECONDARY, "right"),
            )
            for token, score in zip(tokens, scores, strict=True)
        ]
        self.places = [Words("#{n:,}", size * 0.85, theme.SECONDARY, n=place) for place in places]
        self.rows = [
            VGroup(*pair, place) for pair, place in zip(self._pairs, self.places, strict=True)
        ]
        self.add(*self.rows)
        self.lowest = float(max(len(self.rows) - window, 0))
        self.passed = 0.0
        self.set_passed(0.0)

    def set_passed(self, rows: float) -> Self:
        """How many rows have gone out of the window; rows near its ends fade."""
        self.passed = rows
        for i, (token, number) in enumerate(self._pairs):
            place = i - rows
            y = self._top - place * self._row - self._drop
            token.place([self._left, y, 0])
            number.place([self._end, y, 0], "right")
            self.places[i].place([self._end + PLACES, y, 0], "right")
            inside = float(np.clip(min(place, self._window - 1 - place) + 1, 0, 1))
            self.rows[i].set_opacity(inside)
        return self

    def fall(self, rows: float, run_time: float, **options: Any) -> Follow:
        """A motion until so many rows are gone."""
        first = self.passed

        def step(column: FallingScores, share: float) -> None:
            column.set_passed(first + (rows - first) * share)

        return Follow(self, step, run_time, **options)


class Wish(VGroup):
    """Something that is wanted, with a box that :meth:`tick` ticks when it has come true."""

    def __init__(self, text: str, size: float) -> None:
        super().__init__()
        side = theme.units(size) * 0.85
        self.box = RoundedRectangle(
            corner_radius=side * 0.2,
            width=side,
            height=side,
            stroke_width=2.5,
            stroke_color=theme.SECONDARY,
            fill_opacity=0,
        )
        words = Words(text, size).place([side * 0.95, -theme.units(size) * 0.34, 0])
        self.add(self.box, words)

    def tick(self) -> Create:
        """The animation that ticks it."""
        middle, side = self.box.get_center(), self.box.width
        mark = VMobject(stroke_color=theme.TEXT, stroke_width=5, fill_opacity=0)
        corners = np.array([[-0.3, 0.02, 0], [-0.08, -0.24, 0], [0.42, 0.5, 0]])
        mark.set_points_as_corners(middle + corners * side)
        return Create(mark)


def in_line(wishes: Sequence[Wish], scale: float, height: float) -> list[Any]:
    """The motions of wishes to a line that ends at the right edge, the first one first."""
    right, moves = theme.RIGHT_EDGE, []
    for wish in reversed(wishes):
        low = float(wish.get_center()[1] - wish.box.get_center()[1])
        place = np.array([right - wish.width * scale / 2, height + low * scale, 0])
        moves.insert(0, wish.animate.scale(scale).move_to(place))
        right -= wish.width * scale + 0.42
    return moves


def beside(blank: VMobject, width: float) -> float:
    """Where the middle of something stands that leaves the way up to a blank free."""
    place = float(blank.get_center()[0])
    away = (width + blank.width) / 2 + 0.3
    return 0.0 if abs(place) > away else place - away if place > 0 else place + away


class Pointer(VGroup):
    """The pointer of a draw: it runs along a strip that begins at ``left``, ``width`` units long,
    above it, and stops where the random number ``u`` says."""

    means = ("focus",)

    def __init__(self, u: Tracked, left: Place, width: float) -> None:
        super().__init__()
        self.u, self._start, self._width = u, left, width
        head = np.array([[[0.0, 0.0], [-0.16, 0.34], [0.16, 0.34]]])
        self.shape = VMobject(stroke_width=0, fill_color=theme.FOCUS, fill_opacity=1)
        self._outline = polygons(head)
        self.add(self.shape)
        self.set_at(0.0)

    def set_at(self, share: float) -> Self:
        """Puts it at a share of the strip."""
        self.shape.points = self._outline + self._start + np.array([share * self._width, 0, 0])
        return self

    def run(self, run_time: float, **options: Any) -> Follow:
        """From end to end, back, and on to the number."""
        target = float(self.u)

        def step(pointer: Pointer, share: float) -> None:
            way = (2.0 + target) * share  # there, back, and to the number
            pointer.set_at(way if way <= 1 else 2 - way if way <= 2 else way - 2)

        return Follow(self, step, run_time, **options)


class Flight:
    """A part of a formula that is unseen at first, and then comes out of what it stands for."""

    def __init__(self, formula: Formula, name: str, start: Any) -> None:
        part = formula.part(name)
        self._parts = [each for each in part.get_family() if len(each.points)]
        self._homes = [each.points.copy() for each in self._parts]
        self._middle, self._start = part.get_center(), np.asarray(start, dtype=float)
        self._formula = formula
        part.set_opacity(0)

    def land(self, run_time: float, **options: Any) -> Follow:
        """The motion to its place."""

        def step(_: VMobject, share: float) -> None:
            size = 0.4 + 0.6 * share
            for part, home in zip(self._parts, self._homes, strict=True):
                away = self._start + (self._middle - self._start) * share
                part.points = away + (home - self._middle) * size
                part.set_opacity(float(np.clip(share * 2 - 0.8, 0, 1)))

        return Follow(self._formula, step, run_time, **options)


def lay_strip(
    strip: ShareStrip, place: Sequence[float], shares: Sequence[Tracked], rest: Tracked
) -> None:
    """Puts a strip at ``place``: its left end, its middle's height, its length, its thickness."""
    left, middle, width, thick = place
    strip.full = width
    for part in strip.parts:
        points = part.points.copy()
        low = points[:, 1] < points[:, 1].mean()
        points[:, 1] = np.where(low, middle - thick / 2, middle + thick / 2)
        part.points = points
    strip.parts[0].set_left(left)
    strip.set_shares(shares, rest)


def widening(
    small: Sequence[float], large: Sequence[float], shares: Sequence[Tracked], rest: Tracked
) -> Callable[[ShareStrip, float], None]:
    """A step that takes a strip from one place to another; see :func:`lay_strip`."""

    def step(strip: ShareStrip, share: float) -> None:
        now = [a + (b - a) * share for a, b in zip(small, large, strict=True)]
        lay_strip(strip, now, shares, rest)

    return step


def names_on(strip: ShareStrip, rows: Sequence[BarRow]) -> VGroup:
    """The names and numbers of a strip's parts, on those that have room for both."""
    found = VGroup()
    for part, row in zip(strip.parts, rows, strict=True):
        dark = part is not strip.parts[-1] or not isinstance(row.label, Words)
        color = theme.GROUND if dark else theme.TEXT
        name = row.label.copy().scale(42 / row.label.size)
        number = Numeral(row.share.number, row.share.spec, 36, color, "center")
        if max(name.width, number.width) + 0.24 < part.length:
            middle = part.get_center()
            name.move_to(middle + np.array([0, 0.2, 0])).set_fill(color, opacity=1)
            found.add(name, number.place(middle + np.array([0, -0.34, 0]), "center"))
    return found
