"""Opens a film before anybody else does: is it whole, is it as long and as large as it should
be?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error

from gptviz.errors import RenderFailed
from gptviz.render.qualities import Quality
from gptviz.voice.sound import Sound
from gptviz.voice.track import Track

#: How far a film's length may be from the sum of its beats: one frame for every few beats, rounded up.
TOLERANCE = 0.25  # seconds
_RATE = 2e-4  # of the frame rate: Manim's own encoder ends a film within a tick, not on it; 59.94 is no 60


@dataclass(frozen=True)
class Facts:
    """What a video file is: seconds, frames, size in pixels, frames per second, codec; seconds of
    its sound, None where it has none."""

    duration: float
    frames: int
    width: int
    height: int
    fps: float
    codec: str
    sound: float | None = None

    def as_dict(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


def probe(path: Path) -> Facts:
    """Reads every packet of a film and decodes its last second. Raises RenderFailed for one that is
    cut or broken."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            packets = [packet for packet in container.demux(stream) if packet.size]
            rate = Fraction(stream.average_rate or 0)
            if not packets or not rate:
                raise RenderFailed(f"{path.name} holds no picture", "it has no frames")
            if stream.frames and stream.frames != len(packets):
                raise RenderFailed(
                    f"{path.name} is cut short",
                    f"{len(packets)} of {stream.frames} frames are there",
                )
            facts = Facts(
                float(len(packets) / rate),
                len(packets),
                stream.width,
                stream.height,
                float(rate),
                stream.codec_context.name,
                _sound(container),
            )
        last_picture(path)
    except (av.error.FFmpegError, IndexError, OSError) as error:
        raise RenderFailed(f"{path.name} is no film that can be played", str(error)) from error
    return facts


def check(path: Path, quality: Quality, duration: float, voiced: bool = False) -> Facts:
    """Probes a film and compares it with what was asked for: size, rate, length, with sound as long
    as its picture or without. Raises RenderFailed where it is something else."""
    facts = probe(path)
    if (facts.width, facts.height) != (quality.width, quality.height):
        raise RenderFailed(
            f"{path.name} is {facts.width} x {facts.height}",
            f"not {quality.width} x {quality.height}",
        )
    if abs(facts.fps / quality.fps - 1) > _RATE:
        raise RenderFailed(f"{path.name} has {facts.fps:g} frames a second", f"not {quality.fps}")
    if abs(facts.duration - duration) > TOLERANCE:
        raise RenderFailed(
            f"{path.name} lasts {facts.duration:.2f} s", f"its beats last {duration:.2f} s"
        )
    if voiced and (facts.sound is None or abs(facts.sound - facts.duration) > 1 / facts.fps):
        raise RenderFailed(
            f"{path.name} has {facts.sound or 0:.2f} s of sound",
            f"and {facts.duration:.2f} of picture",
        )
    return facts


def _sound(container: Any) -> float | None:
    """Seconds of sound of an open file."""
    for stream in container.streams.audio:
        return float((stream.duration or 0) * stream.time_base)
    return None


def last_picture(path: Path) -> Any:
    """The last frame of a film as a PIL image: what it leaves the viewer with. Raises RenderFailed
    for none."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        length = stream.duration or 0
        container.seek(max(0, length - int(1 / (stream.time_base or Fraction(1)))), stream=stream)
        picture = None
        for frame in container.decode(stream):
            picture = frame
        if picture is None:
            raise RenderFailed(
                f"{path.name} has no picture that can be decoded", "its end is missing"
            )
        return picture.to_image()  # type: ignore[no-untyped-call]


def with_chapters(
    source: Path,
    target: Path,
    title: str,
    sections: list[dict[str, Any]],
    sound: Sound | None = None,
) -> None:
    """Copies a film packet by packet, with its title, a chapter mark for each section, and its
    sound, if any; the index stands first."""
    base = Fraction(1, 1000)
    with (
        av.open(str(source)) as reader,
        av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as writer,
    ):
        stream = reader.streams.video[0]
        copy = writer.add_stream_from_template(stream)
        track = Track(writer, sound) if sound is not None else None
        writer.metadata["title"] = title
        writer.set_chapters(
            [
                {
                    "id": i,
                    "start": round(section["start"] * 1000),
                    "end": round(section["end"] * 1000),
                    "time_base": base,
                    "metadata": {"title": _chapter(section)},
                }
                for i, section in enumerate(sections, 1)
            ]
        )
        for packet in reader.demux(stream):
            if packet.dts is not None:
                if track is not None:
                    track.until(float(packet.dts * packet.time_base))
                packet.stream = copy
                writer.mux(packet)
        if track is not None:
            track.end()


def _chapter(section: dict[str, Any]) -> str:
    """What a player shows of a section: its name, or what is said where it has only a number."""
    name = str(section["name"])
    return str(section["text"]) if name.isdigit() and section["text"] else name
