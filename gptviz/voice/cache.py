"""What was spoken is kept: one file for each sentence, by its text and by all that decides how it
sounds.

So a changed sentence is spoken alone, and a voice that never says a thing twice alike says it in
all films and qualities as it said it first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gptviz.fetching.cache import cache_folder
from gptviz.recording.files import write_bytes
from gptviz.voice.sound import Sound, packed, unpacked

FORM = "1"  # of what is kept: another way to trim or to store makes it another


def key(identity: Mapping[str, str], sentence: str) -> str:
    """The name under which a sentence is kept: sha256 of its text and its voice's identity."""
    told = {"form": FORM, "text": sentence, **{f"voice {k}": v for k, v in identity.items()}}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Kept:
    """A sentence's sound, and the sha256 of its file."""

    sound: Sound
    digest: str


class Cache:
    """A folder of spoken sentences; by default ``spoken`` in the user's cache."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or cache_folder() / "spoken"

    def get(self, name: str) -> Kept | None:
        """The sound of a key; None where it was not spoken yet, or its file is not whole."""
        try:
            data = self._path(name).read_bytes()
            return Kept(unpacked(data), hashlib.sha256(data).hexdigest())
        except (OSError, ValueError):
            return None

    def put(self, name: str, sound: Sound) -> None:
        """Keeps a sound, whole or not at all. Raises NoSpace and UnsafePath."""
        write_bytes(self._path(name), packed(sound))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.wav"
