"""One mp4 from frames, while the next frames are being drawn.

A thread of its own turns each changed frame into yuv420p once and sends it to x264, again and again as long as nothing
changes. PyAV gives up the interpreter's lock in both, so drawing goes on beside it. The file gets its name when it is
whole.

x264 runs with frame threads: unlike slices, which PyAV takes by default, they leave the picture as it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import av
import numpy.typing as npt
from av.video.reformatter import VideoReformatter

Pixels = npt.NDArray[Any]  # uint8; Manim's types say int

PRESET = "veryfast"  # half of x264's default effort, and up to a tenth more bytes for drawn pictures


class Encoder:
    """An mp4 at ``target``, made of frames (height, width, RGBA) at a constant rate.

    At most ``ahead`` frames wait for the encoder; a frame must not be changed until two more than that were put after.
    Whatever goes wrong in the thread (a full disk, say) is raised at the next call.
    """

    def __init__(
        self, target: Path, size: tuple[int, int], rate: Fraction, options: Mapping[str, str],
        threads: int = 0, ahead: int = 2,
    ) -> None:
        self.target, self._part = target, target.with_name(f".{target.name}.part")
        self.frames = 0
        self._size, self._rate, self._options, self._threads = size, rate, dict(options), threads
        self._queue: Queue[tuple[Pixels | None, int, bool] | None] = Queue(maxsize=ahead)
        self._failure: BaseException | None = None
        self._whole = False
        target.parent.mkdir(parents=True, exist_ok=True)
        self._thread = Thread(target=self._run, name="encoder", daemon=True)
        self._thread.start()

    def put(self, pixels: Pixels | None, times: int = 1, keyframe: bool = False) -> None:
        """Adds a frame, shown ``times`` frames long; None stands for the frame before. A keyframe can be jumped to."""
        self._check()
        self._queue.put((pixels, times, keyframe))
        self.frames += times

    def finish(self) -> None:
        """Waits for the encoder, then gives the file its name."""
        self._whole = True
        self._join()
        self._check()
        self._part.replace(self.target)

    def abort(self) -> None:
        """Ends the encoder and leaves no file."""
        self._join()
        self._part.unlink(missing_ok=True)

    def _check(self) -> None:
        if self._failure is not None:
            self._join()
            self._part.unlink(missing_ok=True)
            raise self._failure

    def _join(self) -> None:
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        """The thread: it goes on taking frames after a failure, so that the one who draws never waits in vain."""
        try:
            with contextlib.closing(av.open(str(self._part), "w", format="mp4")) as file:
                self._encode(file)
        except BaseException as failure:
            self._failure = failure
            while self._queue.get() is not None:
                pass

    def _encode(self, file: Any) -> None:
        stream = file.add_stream("libx264", rate=self._rate, options=self._options)
        stream.width, stream.height = self._size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_type = "FRAME"
        stream.codec_context.thread_count = self._threads
        converter, tick, at = VideoReformatter(), 1 / self._rate, 0
        frame: Any = None
        while (item := self._queue.get()) is not None:
            pixels, times, keyframe = item
            if pixels is not None:
                source = av.VideoFrame.from_numpy_buffer(pixels, format="rgba")
                frame = converter.reformat(source, format="yuv420p", threads=1)
                del source
            for time in range(times):
                frame.pts, frame.time_base = at, tick
                frame.pict_type = _KEY if keyframe and time == 0 else _ANY
                file.mux(stream.encode(frame))
                at += 1
        if self._whole:
            file.mux(stream.encode(None))


_KEY, _ANY = av.video.frame.PictureType.I, av.video.frame.PictureType.NONE
