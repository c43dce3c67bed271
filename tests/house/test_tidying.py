"""What is kept in a project is listed, and what may go is removed on request and said."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gptviz.cli import main
from gptviz.commands.tidying import MADE
from gptviz.render.editions import edition_name, readable
from tests.toy import ROOT, Run, Toy, build, row

Runner = Callable[..., Run]

PROMPT = "Once upon a time"
NAME = edition_name("big", None, PROMPT)


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    toy = build(tmp_path / "project")
    toy.store.write(NAME, "tiny", "row", row(prompt=PROMPT))
    for edition in ("big", NAME):
        film = toy.videos / edition / "m" / "tiny.mp4"
        film.parent.mkdir(parents=True)
        film.write_bytes(b"0" * 2_000_000)
    return toy


@pytest.fixture
def run(toy: Toy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    def run(*arguments: str) -> Run:
        monkeypatch.chdir(toy.root)
        return Run(main(arguments), *capsys.readouterr())

    return run


def test_editions_are_listed_as_a_person_reads_them(toy: Toy, run: Runner) -> None:
    lines = run("editions").lines
    assert len(lines) == 3 and lines[1].split()[:2] == ["big", "big"]
    assert lines[2].startswith(f"{NAME}  big: \u201c{PROMPT}\u201d  big model ")
    assert re.search(r"1 +1 +2\.0 MB$", lines[2])
    assert readable(NAME, ["another"]) == NAME and readable("gpt2", [PROMPT]) == "gpt2"


def test_an_edition_of_a_prompt_is_removed_on_request_and_no_other(toy: Toy, run: Runner) -> None:
    before = toy.files()
    for name, why in (("big", "is not one of a prompt"), ("small", "there is no edition")):
        refused = run("editions", "--remove", NAME, "--remove", name)
        assert refused.code == 2 and why in refused.err and toy.files() == before
    lines = run("editions", "--remove", NAME).lines
    assert lines[0].startswith(f"removed {toy.root / 'recordings' / NAME} (")
    assert lines[1] == f"removed {toy.videos / NAME} (2.0 MB)"
    assert toy.files() == {name for name in before if NAME not in name}


def test_clean_says_what_it_removed(toy: Toy, run: Runner) -> None:
    kept = {name for name in toy.files() if not name.startswith("media/")}
    (toy.root / "media" / "inspect").mkdir()
    lines = run("clean").lines
    assert lines[0] == f"removed {toy.videos} (4.0 MB)" and len(lines) == 2
    assert toy.files() == kept
    assert run("clean").lines == [f"there was nothing to remove in {toy.root / 'media'}"]


def test_make_clean_removes_the_same(toy: Toy) -> None:
    recipe = re.search(r"for made in (.*); do", (ROOT / "Makefile").read_text())
    assert recipe is not None and tuple(recipe[1].split()) == MADE
