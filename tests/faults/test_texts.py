"""Texts of every kind: refused with the reason, or recorded and drawn. The limit of a model, to the
token."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer

from gptviz.cli import main
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import TokenText, Words
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.film.caption import LINE, CaptionTooLong, phrases
from gptviz.models import load
from gptviz.models.language import LanguageModel
from gptviz.recorders import take
from gptviz.recording.families import NextToken
from gptviz.recording.number import Token, Word
from gptviz.recording.statement import compose
from gptviz.recording.store import Store
from gptviz.render.captions import cues, subrip
from tests.faults.conftest import POSITIONS
from tests.toy import PROMPT, Toy, build

LONG = "long" * 500


@pytest.fixture
def inner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    toy = build(tmp_path / "project")
    monkeypatch.chdir(toy.root)
    return toy


@pytest.fixture(scope="module")
def reader(folder_1024: Path) -> LanguageModel:
    model = load(str(folder_1024))
    assert isinstance(model, LanguageModel)
    return model


def text_of(folder: Path, tokens: int) -> str:
    """A text of so many tokens, counted by transformers."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    text = "\u20ac" * (tokens // 3) + "\x01" * (tokens % 3)
    assert len(tokenizer(text)["input_ids"]) == tokens
    return text


@pytest.mark.parametrize("count", [POSITIONS, POSITIONS + 1])
def test_as_many_tokens_as_the_model_reads_and_one_more(
    inner: Toy, folder_1024: Path, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    text = text_of(folder_1024, count)
    scene = inner.scene("tiny")
    scene.write_text(scene.read_text().replace(repr(PROMPT).replace("'", '"'), ascii(text)))
    before = inner.files()
    code = main(["record", "tiny", "--model", str(folder_1024)])
    err = capsys.readouterr().err
    if count == POSITIONS:
        assert code == 0, err
        taken = inner.store.read("reader", "tiny", "row")
        assert len(taken.tokens("prompt")) == POSITIONS and taken.request == NextToken(
            prompt=text, top=3
        )
    else:
        assert (
            code == 2
            and "1,025 tokens" in err
            and "at most 1,024" in err
            and len(err.splitlines()) == 3
        )
        assert {name for name in inner.files() - before if not name.startswith("media/.")} == set()


@pytest.mark.parametrize("prompt", ["", " ", "\n\t \u2003", "\u00a0"])
def test_a_blank_prompt_is_refused_with_its_reason(
    inner: Toy, folder_1024: Path, prompt: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = inner.files()
    assert main(["render", "tiny", "--model", str(folder_1024), "--prompt", prompt]) == 2
    err = capsys.readouterr().err
    assert "the prompt is" in err and "at least one word" in err and "Traceback" not in err
    assert inner.files() == before


def test_bytes_that_are_no_text_are_refused_with_their_offset(
    inner: Toy, folder_1024: Path
) -> None:
    """Given as bytes to a process: in an argument, in a variable, in a film and in the course's
    list."""
    bad = "robot \udcff\udcfe"  # how Python hands over the bytes 6 and 7, which are no UTF-8
    for run in (
        inner.run("render", "tiny", "--model", str(folder_1024), "--prompt", bad),
        inner.run("render", "tiny", "--model", str(folder_1024), GPTVIZ_PROMPT=bad),
    ):
        assert (
            run.code == 2
            and "character 6" in run.err
            and "UTF-8" in run.err
            and len(run.err.splitlines()) == 3
        )
    whole = inner.scene("tiny").read_bytes()
    inner.scene("tiny").write_bytes(whole + b"# caf\xe9\n")
    run = inner.run("render", "tiny", "--quality", "l")
    assert run.code == 1 and f"position {len(whole) + 5}" in run.err and "broke off" not in run.err
    course = inner.root / "course.toml"
    course.write_bytes(b"# \xff\n" + course.read_bytes())
    run = inner.run("list")
    assert (
        run.code == 1
        and "position 2" in run.err
        and "course.toml" in run.err
        and "broke off" not in run.err
    )


def test_half_a_character_is_refused_with_its_offset(
    inner: Toy, folder_1024: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", "tiny", "--model", str(folder_1024), "--prompt", "ab \ud83e x"]) == 2
    assert "character 3" in capsys.readouterr().err


TEXTS = {
    "emoji": "Hi \U0001f98a!",
    "NUL": "a\0b",
    "Hebrew": "\u05e9\u05dc\u05d5\u05dd",
    "two ways": "abc \u0645\u0631 12",
    "space mark": "\u0120t \u0120",
    "long token": f"robot {LONG} planet",
    "Chinese": "\u4e2d\u6587",
    "combining": "e\u0301\u0301\u0301 o\u200d\u200b",
    "turned": "\u202etxt\u202c",
    "newlines": "a\n\r\n\tb",
    "not a character": "\uffff\ufeff",
    "escape": "\x1b[31mred\x1b[0m",
    "private": "\ue000\U0010ffff",
}


@pytest.mark.parametrize("name", TEXTS)
def test_any_other_text_is_recorded_and_drawn(
    tmp_path: Path, reader: LanguageModel, name: str
) -> None:
    text = TEXTS[name]
    store = Store(tmp_path)
    store.write("e", "s", "n", take(reader, NextToken(prompt=text, top=5)))
    read = store.read("e", "s", "n")
    tokens = read.tokens("prompt")
    assert b"".join(token.raw for token in tokens) == text.encode() and read.request == NextToken(
        prompt=text, top=5
    )
    if name == "long token":
        assert LONG in tokens
    for token in tokens:
        shown(token)
    strip = TokenStrip(tokens, ids=True)
    assert len(strip.boxes) == len(tokens) and np.isfinite(strip.get_all_points()).all()
    assert tail(tokens, 6.0)[-1] is tokens[-1]
    said = compose(
        "It reads {text} and {token}.", text=Word(text, "e/s/n#request.prompt"), token=tokens[-1]
    )
    assert len(Words(said, width=10.0).lines) >= 1
    if name == "long token":
        line = phrases(said)[0][0].text
        assert (
            "\u2026" in line
            and len(line) <= LINE
            and line.startswith(f"It reads {str(text).strip()[:4]}")
        )
        with pytest.raises(CaptionTooLong, match="2020 characters"):
            phrases(compose(f"It reads {'x' * 2011}"))
    caption = {"start": 0.0, "lines": [line.text for line in phrases(said)[0]]}
    beat = {"end": 1.0, "captions": [caption]}
    written = subrip(cues([beat], 1.0))
    assert written.count("-->") == 1 and all(line.isprintable() for line in written.split("\n"))


def shown(token: Token) -> str:
    """What is drawn of a token: its letters where the fonts have them, its bytes elsewhere; never
    nothing."""
    drawn = TokenText(token, theme.LABEL)
    points = np.concatenate([run.points for run in drawn.runs])
    assert len(points) and np.isfinite(points).all() and 0 < drawn.advance < theme.WIDTH
    return "".join(run.text for run in drawn.runs)


def test_every_token_of_a_vocabulary_can_be_drawn(reader: LanguageModel) -> None:
    """All 256 bytes, which alone are mostly no text, and the token of 2,000 characters, among
    others."""
    vocabulary = take(reader, NextToken(prompt="robot", top=reader.shape.vocab)).tokens("top")
    assert len(vocabulary) == reader.shape.vocab
    drawings = {token.raw: shown(token) for token in vocabulary}
    assert {bytes([byte]) for byte in range(256)} <= drawings.keys()
    assert (
        drawings[b"\xff"] == "\u27e8FF\u27e9"
        and drawings[b" "] == "\u00b7"
        and drawings[b"\0"] == "\u27e800\u27e9"
    )
    assert "\u2026" in drawings[LONG.encode()] and len(drawings[LONG.encode()]) <= 24
