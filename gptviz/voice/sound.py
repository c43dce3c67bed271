"""Sound as numbers: one channel of float32 in [-1, 1], 48,000 samples a second.

Files are read by PyAV, whatever their format, rate and channels are; what is kept is 16-bit WAV.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from pathlib import Path

import av
import av.error
import numpy as np
import numpy.typing as npt

from gptviz.errors import VoiceFailed

RATE = 48_000  # samples a second, of everything that is kept and mixed
LEAST_RATE = 16_000  # of a file that is read: below it s and f cannot be told apart
WINDOW = RATE // 100  # samples of one look at how loud it is: 10 ms
QUIET = 10 ** (-42 / 20)  # of the loudest window; what lies below it is no speech
BEFORE, AFTER = 0.03, 0.09  # seconds that are kept around what sounds: breath, and a word's tail
FADE = 0.008  # seconds; a sound that begins or ends at once is heard as a click

Sound = npt.NDArray[np.float32]  # (sample,)


def read(path: Path) -> Sound:
    """A sound file (WAV, FLAC, MP3, ...) as one channel at :data:`RATE`.

    Raises VoiceFailed for a file without sound, cut short, or of fewer samples a second than speech
    needs.
    """
    try:
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            if stream.rate < LEAST_RATE:
                raise VoiceFailed(
                    f"{path.name} has {stream.rate} samples a second",
                    f"speech needs {LEAST_RATE} at least",
                    f"record or export it with {RATE}",
                )
            return _joined(_resampled(container.decode(stream)))
    except (av.error.FFmpegError, IndexError, OSError) as error:
        reason = "it has no sound" if isinstance(error, IndexError) else str(error)
        raise VoiceFailed(
            f"{path.name} is no sound that can be read", reason, "WAV, FLAC and MP3 can be read"
        ) from error


def _resampled(frames: Iterator[av.AudioFrame]) -> Iterator[av.AudioFrame]:
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    for frame in frames:
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _joined(frames: Iterator[av.AudioFrame]) -> Sound:
    parts = [frame.to_ndarray()[0] for frame in frames]
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)


def packed(sound: Sound) -> bytes:
    """A sound as the bytes of a 16-bit WAV file."""
    whole = np.clip(np.round(sound * 32767), -32768, 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, RATE, len(whole), "NONE", ""))
        writer.writeframes(whole.tobytes())
    return file.getvalue()


def unpacked(data: bytes) -> Sound:
    """What :func:`packed` made. Raises ValueError for bytes that are cut short or something
    else."""
    try:
        with wave.open(io.BytesIO(data)) as reader:
            form = (reader.getnchannels(), reader.getsampwidth(), reader.getframerate())
            found = reader.readframes(reader.getnframes())
            if form != (1, 2, RATE) or len(found) != 2 * reader.getnframes():
                raise ValueError("not the sound that was kept")
    except (EOFError, wave.Error) as error:
        raise ValueError(str(error)) from error
    return np.frombuffer(found, "<i2").astype(np.float32) / np.float32(32767)


def levels(sound: Sound) -> Sound:
    """How loud each window of 10 ms is: its root mean square."""
    count = len(sound) // WINDOW
    windows = sound[: count * WINDOW].reshape(count, WINDOW)
    found: Sound = np.sqrt(np.mean(windows * windows, axis=1))
    return found


def sounding(sound: Sound) -> npt.NDArray[np.bool_]:
    """Which windows of 10 ms hold speech."""
    found = levels(sound)
    heard: npt.NDArray[np.bool_] = found > max(float(found.max(initial=0.0)) * QUIET, 1e-5)
    return heard


def trimmed(sound: Sound) -> Sound:
    """A sentence without the silence before and after it, faded in and out; empty where nothing
    sounds."""
    (heard,) = np.nonzero(sounding(sound))
    if not len(heard):
        return np.zeros(0, np.float32)
    first = max(0, int(heard[0]) * WINDOW - round(BEFORE * RATE))
    last = (int(heard[-1]) + 1) * WINDOW + round(AFTER * RATE)
    return faded(sound[first:last])


def faded(sound: Sound) -> Sound:
    """The same, rising from nothing at its begin and falling to nothing at its end."""
    length = min(round(FADE * RATE), len(sound) // 2)
    rise = (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, length))).astype(np.float32)
    found = sound.copy()
    found[:length] *= rise
    found[len(found) - length :] *= rise[::-1]
    return found
