"""Sentences as a voice is given them: every number, sign, name and token in words.

Numbers are read by ``num2words``; names, units and signs stand in :mod:`gptviz.recording.lexicon`.
A token or a recorded word is said as it stands; one that is nothing but a mark is called by its
name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from num2words import num2words

from gptviz.recording.lexicon import MARKS, NAMES, SIGNS
from gptviz.recording.number import Token, Word

if TYPE_CHECKING:
    from gptviz.recording.statement import Statement

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_NAME = re.compile(
    r"(?<![\w-])("
    + "|".join(re.escape(name) for name in sorted(NAMES, key=len, reverse=True))
    + r")(?![\w])"
)
_LARGE = {"K": "thousand", "M": "million", "B": "billion", "T": "trillion"}
_HALVES = {2: ("half", "halves"), 4: ("quarter", "quarters")}
_PARTS = 20  # the smallest part that is said as one: a twentieth


def speakable(statement: Statement) -> str:
    """A statement in words that can be pronounced."""
    parts: list[tuple[bool, str]] = []  # whether it is recorded text, and the text
    for piece in statement:
        data = isinstance(piece.origin, (Token, Word))
        if parts and not data and not parts[-1][0]:
            parts[-1] = (False, parts[-1][1] + piece.text)
        else:
            parts.append((data, _data(piece.text) if data else piece.text))
    spoken = "".join(text if data else _plain(text) for data, text in parts)
    return re.sub(r" ([,.;:?!])", r"\1", " ".join(spoken.split()))


def _data(text: str) -> str:
    """A token or a recorded text as one says it."""
    bare = text.strip()
    if bare in MARKS:
        return MARKS[bare]
    if match := re.fullmatch(r"<((?:[0-9A-F]{2} ?)+)>", bare):
        digits = " ".join(
            _digits(each) if each.isdigit() else each for each in match[1] if each != " "
        )
        return f"byte {digits}"
    return _plain(text)


def _plain(text: str) -> str:
    """Plain words and numbers as one says them."""
    text = text.replace("\u202f", " ").replace("\u00a0", " ")
    text = re.sub('[\u201c\u201d"\u00ab\u00bb]', "", text)
    text = text.replace("\u2019", "'").replace("\u2018", "'")
    text = re.sub("(?<=\\d)\u2013(?=\\d)", " to ", text)
    text = re.sub("\\s*[\u2013\u2014]\\s*", ", ", text)
    text = re.sub("\\s*\u2026", "...", text)
    for pattern, said in _RULES:
        text = pattern.sub(said, text)
    text = re.sub(
        "|".join(re.escape(sign) for sign in SIGNS), lambda sign: f" {SIGNS[sign[0]]} ", text
    )
    lead = " " if text.startswith(" ") else ""
    return lead + " ".join(text.split()) + (" " if text.endswith(" ") and text.strip() else "")


def _number(text: str) -> str:
    """A number in digits as words: no "and" after a comma, decimals one by one."""
    whole, point, decimals = text.replace(",", "").partition(".")
    said = num2words(int(whole)).replace(",", "") if whole else ""
    return " ".join(filter(None, (said, "point" if point else "", _digits(decimals))))


def _digits(text: str) -> str:
    return " ".join(num2words(int(digit)) for digit in text)


def _fraction(match: re.Match[str]) -> str:
    above, below = int(match[1]), int(match[2])
    if not 0 < above < below <= _PARTS:
        return f"{_number(match[1])} over {_number(match[2])}"
    one, several = _HALVES.get(below, (num2words(below, to="ordinal"), ""))
    return f"{num2words(above)} {one if above == 1 else several or one + 's'}"


def _scaled(match: re.Match[str]) -> str:
    return f"{_number(match[1])} {_LARGE[match[2]]}"


def _apart(match: re.Match[str]) -> str:
    """A number in words, with a space where a letter stands at it."""
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return (" " if before.isalnum() else "") + _number(match[0]) + (" " if after.isalnum() else "")


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_NAME, lambda name: NAMES[name[1]]),
    (re.compile(r"(?<![\w.,/])(\d+)/(\d+)(?![\w/])"), _fraction),
    (re.compile(rf"(?<!\w)[\u2212-](?={_NUMBER})"), lambda _: "minus "),
    (re.compile(rf"(?<!\w)\+(?={_NUMBER})"), lambda _: "plus "),
    (re.compile(rf"\$({_NUMBER})"), lambda sum_: f"{_number(sum_[1])} dollars"),
    (
        re.compile(r"(?<!\w)(\d+)(?:st|nd|rd|th)\b"),
        lambda nth: num2words(int(nth[1]), to="ordinal"),
    ),
    (re.compile(rf"({_NUMBER})([KMBT])\b"), _scaled),
    (re.compile(rf"({_NUMBER})\s*\u00b0(?!\w)"), lambda turn: f"{_number(turn[1])} degrees"),
    (re.compile(_NUMBER), _apart),
)
