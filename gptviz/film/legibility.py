"""Rules that pixels decide: whether a text can be read on what is really behind it.

The picture is drawn twice, with its texts and without. Where the two differ there is ink; behind
the ink is what the second shows. The text's own colour is known exactly, and need not be guessed
from thin, softened strokes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from manim import VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.tints import contrast
from gptviz.film.findings import Finding
from gptviz.film.layout import Scenery, crop
from gptviz.film.rehearsal import Pixels
from gptviz.film.texts import Ink, Shown
from gptviz.film.view import SEEN, fill_opacity, stroke_opacity

LEAST = 4.5  # contrast ratio of text: WCAG 2.2, success criterion 1.4.3
_INK = 8  # of 255: a pixel that the text changes by more is ink
_WORST = 5  # percentile: a letter's few pixels on a hairline do not decide
_COVERED = 0.3  # of the change that a text's colour should make, at its fullest pixel
DIMMED = theme.DIM + 0.05


def contrasts(scenery: Scenery, drawn: Pixels, bright: set[str]) -> Iterator[Finding]:
    """Texts that are hard to read, covered, or dimmed although nobody has seen them bright.

    ``drawn``: the picture with its texts; ``bright``: the texts that were seen undimmed before.
    """
    passing = [shape.box for shape in scenery.shapes if shape.animated]
    for text in scenery.steady:
        if text.animated or any(box.touches(text.box) for box in passing):
            continue
        if text.opacity <= DIMMED:
            if text.text not in bright:
                yield scenery.finding(
                    "dim",
                    (text.name,),
                    1 - text.opacity,
                    f"{text.name!r} appears at an opacity of {text.opacity:.2f}",
                )
            continue
        measured = [_measured(ink, drawn, scenery.behind) for ink in text.inks]
        if covered := [share for share, _ in measured if share is not None]:
            yield scenery.finding("hidden", (text.name,), max(covered), f"{text.name!r} is covered")
            continue
        ratio = min(ratio for _, ratio in measured)
        if ratio < LEAST:
            yield scenery.finding(
                "contrast",
                (text.name,),
                LEAST - ratio,
                f"{text.name!r} has a contrast of {ratio:.1f}:1 with what is behind it",
            )


def bright_texts(texts: list[Shown]) -> set[str]:
    """The texts that stand there undimmed."""
    return {text.text for text in texts if text.opacity > DIMMED}


def _measured(ink: Ink, drawn: Pixels, behind: Pixels) -> tuple[float | None, float]:
    """The share of an outline's colour that is missing where it is covered (else None), and its
    contrast."""
    there = crop(drawn, ink.box).astype(np.float64)
    ground = crop(behind, ink.box).astype(np.float64)
    change = np.abs(there - ground).max(axis=2)
    mask = change > _INK
    on = ground[mask] if mask.any() else ground.reshape(-1, 3)
    colour, alpha = _colour(ink.mobject)
    seen = colour * 255 * alpha + on * (1 - alpha)
    ratio = float(np.percentile(contrast(seen / 255, on / 255), _WORST))
    due = float(np.abs(seen - on).max())
    missing = 1 - float(change.max()) / due if due > _INK else 0.0
    return (missing if missing > 1 - _COVERED else None), ratio


def _colour(mobject: VMobject) -> tuple[npt.NDArray[np.float64], float]:
    """The colour (rgb from 0 to 1) and opacity of the fill, or of the stroke where there is no
    fill."""
    alpha = fill_opacity(mobject)
    rgbas = mobject.fill_rgbas if alpha > SEEN else mobject.stroke_rgbas
    return np.asarray(rgbas, dtype=np.float64)[0, :3], alpha if alpha > SEEN else stroke_opacity(
        mobject
    )
