"""The fast renderer leaves one finished film, or none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import manim as m
import numpy as np
import pytest
from manim import RIGHT, Scene

from gptviz.errors import RenderFailed
from gptviz.render import fast
from gptviz.render.fast import convert
from gptviz.render.fast.camera import FastCamera
from gptviz.render.fast.encoder import Encoder, Form
from tests.render.comparing import settings


class Chapters(Scene):
    """Two sections of moving and standing pictures, 2.2 seconds."""

    def construct(self) -> None:
        square = m.Square(fill_opacity=1, color=m.BLUE)
        self.next_section("first")
        self.play(m.Create(square), run_time=0.5)
        self.wait(0.8)
        self.next_section("second")
        self.play(square.animate.shift(3 * RIGHT), run_time=0.5)
        self.wait(0.4)


class Fades(Scene):
    """Every frame in another grey: the n-th frame in 4 n of 255."""

    def construct(self) -> None:
        sheet = m.Rectangle(
            width=20, height=20, stroke_width=0, fill_opacity=1, fill_color="#000000"
        )
        count = iter(range(0, 256, 4))

        def brighten(mobject: m.Mobject) -> None:
            mobject.set_fill(m.ManimColor([next(count) / 255] * 3))

        self.add(sheet.add_updater(brighten, call_updater=False))
        self.wait(5.0, frozen_frame=False)


def render(scene: type[Scene], folder: Path, threads: int = 1, **options: Any) -> Scene:
    """Renders a scene with the fast renderer; its film is in ``folder``."""
    with settings(folder, **options):
        film = scene(renderer=fast.renderer(threads))
        film.render()
    return film


def made(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def pictures(path: Path) -> Iterator[Any]:
    """The frames of a film (height, width, RGB)."""
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


def test_a_film_is_one_file_with_all_frames(tmp_path: Path) -> None:
    film = render(Chapters, tmp_path)
    path = Path(film.renderer.file_writer.movie_file_path)
    assert made(tmp_path) == [path]
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        packets = [packet for packet in file.demux(stream) if packet.size]
        facts = (
            stream.codec_context.name,
            stream.pix_fmt,
            stream.width,
            stream.height,
            stream.average_rate,
        )
        keys = [float(packet.pts * packet.time_base) for packet in packets if packet.is_keyframe]
    assert facts == ("h264", "yuv420p", 480, 270, 10)
    assert len(packets) == 22
    assert film.renderer.time == pytest.approx(2.2)
    assert film.renderer.file_writer.section_starts() == [
        ("first", 0.0),
        ("second", pytest.approx(1.3)),
    ]
    assert keys == pytest.approx([0.0, 1.3])


def test_frames_are_encoded_in_order_while_others_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow:
        def __init__(self) -> None:
            self.real = av.video.reformatter.VideoReformatter()

        def reformat(self, *args: Any, **options: Any) -> Any:
            time.sleep(0.01)  # drawing runs far ahead
            return self.real.reformat(*args, **options)

    monkeypatch.setattr(convert, "VideoReformatter", Slow)
    film = render(Fades, tmp_path)
    levels = [picture.mean() for picture in pictures(film.renderer.file_writer.movie_file_path)]
    assert len(levels) == 50
    np.testing.assert_allclose(np.diff(levels), 4, atol=1.5)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_same_film_has_the_same_bytes(tmp_path: Path, threads: int) -> None:
    first, again = (
        Path(
            render(Chapters, tmp_path / name, threads, rate=30).renderer.file_writer.movie_file_path
        )
        for name in ("first", "again")
    )
    assert first.read_bytes() == again.read_bytes()


def test_frames_converted_in_parts_make_the_same_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Moved(Chapters):
        """A little square that moves over others, which lie still but are drawn with it."""

        def construct(self) -> None:
            little = m.Square(0.5, fill_opacity=1, stroke_width=3).shift((-3, -1.03, 0))
            self.add(
                m.ValueTracker(1.0), little, *(m.Circle(0.4).shift((x, 2, 0)) for x in (-5, 0, 5))
            )
            super().construct()
            self.play(little.animate.shift((2.7, 0.41, 0)), run_time=2.0)

    told: list[Any] = []
    hand_over = FastCamera.hand_over

    def tell(camera: FastCamera) -> Any:
        pixels, changed = hand_over(camera)
        told.append(changed)
        return pixels, changed

    monkeypatch.setattr(FastCamera, "hand_over", tell)
    in_parts = Path(render(Moved, tmp_path / "parts", rate=30).renderer.file_writer.movie_file_path)
    monkeypatch.setattr(FastCamera, "hand_over", lambda camera: (hand_over(camera)[0], None))
    whole = Path(render(Moved, tmp_path / "whole", rate=30).renderer.file_writer.movie_file_path)
    assert in_parts.read_bytes() == whole.read_bytes()
    parts = [_area(changed) for changed in told if changed is not None]
    assert len(parts) > 60, "hardly a frame was converted in parts: nothing was tested"
    assert np.mean(parts) < 0.4 * 480 * 270


def _area(boxes: list[tuple[int, int, int, int]]) -> int:
    return sum((right - left) * (bottom - top) for left, top, right, bottom in boxes)


def test_a_film_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    class Broken(Scene):
        def construct(self) -> None:
            self.play(m.Create(m.Square()))
            raise ValueError("the film's own mistake")

    with pytest.raises(ValueError, match="own mistake"):
        render(Broken, tmp_path)
    assert made(tmp_path) == []


def test_a_failure_of_the_encoder_is_raised_and_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").mkdir()
    writer = Encoder(
        tmp_path / "film.mp4" / "film.mp4",
        Form((480, 270), Fraction(10), {"preset": "no such preset"}),
    )
    frame = np.zeros((270, 480, 4), np.uint8)
    with pytest.raises(av.error.FFmpegError):
        for _ in range(100):
            writer.put(frame)
            time.sleep(0.01)
    assert made(tmp_path) == []


def test_the_earlier_film_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    target.write_bytes(b"the earlier film")
    writer = Encoder(target, Form((480, 270), Fraction(10), {"preset": "veryfast"}))
    writer.put(np.zeros((270, 480, 4), np.uint8), 5)
    assert target.read_bytes() == b"the earlier film"
    writer.finish()
    assert len(list(pictures(target))) == 5
    assert made(tmp_path) == [target]


def test_skipped_sections_are_neither_drawn_nor_in_the_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[float] = []
    paint = FastCamera._paint
    monkeypatch.setattr(
        FastCamera,
        "_paint",
        lambda self, plan, base: (painted.append(film_time()), paint(self, plan, base)),
    )

    class Preview(Chapters):
        def next_section(self, name: str = "", *args: Any, **options: Any) -> None:
            super().next_section(name, skip_animations=name != "second")

    with settings(tmp_path):
        film = Preview(renderer=fast.renderer(1))
        film_time = lambda: film.renderer.time  # noqa: E731
        film.render()
    assert len(list(pictures(film.renderer.file_writer.movie_file_path))) == 9
    assert min(painted) == pytest.approx(1.3)
    assert film.renderer.time == pytest.approx(2.2)


def test_subcaptions_lie_beside_the_film(tmp_path: Path) -> None:
    class Said(Scene):
        def construct(self) -> None:
            self.play(m.Create(m.Square()), run_time=0.5, subcaption="a square")

    path = Path(render(Said, tmp_path).renderer.file_writer.movie_file_path)
    assert "a square" in path.with_suffix(".srt").read_text(encoding="utf-8")


def test_it_makes_nothing_but_opaque_mp4s(tmp_path: Path) -> None:
    with (
        settings(tmp_path),
        m.tempconfig({"transparent": True}),
        pytest.raises(RenderFailed, match="mp4"),
    ):
        Chapters(renderer=fast.renderer())


def test_it_refuses_a_manim_that_it_was_not_proven_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fast.supported() is None
    monkeypatch.setattr(fast, "version", lambda _: "0.23.0")
    reason = fast.supported()
    assert reason is not None
    assert "0.23.0" in reason
    assert "0.22.0" in reason
