"""Whether displayed parts add up to the displayed whole: .05, .02 and .06 beside 12 % do not.

Nobody says which numerals are parts of which. They are found: neighbours in one row or column, of
one format and size, whose exact values add up to another value that is shown or said, or to one.
What is written must then add up, too, at the precision at which it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Run
from gptviz.film.rehearsal import Moment
from gptviz.film.view import opacity, seen
from gptviz.recording.address import Place
from gptviz.recording.number import Computed, Derived, Number, Numbers, Tracked
from gptviz.recording.rounding import is_rounded
from gptviz.recording.statement import Piece, Statement
from gptviz.recording.wording import read_back, says

_EXACT = 1e-9  # relative: parts of a whole that is computed from them
_ONE = 1e-6  # absolute: shares of one, computed in single precision
_CLEAR = 0.25  # opacity from which on a numeral counts as shown
_ON_LINE = theme.units(3.0)  # numerals so near to one line stand on it
_BREAK = 2.5  # times the usual distance: a row or column ends
_LONGEST = 400  # numerals of a row or column that are looked into
REMEDY = "maths.tenths_of_percent or maths.hundredths rounds parts so that they keep their sum"


@dataclass(frozen=True)
class _Shown:
    """A numeral in a picture: its piece, the number that its figures say, where it stands."""

    piece: Piece
    printed: Decimal
    unit: Decimal
    places: tuple[float, float, float, float]  # baseline; left end, middle and right end
    size: int  # of its type, in pixels
    whole: int  # which of the things on the stage it is a part of

    @property
    def value(self) -> float:
        return float(self.piece.origin)


@dataclass(frozen=True)
class Missum:
    """Parts that do not add up: ``text`` is how they are written, ``why`` what they should make."""

    text: str
    why: str


class Sums:
    """Looks at pictures at rest; gives each sum that is written wrong once."""

    def __init__(self) -> None:
        self._last: tuple[object, ...] = ()

    def look(self, moment: Moment) -> Iterator[Missum]:
        """Takes a picture in."""
        if moment.moving:
            return
        shown = _numerals(moment)
        beats = moment.film.beats
        said = beats[-1].statement if moment.kind == "end" and beats else Statement()
        looks = (*((each.piece.text, each.places) for each in shown), said.text)
        if looks == self._last:
            return
        self._last = looks
        spoken = [piece for piece in said if isinstance(piece.origin, Tracked)]
        wholes = [*(each.piece for each in shown), *spoken]
        for line in _lines(shown):
            yield from _wrong_sums(line, wholes)
            if (all_of_it := _shares_of_one(line)) is not None:
                yield all_of_it


def _numerals(moment: Moment) -> list[_Shown]:
    """The numerals on the stage, each as it is written."""
    found = []
    for whole, mobject in enumerate(moment.film.stage()):
        for run in mobject.get_family():
            if not isinstance(run, Run) or opacity(run) < _CLEAR or not run.intact:
                continue
            pieces = [piece for piece in run.pieces if isinstance(piece.origin, Tracked)]
            printed = read_back(pieces[0].text) if len(pieces) == 1 else None
            if printed is not None and seen(moment.film, run):
                start, end = run.baseline(), run.baseline("right")
                places = (start[1], start[0], (start[0] + end[0]) / 2, end[0])
                found.append(_Shown(pieces[0], *printed, places, round(run.pixels), whole))
    return found


def _lines(shown: Sequence[_Shown]) -> Iterator[list[_Shown]]:
    """Rows (from left to right) and columns (downwards) of numerals of one format and size.

    Numerals at the ends of bars stand one below the other, but at no common place.
    """
    kinds: dict[tuple[str, int], list[_Shown]] = {}
    for each in shown:
        kinds.setdefault((each.piece.spec, each.size), []).append(each)
    seen_lines: set[tuple[int, ...]] = set()
    for kind in kinds.values():
        rows = [(line, 2) for line in _aligned(kind, 0)]
        columns = [(line, 0) for across in (1, 2, 3) for line in _aligned(kind, across)]
        for line, along in (*rows, *columns, *((ladder, 0) for ladder in _ladders(kind))):
            if len(line) > 1:
                ordered = sorted(line, key=lambda each: (along - 1) * each.places[along])
                for part in _unbroken(ordered, along):
                    key = tuple(sorted(map(id, part)))
                    if 2 <= len(part) <= _LONGEST and key not in seen_lines:
                        seen_lines.add(key)
                        yield part


def _aligned(shown: Iterable[_Shown], across: int) -> Iterator[list[_Shown]]:
    """Numerals that have one place in common."""
    line: list[_Shown] = []
    for each in sorted(shown, key=lambda each: each.places[across]):
        if line and each.places[across] - line[-1].places[across] > _ON_LINE:
            yield line
            line = []
        line.append(each)
    yield line


def _ladders(shown: Iterable[_Shown]) -> Iterator[list[_Shown]]:
    """Numerals of one thing of which each has a line of its own."""
    things: dict[int, list[_Shown]] = {}
    for each in shown:
        things.setdefault(each.whole, []).append(each)
    for thing in things.values():
        lines = np.sort([each.places[0] for each in thing])
        if len(thing) > 1 and float(np.diff(lines).min()) > _ON_LINE:
            yield thing


def _unbroken(line: list[_Shown], along: int) -> Iterator[list[_Shown]]:
    """The stretches of a row or column that no wide gap breaks."""
    places = np.array([each.places[along] for each in line])
    steps = np.abs(np.diff(places))
    usual = float(np.median(steps)) if len(steps) else 0.0
    ends = [*(np.flatnonzero(steps > _BREAK * usual + _ON_LINE) + 1).tolist(), len(line)]
    start = 0
    for end in ends:
        yield line[start:end]
        start = end


def _wrong_sums(line: list[_Shown], wholes: Sequence[Piece]) -> Iterator[Missum]:
    """Neighbours that make a whole which is shown or said, and are not written so."""
    values = np.array([each.value for each in line])
    before = np.concatenate([[0.0], np.cumsum(values)])
    nonzero = np.concatenate([[0], np.cumsum(values != 0)])
    sums = before[None, 1:] - before[:-1, None]  # (first, last)
    counted = np.triu(nonzero[None, 1:] - nonzero[:-1, None] >= 2)
    room = _EXACT * max(float(np.abs(values).sum()), 1e-300)
    told: set[str] = set()
    for whole in wholes:
        total = float(whole.origin)
        if total == 0 or whole.text in told:
            continue
        for first, last in np.argwhere(counted & (np.abs(sums - total) <= room)).tolist():
            parts = line[first : last + 1]
            if any(each.piece.origin is whole.origin for each in parts):
                continue
            if not _adds_up(parts, whole):
                told.add(whole.text)
                yield _missum(parts, f"beside {whole.text}")
                break


def _adds_up(parts: Sequence[_Shown], whole: Piece) -> bool:
    """Whether what is written of the parts makes what is written of the whole, at the coarser
    precision of the two."""
    made = sum((each.printed for each in parts), Decimal(0))
    unit = max(each.unit for each in parts)
    printed = read_back(whole.text)
    finer = printed is not None and printed[1] < unit
    if (finer or is_rounded(whole.spec)) and abs(made - Decimal(float(whole.origin))) <= unit / 2:
        return True
    return not finer and says(whole.text, float(made), whole.spec)


def _shares_of_one(line: list[_Shown]) -> Missum | None:
    """A whole row or column of shares that are all of something, and are not written so."""
    values = [each.value for each in line]
    if abs(sum(values) - 1) > _ONE or not all(0 <= value <= 1 for value in values):
        return None
    if sum(value > 0 for value in values) < 2 or not _of_one_source(line):
        return None
    made = sum((each.printed for each in line), Decimal(0))
    return None if made == 1 else _missum(line, "all of one whole")


def _of_one_source(line: list[_Shown]) -> bool:
    """Whether numbers come from the same arrays of the same recordings."""
    sources = [set(_sources(each.piece.origin)) for each in line]
    return bool(set.intersection(*sources))


def _sources(value: object) -> Iterator[tuple[object, ...]]:
    """The arrays of recordings that a value is from, or is computed from."""
    if isinstance(value, (Derived, Computed)):
        yield from _sources(value.inputs)
    elif isinstance(value, (Number, Numbers)) and isinstance(value.address, Place):
        yield value.address.recording, value.address.room, value.address.path
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _sources(each)


def _missum(parts: Sequence[_Shown], beside: str) -> Missum:
    texts = [each.piece.text for each in parts]
    listed = texts if len(texts) <= 5 else [*texts[:3], "\u2026", texts[-1]]
    made = sum((each.printed for each in parts), Decimal(0))
    shares = texts[0].endswith("%")
    sum_of_them = f"{made.scaleb(2):f}\u202f%" if shares else f"{made:,f}"
    return Missum(" + ".join(listed), f"{beside}, and make {sum_of_them}; {REMEDY}")
