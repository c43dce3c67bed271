"""A map of all heads of a model: one number for each, layers down, heads across.

Planned films: head_zoo, model_diff.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from manim import DL, UR, Group, VGroup, VMobject

from gptviz.drawing.arrays.heatmap import HeatMap, Legend, Scale
from gptviz.drawing.arrays.windows import positions
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import segments, stroked
from gptviz.drawing.base.text import Align, Numeral, Words
from gptviz.recording.heads import Head
from gptviz.recording.number import Numbers, Tracked

NAME = "layer {l:d}, head {h:d}"
_ROOM = 4.2  # em left of and above the cells, for numbers and the words "layer" and "head"


def head_name(
    head: Head, size: float = theme.LABEL, color: str = theme.FOCUS, align: Align = "left"
) -> Words:
    """A head by its numbers."""
    return Words(NAME, size, color, align=align, l=head.layer, h=head.head)


class HeadMap(Group):
    """One number for each head, as a cell: layers down, heads across, in a box of ``width`` times
    ``height`` units.

    ``scores`` (layer, head). ``scale``, ``low`` and ``high`` are those of a :class:`HeatMap`, which
    ``heat`` is. The numbers of layers and heads stand at the sides (``labels``), as many as there
    is room for.
    """

    def __init__(
        self,
        scores: Numbers,
        width: float,
        height: float,
        scale: Scale = "attention",
        low: float | None = None,
        high: float | None = None,
        labels: bool = True,
        size: float = theme.SMALLEST,
    ) -> None:
        super().__init__()
        room = _ROOM * theme.units(size) if labels else 0.0
        self.heat = HeatMap(scores, width - room, height - room, scale, low, high, square=True)
        self.heat.shift(np.array([room / 2, -room / 2, 0]))
        self.labels = VGroup()
        if labels:
            self._label(scores.shape[0], scores.shape[1], size)
        self.add(self.heat, self.labels)

    def _label(self, layers: int, heads: int, size: float) -> None:
        left, bottom, right, top = self.box()
        em, side = theme.units(size), (right - left) / heads
        widest = Numeral(positions(max(layers, heads), "head")[-1], "d", size).advance
        across, down = (
            max(1, int(np.ceil((widest + 0.08) / side))),
            max(1, int(np.ceil(em * 1.1 / side))),
        )
        for head in range(0, heads, across):
            number = Numeral(positions(heads, "head")[head], "d", size, theme.SECONDARY, "center")
            self.labels.add(number.place([left + (head + 0.5) * side, top + 0.12, 0], "center"))
        for layer in range(0, layers, down):
            number = Numeral(positions(layers, "layer")[layer], "d", size, theme.SECONDARY, "right")
            self.labels.add(
                number.place([left - 0.12, top - (layer + 0.5) * side - 0.363 * em, 0], "right")
            )
        self.labels.add(
            Words("head", size, theme.SECONDARY).place(
                [(left + right) / 2, top + 0.14 + em * 1.15, 0], "center"
            )
        )
        layer_word = Words("layer", size, theme.SECONDARY).rotate(np.pi / 2)
        self.labels.add(
            layer_word.move_to(np.array([left - 0.12 - widest - em * 0.9, (bottom + top) / 2, 0]))
        )

    def box(
        self, layer: int | None = None, head: int | None = None
    ) -> tuple[float, float, float, float]:
        """The sides of a head's cell, or of all cells, where they are now."""
        left, bottom, right, top = self.heat.box(
            slice(None) if layer is None else layer, slice(None) if head is None else head
        )
        low, high = self.heat.anchor.at([left, bottom]), self.heat.anchor.at([right, top])
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def center_of(self, layer: int, head: int) -> npt.NDArray[np.float64]:
        """The middle of a head's cell."""
        return self.heat.center_of(layer, head)

    def outline(self, layer: int, head: int, color: str = theme.FOCUS) -> VMobject:
        """A frame around a head's cell, set off by the ground, so that it is seen on yellow,
        too."""
        frame = self.heat.outline(layer, head, color)
        edge = frame.copy().set_stroke(theme.GROUND, width=8.0)
        return VGroup(edge, frame)

    def fan(
        self, start: tuple[int, int], ends: Sequence[tuple[int, int]], color: str = theme.KEY
    ) -> VMobject:
        """Lines from a head's cell to those of others, from side to side."""
        a = self.center_of(*start)
        places = np.array([self.center_of(*end) for end in ends])
        ways = places - a
        reach = (
            0.5
            * (self.box(*start)[2] - self.box(*start)[0])
            / np.abs(ways[:, :2]).max(axis=1, keepdims=True)
        )
        return stroked(segments(a + ways * reach, places - ways * reach), color, 4.0)

    def set_values(self, scores: Numbers) -> Self:
        """Shows another score of the same heads, on the same scale."""
        self.heat.set_values(scores)
        return self

    def set_come(self, share: float) -> Self:
        """How many cells have come up, layer by layer, from none (0) to all (1)."""
        layers, heads = self.heat.numbers.shape
        come = np.clip(share * (layers * heads + 2) - np.arange(layers * heads), 0, 1)
        self.heat.set_lit(come.reshape(layers, heads))
        return self

    def glide_state(self) -> npt.NDArray[np.float64]:
        """The colours of its cells: what ``Glide`` moves."""
        return self.heat.glide_state()

    def glide_to(self, state: npt.NDArray[np.float64]) -> None:
        """Shows cells in given colours."""
        self.heat.glide_to(state)

    def beside(self, layer: int, head: int, words: Words) -> Words:
        """Words set beside a head's cell, on its row, towards the middle of the map where they have
        room there."""
        left, bottom, right, top = self.box(layer, head)
        sides = self.box()
        em = theme.units(words.size)
        y = max(
            (bottom + top) / 2 - 0.363 * em, bottom + 0.45 * em
        )  # of low rows, text stands on the lower border
        if left + right > sides[0] + sides[2] and left - 0.15 - words.advance > sides[0]:
            return words.place([left - 0.15, y, 0], "right")
        return words.place([right + 0.15, y, 0], "left")

    def legend(
        self,
        baseline: float,
        width: float = 2.6,
        size: float = theme.SMALLEST,
        spec: str = ".2f",
        words: tuple[str, str] | None = None,
    ) -> Legend:
        """The map's colours between its smallest and largest value, below the cells, on a given
        height."""
        legend = self.heat.legend(width, spec, size, words=words)
        middle, foot = (self.box()[0] + self.box()[2]) / 2, legend.ends[0].baseline()[1]
        return legend.shift(np.array([middle - legend.strip.get_center()[0], baseline - foot, 0]))

    def marked_legend(self, baseline: float, value: Tracked, text: str) -> VGroup:
        """The legend with a line on its strip at a value that lies between its ends, and words
        above that."""
        legend = self.legend(baseline, 3.0, theme.SMALL)
        low, high = (float(bound(self.heat.values)) for bound in (np.min, np.max))
        box = legend.strip.get_corner(DL), legend.strip.get_corner(UR)
        x = box[0][0] + (box[1][0] - box[0][0]) * float(
            np.clip((float(value) - low) / ((high - low) or 1.0), 0, 1)
        )
        line = stroked(
            segments([[x, box[0][1] - 0.06, 0]], [[x, box[1][1] + 0.1, 0]]), theme.TEXT, 3.0
        )
        words = Words(text, theme.SMALL, theme.SECONDARY)
        return VGroup(legend, line, words.place([x, box[1][1] + 0.16, 0], "center"))
