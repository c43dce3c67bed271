"""What differs between two recordings, largest first, in words: ``" planet" .129 -> " moon" .118``.

Numbers are compared on the scale of the larger of the two, but of 1 at least, so that one tolerance
serves scores, shares and sums alike: across machines the last digits of float32 differ, and 1e-4 on
this scale is the project's bound. What is no measured number (texts, ids, counts, choices, shapes)
is the same or is not: no tolerance applies to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gptviz.errors import RecordingMissing
from gptviz.recording.families import NextTokenRecording
from gptviz.recording.schema import Array, Recording, TokenRow
from gptviz.recording.store import Store
from gptviz.recording.wording import MINUS, written

TOLERANCE = 1e-4
ARROW = "\u2192"
SHOWN = 3  # entries of a list that are named one by one
_LENGTH = 40  # characters of a text that are shown


@dataclass(frozen=True)
class Difference:
    """One thing that differs, named as an address does. ``size``, by which differences are ordered:
    of numbers the largest on the scale of :func:`scaled`; of tokens the probability or the share of
    those that changed; 1 for another shape or text. ``exact``: no measured number, so that no
    tolerance applies.
    """

    where: str
    size: float
    text: str
    exact: bool = False


@dataclass(frozen=True)
class Comparison:
    """Two recordings of one need: the ``differences``, largest first; none where both digests are
    the same."""

    scene: str
    need: str
    differences: tuple[Difference, ...]

    @property
    def largest(self) -> float:
        """The size of the largest difference, 0 where there is none."""
        return max((each.size for each in self.differences), default=0.0)

    def within(self, tolerance: float = TOLERANCE) -> bool:
        """Whether nothing differs but measured numbers, and these by no more than a tolerance."""
        return all(not each.exact and each.size <= tolerance for each in self.differences)

    @property
    def text(self) -> str:
        """The difference that a viewer would see first."""
        return self.differences[0].text if self.differences else "the same"


def diff(store: Store, before: str, after: str, scenes: Sequence[str] = ()) -> list[Comparison]:
    """What differs between two editions, the needs that differ most first; those that are the same
    are left out.

    ``scenes`` restricts it to some films. A need that one edition lacks is listed as such, at the
    end. Raises RecordingMissing for an edition or a film that is not recorded, and what
    :meth:`Store.read` raises.
    """
    for edition in (before, after):
        if edition not in store.editions():
            raise RecordingMissing(
                f"there is no edition {edition!r}",
                f"there are {', '.join(store.editions())}",
                f"record it: gptviz record --all --model {edition}",
            )
    first, second = set(recorded(store, before, scenes)), set(recorded(store, after, scenes))
    if missing := set(scenes) - {scene for scene, _ in first | second}:
        raise RecordingMissing(
            f"no film {', '.join(sorted(missing))} is recorded in {before} or {after}"
        )
    found = [
        compare(store.read(before, *place), store.read(after, *place), *place)
        for place in sorted(first & second)
    ]
    alone = [
        Comparison(
            scene,
            need,
            (Difference("", 0.0, f"only in {before if (scene, need) in first else after}"),),
        )
        for scene, need in sorted(first ^ second)
    ]
    return (
        sorted((each for each in found if each.differences), key=lambda each: -each.largest) + alone
    )


def recorded(store: Store, edition: str, scenes: Sequence[str] = ()) -> list[tuple[str, str]]:
    """The films and needs that an edition holds, in order."""
    paths = [path for root in store.roots for path in (root / edition).glob("*/*.json")]
    places = sorted({(path.parent.name, path.stem) for path in paths})
    return [place for place in places if not scenes or place[0] in scenes]


def compare(before: Recording, after: Recording, scene: str = "", need: str = "") -> Comparison:
    """What differs between two recordings: what a viewer sees first, then all else, largest
    first."""
    if before.digest == after.digest:
        return Comparison(scene, need, ())
    found = [
        *_of_values(before.manifest.request, after.manifest.request, "request"),
        *_of_tokens(before, after),
        *_of_values(before.manifest.values, after.manifest.values),
        *_of_tensors(before, after),
    ]
    return Comparison(
        scene, need, (*_headline(before, after), *sorted(found, key=lambda each: -each.size))
    )


def scaled(before: Any, after: Any) -> Array:
    """The difference of two arrays of one shape, on the scale of the larger entry of each pair, but
    of 1 at least."""
    a, b = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    return np.asarray(np.abs(a - b) / np.maximum(1.0, np.maximum(np.abs(a), np.abs(b))))


def _headline(before: Recording, after: Recording) -> list[Difference]:
    """The likeliest tokens with their probabilities, where both recordings are such a row."""
    if not (isinstance(before, NextTokenRecording) and isinstance(after, NextTokenRecording)):
        return []
    found = []
    for rank in range(min(SHOWN, len(before.logits), len(after.logits))):
        old, new = before.probability(rank), after.probability(rank)
        words = str(before.token(rank)), str(after.token(rank))
        size = float(scaled(old, new)) if words[0] == words[1] else max(old, new)
        if size > 0:
            text = f"{_quoted(words[0])} {_number(old)} {ARROW} {_quoted(words[1])} {_number(new)}"
            found.append(Difference(f"tokens.top[{rank}]", size, text, words[0] != words[1]))
    return sorted(found, key=lambda each: -each.size)


def _of_tokens(before: Recording, after: Recording) -> Iterator[Difference]:
    old, new = before.manifest.tokens, after.manifest.tokens
    for name in [*old, *(name for name in new if name not in old)]:
        yield from _of_rows(old.get(name), new.get(name), name)


def _of_rows(
    old: list[TokenRow] | None, new: list[TokenRow] | None, name: str
) -> Iterator[Difference]:
    where = f"tokens.{name}"
    if old is None or new is None or len(old) != len(new):
        counts = [_entries(rows, "token", "tokens") for rows in (old, new)]
        yield Difference(where, 1.0, f"{name}: {counts[0]} {ARROW} {counts[1]}", exact=True)
    elif texts := [
        (i, a.text, b.text)
        for i, (a, b) in enumerate(zip(old, new, strict=True))
        if a.bytes != b.bytes
    ]:
        named = ", ".join(f"{_quoted(a)} {ARROW} {_quoted(b)}" for _, a, b in texts[:SHOWN])
        more = f" and {len(texts) - SHOWN} more of {len(old)}" if len(texts) > SHOWN else ""
        yield Difference(
            f"{where}[{texts[0][0]}]", len(texts) / len(old), f"{name}: {named}{more}", exact=True
        )
    elif ids := sum(a.id != b.id for a, b in zip(old, new, strict=True)):
        yield Difference(
            where, ids / len(old), f"{name}: the same texts under other ids", exact=True
        )


def _of_values(old: Any, new: Any, where: str = "") -> Iterator[Difference]:
    """The differences between two JSON values."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _of_values(old.get(key), new.get(key), f"{where}.{key}" if where else key)
    elif _numeric(old) and _numeric(new) and np.shape(old) == np.shape(new):
        yield from _of_numbers(np.asarray(old), np.asarray(new), where)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, pair in enumerate(zip(old, new, strict=True)):
            yield from _of_values(*pair, f"{where}.{i}")
    elif old != new:
        yield Difference(where, 1.0, f"{where}: {_short(old)} {ARROW} {_short(new)}", exact=True)


def _of_tensors(before: Recording, after: Recording) -> Iterator[Difference]:
    old, new = before.manifest.tensors, after.manifest.tensors
    for name in [*old, *(name for name in new if name not in old)]:
        if (
            name not in old
            or name not in new
            or old[name].shape != new[name].shape
            or old[name].axes != new[name].axes
        ):
            shapes = [
                _shape(entries[name]) if name in entries else "nothing" for entries in (old, new)
            ]
            yield Difference(name, 1.0, f"{name}: {shapes[0]} {ARROW} {shapes[1]}", exact=True)
        elif old[name].sha256 != new[name].sha256:
            yield from _of_numbers(before.array(name), after.array(name), name)


def _of_numbers(old: Array, new: Array, where: str) -> Iterator[Difference]:
    """The largest difference of two arrays of one shape; whole numbers count and choose, they are
    not measured."""
    apart = scaled(old, new)
    if not apart.size or not apart.any():
        return
    index = np.unravel_index(int(apart.argmax()), apart.shape)
    exact = old.dtype.kind in "iub" and new.dtype.kind in "iub"
    place = f"[{', '.join(str(int(i)) for i in index)}]" if index else ""
    count = f", {int((apart > 0).sum()):,} of {apart.size:,} differ" if apart.size > 1 else ""
    text = f"{where}{place}: {_number(old[index])} {ARROW} {_number(new[index])}{count}"
    yield Difference(f"{where}{place}", float(apart[index]), text, exact)


def _numeric(value: Any) -> bool:
    """Whether a JSON value is a number or a table of numbers."""
    if isinstance(value, list):
        return (
            bool(value)
            and all(map(_numeric, value))
            and len({np.shape(entry) for entry in value}) == 1
        )
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number(value: Any) -> str:
    number = float(value)
    if number.is_integer() and abs(number) < 1e15:
        return written(number, ",")
    return written(number, ".3") if 5e-4 <= abs(number) < 1 else f"{number:.4g}".replace("-", MINUS)


def _short(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, (list, dict)):
        return _entries(value)
    return _number(value) if _numeric(value) else {None: "nothing", True: "yes", False: "no"}[value]


def _entries(value: Any, one: str = "entry", several: str = "entries") -> str:
    if value is None:
        return "nothing"
    return f"one {one}" if len(value) == 1 else f"{len(value):,} {several}"


def _quoted(text: str) -> str:
    shown = text if len(text) <= _LENGTH else f"{text[: _LENGTH - 1]}\u2026"
    return '"' + shown.replace("\n", "\\n") + '"'


def _shape(entry: Any) -> str:
    return (
        " x ".join(f"{size:,} ({axis})" for size, axis in zip(entry.shape, entry.axes, strict=True))
        or "one number"
    )
