"""Mistakes that authors make in a film's code: what is said names the file, the line, and what is
there instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from gptviz.cli import main
from tests.toy import TINY, Run, Toy, as_folder, build

#: By name: what the film says, what it says in its place, and all that the message must hold.
MISTAKES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "need": ("row = self.row", "row = self.rwo", ("line 16: row = self.rwo", "did you mean row?")),
    "need by key": ("self.row", 'self.rec["rwo"]', ("line 16", "'rwo'", "did you mean row?")),
    "tensor": (
        "row.probability(0)",
        "row.number('logit', 0)",
        ("line 17", "no tensor 'logit'", "it holds token_ids, logits", "did you mean logits?"),
    ),
    "value": (
        "row.probability(0)",
        "row.value('logsumexpp')",
        ("line 17", "no value 'logsumexpp'", "did you mean logsumexp?"),
    ),
    "tokens": ("row.token(0)", "row.tokens('tpo')[0]", ("line 20", "'tpo'", "did you mean top?")),
    "field": (
        "row.probability(0)",
        "row.probabilty(0)",
        ("line 17", "a NextTokenRecording has no 'probabilty'", "did you mean probability"),
    ),
    "rank of a number": (
        "row.probability(0)",
        "row.probability(30)",
        ("line 17", "big/tiny/row holds nothing at that rank", "top=3", "count from 0"),
    ),
    "rank of a token": ("row.token(0)", "row.token(30)", ("line 20", "top=3", "larger top")),
    "entry": ("row.probability(0)", "row.logits[30]", ("line 17", "shape is (3,)")),
    "request": (
        "NextToken(",
        "NextTokn(",
        ("tiny.py", "line 13", "no request NextTokn; did you mean NextToken?"),
    ),
    "request's field": (
        "prompt=",
        "promt=",
        ("tiny.py", "line 13", "NextToken has no 'promt'; did you mean prompt?"),
    ),
    "MathTex": (
        'Numeral(row.probability(0), ".1%", 60)',
        '__import__("manim").MathTex("x = 12")',
        ("line 17", "Manim's MathTex", "gptviz.drawing.base.formula import Formula"),
    ),
    "DecimalNumber": (
        'Numeral(row.probability(0), ".1%", 60)',
        '__import__("manim").DecimalNumber(0.129)',
        ("line 17", "Manim's DecimalNumber", "gptviz.drawing.base.text import Numeral"),
    ),
    "plain number": ("word=row.token(0)", "word=0.129", ("line 20", "word = 0.129", "recording")),
    "claim of plain numbers": (
        '"Next comes {word}, says the model."',
        'Claim(maths.is_larger, (0.2, 0.1), "{word} is likelier.")',
        ("line 20", "0.2 has no address", "it was given to is_larger"),
    ),
    "claim without numbers": (
        '"Next comes {word}, says the model."',
        'Claim(maths.is_larger, (), "{word} is likelier.")',
        ("line 20", "a claim without numbers", "is_larger(", "Claim(predicate, (number"),
    ),
    "template": ("{word}", "{wrod}", ("line 20", "{wrod}", "did you mean word?")),
    "way to write": ('".1%"', '".1q"', ("line 17", "no way to write a number", ".1%")),
    "setting": ("row.probability(0)", "self.setting('x')", ("line 17", "no setting 'x'", "none")),
    "formula": ("row.probability(0)", "maths.softmx", ("line 17", "did you mean softmax?")),
    "module": ("base.text ", "base.texts ", ("line 5", "base.texts", "did you mean text")),
    "import": ("import Numeral", "import Numerall", ("line 5", "did you mean Numeral?")),
    "name": ("FadeIn(number)", "FadIn(number)", ("line 19", "'FadIn'", "did you mean FadeIn?")),
    "name not imported": ("FadeIn(number)", "Create(number)", ("from manim import Create",)),
    "argument": ('".1%", 60)', '".1%", sise=60)', ("line 17", "'sise'", "did you mean size?")),
    "beat": (
        '"A model has read a prompt."',
        '"A.", "B.", "C.", "D.", "E."',
        ("line 18", "a beat of 5 sentences", "make it two beats"),
    ),
    "leaving": ("row = self.row", "raise SystemExit(0)", ("line 16", "ended gptviz", "return")),
    "anything": ("row = self.row", "row = self.row / 0", ("line 16: row = self.row / 0",)),
}


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return build(tmp_path / "project")


def audited(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> Run:
    monkeypatch.chdir(toy.root)
    return Run(main(["audit", name]), *capsys.readouterr())


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_said_with_its_place(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mistake: str
) -> None:
    old, new, expected = MISTAKES[mistake]
    assert old in TINY
    text = TINY.replace(old, new)
    names = [name for name in ("Claim", "maths") if f"{name}(" in new or f"{name}." in new]
    if names:  # on the first line, so that no other moves
        where = {
            "Claim": "from gptviz.recording.number import Claim",
            "maths": "from gptviz import maths",
        }
        lines = "; ".join(where[name] for name in names)
        text = text.replace("from manim import FadeIn", f"from manim import FadeIn; {lines}")
    toy.scene("tiny").write_text(text, encoding="utf-8")
    run = audited(toy, monkeypatch, capsys, "tiny")
    assert run.code in (1, 2) and run.out == ""
    assert "scenes/words/tiny.py" in run.err and "Traceback" not in run.err
    assert "gptviz broke off" not in run.err and len(run.err.splitlines()) in (2, 3)
    assert not [part for part in expected if part not in run.err], run.err


def test_a_text_of_manim_s_own_is_named_with_its_line_and_the_piece_to_use(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TINY.replace('Numeral(row.probability(0), ".1%", 60)', 'Text("12 %")')
    toy.scene("tiny").write_text(text.replace("import FadeIn", "import FadeIn, Text"))
    run = audited(toy, monkeypatch, capsys, "tiny")
    assert run.code == 1 and "a Text of Manim's has no address (tiny.py, line 17)" in run.out
    assert "from gptviz.drawing.base.text import Words" in run.out


def test_what_is_optional_and_not_there_is_said(
    toy: Toy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    need = "    more = Need(NextToken(prompt='x'), optional=True)\n\n    def construct"
    text = TINY.replace("    def construct", need).replace("self.row", "self.more")
    toy.scene("tiny").write_text(text)
    run = audited(toy, monkeypatch, capsys, "tiny")
    assert run.code == 1 and "the recordings lack more, which the film declares optional" in run.err
    assert "if self.need is not None" in run.err


@pytest.mark.slow
def test_a_mistake_in_a_part_of_a_film_is_said_of_the_author_s_file_when_it_is_rendered(
    toy: Toy,
) -> None:
    folder = as_folder(toy, "other")
    (folder / "parts.py").write_text("from .more.deep import LENGTHS\n")
    run = toy.run("render", "other", "--quality", "l")
    assert run.code == 1 and "did you mean LENGTH?" in run.err
    assert "scenes/words/other/parts.py, line 1: from .more.deep import LENGTHS" in run.err
    toy.scene("tiny").write_text(TINY.replace("row.token(0)", "row.token(9)"))
    run = toy.run("render", "tiny", "--quality", "l")
    assert run.code == 1 and "scenes/words/tiny.py, line 20" in run.err and "top=3" in run.err
