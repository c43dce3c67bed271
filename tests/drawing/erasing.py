"""Stills of the gallery with a numeral or a bar erased or changed, one at a time.

A still is drawn again without its texts, without its bars, and with the last digit of each numeral
another; of these pictures only the box of one part is laid into the still.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from manim import Mobject, VMobject

from gptviz.drawing.base.text import Run
from gptviz.drawing.chances.bars import Bar
from gptviz.drawing.gallery import Piece, Stage, stills_of
from gptviz.drawing.gallery.stage import Frame
from gptviz.recording.store import Store

SEEN = 0.1  # opacity from which on a part counts as there
WINDOW = 5  # pixels on a side
LOCAL = 3.0  # of 255: two pictures of which some window differs by more, in the mean, are two


@dataclass(frozen=True)
class Spoilt:
    """A still with one part wrong: what the part is, the picture, the text that changed."""

    what: str
    frame: Frame
    changed: str = ""


def windows_apart(first: Frame, second: Frame) -> float:
    """By how much two pictures differ where they differ most, in the mean of a small window.

    Edges that another version of Cairo smooths a little otherwise are thin, and weigh little here;
    a numeral that is away fills windows.
    """
    apart = np.abs(first.astype(int) - second.astype(int)).max(axis=2)
    sums = np.pad(apart.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    n = min(WINDOW, *apart.shape)
    inside = sums[n:, n:] - sums[:-n, n:] - sums[n:, :-n] + sums[:-n, :-n]
    return float(inside.max()) / n**2


def spoilt(piece: Piece, store: Store, size: tuple[int, int]) -> Iterator[tuple[Frame, Spoilt]]:
    """Each still of a piece beside the same with one numeral or bar erased, or numeral changed."""
    found: list[tuple[Frame, Spoilt]] = []

    def look(name: str, stage: Stage) -> None:
        whole = np.array(stage.renderer.get_frame()[..., :3])
        family = [part for each in stage.mobjects for part in each.get_family()]
        texts = [
            part
            for part in family
            if isinstance(part, Run) and _shown(part) and re.search(r"\w", part.text)
        ]
        numerals = [part for part in texts if re.search(r"\d", part.text)]
        bars = [part for part in family if isinstance(part, Bar) and _shown(part)]
        others = {id(part): _changed(part) for part in numerals}
        for kind, parts, picture in (
            ("no text", texts, _drawn(stage, family, {id(part): None for part in texts})),
            ("no bar", bars, _drawn(stage, family, {id(part): None for part in bars})),
            ("another digit", numerals, _drawn(stage, family, others)),
        ):
            for part in parts:
                rows, columns = _box(stage, part, others.get(id(part)))
                frame = whole.copy()
                frame[rows, columns] = picture[rows, columns]
                if (frame != whole).any():  # what lies hidden, or beyond the picture, is not seen
                    said = getattr(part, "text", type(part).__name__)
                    what = f"{piece.name}-{name}: {kind}: {said!r}"
                    now = others[id(part)].text if kind == "another digit" else ""
                    found.append((whole, Spoilt(what, frame, now)))

    stills_of(piece, piece.recordings(store), *size, look=look)
    yield from found


def _shown(part: VMobject) -> bool:
    return len(part.points) > 0 and bool(np.asarray(part.fill_rgbas)[:, 3].max() > SEEN)


def _changed(run: Run) -> Run:
    """A copy that says another last digit."""
    other = run.copy()
    last = max(match.start() for match in re.finditer(r"\d", run.text))
    digit = str((int(run.text[last]) + 1) % 10)
    other._set(run.text[:last] + digit + run.text[last + 1 :], *run.frame())
    return other


def _drawn(stage: Stage, family: list[Mobject], instead: dict[int, Run | None]) -> Frame:
    """The stage with other mobjects in place of some, or with none."""
    camera = stage.renderer.camera
    kept = camera.pixel_array.copy()
    parts = [instead.get(id(part), part) for part in camera.get_mobjects_to_display(stage.mobjects)]
    camera.reset()
    camera.capture_mobjects([part for part in parts if part is not None], include_submobjects=False)
    frame = np.array(camera.pixel_array[..., :3], dtype=np.uint8)
    camera.set_pixel_array(kept)
    return frame


def _box(stage: Stage, part: VMobject, other: VMobject | None) -> tuple[slice, slice]:
    """The rows and columns of pixels that a part covers, or what is drawn instead."""
    camera = stage.renderer.camera
    points = np.concatenate([each.points for each in (part, other) if each is not None])
    spots = camera.points_to_subpixel_coords(part, points)
    low, high = np.floor(spots.min(axis=0)).astype(int) - 1, np.ceil(spots.max(axis=0)) + 1
    left, top = np.maximum(low, 0)
    right, bottom = np.maximum(high.astype(int), 0)
    return slice(int(top), int(bottom)), slice(int(left), int(right))
