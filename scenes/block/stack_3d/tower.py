"""A model as a tower, to its real sizes: its matrices are sheets, its blocks are floors.

The middle of a floor is free: there a token's vector rises, as wide as every matrix that it meets.
Attention's sheets lie left of it, the MLP's right; the table of tokens lies at the foot, and again at
the top. Distances between sheets mean nothing, their sides everything.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import polygons, segments, stroked
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.model.map import ModelMap
from gptviz.drawing.model.solid import Flight
from gptviz.recording.families import ParameterTallyRecording
from gptviz.recording.number import Token, Tracked

from .column import VIEW, Column, Tag
from .sheets import CANAL, Shot, between, clipped, sheets_of

Floats = npt.NDArray[np.float64]

TONES = {
    "attention": theme.HUES[3],
    "mlp": theme.HUES[4],
    "embedding": theme.DATA_LOW,
    "positions": theme.DATA_LOW,
    "unembedding": theme.DATA_LOW,
}
_MIDDLE = (theme.STAGE_BOTTOM + theme.HEIGHT / 2) / 2  # height of what the camera looks at
_NEAR = 0.05
_CELL = 1.6  # pixels of 1080 lines that a number of a vector takes on screen, at least
_SHEET, _EDGE = 0.34, 0.95  # opacity of a sheet and of its edges
_TRAIL = 0.75  # brightness of the vectors that were left behind
_ROW, _SWING = 0.12, -0.9  # width of a row on the table; how far it swings out on its way
_GUESS, _NAME, _LARGEST = 210.0, 400.0, 60.0  # type sizes one unit away, and at most
_PILLAR, _POST = 1.5, 0.16  # height of a probability of one, and half its width, in d_model
_PLAIN = 0.3  # brightness of the map where nothing is spoken of
_RULED = 1000  # rows of a table between two lines


class Tower(Flight):
    """The sheets of a model as a camera sees them, with the vectors (depth, d_model) of one token.

    :meth:`fly` moves the camera, :meth:`rise` lets the token's vector climb, :meth:`light` dims what
    is not spoken of, :meth:`fold` makes it the map of the model. Depth 0 enters the first floor.
    ``row``: which row of the table is the token's, as a share of all.
    """

    def __init__(
        self, tally: ParameterTallyRecording, vectors: Any, row: float, shot: Shot
    ) -> None:
        super().__init__(56.0)
        self.sheets, self.row = sheets_of(tally), row
        self.column = Column(vectors)
        self._corners = np.stack([sheet.corners for sheet in self.sheets])
        self._tones = np.array([theme.rgb(TONES[sheet.part]) for sheet in self.sheets])
        middles = self._corners[:, :, 0].mean(axis=1)
        self._arms = np.where(np.abs(middles) < CANAL, 0.0, np.sign(middles))
        self._lit = np.ones(len(self.sheets))
        self.climbed = -1.0  # the depth of the vector; below 0 there is none
        self.lifted = 1.0  # how far it has come from the table to the middle
        self.told = -1.0  # the depth up to which guesses are written
        self.folded = 0.0
        self._chart: tuple[Floats, Floats] = np.zeros((0, 4, 2)), np.zeros((0, 3))
        self._shapes = [VMobject(stroke_width=1.6) for _ in self.sheets]
        self._floors = VGroup(*self._shapes)
        self._rules = stroked(np.zeros((0, 3)), theme.DATA_LOW, 1.2)
        self._front = stroked(np.zeros((0, 3)), theme.FOCUS, 3.0)
        self._lights = stroked(np.zeros((0, 3)), theme.DATA_HIGH, 4.0)
        self._passing: tuple[str, int, float] = ("", 0, 0.0)
        self.guesses: list[Tag] = []
        self.pillars: list[tuple[VMobject, float, float, Tag]] = []
        self.grown = 0.0  # how far the pillars have grown
        self.add(self._rules, self._floors, *self.column.shapes, self._lights, self._front)
        self.see(shot)

    # The camera
    # ---------------------------------------------------------------------------------------------

    def see(self, shot: Shot) -> Self:
        """Sets where the camera is."""
        self.shot = shot
        around, above = np.radians([shot.azimuth, shot.elevation])
        way = [np.cos(above) * np.sin(around), -np.cos(above) * np.cos(around), np.sin(above)]
        aim = self._placed([shot.x, shot.y, shot.z])
        self.look(aim + shot.distance * np.array(way), aim)
        return self

    def fly(self, shot: Shot, run_time: float, **options: Any) -> Follow:
        """A motion of the camera to another place; the distance changes by equal factors."""
        start: list[Shot] = []

        def step(tower: Tower, share: float) -> None:
            start[:] = start or [tower.shot]
            tower.see(between(start[0], shot, share))

        return Follow(self, step, run_time, **options)

    def on_picture(self, place: Any) -> Floats:
        """Where a place (x, y in d_model, z in floors) is seen in the picture (2)."""
        return self._shown(self._to_camera(self._placed(place)))

    def _placed(self, places: Any) -> Floats:
        """Places (..., xyz) with z in floors as places in space."""
        return np.asarray(places, dtype=np.float64) * np.array([1.0, 1.0, self.shot.tall])

    def _shown(self, seen: Floats) -> Floats:
        """Places (..., 3) before the camera as places in the picture (..., 2)."""
        flat = seen[..., :2] * self._focal / np.maximum(seen[..., 2:], _NEAR)
        return np.asarray(flat + np.array([self.shot.shift, _MIDDLE]))

    @property
    def _sides(self) -> Floats:
        """The planes (5, normal and offset) that bound what is seen: near, left, right, foot,
        top."""
        left, bottom, right, top = VIEW
        x, y, f = self.shot.shift, _MIDDLE, self._focal
        planes = [[0, 0, 1, -_NEAR], [f, 0, x - left, 0], [-f, 0, right - x, 0]]
        return np.array([*planes, [0, f, y - bottom, 0], [0, -f, top - y, 0]], dtype=np.float64)

    # What happens in it
    # ---------------------------------------------------------------------------------------------

    def rise(
        self, depth: float, run_time: float, shot: Shot | None = None, **options: Any
    ) -> Follow:
        """The vector climbs to a depth; the camera may fly along."""
        start: list[tuple[float, Shot]] = []

        def step(tower: Tower, share: float) -> None:
            start[:] = start or [(tower.climbed, tower.shot)]
            first, seen = start[0]
            tower.climbed = first + (depth - first) * share
            if tower.told >= 0:
                tower.told = tower.climbed
            tower.see(seen if shot is None else between(seen, shot, share))

        return Follow(self, step, run_time, **options)

    def lift(self, run_time: float, **options: Any) -> Follow:
        """The token's row leaves the table, turns, and is the vector that enters the first
        floor."""

        def step(tower: Tower, share: float) -> None:
            tower.climbed, tower.lifted = 0.0, share
            tower._draw()

        return Follow(self, step, run_time, **options)

    def light(self, *parts: str, block: int | None = None, run_time: float = theme.MOVE) -> Follow:
        """A motion that dims all but some parts, of one block or of all; none given, all are
        lit."""
        start: list[Floats] = []
        spoken = [s.part in parts and block in (None, s.block) for s in self.sheets]
        wanted = np.where(np.array(spoken) | (not parts), 1.0, theme.DIM)

        def step(tower: Tower, share: float) -> None:
            start[:] = start or [tower._lit]
            tower._lit = start[0] + (wanted - start[0]) * share
            tower._draw()

        return Follow(self, step, run_time)

    def write_guesses(self, tokens: list[Any]) -> None:
        """Puts a token beside every depth from 1 on; each is seen once the vector has passed."""
        for depth, token in enumerate(tokens, start=1):
            tag = Tag(token, [-CANAL - 1.12, -0.5, float(depth)], _GUESS, _LARGEST)
            self.guesses.append(tag)
            self.add(tag)
        self._draw()

    def set_pillars(self, tokens: list[Token], probabilities: list[Tracked]) -> Self:
        """Puts probabilities on the upper table, each at the row of its token; the first has its
        name."""
        table, rows = self.sheets[-1].corners, self.sheets[-1].rows
        for token, p in zip(tokens, probabilities, strict=True):
            a, b, _, d = table
            foot = (a + b) / 2 + (d - a) * (float(token.id) / rows)
            tag = Tag(token, foot, _NAME, _LARGEST, p)
            shape = VMobject(stroke_width=0, fill_color=theme.PROBABILITY, fill_opacity=1)
            shape.means = ("probability",)
            self.pillars.append((shape, float(foot[1]), float(p), tag))
            self.add(shape)
        self.add(self.pillars[0][3])
        return self

    def grow(self, run_time: float, shot: Shot | None = None, **options: Any) -> Follow:
        """The probabilities grow out of the table, while the camera may fly."""
        start: list[Shot] = []

        def step(tower: Tower, share: float) -> None:
            start[:] = start or [tower.shot]
            tower.grown = share
            tower.see(tower.shot if shot is None else between(start[0], shot, share))

        return Follow(self, step, run_time, **options)

    def work(self, part: str, block: int, run_time: float, **options: Any) -> Follow:
        """Light goes from the vector over the sheets of a part, and back to it."""

        def step(tower: Tower, share: float) -> None:
            tower._passing = (part, block, share if share < 1 else 0.0)
            tower._draw()

        return Follow(self, step, run_time, **options)

    def fold(
        self, chart: ModelMap, run_time: float, unfold: bool = False, **options: Any
    ) -> Follow:
        """The tower lies down and becomes the map of the model, or gets up from it."""
        names = [s.part if s.block < 0 else f"{s.part} {s.block}" for s in self.sheets]
        ground, data = theme.rgb(theme.GROUND), theme.rgb(theme.DATA_HIGH)
        plain = ground + (data - ground) * _PLAIN
        self._chart = np.stack([_box(chart, name) for name in names]), plain

        def step(tower: Tower, share: float) -> None:
            tower.folded = 1 - share if unfold else share
            tower._draw()

        return Follow(self, step, run_time, **options)

    def picture(self) -> VGroup:
        """What is seen now, without the names."""
        pillars = [shape for shape, *_ in self.pillars]
        return VGroup(self._rules, self._floors, *self.column.shapes, *pillars)

    # What is seen
    # ---------------------------------------------------------------------------------------------

    def _draw(self) -> Self:
        self._draw_sheets()
        self._draw_rules()
        self._draw_column()
        self._draw_pillars()
        self._draw_lights()
        for depth, guess in enumerate(self.guesses, start=1):
            self._tag(guess, guess.where, depth <= self.told + 0.02)
        return self

    def _draw_sheets(self) -> None:
        corners = self._placed(self._corners)
        seen = self._to_camera(corners)
        quads, cut = self._outlines(seen)
        ground = theme.rgb(theme.GROUND)
        fade = np.clip(1.3 - seen[..., 2].min(axis=1) / (self.shot.distance * 4.0), 0.55, 1.0)
        tones = ground + (self._tones - ground) * (self._lit * fade)[:, None]
        fills, lines = _SHEET * (0.4 + 0.6 * self._lit), np.full(len(tones), _EDGE)
        if self.folded > 0:
            chart, plain = self._chart
            held = np.clip(self._shown(seen), VIEW[:2], VIEW[2:])
            quads, cut = held + (chart - held) * self.folded, {}
            tones = tones + (plain - tones) * self.folded
            fills, lines = fills + (1 - fills) * self.folded, lines * (1 - self.folded)
        outlines = polygons(quads).reshape(-1, 16, 3)
        fill = np.concatenate([tones, fills[:, None]], axis=1)[:, None]
        line = np.concatenate([tones, lines[:, None]], axis=1)[:, None]
        for i, shape in enumerate(self._shapes):
            shape.points = cut[i] if i in cut else outlines[i]
            shape.fill_rgbas, shape.stroke_rgbas = fill[i], line[i]
        self._floors.submobjects = [self._shapes[i] for i in self._order(corners)]

    def _order(self, corners: Floats) -> list[int]:
        """The sheets from far to near: the arm beyond the middle first, and in each arm the far
        ones first."""
        away = np.abs(corners[:, 0, 2] - self.eye[2])
        order: list[int] = np.lexsort((-away, self._arms * np.sign(self.eye[0] or 1.0))).tolist()
        return order

    def _outlines(self, seen: Floats) -> tuple[Floats, dict[int, Floats]]:
        """Sheets (n, 4, 3) before the camera as outlines in the picture (n, 4, 2); and those that
        are cut off at its borders, each as points."""
        sides = self._sides
        inside = seen @ sides[:, :3].T + sides[:, 3] >= 0
        cut: dict[int, Floats] = {}
        for i in np.flatnonzero(~inside.all(axis=(1, 2))).tolist():
            kept = seen[i] if inside[i].any(axis=0).all() else seen[i][:0]
            for side in sides:
                kept = clipped(kept, side)
            cut[i] = polygons(self._shown(kept)[None]) if len(kept) else np.zeros((0, 3))
        return self._shown(seen), cut

    def _tag(self, tag: Tag, where: Any, wanted: bool) -> None:
        seen = self._to_camera(self._placed(where))
        shown = bool(wanted and seen[2] > _NEAR and self.folded <= 0)
        tag.show(self._shown(seen), max(float(seen[2]), _NEAR), shown)

    def _draw_pillars(self) -> None:
        for shape, y, p, tag in self.pillars:
            high = p * self.grown * _PILLAR / self.shot.tall
            z = float(tag.where[2])
            wall = [
                [x, y, z + up] for x, up in ((-_POST, 0), (_POST, 0), (_POST, high), (-_POST, high))
            ]
            seen = self._to_camera(self._placed(wall))
            kept = seen
            for side in self._sides:
                kept = clipped(kept, side)
            drawn = len(kept) > 2 and self.grown > 0 and self.folded <= 0
            shape.points = polygons(self._shown(kept)[None]) if drawn else np.zeros((0, 3))
            self._tag(tag, [0.0, y, z + high], self.grown >= 1 and drawn)

    def _draw_lights(self) -> None:
        """Lines that pass over the sheets at work."""
        self._lights.points = np.zeros((0, 3))
        part, block, share = self._passing
        if not 0 < share < 1:
            return
        out = 1 - abs(1 - 2 * share)
        lines = []
        for sheet in self.sheets:
            if sheet.part == part and sheet.block == block:
                a, b, c, d = sheet.corners
                lines.append(np.stack([a + (d - a) * out, b + (c - b) * out]))
        self._line(self._lights, np.stack(lines))

    def _line(self, shape: VMobject, places: Floats) -> None:
        """Draws lines (n, 2, xyz) as far as they are wholly seen."""
        seen = self._to_camera(self._placed(places))
        sides = self._sides
        inside = (seen @ sides[:, :3].T + sides[:, 3] >= 0).all(axis=(1, 2))
        ends = self._shown(seen[inside])
        flat = np.concatenate([ends, np.zeros((*ends.shape[:2], 1))], axis=2)
        shape.points = segments(flat[:, 0], flat[:, 1]) if len(flat) else np.zeros((0, 3))

    def _draw_rules(self) -> None:
        """Lines across the tables, a thousand rows apart."""
        self._rules.points = np.zeros((0, 3))
        found = []
        for sheet in self.sheets:
            share = np.arange(_RULED, max(sheet.rows, _RULED), _RULED)[:, None] / max(sheet.rows, 1)
            a, b, c, d = sheet.corners
            found.append(np.stack([a + (d - a) * share, b + (c - b) * share], axis=1))
        if self.folded <= 0:
            self._line(self._rules, np.concatenate(found))

    def _draw_column(self) -> None:
        self._front.points = np.zeros((0, 3))
        if self.climbed < 0 or self.folded >= 1:
            self.column.clear()
            return
        corners, tones = [], []
        for depth in [*range(int(np.ceil(self.climbed))), self.climbed]:
            ends = [self.on_picture([0, y, depth]) for y in (-0.5, 0.5)]
            pixels = float(np.linalg.norm(ends[1] - ends[0])) * 1080 / theme.HEIGHT
            quads, values = self.column.strip(depth, int(pixels / _CELL))
            corners.append(self._carried(quads))
            tones.append(values * (1.0 if depth == self.climbed else _TRAIL))
        seen = self._to_camera(self._placed(np.concatenate(corners)))
        flat = self._shown(seen)
        inside = (flat > VIEW[:2]) & (flat < VIEW[2:]) & (seen[..., 2:] > _NEAR)
        kept = inside.all(axis=(1, 2))
        self.column.paint(flat[kept], np.concatenate(tones)[kept], 1 - self.folded)
        last = len(corners[-1])
        if kept[-last:].all() and self.folded <= 0:
            strip = flat[-last:]
            rim = np.stack([strip[0, 0], strip[0, 1], strip[-1, 2], strip[-1, 3]])
            self._front.points = polygons(rim[None])

    def _carried(self, quads: Floats) -> Floats:
        """A strip on its way from the table: it turns from lying across to lying along."""
        if self.lifted >= 1 or self.climbed > 0:
            return quads
        left = 1 - self.lifted
        turn, narrow = np.radians(90 * left), 1 + (_ROW - 1) * left
        a, b, _, d = next(sheet for sheet in self.sheets if sheet.part == "embedding").corners
        home = (a + b) / 2 + (d - a) * self.row
        x, y = quads[..., 0] * narrow, quads[..., 1]
        across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        arc = np.array([0, _SWING, 0]) * np.sin(np.pi * self.lifted)
        return np.stack([*across, np.zeros_like(x)], axis=-1) + home * left + arc


def _box(chart: ModelMap, name: str) -> Floats:
    """The corners (4, xy) of a part of the map, in the order of a sheet's corners."""
    left, bottom, right, top = chart.box_of(name)
    near, far = (top, bottom) if name.startswith("mlp") else (bottom, top)
    return np.array([[left, near], [right, near], [right, far], [left, far]])
