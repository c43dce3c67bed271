"""What a user wrote on the command line about where numbers are to come from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """What a user asked the numbers to come from; nothing at all means the default edition."""

    model: str | None = None
    vectors: str | None = None
    edition: str | None = None
    prompt: str | None = None
    other: str | None = None  #: the second model, of films that compare two
    head: tuple[int, int] | None = None  #: (layer, head) from 0, of films that choose a head

    @property
    def anything(self) -> bool:
        """Whether a user asked for something."""
        return self != Asked()
