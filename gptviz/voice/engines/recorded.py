"""A voice of one's own: ``recorded:FOLDER`` holds one file for a sentence or for a whole beat.

A file's name ends with eight digits that stand for the text which was read, as
``softmax-03-2-5d41402a.wav``; what comes before them is free. So a file fits as long as its text is
said, wherever that is; a text that was changed needs a file of another name, and the old one is
stale. ``gptviz script`` prints the names.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from gptviz.errors import VoiceFailed
from gptviz.voice.engines.base import Beats, Cancelled, Engine, shown
from gptviz.voice.sound import RATE, packed, read
from gptviz.voice.words import cuts

SUFFIXES = (".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus")
_DIGITS = 8
_MARK = re.compile(rf"-([0-9a-f]{{{_DIGITS}}})$")


def mark(text: str) -> str:
    """The eight digits that stand for a text in the name of its file."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:_DIGITS]


def file_name(film: str, beat: int, sentence: int | None, text: str) -> str:
    """What to call the recording of a sentence, or of a beat (``sentence`` None), but for its
    suffix. Both are counted from 1."""
    place = f"{beat:02d}" if sentence is None else f"{beat:02d}-{sentence}"
    return f"{film}-{place}-{mark(text)}"


class Recorded(Engine):
    """The recordings of a folder."""

    def __init__(self, folder: str) -> None:
        self.name, self.folder = f"recorded:{folder}", Path(folder)
        self._places: dict[str, tuple[Path, int, Sequence[str]]] = {}

    def prepare(self, beats: Beats) -> None:
        files = self._files()
        for beat in beats:
            whole = files.get(mark(" ".join(beat)))
            for number, sentence in enumerate(beat):
                if (own := files.get(mark(sentence))) is not None:
                    self._places[sentence] = (own, 0, [sentence])
                elif whole is not None:
                    self._places[sentence] = (whole, number, beat)
                else:
                    self._places.pop(sentence, None)

    def identity(self, sentence: str) -> Mapping[str, str]:
        path, number, beat = self._place(sentence)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"engine": "recorded", "file": digest, "part": f"{number + 1} of {len(beat)}"}

    def speak(self, sentences: Sequence[str], folder: Path, cancelled: Cancelled) -> list[Path]:
        made = []
        for at, sentence in enumerate(sentences):
            path, number, beat = self._place(sentence)
            sound = read(path)
            try:
                begin, end = cuts(sound, beat)[number]
            except ValueError as error:
                raise VoiceFailed(
                    f"{path.name} cannot be cut before {shown(beat[1])}",
                    str(error),
                    "pause longer between sentences, or record each in a file of its own",
                ) from error
            made.append(folder / f"{at:04d}.wav")
            made[-1].write_bytes(packed(sound[round(begin * RATE) : round(end * RATE)]))
        return made

    def missing(self, beats: Beats) -> list[tuple[int, int, str]]:
        """The sentences that have no recording: number of the beat, of the sentence (from 1), and
        text."""
        self.prepare(beats)
        return [
            (i, j, sentence)
            for i, beat in enumerate(beats, 1)
            for j, sentence in enumerate(beat, 1)
            if sentence not in self._places
        ]

    def stale(self, film: str, beats: Beats) -> list[Path]:
        """The files that were recorded for this film and fit none of its sentences any more."""
        wanted = {mark(text) for beat in beats for text in (*beat, " ".join(beat))}
        ours = re.compile(rf"{re.escape(film)}-\d+(-\d+)?-[0-9a-f]{{{_DIGITS}}}$")
        return [
            path
            for found, path in sorted(self._files().items(), key=lambda entry: entry[1].name)
            if found not in wanted and ours.match(path.stem)
        ]

    def _files(self) -> dict[str, Path]:
        if not self.folder.is_dir():
            raise VoiceFailed(
                f"the voice {self.name} is not here",
                f"{self.folder} is no folder",
                "name the folder of your recordings: --voice recorded:FOLDER",
            )
        paths = [path for path in self.folder.rglob("*") if path.suffix.lower() in SUFFIXES]
        return {found[1]: path for path in sorted(paths) if (found := _MARK.search(path.stem))}

    def _place(self, sentence: str) -> tuple[Path, int, Sequence[str]]:
        if sentence not in self._places:
            raise VoiceFailed(
                f"{self.folder} has no recording of {shown(sentence)}",
                f"no file there has a name that ends with -{mark(sentence)}",
                f"gptviz script SCENE --voice {self.name} lists what is missing or stale",
            )
        return self._places[sentence]
