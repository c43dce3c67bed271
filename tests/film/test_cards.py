"""A film with cards: no title line, its question large after the hook, and its sources at the
end."""

from __future__ import annotations

from typing import Any

import pytest
from manim import FadeIn, Square, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.furniture.badge import Badge
from gptviz.drawing.furniture.cards import PICTURE_BOTTOM, PICTURE_TOP
from gptviz.errors import NotDeclared
from gptviz.film import Film
from gptviz.film.audit import audit
from gptviz.film.lint import inspect
from gptviz.film.rehearsal import Moment, rehearse
from gptviz.recording.number import Quoted
from gptviz.recording.schema import Provenance, Recording, typed
from tests.film.conftest import REQUEST

PAPER = "Radford and others (2019)"


class Carded(Film):
    """How sure is it of its next word?"""

    needs = {"row": REQUEST}
    cards = True

    def construct(self) -> None:
        row = self.rec["row"]
        number = Numeral(row.probability(0), ".1%", 60)
        quoted = Numeral(Quoted(117e6, PAPER), "M", 60).shift((0, -2, 0))
        square = Square(1.0, color=theme.DATA_LOW).shift((0, 2.4, 0))
        group = VGroup(number, square)
        with self.beat("Here is a guess that it makes.", "And it was made in a moment."):
            self.play(FadeIn(group), FadeIn(quoted), run_time=3.0)
        self.title_card()
        with self.beat("It's sure, but not that sure.", "Look at what it says here."):
            self.play(FadeIn(group), run_time=3.0)
        self.end_card("It gives its first guess {p:~%}.", number, p=row.probability(0))


def named(recording: Recording, **told: Any) -> Recording:
    provenance = Provenance(**{**recording.provenance.model_dump(), **told})
    manifest = recording.manifest.model_copy(update={"provenance": provenance})
    return typed(manifest, dict(recording.tensors), recording.name)


def texts(film: Film) -> list[str]:
    return [
        part.pieces.text
        for mobject in film.mobjects
        for part in mobject.get_family()
        if isinstance(part, Words)
    ]


def test_what_stands_on_a_film_with_cards(row: Recording) -> None:
    seen: dict[str, set[str]] = {"before": set(), "card": set(), "after": set()}

    def look(moment: Moment) -> None:
        shown = set(texts(moment.film))
        when = "card" if Carded.title() in shown else "after" if seen["card"] else "before"
        seen[when] |= shown

    film = rehearse(Carded, {"row": row}, look)
    assert Carded.title() in seen["card"]
    assert not [text for text in seen["card"] if "moment" in text], "nothing is said meanwhile"
    assert all("How sure" not in text for text in seen["before"] | seen["after"])
    first, second = film.beats
    assert second.start - first.end == pytest.approx(2.5 + theme.QUICK, abs=0.1)
    assert film.now - second.end > 3.0 + theme.QUICK
    assert texts(film) == [
        "It gives its first guess about 64 percent.",
        f"A model 7 \u00b7 124M \u00b7 recordings {row.digest[:7]}",
        f"quoted: {PAPER}",
    ]
    number = next(m for m in film.mobjects if isinstance(m, Numeral))
    assert number.get_bottom()[1] >= PICTURE_BOTTOM and number.get_top()[1] <= PICTURE_TOP
    assert number.width > 2.5, "the picture worth keeping is as large as its room"


def test_the_cards_pass_both_judges(row: Recording) -> None:
    assert audit(Carded, {"row": row}).problems == []
    assert inspect(Carded, {"row": row}).problems == []


def test_a_card_that_is_declared_is_shown(row: Recording) -> None:
    class Forgets(Carded):
        def construct(self) -> None:
            with self.beat("It says this."):
                self.title_card()

    with pytest.raises(NotDeclared, match="shows no end card"):
        rehearse(Forgets, {"row": row}, lambda _: None)


def test_a_badge_names_model_and_size_and_nothing_else(row: Recording) -> None:
    def says(*recordings: Recording) -> str:
        words = Badge(recordings)[0]
        assert isinstance(words, Words)
        return words.pieces.text

    small = named(row, model="GPT-2 small", parameters=124_439_808, commit="abcdef0123")
    coarse = named(row, model="SmolLM2", parameters=134_515_008, dtype="Q4_0", note="a note")
    vectors = named(row, model="word2vec GoogleNews 300d", parameters=None)
    assert says(small, small) == "GPT-2 small \u00b7 124M"
    assert says(coarse) == "SmolLM2 \u00b7 135M, 4-bit"
    assert says(small, vectors) == "GPT-2 small \u00b7 124M   word2vec GoogleNews 300d"
