"""When each word of a spoken sentence begins, and where a recording of several sentences is cut.

No engine here says it, so it is estimated: words take time by their syllables, and a pause that is
heard belongs to a comma or the like that is read near it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from gptviz.voice.sound import RATE, WINDOW, Sound, sounding

PAUSE = 0.09  # seconds of silence that are a pause, no closed mouth
NEAR = 0.7  # seconds between where a pause is expected and where it is heard, at most

Span = tuple[float, float]  # from when to when, in seconds


def starts(sound: Sound, text: str) -> tuple[float, ...]:
    """When each word of ``text`` (what spaces part) begins in ``sound``, in seconds; never
    falling."""
    words = text.split()
    if not words:
        return ()
    ends = np.cumsum([_weight(word) for word in words])
    stops = [
        i for i, word in enumerate(words[:-1]) if re.search(r"[,;:.!?\u2026\u2014-]\W*$", word)
    ]
    anchors = _anchors(sound, [float(ends[i] / ends[-1]) for i in stops])
    first, last = _extent(sound)
    shares, times = [0.0], [first]
    for i, pause in zip(stops, anchors, strict=True):
        if pause is not None:
            shares += [float(ends[i]), float(ends[i])]
            times += [pause[0], pause[1]]
    shares, times = [*shares, float(ends[-1])], [*times, last]
    begins = [0.0, *map(float, ends[:-1])]
    return tuple(_at(begin, shares, times) for begin in begins)


def cuts(sound: Sound, sentences: Sequence[str]) -> list[Span]:
    """From when to when each of several sentences is spoken in one recording of them all.

    They are parted at pauses, each the longest one near where the sentence before should end.
    Raises ValueError where there are fewer pauses than that takes.
    """
    weights = np.cumsum([sum(map(_weight, sentence.split())) for sentence in sentences])
    expected = [float(end / weights[-1]) for end in weights[:-1]]
    found = _anchors(sound, expected)
    if any(pause is None for pause in found):
        raise ValueError(f"{len(expected)} pauses are needed between {len(sentences)} sentences")
    middles = [sum(pause) / 2 for pause in found if pause is not None]
    return list(pairwise([0.0, *middles, len(sound) / RATE]))


def _weight(word: str) -> float:
    """How long a word takes, in syllables or so: groups of vowels, and a little for each letter."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    syllables = len(re.findall(r"[aeiouy]+", re.sub(r"(?<=[^aeiouy])e$", "", letters)))
    digits = len(re.findall(r"\d", word))
    return 0.4 + max(syllables, 1) + 0.12 * len(letters) + 1.5 * digits


def _extent(sound: Sound) -> Span:
    (heard,) = np.nonzero(sounding(sound))
    if not len(heard):
        return 0.0, len(sound) / RATE
    return float(heard[0]) * WINDOW / RATE, float(heard[-1] + 1) * WINDOW / RATE


def _pauses(sound: Sound) -> list[Span]:
    """The silences inside a sound, in order."""
    (heard,) = np.nonzero(sounding(sound))
    gaps = [(a + 1, b) for a, b in pairwise(heard) if (b - a - 1) * WINDOW >= PAUSE * RATE]
    return [(float(a) * WINDOW / RATE, float(b) * WINDOW / RATE) for a, b in gaps]


def _anchors(sound: Sound, expected: Sequence[float]) -> list[Span | None]:
    """For each expected pause (as a share of what is spoken) the longest one that is heard near it,
    in order; None where there is none."""
    pauses = _pauses(sound)
    first, last = _extent(sound)
    silent = sum(end - begin for begin, end in pauses)
    found: list[Span | None] = []
    for share in expected:
        at = _spoken_to(first + share * max(last - first - silent, 0.0), pauses)
        after = max((pause[1] for pause in found if pause is not None), default=-1.0)
        room = NEAR + 0.1 * (last - first)
        near = [p for p in pauses if abs(sum(p) / 2 - at) <= room and p[0] >= after]
        found.append(max(near, key=lambda p: _fit(p, at, room), default=None))
    return found


def _fit(pause: Span, at: float, room: float) -> float:
    """A pause fits the better the longer it is and the nearer to where it is expected."""
    return (pause[1] - pause[0]) * (1.2 - abs(sum(pause) / 2 - at) / room)


def _spoken_to(time: float, pauses: Sequence[Span]) -> float:
    """The time at which so much has been spoken, silences not counted."""
    for begin, end in pauses:
        if begin < time:
            time += end - begin
    return time


def _at(share: float, shares: Sequence[float], times: Sequence[float]) -> float:
    """The time of a share between known ones; at a pause, its end: the next word begins there."""
    after = int(np.searchsorted(shares, share, side="right"))
    if after >= len(shares):
        return times[-1]
    low, high = shares[after - 1], shares[after]
    return times[after - 1] + (share - low) / (high - low) * (times[after] - times[after - 1])
