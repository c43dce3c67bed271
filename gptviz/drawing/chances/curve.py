"""Small plots of recorded series: curves with labels at their ends, and histograms.

Planned films: temperature (entropy), weight_mri (means by block), every_position (learning curve),
embedding_matrix (histograms), logit_lens (ranks).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Framed, boxes_of, painted, rectangles, segments, stroked
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.vectors.arrows import spread
from gptviz.maths.rounding import NEAR
from gptviz.recording.number import Numbers, Tracked

Series = Numbers | Sequence[Tracked]
_DOT = 0.13


class Curve(Framed):
    """Series of recorded values over common places ``xs``, in a plot of ``width`` times ``height``
    units.

    ``xs`` and every series of ``ys`` hold tracked numbers. Numerals on the axes stand at recorded
    values: the first and last of xs, and the smallest and largest of all ys (or those given as
    ``x_ticks``, ``y_ticks``, tracked). At the right end of every curve its name and last value,
    never overlapping (several curves; or ``end_values``). ``low`` and ``high`` bound the axis;
    "log" axes by ``log=(x, y)``. :meth:`set_progress` draws the curves from left to right,
    :meth:`set_cursor` puts a dot and its numeral on a point.
    """

    def __init__(
        self,
        xs: Series,
        ys: Mapping[str, Series],
        width: float = 5.5,
        height: float = 3.2,
        colours: Mapping[str, str] | None = None,
        *,
        low: float | None = None,
        high: float | None = None,
        log: tuple[bool, bool] = (False, False),
        x_spec: str = "d",
        y_spec: str = ".2f",
        x_title: str | Words = "",
        y_title: str | Words = "",
        x_ticks: Sequence[Tracked] | None = None,
        y_ticks: Sequence[Tracked] | None = None,
        end_values: bool | None = None,
        size: float = theme.SMALL,
    ) -> None:
        super().__init__(0.0, 0.0, width, height)
        self.xs, self.ys = list(xs), {name: list(values) for name, values in ys.items()}
        self._log, self._wide, self._high, self._size = log, width, height, size
        self._y_spec, colour = y_spec, dict(colours or {})
        self._x_range = (float(self.xs[0]), float(self.xs[-1]))
        everything = [value for values in self.ys.values() for value in values]
        least, most = min(everything, key=float), max(everything, key=float)
        self._y_range = (
            float(least) if low is None else low,
            float(most) if high is None else high,
        )
        self.axes = stroked(
            segments([[0, height, 0], [0, 0, 0]], [[0, 0, 0], [width, 0, 0]]), theme.HAIRLINE, 2.0
        )
        self.ticks = VGroup(
            *self._ticks(
                x_ticks or [self.xs[0], self.xs[-1]], y_ticks or [least, most], x_spec, y_spec
            )
        )
        self.titles = VGroup(*self._titles(x_title, y_title))
        self.lines = {
            name: stroked(np.zeros((0, 3)), colour.get(name, theme.TEXT), 4.0) for name in self.ys
        }
        self.ends = VGroup(
            *self._ends(colour, len(self.ys) > 1 if end_values is None else end_values)
        )
        self.cursor = VGroup()
        self.add(self.axes, self.ticks, self.titles, *self.lines.values(), self.ends, self.cursor)
        self.set_progress(1.0)

    # Building
    # -----------------------------------------------------------------------------------------------------

    def place(self, x: float, y: float) -> npt.NDArray[np.float64]:
        """Where a pair of values lies (2), in the coordinates at building."""
        return np.array(
            [
                self._wide * _share(x, self._x_range, self._log[0]),
                self._high * _share(y, self._y_range, self._log[1]),
            ]
        )

    def _ticks(
        self, xs: Sequence[Tracked], ys: Sequence[Tracked], x_spec: str, y_spec: str
    ) -> list[VMobject]:
        em = theme.units(self._size)
        found: list[VMobject] = []
        for value in xs:
            x = self.place(float(value), self._y_range[0])[0]
            found.append(
                Numeral(value, x_spec, self._size, theme.SECONDARY).place(
                    [x, -em * 1.45, 0], "center"
                )
            )
        wanted = [self.place(self._x_range[0], float(value))[1] for value in ys]
        for value, y in zip(
            ys, spread(wanted, [em * 1.2] * len(wanted), -em, self._high + em), strict=True
        ):
            number = Numeral(value, y_spec, self._size, theme.SECONDARY)
            found.append(number.place([-0.16, y - 0.363 * em, 0], "right"))
        return found

    def _titles(self, x_title: str | Words, y_title: str | Words) -> list[VMobject]:
        em = theme.units(self._size)
        found: list[VMobject] = []
        if x_title:
            words = (
                x_title
                if isinstance(x_title, Words)
                else Words(x_title, self._size, theme.SECONDARY)
            )
            found.append(words.place([self._wide / 2, -em * 2.75, 0], "center"))
        if y_title:
            words = (
                y_title
                if isinstance(y_title, Words)
                else Words(y_title, self._size, theme.SECONDARY)
            )
            found.append(words.place([0, self._high + em * 1.1, 0], "left"))
        return found

    def _ends(self, colours: Mapping[str, str], written: bool) -> list[VMobject]:
        if not written:
            return []
        em = theme.units(self._size)
        wanted = [self.place(self._x_range[1], float(values[-1]))[1] for values in self.ys.values()]
        places = spread(wanted, [em * 1.35] * len(wanted), -em, self._high + em)
        found: list[VMobject] = []
        for (name, values), y in zip(self.ys.items(), places, strict=True):
            words = Words(
                f"{name} {{value:{self._y_spec}}}",
                self._size,
                colours.get(name, theme.TEXT),
                value=values[-1],
            )
            found.append(words.place([self._wide + 0.22, y - 0.363 * em, 0], "left"))
        return found

    # What films do with it
    # ----------------------------------------------------------------------------------------

    def set_progress(self, share: float) -> Self:
        """How much of the curves is drawn, from the left: 0 to 1. Between two recorded points the
        line is straight."""
        base, right, up = self.anchor.axes()
        for name, line in self.lines.items():
            spots = np.array(
                [
                    self.place(float(x), float(y))
                    for x, y in zip(self.xs, self.ys[name], strict=True)
                ]
            )
            points = _cut(spots, share)
            line.points = base + points[:, :1] * right + points[:, 1:2] * up
        self.ends.set_fill(opacity=float(np.clip(share * 20 - 19, 0, 1)))
        return self

    def set_cursor(self, index: int, name: str | None = None, written: bool = True) -> Self:
        """Puts a dot on one recorded point of a series (the first by default), its value beside it,
        off the curve."""
        series = name or next(iter(self.ys))
        spot = self.place(float(self.xs[index]), float(self.ys[series][index]))
        outline = rectangles(
            boxes_of(spot[0] - _DOT / 2, spot[1] - _DOT / 2, spot[0] + _DOT / 2, spot[1] + _DOT / 2)
        )
        value = self.ys[series][index]
        if not self.cursor.submobjects:
            self.cursor.add(painted(np.zeros((0, 3)), theme.FOCUS))
            if written:
                self.cursor.add(Numeral(value, self._y_spec, theme.LABEL, theme.FOCUS, "center"))
        base, right, up = self.anchor.axes()
        self.cursor[0].points = base + outline[:, :1] * right + outline[:, 1:2] * up
        for number in self.cursor.submobjects[1:]:
            if isinstance(number, Numeral):
                number.set_value(value)
                side = self._open_side(series, index) * (number.advance / 2 + 0.08)
                number.place(
                    self.at(max(spot[0] + side, number.advance / 2 + 0.1), spot[1] + 0.18), "center"
                )
        return self

    def _open_side(self, series: str, index: int) -> float:
        """On which side above a point of a curve there is room: the left where it rises, the right
        where it falls."""
        values = [float(value) for value in self.ys[series]]
        step = max(1, len(values) // 50)
        rise = values[min(index + step, len(values) - 1)] - values[max(index - step, 0)]
        return -1.0 if rise > 0 else 1.0 if rise < 0 else 0.0

    def nearest(self, x: float) -> int:
        """The index of the recorded point whose x is nearest to a value."""
        return int(np.argmin([abs(float(value) - float(x)) for value in self.xs]))


class Histogram(Framed):
    """How many values fall into each bin: bars over an axis from the first to the last edge.

    ``counts`` (bin) and ``edges`` (bin + 1) are recorded. ``most`` is the count of a bar of full
    height, where two histograms share a scale. ``set_counts`` glides to others with ``Glide``.
    Numerals: first and last edge.
    """

    def __init__(
        self,
        counts: Numbers,
        edges: Numbers,
        width: float = 5.0,
        height: float = 2.4,
        color: str = theme.POSITIVE,
        most: float | None = None,
        spec: str = ".2f",
        size: float = theme.SMALL,
        title: str | Words = "",
        fold: bool = False,
    ) -> None:
        super().__init__(0.0, 0.0, width, height)
        self.counts, self.edges = counts, edges
        self._wide, self._high = width, height
        self._most = float(most if most is not None else np.max(counts.array))
        bounds = np.asarray(edges.array, dtype=np.float64)
        self._x = (bounds - bounds[0]) / (bounds[-1] - bounds[0]) * width
        self._shares = np.asarray(counts.array, dtype=np.float64) / (self._most or 1.0)
        middle = (bounds[:-1] + bounds[1:]) / 2
        below = middle < -NEAR * np.diff(bounds)  # the bin about zero counts as above, also nearly
        parts = (
            [(below, theme.NEGATIVE), (~below, color)] if fold else [(np.isfinite(middle), color)]
        )
        self._parts = [(mask, painted(np.zeros((0, 3)), colour)) for mask, colour in parts]
        em = theme.units(size)
        axis = stroked(segments([[0, 0, 0]], [[width, 0, 0]]), theme.SECONDARY, 2.0)
        low, high = (
            Numeral(edges[i], spec, size, theme.SECONDARY, "center") for i in (0, len(edges) - 1)
        )
        self.ticks = VGroup(
            low.place([0, -em * 1.15, 0], "center"), high.place([width, -em * 1.15, 0], "center")
        )
        self.titles = VGroup()
        if title:
            words = title if isinstance(title, Words) else Words(title, size, theme.SECONDARY)
            self.titles.add(words.place([width / 2, height + em * 0.6, 0], "center"))
        self.add(*[shape for _, shape in self._parts], axis, self.ticks, self.titles)
        self.glide_to(self._shares)

    @property
    def shapes(self) -> list[VMobject]:
        """The bars, one mobject for each colour."""
        return [shape for _, shape in self._parts]

    def set_counts(self, counts: Numbers) -> Self:
        """Shows other counts over the same edges."""
        self.counts = counts
        self._shares = np.asarray(counts.array, dtype=np.float64) / (self._most or 1.0)
        self.glide_to(self._shares)
        return self

    def glide_state(self) -> npt.NDArray[np.float64]:
        """The heights (bin) of the bars, as shares of the full height."""
        return self._shares

    def glide_to(self, state: npt.NDArray[np.float64]) -> None:
        """Draws bars of given heights."""
        self._shares = np.asarray(state, dtype=np.float64)
        base, right, up = self.anchor.axes()
        seam = min(0.012, self._wide / len(self._shares) * 0.15)
        boxes = boxes_of(
            self._x[:-1] + seam, 0.0, self._x[1:] - seam, np.clip(self._shares, 0, 1) * self._high
        )
        for mask, shape in self._parts:
            points = rectangles(boxes[mask])
            shape.points = base + points[:, :1] * right + points[:, 1:2] * up


def _share(value: float, span: tuple[float, float], log: bool) -> float:
    low, high = span
    if log:
        value, low, high = (float(np.log10(max(v, 1e-12))) for v in (value, low, high))
    return (value - low) / ((high - low) or 1.0)


def _cut(spots: npt.NDArray[np.float64], share: float) -> npt.NDArray[np.float64]:
    """The segments (4 k, 3) of a line through spots (n, 2), up to a share of its extent in x."""
    flat = np.concatenate([spots, np.zeros((len(spots), 1))], axis=1)
    if share >= 1.0 or len(flat) < 2:
        return segments(flat[:-1], flat[1:])
    end = flat[0, 0] + (flat[-1, 0] - flat[0, 0]) * max(share, 0.0)
    whole = flat[flat[:, 0] <= end]
    if len(whole) < len(flat) and len(whole):
        before, after = whole[-1], flat[len(whole)]
        cut = before + (after - before) * ((end - before[0]) / ((after[0] - before[0]) or 1.0))
        whole = np.concatenate([whole, cut[None]])
    return segments(whole[:-1], whole[1:])
