"""Probabilities as bars, with the true rest of the vocabulary; and as one strip whose length is
one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import Animation, Mobject, VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import exchange
from gptviz.drawing.base.text import Align, Numeral, TokenText, Words
from gptviz.drawing.base.whole import adding_up
from gptviz.recording.number import Token, Tracked


class Bar(VMobject):
    """A filled rectangle that grows to the right from its left edge; one mobject, a few array
    entries to change."""

    means = ("probability",)

    def __init__(
        self, length: float, thickness: float, color: str = theme.PROBABILITY, opacity: float = 1.0
    ) -> None:
        super().__init__(stroke_width=0, fill_color=color, fill_opacity=opacity)
        self.points = _rectangle(0.0, -thickness / 2, max(length, 1e-4), thickness / 2)

    @property
    def corner(self) -> np.ndarray:
        """The left lower corner."""
        return self.points.min(axis=0)  # type: ignore[no-any-return]

    @property
    def length(self) -> float:
        return float(np.ptp(self.points[:, 0]))

    def set_length(self, length: float) -> Self:
        """Changes the length; the left edge stays."""
        (x, low, _), high = self.corner, self.points[:, 1].max()
        self.points = _rectangle(x, low, x + max(length, 1e-4), high)
        return self

    def set_left(self, x: float) -> Self:
        """Moves the left edge."""
        return self.shift(np.array([x - self.corner[0], 0, 0]))

    def right(self) -> np.ndarray:
        """The middle of the right edge."""
        return np.array(
            [self.points[:, 0].max(), (self.points[:, 1].min() + self.points[:, 1].max()) / 2, 0]
        )


def _rectangle(left: float, low: float, right: float, high: float) -> np.ndarray:
    corners = np.array(
        [[left, low, 0], [right, low, 0], [right, high, 0], [left, high, 0], [left, low, 0]]
    )
    steps = np.array([0, 1, 2, 3])[:, None] / 3
    return np.concatenate([a + (b - a) * steps for a, b in zip(corners, corners[1:], strict=False)])


class BarRow(VGroup):
    """One row: ``label`` (a token or words), ``score`` (a numeral, or None), ``bar``, ``share`` (a
    numeral)."""

    means = ("probability",)

    def __init__(
        self, label: TokenText | Words, score: Numeral | None, bar: Bar, share: Numeral
    ) -> None:
        self.label, self.score, self.bar, self.share = label, score, bar, share
        super().__init__(label, *([score] if score else []), bar, share)


class ProbabilityBars(VGroup):
    """Tokens with their scores and shares, highest first, and the rest of the vocabulary as the
    last row.

    ``unit`` is the length of a share of one; every bar, the rest's too, is true to it. ``columns``
    are the distances, from the left edge, of the end of the scores and of the start of the bars,
    whose ``room`` is where numerals must stay. The shares' numerals stand beside the ends of their
    bars or, given ``numerals``, in a column that ends there, left of the bars. Rows are ``row``
    units apart. The left edge of the labels is at x = 0 and the first row's middle at y = 0 until
    the whole is moved.
    """

    def __init__(
        self,
        tokens: Sequence[Token],
        shares: Sequence[Tracked],
        rest: Tracked | None = None,
        rest_label: Words | None = None,
        *,
        scores: Sequence[Tracked] | None = None,
        unit: float = 8.0,
        columns: tuple[float, float] = (3.9, 4.2),
        row: float = 0.44,
        size: float = theme.LABEL,
        spec: str = ".1%",
        score_spec: str = ".2f",
        limit: int = 15,
        room: float | None = None,
        numerals: float | None = None,
    ) -> None:
        super().__init__()
        self.unit, self._gap, self._room = (
            unit,
            theme.units(size) * 0.45,
            unit if room is None else room,
        )
        #: How far left of the bars their numerals end, where these stand in a column.
        self.aside = None if numerals is None else columns[1] - numerals
        self._drop = theme.units(size) * 0.34  # from a row's middle to its baseline
        labels: list[TokenText | Words] = [TokenText(token, size, limit=limit) for token in tokens]
        values = list(shares)
        if rest is not None and rest_label is not None:
            labels.append(rest_label)
            values.append(rest)
        self.values = values  # of the bars; what is written of them may be rounded up or down
        self.rows: list[BarRow] = []
        written = adding_up(values, spec)
        for i, (label, value) in enumerate(zip(labels, values, strict=True)):
            middle = np.array([0.0, -i * row - (0.12 if i == len(tokens) else 0.0), 0.0])
            base = middle - np.array([0, self._drop, 0])
            score = None
            if scores is not None and i < len(scores):
                score = Numeral(scores[i], score_spec, size, theme.SECONDARY, "right")
                score.place(base + np.array([columns[0], 0, 0]), "right")
            bar = Bar(
                float(value) * unit,
                row * 0.62,
                theme.PROBABILITY if i < len(tokens) else theme.REST,
            )
            bar.shift(middle + np.array([columns[1], 0, 0]))
            align: Align = "left" if numerals is None else "right"
            share = Numeral(written[i], spec, size, theme.TEXT, align)
            share.place(base)
            self.rows.append(BarRow(label.place(base), score, bar, share))
            self._set_beside(self.rows[-1])
        self.add(*self.rows)
        self.has_rest = len(self.rows) > len(tokens)

    @property
    def bars(self) -> VGroup:
        return VGroup(*[row.bar for row in self.rows])

    @property
    def labels(self) -> VGroup:
        return VGroup(*[row.label for row in self.rows])

    @property
    def scores(self) -> VGroup:
        return VGroup(*[row.score for row in self.rows if row.score])

    @property
    def shares(self) -> VGroup:
        return VGroup(*[row.share for row in self.rows])

    def set_shares(
        self,
        shares: Sequence[Tracked],
        rest: Tracked | None = None,
        written: Sequence[Tracked] | None = None,
    ) -> Self:
        """Shows other shares: bars to length, numerals beside their ends. Exact; meant to be called
        at every frame.

        The numerals of all of one add up to it; ``written`` are those of another whole.
        """
        values = [*shares, *([rest] if rest is not None else [])]
        specs = {row.share.spec for row in self.rows}
        if written is None:
            written = adding_up(values, specs.pop()) if len(specs) == 1 else values
        for row, value, text in zip(self.rows, values, written, strict=True):
            self.set_share(row, value, text)
        return self

    def set_share(self, row: BarRow, share: Tracked, written: Tracked | None = None) -> None:
        """Shows another share in one row, with what is written of it where that is not the same."""
        self.values[self.rows.index(row)] = share
        row.bar.set_length(float(share) * self.unit)
        row.share.set_value(share if written is None else written)
        self._set_beside(row)

    def _set_beside(self, row: BarRow) -> None:
        """Sets a share's numeral in its column or beside the end of its bar, or inside where the
        room beside it is too small."""
        across = row.bar.points[:, 0]
        left, end, height = across.min(), across.max(), row.share.baseline()[1]
        if self.aside is not None:
            row.share.place([left - self.aside, height, 0], "right")
            return
        inside = end + self._gap + row.share.advance > left + self._room
        row.share.place(
            [end + (-self._gap if inside else self._gap), height, 0], "right" if inside else "left"
        )
        on_green = inside and row.bar.get_fill_color().to_hex().upper() == theme.PROBABILITY
        color = theme.GROUND if on_green else theme.TEXT
        if (
            row.share.fill_rgbas[0, :3] != theme.rgb(color)
        ).any():  # called at every frame, and setting takes long
            row.share.set_fill(color)

    def glide_state(self) -> npt.NDArray[np.float64]:
        """The lengths of the bars: what :class:`gptviz.drawing.base.motion.Glide` moves between two
        recorded states."""
        return np.array([row.bar.length for row in self.rows])

    def glide_to(self, state: npt.NDArray[np.float64]) -> None:
        """Shows bars of given lengths."""
        for row, length in zip(self.rows, state, strict=True):
            row.bar.set_length(float(length))

    def set_spec(self, spec: str) -> Self:
        """Writes the shares in another format from the next :meth:`set_shares` on."""
        for row in self.rows:
            row.share.spec = spec
        return self

    def set_scores(self, scores: Sequence[Tracked]) -> Self:
        """Shows other scores."""
        for row, value in zip(self.rows, scores, strict=False):
            if row.score:
                row.score.set_value(value)
        return self

    def follow(self, state: Callable[[], dict[str, Any]]) -> Self:
        """Recomputes the rows at every frame from ``state()``: ``shares``, ``rest`` and, if they
        change, ``scores``."""

        def update(_: Mobject) -> None:
            now = state()
            self.set_shares(now["shares"], now.get("rest"))
            if "scores" in now:
                self.set_scores(now["scores"])

        self.add_updater(update)
        return self


class ColumnNames(VGroup):
    """The names of the columns of bars that show scores, above the first row; ``left`` is where the
    first begins. That of the shares ends with their column, or begins with their bars."""

    def __init__(
        self, bars: ProbabilityBars, left: float, token: str, score: str, size: float = theme.SMALL
    ) -> None:
        super().__init__()
        first, self._size, self._in_column = bars.rows[0], size, bars.aside is not None
        self._height = first.label.baseline()[1] + 0.42 * max(size / theme.SMALL, 1.0)
        self._scores_end = (first.score or first.share).baseline("right")[0]
        self._shares_at = first.share.baseline("right")[0] if bars.aside else first.bar.corner[0]
        self.score: VGroup = self._score(score)
        self.last: VGroup = VGroup()
        self.add(self._words(token).place([left, self._height, 0]), self.score)

    def _words(self, text: str) -> Words:
        return Words(text, self._size, theme.SECONDARY)

    def _score(self, text: str) -> Words:
        return self._words(text).place([self._scores_end, self._height, 0], "right")

    def rename(self, text: str) -> Animation:
        """Gives the column of the scores another name, or none."""
        old, self.score = self.score, self._score(text) if text else VGroup()
        return self._exchange(old, self.score)

    def name_bars(self, text: str) -> Animation:
        """Names the column of the bars, in place of the name that it has."""
        align: Align = "right" if self._in_column else "left"
        new = self._words(text).place([self._shares_at, self._height, 0], align)
        old, self.last = self.last, new
        return self._exchange(old, new)

    def _exchange(self, old: VGroup, new: VGroup) -> Animation:
        self.remove(old)
        self.add(new)
        return exchange([old] if len(old) else [], [new] if len(new) else [])


class ShareStrip(VGroup):
    """Shares laid end to end: a strip whose whole length, ``width`` units, is one. ``parts[i]`` are
    its bars."""

    means = ("probability",)

    def __init__(
        self,
        shares: Sequence[Tracked],
        width: float,
        thickness: float = 0.3,
        rest: Tracked | None = None,
    ) -> None:
        super().__init__()
        self.full = width
        values = [*shares, *([rest] if rest is not None else [])]
        colours = [theme.PROBABILITY] * len(shares) + [theme.REST] * (rest is not None)
        self.parts = [
            Bar(float(value) * width, thickness, colour)
            for value, colour in zip(values, colours, strict=True)
        ]
        for part in self.parts:
            part.set_stroke(theme.GROUND, 2)
        self.add(*self.parts)
        self.set_shares(shares, rest)

    def set_shares(self, shares: Sequence[Tracked], rest: Tracked | None = None) -> Self:
        """Shows other shares; the strip's left edge stays."""
        values = [*shares, *([rest] if rest is not None else [])]
        pen = self.parts[0].corner[0]
        for part, value in zip(self.parts, values, strict=True):
            part.set_length(float(value) * self.full).set_left(pen)
            pen += float(value) * self.full
        return self

    def follow(self, state: Callable[[], dict[str, Any]]) -> Self:
        """Lays the strip anew at every frame from ``state()``: ``shares`` and ``rest``.

        Its own updater, not that of other bars: a mobject without one is drawn once for a whole
        motion where it lies behind what moves.
        """

        def update(_: Mobject) -> None:
            now = state()
            self.set_shares(now["shares"], now.get("rest"))

        self.add_updater(update)
        return self
