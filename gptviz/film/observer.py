"""Who looks on while a film is played: ``film.observe(observer)`` before it is rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gptviz.film.beats import Beat

if TYPE_CHECKING:
    from gptviz.film.film import Film


class Observer(Protocol):
    """Is told of a film's beats. What it raises ends the film."""

    def beat_begins(self, film: Film, number: int, name: str) -> bool:
        """Called as a beat begins, counted from 1. Returns whether it is to be drawn; a beat that
        one observer does not want is played in its time, without pictures."""

    def beat_ended(self, film: Film, beat: Beat) -> None:
        """Called while the last picture of a beat stands. Raises Manim's EndSceneEarlyException
        where no more of the film is wanted."""
