"""Counts as areas: all learned numbers of a model, tensor by tensor, and models beside one another
to scale.

Planned film: parameter_tally.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz import maths
from gptviz.drawing.arrays.windows import Label, label_of
from gptviz.drawing.base import theme, tints
from gptviz.drawing.base.cells import (
    Cells,
    Framed,
    boxes_of,
    hatched,
    outline,
    painted,
    rectangles,
    stroked,
)
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.vectors.arrows import uncrowded
from gptviz.maths.rounding import whole_below
from gptviz.recording.number import Numbers, Quoted, Tracked, derive

#: Colours of the groups of tensors, by the names of the recording's groups.
GROUPS: Final[dict[str, str]] = {
    "wte": theme.KEY,
    "wpe": theme.VALUE,
    "attention": theme.ATTENTION,
    "mlp": theme.NEGATIVE,
    "layer_norm": theme.TEXT,
    "lm_head": theme.WRONG,
}


class ParameterTally(Framed):
    """Every tensor as an area true to its count: embeddings as columns, then the blocks, one column
    each.

    ``counts`` (tensor) in the model's order; ``groups`` names each tensor's group, ``blocks`` its
    block (None outside of them). The whole box of ``width`` times ``height`` units is the whole
    model. ``set_counted`` lights the first tensors and writes their running total (``total``, a
    numeral that a film places).
    """

    def __init__(
        self,
        counts: Numbers,
        groups: Sequence[str],
        blocks: Sequence[int | None],
        width: float = 12.0,
        height: float = 3.6,
        colours: Mapping[str, str] | None = None,
        size: float = theme.TITLE,
    ) -> None:
        super().__init__(-width / 2, -height / 2, width / 2, height / 2)
        self.counts, self.groups, self.blocks = counts, list(groups), list(blocks)
        palette = {**GROUPS, **(colours or {})}
        values = np.asarray(counts.array, dtype=np.float64)
        self._homes = self._boxes = self._lay_out(values, width, height)
        self._gathered = self._gather(values, width, height)
        self._colours = np.array(
            [theme.rgb(palette.get(group, theme.SECONDARY)) for group in self.groups]
        )
        self.cells = Cells(self.anchor, self._boxes, self._colours)
        self.total = Numeral(derive(maths.total, counts), ",", size, theme.TEXT, "right")
        self.total.place([width / 2, height / 2 + theme.units(size) * 0.5, 0], "right")
        self.add(self.cells, self.total)

    def _lay_out(
        self, values: npt.NDArray[np.float64], width: float, height: float
    ) -> npt.NDArray[np.float64]:
        """The boxes (tensor, 4): a column for each run of tensors of one block or one outer group,
        true in area."""
        columns: list[list[int]] = []
        keys: list[Any] = []
        for i, (group, block) in enumerate(zip(self.groups, self.blocks, strict=True)):
            key = group if block is None else block
            if not keys or keys[-1] != key:
                keys.append(key)
                columns.append([])
            columns[-1].append(i)
        boxes = np.zeros((len(values), 4))
        x, whole = -width / 2, values.sum()
        for column in columns:
            wide = values[column].sum() / whole * width
            y = height / 2
            seam = min(0.014, wide * 0.12)
            for i in column:
                high = values[i] / values[column].sum() * height
                gap = min(seam, high * 0.12)
                boxes[i] = x + seam, y - high + gap, x + wide - seam, y - gap
                y -= high
            x += wide
        return boxes

    def _gather(
        self, values: npt.NDArray[np.float64], width: float, height: float
    ) -> npt.NDArray[np.float64]:
        """The boxes (tensor, 4) when all tensors of a group lie together: a column a group, without
        seams."""
        boxes, x = np.zeros((len(values), 4)), -width / 2
        for group in sorted(set(self.groups), key=[*GROUPS, *self.groups].index):
            column = self.tensors_of(group)
            high = values[column] / values[column].sum() * height
            wide = values[column].sum() / values.sum() * width
            seam, tops = (
                min(0.014, wide * 0.12),
                height / 2 - np.concatenate(([0.0], np.cumsum(high)[:-1])),
            )
            boxes[column] = boxes_of(x + seam, tops - high, x + wide - seam, tops)
            x += wide
        return boxes

    def set_gathered(self, share: float) -> Self:
        """How far the tensors have come from their blocks (0) to the others of their group (1)."""
        self._boxes = self._homes + (self._gathered - self._homes) * share
        self.cells.set_boxes(self._boxes, self.cells.colours)
        return self

    def named(self, names: Mapping[str, str], shares: Mapping[str, Tracked]) -> dict[str, VGroup]:
        """By group, its name and its share, written in its area when gathered; only where there is
        room."""
        labels: dict[str, VGroup] = {}
        for group, name in names.items():
            left, _, right, top = (
                self.box(*self.tensors_of(group)) if group in self.groups else (0.0,) * 4
            )
            ink = tints.ink(theme.rgb(GROUPS[group]))[0]
            lines = (
                Words(name, theme.STATEMENT, ink),
                Words("{p:.0%}", theme.TITLE * 1.4, ink, p=shares[group]),
            )
            if max(words.advance for words in lines) < right - left - 0.5:
                labels[group] = VGroup(
                    *[
                        words.place(np.array([left + 0.25, top - down, 0.0]))
                        for words, down in zip(lines, (0.55, 1.3), strict=True)
                    ]
                )
                self.fit(labels[group])
        return labels

    def set_counted(self, tensors: float) -> Self:
        """Lights the first tensors, from 0 to all of them; the running total is that of the whole
        ones."""
        share = np.clip(tensors - np.arange(len(self.groups)), 0, 1)
        ground = theme.rgb(theme.PANEL)
        self.cells.set_colours(ground + (self._colours - ground) * share[:, None])
        whole = int(whole_below(tensors))
        if whole > 0:
            self.total.set_value(derive(maths.total, self.counts[:whole]))
        self.total.set_fill(opacity=1.0 if whole else 0.0)
        return self

    def set_lit(self, *groups: str) -> Self:
        """Lights some groups and dims the others; none given lights all."""
        share = np.array(
            [1.0 if not groups or group in groups else theme.DIM for group in self.groups]
        )
        ground = theme.rgb(theme.GROUND)
        self.cells.set_colours(ground + (self._colours - ground) * share[:, None])
        return self

    def glide_state(self) -> npt.NDArray[np.float64]:
        """The colours of the tensors: what ``Glide`` moves."""
        return self.cells.colours

    def glide_to(self, state: npt.NDArray[np.float64]) -> None:
        """Shows tensors in given colours."""
        self.cells.set_colours(state)

    def box(self, *tensors: int) -> tuple[float, float, float, float]:
        """The sides of what some tensors cover, in the coordinates at building."""
        part = self._boxes[list(tensors)]
        return (
            float(part[:, 0].min()),
            float(part[:, 1].min()),
            float(part[:, 2].max()),
            float(part[:, 3].max()),
        )

    def tensors_of(self, group: str) -> list[int]:
        """The indices of a group's tensors."""
        return [i for i, name in enumerate(self.groups) if name == group]

    def outline(self, *tensors: int, color: str = theme.FOCUS) -> VMobject:
        """A frame around some tensors."""
        return self.fit(outline(self.box(*tensors), color, grow=0.03))

    def center_of(self, *tensors: int) -> npt.NDArray[np.float64]:
        """The middle of what some tensors cover, where it is now."""
        left, bottom, right, top = self.box(*tensors)
        return self.at((left + right) / 2, (bottom + top) / 2)


class SizeSquares(Framed):
    """Models beside one another as squares true in area to their counts, on one ground line; quoted
    ones hatched.

    ``names`` and ``counts`` (a ``Quoted`` or what is derived from one is hatched: say so with
    ``quoted``). ``unit`` is the area's scale: one square unit of screen stands for ``unit``
    numbers. :meth:`set_unit` zooms; labels keep their size, and one fades where it would lie on
    another or leave the width.
    """

    def __init__(
        self,
        names: Sequence[Any],
        counts: Sequence[Tracked],
        unit: float,
        width: float = 12.5,
        quoted: Sequence[bool] | None = None,
        spec: str = ",",
        size: float = theme.SMALL,
        color: str = theme.KEY,
        gap: float = 0.35,
    ) -> None:
        super().__init__(-width / 2, -1.0, width / 2, 0.0)
        self.counts, self._wide, self._gap, self._size = list(counts), width, gap, size
        self._quoted = (
            list(quoted) if quoted is not None else [isinstance(count, Quoted) for count in counts]
        )
        self.squares = [
            painted(np.zeros((0, 3)), color, 0.25 if hatch else 0.85) for hatch in self._quoted
        ]
        self.hatches = [stroked(np.zeros((0, 3)), color, 1.5, 0.7) for _ in self._quoted]
        self.labels: list[Label] = [label_of(name, size, theme.TEXT) for name in names]
        self.numerals = [
            Numeral(count, spec, size, theme.SECONDARY, "center") for count in self.counts
        ]
        self.ground = VGroup()
        self.add(*self.squares, *self.hatches, *self.labels, *self.numerals)
        self.set_unit(unit)

    def set_unit(self, unit: float, labelled: float = 1.0) -> Self:
        """Sets the scale: how many numbers one square unit of screen stands for. For zooms, at
        every frame.

        ``labelled`` fades the labels (0: none), so that they do not come and go while a view steps
        far back.
        """
        self.unit = float(unit)
        sides = np.sqrt(np.array([float(count) for count in self.counts]) / self.unit)
        left = np.concatenate(([0.0], np.cumsum(sides + self._gap)[:-1])) - self._wide / 2
        em = theme.units(self._size)
        base, right, up = self.anchor.axes()
        boxes = boxes_of(left, 0.0, left + sides, sides)
        for i, box in enumerate(boxes):
            for shape, points in (
                (self.squares[i], rectangles(box[None])),
                (self.hatches[i], self._hatch(i, box)),
            ):
                shape.points = base + points[:, :1] * right + points[:, 1:2] * up
        x = left + sides / 2
        wide = np.array(
            [max(a.advance, b.advance) for a, b in zip(self.labels, self.numerals, strict=True)]
        )
        spans = boxes_of(x - wide / 2, -em * 3, x + wide / 2, 0.0)
        inside = (spans[:, 0] > -self._wide / 2 - 0.25) & (spans[:, 2] < self._wide / 2 + 0.25)
        seen = uncrowded(spans[::-1], inside[::-1].astype(float))[
            ::-1
        ]  # the larger have the right of way
        for i, alpha in enumerate(seen):
            self.labels[i].place(self.at(x[i], -em * 1.3), "center")
            self.numerals[i].place(self.at(x[i], -em * 2.6), "center")
            for words in (self.labels[i], self.numerals[i]):
                words.set_fill(opacity=float(np.clip(alpha * 3 - 1, 0, 1) * max(labelled, 0.0)))
        return self

    def _hatch(self, i: int, box: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        if not self._quoted[i]:
            return np.zeros((0, 3))
        left, bottom, right, top = (float(side) for side in box)
        seen = (
            left,
            bottom,
            min(right, left + 30.0),
            min(top, 12.0),
        )  # no more lines than a picture can hold
        return np.asarray(hatched(seen, spacing=0.18).points)


class ShareBars(VGroup):
    """Models one below the other, each as one bar cut into its groups' shares, so that shares can
    be compared.

    ``models``: a name and parts (group, share); all shares of one make 1. ``parts[i]`` are the
    pieces of a bar, ``heads[i]`` the name above it; ``quoted`` ones are hatched. Bars start at
    ``left``, the first one's top is ``top``.
    """

    def __init__(
        self,
        models: Sequence[tuple[Any, Sequence[tuple[str, Tracked]]]],
        quoted: Sequence[bool],
        left: float,
        top: float,
        width: float,
        height: float = 1.1,
        step: float = 2.2,
    ) -> None:
        super().__init__()
        self.parts, self.heads, self.hatches = VGroup(), VGroup(), VGroup()
        for i, (name, parts) in enumerate(models):
            high, x, pieces = top - i * step, left, VGroup()
            for group, share in parts:
                wide = float(share) * width
                seam = min(0.014, wide * 0.12)
                box = boxes_of(x + seam, high - height, x + wide - seam, high)
                pieces.add(painted(rectangles(box), GROUPS[group]))
                x += wide
            self.parts.add(pieces)
            self.heads.add(label_of(name, theme.STATEMENT, theme.TEXT).place([left, high + 0.2, 0]))
            if quoted[i]:
                self.hatches.add(
                    hatched((left, high - height, left + width, high), theme.GROUND, 0.18, 1.5, 0.7)
                )
        self.add(self.parts, self.hatches, self.heads)
