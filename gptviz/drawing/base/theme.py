"""How every film looks: colours by meaning, sizes of type, spacing, lengths of motion, fonts.

Sizes of type are pixels of a 1080-line picture; :func:`units` turns pixels into Manim's units, 8 to
a picture's height.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

Colours = npt.NDArray[np.float64]

# Colour: one meaning each. Weights are the blue-orange pair, data grey, in every film.
GROUND: Final = "#0E1116"
PANEL: Final = "#171C24"
HAIRLINE: Final = "#2B3340"
TEXT: Final = "#E8EAED"
SECONDARY: Final = "#9AA6B2"
NEGATIVE: Final = "#56B4E9"  # weights below zero
POSITIVE: Final = "#E69F00"  # weights above zero
DATA_LOW: Final = "#5B6673"  # data flowing through, small
DATA_HIGH: Final = "#F2F4F7"  # data flowing through, large
PROBABILITY: Final = "#2BB68A"
REST: Final = "#3D4757"  # the rest of a vocabulary: probability too, not one token's
QUERY: Final = "#F0E442"
KEY: Final = "#8F7BFF"
VALUE: Final = "#D98BB9"
ATTENTION: Final = "#F0E442"
FOCUS: Final = "#FFD166"  # outline of the thing spoken of now
WRONG: Final = "#E4572E"  # wrong, refused, "the source says"
#: Categories without a meaning of their own: groups of words, models, tensors. None is green.
HUES: Final = ("#99D0E6", "#C87A6F", "#DDD08A", "#4C9BA1", "#9D96E3", "#A49042")

# Type, in pixels at 1080 lines.
TITLE: Final = 40.0
STATEMENT: Final = 32.0
LABEL: Final = 26.0
SMALL: Final = 22.0
SMALLEST: Final = 20.0
CAPTION: Final = 36.0

# Space, in Manim units.
MARGIN: Final = 0.5
GAP: Final = 0.25
BAND: Final = 1.2  # the captions', at the bottom of the safe area
WIDTH: Final = 128 / 9
HEIGHT: Final = 8.0
LEFT_EDGE: Final = -WIDTH / 2 + MARGIN
RIGHT_EDGE: Final = WIDTH / 2 - MARGIN
TOP_EDGE: Final = HEIGHT / 2 - MARGIN
BOTTOM_EDGE: Final = -HEIGHT / 2 + MARGIN
STAGE_TOP: Final = TOP_EDGE - 0.75  # below the title line
STAGE_BOTTOM: Final = BOTTOM_EDGE + BAND

# Motion, in seconds.
QUICK: Final = 0.4
MOVE: Final = 0.8
SLOW: Final = 1.5
DIM: Final = 0.3  # opacity of what is not spoken of

FONTS: Final = Path(__file__).parents[1] / "fonts"
TEXT_FACE: Final = "Inter-Regular.otf"
MEDIUM_FACE: Final = "Inter-Medium.otf"
STRONG_FACE: Final = "Inter-SemiBold.otf"
TOKEN_FACE: Final = "JetBrainsMono-Regular.ttf"


def units(pixels: float) -> float:
    """Manim units of a length in pixels of a 1080-line picture."""
    return pixels * HEIGHT / 1080


def rgb(colour: str) -> Colours:
    """A colour ``#RRGGBB`` as three floats from 0 to 1."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def diverging(values: npt.ArrayLike, limit: float) -> Colours:
    """Colours (..., rgb) of weights: blue below zero, the ground at zero, orange above; full at
    +-``limit``."""
    share = np.clip(np.asarray(values, dtype=np.float64) / (limit or 1.0), -1, 1)[..., None]
    ground = rgb(GROUND)
    below, above = (
        ground + (rgb(NEGATIVE) - ground) * -share,
        ground + (rgb(POSITIVE) - ground) * share,
    )
    return np.asarray(np.where(share < 0, below, above))


def grey(values: npt.ArrayLike, limit: float) -> Colours:
    """Colours (..., rgb) of data: grey by size, brightest at ``limit``; the sign is written, not
    coloured."""
    share = np.clip(np.abs(np.asarray(values, dtype=np.float64)) / (limit or 1.0), 0, 1)[..., None]
    return np.asarray(rgb(DATA_LOW) + (rgb(DATA_HIGH) - rgb(DATA_LOW)) * share)


def attention(values: npt.ArrayLike) -> Colours:
    """Colours (..., rgb) of attention weights from 0 (the panel) to 1 (the attention yellow)."""
    share = np.clip(np.asarray(values, dtype=np.float64), 0, 1)[..., None]
    return np.asarray(rgb(PANEL) + (rgb(ATTENTION) - rgb(PANEL)) * share)


# Ten anchors of matplotlib's cividis (Nunez, Anderton, Renslow 2018, PLoS ONE 13(7)), perceptually
# even and safe for the colour-blind.
_CIVIDIS = np.array(
    [
        rgb(c)
        for c in (
            "#00224E",
            "#123570",
            "#3B496C",
            "#575D6D",
            "#707173",
            "#8A8678",
            "#A59C74",
            "#C3B369",
            "#E1CC55",
            "#FEE838",
        )
    ]
)


def sequential(values: npt.ArrayLike, low: float, high: float) -> Colours:
    """Colours (..., rgb) of sizes from ``low`` to ``high`` on a perceptually even map."""
    share = np.clip((np.asarray(values, dtype=np.float64) - low) / ((high - low) or 1.0), 0, 1) * (
        len(_CIVIDIS) - 1
    )
    below = np.minimum(share.astype(int), len(_CIVIDIS) - 2)
    return np.asarray(
        _CIVIDIS[below] + (_CIVIDIS[below + 1] - _CIVIDIS[below]) * (share - below)[..., None]
    )
