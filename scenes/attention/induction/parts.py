"""What only the film induction draws: a text said twice with its surprise, all heads as cells that
fly, and the row of tokens on which two heads work together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import RoundedRectangle, VGroup, VMobject

from gptviz.drawing.base import theme, tints
from gptviz.drawing.base.cells import (
    Boxes,
    Framed,
    boxes_of,
    painted,
    rectangles,
    segments,
    stroked,
)
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import TokenText, Words
from gptviz.recording.number import Numbers, Token

Floats = npt.NDArray[np.float64]
LEFT, RIGHT = -6.55, 6.55  # of the text said twice
FOOT, TALLEST = -0.35, 2.75  # where its bars stand, and how tall the largest is
_TYPE, LIMIT = 31.0, 10  # pixels and characters of a token below its bar
SEEN = 0.08  # the least weight that is drawn as an arc


class SaidTwice(Framed):
    """A text of random tokens, said twice, with a bar over each token: how surprising it was.

    ``losses`` (token) are those of the second token on. :meth:`read` says how many tokens have been
    read. ``labels[i]`` is token i, upright below its bar; ``bars`` are the bars.
    """

    def __init__(self, tokens: Sequence[Token], losses: Numbers) -> None:
        super().__init__(LEFT, FOOT - 1.6, RIGHT, FOOT + TALLEST)
        self.tokens, self.count = list(tokens), len(tokens)
        self.pitch = (RIGHT - LEFT) / self.count
        plain = np.concatenate([[0.0], np.asarray(losses.array, dtype=float)])
        self.tall = plain / plain.max() * TALLEST
        self.labels = VGroup(*[self._label(i) for i in range(self.count)])
        self.bars = painted(np.zeros((0, 3)), theme.DATA_HIGH)
        self.line = stroked(segments([[LEFT, FOOT, 0]], [[RIGHT, FOOT, 0]]), theme.SECONDARY, 2.0)
        self.add(self.line, self.bars, self.labels)
        self.seen, self.grown = 0.0, np.ones(self.count)
        self.read(0.0)

    def _label(self, i: int) -> TokenText:
        size = min(_TYPE, self.pitch * 0.8 * 1080 / theme.HEIGHT)
        label = TokenText(self.tokens[i], size, limit=LIMIT)
        advance = label.advance
        label.rotate(np.pi / 2, about_point=np.zeros(3))
        x, y = self.x(i) + 0.36 * theme.units(size), FOOT - 0.16 - advance
        return label.shift(np.array([x, y, 0.0]) - label.runs[0].baseline())

    def x(self, i: int) -> float:
        """The middle of a token's column, as built."""
        return LEFT + (i + 0.5) * self.pitch

    def top(self, i: int) -> Floats:
        """Where arcs begin above a token."""
        return np.array([self.x(i), FOOT + 0.06, 0.0])

    def column(self, first: int, last: int) -> Boxes:
        """The box around some columns, labels included."""
        half = self.pitch / 2
        return np.array([self.x(first) - half, FOOT - 1.6, self.x(last) + half, FOOT + TALLEST])

    def read(self, count: float) -> Self:
        """So many tokens have been read; the last one's bar is still growing."""
        self.seen = count
        self.grown = np.clip(count - np.arange(self.count), 0, 1)
        for label, share in zip(self.labels, self.grown, strict=True):
            label.set_fill(opacity=float(min(share * 2, 1.0)))
        return self.raise_bars(1.0)

    def raise_bars(self, share: float) -> Self:
        """The bars at a share of their height."""
        x = LEFT + (np.arange(self.count) + 0.5) * self.pitch
        half = self.pitch * 0.36
        tall = self.tall * self.grown * share
        shown = tall > 1e-3
        boxes = boxes_of(x - half, FOOT + 0.0 * x, x + half, FOOT + tall)[shown]
        points = rectangles(boxes) if shown.any() else np.zeros((0, 3))
        origin, right, up = self.anchor.axes()
        self.bars.points = origin + points[:, :1] * right + points[:, 1:2] * up
        return self

    def reading(self, last: float, run_time: float, **options: Any) -> Follow:
        """The motion of reading on."""
        start: list[float] = []

        def step(text: SaidTwice, share: float) -> None:
            if not start:
                start.append(text.seen)
            text.read(start[0] + (last - start[0]) * share)

        return Follow(self, step, run_time, **options)

    def leave(self, kept: Sequence[int], run_time: float = theme.MOVE) -> Follow:
        """All tokens go but some, and the line with them."""
        start: list[list[float]] = []
        wanted = [1.0 if i in kept else 0.0 for i in range(self.count)]

        def step(text: SaidTwice, share: float) -> None:
            if not start:
                start.append([float(each.runs[-1].fill_rgbas[0][3]) for each in text.labels])
            for label, old, new in zip(text.labels, start[0], wanted, strict=True):
                label.set_fill(opacity=old + (new - old) * share)
            text.line.stroke_rgbas[:, 3] = 1 - share

        return Follow(self, step, run_time)


class LookingBack(VGroup):
    """The arcs of one head over a text said twice: from each token of the second time to what it
    looks at."""

    means = ("attention",)

    def __init__(self, text: SaidTwice, pattern: Numbers, first: int) -> None:
        super().__init__()
        plain = np.asarray(pattern.array, dtype=float)
        self.text, self.first = text, first
        self.pairs = [
            (q, k, float(plain[q, k]))
            for q in range(first, text.count)
            for k in range(q + 1)
            if plain[q, k] >= SEEN and k < q
        ]
        self.arcs = [self._arc(*pair) for pair in self.pairs]
        self._whole = [arc.points.copy() for arc in self.arcs]
        self.add(*self.arcs)
        self.sweep(0.0)

    def _arc(self, query: int, key: int, weight: float) -> VMobject:
        a, b = self.text.top(query), self.text.top(key)
        lift = np.array([0.0, 0.5 + 2.0 * (a[0] - b[0]) / (RIGHT - LEFT), 0.0]) * 4 / 3
        arc = stroked(np.array([a, a + lift, b + lift, b]), theme.ATTENTION, 1.5 + 6 * weight)
        arc.stroke_rgbas[:, 3] = 0.2 + 0.8 * weight
        return arc

    def sweep(self, share: float) -> Self:
        """How far the reading of the second time has come, from 0 to 1; an arc leaves its token as
        that is read."""
        done = share * (self.text.count - self.first + 1)
        for (query, _, _), arc, whole in zip(self.pairs, self.arcs, self._whole, strict=True):
            drawn = float(np.clip(done - (query - self.first), 0, 1))
            arc.points = part_of(whole, drawn)
        return self


def part_of(curve: Floats, share: float) -> Floats:
    """The first part of one cubic curve (de Casteljau); no points where there is none yet."""
    if share <= 0:
        return np.zeros((0, 3))
    a, b, c, d = curve
    ab, bc, cd = a + (b - a) * share, b + (c - b) * share, c + (d - c) * share
    abc, bcd = ab + (bc - ab) * share, bc + (cd - bc) * share
    return np.array([a, ab, abc, abc + (bcd - abc) * share])


# Two heads at work
# -------------------------------------------------------------------------------------------------


def carried(label: TokenText, centre: Any, size: float, turn: float = -np.pi / 2) -> Follow:
    """Takes a token to another place and size, and turns it on the way."""
    start: list[tuple[list[Floats], Floats]] = []
    factor = size / label.runs[0].pixels

    def step(text: TokenText, share: float) -> None:
        if not start:
            start.append(([run.points.copy() for run in text.runs], text.get_center()))
        points, middle = start[0]
        way, angle, grow = np.asarray(centre) - middle, turn * share, 1 + (factor - 1) * share
        spin = np.array(
            [[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
        )
        for run, home in zip(text.runs, points, strict=True):
            run.points = (home - middle) @ spin * grow + middle + way * share

    return Follow(label, step, theme.SLOW)


class WorkRow(VGroup):
    """Places for tokens side by side, large: what came before, a token, what followed it, later the
    same two again, and a place that waits.

    ``frames[i]`` are their boxes, ``centres[i]`` their middles, ``dots`` the gap between the two
    times.
    """

    def __init__(self, tokens: Sequence[Token], last: Token, y: float, size: float = 56.0) -> None:
        super().__init__()
        em, self.tokens = theme.units(size), [*tokens, last]
        wide = [TokenText(token, size, limit=LIMIT).advance + em * 1.2 for token in self.tokens]
        gaps = [0.22, 0.22, 1.3, 0.22, 0.22][: len(wide) - 1]
        whole = sum(wide) + sum(gaps)
        factor = min((theme.RIGHT_EDGE - theme.LEFT_EDGE - 0.3) / whole, 1.0)
        self.size = size * factor
        x = -whole * factor / 2
        self.frames, self.centres = VGroup(), []
        for i, each in enumerate(wide):
            box = RoundedRectangle(
                corner_radius=0.14,
                width=each * factor,
                height=1.3,
                stroke_width=2.5,
                stroke_color=theme.SECONDARY,
                fill_color=theme.PANEL,
                fill_opacity=1,
            )
            centre = np.array([x + each * factor / 2, y, 0.0])
            self.frames.add(box.move_to(centre))
            self.centres.append(centre)
            x += (each + (gaps[i] if i < len(gaps) else 0)) * factor
        self.frames[-1].set_stroke(theme.FOCUS)
        middle = (self.frames[2].get_right() + self.frames[3].get_left()) / 2
        self.dots = Words("\u2026", 60, theme.SECONDARY, align="center")
        self.dots.place(middle - np.array([0, 0.1, 0]), "center")
        self.add(self.frames, self.dots)

    def text(self, place: int) -> TokenText:
        """A place's token, as it stands in its box."""
        text = TokenText(self.tokens[place], self.size, limit=LIMIT)
        foot = self.centres[place] - np.array([0, 0.34 * theme.units(self.size), 0])
        return text.place(foot, "center")

    def seat(self, label: TokenText, place: int) -> Follow:
        """Takes a token of the text into its box, turning it level on the way."""
        return carried(label, self.text(place).get_center(), self.size)

    def arc(self, start: int, end: int, colour: str, rise: float) -> VMobject:
        """An arc over the row from one place to another."""
        up = np.array([0.0, 0.7, 0.0])
        a, b = self.centres[start] + up, self.centres[end] + up
        if abs(start - end) > 1:
            b = b + np.array([0.12, 0, 0])
        lift = np.array([0.0, rise * 4 / 3, 0.0])
        arc = stroked(np.array([a, a + lift, b + lift, b]), colour, 6.0)
        arc.means = ("attention",) if colour == theme.ATTENTION else ()
        return arc

    def note(self, place: int, token: Token, colour: str = theme.KEY) -> VGroup:
        """A note that hangs below a place: after which token it stands."""
        size, room = 32.0, float(self.frames[place].width)
        word = Words("after", size, theme.SECONDARY, align="center")
        text = TokenText(token, 40.0, limit=7)
        wide = max(text.advance, word.advance) + 0.3
        box = RoundedRectangle(
            corner_radius=0.1,
            width=max(wide, min(room, 1.5)),
            height=1.2,
            stroke_width=2.5,
            stroke_color=colour,
            fill_color=theme.GROUND,
            fill_opacity=1,
        )
        centre = self.centres[place] - np.array([0, 1.5, 0])
        box.means = ("key",)
        box.move_to(centre)
        word.place(centre + np.array([0, 0.16, 0]), "center")
        text.place(centre - np.array([0, 0.36, 0]), "center")
        return VGroup(box, word, text)


def tick(x: float, y: float, size: float = 0.3) -> VMobject:
    """A tick."""
    corners = np.array(
        [[x, y, 0], [x + size * 0.35, y - size * 0.35, 0], [x + size, y + size * 0.5, 0]]
    )
    return stroked(segments(corners[:-1], corners[1:]), theme.TEXT, 6.0)


def grey(values: Any, high: float) -> Floats:
    """Colours (n, rgb) of sizes: data grey, brightest at ``high``."""
    return tints.mixed(theme.DATA_HIGH, 0.12 + 0.88 * np.asarray(values, dtype=float) / high)
