"""Several commands at once, and a course that is broken off: whole films, identical bytes, nothing
left behind."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from gptviz.errors import RenderFailed
from gptviz.render.editions import Edition
from gptviz.render.find import pick_scenes
from gptviz.render.job import perform
from gptviz.render.plan import Planner, Wish
from gptviz.render.produce import Studio
from gptviz.render.project import open_project
from tests.render.test_job import PATIENCE, film, leftovers, until, workers
from tests.toy import Toy, build

pytestmark = pytest.mark.slow


def test_two_films_at_once_are_those_that_are_made_alone(rendered: Toy, toy: Toy) -> None:
    commands = [("render", name, "--quality", "l") for name in ("tiny", "other")]
    with toy.start(*commands[0]) as first, toy.start(*commands[1]) as second:
        errors = [process.communicate(timeout=PATIENCE)[1] for process in (first, second)]
    assert (first.returncode, second.returncode, errors) == (0, 0, ["", ""])
    for name in ("tiny", "other"):
        for suffix in (".mp4", ".srt", ".vtt", ".png", ".json"):
            assert (
                film(toy, name).with_suffix(suffix).read_bytes()
                == film(rendered, name).with_suffix(suffix).read_bytes()
            ), name + suffix
    assert not leftovers(toy)


def test_two_recorders_write_what_one_writes(tmp_path: Path, folder_1024: Path) -> None:
    alone, both = build(tmp_path / "alone"), build(tmp_path / "both")
    command = ("record", "tiny", "--model", str(folder_1024))
    run = alone.run(*command)
    assert run.code == 0, run.err
    with both.start(*command) as first, both.start(*command) as second:
        errors = [process.communicate(timeout=PATIENCE)[1] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), errors
    assert all(not err or "waiting" in err for err in errors), errors
    folders = [toy.root / "recordings" / "reader" / "tiny" for toy in (alone, both)]
    files = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders]
    assert files[0] == files[1] and sorted(files[0]) == ["row.json", "row.safetensors"]


def test_a_worker_ends_with_the_process_that_started_it(toy: Toy) -> None:
    """Killed while a film is drawn that would take a day: no worker goes on drawing for nobody."""
    toy.scene("other").write_text(
        toy.scene("other").read_text().replace("wait(0.2)", "wait(100000)")
    )
    with toy.start("render", "other", "--quality", "l") as process:
        assert until(lambda: bool(workers(toy)))
        time.sleep(1)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert until(lambda: not workers(toy), 5)


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet collected does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_course_is_broken_off(toy: Toy) -> None:
    """Ctrl-C with one film finished and one being made, whose worker has a child of its own."""
    child = toy.root / "child"
    started = f"open({str(child)!r}, 'w').write(str(__import__('subprocess').Popen(['sleep', '86400']).pid))"
    toy.scene("other").write_text(
        toy.scene("other")
        .read_text()
        .replace("self.wait(0.2)", f"{started}\n            self.wait(100000)")
    )
    with toy.start("course", "--quality", "l", "--jobs", "2") as process:
        assert until(
            lambda: (
                film(toy, "tiny").with_suffix(".json").exists()
                and child.exists()
                and child.read_text()
            )
        )
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        took = time.monotonic() - began
    assert process.returncode == 130 and "Traceback" not in err and out == ""
    assert took < 5 and not workers(toy)
    assert not alive(int(child.read_text()))
    assert (
        not film(toy).exists()
        and not leftovers(toy)
        and not (toy.root / "media" / "course").exists()
    )
    assert toy.run("render", "tiny", "--quality", "l").lines[0].startswith("tiny: up to date")


class Silent:
    """A watcher that nothing has to be told to."""

    def begun(self, *_: object) -> None: ...
    def heard(self, *_: object) -> None: ...
    def waiting(self, *_: object) -> None: ...
    def ended(self, *_: object) -> None: ...


@pytest.mark.parametrize("harm", ["truncated", "zeroed", "of half the length", "empty"])
def test_a_staged_film_that_is_damaged_is_not_published(
    rendered: Toy, tmp_path: Path, harm: str
) -> None:
    """The worker has drawn the film, and its file is spoilt before it is published."""
    shutil.copytree(rendered.root, tmp_path / "project")
    toy = Toy(tmp_path / "project", rendered.package)
    before = {name: (toy.root / name).read_bytes() for name in toy.files() if "videos" in name}

    def spoilt(folder: Path, *arguments: object) -> None:
        perform(folder, *arguments)  # type: ignore[arg-type]
        path = folder / "film.mp4"
        data = path.read_bytes()
        if harm == "of half the length":
            shutil.copy(film(toy, "other"), path)
        else:
            path.write_bytes(
                {"truncated": data[: len(data) // 2], "zeroed": bytes(len(data)), "empty": b""}[
                    harm
                ]
            )

    planner = Planner(open_project(toy.root))
    plan = planner.plan(
        pick_scenes(planner.project, ["tiny"])[0],
        Edition("default", ("big", "small"), ()),
        Wish("l"),
    )
    [result] = Studio(planner, Silent(), 1, spoilt).make([plan], force=True)
    assert result.outcome == "failed" and isinstance(result.error, RenderFailed), result
    assert {
        name: (toy.root / name).read_bytes() for name in toy.files() if "videos" in name
    } == before
    assert not leftovers(toy)
