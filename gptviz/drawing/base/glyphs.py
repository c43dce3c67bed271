"""Text as outlines: shaped by HarfBuzz from the fonts that ship with gptviz, so that every machine
draws the same.

No font of the system is ever used. Outlines are cached per glyph, so that a new number costs a few
array joins.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import uharfbuzz as hb

from gptviz.drawing.base import theme
from gptviz.errors import FontMissing

Points = npt.NDArray[np.float64]

_FEATURES = {"kern": True, "tnum": True, "calt": False, "liga": False}


@dataclass(frozen=True)
class Shaped:
    """A shaped text, in em: ``points`` (4 n, 3) of cubic curves, the baseline starting at the
    origin; ``advance``."""

    points: Points
    advance: float


class Face:
    """A font file that ships with gptviz."""

    def __init__(self, name: str) -> None:
        path = theme.FONTS / name
        if not path.is_file():
            raise FontMissing(
                f"the font {name} is not where it belongs",
                f"there is no {path}",
                "install gptviz again",
            )
        self.name = name
        self._face = hb.Face(hb.Blob.from_file_path(str(path)))
        self._font = hb.Font(self._face)
        self._em = float(self._face.upem)
        self._outlines: dict[int, Points] = {}

    def has(self, text: str) -> bool:
        """Whether every character of a text has a glyph."""
        return all(self._font.get_nominal_glyph(ord(character)) for character in text)

    def shape(self, text: str) -> Shaped:
        """A text as outlines. Raises FontMissing for a character that the font lacks."""
        if not text:
            return Shaped(np.zeros((0, 3)), 0.0)
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        hb.shape(self._font, buffer, _FEATURES)
        pen, parts = 0.0, []
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            if info.codepoint == 0:
                raise FontMissing(
                    f"{self.name} has no glyph for {text[info.cluster]!r}",
                    f"it stands in {text!r}",
                    "show the text as bytes",
                )
            outline = self._outline(info.codepoint)
            if len(outline):
                offset = np.array([pen + position.x_offset, position.y_offset, 0.0])
                parts.append(outline + offset / self._em)
            pen += position.x_advance
        points = np.concatenate(parts) if parts else np.zeros((0, 3))
        points.flags.writeable = False
        return Shaped(points, pen / self._em)

    def _outline(self, glyph: int) -> Points:
        if glyph not in self._outlines:
            curves: list[list[tuple[float, float]]] = []
            self._font.draw_glyph(glyph, _drawing(), curves)
            points = np.zeros((len(curves) * 4, 3))
            if curves:
                points[:, :2] = np.array([point for curve in curves for point in curve]) / self._em
            self._outlines[glyph] = points
        return self._outlines[glyph]


@lru_cache(maxsize=1)
def _drawing() -> Any:
    """HarfBuzz' callbacks, which append cubic curves [start, handle, handle, end] to a list."""
    functions = hb.DrawFuncs()
    at: dict[str, tuple[float, float]] = {}

    def move(x: float, y: float, _curves: list[Any]) -> None:
        at["start"] = at["now"] = (x, y)

    def cubic(  # noqa: PLR0917  (HarfBuzz' own order)
        x1: float, y1: float, x2: float, y2: float, x: float, y: float, curves: list[Any]
    ) -> None:
        curves.append([at["now"], (x1, y1), (x2, y2), (x, y)])
        at["now"] = (x, y)

    def line(x: float, y: float, curves: list[Any]) -> None:
        x0, y0 = at["now"]
        if (x0, y0) != (x, y):
            cubic(
                x0 + (x - x0) / 3,
                y0 + (y - y0) / 3,
                x0 + (x - x0) * 2 / 3,
                y0 + (y - y0) * 2 / 3,
                x,
                y,
                curves,
            )

    def quadratic(cx: float, cy: float, x: float, y: float, curves: list[Any]) -> None:
        x0, y0 = at["now"]
        cubic(
            x0 + (cx - x0) * 2 / 3,
            y0 + (cy - y0) * 2 / 3,
            x + (cx - x) * 2 / 3,
            y + (cy - y) * 2 / 3,
            x,
            y,
            curves,
        )

    def close(curves: list[Any]) -> None:
        line(*at["start"], curves)

    functions.set_move_to_func(move)
    functions.set_line_to_func(line)
    functions.set_cubic_to_func(cubic)
    functions.set_quadratic_to_func(quadratic)
    functions.set_close_path_func(close)
    return functions


@lru_cache(maxsize=16)
def face(name: str) -> Face:
    """A shipped font by its file's name. Raises FontMissing."""
    return Face(name)


@lru_cache(maxsize=20_000)
def shaped(text: str, name: str) -> Shaped:
    """A text shaped in a font, from the cache."""
    return face(name).shape(text)
