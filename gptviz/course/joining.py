"""Films joined into one: a chapter from its films, packet by packet; two editions side by side, in
step by beats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
import numpy.typing as npt

from gptviz.errors import RenderFailed
from gptviz.render.captions import Cue, cues
from gptviz.render.probe import Facts, probe
from gptviz.voice.track import Track, silence, sound_of

Picture = npt.NDArray[np.uint8]
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
            elif _kind(stream) != self._kind:
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
        self._copy, self._kind = self._writer.add_stream_from_template(stream), _kind(stream)
        if any(part.voiced for part in self._parts):
            sounds = [
                sound_of(part.film, part.duration) if part.voiced else silence(part.duration)
                for part in self._parts
            ]
            self._track = Track(self._writer, np.concatenate(sounds))


def side_by_side(left: Part, right: Part, target: Path, title: str) -> Facts:
    """Writes two films of one size beside each other into ``target``: beat n of both begins at the
    same moment, and the shorter of the two waits on its last picture. Where one has more beats, the
    other waits for its end.
    """
    beats = max(len(left.sections), len(right.sections))
    with (
        av.open(str(left.film)) as a,
        av.open(str(right.film)) as b,
        av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as writer,
    ):
        one, two = a.streams.video[0], b.streams.video[0]
        if _kind(one) != _kind(two):
            raise RenderFailed(
                f"{left.film.name} and {right.film.name} are of different sizes",
                "",
                "render both in one quality",
            )
        rate = Fraction(one.average_rate or 0)
        stream = writer.add_stream(
            "libx264", rate=rate, options={"preset": "veryfast", "crf": "23"}
        )
        stream.width, stream.height, stream.pix_fmt = one.width * 2, one.height, "yuv420p"
        writer.metadata["title"] = title
        for picture in _in_step(_beats(a, left, rate), _beats(b, right, rate), beats):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            for packet in stream.encode(frame):
                writer.mux(packet)
        for packet in stream.encode(None):
            writer.mux(packet)
    return probe(target)


def _kind(stream: Any) -> tuple[Any, ...]:
    return (
        stream.width,
        stream.height,
        stream.average_rate,
        stream.codec_context.name,
        stream.time_base,
    )


def _beats(reader: Any, part: Part, rate: Fraction) -> Iterator[tuple[int, Picture]]:
    """The frames of a film, each with the number of the beat that it belongs to."""
    ends = [float(section["end"]) for section in part.sections]
    beat = 0
    for number, frame in enumerate(reader.decode(video=0)):
        while beat < len(ends) - 1 and number / rate >= ends[beat] - 1e-6:
            beat += 1
        yield beat, frame.to_ndarray(format="rgb24")


def _in_step(
    left: Iterator[tuple[int, Picture]], right: Iterator[tuple[int, Picture]], beats: int
) -> Iterator[Picture]:
    sides = [_Side(left), _Side(right)]
    for beat in range(beats):
        while any(side.has(beat) for side in sides):
            yield np.concatenate([side.next(beat) for side in sides], axis=1)


class _Side:
    """One of two films: its next frame within a beat, or its last one where the beat is over for
    it."""

    def __init__(self, frames: Iterator[tuple[int, Picture]]) -> None:
        self._frames = frames
        self._ahead = next(frames, None)
        if self._ahead is None:
            raise RenderFailed("a film without a picture", "nothing could be decoded")
        self._last: Picture = self._ahead[1]

    def has(self, beat: int) -> bool:
        return self._ahead is not None and self._ahead[0] <= beat

    def next(self, beat: int) -> Picture:
        if self._ahead is not None and self._ahead[0] <= beat:
            self._last = self._ahead[1]
            self._ahead = next(self._frames, None)
        return self._last
