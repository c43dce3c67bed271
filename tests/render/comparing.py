"""Frames of one film drawn twice: by Manim's own renderer, and by the fast one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
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

    def write_frame(self, pixels: Pixels | None, *, repeat: int = 1, changed: Any = None) -> None:
        frame = self.film[-1] if pixels is None else pixels.copy()
        self.film += [frame] * repeat


@contextmanager
def settings(folder: Path, width: int = 480, height: int = 270, rate: float = 10) -> Iterator[None]:
    """Manim's settings for a small film in a folder."""
    with tempconfig(
        {
            "pixel_width": width,
            "pixel_height": height,
            "frame_rate": rate,
            "media_dir": str(folder),
            "disable_caching": True,
            "progress_bar": "none",
            "verbosity": "ERROR",
            "renderer": "cairo",
        }
    ):
        yield


def film(make: Callable[..., Scene], renderer: CairoRenderer) -> list[Pixels]:
    """All frames of the film that ``make(renderer=...)`` gives."""
    renderer._file_writer_class = Collector
    scene = make(renderer=renderer)
    scene.render()
    return scene.renderer.file_writer.film  # type: ignore[no-any-return]


def chosen(
    make: Callable[..., Scene], renderer: CairoRenderer, wanted: Collection[int]
) -> tuple[dict[int, Pixels], int]:
    """Some frames of a film, by number, and how many it has; the others are not drawn."""
    renderer._file_writer_class = Collector
    kept: dict[int, Pixels] = {}
    count = 0

    def keep(times: int) -> None:
        nonlocal count
        for number in set(wanted) & set(range(count, count + times)):
            kept[number] = renderer.get_frame()
        count += times
        renderer.time += times / renderer.camera.frame_rate

    def render(scene: Scene, _: float, moving: Any = None) -> None:
        if count in wanted:
            renderer.update_frame(scene, moving)
        keep(1)

    def freeze(duration: float) -> None:
        keep(int(duration / (1 / renderer.camera.frame_rate)))

    renderer.render, renderer.freeze_current_frame = render, freeze  # type: ignore[method-assign]
    make(renderer=renderer).render()
    return kept, count


def compare(make: Callable[..., Scene], moments: int | None = None) -> tuple[int, float]:
    """Draws a film with both renderers and compares all frames, or as many as ``moments``, evenly
    spread.

    Returns the largest difference of a channel, of 255, and the share of pixels that differ at all.
    """
    if moments is None:
        pairs = list(zip(film(make, CairoRenderer()), film(make, fast.renderer()), strict=True))
    else:
        _, count = chosen(make, fast.renderer(), ())
        wanted = np.unique(np.linspace(0, count - 1, moments).round().astype(int)).tolist()
        (stock, length), (quick, as_long) = (
            chosen(make, each, wanted) for each in (CairoRenderer(), fast.renderer())
        )
        assert length == as_long == count
        pairs = [(stock[number], quick[number]) for number in wanted]
    assert len(pairs) >= (moments or 1)
    differences = [np.abs(stock.astype(int) - quick).max(axis=2) for stock, quick in pairs]
    return max(int(each.max()) for each in differences), float(
        np.mean([each > 0 for each in differences])
    )
