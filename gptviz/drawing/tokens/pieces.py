"""What is no text and can be cut into pieces all the same: a picture into tiles, a sound into
slices.

Planned films: bpe_tokens.
"""

from __future__ import annotations

import numpy as np
from manim import Arc, Circle, Dot, Line, VGroup, VMobject

from gptviz.drawing.base import theme


class Smile(VGroup):
    """A smiling face, drawn with lines: no font that ships with gptviz holds one."""

    def __init__(self, radius: float = 1.35, color: str = theme.FOCUS) -> None:
        eyes = [
            Dot(np.array([x, 0.26, 0.0]) * radius, 0.1 * radius, color=color) for x in (-0.34, 0.34)
        ]
        mouth = Arc(0.56 * radius, np.pi * 1.15, np.pi * 0.7, stroke_color=color, stroke_width=7)
        super().__init__(Circle(radius, stroke_color=color, stroke_width=7), *eyes, mouth)


def tiles_of(picture: VMobject, across: int = 4) -> VGroup:
    """The lines that cut a picture into square tiles, so many across, where it is now."""
    side = max(picture.width, picture.height) / 2 + 0.12
    places = np.linspace(-side, side, across + 1)
    lines = [Line(np.array([a, -side, 0.0]), np.array([a, side, 0.0])) for a in places]
    lines += [Line(np.array([-side, a, 0.0]), np.array([side, a, 0.0])) for a in places]
    cut = VGroup(*lines).set_stroke(theme.SECONDARY, 2)
    cut.move_to(picture)
    return cut


class Sound(VGroup):
    """A sign for a sound: a swinging line, and the lines that cut it into slices. It stands for no
    recording."""

    def __init__(
        self, width: float = 4.8, height: float = 2.94, slices: int = 6, color: str = theme.FOCUS
    ) -> None:
        turns = np.linspace(-1.0, 1.0, 481)
        swing = np.exp(-((1.6 * turns) ** 2)) * np.sin(21 * turns) + 0.35 * np.sin(9 * turns + 1)
        wave = VMobject(stroke_color=color, stroke_width=5)
        wave.set_points_as_corners(
            np.column_stack([turns * width / 2, swing * height / 3, np.zeros_like(turns)])
        )
        places = np.linspace(-width / 2, width / 2, slices + 1)
        cuts = [
            Line(np.array([x, -height / 2, 0.0]), np.array([x, height / 2, 0.0])) for x in places
        ]
        super().__init__(wave, VGroup(*cuts).set_stroke(theme.SECONDARY, 2))
