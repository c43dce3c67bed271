"""Which engine draws: Manim's own camera and encoder (``stock``), or faster ones (``fast``). Chosen
here only."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from gptviz.render import fast

STOCK = "stock"
FAST = "fast"

#: x264's threads for one film. Always the same: with one thread x264 makes other bytes than with several, and a film is
#: to be the same bytes alone, beside others, and on another machine.
THREADS = 2


def default() -> str:
    """The engine that draws where none is asked for: the fast one, on a Manim that it was proven
    on."""
    try:
        return FAST if version("manim") in fast.PROVEN else STOCK
    except PackageNotFoundError:
        return STOCK


def why_stock() -> str:
    """Why films are drawn by Manim's own engine although nobody asked for it, in one line; empty
    where they are not."""
    return (fast.supported() or "") if default() == STOCK else ""


def scene_arguments(engine: str) -> dict[str, Any]:
    """What a film's constructor takes beside recordings, so that this engine draws it; under
    ``manim.tempconfig``.

    Where the fast engine cannot be used after all, Manim's own draws: the pictures are the same.
    """
    if engine != FAST or fast.supported() is not None:
        return {}
    return {"renderer": fast.renderer(threads=THREADS)}
