"""Formulas, set by Typst, with parts that have names and colours."""

from __future__ import annotations

from collections.abc import Mapping

from manim import MathTypst, VGroup, VMobject

from gptviz.drawing.base import theme

# A Typst text of font size 48 has an em of half a unit: its capital H is 0.3415 units high, 0.683
# em in its font.
_POINTS_PER_PIXEL = 48 / (0.5 * 1080 / theme.HEIGHT)


class Formula(VGroup):
    """A formula in Typst's mathematical notation. Parts are marked ``{{ e^(x_i) : power }}`` and
    coloured by name.

    Digits in a formula belong to the formula; the audit knows them by this class.
    """

    def __init__(
        self,
        source: str,
        size: float = theme.STATEMENT,
        color: str = theme.TEXT,
        colors: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.source, self.size = source, size
        self._typst = MathTypst(source, font_size=size * _POINTS_PER_PIXEL, color=color)
        self.add(self._typst)
        self._height = float(self._typst.height)
        for name, colour in (colors or {}).items():
            self.part(name).set_color(colour)

    @property
    def pixels(self) -> float:
        """The size of type as it stands on screen, in pixels at 1080 lines; indices and powers are
        smaller."""
        return self.size * float(self._typst.height) / self._height

    def part(self, name: str) -> VMobject:
        """A marked part."""
        return self._typst.select(name)
