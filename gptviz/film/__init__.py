"""How a film is told."""

from gptviz.film import manim_habits
from gptviz.film.beats import Beat
from gptviz.film.film import Film
from gptviz.recording.need import Need

__all__ = ["Beat", "Film", "Need"]

manim_habits.adopt()
