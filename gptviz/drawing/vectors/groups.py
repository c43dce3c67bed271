"""Groups of words in hues of their own: which word belongs where, beside a space or a plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from manim import VGroup

from gptviz.drawing.arrays.windows import Label, fitted, label_of
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import boxes_of, painted, rectangles
from gptviz.drawing.base.text import Words
from gptviz.errors import GptvizError
from gptviz.recording.number import Count


def hue_of(group: int) -> str:
    """The hue of a group, counted from 0. Raises GptvizError where there are more groups than
    hues."""
    if not 0 <= group < len(theme.HUES):
        raise GptvizError(
            f"group {group + 1} has no hue of its own: {len(theme.HUES)} can be told apart"
        )
    return theme.HUES[group]


class WordGroups(VGroup):
    """Groups of words as columns, each in its hue under its name, in ``width`` times ``height``
    units.

    ``groups``: name -> words (plain, recorded, or tokens), at most six. Words that are too wide are
    made smaller; of more than fit, as many as fit are shown, and how many more there are.
    ``words[group][i]`` are the labels. Built around the origin.
    """

    def __init__(
        self,
        groups: Mapping[str, Sequence[Any]],
        width: float = 12.0,
        height: float = 4.5,
        size: float = theme.STATEMENT,
    ) -> None:
        super().__init__()
        self.words: dict[str, list[Label]] = {}
        line, pitch = theme.units(size) * 1.5, width / max(len(groups), 1)
        lines = max(int(height / line) - 1, 1)
        for number, (name, given) in enumerate(groups.items()):
            hue, left = hue_of(number), -width / 2 + number * pitch
            y, em = height / 2 - line * 0.7, theme.units(size)
            square = painted(rectangles(boxes_of(left, y, left + em * 0.7, y + em * 0.7)), hue)
            head = fitted(Words(name, size, theme.SECONDARY), pitch - em * 1.5)
            self.add(square, head.place([left + em, y, 0]))
            shown = list(given)[: lines if len(given) <= lines else lines - 1]
            labels: list[Label] = []
            for word in shown:
                y -= line
                label = label_of(word, size, hue).set_fill(hue)
                labels.append(fitted(label, pitch - em * 0.5).place([left, y, 0]))
            if len(shown) < len(given):
                more = Count(range(len(shown), len(given)), "words not shown")
                text = Words("{n:,} more", theme.LABEL, theme.SECONDARY, n=more)
                self.add(text.place(np.array([left, y - line, 0])))
            self.words[name] = labels
            self.add(*labels)
