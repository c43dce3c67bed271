"""What only the film bpe_tokens draws: a word letter by letter, tokens on plates with their numbers
on the back, a text that is cut, a tree into which letters rise."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from manim import ManimColor, VGroup, linear, smooth

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline
from gptviz.drawing.base.glyphs import face
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import SPACE_MARK, Numeral, Run, TokenText, Words
from gptviz.drawing.tokens.merges import MergeNode, MergeTree
from gptviz.drawing.tokens.plates import FLYING, in_line
from gptviz.maths.rounding import whole_below
from gptviz.recording.families.tokens import MergedText, Piece
from gptviz.recording.number import Count, Derived, Token, Tracked, Word, derive
from gptviz.recording.statement import Piece as Part
from gptviz.recording.statement import Statement

Floats = npt.NDArray[np.float64]
_GLUED = "pairs glued so far"
_RISE = 0.07  # of the way of the counter, while a pair is glued
_STOREY = 2.9  # from level to level of a tree, in em, at least
_PITCH = 0.72  # from letter to letter of a word that is spelled, in em
_JUMP = 0.22  # how high a letter jumps when it is read, in em


def inked(share: float) -> ManimColor:
    """The colour of a letter on its way from the ground (0) onto a plate (1)."""
    return ManimColor(theme.TEXT).interpolate(ManimColor(theme.GROUND), share)


class CutText(VGroup):
    """A text on two lines, which is cut into the plates of its tokens by :meth:`set_cut`.

    Its type is as large as ``size``, the ``width`` and a height of two lines, ``pitch`` units
    apart, let it be.
    """

    def __init__(self, text: MergedText, size: float, width: float, pitch: float) -> None:
        super().__init__()
        lines = _balanced([piece.states[-1] for piece in text.pieces])
        for line in lines:
            size = min(size, in_line(line, size, width)[0].size)
        self.plates = VGroup()
        apart: list[float] = []
        joined: list[float] = []
        for i, line in enumerate(lines):
            row = in_line(line, size, width, len(self.plates))
            row.shift(np.array([0, ((len(lines) - 1) / 2 - i) * pitch, 0]))
            apart += [plate.get_center()[0] for plate in row]
            ends = np.cumsum([0.0, *(plate.text.advance for plate in row)])
            joined += ((ends[:-1] + ends[1:] - ends[-1]) / 2).tolist()
            self.plates.add(*row)
        self._apart, self._joined = np.array(apart), np.array(joined)
        self.add(*self.plates)
        for mark in (mark for plate in self.plates for mark in plate.marks):
            mark.set_fill(opacity=0)
        self.set_cut(0.0)

    def set_cut(self, share: float) -> Self:
        """How far its pieces have come apart, from 0 to 1."""
        places = self._joined + (self._apart - self._joined) * share
        for plate, x in zip(self.plates, places, strict=True):
            plate.shift(np.array([x - plate.anchor.get_center()[0], 0, 0]))
            plate.box.set_fill(opacity=float(np.clip(2 * share - 1, 0, 1)))
            for run in plate.text.runs:
                run.set_fill(inked(np.clip(2 * share - 1, 0, 1)), opacity=run.get_fill_opacity())
        return self

    def cut(self, run_time: float, **options: Any) -> Follow:
        """The motion in which it is cut."""
        return Follow(self, lambda text, share: text.set_cut(share), run_time, **options)


def _balanced(pieces: Sequence[Sequence[Token]]) -> list[list[Token]]:
    """The tokens of pieces on two lines, of which the longer one is as short as it can be."""

    def line(some: Sequence[Sequence[Token]]) -> list[Token]:
        return [token for piece in some for token in piece]

    def length(some: Sequence[Sequence[Token]]) -> int:
        return sum(len(token) + 2 for token in line(some))

    splits = range(1, len(pieces))
    if not splits:
        return [line(pieces)]
    at = min(splits, key=lambda k: max(length(pieces[:k]), length(pieces[k:])))
    return [line(pieces[:at]), line(pieces[at:])]


def parts_of(token: Token) -> list[str]:
    """What a token is spelled with: its characters, or bytes as two hexadecimal digits where these
    are no text that can be drawn."""
    drawn = token.whole and face(theme.TOKEN_FACE).has(str(token)) and str(token).isprintable()
    return list(token) if drawn else [f"{byte:02X}" for byte in token.raw]


def commonest(text: MergedText) -> Word:
    """The letter that a text has most often, the first of several; a byte where it has none."""
    parts = [part.casefold() for token in text.tokens for part in parts_of(token)]
    letters = [part for part in parts if len(part) == 1 and part.isalpha()] or parts
    return Word(max(letters, key=letters.count), text.text.address)


class Spelling(VGroup):
    """A text letter by letter, as large as ``width`` lets it; ``plates`` are its tokens, on which
    :meth:`close` lays the letters."""

    def __init__(
        self, tokens: Sequence[Token], plates: VGroup, middle: Any, width: float, size: float
    ) -> None:
        super().__init__()
        self.parts = [(token, part) for token in tokens for part in parts_of(token)]
        lead = sum(part.isspace() for _, part in self.parts[:1])  # the space before a word
        em = min(theme.units(size), width / (len(self.parts) - lead) / _PITCH)
        self._em, self._plates, self.closed = em, plates, 0.0
        x = (np.arange(len(self.parts)) - lead - (len(self.parts) - lead - 1) / 2) * em * _PITCH
        self._starts = np.asarray(middle) + np.stack([x, x * 0 - em * 0.36, x * 0], axis=1)
        self.letters = [self._drawn(token, part) for token, part in self.parts]
        for letter, start in zip(self.letters, self._starts, strict=True):
            letter.place(start, "center")
        self._homes = [letter.points.copy() for letter in self.letters]
        self.add(*self.letters)
        self.set_closed(0.0)

    def _drawn(self, token: Token, part: str) -> Run:
        mark = SPACE_MARK if part.isspace() else part
        size = self._em * 1080 / theme.HEIGHT
        size *= 0.6 if len(part) > 1 else 1.0
        return Run(mark, size, theme.TEXT, theme.TOKEN_FACE, Statement((Part(mark, token),)))

    def places_of(self, letter: str) -> list[int]:
        """The places of a letter."""
        return [i for i, (_, part) in enumerate(self.parts) if part.casefold() == letter]

    def frame(self, place: int) -> Any:
        """A frame around the letter at a place."""
        x, y, _ = self._starts[place]
        half, em = self._em * _PITCH / 2, self._em
        return outline((x - half, y - 0.3 * em, x + half, y + 0.98 * em), theme.FOCUS, 5.0, -0.05)

    def read(self, run_time: float, **options: Any) -> Follow:
        """A motion in which the letters jump one after another, as an eye runs over them."""
        count = len(self.letters)

        def step(word: Spelling, share: float) -> None:
            at = share * (count + 3) - 1.5
            for i, (letter, home) in enumerate(zip(word.letters, word._homes, strict=True)):
                rise = word._em * _JUMP * max(0.0, 1 - abs(at - i) / 1.5)
                letter.points = home + np.array([0, rise, 0])

        return Follow(self, step, run_time, **options)

    def _ends(self) -> tuple[Floats, list[float]]:
        """Where the letters lie on the plates, and how much smaller they are there."""
        places, sizes = [], []
        for plate in self._plates:
            start, end = plate.text.baseline(), plate.text.baseline("right")
            count = len(parts_of(plate.token))
            places += [start + (end - start) * (j + 0.5) / count for j in range(count)]
            sizes += [theme.units(plate.size) * plate.factor / self._em] * count
        return np.array(places), sizes

    def set_closed(self, share: float) -> Self:
        """How far the letters have come to the plates, from 0 to 1; a space is seen there only."""
        self.closed = share
        ends, sizes = self._ends()
        for i, (letter, home) in enumerate(zip(self.letters, self._homes, strict=True)):
            now = self._starts[i] + (ends[i] - self._starts[i]) * share
            letter.points = now + (home - self._starts[i]) * (1 + (sizes[i] - 1) * share)
            seen = FLYING if 0 < share < 1 else 1.0
            seen *= share if self.parts[i][1].isspace() else 1
            letter.set_fill(inked(_landed(share)), opacity=seen)
        return self

    def close(self, run_time: float, **options: Any) -> Follow:
        """The motion in which the letters go to their places, and the plates come under them."""

        boxes = [plate.box for plate in self._plates]

        def step(_: VGroup, share: float) -> None:
            self.set_closed(share)
            for box in boxes:
                box.set_fill(opacity=_landed(share))

        return Follow(VGroup(*boxes, self), step, run_time, **options)


def _landed(share: float) -> float:
    """How far a letter that flies has come onto its plate: all at the end of its way."""
    return float(np.clip(4 * share - 3, 0, 1))


class Turn(NamedTuple):
    """A merge as the tree draws it: where it joins, its place on the list (none for the last one,
    which makes the token), what it makes."""

    at: int
    rank: Derived | None
    joined: Token


def turns_of(piece: Piece) -> list[Turn]:
    """The merges of a piece, each with its place on the list of all, counted from one."""
    left = {token.raw for token in piece.states[-1]}
    return [
        Turn(
            merge.at,
            None if merge.joined.raw in left else derive(maths.place, merge.rank),
            merge.joined,
        )
        for merge in piece.merges
    ]


class RisingTree(MergeTree):
    """A tree of merges in which the two parts of each rise into the box of what they make.

    Its type is as large as ``size``, the ``width`` and the ``height`` let it be.
    """

    def __init__(self, piece: Piece, width: float, height: float, size: float) -> None:
        merges = turns_of(piece)
        em = height / (_STOREY * self._levels(len(piece.raw), merges) + 1.7)
        size = min(size, em * 1080 / theme.HEIGHT)
        self._rising: list[tuple[TokenText, TokenText]] = []
        super().__init__(piece.states[0], merges, width, height, size)
        for node in (*self.leaves, *self.merges):
            node.box.set_fill(theme.HAIRLINE)
        state = list(self.leaves)
        self.pairs: list[tuple[MergeNode, MergeNode]] = []
        for merge, node in zip(merges, self.merges, strict=True):
            self.pairs.append((state[merge.at], state[merge.at + 1]))
            state[merge.at : merge.at + 2] = [node]
        self._rising = [(a.text.copy(), b.text.copy()) for a, b in self.pairs]
        self.add(*[text for both in self._rising for text in both])
        self.set_merges(0.0)

    def stand_alone(self, y: float, most: float = 1.5) -> Self:
        """The leaves stand on a line of their own, larger; see :meth:`stand_below`."""
        self._homes = [leaf.get_center() for leaf in self.leaves]
        apart = np.diff([home[0] for home in self._homes]).min(initial=theme.WIDTH)
        self._larger = min(most, 0.9 * apart / max(leaf.box.width for leaf in self.leaves))
        for leaf in self.leaves:
            leaf.scale(self._larger).shift(np.array([0, y - leaf.box.get_center()[1], 0]))
        return self

    def stand_below(self) -> list[Any]:
        """The motions of the leaves to their places under the tree."""
        return [
            leaf.animate.scale(1 / self._larger).move_to(home)
            for leaf, home in zip(self.leaves, self._homes, strict=True)
        ]

    def meet(self, run_time: float) -> Follow:
        """A motion in which each two neighbours among the leaves meet, one pair after the other."""
        there = [leaf.get_center() for leaf in self.leaves]
        gaps = [float(b.box.get_left()[0] - a.box.get_right()[0]) for a, b in pairwise(self.leaves)]

        def step(tree: RisingTree, share: float) -> None:
            at = share * (len(gaps) + 1) - 1
            away = np.zeros(len(there))
            for i, gap in enumerate(gaps):
                near = smooth(max(0.0, 1 - 1.2 * abs(at - i))) * gap * 0.45
                away[i : i + 2] += (near, -near)
            for leaf, home, x in zip(tree.leaves, there, away, strict=True):
                leaf.move_to(home + np.array([x, 0, 0]))

        return Follow(self, step, run_time, rate_func=linear)

    def set_merges(self, done: float) -> Self:
        """How many merges have happened, one after another, from 0 to all."""
        return self.set_shares(np.clip(done - np.arange(len(self.merges)), 0, 1))

    def set_shares(self, shares: Floats) -> Self:
        """How far each merge has happened (merge); of those that happen the parts rise."""
        for node, link, both, pair, share in zip(
            self.merges, self.links, self._rising, self.pairs, shares.tolist(), strict=True
        ):
            link.set_stroke(opacity=share)
            node.box.set_fill(opacity=share).set_stroke(opacity=share)
            wide = sum(parent.text.advance for parent in pair)
            spelled = abs(wide - node.text.advance) < 1e-3 * wide  # bytes stand in brackets
            node.text.set_fill(opacity=float(share >= 1) if spelled else share)
            if node.rank is not None:
                node.rank.set_fill(opacity=share)
            start = node.text.baseline()
            for parent, text in zip(pair, both, strict=True):
                home = parent.text.baseline()
                text.place(home + (start - home) * smooth(share))
                seen = FLYING if spelled else 0.8 - share
                text.set_fill(opacity=max(seen, 0.0) * (0 < share < 1))
                start = start + np.array([parent.text.advance, 0, 0])
        return self

    def merge(self, run_time: float, **options: Any) -> Follow:
        """The motion of all merges, one after another."""
        count = len(self.merges)
        return Follow(self, lambda tree, share: tree.set_merges(count * share), run_time, **options)


class Gluing(VGroup):
    """A counter of the pairs that were glued so far, and a tree that grows as it counts.

    Each merge is done when the counter comes to its place on the list, and its parts are there.
    The counter runs by equal factors in equal times.
    """

    def __init__(self, tree: RisingTree, piece: Piece, whole: Tracked, place: Any) -> None:
        super().__init__()
        self.tree, self.whole = tree, whole
        self.counter = Numeral(whole, ",", 96, align="center").place(place, "center")
        name = Words("pair number", 40, theme.SECONDARY, align="center")
        name.place(np.asarray(place) - np.array([0, 0.65, 0]), "center")
        self.add(self.counter, name)
        ends: dict[int, float] = {}
        starts = []
        for merge, node, pair in zip(piece.merges, tree.merges, tree.pairs, strict=True):
            due = np.log(float(merge.rank) + 1) / np.log(float(whole)) - _RISE
            starts.append(max(due, 0.0, *(ends.get(id(part), 0.0) for part in pair)))
            ends[id(node)] = starts[-1] + _RISE
        self._starts = np.array(starts)
        self._span = max([1.0, *ends.values()])
        self.set_share(0.0)

    def set_share(self, share: float) -> Self:
        """How far it has come, from 0 to 1."""
        at = share * self._span
        done = int(whole_below(float(self.whole) ** min(at, 1.0)))
        last = at >= 1 or done >= float(self.whole)
        self.counter.set_value(self.whole if last else Count(range(done), _GLUED))
        self.tree.set_shares(np.clip((at - self._starts) / _RISE, 0, 1))
        return self

    def run(self, run_time: float) -> Follow:
        """The motion from the first pair to the last."""
        both = VGroup(self, self.tree)
        return Follow(both, lambda _, share: self.set_share(share), run_time, rate_func=linear)
