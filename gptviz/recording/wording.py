"""How a number is written: the few formats that films use, and whether a text says what its number
is.

===========================  =======================  =============================================
spec                         0.12928 / 50257 ...      meaning
===========================  =======================  =============================================
``.2f`` ``+.2f`` ``,.0f``    ``−92.86``               as Python, with a true minus sign
``,``                        ``50,257``               a whole number with separators
``d``                        ``50257``                a whole number
``.1%``                      ``12.9 %``               percent, with a narrow no-break space
``.3``                       ``.129``                 decimals without the leading zero (|x| < 1)
``words``                    ``seven``                a small whole number as a word
``ordinal``                  ``third``                a small whole number as an ordinal word
``one_in``                   ``eight``                the odds: 1/x, rounded ("one in eight")
``M``                        ``124M``                 millions, at most one decimal
``~`` ``~%`` ``~in`` ...     ``about 124 million``    as one says it: :mod:`gptviz.recording.rounding`
===========================  =======================  =============================================
"""

from __future__ import annotations

import re
from decimal import Decimal

from gptviz.errors import UntrackedNumber
from gptviz.recording.rounding import is_rounded, rounded, rounds

MINUS = "\u2212"
NARROW = "\u202f"

_WORDS = (
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
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def written(value: float, spec: str) -> str:
    """A number as text. Raises UntrackedNumber for a format that cannot say the value (words above
    999)."""
    if is_rounded(spec):
        return rounded(value, spec)
    if spec in ("words", "ordinal", "one_in"):
        whole = _whole(1 / value if spec == "one_in" else value, near=spec == "one_in")
        return ordinal(whole) if spec == "ordinal" else words(whole)
    if spec == "M":
        millions = f"{value / 1e6:.1f}" if abs(value) < 1e7 else f"{value / 1e6:.0f}"
        return _signed(millions.removesuffix(".0")) + "M"
    if spec.endswith("%"):
        return _signed(f"{value:{spec}}"[:-1]) + NARROW + "%"
    return _signed(_figures(value, spec))


def _figures(value: float, spec: str) -> str:
    if spec in ("", "d", ","):
        return f"{_whole(value):{'' if spec == 'd' else spec}}"
    if re.fullmatch(r"\.\d", spec):
        return re.sub(r"^(-?)0\.", r"\1.", f"{value:{spec}f}")
    return f"{value:{spec}}"


def says(text: str, value: float, spec: str) -> bool:
    """Whether ``text`` is the correct rounding of ``value`` in this format, judged from the text
    alone.

    Independent of :func:`written`: the text is read back and must lie within half a unit of its
    last digit.
    """
    if is_rounded(spec):
        return rounds(text, value, spec)
    if spec in ("words", "ordinal", "one_in"):
        text = text[:1].lower() + text[1:]
        target = 1 / value if spec == "one_in" else value
        whole = next((n for n in range(1000) if text in (words(n), ordinal(n))), None)
        return whole is not None and abs(target - whole) <= (0.5 if spec == "one_in" else 1e-9)
    printed = read_back(text)
    if printed is None:
        return False
    read, unit = float(printed[0]), float(printed[1])
    return abs(value - read) <= unit / 2 * (1 + 1e-9) + 1e-12 * abs(read)


def read_back(text: str) -> tuple[Decimal, Decimal] | None:
    """The number that figures say and the unit of their last digit; None for what is none.

    ``12.9 %`` is .129, to .001; ``5.3M`` is 5,300,000, to 100,000.
    """
    match = re.fullmatch(rf"([+{MINUS}]?)([\d,]*)(?:\.(\d+))?({NARROW}%|M)?", text)
    if not match or not (match[2] or match[3]):
        return None
    power = {f"{NARROW}%": -2, "M": 6}.get(match[4] or "", 0)
    figures = Decimal(f"{match[2].replace(',', '') or '0'}.{match[3] or '0'}").scaleb(power)
    unit = Decimal(1).scaleb(power - len(match[3] or ""))
    return (-figures if match[1] == MINUS else figures), unit


def words(whole: int) -> str:
    """A whole number from 0 to 999 in words."""
    if not 0 <= whole < 1000:
        raise UntrackedNumber(
            f"{whole} is not written in words",
            "words are for numbers below a thousand",
            "give the number another format, such as {n:,}",
        )
    if whole < 20:
        return _WORDS[whole]
    if whole < 100:
        return _TENS[whole // 10] + (f"-{_WORDS[whole % 10]}" if whole % 10 else "")
    rest = f" and {words(whole % 100)}" if whole % 100 else ""
    return f"{_WORDS[whole // 100]} hundred{rest}"


def ordinal(whole: int) -> str:
    """A whole number from 0 to 999 as an ordinal word."""
    head, dash, last = words(whole).rpartition("-")
    if not dash:
        head, dash, last = words(whole).rpartition(" ")
    return (
        head
        + dash
        + (_ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th"))
    )


def _whole(value: float, near: bool = False) -> int:
    whole = round(value)
    if not near and abs(value - whole) > 1e-9:
        raise UntrackedNumber(
            f"{value} is not a whole number",
            "it is written without decimals",
            "give the number a format with decimals, such as {p:.2f}",
        )
    return whole


def _signed(text: str) -> str:
    """A true minus sign, and no sign in front of a number that was rounded to zero."""
    if text.startswith(("-", "+")) and not re.search(r"[1-9]", text):
        return text[1:]
    return MINUS + text[1:] if text.startswith("-") else text
