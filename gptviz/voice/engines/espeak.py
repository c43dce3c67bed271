"""espeak-ng: a small formant synthesiser. It sounds like a machine, speaks at once and always the
same.

https://github.com/espeak-ng/espeak-ng (GPL-3; a program of the system)
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from gptviz.errors import Unavailable, UsageError, VoiceFailed
from gptviz.voice.engines.base import Cancelled, Engine, last_line, run, shown

PROGRAM = "espeak-ng"
SPEED = "150"  # words a minute
PITCH = "45"  # of 0 to 99


class Espeak(Engine):
    """espeak-ng with one of its own voices, such as ``en-us`` or ``en-gb``."""

    def __init__(self, voice: str = "en-us") -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9+_-]*", voice):
            raise UsageError(
                f"espeak-ng has no voice {voice!r}", "", "espeak-ng --voices lists them"
            )
        self.name = PROGRAM if voice == "en-us" else f"{PROGRAM}:{voice}"
        self.voice = voice

    @cached_property
    def _identity(self) -> Mapping[str, str]:
        return {"engine": installed(), "voice": self.voice, "speed": SPEED, "pitch": PITCH}

    def identity(self, sentence: str) -> Mapping[str, str]:
        return self._identity

    def speak(self, sentences: Sequence[str], folder: Path, cancelled: Cancelled) -> list[Path]:
        made = []
        for number, sentence in enumerate(sentences):
            path = folder / f"{number:04d}.wav"
            command = [PROGRAM, "-v", self.voice, "-s", SPEED, "-p", PITCH, "--stdin", "-w"]
            code, said = run([*command, str(path)], sentence, folder, cancelled, PROGRAM)
            if code or not path.is_file():
                raise VoiceFailed(
                    f"{self.name} cannot speak {shown(sentence)}",
                    last_line(said) or f"it ended with {code}",
                    "espeak-ng --voices lists its voices",
                )
            made.append(path)
        return made


def installed() -> str:
    """espeak-ng and its version. Raises Unavailable without it."""
    if shutil.which(PROGRAM) is None:
        raise Unavailable(
            "the program espeak-ng is not here",
            "nothing of that name is on the PATH",
            "install it: apt-get install espeak-ng, or brew install espeak-ng",
        )
    run = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", run.stdout)
    return f"{PROGRAM} {found.group() if found else 'of unknown version'}"
