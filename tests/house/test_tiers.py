"""No test passes by not running: a tier in which nothing passed fails, and what may be skipped
stands in a register."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.toy import ROOT

TIERS = sorted(
    set(re.findall(r"pytest -q -m ('[^']+'|\w+)", (ROOT / "Makefile").read_text(encoding="utf-8")))
)

NOTHING = """
import pytest
@pytest.mark.skip(reason="never")
def test_fast(): ...
@pytest.mark.slow
@pytest.mark.skip(reason="never")
def test_slow(): ...
@pytest.mark.clone
@pytest.mark.skip(reason="never")
def test_clone(): ...
"""


def suite(folder: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of this project's pytest, with its settings and its conftest, over one file of
    tests."""
    (folder / "tests").mkdir(exist_ok=True)
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "tests")
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "tests" / "test_it.py").write_text(text)
    # A run of its own: of xdist's and pytest's variables, it inherits none from the run that this
    # test belongs to.
    own = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "GPTVIZ_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=own,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_makefile_has_three_tiers() -> None:
    assert TIERS == ["'not slow and not clone'", "'slow and not clone'", "clone"]


@pytest.mark.parametrize(
    "workers", [(), pytest.param(("-n", "2"), marks=pytest.mark.slow)], ids=["alone", "in two"]
)
@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_that_ran_nothing_fails(tmp_path: Path, tier: str, workers: tuple[str, ...]) -> None:
    arguments = ("-m", tier.strip("'"), *workers)
    run = suite(tmp_path, NOTHING, *arguments)
    assert "1 skipped" in run.stdout and run.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, (
        run.stdout
    )
    run = suite(tmp_path, NOTHING.replace('@pytest.mark.skip(reason="never")\n', ""), *arguments)
    assert "1 passed" in run.stdout and run.returncode == 0, run.stdout + run.stderr


def test_a_tier_without_a_test_and_a_warning_fail(tmp_path: Path) -> None:
    assert suite(tmp_path, "def test_fast(): ...\n", "-m", "slow and not clone").returncode == 5
    run = suite(tmp_path, "import warnings\ndef test_fast(): warnings.warn('careful')\n")
    assert run.returncode == 1 and "UserWarning: careful" in run.stdout


@pytest.mark.slow
def test_golden_frames_that_are_not_there_fail(tmp_path: Path) -> None:
    """The gallery's test over no golden frame at all; and drawing them anew counts as no
    comparison."""
    source = (ROOT / "tests" / "drawing" / "test_gallery.py").read_text(encoding="utf-8")
    (tmp_path / "recordings").symlink_to(ROOT / "recordings")
    (tmp_path / "gptviz").symlink_to(ROOT / "gptviz")
    helper = tmp_path / "tests" / "drawing" / "erasing.py"
    helper.parent.mkdir(parents=True)
    helper.symlink_to(ROOT / "tests" / "drawing" / "erasing.py")
    only = ("-k", "golden and (dial or all_golden)")
    run = suite(tmp_path, source.replace("parents[2]", "parents[1]"), *only)
    assert run.returncode == 1 and "no golden frame dial-" in run.stdout, run.stdout[-2000:]
    assert "2 failed" in run.stdout
    run = suite(
        tmp_path,
        source.replace("parents[2]", "parents[1]"),
        "-k",
        "stills_are_the_golden_ones and dial",
        "--update-frames",
    )
    assert run.returncode == pytest.ExitCode.NO_TESTS_COLLECTED and "1 skipped" in run.stdout, (
        run.stdout[-2000:]
    )
    assert list((tmp_path / "tests" / "frames").glob("dial-*.png"))


def reasons(path: Path) -> list[str]:
    """The reasons for which a file of tests may skip; of a call without a literal reason, the call
    itself."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if name in (
            "pytest.skip",
            "pytest.importorskip",
            "pytest.mark.skip",
            "pytest.mark.skipif",
            "pytest.mark.xfail",
            "pytest.xfail",
        ):
            said = [
                keyword.value for keyword in node.keywords if keyword.arg == "reason"
            ] or node.args[:1]
            literal = said and isinstance(said[0], ast.Constant)
            found.append(str(said[0].value) if literal else ast.unparse(node))  # type: ignore[attr-defined]
    return found


def test_every_skip_stands_in_the_register() -> None:
    register = (ROOT / "tests" / "SKIPS.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", register, re.M)
    files = sorted((ROOT / "tests").rglob("*.py"))
    found = {
        (reason, str(path.relative_to(ROOT / "tests")))
        for path in files
        for reason in reasons(path)
    }
    assert len(files) > 50 and found
    assert sorted(listed) == sorted(found), (
        "tests/SKIPS.md and the skips in tests/ are not the same"
    )
