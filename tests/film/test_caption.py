"""Captions: where sentences are cut, by a table and by rule, and when each page stands."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptviz.film.beats import in_time
from gptviz.film.caption import LINE, CaptionTooLong, pages, phrases
from gptviz.film.speech import Reading, Speech, Spoken, spread
from gptviz.recording.address import Place
from gptviz.recording.number import Count, Token
from gptviz.recording.statement import Statement, compose

#: As they are to be cut: lines at ``/``, captions at ``|``.
TABLE = """
You'd probably say planet.
But the model doesn't output words.
It outputs one raw score / for every token it knows, all of them.
They're all negative, / and they add up to nothing sensible.
Only the gaps between scores will matter, / so let's set the highest to zero.
Together they're longer / than our seven combined.
And what it adds goes back / into the stream of numbers.
The model reads the whole text at once, / and every word of it looks back | at all the words before it, / but never ahead.
That one was the very first place, / and the last one is almost nothing, | perhaps because hardly any text / was long enough to reach it.
Turn both by the same amount, / and their match stays the same.
One part of a head decides where it looks, | and the other decides what it takes / from there.
"""
WORDS = [
    "the",
    "model",
    "a",
    "of",
    "in",
    "with",
    "and",
    "but",
    "that",
    "planet",
    "reads",
    "numbers",
    "attention",
    "looks",
    "it's",
    "very",
    "one",
    "because",
]
NEVER_LAST = set(["the", "a", "of", "in", "with", "and", "but", "that", "because"])


def plain(text: str) -> str:
    return "".join(text.replace("|", "/").split("/"))


@pytest.mark.parametrize("wanted", [line for line in TABLE.splitlines() if line])
def test_sentences_are_cut_between_phrases(wanted: str) -> None:
    cut = phrases(compose(" ".join(plain(wanted).split())))
    assert " | ".join(" / ".join(line.text for line in page) for page in cut) == wanted


@given(words=st.lists(st.sampled_from(WORDS), min_size=2, max_size=40))
def test_no_line_ends_on_a_small_word_or_on_the_first(words: list[str]) -> None:
    text = " ".join(words)
    try:
        cut = phrases(compose("{text}", text=text))
    except CaptionTooLong:
        pytest.fail(f"{text!r} has no cut")
    lines = [line.text for page in cut for line in page]
    assert " ".join(lines) == text
    assert all(1 <= len(page) <= 2 for page in cut) and all(len(line) <= LINE for line in lines)
    if any(word not in NEVER_LAST for word in words[1:-1]) and len(words) < 16:
        torn = [line for line in lines[:-1] if line.split()[-1] in NEVER_LAST]
        assert not torn or all_torn(words), (lines, torn)


def all_torn(words: list[str]) -> bool:
    """Whether eight words in a row leave no room for a better cut."""
    run = 0
    for i, word in enumerate(words[:-1]):
        run = run + 1 if word in NEVER_LAST or i == 0 else 0
        if run >= 4:
            return True
    return False


def test_a_numeral_is_never_cut() -> None:
    count = Count([0] * 400, "things")
    said = compose(f"{'x' * 34} {{n:~}} {'y' * 25}", n=count)
    assert [line.text for line in phrases(said)[0]] == ["x" * 34, "four hundred " + "y" * 25]


class Quick:
    """A voice that says everything in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def of(self, text: str) -> Spoken:
        return spread(text, self.seconds)


def told(speech: Speech, *texts: str) -> list[tuple[float, str]]:
    statements: list[Statement] = [compose(text) for text in texts]
    return [
        (page.start, " / ".join(line.text for line in page.lines))
        for page in pages(in_time(statements, speech, 10.0))
    ]


def test_a_page_stands_from_its_first_word_on() -> None:
    long = plain(next(line for line in TABLE.splitlines() if line.startswith("The model reads")))
    long = " ".join(long.split())
    shown = told(Quick(6.0), long, "And so on.")
    letters = long.index("at all")
    assert shown[0][0] == 10.0
    assert shown[1][0] == pytest.approx(10.0 + 6.0 * letters / (len(long) + 1))
    assert shown[2] == (pytest.approx(16.35), "And so on.")


def test_pages_stand_for_one_to_seven_seconds() -> None:
    assert told(Quick(0.5), "No.", "Not one of them.") == [
        (10.0, "No. Not one of them."),
        (17.0, ""),
    ], "what would stand for less than a second is shown with what follows"
    assert told(Quick(9.0), "A slow one.", "Then.") == [
        (10.0, "A slow one."),
        (17.0, ""),
        (pytest.approx(19.35), "Then."),
        (pytest.approx(26.35), ""),
    ]
    for speech in (Quick(1.2), Quick(3.0), Reading()):
        shown = told(speech, "One sentence here.", "Then one more of them.", "And the last.")
        assert all(1 <= after[0] - before[0] <= 7 for before, after in pairwise(shown))


def test_what_is_recorded_is_shortened_before_a_sentence_takes_two_captions() -> None:
    token = Token("x" * 60, Count([], "ids"), b"x" * 60, Place.token("a", "prompt", 0))
    (page,) = phrases(
        compose("It reads {token} at last, and it goes on for some more.", token=token)
    )
    assert "\u2026" in page[0].text
    with pytest.raises(CaptionTooLong, match="one word is longer"):
        phrases(compose("It reads " + "x" * 43))
