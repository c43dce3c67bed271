"""A few telling values of a recording, kept with a published film: they say in words what has
changed since."""

from __future__ import annotations

from typing import Any

from gptviz.recording.families import NextTokenRecording
from gptviz.recording.schema import Recording
from gptviz.recording.wording import written

_SHOWN = 3  # entries of each list of tokens
_VALUES = 40  # values of one recording

Facts = dict[str, Any]


def facts(recording: Recording) -> Facts:
    """Values by name, in the order in which a difference is worth telling: top tokens, other
    tokens, values."""
    found: Facts = {}
    if isinstance(recording, NextTokenRecording):
        shown = range(min(_SHOWN, len(recording.logits)))
        found["top"] = [
            [str(recording.token(rank)), float(recording.probability(rank))] for rank in shown
        ]
    for name, rows in recording.manifest.tokens.items():
        found[f"tokens {name}"] = [row.text for row in rows[:_SHOWN]]
    _flatten(recording.manifest.values, "", found)
    return found


def difference(old: Facts, new: Facts) -> str:
    """The first difference that a person would name, such as ``' planet' .129 -> ' moon' .118``."""
    for (text, chance), (text_now, chance_now) in zip(
        old.get("top", []), new.get("top", []), strict=False
    ):
        if (text, _short(chance)) != (text_now, _short(chance_now)):
            return f"{text!r} {_short(chance)} -> {text_now!r} {_short(chance_now)}"
    for name, value in new.items():
        before = old.get(name)
        if name != "top" and before is not None and before != value:
            return f"{name} {_short(before)} -> {_short(value)}"
    return "its numbers changed"


def _flatten(value: Any, name: str, found: Facts) -> None:
    if len(found) >= _VALUES:
        return
    if isinstance(value, dict):
        for key, entry in value.items():
            _flatten(entry, f"{name}.{key}" if name else str(key), found)
    elif isinstance(value, list):
        for i, entry in enumerate(value[:_SHOWN]):
            _flatten(entry, f"{name}.{i}", found)
    elif isinstance(value, (str, int, float)):
        found[name] = value if not isinstance(value, str) else value[:60]


def _short(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return repr(value) if not isinstance(value, list) else ", ".join(map(repr, value))
    if isinstance(value, int) or float(value).is_integer():
        return written(float(value), "d")
    return written(float(value), ".3") if abs(value) < 1 else f"{value:.6g}".replace("-", "\u2212")
