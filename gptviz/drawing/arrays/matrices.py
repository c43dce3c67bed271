"""Windows onto real arrays: matrices, columns and rows of numbers, with what is left out counted.

Planned films: matvec, embedding_matrix, weight_mri, scores_mask, token_by_token, plurality.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.arrays.windows import Label, Rule, Slot, label_of, names_for, slots
from gptviz.drawing.base import theme, tints
from gptviz.drawing.base.cells import (
    Cells,
    Framed,
    boxes_of,
    outline,
    painted,
    rectangles,
    segments,
    stroked,
)
from gptviz.drawing.base.given import finite
from gptviz.drawing.base.text import Numeral, Words
from gptviz.errors import GptvizError
from gptviz.recording.number import Numbers, Tracked

_DIGITS = 0.363  # half of a digit's height, in em: from a cell's middle down to its baseline
_PAD = 0.55  # around the widest numeral of a cell, in em
_DOT = 0.032  # side of an ellipsis' dot, in units
_STEP = 0.095  # between two of its dots


class NumberMatrix(Framed):
    """A window onto a real matrix: its numerals in cells coloured by sign and size, and how many
    more there are.

    ``numbers`` (row, column). ``rows`` and ``columns`` say what is shown: (first, last), or a list
    of indices. ``of`` gives the true numbers of rows and columns where ``numbers`` is only the
    beginning of a larger matrix. ``role`` is the meaning of the colour (weights, data, query, key,
    value, probability); ``limit`` the size of its full strength, by default the largest size shown.
    ``row_names``, ``column_names``: for every row or column a token, a word or a tracked number, or
    "index"; they stand left of the matrix and above it. Built around the origin.
    """

    def __init__(
        self,
        numbers: Numbers,
        rows: Rule = (4, 1),
        columns: Rule = (4, 1),
        role: tints.Role = "weights",
        spec: str = "+.2f",
        size: float = theme.LABEL,
        limit: float | None = None,
        *,
        of: tuple[Tracked | None, Tracked | None] = (None, None),
        row_names: Sequence[Any] | str | None = None,
        column_names: Sequence[Any] | str | None = None,
        cell: tuple[float, float] | None = None,
        names: tuple[str, str] = ("rows", "columns"),
    ) -> None:
        if len(numbers.shape) != 2:
            raise ValueError(f"a matrix has two axes, not {len(numbers.shape)}")
        finite(numbers, names[0])
        self.numbers, self.role, self.size = numbers, role, size
        self.rows = slots(numbers.shape[0], rows, names[0], of[0])
        self.columns = slots(numbers.shape[1], columns, names[1], of[1])
        if not self.rows or not self.columns:
            raise GptvizError("a matrix of no numbers cannot be drawn: give at least one")
        self._spec, self._names = (
            spec,
            (
                names_for(row_names, numbers.shape[0], names[0][:-1]),
                names_for(column_names, numbers.shape[1], names[1][:-1]),
            ),
        )
        self._where = [
            (r, c)
            for r, row in enumerate(self.rows)
            for c, column in enumerate(self.columns)
            if row.index is not None and column.index is not None
        ]
        self.limit = float(
            limit if limit is not None else np.abs(self._plain(numbers)).max(initial=0.0)
        )
        self.runs = [Numeral(value, spec, size, align="right") for value in self._values(numbers)]
        self._widest = max((run.advance for run in self.runs), default=0.0)
        em = theme.units(size)
        self.cell = cell or (self._widest + _PAD * em * 2, em * 1.75)
        self._lay_out()
        super().__init__(self._lefts[0], self._bottoms[-1], self._rights[-1], self._tops[0])
        self.cells = Cells(self.anchor, self._boxes(), self._tints(self._plain(numbers)))
        self.numerals = VGroup(*self.runs)
        for run, (r, c) in zip(self.runs, self._where, strict=True):
            run.place(self._numeral_place(r, c), "right")
        self.gaps = VGroup(*self._gaps())
        self.row_labels = VGroup(*self._row_labels())
        self.column_labels = VGroup(*self._column_labels())
        self.add(self.cells, self.numerals, self.gaps, self.row_labels, self.column_labels)

    # What is shown
    # -----------------------------------------------------------------------------------------------

    def _values(self, numbers: Numbers) -> list[Tracked]:
        """The entries shown, row by row."""
        return [numbers[self.rows[r].index, self.columns[c].index] for r, c in self._where]

    def _plain(self, numbers: Numbers) -> npt.NDArray[np.float64]:
        return np.array(
            [numbers.array[self.rows[r].index, self.columns[c].index] for r, c in self._where],
            dtype=float,
        )

    def _tints(self, values: Any) -> npt.NDArray[np.float64]:
        return tints.TINTS[self.role](values, self.limit)

    # Where it stands
    # ----------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        em = theme.units(self.size)
        widths = [
            self.cell[0] if slot.hidden is None else self._gap_width(slot) for slot in self.columns
        ]
        heights = [self.cell[1] if slot.hidden is None else em * 1.6 for slot in self.rows]
        edges_x = np.concatenate(([0.0], np.cumsum(widths))) - sum(widths) / 2
        edges_y = sum(heights) / 2 - np.concatenate(([0.0], np.cumsum(heights)))
        self._lefts, self._rights = edges_x[:-1], edges_x[1:]
        self._tops, self._bottoms = edges_y[:-1], edges_y[1:]

    def _gap_width(self, slot: Slot) -> float:
        return max(self.cell[0] * 0.6, _more(slot.hidden).advance + theme.units(self.size) * 0.8)

    def _boxes(self) -> npt.NDArray[np.float64]:
        r, c = np.array(self._where, dtype=int).reshape(-1, 2).T
        seam = 0.02
        return boxes_of(
            self._lefts[c] + seam,
            self._bottoms[r] + seam,
            self._rights[c] - seam,
            self._tops[r] - seam,
        )

    def _numeral_place(self, r: int, c: int) -> npt.NDArray[np.float64]:
        x = (self._lefts[c] + self._rights[c]) / 2 + self._widest / 2
        return np.array(
            [x, (self._tops[r] + self._bottoms[r]) / 2 - _DIGITS * theme.units(self.size), 0.0]
        )

    def _gaps(self) -> list[VMobject]:
        found: list[VMobject] = []
        dots: list[tuple[float, float]] = []
        for c, slot in enumerate(self.columns):
            if slot.hidden is not None:
                x = (self._lefts[c] + self._rights[c]) / 2
                lines = [r for r, row in enumerate(self.rows) if row.index is not None]
                said = lines[(len(lines) - 1) // 2] if lines else 0
                for r in lines:
                    y = (self._tops[r] + self._bottoms[r]) / 2
                    if r == said:
                        found.append(_more(slot.hidden, x, y))
                    else:
                        dots += [(x + step * _STEP * 1.2, y) for step in (-1, 0, 1)]
        for r, slot in enumerate(self.rows):
            if slot.hidden is not None:
                y = (self._tops[r] + self._bottoms[r]) / 2
                across = [
                    (self._lefts[c] + self._rights[c]) / 2
                    for c, column in enumerate(self.columns)
                    if column.index is not None
                ]
                x = across[(len(across) - 1) // 2]
                words = _more(slot.hidden, x, y)
                found.append(words)
                for c, column in enumerate(self.columns):
                    middle = (self._lefts[c] + self._rights[c]) / 2
                    if column.index is not None and abs(middle - x) > words.advance / 2 + 0.15:
                        dots += [(middle, y + step * _STEP) for step in (-1, 0, 1)]
        if dots:
            found.append(_dots(np.array(dots)))
        return found

    def _row_labels(self) -> list[Label]:
        names = self._names[0]
        found = []
        for r, slot in enumerate(self.rows if names else []):
            if slot.index is not None and names:
                y = (self._tops[r] + self._bottoms[r]) / 2 - _DIGITS * theme.units(theme.SMALL)
                found.append(
                    label_of(names[slot.index]).place([self._lefts[0] - 0.18, y, 0], "right")
                )
        return found

    def _column_labels(self) -> list[Label]:
        names = self._names[1]
        found = []
        for c, slot in enumerate(self.columns if names else []):
            if slot.index is not None and names:
                x = (self._lefts[c] + self._rights[c]) / 2
                found.append(
                    label_of(names[slot.index]).place([x, self._tops[0] + 0.16, 0], "center")
                )
        return found

    # What films do with it
    # ----------------------------------------------------------------------------------------

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """The values shown (entry), row by row, as plain floats."""
        return self._plain(self.numbers)

    def set_values(self, numbers: Numbers) -> Self:
        """Shows another array of the same shape: colours and numerals. For values with a formula,
        at every frame."""
        self.numbers = numbers
        for run, value in zip(self.runs, self._values(numbers), strict=True):
            run.set_value(value)
        return self.set_shapes(self._plain(numbers))

    def set_shapes(self, values: Any) -> Self:
        """Only the colours of other values (entry): as between two recorded states."""
        self.cells.set_colours(self._tints(values))
        return self

    def glide_state(self) -> npt.NDArray[np.float64]:
        """The colours of its cells (entry, rgb): what :class:`gptviz.drawing.base.motion.Glide`
        moves."""
        return self.cells.colours

    def glide_to(self, state: npt.NDArray[np.float64]) -> None:
        """Shows cells in given colours."""
        self.cells.set_colours(state)

    def set_visible(self, shares: Any) -> Self:
        """How far each entry (entry, row by row) has come up, from 0 (not yet there) to 1; one
        share serves for all."""
        share = np.broadcast_to(
            np.clip(np.asarray(shares, dtype=np.float64), 0, 1), (len(self._where),)
        )
        ground = theme.rgb(theme.GROUND)
        self.cells.set_colours(
            ground + (self._tints(self._plain(self.numbers)) - ground) * share[:, None]
        )
        for run, alpha in zip(self.runs, share, strict=True):
            run.set_fill(opacity=float(alpha))
        return self

    def _slot(self, places: list[Slot], index: int) -> int:
        for number, slot in enumerate(places):
            if slot.index == index:
                return number
        raise IndexError(f"entry {index} is not shown")

    def box(
        self, row: int | None = None, column: int | None = None
    ) -> tuple[float, float, float, float]:
        """The sides of a cell, a row, a column or the whole, in the coordinates at building."""
        r = slice(None) if row is None else self._slot(self.rows, row)
        c = slice(None) if column is None else self._slot(self.columns, column)
        return (
            float(np.min(self._lefts[c])),
            float(np.min(self._bottoms[r])),
            float(np.max(self._rights[c])),
            float(np.max(self._tops[r])),
        )

    def outline(
        self, row: int | None = None, column: int | None = None, color: str = theme.FOCUS
    ) -> VMobject:
        """A frame around a cell, a row, a column (by its index in the array) or the whole."""
        return self.fit(outline(self.box(row, column), color))

    def entry(self, row: int, column: int) -> Numeral:
        """The numeral of one entry of the array."""
        return self.runs[
            self._where.index((self._slot(self.rows, row), self._slot(self.columns, column)))
        ]

    def center_of(
        self, row: int | None = None, column: int | None = None
    ) -> npt.NDArray[np.float64]:
        """The middle of a cell, row or column, where it is now."""
        left, bottom, right, top = self.box(row, column)
        return self.at((left + right) / 2, (bottom + top) / 2)

    def lift_row(self, row: int) -> NumberMatrix:
        """A copy of one row as a mobject of its own, lying exactly on it: what slides out of the
        matrix."""
        return self._lifted(self._part(row, None), self.box(row, None))

    def lift_column(self, column: int) -> NumberMatrix:
        """A copy of one column as a mobject of its own, lying exactly on it."""
        return self._lifted(self._part(None, column), self.box(None, column))

    def _part(self, row: int | None, column: int | None) -> NumberMatrix:
        part = self.numbers[[row]] if row is not None else self.numbers[:, [column]]
        rows: Rule = [0] if row is not None else [s.index for s in self.rows if s.index is not None]
        columns: Rule = (
            [0] if column is not None else [s.index for s in self.columns if s.index is not None]
        )
        totals = (None, _total(self.columns)) if row is not None else (_total(self.rows), None)
        return NumberMatrix(
            part,
            rows,
            columns,
            self.role,
            self._spec,
            self.size,
            self.limit,
            cell=self.cell,
            of=totals,
        )

    def _lifted(self, part: NumberMatrix, box: tuple[float, float, float, float]) -> NumberMatrix:
        part.scale(self.factor, about_point=np.zeros(3))
        own = part.box()
        return part.shift(self.at(box[0], box[3]) - part.at(own[0], own[3]))


def _total(places: list[Slot]) -> Tracked | None:
    """The true length of an axis whose last gap is derived from it."""
    last = places[-1].hidden if places else None
    inputs = getattr(last, "inputs", None)
    return inputs[0] if inputs else None


def _more(hidden: Tracked | None, x: float = 0.0, y: float = 0.0) -> Words:
    words = Words("{n:,} more", theme.SMALLEST, theme.SECONDARY, n=hidden)
    return words.place([x, y - _DIGITS * theme.units(theme.SMALLEST), 0], "center")


def _dots(places: npt.NDArray[np.float64]) -> VMobject:
    """The dots of ellipses, around places (n, 2), as one mobject."""
    return painted(
        rectangles(boxes_of(*(places - _DOT / 2).T, *(places + _DOT / 2).T)), theme.SECONDARY
    )


class EmbeddingColumn(NumberMatrix):
    """A vector as a column of real components (or, ``horizontal``, as a row), in brackets.

    ``numbers`` (component); ``shown`` the components shown, as for :class:`NumberMatrix`; ``title``
    stands above it.
    """

    def __init__(
        self,
        numbers: Numbers,
        shown: Rule = (5, 1),
        role: tints.Role = "data",
        spec: str = "+.2f",
        size: float = theme.LABEL,
        limit: float | None = None,
        *,
        horizontal: bool = False,
        of: Tracked | None = None,
        title: Any = None,
    ) -> None:
        self.horizontal, self.vector = horizontal, numbers
        if horizontal:
            super().__init__(
                numbers[None, :],
                (1, 0),
                shown,
                role,
                spec,
                size,
                limit,
                of=(None, of),
                names=("rows", "components"),
            )
        else:
            super().__init__(
                numbers[:, None],
                shown,
                (1, 0),
                role,
                spec,
                size,
                limit,
                of=(of, None),
                names=("components", "columns"),
            )
            self._widen_gaps()
        self.brackets = self._brackets()
        self.title = VGroup()
        if title is not None:
            left, _, right, top = self.box()
            self.title.add(label_of(title).place([(left + right) / 2, top + 0.22, 0], "center"))
        self.add(self.brackets, self.title)

    def _widen_gaps(self) -> None:
        """A single column is narrower than what its gap says: the words stand right of it, dots
        inside it."""
        left, _, right, _ = self.box()
        for part in self.gaps:
            if isinstance(part, Words) and part.advance > right - left - 0.1:
                y = part.first.baseline()[1]
                middle = y + _DIGITS * theme.units(theme.SMALLEST)
                place = np.array(
                    [((left + right) / 2, middle + step * _STEP) for step in (-1, 0, 1)]
                )
                part.place([right + 0.22, y, 0], "left")
                self.gaps.add(_dots(place))

    def _brackets(self) -> VMobject:
        left, bottom, right, top = self.box()
        tick, gap = 0.12, 0.07
        left, right, bottom, top = left - gap, right + gap, bottom - gap, top + gap
        corners = [
            [left + tick, top],
            [left, top],
            [left, bottom],
            [left + tick, bottom],
            [right - tick, top],
            [right, top],
            [right, bottom],
            [right - tick, bottom],
        ]
        p = np.concatenate([np.array(corners), np.zeros((8, 1))], axis=1)
        return stroked(segments(p[[0, 1, 2, 4, 5, 6]], p[[1, 2, 3, 5, 6, 7]]), theme.SECONDARY, 2.0)


class ResidualArray(NumberMatrix):
    """The residual stream as an array: one column of components for each token, its token above it.

    ``numbers`` (token, d_model); ``tokens`` as many tokens. ``shown_tokens`` and ``components`` say
    which are shown.
    """

    def __init__(
        self,
        numbers: Numbers,
        tokens: Sequence[Any],
        components: Rule = (4, 1),
        shown_tokens: Rule = (7, 1),
        role: tints.Role = "data",
        spec: str = "+.2f",
        size: float = theme.LABEL,
        limit: float | None = None,
    ) -> None:
        places = [
            s.index for s in slots(len(tokens), shown_tokens, "tokens") if s.index is not None
        ]
        widest = max((label_of(tokens[i]).advance for i in places), default=0.0)
        em = theme.units(size)
        numerals = max(
            (
                Numeral(numbers[i, j], spec, size).advance
                for i in places
                for j in range(min(3, numbers.shape[1]))
            ),
            default=0.0,
        )
        width = max(numerals * 1.15 + 2 * _PAD * em, widest + 0.2)
        super().__init__(
            numbers.transposed(),
            components,
            shown_tokens,
            role,
            spec,
            size,
            limit,
            column_names=tokens,
            cell=(width, em * 1.75),
            names=("components", "tokens"),
        )
