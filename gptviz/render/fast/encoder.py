"""One mp4 from frames, while the next frames are being drawn.

One thread turns what changed of each frame into yuv420p (:mod:`gptviz.render.fast.convert`), and
another sends it to x264. PyAV gives up the interpreter's lock in both, so drawing goes on beside
them. A picture that stands still is encoded until x264 has made the best of it; then the stream is
continued with repetitions (:mod:`gptviz.render.fast.repeats`), and x264 begins anew with the next
change. The file gets its name when it is whole.

x264 runs with frame threads: slices, which PyAV takes by default, cost bytes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import av
import numpy.typing as npt
from av.codec.context import Flags
from av.video.frame import PictureType

from gptviz.render.fast.convert import Converter
from gptviz.render.fast.damage import Box
from gptviz.render.fast.repeats import Repeater, layout, picture_set

Pixels = npt.NDArray[Any]  # uint8; Manim's types say int

#: Half of x264's default effort; some steps finer than Manim's own 23 give the lost picture back. On the pieces bars
#: and space of benchmarks/ Manim's films are 49.0 and 48.3 dB near to what was drawn; at 23 this preset had 2.5 less,
#: at 20 it has 49.0 and 48.9, but 1.23 times Manim's bytes of space, at 21 48.2 and 48.0. The piece grid at 20.7:
#: 48.0 dB where Manim's film has 47.9, in .79 of its bytes (brightness and colours of every twentieth frame).
OPTIONS = {"preset": "veryfast", "crf": "20.7"}
SETTLE = 12  # frames that x264 is given of a still picture: as many as it looks ahead with this preset, and two
WAITING = 2  # converted frames that wait for x264
STILL = 32  # frames from which a still picture is worth ending x264's work and beginning it anew


@dataclass(frozen=True)
class Form:
    """What a film is like: width and height in pixels, frames per second, x264's options and number
    of threads."""

    size: tuple[int, int]
    rate: Fraction
    options: Mapping[str, str]
    threads: int = 0


class Encoder:
    """An mp4 at ``target``, made of frames (height, width, RGBA) at a constant rate.

    At most ``ahead`` frames wait for the encoder; a frame must not be changed until two more than
    that were put after. Whatever goes wrong in the thread (a full disk, say) is raised at the next
    call.
    """

    def __init__(self, target: Path, form: Form, ahead: int = 4) -> None:
        self.target, self._part = target, target.with_name(f".{target.name}.part")
        self.frames = 0
        self._form = form
        self._queue: Queue[tuple[Pixels | None, int, bool, Sequence[Box] | None] | None] = Queue(
            maxsize=ahead
        )
        self._converted: Queue[tuple[Any, int, bool, bool] | None] = Queue(maxsize=WAITING)
        self._failure: BaseException | None = None
        self._whole = self._over = False
        target.parent.mkdir(parents=True, exist_ok=True)
        self._threads = [
            Thread(target=work, name=work.__name__, daemon=True)
            for work in (self._convert, self._run)
        ]
        for thread in self._threads:
            thread.start()

    def put(
        self,
        pixels: Pixels | None,
        times: int = 1,
        keyframe: bool = False,
        changed: Sequence[Box] | None = None,
    ) -> None:
        """Adds a frame, shown ``times`` frames long; None stands for the frame before. A keyframe
        can be jumped to.

        Outside the boxes ``changed`` it must equal the frame before; None where nobody knows.
        """
        self._check()
        self._queue.put((pixels, times, keyframe, changed))
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
        if any(thread.is_alive() for thread in self._threads):
            self._queue.put(None)
            for thread in self._threads:
                thread.join()

    def _convert(self) -> None:
        """The first thread. Both go on taking frames after a failure: the one who draws never waits
        in vain."""
        converter = Converter(WAITING + 2)  # one is made, one with x264
        frame: Any = None
        item: Any = ()
        try:
            while (item := self._queue.get()) is not None:
                pixels, times, keyframe, changed = item
                if pixels is not None:
                    frame = converter.convert(pixels, changed)
                self._converted.put((frame, times, pixels is not None, keyframe))
        except BaseException as failure:
            self._failure = failure
            while item is not None:
                item = self._queue.get()
        self._converted.put(None)

    def _run(self) -> None:
        """The second thread."""
        try:
            with contextlib.closing(av.open(str(self._part), "w", format="mp4")) as file:
                self._encode(_Stream(file, self._form))
        except BaseException as failure:
            self._failure = failure
            while not self._over and self._converted.get() is not None:
                pass

    def _encode(self, stream: _Stream) -> None:
        while (item := self._converted.get()) is not None:
            stream.show(*item)
        self._over = True  # what fails from here on has no frames left to take
        if self._whole and self._failure is None:
            stream.end()


class _Stream:
    """The pictures of one mp4, coded by x264 while they change and repeated while they do not."""

    def __init__(self, file: Any, form: Form) -> None:
        self._file, self._form, self._at = file, form, 0
        self._stream = file.add_stream("libx264", rate=form.rate, options=dict(form.options))
        self._coder = self._prepared(self._stream.codec_context)
        self._sets = self._coder.extradata
        self._layout = layout(self._sets)
        if self._layout is not None:
            self._coder.extradata = self._sets + picture_set()
            self._repeater = Repeater(self._layout)
        self._delay, self._keyframe = 0, False
        file.start_encoding()

    def show(self, frame: Any, times: int, changed: bool, keyframe: bool) -> None:
        """Shows a frame for some frames; ``changed`` says whether it is another than before."""
        self._keyframe |= keyframe
        if changed or self._coder is not None:
            coded = SETTLE if times >= STILL and self._layout is not None else times
            self._code(frame, coded)
            times -= coded
        if times:
            self.end()
            self._repeat(frame, times)

    def end(self) -> None:
        """Lets x264 finish what it was given."""
        if self._coder is not None:
            self._mux(self._coder.encode(None))
            self._coder = None

    def _code(self, frame: Any, times: int) -> None:
        if self._coder is None:
            self._begin()
        frame.time_base = 1 / self._form.rate
        for _ in range(times):
            frame.pts = self._at
            frame.pict_type = PictureType.I if self._keyframe else PictureType.NONE
            self._mux(self._coder.encode(frame))
            self._keyframe = False
            self._at += 1

    def _begin(self) -> None:
        """Begins anew with x264, at a keyframe, in the same stream."""
        coder = av.CodecContext.create("libx264", "w")
        coder.options, coder.framerate, coder.time_base = (
            dict(self._form.options),
            self._form.rate,
            1 / self._form.rate,
        )
        coder.flags |= Flags.global_header
        self._coder = self._prepared(coder)
        if self._coder.extradata != self._sets or self._layout is None:
            raise RuntimeError("x264 began a stream of another kind with the same settings")
        self._repeater = Repeater(self._layout)

    def _prepared(self, coder: Any) -> Any:
        coder.width, coder.height = self._form.size
        coder.pix_fmt = "yuv420p"
        coder.thread_type, coder.thread_count = "FRAME", self._form.threads
        coder.open()
        return coder

    def _mux(self, packets: Any) -> None:
        for packet in packets:
            if self._layout is not None:
                self._repeater.saw(bytes(packet), packet.pts)
            self._delay = packet.pts - packet.dts if packet.is_keyframe else self._delay
            self._send(packet)

    def _repeat(self, frame: Any, times: int) -> None:
        for done in range(times):
            data = self._repeater.repeat()
            if data is None:
                self._code(frame, times - done)
                return
            packet = av.Packet(data)
            packet.pts, packet.dts = self._at, self._at - self._delay
            self._send(packet)
            self._at += 1

    def _send(self, packet: Any) -> None:
        packet.time_base, packet.duration, packet.stream = 1 / self._form.rate, 1, self._stream
        self._file.mux(packet)
