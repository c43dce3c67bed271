"""Chapters are joined without encoding again, editions run in step, and the page works in a
browser."""

from __future__ import annotations

import functools
import http.server
import json
import queue
import re
import shutil
import subprocess
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from gptviz.course.comparing import label, side_by_side, steps
from gptviz.course.joining import Part, join
from gptviz.course.page import ChapterOnPage, FilmOnPage, page
from gptviz.errors import RenderFailed
from gptviz.render.captions import cues, webvtt
from gptviz.render.probe import with_chapters
from gptviz.render.project import About
from gptviz.voice.sound import RATE
from gptviz.voice.track import sound_of

FPS, WIDTH, HEIGHT = 10, 64, 36


def film(
    folder: Path, name: str, shades: list[int], seconds: list[float], width: int = WIDTH
) -> Part:
    """A film whose beats are of one grey each, so that a frame tells its beat."""
    raw, path = folder / f"{name}-raw.mp4", folder / f"{name}.mp4"
    sections, begin = [], 0.0
    with av.open(str(raw), "w") as writer:
        stream = writer.add_stream("libx264", rate=FPS, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = width, HEIGHT, "yuv420p"
        for i, (shade, length) in enumerate(zip(shades, seconds, strict=True)):
            for _ in range(round(length * FPS)):
                frame = av.VideoFrame.from_ndarray(
                    np.full((HEIGHT, width, 3), shade, np.uint8), format="rgb24"
                )
                writer.mux(stream.encode(frame))
            sections.append(
                {
                    "name": f"{i + 1:02d}",
                    "start": begin,
                    "end": begin + length,
                    "text": f"{name} {i}",
                    "captions": [{"start": begin, "lines": [f"{name} {i} <&>"]}],
                    "shows": [],
                }
            )
            begin += length
        writer.mux(stream.encode(None))
    with_chapters(raw, path, name, sections)
    return Part(path, name, sections, begin)


def greys(path: Path) -> list[tuple[float, float]]:
    """Mean grey of the left and of the right half of every frame, without the band with labels."""
    with av.open(str(path)) as reader:
        pictures = [frame.to_ndarray(format="gray")[-HEIGHT:] for frame in reader.decode(video=0)]
    half = pictures[0].shape[1] // 2
    return [(float(p[:, :half].mean()), float(p[:, half:].mean())) for p in pictures]


def test_a_chapter_holds_its_films_whole(tmp_path: Path) -> None:
    first, second = (
        film(tmp_path, "first", [40, 120], [1.0, 1.5]),
        film(tmp_path, "second", [200], [2.0]),
    )
    facts, spoken = join([first, second], tmp_path / "chapter.mp4", "A chapter")
    assert (facts.frames, facts.duration) == (45, pytest.approx(4.5))
    shades = [left for left, _ in greys(tmp_path / "chapter.mp4")]
    assert shades[5] < 60 < shades[15] < 150 < shades[30]
    with av.open(str(tmp_path / "chapter.mp4")) as reader:
        marks = [
            (float(c["start"] * Fraction(c["time_base"])), c["metadata"]["title"])
            for c in reader.chapters()
        ]
    assert marks == [(0.0, "first"), (2.5, "second")]
    assert [(cue.start, cue.end) for cue in spoken] == [(0.0, 1.0), (1.0, 2.5), (2.5, 4.5)]


def test_a_chapter_speaks_where_its_films_do(tmp_path: Path) -> None:
    """A click in each of two films, and one without sound between them: none drifts."""
    parts = [film(tmp_path, name, [40], [1.7]) for name in ("first", "silent", "last")]
    for number in (0, 2):
        sound = np.zeros(round(1.7 * RATE), np.float32)
        sound[RATE : RATE + 200] = np.sin(np.arange(200) / 5)
        spoken = tmp_path / f"{number}.mp4"
        with_chapters(parts[number].film, spoken, "", list(parts[number].sections), sound)
        parts[number] = replace(parts[number], film=spoken, voiced=True)
    facts, _ = join(parts, tmp_path / "chapter.mp4", "A chapter")
    assert facts.sound == pytest.approx(5.1, abs=0.03)
    heard = sound_of(tmp_path / "chapter.mp4", 5.1)
    loud = np.nonzero(np.abs(heard) > 0.3)[0]
    begins = loud[np.diff(loud, prepend=-RATE) > 1000] / RATE
    assert list(begins) == pytest.approx([1.0, 1.7 + 1.7 + 1.0], abs=0.003)


def test_films_of_two_sizes_are_not_joined(tmp_path: Path) -> None:
    with pytest.raises(RenderFailed, match="does not fit"):
        join(
            [film(tmp_path, "a", [10], [1.0]), film(tmp_path, "b", [10], [1.0], width=128)],
            tmp_path / "c.mp4",
            "c",
        )


def test_two_editions_begin_every_beat_together(tmp_path: Path) -> None:
    left = film(tmp_path, "left", [40, 120, 220], [1.0, 2.0, 1.0])
    right = film(tmp_path, "right", [60, 160], [1.5, 1.0])
    facts = side_by_side(left, right, tmp_path / "both.mp4", ("gpt2 (GPT-2 small)", "mini"))
    assert (facts.width, facts.height) == (2 * WIDTH, HEIGHT + 2)
    seen = greys(tmp_path / "both.mp4")
    assert len(seen) == 15 + 20 + 10  # the longer of each beat; the third is the left one's alone
    assert seen[12] == (pytest.approx(40, abs=6), pytest.approx(60, abs=6))
    assert seen[16] == (pytest.approx(120, abs=6), pytest.approx(160, abs=6))
    assert seen[44] == (pytest.approx(220, abs=6), pytest.approx(160, abs=6))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("abc", "abc", [(0, 0), (1, 1), (2, 2)]),
        ("abc", "ac", [(0, 0), (1, 0), (2, 1)]),
        ("ac", "abc", [(0, 0), (0, 1), (1, 2)]),
        ("ab", "xb", [(0, 0), (1, 1)]),
        ("a", "abc", [(0, 0), (0, 1), (0, 2)]),
        ("", "a", [(-1, 0)]),
    ],
)
def test_beats_of_one_name_begin_together(
    left: str, right: str, expected: list[tuple[int, int]]
) -> None:
    assert steps(left, right) == expected


def test_a_label_is_written_and_fits() -> None:
    bands = [label(text, 854, 480) for text in ("gpt2", "mini", "long " * 100)]
    assert {band.shape for band in bands} == {(26, 854, 3)}
    assert all(band.max() > 150 for band in bands) and (bands[0] != bands[1]).any()
    assert (bands[2][:, :20] == bands[2][0, 0]).all(), "nothing stands at the edge"


def test_a_beat_that_one_side_lacks_is_waited_for(tmp_path: Path) -> None:
    left = film(tmp_path, "left", [40, 120, 220], [1.0, 1.0, 1.0])
    right = film(tmp_path, "right", [60, 160], [1.0, 1.0])
    right.sections[1]["name"] = "03"
    side_by_side(left, right, tmp_path / "both.mp4", ("one", "two"))
    seen = greys(tmp_path / "both.mp4")
    assert len(seen) == 30
    assert seen[15] == (pytest.approx(120, abs=8), pytest.approx(60, abs=8))
    assert seen[25] == (pytest.approx(220, abs=12), pytest.approx(160, abs=8))


def site(folder: Path) -> Path:
    part = film(folder, "film", [30, 90, 200], [1.0, 1.0, 2.0])
    captions = webvtt(cues(part.sections, part.duration))
    data: dict[str, Any] = {
        "title": "What <is> \u201cthis\u201d?",
        "video": {"duration": part.duration},
        "recordings": {
            "row": {
                "request": {"kind": "next_token", "prompt": "a <b>"},
                "digest": "0" * 64,
                "facts": {"top": [[" planet", 0.129]]},
                "provenance": {"model": "GPT-2 small", "parameters": 124_439_808},
            }
        },
    }
    chapter = ChapterOnPage(
        "one",
        "From vector to word",
        "film.mp4",
        captions,
        part.duration,
        [FilmOnPage("film", "film.mp4", "film.png", captions, data)],
    )
    target = folder / "index.html"
    target.write_text(
        page(About("A <course>", "Ada", "pt-BR", "CC BY 4.0"), [chapter]), encoding="utf-8"
    )
    return target


def test_the_page_asks_nobody_and_escapes_what_it_shows(tmp_path: Path) -> None:
    text = site(tmp_path).read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", text)
    assert '<html lang="pt-BR">' in text and "By Ada. Licence: CC BY 4.0." in text
    assert (
        "A &lt;course&gt;" in text
        and "What &lt;is&gt;" in text
        and "a &lt;b&gt;" in text
        and "124,439,808" in text
    )


CHECK = """<script>
window.onload = async () => {
  const video = document.querySelector('video'), track = video.textTracks[0];
  track.mode = 'showing'; video.muted = true;
  let played = false;
  try { await video.play(); played = true; } catch (error) { played = String(error); }
  await new Promise(done => setTimeout(done, 1500));
  const seen = {played, time: video.currentTime, cues: track.cues ? track.cues.length : -1,
                first: track.cues && track.cues.length ? track.cues[0].text : '', width: video.videoWidth,
                overflow: document.documentElement.scrollWidth - window.innerWidth};
  await fetch('/seen', {method: 'POST', body: JSON.stringify(seen)});
};
</script>"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no chromium on this machine")
def test_the_page_plays_in_a_browser_on_a_phones_width(tmp_path: Path) -> None:
    target = site(tmp_path)
    target.write_text(
        target.read_text(encoding="utf-8").replace("</html>", CHECK + "</html>"), encoding="utf-8"
    )
    told: queue.Queue[dict[str, Any]] = queue.Queue()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(tmp_path))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = subprocess.Popen(
        [
            "chromium",
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=500,900",
            "--no-first-run",
            "--autoplay-policy=no-user-gesture-required",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"http://127.0.0.1:{server.server_port}/{target.name}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        seen = told.get(timeout=60)
    finally:
        browser.kill()
        browser.wait()
        server.shutdown()
        server.server_close()
    assert seen["played"] is True and seen["time"] > 0
    assert (seen["cues"], seen["first"]) == (3, "film 0 &lt;&amp;&gt;")
    assert seen["width"] == WIDTH
    assert seen["overflow"] <= 0
