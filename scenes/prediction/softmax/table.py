"""The table of the film softmax: which rows are shown, where they stand, and their numbers."""

from __future__ import annotations

from typing import Any

from manim import VGroup

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.recording.families import DrawnTokenRecording
from gptviz.recording.number import Count, Setting, derive, derive_each

LEFT = theme.LEFT_EDGE + 0.1
SCORES_END, BARS_START = 3.75, 4.05  # from the left edge, in units
FIRST_ROW, ROW, SIZE = 1.72, 0.46, 34.0  # first row's middle, pitch, type
UNIT = theme.RIGHT_EDGE - 1.3 - LEFT - BARS_START  # the length of the whole strip
SHOWN = 7


class Table:
    """The highest scores of a recording, and all others as one row; ``total`` and ``rest`` are sums
    of e to the power of each score, measured from the highest."""

    def __init__(self, row: DrawnTokenRecording) -> None:
        self.row, self.logits = row, row.logits[:SHOWN]
        self.highest = row.number("logits", 0)
        self.others = derive(maths.difference, row.vocab, Count(self.logits, "rows shown"))
        self.total = derive(maths.power_total, row.logsumexp, self.highest)
        self.rest = derive(maths.power_rest, row.logsumexp, self.logits, self.highest)

    def shares(self) -> tuple[list[Any], Any]:
        """The probabilities of the rows, and what they leave to the others."""
        shares = derive_each(maths.probabilities, self.logits, self.row.logsumexp)
        return shares, derive(maths.remainder, shares)

    def pushed(self, which: int, pull: Setting, shift: Setting) -> dict[str, Any]:
        """Scores, shares and rest when one score was pushed up by ``pull``, and all by ``shift``."""
        place = Count.position(which, self.logits, "rows shown")
        shares = derive_each(maths.pulled, self.logits, self.row.logsumexp, place, pull)
        scores = [
            derive(maths.total, [score, shift, *([pull] if i == which else [])])
            for i, score in enumerate(self.logits)
        ]
        return {"shares": shares, "rest": derive(maths.remainder, shares), "scores": scores}

    def sampled(self) -> tuple[list[Any], list[Any], list[Any]]:
        """The highest tokens, then those at evenly spaced ranks: tokens, scores, places from 1."""
        row, shown = self.row, range(len(self.logits))
        below = [i for i, rank in enumerate(row.array("sample_ranks")) if rank >= SHOWN]
        tokens = [*(row.token(i) for i in shown), *(row.sample[i] for i in below)]
        scores = [*self.logits, *(row.number("sample_logits", i) for i in below)]
        places = [
            *(Count.position(i, self.logits, "rows", first=1) for i in shown),
            *(derive(maths.place, row.number("sample_ranks", i)) for i in below),
        ]
        return tokens, scores, places

    def bars(self, unit: float) -> ProbabilityBars:
        """The rows with their scores, and e to the power of each as bars, ``unit`` to one."""
        bars = ProbabilityBars(
            [self.row.token(i) for i in range(len(self.logits))],
            derive_each(maths.powers, self.logits, self.highest),
            self.rest,
            Words("{n:,} others", SIZE, theme.SECONDARY, n=self.others),
            scores=list(self.logits),
            unit=unit,
            columns=(SCORES_END, BARS_START),
            row=ROW,
            size=SIZE,
            spec=".3f",
            room=UNIT,
            limit=13,
        )
        return bars.shift([LEFT, FIRST_ROW, 0])

    def raw_again(self, bars: ProbabilityBars) -> VGroup:
        """The raw scores, beside rows that have lost theirs."""
        scores = VGroup()
        for score, each in zip(self.logits, bars.rows, strict=False):
            numeral = Numeral(score, ".2f", SIZE, theme.SECONDARY, "right")
            end = [LEFT + SCORES_END, each.label.baseline()[1], 0]
            scores.add(numeral.place(end, "right"))
        return scores
