"""``script``: what films say, to be read out; as text, as Markdown, or as a page for a
teleprompter."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gptviz.commands.console import step
from gptviz.commands.judging import played
from gptviz.commands.options import refuse
from gptviz.render.mistakes import explaining
from gptviz.render.project import Project
from gptviz.voice import NONE

if TYPE_CHECKING:
    from gptviz.film.script import Script
    from gptviz.sourcing.asked import Asked

FORMATS = ("text", "markdown", "html")


def scripts(
    project: Project,
    names: Sequence[str],
    everything: bool,
    wanted: Asked,
    form: str,
    lint: bool,
    voice: str = NONE,
) -> int:
    """Prints the scripts of films, or with ``lint`` what of them cannot be spoken, or with
    ``voice`` what a folder of recordings lacks; then it returns 1 where there is any."""
    if lint:
        refuse("script --lint", voice=voice != NONE)
    if lint or voice != NONE:
        refuse("script --lint" if lint else "script --voice", format=form != "text")
    from gptviz.film.script import script  # noqa: PLC0415  (Manim)

    found = []
    for scene, film, recordings in played(project, names, everything, wanted):
        with step(f"reading {scene.name}"), explaining(scene.name, scene.path, scene.shown):
            found.append(script(film, recordings, scene.name))
    if lint:
        return _lint(found)
    if voice != NONE:
        from gptviz.commands.sessions import missing  # noqa: PLC0415  (PyAV)

        return missing(found, voice)
    sys.stdout.write(written(found, form))
    return 0


def written(scripts: Sequence[Script], form: str) -> str:
    """Scripts as one text of a format; ``form`` is one of :data:`FORMATS`."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    from gptviz.film.script import plain  # noqa: PLC0415  (Manim)

    templates = Environment(
        loader=PackageLoader("gptviz.commands", "templates"),
        autoescape=form == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters["clock"] = clock
    templates.filters["plain"] = plain
    return templates.get_template(f"script.{form}").render(scripts=scripts)


def clock(seconds: float) -> str:
    """Minutes, seconds and tenths of a time in a film, such as ``1:02.5``."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def _lint(scripts: Sequence[Script]) -> int:
    from gptviz.film.script_lint import lint  # noqa: PLC0415  (Manim)

    faults = 0
    for each in scripts:
        found = lint(each)
        faults += len(found)
        for fault in found:
            print(f"{each.scene}, {fault}")
        print(f"{each.scene}: {len(list(each.sentences))} sentences, {len(found)} faults")
    return 1 if faults else 0
