"""What a user names is data: no name of a film, an edition or a folder makes gptviz write outside
its folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gptviz.cli import main
from gptviz.errors import UnsafePath
from gptviz.recording.store import Store
from gptviz.render.manifest import Place
from tests.toy import Toy, build

#: The row of the table, one by one, for a project whose films are ``tiny`` and ``other``.
NAMES = [
    "Nope",
    "",
    "TINY",
    "tiny;rm",
    "../../x",
    "/etc/x",
    "ti\0ny",
    "\0",
    "t" * 300,
    "t\u0456ny",
    "\u0442iny",
    "tiny\u200b",
    "\uff54iny",
    "tiny.py",
    "./tiny",
    "words/tiny",
    "..",
    ".",
    "~",
    "tiny\r\nother",
]


def everything(folder: Path) -> set[tuple[str, int]]:
    """All that lies in a folder, with when it was changed."""
    return {(str(path), path.lstat().st_mtime_ns) for path in folder.rglob("*")}


@pytest.fixture
def inner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    """A project deep in a folder, so that what climbs out of it is seen."""
    toy = build(tmp_path / "a" / "b" / "project")
    monkeypatch.chdir(toy.root)
    return toy


@pytest.mark.parametrize("through", ["argument", "environment"])
def test_a_name_of_no_film_is_wrong_use(
    inner: Toy,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    through: str,
) -> None:
    before = everything(tmp_path)
    for name in NAMES:
        if through == "argument":
            code = main(["render", "--", name])
        elif "\0" in name or "\n" in name or not name:
            continue  # no variable holds NUL; several lines are several names; none is another error
        else:
            monkeypatch.setenv("GPTVIZ_SCENE", name)
            code = main(["render"])
        err = capsys.readouterr().err
        assert code == 2, (name, err)
        assert "the nearest names: " in err and "tiny" in err.partition("nearest names")[2], (
            name,
            err,
        )
        assert "Traceback" not in err and len(err.splitlines()) == 3, err
        assert everything(tmp_path) == before, name


@pytest.mark.parametrize(
    "command",
    [
        ("render", "other", "--quality", "l"),
        ("status", "tiny"),
        ("audit", "tiny"),
        ("record", "tiny", "--model", "mini"),
    ],
)
@pytest.mark.parametrize("edition", ["../../x", "/tmp-of-nobody", "..", "a/b", "x\0y", "e" * 300])
def test_an_edition_leads_nowhere(
    inner: Toy,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
    edition: str,
) -> None:
    before = {path for path, _ in everything(tmp_path)}
    code = main([*command, "--edition", edition])
    err = capsys.readouterr().err
    assert code in (1, 2), err
    assert "Traceback" not in err and "broke off" not in err and 1 <= len(err.splitlines()) <= 5, (
        err
    )
    made = {path for path, _ in everything(tmp_path)} - before
    assert all(path.startswith(str(inner.root / "media")) for path in made), made


def test_links_in_a_circle(inner: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    (inner.root / "media").mkdir()
    (inner.root / "media" / "videos").symlink_to(inner.root / "media" / "videos")
    assert main(["render", "other", "--quality", "l"]) == 1
    err = capsys.readouterr().err
    assert "leads" in err and "broke off" not in err and len(err.splitlines()) in (2, 3), err


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    edition=st.text(max_size=30) | st.text(min_size=201, max_size=400), scene=st.text(max_size=30)
)
@example(edition="..", scene="x")
@example(edition="e", scene="../../../x")
@example(edition="e", scene="/etc/x")
def test_any_names_stay_inside_their_folders(tmp_path: Path, edition: str, scene: str) -> None:
    for where, path in (
        (tmp_path / "recordings", lambda: Store(tmp_path / "recordings").path(edition, scene, "n")),
        (tmp_path / "media", lambda: Place(tmp_path / "media", edition, "l", scene).film),
    ):
        try:
            found = path()
        except UnsafePath:
            continue
        assert Path(os.path.normpath(found)).is_relative_to(where)
