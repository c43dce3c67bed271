"""A beat's sentences in time: when each is said, and what an animation may wait for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gptviz.errors import NotDeclared
from gptviz.film.speech import PAUSE, Reading, Speech
from gptviz.recording.statement import Statement, compose

if TYPE_CHECKING:
    from gptviz.film.film import Film

MOST_SENTENCES = 4
_TICK = 1e-6  # times of frames are sums of floats


@dataclass(frozen=True)
class Sentence:
    """A sentence in time. ``spoken`` is what a voice is given, ``start`` and ``end`` seconds of the
    film.

    ``words`` are those of ``spoken``, each with its start in seconds of the film.
    """

    statement: Statement
    spoken: str
    start: float
    end: float
    words: tuple[tuple[str, float], ...]

    @property
    def text(self) -> str:
        """What is written of it."""
        return self.statement.text

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Beat:
    """A beat as it was played: its place in the film in seconds, its narration, the needs that it
    draws.

    ``moved`` is when its last motion ended.
    """

    number: int
    name: str
    start: float
    end: float
    moved: float
    sentences: tuple[Sentence, ...]
    shows: tuple[str, ...]

    @property
    def statement(self) -> Statement:
        """The narration: its sentences, with a space between them."""
        return joined([sentence.statement for sentence in self.sentences])

    @property
    def text(self) -> str:
        """The narration as plain text."""
        return self.statement.text


class Said:
    """What ``with film.beat(...) as said`` gives: the beat's sentences, to move in time with."""

    def __init__(self, film: Film, sentences: Sequence[Sentence]) -> None:
        self._film, self.sentences = film, tuple(sentences)

    @property
    def end(self) -> float:
        """When the last sentence has been said, in seconds of the film."""
        return self.sentences[-1].end

    def span(self, first: int, last: int | None = None) -> float:
        """Seconds that a sentence takes, or several with the pauses between them."""
        return self._at(first if last is None else last).end - self._at(first).start

    def left(self, number: int | None = None) -> float:
        """Seconds until a sentence (by default the last) has been said, but a frame at least."""
        end = self.end if number is None else self._at(number).end
        return max(end - self._film.now, self._film.frame_seconds)

    def until(self, mark: int | str) -> None:
        """Waits for a sentence to begin, by its number from 0, or for a word (or words) of the beat
        to be said; goes on at once where that has been said already.

        Raises NotDeclared for a sentence that the beat has not, or a word that no sentence says.
        """
        when = self._at(mark).start if isinstance(mark, int) else self._word(mark)
        frames = math.ceil((when - self._film.now) / self._film.frame_seconds - _TICK)
        if frames > 0:
            self._film.wait(frames * self._film.frame_seconds + _TICK)

    def _at(self, number: int) -> Sentence:
        if not 0 <= number < len(self.sentences):
            raise NotDeclared(
                f"the beat has no sentence {number}",
                f"it has {len(self.sentences)}, counted from 0",
            )
        return self.sentences[number]

    def _word(self, mark: str) -> float:
        wanted = [_bare(word) for word in compose("{mark}", mark=mark).spoken.split()]
        for sentence in self.sentences:
            words = [_bare(word) for word, _ in sentence.words]
            for i in range(len(words) - len(wanted) + 1):
                if wanted and words[i : i + len(wanted)] == wanted:
                    return sentence.words[i][1]
        raise NotDeclared(
            f"nothing in the beat says {mark[:60]!r}",
            "it says: " + " ".join(sentence.spoken for sentence in self.sentences)[:300],
            "wait for a sentence by its number where the wording depends on the recording",
        )


def in_time(statements: Sequence[Statement], speech: Speech, start: float) -> list[Sentence]:
    """Sentences one after another from ``start`` on, with a pause between each two."""
    found: list[Sentence] = []
    for statement in statements:
        spoken = statement.spoken
        times = (
            speech.of(spoken, statement.text) if isinstance(speech, Reading) else speech.of(spoken)
        )
        words = tuple((word, start + at) for word, at in times.words)
        found.append(Sentence(statement, spoken, start, start + times.seconds, words))
        start += times.seconds + PAUSE
    return found


def joined(statements: Sequence[Statement]) -> Statement:
    """Several sentences as one text, with a space between each two."""
    fields = {f"s{i}": statement for i, statement in enumerate(statements)}
    return compose(" ".join(f"{{{name}}}" for name in fields), **fields)


def _bare(word: str) -> str:
    """A word as it is compared: its letters and digits."""
    return "".join(c for c in word.casefold() if c.isalnum())
