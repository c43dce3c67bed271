"""What a phone's keyboard would show: the likeliest next tokens, on keys.

Planned films: autoregression.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import RoundedRectangle, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Numeral, TokenText
from gptviz.recording.number import Token, Tracked


class Suggestions(VGroup):
    """Tokens on keys side by side, as a phone offers words above its keyboard, each with its chance
    below.

    Parts: ``boxes``, ``words``, ``shares``.
    """

    WIDE, HIGH, GAP, TOP = 4.1, 0.95, 0.2, -0.4

    def __init__(self, offers: Sequence[tuple[Token, Tracked]]) -> None:
        super().__init__()
        self.boxes, self.words, self.shares = VGroup(), VGroup(), VGroup()
        for i, (token, share) in enumerate(offers):
            x = (i - (len(offers) - 1) / 2) * (self.WIDE + self.GAP)
            box = RoundedRectangle(
                corner_radius=0.14,
                width=self.WIDE,
                height=self.HIGH,
                stroke_width=1.5,
                stroke_color=theme.HAIRLINE,
                fill_color=theme.PANEL,
                fill_opacity=1,
            )
            box.move_to(np.array([x, self.TOP, 0]))
            word = TokenText(token, 44, limit=18).place(np.array([x, self.TOP - 0.12, 0]), "center")
            chance = Numeral(share, ".1%", theme.TITLE, theme.PROBABILITY, "center")
            chance.place(np.array([x, self.TOP - 1.05, 0]), "center")
            self.boxes.add(box)
            self.words.add(word)
            self.shares.add(chance)
            self.add(VGroup(box, word, chance))
