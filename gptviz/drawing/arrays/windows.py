"""Windows onto arrays that are too large to be shown: which rows and columns stand there, and how
many are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Numeral, Run, TokenText, Words
from gptviz.recording.number import Claim, Count, Token, Tracked, Word, derive
from gptviz.recording.statement import Statement

#: Which entries of an axis are shown: (how many first, how many last), or a list of indices.
Rule = tuple[int, int] | list[int]
Label = TokenText | Words | Numeral


@dataclass(frozen=True)
class Slot:
    """A place along an axis: one entry (``index``), or a gap that says how many are ``hidden``."""

    index: int | None = None
    hidden: Tracked | None = None


def slots(length: int, rule: Rule, what: str, of: Tracked | None = None) -> list[Slot]:
    """The places along an axis of ``length`` entries under a rule; ``what`` names them ("columns").

    ``of`` is the true length where the array at hand holds only the first entries of a longer one.
    Raises IndexError for an index outside the axis.
    """
    if isinstance(rule, tuple):
        first, last = rule
        shown = (
            list(range(length))
            if first + last >= length
            else [*range(first), *range(length - last, length)]
        )
    else:
        shown = sorted(set(rule))
    if shown and not 0 <= shown[0] <= shown[-1] < length:
        raise IndexError(f"{what} {shown[0]} to {shown[-1]} of {length}")
    places: list[Slot] = []
    at = 0
    for index in shown:
        if index > at:
            places.append(Slot(hidden=Count(range(at, index), f"{what} not shown")))
        places.append(Slot(index))
        at = index + 1
    if of is not None and float(of) > length:
        return [
            *places,
            Slot(hidden=derive(maths.difference, of, Count(range(at), f"{what} before the gap"))),
        ]
    return (
        [*places, Slot(hidden=Count(range(at, length), f"{what} not shown"))]
        if at < length
        else places
    )


def label_of(
    value: Any, size: float = theme.SMALL, color: str = theme.SECONDARY, spec: str = "d"
) -> Label:
    """What names a row or a column: a token, a recorded word, a tracked number, or plain words."""
    if isinstance(value, Token):
        return TokenText(value, size, theme.TEXT)
    if isinstance(value, Tracked):
        return Numeral(value, spec, size, color)
    if isinstance(value, (str, Word, Claim, Statement)):
        return Words(value, size, color)
    raise TypeError(f"{value!r} cannot label a row or a column")


def fitted(label: Label, room: float, least: float = theme.SMALLEST) -> Label:
    """The label, made smaller where it is wider than ``room`` units, but never below ``least``
    pixels of type."""
    width = label.advance
    if width > room:
        label.scale(max(room / width, least / size_of(label)))
    return label


def size_of(label: Any) -> float:
    """The size of type of a label in pixels, as it stands now."""
    run = label
    while not isinstance(run, Run):
        run = run[0]
    return run.pixels


def positions(count: int, what: str, first: int = 0) -> list[Count]:
    """The numbers of ``count`` entries, counted from ``first``, as tracked values."""
    return [Count.position(i, range(count), what, first) for i in range(count)]


def names_for(names: Sequence[Any] | str | None, count: int, what: str) -> list[Any] | None:
    """Names of all entries of an axis: as given, their numbers for ``"index"``, or None."""
    if names is None:
        return None
    return list(positions(count, what)) if names == "index" else list(names)
