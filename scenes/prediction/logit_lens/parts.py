"""What only the film logit_lens draws: the blocks in a row, the reader that slides behind them, what
it says in each place, and the text whose blank it fills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from manim import RoundedRectangle, VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Boxes, boxes_of, painted, polygons, rectangles
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import TokenText
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.recording.number import Token

Floats = npt.NDArray[np.float64]
LEFT, RIGHT = theme.LEFT_EDGE + 1.05, theme.RIGHT_EDGE - 0.1  # of the places behind blocks
_SIZES = (52, 48, 44, 40, 36, 32)  # of a prompt, in pixels
_LIMIT = 9  # characters of a word that are shown
_TURNED = -np.pi / 2


@dataclass(frozen=True)
class Form:
    """Where things stand: heights of the blocks, the reader, what it says, and the type of that."""

    blocks: tuple[float, float]
    reader: tuple[float, float]
    words: tuple[float, float]
    size: float

    def to(self, other: Form, share: float) -> Form:
        """The form on the way to another."""

        def pair(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
            return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share

        return Form(
            pair(self.blocks, other.blocks),
            pair(self.reader, other.reader),
            pair(self.words, other.words),
            self.size + (other.size - self.size) * share,
        )


LARGE = Form((0.5, 2.45), (0.0, 0.4), (-1.6, -0.1), 38)
SMALL = Form((2.1, 2.55), (1.72, 2.0), (0.68, 1.62), 30)


def places(depths: int) -> Floats:
    """The middles (depth) of the places before, between and behind blocks."""
    pitch = (RIGHT - LEFT) / depths
    return LEFT + (np.arange(depths) + 0.5) * pitch


class Blocks(VGroup):
    """The blocks in a row; those that the stream has passed are bright. They fly from where the map
    has them."""

    def __init__(self, boxes: Boxes, depths: int) -> None:
        self.x = places(depths)
        self.passed, self.boxes, self.form = float(len(boxes)), np.asarray(boxes), LARGE
        self.dark = painted(np.zeros((0, 3)), theme.HAIRLINE)
        self.lit = painted(np.zeros((0, 3)), theme.DATA_LOW)
        super().__init__(self.dark, self.lit)
        self.show()

    def home(self) -> Boxes:
        """Their boxes in the row."""
        seam = 0.08 * (self.x[1] - self.x[0])
        return boxes_of(
            self.x[:-1] + seam, self.form.blocks[0], self.x[1:] - seam, self.form.blocks[1]
        )

    def show(self) -> Self:
        left, bottom, right, top = self.boxes.T
        cut = left + (right - left) * np.clip(self.passed - np.arange(len(self.boxes)), 0, 1)
        self.dark.points = rectangles(self.boxes)
        full = cut > left
        self.lit.points = rectangles(boxes_of(left, bottom, cut, top)[full])
        return self

    def fly(self, run_time: float) -> Follow:
        """Carries every block from where it is into the row."""
        start, end = self.boxes, self.home()

        def step(blocks: Blocks, share: float) -> None:
            blocks.boxes = start + (end - start) * share
            blocks.show()

        return Follow(self, step, run_time)

    def set_form(self, form: Form) -> Self:
        """Takes the row to the heights of a form."""
        self.form = form
        self.boxes = self.home()
        return self.show()


class Reader(VMobject):
    """The part that turns numbers into words: the table at the exit of the map, which can be held
    behind every block."""

    def __init__(self, corners: Floats, depths: int) -> None:
        super().__init__(stroke_width=0, fill_color=theme.DATA_HIGH, fill_opacity=1)
        self.x = places(depths)
        self.wide = min(0.42 * float(self.x[1] - self.x[0]), 0.36)
        self.form = LARGE
        self.corners = np.asarray(corners, dtype=float)
        self.points = polygons(self.corners[None])

    def home(self, depth: float) -> Floats:
        """Its corners in the place at a depth; between two depths it is on its way."""
        x = float(np.interp(depth, np.arange(len(self.x)), self.x))
        low, high = self.form.reader
        wide, narrow = self.wide, self.wide * 0.45
        return np.array([[x - narrow, low], [x - wide, high], [x + wide, high], [x + narrow, low]])

    def set_depth(self, depth: float) -> Self:
        """Holds it behind a block."""
        self.corners = self.home(depth)
        self.points = polygons(self.corners[None])
        return self

    def fly(self, depth: float, run_time: float) -> Follow:
        """Carries it from where it is to the place at a depth."""
        start, end = self.corners, self.home(depth)

        def step(reader: Reader, share: float) -> None:
            reader.corners = start + (end - start) * share
            reader.points = polygons(reader.corners[None])

        return Follow(self, step, run_time)


class Words(VGroup):
    """What the reader says at every depth, in a row of cells: upright where there is room, else
    turned. The word that wins has a colour of its own."""

    def __init__(self, leaders: Sequence[Token], final: Token, colour: str) -> None:
        super().__init__()
        self.x, self.form = places(len(leaders)), LARGE
        pitch = float(self.x[1] - self.x[0])
        self.cells = painted(np.zeros((0, 3)), theme.PANEL)
        self.words = [
            TokenText(
                word, LARGE.size, colour if word.raw == final.raw else theme.TEXT, limit=_LIMIT
            )
            for word in leaders
        ]
        self.turned = [word.advance > pitch * 0.92 for word in self.words]
        for word, turned in zip(self.words, self.turned, strict=True):
            if turned:
                word.rotate(_TURNED)
        self.add(self.cells, *self.words)
        self.set_form(LARGE)

    def set_form(self, form: Form) -> Self:
        """Takes the row to the heights and the type of a form."""
        self.form = form
        low, high = form.words
        half = (self.x[1] - self.x[0]) * 0.46
        self.cells.points = rectangles(boxes_of(self.x - half, low, self.x + half, high))
        em = theme.units(form.size)
        for x, word, turned in zip(self.x, self.words, self.turned, strict=True):
            word.scale(form.size / word.runs[0].pixels)
            if turned:  # a long one is written smaller, so that it stays in its cell
                word.scale(min(1.0, (high - low - 0.5 * em) / word.height))
                word.move_to([x, high - 0.3 * em - word.height / 2, 0])
            else:
                word.place([x, high - 1.3 * em, 0], "center")
        return self

    def set_depth(self, depth: float) -> Self:
        """Shows what was said up to a depth; the word of the next one is on its way."""
        for number, word in enumerate(self.words):
            word.set_fill(opacity=1.0 if number <= depth + 1e-6 else 0.0)
        return self

    def dim(self, depths: Sequence[int]) -> Self:
        """Dims the words of some depths."""
        for depth in depths:
            self.words[depth].set_fill(opacity=theme.DIM)
        return self

    def box(self, first: int, last: int) -> tuple[float, float, float, float]:
        """The box around the cells of some depths."""
        half = float(self.x[1] - self.x[0]) * 0.46
        low, high = self.form.words
        return float(self.x[first]) - half, low, float(self.x[last]) + half, high


class Gap(VGroup):
    """A prompt in its boxes on one line and, behind it, a blank that holds what is said at a depth.

    It is as large as fits; of a long prompt the end is seen. ``strip``, ``blank``.
    """

    def __init__(
        self,
        prompt: Sequence[Token],
        leaders: Sequence[Token],
        final: Token,
        colour: str,
        most: float = 52.0,
        width: float = 12.9,
    ) -> None:
        super().__init__()
        for size in (each for each in _SIZES if each <= most):
            em = theme.units(size)
            widest = max(TokenText(word, size, limit=_LIMIT).advance for word in leaders)
            room = widest + em * 1.1
            shown = tail(prompt, width - room - em * 0.42, size)
            if len(shown) == len(prompt):
                break
        self.size = float(size)
        self.strip = TokenStrip(shown, size)
        self.blank = RoundedRectangle(
            corner_radius=em * 0.25,
            width=room,
            height=em * 1.75,
            stroke_color=theme.FOCUS,
            stroke_width=3,
            fill_opacity=0,
        ).move_to(self.strip.boxes[-1].box.get_right() + np.array([em * 0.42 + room / 2, 0, 0]))
        middle = self.blank.get_center() - np.array([0, em * 0.34, 0])
        self.words = [
            TokenText(word, size, colour if word.raw == final.raw else theme.TEXT, limit=_LIMIT)
            .place(middle, "center")
            .set_fill(opacity=0)
            for word in leaders
        ]
        self.add(self.strip, self.blank, *self.words)

    def set_depth(self, depth: float | None) -> Self:
        """Fills the blank with what is said at a depth, or leaves it empty."""
        at = -1 if depth is None else int(depth + 1e-6)
        for number, word in enumerate(self.words):
            word.set_fill(opacity=float(number == at))
        return self

    def set_size(self, size: float) -> Self:
        """Takes it to another size of type."""
        self.scale(size / self.strip.boxes[0].text.runs[0].pixels)
        return self

    def place(self, left: float, top: float) -> Self:
        """Moves it so that its first box has its left top corner there."""
        corner = self.strip.boxes[0].box.get_corner(np.array([-1.0, 1.0, 0.0]))
        self.shift(np.array([left, top, 0.0]) - corner)
        return self
