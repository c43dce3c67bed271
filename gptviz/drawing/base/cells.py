"""Many rectangles as few mobjects, and groups that know where their parts are wherever they were
moved to."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.maths.rounding import nearest

Points = npt.NDArray[np.float64]
Boxes = npt.NDArray[np.float64]  # (n, 4): left, bottom, right, top

_THIRDS = np.array([0.0, 1 / 3, 2 / 3, 1.0])[:, None]
_PACKED = np.array([1 << 20, 1 << 10, 1])
_COLOURS = 48  # distinct colours of a batch; beyond, near ones share a mobject


def segments(starts: Any, ends: Any) -> Points:
    """Straight cubic curves (4 n, 3) from starts (n, 3) to ends (n, 3)."""
    a, b = (
        np.asarray(starts, dtype=np.float64)[:, None],
        np.asarray(ends, dtype=np.float64)[:, None],
    )
    return np.asarray((a + (b - a) * _THIRDS).reshape(-1, 3))


def polygons(corners: Any) -> Points:
    """The outlines (4 n k, 3) of n polygons given by their corners (n, k, 2 or 3), as straight
    cubic curves."""
    shape = np.asarray(corners, dtype=np.float64)
    if shape.shape[-1] == 2:
        shape = np.concatenate([shape, np.zeros((*shape.shape[:-1], 1))], axis=-1)
    return segments(shape.reshape(-1, 3), np.roll(shape, -1, axis=1).reshape(-1, 3))


def boxes_of(left: Any, bottom: Any, right: Any, top: Any) -> Boxes:
    """Boxes (n, 4) from their sides, each a number or an array (n)."""
    sides = np.broadcast_arrays(left, bottom, right, top)
    return np.stack([np.asarray(side, dtype=np.float64).ravel() for side in sides], axis=-1)


def rectangles(boxes: Boxes) -> Points:
    """The outlines (16 n, 3) of boxes (n, 4)."""
    left, bottom, right, top = np.asarray(boxes, dtype=np.float64).reshape(-1, 4).T
    corners = np.stack([left, bottom, right, bottom, right, top, left, top], axis=-1).reshape(
        -1, 4, 2
    )
    return polygons(corners)


def painted(points: Points, colour: Any, opacity: float = 1.0) -> VMobject:
    """One filled mobject from an outline; ``colour`` is ``#RRGGBB`` or rgb."""
    shape = VMobject(stroke_width=0)
    shape.points = points
    paint(shape, colour, opacity)
    return shape


def paint(shape: VMobject, colour: Any, opacity: float) -> None:
    """Sets a fill without Manim's detour over colour objects."""
    value = theme.rgb(colour) if isinstance(colour, str) else np.asarray(colour, dtype=np.float64)
    shape.fill_rgbas = np.array([[*value[:3], opacity]])


def stroked(points: Points, colour: str, width: float = 2.0, opacity: float = 1.0) -> VMobject:
    """One line drawing from straight or curved segments; ``width`` in Manim's stroke units (1/100
    unit)."""
    shape = VMobject(
        stroke_color=colour, stroke_width=width, stroke_opacity=opacity, fill_opacity=0
    )
    shape.points = points
    return shape


def outline(box: Any, colour: str = theme.FOCUS, width: float = 3.0, grow: float = 0.0) -> VMobject:
    """The outline of one box (left, bottom, right, top), ``grow`` units wider on each side."""
    left, bottom, right, top = (float(side) for side in box)
    return stroked(
        rectangles(np.array([[left - grow, bottom - grow, right + grow, top + grow]])),
        colour,
        width,
    )


def hatched(
    box: Any,
    colour: str = theme.SECONDARY,
    spacing: float = 0.14,
    width: float = 1.5,
    opacity: float = 0.45,
) -> VMobject:
    """Diagonal lines inside a box (left, bottom, right, top): what is quoted and not computed."""
    left, bottom, right, top = (float(side) for side in box)
    wide, high = max(right - left, 0.0), max(top - bottom, 0.0)
    offsets = np.arange(spacing / 2, wide + high, spacing)
    start = np.stack(
        [left + np.minimum(offsets, wide), bottom + np.maximum(offsets - wide, 0.0)], axis=1
    )
    end = np.stack(
        [left + np.maximum(offsets - high, 0.0), bottom + np.minimum(offsets, high)], axis=1
    )
    flat = np.zeros((len(offsets), 1))
    return stroked(
        segments(np.concatenate([start, flat], axis=1), np.concatenate([end, flat], axis=1)),
        colour,
        width,
        opacity,
    )


class Anchor(VMobject):
    """An invisible rectangle that is moved, turned and scaled with its group, so that places in it
    can be found again.

    Whatever colour or opacity the group is given, it stays invisible.
    """

    def __init__(self, left: float, bottom: float, right: float, top: float) -> None:
        super().__init__(stroke_width=0, fill_opacity=0, stroke_opacity=0)
        self.fill_rgbas = self.stroke_rgbas = self.background_stroke_rgbas = np.zeros(
            (1, 4)
        )  # Manim aligns them
        self.home = (left, bottom, max(right - left, 1e-9), max(top - bottom, 1e-9))
        self.points = rectangles(
            np.array([[left, bottom, left + self.home[2], bottom + self.home[3]]])
        )

    def axes(self) -> tuple[Points, Points, Points]:
        """Its origin (local 0, 0) and one local unit to the right and up, where they are now."""
        left, bottom, width, height = self.home
        right = (self.points[3] - self.points[0]) / width
        up = (self.points[12] - self.points[0]) / height
        return self.points[0] - right * left - up * bottom, right, up

    def at(self, places: Any) -> Points:
        """Points (n, 3) of local places (n, 2), or one point of one place."""
        origin, right, up = self.axes()
        place = np.asarray(places, dtype=np.float64)
        return np.asarray(origin + place[..., :1] * right + place[..., 1:2] * up)

    def set_fill(self, *_: Any, **__: Any) -> Self:
        return self

    def set_stroke(self, *_: Any, **__: Any) -> Self:
        return self

    def set_color(self, *_: Any, **__: Any) -> Self:
        return self

    def set_opacity(self, *_: Any, **__: Any) -> Self:
        return self

    def fade(self, *_: Any, **__: Any) -> Self:
        return self


class Framed(VGroup):
    """A group with an anchor: places in it are given in the coordinates that it was built in."""

    def __init__(self, left: float, bottom: float, right: float, top: float) -> None:
        super().__init__()
        self.anchor = Anchor(left, bottom, right, top)
        self.add(self.anchor)

    def at(self, x: float, y: float) -> Points:
        """Where a place (in the coordinates at building) is now."""
        return self.anchor.at(np.array([x, y]))

    @property
    def factor(self) -> float:
        """How much larger the group is than when it was built."""
        return float(np.linalg.norm(self.anchor.axes()[1]))

    def fit(self, mobject: VMobject) -> VMobject:
        """Takes a mobject drawn in the coordinates at building to where the group is now."""
        origin, right, up = self.anchor.axes()
        for part in mobject.get_family():
            if len(part.points):
                part.points = origin + part.points[:, :1] * right + part.points[:, 1:2] * up
        return mobject


class Cells(VGroup):
    """A batch of coloured boxes: one mobject for each colour, so that a thousand cells cost a few
    dozen.

    ``boxes`` (n, 4) in the coordinates of ``anchor``; ``colours`` (n, rgb), exact up to 48
    different ones.
    """

    def __init__(self, anchor: Anchor, boxes: Boxes, colours: Any, opacity: float = 1.0) -> None:
        super().__init__()
        self._anchor, self._opacity = anchor, opacity
        self.set_boxes(boxes, colours)

    def set_boxes(self, boxes: Boxes, colours: Any) -> Self:
        """Other boxes in other colours."""
        self._boxes = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
        self._placed: tuple[bytes, Points] = b"", np.zeros((0, 16, 3))
        return self.set_colours(colours)

    @property
    def colours(self) -> Points:
        """The colours (n, rgb) of the boxes."""
        return self._colours

    def set_colours(self, colours: Any) -> Self:
        """Other colours (n, rgb), at the opacity that the batch has now."""
        self._colours = np.asarray(colours, dtype=np.float64).reshape(-1, 3)
        opacity = float(self.submobjects[0].fill_rgbas[0][3]) if self.submobjects else self._opacity
        groups, which = _grouped(self._colours)
        while len(self.submobjects) < len(groups):
            self.submobjects.append(VMobject(stroke_width=0))
        ends = np.cumsum(np.bincount(which, minlength=len(groups)))
        parts = np.split(self._outlines()[np.argsort(which, kind="stable")], ends[:-1])
        for shape, part, colour in zip(self.submobjects, parts, groups, strict=False):
            shape.points = part.reshape(-1, 3)
            paint(shape, colour, opacity)
        for shape in self.submobjects[
            len(groups) :
        ]:  # not taken out: a scene goes on drawing what it saw move
            shape.points = np.zeros((0, 3))
        return self

    def _outlines(self) -> Points:
        """The outlines (n, 16, 3) of the boxes where the anchor is now."""
        axes = origin, right, up = self._anchor.axes()
        where = np.concatenate(axes).tobytes()
        if self._placed[0] != where:
            flat = rectangles(self._boxes).reshape(-1, 16, 3)
            self._placed = where, origin + flat[..., :1] * right + flat[..., 1:2] * up
        return self._placed[1]


def _grouped(colours: Points) -> tuple[Points, npt.NDArray[np.int64]]:
    """At most 48 colours, and for each cell which one is its own. Coarser steps where there are
    more."""
    step = 1.0
    while True:
        levels = nearest(colours * 255 / step)
        coarse, which = np.unique(
            levels @ _PACKED, return_inverse=True
        )  # one number a colour: sorted much faster
        if len(coarse) <= _COLOURS:
            break
        step *= 2
    counts = np.bincount(which, minlength=len(coarse))
    sums = np.stack(
        [np.bincount(which, colours[:, channel], len(coarse)) for channel in range(3)], axis=1
    )
    return sums / np.maximum(counts, 1)[:, None], which
