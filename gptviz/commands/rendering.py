"""``render``: record what a named model has not answered yet, plan, make what is not fresh, and say
where it lies."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from gptviz.commands import console
from gptviz.commands.console import Films, say, table
from gptviz.commands.listing import say_faults
from gptviz.errors import GptvizError, UsageError
from gptviz.render import engine
from gptviz.render.find import SceneFile, pick_scenes
from gptviz.render.plan import Captions, Planner, Wish
from gptviz.render.produce import Result, Studio
from gptviz.render.project import Project
from gptviz.sourcing.asked import Asked
from gptviz.sourcing.preparing import prepare
from gptviz.sourcing.reference import Here
from gptviz.voice import NONE

StudioOf = Callable[[Planner, Films], Studio]


@dataclass(frozen=True)
class How:
    """How films are to be made; see the options of ``gptviz render``."""

    quality: str = "m"
    captions: str = "drawn"
    voice: str = NONE
    stock: bool = False
    force: bool = False
    jobs: int | None = None
    preview_beat: int | None = None
    scheduler: str | None = None

    @property
    def wish(self) -> Wish:
        """As plans take it. Raises UsageError for a voice that does not exist."""
        if self.voice != NONE:
            from gptviz.voice.engines import engine as voice  # noqa: PLC0415  (PyAV)

            voice(self.voice)
        drawn_by = engine.STOCK if self.stock else engine.default()
        return Wish(self.quality, cast(Captions, self.captions), drawn_by, self.voice)


def render(
    project: Project, names: Sequence[str], everything: bool, wanted: Asked, how: How
) -> int:
    """Makes films; the last line printed is the path of the last one. Returns 1 where one
    failed."""
    scenes = pick_scenes(project, names, everything)
    with machines(how) as (taker, studio_of):
        code = _render(project, scenes, wanted, how, taker, studio_of)
    say_faults(project, {scene.name: scene for scene in scenes})
    return code


def _render(
    project: Project,
    scenes: Sequence[SceneFile],
    wanted: Asked,
    how: How,
    taker: Here,
    studio_of: StudioOf,
) -> int:
    sourced, planner = prepare(project, scenes, wanted, taker), Planner(project)
    wish = how.wish
    plans = [sourced.plan(planner, scene, wish) for scene in scenes]
    films = Films()
    studio = studio_of(planner, films)
    with films.shown():
        if how.preview_beat is not None:
            if len(plans) != 1:
                raise UsageError(
                    "one beat of one film", f"{len(plans)} films were named", "name one film"
                )
            path = studio.preview(plans[0], how.preview_beat)
            print(path)
            return 0
        results = studio.make(plans, how.force)
    return report(results, films)


@contextlib.contextmanager
def machines(how: How) -> Iterator[tuple[Here, StudioOf]]:
    """Who runs models, and a studio's constructor: both of this machine, or of the cluster that was
    named."""
    if how.scheduler is None:
        yield Here(console), partial(Studio, jobs=how.jobs)
        return
    from gptviz.render.cluster import Cluster  # noqa: PLC0415  (what only a cluster needs)
    from gptviz.sourcing.remote import There  # noqa: PLC0415

    with Cluster(how.scheduler) as cluster:
        yield (
            There(cluster, console),
            partial(Studio, jobs=how.jobs or cluster.threads, perform_job=cluster.perform),
        )


def report(results: Sequence[Result], films: Films) -> int:
    """Says what became of films: one in two lines, several as a table; returns 1 where one
    failed."""
    failed = [result for result in results if result.outcome not in ("rendered", "up to date")]
    if len(results) == 1:
        if failed:
            raise failure(results[0])
        say_one(results[0], films)
        return 0
    for result in failed:
        error = failure(result)
        say(f"{result.plan.scene.name}: {error.what}\n  why: {error.why}\n  do:  {error.hint}")
    table(
        ("film", "recordings", "outcome", "seconds", "file"),
        [_row(result, films) for result in results],
    )
    return 1 if failed else 0


def say_one(result: Result, films: Films) -> None:
    """Two lines: what became of a film and whose numbers it shows, and its path."""
    assert result.film is not None
    name, sources = result.plan.scene.name, result.plan.sources
    seconds = films.seconds(name)
    took = f" in {seconds:.0f} s" if seconds is not None else ""
    print(
        f"{name}: {result.outcome}{took}{f', from the recordings of {sources}' if sources else ''}"
    )
    print(result.film)


def _row(result: Result, films: Films) -> tuple[str, ...]:
    seconds = films.seconds(result.plan.scene.name)
    return (
        result.plan.scene.name,
        result.plan.sources,
        result.outcome,
        f"{seconds:.0f}" if seconds is not None else "",
        str(result.film or ""),
    )


def failure(result: Result) -> GptvizError:
    """Why a film was not made, as an error to raise."""
    error = result.error
    if isinstance(error, GptvizError):
        return error
    if isinstance(error, KeyboardInterrupt) or error is None:
        raise KeyboardInterrupt
    raise error
