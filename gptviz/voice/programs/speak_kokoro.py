"""Speaks with Kokoro: ``python speak_kokoro.py MODEL VOICES VOICE FOLDER``.

Reads one sentence a line from standard input and writes ``spoken-0000.wav`` and so on. It is run as
a program: kokoro-onnx and what it loads stay out of gptviz's own process.
"""

import sys
import wave
from pathlib import Path

import numpy as np
from kokoro_onnx import Kokoro


def main(model: str, voices: str, voice: str, folder: str) -> None:
    """Speaks every line of standard input."""
    kokoro = Kokoro(model, voices)
    for number, line in enumerate(sys.stdin):
        samples, rate = kokoro.create(line.strip(), voice=voice, speed=1.0, lang="en-us")
        path = Path(folder) / f"spoken-{number:04d}.part"
        with wave.open(str(path), "wb") as writer:
            writer.setparams((1, 2, int(rate), 0, "NONE", ""))
            writer.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
        path.rename(path.with_suffix(".wav"))


if __name__ == "__main__":
    main(*sys.argv[1:])
