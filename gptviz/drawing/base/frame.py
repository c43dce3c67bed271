"""The camera's frame: which part of the stage is seen. It pushes in, pulls out and follows.

Outlines are drawn at the size at which they are seen, so that texts are crisp however near the
camera is. Furniture is pinned: it keeps its place in the picture while the stage moves under it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from manim import Animation, Camera, Mobject, Scene, ValueTracker

from gptviz.drawing.base import theme
from gptviz.drawing.base.given import finite
from gptviz.drawing.base.motion import Follow
from gptviz.errors import GptvizError

Box = tuple[float, float, float, float]  # left, bottom, right, top
ROOM: Box = (theme.LEFT_EDGE, theme.STAGE_BOTTOM, theme.RIGHT_EDGE, theme.STAGE_TOP)
MOST = 40.0  # times that a frame comes nearer, at most


class View(NamedTuple):
    """The point of the stage that the middle of the picture shows, and how many times larger."""

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0


HOME = View()


class Frame(ValueTracker):
    """The camera's frame; at first it shows the whole stage as it was built.

    :meth:`push`, :meth:`pull` and :meth:`pan` are motions for ``play``; :meth:`follow` keeps
    something in the middle until :meth:`release`. While the stage is near, a box or a point means a
    place on the stage, not in the picture.
    """

    def __init__(self) -> None:
        super().__init__()
        self.points = np.array([[*HOME]])

    @property
    def view(self) -> View:
        """What is seen now."""
        x, y, zoom = self.points[0].tolist()
        return View(x, y, zoom)

    def set_view(self, x: float, y: float, zoom: float) -> Self:
        """Shows another part. Raises NotFinite for NaN, GptvizError for a zoom that is not above
        zero."""
        wanted = finite([x, y, zoom], "a view's x, y or zoom")
        if zoom <= 0:
            raise GptvizError(f"a zoom of {zoom:g} shows nothing: it is a factor above zero")
        self.points = np.array([wanted])
        return self

    def fitted(self, target: Mobject | Box, buff: float = 0.3, room: Box = ROOM) -> View:
        """The view that shows something as large as it fits in ``room``, a box of the picture,
        ``buff`` units inside it, and in its middle.

        Raises GptvizError for a mobject that has no points.
        """
        left, bottom, right, top = around(target)
        zoom = min(
            (room[2] - room[0] - 2 * buff) / max(right - left, 1e-9),
            (room[3] - room[1] - 2 * buff) / max(top - bottom, 1e-9),
            MOST,
        )
        return View(
            (left + right) / 2 - (room[0] + room[2]) / 2 / zoom,
            (bottom + top) / 2 - (room[1] + room[3]) / 2 / zoom,
            zoom,
        )

    def push(
        self,
        target: Mobject | Box,
        buff: float = 0.3,
        room: Box = ROOM,
        run_time: float = theme.SLOW,
        **options: Any,
    ) -> Follow:
        """A motion to where something is as large as it fits."""
        return self.to(self.fitted(target, buff, room), run_time, **options)

    def pull(self, run_time: float = theme.SLOW, **options: Any) -> Follow:
        """A motion back to the whole stage."""
        return self.to(HOME, run_time, **options)

    def pan(self, target: Mobject | Box, run_time: float = theme.MOVE, **options: Any) -> Follow:
        """A motion that brings something to the middle of the stage, as near as the camera is
        now."""
        left, bottom, right, top = around(target)
        zoom, rise = self.view.zoom, (ROOM[1] + ROOM[3]) / 2
        middle = View((left + right) / 2, (bottom + top) / 2 - rise / zoom, zoom)
        return self.to(middle, run_time, **options)

    def to(self, view: View, run_time: float = theme.SLOW, **options: Any) -> Follow:
        """A motion to a view. Its zoom grows by equal factors in equal times, toward one point."""
        start: list[View] = []

        def step(frame: Frame, share: float) -> None:
            if not start:
                start.append(frame.view)
            frame.set_view(*between(start[0], view, share))

        return Follow(self, step, run_time, **options)

    def follow(self, target: Mobject) -> Self:
        """Keeps something in the middle of the stage at every frame; the frame must be in the
        scene (``film.add(film.frame)``)."""

        def center(frame: Mobject) -> None:
            left, bottom, right, top = around(target)
            zoom = self.view.zoom
            rise = (ROOM[1] + ROOM[3]) / 2 / zoom
            frame.points = np.array([[(left + right) / 2, (bottom + top) / 2 - rise, zoom]])

        self.release()
        self.add_updater(center, call_updater=True)
        return self

    def release(self) -> Self:
        """Follows nothing any more."""
        self.clear_updaters()
        return self


def between(first: View, last: View, share: float) -> View:
    """The view on the way from one to another: sizes change by equal factors, and one point of the
    picture stays."""
    if share >= 1:
        return last
    wide = 1 / first.zoom, 1 / last.zoom
    now = wide[0] * (wide[1] / wide[0]) ** share
    # Where the size hardly changes, its change tells nothing of the way.
    moved = share if abs(wide[1] / wide[0] - 1) < 1e-3 else (now - wide[0]) / (wide[1] - wide[0])
    return View(first.x + (last.x - first.x) * moved, first.y + (last.y - first.y) * moved, 1 / now)


def around(target: Mobject | Box) -> Box:
    """The box around a mobject's points, or a box as it is. Raises GptvizError where there is
    nothing, NotFinite for NaN."""
    if not isinstance(target, Mobject):
        box = finite(target, "a side of the box")
        return float(box[0]), float(box[1]), float(box[2]), float(box[3])
    parts: list[npt.NDArray[np.float64]] = [
        part.points for part in target.get_family() if len(part.points)
    ]
    if not parts:
        raise GptvizError(f"{type(target).__name__} has no points: the camera cannot look at it")
    points = finite(np.concatenate(parts), f"a point of {type(target).__name__}")
    (left, bottom, _), (right, top, _) = points.min(axis=0), points.max(axis=0)
    return float(left), float(bottom), float(right), float(top)


class StageCamera(Camera):
    """Manim's camera with a frame that moves; what is pinned stays where it is in the picture.

    While the stage is near, it ends above the captions' band, and what is pinned is drawn over it.
    """

    def __init__(self, **kwargs: Any) -> None:
        self.frame = Frame()
        self._pinned: list[Mobject] = []
        self._base: Any = None  # the picture of what stands still, where Manim draws over one
        super().__init__(**kwargs)

    def pin(self, *mobjects: Mobject) -> None:
        """Keeps mobjects, and what they will hold, in their place in the picture."""
        self._pinned += mobjects
        self.mark_pinned()

    def unpin(self, *mobjects: Mobject) -> None:
        """Gives mobjects back to the stage."""
        self._pinned = [each for each in self._pinned if not any(each is one for one in mobjects)]
        for mobject in mobjects:
            for part in mobject.get_family():
                part.__dict__.pop("pinned", None)

    def mark_pinned(self) -> None:
        """Marks what pinned mobjects hold now; called before a picture is drawn or looked at."""
        for mobject in self._pinned:
            for part in mobject.get_family():
                part.__dict__["pinned"] = True

    def view_of(self, mobject: Mobject) -> View:
        """The view in which a mobject is drawn."""
        return HOME if "pinned" in mobject.__dict__ else self.frame.view

    def capture_mobjects(self, mobjects: Iterable[Mobject], **kwargs: Any) -> None:
        self.mark_pinned()
        if self.frame.view == HOME:
            super().capture_mobjects(mobjects, **kwargs)
            return
        shown = self.get_mobjects_to_display(mobjects, **kwargs)
        near = [each for each in shown if self.view_of(each) != HOME]
        super().capture_mobjects(near, include_submobjects=False)
        self.clear_band(self.background if self._base is None else self._base)
        pinned = [each for each in shown if self.view_of(each) == HOME]
        super().capture_mobjects(pinned, include_submobjects=False)

    def reset(self) -> Self:
        """A picture is begun from the ground."""
        self._base = None
        super().reset()
        return self

    def set_frame_to_background(self, background: Any) -> None:
        """A picture is begun from that of what stands still, captions among it."""
        self._base = background
        super().set_frame_to_background(background)

    def clear_band(self, base: Any) -> None:
        """Shows ``base`` (height, width, RGBA) below the stage: nothing near runs under captions."""
        row = round((theme.HEIGHT / 2 - theme.STAGE_BOTTOM) / theme.HEIGHT * self.pixel_height)
        self.pixel_array[row:] = base[row:]

    def transform_points_pre_display(self, mobject: Mobject, points: Any) -> Any:
        """Points of the stage as points of the picture."""
        x, y, zoom = view = self.view_of(mobject)
        there = super().transform_points_pre_display(mobject, points)
        return there if view == HOME else (there - np.array([x, y, 0.0])) * zoom

    def apply_stroke(self, ctx: Any, vmobject: Any, background: bool = False) -> Self:
        """Lines are as much thicker as the camera is nearer."""
        own = self.cairo_line_width_multiple
        self.cairo_line_width_multiple = own * self.view_of(vmobject).zoom
        super().apply_stroke(ctx, vmobject, background)
        self.cairo_line_width_multiple = own
        return self


class FramedScene(Scene):
    """A scene with a :class:`StageCamera`: ``play(self.frame.push(head))``,
    ``play(self.frame.pull())``."""

    def __init__(self, **scene: Any) -> None:
        super().__init__(**{"camera_class": StageCamera, **scene})
        renderer: Any = self.renderer
        if not isinstance(renderer.camera, StageCamera):  # Manim's renderer makes a plain one
            renderer.camera = StageCamera()

    @property
    def stage_camera(self) -> StageCamera:
        """The camera, as what it is."""
        camera: Any = self.camera
        found: StageCamera = camera
        return found

    @property
    def frame(self) -> Frame:
        """The camera's frame."""
        return self.stage_camera.frame

    def pin(self, *mobjects: Mobject) -> None:
        """Keeps mobjects, and what they will hold, in their place in the picture while the camera
        moves."""
        self.stage_camera.pin(*mobjects)

    def unpin(self, *mobjects: Mobject) -> None:
        """Gives pinned mobjects back to the stage."""
        self.stage_camera.unpin(*mobjects)

    def get_moving_and_static_mobjects(
        self, animations: Iterable[Animation]
    ) -> tuple[list[Mobject], list[Mobject]]:
        """As Manim's; while the camera moves, nothing stands still."""
        moved: list[Any] = [each.mobject for each in animations]
        if self.frame.updaters or any(
            part is self.frame for whole in moved for part in whole.get_family()
        ):
            return list(self.mobjects), []
        return super().get_moving_and_static_mobjects(animations)
