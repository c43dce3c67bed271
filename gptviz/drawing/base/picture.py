"""A picture of cells in exact colours, drawn sharply at any size, as one mobject.

Manim's own image resamples in ways that blur few cells or drop some of many. Here each pixel of the
screen gets the mean, by area, of the cells that it covers: few cells stay crisp, of many none is
lost. Plain Manim cameras draw it.
"""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import config
from manim.mobject.types.image_mobject import AbstractImageMobject
from PIL import Image

from gptviz.drawing.base import theme
from gptviz.maths.rounding import nearest, whole_below

Pixels = npt.NDArray[np.uint8]

# Where a picture's edge lies half-way across a pixel, the last bit of the camera's arithmetic would
# decide who gets that pixel, and that bit is another on another processor. So every picture lies a
# thousandth of a pixel (at 1080 lines) off such places, to the right and down.
_NUDGE = np.array([theme.units(1e-3), -theme.units(1e-3), 0.0])
_INSIDE = 1 - 2.0**-30  # of a window: it ends a little before a cell's edge, for the same reason


class Picture(AbstractImageMobject):
    """Colours (row, column, rgb from 0 to 1, or uint8) in a rectangle of ``width`` times ``height``
    units.

    ``opacity`` from 0 to 1 is that of the whole. A group that holds a picture is a manim ``Group``,
    not a ``VGroup``.
    """

    def __init__(self, colours: Any, width: float, height: float) -> None:
        self._source = as_pixels(colours)
        self._scaled: tuple[tuple[int, int, float], Pixels] | None = None
        self._window: tuple[float, float, float, float] | None = None
        self.opacity = 1.0
        super().__init__(scale_to_resolution=0, resampling_algorithm=Image.Resampling.NEAREST)
        self.set_sides(-width / 2, -height / 2, width / 2, height / 2)

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns of cells it has."""
        return int(self._source.shape[0]), int(self._source.shape[1])

    @property
    def colours(self) -> npt.NDArray[np.float64]:
        """The colours (row, column, rgb) of the cells, from 0 to 1."""
        return self._source / 255.0

    def set_colours(self, colours: Any) -> Self:
        """Other colours; where they have another shape the rectangle stays."""
        self._source, self._scaled = as_pixels(colours), None
        return self

    def set_window(self, top: float, left: float, bottom: float, right: float) -> Self:
        """Shows only a part, in cells (fractions too), in the whole rectangle: zooming without
        moving it."""
        self._window, self._scaled = (left, top, right, bottom), None
        return self

    def set_sides(self, left: float, bottom: float, right: float, top: float) -> Self:
        """Takes the rectangle to another place and size, upright."""
        corners = [[left, top, 0.0], [right, top, 0.0], [left, bottom, 0.0], [right, bottom, 0.0]]
        self.points = np.array(corners) + _NUDGE
        return self

    @property
    def sides(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of an upright rectangle, as they were set."""
        left, top = (self.points[0] - _NUDGE)[:2]
        right, bottom = (self.points[3] - _NUDGE)[:2]
        return float(left), float(bottom), float(right), float(top)

    def reset_points(self) -> Self:
        """The rectangle is set when the picture is built."""
        return self

    def corner(self, row: float, column: float) -> npt.NDArray[np.float64]:
        """The point where a cell's left upper corner is now; fractions lie inside cells."""
        rows, columns = self.shape
        left_top, right_top, left_bottom = self.points[0], self.points[1], self.points[2]
        return np.asarray(
            left_top
            + (right_top - left_top) * (column / columns)
            + (left_bottom - left_top) * (row / rows)
        )

    def get_pixel_array(self) -> Any:
        """The cells at the size of the screen's pixels (row, column, rgba): called by the
        camera."""
        wide, high = (
            int(nearest(math.dist(self.points[end], self.points[0]) * _pixels_per_unit()))
            for end in (1, 2)
        )
        key = (max(high, 1), max(wide, 1), self.opacity)
        if self._scaled is None or self._scaled[0] != key:
            pixels = (
                resized(self._source, key[0], key[1])
                if self._window is None
                else _zoomed(self._source, key[0], key[1], self._window)
            )
            self._scaled = (key, _with_alpha(pixels, self.opacity))
        return self._scaled[1]

    def set_opacity(self, alpha: float) -> Self:
        self.opacity = float(alpha)
        return self

    def fade(self, darkness: float = 0.5, family: bool = True) -> Self:
        return self.set_opacity(self.opacity * (1 - darkness))

    def set_color(self, *_: Any, **__: Any) -> Self:
        return self  # its colours are its numbers

    def interpolate_color(self, mobject1: Any, mobject2: Any, alpha: float) -> Self:
        """Between two pictures: opacities glide, and so do colours where both have the same
        shape."""
        self.opacity = float(mobject1.opacity + (mobject2.opacity - mobject1.opacity) * alpha)
        first, second = mobject1._source, mobject2._source
        if (
            first.shape == second.shape
            and first is not second
            and not np.array_equal(first, second)
        ):
            self.set_colours(
                (first + (second.astype(np.float32) - first) * np.float32(alpha)).astype(np.uint8)
            )
        elif alpha >= 1.0 and first is not second:
            self.set_colours(second)
        return self


def as_pixels(colours: Any) -> Pixels:
    """Colours (row, column, rgb) as uint8."""
    array = np.asarray(colours)
    if array.dtype == np.uint8:
        return np.asarray(array[..., :3])
    return nearest(np.clip(array[..., :3], 0, 1) * 255).astype(np.uint8)


def resized(cells: Pixels, rows: int, columns: int) -> Pixels:
    """Cells (row, column, rgb) as ``rows`` times ``columns`` pixels, each the mean by area of the
    cells under it."""
    image = cells
    for axis, size in ((0, rows), (1, columns)):
        if image.shape[axis] > size:
            target = (image.shape[1], size) if axis == 0 else (size, image.shape[0])
            image = np.asarray(
                Image.fromarray(np.ascontiguousarray(image)).resize(target, Image.Resampling.BOX)
            )
        elif image.shape[axis] < size:
            image = _stretched(image, axis, size)
    return np.asarray(image)


def _zoomed(
    cells: Pixels, rows: int, columns: int, window: tuple[float, float, float, float]
) -> Pixels:
    left, top, right, bottom = window
    few = bottom - top < rows and right - left < columns
    how = Image.Resampling.NEAREST if few else Image.Resampling.BOX
    if few:  # the middle of a pixel never lies on the edge between two cells
        bottom, right = top + (bottom - top) * _INSIDE, left + (right - left) * _INSIDE
    return np.asarray(
        Image.fromarray(np.ascontiguousarray(cells)).resize(
            (columns, rows), how, box=(left, top, right, bottom)
        )
    )


def _stretched(image: Pixels, axis: int, size: int) -> Pixels:
    """More pixels than cells: a pixel lies in one cell, or on the seam of two and takes its share
    of both."""
    scale = image.shape[axis] / size
    start = np.arange(size) * scale
    first = np.minimum(whole_below(start), image.shape[axis] - 1)
    second = np.minimum(first + 1, image.shape[axis] - 1)
    share = np.clip((start + scale - (first + 1)) / scale, 0, 1)  # of the second cell
    out = np.take(image, first, axis=axis)
    seams = np.flatnonzero((share > 1e-6) & (second > first))
    if len(seams):
        weight = share[seams].reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        a, b = (
            np.take(image, which[seams], axis=axis).astype(np.float64) for which in (first, second)
        )
        mixed = nearest(a + (b - a) * weight).astype(np.uint8)
        if axis == 0:
            out[seams] = mixed
        else:
            out[:, seams] = mixed
    return np.asarray(out)


def _with_alpha(image: Pixels, opacity: float) -> Pixels:
    out = np.empty((*image.shape[:2], 4), dtype=np.uint8)
    out[..., :3] = image
    out[..., 3] = int(nearest(255 * opacity))
    return out


def _pixels_per_unit() -> float:
    return float(config.pixel_height / config.frame_height)
