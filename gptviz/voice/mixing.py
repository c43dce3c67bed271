"""The sound of a film: its sentences where the film says them, as loud as the others and as loud as
is usual.

Loudness is that of ITU-R BS.1770-4 (by pyloudnorm), the true peak that of its annex 2: four times
oversampled.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyloudnorm
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import resample_poly

from gptviz.errors import VoiceFailed
from gptviz.voice.sound import RATE, Sound

LOUDNESS = -16.0  # LUFS
CEILING = -2.5  # dB; AAC adds some, and -1 is not to be passed
OVER = 4  # times oversampled
AHEAD = round(0.002 * RATE)  # samples before a peak at which the limiter begins to give way
_LEAST = 0.5  # seconds that loudness can be measured of
_NEAR = 0.1  # LU between the loudness of a film and what it should be
_ROUNDS = 4  # limiting makes a film quieter, which is made up for


def mixed(placed: Iterable[tuple[float, Sound]], seconds: float) -> Sound:
    """Sounds at their starts (in seconds) in a film of so many seconds, at :data:`LOUDNESS`.

    Raises VoiceFailed where one begins before the one before has ended, or ends after the film.
    """
    film = np.zeros(round(seconds * RATE), np.float32)
    free = 0
    for start, sound in sorted(placed, key=lambda each: each[0]):
        at = round(start * RATE)
        if at < free or at + len(sound) > len(film):
            raise VoiceFailed(
                f"the sentence at {start:.2f} s has no room",
                "another is being said, or the film is over",
                "the film is not of this voice: render it again",
            )
        film[at : at + len(sound)] = levelled(sound)
        free = at + len(sound)
    return _finished(film) if free else film


def levelled(sound: Sound) -> Sound:
    """A sentence at :data:`LOUDNESS`, whatever its engine or its microphone made of it."""
    repeated = np.tile(sound, max(1, -(-round(_LEAST * RATE) // max(len(sound), 1))))
    return _amplified(sound, LOUDNESS - loudness(repeated))


def loudness(sound: Sound) -> float:
    """LUFS of a sound, its silences left out; minus infinity for silence."""
    return float(pyloudnorm.Meter(RATE).integrated_loudness(sound.astype(np.float64)))


def true_peak(sound: Sound) -> float:
    """The highest value between and at the samples, in dB."""
    return float(20 * np.log10(max(float(_envelope(sound).max(initial=0.0)), 1e-9)))


def limited(sound: Sound, ceiling: float = CEILING) -> Sound:
    """A sound whose true peak is under ``ceiling`` dB: turned down around its peaks, smoothly."""
    return sound * _turned_down(_envelope(sound), 10 ** (ceiling / 20))


def _finished(film: Sound) -> Sound:
    """Loudness and peak as they should be."""
    envelope, most = _envelope(film), 10 ** (CEILING / 20)
    sound, gain = film, 0.0
    for _ in range(_ROUNDS):
        gain += LOUDNESS - loudness(sound)
        factor = np.float32(10 ** (gain / 20))
        sound = film * (factor * _turned_down(envelope * factor, most))
        if abs(loudness(sound) - LOUDNESS) < _NEAR:
            break
    return sound


def _turned_down(envelope: Sound, most: float) -> Sound:
    """By which factor each sample is multiplied so that no peak passes ``most``.

    The least factor around each sample, averaged twice over as many samples: so it is reached
    before its peak, and left after it, without a corner.
    """
    wanted = (most / np.maximum(envelope, most)).astype(np.float32)
    held: Sound = minimum_filter1d(wanted, 4 * AHEAD + 1)
    for _ in range(2):
        held = uniform_filter1d(held, 2 * AHEAD + 1, mode="nearest")
    return held


def _amplified(sound: Sound, decibels: float) -> Sound:
    return sound * np.float32(10 ** (decibels / 20)) if np.isfinite(decibels) else sound


def _envelope(sound: Sound) -> Sound:
    """The highest of the oversampled values around each sample."""
    fine = np.abs(resample_poly(sound, OVER, 1)).reshape(-1, OVER)
    found: Sound = np.maximum(fine.max(axis=1), np.abs(sound)).astype(np.float32)
    return found
