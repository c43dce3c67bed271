"""Captions beside a film: SubRip (.srt) and WebVTT (.vtt), from its beats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import srt


@dataclass(frozen=True)
class Cue:
    """A caption: from when to when in seconds, and its lines."""

    start: float
    end: float
    lines: tuple[str, ...]


def cues(beats: Sequence[dict[str, Any]], duration: float) -> list[Cue]:
    """One cue for each caption, in order: none overlaps the next, none leaves its beat or the film.
    A caption without lines ends the one before.

    ``beats`` are sections of a published manifest: ``start``, ``end``, and ``captions``, each with
    ``start`` and ``lines``; ``duration`` is the film's in seconds.
    """
    told = [
        (float(caption["start"]), float(beat["end"]), _shown(caption["lines"]))
        for beat in beats
        for caption in beat["captions"]
        if caption["start"] < beat["end"]  # one that is later must not end the next beat's
    ]
    told.sort(key=lambda each: each[0])
    found = []
    for i, (begins, over, lines) in enumerate(told):
        limit = min([duration, over, *(following[0] for following in told[i + 1 : i + 2])])
        start, end = _thousandths(begins), _thousandths(limit)
        if lines and end > start:
            found.append(Cue(start, end, lines))
    return found


def subrip(captions: Iterable[Cue]) -> str:
    """The captions as SubRip text (.srt)."""
    told = (
        srt.Subtitle(None, timedelta(seconds=cue.start), timedelta(seconds=cue.end), _text(cue))
        for cue in captions
    )
    return str(srt.compose(told))


def webvtt(captions: Iterable[Cue]) -> str:
    """The captions as WebVTT text (.vtt); ``&`` and ``<`` are data and stand escaped."""
    return "WEBVTT\n\n" + "".join(
        f"{_clock(cue.start)} --> {_clock(cue.end)}\n" + _escaped(_text(cue)) + "\n\n"
        for cue in captions
    )


def _text(cue: Cue) -> str:
    return "\n".join(_shown(cue.lines))


def _shown(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines of a cue: an empty one would end it, and control characters belong to no
    caption."""
    clean = ("".join(c if c.isprintable() else " " for c in line).strip() for line in lines)
    return tuple(line for line in clean if line)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _thousandths(seconds: float) -> float:
    return int(seconds * 1000 + 1e-6) / 1000


def _clock(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    return (
        f"{thousandths // 3_600_000:02d}:{thousandths // 60_000 % 60:02d}:"
        f"{thousandths // 1000 % 60:02d}.{thousandths % 1000:03d}"
    )
