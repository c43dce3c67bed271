"""How like each other two films are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

_WINDOW, _STEP = 8, 4
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def likeness(first: Path, second: Path, moments: int = 10) -> float:
    """The smallest SSIM of two films' frames at some moments, evenly spread. Raises ValueError for
    unequal lengths."""
    frames = [list(_pictures(path, moments)) for path in (first, second)]
    return min(ssim(a, b) for a, b in zip(*frames, strict=True))


def ssim(first: Any, second: Any) -> float:
    """Structural similarity of two grey pictures (row, column), the mean over windows of 8 x 8
    pixels.

    Wang, Bovik, Sheikh, Simoncelli 2004, "Image quality assessment", eq. 13, with flat windows as
    x264 has them.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    mean_a, mean_b = _means(a), _means(b)
    spread = _means(a * a) - mean_a**2, _means(b * b) - mean_b**2
    together = _means(a * b) - mean_a * mean_b
    above = (2 * mean_a * mean_b + _C1) * (2 * together + _C2)
    return float((above / ((mean_a**2 + mean_b**2 + _C1) * (spread[0] + spread[1] + _C2))).mean())


def _means(picture: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    sums = np.pad(picture.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    rows = sums[_WINDOW:] - sums[:-_WINDOW]
    boxes = rows[:, _WINDOW:] - rows[:, :-_WINDOW]
    return np.asarray(boxes[::_STEP, ::_STEP] / _WINDOW**2)


def _pictures(path: Path, moments: int) -> Iterator[Any]:
    with av.open(str(path)) as file:
        wanted = set(
            np.linspace(0, file.streams.video[0].frames - 1, moments).round().astype(int).tolist()
        )
        for number, frame in enumerate(file.decode(video=0)):
            if number in wanted:
                yield frame.to_ndarray(format="gray")
