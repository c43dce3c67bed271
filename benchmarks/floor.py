"""The floor: the frames of a piece from memory to x264, every one of them, and nothing else.

``python -m benchmarks.floor ours.bars FOLDER`` draws the frames first (untimed), keeps them, then
encodes them with the settings of the fast studio and says what that took, as JSON. At 1080 lines a
frame is 8 MB: ten seconds take 5 GB.
"""

from __future__ import annotations

import json
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.video.reformatter import VideoReformatter

from benchmarks.run import cpu_seconds, parser, scene_of, settings
from gptviz.render import fast
from gptviz.render.fast.encoder import OPTIONS
from gptviz.render.fast.writer import StreamWriter


class Keeper(StreamWriter):
    """Keeps frames, each with how often it is shown, and writes nothing."""

    def __init__(self, plan: Any) -> None:
        super().__init__(plan)
        self.kept: list[tuple[Any, int]] = []

    def write_frame(self, pixels: Any, *, repeat: int = 1, changed: Any = None) -> None:
        if pixels is None:
            frame, times = self.kept.pop()
            self.kept.append((frame, times + repeat))
        else:
            self.kept.append((pixels.copy(), repeat))

    def finish(self) -> None:
        pass


def main() -> None:
    given = parser().parse_args()
    with settings(given.size, given.folder) as (size, rate):
        renderer = fast.renderer()
        renderer._file_writer_class = Keeper
        scene_of(given.piece, given.seconds)(renderer=renderer).render()
        frames = renderer.file_writer.kept
    start, before = time.perf_counter(), cpu_seconds()
    made = encode(frames, given.folder / "floor.mp4", size, rate, given.threads)
    print(
        json.dumps(
            {
                "wall": time.perf_counter() - start,
                "cpu": cpu_seconds() - before,
                "bytes": made.stat().st_size,
                "film": str(made),
            }
        )
    )


def encode(
    frames: list[tuple[Any, int]], path: Path, size: tuple[int, int], rate: int, threads: int
) -> Path:
    """Encodes frames (height, width, RGBA), each shown some times."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=rate, options=OPTIONS)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_type, stream.codec_context.thread_count = "FRAME", threads
        converter, at = VideoReformatter(), 0
        for pixels, times in frames:
            frame = converter.reformat(
                av.VideoFrame.from_numpy_buffer(pixels, format="rgba"), format="yuv420p"
            )
            frame.time_base = Fraction(1, rate)
            for _ in range(times):
                frame.pts = at
                file.mux(stream.encode(frame))
                at += 1
        file.mux(stream.encode(None))
    return path


if __name__ == "__main__":
    main()
