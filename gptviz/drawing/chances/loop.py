"""The loop that writes: text, model, distribution, draw, and the token that joins the text.

Planned films: autoregression, temperature, topk_topp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from manim import Animation, AnimationGroup, RoundedRectangle, VGroup

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import painted, polygons
from gptviz.drawing.base.motion import Appear, Follow
from gptviz.drawing.base.text import Words
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.drawing.chances.sampling import CumulativeDraw
from gptviz.drawing.tokens.flow import TokenFlow
from gptviz.recording.address import Place
from gptviz.recording.number import Derived, Number, Token, Tracked, Word, derive, derive_each

_LONG = 2.0  # units of a token that does not fly


class Drawn(Protocol):
    """A step of a recorded loop, as :class:`gptviz.recording.families.sampling.Step` is."""

    @property
    def row(self) -> Any: ...
    @property
    def token(self) -> Token: ...
    @property
    def u(self) -> Number: ...
    @property
    def low(self) -> Number: ...
    @property
    def high(self) -> Number: ...
    @property
    def was_drawn(self) -> bool: ...
    def share(self, rank: int) -> Number: ...


@dataclass(frozen=True)
class Distribution:
    """The likeliest tokens of a step with their shares in what was drawn from, and what all others
    have. ``written`` are these shares and that rest to a tenth of a percent: they add up to all."""

    tokens: list[Token]
    shares: list[Tracked]
    rest: Derived

    @property
    def written(self) -> list[Derived]:
        return derive_each(maths.tenths_of_percent, [*self.shares, self.rest])


def distribution(step: Drawn, top: int) -> Distribution:
    """The ``top`` likeliest tokens of a recorded step, as they were drawn from."""
    count = min(top, len(step.row))
    shares: list[Tracked] = [step.share(rank) for rank in range(count)]
    return Distribution(
        [step.row.token(rank) for rank in range(count)], shares, derive(maths.remainder, shares)
    )


class DecodeLoop(VGroup):
    """A text on top, below it the model and the distribution that it gives, at the bottom the draw.

    ``width`` times ``height`` units around the origin. For each recorded step play
    ``predict(step)``, ``slide(step)``, ``land(step)``, ``write(step)``; or ``set_step(step)`` for
    all of it at once, when it goes fast. ``name`` is the model's. ``rest_label`` names what the
    last row holds; ``size`` is the text's type and ``table`` that of rows and strip.
    """

    def __init__(
        self,
        prompt: Sequence[Token],
        name: Word | str,
        width: float = 13.0,
        height: float = 5.1,
        top: int = 6,
        lines: int = 3,
        size: float = theme.LABEL,
        rest_label: str = "all others",
        table: float = theme.SMALL,
    ) -> None:
        super().__init__()
        self._wide, self._high, self.top, self._rest, self._size = (
            width,
            height,
            top,
            rest_label,
            table,
        )
        self._others = False
        self.text = TokenFlow(prompt, width, size, lines=lines).shift(
            np.array([-width / 2, height / 2, 0])
        )
        text_high = lines * theme.units(size) * 1.5
        self._middle = (height / 2 - text_high - 0.35 + (-height / 2 + 1.5)) / 2
        self._row = min(0.42, (height - text_high - 1.85) / (top + 1))
        box = RoundedRectangle(
            corner_radius=0.12,
            width=3.0,
            height=1.1,
            stroke_color=theme.SECONDARY,
            stroke_width=2,
            fill_color=theme.PANEL,
            fill_opacity=1,
        )
        box.move_to(np.array([-width / 2 + 1.5, self._middle, 0]))
        label = Words(name, theme.LABEL)
        if label.advance > 2.7:
            label.scale(2.7 / label.advance)
        label.place(box.get_center() - np.array([0, 0.363 * theme.units(theme.LABEL), 0]), "center")
        right, above = box.get_right(), box.get_top()
        arrows = [
            [right + [0.15, 0.10, 0], right + [0.15, -0.10, 0], right + [0.33, 0, 0]],
            [above + [-0.10, 0.30, 0], above + [0.10, 0.30, 0], above + [0, 0.12, 0]],
        ]
        self.model = VGroup(box, label, painted(polygons(np.array(arrows)), theme.SECONDARY))
        self.bars = VGroup()
        self.strip = CumulativeDraw(
            [], [Number(1.0, Place.tensor("", ""))], None, width - 0.7, 0.42, table
        )
        self.strip.shift(np.array([0, -height / 2 + 0.62, 0]))
        self.strip.submobjects = [
            self.strip.anchor
        ]  # it moves with the whole, before it is first shown, too
        self.add(self.text, self.model, self.bars, self.strip)

    def _load(self, step: Drawn) -> None:
        now = distribution(step, self.top)
        if float(now.rest) > 1e-9:
            self._others = (
                True  # a row that was there stays, when next to nothing is left for it, too
            )
        rest = now.rest if self._others else None
        label = None if rest is None else Words(self._rest, self._size, theme.SECONDARY)
        left, unit = (
            -self._wide / 2 + 4.0,
            self._wide - 4.0 - 2.4 - 2.6,
        )  # numerals beside the bars, room beyond
        *written, written_rest = now.written
        bars = ProbabilityBars(
            now.tokens,
            written,
            None if rest is None else written_rest,
            label,
            unit=unit,
            row=self._row,
            columns=(2.2, 2.4),
            size=self._size,
            limit=15,
            room=unit + theme.units(self._size) * 4.5,
        )
        origin = self.text.at(0.0, 0.0) - np.array([-self._wide / 2, self._high / 2, 0])
        bars.shift(
            origin
            + np.array([left, self._middle + self._row * len(bars.rows) / 2 - self._row / 2, 0])
        )
        self._now = bars
        self.bars.submobjects = [bars]
        where = self.strip.anchor
        self.strip.submobjects = [
            where,
            self.strip.cells,
            self.strip.labels,
            self.strip.ends,
            self.strip.marker,
            self.strip.hit,
        ]
        self.strip.set_shares(now.tokens, now.shares, rest)

    # What films do with it
    # ----------------------------------------------------------------------------------------

    def predict(self, step: Drawn, run_time: float = theme.MOVE) -> Animation:
        """The distribution of a step comes out of the model."""
        self._load(step)
        return AnimationGroup(
            Appear(self.bars, run_time=run_time), Appear(self.strip, run_time=run_time)
        )

    def slide(self, step: Drawn, run_time: float = theme.SLOW) -> Animation:
        """The recorded random number of a step moves along the strip to its place."""
        self.strip.draw(step.u)
        return self.strip.slide(run_time=run_time)

    def land(self, step: Drawn, run_time: float = theme.QUICK) -> Animation:
        """The interval that it hit is framed, and its token named."""
        return self.strip.land(float(step.low), float(step.high), step.token, run_time=run_time)

    def write(self, step: Drawn, run_time: float = theme.MOVE) -> Animation:
        """The token flies from the strip, or from its row where nothing was drawn, to the end of
        the text."""
        start = (
            self.strip.landed.baseline() if step.was_drawn else self._now.rows[0].label.baseline()
        )
        word = self.text.append(step.token)
        if word.advance > _LONG:  # it would hide the rows on its way
            return Appear(word, run_time)
        way = start - word.baseline()
        home = word.copy()

        def fly(_: Any, share: float) -> None:
            for part, goal in zip(word.get_family(), home.get_family(), strict=True):
                if len(part.points):
                    part.points = goal.points + way * (1 - share)

        return Follow(word, fly, run_time)

    def set_step(self, step: Drawn) -> Self:
        """A whole step at once: distribution, draw, and the token at the end of the text."""
        self._load(step)
        if step.was_drawn:
            self.strip.draw(step.u)
            self.strip.move_marker(float(step.u))
            self.strip.land(float(step.low), float(step.high), step.token)
        self.text.append(step.token)
        return self
