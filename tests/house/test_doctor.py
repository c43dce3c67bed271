"""``gptviz doctor`` in environments where something is really missing: it says what, and what to
do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.faults.conftest import Shell, mounting  # noqa: F401  (a fixture)
from tests.toy import Run, Toy, build, copy_package

pytestmark = pytest.mark.slow

SITE = Path(sysconfig.get_path("purelib"))


def examine(toy: Toy, *folders: Path) -> Run:
    """The doctor with the packages of these folders only, before nothing but Python's own
    library."""
    path = os.pathsep.join(str(folder) for folder in (toy.package, *folders))
    run = subprocess.run(
        [sys.executable, "-S", "-m", "gptviz", "doctor"],
        cwd=toy.root,
        capture_output=True,
        text=True,
        env={**toy.environment(), "PYTHONPATH": path},
        timeout=120,
        check=False,
    )
    return Run(run.returncode, run.stdout, run.stderr)


def site(folder: Path, *without: str) -> Path:
    """The packages that are installed here, by links, but for those whose entries begin like
    this."""
    folder.mkdir()
    for entry in SITE.iterdir():
        if not re.match("|".join(map(re.escape, without)) if without else "$^", entry.name, re.I):
            (folder / entry.name).symlink_to(entry)
    return folder


def told(run: Run, part: str) -> str:
    """What is said to be done about a part."""
    assert "Traceback" not in run.err and "broke off" not in run.err, run.err
    rows = [line for line in run.out.splitlines() if line.startswith(part)]
    assert rows and all(line.rstrip().endswith("missing") for line in rows), run.out + run.err
    hints = [line for line in run.err.splitlines() if line.startswith(part)]
    assert hints, run.err
    return "\n".join(hints)


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return build(tmp_path / "project")


def test_where_all_is_there_it_says_so(toy: Toy, tmp_path: Path) -> None:
    run = examine(toy, site(tmp_path / "site"))
    assert run.code == 0 and run.err == "", run.out + run.err
    for part in (
        "Python",
        "Manim",
        "Pillow",
        "Cairo",
        "Typst",
        "PyAV with x264",
        "font ",
        "disk",
        "media folder",
    ):
        rows = [line for line in run.out.splitlines() if line.startswith(part)]
        assert rows and all(line.rstrip().endswith("ok") for line in rows), part


@pytest.mark.parametrize(
    ("part", "without", "hint"),
    [
        ("Typst", ("typst",), "pip install typst"),
        ("Pillow", ("pillow", "PIL"), "pip install 'pillow<13'"),
        ("Manim", ("manim-", "manim$"), "pip install manim==0.22.0"),
        ("PyAV", ("av",), "pip install av"),
        ("Cairo", ("cairo", "pycairo"), "tools/system-packages.sh"),
        ("fonts", ("uharfbuzz",), "make render"),
    ],
)
def test_a_package_that_is_not_installed(
    toy: Toy, tmp_path: Path, part: str, without: tuple[str, ...], hint: str
) -> None:
    run = examine(toy, site(tmp_path / "site", *without))
    assert run.code == 1 and hint in told(run, part)


@pytest.mark.parametrize(
    ("name", "version", "part", "hint"),
    [
        ("pillow", "13.0.0", "Pillow", "pip install 'pillow<13'"),
        ("manim", "0.23.1", "Manim", "pip install manim==0.22.0"),
        ("pillow", "unknown", "Pillow", "pip install 'pillow<13'"),
    ],
)
def test_a_wrong_version(
    toy: Toy, tmp_path: Path, name: str, version: str, part: str, hint: str
) -> None:
    packages = site(tmp_path / "site", f"{name}-")
    (packages / f"{name}-{version}.dist-info").mkdir()
    (packages / f"{name}-{version}.dist-info" / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    )
    run = examine(toy, packages)
    assert run.code == 1 and version in run.out and hint in told(run, part)


@pytest.mark.parametrize("harm", ["gone", "empty", "no font", "another font"])
def test_a_font_that_is_not_whole(tmp_path: Path, harm: str) -> None:
    toy = build(tmp_path / "project", copy_package(tmp_path))
    font = sorted((tmp_path / "gptviz" / "drawing" / "fonts").glob("*.[ot]tf"))[0]
    if harm == "gone":
        font.unlink()
    else:
        font.write_bytes(
            {"empty": b"", "no font": b"\0" * 1000, "another font": font.read_bytes()[:2000]}[harm]
        )
    run = examine(toy, site(tmp_path / "site"))
    assert run.code == 1 and "git checkout gptviz/drawing/fonts" in told(run, f"font {font.name}")


def test_too_little_room(toy: Toy, mounting: Shell) -> None:  # noqa: F811
    (toy.root / "media").mkdir()
    run = mounting(
        f"mount -t tmpfs -o size=3m tmpfs media; exec {sys.executable} -m gptviz doctor",
        toy.root,
        toy.environment(),
    )
    assert run.returncode == 1 and "0.0 GB free" in run.stdout
    assert "disk: a course takes about 1 GB while it is made: free some space" in run.stderr


def test_media_that_cannot_be_written(toy: Toy, tmp_path: Path) -> None:
    (toy.root / "media").write_text("a file in its place")
    run = examine(toy, site(tmp_path / "site"))
    assert run.code == 1 and "--media DIR" in told(run, "media folder")
