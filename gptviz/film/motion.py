"""Rules of motion: what stills do not show, looked at ten times a second between the rests.

Fades, jumps and crossings last for tenths of a second and leave no trace at the end of a beat. A
:class:`Follower` is shown one picture after the other and remembers where everything stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from manim import Mobject, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Cells
from gptviz.drawing.furniture.focus import Focus
from gptviz.film import outlines
from gptviz.film.beats import Beat
from gptviz.film.findings import Finding
from gptviz.film.layout import TOLERANCE, Scenery, Shape, crossed_by, touching
from gptviz.film.pace import beat_at, fingerprint
from gptviz.film.rehearsal import FRAME_RATE, Moment
from gptviz.film.texts import Shown
from gptviz.film.view import SEEN, Box, opacity, pixels, placed

Place = npt.NDArray[np.float64]

EMPTY = 0.3  # seconds that the stage may be empty
STILL = 4.0  # seconds that the stage may stand still
_FILLED = 0.04  # of the stage: less than this, for a while, is an empty stage
_PASSING = 3.0  # seconds: what stands alone for longer is meant to
_CLEAR = 0.25  # opacity from which on something counts as on the stage
_AWAY = 0.15  # seconds that a numeral is away, at least: two pictures
_BACK = 2.0  # seconds within which a numeral that comes back is taken for the one that went
_THIRD = np.array([theme.WIDTH, theme.HEIGHT]) / 3
_SUDDEN = 0.2  # of a step: those before and after a jump are smaller
_CARRIED = 0.8  # units that a label is carried before its value must change
_NEAR = 0.8  # units between a scale and the pointer that slides along it
_SMALL, _LONG = 0.6, 3.0  # units: the size of a pointer at most, the length of a scale at least
_FRAME = 1.5 / FRAME_RATE


@dataclass
class _Thing:
    """Something drawn, where it stood when it was last seen; ``step``: how far it came then."""

    mobject: Mobject  # held, so that no id comes twice
    box: Box
    points: int
    step: Place = field(default_factory=lambda: np.zeros(2))
    sudden: float = 0.0  # how far it came at once, while it is not known whether it moves on
    text: str = ""
    way: Place = field(default_factory=lambda: np.zeros(2))  # with this text, in this motion
    start: Place = field(default_factory=lambda: np.zeros(2))

    @property
    def middle(self) -> Place:
        return _middle(self.box)


@dataclass(frozen=True)
class _Gone:
    """A numeral that went: when, where, what it said."""

    time: float
    box: Box
    text: str


class Follower:
    """Follows a film from picture to picture. ``moves``: from when to when the stage moved."""

    def __init__(self) -> None:
        self.moves: list[tuple[float, float]] = []
        self._things: dict[int, _Thing] = {}
        self._numerals: dict[int, tuple[Box, str]] = {}
        self._gone: list[_Gone] = []
        self._whole: dict[int, int] = {}  # outlines that were upright or apart when a motion began
        self._moving: tuple[float, int] | None = None
        self._still: int | None = None
        self._bare: tuple[float, int, bool] | None = None  # since when, in which beat, all bare
        self._filled = False
        self._begun = False  # whether a motion goes on whose first picture was looked at
        self._fresh = True  # whether the last picture was one at rest

    def look(self, scenery: Scenery) -> Iterator[Finding]:
        """Takes a picture in; gives what is wrong with how it came about."""
        moment = scenery.moment
        self._pace(moment)
        yield from self._emptiness(scenery)
        if moment.moving and not self._begun:
            self._whole = {}
        self._begun = moment.moving
        yield from self._twists(scenery)
        yield from self._returns(scenery)
        yield from self._steps(scenery)
        if moment.moving:
            yield from self._crossings(scenery)
            yield from self._lags(scenery)

    def close(self, told: Sequence[Beat], length: float) -> Iterator[Finding]:
        """Standstill for longer than 4 s; the last beat may stand, for it is the end card's."""
        since = 0.0
        last = told[-1].start if told else length
        for start, end in [*self.moves, (last, last)]:
            if start - since > STILL + _FRAME and since < last:
                beat = beat_at(told, since)
                yield Finding(
                    "still",
                    (told[beat - 1].name,) if told else (),
                    since,
                    beat,
                    start - since - STILL,
                    f"nothing moves for {start - since:.1f} s",
                )
            since = max(since, end)

    def share_of_motion(self, length: float) -> float:
        """The share of a film's time in which something on the stage moves."""
        return sum(end - start for start, end in self.moves) / length if length else 0.0

    # Stillness and emptiness
    # ------------------------------------------------------------------------------------------

    def _pace(self, moment: Moment) -> None:
        state = fingerprint(moment, stage_only=True)
        if moment.moving:
            if self._moving is not None and state != self._moving[1]:
                self.moves.append((self._moving[0], moment.time))
            self._moving = (moment.time, state)
        else:
            if self._moving is None and self._still is not None and state != self._still:
                self.moves.append((moment.time, moment.time))
            self._moving, self._still = None, state

    def _emptiness(self, scenery: Scenery) -> Iterator[Finding]:
        """A stage that goes empty between two pictures that fill it."""
        moment = scenery.moment
        filled, bare = _filling(scenery)
        if filled < _FILLED:
            if self._bare is None and self._filled:
                self._bare = (moment.time, moment.beat, bare)
            elif self._bare is not None:
                self._bare = (*self._bare[:2], self._bare[2] and bare)
            return
        if self._bare is not None:
            since, beat, all_bare = self._bare
            length = moment.time - since
            if length > EMPTY - _FRAME and (all_bare or length < _PASSING):
                yield Finding(
                    "empty",
                    (f"beat {beat}",),
                    since,
                    beat,
                    length,
                    f"the stage is empty for {length:.1f} s amid the film",
                )
        self._bare, self._filled = None, True

    # One thing after another
    # ------------------------------------------------------------------------------------------

    def _steps(self, scenery: Scenery) -> Iterator[Finding]:
        """What comes farther than a third of the frame at once.

        Of cells each mobject is a colour: where a colour is now tells of no motion.
        """
        moment = scenery.moment
        drawn = [
            (t.owner, t.box, sum(len(p.points) for p in t.parts), t.text, t.name)
            for t in scenery.texts
            if not t.place and t.opacity >= _CLEAR
        ]
        drawn += [
            (s.mobject, s.box, len(s.mobject.points), "", s.name)
            for s in scenery.shapes
            if not s.furniture and s.opacity >= _CLEAR
        ]
        things: dict[int, _Thing] = {}
        for mobject, box, points, text, name in drawn:
            old = self._things.get(id(mobject))
            thing = things[id(mobject)] = _Thing(mobject, box, points, text=text)
            thing.start = thing.middle
            if old is None:
                continue
            thing.step = thing.middle - old.middle
            rigid = old.points == points and _same_size(old.box, box)
            one = rigid and name != Cells.__name__
            far = float((np.abs(thing.step) / _THIRD).max()) if one else 0.0
            before = float((np.abs(old.step) / _THIRD).max())
            if old.sudden and far < old.sudden * _SUDDEN:
                yield scenery.finding(
                    "jumps", (name,), old.sudden, f"{name!r} jumps, {old.sudden / 3:.0%} of a frame"
                )
            if far > 1 and before < far * _SUDDEN:
                thing.sudden = far
                if not moment.moving or self._fresh:
                    thing.sudden = 0.0
                    yield scenery.finding(
                        "jumps", (name,), far, f"{name!r} jumps, {far / 3:.0%} of a frame"
                    )
            if moment.moving and old.text == text and rigid:
                thing.way, thing.start = old.way + np.abs(thing.step), old.start
        self._fresh = not moment.moving
        self._things = things

    def _returns(self, scenery: Scenery) -> Iterator[Finding]:
        """Numerals that go, and come back in the same place with another value."""
        moment = scenery.moment
        now = {
            id(text.owner): (text.box, text.text)
            for text in scenery.texts
            if not text.place and text.opacity >= _CLEAR and re.search(r"\d", text.text)
        }
        self._gone = [gone for gone in self._gone if moment.time - gone.time <= _BACK]
        self._gone += [
            _Gone(moment.time, box, said)
            for key, (box, said) in self._numerals.items()
            if key not in now
        ]
        back, away = [], []
        for gone in self._gone:
            there = [key for key, (box, _) in now.items() if _in_place(gone.box, box)]
            if not there:
                away.append(gone)  # a place that another numeral takes at once is no empty one
            elif moment.time - gone.time > _AWAY and there[0] not in self._numerals:
                back += [(gone, now[there[0]][1])] if now[there[0]][1] != gone.text else []
        if back:
            gone, said = back[0]
            others = f", and {len(back) - 1} more" if len(back) > 1 else ""
            yield scenery.finding(
                "returns",
                (" ".join(gone.text.split()), " ".join(said.split())),
                moment.time - gone.time,
                f"{gone.text!r} goes and comes back as {said!r}{others}",
            )
        self._gone, self._numerals = away, now

    def _crossings(self, scenery: Scenery) -> Iterator[Finding]:
        """Texts that run over others or over lines, in motion.

        A frame around what is spoken of may: it goes from one text to another.
        """
        texts = [text for text in scenery.steady if not text.place]
        for first, second, depth in touching(texts):
            if first.text != second.text and self._apart(id(first.owner), id(second.owner)):
                by = pixels(depth)
                yield scenery.finding(
                    "sweeps",
                    (first.name, second.name),
                    by,
                    f"{first.name!r} and {second.name!r} run over one another by {by:.0f} px",
                )
        edges = [
            shape
            for shape in scenery.shapes
            if shape.edges and not shape.furniture and not isinstance(shape.mobject, Focus)
        ]
        for text in texts:
            near = [
                shape
                for shape in edges
                if shape.box.touches(text.box)
                and shape.opacity >= _CLEAR
                and self._apart(id(text.owner), id(shape.mobject))
                and not _holds(shape, text)
            ]
            for shape, by in crossed_by(scenery, text, near):
                yield scenery.finding(
                    "sweeps",
                    (text.name, shape.name),
                    by,
                    f"{shape.name} and {text.name!r} run over one another for {by:.0f} px",
                )

    def _apart(self, first: int, second: int) -> bool:
        """Whether two things moved against one another since the last picture."""
        one, other = self._things.get(first), self._things.get(second)
        if one is None or other is None:
            return False
        return bool(np.abs(one.step - other.step).max() > TOLERANCE)

    def _lags(self, scenery: Scenery) -> Iterator[Finding]:
        """Labels of pointers that slide along a scale and go on saying the same."""
        for text in scenery.texts:
            thing = self._things.get(id(text.owner))
            if thing is None or not re.search(r"\d", text.text) or not thing.text:
                continue
            axis = int(np.argmax(thing.way))
            if thing.way[axis] < _CARRIED or thing.way[1 - axis] > TOLERANCE:
                continue
            pointer = any(_points(thing, other, axis) for other in self._things.values())
            if pointer and any(_scale(thing, other, axis) for other in self._things.values()):
                yield scenery.finding(
                    "lags",
                    (text.name,),
                    float(thing.way[axis]),
                    f"{text.name!r} says the same while its pointer moves along a scale",
                )

    # Outlines
    # ------------------------------------------------------------------------------------------

    def _twists(self, scenery: Scenery) -> Iterator[Finding]:
        """Outlines that run through themselves, lean over, or burst into pieces in a motion."""
        moment = scenery.moment
        if not moment.moving:
            return
        for shape in scenery.shapes:
            mobject = shape.mobject
            if not shape.animated or shape.furniture or not isinstance(mobject, VMobject):
                continue
            state = outlines.state(placed(moment.film, mobject))
            before = self._whole.setdefault(id(mobject), state)
            if shape.opacity >= _CLEAR and (new := state & ~before):
                yield scenery.finding("twists", (shape.name,), 0.0, f"{shape.name} {_how(new)}")


def _how(state: int) -> str:
    if state & outlines.CROSSED:
        return "runs through itself"
    return "leans over" if state & outlines.LEANING else "bursts: its parts run over one another"


def _filling(scenery: Scenery) -> tuple[float, bool]:
    """The share of the stage within the boxes of what stands there, and whether nothing does."""
    grid = np.zeros((36, 64), dtype=bool)
    boxes = [t.box for t in scenery.texts if not t.place and t.opacity >= _CLEAR]
    boxes += [s.box for s in scenery.shapes if not s.furniture and s.opacity >= _CLEAR]
    if boxes:
        sides = np.array([(b.left, b.right, b.top, b.bottom) for b in boxes])
        across = ((sides[:, :2] / theme.WIDTH + 0.5) * 64).clip(0, 64)
        down = ((0.5 - sides[:, 2:] / theme.HEIGHT) * 36).clip(0, 36)
        ends = np.ceil(np.stack([across[:, 1], down[:, 1]], axis=1)).astype(int).tolist()
        starts = np.stack([across[:, 0], down[:, 0]], axis=1).astype(int).tolist()
        for (left, top), (right, bottom) in zip(starts, ends, strict=True):
            grid[top:bottom, left:right] = True
    return float(grid.mean()), not boxes


def _middle(box: Box) -> Place:
    return np.array([(box.left + box.right) / 2, (box.bottom + box.top) / 2])


def _same_size(first: Box, second: Box) -> bool:
    return (
        abs((first.right - first.left) - (second.right - second.left)) < 2 * TOLERANCE
        and abs((first.top - first.bottom) - (second.top - second.bottom)) < 2 * TOLERANCE
    )


def _in_place(first: Box, second: Box) -> bool:
    """Whether one numeral stands where another stood: on its line, at its left, middle or right."""
    high = first.top - first.bottom
    if abs(first.bottom - second.bottom) > 0.3 * high or abs(second.top - first.top) > 0.3 * high:
        return False
    ends = (
        abs(first.left - second.left),
        abs(first.right - second.right),
        abs(first.left + first.right - second.left - second.right) / 2,
    )
    return min(ends) < 0.3 * high


def _holds(shape: Shape, text: Shown) -> bool:
    """Whether a text stands in a form, or is on its way out of it or into it."""
    x, y = _middle(text.box)
    box = shape.box
    inside = box.left <= x <= box.right and box.bottom <= y <= box.top
    return inside and box.top - box.bottom > text.box.top - text.box.bottom


def _points(label: _Thing, other: _Thing, axis: int) -> bool:
    """Whether something small moves with a label: its pointer."""
    size = max(other.box.right - other.box.left, other.box.top - other.box.bottom)
    return (
        not other.text
        and size < _SMALL
        and bool(np.abs(other.step - label.step).max() < TOLERANCE)
        and bool(np.abs(other.way - label.way).max() < 2 * TOLERANCE)
        and float(np.abs(other.middle - label.middle)[axis]) < _SMALL
        and float(np.abs(other.middle - label.middle).max()) < 1.0
    )


def _scale(label: _Thing, other: _Thing, axis: int) -> bool:
    """Whether something long stands still beside the label's way, all along it: its scale."""
    low = (other.box.left, other.box.bottom)[axis]
    high = (other.box.right, other.box.top)[axis]
    across_low = (other.box.bottom, other.box.left)[axis]
    across_high = (other.box.top, other.box.right)[axis]
    across = label.middle[1 - axis]
    away = max(across_low - across, across - across_high, 0.0)
    ends = sorted((label.start[axis], label.middle[axis]))
    return (
        not other.text
        and high - low >= _LONG
        and across_high - across_low < _LONG / 2
        and float(np.abs(other.way).max()) < TOLERANCE
        and away < _NEAR
        and low - _NEAR <= ends[0]
        and ends[1] <= high + _NEAR
        and opacity(other.mobject) > SEEN
    )
