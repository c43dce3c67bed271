"""Whether an address leads to what is shown: looks numbers, settings and texts up where they claim
to be from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from gptviz.drawing.arrays.windows import Computed
from gptviz.recording.number import (
    Count,
    Derived,
    Number,
    Numbers,
    Quoted,
    Setting,
    Token,
    Tracked,
    is_formula,
)
from gptviz.recording.schema import Recording

_RELATIVE = 1e-9  # of a derived number against the same formula, computed again


class Addresses:
    """The recordings and the settings that a film has, and what is found in them under an
    address."""

    def __init__(self, recordings: Iterable[Recording], settings: Iterable[str] = ()) -> None:
        self._recordings = {recording.name: recording for recording in recordings}
        self._settings = set(settings)
        self._sound: dict[
            int, Numbers
        ] = {}  # arrays that were looked up; held, so that no id comes twice

    def problem(self, value: Tracked) -> str:
        """What is wrong with the address of a tracked value; empty where it leads to that value."""
        if isinstance(value, Number):
            return self._number(value)
        if isinstance(value, Derived):
            return self._derived(value)
        if isinstance(value, Setting):
            return self._setting(value)
        if isinstance(value, Quoted):
            return "" if value.source.strip() else "a quoted figure without a source"
        if isinstance(value, Count):
            return "" if float(value).is_integer() else f"a count of {float(value)}"
        return f"{type(value).__name__} is no kind of tracked value"

    def problem_among(self, inputs: Iterable[Any]) -> str:
        """The first problem among the inputs of a formula or a claim: tracked values, arrays and
        lists of them."""
        problems = (
            self._array(each) if isinstance(each, Numbers) else self.problem(each)
            for each in _leaves(inputs)
        )
        return next((problem for problem in problems if problem), "")

    def text_problem(self, shown: str, origin: Any) -> str:
        """What is wrong with digits of a token or a recorded word; empty where they are the
        recording's.

        ``shown`` is what stands on screen, ``origin`` the :class:`Token` or :class:`Word` that it
        claims to be.
        """
        digits = re.findall(r"\d+", shown)
        if not digits or _as_bytes(shown, origin):
            return ""
        if missing := [each for each in digits if each not in str(origin)]:
            return f"{missing[0]} is not part of {str(origin)!r}"
        source = self._text(origin.address)
        if source is None:
            return f"there is no text at {origin.address}"
        if isinstance(origin, Token) and str(origin) != source:
            return f"{origin.address} is {source!r}, not {str(origin)!r}"
        missing = [each for each in re.findall(r"\d+", str(origin)) if each not in source]
        return f"{missing[0]} is not part of {origin.address}" if missing else ""

    def _number(self, value: Number) -> str:
        recording = self._recordings.get(value.recording)
        if recording is None:
            return f"the film was not given a recording {value.recording}"
        try:
            found = float(np.asarray(_inside(recording, value.tensor))[value.index])
        except (KeyError, IndexError, TypeError, ValueError):
            return f"there is no number at {value.address}"
        return (
            "" if found == float(value) else f"{value.address} is {found!r}, not {float(value)!r}"
        )

    def _derived(self, value: Derived) -> str:
        if not is_formula(value.formula):
            return f"{value.formula.__name__} is not a formula of gptviz.maths"
        if problem := self.problem_among(value.inputs):
            return problem
        again = value.recomputed()
        if abs(again - float(value)) > _RELATIVE * max(abs(again), abs(float(value))):
            return f"{value.address} is {again!r}, not {float(value)!r}"
        return ""

    def _array(self, value: Numbers) -> str:
        if id(value) in self._sound:
            return ""
        if (
            problem := self._computed(value)
            if isinstance(value, Computed)
            else self._recorded(value)
        ):
            return problem
        self._sound[id(value)] = value
        return ""

    def _recorded(self, value: Numbers) -> str:
        recording = self._recordings.get(value.recording)
        if recording is None:
            return f"the film was not given a recording {value.recording}"
        try:
            whole = _inside(recording, value.tensor)
            if whole is value.array:
                return ""
            found = np.asarray(whole)[value.places]
        except (KeyError, IndexError, TypeError, ValueError):
            return f"there is no array at {value.address}"
        return "" if np.array_equal(found, value.array) else f"{value.address} holds other numbers"

    def _computed(self, value: Computed) -> str:
        """An array that a formula gives: computed again."""
        if problem := self.problem_among(value.inputs):
            return problem
        again = Computed(value.formula, *value.inputs).array[value.places]
        return (
            ""
            if np.allclose(again, value.array, rtol=_RELATIVE, atol=0)
            else f"{value.address} holds other numbers"
        )

    def _setting(self, value: Setting) -> str:
        field, _, name = value.name.partition(" of ")
        if not name:
            return "" if field in self._settings else f"the film declares no setting {value.name!r}"
        recording = self._recordings.get(name)
        if recording is None:
            return f"the film was not given a recording {name}"
        asked = recording.manifest.request.get(field)
        known = asked if isinstance(asked, (list, tuple)) else [asked]
        return (
            ""
            if float(value) in known
            else f"{field} of the request of {name} is {asked!r}, not {float(value)!r}"
        )

    def _text(self, address: str) -> str | None:
        """The text at an address: all of what lies there, as one text."""
        if address.startswith("quoted from "):
            return address.removeprefix("quoted from ")
        if address.startswith("digest of "):
            return self._digest(address.removeprefix("digest of ").split(", "))
        name, _, path = address.partition("#")
        recording = self._recordings.get(name)
        if recording is None:
            return None
        path, *indices = re.split(r"[\[\],\s]+", path.rstrip("]"))
        try:
            found = _inside(recording, path)
            for index in indices:
                found = found[int(index)]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
        found = found.get("text") if isinstance(found, Mapping) else found
        return (
            " ".join(map(str, found))
            if isinstance(found, Sequence) and not isinstance(found, str)
            else str(found)
        )

    def _digest(self, names: Sequence[str]) -> str | None:
        if any(name not in self._recordings for name in names):
            return None
        digests = sorted(self._recordings[name].digest for name in names)
        return (
            digests[0]
            if len(digests) == 1
            else hashlib.sha256("".join(digests).encode()).hexdigest()
        )


def _as_bytes(shown: str, origin: Any) -> bool:
    """Whether a token or word is shown as its bytes, in hexadecimal digits."""
    first, _, last = shown.strip("\u27e8\u27e9<>").partition(
        "\u2026"
    )  # drawn, or said in a sentence
    whole = (origin.raw if isinstance(origin, Token) else str(origin).encode()).hex(" ").upper()
    if not last:
        return bool(re.fullmatch(r"[0-9A-F]{2}( [0-9A-F]{2})*", first)) and whole.startswith(first)
    return whole.startswith(first.rstrip()) and whole.endswith(last.lstrip())


def _inside(recording: Recording, path: str) -> Any:
    """What a recording holds under a path: a tensor, or a part of its manifest."""
    part, _, rest = path.partition(".")
    if part == "values":
        return _walk(recording.manifest.values, rest)
    if part == "request":
        return _walk(recording.manifest.request, rest)
    if part == "provenance":
        return _walk(recording.provenance.model_dump(), rest)
    if part == "tokens":
        name, _, field = rest.partition(".")
        rows = [row.model_dump() for row in recording.manifest.tokens[name]]
        return [row[field] for row in rows] if field else rows
    return recording.array(path)


def _walk(value: Any, path: str) -> Any:
    for key in path.split("."):
        value = value[int(key)] if isinstance(value, (list, tuple)) else value[key]
    return value


def _leaves(inputs: Iterable[Any]) -> Iterable[Any]:
    for value in inputs:
        if isinstance(value, (list, tuple)):
            yield from _leaves(value)
        elif value is not None:
            yield value
