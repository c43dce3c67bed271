"""How a film is told."""

from gptviz.film.beats import Beat
from gptviz.film.film import Film

__all__ = ["Beat", "Film"]
