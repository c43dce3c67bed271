"""Whether an address leads to what is shown: looks numbers, settings and texts up where they claim
to be from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from gptviz.recording.address import Address, Given, Place
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
        if isinstance(value, Number):
            return self._number(value)
        if isinstance(value, Derived):
            return self._derived(value)
        if isinstance(value, Setting):
            return self._setting(value)
        if isinstance(value, Quoted):
            return self._compare(value.address, bool, float(value))
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

    def _number(self, value: Number) -> str:
        return self._compare(value.address, lambda found: found == float(value), float(value))

    def _setting(self, value: Setting) -> str:
        if isinstance(value.origin, Place):
            return self._compare(value.address, lambda found: found == float(value), float(value))
        return self._compare(value.address, lambda found: True, float(value))

    def _derived(self, value: Derived) -> str:
        if not is_formula(value.formula):
            return f"{value.formula.__name__} is not a formula of gptviz.maths"
        if problem := self.problem_among(value.inputs):
            return problem
        return self._compare(
            value.address,
            lambda again: (
                abs(again - float(value)) <= _RELATIVE * max(abs(again), abs(float(value)))
            ),
            float(value),
        )

    def _compare(self, address: Address, alike: Callable[[Any], bool], value: float) -> str:
        try:
            found = address.look_up(self._given)
            told = found if isinstance(found, str) else float(found)
            return "" if alike(told) else f"{address} is {told!r}, not {value!r}"
        except LookupError as error:
            return str(error)
        except (TypeError, ValueError):
            return f"there is no number at {address}"

    def _array(self, value: Numbers) -> str:
        if id(value) in self._sound:
            return ""
        if isinstance(value, Computed) and (problem := self.problem_among(value.inputs)):
            return problem
        exact = 0.0 if isinstance(value.address, Place) else _RELATIVE
        try:
            found = value.look_up(self._given)
        except LookupError as error:
            return str(error)
        if not np.allclose(found, value.array, rtol=exact, atol=0):
            return f"{value.address} holds other numbers"
        self._sound[id(value)] = value
        return ""


def _as_text(found: Any) -> str:
    """What lies at the address of a token or a word, as one text."""
    found = found.get("text") if isinstance(found, Mapping) else found
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
