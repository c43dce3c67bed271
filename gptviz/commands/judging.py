"""``audit`` and ``inspect``: the two judges of films."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gptviz.commands import console
from gptviz.commands.console import step, table
from gptviz.errors import UsageError
from gptviz.recording.schema import Recording
from gptviz.recording.wording import NARROW
from gptviz.render.find import SceneFile, pick_scenes
from gptviz.render.mistakes import explaining
from gptviz.render.project import Project
from gptviz.render.scenefiles import load_film
from gptviz.sourcing.asked import Asked
from gptviz.sourcing.preparing import prepare
from gptviz.sourcing.reference import Here

if TYPE_CHECKING:
    from gptviz.film.audit import AuditReport, Found

_WIDE = 100  # characters of an address that a table shows


def audit(
    project: Project, names: Sequence[str], everything: bool, wanted: Asked, as_json: bool
) -> int:
    """Prints every numeral and claim of films; returns 1 where a film shows what it must not."""
    from gptviz.film.audit import audit as judge  # noqa: PLC0415

    reports = []
    for scene, film, recordings in played(project, names, everything, wanted):
        with step(f"playing {scene.name}"), explaining(scene.name, scene.path, scene.shown):
            reports.append(judge(film, recordings, scene.name))
        if not as_json:
            _say(reports[-1])
    if as_json:
        print(as_text([report.as_dict() for report in reports]))
    return 0 if all(report.ok for report in reports) else 1


def inspect(
    project: Project,
    names: Sequence[str],
    everything: bool,
    wanted: Asked,
    as_json: bool,
    stills: str | None = None,
    beat: int | None = None,
) -> int:
    """Writes contact sheets and prints what is wrong with the layout; returns 1 where something is.

    ``stills``: a folder for full-size stills, with a folder for each film where there are several.
    ``beat`` (counted from 1): only this one.
    """
    from gptviz.film.lint import inspect as judge  # noqa: PLC0415

    reports = []
    several = everything or len(set(names)) > 1
    for scene, film, recordings in played(project, names, everything, wanted):
        part = "" if beat is None else f"-beat-{beat:02d}"
        sheet = project.media / "inspect" / f"{scene.name}{part}.png"
        folder = Path(stills) / (scene.name if several else "") if stills else None
        with step(f"inspecting {scene.name}"), explaining(scene.name, scene.path, scene.shown):
            report = judge(
                film,
                recordings,
                sheet,
                scene.name,
                stills=folder,
                beats=[] if beat is None else [beat],
            )
        if beat is not None and not report.pictures:
            raise UsageError(f"{scene.name} has no beat {beat}", f"it lasts {report.length:.0f} s")
        reports.append(report)
        if not as_json:
            print(
                "\n".join(
                    [
                        *report.problems,
                        *(f"waived: {finding.message}" for finding in report.waived),
                        f"{scene.name}: {report.length:.1f} s, {report.pictures} pictures, "
                        f"{len(report.findings)} findings",
                        f"the stage moves for {report.moving:.0%} of the time, {report.lit:.0%} of "
                        f"the frame is lit, {report.words:.0f} words are said in a minute",
                        report.sheet,
                    ]
                )
            )
    if as_json:
        print(as_text([report.as_dict() for report in reports]))
    return 0 if all(report.ok for report in reports) else 1


def played(
    project: Project, names: Sequence[str], everything: bool, wanted: Asked
) -> Iterator[tuple[SceneFile, Any, dict[str, Recording]]]:
    """Films by their names, each with its class and the recordings that it is drawn from in the
    edition that was asked for; what a named model has not answered yet is recorded first.

    Raises UnknownScene, GptvizError for a film that cannot be read, RecordingMissing and
    RecordingCorrupt, and what keeps a model from answering.
    """
    scenes = pick_scenes(project, names, everything)
    sourced, store = prepare(project, scenes, wanted, Here(console)), project.store
    for scene in scenes:
        recordings = sourced.recordings(store, scene)
        with explaining(scene.name, scene.path, scene.shown):
            film = load_film(scene.path, scene.film)
        yield scene, film, recordings


def as_text(reports: Sequence[dict[str, Any]]) -> str:
    """Reports as JSON: one as it is, several as a list."""
    return json.dumps(reports[0] if len(reports) == 1 else reports, ensure_ascii=False, indent=1)


def _say(report: AuditReport) -> None:
    rows = []
    for group in _by_address(report.numerals):
        first, last, value = group[0], group[-1], group[0].value
        texts = (
            first.text if len(group) == 1 else f"{first.text} ... {last.text} ({len(group)} texts)"
        )
        address = (
            first.address if len(first.address) <= _WIDE else first.address[: _WIDE - 1] + "\u2026"
        )
        rows.append(
            (
                f"{first.time:.1f}",
                str(first.beat),
                texts.replace(NARROW, " "),
                first.kind,
                address,
                "" if value is None else f"{value:.9g}",
                "" if all(n.ok for n in group) else "WRONG",
            )
        )
    table(("time", "beat", "text", "kind", "address", "value", ""), rows)
    for claim in report.claims:
        print(
            f"claim, beat {claim.beat}: {claim.text!r}: {claim.address} {'holds' if claim.held else 'does not hold'}"
        )
    for problem in report.problems:
        print(f"WRONG {problem}")
    verdict = "every numeral has its address" if report.ok else f"{len(report.problems)} findings"
    print(
        f"{report.scene}: {report.length:.1f} s, {len(report.numerals) + report.unlisted} numerals, "
        f"{len(report.claims)} claims: {verdict}"
    )


def _by_address(numerals: Iterable[Found]) -> list[list[Found]]:
    groups: dict[tuple[str, str], list[Found]] = {}
    for numeral in numerals:
        groups.setdefault((numeral.kind, numeral.address), []).append(numeral)
    return list(groups.values())
