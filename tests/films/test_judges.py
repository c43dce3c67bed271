"""Every film before the two judges: its numerals and claims, its layout and its pace.

A film is played on the default edition, and on every other edition that holds all that it needs: a
sentence that is true of one model only must not be said of another.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from gptviz.film.audit import audit
from gptviz.film.judges import judge
from gptviz.film.lint import inspect
from gptviz.recording.schema import Recording
from gptviz.recording.store import Store
from gptviz.render.editions import DEFAULT, Edition, cast
from gptviz.render.find import find_scenes, pick_scenes
from gptviz.render.project import Order, open_project
from gptviz.render.scenefiles import load_film
from tests.films.redirected import faults, untruths

PROJECT = open_project(Path(__file__).resolve().parents[2])
NAMES = sorted(find_scenes(PROJECT))
QUICK = [name for name in ("softmax", "heads_grid", "scores_mask") if name in NAMES]
FILMS = [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in NAMES]


def given(name: str, edition: Edition) -> tuple[type[Any], dict[str, Recording]] | None:
    """A film and the recordings that an edition gives it, or None where the edition lacks one."""
    scene = pick_scenes(PROJECT, [name])[0].checked()
    found = cast(scene, edition, Store(PROJECT.recordings))
    recordings = {
        need: part.recording for need, part in found.parts.items() if part.recording is not None
    }
    return None if found.lacking else (load_film(scene.path, scene.film), recordings)


def default(name: str) -> tuple[type[Any], dict[str, Recording]]:
    found = given(name, Edition(DEFAULT, PROJECT.models, PROJECT.vectors, films=PROJECT.orders))
    assert found is not None, f"{name} lacks a recording in the default edition"
    return found


def others(name: str) -> list[str]:
    return [
        edition
        for edition in Store(PROJECT.recordings).editions()
        if given(name, Edition(edition, (edition,), (edition,))) is not None
    ]


def written_for(name: str) -> set[str]:
    """The editions that a film is laid out for: its own, where course.toml gives it an order."""
    own = PROJECT.orders.get(name) or Order()
    return {*(own.model or PROJECT.models), *(own.vectors or PROJECT.vectors)}


@pytest.mark.parametrize("name", FILMS)
def test_a_film_stands_before_both_judges(name: str) -> None:
    """Every numeral has its address, no sentence is false, layout and pace are clean."""
    film, recordings = default(name)
    audited, inspected = judge(film, recordings, name)
    assert untruths(name, audited) == []
    assert len(audited.numerals) > 3
    assert audited.length > 30
    assert faults(name, inspected) == []


@pytest.mark.slow
@pytest.mark.timeout(900)  # up to four editions of one film
@pytest.mark.parametrize("name", NAMES)
def test_a_film_stays_true_and_clean_in_every_edition_that_has_its_recordings(name: str) -> None:
    for edition in others(name):
        film, recordings = given(name, Edition(edition, (edition,), (edition,))) or default(name)
        audited, inspected = judge(film, recordings, name)
        assert untruths(name, audited) == [], edition
        if edition in written_for(name):
            assert faults(name, inspected) == [], edition


@pytest.mark.parametrize("name", QUICK[:1])
def test_the_audit_sees_one_changed_number(name: str) -> None:
    """A film given a recording under another's name is found out: what it shows is not what lies at
    the address."""
    film, recordings = default(name)
    row = next(iter(recordings))
    doctored = type(recordings[row])(
        recordings[row].manifest, dict(recordings[row].tensors), recordings[row].name
    )
    logits = doctored.tensors["logits"].copy()
    logits[0] += 0.01
    doctored._arrays = {**doctored._arrays, "logits": logits}
    assert audit(film, {**recordings, row: doctored}, name).ok, "a recording is what it says"

    class Cheats(film):  # type: ignore[misc, valid-type]
        __doc__ = film.__doc__

        def __init__(self, given: Any, **scene: Any) -> None:
            super().__init__({**given, row: doctored}, **scene)

    report = audit(Cheats, recordings, name)
    assert any("logits[0]" in problem and "not" in problem for problem in report.problems)


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_the_judges_are_quick(name: str) -> None:
    """Of the processor's time, for a minute of film: the audit takes under 20 s, the inspection
    under 60."""
    film, recordings = default(name)
    for alone, most in ((audit, 20.0), (inspect, 60.0)):
        begun = time.process_time()
        report = alone(film, recordings, scene=name)
        assert time.process_time() - begun < most * max(report.length / 60, 1)


def test_the_films_that_are_judged_at_once_are_there() -> None:
    assert len(QUICK) == 3
