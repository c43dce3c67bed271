"""Prompts that people write, in every film that takes one: the film is clean, or it refuses before
anything is recorded and says how many tokens it can show."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gptviz.errors import NotDeclared, PromptRefused
from gptviz.film.lint import inspect
from gptviz.recording.store import Store
from gptviz.render.editions import Edition, asked
from gptviz.render.find import SceneFile, find_scenes
from gptviz.render.project import open_project
from gptviz.render.scenefiles import load_film
from gptviz.sourcing.asked import Asked
from gptviz.sourcing.preparing import prepare

PROJECT = open_project(Path(__file__).resolve().parents[2])
SCENES = find_scenes(PROJECT)
LENGTHS = (1, 2, 10, 30, 100, 200)
ODD = {
    "one word of 60 letters": "Pneumonoultramicroscopicsilicovolcanoconiosisandsomemorelett",
    "emoji": "\U0001f680 \U0001f98a went \u2764\ufe0f to the \U0001f30d",
    "Arabic": "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "Chinese": "\u5f88\u4e45\u4ee5\u524d\u6709\u4e00\u4e2a\u56fd\u738b",
}

#: Films with a main request that do not say yet how many tokens they can show. None is added here.
UNMEASURED = {
    "autoregression",
    "embedding_matrix",
    "heads_grid",
    "logit_lens",
    "matvec",
    "softmax",
    "temperature",
    "weight_mri",
}

#: What the recorder of two models says of a single token, before a film is asked.
ONE_PLACE = "both have read the same text at its end only"


def takes_prompt(scene: SceneFile) -> bool:
    try:
        asked(scene, Edition("", (), (), "Once", PROJECT.orders))
    except NotDeclared:
        return False
    return True


@cache
def model() -> Any:
    from gptviz.models import load

    return load("mini")


def words(count: int) -> str:
    """So many tokens of the bundled model, as plain words."""
    text = " ".join(["The king said to his little dog that the moon was made of cheese."] * 16)
    found = str(model().decode(model().encode(text)[:count]))
    assert len(model().encode(found)) == count
    return found


def test_every_film_that_takes_a_prompt_says_how_many_tokens_it_can_show() -> None:
    unsaid = {name for name, each in SCENES.items() if takes_prompt(each) and each.tokens is None}
    assert unsaid <= UNMEASURED


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name for name, each in SCENES.items() if each.tokens and takes_prompt(each)]
)
def test_a_prompt_is_shown_whole_or_refused_with_the_count(name: str, tmp_path: Path) -> None:
    scene, project = SCENES[name].checked(), PROJECT.elsewhere(str(tmp_path), str(tmp_path))
    assert scene.tokens is not None
    lengths = sorted({*LENGTHS, *scene.tokens})
    for what, prompt in {**{str(count): words(count) for count in lengths}, **ODD}.items():
        count = len(model().encode(prompt))
        fits = scene.tokens[0] <= count <= scene.tokens[1]
        if what.isdecimal() and fits and count not in scene.tokens:
            continue  # what lies between two lengths that are clean is clean
        sourced = prepare(project, [scene], Asked(model="mini", prompt=prompt))
        if not fits:
            fault = sourced.faults[name]
            said = str(scene.tokens[1]) in fault.why or (count == 1 and ONE_PLACE in fault.why)
            assert isinstance(fault, PromptRefused) and said, what
            assert not Store(tmp_path).has(sourced.edition.name, name, str(scene.main)), what
            continue
        drawn = sourced.recordings(Store(tmp_path), scene)
        report = inspect(load_film(scene.path, scene.film), drawn, scene=name)
        assert report.problems == [], what
