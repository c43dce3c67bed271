"""Every committed film looks the same, drawn by Manim and by the fast renderer."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from manim import Scene

from gptviz.recording.store import Store
from gptviz.render.editions import DEFAULT, Edition, cast
from gptviz.render.find import find_scenes, pick_scenes
from gptviz.render.project import open_project
from gptviz.render.scenefiles import load_film
from tests.render.comparing import MOST, compare, settings

PROJECT = open_project(Path(__file__).resolve().parents[2])
NAMES = sorted(find_scenes(PROJECT))
MOMENTS = 10


def film(name: str) -> partial[Scene]:
    """A film with its recordings of the default edition, to be given a renderer."""
    scene = pick_scenes(PROJECT, [name])[0].checked()
    found = cast(
        scene,
        Edition(DEFAULT, PROJECT.models, PROJECT.vectors, films=PROJECT.orders),
        Store(PROJECT.recordings),
    )
    recordings: dict[str, Any] = {need: part.recording for need, part in found.parts.items()}
    assert None not in recordings.values(), f"{name} lacks a recording in the default edition"
    return partial(load_film(scene.path, scene.film), recordings)


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore:'mode' parameter:DeprecationWarning"
)  # Manim 0.22 and its images
@pytest.mark.parametrize("name", NAMES)
def test_a_film_looks_the_same(name: str, tmp_path: Path, record_property: Any) -> None:
    with settings(tmp_path, rate=5):
        most, share = compare(film(name), MOMENTS)
    record_property("largest difference", most)
    record_property("share of pixels that differ", share)
    assert most <= MOST, f"{share:.2%} of the pixels differ, by up to {most} of 255"


def test_there_are_films() -> None:
    assert len(NAMES) >= 2
