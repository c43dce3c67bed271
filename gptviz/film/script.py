"""A film's script: every sentence that it says, in order, without drawing it.

The film is played as fast as it goes, so its texts are known before a voice has spoken them. They
depend on the recordings alone, never on how long a voice takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gptviz.film.beats import Beat, Sentence
from gptviz.film.film import Film
from gptviz.film.rehearsal import rehearse
from gptviz.film.speech import Speech
from gptviz.recording.number import Token
from gptviz.recording.schema import Recording
from gptviz.recording.statement import Statement


@dataclass(frozen=True)
class Script:
    """What a film says. ``length`` and the times of beats are seconds: of the voice that was given,
    or of reading."""

    scene: str
    title: str
    length: float
    beats: tuple[Beat, ...]

    @property
    def sentences(self) -> Iterator[Sentence]:
        """All sentences in the order in which they are said."""
        return (sentence for beat in self.beats for sentence in beat.sentences)


def script(
    film_class: type[Film],
    recordings: Mapping[str, Recording],
    scene: str = "",
    speech: Speech | None = None,
) -> Script:
    """The script of a film that is given ``recordings`` by need. Whatever the film raises is
    raised."""
    film = rehearse(film_class, recordings, lambda moment: None, per_second=0, speech=speech)
    name = scene or film_class.__module__.rpartition(".")[2]
    return Script(name, film.title(), film.now, tuple(film.beats))


def plain(statement: Statement) -> str:
    """A statement as plain text. Tokens stand in quotation marks: a picture writes them in a face of
    their own, and here nothing else would tell them from the words around them."""
    texts = [piece.text for piece in statement]
    for at, piece in enumerate(statement):
        bare = piece.text.strip()
        before, after = "".join(texts[:at])[-1:], "".join(texts[at + 1 :])[:1]
        if isinstance(piece.origin, Token) and bare and (before, after) != ("\u201c", "\u201d"):
            texts[at] = piece.text.replace(bare, f"\u201c{bare}\u201d")
    return "".join(texts)
