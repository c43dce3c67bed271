"""What only the film positions draws: all places of a text as points in three real dimensions, the
line that joins them in order, and a token's numbers to which those of its place are added."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Anchor, Cells, boxes_of, outline, painted, polygons
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.vectors.space import VectorSpace3D
from gptviz.recording.number import Numbers

Floats = npt.NDArray[np.float64]
_CHUNKS = 64  # pieces of the line, each as bright as it is near
_WIDE, _DOT = 0.085, 0.05  # units: the line's width, a point's radius, half-way to the eye
_DEEP = 0.45  # how much larger the nearest is, as a share
_LEAP, _THIN = 8, 0.02  # a step so many times the median one, and the width of its line
_SWAY = 24  # the camera's way is the line, averaged over so small a part of all places
_BOARD = 2.8  # units at each side that are kept for words
_MOST = 0.99  # of the points, that the stage is made for
_EDGE = 0.1  # units at the stage's border in which nothing is drawn
_OCTAGON = np.stack(
    [np.cos(np.arange(8) * np.pi / 4 + 0.39), np.sin(np.arange(8) * np.pi / 4 + 0.39)], axis=1
)


class Places(VectorSpace3D):
    """All places (position, component 3) as points, and a line that joins them in order.

    Where the next place lies far off, the line is thin. :meth:`unfold` carries the points out of a line at
    the left, one below the other; :meth:`join` draws the line; :meth:`tint` colours every place;
    :meth:`walk` moves a mark along it.
    """

    def __init__(
        self,
        coordinates: Numbers,
        width: float,
        height: float,
        camera: tuple[float, float],
    ) -> None:
        self.all_places = np.asarray(coordinates.array, dtype=np.float64)
        count = len(self.all_places)
        pieces = np.array_split(np.arange(count - 1), min(_CHUNKS, count - 1))
        self._pieces = [piece for piece in pieces if len(piece)]
        self.unfolded, self.joined = 1.0, 0.0
        self.column = (-width / 2, -height / 2, height / 2)  # x, bottom, top of the folded points
        self.tints = np.tile(theme.rgb(theme.DATA_HIGH), (count, 1))
        steps = np.linalg.norm(np.diff(self.all_places, axis=0), axis=1)
        self._leaps = steps > _LEAP * np.median(steps)
        self.path = _smoothed(self.all_places, max(count // _SWAY, 1))  # the camera's way
        self.marked: dict[str, Floats] = {}  # where marks stand in space
        self._lines = VGroup(*[painted(np.zeros((0, 3)), theme.TEXT) for _ in self._pieces])
        self._dots = VGroup(*[painted(np.zeros((0, 3)), theme.TEXT) for _ in self._pieces])
        self._marks = VGroup()
        super().__init__(
            (),
            coordinates[:0],
            None,
            width,
            height,
            drawn=False,
            camera=camera,
            distance=3.2,
            unit=_unit(self.all_places, width, height),
        )
        self._reach = float(np.linalg.norm(self.all_places, axis=1).max(initial=1e-9))
        self.add(self._lines, self._dots, self._marks)
        self.draw()

    def draw(self) -> Self:
        """Draws everything as the camera sees it now."""
        super().draw()
        base, right, up = self.anchor.axes()
        flat, near = self.project(self.all_places)
        if self.unfolded < 1:
            x, bottom, top = self.column
            start = np.stack([np.full(len(flat), x), np.linspace(top, bottom, len(flat))], axis=1)
            flat = start + (flat - start) * self.unfolded
        near = np.clip(near, -1, 1)
        shade = 0.62 + 0.38 * near
        zoom = self.zoom**0.5
        self._draw_line(flat, near, shade, zoom, (base, right, up))
        self._draw_dots(flat, near, shade, zoom, (base, right, up))
        for name, mark in zip(self.marked, self._marks, strict=True):
            at = self.project(self.marked[name])[0] + 0.13 * zoom**0.5 * _OCTAGON
            mark.points = _placed(polygons(at[None]), (base, right, up))
        return self

    def _draw_labels(self, flat: Any, shade: Any) -> Floats:
        """No place has a name: marks say which one is meant."""
        return np.zeros((0, 4))

    def _draw_line(self, flat: Floats, near: Floats, shade: Floats, zoom: float, axes: Any) -> None:
        last = self.joined * (len(flat) - 1)
        inside = self._inside(flat)
        for shape, piece in zip(self._lines, self._pieces, strict=True):
            seen = piece[(piece < last) & (inside[piece] | inside[piece + 1])]
            a, b = self._cut(flat[seen], flat[seen + 1])
            part = np.clip(last - seen, 0, 1)[:, None]
            b = a + (b - a) * part
            along = (b - a) / np.maximum(np.linalg.norm(b - a, axis=1, keepdims=True), 1e-9)
            thick = np.where(self._leaps[seen], _THIN, _WIDE)
            half = (thick / 2 * zoom * (1 + _DEEP * near[seen]))[:, None]
            side = np.stack([-along[:, 1], along[:, 0]], axis=1) * half
            over = along * half * 0.3  # pieces that meet at an angle leave no gap
            quads = np.stack(
                [a - over - side, b + over - side, b + over + side, a - over + side], 1
            )
            shape.points = _placed(polygons(quads), axes)
            colour = self.tints[piece].mean(axis=0)
            shape.fill_rgbas = np.array([[*colour, float(shade[piece].mean())]])

    def _draw_dots(self, flat: Floats, near: Floats, shade: Floats, zoom: float, axes: Any) -> None:
        size, inside = _DOT * zoom * (1 - 0.4 * self.joined), self._inside(flat)
        for shape, piece in zip(self._dots, self._pieces, strict=True):
            both = np.append(piece, piece[-1] + 1) if piece[-1] + 2 == len(flat) else piece
            seen = both[inside[both]]
            radius = (size * (1 + _DEEP * near[seen]))[:, None, None]
            shape.points = _placed(polygons(flat[seen][:, None] + radius * _OCTAGON), axes)
            colour = self.tints[both].mean(axis=0)
            shape.fill_rgbas = np.array([[*colour, float(shade[both].mean())]])

    def _inside(self, flat: Floats) -> npt.NDArray[np.bool_]:
        """Which places lie on the stage: a camera that is near sees not all of them."""
        half = np.array([self.anchor.home[2], self.anchor.home[3]]) / 2 - _EDGE
        return np.asarray((np.abs(flat) <= half).all(axis=1))

    def _cut(self, a: Floats, b: Floats) -> tuple[Floats, Floats]:
        """Segments (n, 2) of which one end may lie outside of the stage, cut at its border."""
        half = np.array([self.anchor.home[2], self.anchor.home[3]]) / 2 - _EDGE
        return _kept(b, a, half), _kept(a, b, half)

    def ride(self, last: int, azimuth: float, run_time: float, **options: Any) -> Follow:
        """The camera goes along the line from the place that it is nearest to, turning on the
        way."""
        start: list[tuple[float, float]] = []

        def step(places: Places, share: float) -> None:
            if not start:
                away = np.linalg.norm(places.path - places.middle, axis=1)
                start.append((float(away.argmin()), places.azimuth))
            first, turn = start[0]
            at = first + (last - first) * share
            places.middle = np.array(
                [np.interp(at, np.arange(len(places.path)), c) for c in places.path.T]
            )
            places.look(turn + azimuth * share, places.elevation)

        return Follow(self, step, run_time, **options)

    def unfold(self, run_time: float, **options: Any) -> Follow:
        """The points fly from a line at the left to where they lie."""

        def step(places: Places, share: float) -> None:
            places.unfolded = share
            places.draw()

        return Follow(self, step, run_time, **options)

    def show_joined(self, share: float) -> None:
        """How much of the line is drawn, from the first place on."""
        self.joined = share
        self.draw()

    def tint(self, colours: Floats, run_time: float) -> Follow:
        """Every place takes a colour (position, rgb)."""
        start: list[Floats] = []

        def step(places: Places, share: float) -> None:
            start[:] = start or [places.tints]
            places.tints = start[0] + (colours - start[0]) * share
            places.draw()

        return Follow(self, step, run_time)

    def mark(self, name: str, place: int) -> VMobject:
        """Puts a mark on a place; again with the same name to move it. Gives its ring."""
        if name not in self.marked:
            ring = VMobject(stroke_color=theme.FOCUS, stroke_width=4, fill_opacity=0)
            self._marks.add(ring)
        self.marked[name] = self.all_places[place]
        self.draw()
        return self._marks[list(self.marked).index(name)]

    def carry_mark(self, name: str, place: int, run_time: float) -> Follow:
        """A mark goes to another place, straight through space."""
        start: list[Floats] = []

        def step(places: Places, share: float) -> None:
            start[:] = start or [places.marked[name]]
            places.marked[name] = start[0] + (places.all_places[place] - start[0]) * share
            places.draw()

        return Follow(self, step, run_time)

    def unmark(self) -> None:
        """Takes all marks away."""
        self.marked = {}
        for mark in list(self._marks):
            mark.points = np.zeros((0, 3))
        self._marks.submobjects = []


class AddedRow(VGroup):
    """A token's numbers, those of its place below them, and their sum, cell by cell.

    ``word`` and ``place`` (d_model) lie ``width`` units wide with their left ends at x = 0, the
    first one's middle at y = 0, ``row`` units apart; the third, ``sum``, is filled from the left by
    :meth:`add_up`. ``limit`` is the size of full colour.
    """

    def __init__(
        self,
        word: Any,
        place: Any,
        result: Any,
        width: float,
        height: float,
        row: float,
        limit: float,
    ) -> None:
        super().__init__()
        given = [np.asarray(v.array, dtype=np.float64) for v in (word, place, result)]
        self._frame = Anchor(0, -2 * row - height / 2, width, height / 2)
        self.word, self.place, self.sum = (
            strip_of(values, width, height, -i * row, limit, self._frame)
            for i, values in enumerate(given)
        )
        self._width, self._height, self._y = width, height, -2 * row
        self._colours = self.sum.colours
        self.border = outline(
            (0, self._y - height / 2, width, self._y + height / 2), theme.HAIRLINE, 1.5
        )
        self.add(self._frame, self.word, self.place, self.sum)
        self.set_added(0.0)

    def set_added(self, share: float) -> Self:
        """How much of the sum is written, from the left."""
        count = len(self._colours)
        done = int(round(share * count))
        left = np.arange(count) * self._width / count
        high = np.where(np.arange(count) < done, self._height / 2, 0.0)
        self.sum.set_boxes(
            boxes_of(left, self._y - high, left + self._width / count, self._y + high),
            self._colours,
        )
        return self

    def add_up(self, run_time: float, **options: Any) -> Follow:
        """The sum is written cell by cell."""
        return Follow(self, lambda row, share: row.set_added(share), run_time, **options)


def strip_of(
    values: Floats, width: float, height: float, y: float, limit: float, frame: Anchor | None = None
) -> Cells:
    """A vector (d_model) as one strip of cells from x = 0 on, its middle at ``y``."""
    left = np.arange(len(values)) * width / len(values)
    boxes = boxes_of(left, y - height / 2, left + width / len(values), y + height / 2)
    return Cells(frame or Anchor(0, 0, 1, 1), boxes, theme.diverging(values, limit))


def likeness_tints(cosines: Numbers) -> Floats:
    """A colour (position, rgb) for each cosine: orange where alike, blue where opposed, a grey that
    can be seen between."""
    values = np.asarray(cosines.array, dtype=np.float64)[:, None]
    middle = theme.rgb(theme.HAIRLINE) * 1.35
    end = np.where(values < 0, theme.rgb(theme.NEGATIVE), theme.rgb(theme.POSITIVE))
    return np.asarray(middle + (end - middle) * np.abs(values))


def _unit(points: Floats, width: float, height: float) -> float:
    """How large a unit of the space is on screen, for nearly all points to stay inside as it
    turns."""
    width -= 2 * _BOARD
    across = np.quantile(np.linalg.norm(points[:, :2], axis=1), _MOST)
    high = np.quantile(np.abs(points[:, 2]), _MOST)
    return float(min(width * 0.42 / across, height * 0.47 / (high + across * 0.3)))


def _smoothed(points: Floats, half: int) -> Floats:
    """Means of points (position, 3) over ``half`` neighbours to each side."""
    padded = np.pad(points, ((half, half), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=0)
    return np.asarray(windows.mean(axis=-1))


def _kept(inner: Floats, outer: Floats, half: Floats) -> Floats:
    """The outer ends (n, 2) drawn back to a border (2) where they lie beyond it."""
    way = outer - inner
    room = (np.sign(way) * half - inner) / np.where(way == 0, 1.0, way)
    share = np.where(np.abs(outer) > half, room, 1.0).min(axis=1)
    return np.asarray(inner + way * np.clip(share, 0.0, 1.0)[:, None])


def _placed(points: Any, axes: Any) -> Floats:
    base, right, up = axes
    return np.asarray(base + points[:, :1] * right + points[:, 1:2] * up)
