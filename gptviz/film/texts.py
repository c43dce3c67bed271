"""The texts that stand in a picture: what they say, where their ink is, how large and how opaque
they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
from manim import Mobject, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.text import Run, TokenText, Words
from gptviz.film.rehearsal import Moment
from gptviz.film.view import Box, Points, opacity, placed, seen

_NAME = 28  # characters of a text that a finding names
_LETTER_GAP = 0.2  # of an em: a wider gap is one between words
_SEAM = theme.units(2.0)
_WHOLE = 0.9  # opacity from which on a text that fades counts as there


@dataclass(frozen=True)
class Ink:
    """One outline of a text: a run, or a letter of a formula.

    ``letters`` are the boxes of its contours, and of the gaps between the letters of a word.
    """

    mobject: VMobject
    box: Box
    letters: tuple[Box, ...]

    @property
    def upright(self) -> bool:
        """Whether the line of type runs across the picture, so that its box is that of the line."""
        if not isinstance(self.mobject, Run):
            return True
        em = self.mobject.frame()[1]
        return bool(abs(em[1]) < 0.02 * abs(em[0]))

    @property
    def boxes(self) -> tuple[Box, ...]:
        """What no other text may stand in: the line's box, or where the line is slanted that of
        each letter."""
        return (self.box,) if self.upright else self.letters


@dataclass(frozen=True)
class _Measured:
    """An outline as it was placed in a picture: its points there, its ink, the size of its type."""

    points: Points
    ink: Ink
    size: float


@dataclass(frozen=True)
class Shown:
    """A text in a picture, as long as the picture stands. ``parts`` are its outlines that can be
    seen.

    ``place``: caption, badge, title or card, or empty for what stands on the stage. ``animated``: an
    animation moves it. ``known``: how its outlines measured in the last picture, by their ids.
    """

    moment: Moment
    owner: Mobject
    place: str
    parts: tuple[VMobject, ...]
    animated: bool
    known: dict[int, _Measured] = field(default_factory=dict, repr=False)

    @cached_property
    def text(self) -> str:
        """What it says."""
        if isinstance(self.owner, Formula):
            return self.owner.source
        if isinstance(self.owner, TokenText):
            return str(self.owner.token)
        if isinstance(self.owner, Words):
            return self.owner.pieces.text
        return self.owner.text if isinstance(self.owner, Run) else ""

    @property
    def name(self) -> str:
        """How findings call it."""
        if self.place:
            return self.place
        text = " ".join(self.text.split())
        return text if len(text) <= _NAME else text[: _NAME - 1].rstrip() + "\u2026"

    @cached_property
    def opacity(self) -> float:
        return max(opacity(part) for part in self.parts)

    @cached_property
    def changing(self) -> bool:
        """Whether it is faded or bent amid a motion, on its way in or out, or into something
        else."""
        if self.moment.moving and self.opacity < _WHOLE and abs(self.opacity - theme.DIM) > 0.01:
            return True
        return self.animated and any(
            isinstance(part, Run) and not part.intact for part in self.parts
        )

    @cached_property
    def pixels(self) -> float:
        """The size of its type in the picture, in pixels at 1080 lines: that of its smallest
        part."""
        return min(self._measured(part).size for part in self.parts)

    @cached_property
    def inks(self) -> tuple[Ink, ...]:
        return tuple(self._measured(part).ink for part in self.parts)

    @cached_property
    def box(self) -> Box:
        return Box.union([ink.box for ink in self.inks])

    def _measured(self, part: VMobject) -> _Measured:
        """An outline's measures: those of the last picture where it stands as it stood."""
        points = placed(self.moment.film, part)
        last = self.known.get(id(part))
        if last is not None and np.array_equal(last.points, points):
            return last
        size = self._own_size(part) * _magnified(part, points)
        letters = contours(points)
        gaps = _gaps(letters, theme.units(size)) if isinstance(part, Run) else ()
        ink = Ink(part, Box.around(points), (*letters, *gaps))
        now = self.known[id(part)] = _Measured(points.copy(), ink, size)
        return now

    def _own_size(self, part: VMobject) -> float:
        if isinstance(part, Run):
            return part.pixels
        return self.owner.pixels if isinstance(self.owner, Formula) else 0.0


class Reader:
    """Finds the texts of pictures. Runs that were taken out of their words by an animation still
    belong to them."""

    def __init__(self) -> None:
        self._owners: dict[
            int, tuple[Mobject, Mobject]
        ] = {}  # of each run; held, so that no id comes twice
        self._known: dict[int, _Measured] = {}

    def read(self, moment: Moment) -> list[Shown]:
        """The texts that can be seen."""
        film, animated = moment.film, moment.animated
        places = {
            id(piece): name
            for name, piece in (
                ("caption", film._caption),
                ("badge", film._badge),
                ("title", film._title),
                ("card", film._card),
            )
        }
        found: dict[int, tuple[Mobject, str, list[VMobject]]] = {}  # by the id of the text
        for mobject in film.mobjects:
            for owner, part in self._outlines(mobject, mobject if _is_text(mobject) else None):
                if seen(film, part):
                    found.setdefault(id(owner), (owner, places.get(id(mobject), ""), []))[2].append(
                        part
                    )
        return [
            Shown(
                moment,
                owner,
                place,
                tuple(parts),
                any(id(part) in animated for part in (owner, *parts)),
                self._known,
            )
            for owner, place, parts in found.values()
        ]

    def _outlines(
        self, mobject: Mobject, owner: Mobject | None
    ) -> Iterator[tuple[Mobject, VMobject]]:
        """The outlines of texts in a mobject's family, each with the text that it is a part of."""
        if isinstance(mobject, Formula):
            yield from (
                (mobject, part) for part in mobject.get_family() if isinstance(part, VMobject)
            )
            return
        if isinstance(mobject, Run):
            known = self._owners.setdefault(id(mobject), (mobject, owner or mobject))
            yield known[1], mobject
        for part in mobject.submobjects:
            yield from self._outlines(part, owner or (part if _is_text(part) else None))


def contours(points: Points) -> tuple[Box, ...]:
    """The boxes of the contours of an outline (point, xy), whose points are four to a curve."""
    if len(points) < 4:
        return ()
    jumps = np.flatnonzero(np.abs(points[4::4] - points[3:-1:4]).max(axis=1) > 1e-6) + 1
    starts = np.concatenate([[0], jumps * 4])
    low, high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
    return tuple(Box(*map(float, (*a, *b))) for a, b in zip(low, high, strict=True))


def _gaps(letters: tuple[Box, ...], em: float) -> Iterator[Box]:
    """The gaps between letters (not between words) of a line, a little wider than they are, so as
    to leave no seam."""
    line = sorted(letters, key=lambda box: box.left)
    for before, after in pairwise(line):
        bottom, top = max(before.bottom, after.bottom), min(before.top, after.top)
        if 0 < after.left - before.right < _LETTER_GAP * em and bottom < top:
            yield Box(before.right - _SEAM, bottom, after.left + _SEAM, top)


def _is_text(mobject: Mobject) -> bool:
    return isinstance(mobject, (Words, TokenText, Run, Formula))


def _magnified(mobject: VMobject, points: Points) -> float:
    """How much larger the camera shows an outline than it is."""
    own, there = np.ptp(mobject.points[:, :2], axis=0), np.ptp(points, axis=0)
    side = int(np.argmax(own))
    return float(there[side] / own[side]) if own[side] else 1.0
