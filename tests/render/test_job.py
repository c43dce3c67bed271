"""A film is made whole or not at all: real processes, really killed, really at the same time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from gptviz.render.locks import exclusive, staging, sweep
from tests.toy import Toy, as_folder

PATIENCE = 60.0  # seconds, for machines that are busy


def until(condition: Callable[[], bool], patience: float = PATIENCE) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.005)
    return False


def workers(toy: Toy) -> list[str]:
    """The worker processes of a project that are alive."""
    run = subprocess.run(
        ["ps", "-ww", "-e", "-o", "stat=", "-o", "args="],
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        line
        for line in run.stdout.splitlines()
        if "gptviz.render.worker" in line and str(toy.root) in line and not line.startswith("Z")
    ]


def leftovers(toy: Toy) -> list[str]:
    return sorted(
        name
        for name in toy.files()
        if ".staging" in name or ".part-" in name or name.endswith(".damaged")
    )


def film(toy: Toy, name: str = "other") -> Path:
    return toy.videos / "default" / "l" / f"{name}.mp4"


def test_what_is_published(rendered: Toy) -> None:
    manifest = json.loads(film(rendered, "tiny").with_suffix(".json").read_text())
    with av.open(str(film(rendered, "tiny"))) as container:
        stream = container.streams.video[0]
        pictures = sum(1 for _ in container.decode(stream))
        assert (stream.width, stream.height, stream.average_rate) == (854, 480, 15)
        assert container.metadata["title"] == "What comes next?"
        chapters = [
            (str(mark["metadata"]["title"]), float(mark["start"] * mark["time_base"]))
            for mark in container.chapters()
        ]
    sections = manifest["sections"]
    texts = ["A model has read a prompt.", "Next comes \u201cgirl\u201d, says the model."]
    assert [section["text"] for section in sections] == texts
    assert chapters == [
        (section["text"], pytest.approx(section["start"], abs=0.001)) for section in sections
    ]
    assert pictures == manifest["video"]["frames"]
    assert (
        pictures / 15 == pytest.approx(sections[-1]["end"], abs=0.001) and sections[0]["start"] == 0
    )
    captions = film(rendered, "tiny").with_suffix(".srt").read_text()
    assert texts[0] in captions and texts[1] in captions and captions.count("-->") == 2
    assert film(rendered, "tiny").with_suffix(".vtt").read_text().startswith("WEBVTT\n")
    assert film(rendered, "tiny").with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    assert manifest["recordings"]["row"]["provenance"]["model"] == "big model"
    assert not leftovers(rendered)


def test_alone_or_beside_others_the_same_bytes(rendered: Toy, toy: Toy) -> None:
    run = toy.run("render", "tiny", "--quality", "l", "--jobs", "1")
    assert run.code == 0, run.err
    assert run.lines[0].startswith("tiny: rendered in") and run.lines[0].endswith(
        "from the recordings of big"
    )
    assert run.lines[-1] == str(film(toy, "tiny")) and run.err == ""
    for suffix in (".mp4", ".srt", ".vtt", ".png", ".json"):
        alone, beside = (
            film(each, "tiny").with_suffix(suffix).read_bytes() for each in (toy, rendered)
        )
        assert alone == beside, suffix


def test_one_beat_is_had_early_and_not_published(toy: Toy) -> None:
    source = toy.scene("tiny").read_text()
    after = '        with self.beat("Next comes'
    assert after in source  # the first beat is followed by something that belongs to none
    longer = source.replace(after, f"        self.clear_stage()\n        self.add(number)\n{after}")
    toy.scene("tiny").write_text(
        longer.replace("    row = Need", "    cards = True\n    row = Need")
    )
    for beat in ("1", "2"):
        run = toy.run("render", "tiny", "--quality", "l", "--preview-beat", beat)
        assert run.code == 0, run.err
        with av.open(run.lines[-1]) as container:
            assert container.duration / 1e6 < 4.5, "a beat, not the film of two"
    assert not film(toy, "tiny").exists()
    toy.scene("tiny").write_text(source)
    assert toy.run("render", "tiny", "--quality", "l", "--preview-beat", "3").code == 1


MOMENTS = {
    "the folder is there": "",
    "the job is written": "*/job.json",
    "Manim has begun": "*/manim/**/*",
    "the film is drawn": "*/film.mp4",
    "the film is ready to be published": "*/published.mp4",
}


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment(rendered: Toy, toy: Toy, moment: str) -> None:
    root = toy.root / "media" / ".staging"
    with toy.start("render", "other", "--quality", "l") as process:
        pattern = f"[0-9]*-*/{MOMENTS[moment]}".rstrip("/")
        assert until(
            lambda: (
                any(path for path in root.glob(pattern) if not path.name.endswith(".owner"))
                or process.poll() is not None
            )
        )
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert until(lambda: not workers(toy), 5), "the worker outlived the process that started it"
    published = film(toy).with_suffix(".json").exists()
    assert published is (process.returncode == 0)
    run = toy.run("render", "other", "--quality", "l")
    assert run.code == 0, run.err
    assert film(toy).read_bytes() == film(rendered).read_bytes() and not leftovers(toy)


def test_a_worker_that_dies_is_reported(toy: Toy) -> None:
    with toy.start("render", "other", "--quality", "l") as process:
        assert until(lambda: bool(workers(toy)))
        found = subprocess.run(
            ["pgrep", "-f", f"gptviz.render.worker {toy.root}"],
            capture_output=True,
            text=True,
            check=True,
        )
        os.kill(int(found.stdout.split()[0]), signal.SIGKILL)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1 and "SIGKILL" in err and "Traceback" not in err
    assert not film(toy).exists() and not leftovers(toy)


def test_interrupted_with_children_gone_and_finished_films_kept(toy: Toy) -> None:
    toy.scene("endless").write_text(
        toy.scene("other")
        .read_text()
        .replace("wait(0.2)", "wait(100000)")
        .replace("class Other", "class Endless")
    )
    with toy.start("render", "other", "endless", "--quality", "l") as process:
        assert until(lambda: film(toy).with_suffix(".json").exists() and bool(workers(toy)))
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
        took = time.monotonic() - began
    assert process.returncode == 130 and "Traceback" not in err
    assert took < 5 and not workers(toy)
    assert film(toy).exists() and not film(toy, "endless").exists() and not leftovers(toy)


def test_two_at_once_make_one_film(rendered: Toy, toy: Toy) -> None:
    command = ("render", "other", "--quality", "l")
    with toy.start(*command) as first, toy.start(*command) as second:
        outputs = [process.communicate(timeout=PATIENCE) for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0)
    assert sorted("up to date" in out for out, _ in outputs) == [False, True]
    waited = next(err for out, err in outputs if "up to date" in out)
    assert f"process {first.pid}" in waited or f"process {second.pid}" in waited
    assert film(toy).read_bytes() == film(rendered).read_bytes() and not leftovers(toy)


def test_a_film_that_breaks_does_not_stop_the_others(toy: Toy) -> None:
    source = toy.scene("other").read_text()
    toy.scene("broken").write_text(source.replace("self.wait(0.2)", "raise ValueError('oh dear')"))
    run = toy.run("render", "--all", "--quality", "l", "--jobs", "2")
    assert run.code == 1
    assert (
        "broken" in run.err
        and "ValueError: oh dear" in run.err
        and "scenes/words/broken.py, line 11: raise ValueError('oh dear')" in run.err
        and "Traceback" not in run.err
    )
    outcomes = {line.split()[0]: line for line in run.lines[1:]}
    assert (
        "failed" in outcomes["broken"]
        and "rendered" in outcomes["tiny"]
        and "rendered" in outcomes["other"]
    )
    assert (
        film(toy, "tiny").exists()
        and film(toy).exists()
        and not film(toy, "broken").exists()
        and not leftovers(toy)
    )
    assert "Traceback" in toy.run("render", "broken", "--quality", "l", "--debug").err


@pytest.mark.slow
def test_the_stock_engine_makes_films_at_quality_l_and_where_a_path_holds_an_apostrophe(
    toy: Toy,
) -> None:
    run = toy.run("render", "tiny", "--stock", "--quality", "l", "--media", "it's media")
    assert run.code == 0 and (toy.root / "it's media/videos/default/l/tiny.mp4").is_file(), run.err


def test_a_file_where_the_media_folder_should_be_is_said(toy: Toy) -> None:
    (toy.root / "taken").write_text("a file")
    for place in ("taken", "taken/media"):
        run = toy.run("status", "--media", place)
        assert run.code == 2 and f"--media {place} is no folder" in run.err
        assert len(run.err.splitlines()) == 2


@pytest.mark.slow
def test_a_film_of_parts_is_drawn_as_it_was_planned(toy: Toy) -> None:
    folder = as_folder(toy, "other")
    run = toy.run("render", "other", "--quality", "l")
    assert run.code == 0, run.err
    for judge in ("audit", "inspect"):
        run = toy.run(judge, "other")
        assert run.code == 0, run.err
    (folder / "parts.py").write_text("\n\nLENGTH = 1 / 0\n")
    run = toy.run("render", "other", "--quality", "l")
    assert run.code == 1 and "division by zero" in run.err
    assert "scenes/words/other/parts.py, line 3: " in run.err


def test_a_full_disk_leaves_the_old_film(rendered: Toy, tmp_path: Path) -> None:
    toy = Toy(tmp_path / "copy", rendered.package)
    shutil.copytree(rendered.root, toy.root)
    before = film(toy, "tiny").read_bytes()
    assert len(before) > 12_000
    command = f"ulimit -f 8; exec {sys.executable} -m gptviz render tiny --quality l --force"
    run = subprocess.run(
        ["bash", "-c", command],
        cwd=toy.root,
        env=toy.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert run.returncode == 1 and "no space left" in run.stderr and "MB" in run.stderr, run.stderr
    assert film(toy, "tiny").read_bytes() == before and not leftovers(toy)
    assert toy.run("render", "tiny", "--quality", "l").lines[0].startswith("tiny: up to date")


@pytest.mark.parametrize(
    "link",
    [
        "media/videos",
        "media/videos/default",
        "media/videos/default/l",
        "media/.staging",
        "media/.locks",
    ],
)
def test_links_that_lead_out_are_not_followed(toy: Toy, tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    path = toy.root / link
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(outside)
    run = toy.run("render", "other", "--quality", "l")
    assert run.code == 1 and "symbolic link" in run.err
    assert not list(outside.rglob("*"))


def test_a_dead_holder_s_lock_is_taken_over(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from gptviz.render.locks import exclusive\n"
        "with exclusive(Path(sys.argv[1]), 'film', print):\n    print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        told: list[str] = []

        def waiting(process: str) -> None:
            told.append(process)
            holder.kill()

        with exclusive(tmp_path, "film", waiting):
            assert told == [str(holder.pid)]


def test_only_the_folders_of_the_dead_are_swept(tmp_path: Path) -> None:
    with staging(tmp_path) as mine:
        root = mine.parent
        (root / "1-dead").mkdir()
        (root / "1-dead.owner").touch()
        (root / "2-orphan").mkdir()
        assert sweep(root) == ["1-dead", "2-orphan"]
        assert mine.is_dir() and sorted(path.name for path in root.iterdir()) == [
            mine.name,
            mine.name + ".owner",
        ]
    assert not mine.exists()
