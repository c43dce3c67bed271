"""Films that were directed anew have a script that can be spoken as it stands."""

from __future__ import annotations

from gptviz.film.script import script
from gptviz.film.script_lint import lint
from tests.films.redirected import REDIRECTED
from tests.films.test_judges import default


def test_films_that_can_be_spoken_stay_so() -> None:
    for name in sorted(REDIRECTED):
        film, recordings = default(name)
        assert [str(fault) for fault in lint(script(film, recordings, name))] == [], name


def test_a_film_of_the_old_language_is_not_among_them() -> None:
    """The judge is awake: an old film breaks several of its rules."""
    film, recordings = default("weight_mri")
    found = {fault.rule for fault in lint(script(film, recordings, "weight_mri"))}
    assert {"colon", "digits", "length"} <= found and "weight_mri" not in REDIRECTED
