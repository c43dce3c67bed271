"""What a source printed, beside what is true: hatched and marked as quoted, next to the computed
number.

Planned films: scores_mask, token_by_token, weight_mri, parameter_tally, plurality, bpe_tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from manim import RoundedRectangle, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import boxes_of, hatched, outline, painted, rectangles
from gptviz.drawing.base.text import Numeral, Words
from gptviz.recording.number import Tracked

_PAD = 0.28


class SourceSays(VGroup):
    """Two panels: what the source printed (hatched, framed in the colour of what is wrong), and
    what was computed.

    ``printed`` and ``computed`` are tracked numbers (the first a ``Quoted``, or derived from quoted
    ones) or words. ``what`` names the figure in a few words; ``source`` who printed it, in a small
    line below. ``right`` marks a source that is right: its frame is then neutral. ``quote`` and
    ``truth`` are the two panels, to show one after the other.
    """

    def __init__(
        self,
        printed: Tracked | Words,
        computed: Tracked | Words,
        what: str = "",
        source: str | Words = "",
        spec: str = ",",
        size: float = theme.TITLE,
        titles: tuple[str, str] = ("the source prints", "computed"),
        right: bool = False,
    ) -> None:
        super().__init__()
        values = [self._value(value, spec, size) for value in (printed, computed)]
        heads = [Words(title, theme.LABEL, theme.SECONDARY) for title in titles]
        wide = (
            max([*(value.advance for value in values), *(head.advance for head in heads), 2.4])
            + 2 * _PAD
        )
        colour = theme.SECONDARY if right else theme.WRONG
        self.quote = self._panel(values[0], heads[0], wide, size, colour, hatch=True)
        self.truth = self._panel(values[1], heads[1], wide, size, theme.PROBABILITY, hatch=False)
        self.truth.shift(np.array([wide + 0.5, 0, 0]))
        self.add(self.quote, self.truth)
        self.what, self.source = VGroup(), VGroup()
        top = self.quote[0].get_top()[1]
        if what:
            words = Words(what, theme.STATEMENT)
            self.what.add(words.place([0.0, top + 0.25, 0.0]))
        if source:
            line = (
                source
                if isinstance(source, Words)
                else Words(source, theme.SMALLEST, theme.SECONDARY)
            )
            below = self.quote[0].get_bottom()[1] - theme.units(theme.SMALLEST) * 1.75
            self.source.add(line.place([0.0, below, 0.0]))
        self.add(self.what, self.source)
        self.center()

    def _value(self, value: Tracked | Words, spec: str, size: float) -> Any:
        return value if isinstance(value, Words) else Numeral(value, spec, size)

    def _panel(
        self, value: Any, head: Words, wide: float, size: float, colour: str, hatch: bool
    ) -> VGroup:
        em = theme.units(size)
        lines = len(value) if isinstance(value, Words) else 1
        high = em * (0.95 + 1.35 * lines) + theme.units(theme.LABEL) * 1.85
        panel = painted(rectangles(boxes_of(0.0, 0.0, wide, high)), theme.PANEL)
        frame = outline((0.0, 0.0, wide, high), colour, 2.5)
        group = VGroup(panel, frame)
        if hatch:
            strip = (
                0.0,
                0.0,
                wide,
                0.16,
            )  # at the foot, so that no line runs through what is to be read
            group.add(hatched(strip, colour, 0.10, 1.8, 0.9))
        head.place([_PAD, high - theme.units(theme.LABEL) * 1.6, 0.0])
        value.place([_PAD, high - theme.units(theme.LABEL) * 1.85 - em * 1.2, 0.0], "left")
        return group.add(head, value)


class QuotedWords(VGroup):
    """Words in boxes side by side, as a source drew them: hatched at the foot, in the colour of
    what is wrong.

    Their look is that of a :class:`gptviz.drawing.tokens.tokens.TokenStrip`, below which they stand; they
    are no tokens.
    """

    means = ("wrong",)

    def __init__(self, words: Sequence[str], size: float = theme.LABEL) -> None:
        super().__init__()
        em, pen = theme.units(size), 0.0
        for word in words:
            text = Words(word, size, font=theme.TOKEN_FACE)
            wide, high = text.advance + em * 0.9, em * 1.75
            box = RoundedRectangle(
                corner_radius=em * 0.25,
                width=wide,
                height=high,
                stroke_width=2,
                stroke_color=theme.WRONG,
                fill_color=theme.PANEL,
                fill_opacity=1,
            )
            box.shift(np.array([pen + wide / 2, -high / 2, 0.0]))
            text.place(box.get_center() + np.array([0.0, -em * 0.34, 0.0]), "center")
            foot = (pen + em * 0.15, -high + em * 0.06, pen + wide - em * 0.15, -high + em * 0.28)
            self.add(VGroup(box, hatched(foot, theme.WRONG, 0.08, 1.5, 0.9), text))
            pen += wide + em * 0.42

    def place(self, left: float, top: float) -> Self:
        """Moves the words so that the first box has its left top corner there."""
        corner = self[0][0].get_corner(np.array([-1.0, 1.0, 0.0]))
        self.shift(np.array([left, top, 0.0]) - corner)
        return self
