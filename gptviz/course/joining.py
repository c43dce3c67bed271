"""A chapter from its films, joined packet by packet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np

from gptviz.errors import RenderFailed
from gptviz.render.captions import Cue, cues
from gptviz.render.probe import Facts, probe
from gptviz.voice.track import Track, silence, sound_of

_MILLISECOND = Fraction(1, 1000)


@dataclass(frozen=True)
class Part:
    """A published film as a part of something longer: its file, its title, its manifest's sections,
    and whether it speaks."""

    film: Path
    title: str
    sections: Sequence[dict[str, Any]]
    duration: float
    voiced: bool = False

    @classmethod
    def of(cls, film: Path, data: dict[str, Any]) -> Part:
        """From a published film and its manifest."""
        video = data["video"]
        return cls(
            film, str(data["title"]), data["sections"], float(video["duration"]), "sound" in video
        )


def join(parts: Sequence[Part], target: Path, title: str) -> tuple[Facts, list[Cue]]:
    """Writes films one after another into ``target`` without encoding their pictures again, with a
    chapter mark for every film; returns what the file is, and the captions of all of them.

    Raises RenderFailed for films that do not fit together, and for a result that is not as long as
    its parts.
    """
    spoken: list[Cue] = []
    marks: list[Any] = []
    begin = 0.0
    try:
        with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as writer:
            writer.metadata["title"] = title
            film = _Joined(writer, parts)
            for part in parts:
                film.add(part, begin)
                spoken += [
                    Cue(cue.start + begin, cue.end + begin, cue.lines)
                    for cue in cues(part.sections, part.duration)
                ]
                marks.append(
                    {
                        "id": len(marks) + 1,
                        "start": round(begin * 1000),
                        "time_base": _MILLISECOND,
                        "end": round((begin + part.duration) * 1000),
                        "metadata": {"title": part.title},
                    }
                )
                begin += part.duration
            film.end()
            writer.set_chapters(marks)
    except av.error.FFmpegError as error:
        raise RenderFailed(f"the films of {title!r} could not be joined", str(error)) from error
    facts = probe(target)
    if abs(facts.duration - begin) > 0.05 * len(parts):
        raise RenderFailed(
            f"{target.name} lasts {facts.duration:.2f} s", f"its films last {begin:.2f} s"
        )
    return facts, spoken


class _Joined:
    """A file that films are added to: their pictures packet by packet, their sound as one track.

    Sound is encoded again, for AAC begins before a film and ends after it: films set end to end
    would drift.
    """

    def __init__(self, writer: Any, parts: Sequence[Part]) -> None:
        self._writer, self._parts = writer, parts
        self._copy: Any = None
        self._kind: tuple[Any, ...] = ()
        self._track: Track | None = None

    def add(self, part: Part, begin: float) -> None:
        """Adds a film that begins at so many seconds."""
        with av.open(str(part.film)) as reader:
            stream = reader.streams.video[0]
            if self._copy is None:
                self._begin(stream)
            elif kind(stream) != self._kind:
                raise RenderFailed(
                    f"{part.film.name} does not fit the films before it",
                    "it is of another size or rate",
                    "render the course in one quality",
                )
            offset = round(
                Fraction(begin).limit_denominator(100_000) / Fraction(stream.time_base or 1)
            )
            for packet in reader.demux(stream):
                if packet.dts is not None and packet.pts is not None:
                    packet.pts, packet.dts = packet.pts + offset, packet.dts + offset
                    if self._track is not None:
                        self._track.until(float(packet.dts * packet.time_base))
                    packet.stream = self._copy
                    self._writer.mux(packet)

    def end(self) -> None:
        """Writes the rest of the sound."""
        if self._track is not None:
            self._track.end()

    def _begin(self, stream: Any) -> None:
        self._copy, self._kind = self._writer.add_stream_from_template(stream), kind(stream)
        if any(part.voiced for part in self._parts):
            sounds = [
                sound_of(part.film, part.duration) if part.voiced else silence(part.duration)
                for part in self._parts
            ]
            self._track = Track(self._writer, np.concatenate(sounds))


def kind(stream: Any) -> tuple[Any, ...]:
    return (
        stream.width,
        stream.height,
        stream.average_rate,
        stream.codec_context.name,
        stream.time_base,
    )
