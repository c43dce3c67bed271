"""Colours of cells that numerals stand on, and the ink that can be read on them.

Colours keep their meaning (weights blue and orange, data grey, attention yellow); tints of weights
and data go only so far from the ground that the theme's text keeps a contrast of 4.5:1 on each of
them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from gptviz.drawing.base import theme

Colours = npt.NDArray[np.float64]
Role = Literal["weights", "data", "query", "key", "value", "probability"]

BLACK: Final = "#000000"
WHITE: Final = "#FFFFFF"
_WEIGHT_SHARE = 0.55  # of the way from the ground to the full colour
_DATA_SHARE = 0.36


def luminance(colours: Any) -> npt.NDArray[np.float64]:
    """Relative luminance (...) of colours (..., rgb) from 0 to 1: WCAG 2.2, "relative
    luminance"."""
    c = np.asarray(colours, dtype=np.float64)
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(first: Any, second: Any) -> npt.NDArray[np.float64]:
    """Contrast ratio (...), 1 to 21, of two colours (..., rgb): WCAG 2.2, "contrast ratio"."""
    a, b = luminance(first), luminance(second)
    return np.asarray((np.maximum(a, b) + 0.05) / (np.minimum(a, b) + 0.05))


def ink(colours: Any) -> list[str]:
    """For each colour (n, rgb) the one of black and white that reads better on it: never below
    4.5:1."""
    background = np.asarray(colours, dtype=np.float64).reshape(-1, 3)
    light = contrast(background, theme.rgb(WHITE)) >= contrast(background, theme.rgb(BLACK))
    return [WHITE if each else BLACK for each in light]


def mixed(colour: str, shares: Any) -> Colours:
    """Colours (..., rgb) from the ground (0) to a colour (1)."""
    share = np.clip(np.asarray(shares, dtype=np.float64), 0, 1)[..., None]
    ground = theme.rgb(theme.GROUND)
    return np.asarray(ground + (theme.rgb(colour) - ground) * share)


def weights(values: Any, limit: float) -> Colours:
    """Tints (..., rgb) of weights: blue below zero, orange above, the ground at zero, strongest at
    +-``limit``."""
    return theme.diverging(
        np.clip(np.asarray(values, dtype=np.float64) / (limit or 1.0), -1, 1) * _WEIGHT_SHARE, 1.0
    )


def data(values: Any, limit: float) -> Colours:
    """Tints (..., rgb) of data: grey by size, lightest at ``limit``; the sign is written, not
    coloured."""
    share = np.clip(np.abs(np.asarray(values, dtype=np.float64)) / (limit or 1.0), 0, 1)
    return mixed(theme.DATA_HIGH, 0.07 + (_DATA_SHARE - 0.07) * share)


def _named(colour: str, most: float) -> Callable[[Any, float], Colours]:
    def tint(values: Any, limit: float) -> Colours:
        share = np.clip(np.abs(np.asarray(values, dtype=np.float64)) / (limit or 1.0), 0, 1)
        return mixed(colour, 0.08 + (most - 0.08) * share)

    return tint


TINTS: Final[dict[str, Callable[[Any, float], Colours]]] = {
    "weights": weights,
    "data": data,
    "query": _named(theme.QUERY, 0.42),
    "key": _named(theme.KEY, 0.60),
    "value": _named(theme.VALUE, 0.50),
    "probability": _named(theme.PROBABILITY, 0.60),
}
