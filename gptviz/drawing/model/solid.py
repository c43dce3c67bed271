"""A model in space, to its real sizes, for a camera that flies through it: plates as long and wide as
its matrices, one on the other.

Everything is projected here and drawn as outlines, so that edges and names are crisp however near
the camera is. What is behind the camera is cut off, plane by plane (Sutherland, Hodgman 1974,
"Reentrant polygon clipping").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import polygons
from gptviz.drawing.base.given import finite, whole
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Words
from gptviz.errors import GptvizError
from gptviz.recording.number import Tracked

Floats = npt.NDArray[np.float64]
Point = tuple[float, float, float]

_NEAR = 0.05  # from the eye to the plane on which everything is cut off
_FACES = np.array(
    [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
)  # corners of a box, by bits: 4 for right, 2 for far, 1 for up
_NORMALS = np.array([[-1, 0, 0], [1, 0, 0], [0, -1, 0], [0, 1, 0], [0, 0, -1], [0, 0, 1]], float)
_SHADES = np.array(
    [0.72, 0.72, 0.85, 0.6, 0.5, 1.0]
)  # of faces: left, right, front, back, foot, top
_REACH = np.array([theme.WIDTH, theme.HEIGHT]) / 2 + 0.1  # of the picture from its middle
_LEAST, _MOST = 26.0, 64.0  # pixels of a name, far and near
_SEEN = 20.0  # pixels of a name's true size from which on it is written


@dataclass(frozen=True)
class Plate:
    """A box in space: its middle and its size (x to the right, y away, z up), colour, and its
    name."""

    middle: Point
    size: Point
    color: str = theme.DATA_LOW
    name: str = ""


def model_plates(
    layers: Tracked,
    d_model: Tracked,
    d_mlp: Tracked,
    vocab: Tracked,
    unit: float = 768.0,
    gap: float = 0.25,
) -> list[Plate]:
    """The matrices of a model as plates, from the foot up: embedding, then four of attention and two
    of the MLP a block, then unembedding.

    A plate is as wide as ``d_model`` and as deep as its other side, both in ``unit`` numbers to one
    unit of space; its thickness means nothing. Raises GptvizError for a model without blocks.
    """
    count = whole(layers, "blocks", least=1)
    wide, deep, long = (whole(n, "numbers", least=1) / unit for n in (d_model, d_mlp, vocab))
    thin, z = 0.12, 0.0
    plates = [Plate((0, long / 2 - wide / 2, z), (wide, long, thin), theme.DATA_LOW, "embedding")]
    for _ in range(count):
        z += 2 * gap
        for part in range(4):
            plates.append(
                Plate(
                    (0, 0, z), (wide, wide, thin), theme.HUES[3], "attention" if part == 0 else ""
                )
            )
            z += gap
        for part in range(2):
            plates.append(
                Plate((0, 0, z), (wide, deep, thin), theme.HUES[4], "MLP" if part == 0 else "")
            )
            z += gap
    z += 2 * gap
    plates.append(
        Plate((0, long / 2 - wide / 2, z), (wide, long, thin), theme.DATA_LOW, "unembedding")
    )
    return plates


class Flight(VGroup):
    """What a camera sees that flies through space: its eye, what it looks at, and how places in space
    become places in the picture. A subclass draws itself in ``_draw``, whenever the camera moved.

    ``wide`` is the camera's opening across, in degrees; up is z.
    """

    def __init__(self, wide: float = 60.0) -> None:
        super().__init__()
        self._focal = theme.WIDTH / 2 / np.tan(np.radians(wide) / 2)

    def look(self, eye: Any, target: Any) -> Self:
        """Sets where the camera is and what it looks at. Raises GptvizError where these are one
        point."""
        self.eye, self.aim = finite(eye, "the eye"), finite(target, "what is looked at")
        toward = self.aim - self.eye
        far = float(np.linalg.norm(toward))
        if far < 1e-9:
            raise GptvizError("the camera stands where it looks: move its eye or its target")
        toward = toward / far
        right = np.array([toward[1], -toward[0], 0.0])
        length = float(np.linalg.norm(right))
        right = right / length if length > 1e-9 else np.array([1.0, 0.0, 0.0])
        self._axes = np.stack([right, np.cross(right, toward), toward])
        return self._draw()

    def _draw(self) -> Self:
        raise NotImplementedError

    def _to_camera(self, places: Floats) -> Floats:
        """Places (..., 3) as right, up and away from the eye."""
        return np.asarray((places - self.eye) @ self._axes.T)


class FlownStack(Flight):
    """Plates one over the other as a camera at ``eye`` sees them that looks at ``target``; up is z.

    ``wide`` is the camera's opening across, in degrees. Names stand beside their plates, larger when
    near. :meth:`look` sets the camera, :meth:`fly` moves it; :meth:`set_column` lets a token's
    column rise through the middle; :meth:`set_lit` dims all other plates.
    """

    def __init__(
        self,
        plates: Sequence[Plate],
        eye: Point,
        target: Point,
        wide: float = 60.0,
        size: float = 40.0,
        column: float = 0.16,
    ) -> None:
        super().__init__(wide)
        self.plates, self._size, self._thick = list(plates), size, column
        self._plates = finite([[*p.middle, *p.size] for p in plates], "a plate").reshape(-1, 2, 3)
        self._lit = np.ones(len(self.plates))
        self._column = 0.0
        self.faces = VGroup()
        self.names = [Words(p.name, size, theme.TEXT) if p.name else None for p in self.plates]
        self._written = [[run.points.copy() for run in _runs(words)] for words in self.names]
        self._advances = [0.0 if words is None else words.advance for words in self.names]
        self.add(self.faces, *[words for words in self.names if words is not None])
        self.look(eye, target)

    # The camera
    # ---------------------------------------------------------------------------------------------

    def fly(self, eye: Any, target: Any = None, run_time: float = 3.0, **options: Any) -> Follow:
        """A motion of the camera to another place, and of what it looks at."""
        start: list[tuple[Floats, Floats]] = []

        def step(stack: FlownStack, share: float) -> None:
            start[:] = start or [(stack.eye, stack.aim)]
            first, seen = start[0]
            last = seen if target is None else np.asarray(target, dtype=np.float64)
            stack.look(first + (np.asarray(eye) - first) * share, seen + (last - seen) * share)

        return Follow(self, step, run_time, **options)

    def on_screen(self, place: Any) -> Floats | None:
        """The point (2) of the picture where a place (3) is seen; None behind the camera."""
        x, y, away = self._to_camera(finite(place, "a place"))
        return None if away < _NEAR else np.array([x, y]) * self._focal / away

    # What is seen
    # ---------------------------------------------------------------------------------------------

    def set_lit(self, *names: str) -> Self:
        """Dims all plates but those of some names; none given, all are lit."""
        self._lit = np.array(
            [1.0 if not names or p.name in names else theme.DIM for p in self.plates]
        )
        return self._draw()

    def set_column(self, height: float) -> Self:
        """How high (z) the token's column has risen through the middle; 0, and there is none."""
        self._column = float(height)
        return self._draw()

    def rise(self, height: float, run_time: float = 3.0, **options: Any) -> Follow:
        """A motion of the column up to a height."""
        first = self._column
        return Follow(
            self,
            lambda stack, share: stack.set_column(first + (height - first) * share),
            run_time,
            **options,
        )

    def _draw(self) -> Self:
        column = self._column_boxes()
        boxes = np.concatenate([self._plates, column])
        colours = [theme.rgb(p.color) for p in self.plates] + [theme.rgb(theme.DATA_HIGH)] * len(
            column
        )
        lit = np.concatenate([self._lit, np.ones(len(column))])
        ground = theme.rgb(theme.GROUND)
        tones = ground + (np.array(colours).reshape(-1, 3) - ground) * lit[:, None]
        shapes, places = self._faces(boxes)
        while len(self.faces) < len(shapes):
            self.faces.add(VMobject(stroke_width=1.5))
        for shape, points, (box, face) in zip(self.faces, shapes, places, strict=False):
            tone = tones[box] * _SHADES[face]
            shape.points = points
            shape.fill_rgbas = np.array([[*tone, 1.0]])
            shape.stroke_rgbas = np.array([[*(tone * 0.55), 1.0]])
        for shape in self.faces[len(shapes) :]:
            shape.points = np.zeros((0, 3))
        self._write()
        return self

    def _column_boxes(self) -> Floats:
        """The column (piece, 2, 3) between the plates: inside them it is not seen."""
        low = np.sort(self._plates[:, 0, 2] + self._plates[:, 1, 2] / 2)
        high = np.sort(self._plates[:, 0, 2] - self._plates[:, 1, 2] / 2)
        foot = np.concatenate([[0.0], low])
        top = np.minimum(np.concatenate([high, [np.inf]]), self._column)
        pieces = [
            [[0, 0, (a + b) / 2], [self._thick, self._thick, b - a]]
            for a, b in zip(foot, top, strict=True)
            if b > a + 1e-9
        ]
        return np.array(pieces, dtype=np.float64).reshape(-1, 2, 3)

    def _faces(self, boxes: Floats) -> tuple[list[Floats], list[tuple[int, int]]]:
        """The outlines of the faces that are seen, from far to near, and of which box (box, 2, 3)
        and face each is."""
        middles, sizes = boxes[:, 0], boxes[:, 1]
        signs = np.array([[i >> 2 & 1, i >> 1 & 1, i & 1] for i in range(8)]) - 0.5
        corners = self._to_camera(middles[:, None] + signs * sizes[:, None])[:, _FACES]
        outward = self.eye - (middles[:, None] + _NORMALS * sizes[:, None] / 2)
        seen = ((outward * _NORMALS).sum(axis=2) > 0) & (corners[..., 2] >= _NEAR).any(axis=2)
        low, high = middles[:, 2] - sizes[:, 2] / 2, middles[:, 2] + sizes[:, 2] / 2
        far = np.abs(np.clip(self.eye[2], low, high) - self.eye[2])  # they lie one over the other
        shapes, places = [], []
        for box in np.argsort(-far, kind="stable"):
            for face in np.flatnonzero(seen[box]):
                shape = corners[box, face]
                shape = shape if (shape[:, 2] >= _NEAR).all() else _cut(shape)
                flat = shape[:, :2] * self._focal / shape[:, 2:]
                if (flat.min(axis=0) < _REACH).all() and (flat.max(axis=0) > -_REACH).all():
                    shapes.append(polygons(flat[None]))
                    places.append((int(box), int(face)))
        return shapes, places

    def _write(self) -> None:
        """Names right of their plates' near sides, as large as they are near."""
        for plate, words, written, advance in zip(
            self.plates, self.names, self._written, self._advances, strict=True
        ):
            if words is None:
                continue
            x, y, away = self._to_camera(
                np.array(plate.middle) + np.array(plate.size) * [0.5, -0.5, 0.0]
            )
            pixels = self._size * self._focal / max(away, _NEAR)
            seen = float(np.clip(pixels / _SEEN - 1, 0, 1)) if away > _NEAR else 0.0
            factor = float(np.clip(pixels, _LEAST, _MOST)) / self._size
            at = np.array([x, y, 0.0]) * self._focal / max(away, _NEAR)
            at += np.array([0.15, -0.36 * theme.units(self._size) * factor, 0.0])
            ends = np.array([at[0], at[0] + advance * factor])
            edge = min(_REACH[0] - 0.4 - np.abs(ends).max(), _REACH[1] - 0.7 - abs(at[1]))
            inside = float(np.clip(edge * 4, 0, 1))
            for run, points in zip(_runs(words), written, strict=True):
                run.points = points * factor + at * [1, 1, 0]
                run.set_fill(opacity=seen * inside)


def _runs(words: Words | None) -> list[VMobject]:
    return [] if words is None else [run for line in words.lines for run in line]


def _cut(corners: Floats) -> Floats:
    """The part of a polygon (n, 3) that is before the camera."""
    kept: list[Floats] = []
    for first, last in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if first[2] >= _NEAR:
            kept.append(first)
        if (first[2] >= _NEAR) != (last[2] >= _NEAR):
            kept.append(first + (last - first) * (_NEAR - first[2]) / (last[2] - first[2]))
    return np.array(kept).reshape(-1, 3)
