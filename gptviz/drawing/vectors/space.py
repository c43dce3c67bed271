"""Vectors in a space of three real components, seen by a camera that turns: projected here, drawn
in the plane.

Manim's own three-dimensional scene costs a third of its time for axes and labels. Here one matrix
product per frame serves all arrows, and labels are only moved, so that they always face the viewer.
Planned films: word_space, analogies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject, smooth

from gptviz.drawing.arrays.windows import Label, label_of, size_of
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Framed, painted, polygons, rectangles, segments, stroked
from gptviz.drawing.base.given import finite
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Words
from gptviz.drawing.vectors.arrows import arrows, dotted, uncrossed, uncrowded
from gptviz.recording.number import Numbers, Tracked

_FAR = 0.55  # brightness of the farthest arrow, of 1
_UNLIT = 0.22  # brightness of what is not spoken of
_BARE = 0.08  # around a name, where no speck is drawn
_ROUND = np.stack(
    [np.cos(np.arange(8) * np.pi / 4 + np.pi / 8), np.sin(np.arange(8) * np.pi / 4 + np.pi / 8)],
    axis=1,
)
_RANGE = 1.8  # the tones of a cloud are for so much less than its whole depth: few specks lie farther out
_LARGE = 1.5  # specks that are so much larger than usual are round
_CLOSE = 0.3  # from a tip to the middle of the nearest side of its label: farther ones are joined by a line


class VectorSpace3D(Framed):
    """Named vectors as arrows from the origin (or, without ``arrows``, as points), in ``width``
    times ``height`` units.

    ``names`` (words or tokens) and ``points`` (word, component 3), measured from ``origin`` (3) if
    given.
    ``variance``: the share of the variance that each of the three axes holds, printed at its end. A
    label fades where it would lie on one before it, or on an arrow;
    :func:`gptviz.drawing.vectors.naming.places` finds it a place where it need not, for a whole turn of the
    camera (:meth:`put_names`). ``camera`` is (azimuth, elevation) in degrees; ``distance`` the
    eye's, in half-widths of the space (none: no perspective). ``dot`` is the size of a point's
    mark. Extra arrows between two places: :meth:`connect`. ``deep``: how much thicker than usual
    the nearest arrows are, as a share. ``axes_3d`` are the directions (3, 3) of the drawn axes, to
    be set where the points are turned beforehand.
    """

    def __init__(
        self,
        names: Sequence[Any],
        points: Numbers,
        variance: Sequence[Tracked] | None = None,
        width: float = 9.0,
        height: float = 5.4,
        size: float = theme.SMALL,
        *,
        drawn: bool = True,
        camera: tuple[float, float] = (35.0, 18.0),
        distance: float | None = 6.0,
        origin: Any = (0.0, 0.0, 0.0),
        unit: float | None = None,
        dot: float = 0.09,
        deep: float = 0.0,
        axes: str = theme.HAIRLINE,
    ) -> None:
        super().__init__(-width / 2, -height / 2, width / 2, height / 2)
        self.names, self.points_3d = (
            list(names),
            np.asarray(points.array, dtype=np.float64) - np.asarray(origin),
        )
        reach = float(np.linalg.norm(self.points_3d, axis=1).max(initial=1e-9))
        self.unit = unit or _largest_unit(
            self.points_3d, width, height
        )  # screen units to one of the vectors'
        self._reach, self._distance, self._arrows, self._dot = reach, distance, drawn, dot
        self.azimuth, self.elevation = camera
        self.middle, self.zoom = np.zeros(3), 1.0  # what the camera looks at, how near it is
        self._deep, self.axes_3d = deep, np.eye(3)
        count = len(self.names)
        self.colours = np.tile(theme.rgb(theme.SECONDARY), (count, 1))
        self.bright = np.ones(count)
        self._axes = stroked(np.zeros((0, 3)), axes, 2.0)
        self.labels: list[Label] = [label_of(name, size, theme.TEXT) for name in self.names]
        self._extents = np.array([_extent(label) for label in self.labels]).reshape(-1, 2)
        self._at = np.array([_corner(label) for label in self.labels]).reshape(-1, 3)
        self._runs = [_runs(label) for label in self.labels]
        self.axis_labels: list[Label] = [
            Words("{share:.1%}", size, theme.SECONDARY, share=share) for share in variance or ()
        ]
        self._axis_at = np.array([_corner(label) for label in self.axis_labels]).reshape(-1, 3)
        self._axis_extents = np.array([_extent(label) for label in self.axis_labels]).reshape(-1, 2)
        self._axis_runs = [_runs(label) for label in self.axis_labels]
        self._frame = np.concatenate(self.anchor.axes())
        self._cloud = VGroup(painted(np.zeros((0, 3)), theme.SECONDARY, 0.35))
        self._cloud_3d, self._speck = np.zeros((0, 3)), 1.0
        self._links: dict[str, tuple[VMobject, npt.NDArray[np.float64], str]] = {}
        self.links, self._body = (
            VGroup(),
            VGroup(*(painted(np.zeros((0, 3)), theme.SECONDARY) for _ in self.names)),
        )
        self._offsets = np.full(
            (count, 2), np.nan
        )  # from tips to the middles of labels that have a set place
        self._leaders = stroked(np.zeros((0, 3)), theme.SECONDARY, 1.5)
        self.add(
            self._axes,
            self._cloud,
            self._body,
            self._leaders,
            self.links,
            *self.axis_labels,
            *self.labels,
        )
        self.draw()

    # Projection
    # ---------------------------------------------------------------------------------------------------

    def project(self, places: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Places (n, 3) of the space as points (n, 2) of the plane at building, and how near each
        is (n), -1 to 1."""
        place = np.asarray(places, dtype=np.float64).reshape(-1, 3) - self.middle
        turn, tilt = np.radians(self.azimuth), np.radians(self.elevation)
        right = np.array([-np.sin(turn), np.cos(turn), 0.0])
        toward = np.array([np.cos(turn) * np.cos(tilt), np.sin(turn) * np.cos(tilt), np.sin(tilt)])
        up = np.cross(toward, right)
        near = place @ toward / self._reach
        flat = np.stack([place @ right, place @ up], axis=1) * self.unit * self.zoom
        if self._distance is not None:
            flat *= (self._distance / np.maximum(self._distance - near, 0.2))[:, None]
        return flat, near

    def on_screen(self, place: Any) -> npt.NDArray[np.float64]:
        """The point on screen of one place (3) of the space."""
        flat, _ = self.project(np.asarray(place))
        return self.anchor.at(flat[0])

    def tip(self, index: int) -> npt.NDArray[np.float64]:
        """The point on screen of a vector's tip."""
        return self.on_screen(self.points_3d[index])

    def draw(self) -> Self:
        """Draws everything as the camera sees it now; called after every change."""
        base, right, up = self.anchor.axes()
        flat, near = self.project(self.points_3d)
        shade = _FAR + (1 - _FAR) * np.clip((near + 1) / 2, 0, 1)
        self._draw_axes(base, right, up)
        self._draw_shapes(flat, near, shade, base, right, up)
        for shape, ends, style in self._links.values():
            two, _ = self.project(ends)
            outline = (
                arrows(two[:1], two[1:], 0.045, 0.2)[0]
                if style == "arrow"
                else dotted(*_flat3(two))
                if style == "dotted"
                else segments(_flat3(two[:1]), _flat3(two[1:]))
            )
            shape.points = base + outline[:, :1] * right + outline[:, 1:2] * up
        self._draw_cloud(self._draw_labels(flat, shade), base, right, up)
        return self

    def _draw_axes(self, base: Any, right: Any, up: Any) -> None:
        flat, _ = self.project(self.axis_ends)
        outline = segments(_flat3(flat[:3]), _flat3(flat[3:]))
        self._axes.points = base + outline[:, :1] * right + outline[:, 1:2] * up
        self._axis_ends = flat[:3]

    def _draw_cloud(self, names: Any, base: Any, right: Any, up: Any) -> None:
        """The cloud, but for specks that would lie behind names: boxes (n, 4)."""
        if len(self._cloud_3d):
            flat, near = self.project(self._cloud_3d)
            x, y = flat[:, :1], flat[:, 1:]
            behind = (
                (x > names[:, 0] - _BARE)
                & (x < names[:, 2] + _BARE)
                & (y > names[:, 1] - _BARE)
                & (y < names[:, 3] + _BARE)
            ).any(axis=1)
            flat, near = flat[~behind], near[~behind]
            half = (0.011 + 0.006 * np.clip(near, -1, 1)[:, None]) * self._speck
            tones, large = len(self._cloud), self._speck > _LARGE
            boxes = np.concatenate([flat - half, flat + half], axis=1)
            reach = float(np.linalg.norm(self._cloud_3d, axis=1).max(initial=1e-9)) / self._reach
            tone = np.clip((near / reach * _RANGE + 1) / 2 * tones, 0, tones - 1).astype(int)
            for i, shape in enumerate(self._cloud):
                here = tone == i
                outline = (
                    polygons(flat[here, None] + 1.1 * half[here, None] * _ROUND)
                    if large
                    else rectangles(boxes[here])
                )
                shape.points = base + outline[:, :1] * right + outline[:, 1:2] * up

    def _draw_shapes(
        self, flat: Any, near: Any, shade: Any, base: Any, right: Any, up: Any
    ) -> None:
        if self._arrows:
            tail, _ = self.project(np.zeros(3))
            outlines = arrows(
                np.broadcast_to(tail, flat.shape), flat, 0.03 * (1 + self._deep * near[:, None])
            )
        else:
            half = self._dot / 2 * shade * (0.4 + 0.6 * self.bright)  # larger when it is spoken of
            outlines = polygons(flat[:, None] + half[:, None, None] * _ROUND).reshape(
                -1, 4 * len(_ROUND), 3
            )
        outlines = base + outlines[..., :1] * right + outlines[..., 1:2] * up
        alphas = shade * (_UNLIT + (1 - _UNLIT) * self.bright)
        # From far to near. The shapes stay in their order: a scene keeps the one that it saw at a
        # motion's begin.
        for shape, i in zip(self._body, np.argsort(near, kind="stable"), strict=True):
            shape.points = outlines[i]
            shape.fill_rgbas = np.array([[*self.colours[i], alphas[i]]])

    def _draw_labels(self, flat: Any, shade: Any) -> npt.NDArray[np.float64]:
        """Labels beside the tips, away from the origin; the brightest first, each fading before it
        overlaps another.

        Gives the boxes (n, 4) of those that are seen.
        """
        where = _beside(
            flat, self._extents, self.bright, 0.12 if self._arrows else 0.22
        )  # room for a point's mark
        put = ~np.isnan(self._offsets[:, 0])
        where[put] = (flat + self._offsets - self._extents * [0.5, 0.4])[put]
        boxes = _boxes(where, self._extents)
        axis_where = _beside(self._axis_ends[: len(self.axis_labels)], self._axis_extents)
        axis_boxes = _boxes(axis_where, self._axis_extents)
        lines, bright = (
            np.concatenate([flat, self._axis_ends, -self._axis_ends]),
            np.clip(self.bright * 3.4, 0, 1),
        )
        strength = np.concatenate([bright if self._arrows else bright * 0, np.ones(6)])
        free = self.bright * uncrossed(boxes, lines, strength)
        order = np.argsort(-self.bright, kind="stable")
        seen = uncrowded(
            np.concatenate([axis_boxes, boxes[order]]),
            np.concatenate([np.ones(len(axis_boxes)), np.clip(free[order], 0, 1)]),
        )
        base, right, up = self.anchor.axes()
        frame = np.concatenate([base, right, up])
        if not np.allclose(frame, self._frame):  # moved from outside, and its labels with it
            self._frame = frame
            self._at = np.array([_corner(label) for label in self.labels]).reshape(-1, 3)
            self._axis_at = np.array([_corner(label) for label in self.axis_labels]).reshape(-1, 3)
        for i, runs in enumerate(self._axis_runs):
            self._axis_at[i] = _moved(
                runs, self._axis_at[i], base + axis_where[i, 0] * right + axis_where[i, 1] * up
            )
        visible = np.zeros(len(flat), dtype=bool)
        targets = base + where[:, :1] * right + where[:, 1:] * up
        strengths = np.clip(
            seen[len(axis_boxes) :] * 6 - 2.5, 0, 1
        )  # seen or unseen, seldom between
        for rank, i in enumerate(order):
            alpha = float(strengths[rank])
            for run in self._runs[i]:
                run.fill_rgbas[:, 3] = alpha
            visible[i] = alpha > 0
            if visible[i]:  # a name that nobody sees follows when it is seen
                self._at[i] = _moved(self._runs[i], self._at[i], targets[i])
        self._draw_leaders(flat[put & visible], boxes[put & visible], base, right, up)
        return np.asarray(boxes[visible])

    def _draw_leaders(self, tips: Any, boxes: Any, base: Any, right: Any, up: Any) -> None:
        """Lines from tips to labels that stand far from them."""
        near = np.clip(tips, boxes[:, :2], boxes[:, 2:])
        way = near - tips
        length = np.linalg.norm(way, axis=1, keepdims=True)
        far = length[:, 0] > _CLOSE
        along = way / np.maximum(length, 1e-9)
        outline = segments(_flat3((tips + along * 0.06)[far]), _flat3((near - along * 0.07)[far]))
        self._leaders.points = base + outline[:, :1] * right + outline[:, 1:2] * up

    # What films do with it
    # ----------------------------------------------------------------------------------------

    def look(self, azimuth: float, elevation: float) -> Self:
        """Sets the camera's angles, in degrees."""
        self.azimuth, self.elevation = float(azimuth), float(elevation)
        return self.draw()

    def turn(
        self, azimuth: float = 0.0, elevation: float = 0.0, run_time: float = 4.0, **options: Any
    ) -> Follow:
        """A motion of the camera by some degrees; give ``rate_func=linear`` for a turn that goes
        on."""
        start: list[tuple[float, float]] = []

        def step(space: VectorSpace3D, share: float) -> None:
            start[:] = start or [(space.azimuth, space.elevation)]
            space.look(start[0][0] + azimuth * share, start[0][1] + elevation * share)

        return Follow(self, step, run_time, **{"rate_func": smooth, **options})

    def fly(
        self,
        middle: Any,
        zoom: float = 1.0,
        azimuth: float = 0.0,
        elevation: float = 0.0,
        run_time: float = 3.0,
        **options: Any,
    ) -> Follow:
        """A motion that brings a place (3) to the middle, ``zoom`` times larger than at first, while
        the camera turns by some degrees: along a curve, into a group and out again."""
        last = finite(middle, "a place")
        start: list[tuple[Any, float, float, float]] = []

        def step(space: VectorSpace3D, share: float) -> None:
            start[:] = start or [(space.middle, space.zoom, space.azimuth, space.elevation)]
            first, near, turn, tilt = start[0]
            space.middle = first + (last - first) * share
            space.zoom = near * (zoom / near) ** share  # by equal factors in equal times
            space.look(turn + azimuth * share, tilt + elevation * share)

        return Follow(self, step, run_time, **options)

    def set_lit(self, shares: Mapping[int, float] | Sequence[int] | None) -> Self:
        """Which vectors are spoken of: indices (others dim), or a brightness for each; None for
        all."""
        if shares is None:
            self.bright = np.ones(len(self.names))
        else:
            given = shares if isinstance(shares, Mapping) else dict.fromkeys(shares, 1.0)
            self.bright = np.array([float(given.get(i, 0.0)) for i in range(len(self.names))])
        return self.draw()

    def put_names(self, offsets: Mapping[int, Any] | None) -> Self:
        """Sets names' places: offsets (x, y) from their tips to their middles; the others go by
        themselves, or all."""
        self._offsets[:] = np.nan
        for i, offset in (offsets or {}).items():
            self._offsets[i] = offset
        return self.draw()

    @property
    def drawn_as_arrows(self) -> bool:
        """Whether vectors are arrows from the origin; else they are points."""
        return self._arrows

    @property
    def half_size(self) -> tuple[float, float]:
        """Half of its width and of its height, as built."""
        return self.anchor.home[2] / 2, self.anchor.home[3] / 2

    @property
    def extents(self) -> npt.NDArray[np.float64]:
        """How wide and high each name is (word, 2)."""
        return self._extents

    @property
    def axis_ends(self) -> npt.NDArray[np.float64]:
        """Both ends (6, 3) of the axes."""
        return np.concatenate([self.axes_3d, -self.axes_3d]) * self._reach * 0.8

    def set_colour(self, colour: str, *indices: int) -> Self:
        """Colours some vectors."""
        for i in indices:
            self.colours[i] = theme.rgb(colour)
        return self.draw()

    def glide_state(self) -> npt.NDArray[np.float64]:
        """Brightness and colours (word, 4): what ``Glide`` moves."""
        return np.concatenate([self.bright[:, None], self.colours], axis=1)

    def glide_to(self, state: npt.NDArray[np.float64]) -> None:
        """Shows vectors in given brightness and colours."""
        self.bright, self.colours = state[:, 0].copy(), state[:, 1:].copy()
        self.draw()

    def set_axes(self, opacity: float) -> Self:
        """How strongly the axes are drawn."""
        self._axes.stroke_rgbas[:, 3] = opacity
        return self

    def set_cloud(
        self, points: Any, opacity: float = 0.35, size: float = 1.0, tones: Any = None
    ) -> Self:
        """Puts many nameless points (point, 3) behind the vectors: the rest of the vocabulary, in
        few mobjects.

        ``tones`` (tone, rgb) colour them by depth, from the farthest to the nearest; without, they
        stay as before.
        """
        if tones is not None:
            self._cloud.submobjects = [painted(np.zeros((0, 3)), tone) for tone in tones]
        self._cloud_3d, self._speck = (
            np.asarray(getattr(points, "array", points), dtype=np.float64),
            size,
        )
        self._reach = max(
            self._reach, float(np.linalg.norm(self._cloud_3d, axis=1).max(initial=0.0))
        )
        for shape in self._cloud:
            shape.fill_rgbas[:, 3] = opacity
        return self.draw()

    def connect(
        self, name: str, start: Any, end: Any, color: str = theme.FOCUS, style: str = "arrow"
    ) -> VMobject:
        """An arrow (or a ``dotted`` or plain ``line``) between two places (3); again with the same
        name to move it."""
        ends = np.array([start, end], dtype=np.float64)
        if name in self._links:
            shape = self._links[name][0]
        else:
            shape = painted(np.zeros((0, 3)), color)
            if style != "arrow":
                shape = stroked(np.zeros((0, 3)), color, 2.5)
            self.links.add(shape)
        self._links[name] = (shape, ends, style)
        self.draw()
        return shape

    def foot(self, index: int, direction: Any) -> npt.NDArray[np.float64]:
        """The place (3) where a vector's shadow on the line along ``direction`` ends."""
        unit = np.asarray(direction, dtype=np.float64) / np.linalg.norm(direction)
        return np.asarray(unit * float(self.points_3d[index] @ unit))


def _flat3(flat: Any) -> npt.NDArray[np.float64]:
    return np.concatenate([flat, np.zeros((len(flat), 1))], axis=1)


def _runs(label: Label) -> list[VMobject]:
    return [part for part in label.get_family() if isinstance(part, VMobject) and len(part.points)]


def _extent(label: Label) -> tuple[float, float]:
    return float(label.advance), theme.units(max(size_of(label), 26.0)) * 0.8


def _corner(label: Label) -> npt.NDArray[np.float64]:
    return np.asarray(label.baseline(), dtype=np.float64)


def _largest_unit(points: npt.NDArray[np.float64], width: float, height: float) -> float:
    """How large the vectors' unit can be while they stay in the box, the camera turning, at most 25
    degrees up."""
    across = np.linalg.norm(points[:, :2], axis=1)
    high = np.abs(points[:, 2]) + across * np.sin(np.radians(25))
    return float(
        min(width * 0.42 / across.max(initial=1e-9), height * 0.43 / high.max(initial=1e-9))
    )


def _beside(
    tips: npt.NDArray[np.float64],
    extents: npt.NDArray[np.float64],
    bright: Any = None,
    gap: float = 0.12,
) -> npt.NDArray[np.float64]:
    """Where labels (n) have the start of their baseline: beyond the tips (n, 2), outward and away
    from other tips."""
    length = np.maximum(np.linalg.norm(tips, axis=1, keepdims=True), 1e-6)
    outward = tips / length
    if bright is not None and len(tips) > 1:
        apart = tips[:, None] - tips[None]
        near = (
            np.asarray(bright)[None, :, None]
            * apart
            / (np.sum(apart**2, axis=2, keepdims=True) + 0.04)
        )
        push = near.sum(axis=1)
        outward = outward + push / (np.linalg.norm(push, axis=1, keepdims=True) + 1.0)
        outward = outward / np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    middle = tips + outward * gap + outward * extents / 2
    return np.asarray(middle - extents * [0.5, 0.4])


def _boxes(
    where: npt.NDArray[np.float64], extents: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The boxes (n, 4) of labels whose baselines start at ``where`` (n, 2)."""
    return np.concatenate([where - extents * [0.0, 0.25], where + extents * [1.0, 0.85]], axis=1)


def _moved(
    runs: Sequence[VMobject], start: npt.NDArray[np.float64], target: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Moves a label's baseline from one point to another, by adding to its points."""
    way = target - start
    for run in runs:
        run.points = run.points + way
    return target
