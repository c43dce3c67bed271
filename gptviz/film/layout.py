"""Rules of the layout that geometry decides: texts on texts, lines through texts, margins, the
captions' band, size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from manim import Mobject, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.frame import HOME
from gptviz.drawing.base.text import Run
from gptviz.film import foreign
from gptviz.film.film import Film
from gptviz.film.findings import Finding
from gptviz.film.rehearsal import Moment, Pixels, on_screen, picture
from gptviz.film.texts import Ink, Shown
from gptviz.film.view import (
    FRAME,
    SAFE,
    SEEN,
    Box,
    Points,
    opacity,
    pixels,
    placed,
    stroke_opacity,
)

TOLERANCE = theme.units(1.0)
_TOUCH = theme.units(2.0)  # an edge so near to a letter touches it
SIZE_TOLERANCE = 0.25  # pixels
_STEP = 24  # of 255: an edge that changes colour by less is not seen
_SAMPLES = np.linspace(0, 1, 9)
_PLAIN = {"Mobject", "VMobject", "Group", "VGroup", "VDict", "Anchor"}


@dataclass(frozen=True)
class Shape:
    """Something drawn that is no text. ``box`` is its form's, without the stroke.

    ``furniture``: a part of caption, badge, title or card.
    """

    mobject: Mobject
    name: str
    box: Box
    animated: bool
    furniture: bool

    @property
    def edges(self) -> bool:
        """Whether it has an outline that could run through a text: a stroke, or a form's or a
        picture's edge."""
        return isinstance(self.mobject, (VMobject, AbstractImageMobject))

    @cached_property
    def opacity(self) -> float:
        return opacity(self.mobject)


@dataclass(frozen=True)
class Scenery:
    """A picture as the rules see it: its texts and its shapes."""

    moment: Moment
    texts: list[Shown]
    shapes: list[Shape]
    _outlines: dict[int, npt.NDArray[np.float64]] = field(default_factory=dict)

    @cached_property
    def behind(self) -> Pixels:
        """The picture (row, column, rgb) without its texts; drawn when it is first asked for."""
        inks = {id(part) for text in self.texts for part in text.parts}

        def keep(mobject: Mobject) -> bool:
            return id(mobject) not in inks and not isinstance(mobject, Run)

        return picture(self.moment, keep)

    def outline(self, shape: Shape) -> npt.NDArray[np.float64]:
        """A shape's outline as straight pieces (piece, end, xy)."""
        key = id(shape.mobject)
        if key not in self._outlines:
            self._outlines[key] = _outline(self.moment.film, shape.mobject)
        return self._outlines[key]

    def finding(self, rule: str, who: tuple[str, ...], by: float, message: str) -> Finding:
        return Finding(rule, who, self.moment.time, self.moment.beat, by, message)

    @cached_property
    def steady(self) -> list[Shown]:
        """The texts that are not on their way in or out."""
        return [text for text in self.texts if not text.changing]

    def crop(self, box: Box) -> Pixels:
        """The picture without its texts inside a box; at least one pixel."""
        return crop(self.behind, box)


def crop(picture: Pixels, box: Box) -> Pixels:
    """The pixels (row, column, rgb) of a picture that a box covers; at least one where the box is
    in the picture."""
    rows, columns = picture.shape[:2]
    left = int(np.clip((box.left - FRAME.left) / theme.WIDTH * columns, 0, columns - 1))
    right = int(
        np.clip(np.ceil((box.right - FRAME.left) / theme.WIDTH * columns), left + 1, columns)
    )
    top = int(np.clip((FRAME.top - box.top) / theme.HEIGHT * rows, 0, rows - 1))
    bottom = int(np.clip(np.ceil((FRAME.top - box.bottom) / theme.HEIGHT * rows), top + 1, rows))
    return picture[top:bottom, left:right]


def shapes_of(moment: Moment, texts: list[Shown]) -> list[Shape]:
    """What is drawn in a picture that is no text, can be seen, and is not what hides things: ground
    on ground."""
    film, animated = moment.film, moment.animated
    inks = {id(part) for text in texts for part in text.parts}
    names = _names(moment)
    furniture = {
        id(part)
        for piece in (film._caption, film._badge, film._title, film._card)
        for part in piece.get_family()
    }
    found = []
    for mobject in on_screen(moment):
        if (
            id(mobject) in inks
            or isinstance(mobject, Run)
            or opacity(mobject) <= SEEN
            or _is_ground(mobject)
        ):
            continue
        box = Box.around(placed(film, mobject))
        if box.touches(FRAME):
            found.append(
                Shape(
                    mobject,
                    names.get(id(mobject), type(mobject).__name__),
                    box,
                    id(mobject) in animated,
                    id(mobject) in furniture,
                )
            )
    return found


def overlaps(scenery: Scenery) -> Iterator[Finding]:
    """Texts whose ink reaches into one another's boxes by more than a pixel."""
    for first, second, depth in touching(scenery.steady):
        by = pixels(depth)
        yield scenery.finding(
            "overlap",
            (first.name, second.name),
            by,
            f"{first.name!r} and {second.name!r} stand on one another by {by:.0f} px",
        )


def touching(texts: list[Shown]) -> Iterator[tuple[Shown, Shown, float]]:
    """Pairs of texts whose ink reaches into one another's boxes, and by how many units."""
    inks = [
        (number, box) for number, text in enumerate(texts) for ink in text.inks for box in ink.boxes
    ]
    if not inks:
        return
    owner = np.array([number for number, _ in inks])
    boxes = np.array([(b.left, b.bottom, b.right, b.top) for _, b in inks])
    across = np.minimum(boxes[:, None, 2], boxes[None, :, 2]) - np.maximum(
        boxes[:, None, 0], boxes[None, :, 0]
    )
    up = np.minimum(boxes[:, None, 3], boxes[None, :, 3]) - np.maximum(
        boxes[:, None, 1], boxes[None, :, 1]
    )
    depth = np.minimum(across, up)
    depth[owner[:, None] >= owner[None, :]] = 0
    for i, j in zip(*np.nonzero(depth > TOLERANCE), strict=True):
        yield texts[owner[i]], texts[owner[j]], float(depth[i, j])


def crossings(scenery: Scenery) -> Iterator[Finding]:
    """Strokes and edges that run through a text's letters or touch them, and can be seen to, while
    neither moves."""
    shapes = [shape for shape in scenery.shapes if shape.edges and not shape.animated]
    for text in scenery.steady:
        if text.animated:
            continue
        near = [shape for shape in shapes if shape.box.touches(text.box.inset(-_TOUCH))]
        for shape, by in crossed_by(scenery, text, near):
            yield scenery.finding(
                "crossed",
                (text.name, shape.name),
                by,
                f"{shape.name} runs through {text.name!r} or touches it, for {by:.0f} px",
            )


def crossed_by(scenery: Scenery, text: Shown, near: list[Shape]) -> Iterator[tuple[Shape, float]]:
    """Of some shapes, the first for each of a text's outlines that can be seen to run through it
    or touch it, and for how many pixels."""
    for ink in text.inks if near else ():
        around = ink.box.inset(-_TOUCH)
        close = [shape for shape in near if shape.box.touches(around)]
        through = ((shape, _through(scenery.outline(shape), ink)) for shape in close)
        found = next(((shape, by) for shape, by in through if by), None)
        if found is not None and _contrast_step(scenery.crop(around)) >= _STEP:
            yield found


def margins(scenery: Scenery) -> Iterator[Finding]:
    """What stands outside the safe area, or in the captions' band without being caption or
    badge. While the camera is near, the stage goes on beyond the picture, and ends above the
    band."""
    camera = scenery.moment.film.stage_camera
    things = [
        (text.name, text.box, bool(text.place))
        for text in scenery.steady
        if not text.animated and camera.view_of(text.parts[0]) == HOME
    ]
    things += [
        (shape.name, shape.box, shape.furniture)
        for shape in scenery.shapes
        if not shape.animated and not _fills(shape.box) and camera.view_of(shape.mobject) == HOME
    ]
    for name, box, furniture in things:
        out = max(
            SAFE.left - box.left,
            SAFE.bottom - box.bottom,
            box.right - SAFE.right,
            box.top - SAFE.top,
        )
        if out > TOLERANCE:
            by = pixels(out)
            yield scenery.finding(
                "outside", (name,), by, f"{name!r} stands {by:.0f} px outside the safe area"
            )
        into = theme.STAGE_BOTTOM - box.bottom
        if not furniture and into > TOLERANCE:
            by = pixels(into)
            yield scenery.finding(
                "band", (name,), by, f"{name!r} reaches {by:.0f} px into the captions' band"
            )


def sizes(scenery: Scenery) -> Iterator[Finding]:
    """Texts under 20 pixels at 1080 lines."""
    for text in scenery.steady:
        by = theme.SMALLEST - text.pixels
        if by > SIZE_TOLERANCE and not text.animated:
            yield scenery.finding(
                "small",
                (text.name,),
                by,
                f"{text.name!r} is {text.pixels:.1f} px high, 20 at least",
            )


def strangers(scenery: Scenery) -> Iterator[Finding]:
    """Text that is not of gptviz.drawing: its font is whatever the machine has, and no rule can
    judge it."""
    for mobject in foreign.parts(scenery.moment.film.mobjects):
        if foreign.is_foreign(mobject) and foreign.says(mobject) is not None:
            name = " ".join(str(foreign.says(mobject)).split())[:28]
            yield scenery.finding(
                "foreign", (name,), 0.0, f"{name!r} is a {type(mobject).__name__} of Manim's"
            )


def _names(moment: Moment) -> dict[int, str]:
    """How findings call each mobject: by its class, or where that says nothing by what it is a part
    of."""
    names: dict[int, str] = {}
    stack = [(mobject, "") for mobject in moment.film.mobjects]
    while stack:
        mobject, above = stack.pop()
        own = type(mobject).__name__
        name = above if own in _PLAIN and above else own
        names[id(mobject)] = name
        stack += [(part, above if own in _PLAIN else own) for part in mobject.submobjects]
    return names


def _is_ground(mobject: Mobject) -> bool:
    """Whether something has the ground's colour all over: it hides what is behind it, and is not
    seen itself."""
    if not isinstance(mobject, VMobject) or stroke_opacity(mobject) > SEEN:
        return False
    fill = np.asarray(mobject.fill_rgbas)[:, :3]
    return bool(np.abs(fill - theme.rgb(theme.GROUND)).max() < 0.5 / 255)


def _fills(box: Box) -> bool:
    """Whether something covers the whole picture: a veil, which has no place in it."""
    return (
        box.left <= FRAME.left + TOLERANCE
        and box.right >= FRAME.right - TOLERANCE
        and box.bottom <= FRAME.bottom + TOLERANCE
        and box.top >= FRAME.top - TOLERANCE
    )


def _contrast_step(region: Pixels) -> int:
    """The largest difference of a colour channel within a region."""
    return int((region.max(axis=(0, 1)).astype(int) - region.min(axis=(0, 1))).max())


def _outline(film: Film, mobject: Mobject) -> npt.NDArray[np.float64]:
    """The outline of a mobject as straight pieces (piece, end, xy): its curves, or a picture's four
    sides."""
    points = placed(film, mobject)
    if isinstance(mobject, VMobject):
        return _segments(points)
    corners = points[
        [0, 1, 3, 2]
    ]  # Manim gives a picture's corners as upper left and right, lower left and right
    return np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)


def _segments(points: Points) -> npt.NDArray[np.float64]:
    """The outline of a mobject (point, xy), four points to a curve, as straight pieces (piece, end,
    xy)."""
    curves = points[: len(points) // 4 * 4].reshape(-1, 4, 2)
    t = _SAMPLES[None, :, None]
    a, b, c, d = (curves[:, None, i] for i in range(4))
    line = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    return np.stack([line[:, :-1], line[:, 1:]], axis=2).reshape(-1, 2, 2)


def _through(segments: npt.NDArray[np.float64], ink: Ink) -> float:
    """The length in pixels of the longest straight piece of an outline in a letter's box, or as
    near as to touch it."""
    longest = 0.0
    for letter in ink.letters:
        box = letter.inset(-_TOUCH)
        longest = max(
            longest,
            _clipped(segments, np.array([box.left, box.bottom]), np.array([box.right, box.top])),
        )
    return pixels(longest)


def _clipped(
    segments: npt.NDArray[np.float64], low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> float:
    """The length of the longest of some straight pieces inside a box, by Liang and Barsky's
    clipping."""
    start, step = segments[:, 0], segments[:, 1] - segments[:, 0]
    still = np.abs(step) < 1e-12
    safe = np.where(still, 1.0, step)
    enter, leave = (low - start) / safe, (high - start) / safe
    enter, leave = np.minimum(enter, leave), np.maximum(enter, leave)
    inside = (start >= low) & (start <= high)
    enter = np.where(still, np.where(inside, 0.0, np.inf), enter)
    leave = np.where(still, np.where(inside, 1.0, -np.inf), leave)
    share = np.minimum(leave.min(axis=1), 1.0) - np.maximum(enter.max(axis=1), 0.0)
    return float((np.clip(share, 0, 1) * np.linalg.norm(step, axis=1)).max(initial=0.0))
