"""Values by layer, beside the picture of a model's layers.

Planned films: weight_mri, model_diff.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from manim import VGroup, VMobject, linear

from gptviz import maths
from gptviz.drawing.arrays.windows import positions
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Framed, painted, rectangles, segments, stroked
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Words
from gptviz.maths.rounding import whole_below
from gptviz.recording.number import Tracked, derive


class LayerChart(Framed):
    """Series of values by layer, going down beside a stack: every value at the height of its
    layer's floor.

    ``series``: name to values (layer), tracked; ``heights`` (layer) where the floors' middles are,
    from the top down. Values grow to the right from ``left``, where 0 is, to ``right``, the largest
    of all. :meth:`draw` draws one.
    ``halves``: half the side of a series' dots, where one shall show below another.
    """

    def __init__(
        self,
        series: Mapping[str, Sequence[Tracked]],
        colours: Mapping[str, str],
        heights: Sequence[float],
        left: float,
        right: float,
        halves: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(left, heights[-1], right, heights[0] + 1e-6)
        self._series, self._left, self._heights = series, left, list(heights)
        self._halves = dict.fromkeys(series, 0.055) | dict(halves or {})
        most = max(float(value) for values in series.values() for value in values)
        self._unit = (right - left) / most
        floor = abs(heights[0] - heights[-1]) / max(len(heights) - 1, 1) / 2 or 1.0
        self.axis = stroked(
            segments([[left, heights[0] + floor, 0]], [[left, heights[-1] - floor, 0]]),
            theme.HAIRLINE,
            3.0,
        )
        self.lines = {name: stroked(np.zeros((0, 3)), colours[name], 5.0) for name in series}
        self.dots = {name: painted(np.zeros((0, 3)), colours[name]) for name in series}
        self.add(self.axis, *self.lines.values(), *self.dots.values())
        for name in series:
            self.set_progress(name, 0.0)

    def x_of(self, value: float) -> float:
        """Where a value lies, from left to right."""
        return self._left + float(value) * self._unit

    def set_progress(self, name: str, share: float) -> Self:
        """How far down a series is drawn: 0 not at all, 1 to the last layer. Dots stand at recorded
        values only."""
        values = [float(value) for value in self._series[name]]
        spots = np.array(
            [[self.x_of(value), y, 0.0] for value, y in zip(values, self._heights, strict=True)]
        )
        reach = share * (len(spots) - 1)
        whole = int(whole_below(reach))
        path = [*spots[: whole + 1]]
        if whole < len(spots) - 1 and reach > whole:
            path.append(spots[whole] + (spots[whole + 1] - spots[whole]) * (reach - whole))
        drawn = (
            segments(np.array(path[:-1]), np.array(path[1:])) if len(path) > 1 else np.zeros((0, 3))
        )
        self.lines[name].points = drawn
        shown = spots[: whole + 1] if share > 0 else spots[:0]
        half = self._halves[name]
        corners = np.stack(
            [shown[:, 0] - half, shown[:, 1] - half, shown[:, 0] + half, shown[:, 1] + half],
            axis=-1,
        )
        self.dots[name].points = rectangles(corners) if len(shown) else np.zeros((0, 3))
        return self

    def scale_ends(self, size: float = theme.SMALL, spec: str = ".2f") -> VGroup:
        """Zero and the largest value, below the plot where they lie."""
        most = max((value for values in self._series.values() for value in values), key=float)
        y = self.axis.points[:, 1].min() - theme.units(size) * 1.3
        return VGroup(
            *[
                Numeral(value, spec, size, theme.SECONDARY, "center").place(
                    [self.x_of(value), y, 0], "center"
                )
                for value in (derive(maths.difference, most, most), most)
            ]
        )

    def draw(self, name: str, run_time: float, **options: Any) -> Follow:
        """A motion that draws a series from the first layer down to the last, evenly."""
        return Follow(
            self,
            lambda chart, share: chart.set_progress(name, share),
            run_time,
            rate_func=linear,
            **options,
        )

    def scan(self, left: float, right: float) -> VMobject:
        """A level line at the first layer, for :meth:`lower`."""
        return stroked(
            segments([[left, self._heights[0], 0]], [[right, self._heights[0], 0]]),
            theme.FOCUS,
            2.5,
        )

    def lower(self, line: VMobject, run_time: float) -> Follow:
        """A motion that lowers a level line as fast as :meth:`draw` draws."""
        top, bottom = self._heights[0], self._heights[-1]

        def step(moving: VMobject, share: float) -> None:
            moving.points[:, 1] = top + (bottom - top) * share

        return Follow(line, step, run_time, rate_func=linear)


class EndsTable:
    """Series in the first and in the last layer, as figures: ``head`` and ``rows`` by name, for a
    film to bring in."""

    def __init__(
        self,
        series: Mapping[str, Sequence[Tracked]],
        colours: Mapping[str, str],
        left: float,
        right: float,
        top: float,
        row: float = 0.7,
        spec: str = ".3f",
    ) -> None:
        layers = positions(len(next(iter(series.values()))), "layer")
        columns = ((0, right - 1.3), (len(layers) - 1, right))
        self.head = VGroup(
            *[
                Words("layer {n:d}", theme.SMALL, theme.SECONDARY, n=layers[i]).place(
                    [x, top, 0], "right"
                )
                for i, x in columns
            ]
        )
        self.rows = {
            name: VGroup(
                Words(name, theme.STATEMENT, colours[name]).place(
                    [left, top - row * (number + 1), 0]
                ),
                *[
                    Numeral(values[i], spec, theme.STATEMENT, align="right").place(
                        [x, top - row * (number + 1), 0], "right"
                    )
                    for i, x in columns
                ],
            )
            for number, (name, values) in enumerate(series.items())
        }


class LayerPanel(VGroup):
    """Series of a stack's layers left of it: a :class:`LayerChart` at its floors' heights and an
    :class:`EndsTable`.

    ``sides`` are the stack's; ``furniture`` is what stands from the start: axis, scale, what is
    drawn, the table's head. Of the two series ``close`` together the dots of the first show round
    those of the second.
    """

    def __init__(
        self,
        series: Mapping[str, Sequence[Tracked]],
        colours: Mapping[str, str],
        sides: tuple[float, float, float, float],
        title: str,
        left: float,
        right: float,
        close: tuple[str, str],
    ) -> None:
        super().__init__()
        self.series = series
        _, bottom, _, top = sides
        layers = len(next(iter(series.values())))
        heights = [top - (top - bottom) * (layer + 0.5) / layers for layer in range(layers)]
        self.chart = LayerChart(
            series, colours, heights, left, right, dict(zip(close, (0.075, 0.045), strict=True))
        )
        self.table = EndsTable(series, colours, theme.LEFT_EDGE, left - 0.5, 1.5)
        name = Words(title, theme.SMALL, theme.SECONDARY).place([left, top + 0.2, 0])
        self.furniture = VGroup(self.chart, self.chart.scale_ends(), name, self.table.head)
        self.add(self.furniture)
