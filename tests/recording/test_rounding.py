"""Numbers as one says them, against a table made by hand and against arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptviz.errors import UntrackedNumber
from gptviz.recording.wording import says, written

TABLE = [
    (124439808, "~3", "about 124 million"),
    (124439808, "~", "about 120 million"),
    (5e6, "~", "five million"),
    (0.12928, "~%", "about thirteen percent"),
    (0.12928, "~in", "about one in eight"),
    (0.125, "~in", "one in eight"),
    (0.9, "~in", "ninety percent"),
    (0.3, "~in", "about one in three"),
    (1e-6, "~in", "one in a million"),
    (0.00012, "~in", "about one in 8,300"),
    (50257, "~", "about fifty thousand"),
    (50257, "round", "fifty thousand"),
    (47123, "~", "about 47,000"),
    (1024, "~", "about a thousand"),
    (1.53e9, "~", "about 1.5 billion"),
    (2.71828, "~", "about 2.7"),
    (2.71828, "round", "2.7"),
    (-92.86, "~", "about minus 93"),
    (7, "~", "seven"),
    (768, "~3", "768"),
    (999.6, "~3", "about a thousand"),
    (0.9996, "~%", "more than 99 percent"),
    (1.0, "~%", "a hundred percent"),
    (0.0034, "~%", "0.34 percent"),
    (0.0, "~", "zero"),
]
NUMBERS = st.floats(min_value=1e-5, max_value=1e13) | st.floats(min_value=-1e6, max_value=-1e-3)


@pytest.mark.parametrize(("value", "spec", "text"), TABLE)
def test_as_one_says_it(value: float, spec: str, text: str) -> None:
    assert written(value, spec) == text
    assert says(text, value, spec) and says(text[0].upper() + text[1:], value, spec)


@given(value=NUMBERS, digits=st.sampled_from([2, 3]))
def test_a_rounded_number_is_within_half_a_unit_of_its_last_digit(
    value: float, digits: int
) -> None:
    text = written(value, f"~{digits}")
    assert says(text, value, f"~{digits}")
    assert text.startswith("about ") == (
        abs(float(f"{value:.{digits}g}") - value) > 1e-12 * abs(value)
    )
    assert not says(text, value * 1.12, f"~{digits}"), "another number"
    assert not says(text, -value, f"~{digits}")


@given(share=st.floats(min_value=1e-6, max_value=1.0))
def test_shares_as_percent_and_as_odds(share: float) -> None:
    for spec in ("~%", "~in", "round%"):
        assert says(written(share, spec), share, spec)
        assert not says(written(share, spec), share * 1.7, spec)


def test_what_does_not_say_the_number() -> None:
    for text in ("124 million", "about 125 million", "about 124", "about 124 thousand", "about"):
        assert not says(text, 124439808, "~3"), text
    assert not says("about five million", 5e6, "~"), "it is not about that, it is that"
    assert not says("thirteen percent", 0.12928, "~%")
    assert not says("about thirteen", 0.12928, "~%")
    with pytest.raises(UntrackedNumber, match="cannot be rounded"):
        written(float("inf"), "~")
