"""Numbers over their names with signs between them: a sum that is read from left to right.

Planned films: bpe_tokens, parameter_tally.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Numeral, Words
from gptviz.recording.number import Tracked


class Sum(VGroup):
    """Tracked numbers with their names below, plus signs between them, and the last behind an
    equals sign.

    ``terms[i]`` is a number with its name, ``signs[i]`` what stands behind it. The numbers'
    baseline is y = 0, and the whole is centred, until it is moved; it is made smaller where it is
    wider than ``width`` units.
    """

    def __init__(
        self,
        parts: Sequence[tuple[Tracked, str]],
        size: float = 84,
        width: float = 12.8,
        spec: str = ",",
    ) -> None:
        super().__init__()
        self.terms, self.signs, pen = VGroup(), VGroup(), 0.0
        gap = theme.units(size) * 0.85
        for i, (number, name) in enumerate(parts):
            value = Numeral(number, spec, size, align="center")
            words = Words(name, theme.STATEMENT, theme.SECONDARY, align="center")
            wide = max(value.advance, words.advance)
            value.place(np.array([pen + wide / 2, 0, 0]), "center")
            words.place(np.array([pen + wide / 2, -0.75, 0]), "center")
            self.terms.add(VGroup(value, words))
            pen += wide + gap
            if i + 1 < len(parts):
                sign = Words("=" if i + 2 == len(parts) else "+", size * 0.8, theme.SECONDARY)
                self.signs.add(sign.place(np.array([pen, 0, 0])))
                pen += sign.advance + gap
        self.add(self.terms, self.signs)
        self.shift(np.array([-(pen - gap) / 2, 0, 0]))
        if pen - gap > width:
            self.scale(width / (pen - gap), about_point=np.zeros(3))

    @property
    def in_order(self) -> list[VMobject]:
        """Terms and signs from left to right."""
        mixed = [self.terms[0]]
        for sign, term in zip(self.signs, self.terms[1:], strict=True):
            mixed += [sign, term]
        return mixed
