"""``course`` and ``compare``: render what is stale, then publish."""

from __future__ import annotations

from collections.abc import Sequence

from gptviz.commands import console
from gptviz.commands.console import Films, say
from gptviz.commands.listing import say_faults
from gptviz.commands.rendering import How, StudioOf, machines, report
from gptviz.errors import UsageError
from gptviz.render import engine
from gptviz.render.find import pick_scenes
from gptviz.render.plan import Plan, Planner, Wish
from gptviz.render.produce import Studio
from gptviz.render.project import Project
from gptviz.sourcing.asked import Asked
from gptviz.sourcing.preparing import prepare
from gptviz.sourcing.reference import Here


def course(project: Project, wanted: Asked, how: How) -> int:
    """Renders the course's stale films, joins the chapters and writes the page; the last line
    printed is its path.

    Returns 1 where a film failed; the page then holds the others.
    """
    with machines(how) as (taker, studio_of):
        return _course(project, wanted, how, taker, studio_of)


def _course(project: Project, wanted: Asked, how: How, taker: Here, studio_of: StudioOf) -> int:
    scenes = pick_scenes(project, (), True)
    sourced, planner = prepare(project, scenes, wanted, taker), Planner(project)
    plans = [sourced.plan(planner, scene, how.wish) for scene in scenes]
    films = Films()
    with films.shown():
        results = studio_of(planner, films).make(plans, how.force)
    code = report(results, films)
    made = [result.plan for result in results if result.film is not None]
    from gptviz.course.publishing import publish_course  # noqa: PLC0415  (PyAV)

    page = publish_course(project, made)
    say_faults(project, {scene.name: scene for scene in scenes})
    print(page)
    return code


def compare(project: Project, scene: str, editions: Sequence[str], wanted: Asked, how: How) -> int:
    """Two editions of one film side by side; the last line printed is the path.

    The sides are the ``editions``, which must be recorded, and then what is ``wanted``, which is
    recorded where it is not. Raises UsageError for more or fewer than two sides.
    """
    sides = [Asked(edition=name) for name in editions] + ([wanted] if wanted.anything else [])
    if len(sides) != 2:
        raise UsageError(
            f"{len(sides)} sides were named",
            "two editions are compared; --model, --vectors, --prompt and --edition name one of them",
            "gptviz compare SCENE gpt2 mini, or gptviz compare SCENE gpt2 --model FOLDER",
        )
    planner, wish = Planner(project), Wish(how.quality, "drawn", engine.default())
    plans: list[Plan] = []
    for side in sides:
        scenes = pick_scenes(project, (scene,))
        sourced = prepare(project, scenes, side, Here(console))
        plans += [sourced.plan(planner, each, wish) for each in scenes]
    if plans[0].edition.name == plans[1].edition.name:
        raise UsageError(
            f"both sides are the edition {plans[0].edition.name}", "", "name two that differ"
        )
    films = Films()
    with films.shown():
        results = Studio(planner, films, how.jobs).make(plans, how.force)
    for result in results:
        if result.film is None:
            if result.error is not None:
                raise result.error
            say(f"{result.plan.scene.name}: {result.outcome}")
            return 1
    from gptviz.course.publishing import publish_comparison  # noqa: PLC0415  (PyAV)

    print(publish_comparison(project, plans[0].place, plans[1].place))
    return 0
