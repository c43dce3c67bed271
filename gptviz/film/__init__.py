"""How a film is told."""

from gptviz.film.film import Beat, Film

__all__ = ["Beat", "Film"]
