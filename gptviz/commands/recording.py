"""``record``: run a model, or read word vectors, and say what became of each need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gptviz.commands.console import table
from gptviz.errors import GptvizError, UsageError
from gptviz.render.find import pick_scenes
from gptviz.render.project import Project
from gptviz.sourcing.asked import Asked
from gptviz.sourcing.preparing import record as take_all
from gptviz.sourcing.reference import Here


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
