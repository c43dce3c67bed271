"""Both judges at once: a film is played a single time, and audited and inspected."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gptviz.film.audit import AuditReport, auditing
from gptviz.film.film import Film
from gptviz.film.lint import HEIGHT, Inspection, LintReport
from gptviz.film.rehearsal import FRAME_RATE, Moment, rehearse
from gptviz.recording.schema import Recording


def judge(
    film_class: type[Film],
    recordings: Mapping[str, Recording],
    scene: str = "",
    sheet: Path | None = None,
) -> tuple[AuditReport, LintReport]:
    """What :func:`gptviz.film.audit.audit` and :func:`gptviz.film.lint.inspect` find, in one
    rehearsal. Whatever the film itself raises is raised."""
    inspection = Inspection(film_class, scene)
    with auditing(film_class, recordings, scene) as audit:

        def look(moment: Moment) -> None:
            audit.look(moment)
            inspection.look(moment)

        film = rehearse(film_class, recordings, look, height=HEIGHT, per_second=FRAME_RATE)
    return audit.report(film), inspection.report(film, sheet)
