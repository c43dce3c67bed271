"""Who may import whom, what is installed, what must not be said: the house rules, read from the
files."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.toy import ROOT

TOOL = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def tracked() -> list[Path]:
    """The files of the project under version control, or all of them where there is none."""
    run = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
    )
    if run.returncode:
        pytest.skip("not a git checkout")
    return [path for name in run.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_import_contracts() -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as c; c()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert "0 broken" in run.stdout and "0 kept" not in run.stdout


def test_every_dependency_has_its_version() -> None:
    project = TOOL["project"]
    asked = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    lines = [
        line
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if line and line[0] != "#"
    ]
    pins = dict(line.split("==") for line in lines)
    normal = {re.sub(r"[-_.]+", "-", name).lower(): pin for name, pin in pins.items()}
    assert not [
        name
        for name in asked
        if re.split(r"[<>=!;\[ ]", name)[0].replace("_", "-").lower() not in normal
    ]
    assert (
        normal["torch"] == "2.13.0"
        and normal["manim"] == "0.22.0"
        and int(normal["pillow"].split(".")[0]) < 13
    )
    assert all(re.fullmatch(r"[0-9][0-9a-z.]*", pin) for pin in pins.values()), (
        "no local versions, no ranges"
    )


def test_rendering_installs_no_torch() -> None:
    heavy = {
        "torch",
        "transformers",
        "tokenizers",
        "gensim",
        "pytest",
        "distributed",
        "huggingface_hub",
    }
    assert not heavy & set(TOOL["project"]["dependencies"])


def test_what_belongs_to_the_package_is_in_it() -> None:
    data = TOOL["tool"]["setuptools"]["package-data"]
    assert data["gptviz"] == ["py.typed"] and (ROOT / "gptviz" / "py.typed").is_file()
    for package, patterns in data.items():
        folder = ROOT / package.replace(".", "/")
        assert all(any(folder.glob(pattern)) for pattern in patterns), package
    assert (
        "SIL OPEN FONT LICENSE" in (ROOT / "gptviz" / "drawing" / "fonts" / "OFL.txt").read_text()
    )
    notice = (ROOT / "NOTICE").read_text()
    for name in (
        "Inter",
        "JetBrains Mono",
        "gptviz-mini",
        "transformer-explainer",
        "OpenAI",
        "GoogleNews",
    ):
        assert name in notice


def test_no_machine_and_no_registry_is_named() -> None:
    words = [
        "/" + "work/",
        "/" + "root/",
        "/" + "opt/",
        "py" + "pi.org",
        "download.py" + "torch.org",
        "files.python" + "hosted",
    ]
    found = [
        (str(path.relative_to(ROOT)), word)
        for path in tracked()
        for word in words
        if word in text_of(path) and "bundled" not in path.parts
    ]
    assert not found


#: Films that are to be directed anew: shorter then.
LONG_FILMS = {
    "analogies",
    "embedding_matrix",
    "plurality",
    "scores_mask",
    "topk_topp",
    "weight_mri",
    "word_space",
}


def test_no_file_is_too_long() -> None:
    lengths = {path: len(text_of(path).splitlines()) for path in tracked() if path.suffix == ".py"}
    long = {path for path, lines in lengths.items() if lines > 500}
    scenes = {path for path in long if path.is_relative_to(ROOT / "scenes")}
    assert lengths and not long - scenes
    assert {path.stem for path in scenes} == LONG_FILMS


def test_no_star_imports() -> None:
    stars = re.compile(r"^from \S+ import \*", re.M)
    assert not [
        str(path) for path in tracked() if path.suffix == ".py" and stars.search(text_of(path))
    ]
