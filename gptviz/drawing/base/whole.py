"""Shares of one whole, written so that what is written adds up to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from gptviz import maths
from gptviz.recording.number import Tracked, derive_each

_ONE = 1e-6  # what shares of one, computed in single precision, may miss
_BY_PLACES: Final[dict[int, Callable[..., Any]]] = {
    2: maths.hundredths,
    3: maths.tenths_of_percent,
    4: maths.hundredths_of_percent,
}


def adding_up(shares: Sequence[Tracked], spec: str) -> list[Tracked]:
    """What is written of shares in a format: where they are all of one whole, each is rounded up or
    down so that they add up. Others stay as they are."""
    match = re.fullmatch(r"\.(\d)([f%])", spec)
    places = int(match[1]) + 2 * (match[2] == "%") if match else 0
    whole = abs(sum(map(float, shares)) - 1) <= _ONE and all(each >= 0 for each in shares)
    if not whole or places not in _BY_PLACES:
        return list(shares)
    return list(derive_each(_BY_PLACES[places], list(shares)))
