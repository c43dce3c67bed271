"""gptviz as a product: what a wheel carries, what works in an empty folder, and projects that
``init`` makes."""

from __future__ import annotations

import io
import json
import re
import runpy
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from gptviz.cli import main
from gptviz.recorders.verify import bundled, verify
from gptviz.recording.store import Store
from gptviz.render.project import About, Chapter, open_project, shipped_course
from tests.toy import ROOT, Run, Toy, row

TEMPLATE = ROOT / "gptviz" / "commands" / "templates" / "project"
Init = Callable[..., Run]


@pytest.fixture(scope="module")
def building() -> Iterator[dict[str, Any]]:
    """What tools/building.py defines; setuptools leaves nothing on the path of this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path])
        yield runpy.run_path(str(ROOT / "tools" / "building.py"))


@pytest.fixture
def empty(tmp_path: Path) -> Toy:
    """A folder that belongs to no project."""
    (tmp_path / "empty").mkdir()
    return Toy(tmp_path / "empty")


def test_outside_a_project_the_course_is_read_where_it_lies_and_nothing_is_written_there(
    empty: Toy,
) -> None:
    project = open_project(empty.root)
    assert project.shipped and project.root == ROOT == shipped_course().root
    assert (project.recordings, project.media) == (
        empty.root / "recordings",
        empty.root / "media",
    )
    own, store = row(prompt="its own"), project.store
    assert store.read("gpt2", "softmax", "row").request != own.request
    store.write("gpt2", "softmax", "row", own)
    assert (empty.root / "recordings" / "gpt2" / "softmax" / "row.json").is_file()
    assert project.store.read("gpt2", "softmax", "row").request == own.request
    assert Store(ROOT / "recordings").read("gpt2", "softmax", "row").request != own.request
    assert "word2vec-googlenews" in store.editions()


def test_recordings_in_another_folder_are_those_alone(empty: Toy) -> None:
    elsewhere = open_project(empty.root).elsewhere("other")
    assert not elsewhere.store.has("gpt2", "softmax", "row")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("list",), "softmax"),
        (("--help",), "init"),
        (("gallery", "--list"), "number_matrix"),
        (("doctor",), "the course that came with gptviz"),
    ],
)
def test_what_works_anywhere(empty: Toy, command: tuple[str, ...], expected: str) -> None:
    run = empty.run(*command)
    assert run.code == 0 and expected in run.out, run.err
    assert empty.files() == set()


@pytest.fixture
def init(empty: Toy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Init:
    """``gptviz init`` in this process."""

    def run(*arguments: str, where: Toy = empty) -> Run:
        monkeypatch.chdir(where.root)
        return Run(main(["init", *arguments]), *capsys.readouterr())

    return run


@pytest.mark.slow
def test_a_project_is_whole_and_its_film_renders_at_once(empty: Toy, init: Init) -> None:
    about = ("--title", 'A "course"\\', "--author", "Ada", "--language", "pt-BR")
    run, toy = init("my-course", *about), Toy(empty.root / "my-course")
    assert run.code == 0 and "gptviz render next_word" in run.err
    assert run.lines == [str(toy.root)]
    assert toy.files() == {
        ".github/workflows/course.yml",
        ".gitignore",
        "README.md",
        "course.toml",
        "recordings/mini/next_word/row.json",
        "recordings/mini/next_word/row.safetensors",
        "scenes/mine/next_word.py",
    }
    read = open_project(toy.root).about
    assert (read.title, read.author, read.language) == ('A "course"\\', "Ada", "pt-BR")
    run = toy.run("render", "next_word", "--quality", "l")
    assert run.code == 0 and Path(run.lines[-1]).is_relative_to(toy.root / "media"), run.err
    assert toy.run("audit", "next_word").code == 0
    assert "gptviz audit next_word" in (toy.root / "README.md").read_text()
    assert set(empty.root.iterdir()) == {toy.root}


@pytest.mark.slow
def test_the_example_s_recording_is_what_the_bundled_model_computes() -> None:
    store = Store(TEMPLATE / "recordings")
    found = list(verify(store, ["mini"], bundled()))
    assert [(each.scene, each.need, each.ok) for each in found] == [("next_word", "row", True)]
    assert found[0].outcome in ("same", "close")


def test_the_readme_s_example_is_the_project_s() -> None:
    example = (TEMPLATE / "scenes" / "mine" / "next_word.py").read_text()
    assert f"```python\n{example}```" in (ROOT / "README.md").read_text()


def test_films_of_the_course_are_copied_with_what_they_are_drawn_from(
    empty: Toy, init: Init
) -> None:
    toy = Toy(empty.root / "mine")
    assert init("mine", "--from", "softmax").code == 0
    project = open_project(toy.root)
    assert [chapter.films for chapter in project.chapters] == [("softmax",)]
    [film] = json.loads(toy.run("status", "--json").out)["films"]
    assert (film["scene"], film["why"]) == ("softmax", "not rendered yet")
    source = shipped_course()
    for path in (toy.root / "recordings").rglob("*.json"):
        where = path.relative_to(toy.root / "recordings")
        assert path.read_bytes() == (source.recordings / where).read_bytes()
    run = init(".", "--from", "topk_topp", where=toy)
    assert run.code == 0 and 'films = ["topk_topp"]' in run.err and "[film.topk" in run.err
    with (toy.root / "course.toml").open("a") as file:
        file.write("".join(run.err.splitlines(keepends=True)[1:]))
    assert open_project(toy.root).orders.keys() == {"softmax", "topk_topp"}
    again = init(".", "--from", "topk_topp", where=toy)
    assert again.code == 2 and "is there already" in again.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("full",), "is not empty"),
        (("new", "--from", "sofmax"), "softmax"),
    ],
)
def test_what_is_refused_leaves_nothing(
    empty: Toy, init: Init, arguments: tuple[str, ...], expected: str
) -> None:
    (empty.root / "full").mkdir()
    (empty.root / "full" / "mine.txt").write_text("mine")
    run = init(*arguments)
    assert run.code == 2 and expected in run.err
    assert {path.name for path in empty.root.rglob("*")} == {"full", "mine.txt"}


def test_the_page_on_courses_names_all_that_a_course_may_say() -> None:
    page = (ROOT / "docs" / "course.md").read_text()
    rows = "\n".join(line for line in page.splitlines() if line.startswith("|"))
    for name in (*About.__dataclass_fields__, *Chapter.__dataclass_fields__, "model", "vectors"):
        assert f"`{name}`" in rows, name
    for name in ("[course]", "[defaults]", "[[chapter]]", "[film.NAME]", "needs.NEED"):
        assert f"`{name}`" in rows, name


def test_links_hold_on_a_package_index(building: dict[str, Any]) -> None:
    text = "![a](media/x.png) [docs](docs/a.md), [there](https://example.org/b), [here](#c)"
    other = "[there](https://example.org/b), [here](#c)"
    assert building["for_index"](text, None) == f" docs, {other}"
    assert building["for_index"](text, "https://example.org/g") == (
        "![a](https://example.org/g/raw/HEAD/media/x.png) "
        f"[docs](https://example.org/g/blob/HEAD/docs/a.md), {other}"
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a source distribution of what git would commit."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(
        ["cp", "--parents", "-t", str(source), *filter(None, names.decode().split("\0"))],
        cwd=ROOT,
        check=False,  # a file that was deleted and is not committed as such
    )
    code = "import sys; from setuptools import build_meta as b; b.build_sdist(sys.argv[1])"
    build = [sys.executable, "-c", code, str(target)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    options = ["wheel", "-q", "--no-index", "--no-deps", "--no-build-isolation", "-w", str(target)]
    subprocess.run([*pip, *options, str(next(target.glob("*.tar.gz")))], check=True)
    return next(target.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_carries_the_course_and_can_be_published(
    wheel: Path, building: dict[str, Any]
) -> None:
    assert wheel.stat().st_size < 40_000_000
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        about = message_from_bytes(
            archive.read(next(n for n in names if n.endswith("dist-info/METADATA")))
        )
    packed = {name.removeprefix("gptviz/shipped/") for name in names if "/shipped/" in name}
    assert packed == set(building["course_files"]()) and len(packed) > 200
    for part in ("models/bundled/mini/model.safetensors", "drawing/fonts/OFL.txt"):
        assert f"gptviz/{part}" in names
    for name in ("recordings/mini/next_word/row.json", "gitignore", "course.toml.jinja"):
        assert f"gptviz/commands/templates/project/{name}" in names
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]
    run = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", str(wheel)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0 and "PASSED" in run.stdout, run.stdout + run.stderr
    _check_readme(about)


def _check_readme(about: Message) -> None:
    """A package index renders it, and no link in it leads to a file that is not there."""
    from readme_renderer.markdown import render

    problems = io.StringIO()
    shown = render(str(about.get_payload()), stream=problems)
    assert shown is not None and "gptviz makes short films" in shown, problems.getvalue()
    assert not re.findall(r'(?:href|src)="(?!https?://|#)[^"]*"', shown)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command ``gptviz`` of an environment that holds this wheel, and the packages that are
    installed here in its second place."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    alone = Toy(folder).environment(PYTHONPATH="")
    install = ["install", "-q", "--no-index", "--no-deps", str(wheel)]
    subprocess.run([*pip, *install], cwd=folder, env=alone, check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "gptviz"


def use(command: Path, folder: Path, *arguments: str) -> Run:
    outside = Toy(folder).environment(PYTHONPATH="")
    run = subprocess.run(
        [str(command), *arguments],
        cwd=folder,
        env=outside,
        capture_output=True,
        text=True,
        check=False,
    )
    return Run(run.returncode, run.stdout, run.stderr)


@pytest.mark.slow
def test_what_is_installed_makes_films_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    package = next(installed.parents[1].glob("lib/python*/site-packages/gptviz"))
    before = {path for path in package.rglob("*") if "__pycache__" not in path.parts}
    assert "came with gptviz" in use(installed, tmp_path, "doctor").out
    assert list(tmp_path.iterdir()) == []
    run = use(installed, tmp_path, "render", "softmax", "--quality", "l")
    assert run.code == 0, run.err
    assert Path(run.lines[-1]) == tmp_path / "media" / "videos" / "default" / "l" / "softmax.mp4"
    run = use(installed, tmp_path, "record", "softmax", "--model", "mini")
    assert run.code == 0 and (tmp_path / "recordings" / "mini" / "softmax").is_dir(), run.err
    assert use(installed, tmp_path, "init", "mine").code == 0
    run = use(installed, tmp_path / "mine", "render", "next_word", "--quality", "l")
    assert run.code == 0 and Path(run.lines[-1]).is_relative_to(tmp_path / "mine"), run.err
    assert {path for path in package.rglob("*") if "__pycache__" not in path.parts} == before
