"""Plans every film's layout and prints it as JSON: ``python -m tests.films.layouts [SHARE]``.

For each picture at rest: its texts, and how far all that stands there reaches, lies and is filled.
With a SHARE every number that goes in is larger or smaller by up to that share of itself.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
from manim import VMobject

from gptviz.drawing.base.text import Run
from gptviz.film.rehearsal import Moment, rehearse
from tests.drawing.digests import shake, shaken_recording
from tests.films.test_judges import NAMES, default


def layout(moment: Moment) -> list[Any]:
    """What stands in a picture, as its texts and five numbers."""
    family = [part for whole in moment.film.mobjects for part in whole.get_family()]
    outlines = [part for part in family if isinstance(part, VMobject) and len(part.points)]
    points = np.concatenate([np.zeros((1, 3)), *[part.points for part in outlines]])
    filled = sum(float(np.asarray(part.fill_rgbas).sum()) for part in outlines)
    texts = " ".join(part.text for part in outlines if isinstance(part, Run))
    extent = [*points.min(axis=0)[:2].tolist(), *points.max(axis=0)[:2].tolist()]
    return [texts, len(points), *extent, float(points[:, :2].mean()), filled]


def main(share: float) -> None:
    random = np.random.default_rng(1)
    if share:
        shake(share, random)
    planned: dict[str, list[list[Any]]] = {}
    for name in NAMES:
        film, recordings = default(name)
        if share:
            recordings = {n: shaken_recording(r, share, random) for n, r in recordings.items()}
        found = planned[name] = []

        def look(moment: Moment, found: list[list[Any]] = found) -> None:
            if not moment.moving:
                found.append(layout(moment))

        rehearse(film, recordings, look, per_second=0)
    json.dump(planned, sys.stdout)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0)
