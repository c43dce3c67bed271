"""Kinds of heads: maps of scores over all heads, what a score counts, and the two steps of
induction.

Planned films: head_zoo, model_diff.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import DL, UR, Group, RoundedRectangle, VGroup, VMobject

from gptviz import maths
from gptviz.drawing.arrays.heatmap import HeatMap
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import (
    Cells,
    Framed,
    boxes_of,
    outline,
    painted,
    polygons,
    rectangles,
    segments,
    stroked,
)
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.bars import Bar, ProbabilityBars
from gptviz.drawing.heads.headmap import HeadMap
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.drawing.vectors.arrows import arrows
from gptviz.recording.heads import Head
from gptviz.recording.number import Count, Number, Numbers, Token, Tracked, derive
from gptviz.recording.rows import Row
from gptviz.recording.schema import Recording


class ScoreRule(VGroup):
    """What a score counts, as a small pattern: the cells (query, key) whose weights are added,
    among the others."""

    means = ("attention",)

    def __init__(self, counted: Any, side: float = 0.66, color: str = theme.ATTENTION) -> None:
        super().__init__()
        mask = np.asarray(counted, dtype=bool)
        count = len(mask)
        step = side / count
        frame = Framed(0.0, 0.0, side, side)
        q, k = np.nonzero(np.tril(np.ones((count, count), dtype=bool)))
        gap = step * 0.06
        boxes = boxes_of(
            k * step + gap, side - (q + 1) * step + gap, (k + 1) * step - gap, side - q * step - gap
        )
        colours = np.where(mask[q, k][:, None], theme.rgb(color), theme.rgb(theme.HAIRLINE))
        self.add(frame.anchor, Cells(frame.anchor, boxes, colours))


def counted(kind: str, ids: Sequence[Number]) -> npt.NDArray[np.bool_]:
    """The cells (query, key) whose weights a score adds: of the kinds previous, first, self,
    duplicate.

    ``ids`` (token) are those of the prompt. Queries after the first count, as in the formulas of
    :mod:`gptviz.maths`.
    """
    count = len(ids)
    later = np.arange(count)[:, None] > 0
    masks = {
        "previous": np.eye(count, k=-1) > 0,
        "self": later & (np.eye(count) > 0),
        "first": later & (np.arange(count) == 0),
        "duplicate": maths.repeats([float(each) for each in ids]),
    }
    return np.asarray(masks[kind])


class KindCard(Group):
    """A kind of looking: what its score counts, its name, the map of it, and the head that is best
    at it, framed."""

    def __init__(
        self,
        name: str,
        mask: Any,
        scores: Numbers,
        best: Head,
        x: float,
        y: float = 0.2,
        side: float = 2.9,
    ) -> None:
        super().__init__()
        self.map = HeadMap(scores, side, side, labels=False).shift(np.array([x, y, 0]))
        top, bottom = y + side / 2, y - side / 2
        icon = ScoreRule(mask)
        self.around = VGroup(
            icon.shift(np.array([x, top + 0.98, 0]) - icon.get_center()),
            Words(name, theme.LABEL, align="center").place([x, top + 0.25, 0], "center"),
            self.map.outline(*best.index),
            Words(
                "layer {layer:d}, head {head:d}",
                theme.LABEL,
                theme.FOCUS,
                align="center",
                layer=best.layer,
                head=best.head,
            ).place([x, bottom - 0.42, 0], "center"),
            Words(
                "{score:.2f}", theme.STATEMENT, theme.ATTENTION, align="center", score=best.score
            ).place([x, bottom - 0.85, 0], "center"),
        )
        self.add(self.map, self.around)


class Guesses(VGroup):
    """The likeliest words of a prediction and the rest of the vocabulary, below a heading."""

    def __init__(
        self,
        row: Row,
        left: float,
        top: float,
        heading: str,
        count: int = 4,
        size: float = 30.0,
        **fields: Any,
    ) -> None:
        super().__init__()
        ranks = range(min(count, len(row)))
        shares = [row.probability(rank) for rank in ranks]
        bars = ProbabilityBars(
            [row.token(rank) for rank in ranks],
            shares,
            derive(maths.remainder, shares),
            Words("others", size, theme.SECONDARY),
            unit=3.6,
            columns=(1.8, 2.0),
            row=0.5,
            size=size,
            limit=9,
            room=4.2,
        )
        self.add(
            Words(heading, theme.LABEL, theme.SECONDARY, **fields).place([left, top, 0]),
            bars.shift(np.array([left, top - 0.55, 0])),
        )


class SaidTwice(VGroup):
    """The beginning of a text that is said twice, one turn above the other, with how many tokens
    more each turn has.

    ``lines[i]`` are the parts of a turn: its tokens and, where not all fit, how many are left out.
    :meth:`look` is what a head of induction would look at.
    """

    def __init__(
        self,
        text: Sequence[Token],
        period: Number,
        left: float,
        top: float,
        width: float,
        size: float = 30.0,
    ) -> None:
        super().__init__()
        turn = int(period)
        shown = text[: len(tail(text[:turn][::-1], width, size))]
        self.lines: list[VGroup] = []
        self.strips = [
            TokenStrip(text[i * turn : i * turn + len(shown)], size).place(left, top - i * 0.95)
            for i in range(2)
        ]
        for strip in self.strips:
            line = VGroup(strip)
            if len(shown) < turn:
                more = Words(
                    "{n:,} more",
                    theme.LABEL,
                    theme.SECONDARY,
                    n=derive(maths.difference, period, Count(shown, "tokens shown")),
                )
                line.add(more.place(line.get_right() + np.array([0.25, -0.09, 0])))
            self.lines.append(line)
        self.add(*self.lines)

    def look(self, place: int) -> VGroup:
        """From a token of the second turn to what followed it in the first: frames around both, an
        arrow between."""
        first, again = (strip.boxes for strip in self.strips)
        if place + 1 >= len(first):
            return VGroup()
        start, end = (
            again[place].get_top() + np.array([0, 0.04, 0]),
            first[place + 1].get_bottom() - [0, 0.04, 0],
        )
        return VGroup(
            painted(arrows([start], [end], 0.05, 0.18)[0], theme.FOCUS),
            *[
                outline((*box.get_corner(DL)[:2], *box.get_corner(UR)[:2]), theme.FOCUS)
                for box in (again[place].box, first[place + 1].box)
            ],
        )


def followed(pattern: HeatMap, period: int) -> VMobject:
    """A frame around the cells in which a token of the second turn looks at what followed its first
    copy.

    ``pattern`` has the queries of both turns, or of the second alone.
    """
    start = pattern.numbers.shape[0] - period
    first, last = pattern.center_of(start, 1), pattern.center_of(start + period - 1, period)
    left, bottom, right, top = pattern.box(0, 0)
    along, across = (np.array([right - left, sign * (top - bottom), 0.0]) for sign in (-1, 1))
    reach, half = 0.6 * along, 0.45 * across  # between the cells and their neighbours' middles
    corners = [first - reach + half, last + reach + half, last + reach - half, first - reach - half]
    return stroked(polygons(np.array([corners])), theme.FOCUS, 2.5)


class InductionStory(VGroup):
    """A pair of tokens, other text, the first of the pair again: how two heads find what followed.

    ``boxes`` hold A, B, an ellipsis, A and a question mark; ``note`` is what the first head leaves
    at B; ``back`` and ``found`` are what the two heads look at; ``copied`` shows what is copied
    where, and ``answer`` takes the question mark's place.
    """

    def __init__(
        self, y: float = 0.0, size: float = 72.0, pitch: float = 2.5, side: float = 1.45
    ) -> None:
        super().__init__()
        em, places = theme.units(size), (np.arange(5) - 2) * pitch
        self.boxes = VGroup()
        for x, letter in zip(places, ("A", "B", "\u2026", "A", "?"), strict=True):
            frame = RoundedRectangle(
                corner_radius=0.14,
                width=side,
                height=side,
                stroke_width=2,
                stroke_color=theme.HAIRLINE,
                fill_color=theme.PANEL,
                fill_opacity=1,
            )
            words = Words(letter, size, theme.SECONDARY if letter in "\u2026?" else theme.TEXT)
            words.place([x, y - em * 0.363, 0], "center")
            self.boxes.add(
                words if letter == "\u2026" else VGroup(frame.move_to(np.array([x, y, 0.0])), words)
            )
        self.answer = Words("B", size, theme.FOCUS).place([places[4], y - em * 0.363, 0], "center")
        note = Words("\u201cbefore me: A\u201d", theme.STATEMENT, theme.FOCUS)
        self.note = note.place([places[1] + 0.3, y - side / 2 - 0.5, 0], "right")
        low = y + side / 2 + 0.1
        self.back, back = self._look(
            places[1], places[0], low, 0.85, theme.ATTENTION, "looks at the token before"
        )
        self.found, found = self._look(
            places[3], places[1], low, 1.35, theme.KEY, "looks for the note \u201cA\u201d"
        )
        self.names = VGroup(back, found)
        foot, drop = y - side / 2 - 0.1, np.array([0.0, -1.2, 0.0])
        a, b = np.array([places[1] + 0.55, foot, 0.0]), np.array([places[4], foot, 0.0])
        copies = Words("copies it", theme.LABEL, theme.FOCUS)
        self.copied = VGroup(
            stroked(np.array([a, a + drop, b + drop, b - [0, 0.1, 0]]), theme.FOCUS, 5.0),
            painted(arrows([b - [0, 0.28, 0]], [b], 0.001, 0.26)[0], theme.FOCUS),
            copies.place([(places[1] + places[4]) / 2 + 0.3, foot - 0.65, 0], "center"),
        )
        self.add(self.boxes)

    def _look(
        self, start: float, end: float, low: float, rise: float, color: str, text: str
    ) -> tuple[VGroup, Words]:
        words = Words(text, theme.STATEMENT, color).place(
            [(start + end) / 2, low + rise + 0.16, 0], "center"
        )
        return self._arc(start, end, low, rise, color), words

    def _arc(self, start: float, end: float, low: float, rise: float, color: str) -> VGroup:
        """An arc over the boxes from one to an earlier one, its tip there."""
        lift = rise * 4 / 3
        a, b = np.array([start - 0.15, low, 0.0]), np.array([end + 0.15, low, 0.0])
        curve = stroked(
            np.array([a, a + [0, lift, 0], b + [0, lift, 0], b + [0, 0.1, 0]]), color, 5.0
        )
        tip = painted(arrows([b + np.array([0.0, 0.28, 0.0])], [b], 0.001, 0.26)[0], color)
        return VGroup(curve, tip)


class CompositionFormula(VGroup):
    """How much a later head's keys read of what an earlier head writes, with what its two factors
    are.

    Elhage et al. 2021, "A mathematical framework for transformer circuits": the size of the product
    of the two heads' matrices, over the product of their sizes.
    """

    means = ("key", "value")

    def __init__(self, x: float, y: float, size: float = 64.0) -> None:
        super().__init__()
        read, write, bar = "W_(Q K)", "W_(O V)", "bar.v.double"
        formula = Formula(
            f"frac({bar} {{{{ {read} : reader }}}} {{{{ {write} : writer }}}} {bar}, "
            f"{bar} {{{{ {read} : one }}}} {bar} space {bar} {{{{ {write} : two }}}} {bar})",
            size,
            colors={
                "reader": theme.KEY,
                "one": theme.KEY,
                "writer": theme.VALUE,
                "two": theme.VALUE,
            },
        )
        self.add(formula.move_to(np.array([x, y, 0.0])))
        for i, (text, color) in enumerate(
            (
                ("what the later head looks for", theme.KEY),
                ("what the first head writes", theme.VALUE),
            )
        ):
            words = Words(text, theme.LABEL, color, align="center")
            self.add(words.place([x, formula.get_bottom()[1] - 0.75 - i * 0.5, 0], "center"))


class HeadRanking(VGroup):
    """Heads with a value each, the strongest first, as bars, beside a line that marks what is
    usual.

    ``rows[i]`` holds name, bar and numeral; ``usual`` the line and its words; ``head`` the names of
    the columns; :meth:`mark` says something of a row.
    """

    def __init__(
        self,
        places: Sequence[tuple[Tracked, Tracked]],
        values: Sequence[Tracked],
        usual: Tracked,
        what: str,
        columns: tuple[str, str] = ("layer.head", ""),
        width: float = 2.1,
        row: float = 0.5,
        color: str = theme.KEY,
        spec: str = ".3f",
    ) -> None:
        super().__init__()
        size, names = theme.LABEL, 1.3
        unit = width / max(float(value) for value in values)
        em = theme.units(size)
        self.rows: list[VGroup] = []
        for i, ((layer, head), value) in enumerate(zip(places, values, strict=True)):
            y = -i * row
            name = Words("{layer:d}.{head:d}", size, layer=layer, head=head).place(
                [0, y - em * 0.36, 0]
            )
            bar = Bar(float(value) * unit, row * 0.56, color).shift(np.array([names, y, 0]))
            number = Numeral(value, spec, size).place([names + width + 0.18, y - em * 0.36, 0])
            self.rows.append(VGroup(name, bar, number))
        x, bottom = names + float(usual) * unit, -(len(values) - 0.5) * row
        line = stroked(segments([[x, row * 0.5, 0]], [[x, bottom, 0]]), theme.TEXT, 2.5)
        words = Words(f"{what} {{value:{spec}}}", theme.SMALL, theme.SECONDARY, value=usual)
        self.usual = VGroup(line, words.place([x, bottom - theme.units(theme.SMALL) * 1.2, 0]))
        self.head = VGroup(
            *[
                Words(text, theme.SMALL, theme.SECONDARY).place([x, row * 0.85, 0])
                for text, x in zip(columns, (0.0, names), strict=True)
                if text
            ]
        )
        self.add(self.head, *self.rows, self.usual)

    def mark(self, index: int | None, text: str) -> Words:
        """Words at the end of a row, or of the names of the columns, where they are now, for a film
        to bring in."""
        end = self.rows[index or 0][2].baseline("right") + np.array([0.3, 0, 0])
        if index is None:
            end[1] = self.head[0].baseline()[1]
        color = theme.SECONDARY if index is None else theme.TEXT
        return Words(text, theme.SMALL if index is None else theme.LABEL, color).place(end)


class PairOfBars(VGroup):
    """Two values under one heading, as bars with their numerals: one thing against another.

    The left upper corner is at ``left`` and ``top``. ``unit`` is the length of a value of one, in
    shares of ``width``; by default the larger value fills it.
    """

    def __init__(
        self,
        title: str,
        names: tuple[str, str],
        values: Sequence[Tracked],
        color: str,
        left: float,
        top: float,
        unit: float | None = None,
        spec: str = ".2f",
        width: float = 3.0,
        size: float = 28.0,
    ) -> None:
        super().__init__()
        em = theme.units(size)
        start = left + max(Words(name, size).advance for name in names) + 0.25
        scale = width * (1 / max(float(value) for value in values) if unit is None else unit)
        self.add(Words(title, size, theme.SECONDARY).place([left, top - em, 0]))
        for i, (name, value) in enumerate(zip(names, values, strict=True)):
            y = top - em * (2.1 + 1.5 * i)
            bar = Bar(float(value) * scale, em * 0.95, color).shift(np.array([start, y, 0]))
            number = Numeral(value, spec, size).place([bar.right()[0] + 0.15, y - em * 0.36, 0])
            self.add(VGroup(Words(name, size).place([left, y - em * 0.36, 0]), bar, number))


class ModelCards(VGroup):
    """Names and sizes of models side by side, the last one in front: who computes from here on.

    Squares of areas true to the numbers of parameters stand over them, the largest ``side`` units
    wide.
    """

    def __init__(
        self, recordings: Sequence[Recording], size: float = 60.0, side: float = 2.2
    ) -> None:
        super().__init__()
        most = max((recording.provenance.parameters or 0 for recording in recordings), default=0)
        width = (theme.RIGHT_EDGE - theme.LEFT_EDGE) / len(recordings)
        for i, recording in enumerate(recordings):
            made, x = recording.provenance, theme.LEFT_EDGE + (i + 0.5) * width
            last = recording is recordings[-1]
            colour = theme.TEXT if last else theme.SECONDARY
            name = Words(
                "{model}",
                size if last else size * 0.7,
                colour,
                align="center",
                model=recording.credit("model"),
            )
            card = VGroup(name.place([x, -0.6, 0], "center"))
            if made.parameters is not None:
                card.add(
                    Words(
                        "{n:M} parameters",
                        theme.STATEMENT,
                        theme.SECONDARY,
                        align="center",
                        n=recording.size_of_model("parameters"),
                    ).place([x, -1.25, 0], "center")
                )
                half = side * float(np.sqrt(made.parameters / most)) / 2
                square = rectangles(np.array([[x - half, 0.15, x + half, 0.15 + 2 * half]]))
                card.add(painted(square, theme.SECONDARY if last else theme.DATA_LOW))
            if last:
                card.add(
                    painted(
                        arrows(
                            [[x - width / 2 - 0.7, 0.9]], [[x - width / 2 + 0.7, 0.9]], 0.04, 0.25
                        )[0],
                        theme.SECONDARY,
                    )
                )
            self.add(card)
        if most:
            self.add(
                Words("area: number of parameters", theme.LABEL, theme.SECONDARY).place(
                    [0, -1.95, 0], "center"
                )
            )
