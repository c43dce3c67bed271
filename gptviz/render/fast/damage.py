"""Where frames have been drawn over, so that not the whole of them has to be cleared.

A frame of 1080 lines has 8 MB, and what changes on it is often a few numerals: the ground is brought back only where
something was drawn. Boxes are generous (an outline is taken with all its handles, a line with its longest miter), for
what they miss would stay on screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[Any]  # uint8; Manim's types say int
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are left out."""

_MITER = 10.0   # Cairo's limit: how far a corner reaches, in half widths of its line
_SOFT = 2       # pixels around an outline that its soft edge may touch
_SHARE = 0.6    # of a frame, drawn over: from there on it is cleared as a whole


class Damage:
    """Of each buffer of a camera, on which ground it was drawn and which boxes have something else on it."""

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

    def note(self, buffer: Pixels, base: Pixels, boxes: Sequence[Box] | None) -> None:
        """Says that a buffer shows ``base`` but for some boxes; None where nobody knows."""
        height, width = base.shape[:2]
        if boxes is None or sum((right - left) * (bottom - top)
                                for left, top, right, bottom in boxes) > _SHARE * height * width:
            self._known.pop(id(buffer), None)
        else:
            self._known[id(buffer)] = (base, boxes)


def boxes_of(bounds: Sequence[tuple[float, float, float, float]], widths: Sequence[float], matrix: Any,
             size: tuple[int, int]) -> list[Box]:
    """Boxes of outlines: ``bounds`` (least x and y, largest x and y) and widths of lines in units.

    ``matrix`` is Cairo's of the frame, of ``size`` (width, height) in pixels; it scales and moves, and turns nothing.
    """
    if not bounds:
        return []
    around = np.asarray(bounds, dtype=np.float64)
    reach = np.asarray(widths, dtype=np.float64)[:, None] * _MITER / 2
    corners = np.stack([around[:, :2] - reach, around[:, 2:] + reach], axis=1)
    there = corners * [matrix.xx, matrix.yy] + [matrix.x0, matrix.y0]
    least = np.clip(np.floor(there.min(axis=1)) - _SOFT, 0, size).astype(int)
    most = np.clip(np.ceil(there.max(axis=1)) + _SOFT, 0, size).astype(int)
    return [tuple(box) for box in np.concatenate([least, most], axis=1).tolist()]
