"""A voice to test with: tones instead of words, made at once and always the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from gptviz.voice.cache import Cache
from gptviz.voice.engines.base import Cancelled, Engine
from gptviz.voice.sound import RATE, Sound, packed


def tone(seconds: float, pitch: float = 220.0, level: float = 0.3) -> Sound:
    """A tone that begins and ends at once."""
    at = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * pitch * at)).astype(np.float32)


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE), np.float32)


def said(text: str) -> Sound:
    """A tone of .06 s for each letter of each word, a gap after each word, a pause after a comma,
    and silence around it all; how loud it is depends on the text."""
    level = 0.05 + 0.4 * hashlib.sha256(text.encode()).digest()[0] / 255
    parts = [silence(0.4)]
    for word in text.split():
        parts += [tone(0.06 * len(word), level=level), silence(0.2 if word[-1] in ",." else 0.02)]
    return np.concatenate([*parts, silence(0.3)])


class Tones(Engine):
    """The smallest engine. ``spoken`` are the runs that it was asked for."""

    name = "tones"

    def __init__(self, settings: str = "") -> None:
        self.settings = settings
        self.spoken: list[Sequence[str]] = []

    def identity(self, sentence: str) -> Mapping[str, str]:
        return {"engine": "tones", "settings": self.settings}

    def speak(self, sentences: Sequence[str], folder: Path, cancelled: Cancelled) -> list[Path]:
        self.spoken.append(list(sentences))
        paths = [folder / f"{number}.wav" for number in range(len(sentences))]
        for path, sentence in zip(paths, sentences, strict=True):
            path.write_bytes(packed(said(sentence)))
        return paths


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty cache of spoken sentences."""
    return Cache(tmp_path / "spoken")
