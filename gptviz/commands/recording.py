"""``record``: run a model, or read word vectors, and say what became of each need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gptviz.commands.console import say, table
from gptviz.commands.options import refuse
from gptviz.errors import GptvizError, UsageError
from gptviz.render.find import pick_scenes
from gptviz.render.project import Project
from gptviz.sourcing.asked import Asked
from gptviz.sourcing.preparing import record as take_all
from gptviz.sourcing.reference import Here
from gptviz.sourcing.trying import Trial, try_model, try_vectors


def dry_run(project: Project, names: Sequence[str], everything: bool, wanted: Asked) -> int:
    """Prints which films a model, or word vectors, could be recorded for, what the others lack, and what it takes;
    nothing is recorded. Returns 1 where it serves none of them."""
    refuse("record --dry-run", prompt=wanted.prompt, edition=wanted.edition)
    scenes = pick_scenes(project, names, everything or not names)
    tried = [(try_model, wanted.model), (try_vectors, wanted.vectors)]
    trials = [attempt(reference, scenes) for attempt, reference in tried if reference]
    if not trials:
        raise UsageError("nothing was named to try", "", "give --model or --vectors, or both")
    for trial in trials:
        _show(trial)
    served = all(any(not each.lacks for each in trial.answers) for trial in trials)
    return 0 if served else 1


def _show(trial: Trial) -> None:
    table(
        ("film", "can be recorded", "what it lacks"),
        [
            (
                answer.film,
                "no" if answer.lacks else "in part" if answer.without else "yes",
                "; ".join(
                    f"{need}: {error.what}"
                    for need, error in {**answer.lacks, **answer.without}.items()
                ),
            )
            for answer in trial.answers
        ],
    )
    say(
        f"{trial.title}: {trial.parameters:,} parameters, {trial.memory / 1e6:,.0f} MB of memory for "
        f"its weights; all of it takes about {_about(trial.seconds)} here, and 5 MB of disk"
    )


def _about(seconds: float) -> str:
    """A duration to one digit: more would not be known."""
    if seconds < 90:
        return f"{max(10, round(seconds, -1)):.0f} seconds"
    return f"{seconds / 60:.0f} minutes"


def record(
    project: Project,
    names: Sequence[str],
    everything: bool,
    wanted: Asked,
    taker: Here,
) -> int:
    """Records what films need from the model and the vectors that are named, under the name
    ``wanted.edition`` if one is given; prints what became of each need.

    Raises NotRecorded where a film that was named lacks what it cannot do without; with
    ``everything`` that is listed.
    """
    scenes = [scene.checked() for scene in pick_scenes(project, names, everything)]
    if not wanted.model and not wanted.vectors:
        raise UsageError(
            "nothing was named to record from",
            "",
            "give --model (mini is bundled) or --vectors, or both",
        )
    told = take_all(project, scenes, replace(wanted, edition=None), wanted.edition, taker)
    table(
        ("film", "need", "outcome"),
        [
            (
                item.scene.name,
                item.need,
                f"not there: {outcome.what}" if isinstance(outcome, GptvizError) else outcome,
            )
            for item, outcome in told
        ],
    )
    lacking = [
        outcome
        for item, outcome in told
        if isinstance(outcome, GptvizError) and item.need not in item.scene.optional
    ]
    if lacking and not everything:
        raise lacking[0]
    return 0
