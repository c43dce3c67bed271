"""Sentences as a voice is given them: a table of two hundred, and what is recorded among them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptviz.recording.address import Place
from gptviz.recording.number import Count, Setting, Token, Word
from gptviz.recording.statement import compose, sentence

TABLE = [
    line.split(" | ")
    for line in (Path(__file__).parent / "spoken.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def token(text: str, raw: bytes | None = None) -> Token:
    return Token(
        text,
        Count([], "ids"),
        text.encode() if raw is None else raw,
        Place.token("a/b/c", "prompt", 0),
    )


def test_two_hundred_sentences() -> None:
    assert len(TABLE) >= 200
    wrong = [
        (text, said, compose("{text}", text=text).spoken)
        for text, said in TABLE
        if compose("{text}", text=text).spoken != said
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (" planet", "planet"),
        (".", "full stop"),
        ("<|endoftext|>", "end of text"),
        ("42", "forty-two"),
        ("\n", "a new line"),
        ("GPT", "G P T"),
    ],
)
def test_tokens_are_called_by_their_names(written: str, said: str) -> None:
    assert compose("It says {t}.", t=token(written)).spoken == f"It says {said}."


def test_bytes_and_recorded_texts() -> None:
    part = token("\ufffd", b"\xf0\x9f")
    assert compose("One is {t}.", t=part).spoken == "One is byte F zero nine F."
    text = Word("Is it 3.5? \u201cYes\u201d; it is.", "a/b/c#text")
    assert compose("It reads {t}", t=text).spoken == "It reads Is it three point five? Yes; it is."


def test_numbers_of_every_format_are_said() -> None:
    n, p = Setting(124_439_808, "n"), Setting(0.12928, "p")
    said = sentence("{n:~3}, {p:~in}, {p:.1%}, {p:.3}.", n=n, p=p).spoken
    assert said == (
        "About one hundred and twenty-four million, about one in eight, twelve point nine percent, "
        "point one two nine."
    )


@given(text=st.text(alphabet="aB7 .,-+%$/\u2212\u00d7\u201c\u2026\u2013\u202f\u00b0K", max_size=30))
def test_no_digit_and_no_sign_is_left_to_the_voice(text: str) -> None:
    said = compose("{text}", text=text).spoken
    assert not re.search("[0-9%$/+\u2212\u00d7\u201c\u2026\u2013\u202f]", said.replace("$", "")), (
        said
    )
    assert "  " not in said and said == said.strip()
