"""Speaks with Piper: ``python speak_piper.py MODEL LENGTH FOLDER``.

Reads one sentence a line from standard input and writes ``spoken-0000.wav`` and so on. It is run as
a program: piper-tts is GPL-3, and no part of gptviz imports it. Piper's own ``python -m piper``
puts several lines into one file, and loads the voice anew for each run.
"""

import sys
import wave
from pathlib import Path

from piper import PiperVoice, SynthesisConfig


def main(model: str, length: str, folder: str) -> None:
    """Speaks every line of standard input."""
    voice = PiperVoice.load(model)
    settings = SynthesisConfig(length_scale=float(length))
    for number, line in enumerate(sys.stdin):
        path = Path(folder) / f"spoken-{number:04d}.part"
        with wave.open(str(path), "wb") as writer:
            writer.setparams((1, 2, voice.config.sample_rate, 0, "NONE", ""))
            for part in voice.synthesize(line.strip(), settings):
                writer.writeframes(part.audio_int16_bytes)
        path.rename(path.with_suffix(".wav"))


if __name__ == "__main__":
    main(*sys.argv[1:])
