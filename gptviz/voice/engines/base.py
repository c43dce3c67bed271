"""What an engine is: a class that says what decides how its sentences sound, and speaks them.

A new engine is one class in a module of this folder, and one line in :mod:`gptviz.voice.engines`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gptviz.errors import VoiceFailed

PATIENCE = 600  # seconds for all sentences of a film
PROGRAMS = Path(__file__).resolve().parents[1] / "programs"
_POLL = 0.02

Beats = Sequence[Sequence[str]]  # the sentences of each beat of a film
Cancelled = Callable[[], bool]


class Engine(ABC):
    """A voice. ``name`` is what the user calls it."""

    name: str

    @abstractmethod
    def identity(self, sentence: str) -> Mapping[str, str]:
        """Everything that decides how a sentence sounds, but its text: engine, voice, settings.

        Raises VoiceFailed or Unavailable where this voice cannot speak it.
        """

    @abstractmethod
    def speak(self, sentences: Sequence[str], folder: Path, cancelled: Cancelled) -> list[Path]:
        """Speaks sentences into sound files in ``folder``; returns one path for each, in order.

        Raises VoiceFailed for a sentence that it cannot speak, KeyboardInterrupt when
        ``cancelled``.
        """

    def prepare(self, beats: Beats) -> None:  # noqa: B027  (most voices need nothing of it)
        """Called once with everything that a film says, before its sentences are asked for."""


def run(
    command: Sequence[str], text: str, folder: Path, cancelled: Cancelled, program: str
) -> tuple[int, str]:
    """Runs a program of an engine with ``text`` as its input; returns its exit code and what it
    said on standard error.

    Raises VoiceFailed where it cannot be started or takes over :data:`PATIENCE` seconds,
    KeyboardInterrupt when ``cancelled``; then it is ended.
    """
    given, said = folder / "sentences.txt", folder / "said.txt"
    given.write_text(text, encoding="utf-8")
    end = time.monotonic() + PATIENCE
    with given.open("rb") as stdin, said.open("wb") as stderr:
        try:
            process = subprocess.Popen(
                command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=stderr, cwd=folder
            )
        except OSError as error:
            raise VoiceFailed(f"{program} cannot be started", str(error)) from error
        try:
            while process.poll() is None:
                if cancelled():
                    raise KeyboardInterrupt
                if time.monotonic() > end:
                    raise VoiceFailed(f"{program} does not end", f"not within {PATIENCE} s")
                time.sleep(_POLL)
        finally:
            process.kill()
            process.wait()
    return process.returncode, said.read_text(encoding="utf-8", errors="replace")


def spoken_by(
    program: str,
    arguments: Sequence[str],
    sentences: Sequence[str],
    folder: Path,
    cancelled: Cancelled,
    name: str,
) -> list[Path]:
    """Has a program of ``gptviz/voice/programs`` speak sentences, one a line, for the voice
    ``name``; returns the files, in order. Raises VoiceFailed with the sentence at which it gave
    up."""
    command = [sys.executable, str(PROGRAMS / program), *arguments]
    text = "".join(" ".join(sentence.split()) + "\n" for sentence in sentences)
    code, said = run(command, text, folder, cancelled, program)
    made = sorted(folder.glob("spoken-*.wav"))
    if code or len(made) != len(sentences):
        raise VoiceFailed(
            f"{name} cannot speak {shown(sentences[min(len(made), len(sentences) - 1)])}",
            last_line(said) or f"{program} ended with {code}",
            "look whether the voice's files are whole; the film can be made without --voice",
        )
    return made


def last_line(said: str) -> str:
    """The last line that a program said, which is its reason."""
    return next((line for line in reversed(said.strip().splitlines()) if line.strip()), "")


def shown(sentence: str) -> str:
    """A sentence as an error shows it."""
    return f"\u201c{sentence if len(sentence) <= 90 else sentence[:87] + '...'}\u201d"
