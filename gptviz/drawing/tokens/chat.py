"""A talk as the model reads it: bubbles made of tokens, each with the role that the template
writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from manim import RoundedRectangle, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Words
from gptviz.drawing.tokens.tokens import TokenBox, TokenStrip
from gptviz.errors import GptvizError
from gptviz.recording.number import Token

Role = Literal["system", "user", "assistant"]
_HUES = {"system": theme.HUES[2], "user": theme.HUES[0], "assistant": theme.HUES[4]}
_SIDES = {"system": 0.0, "user": 1.0, "assistant": -1.0}
_MOST = 400  # tokens of a bubble: twenty lines of twenty


class ChatBubble(VGroup):
    """What one role says, token by token, in a bubble at most ``width`` units wide.

    ``template`` says how many of the first and of the last tokens the template wrote: they are
    dimmer. :meth:`set_written` shows the first tokens only, as while the model writes. Raises
    GptvizError for a role that no template knows, and for more tokens than a picture has room for.
    """

    def __init__(
        self,
        role: Role,
        tokens: Sequence[Token],
        width: float = 8.0,
        size: float = theme.STATEMENT,
        template: tuple[int, int] = (0, 0),
    ) -> None:
        super().__init__()
        if role not in _HUES:
            raise GptvizError(
                f"no template knows the role {role!r}: it is one of {', '.join(_HUES)}"
            )
        if len(tokens) > _MOST:
            raise GptvizError(
                f"a bubble of {len(tokens):,} tokens fits no picture: give at most {_MOST}"
            )
        self.role, em = role, theme.units(size)
        pad = em * 0.6
        strip = TokenStrip(tokens, size, width=width - 2 * pad)
        self.boxes: list[TokenBox] = strip.boxes
        self.heading = Words(role, theme.LABEL, _HUES[role])
        wide = max((strip.width if self.boxes else 0.0), self.heading.advance) + 2 * pad
        high = (strip.height if self.boxes else em) + 2 * pad
        self.body = RoundedRectangle(
            corner_radius=em * 0.4,
            width=wide,
            height=high,
            stroke_color=_HUES[role],
            stroke_width=2.0,
            fill_color=theme.PANEL,
            fill_opacity=1,
        )
        corner = self.body.get_corner(np.array([-1.0, 1.0, 0.0]))
        if self.boxes:
            strip.place(corner[0] + pad, corner[1] - pad)
        start = corner + np.array([pad / 2, em * 0.28, 0.0])
        self.add(self.body, self.heading.place(start), *self.boxes)
        first, last = template
        for box in [*self.boxes[:first], *self.boxes[len(self.boxes) - last :]]:
            box.text.set_fill(theme.SECONDARY)
            box.box.set_fill(theme.GROUND)
        self.set_written(len(self.boxes))

    def set_written(self, count: float) -> Self:
        """How many of the tokens are there; a part of one fades in."""
        for i, box in enumerate(self.boxes):
            share = float(np.clip(count - i, 0, 1))
            box.box.set_opacity(share)
            box.text.set_fill(opacity=share)
        return self

    def write(self, run_time: float = theme.SLOW) -> Follow:
        """A motion in which its tokens come, one after another."""
        count = len(self.boxes)
        return Follow(self, lambda bubble, share: bubble.set_written(count * share), run_time)


class Chat(VGroup):
    """Bubbles one below the other, the user's at the right, the assistant's at the left, from the
    top of a column ``width`` units wide around the origin."""

    def __init__(
        self, bubbles: Sequence[ChatBubble], width: float = 12.0, gap: float = 0.7
    ) -> None:
        super().__init__()
        y = 0.0
        self.bubbles = list(bubbles)
        for bubble in self.bubbles:
            y -= gap
            wide, high = float(bubble.body.width), float(bubble.body.height)
            middle = np.array([_SIDES[bubble.role] * max(width - wide, 0) / 2, y - high / 2, 0.0])
            bubble.shift(middle - bubble.body.get_center())
            y -= high
            self.add(bubble)
        self.shift(np.array([0.0, -y / 2, 0.0]))
