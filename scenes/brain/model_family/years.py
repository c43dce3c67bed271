"""The one timeline of the family: a line of years to scale, with a gap where nothing is told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import Animation, FadeIn, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import painted, rectangles, segments, stroked
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Words
from gptviz.recording.number import Word

LINE, PITCH, FIRST = 3.0, 1.58, -4.1  # the line's height; units to a year; where the second stop is
SIZE = 30.0


class Years(VGroup):
    """Stops of a timeline, each a year and what came then; the first stands beyond a gap.

    ``marker`` slides along it.
    """

    def __init__(self, stops: Sequence[tuple[Word, str]]) -> None:
        super().__init__()
        years = [int(year) for year, _ in stops]
        self.places = [FIRST - 2.1, *[FIRST + PITCH * (year - years[1]) for year in years[1:]]]
        gap = (self.places[0] + FIRST) / 2
        ends = [(self.places[0] - 0.4, gap - 0.1), (gap + 0.1, self.places[-1] + 0.9)]
        starts, stop = (np.array([[end[i], LINE, 0.0] for end in ends]) for i in (0, 1))
        cuts = np.array([[gap + side - 0.06, LINE - 0.12, 0.0] for side in (-0.1, 0.1)])
        self.line = stroked(
            np.concatenate([segments(starts, stop), segments(cuts, cuts + [0.12, 0.24, 0])]),
            theme.SECONDARY,
            2.5,
        )
        self.stops = VGroup(*[_stop(x, *each) for x, each in zip(self.places, stops, strict=True)])
        box = (self.places[0] - 0.09, LINE - 0.09, self.places[0] + 0.09, LINE + 0.09)
        self.marker = painted(rectangles(np.array([box])), theme.TEXT)
        self.now = self.known = 0  # where the marker is; the last stop that is seen
        self.add(self.line, self.marker, self.stops)

    def go(self, stop: int, run_time: float) -> list[Animation]:
        """Motions that take the marker to a stop, while those on the way come."""
        start, end = self.places[self.now], self.places[stop]
        came = [FadeIn(each) for each in self.stops[self.known + 1 : stop + 1]]
        self.now, self.known = stop, max(stop, self.known)

        def step(marker, share: float) -> None:
            marker.move_to([start + (end - start) * share, LINE, 0])

        return [Follow(self.marker, step, run_time), *came]


def _stop(x: float, year: Word, name: str) -> VGroup:
    return VGroup(
        Words("{year}", SIZE, theme.TEXT, year=year).place([x, LINE + 0.2, 0], "center"),
        Words(name, SIZE, theme.SECONDARY).place([x, LINE - 0.42, 0], "center"),
    )
