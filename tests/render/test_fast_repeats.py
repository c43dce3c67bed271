"""What stands still is repeated without an encoder, and decoders see just that."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from gptviz.render.fast.encoder import SETTLE, STILL, Encoder, Form
from gptviz.render.fast.repeats import PICTURE_SET, Bits, Layout, Reader, layout, picture_set, units

RATE = Fraction(60)


def picture(number: int) -> Any:
    """A picture (height, width, RGBA) of grey waves, another one for each number."""
    y, x = np.mgrid[0:144, 0:256] / 9
    waves = np.sin(x + number / 3) * 60 + np.cos(y - number / 5) * 50 + 120
    return np.dstack([waves, waves, waves, np.full(x.shape, 255)]).astype(np.uint8)


#: Pictures and for how many frames each is shown: still at the start, motion, stills of many lengths, one frame alone.
SHOWN = [
    (0, 90),
    *[(n, 1) for n in range(1, 20)],
    (19, 300),
    (20, STILL),
    (21, STILL - 1),
    (22, 1),
    (23, 200),
    (24, 1),
]


def make(folder: Path, shown: list[tuple[int, int]], threads: int = 1) -> Path:
    target = folder / "film.mp4"
    writer = Encoder(target, Form((256, 144), RATE, {"preset": "veryfast", "crf": "23"}, threads))
    before = None
    for number, times in shown:
        writer.put(None if number == before else picture(number), times)
        before = number
    writer.finish()
    return target


def decoded(path: Path) -> list[Any]:
    with av.open(str(path)) as file:
        file.streams.video[0].codec_context.options = {"err_detect": "explode"}
        frames = list(file.decode(video=0))
    assert {later.pts - earlier.pts for earlier, later in pairwise(frames)} == {
        frames[1].pts - frames[0].pts
    }
    return [frame.to_ndarray(format="rgb24") for frame in frames]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("film"), SHOWN)


def test_every_frame_shows_its_picture(path: Path) -> None:
    wanted = [number for number, times in SHOWN for _ in range(times)]
    frames = decoded(path)
    assert len(frames) == len(wanted)
    for at, number in enumerate(wanted):
        error = np.mean((frames[at].astype(float) - picture(number)[:, :, :3]) ** 2)
        assert error < 20, f"frame {at} is not picture {number}"


def test_a_still_picture_is_repeated_exactly_and_x264_is_left_out(path: Path) -> None:
    frames = decoded(path)
    for start, times in ((0, 90), (108, 301), (409, STILL), (473, 200)):
        still = frames[start + SETTLE - 1 : start + times]
        assert all(np.array_equal(still[0], frame) for frame in still)
    with av.open(str(path)) as file:
        packets = [bytes(packet) for packet in file.demux(video=0) if packet.size]
    assert sum(_is_repetition(packet) for packet in packets) == sum(
        t - SETTLE for _, t in SHOWN if t >= STILL
    )


def _is_repetition(packet: bytes) -> bool:
    """Whether a packet (of an mp4: sizes of units instead of start codes) is a slice with our
    parameter set."""
    bits = Reader(packet[4:])
    return packet[4] & 31 == 1 and [bits.exp() for _ in range(3)][2] == PICTURE_SET


def test_its_syntax_is_that_of_the_standard(path: Path) -> None:
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        strict = av.BitStreamFilterContext(
            "h264_metadata", stream
        )  # parses every header, and refuses what is wrong
        read = [packet for source in file.demux(stream) for packet in strict.filter(source)]
    assert len([packet for packet in read if packet.size]) == sum(times for _, times in SHOWN)


def test_any_moment_can_be_jumped_to(path: Path) -> None:
    for at in (60, 250, 600):
        with av.open(str(path)) as file:
            stream = file.streams.video[0]
            file.seek(int(at / RATE / stream.time_base), stream=stream)
            frame = next(f for f in file.decode(stream) if f.time >= float(at / RATE) - 1e-6)
            assert np.array_equal(frame.to_ndarray(format="rgb24"), decoded(path)[at])


def test_a_copied_stream_is_the_same(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    with av.open(str(path)) as source, av.open(str(copy), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert all(np.array_equal(*pair) for pair in zip(decoded(path), decoded(copy), strict=True))


def test_numbers_are_written_as_the_standard_says() -> None:
    # H.264, table 9-2: code numbers 0 to 8.
    codes = ["1", "010", "011", "00100", "00101", "00110", "00111", "0001000", "0001001"]
    assert [
        format(int.from_bytes(Bits().exp(n).payload(), "big"), "b").zfill(8) for n in range(9)
    ] == [(code + "1").ljust(8, "0") for code in codes]
    unit = b"\x41" + Bits().put(0, 22).exp(8159).put(5, 4).payload()
    assert b"\x00\x00\x03" in unit  # what would look like a start code is broken up
    bits = Reader(unit)
    assert (bits.get(22), bits.exp(), bits.get(4)) == (0, 8159, 5)
    assert units(b"\x00\x00\x00\x01\x67ab\x00\x00\x01\x68cd") == [b"\x67ab", b"\x68cd"]


def test_other_streams_are_left_to_x264() -> None:
    coder = av.CodecContext.create("libx264", "w")
    coder.width, coder.height, coder.pix_fmt, coder.framerate, coder.time_base = (
        256,
        144,
        "yuv420p",
        RATE,
        1 / RATE,
    )
    coder.flags |= av.codec.context.Flags.global_header
    coder.options = {"x264-params": "bframes=0"}  # another kind of picture order
    coder.open()
    assert layout(coder.extradata) is None
    assert layout(picture_set()) is None
    assert Layout(4, 6, 144).macroblocks == 256 * 144 // 256
