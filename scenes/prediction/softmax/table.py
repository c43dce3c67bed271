"""The table of the film softmax: which rows are shown, where they stand, and their numbers."""

from __future__ import annotations

from typing import Any, Self

from manim import VGroup

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Words
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.recording.families import DrawnTokenRecording
from gptviz.recording.number import Count, Setting, Tracked, derive, derive_each

LEFT = theme.LEFT_EDGE + 0.1
SCORES_END, NUMERALS_END, BARS_START = 3.75, 5.3, 5.6  # from the left edge, in units
FIRST_ROW, ROW, SIZE, LIMIT = 1.95, 0.455, 38.0, 12  # first row's middle, pitch, type, characters
BARS_LEFT = LEFT + BARS_START
ROOM = theme.RIGHT_EDGE - 0.12 - BARS_LEFT  # of the bars
STRIP, THICK = -2.02, 0.4  # the strip's middle and height
SUM_ROOM, ONE_ROOM = 11.7, 12.4  # of the strip, with its length written behind it
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

    @property
    def near(self) -> float:
        """The length of a power of one while only the rows are seen: that of the first bar."""
        return ROOM * 0.93

    @property
    def far(self) -> float:
        """The same when the bar of all others fits, and all bars laid end to end do."""
        rest, total = float(self.rest), float(self.total)
        return min(self.near * 0.8, ROOM / max(rest, 1.0), SUM_ROOM / total)

    def unit_at(self, share: float) -> float:
        """The length of a power of one when so much of all others' bar has grown: as long as it was
        until that bar meets the edge, then ever shorter."""
        rest = float(self.rest)
        fitting = [min(self.near, ROOM / max(rest * part, 1e-9)) for part in (share, 1.0)]
        return float(fitting[0] * (self.far / fitting[1]) ** share)

    def one(self, which: int, pull: Setting) -> float:
        """The length of a probability of one: every bar fits, with a score pushed up or not."""
        still = Setting(0.0, "shift")
        states = [self.pushed(which, each, still) for each in (Setting(0.0, "pull"), pull)]
        largest = max(float(p) for state in states for p in (*state["shares"], state["rest"]))
        return min(ONE_ROOM, ROOM / largest)

    def shares(self) -> tuple[list[Any], Any]:
        """The probabilities of the rows, and what they leave to the others."""
        shares = derive_each(maths.probabilities, self.logits, self.row.logsumexp)
        return shares, derive(maths.remainder, shares)

    def gaps(self, shift: Tracked) -> list[Any]:
        """The scores of the rows, measured from ``shift``, so that what is written subtracts."""
        return [derive(maths.gap_as_written, score, shift) for score in self.logits]

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

    def bars(self) -> ProbabilityBars:
        """The rows with their scores, and e to the power of each as bars."""
        bars = ProbabilityBars(
            [self.row.token(i) for i in range(len(self.logits))],
            derive_each(maths.powers, self.logits, self.highest),
            self.rest,
            Words("{n:,} others", SIZE, theme.SECONDARY, n=self.others),
            scores=list(self.logits),
            unit=self.near,
            columns=(SCORES_END, BARS_START),
            numerals=NUMERALS_END,
            row=ROW,
            size=SIZE,
            spec=".3f",
            score_spec=".3f",
            room=ROOM,
            limit=LIMIT,
        )
        return bars.shift([LEFT, FIRST_ROW, 0])


class Gaps(VGroup):
    """The numerals of the rows as gaps: each steps out of its raw score into the column of the
    powers, and is measured from what it is told."""

    def __init__(self, table: Table, bars: ProbabilityBars) -> None:
        rows = bars.rows[:-1]
        super().__init__(*[row.share for row in rows])
        self._table = table
        self._homes = [row.share.baseline("right") for row in rows]
        self._starts = [row.score.baseline("right") for row in rows if row.score]
        for row in rows:
            row.share.spec = ".3f"
        self.measure(Setting(0.0, "shift"))

    def measure(self, shift: Tracked) -> Self:
        """Writes how far each score lies above a shift."""
        for numeral, gap in zip(self, self._table.gaps(shift), strict=True):
            numeral.set_value(gap)
        return self

    def step_aside(self, run_time: float) -> Follow:
        """The numerals come out of the raw scores, seen once they are past these."""

        def step(gaps: Gaps, share: float) -> None:
            for numeral, start, home in zip(gaps, self._starts, self._homes, strict=True):
                numeral.place(start + (home - start) * share, "right")
                numeral.set_opacity(min(max(share * 4 - 3, 0.0), 1.0))

        return Follow(self, step, run_time)
