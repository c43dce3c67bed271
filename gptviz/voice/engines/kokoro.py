"""Kokoro: a neural voice of 82 million parameters (Apache-2.0), from two files that the user has.

kokoro-onnx (MIT) is not installed with gptviz; it is run in a process of its own.
https://github.com/thewh1teagle/kokoro-onnx
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gptviz.errors import Unavailable, VoiceFailed
from gptviz.voice.engines.base import Cancelled, Engine, spoken_by

VOICE = "af_heart"


class Kokoro(Engine):
    """``kokoro:FOLDER`` or ``kokoro:FOLDER,VOICE``: the folder holds one .onnx file, the model, and
    one .bin file, its voices."""

    def __init__(self, told: str) -> None:
        folder, _, voice = told.partition(",")
        self.name, self.folder, self.voice = f"kokoro:{told}", Path(folder), voice or VOICE

    @cached_property
    def _files(self) -> tuple[Path, Path]:
        model, voices = (sorted(self.folder.glob(f"*.{suffix}")) for suffix in ("onnx", "bin"))
        if len(model) != 1 or len(voices) != 1:
            raise VoiceFailed(
                f"{self.folder} holds no Kokoro voice",
                f"it has {len(model)} .onnx and {len(voices)} .bin files; one of each is needed",
                "put kokoro-v1.0.onnx and voices-v1.0.bin into a folder of their own",
            )
        return model[0].absolute(), voices[0].absolute()

    @cached_property
    def _identity(self) -> Mapping[str, str]:
        digests = []
        for path in self._files:
            with path.open("rb") as file:
                digests.append(hashlib.file_digest(file, "sha256").hexdigest())
        return {
            "engine": installed(),
            "model": digests[0],
            "voices": digests[1],
            "voice": self.voice,
        }

    def identity(self, sentence: str) -> Mapping[str, str]:
        return self._identity

    def speak(self, sentences: Sequence[str], folder: Path, cancelled: Cancelled) -> list[Path]:
        model, voices = self._files
        arguments = (str(model), str(voices), self.voice, str(folder))
        return spoken_by("speak_kokoro.py", arguments, sentences, folder, cancelled, self.name)


def installed() -> str:
    """kokoro-onnx and its version. Raises Unavailable without it."""
    try:
        return f"kokoro-onnx {version('kokoro-onnx')}"
    except PackageNotFoundError as error:
        raise Unavailable(
            "a Kokoro voice needs kokoro-onnx", "it is not installed", "pip install kokoro-onnx"
        ) from error
