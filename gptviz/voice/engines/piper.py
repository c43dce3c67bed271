"""Piper: neural voices in one .onnx file each, with a .json beside it that says rate and sounds.

piper-tts is GPL-3. A program of its own runs it, ``gptviz/voice/programs/speak_piper.py``; nothing
of it is imported. Its noise makes each run different, so what it spoke is kept.
https://github.com/OHF-Voice/piper1-gpl
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gptviz.errors import Unavailable, VoiceFailed
from gptviz.voice.engines.base import Cancelled, Engine, spoken_by

#: How much longer its sounds are than the voice was trained to make them: with the pauses between
#: sentences that is some 150 words a minute.
LENGTH = "1.15"


class Piper(Engine):
    """The voice of a Piper file, spoken by ``piper-tts``. ``name`` is what the user calls it."""

    def __init__(self, model: Path, name: str) -> None:
        self.name, self.model = name, model

    @cached_property
    def _identity(self) -> Mapping[str, str]:
        settings = self.model.with_name(self.model.name + ".json")
        for path in (self.model, settings):
            if not path.is_file():
                raise VoiceFailed(
                    f"the voice {self.name} is not here",
                    f"there is no {path}",
                    "a Piper voice is two files, NAME.onnx and NAME.onnx.json, in one folder",
                )
        _check(settings)
        return {
            "engine": installed(),
            "voice": _sha256(self.model),
            "sounds": _sha256(settings),
            "length": LENGTH,
        }

    def identity(self, sentence: str) -> Mapping[str, str]:
        return self._identity

    def speak(self, sentences: Sequence[str], folder: Path, cancelled: Cancelled) -> list[Path]:
        arguments = (str(self.model.absolute()), LENGTH, str(folder))
        return spoken_by("speak_piper.py", arguments, sentences, folder, cancelled, self.name)


def installed() -> str:
    """piper-tts and its version. Raises Unavailable without it."""
    try:
        return f"piper-tts {version('piper-tts')}"
    except PackageNotFoundError as error:
        raise Unavailable(
            "a Piper voice needs piper-tts",
            "it is not installed",
            "pip install 'gptviz[voice]', or let make do it: make render VOICE=joe",
        ) from error


def _check(settings: Path) -> None:
    try:
        rate = json.loads(settings.read_text(encoding="utf-8"))["audio"]["sample_rate"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VoiceFailed(
            f"{settings.name} does not describe a Piper voice",
            f"{type(error).__name__}: {error}",
            "get it from where the .onnx file is from",
        ) from error
    if not isinstance(rate, int) or not 16_000 <= rate <= 48_000:
        raise VoiceFailed(
            f"{settings.name} says {rate!r} samples a second",
            "Piper's voices have 16,000 or 22,050",
            "get it from where the .onnx file is from",
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
