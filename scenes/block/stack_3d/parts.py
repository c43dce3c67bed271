"""The card of a stop: what the part is, how large it is, and a door to the film about it."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import Animation, FadeIn, FadeOut, RoundedRectangle, VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import polygons, rectangles, stroked
from gptviz.drawing.base.motion import Follow, Roll, exchange
from gptviz.drawing.base.text import Numeral, Words
from gptviz.recording.number import Tracked

Floats = npt.NDArray[np.float64]

LEFT, RIGHT, BOTTOM, TOP = 2.05, theme.RIGHT_EDGE, -1.95, 1.25  # of the card
_HEAD, _SHARE, _LINE, _TITLE = 54.0, 46.0, 32.0, 36.0  # sizes of type
_LINE_Y, _BAR = -0.02, -0.33  # heights of the share and of its bar
_PAD = 0.3
_WIDE, _HIGH = 0.66, 1.14  # of a door

#: The film behind each door, by its name, and the question that is its title.
DOORS = {
    "bpe_tokens": "What does it read?",
    "embedding_matrix": "How does a word become numbers?",
    "scores_mask": "Who may look at whom?",
    "matvec": "What is all that computing?",
    "logit_lens": "When does it know?",
    "softmax": "How do raw scores become probabilities?",
}


class Door(VGroup):
    """A door, shut at first, that turns on its hinge as it opens; behind it there is light."""

    def __init__(self, left: float, bottom: float) -> None:
        super().__init__()
        self._left, self._bottom = left, bottom
        box = np.array([[left, bottom, left + _WIDE, bottom + _HIGH]])
        self.light = VMobject(stroke_width=0, fill_color=theme.DATA_HIGH, fill_opacity=0.9)
        self.light.points = rectangles(box)
        self.leaf = VMobject(
            stroke_width=2, stroke_color=theme.SECONDARY, fill_color=theme.HAIRLINE, fill_opacity=1
        )
        self.frame = stroked(rectangles(box), theme.SECONDARY, 3.0)
        self.add(self.light, self.leaf, self.frame)
        self.set_open(0.0)

    def set_open(self, share: float) -> Self:
        """Opens it by a share."""
        angle = np.radians(105 * share)
        x = self._left + _WIDE * np.cos(angle)
        slant = 0.24 * np.sin(angle)
        low, high = self._bottom, self._bottom + _HIGH
        corners = [[self._left, low], [x, low - slant], [x, high + slant], [self._left, high]]
        self.leaf.points = polygons([corners])
        return self

    def open(self, run_time: float = theme.MOVE, **options: Any) -> Follow:
        """It opens."""
        return Follow(self, lambda door, share: door.set_open(share), run_time, **options)


class Card(VGroup):
    """The card of the stops: the name of a part, its share of the model, and a door with the title
    of the film behind it. :meth:`turn` goes to the next stop."""

    def __init__(self, name: Words, film: str, line: Words) -> None:
        super().__init__()
        self.card = RoundedRectangle(
            corner_radius=0.12,
            width=RIGHT - LEFT,
            height=TOP - BOTTOM,
            stroke_width=1.5,
            stroke_color=theme.HAIRLINE,
            fill_color=theme.PANEL,
            fill_opacity=0.96,
        ).move_to([(LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2, 0])
        self.door = Door(LEFT + _PAD + 0.1, BOTTOM + _PAD + 0.08)
        self.numeral: Numeral | None = None
        self.bar = Bar()
        self._name, self._title = _named(name), _titled(film)
        self._line = line.place([LEFT + _PAD, _LINE_Y, 0])
        self.add(self.card, self._name, self._line, self._title, self.door)

    def turn(
        self, name: Words, film: str, share: Tracked, run_time: float = 1.2
    ) -> list[Animation]:
        """The motions to another stop: words change in place, the share rolls, the door shuts, and
        opens again."""
        old = [self._name, self._title]
        self._name, self._title = _named(name), _titled(film)
        new: list[VMobject] = [self._name, self._title]
        motions: list[Animation] = [Follow(self.door, _shut_and_open, run_time)]
        if self.numeral is None:
            old.append(self._line)
            self.numeral = Numeral(share, ".1%", _SHARE).place([LEFT + _PAD, _LINE_Y, 0])
            after = LEFT + _PAD + self.numeral.advance + 0.16
            self._line = Words("of all its numbers", _LINE, theme.SECONDARY)
            new += [self.numeral, self._line.place([after, _LINE_Y, 0]), self.bar]
            self.bar.set_share(float(share))
        else:
            motions += [
                Roll((self.numeral, share), run_time=run_time),
                self.bar.go(share, run_time),
            ]
        self.remove(*old)
        self.add(*new)
        return [*motions, exchange(old, new, run_time)]

    def show(self, name: Words, film: str, share: Tracked) -> Self:
        """Is at another stop at once, while it is not seen; its door is shut."""
        self.turn(name, film, share)
        if self.numeral is not None:
            self.numeral.set_value(share)
        self.bar.set_share(float(share))
        self.door.set_open(0.0)
        return self

    def come(self) -> FadeIn:
        """It comes in from the right."""
        return FadeIn(self, shift=np.array([-0.5, 0.0, 0.0]), run_time=0.6)

    def go(self) -> FadeOut:
        """It leaves to the right."""
        return FadeOut(self, shift=np.array([0.5, 0.0, 0.0]), run_time=0.5)


class Bar(VGroup):
    """A share as a part of a bar that stands for all."""

    def __init__(self) -> None:
        super().__init__()
        self.ground, self.part = (
            VMobject(stroke_width=0, fill_color=colour, fill_opacity=1)
            for colour in (theme.HAIRLINE, theme.DATA_HIGH)
        )
        self.ground.points = self._box(1.0)
        self.share = 0.0
        self.add(self.ground, self.part)

    def _box(self, share: float) -> Floats:
        left, right = LEFT + _PAD, RIGHT - _PAD
        return rectangles(np.array([[left, _BAR, left + (right - left) * share, _BAR + 0.14]]))

    def set_share(self, share: float) -> Self:
        """Shows a share."""
        self.share = share
        self.part.points = self._box(share)
        return self

    def go(self, share: Tracked, run_time: float) -> Follow:
        """It glides to another share."""
        first, last = self.share, float(share)
        return Follow(
            self, lambda bar, part: bar.set_share(first + (last - first) * part), run_time
        )


def _shut_and_open(door: Door, share: float) -> None:
    door.set_open(abs(1 - 2 * share))


def _named(name: Words) -> Words:
    return name.place([LEFT + _PAD, TOP - _PAD - theme.units(_HEAD) * 0.75, 0])


def _titled(film: str) -> Words:
    width = RIGHT - LEFT - 2 * _PAD - _WIDE - 0.5
    title = Words(DOORS[film], _TITLE, theme.TEXT, theme.MEDIUM_FACE, width=width)
    middle = BOTTOM + _PAD + 0.08 + _HIGH / 2
    low = theme.units(_TITLE) * (0.36 - 0.675 * (len(title.lines) - 1))
    return title.place([LEFT + _PAD + _WIDE + 0.5, middle - low, 0])


def name(template: str, **fields: Any) -> Words:
    """The name of a stop."""
    return Words(template, _HEAD, theme.TEXT, theme.STRONG_FACE, **fields)


def line(template: str, **fields: Any) -> Words:
    """A line of a stop."""
    return Words(template, _LINE, theme.SECONDARY, **fields)
