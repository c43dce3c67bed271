"""What of a script cannot be spoken: each rule on a beat that breaks it and on one that does not."""

from __future__ import annotations

import pytest

from gptviz.film.beats import Beat, in_time
from gptviz.film.script import Script
from gptviz.film.script_lint import lint
from gptviz.film.speech import Reading
from gptviz.recording.address import Place
from gptviz.recording.number import Count, Setting, Token, Word
from gptviz.recording.statement import sentence


def rules(
    template: str, *, seconds: float = 6.0, moved: float = 3.0, **fields: object
) -> list[str]:
    said = in_time([sentence(template, **fields)], Reading(), 0.0)
    beat = Beat(0, "01", 0.0, seconds, moved, tuple(said), ())
    return [fault.rule for fault in lint(Script("s", "T", seconds, (beat,)))]


SPOKEN = "You'd probably say planet, and so does the model that you see here."
NUMBER = Setting(124_439_808, "n")


def test_what_can_be_spoken() -> None:
    assert rules(SPOKEN) == []
    assert rules("It has {n:~3} weights to choose from.", n=NUMBER) == []
    mark = Token(":", Count([], "ids"), b":", Place.token("a", "prompt", 0))
    assert rules("Then it says {mark}, and then it stops.", mark=mark) == []
    assert (
        rules("It reads {text} and goes on.", text=Word("a; b: 12,345", Place.value("a", "text")))
        == []
    )


@pytest.mark.parametrize(
    ("rule", "template"),
    [
        ("colon", "One thing is left: the words that it knows."),
        ("colon", "It reads the words; it knows them all."),
        ("long", "It reads " + "all of these words " * 4 + "here."),
        ("word", "Each one gets its share of the whole."),
        ("word", "Every word has a chance of coming next."),
        ("word", "They all begin anew with every word."),
        ("digits", "It has {n:,} weights to choose from."),
        ("numbers", "It has {n:~} of them, and uses {m:~} at a time."),
        ("subject", "Says more than that about each of its words."),
        ("subject", "It stops. Isn\u2019t sure of any of them now."),
    ],
)
def test_what_cannot(rule: str, template: str) -> None:
    assert rules(template, n=NUMBER, m=Setting(0.3, "m"), seconds=8.0) == [rule]


def test_names_are_no_numbers_and_questions_may_begin_with_a_verb() -> None:
    layers, heads = range(12), range(8)
    places = {
        "l": Count.position(3, layers, "layer"),
        "h": Count.position(5, heads, "head"),
        "n": NUMBER,
    }
    assert rules("Look at layer {l:d}, head {h:d}, of {n:~} weights.", **places) == []
    assert rules("Does it know {n:~} words? Is that enough for it?", n=NUMBER) == []
    assert rules("About {n:~} weights, and all {n:~} of them are used.", n=NUMBER) == []


def test_time_and_motion() -> None:
    assert rules(SPOKEN, seconds=4.2) == ["fast"]
    assert rules(SPOKEN, seconds=16.5) == ["length"]
    assert rules("It says this.", seconds=3.0) == ["length"]
    assert rules(SPOKEN, moved=0.0) == ["still"]


def test_the_rate_counts_words_and_the_length_in_minutes() -> None:
    thirteen = "one more word of these that it says here and that's all"
    assert rules(f"{thirteen}.", seconds=12 / 160 * 60 + 0.1) == []
    assert rules(f"{thirteen}.", seconds=12 / 160 * 60 - 0.1) == ["fast"]
