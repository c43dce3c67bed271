"""What only this film draws: words that drift past a blank, and the loop around the map of the
model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from manim import Animation, AnimationGroup, VGroup, linear, smooth
from manim.utils.rate_functions import squish_rate_func

from gptviz.drawing.base import theme
from gptviz.drawing.base.glyphs import face
from gptviz.drawing.base.motion import Follow, Glide
from gptviz.drawing.base.text import Numeral, Run, TokenText, Words
from gptviz.drawing.chances.bars import Bar, BarRow, ProbabilityBars
from gptviz.drawing.chances.loop import distribution
from gptviz.drawing.chances.sampling import CumulativeDraw
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.model.map import ModelMap
from gptviz.drawing.tokens.flow import TokenFlow
from gptviz.recording.number import Count, Token
from gptviz.recording.statement import Piece, Statement

WIDTH = theme.RIGHT_EDGE - theme.LEFT_EDGE
TEXT_TOP, TEXT_SIZE, TEXT_LINES = theme.TOP_EDGE - 0.05, 42.0, 4
LONGEST = 24  # characters of a token that is drawn in full
SHOWN = 5  # rows of probabilities
FIRST_ROW, ROW, SIZE = 1.12, 0.41, 30.0  # height of the first row, between rows, and their type
ROWS_LEFT, BARS_LEFT = -2.35, 2.3  # where labels begin, and bars after them
UNIT = 6.3  # of a probability of one, as a bar
STRIP, THICK = -1.56, 0.4  # height and thickness of the strip
MODEL = (theme.LEFT_EDGE, -0.15, -2.85, 1.25)  # where the map stands in the loop


def plain(token: Token, size: float, color: str = theme.TEXT) -> Any:
    """A token as it stands in a text, its space unmarked; marked where it is no text."""
    text = str(token)
    shown = len(text) <= LONGEST and text.isprintable() and face(theme.TOKEN_FACE).has(text)
    if not token.whole or not shown or not text.strip():
        return TokenText(token, size, color)
    return Run(text, size, color, theme.TOKEN_FACE, Statement((Piece(text, token),)))


class Drift(VGroup):
    """Tokens that drift upwards through a blank, one after another, as if they might stay."""

    def __init__(self, tokens: Sequence[Token], slot: Any, size: float, width: float) -> None:
        super().__init__()
        self._slot, self._step = np.asarray(slot), theme.units(size) * 1.7
        self.words = [plain(token, size, theme.SECONDARY) for token in tokens]
        for word in self.words:
            if word.advance > width:
                word.scale(width / word.advance)
        self.add(*self.words)
        self.set_place(-1.6)

    def set_place(self, place: float) -> Self:
        """Puts the word of this number into the blank; those before are above it."""
        for i, word in enumerate(self.words):
            away = place - i
            word.place(self._slot + np.array([0.0, away * self._step, 0.0]))
            near = max(0.0, 1.0 - abs(away) / 1.5)
            word.set_opacity(near**1.5)
        return self

    def pass_by(self, run_time: float) -> Follow:
        """All of them drift by; the blank is empty again."""
        way = len(self.words) + 2.2
        return Follow(
            self, lambda _, share: self.set_place(-1.6 + way * share), run_time, rate_func=linear
        )


class WritingLoop(VGroup):
    """The loop around the map of a model: the text above, the map at the left, the probabilities
    that come out of it, and below them the strip on which the dice decide."""

    def __init__(self, prompt: Sequence[Token], chart: ModelMap) -> None:
        super().__init__()
        self.text = TokenFlow(prompt, WIDTH, TEXT_SIZE, lines=TEXT_LINES).shift(
            np.array([theme.LEFT_EDGE, TEXT_TOP, 0])
        )
        self.map, self.rows, self.marks = chart, VGroup(), VGroup()
        self.strip: CumulativeDraw | None = None
        self.draw_ = VGroup()
        self.bars: ProbabilityBars | None = None
        self.add(self.text, self.map, self.rows, self.draw_, self.marks)

    # Pictures of a step
    # ----------------------------------------------------------------------------------------

    def bars_of(self, step: Any) -> ProbabilityBars:
        """The rows of a step: its likeliest tokens, and all others together."""
        now = distribution(step, SHOWN)
        *shares, rest = now.written
        bars = ProbabilityBars(
            now.tokens,
            shares,
            rest,
            Words("all others", SIZE, theme.SECONDARY),
            unit=UNIT,
            columns=(2.2, BARS_LEFT),
            row=ROW,
            size=SIZE,
            limit=12,
            room=theme.RIGHT_EDGE - ROWS_LEFT - BARS_LEFT,
        )
        return bars.shift(np.array([ROWS_LEFT, FIRST_ROW, 0]))

    def strip_of(self, step: Any) -> CumulativeDraw:
        """All probabilities of a step end to end."""
        now = distribution(step, SHOWN)
        strip = CumulativeDraw(now.tokens, now.shares, now.rest, WIDTH - 0.8, THICK, SIZE)
        return strip.shift(np.array([0, STRIP, 0]))

    def show_rows(self, step: Any) -> ProbabilityBars:
        """Puts the rows of a step in place."""
        self.bars = self.bars_of(step)
        self.rows.submobjects = [self.bars]
        return self.bars

    def show_strip(self, step: Any) -> CumulativeDraw:
        """Puts the strip of a step in place."""
        self.strip = self.strip_of(step)
        self.draw_.submobjects = [self.strip]
        return self.strip

    def row_of(self, step: Any) -> BarRow:
        """The row that a step's token stands in; that of all others where it has none."""
        assert self.bars is not None
        return self.bars.rows[min(int(step.rank), len(self.bars.rows) - 1)]

    # Motions
    # ----------------------------------------------------------------------------------------

    def read(self, run_time: float = theme.SLOW) -> AnimationGroup:
        """Copies of the text's tokens fall into the map, and its parts light up one after the
        other; the text stays."""
        words = [part for part in self.text.submobjects[1:] if len(part.points) or part.submobjects]
        left, bottom, right, top = self.map.box_of("tokens")
        goal = np.array([(left + right) / 2, (bottom + top) / 2, 0.0])
        copies = VGroup(*[word.copy() for word in words])
        starts = [[part.points.copy() for part in word.get_family()] for word in copies]
        self.marks.submobjects = [*self.marks.submobjects, copies]

        def fall(group: VGroup, share: float) -> None:
            for i, (word, points) in enumerate(zip(group, starts, strict=True)):
                delay = 0.5 * i / max(len(starts), 1)
                own = smooth(float(np.clip((share - delay) / 0.5, 0, 1)))
                for part, start in zip(word.get_family(), points, strict=True):
                    if len(start):
                        part.points = goal + (start - goal) * (1 - 0.97 * own)
                word.set_opacity(1 - own)
            if share >= 1 and group in self.marks.submobjects:
                self.marks.submobjects = [m for m in self.marks.submobjects if m is not group]

        return AnimationGroup(
            Follow(copies, fall, run_time * 0.6, rate_func=linear),
            self.pass_through(run_time, 0.45),
        )

    def pass_through(self, run_time: float, start: float = 0.0) -> Follow:
        """Light goes through the map, from the tokens to the next token."""
        blocks = int(self.map.layers)
        parts = ["tokens", "embedding", *[f"block {i}" for i in range(blocks)], "unembedding"]
        parts.append("next token")

        def step(chart: ModelMap, share: float) -> None:
            along = max(0.0, share - start) / (1 - start)
            chart.set_lit(parts[min(int(along * len(parts)), len(parts) - 1)])

        return Follow(self.map, step, run_time, rate_func=linear)

    def grow(self, run_time: float = theme.SLOW) -> Follow:
        """The bars of the rows grow to their lengths; their numerals stand at their ends then."""
        assert self.bars is not None
        bars = self.bars
        lengths = bars.glide_state()

        def step(_: Any, share: float) -> None:
            for row, length in zip(bars.rows, lengths, strict=True):
                row.bar.set_length(length * share)
                row.share.set_opacity(float(np.clip(share * 4 - 3, 0, 1)))

        return Follow(self.rows, step, run_time)

    def lay(self, step: Any, run_time: float = 1.8) -> AnimationGroup:
        """Copies of the bars fly into their places on the strip, which is as long as all of
        them."""
        assert self.bars is not None
        strip = self.strip_of(step)
        count = len(self.bars.rows)
        copies = [row.bar.copy() for row in self.bars.rows]
        self.marks.submobjects = copies
        moves = []
        for i, copy in enumerate(copies):
            goal, start = strip.lying(i).points, copy.points.copy()
            moves.append(Follow(copy, _flight(start, goal, i, count), run_time, rate_func=linear))
        texts = VGroup(*[part for row in self.bars.rows for part in (row.label, row.share)])
        return AnimationGroup(Follow(texts, _step_back, run_time, rate_func=linear), *moves)

    def laid(self, step: Any) -> CumulativeDraw:
        """The strip itself takes the place of what was laid there."""
        self.marks.submobjects = []
        return self.show_strip(step)

    def change(self, step: Any, run_time: float = theme.MOVE) -> Animation:
        """The rows and the strip of the step before turn into those of this one: bars to their new
        lengths, numerals to their new values, one token after the other in its row."""
        bars, now = self.bars, distribution(step, SHOWN)
        assert bars is not None
        old = VGroup(*[row.label for row in bars.rows[: len(now.tokens)]])
        self._name_rows(now.tokens)
        new = VGroup(*[row.label for row in bars.rows[: len(now.tokens)]])
        self.marks.submobjects = [old]

        def turn(_: Any, share: float) -> None:
            old.set_opacity(float(np.clip(1 - share * 2, 0, 1)))
            new.set_opacity(float(np.clip(share * 2 - 1, 0, 1)))
            if share >= 1:
                self.marks.submobjects = []

        strip = self.strip
        assert strip is not None
        bounds, marker = strip.bounds.copy(), list(strip.marker)
        u = float(strip.numeral.number)
        strip.set_shares(now.tokens, now.shares, now.rest)
        strip.marker.submobjects = marker
        cut = _cut(strip, bounds)

        def back(_: Any, share: float) -> None:
            cut(_, share)
            strip.roll(-u * share)

        *shares, rest = now.written
        return AnimationGroup(
            Glide(bars, lambda: bars.set_shares(shares, rest), run_time),
            Follow(self.marks, turn, run_time),
            Follow(self.draw_, back, run_time),
        )

    def _name_rows(self, tokens: Sequence[Token]) -> None:
        """Other tokens stand in the rows."""
        assert self.bars is not None
        for row, token in zip(self.bars.rows, tokens, strict=False):
            label = TokenText(token, SIZE, limit=12).place(row.label.baseline())
            row.submobjects = [label, *row.submobjects[1:]]
            row.label = label

    def roll(self, step: Any, run_time: float = 1.6, laps: int = 1) -> Follow:
        """The pointer of a step's random number rolls along the strip until it stops there."""
        assert self.strip is not None
        self.strip.draw(step.u)
        return self.strip.slide(run_time, laps)

    def hit(self, step: Any) -> tuple[Focus, Animation]:
        """The outline of the row that was hit, and the outline of its interval."""
        assert self.strip is not None
        focus = Focus(self.row_of(step))
        self.marks.submobjects = [focus]
        return focus, self.strip.land(float(step.low), float(step.high), None, theme.QUICK)

    def write(self, step: Any, run_time: float = theme.MOVE) -> Follow:
        """The token flies out of the rows to the end of the text."""
        assert self.bars is not None
        start = self.bars.rows[0].label.baseline()
        if int(step.rank):  # out of a lower row, it would fly over those above
            start = start + np.array([0.0, ROW, 0.0])
        word = self.text.append(step.token)
        way = start - word.baseline()
        home = word.copy()

        def fly(_: Any, share: float) -> None:
            bend = np.array([0.9 * np.sin(np.pi * share), 0.0, 0.0])
            for part, goal in zip(word.get_family(), home.get_family(), strict=True):
                if len(part.points):
                    part.points = goal.points + way * (1 - share) + bend

        return Follow(word, fly, run_time)

    def hurry(self, steps: Sequence[Any], counter: Counter) -> Callable[[Any, float], None]:
        """Whole steps as a motion's share of time goes by: the pointer glides from one draw to the
        next, and each token is written as it gets there."""
        begun: list[Any] = []
        from_: list[float] = []
        over: list[bool] = []

        def end() -> None:
            self.text.append(begun[-1].token)
            counter.number.set_value(begun[-1].number)

        def run(_: Any, share: float) -> None:
            assert self.strip is not None
            along = share * len(steps)
            while len(begun) < min(int(np.floor(along)) + 1, len(steps)):
                if begun:
                    end()
                step = steps[len(begun)]
                from_[:] = [float(self.strip.numeral.number)]
                self._set(step)
                begun.append(step)
            late = float(np.clip(along - (len(begun) - 1), 0, 1))
            self.strip.roll((1 - late) * (from_[0] - float(begun[-1].u)))
            self.strip.hit.set_stroke(opacity=float(late > 0.6))
            if share >= 1 and not over:
                end()
                over.append(True)

        return run

    def _set(self, step: Any) -> None:
        """The probabilities and the draw of a step at once."""
        assert self.bars is not None and self.strip is not None
        now = distribution(step, SHOWN)
        *shares, rest = now.written
        self.marks.submobjects = []
        self._name_rows(now.tokens)
        self.bars.set_shares(shares, rest)
        self.strip.set_draw(
            now.tokens, now.shares, now.rest, step.u, float(step.low), float(step.high)
        )


def _step_back(texts: VGroup, share: float) -> None:
    """Texts make room for what flies over them, and come back."""
    texts.set_opacity(float(np.clip(max(1 - share * 12, share * 8 - 7), 0.1, 1)))


def _flight(start: Any, goal: Any, i: int, count: int) -> Callable[[Any, float], None]:
    """One bar after the other goes to its place."""
    delay = 0.08 + 0.36 * (count - 1 - i) / max(count - 1, 1)
    turn = squish_rate_func(smooth, delay, delay + 0.42)

    def step(bar: Bar, share: float) -> None:
        bar.points = start + (goal - start) * float(turn(share))

    return step


def _cut(strip: CumulativeDraw, old: Any) -> Callable[[Any, float], None]:
    """The strip's seams move from where they were to where they are now; the names of its tokens
    come when they stand."""
    new = strip.bounds.copy()
    labels, colours = strip.labels, strip.cells

    def step(_: Any, share: float) -> None:
        bounds = old + (new - old) * share if len(old) == len(new) else new
        x = (bounds - 0.5) * strip.full
        seam = np.minimum(0.018, np.diff(x) * 0.25) / 2
        half = THICK / 2
        boxes = np.stack(
            [x[:-1] + seam, np.full(len(x) - 1, -half), x[1:] - seam, np.full(len(x) - 1, half)],
            axis=1,
        )
        shades = [theme.rgb(theme.PROBABILITY)] * len(strip.shares)
        shades += [theme.rgb(theme.REST)] * (strip.rest is not None)
        colours.set_boxes(boxes, np.array(shades))
        labels.set_opacity(float(np.clip(share * 3 - 2, 0, 1)))

    return step


class Counter(VGroup):
    """How many tokens have been written, large, below the map."""

    def __init__(self, number: Count) -> None:
        x, y = (MODEL[0] + MODEL[2]) / 2, -0.75
        self.number = Numeral(number, "d", 84, theme.TEXT, "right").place([x - 0.1, y, 0], "right")
        self.words = Words("tokens\nwritten", 30, theme.SECONDARY, leading=1.15)
        self.words.place([x + 0.1, y + 0.3, 0])
        super().__init__(self.number, self.words)


class Verses(VGroup):
    """A text that turns in a circle of ``period`` tokens: every turn on a line of its own, so that
    the same stands below the same. ``first`` is where a line begins."""

    def __init__(self, tokens: Sequence[Token], first: int, period: int) -> None:
        super().__init__()
        self.lines: list[VGroup] = [VGroup()]
        size = 52.0
        pen = 0.0
        for i, token in enumerate(tokens):
            if i and (i - first) % period == 0:
                self.lines.append(VGroup())
                pen = 0.0
            word = plain(token, size)
            if not len(self.lines[-1]) and str(token).startswith(" "):
                pen = -word.advance / len(str(token))  # no space at a line's beginning
            word.place([pen, -(len(self.lines) - 1) * theme.units(size) * 1.8, 0])
            pen += word.advance
            self.lines[-1].add(word)
        self._words = [word for line in self.lines for word in line]
        self.add(*self._words)
        self.scale(min(1.0, (WIDTH - 0.3) / max(self.width, 1e-6)))
        corner = np.array([theme.LEFT_EDGE + 0.15, TEXT_TOP - 1.15, 0])
        self.shift(corner - self.get_corner(np.array([-1.0, 1.0, 0.0])))

    def reveal(self, share: float) -> Self:
        """Shows this share of the words, in turn."""
        self.submobjects = self._words[: int(np.ceil(share * len(self._words) - 1e-9))]
        return self
