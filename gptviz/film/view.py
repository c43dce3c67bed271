"""What is seen of a mobject: where it stands in the picture, in units of a frame 128/9 by 8, and
how opaque."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import Mobject, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject

from gptviz.drawing.base import theme
from gptviz.film.film import Film

Points = npt.NDArray[np.float64]

SEEN = 0.02  # opacity from which on something counts as seen


@dataclass(frozen=True)
class Box:
    """An upright rectangle of the picture, in units; the origin is the middle of the picture."""

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def around(cls, points: Points) -> Box:
        """The smallest box that holds points (point, xy)."""
        (left, bottom), (right, top) = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
        return cls(float(left), float(bottom), float(right), float(top))

    @classmethod
    def union(cls, boxes: list[Box]) -> Box:
        return cls(
            min(b.left for b in boxes),
            min(b.bottom for b in boxes),
            max(b.right for b in boxes),
            max(b.top for b in boxes),
        )

    def overlap(self, other: Box) -> tuple[float, float]:
        """How far two boxes reach into one another across and up; not both positive where they are
        apart."""
        return (
            min(self.right, other.right) - max(self.left, other.left),
            min(self.top, other.top) - max(self.bottom, other.bottom),
        )

    def meets(self, other: Box, by: float = 0.0) -> bool:
        """Whether two boxes reach into one another by more than ``by`` units both ways."""
        across, up = self.overlap(other)
        return across > by and up > by

    def touches(self, other: Box) -> bool:
        """Whether two boxes share a point; a line's box, which has no width, may."""
        across, up = self.overlap(other)
        return across >= 0 and up >= 0

    def inset(self, by: float) -> Box:
        return Box(self.left + by, self.bottom + by, self.right - by, self.top - by)


FRAME = Box(-theme.WIDTH / 2, -theme.HEIGHT / 2, theme.WIDTH / 2, theme.HEIGHT / 2)
SAFE = Box(theme.LEFT_EDGE, theme.BOTTOM_EDGE, theme.RIGHT_EDGE, theme.TOP_EDGE)


def pixels(units: float) -> float:
    """Pixels of a 1080-line picture."""
    return units * 1080 / theme.HEIGHT


def placed(film: Film, mobject: Mobject) -> Points:
    """The points of a mobject (point, xy) where the camera, flat, moving or in space, puts them in
    the picture."""
    camera: Any = film.camera
    return np.asarray(camera.transform_points_pre_display(mobject, mobject.points)[:, :2])


def opacity(mobject: Mobject) -> float:
    """The opacity of the most opaque of fill and stroke, from 0 to 1."""
    if isinstance(mobject, VMobject):
        return max(fill_opacity(mobject), stroke_opacity(mobject))
    if isinstance(mobject, AbstractImageMobject) and hasattr(mobject, "opacity"):
        return float(getattr(mobject, "opacity"))  # noqa: B009  (only some pictures have one)
    if isinstance(mobject, AbstractImageMobject):
        alpha = np.asarray(mobject.pixel_array)[..., 3]
        return float(alpha.max()) / 255 if alpha.size else 0.0
    rgbas = np.asarray(getattr(mobject, "rgbas", np.zeros((0, 4))))
    return float(rgbas[:, 3].max()) if len(rgbas) else 0.0


def fill_opacity(mobject: VMobject) -> float:
    return _alpha(mobject.fill_rgbas)


def stroke_opacity(mobject: VMobject) -> float:
    """The opacity of the stroke, 0 for one without width."""
    return max(
        _alpha(mobject.stroke_rgbas) if _wide(mobject.stroke_width) else 0.0,
        _alpha(mobject.background_stroke_rgbas) if _wide(mobject.background_stroke_width) else 0.0,
    )


def _wide(width: Any) -> bool:
    return bool(width) if isinstance(width, (int, float)) else bool(np.any(width))


def _alpha(rgbas: Any) -> float:
    """The highest opacity of some colours (colour, rgba); most outlines have one."""
    if len(rgbas) == 1:
        return max(float(rgbas[0][3]), 0.0)
    return float(np.asarray(rgbas)[:, 3].max(initial=0.0))


def seen(film: Film, mobject: Mobject) -> bool:
    """Whether a mobject itself (not its parts) draws anything inside the picture."""
    if len(mobject.points) == 0 or opacity(mobject) <= SEEN:
        return False
    return Box.around(placed(film, mobject)).touches(FRAME)
