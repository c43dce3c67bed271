"""``verify`` and ``diff``: do recordings still stand, and what do two editions have apart?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gptviz.commands import console
from gptviz.commands.console import say, step, table
from gptviz.errors import GptvizError, RecordingMissing
from gptviz.recording.compare import diff as compare_editions
from gptviz.render.find import pick_scenes
from gptviz.render.project import Project
from gptviz.sourcing.asked import Asked
from gptviz.sourcing.choice import choose
from gptviz.sourcing.reference import Here, parts_needed


def verify(
    project: Project,
    names: Sequence[str],
    everything: bool,
    model: str | None,
    vectors: str | None,
) -> int:
    """Checks the recordings of films (of all, where none is named), and takes those once more whose
    model is at hand.

    At hand are the bundled model and vectors, and what is named. Prints a table; raises GptvizError
    where a recording is damaged, changed, or refused now.
    """
    scenes = [scene.name for scene in pick_scenes(project, names, everything)]
    store = project.store
    choice = choose(project, Asked(model, vectors), Here(console))
    with parts_needed():
        from gptviz.recorders import verify as recorders  # noqa: PLC0415

        at_hand = recorders.bundled()
        for reference in choice.references:
            at_hand[reference.short, reference.source] = lambda reference=reference: reference.model  # type: ignore[misc]
        editions = [reference.short for reference in choice.references] or store.editions()
        with step("taking recordings once more"):
            found = list(recorders.verify(store, list(dict.fromkeys(editions)), at_hand, scenes))
    if not found:
        raise RecordingMissing(
            "there is nothing to verify",
            f"no recording of {', '.join(editions) or 'any edition'}",
            "record something: gptviz record --help",
        )
    table(
        ("edition", "film", "need", "outcome", "largest", ""),
        [
            (
                each.edition,
                each.scene,
                each.need,
                each.outcome,
                f"{each.largest:.1e}" if each.largest else "",
                each.why,
            )
            for each in found
        ],
    )
    counts = Counter(each.outcome for each in found)
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    bad = [each for each in found if not each.ok]
    if bad:
        raise GptvizError(
            f"{len(bad)} of {len(found)} recordings do not stand",
            f"first {bad[0].edition}/{bad[0].scene}/{bad[0].need}: {bad[0].why}",
            f"record it again: gptviz record {bad[0].scene} --model {bad[0].edition}",
        )
    return 0


def diff(project: Project, before: str, after: str, names: Sequence[str]) -> int:
    """Prints what differs between two editions, the needs that differ most first; 0 whether or not
    something does."""
    scenes = [scene.name for scene in pick_scenes(project, names)]
    found = compare_editions(project.store, before, after, scenes)
    if not found:
        say(f"{before} and {after} hold the same")
    for each in found:
        print(f"{each.scene} {each.need}")
        for difference in each.differences[:6]:
            print(f"    {difference.text}")
        if len(each.differences) > 6:
            print(f"    and {len(each.differences) - 6} more")
    return 0
