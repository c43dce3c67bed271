"""The doors of stack_3d: each leads to a film of the course, and says the question that is its
title."""

from __future__ import annotations

import sys
from pathlib import Path

from gptviz.render.find import find_scenes
from gptviz.render.project import open_project
from gptviz.render.scenefiles import load_film


def test_every_door_leads_to_a_film_and_says_its_title() -> None:
    films = find_scenes(open_project(Path(__file__).resolve().parents[2]))
    stack = films["stack_3d"]
    film = load_film(stack.path, stack.film)
    doors = sys.modules[f"{film.__module__.rpartition('.')[0]}.parts"].DOORS
    assert doors
    assert {name: films[name].title if name in films else None for name in doors} == doors
