"""The command ``gptviz``: thin commands over :mod:`gptviz.commands`. Heavy imports stand inside
them.

Their options stand in :mod:`gptviz.commands.options`.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from gptviz import __version__, cli_keeping
from gptviz.commands import options
from gptviz.errors import GptvizError, UsageError
from gptviz.sourcing.asked import Asked
from gptviz.voice import NONE

if TYPE_CHECKING:
    from gptviz.render.project import Project

INTERRUPTED = 130


def run() -> NoReturn:
    """The entry point: runs the command line and leaves with its exit code (0 done, 1 failed, 2
    wrong use, 130)."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure")(errors="backslashreplace")  # noqa: B009  (a text stream has it)
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # whoever read has gone, and there is nobody to tell
        code = 1
        for descriptor in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    sys.exit(code)


def main(arguments: Sequence[str]) -> int:
    """Runs the command line; returns its exit code. Errors are three lines on standard error."""
    arguments = list(arguments)
    debug = bool(os.environ.get("GPTVIZ_DEBUG"))
    if "--debug" in arguments:
        arguments.remove("--debug")
        debug = True
    try:
        options.check_environment(commands)
        code = commands.main(arguments, prog_name="gptviz", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except GptvizError as error:
        _report(error, debug)
        return error.exit_code
    except BrokenPipeError:
        raise
    except Exception as error:
        if debug:
            traceback.print_exc()
        else:
            what = f"{type(error).__name__}: {error}".splitlines()[0]
            _report(
                GptvizError(
                    "gptviz broke off", what, "run it again with --debug for the whole traceback"
                ),
                debug,
            )
        return 1


def _report(error: GptvizError, debug: bool) -> None:
    if debug:
        traceback.print_exception(error)
        return
    for line in (
        f"gptviz: {error.what}",
        error.why and f"  why: {error.why}",
        error.hint and f"  do:  {error.hint}",
    ):
        if line:
            print(line, file=sys.stderr)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted. --debug shows tracebacks.",
)
@click.version_option(__version__)
def commands() -> None:
    """Films of how GPT-2 works, drawn from the numbers that it really computed.

    A model is run and what it computed is recorded (record); films draw only what was recorded
    (render).
    """


@commands.command("list")
@options.takes(options.as_json, options.places)
def list_command(as_json: bool, project: Project) -> None:
    """The films, in the order of the course."""
    from gptviz.commands import listing

    listing.films(project, as_json)


@commands.command()
@options.takes(
    options.scenes,
    options.as_json,
    options.sources(),
    options.quality,
    options.captions,
    options.voice,
    options.places,
)
def status(
    scenes: tuple[str, ...],
    everything: bool,
    as_json: bool,
    wanted: Asked,
    quality: str,
    captions: str,
    voice: str,
    project: Project,
) -> None:
    """Which films are fresh, stale or missing, and why. Never runs a model."""
    from gptviz.commands import listing

    listing.status(
        project,
        scenes,
        everything,
        wanted,
        quality,
        captions,
        voice,
        as_json,
    )


@commands.command()
@options.takes(
    options.scenes,
    options.sources(edition="Record under this name, in place of the model's."),
    options.project(options.recordings),
    options.scheduler,
    options.option(
        "--dry-run",
        is_flag=True,
        help="Record nothing: say which films a model or vectors can serve.",
    ),
)
def record(
    scenes: tuple[str, ...],
    everything: bool,
    wanted: Asked,
    project: Project,
    scheduler: str | None,
    dry_run: bool,
) -> int:
    """Run a model, or read word vectors, and record what films need."""
    from gptviz.commands import recording
    from gptviz.commands.rendering import How, machines

    if dry_run:
        options.refuse("record --dry-run", scheduler=scheduler)
        return recording.dry_run(project, scenes, everything, wanted)
    scenes = _some(scenes, everything)
    with machines(How(scheduler=scheduler)) as (taker, _):
        return recording.record(project, scenes, everything, wanted, taker)


@commands.command()
@options.takes(
    options.scenes,
    options.sources(),
    options.quality,
    options.captions,
    options.voice,
    options.places,
    options.force,
    options.option(
        "--stock", is_flag=True, help="Manim's own camera and encoder: slower, the same pictures."
    ),
    options.jobs,
    options.scheduler,
    click.option(
        "--preview-beat",
        type=click.IntRange(1),
        metavar="N",
        envvar="GPTVIZ_BEAT",
        help="Only the Nth beat, into media/preview.",
    ),
)
def render(
    scenes: tuple[str, ...],
    everything: bool,
    wanted: Asked,
    quality: str,
    captions: str,
    voice: str,
    project: Project,
    force: bool,
    stock: bool,
    jobs: int | None,
    scheduler: str | None,
    preview_beat: int | None,
) -> int:
    """Make films. Only those that are not up to date are rendered."""
    from gptviz.commands import rendering

    return rendering.render(
        project,
        _some(scenes, everything),
        everything,
        wanted,
        rendering.How(quality, captions, voice, stock, force, jobs, preview_beat, scheduler),
    )


@commands.command()
@options.takes(options.scenes, options.as_json, options.sources(), options.places)
def audit(
    scenes: tuple[str, ...],
    everything: bool,
    as_json: bool,
    wanted: Asked,
    project: Project,
) -> int:
    """Where every number of a film comes from, and whether it is right.

    Plays the film without drawing it; lists every numeral and claim. Exit code 1 for a number
    without an address, a wrong rounding, or a claim that is false.
    """
    from gptviz.commands import judging

    return judging.audit(project, _some(scenes, everything), everything, wanted, as_json)


@commands.command()
@options.takes(
    options.scenes,
    options.as_json,
    options.sources(),
    options.places,
    options.option(
        "--stills", metavar="DIR", help="Every still at 1920 x 1080, too, into this folder."
    ),
    options.option("--beat", type=click.IntRange(1), metavar="N", help="Only the Nth beat."),
)
def inspect(
    scenes: tuple[str, ...],
    everything: bool,
    as_json: bool,
    wanted: Asked,
    project: Project,
    stills: str | None,
    beat: int | None,
) -> int:
    """Draw a film's contact sheet, and find faults of its layout.

    The sheet goes into media/inspect. Exit code 1 for findings.
    """
    from gptviz.commands import judging

    return judging.inspect(
        project,
        _some(scenes, everything),
        everything,
        wanted,
        as_json,
        stills,
        beat,
    )


@commands.command()
@options.takes(
    options.scenes,
    options.sources(),
    options.places,
    options.option(
        "--format",
        "form",
        type=click.Choice(["text", "markdown", "html"]),
        default="text",
        show_default=True,
        help="html: large type, for a teleprompter.",
    ),
    click.option("--lint", is_flag=True, help="What cannot be spoken so, instead of the script."),
    options.option(
        "--voice",
        default=NONE,
        metavar="recorded:FOLDER",
        help="What these recordings of your own lack, instead of the script.",
    ),
)
def script(
    scenes: tuple[str, ...],
    everything: bool,
    wanted: Asked,
    project: Project,
    form: str,
    lint: bool,
    voice: str,
) -> int:
    """What a film says, with times, to be read aloud.

    Exit code 1 where --lint finds something, and where recordings are missing or stale.
    """
    from gptviz.commands import scripting

    return scripting.scripts(
        project,
        _some(scenes, everything),
        everything,
        wanted,
        form,
        lint,
        voice,
    )


@commands.command()
@options.takes(
    options.sources(),
    options.quality,
    options.voice,
    options.places,
    options.force,
    options.jobs,
    options.scheduler,
)
def course(
    wanted: Asked,
    quality: str,
    voice: str,
    project: Project,
    force: bool,
    jobs: int | None,
    scheduler: str | None,
) -> int:
    """Render what is stale; write the chapters' films and the course's page.

    They go into media/course.
    """
    from gptviz.commands import publishing
    from gptviz.commands.rendering import How

    return publishing.course(
        project,
        wanted,
        How(quality, voice=voice, force=force, jobs=jobs, scheduler=scheduler),
    )


@commands.command()
@click.argument("scene", envvar="GPTVIZ_SCENE")
@click.argument("a", required=False, metavar="[EDITION_A]", envvar="GPTVIZ_A")
@click.argument("b", required=False, metavar="[EDITION_B]", envvar="GPTVIZ_B")
@options.takes(
    options.sources(),
    options.quality,
    options.places,
)
def compare(
    scene: str,
    a: str | None,
    b: str | None,
    wanted: Asked,
    quality: str,
    project: Project,
) -> int:
    """Two editions of one film side by side, in step, into media/compare.

    A side is an edition, or what --model and the like name: compare softmax gpt2 --model FOLDER.
    """
    from gptviz.commands import publishing
    from gptviz.commands.rendering import How

    editions = [name for name in (a, b) if name]
    return publishing.compare(project, scene, editions, wanted, How(quality))


def _some(scenes: tuple[str, ...], everything: bool) -> tuple[str, ...]:
    if not scenes and not everything:
        raise UsageError(
            "no film was named", "", "name one (gptviz list shows them), or give --all"
        )
    return scenes


for each in cli_keeping.COMMANDS:
    commands.add_command(each)
