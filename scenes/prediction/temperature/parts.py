"""What only the film temperature draws: five stories with their temperatures, the bars of one row
measured by the first of them, and the whole as a strip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from manim import VGroup

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.bars import ProbabilityBars, ShareStrip
from gptviz.drawing.tokens.flow import TokenFlow
from gptviz.recording.number import Count, Number, Setting, Token, Tracked, derive

SHOWN = 8  # rows
COLDEST = 0.05  # of the recorded grid; below it stands the limit, zero
FULL = 4.4  # the length of the first bar
FIRST_ROW, ROW, BARS = 2.35, 0.47, 2.75  # the first row's height, between rows, where bars start
STRIP, THICK = -1.95, 0.36  # the strip's middle and height
STORY = theme.LEFT_EDGE + 1.65  # where the texts begin, behind their temperatures
TOP, PITCH, SIZE = 2.72, 0.98, 32  # of the texts
WIDE = theme.RIGHT_EDGE - 0.1 - STORY


class Stories(VGroup):
    """One beginning, and how it goes on at several temperatures: ``numbers[i]`` and ``flows[i]``."""

    def __init__(self, loops: Sequence[Any]) -> None:
        super().__init__()
        self.loops = list(loops)
        self.prompt = Words(
            "{p} \u2026", 36, theme.TEXT, font=theme.TOKEN_FACE, p=loops[0].asked("prompt")
        ).place([STORY, TOP + 0.3, 0])
        self.numbers: list[Numeral] = []
        self.flows: list[TokenFlow] = []
        self.tokens: list[list[Token]] = []
        for i, loop in enumerate(loops):
            y = TOP - i * PITCH
            number = Numeral(loop.setting("temperature"), ".1f", 48, theme.TEXT, "right")
            number.place([theme.LEFT_EDGE + 1.15, y - 0.45, 0], "right")
            flow = TokenFlow([], WIDE, SIZE, lines=2, leading=1.35)
            self.tokens.append(self._two_lines(loop.chosen))
            self.numbers.append(number)
            self.flows.append(flow.shift([STORY, y, 0]))

    @staticmethod
    def _two_lines(tokens: Sequence[Token]) -> list[Token]:
        """The first tokens, as many as stand on two lines."""
        kept: list[Token] = []
        low = TokenFlow([], WIDE, SIZE, leading=1.35).bottom - theme.units(SIZE) * 2
        for token in tokens:
            if TokenFlow([*kept, token], WIDE, SIZE, leading=1.35).bottom < low:
                break
            kept.append(token)
        return kept


class Row:
    """One row of scores at a temperature that turns: bars measured by the first of them, and a
    strip of which each part is true to the whole."""

    def __init__(self, row: Any, t: float = 1.0) -> None:
        self.row = row
        self.count = min(SHOWN, len(row.logits))
        shares = self.shares(t)
        self.bars = ProbabilityBars(
            row.tokens("top")[: self.count],
            shares,
            unit=FULL / float(shares[0]),
            columns=(0.0, BARS),
            row=ROW,
            size=36,
            spec=".2%",
            limit=11,
            room=FULL + 1.7,
        ).shift([theme.LEFT_EDGE + 0.1, FIRST_ROW, 0])
        self.wide = theme.RIGHT_EDGE - theme.LEFT_EDGE - 0.2
        self.strip = ShareStrip(shares, self.wide, THICK, row.rest_at(t, self.count))
        self.strip.shift([theme.LEFT_EDGE + 0.1, STRIP, 0])
        others = derive(maths.difference, row.vocab, Count(row.logits[: self.count], "rows shown"))
        self.others = Words("{n:,} others", 30, theme.SECONDARY, n=others)
        y = STRIP + THICK / 2 + 0.14
        self.others.place([theme.RIGHT_EDGE - 0.1 - self.others.advance, y, 0])
        self.whole = Words("all together", 30, theme.SECONDARY).place([theme.LEFT_EDGE + 0.1, y, 0])

    def shares(self, t: float) -> list[Tracked]:
        """The probabilities of the rows at a temperature."""
        return [self.row.probability_at(rank, t) for rank in range(self.count)]

    def set_temperature(self, t: float) -> Self:
        """Shows the row at a temperature: a value of the grid, or the limit."""
        shares, rest = self.shares(t), self.row.rest_at(t, self.count)
        self.bars.unit = FULL / max(float(shares[0]), 1e-12)
        self.bars.set_shares(shares)
        self.strip.set_shares(shares, rest)
        return self

    def on_grid(self, value: float) -> float:
        """The temperature of the grid that a knob stands at, or zero below it."""
        return 0.0 if value < COLDEST - 0.001 else float(self.row.temperature(value))

    def shown(self, value: float) -> Number | Setting:
        """That temperature as a tracked number."""
        t = self.on_grid(value)
        return self.row.temperature(t) if t else Setting(0.0, "zero")
