"""The README says what is so: its help is the command's, its example works, its files are there."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path

import pytest

from tests.toy import ROOT, Toy, build


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_help_is_the_command_s() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "readme.py"))
    assert tool["with_help"](readme()) == readme(), "run: python tools/readme.py"
    assert "Usage: gptviz render" in readme()


def test_its_files_are_there() -> None:
    named = re.findall(r"\]\(([^)#]+)\)", readme()) + re.findall(r"^\| `([^`<]+)`", readme(), re.M)
    assert len(named) > 8
    assert not [name for name in named if not (ROOT / name).exists() and name != "media/"]


def test_its_make_targets_are_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert {target for target in re.findall(r"make ([a-z-]+)", readme())} <= targets


def test_the_recipes_name_what_is_there() -> None:
    """Files, folders, targets and modules of CONTRIBUTING.md and docs/architecture.md."""
    recipes = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:gptviz|tests|docs|scenes)/[\w/.]+)`", recipes)
    assert len(named) >= 6 and not [name for name in named if not (ROOT / name).exists()]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"make ([a-z-]+)", recipes)) <= targets
    way = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\d+\. ", way, re.M)) <= 12
    modules = re.findall(r"`((?:sourcing|models|recorders|render|recording)\.\w+)", way)
    paths = [ROOT / "gptviz" / name.replace(".", "/") for name in modules]
    missing = [str(path) for path in paths if not path.with_suffix(".py").exists()]
    assert len(modules) >= 8 and missing == [str(ROOT / "gptviz" / "recorders" / "take")]


@pytest.fixture
def example(tmp_path: Path) -> Toy:
    toy = build(tmp_path / "project")
    found = re.search(r"<!-- example: (\S+) -->\n```python\n(.*?)```", readme(), re.S)
    assert found is not None
    path = toy.root / found[1]
    path.parent.mkdir(parents=True)
    path.write_text(found[2], encoding="utf-8")
    assert len(found[2].strip().splitlines()) <= 40, "a film's first example fits on one screen"
    return toy


def test_its_example_works(example: Toy) -> None:
    run = example.run("record", "next_word", "--model", "mini")
    assert run.code == 0, run.err
    shutil.move(example.root / "recordings" / "mini", example.root / "recordings" / "small")
    run = example.run("render", "next_word", "--quality", "l")
    assert run.code == 0, run.err
    captions = Path(run.lines[-1]).with_suffix(".srt").read_text(encoding="utf-8")
    assert (
        "The model has read five tokens." in captions and "Its likeliest next word is" in captions
    )
    for judge in ("audit", "inspect"):
        run = example.run(judge, "next_word")
        assert run.code == 0, run.out + run.err
