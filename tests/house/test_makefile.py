"""The Makefile hands over what a user names, whatever characters it holds, and installs nothing
that is not needed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gptviz.cli import commands
from tests.toy import ROOT

Make = Callable[..., subprocess.CompletedProcess[str]]

NASTY = [
    'a"b',
    "it's",
    "a;touch injected",
    "$(touch injected)",
    "`touch injected`",
    "$$HOME ${HOME} $HOME",
    "$(shell touch injected)",
    "two\nlines\n\ttouch injected",
    "a\\b\\",
    "#no comment",
    "spaces  inside ",
    "%",
    "\u00e9\u4e2d\U0001f680",
    "a=b:c",
    "-n",
    "|tee injected",
    "&& touch injected",
    "$(MAKE)",
    "!!",
    "*?[x]",
]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A copy of what make reads, and a virtual environment in which gptviz only tells what it was
    given."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "unread.py", tmp_path / "tools")
    command = tmp_path / "venv" / "bin" / "gptviz"
    command.parent.mkdir(parents=True)
    command.write_text(
        f"#!{sys.executable}\nimport json, os, sys\nprint(json.dumps([sys.argv[1:], "
        "{k: v for k, v in os.environ.items() if k.startswith('GPTVIZ_')}]))\n"
    )
    command.chmod(0o755)
    return tmp_path


@pytest.fixture
def make(place: Path) -> Make:
    def run(
        *arguments: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        clean = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("GPTVIZ_", "MAKE", "MFLAGS"))
            and key not in ("MODEL", "PROMPT", "SCENE")
        }
        return subprocess.run(
            ["make", "VENV=venv", *arguments],
            cwd=place,
            env={**clean, **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def stamp(place: Path, *names: str) -> None:
    """Makes as if these sets of packages were installed."""
    key = subprocess.run(
        "cat pyproject.toml constraints.txt | cksum | tr ' ' '-'",
        shell=True,
        cwd=place,
        text=True,
        capture_output=True,
        check=True,
    ).stdout.strip()
    for name in names:
        (place / "venv" / f".stamp-{name}-{key}").touch()


@pytest.mark.parametrize("value", NASTY)
def test_what_is_named_is_data(place: Path, make: Make, value: str) -> None:
    stamp(place, "render", "models")
    names = ("SCENE", "MODEL", "VECTORS", "PROMPT", "QUALITY", "MEDIA", "VOICE")
    expected = {f"GPTVIZ_{name}": value for name in names}
    run = make("render", *(f"{name}={value}" for name in names))
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == [["render"], expected]
    run = make("render", environment=dict.fromkeys(names, value))
    assert run.returncode == 0 and json.loads(run.stdout) == [["render"], expected]
    assert not (place / "injected").exists()


def test_only_what_was_given_is_handed_over(place: Path, make: Make) -> None:
    stamp(place, "render")
    assert json.loads(make("list").stdout) == [["list"], {}]
    stamp(place, "models")
    assert json.loads(make("render", "PROMPT=", "MODEL=m").stdout)[1] == {
        "GPTVIZ_PROMPT": "",
        "GPTVIZ_MODEL": "m",
    }


@pytest.mark.parametrize(
    ("target", "given", "near"),
    [
        ("render", "SCNE=softmax", "SCENE"),
        ("render", "quality=l", "QUALITY"),
        ("audit", "CAPTIONS=file", ""),
        ("list", "MODEL=mini", ""),
        ("clean", "SCENE=softmax", ""),
        ("help", "x&&>injected;=1", ""),
    ],
)
def test_what_a_target_does_not_read_is_refused(
    place: Path, make: Make, target: str, given: str, near: str
) -> None:
    run = make(target, given)
    assert run.returncode == 2 and run.stdout == "", "nothing is installed first"
    assert f"make {target} does not read {given.partition('=')[0]}" in run.stderr
    assert (f"did you mean {near}?" in run.stderr) == bool(near)
    assert not (place / "injected").exists()
    stamp(place, "render")
    assert make("list", "MEDIA=x", "PYTHON=python3").returncode == 0


def test_what_targets_read_is_what_their_commands_take() -> None:
    text = (ROOT / "Makefile").read_text()
    shown = subprocess.run(
        ["make", "-s", "--no-print-directory", "-f", "-", "show"],
        cwd=ROOT,
        input=text + "\nshow:\n\t$(foreach v,$(.VARIABLES),$(if $(filter READS_%,$v),"
        "$(info $v $($v))))\n\t@true\n",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    reads = {line.split()[0][6:]: set(line.split()[1:]) for line in shown.splitlines()}
    assert set(reads) <= set(commands.commands) and len(reads) > 10
    for name, command in commands.commands.items():
        taken = {
            str(each.envvar).removeprefix("GPTVIZ_")
            for each in command.params
            if each.envvar is not None
        } | ({"PROMPT"} if any(each.name == "prompt" for each in command.params) else set())
        assert reads.get(name, taken) == taken, name


def test_rendering_asks_for_no_torch_before_a_model_is_named(place: Path, make: Make) -> None:
    stamp(place, "render")
    assert "models" not in make("-n", "render", "SCENE=softmax").stdout
    assert "pip install" not in make("-n", "render", "SCENE=softmax").stdout
    for option in ("MODEL=mini", "VECTORS=mini", "PROMPT=x"):
        assert ".[models]" in make("-n", "render", "SCENE=softmax", option).stdout
    assert ".[dev]" not in make("-n", "render", "MODEL=mini").stdout


def test_piper_is_installed_for_voices_that_it_speaks(place: Path, make: Make) -> None:
    stamp(place, "render")
    for name in ("joe", "a folder/en_GB-alba.onnx"):
        assert ".[voice]" in make("-n", "render", "SCENE=softmax", f"VOICE={name}").stdout
    for name in ("espeak-ng", "recorded:joe", "none", ""):
        assert "pip install" not in make("-n", "render", "SCENE=softmax", f"VOICE={name}").stdout


def test_a_touched_file_installs_nothing_and_a_changed_one_does(place: Path, make: Make) -> None:
    stamp(place, "render")
    os.utime(place / "pyproject.toml", (4e9, 4e9))
    assert "pip" not in make("-n", "list").stdout
    with (place / "constraints.txt").open("a") as file:
        file.write("# another version\n")
    assert "pip install" in make("-n", "list").stdout
    assert "-c constraints.txt" in make("-n", "list").stdout


def test_pip_can_be_told_more(place: Path, make: Make) -> None:
    told = make(
        "-n", "list", "PIP_ARGS=--no-cache-dir", "TORCH_INDEX=https://example.org/cpu"
    ).stdout
    assert "--no-cache-dir --extra-index-url https://example.org/cpu" in told


def test_help_is_the_default_and_names_every_target(make: Make) -> None:
    shown = make().stdout
    assert shown == make("help").stdout
    for target in ("render", "record", "list", "status", "verify", "doctor", "test", "test-all"):
        assert f"make {target} " in shown


def test_a_failure_is_make_s_own_and_prints_no_recipe(place: Path, make: Make) -> None:
    stamp(place, "render")
    (place / "venv" / "bin" / "gptviz").write_text("#!/bin/sh\necho told >&2; exit 1\n")
    run = make("render", "SCENE=x")
    assert run.returncode == 2 and run.stdout == "" and run.stderr.startswith("told\n")


def test_missing_system_packages_are_named_where_they_may_not_be_installed(tmp_path: Path) -> None:
    """With neither root nor sudo, the exact command is printed and nothing goes on."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, text in {
        "pkg-config": "exit 1",
        "id": "echo 1000",
        "sudo": "exit 1",
        "uname": "echo Linux",
        "apt-get": "touch ran; exit 1",
    }.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    run = subprocess.run(
        ["sh", str(ROOT / "tools" / "system-packages.sh"), sys.executable],
        cwd=tmp_path,
        text=True,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
        capture_output=True,
        check=False,
    )
    assert (
        run.returncode == 1
        and "sudo apt-get install -y libcairo2-dev libpango1.0-dev" in run.stderr
    )
    assert not (tmp_path / "ran").exists()
