"""How long sentences take to say: the only thing that a film is told about its voice.

A film is given a :class:`Speech`. A voice measures its sound; without one, :class:`Reading` takes
the time in which a viewer reads the sentence. Which words are said never depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

from gptviz.errors import RenderFailed

READING, PER_CHARACTER = 0.4, 0.06  # seconds to read a new text: some 150 words a minute
PAUSE = 0.35  # seconds between two sentences, and after the last of a beat


@dataclass(frozen=True)
class Spoken:
    """A sentence as it is said: its length in seconds, and each word with its start in seconds.

    ``words`` are those of the text, as ``str.split`` gives them; their starts may be estimated.
    """

    seconds: float
    words: tuple[tuple[str, float], ...]


class Speech(Protocol):
    """Gives the times of sentences."""

    def of(self, text: str) -> Spoken:
        """The times of a sentence, given as it is spoken (``Statement.spoken``)."""


class Reading:
    """The time to read, for films without a voice."""

    def of(self, text: str, shown: str | None = None) -> Spoken:
        """The times of a sentence; ``shown`` is what is read of it, where it is written shorter."""
        return spread(text, READING + PER_CHARACTER * len(text if shown is None else shown))


class Measured:
    """The times of a voice, measured before. ``otherwise`` gives those of sentences that were not
    spoken, where a film may have such."""

    def __init__(self, times: Mapping[str, Spoken], otherwise: Speech | None = None) -> None:
        self._times, self._otherwise = times, otherwise

    def of(self, text: str) -> Spoken:
        """The times of a sentence. Raises RenderFailed for one that was not spoken."""
        if (known := self._times.get(text)) is not None:
            return known
        if self._otherwise is not None:
            return self._otherwise.of(text)
        raise RenderFailed(
            f"the voice has not said \u201c{text[:90]}\u201d",
            "the film says something else than when its script was made",
            "what a film says may depend on its recordings alone, not on time or chance",
        )


def spread(text: str, seconds: float) -> Spoken:
    """A text's words spread over ``seconds`` by their letters: an estimate of when each begins."""
    words = text.split()
    letters = list(accumulate((len(word) + 1 for word in words), initial=0))
    return Spoken(
        seconds,
        tuple(
            (word, seconds * before / letters[-1])
            for word, before in zip(words, letters[:-1], strict=True)
        ),
    )
