"""Which engine draws: Manim's own camera and encoder (``stock``), or faster ones (``fast``). Chosen here only."""

from __future__ import annotations

from typing import Any

STOCK = "stock"
FAST = "fast"


def default() -> str:
    """The engine that draws where none is asked for."""
    return STOCK


def scene_arguments(engine: str, threads: int | None) -> dict[str, Any]:
    """What a film's constructor takes beside recordings, so that this engine draws it; under ``manim.tempconfig``.

    ``threads``: how many an encoder may use, or None for its own choice.
    """
    return {}
