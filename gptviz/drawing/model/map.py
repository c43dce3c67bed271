"""The map of the model: tokens, embedding, blocks of attention and MLP, unembedding, next token.

It is drawn from the model's real shape, so that twelve blocks look like twelve and thirty like
thirty. It stands large behind a title and small in the corner; the part that is spoken of is lit,
and every part has a name under which the camera finds it.

========================  =======================================================================
tokens, next token        the text that goes in, the token that comes out
embedding, positions      the tables at the entrance; a model that turns instead has no positions
stream                    the residual stream, which runs through all blocks
blocks, block 3           all blocks, one of them (counted from 0)
attention, attention 3    the upper halves of blocks
mlp, mlp 3                their lower halves
head 3.7                  one head's cell in its attention, where the heads are known
unembedding               the matrix at the exit
========================  =======================================================================
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup

from gptviz.drawing.base import theme, tints
from gptviz.drawing.base.cells import Anchor, Boxes, Cells, Framed, boxes_of, polygons, stroked
from gptviz.drawing.base.given import finite, whole
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Words
from gptviz.errors import GptvizError, NotDeclared
from gptviz.recording.number import Tracked
from gptviz.recording.schema import Recording

Box = tuple[float, float, float, float]  # left, bottom, right, top
Floats = npt.NDArray[np.float64]

CARD: Box = (-6.2, -1.2, 6.2, 1.2)  # on a title card
CORNER: Box = (
    theme.RIGHT_EDGE - 0.06 - 0.7 * 12.4 / 2.4,
    theme.TOP_EDGE - 0.76,
    theme.RIGHT_EDGE - 0.06,
    theme.TOP_EDGE - 0.06,
)
_TOKEN, _TABLE, _SPACE = 0.24, 0.30, 0.13  # widths at the two ends, in heights of the map
_HALF = 0.055  # from the middle to a block's halves, in heights
_SEAM = 0.16  # of a block's pitch, what is left between two blocks
_PLAIN, _DIM, _LIT = 0.30, 0.20, 0.95  # brightness: nothing is spoken of; others are; this is
_BOXES = 4  # tokens that are drawn
_TABLES = ("embedding", "positions", "unembedding")


def map_of(recording: Recording, box: Box = CARD) -> ModelMap:
    """The map of the model that a recording comes from.

    Raises NotDeclared for word vectors, and for recordings that were made before sizes were kept.
    """
    size = recording.provenance.size
    if size is None:
        raise NotDeclared(
            f"{recording.name} does not say how many blocks its model has",
            "word vectors have none, and older recordings do not keep it",
            f"record it again: gptviz record {recording.name.split('/')[1]}",
        )
    layers, heads = (recording.size_of_model("size", name) for name in ("layers", "heads"))
    return ModelMap(layers, heads, positions=size.learned_positions, box=box)


class ModelMap(Framed):
    """A model of ``layers`` blocks and, where they matter, ``heads`` heads each, in ``box``.

    ``positions``: whether it learned a vector for each position (GPT-2 did). Nothing is lit at
    first. :meth:`light` and :meth:`carry` are its motions, :meth:`box_of` tells where a part is now.
    Raises GptvizError for a model without blocks.
    """

    means = ("attention", "probability")

    def __init__(
        self,
        layers: Tracked,
        heads: Tracked | None = None,
        *,
        positions: bool = False,
        box: Box = CARD,
    ) -> None:
        super().__init__(*box)
        self.layers, self._count = layers, whole(layers, "blocks", least=1)
        self._heads = 0 if heads is None else whole(heads, "heads", least=1)
        self.heads = heads
        self._corners: dict[str, Floats] = _parts(box, self._count, positions)
        self._names = list(self._corners)
        self._shares = np.full(len(self._names), _PLAIN)
        self.head_cells = VGroup()
        corners, colours = np.stack(list(self._corners.values())), self._colours()
        self._table = np.array([name in _TABLES for name in self._names])
        boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)[~self._table]
        self.tables = _Quads(self.anchor, corners[self._table], colours[self._table])
        self.boxes = Cells(self.anchor, boxes, colours[~self._table])
        self.frame = stroked(np.zeros((0, 3)), theme.FOCUS, 2.5)
        self._framed: Floats | None = None
        self._strength = 0.0
        self.add(self.tables, self.boxes, self.head_cells, self.frame)

    # Names and places
    # ---------------------------------------------------------------------------------------------

    def names(self, *wanted: str) -> list[str]:
        """The parts that names stand for. Raises GptvizError for a name that the map lacks."""
        found: list[str] = []
        for name in wanted:
            kind, _, number = name.partition(" ")
            if name in self._corners:
                found.append(name)
            elif kind == "block" and f"mlp {number}" in self._corners:
                found += [f"attention {number}", f"mlp {number}"]
            elif f"{name} 0" in self._corners:
                found += [each for each in self._corners if each.startswith(f"{name} ")]
            elif name == "blocks":
                found += [
                    f"{half} {i}" for i in range(self._count) for half in ("attention", "mlp")
                ]
            elif kind == "head" and self._head_box(number) is not None:
                found.append(f"attention {number.partition('.')[0]}")
            else:
                raise GptvizError(
                    f"the map has no {name!r}",
                    f"it is of {self._count} blocks, each an attention and an mlp",
                )
        return found

    def box_of(self, *names: str) -> Box:
        """The box around some parts, where the map is now; around the whole without a name."""
        left, bottom, right, top = self._local(*names)
        low, high = self.at(left, bottom), self.at(right, top)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def _local(self, *names: str) -> Box:
        """The box around parts in the coordinates at building."""
        if not names:
            left, bottom, wide, high = self.anchor.home
            return left, bottom, left + wide, bottom + high
        heads = [self._head_box(name[5:]) for name in names if name.startswith("head ")]
        others = self.names(*[name for name in names if not name.startswith("head ")])
        boxes = [box for box in heads if box is not None]
        if len(boxes) < len(heads):
            self.names(*names)
        boxes += [
            (*self._corners[name].min(axis=0), *self._corners[name].max(axis=0)) for name in others
        ]
        around = np.array(boxes)
        least, most = around.min(axis=0), around.max(axis=0)
        return float(least[0]), float(least[1]), float(most[2]), float(most[3])

    def _head_box(self, place: str) -> Box | None:
        """The cell of a head, as "layer.head"; None where the map has none."""
        layer, _, head = place.partition(".")
        if f"attention {layer}" not in self._corners or not head.isdecimal():
            return None
        if int(head) >= self._heads:
            return None
        (left, bottom), (right, top) = (
            self._corners[f"attention {layer}"].min(axis=0),
            self._corners[f"attention {layer}"].max(axis=0),
        )
        high = (top - bottom) / self._heads
        upper = top - int(head) * high
        return float(left), float(upper - high), float(right), float(upper)

    # Light
    # ---------------------------------------------------------------------------------------------

    def set_lit(self, *names: str) -> Self:
        """Lights some parts and frames them; without a name, nothing is spoken of any more."""
        return self._show(*self._lighting(*names))

    def light(self, *names: str, run_time: float = theme.MOVE) -> Follow:
        """A motion that lights some parts; the frame slides there from what was lit before."""
        start: list[tuple[Floats, Floats | None, float]] = []

        def step(_: ModelMap, share: float) -> None:
            if not start:
                start.append((self._shares.copy(), self._framed, self._strength))
            shares, framed, strength = start[0]
            new, target, after = self._lighting(*names)
            if target is None:
                box = framed
            else:
                box = (
                    target
                    if framed is None or strength == 0
                    else framed + (target - framed) * share
                )
            self._show(shares + (new - shares) * share, box, strength + (after - strength) * share)

        return Follow(self, step, run_time)

    def _lighting(self, *names: str) -> tuple[Floats, Floats | None, float]:
        """Brightness by part, the frame's box, the frame's opacity, with some parts lit."""
        if not names:
            return np.full(len(self._names), _PLAIN), self._framed, 0.0
        lit = set(self.names(*names))
        shares = np.array([_LIT if name in lit else _DIM for name in self._names])
        return shares, np.array(self._local(*names)), 1.0

    def _show(self, shares: Floats, framed: Floats | None, strength: float) -> Self:
        self._shares, self._framed, self._strength = shares, framed, strength
        self._paint()
        return self._draw_frame()

    def _draw_frame(self) -> Self:
        if self._framed is not None:
            grow = 0.05 / max(self.factor, 1e-6)
            left, bottom, right, top = self._framed + np.array([-grow, -grow, grow, grow])
            corners = [[[left, bottom], [right, bottom], [right, top], [left, top]]]
            outline, (origin, right_way, up) = polygons(corners), self.anchor.axes()
            self.frame.points = origin + outline[:, :1] * right_way + outline[:, 1:2] * up
        self.frame.stroke_rgbas[:, 3] = self._strength
        return self

    def _colours(self) -> Floats:
        colours = tints.mixed(theme.DATA_HIGH, self._shares)
        if len(self.head_cells):  # heads are seen instead of their attention
            colours[[name.startswith("attention") for name in self._names]] = theme.rgb(
                theme.GROUND
            )
        return colours

    def _paint(self) -> None:
        colours = self._colours()
        self.tables.set_colours(colours[self._table])
        self.boxes.set_colours(colours[~self._table])

    def set_heads(self, weights: Any) -> Self:
        """Shows every head as a cell, in the yellow of attention by weights (layer, head) from 0 to
        1.

        Raises NotFinite for NaN, GptvizError for weights of another shape.
        """
        plain = finite(weights, "weight of a head")
        if plain.shape != (self._count, self._heads):
            raise GptvizError(
                f"weights of {plain.shape}, but the map has {self._count} times {self._heads} heads"
            )
        boxes = np.array(
            [
                self._head_box(f"{layer}.{head}")
                for layer in range(self._count)
                for head in range(self._heads)
            ]
        )
        boxes += np.array([0.0, 0.08, 0.0, -0.08]) * (boxes[0, 3] - boxes[0, 1])
        colours = theme.attention(plain.reshape(-1))
        if len(self.head_cells):
            self.head_cells[0].set_boxes(boxes, colours)
        else:
            self.head_cells.add(Cells(self.anchor, boxes, colours))
        self._paint()
        return self

    # Place
    # ---------------------------------------------------------------------------------------------

    def set_box(self, box: Box) -> Self:
        """Takes the map into a box, as large as it fits there, in its middle."""
        left, bottom, right, top = (float(side) for side in box)
        _, _, wide, high = self.anchor.home
        factor = min((right - left) / wide, (top - bottom) / high)
        self.scale(factor / self.factor, about_point=np.zeros(3))
        now = self.box_of()
        self.shift(
            np.array(
                [(left + right - now[0] - now[2]) / 2, (bottom + top - now[1] - now[3]) / 2, 0]
            )
        )
        return self._draw_frame()

    def carry(self, box: Box = CORNER, run_time: float = theme.SLOW) -> Follow:
        """A motion that takes the map to another place and size; into the corner if none is
        given."""
        start: list[Floats] = []

        def step(_: ModelMap, share: float) -> None:
            if not start:
                start.append(np.array(self.box_of()))
            self.set_box(tuple(start[0] + (np.array(box) - start[0]) * share))

        return Follow(self, step, run_time)

    def labels(self, size: float = theme.LABEL) -> VGroup:
        """The names of its parts above and below it, with the number of blocks, where the map is
        now: for a large one."""
        _, bottom, _, top = self.box_of()
        line = theme.units(size) * 1.35
        above, below, lower = top + line * 0.5, bottom - line * 1.1, bottom - line * 2.1
        blocks = "{n:,} block" if self._count == 1 else "{n:,} blocks"
        found = VGroup()
        for words, part, y in (
            ("tokens", "tokens", below),
            ("embedding", "embedding", above),
            ("attention", "blocks", above),
            ("MLP", "blocks", below),
            (blocks, "blocks", lower),
            ("unembedding", "unembedding", above),
            ("next token", "next token", below),
        ):
            left, _, right, _ = self.box_of(part)
            fields: dict[str, Any] = {"n": self.layers} if words is blocks else {}
            found.add(
                Words(words, size, theme.SECONDARY, **fields).place(
                    [(left + right) / 2, y, 0], "center"
                )
            )
        return found


class _Quads(Cells):
    """Cells that need not be upright boxes: corners (n, 4, xy)."""

    def __init__(self, anchor: Anchor, corners: Floats, colours: Any) -> None:
        self._flat = polygons(corners).reshape(-1, 16, 3)
        super().__init__(anchor, np.zeros((len(corners), 4)), colours)

    def _outlines(self) -> Floats:
        origin, right, up = self._anchor.axes()
        return np.asarray(origin + self._flat[..., :1] * right + self._flat[..., 1:2] * up)


def _upright(boxes: Boxes) -> Floats:
    """The corners (n, 4, xy) of boxes (n, 4)."""
    left, bottom, right, top = boxes.T
    return np.stack([left, bottom, right, bottom, right, top, left, top], axis=1).reshape(-1, 4, 2)


def _parts(box: Box, count: int, positions: bool) -> dict[str, Floats]:
    """The corners (4, xy) of every part of a map in a box, by name, in drawing order."""
    left, bottom, right, top = box
    high, middle = top - bottom, (bottom + top) / 2
    token, table, space = (share * high for share in (_TOKEN, _TABLE, _SPACE))
    first, last = left + token + space, right - token - space  # the tables' outer sides
    start, end = first + table + space, last - table - space  # of the blocks
    parts = {
        "stream": _upright(
            boxes_of(first + table, middle - 0.02 * high, last - table, middle + 0.02 * high)
        )[0]
    }
    rows = top - (np.arange(_BOXES) + 0.5) * high / _BOXES
    for i, each in enumerate(boxes_of(left, rows - 0.1 * high, left + token, rows + 0.1 * high)):
        parts[f"tokens {i}"] = _upright(each[None])[0]
    tables = (("embedding", middle - 0.14 * high, top), ("positions", bottom, middle - 0.2 * high))
    for name, low, up in tables if positions else (("embedding", bottom, top),):
        parts[name] = _funnel(first, first + table, low, up)
    pitch = (end - start) / count
    x = start + (np.arange(count) + _SEAM / 2) * pitch
    wide = (1 - _SEAM) * pitch
    upper = _upright(boxes_of(x, middle + _HALF * high, x + wide, top))
    lower = _upright(boxes_of(x, bottom, x + wide, middle - _HALF * high))
    for i in range(count):
        parts[f"attention {i}"], parts[f"mlp {i}"] = upper[i], lower[i]
    parts["unembedding"] = _funnel(last, last - table, bottom, top)
    parts["next token"] = _upright(
        boxes_of(right - token, middle - 0.1 * high, right, middle + 0.1 * high)
    )[0]
    return parts


def _funnel(narrow: float, wide: float, bottom: float, top: float) -> Floats:
    """The corners (4, xy) of a table that opens from one side to the other."""
    inset = 0.22 * (top - bottom)
    return np.array([[narrow, bottom + inset], [wide, bottom], [wide, top], [narrow, top - inset]])
