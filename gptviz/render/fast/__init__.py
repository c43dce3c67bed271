"""The fast studio: films with the pixels of stock Manim in a fraction of the time.

Everything stands beside Manim: a camera, a file writer and a renderer that is handed to the scene.
It was proven on the versions in :data:`PROVEN` and refuses all others::

    reason = fast.supported()
    scene = Film(renderer=fast.renderer(threads=1)) if reason is None else Film()
    scene.render()
    scene.renderer.file_writer.movie_file_path

Importing this package imports no Manim; its functions do.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gptviz.render.fast.studio import Studio

PROVEN = ("0.22.0",)
"""The versions of Manim whose frames the tests have compared."""


def supported() -> str | None:
    """None where the fast studio can be used, else why it cannot, in one line."""
    try:
        found = version("manim")
    except PackageNotFoundError:
        return "manim is not installed"
    if found not in PROVEN:
        return f"the fast renderer was not proven on manim {found}, only on {', '.join(PROVEN)}"
    import av  # noqa: PLC0415  (a third of a second)

    if "libx264" not in av.codecs_available:
        return "PyAV was built without x264"
    return None


def renderer(threads: int = 0) -> Studio:
    """A renderer to hand to a plain Scene (``renderer=``), which then leaves one finished mp4,
    without sound.

    ``threads`` is how many x264 may use, 0 to let it decide. The same number gives the same bytes;
    another one can change some of them, for x264 looks less far for what moved up or down while
    other threads are still drawing there.
    """
    from gptviz.render.fast.studio import Studio  # noqa: PLC0415

    return Studio(threads)
