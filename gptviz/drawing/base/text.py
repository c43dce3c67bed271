"""Words, numerals and tokens on screen. Each is made of runs: one mobject per text of one font and
colour.

A text knows its baseline, so that texts are set on lines, not on the boxes of their letters; and it
keeps the pieces that it was made of, so that the audit knows where each of its digits comes from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.glyphs import Points, face, shaped
from gptviz.errors import UntrackedNumber
from gptviz.recording.number import Claim, Quoted, Token, Tracked, Word
from gptviz.recording.statement import Piece, Statement, compose

Align = Literal["left", "center", "right"]
_SHARE = {"left": 0.0, "center": 0.5, "right": 1.0}
SPACE_MARK = "\u00b7"
_MARKS = {" ": SPACE_MARK, "\n": "\u21b5", "\t": "\u21e5", "\r": "\u21e4"}
_BYTES = 8  # of a token that is no text, as many as are shown


class Run(VMobject):
    """A text of one font and colour as one mobject. ``size`` is its type size in pixels at 1080
    lines."""

    def __init__(
        self,
        text: str,
        size: float = theme.LABEL,
        color: str = theme.TEXT,
        font: str = theme.TEXT_FACE,
        pieces: Statement | None = None,
    ) -> None:
        super().__init__(stroke_width=0, fill_color=color, fill_opacity=1)
        self.size, self.font = size, font
        self.pieces = Statement((Piece(text),)) if pieces is None else pieces
        self._set(text, np.zeros(3), np.array([theme.units(size), 0.0, 0.0]))

    def _set(self, text: str, origin: Points, em: Points) -> None:
        """Sets the outline of a text whose baseline starts at ``origin``; ``em`` is one em along
        the baseline."""
        form = shaped(text, self.font)
        self._outline(text, form.points, form.advance, origin, em)

    def _outline(
        self, text: str, local: Points, advance: float, origin: Points, em: Points
    ) -> None:
        """Sets an outline given in em, with the width that it takes on its line."""
        self.text, self._local, self._advance = text, local, advance
        across = local[:, 0]
        self._ends = (int(np.argmin(across)), int(np.argmax(across))) if len(across) else (0, 0)
        self._home = (origin, em)
        up = np.array([-em[1], em[0], 0.0])
        self.points = local[:, :1] * em + local[:, 1:2] * up + origin

    def frame(self) -> tuple[Points, Points]:
        """Where the baseline starts and one em along it, wherever the mobject was moved, scaled or
        turned to."""
        if len(self._local) == 0 or len(self.points) != len(self._local):
            return self._home
        # The plane as complex numbers, where a product scales and turns; two points tell, the
        # outermost.
        first, last = self._ends
        local = [complex(*self._local[end, :2].tolist()) for end in (first, last)]
        now = [complex(*self.points[end, :2].tolist()) for end in (first, last)]
        em = (now[1] - now[0]) / (local[1] - local[0])
        origin = now[0] - em * local[0]
        return np.array([origin.real, origin.imag, self.points[first][2]]), np.array(
            [em.real, em.imag, 0.0]
        )

    @property
    def intact(self) -> bool:
        """Whether the outline on screen still is that of the text: not so after a Transform into
        something else."""
        if len(self.points) != len(self._local):
            return False
        if len(self._local) == 0:
            return True
        origin, em = self.frame()
        up = np.array([-em[1], em[0], 0.0])
        wanted = self._local[:, :1] * em + self._local[:, 1:2] * up + origin
        return bool(
            np.abs(wanted - self.points).max() < 0.05 * max(float(np.linalg.norm(em)), 1e-6)
        )

    @property
    def advance(self) -> float:
        """The width that the text takes on its line, in units: its letters and the space around
        them."""
        return self._advance * self._em()

    def _em(self) -> float:
        """The length of one em on screen."""
        _, (along, up, _) = self.frame()
        return math.hypot(along, up)

    @property
    def pixels(self) -> float:
        """The size of type as it stands on screen, in pixels at 1080 lines."""
        return self._em() * 1080 / theme.HEIGHT

    def place(self, point: Any, align: Align = "left") -> Self:
        """Moves the text so that its baseline starts, is centred or ends at a point."""
        origin, em = self.frame()
        way = np.asarray(point, dtype=float) - origin
        way[0] -= _SHARE[align] * self._advance * math.hypot(em[0], em[1])
        if way.any():
            self.points = (
                self.points + way
            )  # Manim's shift, without walking through a family of one
        if len(self.points) == 0:
            self._home = (np.asarray(point, dtype=float), self._home[1])
        return self

    def baseline(self, align: Align = "left") -> Points:
        """The point where the baseline starts, has its middle or ends."""
        origin, em = self.frame()
        return origin + em * self._advance * _SHARE[align]


class Numeral(Run):
    """A tracked number as one mobject, in tabular figures; it takes no other number.

    ``spec`` is a format of :mod:`gptviz.recording.wording`. Changing its number keeps the point
    named by ``align`` where it is. A quoted figure stands in quotation marks.
    """

    def __init__(
        self,
        number: Tracked,
        spec: str = ".2f",
        size: float = theme.LABEL,
        color: str = theme.TEXT,
        align: Align = "left",
        font: str = theme.TEXT_FACE,
    ) -> None:
        self.spec, self.align = spec, align
        self.number = number
        self._between = False  # whether it turns, and so shows no number yet
        pieces = self._pieces(number)
        super().__init__(pieces.text, size, color, font, pieces)
        self.place(np.zeros(3), align)

    def _pieces(self, number: Tracked, spec: str | None = None) -> Statement:
        if not isinstance(number, Tracked):
            raise UntrackedNumber(
                f"{number!r} has no address",
                "a numeral takes tracked numbers only",
                "take it from a recording, or derive it with a formula of gptviz.maths",
            )
        spec = spec or self.spec
        pieces = [Piece(format(number, spec), number, spec)]
        if isinstance(number, Quoted):
            pieces = [Piece("\u201c"), *pieces, Piece("\u201d")]
        return Statement(pieces)

    def set_value(self, number: Tracked) -> Self:
        """Shows another number at the same place, in the same size."""
        pieces = self._pieces(number)
        if pieces.text != self.text or self._between:
            self._between = False
            origin, em = self.frame()
            start = (
                origin
                + em * (self._advance - shaped(pieces.text, self.font).advance) * _SHARE[self.align]
            )
            self._set(pieces.text, start, em)
        self.pieces, self.number = pieces, number
        return self

    def set_between(
        self, before: Tracked, after: Tracked, share: float, spec: str | None = None
    ) -> Self:
        """Shows the turn from one number to another, as on the wheels of a counter: no value
        between them.

        Digits that both have in one place stand still; of the others the old one leaves as the new
        one comes, upwards where the number grows. ``share`` is how far they have turned, from 0 to
        1. ``spec`` is the later number's format, where it has another.
        """
        if share >= 1:
            self.spec = spec or self.spec
        if share <= 0 or share >= 1:
            return self.set_value(before if share <= 0 else after)
        old, new = self._pieces(before), self._pieces(after, spec)
        advances = [shaped(pieces.text, self.font).advance for pieces in (old, new)]
        advance, fixed = advances[0] + (advances[1] - advances[0]) * share, _SHARE[self.align]
        local = _turned(
            [
                _letters(pieces.text, self.font, fixed * (advance - wide))
                for pieces, wide in zip((old, new), advances, strict=True)
            ],
            share,
            after >= before,
        )
        origin, em = self.frame()
        self._between = True
        self.pieces, self.number = (old, before) if share < 0.5 else (new, after)
        start = origin + em * (self._advance - advance) * fixed
        self._outline(self.pieces.text, local, advance, start, em)
        return self


Letter = tuple[str, float, Points]  # a character, where it starts, its outline, all in em
_LOW, _HIGH = -0.06, 0.79  # of a line of digits, in em


def _letters(text: str, font: str, start: float) -> list[Letter]:
    """The characters of a text whose baseline starts at ``start``."""
    found = []
    for i, character in enumerate(text):
        x = start + shaped(text[:i], font).advance
        found.append((character, x, shaped(character, font).points + np.array([x, 0.0, 0.0])))
    return found


def _turned(lines: list[list[Letter]], share: float, upwards: bool) -> Points:
    """The outline of two lines of characters as the front of a wheel that has turned from the first
    to the second."""
    places = [{(letter, round(x, 2)) for letter, x, _ in line} for line in lines]
    parts = [np.zeros((0, 3))]
    for number, line in enumerate(lines):
        size = share if number else 1 - share
        edge = _LOW if upwards == bool(number) else _HIGH
        for letter, x, outline in line:
            if (letter, round(x, 2)) not in places[1 - number]:
                parts.append(outline * [1, size, 1] + [0, edge * (1 - size), 0])
            elif number:
                parts.append(outline)
    return np.concatenate(parts)


class Words(VGroup):
    """A line (or several) of words, with tracked numbers, tokens and claims in it.

    ``Words("{n:,} others", n=rest)``. Lines are broken at ``width`` units, and where the template
    holds a newline.
    """

    def __init__(
        self,
        template: str | Claim | Statement,
        size: float = theme.LABEL,
        color: str = theme.TEXT,
        font: str = theme.TEXT_FACE,
        align: Align = "left",
        *,
        width: float | None = None,
        leading: float = 1.35,
        **fields: Any,
    ) -> None:
        super().__init__()
        self.size, self.align = size, align
        self.pieces = compose(template, **fields)
        height = theme.units(size) * leading
        self.lines: list[list[Run]] = []
        for number, line in enumerate(_lines(self.pieces, size, font, width)):
            runs, pen = [_run_of(piece, size, color, font) for piece in line], 0.0
            for run in runs:
                run.place(np.array([pen, -number * height, 0]))
                pen += run.advance
            self.lines.append(runs)
            self.add(VGroup(*runs).shift(np.array([-_SHARE[align] * pen, 0, 0])))

    @property
    def first(self) -> Run:
        """The first run, whose baseline is that of the first line."""
        return self.lines[0][0]

    @property
    def advance(self) -> float:
        """The width of the widest line, in units."""
        return max(sum(run.advance for run in line) for line in self.lines)

    def place(self, point: Any, align: Align | None = None) -> Self:
        """Moves the text so that the baseline of its first line starts, is centred or ends at a
        point."""
        target = np.asarray(point, dtype=float)
        width = sum(run.advance for run in self.lines[0])
        self.shift(
            target - self.first.baseline() - np.array([_SHARE[align or self.align] * width, 0, 0])
        )
        return self

    def baseline(self, align: Align = "left") -> Points:
        """The point where the first line's baseline starts, has its middle or ends."""
        start: Points = self.first.baseline()
        return np.asarray(
            start + np.array([_SHARE[align] * sum(run.advance for run in self.lines[0]), 0, 0])
        )

    def named(self, *origins: Any) -> VGroup:
        """The runs whose piece comes from one of some values, to colour or to move them."""
        return VGroup(
            *[
                run
                for line in self.lines
                for run in line
                if any(run.pieces[0].origin is o for o in origins)
            ]
        )


class TokenText(VGroup):
    """A token's text in the token font: its spaces as visible marks, bytes that are no text as
    hexadecimal digits."""

    def __init__(
        self, token: str, size: float = theme.LABEL, color: str = theme.TEXT, limit: int = 24
    ) -> None:
        super().__init__()
        if not isinstance(token, (Token, Word)):
            raise UntrackedNumber(
                f"{token!r} is not a recorded token",
                "a token's text comes from a recording",
                "take it from recording.tokens(...) or recording.text(...)",
            )
        self.token, self.size = token, size
        self.pieces = Statement((Piece(str(token), token),))
        self.runs: list[Run] = []
        pen = 0.0
        for text, marked in _visible(token, limit):
            mono = face(theme.TOKEN_FACE).has(text)  # it lacks a return sign
            font = theme.TOKEN_FACE if mono else theme.TEXT_FACE
            run = Run(
                text,
                size,
                theme.SECONDARY if marked else color,
                font,
                Statement((Piece(text, token),)),
            )
            run.place(np.array([pen, 0, 0]))
            pen += run.advance
            self.runs.append(run)
        self.add(*self.runs)

    @property
    def advance(self) -> float:
        """The width that the token takes on its line, in units."""
        return sum(run.advance for run in self.runs)

    @property
    def letters(self) -> VGroup:
        """The runs that are not marks."""
        return VGroup(*[run for run in self.runs if run.text.strip(SPACE_MARK)])

    def place(self, point: Any, align: Align = "left") -> Self:
        """Moves the token so that its baseline starts, is centred or ends at a point."""
        origin = self.runs[0].baseline()
        self.shift(
            np.asarray(point, dtype=float) - origin - np.array([_SHARE[align] * self.advance, 0, 0])
        )
        return self

    def baseline(self, align: Align = "left") -> Points:
        """The point where the baseline starts, has its middle or ends."""
        start: Points = self.runs[0].baseline()
        return np.asarray(start + np.array([_SHARE[align] * self.advance, 0, 0]))


def percent(share: float, decimals: int = 2, most: int = 4) -> str:
    """A format in percent: so many decimals, or some more that keep a small chance from being
    written as none."""
    enough = (
        f".{places}%"
        for places in range(decimals, most + 1)
        if share >= 0.5 * 10.0 ** -(places + 2)
    )
    return next(enough, f".{decimals}%")


def side_by_side(
    parts: Sequence[Run | Words | TokenText], x: float, y: float, gap: float = 0.3
) -> VGroup:
    """Texts on one baseline, one after another, ``gap`` units apart."""
    for part in parts:
        part.place([x, y, 0])
        x += part.advance + gap
    return VGroup(*parts)


def _visible(token: str, limit: int) -> list[tuple[str, bool]]:
    """A token's text in parts, each with whether it is a mark (dimmed) and no letter."""
    raw = token.raw if isinstance(token, Token) else token.encode()
    text = str(token)
    known = _drawable(
        "".join(character for character in text if character not in _MARKS), theme.TOKEN_FACE
    )
    if not text or not known or (isinstance(token, Token) and not token.whole):
        most = min(_BYTES, max(limit // 3, 1))
        rest = [("\u2026", True)] if len(raw) > most else []
        return [
            ("\u27e8", True),
            (raw[:most].hex(" ").upper() or "empty", False),
            *rest,
            ("\u27e9", True),
        ]
    if len(text) > limit:
        half = (limit - 1) // 2
        return [*_visible_text(text[:half]), ("\u2026", True), *_visible_text(text[-half:])]
    return _visible_text(text)


def _drawable(text: str, font: str) -> bool:
    """Whether a text can be seen in a font: some have glyphs for control characters, which show
    nothing."""
    return text.isprintable() and face(font).has(text)


def _visible_text(text: str) -> list[tuple[str, bool]]:
    parts: list[tuple[str, bool]] = []
    for character in text:
        shown, marked = _MARKS.get(character, character), character in _MARKS
        if parts and parts[-1][1] == marked:
            parts[-1] = (parts[-1][0] + shown, marked)
        else:
            parts.append((shown, marked))
    return parts


def _run_of(piece: Piece, size: float, color: str, font: str) -> Run:
    if isinstance(piece.origin, (Token, Word)) and not _drawable(piece.text, font):
        known = _drawable(piece.text, theme.TOKEN_FACE)
        text = piece.text if known else "".join(part for part, _ in _visible(piece.origin, 40))
        return Run(text, size, color, theme.TOKEN_FACE, Statement((piece,)))
    if isinstance(piece.origin, Token):
        return Run(piece.text, size * 0.96, color, theme.TOKEN_FACE, Statement((piece,)))
    return Run(piece.text, size, color, font, Statement((piece,)))


def _lines(pieces: Statement, size: float, font: str, width: float | None) -> list[list[Piece]]:
    """The pieces line by line; plain words are broken at spaces, numerals and tokens are not."""
    lines: list[list[Piece]] = [[]]
    used = 0.0
    for piece in pieces:
        plain = piece.origin is None or isinstance(piece.origin, Claim)
        for part in _parts(piece.text) if plain else [piece.text]:
            if part == "\n":
                lines.append([])
                used = 0.0
                continue
            share = Piece(part, piece.origin, piece.spec)
            room = _run_of(share, size, theme.TEXT, font).advance
            bare = room - (
                shaped(" ", font).advance * theme.units(size) if part.endswith(" ") else 0.0
            )
            if width is not None and used and used + bare > width:
                lines.append([])
                used = 0.0
            used += room
            last = lines[-1][-1] if lines[-1] else None
            if last is not None and plain and last.origin is piece.origin:
                lines[-1][-1] = Piece(last.text + part, piece.origin, piece.spec)
            else:
                lines[-1].append(share)
    return [line for line in lines if line]


def _parts(text: str) -> list[str]:
    """Words with the space after them, and newlines on their own."""
    parts, word = [], ""
    for character in text:
        if character == "\n":
            parts += [word, "\n"] if word else ["\n"]
            word = ""
        else:
            word += character
            if character == " ":
                parts.append(word)
                word = ""
    return [*parts, word] if word else parts
