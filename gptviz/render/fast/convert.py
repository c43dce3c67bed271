"""Frames as x264 takes them, yuv420p: of each only what is not as it was before is computed.

swscale takes 4 ms and more for a frame of 1080 lines, as long as it takes to draw many a frame, and
between two frames of a film a tenth of the pixels may differ. A row of colours is made of the four
rows around it: what changes in a row shows two rows above and below it, and these take two more to
be converted from. Then they are, bit for bit, those of the whole frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import VideoReformatter

from gptviz.render.fast.damage import Box

Pixels = npt.NDArray[Any]  # uint8; Manim's types say int

_AROUND = 2  # rows


class Converter:
    """Converts the frames of one film; writes into a picture that it gave again when ``kept`` more
    were asked for."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._ring: list[av.VideoFrame] = []
        self._swscale = VideoReformatter()

    def convert(self, pixels: Pixels, changed: Sequence[Box] | None = None) -> av.VideoFrame:
        """A frame (height, width, RGBA) as yuv420p; outside the boxes ``changed``, with even edges,
        as the one before.

        None stands for all of the frame.
        """
        if changed is None or not self._ring:
            frame = self._reformat(pixels)
            self._ring = [*self._ring[1 - self._kept :], frame]
            return frame
        before = self._ring[-1]
        if len(self._ring) < self._kept:
            self._ring.append(av.VideoFrame(before.width, before.height, "yuv420p"))
        else:
            self._ring.append(self._ring.pop(0))
        frame = self._ring[-1]
        planes = _planes(frame)
        for plane, old in zip(planes, _planes(before), strict=True):
            np.copyto(plane, old)
        for box in changed:
            self._put(pixels, box, planes)
        return frame

    def _put(self, pixels: Pixels, box: Box, planes: Sequence[Pixels]) -> None:
        left, right = box[0], box[2]
        top, bottom = max(box[1] - _AROUND, 0), min(box[3] + _AROUND, len(pixels))
        above = max(top - _AROUND, 0)
        part = self._reformat(pixels[above : bottom + _AROUND, left:right])
        for plane, new, step in zip(planes, _planes(part), (1, 2, 2), strict=True):
            first = (top - above) // step
            there = plane[top // step : bottom // step, left // step : right // step]
            there[:] = new[first : first + len(there)]

    def _reformat(self, pixels: Pixels) -> av.VideoFrame:
        source = av.VideoFrame.from_numpy_buffer(pixels, format="rgba")
        return self._swscale.reformat(source, format="yuv420p", threads=1)


def _planes(frame: av.VideoFrame) -> list[Pixels]:
    """The planes (rows, columns) of a picture, to be read and written."""
    return [
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]  # type: ignore[call-overload]
        for plane in frame.planes
    ]
