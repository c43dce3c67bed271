"""Two models that read one text: the text in the middle, going down, and on either side what each
expects next."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import painted, rectangles
from gptviz.drawing.base.text import Numeral, TokenText
from gptviz.drawing.tokens.tokens import tail

LEFT, RIGHT = theme.HUES[0], theme.HUES[2]  # the two models
HUES, SIDES = (LEFT, RIGHT), (-1.0, 1.0)
TOP = 2.68  # the first row's middle
LOW = theme.STAGE_BOTTOM + 0.26  # the last row's, at the lowest
PITCH, SIZE = 0.44, 30.0  # between rows at most; of type
INNER, BAR, FULL = 1.15, 2.85, 2.1  # from the middle: guesses, bars; the length of a bar of one
WORD = 2.0  # units for a piece of the text
SHIFT = 0.85  # units that a side goes away, at most
TALL = 0.26  # of bars


class Guess(VGroup):
    """What one model expects at a place: its likeliest token, and how likely it is."""

    means = ("probability",)

    def __init__(self, token: Any, share: Any, side: float, y: float) -> None:
        super().__init__()
        self.side, self.y, self.share = side, y, float(share)
        base = y - theme.units(SIZE) * 0.34
        toward = "right" if side < 0 else "left"
        self.word = TokenText(token, SIZE, limit=8).place([side * INNER, base, 0], toward)
        self.bar = painted(np.zeros((0, 3)), theme.PROBABILITY)
        self.numeral = Numeral(share, ".0%", SIZE * 0.9, theme.SECONDARY, toward)
        self.add(self.word, self.bar, self.numeral)
        self.away = 0.0  # how far it stands from its place
        self.set_length(1.0)

    def set_length(self, grown: float) -> Self:
        """Shows so much of the bar, its number at the end of it."""
        length = max(self.share * FULL * grown, 0.02)
        start, base = BAR + self.away, self.y - theme.units(SIZE) * 0.32
        self.bar.points = rectangles(bar_box(self.side, start, length, self.y))
        end = self.side * (start + length + 0.12)
        self.numeral.place([end, base, 0], "right" if self.side < 0 else "left")
        return self

    def set_away(self, away: float) -> Self:
        """Moves it so far from the middle."""
        self.word.shift(np.array([self.side * (away - self.away), 0.0, 0.0]))
        self.away = away
        return self.set_length(1.0)


class Reading(VGroup):
    """The text and both models' guesses, row by row; ``pieces[i]`` is what was read between place
    i - 1 and place i, ``guesses[part][i]`` what comes next for one of the two."""

    def __init__(self, pair: Any) -> None:
        super().__init__()
        self.pair, self.count = pair, len(pair.places)
        pitch = min(PITCH, (TOP - LOW) / max(self.count - 1, 1))
        self.heights = [TOP - row * pitch for row in range(self.count)]
        self.pieces = [self._piece(row) for row in range(self.count)]
        self.guesses = [
            [
                Guess(pair.leader(part, row), pair.leader_shares.at(part, row), side, y)
                for row, y in enumerate(self.heights)
            ]
            for part, side in enumerate(SIDES)
        ]
        self.gaps = [painted(np.zeros((0, 3)), theme.PANEL) for _ in self.pieces]
        self.add(*self.gaps, *self.pieces, *[each for side in self.guesses for each in side])
        far = float(np.max(pair.divergence.array))
        self._unit = SHIFT / far if far > 0 else 0.0

    def _piece(self, row: int) -> VGroup:
        """The tokens between two places; the last ones where there is no room for all."""
        ends = [int(self.pair.read_tokens.at(0, each)) for each in range(self.count)]
        tokens = self.pair.prompt(0)[ends[row - 1] if row else 0 : ends[row]]
        texts: list[TokenText] = []
        for token in reversed(tail(tokens, WORD, SIZE) or tokens[-1:]):
            text = TokenText(token, SIZE, limit=8)
            if texts and sum(each.advance for each in texts) + text.advance > WORD:
                break
            texts.insert(0, text)
        pen = -sum(each.advance for each in texts) / 2
        for text in texts:
            text.place([pen, self.heights[row] - theme.units(SIZE) * 0.34, 0])
            pen += text.advance
        return VGroup(*texts)

    def rows(self, *rows: int) -> list[VGroup]:
        """All that stands in some rows."""
        return [VGroup(self.pieces[i], *[side[i] for side in self.guesses]) for i in rows]

    def set_read(self, read: float) -> Self:
        """Shows the guesses of so many places; that of the last is still growing."""
        for side in self.guesses:
            for row, guess in enumerate(side):
                grown = float(np.clip(read - row, 0, 1))
                guess.set_length(grown)
                for part in (*guess.word.runs, guess.bar, guess.numeral):
                    part.set_fill(opacity=min(1.0, 3 * grown))
        return self

    def set_apart(self, share: float) -> Self:
        """Moves the two sides of each row apart, as far as their expectations are."""
        for row, y in enumerate(self.heights):
            away = self._unit * float(self.pair.divergence.at(row)) * share
            for side in self.guesses:
                side[row].set_away(away)
            box = np.array([[-INNER - away + 0.1, y - 0.18, INNER + away - 0.1, y + 0.18]])
            self.gaps[row].points = rectangles(box) if share > 0 else np.zeros((0, 3))
            self.gaps[row].set_fill(opacity=min(1.0, 3 * share))
        return self


class Surprises(VGroup):
    """How many bits each piece of the text cost each model: bars beside it, which can be laid end to
    end."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        pair = reading.pair
        values = np.asarray(pair.surprises.array, dtype=np.float64)  # (part, step)
        self._unit = (FULL + 0.9) / max(float(values.max()), 1e-9)
        self._starts, self._lengths = [], values * self._unit
        self._heights = reading.heights
        self.bars = [[painted(np.zeros((0, 3)), hue) for _ in values[0]] for hue in HUES]
        self.add(*[bar for side in self.bars for bar in side])
        self.strip = WIDE / max(float(values.sum(axis=1).max()), 1e-9)
        self._sums = np.concatenate([np.zeros((2, 1)), np.cumsum(values, axis=1)], axis=1)
        self.set_grown(0.0)

    def set_grown(self, share: float) -> Self:
        """Grows the bars beside the pieces of the text that they belong to."""
        for part, side in enumerate(self.bars):
            for step, bar in enumerate(side):
                length = max(self._lengths[part, step] * share, 1e-3)
                box = bar_box(SIDES[part], INNER, length, self._heights[step + 1])
                bar.points = rectangles(box)
        return self

    def set_laid(self, share: float) -> Self:
        """Takes the bars on their way from their rows into two strips, end to end."""
        count = len(self.bars[0])
        for part, side in enumerate(self.bars):
            for step, bar in enumerate(side):
                own = float(np.clip(share * 2 - step / count, 0, 1))
                own = own * own * (3 - 2 * own)
                start = bar_box(
                    SIDES[part], INNER, self._lengths[part, step], self._heights[step + 1]
                )
                left = -WIDE / 2 + self._sums[part, step] * self.strip
                right = -WIDE / 2 + self._sums[part, step + 1] * self.strip
                y = STRIPS[part]
                end = np.array([[left, y - 0.3, max(right - 0.02, left + 0.01), y + 0.3]])
                bar.points = rectangles(start + (end - start) * own)
        return self

    def end(self, part: int) -> float:
        """Where one of the strips ends."""
        return float(-WIDE / 2 + self._sums[part, -1] * self.strip)


WIDE = 9.6  # units of the longer strip
STRIPS = (1.0, -0.9)  # the strips' middles


def bar_box(side: float, start: float, length: float, y: float) -> Any:
    """The box (1, 4) of a bar that begins so far from the middle, on one side of it."""
    ends = sorted((side * start, side * (start + length)))
    return np.array([[ends[0], y - TALL / 2, ends[1], y + TALL / 2]])


def box_around(sides: Any) -> VMobject:
    """Something unseen with these sides (left, bottom, right, top), for a frame to stand around."""
    return painted(rectangles(np.array([sides])), theme.GROUND, 0.0)
