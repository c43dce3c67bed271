"""What only the film softmax draws: a blank that words run through, a list of scores that falls
past, the curve over its sliding axis, three wishes, the pointer of a draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import (
    Animation,
    AnimationGroup,
    Create,
    Dot,
    LaggedStart,
    RoundedRectangle,
    VGroup,
    VMobject,
)

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import polygons, segments, stroked
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.drawing.chances.bars import Bar, ShareStrip
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.recording.number import Token, Tracked

Place = npt.NDArray[np.float64]
_SIZES = (52, 48, 44, 40, 36, 32)  # of a prompt, in pixels


class Opening(VGroup):
    """A prompt in its boxes and, behind it, a blank: on one line of ``width`` units, as large as
    that allows; of a long prompt the end. ``strip``, ``blank``."""

    def __init__(self, prompt: Sequence[Token], words: Sequence[Token], width: float) -> None:
        super().__init__()
        for size in _SIZES:
            em = theme.units(size)
            room = max(TokenText(word, size, limit=14).advance for word in words) + em * 1.1
            shown = tail(prompt, width - room - em * 0.42, size)
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
            word.set_opacity(float(np.clip(1 - far, 0.22 * np.clip(2.6 - far, 0, 1), 1)))
        return self

    def run(self, run_time: float, **options: Any) -> Follow:
        """All words run through, and out."""
        last = len(self.words) + 2.6
        return Follow(
            self,
            lambda reel, share: reel.set_turned(-1.6 + (last + 1.6) * share),
            run_time,
            **options,
        )


class FallingScores(VGroup):
    """Tokens and their scores, highest first, that fall past a window of some rows.

    ``rows[i]`` are a token and its numeral. ``top`` is the height of the first row's middle;
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
                TokenText(token, size, limit=13),
                Numeral(score, ".2f", size, theme.SECONDARY, "right"),
            )
            for token, score in zip(tokens, scores, strict=True)
        ]
        self.rows = [VGroup(*pair) for pair in self._pairs]
        self.add(*self.rows)
        self.lowest = float(max(len(self.rows) - window, 0))
        self.passed = 0.0
        self.set_passed(0.0)

    @property
    def last_seen(self) -> int:
        """The index of the last row that stands whole in the window."""
        return min(int(self.passed + self._window - 0.5), len(self.rows) - 1)

    def set_passed(self, rows: float) -> Self:
        """How many rows have gone out of the window; rows near its ends fade."""
        self.passed = rows
        for i, (token, number) in enumerate(self._pairs):
            place = i - rows
            y = self._top - place * self._row - self._drop
            token.place([self._left, y, 0])
            number.place([self._end, y, 0], "right")
            inside = float(np.clip(min(place, self._window - 1 - place) + 1, 0, 1))
            self.rows[i].set_opacity(inside)
        return self

    def fall(self, rows: float, run_time: float, then: Any = None, **options: Any) -> Follow:
        """A motion until so many rows are gone; ``then()`` is called at every frame."""
        first = self.passed

        def step(column: FallingScores, share: float) -> None:
            column.set_passed(first + (rows - first) * share)
            if then is not None:
                then()

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


class Curve:
    """Scores as dots on an axis that slides under them, the curve of e^x above it, a stem from each
    dot up to the curve, and a pin that walks down the curve.

    ``differences`` are the scores measured from the highest, highest first; ``ends`` the numbers
    below the first and the last dot. A stem is as long as e to its score: :meth:`lower` lays it down
    as a bar.
    """

    LEAST = -2.4  # the axis shows at least so much

    def __init__(
        self,
        differences: Sequence[Tracked],
        ends: Sequence[Tracked],
        right: float,
        bottom: float,
        width: float,
        height: float,
    ) -> None:
        self._scores = [float(d) for d in differences]
        self._low = min(min(self._scores) * 1.15, self.LEAST)
        self._origin, self._size = np.array([right, bottom, 0.0]), np.array([width, height])
        xs = np.linspace(self._low, 0.0, 80)
        self.line = VMobject(stroke_color=theme.PROBABILITY, stroke_width=6)
        self.line.set_points_smoothly([self.at(x, np.exp(x)) for x in xs])
        self.axis = stroked(
            segments([self.at(self._low, 0)], [self.at(0, 0)]), theme.SECONDARY, 3.0
        )
        self.ticks = stroked(np.zeros((0, 3)), theme.SECONDARY, 3.0)
        self.set_offset(0.0)
        self.label = Formula("e^x", 84, theme.PROBABILITY)
        middle = self._low * 0.62
        self.label.move_to(self.at(middle, np.exp(middle)) + np.array([0, 0.85, 0]))
        self.dots = [Dot(self.at(d, 0), radius=0.1, color=theme.TEXT) for d in self._scores]
        self.stems = [self._stem(d) for d in self._scores]
        below = np.array([0, -0.5, 0])
        places = [self.at(self._scores[0], 0) + below, self.at(self._scores[-1], 0) + below]
        numerals = [
            Numeral(value, ".2f", 32, theme.TEXT, "right" if i == 0 else "center").place(
                place + np.array([0.25 if i == 0 else 0.0, 0, 0]), "right" if i == 0 else "center"
            )
            for i, (value, place) in enumerate(zip(ends, places, strict=True))
        ]
        crowded = places[0][0] - places[1][0] < 1.7  # scores near one another: one numeral says it
        self.ends = VGroup(*numerals[: 1 if crowded else 2])

    def at(self, x: float, y: float) -> Place:
        """Where a score and a power lie on screen."""
        return np.asarray(
            self._origin + np.array([-x / self._low * self._size[0], y * self._size[1], 0])
        )

    def set_offset(self, highest: float) -> None:
        """Slides the axis' ticks: a whole number stands at each, and ``highest`` at the right
        end."""
        first, last = np.ceil(highest + self._low), np.floor(highest + 1e-9)
        at = [self.at(x - highest, 0) for x in np.arange(first, last + 1)]
        low, high = np.array([0, -0.12, 0]), np.array([0, 0.12, 0])
        self.ticks.points = segments([p + low for p in at], [p + high for p in at])

    def write(self, first: Tracked, last: Tracked) -> None:
        """Writes other numbers below the first and the last score."""
        for numeral, value in zip(self.ends, (first, last), strict=False):
            numeral.set_value(value)

    def _stem(self, score: float) -> VMobject:
        return _laid(
            Bar(1.0, _STEM),
            self.at(score, 0),
            self._size[1] * float(np.exp(score)),
            _STEM,
            np.pi / 2,
        )

    def coming(self, places: Sequence[Any]) -> LaggedStart:
        """The dots come to the axis, each from its place."""
        homes = [dot.get_center() for dot in self.dots]
        for dot, place in zip(self.dots, places, strict=True):
            dot.move_to(place)
        flights = [dot.animate.move_to(home) for dot, home in zip(self.dots, homes, strict=True)]
        return LaggedStart(*flights, lag_ratio=0.1)

    def rise(self, run_time: float, **options: Any) -> AnimationGroup:
        """Every dot goes from the axis up to the curve, its stem growing below it."""

        def up(score: float, foot: Place) -> Any:
            tall = self._size[1] * float(np.exp(score))
            return lambda stem, share: _laid(stem, foot, tall * max(share, 1e-4), _STEM, np.pi / 2)

        def ride(score: float) -> Any:
            return lambda dot, share: dot.move_to(self.at(score, np.exp(score) * share))

        return AnimationGroup(
            *[
                Follow(stem, up(d, self.at(d, 0)), run_time, **options)
                for stem, d in zip(self.stems, self._scores, strict=True)
            ],
            *[
                Follow(dot, ride(d), run_time, **options)
                for dot, d in zip(self.dots, self._scores, strict=True)
            ],
        )

    def lower(self, bars: Sequence[Bar], run_time: float) -> list[Animation]:
        """The animations that lay every stem down where its bar will stand."""
        return [
            Follow(stem, _lowering(bar, self.at(d, 0), self._size[1] * float(np.exp(d))), run_time)
            for stem, bar, d in zip(self.stems, bars, self._scores, strict=True)
        ]

    def pin(self) -> VGroup:
        """A pin on the curve at zero, and what is left of it a step of one further down."""
        self._tall, self._walker = self._upright(0.0), self._upright(0.0)
        self.factor = VGroup()
        return VGroup(self._tall, self._walker, self.factor)

    def _upright(self, x: float) -> VMobject:
        return stroked(segments([self.at(x, 0)], [self.at(x, np.exp(x))]), theme.FOCUS, 5.0)

    def step_down(self, run_time: float, **options: Any) -> Follow:
        """The pin walks down the curve by one."""

        def step(pin: VMobject, share: float) -> None:
            pin.points = segments([self.at(-share, 0)], [self.at(-share, np.exp(-share))])

        return Follow(self._walker, step, run_time, **options)


_STEM = 0.07  # units: how wide the line from the axis up to the curve is


def _lowering(bar: Bar, foot: Place, length: float) -> Any:
    low, high = bar.points[:, 1].min(), bar.points[:, 1].max()
    target, end, thick = np.array([bar.corner[0], (low + high) / 2, 0.0]), bar.length, high - low

    def step(stem: VMobject, share: float) -> None:
        _laid(
            stem,
            foot + (target - foot) * share,
            length + (end - length) * share,
            _STEM + (thick - _STEM) * share,
            np.pi / 2 * (1 - share),
        )

    return step


def _laid(shape: VMobject, foot: Place, length: float, thick: float, angle: float) -> VMobject:
    """Gives a shape the outline of a bar that starts at ``foot`` and lies at an angle."""
    along = np.array([np.cos(angle), np.sin(angle), 0.0])
    half = np.array([-np.sin(angle), np.cos(angle), 0.0]) * thick / 2
    near, far = foot, foot + along * length
    shape.points = polygons(np.array([[near - half, far - half, far + half, near + half]]))
    return shape


class Pointer(VGroup):
    """The pointer of a draw: it runs along a strip that begins at ``left``, ``width`` units long,
    above it, and stops where the random number ``u`` says."""

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


def names_on(strip: ShareStrip, labels: Sequence[TokenText | Words], size: float) -> VGroup:
    """The names of a strip's parts, on those that have room for them."""
    names = VGroup()
    for part, label in zip(strip.parts, labels, strict=True):
        dark = part is not strip.parts[-1] or not isinstance(label, Words)
        name = label.copy().scale(size / label.size)
        if name.width + 0.2 < part.length:
            names.add(name.move_to(part.get_center()))
            name.set_fill(theme.GROUND if dark else theme.TEXT, opacity=1)
    return names
