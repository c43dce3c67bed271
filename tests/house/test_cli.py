"""The command line as a user meets it: exit codes, three lines for an error, nothing written when
it was wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from gptviz.cli import commands, main
from tests.toy import Run, Toy, build

BAD_NAMES = [
    "Nope",
    "",
    "TINY",
    "tiny;rm -rf x",
    "../../x",
    "/etc/x",
    "tiny/../tiny",
    "a" * 300,
    "t\u0456ny",
    "tiny\n",
    "-",
    "$(touch x)",
    "`touch x`",
    "\u202etiny",
]


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return build(tmp_path / "project")


def here(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> Run:
    """The command in this process: quicker, where many are tried."""
    monkeypatch.chdir(toy.root)
    code = main(arguments)
    return Run(code, *capsys.readouterr())


@pytest.mark.parametrize(
    ("command", "name"),
    [
        *(("render", name) for name in BAD_NAMES),
        *((command, "../../x") for command in ("record", "status", "audit", "inspect", "verify")),
    ],
)
def test_names_that_no_film_has(
    toy: Toy,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    name: str,
) -> None:
    before = toy.files()
    run = here(toy, monkeypatch, capsys, command, name)
    assert run.code == 2
    assert (
        "no film is called" in run.err
        and "tiny" in run.err
        and "Traceback" not in run.err
        and run.out == ""
    )
    assert toy.files() == before


def test_a_name_that_is_no_text(toy: Toy) -> None:
    run = toy.run("render", "\udcff;rm")
    assert run.code == 2 and "no film is called" in run.err


WRONG = {
    "no film": ("render",),
    "no such option": ("render", "tiny", "--nope"),
    "no such command": ("rendre",),
    "no such quality": ("render", "tiny", "--quality", "z"),
    "no jobs": ("render", "tiny", "--jobs", "0"),
    "empty prompt": ("render", "tiny", "--model", "mini", "--prompt", ""),
    "blank prompt": ("render", "tiny", "--model", "mini", "--prompt", " \n\t "),
    "prompt without a model": ("render", "tiny", "--prompt", "x"),
    "prompt for a film without one": ("render", "other", "--model", "mini", "--prompt", "x"),
    "edition and model": ("render", "tiny", "--model", "mini", "--edition", "big"),
    "nothing to record from": ("record", "tiny"),
    "a reference that names no model": ("render", "tiny", "--model", "../../../x"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_use(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    before = toy.files()
    run = here(toy, monkeypatch, capsys, *WRONG[what])
    assert run.code == 2, run.err
    assert 1 <= len(run.err.splitlines()) <= 5 and "Traceback" not in run.err and run.out == ""
    assert toy.files() == before


def test_an_empty_prompt_of_the_environment_is_refused_too(toy: Toy) -> None:
    run = toy.run("render", "tiny", "--model", "mini", GPTVIZ_PROMPT="")
    assert run.code == 2 and "the prompt is empty" in run.err


def test_a_model_that_is_not_here(toy: Toy) -> None:
    before = toy.files()
    run = toy.run("render", "tiny", "--model", "somebody/some-gpt2", HF_HUB_OFFLINE="1")
    assert run.code == 1 and "mini" in run.err and len(run.err.splitlines()) == 3
    assert toy.files() - before <= {"media/.identities.json"}


def test_outside_a_project_the_package_s_own_is_used(tmp_path: Path, toy: Toy) -> None:
    inner = toy.root / "scenes" / "words"
    assert "tiny" in Toy(inner).run("list").out


def test_list_and_status(toy: Toy) -> None:
    assert toy.run("list").lines == [
        "Words",
        "  tiny   What comes next?",
        "  other  Nothing but words",
    ]
    films = json.loads(toy.run("status", "--json").out)["films"]
    assert films == json.loads(toy.run("list", "--json").out)["films"]
    assert films[0] == {
        "scene": "tiny",
        "chapter": "words",
        "title": "What comes next?",
        "edition": "default",
        "state": "missing",
        "why": "not rendered yet",
    }
    assert [
        film["scene"] for film in json.loads(toy.run("status", "other", "--json").out)["films"]
    ] == ["other"]
    assert toy.run("status").lines[-1] == "0 fresh, 0 stale, 2 missing"


def test_a_film_that_cannot_be_read_stops_no_other(toy: Toy) -> None:
    toy.scene("tiny").write_text("class Tiny(Film:\n")
    assert "cannot be read" in toy.run("list").out
    films = {film["scene"]: film for film in json.loads(toy.run("status", "--json").out)["films"]}
    assert films["tiny"]["state"] == "missing" and "line 1" in films["tiny"]["why"]
    assert films["other"]["why"] == "not rendered yet"


def test_every_option_says_what_it_is_for() -> None:
    context = click.Context(commands)
    for name in commands.list_commands(context):
        command = commands.get_command(context, name)
        assert command is not None and command.help
        assert len(command.get_short_help_str(limit=200)) <= 72, name
        for parameter in command.params:
            assert isinstance(parameter, click.Argument) or getattr(parameter, "help", None), (
                f"{name} {parameter.name}"
            )


def test_debug_shows_the_traceback(toy: Toy) -> None:
    assert "Traceback" in toy.run("--debug", "render", "nope").err
    assert "Traceback" in toy.run("render", "nope", "--debug").err


def test_a_closed_pipe_is_no_error_worth_a_traceback(toy: Toy) -> None:
    import subprocess
    import sys

    command = f"{sys.executable} -m gptviz list | true; exit ${{PIPESTATUS[0]}}"
    run = subprocess.run(
        ["bash", "-c", command],
        cwd=toy.root,
        env=toy.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in run.stderr and not re.search(r"Error|Exception", run.stderr)
