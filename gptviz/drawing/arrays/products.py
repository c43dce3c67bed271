"""A dot product spelled out term by term, and a matrix times a vector, row by row.

Planned films: matvec (weights times data), scores_mask (query times key), plurality (a word times a
direction).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz import maths
from gptviz.drawing.arrays.matrices import EmbeddingColumn, NumberMatrix
from gptviz.drawing.arrays.windows import Rule
from gptviz.drawing.base import theme, tints
from gptviz.drawing.base.cells import boxes_of, outline, painted, rectangles
from gptviz.drawing.base.text import Numeral, Run, Words
from gptviz.recording.number import Computed, Numbers, Tracked

_DIGITS = 0.363

#: Products as they are written in a format, so that they add up to the sums that are.
_WRITTEN = {"+.2f": maths.products_in_hundredths, "+.3f": maths.products_in_thousandths}


class DotProduct(VGroup):
    """Two real vectors one above the other, below them products and running sum, and how much is
    left out.

    ``first``, ``second`` (component); ``bias`` is where the sum starts: a cell before its first
    (``start``, with its name); ``names`` name the four lines. ``lines`` are the four rows
    (:class:`NumberMatrix`): first, second, products, sums. At first only the two vectors and the
    start are seen; :meth:`set_progress` brings up products and sums.
    """

    def __init__(
        self,
        first: Numbers,
        second: Numbers,
        shown: Rule = (6, 1),
        bias: Tracked | None = None,
        roles: tuple[tints.Role, tints.Role] = ("weights", "data"),
        spec: str = "+.2f",
        size: float = theme.LABEL,
        names: tuple[str, str, str, str] = ("weight", "number", "product", "sum so far"),
    ) -> None:
        super().__init__()
        sums = Computed(maths.running_sums, first, second, bias)
        written = _WRITTEN.get(spec)
        products = (
            Computed(maths.products, first, second)
            if written is None
            else Computed(written, first, second, bias)
        )
        arrays = (first, second, products, sums)
        columns = NumberMatrix(first[None, :], (1, 0), shown, names=("rows", "components")).columns
        kept = [slot.index for slot in columns if slot.index is not None]
        entries = [array[i] for array in arrays for i in kept] + ([] if bias is None else [bias])
        widest = max(Numeral(entry, spec, size).advance for entry in entries)
        em = theme.units(size)
        self.cell = (widest + 1.2 * em, em * 1.9)
        self.names, self.signs = VGroup(), VGroup()
        self.lines: list[NumberMatrix] = []
        self.start = VGroup()
        top, left = 0.0, 0.0 if bias is None else -self.cell[0] - 0.12
        signs = (" ", "\u00d7", "=", "\u03a3")
        for array, role, name, sign in zip(
            arrays, (*roles, "data", "data"), names, signs, strict=True
        ):
            line = NumberMatrix(
                array[None, :],
                (1, 0),
                shown,
                role,
                spec,
                size,
                cell=self.cell,
                names=("rows", "components"),
            )
            line.shift(np.array([-line.box()[0], top, 0]))
            base = np.array([left - 0.25, top - _DIGITS * em, 0])
            self.signs.add(Run(sign, size, theme.SECONDARY).place(base, "right"))
            self.names.add(
                Words(name, theme.LABEL, theme.SECONDARY).place(
                    base - np.array([0.45, 0, 0]), "right"
                )
            )
            self.lines.append(line)
            top -= self.cell[1] + (0.22 if sign == "\u00d7" else 0.1)
        if bias is not None:
            self._start(bias, left, spec, size)
        self.add(self.names, self.signs, self.start, *self.lines)
        self.terms = len(kept)
        self.set_progress(0.0)
        self.center()

    def _start(self, bias: Tracked, left: float, spec: str, size: float) -> None:
        """A cell for the bias, a weight like the others, before the first sum; its name stands over
        it."""
        (low, bottom), (_, top) = (
            self.lines[3].at(*self.lines[3].box()[i : i + 2])[:2] for i in (0, 2)
        )
        limit = max(self.lines[0].limit, abs(float(bias)))
        cell = painted(
            rectangles(
                boxes_of(left + 0.02, bottom + 0.02, left + self.cell[0] - 0.02, top - 0.02)
            ),
            tints.TINTS["weights"](np.array([float(bias)]), limit)[0],
        )
        numeral, em = Numeral(bias, spec, size, align="center"), theme.units(size)
        middle, base = low - 0.12 - self.cell[0] / 2, (bottom + top) / 2 - _DIGITS * em
        name = Words("bias", theme.LABEL, theme.SECONDARY).place(
            [middle, base + self.cell[1] + 0.1, 0], "center"
        )
        self.start.add(cell, numeral.place([middle, base, 0], "center"), name)

    def set_progress(self, done: float) -> Self:
        """How many of the terms shown have been multiplied and added: 0 to ``terms``; a part of one
        fades in."""
        shares = np.clip(done - np.arange(self.terms), 0, 1)
        for line in self.lines[2:]:
            line.set_visible(shares)
        for name, sign, gap, share in (
            (self.names[k], self.signs[k], self.lines[k].gaps, shares[0]) for k in (2, 3)
        ):
            passed = float(shares[-1]) if len(gap) else float(share)
            gap.set_fill(opacity=passed)
            for words in (name, sign):
                words.set_fill(
                    opacity=1.0 if len(self.start) and name is self.names[3] else float(share)
                )
        return self

    def term(self, number: int, color: str = theme.FOCUS) -> VMobject:
        """A frame around one of the terms shown, from the first vector to its product."""
        box = self.lines[0].box(0, self._index(number))
        top, low = (
            self.lines[0].at(box[0], box[3]),
            self.lines[2].at(box[2], self.lines[2].box()[1]),
        )
        return outline((top[0], low[1], low[0], top[1]), color, grow=0.02)

    def _index(self, number: int) -> int:
        return [slot.index for slot in self.lines[0].columns if slot.index is not None][number]

    @property
    def result(self) -> Numeral:
        """The numeral of the last sum: the dot product where the last component is shown."""
        return self.lines[3].runs[-1]


class MatVec(VGroup):
    """A matrix of weights times a vector of data gives a vector: result i is row i times the
    vector.

    ``weights`` (row, component), ``data`` (component), ``results`` (row), each tracked. ``matrix``,
    ``vector`` and ``result`` are its parts. :meth:`set_progress` brings the results up row by row.
    """

    def __init__(
        self,
        weights: Numbers,
        data: Numbers,
        results: Numbers,
        rows: Rule = (6, 0),
        columns: Rule = (4, 1),
        spec: str = "+.2f",
        size: float = theme.LABEL,
        *,
        of: tuple[Tracked | None, Tracked | None] = (None, None),
        row_names: Sequence[Any] | str | None = None,
    ) -> None:
        super().__init__()
        self.matrix = NumberMatrix(
            weights, rows, columns, "weights", spec, size, of=of, row_names=row_names
        )
        self.vector = EmbeddingColumn(data, columns, "data", spec, size, of=of[1])
        self.result = EmbeddingColumn(results, rows, "data", spec, size, of=of[0])
        self.signs = VGroup(
            Run("\u00d7", theme.STATEMENT, theme.SECONDARY),
            Run("=", theme.STATEMENT, theme.SECONDARY),
        )
        pen = self.matrix.box()[2]
        low = -_DIGITS * theme.units(theme.STATEMENT)
        for sign, column in zip(self.signs, (self.vector, self.result), strict=True):
            sign.place(np.array([pen + 0.45, low, 0]), "center")
            column.shift(np.array([pen + 0.9 - column.get_left()[0], 0, 0]))
            pen = column.get_right()[0]
        self.add(self.matrix, self.vector, self.result, self.signs)
        self.center()
        self.set_progress(0.0)

    @property
    def terms(self) -> int:
        """How many rows are shown."""
        return len(self.result.numerals)

    def set_progress(self, done: float) -> Self:
        """How many of the rows shown have given their result: 0 to ``terms``; a part of one fades
        in."""
        shares = np.clip(done - np.arange(self.terms), 0, 1)
        self.result.set_visible(shares)
        self.result.gaps.set_fill(opacity=float(shares[-1]))
        return self

    def row_frame(self, number: int, color: str = theme.FOCUS) -> VMobject:
        """A frame around one of the rows shown."""
        return self.matrix.outline(row=self._shown()[number], color=color)

    def result_center(self, number: int) -> npt.NDArray[np.float64]:
        """The middle of one result's cell, where it is now."""
        return self.result.center_of(row=self._shown()[number])

    def _shown(self) -> list[int]:
        return [slot.index for slot in self.matrix.rows if slot.index is not None]
