"""A text that grows by tokens, wrapped over lines: hundreds of tokens stay a few mobjects.

Planned films: autoregression, token_by_token, temperature, topk_topp, every_position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import RoundedRectangle, linear

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Framed
from gptviz.drawing.base.glyphs import face
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Run, TokenText
from gptviz.maths.rounding import whole_above
from gptviz.recording.number import Token
from gptviz.recording.statement import Piece, Statement

_BREAKS = "\n\u2028\u2029"


class TokenFlow(Framed):
    """Tokens written one after another on lines of ``width`` units; the left upper corner stays
    where it is.

    ``append`` gives the new token's mobject, to fade it in or to let it fly there. Spaces are
    plain, or marked with ``marks``; bytes that are no text and line breaks are always marked.
    Finished lines become one mobject each (not with ``merge=False``, where ``tokens[i]`` stays what
    token i was drawn with). With ``lines`` only the last so many lines are seen, and the text moves
    up.
    """

    def __init__(
        self,
        tokens: Sequence[Token] = (),
        width: float = 8.0,
        size: float = theme.LABEL,
        color: str = theme.TEXT,
        lines: int | None = None,
        *,
        font: str = theme.TOKEN_FACE,
        marks: bool = False,
        merge: bool = True,
        leading: float = 1.5,
    ) -> None:
        height = theme.units(size) * leading
        super().__init__(0.0, -height * (lines or 1), width, 0.0)
        self.width_, self.size, self.color_, self._font, self._marks = (
            width,
            size,
            color,
            font,
            marks,
        )
        self._leading, self._most, self._merge = height, lines, merge
        self._pen, self._line, self._first = 0.0, 0, 0
        self._rows: list[list[Any]] = [[]]
        self.tokens: list[Any] = []
        for token in tokens:
            self.append(token)

    def append(self, token: Token, color: str | None = None) -> Any:
        """Writes one more token and gives its mobject."""
        word = self._drawn(token, color or self.color_)
        room = word.advance - (self._space if str(token).endswith(" ") else 0.0)
        if self._rows[-1] and self._pen + room > self.width_ + 1e-6 and str(token).strip():
            self._break()
        if (
            not self._rows[-1]
            and not self._marks
            and token.startswith(" ")
            and isinstance(word, Run)
        ):
            self._pen = -self._space  # a line begins with a letter, not with the space before it
        word.place(np.array([self._pen, self._baseline(), 0.0]))
        self._pen += word.advance
        self.fit(word)
        self._rows[-1].append(word)
        self.tokens.append(word)
        self.add(word)
        if str(token).endswith(tuple(_BREAKS)):
            self._break()
        return word

    def extend(self, tokens: Sequence[Token], color: str | None = None) -> list[Any]:
        """Writes several tokens and gives their mobjects."""
        return [self.append(token, color) for token in tokens]

    @property
    def slot(self) -> npt.NDArray[np.float64]:
        """Where the next token's baseline will start, if it fits on the line."""
        return self.at(self._pen, self._baseline())

    @property
    def next_line(self) -> npt.NDArray[np.float64]:
        """Where the baseline of the line after the last will start."""
        return self.at(0.0, self._baseline() - self._leading)

    @property
    def bottom(self) -> float:
        """The height on screen of the last line's baseline."""
        return float(self.at(0.0, self._baseline())[1])

    @property
    def _space(self) -> float:
        return Run(" ", self.size, font=self._font).advance

    def _baseline(self) -> float:
        return -(self._line - self._first) * self._leading - theme.units(self.size)

    def _drawn(self, token: Token, color: str) -> Any:
        text = str(token)
        plain = (
            token.whole and face(self._font).has(text) and text.isprintable() and text
        )  # control marks are tiny
        if not plain or (self._marks and " " in text):
            return TokenText(token, self.size, color)
        shown = Run(text, self.size, color, self._font, Statement((Piece(text, token),)))
        return _cut(token, self, color) if shown.advance > self.width_ else shown

    def _break(self) -> None:
        if self._merge:
            self._merged(self._rows[-1])
        self._pen, self._line = 0.0, self._line + 1
        self._rows.append([])
        if self._most is not None and self._line - self._first >= self._most:
            gone = self._rows[self._first]
            self.remove(*gone)
            self._first += 1
            up = self.at(0.0, self._leading) - self.at(0.0, 0.0)
            for row in self._rows[self._first :]:
                for word in row:
                    word.shift(up)

    def _merged(self, row: list[Any]) -> None:
        """Puts the runs of a finished line that are alike into one mobject."""
        if len(row) < 2 or not all(isinstance(w, Run) and w.intact for w in row):
            return
        if len({(w.font, w.fill_rgbas.tobytes()) for w in row}) > 1:
            return
        pieces = Statement(piece for word in row for piece in word.pieces)
        first = row[0]
        line = Run(pieces.text, self.size, self.color_, self._font, pieces)
        line.fill_rgbas = first.fill_rgbas.copy()
        line.place(
            np.array(
                [
                    -self._space if pieces.text.startswith(" ") and not self._marks else 0.0,
                    self._baseline(),
                    0.0,
                ]
            )
        )
        self.fit(line)
        self.remove(*row)
        self.add(line)
        row[:] = [line]


def fitted(
    prompt: Sequence[Token],
    rest: Sequence[Token],
    width: float,
    height: float,
    color: str = theme.TEXT,
    *,
    spare: float = 0.0,
    sizes: Sequence[float] = (76, 70, 64, 60, 56, 52, 48, 44, 40, 36),
) -> TokenFlow:
    """A flow of ``prompt`` in type as large as lets ``rest`` follow it on ``height`` units; else
    the smallest.

    ``spare``: the room behind the last token, in em.
    """
    for size in sizes:
        em = theme.units(size)
        lines = int(height / (em * 1.5))
        trial = TokenFlow([*prompt, *rest], width, size)
        if trial.bottom >= -lines * em * 1.5 and trial.slot[0] <= width - spare * em:
            break
    return TokenFlow(prompt, width, size, color, lines, merge=False)


def _cut(token: Token, flow: TokenFlow, color: str) -> TokenText:
    """A token longer than a line, shortened in its middle."""
    em = Run("m", flow.size, font=theme.TOKEN_FACE).advance
    return TokenText(token, flow.size, color, limit=max(5, int(flow.width_ / em) - 2))


class Writing(Follow):
    """Writes tokens into a flow, evenly over time; ``color(i)`` colours token i."""

    def __init__(
        self,
        flow: TokenFlow,
        tokens: Sequence[Token],
        color: Callable[[int], str] | None = None,
        run_time: float = theme.SLOW,
        **options: Any,
    ) -> None:
        self._tokens, self._color, self._done = tokens, color, 0
        super().__init__(flow, self._write, run_time, rate_func=linear, **options)

    def _write(self, flow: TokenFlow, share: float) -> None:
        while self._done < int(whole_above(share * len(self._tokens))):
            flow.append(self._tokens[self._done], self._color(self._done) if self._color else None)
            self._done += 1


def blank_after(flow: TokenFlow) -> RoundedRectangle:
    """An empty box where the next token will stand."""
    em = theme.units(flow.size) * flow.factor
    x, y, _ = flow.slot
    if theme.RIGHT_EDGE - x - em * 0.6 < em:  # a next line begins
        x, y, _ = flow.next_line
    wide = float(np.clip(theme.RIGHT_EDGE - x - em * 0.6, em, em * 4.5))
    box = RoundedRectangle(
        corner_radius=em * 0.2,
        width=wide,
        height=em * 1.4,
        stroke_color=theme.FOCUS,
        stroke_width=3,
        fill_opacity=0,
    )
    return box.move_to(
        np.array([x + em * 0.5, y + em * 0.32, 0]), aligned_edge=np.array([-1.0, 0.0, 0.0])
    )
