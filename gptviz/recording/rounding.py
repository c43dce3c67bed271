"""Numbers as one says them: to two or three digits, in words where words are shorter.

====================  ==============================  =================================
format                124439808 / 0.12928 / 50257     meaning
====================  ==============================  =================================
``~`` ``~3``          ``about 124 million``           two digits, or three
``~%``                ``about thirteen percent``      in hundredths
``~in``               ``about one in eight``          one in how many; from 0.36 on ``~%``
``round`` ``round%``  ``fifty thousand``              the same without "about": a film
``round3`` ...                                        that says "nearly", or "all"
====================  ==============================  =================================

"About" stands before a number that was changed by rounding, and before no other.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

from gptviz.errors import UntrackedNumber

_SPEC = re.compile(r"(~|round)([23]?)(%|in)?")
_SCALES = (("trillion", 10**12), ("billion", 10**9), ("million", 10**6), ("thousand", 10**3))
_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_TENS = ["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_NEARLY_ALL = "more than 99 percent"
_ODDS = 2.8  # one in fewer is said in percent
_SAME = 1e-12  # relative: the noise of a product of floats


def is_rounded(spec: str) -> bool:
    """Whether a format is one of this module's."""
    return bool(_SPEC.fullmatch(spec))


def rounded(value: float, spec: str) -> str:
    """A number to two or three digits, as one says it. Raises UntrackedNumber for what is no
    number."""
    about, digits, form = _parsed(spec)
    if not math.isfinite(value):
        raise UntrackedNumber(f"{value} cannot be rounded", "it is no finite number")
    if form == "in" and value > 0 and 1 / value >= _ODDS:
        return _about(1 / value, digits, about, "one in {}", whole=True)
    if form:
        if value < 1 and _to_digits(value * 100, digits) >= 100:
            return _NEARLY_ALL
        return _about(value * 100, digits, about, "{} percent")
    return _about(value, digits, about, "{}")


def rounds(text: str, value: float, spec: str) -> bool:
    """Whether ``text`` is the correct rounding of ``value``, judged from the text alone.

    Independent of :func:`rounded`: the text is read back and must lie within half a unit of the
    value's second or third digit; it says "about" where, and only where, it is not the value.
    """
    about, digits, form = _parsed(spec)
    text = text[:1].lower() + text[1:]
    if text == _NEARLY_ALL:
        return bool(form) and 0.99 < value < 1
    says_about, text = text.startswith("about "), text.removeprefix("about ")
    if text.startswith("one in "):
        target, allowed = (1 / value if value else math.inf), form == "in"
    elif text.endswith(" percent"):
        target, allowed = value * 100, bool(form)
    else:
        target, allowed = value, not form
    read = _read(text.removeprefix("one in ").removesuffix(" percent"))
    if read is None or not allowed or not math.isfinite(target):
        return False
    unit = 10.0 ** (math.floor(math.log10(abs(target))) - digits + 1) if target else 0.0
    unit = max(unit, 1.0) if text.startswith("one in ") else unit
    exact = abs(target - read) <= _SAME * abs(target)
    near = abs(target - read) <= unit / 2 * (1 + 1e-9)
    return near and says_about == (about and not exact)


def _parsed(spec: str) -> tuple[bool, int, str]:
    match = _SPEC.fullmatch(spec)
    assert match is not None
    return match[1] == "~", int(match[2] or 2), match[3] or ""


def _about(value: float, digits: int, about: bool, form: str, whole: bool = False) -> str:
    near = _to_digits(value, digits)
    if whole and near < 10:
        near = _to_digits(value, 1)
    exact = abs(float(near) - value) <= _SAME * abs(value)
    return ("about " if about and not exact else "") + form.format(_in_words(near))


def _to_digits(value: float, digits: int) -> Decimal:
    """A number to so many digits."""
    exact = Decimal(repr(float(value)))
    if not exact:
        return Decimal(0)
    return round(exact, digits - 1 - exact.adjusted())


def _in_words(number: Decimal) -> str:
    if number < 0:
        return "minus " + _in_words(-number)
    for name, size in _SCALES:
        if number >= size:
            share = number / size
            if name == "thousand" and share != share.to_integral_value():
                break
            word = "a" if share == 1 else _plain(share)
            if name == "thousand" and not word.isalpha():
                break
            return f"{word} {name}"
    return _plain(number)


def _plain(number: Decimal) -> str:
    """A number below a thousand in words where it has a short one, else in digits."""
    if number == number.to_integral_value():
        whole = int(number)
        if whole <= 20:
            return _SMALL[whole]
        if whole < 100 and whole % 10 == 0:
            return _TENS[whole // 10 - 3]
        if whole < 1000 and whole % 100 == 0:
            return f"{'a' if whole == 100 else _SMALL[whole // 100]} hundred"
        return f"{whole:,}"
    return f"{number.normalize():f}"


def _read(text: str) -> float | None:
    """The number that a text says; None where it says none."""
    sign, words = 1.0, text.split()
    if words[:1] == ["minus"]:
        sign, words = -1.0, words[1:]
    scale = 1.0
    while len(words) > 1 and words[-1] in ("hundred", *(name for name, _ in _SCALES)):
        scale *= {"hundred": 100, **dict(_SCALES)}[words.pop()]
    if len(words) != 1:
        return None
    word = words[0]
    if word == "a" and scale > 1:
        return sign * scale
    if word in _SMALL:
        return sign * scale * _SMALL.index(word)
    if word in _TENS:
        return sign * scale * 10 * (_TENS.index(word) + 3)
    if re.fullmatch(r"\d{1,3}(,\d{3})*(\.\d+)?|\d+\.\d+", word):
        return sign * scale * float(word.replace(",", ""))
    return None
