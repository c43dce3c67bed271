"""Two editions of a film side by side, in step by beats, each under its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from gptviz.course.joining import Part, kind
from gptviz.drawing.base import theme
from gptviz.errors import RenderFailed
from gptviz.render.probe import Facts, probe

Picture = npt.NDArray[np.uint8]

#: For each side the beat that it has reached when a step is over, counted from 0; -1 before any.
Step = tuple[int, int]

_BAND = 18  # of a picture's height, one part is the band with its name


def side_by_side(left: Part, right: Part, target: Path, labels: tuple[str, str]) -> Facts:
    """Writes two films of one size beside each other into ``target``, each under its label: a beat
    that both have begins at the same moment, and the shorter of the two waits on its last picture.
    For a beat that one of them lacks, that one waits.
    """
    with (
        av.open(str(left.film)) as a,
        av.open(str(right.film)) as b,
        av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as writer,
    ):
        one, two = a.streams.video[0], b.streams.video[0]
        if kind(one) != kind(two):
            raise RenderFailed(
                f"{left.film.name} and {right.film.name} are of different sizes",
                "",
                "render both in one quality",
            )
        rate = Fraction(one.average_rate or 0)
        stream = writer.add_stream(
            "libx264", rate=rate, options={"preset": "veryfast", "crf": "23"}
        )
        band = np.concatenate([label(text, one.width, one.height) for text in labels], axis=1)
        stream.width, stream.height = one.width * 2, one.height + len(band)
        stream.pix_fmt = "yuv420p"
        writer.metadata["title"] = " and ".join(labels)
        sides = _Side(_beats(a, left, rate)), _Side(_beats(b, right, rate))
        for picture in _in_step(*sides, steps(_names(left), _names(right))):
            frame = av.VideoFrame.from_ndarray(np.concatenate([band, picture]), format="rgb24")
            for packet in stream.encode(frame):
                writer.mux(packet)
        for packet in stream.encode(None):
            writer.mux(packet)
    return probe(target)


def steps(left: Sequence[str], right: Sequence[str]) -> list[Step]:
    """How two films go on together, by the names of their beats: those of one name at once, others
    pairwise as far as both have some."""
    found, reached = [], (-1, -1)
    for _, a, a_end, b, b_end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for one, two in zip_longest(range(a, a_end), range(b, b_end)):
            reached = (reached[0] if one is None else one, reached[1] if two is None else two)
            found.append(reached)
    return found


def _names(part: Part) -> list[str]:
    return [str(section["name"]) for section in part.sections]


def label(text: str, width: int, height: int) -> Picture:
    """A band (row, column, rgb) with a text, as wide as a picture of this height and width."""
    rows = max(2, round(height / _BAND / 2) * 2)  # x264 takes even sizes
    band = Image.new("RGB", (width, rows), theme.GROUND)
    draw = ImageDraw.Draw(band)
    font = ImageFont.truetype(str(theme.FONTS / theme.TEXT_FACE), rows * 0.62)
    room = width - 2 * rows
    while len(text) > 1 and draw.textlength(text, font) > room:
        text = text[:-2].rstrip() + "\u2026"
    draw.text((width / 2, rows / 2), text, theme.TEXT, font, anchor="mm")
    return np.asarray(band)


def _beats(reader: Any, part: Part, rate: Fraction) -> Iterator[tuple[int, Picture]]:
    """The frames of a film, each with the number of the beat that it belongs to."""
    ends = [float(section["end"]) for section in part.sections]
    beat = 0
    for number, frame in enumerate(reader.decode(video=0)):
        while beat < len(ends) - 1 and number / rate >= ends[beat] - 1e-6:
            beat += 1
        yield beat, frame.to_ndarray(format="rgb24")


def _in_step(left: _Side, right: _Side, together: Sequence[Step]) -> Iterator[Picture]:
    for one, two in together:
        while left.has(one) or right.has(two):
            yield np.concatenate([left.next(one), right.next(two)], axis=1)


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
