"""Heat maps of real arrays of any size, with a legend that gives their true smallest and largest
value.

Planned films: embedding_matrix, weight_mri, head_zoo, heads_grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from manim import RIGHT, Group, VGroup, VMobject

from gptviz.drawing.arrays.windows import Label, fitted, label_of, names_for
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Anchor, Cells, boxes_of, outline, painted, rectangles
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.picture import Picture, as_pixels
from gptviz.drawing.base.text import Numeral, Words
from gptviz.recording.number import Number, Numbers, Tracked

Scale = Literal["weights", "sequential", "attention", "grey"]
Range = int | slice
ALL = slice(None)
_FEW = 1600  # cells up to which a batch of vector cells is cheaper than a picture


class HeatMap(Group):
    """An array (row, column) as coloured cells, exact in colour, in a box of ``width`` times
    ``height`` units.

    ``scale``: "weights" (blue-orange about zero), "sequential" (cividis from the smallest to the
    largest value), "attention" (0 to 1, to yellow), "grey" (data by size). ``low``, ``high`` set
    the colours' range (for weights, ``high`` its half-width) where several maps share one; the
    legend still gives each map's own extremes. ``square`` makes cells square, the map as large as
    fits. Names as for :class:`NumberMatrix`; a few of many rows are named by giving None for the
    others. Few cells are drawn with a hairline ``gap`` between them, many without.
    """

    means = ("attention",)

    def __init__(
        self,
        numbers: Numbers,
        width: float,
        height: float,
        scale: Scale = "sequential",
        low: float | None = None,
        high: float | None = None,
        *,
        square: bool = False,
        gap: float | None = None,
        row_names: Sequence[Any] | str | None = None,
        column_names: Sequence[Any] | str | None = None,
        size: float = theme.SMALL,
    ) -> None:
        super().__init__()
        self.numbers, self.scale_name = numbers, scale
        rows, columns = numbers.shape
        if square:
            side = min(width / columns, height / rows)
            width, height = side * columns, side * rows
        values = np.asarray(numbers.array, dtype=np.float64)
        self.low, self.high = _range(values, scale, low, high)
        self.anchor = Anchor(-width / 2, -height / 2, width / 2, height / 2)
        few = rows * columns <= _FEW
        self._gap = (
            (min(width / columns, height / rows) * 0.06 if few else 0.0) if gap is None else gap
        )
        self.cells: Cells | Picture
        if few:
            self.cells = Cells(self.anchor, self._boxes(), self._colours(values).reshape(-1, 3))
        else:
            self.cells = Picture(self._colours(values), width, height)
        self.row_labels, self.column_labels = VGroup(), VGroup()
        self._label(
            names_for(row_names, rows, "row"), names_for(column_names, columns, "column"), size
        )
        self.add(self.anchor, self.cells, self.row_labels, self.column_labels)

    def _boxes(self) -> npt.NDArray[np.float64]:
        rows, columns = self.numbers.shape
        left, bottom, width, height = self.anchor.home
        r, c = np.divmod(np.arange(rows * columns), columns)
        x, y, half = width / columns, height / rows, self._gap / 2
        return boxes_of(
            left + c * x + half,
            bottom + (rows - 1 - r) * y + half,
            left + (c + 1) * x - half,
            bottom + (rows - r) * y - half,
        )

    def _colours(self, values: Any) -> npt.NDArray[np.float64]:
        return colours_of(values, self.scale_name, self.low, self.high)

    def _label(self, rows: list[Any] | None, columns: list[Any] | None, size: float) -> None:
        left, bottom, width, height = self.anchor.home
        em = theme.units(size)
        for i, name in enumerate(rows or []):
            if name is not None:
                y = bottom + height * (1 - (i + 0.5) / len(rows or [])) - 0.363 * em
                self.row_labels.add(label_of(name, size).place([left - 0.18, y, 0], "right"))
        for i, name in enumerate(columns or []):
            if name is not None:
                label: Label = fitted(label_of(name, size), width / len(columns or []) - 0.06)
                self.column_labels.add(
                    label.place(
                        [left + width * (i + 0.5) / len(columns or []), bottom + height + 0.14, 0],
                        "center",
                    )
                )

    # What films do with it
    # ----------------------------------------------------------------------------------------

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """The values (row, column) as plain floats."""
        return np.asarray(self.numbers.array, dtype=np.float64)

    def set_values(self, numbers: Numbers) -> Self:
        """Shows another array of the same shape on the same scale."""
        self.numbers = numbers
        return self.set_shapes(numbers.array)

    def set_shapes(self, values: Any) -> Self:
        """Only the colours of other values (row, column)."""
        return self.set_colours(self._colours(np.asarray(values, dtype=np.float64)))

    def set_colours(self, colours: Any) -> Self:
        """Other colours (row, column, rgb), such as the map's own, darkened where it is not spoken
        of."""
        if isinstance(self.cells, Cells):
            self.cells.set_colours(np.asarray(colours).reshape(-1, 3))
        else:
            self.cells.set_colours(colours)
        return self

    def glide_state(self) -> npt.NDArray[np.float64]:
        """The colours of its cells: what :class:`gptviz.drawing.base.motion.Glide` moves."""
        return self.cells.colours

    def glide_to(self, state: npt.NDArray[np.float64]) -> None:
        """Shows cells in given colours."""
        self.set_colours(state)

    def set_lit(self, shares: Any) -> Self:
        """How bright each cell is (row, column): 1 as it is, 0 the ground. For sweeps and
        spotlights."""
        share = np.clip(np.asarray(shares, dtype=np.float64), 0, 1)[..., None]
        ground = theme.rgb(theme.GROUND)
        return self.set_colours(ground + (self._colours(self.values) - ground) * share)

    def box(self, row: Range = ALL, column: Range = ALL) -> tuple[float, float, float, float]:
        """The sides of a cell, or of a range of rows and columns, in the coordinates at
        building."""
        rows, columns = self.numbers.shape
        left, bottom, width, height = self.anchor.home
        r, c = (np.atleast_1d(np.arange(n)[key]) for n, key in ((rows, row), (columns, column)))
        return (
            left + width * c.min() / columns,
            bottom + height * (rows - 1 - r.max()) / rows,
            left + width * (c.max() + 1) / columns,
            bottom + height * (rows - r.min()) / rows,
        )

    def outline(self, row: Range = ALL, column: Range = ALL, color: str = theme.FOCUS) -> VMobject:
        """A frame around a cell, or around a range of rows and columns, where they are now."""
        left, bottom, right, top = self.box(row, column)
        low, high = self.anchor.at([left, bottom]), self.anchor.at([right, top])
        return outline((low[0], low[1], high[0], high[1]), color, grow=0.02)

    def center_of(self, row: Range = ALL, column: Range = ALL) -> npt.NDArray[np.float64]:
        """The middle of a cell or a range, where it is now."""
        left, bottom, right, top = self.box(row, column)
        return self.anchor.at([(left + right) / 2, (bottom + top) / 2])

    def legend(
        self,
        width: float = 2.4,
        spec: str = ".2f",
        size: float = theme.SMALLEST,
        title: str | Words | None = None,
        words: tuple[str, str] | None = None,
    ) -> Legend:
        """A legend for it: its true smallest and largest value at the ends of the colours between
        them.

        Or, with ``words`` for its ends, the whole scale.
        """
        return Legend(
            *extremes(self.numbers),
            self.scale_name,
            (self.low, self.high),
            width,
            spec,
            size,
            title,
            words,
        )


class Legend(VGroup):
    """A strip of the colours between two tracked values, which stand at its ends. ``title`` stands
    above it.

    With ``words`` the strip has all colours of the scale, and they stand at its ends: what its
    least and its most mean.
    """

    def __init__(
        self,
        smallest: Tracked,
        largest: Tracked,
        scale: Scale,
        span: tuple[float, float],
        width: float = 2.4,
        spec: str = ".2f",
        size: float = theme.SMALLEST,
        title: str | Words | None = None,
        words: tuple[str, str] | None = None,
    ) -> None:
        super().__init__()
        em = theme.units(size)
        strip = painted(rectangles(np.array([[0.0, 0.0, width, em * 0.7]])), theme.GROUND)
        values = np.linspace(*(span if words else (float(smallest), float(largest))), 33)
        colours = colours_of(values, scale, *span)
        strip.fill_rgbas = np.concatenate([colours, np.ones((33, 1))], axis=1)
        strip.stroke_rgbas = np.repeat(strip.stroke_rgbas[:1], 33, axis=0)
        strip.background_stroke_rgbas = np.repeat(strip.background_stroke_rgbas[:1], 33, axis=0)
        strip.sheen_direction = np.array(RIGHT, dtype=float)
        low, high = (
            [Words(each, size, theme.SECONDARY) for each in words]
            if words
            else [Numeral(each, spec, size, theme.SECONDARY) for each in (smallest, largest)]
        )
        low.place([-0.12, 0.0, 0], "right")
        high.place([width + 0.12, 0.0, 0], "left")
        self.strip, self.ends = strip, VGroup(low, high)
        self.add(strip, low, high)
        if title is not None:
            heading = title if isinstance(title, Words) else Words(title, size, theme.SECONDARY)
            self.add(heading.place([width / 2, em * 1.35, 0], "center"))
        self.center()


def colours_of(values: Any, scale: Scale, low: float, high: float) -> npt.NDArray[np.float64]:
    """The colours (..., rgb) of values from ``low`` to ``high``; of weights and greys ``high`` is
    the limit."""
    if scale == "weights":
        return theme.diverging(values, high)
    if scale == "grey":
        share = np.clip(np.abs(np.asarray(values, dtype=np.float64)) / (high or 1.0), 0, 1)[
            ..., None
        ]
        return np.asarray(
            theme.rgb(theme.PANEL) + (theme.rgb(theme.DATA_HIGH) - theme.rgb(theme.PANEL)) * share
        )
    if scale == "attention":
        return theme.attention((np.asarray(values, dtype=np.float64) - low) / ((high - low) or 1.0))
    return theme.sequential(values, low, high)


def extremes(numbers: Numbers) -> tuple[Number, Number]:
    """The smallest and the largest value of an array, with their addresses."""
    array = numbers.array
    low, high = (
        np.unravel_index(int(at), array.shape) for at in (np.argmin(array), np.argmax(array))
    )
    return numbers[tuple(int(i) for i in low)], numbers[tuple(int(i) for i in high)]


def _range(
    values: npt.NDArray[np.float64], scale: Scale, low: float | None, high: float | None
) -> tuple[float, float]:
    if scale == "attention":
        return (0.0 if low is None else low), (1.0 if high is None else high)
    if scale in ("weights", "grey"):
        return 0.0, float(np.abs(values).max(initial=0.0)) if high is None else high
    return (float(values.min()) if low is None else low), (
        float(values.max()) if high is None else high
    )


class ZoomedPicture(Group):
    """A matrix too large for one picture, through a window on its left upper corner that opens from
    few cells to all.

    ``levels``: colours (row, column, rgb), finest first, each with how many rows and columns of the
    matrix it covers; the finest that does is shown. ``set_window`` moves nothing on screen: the
    frame stands still.
    """

    def __init__(self, levels: Sequence[tuple[Any, int, int]], width: float, height: float) -> None:
        super().__init__()
        self._levels = [(as_pixels(colours), rows, columns) for colours, rows, columns in levels]
        self.picture = Picture(self._levels[-1][0], width, height)
        self._level = len(levels) - 1
        self.add(self.picture)
        self.set_window(self._levels[-1][1], self._levels[-1][2])

    @property
    def extent(self) -> tuple[int, int]:
        """How many rows and columns the whole matrix has."""
        return self._levels[-1][1], self._levels[-1][2]

    def set_window(self, rows: float, columns: float) -> Self:
        """Shows so many rows and columns (fractions too) from the left upper corner on."""
        last = len(self._levels) - 1
        level = next(
            (i for i, (_, r, c) in enumerate(self._levels) if rows <= r and columns <= c), last
        )
        colours, r, c = self._levels[level]
        if level != self._level:
            self.picture.set_colours(colours)
            self._level = level
        high, wide = colours.shape[:2]
        self.picture.set_window(0.0, 0.0, min(rows / r, 1.0) * high, min(columns / c, 1.0) * wide)
        return self

    def zoom(
        self, start: Sequence[float], end: Sequence[float], run_time: float, **options: Any
    ) -> Follow:
        """A motion that opens the window from so many rows and columns to others, by equal factors
        in equal times."""
        first, last = np.log(np.asarray(start, dtype=float)), np.log(np.asarray(end, dtype=float))
        return Follow(
            self,
            lambda zoomed, share: zoomed.set_window(*np.exp(first + (last - first) * share)),
            run_time,
            **options,
        )
