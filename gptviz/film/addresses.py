"""Whether an address leads to what is shown: looks numbers, settings and texts up where they claim
to be from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from gptviz.recording.address import Given, Place
from gptviz.recording.number import (
    Computed,
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
from gptviz.recording.schema import TokenRow

_RELATIVE = 1e-9  # of a derived number against the same formula, computed again


class Addresses:
    """The recordings and the settings that a film has, and what is found in them under an
    address."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._sound: dict[
            int, Numbers
        ] = {}  # arrays that were looked up; held, so that no id comes twice

    def problem(self, value: Tracked) -> str:
        """What is wrong with the address of a tracked value; empty where it leads to that value."""
        if isinstance(value, Derived):
            return self._derived(value)
        if isinstance(value, (Number, Setting, Quoted)):
            return self._compare(value, 0.0 if isinstance(value.address, Place) else None)
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
        try:
            source = _as_text(origin.address.look_up(self._given))
        except LookupError as error:
            return str(error)
        if isinstance(origin, Token) and str(origin) != source:
            return f"{origin.address} is {source!r}, not {str(origin)!r}"
        missing = [each for each in re.findall(r"\d+", str(origin)) if each not in source]
        return f"{missing[0]} is not part of {origin.address}" if missing else ""

    def _derived(self, value: Derived) -> str:
        if not is_formula(value.formula):
            return f"{value.formula.__name__} is not a formula of gptviz.maths"
        return self.problem_among(value.inputs) or self._compare(value, _RELATIVE)

    def _compare(self, value: Tracked, within: float | None) -> str:
        """Whether a value lies at its address, but for a relative difference ``within``; None where
        it only has to lead somewhere: a quotation's figure and a turning knob lie nowhere."""
        try:
            found = value.address.look_up(self._given)
            number = float(value) if within is None else float(found)
        except LookupError as error:
            return str(error)
        except (TypeError, ValueError):
            return f"there is no number at {value.address}"
        apart = abs(number - float(value))
        if apart <= (within or 0.0) * max(abs(number), abs(float(value))):
            return ""
        return f"{value.address} is {number!r}, not {float(value)!r}"

    def _array(self, value: Numbers) -> str:
        if id(value) in self._sound:
            return ""
        if isinstance(value, Computed) and (problem := self.problem_among(value.inputs)):
            return problem
        try:
            found = value.look_up(self._given)
        except LookupError as error:
            return str(error)
        except (TypeError, ValueError):
            return f"there is no array at {value.address}"
        within = _RELATIVE if isinstance(value, Computed) else 0.0
        if found is not value.array and not np.allclose(found, value.array, rtol=within, atol=0):
            return f"{value.address} holds other numbers"
        self._sound[id(value)] = value
        return ""


def _as_text(found: Any) -> str:
    """What lies at the address of a token or a word, as one text."""
    found = found.text if isinstance(found, TokenRow) else found
    return " ".join(map(str, found)) if isinstance(found, (list, tuple)) else str(found)


def _as_bytes(shown: str, origin: Any) -> bool:
    """Whether a token or word is shown as its bytes, in hexadecimal digits."""
    first, _, last = shown.strip("\u27e8\u27e9<>").partition(
        "\u2026"
    )  # drawn, or said in a sentence
    whole = (origin.raw if isinstance(origin, Token) else str(origin).encode()).hex(" ").upper()
    if not last:
        return bool(re.fullmatch(r"[0-9A-F]{2}( [0-9A-F]{2})*", first)) and whole.startswith(first)
    return whole.startswith(first.rstrip()) and whole.endswith(last.lstrip())


def _leaves(inputs: Iterable[Any]) -> Iterable[Any]:
    for value in inputs:
        if isinstance(value, (list, tuple)):
            yield from _leaves(value)
        elif value is not None:
            yield value
