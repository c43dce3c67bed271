"""Frames of one film drawn twice: by Manim's own renderer, and by the fast one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import Scene, tempconfig
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene_file_writer import SceneFileWriter

from gptviz.render import fast

Pixels = npt.NDArray[np.uint8]
MOST = 2  # of 255: the largest difference of a channel that is let pass


class Collector(SceneFileWriter):
    """Keeps the frames and writes no file."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.film: list[Pixels] = []

    def begin_animation(self, *_: Any, **__: Any) -> None: ...
    def end_animation(self, *_: Any, **__: Any) -> None: ...
    def finish(self) -> None: ...
    def abort_encode_jobs(self, *_: Any, **__: Any) -> None: ...

    def write_frame(self, pixels: Pixels | None, *, repeat: int = 1) -> None:
        frame = self.film[-1] if pixels is None else pixels.copy()
        self.film += [frame] * repeat


@contextmanager
def settings(folder: Path, width: int = 480, height: int = 270, rate: float = 10) -> Iterator[None]:
    """Manim's settings for a small film in a folder."""
    with tempconfig({
        "pixel_width": width, "pixel_height": height, "frame_rate": rate, "media_dir": str(folder),
        "disable_caching": True, "progress_bar": "none", "verbosity": "ERROR", "renderer": "cairo",
    }):
        yield


def film(make: Callable[..., Scene], renderer: CairoRenderer) -> list[Pixels]:
    """All frames of the film that ``make(renderer=...)`` gives."""
    renderer._file_writer_class = Collector
    scene = make(renderer=renderer)
    scene.render()
    return scene.renderer.file_writer.film  # type: ignore[no-any-return]


def compare(make: Callable[..., Scene], moments: int | None = None) -> tuple[int, float]:
    """Draws a film with both renderers and compares frames: all, or as many as ``moments``, evenly spread.

    Returns the largest difference of a channel, of 255, and the share of pixels that differ at all.
    """
    stock, quick = film(make, CairoRenderer()), film(make, fast.renderer())
    assert len(stock) == len(quick) > 0
    chosen = range(len(stock)) if moments is None else np.linspace(0, len(stock) - 1, moments).round().astype(int)
    differences = [np.abs(stock[at].astype(int) - quick[at]).max(axis=2) for at in chosen]
    assert len(differences) >= (moments or 1)
    return max(int(each.max()) for each in differences), float(np.mean([each > 0 for each in differences]))
