"""Images on a frame, drawn where they are instead of over all of it.

Manim 0.22 pastes an image into an empty frame and lays that over the picture: 20 ms at 1080 lines,
however small the image. Here only the box around it is touched, and an image that stays as it is is
brought into shape once. Pixels that an image does not cover are left as they are by Pillow's
``alpha_composite`` in any case, so both give the same.

Source: ``Camera.display_image_mobject`` of Manim 0.22, whose arithmetic is followed step by step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.utils.space_ops import cross2d
from PIL import Image

Pixels = npt.NDArray[Any]  # uint8; Manim's types say int
Floats = npt.NDArray[np.float64]

_THIN = 0.5  # pixels: of an image thinner than this nothing is drawn


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """An image brought into shape: what it was made from, and the pixels to lay at (left, top), if
    there are any."""

    source: Pixels
    corners: Floats
    how: Any
    left: int
    top: int
    shaped: Image.Image | None

    def same(self, source: Pixels, corners: Floats, how: Any) -> bool:
        """Whether these would be shaped as this one is."""
        return (
            self.how == how
            and np.array_equal(self.corners, corners)
            and np.array_equal(self.source, source)
        )

    def box(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of what it covers of a frame of ``size`` (width, height), in
        pixels."""
        if self.shaped is None:
            return 0, 0, 0, 0
        left, top = max(self.left, 0), max(self.top, 0)
        return (
            left,
            top,
            min(self.left + self.shaped.width, size[0]),
            min(self.top + self.shaped.height, size[1]),
        )

    def lay(self, pixels: Pixels) -> None:
        """Lays the image over a frame (height, width, RGBA)."""
        left, top, right, bottom = self.box((pixels.shape[1], pixels.shape[0]))
        if self.shaped is None or left >= right or top >= bottom:
            return
        part = self.shaped.crop(
            (left - self.left, top - self.top, right - self.left, bottom - self.top)
        )
        box = pixels[top:bottom, left:right]
        box[:] = np.asarray(Image.alpha_composite(Image.fromarray(np.ascontiguousarray(box)), part))


def place(mobject: AbstractImageMobject, corners: Floats, known: Placed | None) -> Placed:
    """An image whose corners lie at ``corners`` (left top, right top, left bottom, right bottom; x,
    y), in pixels.

    ``known`` is returned where it is that.
    """
    source, how = np.asarray(mobject.get_pixel_array()), mobject.resampling_algorithm
    if known is not None and known.same(source, corners, how):
        return known
    whole = corners.astype(np.int64)
    left, top = (int(value) for value in whole.min(axis=0))
    width, height = (int(value) for value in (whole - [left, top]).max(axis=0))
    target = corners - [left, top]
    shaped = None
    if not _is_thin(target) and width > 0 and height > 0:
        shaped = _shaped(
            Image.fromarray(np.ascontiguousarray(source)), target, (width, height), how
        )
    return Placed(source.copy(), corners.copy(), how, left, top, shaped)


def _is_thin(corners: Floats) -> bool:
    """Whether an image at some corners is too thin to be drawn, as Manim has it (which looks at one
    side twice)."""
    around = corners[[0, 1, 3, 2]]
    sides = np.roll(around, -1, axis=0) - around
    lengths = np.linalg.norm(sides, axis=1)
    longest = int(np.argmax(lengths))
    if lengths[longest] == 0:
        return True
    return bool(abs(cross2d(sides[longest], sides[longest - 1])) / lengths[longest] < _THIN)


def _shaped(
    image: Image.Image, corners: Floats, size: tuple[int, int], how: Any
) -> Image.Image | None:
    """An image whose corners are brought to ``corners`` by the perspective that does so; None where
    none does."""
    own = np.array([[0, 0], [image.width, 0], [0, image.height], [image.width, image.height]])
    rows = []
    for (x, y), (u, v) in zip(corners, own, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    try:
        perspective = np.linalg.solve(
            np.array(rows, dtype=np.float64), own.reshape(8).astype(np.float64)
        )
    except np.linalg.LinAlgError:
        return None
    return image.transform(size, Image.Transform.PERSPECTIVE, perspective.tolist(), how)
