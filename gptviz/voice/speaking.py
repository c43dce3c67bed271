"""Sentences become sound: taken from the cache, the rest spoken in one run of the engine, looked
over, kept."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gptviz.errors import VoiceFailed
from gptviz.recording.files import disk_errors, folder_lock
from gptviz.voice.cache import Cache, Kept, key
from gptviz.voice.engines.base import Beats, Cancelled, Engine, shown
from gptviz.voice.sound import RATE, Sound, read, trimmed
from gptviz.voice.words import starts

#: Letters and digits a second. Hurried people say some 20 and slow ones 8; beyond these bounds a
#: sentence is cut short, or its file says another rate than it has.
FASTEST, SLOWEST = 34.0, 3.0
JUDGED = 8  # letters from which a sentence has a speed

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Utterance:
    """A sentence as a voice said it. ``key`` names what decides how it sounds, ``digest`` is the
    sha256 of its sound."""

    text: str
    sound: Sound
    key: str
    digest: str

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.sound) / RATE

    @cached_property
    def words(self) -> tuple[tuple[str, float], ...]:
        """Its words with the estimated begin of each, in seconds from its own begin."""
        return tuple(zip(self.text.split(), starts(self.sound, self.text), strict=True))


def speak(
    engine: Engine,
    beats: Beats,
    cache: Cache | None = None,
    progress: Progress = lambda sentences: None,
    cancelled: Cancelled = lambda: False,
) -> dict[str, Utterance]:
    """What a voice says, by text: every sentence of all beats, spoken once.

    ``progress`` is told how many sentences have to be spoken, if any. One process speaks at a time.
    Raises VoiceFailed or Unavailable for a voice that is not here and for a sentence that it cannot
    speak, KeyboardInterrupt when ``cancelled``.
    """
    cache = cache or Cache()
    engine.prepare(beats)
    keys = {text: key(engine.identity(text), text) for beat in beats for text in beat}
    found = {text: kept for text, name in keys.items() if (kept := cache.get(name)) is not None}
    if len(found) < len(keys):
        with disk_errors(cache.folder):
            cache.folder.mkdir(parents=True, exist_ok=True)
            with folder_lock(cache.folder, exclusive=True):
                _speak(engine, keys, found, cache, progress, cancelled)
    return {
        text: Utterance(text, found[text].sound, name, found[text].digest)
        for text, name in keys.items()
    }


def _speak(
    engine: Engine,
    keys: dict[str, str],
    found: dict[str, Kept],
    cache: Cache,
    progress: Progress,
    cancelled: Cancelled,
) -> None:
    """Adds to ``found`` what is missing: what another process has spoken meanwhile, and the
    rest."""
    wanted = []
    for text, name in keys.items():
        if text not in found:
            if (kept := cache.get(name)) is not None:
                found[text] = kept
            else:
                wanted.append(text)
    if not wanted:
        return
    progress(len(wanted))
    with tempfile.TemporaryDirectory(prefix="gptviz-voice-") as folder:
        paths = engine.speak(wanted, Path(folder), cancelled)
        for text, sound in _looked_over(engine, wanted, paths):
            cache.put(keys[text], sound)
            kept = cache.get(keys[text])
            assert kept is not None
            found[text] = kept


def _looked_over(
    engine: Engine, texts: Sequence[str], paths: Sequence[Path]
) -> Iterator[tuple[str, Sound]]:
    for text, path in zip(texts, paths, strict=True):
        try:
            sound = trimmed(read(path))
        except VoiceFailed as error:
            raise VoiceFailed(
                f"{engine.name} failed at {shown(text)}",
                f"{error.what}: {error.why}",
                error.hint,
            ) from error
        letters = sum(character.isalnum() for character in text)
        seconds = len(sound) / RATE
        if not seconds:
            raise VoiceFailed(
                f"{engine.name} is silent at {shown(text)}",
                "nothing sounds in what it gave",
                "speak it again, or write the sentence otherwise",
            )
        if letters >= JUDGED and not letters / FASTEST < seconds < letters / SLOWEST + 2:
            why = (
                "it is cut short, or its file says too high a rate"
                if seconds <= letters / FASTEST
                else "it holds more than these words, or its file says too low a rate"
            )
            raise VoiceFailed(
                f"{engine.name} takes {seconds:.1f} s for {shown(text)}", why, "speak it again"
            )
        yield text, sound
