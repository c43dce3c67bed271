"""``list`` and ``status``: the films, and what is published of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gptviz.commands.console import say
from gptviz.render.find import SceneFile, course_faults, find_scenes, pick_scenes
from gptviz.render.project import Project
from gptviz.sourcing.asked import Asked

if TYPE_CHECKING:
    from gptviz.commands.rendering import How
    from gptviz.render.plan import Plan


def films(project: Project, as_json: bool) -> None:
    """Prints the films of the course; as JSON also their state."""
    scenes = find_scenes(project)
    if as_json:
        from gptviz.commands.rendering import How

        print(as_text(plans(project, list(scenes.values()), Asked(), How())))
        return
    width = max((len(name) for name in scenes), default=0)
    titles = {chapter.name: chapter.title for chapter in project.chapters}
    for chapter in dict.fromkeys(scene.chapter for scene in scenes.values()):
        print(titles.get(chapter, chapter))
        for scene in scenes.values():
            if scene.chapter == chapter:
                print(
                    f"  {scene.name:<{width}}  {scene.title}{f'  (cannot be read: {scene.fault})' if scene.fault else ''}"
                )
    say_faults(project, scenes)


def say_faults(project: Project, scenes: Mapping[str, SceneFile]) -> None:
    """Says what the course and these films say of one another that cannot both be so."""
    for fault in course_faults(project, scenes):
        say(fault)


def status(
    project: Project,
    names: Sequence[str],
    everything: bool,
    wanted: Asked,
    quality: str,
    captions: str,
    voice: str,
    as_json: bool,
) -> None:
    """Prints the state of films (of all, where none is named) and the reason for it."""
    from gptviz.commands.rendering import How

    scenes = pick_scenes(project, names, everything or not names)
    found = plans(project, scenes, wanted, How(quality, captions, voice))
    if as_json:
        print(as_text(found))
        return
    from gptviz.commands.console import table

    table(
        ("film", "edition", "recordings", "state", "why"),
        [
            (plan.scene.name, plan.edition.name, plan.sources, plan.state, plan.why)
            for plan in found
        ],
    )
    counts = {
        state: sum(plan.state == state for plan in found) for state in ("fresh", "stale", "missing")
    }
    print(", ".join(f"{count} {state}" for state, count in counts.items()))
    say_faults(project, {scene.name: scene for scene in scenes})


def plans(project: Project, scenes: Sequence[SceneFile], wanted: Asked, how: How) -> list[Plan]:
    """Plans of films. A model that is named is looked at, never run: its films are stale where it
    has changed."""
    from gptviz.render.plan import Planner
    from gptviz.sourcing.preparing import look  # half of what a list takes

    planner, sourced = Planner(project), look(project, scenes, wanted)
    return [sourced.plan(planner, scene, how.wish) for scene in scenes]


def as_text(found: Sequence[Plan]) -> str:
    """Plans as JSON."""
    films = [
        {
            "scene": plan.scene.name,
            "chapter": plan.scene.chapter,
            "title": plan.scene.title,
            "edition": plan.edition.name,
            "recordings": plan.sources,
            "state": plan.state,
            "why": plan.why,
        }
        for plan in found
    ]
    return json.dumps({"films": films}, indent=1, ensure_ascii=False)
