"""How a model learns from one text: what was expected, what came, how large the miss was; and one
weight's step.

Planned films: every_position.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import Dot, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import painted, polygons, rectangles, segments, stroked
from gptviz.drawing.base.text import Numeral, TokenText, Words, percent
from gptviz.drawing.chances.bars import Bar
from gptviz.drawing.tokens.tokens import TokenBox
from gptviz.recording.number import Count

SIZES = (
    32.0,
    30.0,
    28.0,
    26.0,
)  # of the tokens: the largest with which all of them have room side by side
LIMIT = 7  # characters of a token
LABELS, BETWEEN = 1.5, 0.14  # room for the rows' names, and between two columns, in units
WIDE = (
    1.75,
    0.8,
    -0.15,
    -1.1,
)  # heights of what is read, expected, true, and of the chances, while they are alone
TIGHT = (2.3, 1.62, 1.05, 0.5)  # the same, once the bars stand below them
BARS, LONGEST = 0.22, 1.85  # the upper ends of the bars, and the length of the longest
HOLE = 1.2  # room for how many columns are left out
FOOT = -2.1  # of what is said below the bars


class Board(VGroup):
    """A text in columns: a token, what is expected after it, what comes, the chance that it had,
    its loss as a bar.

    Where a text is too long for a line, columns before the last are left out and counted in
    ``gap``. ``later`` are the predictions of another time, for which there must be room, too; a bar
    that would be much longer then is broken. ``shown`` are the predictions that have a bar.
    """

    def __init__(self, rec: Any, later: Sequence[Any]) -> None:
        super().__init__()
        tokens, rows = rec.prompt, [*[each.row for each in rec.predictions], rec.last]
        room = theme.RIGHT_EDGE - theme.LEFT_EDGE - LABELS
        wide = []
        for self.size in SIZES:
            seen = [
                [
                    TokenBox(token, self.size, limit=LIMIT).box.width,
                    TokenText(row.token(0), self.size, limit=LIMIT).advance,
                    *[
                        TokenText(each.row.token(0), self.size, limit=LIMIT).advance
                        for each in later[i : i + 1]
                    ],
                    theme.units(self.size) * 3.2,
                ]
                for i, (token, row) in enumerate(zip(tokens, rows, strict=True))
            ]
            wide = [max(column) + BETWEEN for column in seen]
            if sum(wide) <= room:
                break
        kept, hole = list(range(len(tokens))), 0.0
        while sum(wide[i] for i in kept) > room - hole:
            kept.pop(-2)
            hole = HOLE
        spare = (room - hole - sum(wide[i] for i in kept)) / len(kept)
        pen, self.x = theme.LEFT_EDGE + LABELS, {}
        for i in kept:
            pen += hole if i == kept[-1] else 0.0
            self.x[i] = pen + (wide[i] + spare) / 2
            pen += wide[i] + spare
        self.shown = [rec.predictions[i] for i in kept[:-1]]
        self._scale = LONGEST / max(float(each.loss) for each in self.shown)
        self.names = VGroup(
            *[
                Words(text, theme.LABEL, theme.SECONDARY).place([theme.LEFT_EDGE, y - 0.08, 0])
                for text, y in zip(
                    ("reads", "expects", "comes next", "its chance", "loss"),
                    (*WIDE, BARS - 0.2),
                    strict=True,
                )
            ]
        )
        self.boxes = VGroup(
            *[
                TokenBox(tokens[i], self.size, limit=LIMIT).move_to((x, WIDE[0], 0.0))
                for i, x in self.x.items()
            ]
        )
        self.guesses = VGroup(
            *[
                self._token(rows[i].token(0), x, WIDE[1], theme.PROBABILITY)
                for i, x in self.x.items()
            ]
        )
        self.true = VGroup(
            *[
                self._token(each.true, self.x[each.index], WIDE[2], theme.TEXT)
                for each in self.shown
            ]
        )
        self._numerals = [
            self._chance(each).place([self.x[each.index], WIDE[3] - 0.08, 0], "center")
            for each in self.shown
        ]
        self.chances = VGroup(*self._numerals)
        self.bars = VGroup(
            *[
                Bar(0.46, LONGEST, theme.WRONG).move_to(
                    (self.x[each.index], BARS - LONGEST / 2, 0.0)
                )
                for each in self.shown
            ]
        )
        self.before, self.gap, self.broken = VGroup(), VGroup(), VGroup()
        if rest := tokens[len(kept) - 1 : -1]:
            left = Words(
                "\u2026 {n:,} more", theme.SMALL, theme.SECONDARY, n=Count(rest, "tokens left out")
            )
            x = self.x[kept[-1]] - (wide[kept[-1]] + spare + hole) / 2
            self.gap.add(left.place([x, WIDE[0] - 0.08, 0], "center"))
        self.read = VGroup(self.boxes, self.gap)
        self._from = [
            np.array(
                [
                    self.x.get(each.index + 1, self.x[kept[-1]] - wide[kept[-1]]),
                    WIDE[0] - 0.34 * theme.units(self.size),
                    0.0,
                ]
            )
            for each in self.shown
        ]
        self._home, self._row = [token.baseline("center") for token in self.true], WIDE
        self.add(
            self.names,
            self.read,
            self.guesses,
            self.true,
            self.chances,
            self.before,
            self.bars,
            self.broken,
        )

    def _chance(self, prediction: Any) -> Numeral:
        share = prediction.probability
        return Numeral(share, percent(float(share), 1), self.size * 0.9, theme.TEXT, "center")

    @property
    def rows(self) -> list[VGroup]:
        """The four rows above the bars, each with its name; they are moved together."""
        return [
            VGroup(name, row)
            for name, row in zip(
                self.names, (self.read, self.guesses, self.true, self.chances), strict=False
            )
        ]

    def column(self, prediction: Any) -> VGroup:
        """The true token of a prediction, and the chance that it had."""
        i = self.shown.index(prediction)
        return VGroup(self.true[i], self.chances[i])

    def forget_last(self) -> None:
        """What is expected after the last token has no true one to be held against."""
        self.guesses.remove(self.guesses[-1])

    def slide(self, true: VGroup, share: float) -> None:
        """Brings each token from where it was read to the column before: there it is what comes
        next.

        It goes behind what is expected: into the gap above that row, unseen past it, and on below
        it.
        """
        above, below = (self._row[0] + self._row[1]) / 2 - 0.1, (self._row[1] + self._row[2]) / 2
        for token, start, end in zip(true, self._from, self._home, strict=True):
            first = share < 0.5
            part = 2 * share if first else 2 * share - 1
            ends = (
                (start, np.array([end[0], above, 0.0]))
                if first
                else (np.array([end[0], below, 0.0]), end)
            )
            token.place(ends[0] + (ends[1] - ends[0]) * part, "center")
            token.set_fill(opacity=float(np.clip((1 - part if first else part) / 0.3, 0, 1)))

    def grow(self, bars: VGroup, share: float) -> None:
        """Lets the bars grow down to the losses."""
        for bar, each in zip(bars, self.shown, strict=True):
            self._set_height(bar, float(each.loss) * self._scale * share)

    def keep_outlines(self) -> None:
        """Leaves outlines where the bars are now, to be compared with where they go."""
        boxes = [
            (*bar.points[:, :2].min(axis=0), *bar.points[:, :2].max(axis=0)) for bar in self.bars
        ]
        self.before.add(stroked(rectangles(np.array(boxes)), theme.WRONG, 2.0, 0.6))

    def set_predictions(self, predictions: Sequence[Any]) -> None:
        """Shows what was expected of the same text at another time; the likeliest tokens too."""
        for i, (chance, bar, shown) in enumerate(
            zip(self._numerals, self.bars, self.shown, strict=True)
        ):
            each = predictions[shown.index]
            chance.spec = percent(float(each.probability), 1)
            chance.set_value(each.probability)
            self._set_height(bar, float(each.loss) * self._scale)
            x, y, _ = self.guesses[i].baseline("center")
            self.guesses.submobjects[i] = self._token(
                each.row.token(0), x, y + 0.08, theme.PROBABILITY
            )
            if float(each.loss) * self._scale > LONGEST * 1.1:
                self._break(self.x[shown.index])

    def _break(self, x: float) -> None:
        """A bar that has no room ends in a gap, and a word says what that means."""
        y = BARS - LONGEST + 0.2
        gap = np.array(
            [[[x - 0.3, y], [x + 0.3, y + 0.16], [x + 0.3, y + 0.26], [x - 0.3, y + 0.1]]]
        )
        if not self.broken.submobjects:
            self.broken.add(
                Words("broken: longer", theme.SMALL, theme.SECONDARY).place([theme.LEFT_EDGE, y, 0])
            )
        self.broken.add(painted(polygons(gap), theme.GROUND))

    def _token(self, token: Any, x: float, y: float, color: str) -> TokenText:
        return TokenText(token, self.size, color, limit=LIMIT).place([x, y - 0.08, 0], "center")

    def _set_height(self, bar: Any, height: float) -> None:
        bar.points[:, 1] = np.where(
            bar.points[:, 1] > BARS - 1e-6, BARS, BARS - np.clip(height, 1e-3, LONGEST)
        )

    def glide_state(self) -> npt.NDArray[np.float64]:
        return np.array([np.ptp(bar.points[:, 1]) for bar in self.bars])

    def glide_to(self, state: npt.NDArray[np.float64]) -> None:
        for bar, height in zip(self.bars, state, strict=True):
            self._set_height(bar, float(height))


class Slope(VGroup):
    """The loss along one weight, as its slope draws it, and the step that was taken: only the
    direction is to scale."""

    def __init__(self, step: Any) -> None:
        super().__init__()
        before, slope, after = step.weight_before, step.weight_gradient, step.weight_after
        way = 1.0 if float(after) > float(before) else -1.0
        self._ends = [np.array([-way * 2.4, 1.35, 0.0]), np.array([way * 2.4, 0.15, 0.0])]
        over = (self._ends[1] - self._ends[0]) * 0.35
        self.line = stroked(
            segments([self._ends[0] - over], [self._ends[1] + over]), theme.WRONG, 5.0
        )
        self.words = VGroup(
            Words("loss", theme.STATEMENT, theme.WRONG).place(
                self._ends[0] - over + [-way * 0.25, -0.1, 0], "right" if way > 0 else "left"
            ),
            Words("slope {g:+.2f}", theme.TITLE, g=slope).place(
                [way * 1.0, 1.3, 0], "left" if way > 0 else "right"
            ),
        )
        foot, start = -0.65, self._ends[0]
        self.ground = VGroup(
            stroked(
                segments(
                    [[-5.6, foot, 0], [start[0], foot - 0.1, 0]],
                    [[5.6, foot, 0], [start[0], foot + 0.1, 0]],
                ),
                theme.SECONDARY,
                2.0,
            ),
            Words(
                "the weight with the steepest slope, in {name}",
                theme.STATEMENT,
                theme.SECONDARY,
                name=step.weight_name,
            ).place([theme.LEFT_EDGE, 2.3, 0]),
            Numeral(before, "+.4f", theme.TITLE, align="center").place(
                [start[0], foot - 0.55, 0], "center"
            ),
        )
        self.ball = Dot(self._ends[0], 0.15, color=theme.FOCUS)
        line = Words(
            "{b:+.4f}  \u2212  step {r:.3f}  \u00d7  slope ({g:+.2f})  =  {a:+.4f}",
            36,
            align="center",
            b=before,
            r=step.setting("rate"),
            g=slope,
            a=after,
        ).place([0, FOOT + 0.02, 0], "center")
        self.sum = VGroup(
            line,
            Numeral(after, "+.4f", theme.TITLE, theme.FOCUS, "center").place(
                [way * 2.4, foot - 0.55, 0], "center"
            ),
        )
        self.add(self.ground, self.line, self.words, self.ball, self.sum)

    def set_rolled(self, share: float) -> None:
        """How far the weight has gone, from 0 to 1."""
        self.ball.move_to(self._ends[0] + (self._ends[1] - self._ends[0]) * share)
