"""Films that Manim itself runs: ``manim -ql FILE CLASS``, and ``%%manim`` in a notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import av
import nbformat
import pytest
from nbclient import NotebookClient

from tests.toy import ROOT, TINY, Toy, build

PARTS = '"""What it draws."""\n\nfrom gptviz.drawing.base.text import Numeral as Shown\n'


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return build(tmp_path / "a.course" / "project")  # a dot in a path is nothing special


def seconds(film: Path) -> float:
    with av.open(str(film)) as container:
        assert container.duration is not None
        return container.duration / 1_000_000


def manim(toy: Toy, *arguments: str, edition: str = "default") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "GPTVIZ_EDITION": edition}
    return subprocess.run(
        [sys.executable, "-m", "manim", "-ql", "--media_dir", "made", *arguments],
        cwd=toy.root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_manim_draws_a_film_of_the_project(toy: Toy) -> None:
    """The same film, of the same length to a frame, as its own renderer makes; a film in a folder
    finds the files beside it, and sections are Manim's."""
    folder = toy.root / "scenes" / "words" / "split"
    folder.mkdir()
    (folder / "parts.py").write_text(PARTS)
    film = TINY.replace("Tiny", "Split").replace(
        "from gptviz.drawing.base.text import Numeral\n", ""
    )
    film = film.replace("\n\n\nclass", "\n\nfrom .parts import Shown\n\n\nclass", 1)
    (folder / "film.py").write_text(film.replace("Numeral(", "Shown("))
    for edition in ("big", "small"):
        for end in (".json", ".safetensors"):
            source = toy.root / "recordings" / edition / "tiny" / f"row{end}"
            if source.exists():
                copy = toy.root / "recordings" / edition / "split" / f"row{end}"
                copy.parent.mkdir(exist_ok=True)
                copy.write_bytes(source.read_bytes())
    rendered = toy.run("render", "split", "--quality", "l")
    assert rendered.code == 0, rendered.err
    ran = manim(toy, "--save_sections", "scenes/words/split/film.py", "Split")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (made,) = (toy.root / "made").rglob("Split.mp4")
    assert seconds(made) == pytest.approx(seconds(Path(rendered.lines[-1])), abs=1 / 15)
    assert len([*(toy.root / "made").rglob("sections/*.mp4")]) == 2


@pytest.mark.slow
def test_manim_says_what_is_not_recorded(toy: Toy) -> None:
    ran = manim(toy, "scenes/words/tiny.py", "Tiny", edition="nobody")
    assert ran.returncode != 0
    told = " ".join((ran.stdout + ran.stderr).split())
    assert "no recording of row in the edition nobody" in told


@pytest.mark.slow
def test_a_notebook_draws_a_film_that_is_typed_there(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    cell = nbformat.v4.new_code_cell
    notebook = nbformat.v4.new_notebook(
        cells=[cell("from manim import *"), cell(f"%%manim -v ERROR -ql Tiny\n{TINY}")]
    )
    NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(toy.root)}},
    ).execute()
    rendered = toy.run("render", "tiny", "--quality", "l")
    made = [path for path in (toy.root / "media").rglob("*.mp4") if "Tiny" in path.name]
    assert made and seconds(made[0]) == pytest.approx(seconds(Path(rendered.lines[-1])), abs=1 / 15)
