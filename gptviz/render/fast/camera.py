"""A camera that draws what Manim's draws, pixel for pixel, with less Python per mobject and frame.

A frame is first planned: one :class:`Stroke` of the brush for each mobject, its outline from a
cache or made together with all others that changed (:mod:`gptviz.render.fast.paths`), or an image
brought into shape (:mod:`gptviz.render.fast.images`). A plan equal to that of the frame before
needs no drawing. Whatever is unusual (gradients, point clouds, broken outlines) is left to the
methods of Manim's camera, at its place in the order.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import Mobject, VMobject
from manim.camera.camera import CAP_STYLE_MAP, LINE_JOIN_MAP
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.mobject.types.point_cloud_mobject import PMobject

from gptviz.drawing.base.frame import HOME, StageCamera, View
from gptviz.render.fast.damage import Box, Boxes, Damage, Drawn, boxes_of
from gptviz.render.fast.images import Placed, place
from gptviz.render.fast.paths import Append, Path, appender, outlines

Pixels = npt.NDArray[Any]  # uint8; Manim's types say int
Color = tuple[float, float, float, float]

_TOLERANCE = 1e-6  # of equal points, where a mobject sets no other
_KEPT = (
    20_000  # outlines in the cache; with more, those that the last frame did not use are dropped
)


Pen = tuple[Color, float, Any, Any]
"""How a line is drawn: colour in Cairo's order of channels, width, join and cap."""


@dataclass(slots=True, eq=False)
class Stroke:
    """One mobject: its outline, the line behind it, its fill, the line in front. Or an image, or
    what Manim draws."""

    behind: Pen | None = None
    fill: Color | None = None
    line: Pen | None = None
    path: Path | None = None
    image: Placed | None = None
    other: Mobject | None = None
    view: View = HOME

    def __eq__(self, other: object) -> bool:
        """Whether two strokes are known to leave the same trace."""
        return (
            isinstance(other, Stroke)
            and self.other is None
            and other.other is None
            and self.image is other.image
            and self.path == other.path
            and self.view == other.view
            and self.fill == other.fill
            and self.line == other.line
            and self.behind == other.behind
        )

    __hash__ = None  # type: ignore[assignment]


class FastCamera(StageCamera):
    """Manim's camera with frames that are planned, then drawn. ``buffers`` is how many frames there
    is room for.

    A frame that was handed over (:meth:`hand_over`) is not drawn into until ``buffers`` - 1 others
    were handed over after it. ``library`` is that of :func:`gptviz.render.fast.paths.appender`.
    """

    def __init__(self, buffers: int = 2, library: Any = ..., **kwargs: Any) -> None:
        self._buffers, self._library = buffers, library
        self._ring: list[Pixels] = []
        self._handed = False
        self._drawn: Drawn | None = None
        self._shown: Drawn | None = None
        self._damage = Damage()
        self._paths: dict[int, Path] = {}
        self._images: dict[int, Placed] = {}
        self._looks: dict[tuple[Any, ...], tuple[Pen | None, Color | None, Pen | None]] = {}
        self._appends: dict[int, tuple[Any, Append]] = {}
        super().__init__(**kwargs)

    def draw(
        self, mobjects: Iterable[Mobject], base: Pixels, include_submobjects: bool = True
    ) -> None:
        """Draws mobjects over ``base`` (height, width, RGBA) into :attr:`pixel_array`, unless it
        shows just that.

        ``base`` must not be changed as long as it is in use.
        """
        plan = self.plan(self.get_mobjects_to_display(mobjects, include_submobjects))
        if self._drawn is not None and self._drawn.base is base and self._drawn.plan == plan:
            return
        if self._handed:
            self._next_buffer()
        self._damage.clear(self.pixel_array, base)
        self._paint(plan, base)
        boxes = self._boxes(plan)
        self._damage.note(self.pixel_array, base, boxes)
        self._drawn = Drawn(base, plan, boxes)

    def hand_over(self) -> tuple[Pixels | None, list[Box] | None]:
        """The frame drawn last, for the writer to read; None where it was handed over before and
        has not changed.

        And the boxes outside of which it equals the one that was handed over before; None where
        nobody knows.
        """
        if self._handed:
            return None, None
        before, self._shown, self._handed = self._shown, self._drawn, True
        return self.pixel_array, None if self._drawn is None else self._drawn.changed(before)

    def forget_shown(self) -> None:
        """Says that the writer was given a frame from elsewhere."""
        self._shown = None

    def _next_buffer(self) -> None:
        self._handed = False
        self._ring.append(self.pixel_array)
        full = len(self._ring) == self._buffers
        self.pixel_array = self._ring.pop(0) if full else np.empty_like(self.pixel_array)

    def capture_mobjects(self, mobjects: Iterable[Mobject], **kwargs: Any) -> None:
        """Draws mobjects over what :attr:`pixel_array` shows."""
        self._drawn = None
        self._damage.forget()
        ground: Any = self.background
        self._paint(self.plan(self.get_mobjects_to_display(mobjects, **kwargs)), ground)

    def set_pixel_array(self, *args: Any, **kwargs: Any) -> None:
        """Sets :attr:`pixel_array` to other pixels."""
        self._drawn = None
        self._damage.forget()
        super().set_pixel_array(*args, **kwargs)

    def get_mobjects_to_display(
        self,
        mobjects: Iterable[Mobject],
        include_submobjects: bool = True,
        excluded_mobjects: list[Any] | None = None,
    ) -> list[Mobject]:
        """The mobjects that have points and their submobjects, each once, in the order in which
        they are drawn."""
        if not include_submobjects or excluded_mobjects:
            return super().get_mobjects_to_display(mobjects, include_submobjects, excluded_mobjects)
        found = [mobject for mobject in families(mobjects) if len(mobject.points) > 0]
        if self.use_z_index and len({mobject.z_index for mobject in found}) > 1:
            found.sort(key=lambda mobject: mobject.z_index)
        return found

    def plan(self, mobjects: Sequence[Mobject]) -> list[Stroke]:
        """The strokes that draw mobjects, in order."""
        strokes: list[Stroke] = []
        changed: list[tuple[Stroke, Mobject, bytes]] = []
        near = self.frame.view != HOME
        if near:
            self.mark_pinned()
        for mobject in mobjects:
            stroke = self._stroke(mobject)
            if stroke is None:
                continue
            strokes.append(stroke)
            if near:
                stroke.view = self.view_of(mobject)
            if stroke.other is None and stroke.image is None:
                key = mobject.points.tobytes()
                stroke.path = self._paths.get(id(mobject))
                if stroke.path is None or stroke.path.key != key:
                    changed.append((stroke, mobject, key))
        if changed:
            self._outline(changed)
        self._forget(mobjects)
        if near:  # what is pinned is drawn over the stage
            strokes.sort(key=lambda stroke: stroke.view == HOME)
        return strokes

    def _forget(self, shown: Sequence[Mobject]) -> None:
        """Keeps the caches small: what is not on this frame is dropped, of outlines only when they
        have become many."""
        if self._images or len(self._paths) > _KEPT:
            kept = {id(mobject) for mobject in shown}
            self._images = {
                identity: image for identity, image in self._images.items() if identity in kept
            }
            if len(self._paths) > _KEPT:
                self._paths = {
                    identity: path for identity, path in self._paths.items() if identity in kept
                }

    def _stroke(self, mobject: Mobject) -> Stroke | None:
        """How a mobject is drawn, but for its outline; None where it leaves no trace."""
        if isinstance(mobject, AbstractImageMobject):
            corners = self.points_to_subpixel_coords(mobject, mobject.points)
            self._images[id(mobject)] = image = place(
                mobject, corners, self._images.get(id(mobject))
            )
            return Stroke(image=image)
        if not isinstance(mobject, VMobject):
            return (
                Stroke(other=mobject) if isinstance(mobject, PMobject) else None
            )  # a ValueTracker is never drawn
        fills, lines, backs = (
            mobject.get_fill_rgbas(),
            mobject.get_stroke_rgbas(),
            mobject.get_stroke_rgbas(True),
        )
        if (
            mobject.background_image
            or len(fills) != 1
            or len(lines) != 1
            or len(backs) != 1
            or len(mobject.points) % 4
            or mobject.tolerance_for_point_equality != _TOLERANCE
            or mobject.n_points_per_cubic_curve != 4
        ):
            return Stroke(other=mobject)
        look = (
            fills.tobytes(),
            lines.tobytes(),
            backs.tobytes(),
            mobject.stroke_width,
            mobject.background_stroke_width,
            mobject.joint_type,
            mobject.cap_style,
        )
        behind, fill, line = self._looks.get(look) or self._look(mobject, look)
        return Stroke(behind, fill, line) if fill or line or behind else None

    def _look(
        self, mobject: VMobject, look: tuple[Any, ...]
    ) -> tuple[Pen | None, Color | None, Pen | None]:
        """How a mobject's line is drawn behind it, its fill, its line in front; kept under
        ``look``, all that tells."""
        red, green, blue, alpha = mobject.get_fill_rgbas()[0].tolist()
        fill = (blue, green, red, alpha) if alpha > 0 else None
        line = self._pen(mobject, mobject.get_stroke_rgbas(), mobject.get_stroke_width())
        behind = self._pen(mobject, mobject.get_stroke_rgbas(True), mobject.get_stroke_width(True))
        if len(self._looks) > _KEPT:
            self._looks.clear()
        self._looks[look] = made = behind, fill, line
        return made

    def _pen(self, mobject: VMobject, colors: npt.NDArray[np.float64], width: float) -> Pen | None:
        red, green, blue, alpha = colors[0].tolist()
        if width == 0 or alpha <= 0:
            return None
        join, cap = LINE_JOIN_MAP[mobject.joint_type], CAP_STYLE_MAP[mobject.cap_style]
        return ((blue, green, red, alpha), width * self.cairo_line_width_multiple, join, cap)

    def _outline(self, changed: list[tuple[Stroke, Mobject, bytes]]) -> None:
        """Gives strokes their outlines; one with points that are not finite gets none, and is not
        drawn."""
        if not np.isfinite(np.concatenate([mobject.points for _, mobject, _ in changed])).all():
            for stroke, mobject, _ in changed:
                stroke.path = None
                self._paths.pop(id(mobject), None)
            changed = [each for each in changed if np.isfinite(each[1].points).all()]
            if not changed:
                return
        paths = outlines(
            [mobject.points for _, mobject, _ in changed],
            [key for _, _, key in changed],
            _TOLERANCE,
        )
        for (stroke, mobject, _), path in zip(changed, paths, strict=True):
            stroke.path = self._paths[id(mobject)] = path

    def _paint(self, plan: Sequence[Stroke], base: Pixels) -> None:
        """Draws strokes into :attr:`pixel_array`; those that are near end above the captions'
        band."""
        near = sum(stroke.view != HOME for stroke in plan)
        self._draw_strokes(plan[:near])
        if near:
            self.clear_band(base)
        self._draw_strokes(plan[near:])

    def _draw_strokes(self, plan: Sequence[Stroke]) -> None:
        context = self.get_cairo_context(self.pixel_array)
        append = self._append(context)
        for left_to_manim, strokes in itertools.groupby(
            plan, lambda stroke: stroke.other is not None
        ):
            if left_to_manim:
                others = [stroke.other for stroke in strokes if stroke.other is not None]
                for kind, group in itertools.groupby(others, self.type_or_raise):
                    self.display_funcs[kind](list(group), self.pixel_array)
                continue
            for view, seen in itertools.groupby(strokes, lambda stroke: stroke.view):
                context.save()
                _look_at(context, view)
                for stroke in seen:
                    if stroke.image is not None:
                        stroke.image.lay(self.pixel_array)
                    elif stroke.path is not None:
                        context.new_path()
                        append(stroke.path)
                        _brush(context, stroke)
                context.restore()

    def _boxes(self, plan: Sequence[Stroke]) -> Boxes | None:
        """Where each stroke of a plan draws (n, 4); None where Manim drew some of it."""
        if any(stroke.other is not None for stroke in plan):
            return None
        boxes = np.zeros((len(plan), 4), np.int64)
        size = (self.pixel_width, self.pixel_height)
        context = self.get_cairo_context(self.pixel_array)
        outlined: dict[View, list[int]] = {}
        for i, stroke in enumerate(plan):
            if stroke.image is not None:
                boxes[i] = stroke.image.box(size)
            elif stroke.path is not None:
                outlined.setdefault(stroke.view, []).append(i)
        for view, places in outlined.items():
            context.save()
            _look_at(context, view)
            bounds = [path.bounds for i in places if (path := plan[i].path) is not None]
            widths = [_width(plan[i]) for i in places]
            boxes[places] = boxes_of(bounds, widths, context.get_matrix(), size)
            context.restore()
        return boxes

    def _append(self, context: Any) -> Append:
        owner, append = self._appends.get(id(context), (None, None))
        if owner is not context or append is None:
            append = appender(context, self._library)
            self._appends[id(context)] = (context, append)
        return append


def _width(stroke: Stroke) -> float:
    """The width of a stroke's widest line."""
    return max((pen[1] for pen in (stroke.line, stroke.behind) if pen), default=0.0)


def _look_at(context: Any, view: View) -> None:
    """Makes a context draw what a view shows."""
    if view != HOME:
        context.scale(view.zoom, view.zoom)
        context.translate(-view.x, -view.y)


def _brush(context: Any, stroke: Stroke) -> None:
    """Draws along the context's path: the line behind, the fill, the line in front."""
    if stroke.behind is not None:
        _line(context, stroke.behind)
    if stroke.fill is not None:
        context.set_source_rgba(*stroke.fill)
        context.fill_preserve()
    if stroke.line is not None:
        _line(context, stroke.line)


def _line(context: Any, pen: Pen) -> None:
    color, width, join, cap = pen
    context.set_source_rgba(*color)
    context.set_line_width(width)
    context.set_line_join(join)
    context.set_line_cap(cap)
    context.stroke_preserve()


def families(mobjects: Iterable[Mobject]) -> list[Mobject]:
    """Mobjects and their submobjects, each once, where it stands last: the order of
    ``extract_mobject_family_members``.

    Walked from the end, so that a family which was met is not walked again: Manim lists a scene's
    moving mobjects with all their families, and then the families of these.
    """
    seen: set[Mobject] = set()
    backwards: list[Mobject] = []
    stack: list[tuple[Mobject, bool]] = [(mobject, False) for mobject in mobjects]
    while stack:
        mobject, walked = stack.pop()
        if mobject in seen:
            continue
        if walked or not mobject.submobjects:
            seen.add(mobject)
            backwards.append(mobject)
        else:
            stack.append((mobject, True))
            stack.extend((child, False) for child in mobject.submobjects)
    backwards.reverse()
    return backwards
