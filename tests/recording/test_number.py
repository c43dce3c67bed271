"""Numbers keep their addresses; what has none is refused; texts say what their numbers are."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptviz import maths
from gptviz.errors import NotFinite, UntrackedNumber
from gptviz.recording.address import Given, Place
from gptviz.recording.number import (
    Claim,
    Count,
    Number,
    Numbers,
    Quoted,
    Setting,
    Token,
    Word,
    derive,
    derive_each,
)
from gptviz.recording.statement import compose, listed, untracked
from gptviz.recording.wording import says, written


def number(value: float, index: int = 0) -> Number:
    return Number(value, Place.tensor("gpt2/softmax/row", "logits", index))


def test_slices_and_picks_keep_the_place_in_the_whole_tensor() -> None:
    table = Numbers(np.arange(24.0).reshape(4, 6), Place.tensor("e/s/n", "pattern"))
    assert str(table[1:3][1][4].address) == "e/s/n#pattern[2, 4]"
    assert float(table[1:3][1][4]) == 16.0
    assert str(table[[3, 0]][0][5].address) == "e/s/n#pattern[3, 5]"
    assert str(table[:, 2][3].address) == "e/s/n#pattern[3, 2]"
    assert [float(n) for n in table[2]] == list(range(12, 18))


def test_arithmetic_loses_the_address_and_deriving_keeps_it() -> None:
    with pytest.raises(UntrackedNumber):
        compose("{d}", d=number(2.0) - number(1.0))
    gap = derive(maths.difference, number(2.0), number(0.5, 1))
    assert float(gap) == 1.5 == gap.address.look_up(Given())
    assert str(gap.address) == "difference(gpt2/softmax/row#logits[0], gpt2/softmax/row#logits[1])"
    shares = derive_each(maths.softmax, [number(1.0), number(2.0, 1)])
    assert shares[1].address.look_up(Given()) == pytest.approx(math.e / (1 + math.e), abs=1e-12)


def test_only_documented_formulas_over_tracked_values_give_derived_numbers() -> None:
    with pytest.raises(UntrackedNumber, match="not a formula"):
        derive(lambda x: x, number(1.0))
    with pytest.raises(UntrackedNumber, match="no address"):
        derive(maths.difference, number(1.0), 0.5)
    with pytest.raises(NotFinite):
        derive(maths.exponential, number(1e9))


def test_copies_of_a_mobject_share_its_numbers() -> None:
    tracked = number(1.0)
    assert copy.deepcopy({"a": tracked})["a"] is tracked


def test_a_claim_says_what_is_so() -> None:
    low, high = (
        Claim(maths.is_negative, (number(-1.0),), "all below", "not all below"),
        Claim(maths.is_negative, (number(1.0),), "all below", "not all below"),
    )
    assert (low.wording, high.wording) == ("all below", "not all below")
    assert low.honest and high.honest
    assert not Claim(maths.is_negative, (number(1.0),), "all below").honest


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (-92.8636, ".2f", "\u221292.86"),
        (50257, ",", "50,257"),
        (0.12928, ".1%", "12.9\u202f%"),
        (0.12928, ".3", ".129"),
        (-0.04, ".1f", "0.0"),
        (7, "words", "seven"),
        (42, "words", "forty-two"),
        (3, "ordinal", "third"),
        (0.129, "one_in", "eight"),
        (124_439_808, "M", "124M"),
        (6_901_760, "M", "6.9M"),
        (118, "words", "one hundred and eighteen"),
    ],
)
def test_formats(value: float, spec: str, text: str) -> None:
    assert written(value, spec) == text
    assert says(text, value, spec)


@given(st.floats(-1e6, 1e6), st.sampled_from([".0f", ".2f", ",.1f", ".1%", ".3", "+.2f"]))
def test_what_is_written_is_what_is_read(value: float, spec: str) -> None:
    assert says(written(value, spec), value, spec)


@given(st.floats(-1e4, 1e4), st.sampled_from([1, 2, 3]))
def test_a_wrong_last_digit_is_found(value: float, decimals: int) -> None:
    wrong = written(value + 1.6 * 10.0**-decimals, f".{decimals}f")
    assert not says(wrong, value, f".{decimals}f")


def test_words_that_a_number_cannot_have() -> None:
    for value, spec in ((0.5, "words"), (1234, "words"), (2.5, "d")):
        with pytest.raises(UntrackedNumber):
            written(value, spec)


def test_words_are_listed_with_commas_and_keep_their_addresses() -> None:
    words = [Word(text, f"test#request.{text}") for text in ("mice", "feet", "men")]
    assert listed(words).text == "mice, feet, men" and listed(words[:1]).text == "mice"
    assert listed(words, 2).text == "mice, feet, \u2026"
    assert [piece.origin for piece in listed(words) if piece.origin is not None] == words


def test_statements_find_what_has_no_address() -> None:
    token = Token(
        " 1984",
        Number(28296, Place.tensor("e/s/n", "tokens.prompt.id")),
        b" 1984",
        Place.token("e/s/n", "prompt", 0),
    )
    good = compose(
        "{n:words} of {all:,} begin with {t}; GPT-2 has {q:,}",
        n=number(5.0),
        all=Count([0] * 3, "things"),
        t=token,
        q=Quoted(117e6, "OpenAI 2019"),
    )
    assert untracked(good) == []
    assert good.text == "five of 3 begin with 1984; GPT-2 has 117,000,000"
    assert untracked(compose("The 7 highest of twenty-two, {t:.2f}", t=Setting(0.7, "T"))) == [
        "7",
        "twenty-two",
    ]
    assert untracked(compose("{plain}", plain="0.42")) == ["0.42"]
    assert untracked(
        compose("{claim}", claim=Claim(maths.is_negative, (number(-1.0),), "3 rise"))
    ) == ["3"]


def test_counts_are_of_things_that_are_there() -> None:
    assert float(Count.position(2, "abc", "letters", first=1)) == 3
    with pytest.raises(IndexError):
        Count.position(3, "abc", "letters")
