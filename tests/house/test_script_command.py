"""``gptviz script``: a film's words and times in three formats, and what of them cannot be
spoken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gptviz.cli import main
from gptviz.film.script import plain
from gptviz.recording.statement import compose
from tests.toy import build, row


@pytest.fixture
def said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, tuple[int, str]]:
    toy = build(tmp_path / "project")
    tiny = toy.scene("tiny").read_text()
    toy.scene("tiny").write_text(
        tiny.replace(
            '"A model has read a prompt."',
            '"A <model> reads:", "It\'s {p:~%}.", p=row.probability(0)',
        )
    )
    monkeypatch.chdir(toy.root)
    found = {}
    for form in ("text", "markdown", "html", "lint"):
        how = ["--lint"] if form == "lint" else ["--format", form]
        code = main(["script", "tiny", *how])
        found[form] = (code, capsys.readouterr().out)
    return found


def test_a_script_is_written_in_three_formats(said: dict[str, tuple[int, str]]) -> None:
    assert [said[form][0] for form in ("text", "markdown", "html")] == [0, 0, 0]
    assert said["text"][1] == (
        "What comes next?\ntiny, 0:06.5\n\n"
        "0:00.0  A <model> reads: It's about 63 percent.\n\n"
        "0:04.0  Next comes \u201cgirl\u201d, says the model.\n\n"
    )
    assert "# What comes next?" in said["markdown"][1]
    assert "1. `0:00.0` A <model> reads: It's about 63 percent." in said["markdown"][1]
    page = said["html"][1]
    assert "A &lt;model&gt; reads:" in page and "<model>" not in page
    assert re.search(r"<time>0:00.0 to 0:04.0</time>", page) and "http" not in page


def test_tokens_are_quoted_once_where_a_script_is_plain_text() -> None:
    token = row().token(0)
    for template, told in {
        "Next: {t}.": "Next: \u201cgirl\u201d.",
        "{t}, {t}": "\u201cgirl\u201d, \u201cgirl\u201d",
        "Say \u201c{t}\u201d!": "Say \u201cgirl\u201d!",
        "A girl.": "A girl.",
    }.items():
        assert plain(compose(template, t=token)) == told


def test_what_cannot_be_spoken_is_said(said: dict[str, tuple[int, str]]) -> None:
    code, out = said["lint"]
    assert code == 1
    lines = out.splitlines()
    assert lines[0] == "tiny, beat 1: a colon: 'A <model> reads:'  [colon]"
    assert lines[-1].startswith("tiny: 3 sentences, ") and "[length]" in out


def test_a_recording_session_is_told_what_is_missing_and_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    toy = build(tmp_path / "project")
    monkeypatch.chdir(toy.root)
    mine = toy.root / "mine"
    mine.mkdir()
    told = ["script", "tiny", "--voice", "recorded:mine"]
    assert main(told) == 1
    first, *rest = capsys.readouterr().out.splitlines()
    names = [line.split()[1] for line in rest]
    assert first == "tiny: 0 of 2 sentences are recorded" and len(names) == 2
    assert rest[1].endswith("Next comes girl, says the model.")
    assert names[0].startswith("tiny-01-1-") and names[1].startswith("tiny-02-1-")
    for name in (*names, "tiny-01-1-00000000"):
        (mine / f"{name}.wav").touch()
    assert main(told) == 1
    assert "stale    tiny-01-1-00000000.wav" in capsys.readouterr().out
    (mine / "tiny-01-1-00000000.wav").unlink()
    assert main(told) == 0
    assert main([*told[:-1], "joe"]) == 2 and main([*told[:-1], "recorded:gone"]) == 1
