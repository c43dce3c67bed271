"""Where frames have been drawn over, so that not the whole of them has to be cleared and converted.

A frame of 1080 lines has 8 MB, and what changes on it is often a few numerals: the ground is
brought back only where something was drawn, and only what differs from the frame before is made
into yuv420p again. Boxes are generous (an outline is taken with all its handles, a line with its
longest miter), for what they miss would stay on screen.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[Any]  # uint8; Manim's types say int
Boxes = npt.NDArray[np.int64]
"""Boxes (n, 4): left, top, right, bottom in pixels; right and bottom are left out."""
Box = tuple[int, int, int, int]

_MITER = 10.0  # Cairo's limit: how far a corner reaches, in half widths of its line
_SOFT = 2  # pixels around an outline that its soft edge may touch
_TILE = (
    128,
    32,
)  # pixels across and down; both even, for colours are kept for squares of two pixels
_WORTH = 3  # tiles that are converted in the time that a call takes


@dataclass(frozen=True)
class Drawn:
    """A frame: the ground that it was drawn over, its strokes, and the box of each (n, 4); None
    where nobody knows."""

    base: Pixels
    plan: Sequence[Any]
    boxes: Boxes | None

    def changed(self, before: Drawn | None) -> list[Box] | None:
        """Boxes outside of which this frame equals the one ``before``; None where nobody knows.

        Strokes that both have in one order leave the same pixels where none of the others lies.
        """
        if (
            before is None
            or before.base is not self.base
            or before.boxes is None
            or self.boxes is None
        ):
            return None
        one, two = before.plan, self.plan
        if len(one) == len(two):
            other = [i for i, (old, new) in enumerate(zip(one, two, strict=True)) if old != new]
            boxes = [before.boxes[other], self.boxes[other]]
        else:
            shorter = min(len(one), len(two))
            head = next((i for i in range(shorter) if one[i] != two[i]), shorter)
            tail = next(
                (i for i in range(shorter - head) if one[-1 - i] != two[-1 - i]), shorter - head
            )
            boxes = [before.boxes[head : len(one) - tail], self.boxes[head : len(two) - tail]]
        return covering(np.concatenate(boxes), (self.base.shape[1], self.base.shape[0]))


class Damage:
    """Of each buffer of a camera, on which ground it was drawn and which boxes have something else
    on it."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Pixels, Sequence[Box]]] = {}

    def forget(self) -> None:
        """Nothing is known of any buffer any more."""
        self._known = {}

    def clear(self, buffer: Pixels, base: Pixels) -> None:
        """Makes a buffer (height, width, RGBA) equal to ``base``."""
        ground, boxes = self._known.get(id(buffer), (None, ()))
        if ground is base:
            for left, top, right, bottom in boxes:
                buffer[top:bottom, left:right] = base[top:bottom, left:right]
        else:
            np.copyto(buffer, base)

    def note(self, buffer: Pixels, base: Pixels, boxes: Boxes | None) -> None:
        """Says that a buffer shows ``base`` but for some boxes (n, 4); None where nobody knows."""
        if boxes is None:
            self._known.pop(id(buffer), None)
        else:
            self._known[id(buffer)] = (base, covering(boxes, (base.shape[1], base.shape[0])))


def covering(boxes: Boxes, size: tuple[int, int]) -> list[Box]:
    """A few boxes that cover all that ``boxes`` (n, 4) do on a frame of ``size`` (width, height).

    They are made of tiles; their edges are even, but for those of the frame. A box costs as much as
    ``_WORTH`` tiles, so boxes are joined where that covers no more than so many besides.
    """
    wide, high = _TILE
    boxes = boxes[(boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])]
    tiles = np.concatenate([boxes[:, :2] // _TILE, -(-boxes[:, 2:] // _TILE)], axis=1)
    rows = [0] * -(-size[1] // high)  # a bit for each tile of a row
    for first, top, last, bottom in set(map(tuple, tiles.tolist())):
        run = (1 << last) - (1 << first)
        for row in range(top, bottom):
            rows[row] |= run
    made: list[Box] = []
    end = 0
    for bits, alike in itertools.groupby(rows):
        row, end, left = end, end + len(list(alike)), bits
        while left:
            first = (left & -left).bit_length() - 1
            last = first + (~(left >> first) & (left >> first) + 1).bit_length() - 1
            left &= -1 << last
            _join(made, (first, row, last, end))
    return [
        (first * wide, row * high, min(last * wide, size[0]), min(end * high, size[1]))
        for first, row, last, end in made
    ]


def _join(made: list[Box], run: Box) -> None:
    """Adds a run of tiles to the last box with which it may as well be one."""
    for i in range(len(made) - 1, -1, -1):
        box = made[i]
        both = (min(box[0], run[0]), box[1], max(box[2], run[2]), run[3])
        if _area(both) - _area(box) - _area(run) <= _WORTH:
            made[i] = both
            return
    made.append(run)


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def boxes_of(
    bounds: Sequence[tuple[float, float, float, float]],
    widths: Sequence[float],
    matrix: Any,
    size: tuple[int, int],
) -> Boxes:
    """Boxes (n, 4) of outlines: ``bounds`` (least x and y, largest x and y) and widths of lines in
    units.

    ``matrix`` is Cairo's of the frame, of ``size`` (width, height) in pixels; it scales and moves,
    and turns nothing.
    """
    if not bounds:
        return np.zeros((0, 4), np.int64)
    around = np.asarray(bounds, dtype=np.float64)
    reach = np.asarray(widths, dtype=np.float64)[:, None] * _MITER / 2
    corners = np.stack([around[:, :2] - reach, around[:, 2:] + reach], axis=1)
    there = corners * [matrix.xx, matrix.yy] + [matrix.x0, matrix.y0]
    least = np.clip(np.floor(there.min(axis=1)) - _SOFT, 0, size).astype(int)
    most = np.clip(np.ceil(there.max(axis=1)) + _SOFT, 0, size).astype(int)
    return np.asarray(np.concatenate([least, most], axis=1))
