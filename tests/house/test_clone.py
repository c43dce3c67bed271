"""An empty clone, a machine's own Python, one command: the film softmax. Run by ``make test-clone``
and ``.ci/run``."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import av
import pytest

from gptviz.recording.store import Store
from gptviz.render.probe import probe
from tests.toy import ROOT

pytestmark = [pytest.mark.clone, pytest.mark.timeout(3000)]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is committed, and nothing else."""
    folder = tmp_path_factory.mktemp("clone") / "gptviz"
    subprocess.run(
        ["git", "-c", "safe.directory=*", "clone", "--quiet", str(ROOT), str(folder)], check=True
    )
    return folder


def make(clone: Path, *arguments: str) -> str:
    outside = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("GPTVIZ_", "PYTHON", "MAKE", "MFLAGS", "VIRTUAL_ENV"))
    }
    path = os.pathsep.join(
        part for part in outside["PATH"].split(os.pathsep) if not part.startswith(str(ROOT))
    )
    run = subprocess.run(
        ["make", *arguments],
        cwd=clone,
        env={**outside, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-4000:]
    return run.stdout


def test_one_command_makes_the_film(clone: Path) -> None:
    film = Path(make(clone, "render", "SCENE=softmax", "QUALITY=l").splitlines()[-1])
    assert film.is_relative_to(clone / "media" / "videos" / "default" / "l")
    facts = probe(film)
    assert (facts.width, facts.height, facts.fps) == (854, 480, 15)
    assert facts.frames == round(facts.duration * 15) >= 60 * 15, "a whole film, not a piece of one"
    with av.open(str(film)) as container:
        assert sum(1 for _ in container.decode(video=0)) == facts.frames
    row = Store(clone / "recordings").read("gpt2", "softmax", "row")
    assert "planet" in film.with_suffix(".srt").read_text(encoding="utf-8")
    assert str(row.tokens("top")[0]) == " planet"
    packages = {
        path.name.split("-")[0]
        for path in (clone / ".venv").glob("lib/python3*/site-packages/*.dist-info")
    }
    assert "manim" in packages and not packages & {"torch", "transformers", "gensim", "pytest"}


def test_the_second_time_it_is_up_to_date(clone: Path) -> None:
    began = time.monotonic()
    lines = make(clone, "render", "SCENE=softmax", "QUALITY=l").splitlines()
    print(f"up to date in {time.monotonic() - began:.2f} s")
    assert "up to date" in lines[0] and len(lines) == 2
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True
    )
    assert status.stdout == "", "rendering leaves the checkout clean"
