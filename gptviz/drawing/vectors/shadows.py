"""Two vectors of any dimension in the plane that they share: their true lengths and angle, and the
shadow of one.

Planned films: plurality.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from manim import VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import segments, stroked
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.vectors.plane import Plane2D
from gptviz.recording.number import Tracked


class ShadowPanel(VGroup):
    """A word along the ground, another at its true angle, and that one's shadow; below, their dot
    product.

    ``lengths`` of the two words, ``cosine`` and ``product`` are tracked. Nothing is lost in the
    picture: two vectors always lie in one plane. The left lower corner of the vectors is at the
    origin of the panel.
    """

    def __init__(
        self,
        base: Any,
        other: Any,
        lengths: tuple[Tracked, Tracked],
        cosine: Tracked,
        product: Tracked,
        title: str,
        width: float = 4.0,
        height: float = 3.2,
    ) -> None:
        super().__init__()
        angle = np.arccos(np.clip(float(cosine), -1, 1))
        ends = [
            np.array([float(lengths[0]), 0.0]),
            float(lengths[1]) * np.array([np.cos(angle), np.sin(angle)]),
        ]
        flat = Plane2D(
            [*ends, [-0.5, 0.0]], width, height, (0.2, 0.08), theme.STATEMENT, axes=False
        )
        flat.shift(np.array([width * 0.3, height * 0.42, 0.0]))
        flat.arrow(ends[0], color=theme.SECONDARY, label=base)
        flat.arrow(ends[1], color=theme.TEXT, label=other)
        flat.shadow(ends[1], ends[0])
        self.product = Numeral(product, "+.2f", 64, theme.FOCUS).place([0.0, -1.05, 0.0])
        self.add(
            flat,
            self.product,
            Words(title, theme.STATEMENT, theme.SECONDARY).place([0.0, -1.6, 0.0]),
        )


class RulerPlane(Plane2D):
    """Two words in the plane that holds both and the arrow between them, that arrow lying along the
    horizontal.

    ``along`` and ``across`` (part) are each word's coordinates: its shadow on the arrow, and how
    far it lies beside it. Nothing is lost: the origin and two words always lie in one plane.
    ``first``, ``second`` and ``difference`` are the arrows, none of them in the plane's group, so
    that each can come by itself; :meth:`lay` brings the last one down.
    """

    def __init__(
        self,
        names: tuple[Any, Any],
        along: tuple[Tracked, Tracked],
        across: tuple[Tracked, Tracked],
        width: float = 6.0,
        height: float = 4.6,
        size: float = 40.0,
    ) -> None:
        self.places = [np.array([float(x), float(y)]) for x, y in zip(along, across, strict=True)]
        super().__init__(self.places, width, height, (0.5, 0.1), size, axes=False)
        zero, half = self.on_screen((0.0, 0.0)), np.array([width / 2 - 0.1, 0.0, 0.0])
        self.add(stroked(segments([zero - half], [zero + half]), theme.HAIRLINE, 2.0))
        self.first, self.second = (
            self.arrow(place, color=colour, label=name)
            for place, name, colour in zip(
                self.places, names, (theme.SECONDARY, theme.TEXT), strict=True
            )
        )
        self.difference = self.arrow(self.places[1], self.places[0], theme.FOCUS)
        self.arrows.remove(self.first, self.second, self.difference)

    def move(self, way: Any) -> Self:
        """Moves the plane and its arrows."""
        for part in (self, self.first, self.second, self.difference):
            part.shift(np.asarray(way, dtype=float))
        return self

    def lay(self, run_time: float = 1.4) -> Follow:
        """A motion that carries the difference down to the ground, just below where shadows
        fall."""
        return self.carry(self.difference, (self.places[0][0], -0.1 / self.unit * 1.4), run_time)

    def right_of(self) -> Any:
        """Where a name of the difference can start, once it lies on the ground."""
        return self.on_screen((self.places[1][0], 0.0)) + np.array([0.3, -0.42, 0.0])


class ShadowTable(VGroup):
    """For each word its shadow on an arrow, the arrow's length, and their product; columns end at
    ``columns``."""

    def __init__(
        self,
        words: Sequence[Any],
        shadows: Sequence[Tracked],
        length: Tracked,
        products: Sequence[Tracked],
        columns: tuple[float, float, float] = (2.75, 4.55, 6.4),
        top: float = 1.4,
    ) -> None:
        super().__init__()
        self.add(
            *[
                Words(text, 30, theme.SECONDARY).place([x, top, 0], "right")
                for text, x in zip(("shadow", "\u00d7 length", "= product"), columns, strict=True)
            ]
        )
        colours = (theme.TEXT, theme.SECONDARY, theme.FOCUS)
        for i, (word, shadow, product) in enumerate(zip(words, shadows, products, strict=True)):
            y = top - 1.0 - i * 0.95
            self.add(Words(word, theme.TITLE).place([columns[0] - 2.6, y, 0]))
            self.add(
                *[
                    Numeral(value, ".2f", 44, colour, "right").place([x, y, 0], "right")
                    for value, x, colour in zip(
                        (shadow, length, product), columns, colours, strict=True
                    )
                ]
            )
