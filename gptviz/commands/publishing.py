"""``course`` and ``compare``: render what is stale, then publish."""

from __future__ import annotations

from gptviz.commands.console import Films, say
from gptviz.commands.recording import Asked, Here, choose, complete
from gptviz.commands.rendering import How, StudioOf, machines, report
from gptviz.errors import UsageError
from gptviz.render import engine
from gptviz.render.find import pick_scenes
from gptviz.render.plan import Plan, Planner, Wish
from gptviz.render.produce import Studio
from gptviz.render.project import Project


def course(project: Project, wanted: Asked, how: How) -> int:
    """Renders the course's stale films, joins the chapters and writes the page; the last line
    printed is its path.

    Returns 1 where a film failed; the page then holds the others.
    """
    with machines(how) as (taker, studio_of):
        return _course(project, wanted, how, taker, studio_of)


def _course(project: Project, wanted: Asked, how: How, taker: Here, studio_of: StudioOf) -> int:
    scenes = pick_scenes(project, (), True)
    choice = choose(project, wanted, taker)
    refused = complete(project, scenes, choice, taker) if choice.references else {}
    planner = Planner(project)
    wish = Wish(how.quality, "drawn", engine.STOCK if how.stock else engine.default())
    plans = [
        planner.plan(scene, choice.edition, wish, fault=refused.get(scene.name)) for scene in scenes
    ]
    films = Films()
    with films.shown():
        results = studio_of(planner, films).make(plans, how.force)
    code = report(results, films) if len(results) > 1 else 0
    made = [result.plan for result in results if result.film is not None]
    from gptviz.course.publishing import publish_course  # noqa: PLC0415  (PyAV)

    print(publish_course(project, made))
    return code


def compare(project: Project, scene: str, a: str, b: str, how: How) -> int:
    """Two editions of one film side by side; the last line printed is the path. Editions must be
    recorded."""
    if a == b:
        raise UsageError(
            f"{a} and {b} are the same edition", "", "name two: gptviz compare SCENE gpt2 mini"
        )
    planner = Planner(project)
    wish = Wish(how.quality, "drawn", engine.default())
    plans: list[Plan] = []
    for name in (a, b):
        picked = pick_scenes(project, (scene,), False)
        choice = choose(project, Asked(edition=name))
        plans += [planner.plan(each, choice.edition, wish) for each in picked]
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
