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
        "recordings": "big",
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


@pytest.mark.parametrize(
    "command",
    [
        "list",
        "nonsense",
        pytest.param("status --json", marks=pytest.mark.slow),
        pytest.param("render tiny --quality l", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("pipe", ["| true", "2>&1 | true"])
def test_a_reader_that_goes_away_ends_what_writes(toy: Toy, command: str, pipe: str) -> None:
    """Whoever reads standard output, or both outputs, closes them at once."""
    import subprocess
    import sys

    python = f"timeout 60 {sys.executable} -m gptviz"
    run = subprocess.run(
        ["bash", "-c", f"{python} {command} {pipe}; exit ${{PIPESTATUS[0]}}"],
        cwd=toy.root,
        env=toy.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in (0, 1, 2)
    assert not re.search(r"Traceback|BrokenPipe|Exception ignored", run.stderr)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("render", "tiny", "--all"), "'tiny' and --all were given"),
        (("status", "other", "--all"), "'other' and --all were given"),
        (("render", "tiny", "--model", ""), "--model is empty"),
        (("audit", "tiny", "--edition", " "), "--edition is empty"),
        (("status", "--recordings", ""), "--recordings is empty"),
        (("record", "--dry-run", "--model", "mini", "--prompt", "x"), "does not read --prompt"),
        (("record", "--dry-run", "--model", "mini", "--edition", "x"), "does not read --edition"),
        (("script", "tiny", "--lint", "--format", "html"), "does not read --format"),
        (("script", "tiny", "--lint", "--voice", "recorded:x"), "does not read --voice"),
        (("gallery", "--list", "--films"), "does not read --films"),
    ],
)
def test_what_would_be_ignored_is_refused(
    toy: Toy,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    expected: str,
) -> None:
    run = here(toy, monkeypatch, capsys, *arguments)
    assert run.code == 2 and expected in run.err and run.out == ""


def test_a_variable_that_nothing_reads_is_refused(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GPTVIZ_MODLE", "mini")
    run = here(toy, monkeypatch, capsys, "list")
    assert run.code == 2 and "GPTVIZ_MODLE" in run.err and "GPTVIZ_MODEL" in run.err
    monkeypatch.delenv("GPTVIZ_MODLE")
    monkeypatch.setenv("GPTVIZ_MODEL", "mini")
    assert here(toy, monkeypatch, capsys, "list").code == 0


def test_every_command_that_plays_films_takes_the_same_sources() -> None:
    sources = {"model", "vectors", "prompt", "edition"}
    for name in ("render", "record", "status", "audit", "inspect", "script", "compare", "course"):
        assert sources <= {parameter.name for parameter in commands.commands[name].params}, name


def test_a_course_that_does_not_fit_its_films_is_said(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course = toy.root / "course.toml"
    course.write_text(course.read_text().replace('"other"', '"otter"'))
    (toy.root / "scenes" / "attic").mkdir()
    toy.scene("other").rename(toy.root / "scenes" / "attic" / "other.py")
    said = "course.toml names it, and it is not there; did you mean other?"
    page = "the film other is on no page of the course: course.toml has no chapter 'attic'"
    run = here(toy, monkeypatch, capsys, "list")
    assert f"otter  otter  (cannot be read: {said})" in run.out and page in run.err
    run = here(toy, monkeypatch, capsys, "status")
    assert said in run.out and page in run.err
    run = here(toy, monkeypatch, capsys, "audit", "--all")
    assert run.code == 1 and "the film otter cannot be read" in run.err and said in run.err
    run = here(toy, monkeypatch, capsys, "doctor")
    assert run.code == 1 and said in run.out and page in run.err


def test_an_empty_course_is_said(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course = toy.root / "course.toml"
    course.write_text(course.read_text().replace('"tiny", "other"', ""))
    for name in ("tiny", "other"):
        toy.scene(name).unlink()
    assert "the course is empty" in here(toy, monkeypatch, capsys, "list").err
    for command in (("status",), ("render", "--all"), ("course",), ("audit", "--all")):
        run = here(toy, monkeypatch, capsys, *command)
        assert run.code == 2 and "the course is empty" in run.err, command
    assert "media/course/index.html" not in toy.files()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[defaults]", "[default]", "the file has no 'default': did you mean 'defaults'?"),
        ("model =", "modle =", "[defaults] has no 'modle': did you mean 'model'?"),
        ("title =", "titel =", "a chapter has no 'titel': did you mean 'title'?"),
        ("[defaults]", "[course]\nauthr = 'A'\n[defaults]", "did you mean 'author'?"),
        ("[defaults]", "[film.tiny]\nneed.x = []\n[defaults]", "did you mean 'needs'?"),
        ('"other"', '"tiny"', "the film 'tiny' stands twice"),
    ],
)
def test_what_nothing_reads_in_course_toml_is_refused(
    toy: Toy,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    old: str,
    new: str,
    expected: str,
) -> None:
    course = toy.root / "course.toml"
    course.write_text(course.read_text().replace(old, new))
    run = here(toy, monkeypatch, capsys, "list")
    assert run.code == 1 and expected in run.err
