"""Byte-pair merges: the parts of a word joined one pair at a time, each joining named by its rank.

Planned film: bpe_tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from manim import RoundedRectangle, VGroup, VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Framed, segments, stroked
from gptviz.drawing.base.text import TokenText, Words
from gptviz.recording.number import Token


class MergeNode(VGroup):
    """A part in its box: ``box``, ``text`` and, for a joined part, the ``rank`` of the merge that
    made it."""

    def __init__(self, token: Token, rank: Any, size: float, color: str) -> None:
        super().__init__()
        em = theme.units(size)
        self.token = token
        self.text = TokenText(token, size, limit=24)
        small = max(theme.SMALLEST, size * 0.55)
        self.rank = None if rank is None else Words("{rank:,}", small, theme.SECONDARY, rank=rank)
        wide = max(self.text.advance, self.rank.advance if self.rank else 0.0) + em * 0.8
        high = em * 1.7 if self.rank is None else em * 2.75
        self.box = RoundedRectangle(
            corner_radius=em * 0.25,
            width=wide,
            height=high,
            stroke_color=color,
            stroke_width=1.5,
            fill_color=theme.PANEL,
            fill_opacity=1,
        )
        low = -em * 0.36 if self.rank is None else em * 0.2
        self.text.place(np.array([0.0, low, 0.0]), "center")
        self.add(self.box, self.text)
        if self.rank is not None:
            self.add(self.rank.place(np.array([0.0, -em * 0.9, 0.0]), "center"))


class MergeTree(Framed):
    """The way from single bytes (below) to tokens (above): every merge a box over the two parts
    that it joins.

    ``leaves`` are the bytes as tokens; ``merges`` hold ``at``, ``rank`` and ``joined``, in order (a
    recorded piece's ``states[0]`` and ``merges``). :meth:`set_merges` shows the first of them. What
    remains on top are the tokens. A long piece is made smaller until it fits ``width``; its type
    not below 20 pixels while it can be helped. ``most``: the widest gap between leaves and the
    highest step between levels, in em; several trees that are to look alike keep to them where
    there is room.
    """

    def __init__(
        self,
        leaves: Sequence[Token],
        merges: Sequence[Any],
        width: float = 12.0,
        height: float = 4.6,
        size: float = theme.STATEMENT,
        legend: bool = False,
        most: tuple[float, float] = (1.7, 3.9),
    ) -> None:
        em = theme.units(size)
        nodes = [MergeNode(leaf, None, size, theme.HAIRLINE) for leaf in leaves]
        spare = (width - sum(node.box.width for node in nodes)) / max(len(nodes) - 1, 1)
        gap = float(np.clip(spare, em * 0.4, em * most[0]))
        spans: list[list[float]] = []
        pen = 0.0
        for node in nodes:
            spans.append([pen, pen + node.box.width])
            pen += node.box.width + gap
        shift = -(pen - gap) / 2
        super().__init__(shift, 0.0, -shift, height)
        state = [
            (node, (a + shift, b + shift), 0) for node, (a, b) in zip(nodes, spans, strict=True)
        ]
        levels = self._levels(len(leaves), merges)
        self._step = min(em * most[1], (height - em * 1.7) / max(levels, 1))
        for node, (a, b), _ in state:
            node.shift(np.array([(a + b) / 2, em * 0.85, 0]))
        self.leaves = nodes
        self.merges: list[MergeNode] = []
        self.links: list[VMobject] = []
        for merge in merges:
            state = self._join(state, merge, size)
        self.tops = [node for node, _, _ in state]
        self.add(*self.links, *self.leaves, *self.merges)
        self.legend = VGroup()
        if legend:
            words = Words("below each part: the rank of its merge", theme.SMALLEST, theme.SECONDARY)
            self.legend.add(words.place([0.0, -em, 0.0], "center"))
            self.add(self.legend)
        if self.width > width:
            self.scale(width / self.width, about_point=np.zeros(3))
        self.center()

    def _levels(self, count: int, merges: Sequence[Any]) -> int:
        depth = [0] * count
        for merge in merges:
            at = int(merge.at)
            depth[at : at + 2] = [max(depth[at], depth[at + 1]) + 1]
        return max(depth, default=0)

    def _join(self, state: list[Any], merge: Any, size: float) -> list[Any]:
        at = int(merge.at)
        (left, (a, _), low), (right, (_, b), high) = state[at], state[at + 1]
        level = max(low, high) + 1
        node = MergeNode(merge.joined, merge.rank, size, theme.SECONDARY)
        x = (left.box.get_center()[0] + right.box.get_center()[0]) / 2
        em = theme.units(size)
        node.shift(np.array([x, em * 0.85 + self._step * level + em * 0.15, 0]))
        foot = node.box.get_bottom()
        starts = [left.box.get_top(), right.box.get_top()]
        self.links.append(stroked(segments(starts, [foot, foot]), theme.SECONDARY, 2.0))
        self.merges.append(node)
        return [*state[:at], (node, (a, b), level), *state[at + 2 :]]

    def set_merges(self, done: float) -> Self:
        """How many merges have happened, from 0 to all; a part of one fades in."""
        for i, (node, link) in enumerate(zip(self.merges, self.links, strict=True)):
            share = float(np.clip(done - i, 0, 1))
            link.set_stroke(opacity=share)
            node.box.set_fill(opacity=share).set_stroke(opacity=share)
            for part in (node.text, node.rank):
                if part is not None:
                    part.set_fill(opacity=share)
        return self

    def mark_tokens(self, color: str = theme.FOCUS) -> Self:
        """Outlines what remains: the tokens that the piece ends as."""
        for node in self.tops:
            node.box.set_stroke(color, 3.0)
        return self
