"""Meaning colours: each misuse, beside the same drawing in a colour that it may have."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from manim import Mobject, Square, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.bars import ShareStrip
from gptviz.film import Film
from gptviz.film.audit import AuditReport, audit
from gptviz.recording.number import Setting, Tracked


def shown(make: Callable[[Tracked], Mobject], value: float = 0.3) -> AuditReport:
    """What the audit finds in a film that shows one thing, made of a setting."""

    class Shows(Film):
        """What does it mean?"""

        settings = {"value": value}

        def construct(self) -> None:
            with self.beat("Here it is, in its colour."):
                self.add(make(self.setting("value")))
                self.wait(0.2)

    return audit(Shows, {}, "shows")


def square(color: str, means: tuple[str, ...] = (), *, filled: bool = True) -> Mobject:
    drawn = Square(stroke_width=0 if filled else 4, color=color, fill_opacity=filled)
    if means:
        drawn.means = means
    return drawn


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (
            lambda _: square(theme.PROBABILITY),
            lambda _: square(theme.PROBABILITY, ("probability",)),
        ),
        (lambda _: square(theme.KEY, ("query",)), lambda _: square(theme.KEY, ("key",))),
        (lambda _: square(theme.WRONG), lambda _: square(theme.HUES[1])),
        (lambda _: square(theme.FOCUS), lambda _: square(theme.FOCUS, filled=False)),
        (lambda _: Words("right", 40, theme.PROBABILITY), lambda _: Words("right", 40)),
        (
            lambda _: Words("values", 40, theme.QUERY),
            lambda _: Words("queries", 40, theme.QUERY),
        ),
        (
            lambda v: Numeral(v, ".1f", 40, theme.FOCUS),
            lambda v: Numeral(v, ".1f", 40, theme.PROBABILITY),
        ),
    ],
)
def test_a_meaning_colour_without_its_meaning(
    wrong: Callable[[Tracked], Mobject], right: Callable[[Tracked], Mobject]
) -> None:
    found = shown(wrong)
    assert len(found.colours) == 1 and len(found.problems) == 1
    assert shown(right).problems == []


def test_a_green_number_is_a_probability() -> None:
    assert shown(lambda v: Numeral(v, ".2f", 40, theme.PROBABILITY), 1.0).ok
    found = shown(lambda v: Numeral(v, ".2f", 40, theme.PROBABILITY), 1.2)
    assert found.problems[0].endswith(
        "'1.20': the colour of probability means nothing else; "
        'declare means = ("...",) or take another'
    )


def test_pieces_declare_what_they_draw_and_formulas_are_coloured_by_their_parts() -> None:
    assert shown(lambda v: ShareStrip([v, v], 5.0)).ok
    assert shown(lambda _: Formula("{{ p : p }} + 1", colors={"p": theme.PROBABILITY})).ok


def test_a_part_that_is_taken_out_of_its_whole_keeps_what_it_means() -> None:
    class Taken(Film):
        """What is left?"""

        def construct(self) -> None:
            strip = ShareStrip([Setting(0.5, "a"), Setting(0.5, "b")], 5.0)
            bar = strip.parts[0]
            bar.__class__ = Square  # no longer a bar that says so by itself
            with self.beat("It is taken out of its strip."):
                self.add(strip)
                self.wait(0.2)
                self.remove(strip)
                self.add(VGroup(bar), outline((0, 0, 1, 1)))
                self.wait(0.2)

    assert audit(Taken, {}, "taken").colours == []
