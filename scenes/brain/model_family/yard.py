"""Models as boxes of sand, a grain for every number, seen from a step back: all to one scale."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import (
    hatched,
    paint,
    painted,
    polygons,
    rectangles,
    segments,
    stroked,
)
from gptviz.drawing.base.motion import Follow

Floats = npt.NDArray[np.float64]

GRAIN = 0.001  # metres
AWAY = np.array([0.36, 0.25])  # where a metre away from the viewer leads, in metres of the picture
_FRONT, _TOP, _SIDE = 0.80, 1.0, 0.58  # how bright faces are
DRAWN = {"bands": 0.9, "columns": 0.9}  # how clear the lines on a front are
_TABLE = 0.62  # how bright the table is, of the rest
_SEEN = (0.008, 0.04)  # units between two lines, from which on they are seen, and are full
_REACH = theme.WIDTH / 2 + 0.2
WIDE = 12.6  # units that a row of boxes takes
_MOST = 400  # lines of one sort
_PERSON = (  # left, foot, right, head in metres, and how round
    (-0.22, 0.0, -0.03, 0.9, 0.08),
    (0.03, 0.0, 0.22, 0.9, 0.08),
    (-0.25, 0.82, 0.25, 1.42, 0.16),
    (-0.13, 1.46, 0.13, 1.74, 0.13),
)


class View(NamedTuple):
    """From where the yard is seen: units of the picture to a metre, what stands in its middle (in
    metres), and the height of the ground in the picture."""

    scale: float
    middle: float
    ground: float

    def toward(self, other: View, share: float) -> View:
        """A view on the way to another: what both hold at one place stays there."""
        scale = self.scale * (other.scale / self.scale) ** share
        if abs(other.scale / self.scale - 1) < 1e-6:
            part = share
        else:
            part = (1 / scale - 1 / self.scale) / (1 / other.scale - 1 / self.scale)
        middle = self.middle + (other.middle - self.middle) * part
        return View(scale, middle, self.ground + (other.ground - self.ground) * share)


@dataclass
class Box:
    """A model as a box: its left edge, its width (which is its depth, too) and its height in metres.

    ``layers`` and ``heads`` are drawn on its front, above its table, which takes the share ``table``
    of its height. ``kind``: solid, quoted (hatched), or rumour (hatched, an outline alone). ``laid``,
    ``filled`` and ``risen`` say how much of its width, depth and height there is; ``shown`` its
    opacity, ``lit`` how bright bands, columns and table are.
    """

    left: float
    width: float
    height: float
    color: str
    layers: int = 0
    heads: int = 0
    table: float = 0.0
    kind: str = "solid"
    laid: float = 1.0
    filled: float = 1.0
    risen: float = 1.0
    shown: float = 1.0
    lit: dict[str, float] = field(default_factory=dict)
    tile: tuple[float, float] | None = None  # width and height of a smaller box that fills it
    tiled: float = 0.0  # how much of it is divided by such boxes

    @property
    def right(self) -> float:
        """The right end of its front, in metres."""
        return self.left + self.width

    @property
    def reach(self) -> float:
        """The right end of its back, in metres of the picture."""
        return self.right + self.width * float(AWAY[0])

    @property
    def size(self) -> tuple[float, float, float]:
        """Width, depth and height of what there is of it: a grain at least."""
        return (
            max(GRAIN, self.laid * self.width),
            max(GRAIN, self.filled * self.width),
            max(GRAIN, self.risen * self.height),
        )


@dataclass
class Strip:
    """A strip of paper before the boxes, as long as a model's window: a grain for each token.

    Its length is to scale; ``below`` the ground and ``high`` are units of the picture.
    """

    left: float
    length: float
    below: float
    color: str
    rolled: float = 0.0  # how much of it is rolled out
    shown: float = 1.0
    high: float = 0.24


class Yard(VGroup):
    """Boxes, strips and a person on one ground, to one scale. Change them, then call :meth:`see`."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self.view = view
        self.boxes: list[Crate] = []
        self.strips: list[tuple[Strip, VMobject]] = []
        self.person = VGroup(*[painted(np.zeros((0, 3)), theme.SECONDARY) for _ in _PERSON])
        self.stands, self.walked = 0.0, 0.0  # where the person stands; its opacity
        self.add(self.person)

    def put(self, box: Box) -> Box:
        """Adds a box, in front of what is there."""
        drawn = Crate(box)
        self.boxes.append(drawn)
        self.add(drawn)
        self.see()
        return box

    def unroll(self, strip: Strip) -> Strip:
        """Adds a strip of paper."""
        paper = painted(np.zeros((0, 3)), strip.color, 0.75)
        self.strips.append((strip, paper))
        self.add(paper)
        return strip

    def at(self, x: float, away: float = 0.0, up: float = 0.0) -> Floats:
        """The point of the picture where a place in the yard is (metres)."""
        return np.array([*_seen(self.view, np.array([[x, away, up]]))[0], 0.0])

    def see(self, view: View | None = None) -> Self:
        """Draws everything as it is now, from a view if one is given."""
        self.view = view or self.view
        for drawn in self.boxes:
            drawn.draw(self.view)
        for strip, paper in self.strips:
            self._draw_strip(strip, paper)
        for part, (left, foot, right, head, round_) in zip(self.person, _PERSON, strict=True):
            box = np.array([left + self.stands, foot, right + self.stands, head])
            part.points = _rounded(self.view, box, round_) if self.walked else np.zeros((0, 3))
            part.set_fill(opacity=self.walked)
        return self

    def _draw_strip(self, strip: Strip, paper: VMobject) -> None:
        if strip.rolled <= 0 or strip.shown <= 0:
            paper.points = np.zeros((0, 3))
            return
        left, right = (
            self.at(x)[0] for x in (strip.left, strip.left + strip.length * strip.rolled)
        )
        top = self.view.ground - strip.below
        box = (left, top - strip.high, min(right, _REACH + 1), top)
        paper.points = rectangles(np.array([box]))
        paper.set_fill(opacity=0.85 * strip.shown)

    def go(self, view: View, run_time: float, also: Any = None, **options: Any) -> Follow:
        """A motion to another view; ``also(share)`` changes what is seen on the way."""
        start: list[View] = []

        def step(yard: Yard, share: float) -> None:
            if not start:
                start.append(yard.view)
            if also is not None:
                also(share)
            yard.see(view if share >= 1 else start[0].toward(view, share))

        return Follow(self, step, run_time, **options)


class Crate(VGroup):
    """A box as it is seen."""

    def __init__(self, box: Box) -> None:
        super().__init__()
        self.box = box
        fill = {"solid": 1.0, "quoted": 0.35, "rumour": 0.0}[box.kind]
        self.faces = [
            painted(np.zeros((0, 3)), _shade(box.color, s)) for s in (_SIDE, _TOP, _FRONT)
        ]
        self.table = painted(np.zeros((0, 3)), _shade(box.color, _FRONT * _TABLE))
        self.bands = stroked(np.zeros((0, 3)), theme.GROUND, 2.0)
        self.columns = stroked(np.zeros((0, 3)), theme.GROUND, 2.0)
        self.seams = stroked(np.zeros((0, 3)), theme.GROUND, 2.0)
        self.hatch = stroked(np.zeros((0, 3)), box.color, 1.5, 0.7)
        self.edges = stroked(np.zeros((0, 3)), box.color, 2.5)
        self._fill = fill
        self.add(
            *self.faces, self.table, self.bands, self.columns, self.seams, self.hatch, self.edges
        )

    def draw(self, view: View) -> None:
        """Draws it from a view."""
        box = self.box
        wide, deep, high = box.size
        if box.shown <= 0:
            for part in self.submobjects:
                part.points = np.zeros((0, 3))
            return
        left, right = box.left, box.left + wide
        front = _face(view, [left, right, right, left], [0] * 4, [0, 0, high, high])
        top = _face(view, [left, right, right, left], [0, 0, deep, deep], [high] * 4)
        side = _face(view, [right] * 4, [0, deep, deep, 0], [0, 0, high, high])
        for shape, face in zip(self.faces, (side, top, front), strict=True):
            shape.points = polygons(face[None])
            shape.set_fill(opacity=self._fill * box.shown)
        table = box.table * box.height if box.risen > 0 else 0.0
        table = min(table, high)
        plinth = _face(view, [left, right, right, left], [0] * 4, [0, 0, table, table])
        solid = box.kind == "solid" and table > 0 and high > GRAIN
        self.table.points = polygons(plinth[None]) if solid else np.zeros((0, 3))
        bright = _FRONT * _TABLE + (1 - _FRONT * _TABLE) * box.lit.get("table", 0.0)
        paint(self.table, _shade(box.color, bright), box.shown)
        self._draw_grid(view, table)
        if box.kind == "solid":
            self._draw_seams(view)
        outside = box.kind != "solid"
        if outside:
            box_of = (*front.min(axis=0), *front.max(axis=0))
            self.hatch.points = hatched(box_of, spacing=0.2).points
            self.edges.points = polygons(np.stack([side, top, front]))
            self._draw_tiles(view)
        self.hatch.set_stroke(opacity=0.6 * box.shown)
        self.edges.set_stroke(opacity=0.9 * box.shown)

    def _draw_grid(self, view: View, table: float) -> None:
        """The layers as bands on front and side, the heads as columns on the front."""
        box = self.box
        top = box.size[2]
        none = np.zeros((0, 3))
        if not box.layers or box.kind != "solid" or box.filled < 1 or top <= table:
            self.bands.points = self.columns.points = none
            return
        pitch = box.height * (1 - box.table) / box.layers
        levels = table + pitch * np.arange(box.layers + 1)
        levels = levels[levels <= top + 1e-9]
        x = box.left + box.width * np.arange(box.heads + 1) / box.heads
        zero = np.zeros_like(levels)
        starts = np.stack([zero + box.left, zero, levels], axis=1)
        corner = np.stack([zero + box.right, zero, levels], axis=1)
        ends = np.stack([zero + box.right, zero + box.width, levels], axis=1)
        self.bands.points = np.concatenate(
            [_lines(view, starts, corner), _lines(view, corner, ends)]
        )
        low = np.stack([x, np.zeros_like(x), np.full_like(x, table)], axis=1)
        high = np.stack([x, np.zeros_like(x), np.full_like(x, levels[-1])], axis=1)
        self.columns.points = _lines(view, low, high)
        for shape, name, step in (
            (self.bands, "bands", pitch),
            (self.columns, "columns", box.width / box.heads),
        ):
            clear = _clear(step * view.scale) * box.shown * box.lit.get(name, DRAWN[name])
            shape.set_stroke(width=_thin(step * view.scale), opacity=clear)

    def _draw_tiles(self, view: View) -> None:
        """Cuts through front, top and side where smaller boxes would meet."""
        box = self.box
        if box.tile is None or box.tiled <= 0:
            self.seams.points = np.zeros((0, 3))
            return
        wide, high = box.tile
        deep = box.size[1]
        x = box.left + np.arange(wide, box.width * box.tiled, wide)
        away = np.arange(wide, min(deep, box.width * box.tiled), wide)
        up = np.arange(high, box.height * box.tiled, high)
        left, right, top = box.left, box.right, box.height
        cuts = (
            ((x, 0.0, 0.0), (x, 0.0, top)),
            ((x, 0.0, top), (x, deep, top)),
            ((left, away, top), (right, away, top)),
            ((right, away, 0.0), (right, away, top)),
            ((left, 0.0, up), (right, 0.0, up)),
            ((right, 0.0, up), (right, deep, up)),
        )
        self.seams.points = np.concatenate([_lines(view, _all(*a), _all(*b)) for a, b in cuts])
        self.seams.set_stroke(color=box.color, width=1.5, opacity=0.9 * box.shown)

    def _draw_seams(self, view: View) -> None:
        """The gaps between grains, where they are large enough to be seen."""
        box = self.box
        clear = _clear(GRAIN * view.scale / 2)
        if clear <= 0:
            self.seams.points = np.zeros((0, 3))
            return
        wide, deep, high = box.size
        reach = view.middle + np.array([-1, 1]) * _REACH / view.scale
        first = max(box.left, reach[0])
        count = int(min((min(box.left + wide, reach[1]) - first) / GRAIN + 1, _MOST))
        x = box.left + GRAIN * (np.floor((first - box.left) / GRAIN) + np.arange(count + 1))
        x = x[x <= box.left + wide + 1e-9]
        zero = np.zeros_like(x)
        low, up = np.stack([x, zero, zero], axis=1), np.stack([x, zero, zero + high], axis=1)
        back = np.stack([x, zero + deep, zero + high], axis=1)
        self.seams.points = np.concatenate([_lines(view, low, up), _lines(view, up, back)])
        self.seams.set_stroke(opacity=clear * box.shown)


def fitted(left: float, right: float, ground: float, wide: float = WIDE) -> View:
    """The view from which everything between two places (metres) takes the width of the stage."""
    return View(wide / (right - left), (left + right) / 2, ground)


def _seen(view: View, places: Floats) -> Floats:
    """Places (n, xyz in metres: right, away, up) as points (n, xy) of the picture."""
    x = places[:, 0] - view.middle + places[:, 1] * AWAY[0]
    y = places[:, 2] + places[:, 1] * AWAY[1]
    return np.stack([x * view.scale, y * view.scale + view.ground], axis=1)


def _face(view: View, x: list[float], away: list[float], up: list[float]) -> Floats:
    return _seen(
        view, np.stack([np.array(x, float), np.array(away, float), np.array(up, float)], axis=1)
    )


def _lines(view: View, starts: Floats, ends: Floats) -> Floats:
    first, last = _seen(view, starts), _seen(view, ends)
    flat = np.zeros((len(first), 1))
    return segments(np.concatenate([first, flat], axis=1), np.concatenate([last, flat], axis=1))


def _rounded(view: View, box: Floats, radius: float) -> Floats:
    """The outline of an upright box (left, foot, right, head in metres) with round corners."""
    left, foot, right, head = box
    radius = min(radius, (right - left) / 2, (head - foot) / 2)
    angles = np.radians(np.arange(0, 360, 15))
    middles = np.array(
        [[right - radius, head - radius], [left + radius, head - radius]]
        + [[left + radius, foot + radius], [right - radius, foot + radius]]
    )
    corner = np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius
    points = np.concatenate(
        [middles[i] + np.append(corner, corner[:1], axis=0)[6 * i : 6 * i + 7] for i in range(4)]
    )
    places = np.stack([points[:, 0], np.zeros(len(points)), points[:, 1]], axis=1)
    return polygons(_seen(view, places)[None])


def _clear(pitch: float) -> float:
    """How clearly lines are seen that stand so many units apart."""
    low, high = _SEEN
    return float(np.clip((pitch - low) / (high - low), 0, 1))


def _all(x: Any, away: Any, up: Any) -> Floats:
    """Places (n, xyz) from their three coordinates, each a number or an array (n)."""
    return np.stack(np.broadcast_arrays(x, away, up), axis=1).astype(np.float64)


def _thin(pitch: float) -> float:
    """How wide lines are (in Manim's stroke units) that stand so many units apart."""
    return float(np.clip(pitch * 25, 0.5, 2.0))


def _shade(colour: str, share: float) -> Floats:
    return theme.rgb(colour) * share
