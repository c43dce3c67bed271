"""Captions beside a film: SubRip (.srt) and WebVTT (.vtt), from its beats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cue:
    """A caption: from when to when in seconds, and its lines."""

    start: float
    end: float
    lines: tuple[str, ...]


def cues(beats: Sequence[dict[str, Any]], duration: float) -> list[Cue]:
    """One cue for each beat that says something, in order: none overlaps the next, none leaves the
    film.

    ``beats`` are sections of a published manifest: ``start``, ``end``, ``lines``; ``duration`` the
    film's in seconds.
    """
    spoken = sorted(
        (beat for beat in beats if _shown(beat["lines"])), key=lambda beat: float(beat["start"])
    )
    found = []
    for i, beat in enumerate(spoken):
        limit = min([duration, *(following["start"] for following in spoken[i + 1 : i + 2])])
        start, end = _thousandths(beat["start"]), _thousandths(min(beat["end"], limit))
        if end > start:
            found.append(Cue(start, end, _shown(beat["lines"])))
    return found


def srt(captions: Iterable[Cue]) -> str:
    """The captions as SubRip text."""
    return "".join(
        f"{i}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n" + _text(cue) + "\n\n"
        for i, cue in enumerate(captions, 1)
    )


def vtt(captions: Iterable[Cue]) -> str:
    """The captions as WebVTT text; ``&`` and ``<`` are data and stand escaped."""
    return "WEBVTT\n\n" + "".join(
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n" + _escaped(_text(cue)) + "\n\n"
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


def _clock(seconds: float, point: str) -> str:
    thousandths = round(seconds * 1000)
    return (
        f"{thousandths // 3_600_000:02d}:{thousandths // 60_000 % 60:02d}:{thousandths // 1000 % 60:02d}"
        f"{point}{thousandths % 1000:03d}"
    )
