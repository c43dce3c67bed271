"""Draws the gallery and prints a digest of every still as JSON: ``python -m tests.drawing.digests
FOLDER [SHARE]``.

FOLDER holds the recordings. With a SHARE every number that goes in, and every result of a
decomposition, is made larger or smaller by up to that share of itself. Whole numbers are counts,
ids and bytes, and stay.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gptviz.drawing.gallery import pieces, stills_of
from gptviz.recording.schema import Recording
from gptviz.recording.store import Store

DECOMPOSITIONS = ("solve", "svd", "eigh", "qr", "norm")


def shaken(values: Any, share: float, random: np.random.Generator) -> Any:
    """An array with each number a little off, in float64."""
    array = np.asarray(values)
    if array.dtype.kind != "f" or (array == np.rint(array)).all():
        return values
    return array * (1 + share * random.uniform(-1, 1, array.shape))


def shake(share: float, random: np.random.Generator) -> None:
    """Lets numpy's decompositions give results that are a little off."""

    def off(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **options: Any) -> Any:
            result = function(*given, **options)
            if isinstance(result, tuple):
                parts = [shaken(part, share, random) for part in result]
                return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
            return shaken(result, share, random)

        return called

    for name in DECOMPOSITIONS:
        setattr(np.linalg, name, off(getattr(np.linalg, name)))


def shaken_recording(whole: Recording, share: float, random: np.random.Generator) -> Recording:
    """A recording whose tensors are a little off."""
    whole._arrays = {name: shaken(each, share, random) for name, each in whole._arrays.items()}
    return whole


def main(folder: str, share: float) -> None:
    random = np.random.default_rng(1)
    if share:
        shake(share, random)
    digests = {}
    for piece in pieces():
        recordings = piece.recordings(Store(Path(folder)))
        if share:
            recordings = {n: shaken_recording(r, share, random) for n, r in recordings.items()}
        for still, frame in stills_of(piece, recordings, 480, 270).items():
            digests[f"{piece.name}-{still}"] = hashlib.sha256(frame.tobytes()).hexdigest()
    json.dump(digests, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)
