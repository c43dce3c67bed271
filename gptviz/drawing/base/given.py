"""What a piece was given, looked at before it is drawn: what cannot be drawn is refused in a
line."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz.errors import GptvizError, NotFinite


def finite(values: Any, what: str) -> npt.NDArray[np.float64]:
    """Values as plain floats, in their own shape. Raises NotFinite, with the first place, for NaN
    and infinity."""
    plain = np.asarray(getattr(values, "array", values), dtype=np.float64)
    wrong = np.argwhere(~np.isfinite(plain))
    if len(wrong):
        place = ", ".join(str(int(i)) for i in wrong[0])
        raise NotFinite(
            f"{what}{f' [{place}]' if place else ''} is {plain[tuple(wrong[0])]}: it cannot be drawn"
        )
    return plain


def whole(value: float, what: str, least: int = 0) -> int:
    """A whole number of at least ``least``. Raises NotFinite for NaN, GptvizError for less and for
    fractions."""
    plain = float(finite(float(value), what))
    if plain < least or plain != int(plain):
        raise GptvizError(f"{plain:g} {what} cannot be drawn: whole numbers from {least} on can")
    return int(plain)
