"""Attention: the grid of one head, arcs between tokens, and all heads of a model at once.

Planned films: scores_mask, heads_grid, head_zoo, weight_mri.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.base import theme, tints
from gptviz.drawing.base.cells import Anchor, Cells, Framed, boxes_of, outline, stroked
from gptviz.drawing.base.motion import GrowFrom
from gptviz.drawing.base.text import Numeral, Run, TokenText
from gptviz.drawing.base.whole import adding_up
from gptviz.recording.number import Numbers, Token, Tracked

Stage = Literal["scores", "pattern"]
_LARGEST = 0.95  # side of a cell, in units
_CROWDED = 30  # tokens beyond which not every row is labelled
_TOKEN = 16  # characters of a token's text before it is shortened
_INFINITE = "\u2212\u221e"


class AttentionGrid(Framed):
    """One head of one run: queries down, keys across, in a box of ``width`` times ``height`` units,
    labels included.

    ``values`` (query, key): with ``stage`` "scores" they are data (grey by size, the sign written),
    with "pattern" weights from 0 to 1 (to the attention yellow). Stages follow one another in
    place: ``set_values(scaled)``, ``set_mask(1)`` (the future struck out, minus infinity),
    ``set_values(pattern, "pattern")``. ``masked`` starts with the future left out. Numerals stand
    in cells that have room for them; weights below ``least`` are not written. ``limit`` is the size
    of a score of full grey (the largest by default), ``full`` the weight of full yellow. With
    ``ranked`` scores are grey by their place between the smallest and the largest shown: what
    scores high is bright, below zero too.
    """

    means = ("attention", "query", "key")

    def __init__(
        self,
        tokens: Sequence[Token],
        values: Numbers,
        stage: Stage = "pattern",
        width: float = 6.0,
        height: float = 5.5,
        spec: str = ".2f",
        size: float = theme.SMALL,
        *,
        masked: bool = True,
        least: float = 0.005,
        limit: float | None = None,
        full: float = 1.0,
        keys: bool = True,
        ranked: bool = False,
    ) -> None:
        count = len(tokens)
        if values.shape != (count, count):
            raise ValueError(f"{count} tokens, but the values have shape {values.shape}")
        self.tokens, self.numbers, self.stage = list(tokens), values, stage
        self._spec, self._least, self._mask, self._full = spec, least, 1.0 if masked else 0.0, full
        self._ranked = ranked
        self.limit = float(np.abs(values.array).max(initial=0.0) if limit is None else limit)
        every = max(1, -(-count // _CROWDED))
        labels = [
            TokenText(t, size, limit=_TOKEN) if i % every == 0 else None
            for i, t in enumerate(tokens)
        ]
        above = [
            TokenText(t, size, limit=_TOKEN) if keys and i % every == 0 else None
            for i, t in enumerate(tokens)
        ]
        em = theme.units(size)
        left = max((label.advance for label in labels if label), default=0.0) + 0.2
        widest = max((label.advance for label in above if label), default=0.0)
        side = min((width - left) / count, height / count, _LARGEST)
        self.upright = widest > side - 0.08  # keys that do not fit above their column are turned
        top = (widest if self.upright else em) + 0.2 if keys else 0.0
        side = min(side, (height - top) / count)
        self.side = side
        x, y = (left - side * count) / 2, (side * count - top) / 2  # left upper corner of the cells
        self._x, self._y = x, y
        super().__init__(x - left, y - side * count, x + side * count, y + top)
        q, k = np.divmod(np.arange(count * count), count)
        self._future = k > q
        gap = side * 0.035
        self.cells = Cells(
            self.anchor,
            boxes_of(
                x + k * side + gap,
                y - (q + 1) * side + gap,
                x + (k + 1) * side - gap,
                y - q * side - gap,
            ),
            self._colours(values),
        )
        self.rows = VGroup(
            *[
                label.place([x - 0.16, y - (i + 0.5) * side - 0.36 * em, 0], "right")
                for i, label in enumerate(labels)
                if label
            ]
        )
        self.columns = VGroup(
            *[self._above(label, i, em) for i, label in enumerate(above) if label]
        )
        extremes = [
            values[np.unravel_index(place(values.array), values.shape)]
            for place in (np.argmin, np.argmax)
        ]
        widest = max(Numeral(value, spec, size).advance for value in extremes)
        self._writes = widest < side * 0.92 and side > em * 1.1
        self.runs: list[Numeral] = []
        self.numerals, self.struck = VGroup(), VGroup()
        if self._writes:
            self._write(size)
        self.add(self.cells, self.rows, self.columns, self.numerals, self.struck)
        self.set_values(values, stage)

    def _above(self, label: TokenText, i: int, em: float) -> TokenText:
        x, y = self._x + (i + 0.5) * self.side, self._y + 0.14
        if not self.upright:
            return label.place([x, y, 0], "center")
        label.rotate(np.pi / 2, about_point=np.zeros(3))
        start = label.baseline()
        label.shift(np.array([x + 0.36 * em, y, 0]) - start)
        return label

    def _write(self, size: float) -> None:
        count = len(self.tokens)
        em = theme.units(size)
        for q in range(count):
            for k in range(count):
                run = Numeral(self.numbers[q, k], self._spec, size, align="center")
                self.runs.append(
                    run.place(self._middle(q, k) - np.array([0, 0.363 * em, 0]), "center")
                )
                if k > q:
                    sign = Run(_INFINITE, size, theme.SECONDARY)
                    self.struck.add(
                        sign.place(self._middle(q, k) - np.array([0, 0.363 * em, 0]), "center")
                    )
        self.numerals.add(*self.runs)

    def _middle(self, query: int, key: int) -> npt.NDArray[np.float64]:
        return np.array(
            [self._x + (key + 0.5) * self.side, self._y - (query + 0.5) * self.side, 0.0]
        )

    def _colours(self, numbers: Any) -> npt.NDArray[np.float64]:
        """The colours (cell, rgb) of the stage, the future as far towards the ground as the mask
        has come."""
        values = np.asarray(getattr(numbers, "array", numbers), dtype=np.float64).ravel()
        if self.stage == "pattern":
            colours = theme.attention(values / self._full)
        else:
            low = float(values.min()) if self._ranked else 0.0
            colours = tints.data(
                values - low, float(values.max()) - low if self._ranked else self.limit
            )
        ground = theme.rgb(theme.GROUND)
        gone = (self._future * self._mask)[:, None]
        return np.asarray(colours + (ground - colours) * gone)

    # What films do with it
    # ----------------------------------------------------------------------------------------

    def set_values(
        self, numbers: Numbers, stage: Stage | None = None, spec: str | None = None
    ) -> Self:
        """Shows other values (query, key), in another stage or format where one is given; also in a
        ``Glide``."""
        self.numbers, self.stage = numbers, stage or self.stage
        for run in self.runs if spec else ():
            run.spec = str(spec)
        self.cells.set_colours(self._colours(numbers))
        if self._writes:
            self._ink()
        return self

    def set_mask(self, share: float) -> Self:
        """How far the future is struck out: 0 not at all, 1 gone, with minus infinity in its cells
        (of scores)."""
        self._mask = float(share)
        return self.set_values(self.numbers)

    def _ink(self) -> None:
        count = len(self.tokens)
        colours = tints.ink(self.cells.colours)
        struck = iter(self.struck)
        for i, run in enumerate(self.runs):
            q, k = divmod(i, count)
            if k == 0:
                row = self._row(q)
            gone = self._mask if k > q else 0.0
            run.set_value(row[k])
            written = self.stage == "scores" or float(self.numbers[q, k]) >= self._least
            left = max(1.0 - 2 * gone, 0.0) if written else 0.0  # first the numeral goes,
            run.fill_rgbas = np.array([[*theme.rgb(colours[i]), left]])
            if k > q:
                come = (
                    max(2 * gone - 1.0, 0.0) if self.stage == "scores" else 0.0
                )  # then minus infinity comes
                next(struck).set_fill(opacity=come)

    def _row(self, query: int) -> list[Tracked]:
        """What is written in a row: weights that add up to one."""
        row = [self.numbers[query, k] for k in range(len(self.tokens))]
        return adding_up(row, self.runs[0].spec) if self.stage == "pattern" else row

    def glide_state(self) -> npt.NDArray[np.float64]:
        """The colours of the cells: what ``Glide`` moves."""
        return self.cells.colours

    def glide_to(self, state: npt.NDArray[np.float64]) -> None:
        """Shows cells in given colours."""
        self.cells.set_colours(state)

    def box(
        self, query: int | None = None, key: int | None = None
    ) -> tuple[float, float, float, float]:
        """The sides of a cell, a row (a query), a column (a key) or all cells, in the coordinates
        at building.

        Of a row or a column only what is not struck out.
        """
        count = len(self.tokens)
        struck = self._mask > 0.5
        low_k, high_k = (
            (0, query + 1 if struck and query is not None else count)
            if key is None
            else (key, key + 1)
        )
        low_q, high_q = (
            (key if struck and key is not None else 0, count)
            if query is None
            else (query, query + 1)
        )
        return (
            self._x + low_k * self.side,
            self._y - high_q * self.side,
            self._x + high_k * self.side,
            self._y - low_q * self.side,
        )

    def outline(
        self, query: int | None = None, key: int | None = None, color: str = theme.FOCUS
    ) -> VMobject:
        """A frame around a cell, a row, a column or all cells, where they are now."""
        return self.fit(outline(self.box(query, key), color, grow=0.015))

    def center_of(
        self, query: int | None = None, key: int | None = None
    ) -> npt.NDArray[np.float64]:
        """The middle of a cell, a row or a column, where it is now."""
        left, bottom, right, top = self.box(query, key)
        return self.at((left + right) / 2, (bottom + top) / 2)

    def grow_from(self, box: Sequence[float], **options: Any) -> GrowFrom:
        """An animation in which the grid opens out of a small picture of itself (left, bottom,
        right, top)."""
        left, bottom, right, top = self.box()
        low, high = self.at(left, bottom), self.at(right, top)
        return GrowFrom(self, [self.cells], (low[0], low[1], high[0], high[1]), box, **options)


class AttentionArcs(VGroup):
    """What one token looks at: arcs from it to the tokens at and before it, width and brightness by
    weight.

    ``boxes`` are the tokens' mobjects, side by side; ``weights`` (query, key). Arcs rise above the
    boxes by at most ``height`` units. Weights below ``least`` are not drawn. The largest weight
    stands below the token it falls on.
    """

    means = ("attention",)

    def __init__(
        self,
        boxes: Sequence[VMobject],
        weights: Numbers,
        query: int,
        height: float = 1.4,
        least: float = 0.01,
        spec: str = ".2f",
        size: float = theme.LABEL,
        written: bool = True,
    ) -> None:
        super().__init__()
        self._boxes, self.weights, self._height, self._least = list(boxes), weights, height, least
        self.arcs = VGroup(*[stroked(np.zeros((4, 3)), theme.ATTENTION) for _ in boxes])
        self.add(self.arcs)
        self.query = query
        self.numeral: Numeral | None = None
        if written:
            self.numeral = Numeral(weights[query, 0], spec, size, theme.ATTENTION, "center")
            self.add(self.numeral)
        self.set_query(query)

    def set_query(self, query: int, weights: Numbers | None = None) -> Self:
        """Shows another token's arcs, or those of another head's weights (query, key)."""
        self.query, self.weights = query, self.weights if weights is None else weights
        row = np.asarray(self.weights.array[query], dtype=np.float64)
        best = int(np.argmax(row[: query + 1]))
        for key, arc in enumerate(self.arcs):
            self._draw(arc, key, float(row[key]) if key <= query else 0.0)
        if self.numeral is not None:
            self.numeral.set_value(self.weights[query, best])
            drop = theme.units(self.numeral.size) * 1.05
            self.numeral.place(self._boxes[best].get_bottom() - np.array([0, drop, 0]), "center")
        return self

    def _ends(self, key: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
        start, end = self._boxes[self.query].get_top(), self._boxes[key].get_top()
        if key == self.query:
            wide = min(self._boxes[key].width * 0.25, 0.25)
            return (
                start + np.array([wide, 0, 0]),
                start - np.array([wide, 0, 0]),
                min(0.45, self._height),
            )
        reach = abs(float(start[0] - end[0]))
        whole = max(abs(float(b.get_center()[0] - start[0])) for b in self._boxes[: self.query + 1])
        rise = 0.45 + (self._height - 0.45) * reach / max(whole, 1e-6)
        return start - np.array([0.12, 0, 0]), end, min(rise, self._height)

    def _draw(self, arc: VMobject, key: int, weight: float) -> None:
        start, end, rise = self._ends(key)
        lift = np.array([0.0, rise * 4 / 3, 0.0])
        arc.points = np.array([start, start + lift, end + lift, end])
        shown = weight >= self._least
        white, yellow = theme.rgb(theme.TEXT), theme.rgb(theme.ATTENTION)
        colour = white + (yellow - white) * min(weight * 1.5, 1.0)
        arc.stroke_rgbas = np.array([[*colour, (0.25 + 0.75 * weight) if shown else 0.0]])
        arc.stroke_width = 1.0 + 9.0 * weight if shown else 0.0


class QueriesAndKeys(VGroup):
    """Below each token its query and its key as two columns of cells, brighter where a number is
    larger.

    ``boxes`` are the tokens' mobjects, side by side; ``queries`` and ``keys`` (token, d_head) their
    numbers.
    """

    means = ("query", "key")

    def __init__(
        self,
        boxes: Sequence[VMobject],
        queries: Numbers,
        keys: Numbers,
        height: float = 2.6,
        width: float = 0.26,
        drop: float = 0.3,
    ) -> None:
        super().__init__()
        self.queries, self.keys = VGroup(), VGroup()
        narrowest = min(float(box.width) for box in boxes)
        wide = min(width, narrowest * 0.4)
        for numbers, group, color, left in (
            (queries, self.queries, theme.QUERY, -1.1 * wide),
            (keys, self.keys, theme.KEY, 0.1 * wide),
        ):
            plain = np.abs(np.asarray(numbers.array, dtype=np.float64))
            limit = 2.0 * float(np.sqrt(np.mean(plain**2)))
            step = height / plain.shape[1]
            for box, row in zip(boxes, plain, strict=True):
                x, top = float(box.get_center()[0]) + left, float(box.get_bottom()[1]) - drop
                low = top - (np.arange(len(row)) + 1) * step
                cells = boxes_of(x, low + step * 0.08, x + wide, low + step * 0.92)
                group.add(
                    Cells(
                        Anchor(0, 0, 1, 1),
                        cells,
                        tints.mixed(color, 0.12 + 0.88 * row / (limit or 1.0)),
                    )
                )
        self.add(self.queries, self.keys)
