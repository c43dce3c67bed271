"""The sound of a film inside its file: AAC, written in step with the picture's packets."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from gptviz.voice.sound import RATE, Sound, read

CODEC = "aac"
BITS = 128_000  # a second
_FRAME = 1024  # samples that AAC codes at once


class Track:
    """A sound track of a file that is being written. Made before its first packet."""

    def __init__(self, writer: Any, sound: Sound) -> None:
        self._writer, self._sound, self._at = writer, sound, 0
        self._stream = writer.add_stream(CODEC, rate=RATE)
        self._stream.bit_rate, self._stream.layout = BITS, "mono"

    def until(self, seconds: float) -> None:
        """Writes the sound up to a moment, so that it lies beside the picture of that moment."""
        while self._at < min(len(self._sound), seconds * RATE):
            samples = np.ascontiguousarray(self._sound[None, self._at : self._at + _FRAME])
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, Fraction(1, RATE)
            self._writer.mux(self._stream.encode(frame))
            self._at += samples.shape[1]

    def end(self) -> None:
        """Writes what is left."""
        self.until(len(self._sound) / RATE)
        self._writer.mux(self._stream.encode(None))


def sound_of(path: Path, seconds: float) -> Sound:
    """The sound of a film, made exactly ``seconds`` long."""
    found = read(path)[: round(seconds * RATE)]
    return np.pad(found, (0, round(seconds * RATE) - len(found)))


def silence(seconds: float) -> Sound:
    """Nothing, for so long."""
    return np.zeros(round(seconds * RATE), np.float32)
