"""A draw: shares end to end on a strip of length one, and a random number that lands in one of
them.

Planned films: autoregression, token_by_token, temperature, topk_topp.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import AnimationGroup, VGroup, VMobject

from gptviz import maths
from gptviz.drawing.base import theme, tints
from gptviz.drawing.base.cells import Cells, Framed, boxes_of, outline, painted, polygons
from gptviz.drawing.base.motion import Appear, Follow
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.drawing.chances.bars import Bar
from gptviz.recording.number import Setting, Token, Tracked, derive

_SEAM = 0.018  # between two intervals, in units
_LEAST = 0.03  # width of the frame around an interval that is too thin to be seen, in units
_FLAG = 0.16  # of the marker's head


class CumulativeDraw(Framed):
    """The intervals of ``shares`` end to end, the likeliest first, then ``rest``: together exactly
    one.

    ``draw`` puts a random number's marker at the strip's beginning; ``slide()`` rolls it to its place;
    ``land()`` frames the interval that it hit and names its token. ``set_draw`` does all three at
    once, for fast loops. Tokens stand in the intervals that have room for them. ``rest_label`` says
    what the last interval holds.
    """

    means = ("probability", "focus")

    def __init__(
        self,
        tokens: Sequence[Token],
        shares: Sequence[Tracked],
        rest: Tracked | None = None,
        width: float = 12.0,
        thickness: float = 0.5,
        size: float = theme.SMALL,
        rest_label: str | Words | None = None,
        ends: bool = True,
    ) -> None:
        self.full, self._thick, self.size = width, thickness, size
        super().__init__(-width / 2, -thickness / 2, width / 2, thickness / 2)
        self.labels, self.ends = VGroup(), VGroup()
        self.marker, self.hit = VGroup(), VGroup()
        self.numeral: Numeral  #: of the marker, from the first draw on
        self._rest_label = rest_label
        self.cells = Cells(self.anchor, np.zeros((1, 4)), np.zeros((1, 3)))
        self.add(self.cells, self.labels, self.ends, self.marker, self.hit)
        self._ends = ends
        self.set_shares(tokens, shares, rest)

    # The strip
    # ----------------------------------------------------------------------------------------------------

    def set_shares(
        self, tokens: Sequence[Token], shares: Sequence[Tracked], rest: Tracked | None = None
    ) -> Self:
        """The intervals of another distribution; marker and frame go."""
        self.tokens, self.shares, self.rest = list(tokens), list(shares), rest
        values = [*self.shares, *([rest] if rest is not None else [])]
        self.bounds = maths.cumulative_bounds([float(value) for value in values])
        x = (self.bounds - 0.5) * self.full
        half = self._thick / 2
        seam = np.minimum(_SEAM, np.diff(x) * 0.25) / 2
        boxes = boxes_of(x[:-1] + seam, -half, x[1:] - seam, half)
        colours = np.array(
            [theme.rgb(theme.PROBABILITY)] * len(self.shares)
            + [theme.rgb(theme.REST)] * (rest is not None)
        )
        self.cells.set_boxes(boxes, colours)
        self._name(x)
        if self._ends:
            self.ends.submobjects = [
                self.fit(self._end(values, pick, x[pick])) for pick in (0, len(values))
            ]
        self.clear_draw()
        return self

    def _end(self, values: Sequence[Tracked], pick: int, x: float) -> Numeral:
        bound = derive(maths.cumulative_bounds, list(values), pick=pick)
        number = Numeral(bound, ".0f", self.size, theme.SECONDARY, "center")
        drop = -0.36 * theme.units(self.size)
        side = -1 if pick == 0 else 1
        return number.place(np.array([x + side * 0.12, drop, 0]), "right" if pick == 0 else "left")

    def _name(self, x: npt.NDArray[np.float64]) -> None:
        low = -0.36 * theme.units(self.size)
        found: list[VMobject] = []
        dark = tints.ink(theme.rgb(theme.PROBABILITY))[0]
        for i, token in enumerate(self.tokens):
            if x[i + 1] - x[i] > 0.35:
                label = TokenText(token, self.size, dark, limit=16)
                if label.advance < x[i + 1] - x[i] - 0.14:
                    label.set_fill(dark)
                    found.append(label.place(np.array([(x[i] + x[i + 1]) / 2, low, 0]), "center"))
        if self.rest is not None and self._rest_label is not None:
            words = (
                self._rest_label
                if isinstance(self._rest_label, Words)
                else Words(self._rest_label, self.size)
            )
            if words.advance < x[-1] - x[-2] - 0.14:
                found.append(words.place(np.array([(x[-2] + x[-1]) / 2, low, 0]), "center"))
        self.labels.submobjects = [self.fit(label) for label in found]

    def x_of(self, share: float) -> float:
        """Where a number from 0 to 1 lies along the strip, in the coordinates at building."""
        return (float(share) - 0.5) * self.full

    def interval(self, index: int) -> tuple[float, float]:
        """The bounds of an interval, 0 the likeliest token's; the rest is the last."""
        return float(self.bounds[index]), float(self.bounds[index + 1])

    def lying(self, index: int) -> Bar:
        """A share's interval as a bar of its own, for a bar from elsewhere to become."""
        low, high = (self.at(self.x_of(bound), 0.0) for bound in self.interval(index))
        thick = float((self.at(0.0, self._thick) - self.at(0.0, 0.0))[1])
        bar = Bar(
            float(high[0] - low[0]),
            thick,
            theme.REST if index == len(self.shares) else theme.PROBABILITY,
        )
        return bar.shift(low)

    # The draw
    # -----------------------------------------------------------------------------------------------------

    def clear_draw(self) -> Self:
        """Takes marker and frame away."""
        self.marker.submobjects, self.hit.submobjects = [], []
        return self

    def draw(self, u: Tracked, spec: str = ".3f") -> VGroup:
        """A new random number, in its marker at the beginning of the strip; gives the marker. One
        that is there already goes back to the beginning."""
        if len(self.marker):
            self.hit.submobjects, self._u = [], u
            self.numeral.set_value(u)
            self.move_marker(0.0)
            return self.marker
        self.clear_draw()
        self._u, self._marked = u, self.x_of(0.0)
        x, low = self._marked, -self._thick / 2 - 0.045
        head = np.array(
            [[[x, low], [x - _FLAG / 2, low - _FLAG * 1.3], [x + _FLAG / 2, low - _FLAG * 1.3]]]
        )
        shape = painted(polygons(head), theme.FOCUS)
        self.numeral = Numeral(u, spec, self.size, theme.FOCUS, "center")
        self.numeral.place(
            np.array([x, low - 0.09 - _FLAG * 1.3 - 0.75 * theme.units(self.size), 0]), "center"
        )
        self.marker.submobjects = [self.fit(shape), self.fit(self.numeral)]
        return self.marker

    def roll(self, left: float) -> Self:
        """Shows the marker ``left`` strips of way before it comes to rest at the draw, or past it
        where that is below zero; its numeral says where it stands."""
        now = self._u if left == 0 else derive(maths.rolled, self._u, Setting(left, "way"))
        self.numeral.set_value(now)
        return self.move_marker(float(now))

    def move_marker(self, share: float) -> Self:
        """Puts the marker at a number from 0 to 1."""
        target = self.x_of(share)
        self.marker.shift(self.at(target, 0.0) - self.at(self._marked, 0.0))
        self._marked = target
        return self

    def slide(self, run_time: float = theme.SLOW, laps: int = 1, **options: Any) -> Follow:
        """The motion of the marker from the strip's beginning to its end and back (``laps`` times),
        until it stops at its number. At every frame its numeral says where it stands.

        A film that plays it declares the setting ``way``: how far the marker has yet to go.
        """
        way = 2.0 * laps - float(self._u)
        return Follow(
            self.marker, lambda _, share: self.roll(way * (1 - share)), run_time, **options
        )

    def land(
        self, low: float, high: float, token: Token | None = None, run_time: float = theme.QUICK
    ) -> AnimationGroup:
        """Frames the interval [low, high) that the number fell in, and names its token above it.

        ``self.landed`` is the token's mobject, to let it fly to the text.
        """
        self._hit(low, high, token)
        return AnimationGroup(*[Appear(part, run_time=run_time) for part in self.hit])

    def _hit(self, low: float, high: float, token: Token | None) -> None:
        left, right = self.x_of(low), self.x_of(high)
        if right - left < _LEAST:
            left, right = (left + right - _LEAST) / 2, (left + right + _LEAST) / 2
        half = self._thick / 2
        frame = outline((left, -half, right, half), theme.FOCUS, 3.0, 0.015)
        self.hit.submobjects = [self.fit(frame)]
        if token is not None:
            label = TokenText(token, self.size * 1.2, theme.FOCUS)
            half_width = label.advance / 2
            x = float(
                np.clip((left + right) / 2, -self.full / 2 + half_width, self.full / 2 - half_width)
            )
            self.landed = label.place(np.array([x, half + 0.2, 0]), "center")
            self.hit.add(self.fit(label))

    def set_draw(
        self,
        tokens: Sequence[Token],
        shares: Sequence[Tracked],
        rest: Tracked | None,
        u: Tracked,
        low: float,
        high: float,
        token: Token | None = None,
    ) -> Self:
        """A whole draw at once, as it ends: for loops that run fast. A marker that is there moves on
        to the new number."""
        marker = list(self.marker)
        self.set_shares(tokens, shares, rest)
        if marker:
            self.marker.submobjects, self._u = marker, u
            self.numeral.set_value(u)
        else:
            self.draw(u)
        self.move_marker(float(u))
        self._hit(low, high, token)
        return self
