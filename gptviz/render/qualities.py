"""Manim's qualities, by Manim's letters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quality:
    """Size of the picture in pixels, frames per second, and Manim's own name for it."""

    letter: str
    width: int
    height: int
    fps: int
    manim: str


QUALITIES = {
    quality.letter: quality
    for quality in (
        Quality("l", 854, 480, 15, "low_quality"),
        Quality("m", 1280, 720, 30, "medium_quality"),
        Quality("h", 1920, 1080, 60, "high_quality"),
        Quality("p", 2560, 1440, 60, "production_quality"),
        Quality("k", 3840, 2160, 60, "fourk_quality"),
    )
}

DEFAULT_QUALITY = "m"
