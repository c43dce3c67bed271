"""Whether a colour that has a meaning is used for it, and for nothing else.

Green is probability, yellow is attention and queries, violet keys, rose values, red what is wrong;
the focus colour outlines what is spoken of and is no ink of data. A drawing in such a colour says
what it means: it, or what it is a part of, declares it (``means = ("probability",)``), or it is a
word that names it, or a formula, whose parts are coloured as what they stand for. A number in
green or yellow is one from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from manim import Mobject, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.text import Numeral, Run
from gptviz.film.rehearsal import Moment
from gptviz.film.view import fill_opacity, stroke_opacity
from gptviz.recording.number import Tracked

#: What a colour may stand for, and words that name it.
MEANINGS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    theme.PROBABILITY: {"probability": ("probab", "chance", "percent")},
    theme.ATTENTION: {"attention": ("attention", "looks"), "query": ("query", "queries")},
    theme.KEY: {"key": ("key",)},
    theme.VALUE: {"value": ("value",)},
    theme.WRONG: {"wrong": ("wrong",)},
    theme.FOCUS: {"focus": ()},
}
_COLOURS = {colour: theme.rgb(colour) for colour in MEANINGS}
_CLEAR = 0.25  # opacity from which on a colour counts as shown
_SAME = 1 / 255


@dataclass(frozen=True)
class Misused:
    """A drawing in a meaning colour that does not say that it has the meaning."""

    text: str
    why: str


class Colours:
    """Looks at pictures at rest; gives each thing that is coloured wrongly once."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()
        self._known: dict[int, tuple[Mobject, frozenset[str]]] = {}  # what a part was part of

    def look(self, moment: Moment) -> Iterator[Misused]:
        """Takes a picture in."""
        if moment.moving:
            return
        for whole in moment.film.stage():
            for part, means, name in self._parts(whole, frozenset(), type(whole).__name__):
                colour = _wrong_colour(part, means)
                if colour and (colour, name) not in self._told:
                    self._told.add((colour, name))
                    yield Misused(name, _why(part, colour))

    def _parts(
        self, mobject: Mobject, above: frozenset[str], name: str
    ) -> Iterator[tuple[VMobject, frozenset[str], str]]:
        """The outlines in a mobject's family, each with what it and its wholes mean, and a name.

        A part that is taken out of its whole keeps what it meant there.
        """
        kind = type(mobject).__name__
        name = name if kind in ("VGroup", "VMobject", "Group") else kind
        before = self._known.get(id(mobject), (mobject, frozenset()))[1]
        means = above | before | frozenset(getattr(mobject, "means", ()))
        self._known[id(mobject)] = (mobject, means)
        if isinstance(mobject, Formula):
            return
        if isinstance(mobject, VMobject) and len(mobject.points):
            yield mobject, means, name if not isinstance(mobject, Run) else repr(mobject.text)
        for part in mobject.submobjects:
            yield from self._parts(part, means, name)


def _wrong_colour(mobject: VMobject, means: frozenset[str]) -> str:
    """The meaning colour that a mobject has without the meaning; empty where there is none."""
    for rgbas, clear, ink in (
        (mobject.fill_rgbas, fill_opacity(mobject), True),
        (mobject.stroke_rgbas, stroke_opacity(mobject), False),
    ):
        if clear < _CLEAR or not len(rgbas):
            continue
        for colour, rgb in _COLOURS.items():
            alike = np.abs(np.asarray(rgbas[0])[:3] - rgb).max() < _SAME
            if alike and not _has_meaning(mobject, colour, means, ink):
                return colour
    return ""


def _has_meaning(mobject: VMobject, colour: str, means: frozenset[str], ink: bool) -> bool:
    if means & MEANINGS[colour].keys() or (colour == theme.FOCUS and not ink):
        return True
    if not isinstance(mobject, Run):
        return False
    if any(word in mobject.text.lower() for names in MEANINGS[colour].values() for word in names):
        return True
    origins: list[Any] = [piece.origin for piece in mobject.pieces]
    shares = colour in (theme.PROBABILITY, theme.ATTENTION) and isinstance(mobject, Numeral)
    return shares and all(
        0 <= float(origin) <= 1 for origin in origins if isinstance(origin, Tracked)
    )


def _why(mobject: Mobject, colour: str) -> str:
    meanings = " or ".join(MEANINGS[colour])
    if colour == theme.FOCUS:
        return "the focus colour outlines what is spoken of, and is no ink; give it another"
    return f'the colour of {meanings} means nothing else; declare means = ("...",) or take another'
