"""What changes in a motion that does not hold it.

Manim draws once, as a motion begins, all that no animation of it holds. A thing that is changed all
the same stands still in the film until the motion ends, while its numbers go on: a wrong picture.
"""

from __future__ import annotations

from collections.abc import Iterator

from manim import Mobject

from gptviz.film.findings import Finding
from gptviz.film.pace import look_of
from gptviz.film.rehearsal import Moment


class Stuck:
    """Compares what stands still in a motion with what it was when the motion began."""

    def __init__(self) -> None:
        self._play: int | None = None
        self._were: dict[int, tuple[Mobject, int]] = {}

    def look(self, moment: Moment) -> Iterator[Finding]:
        """Takes a picture in; gives the first thing of a motion that changes though it stands
        still."""
        if not moment.moving:
            self._play = None
            return
        film = moment.film
        still = {id(part): part for whole in film.static_mobjects for part in whole.get_family()}
        if film.renderer.num_plays != self._play:
            self._play = film.renderer.num_plays
            self._were = {key: (part, look_of(part)) for key, part in still.items()}
            return
        for key, part in still.items():
            if key in self._were and look_of(part) != self._were[key][1]:
                self._were = {}
                name = type(part).__name__
                yield Finding(
                    "stuck",
                    (name,),
                    moment.time,
                    moment.beat,
                    0.0,
                    f"{name} changes in a motion that does not hold it: the film shows it standing "
                    "still; let the motion hold all that it changes, Follow(VGroup(...), step)",
                )
                return
