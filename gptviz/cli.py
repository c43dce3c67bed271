"""The command ``gptviz``: thin commands over :mod:`gptviz.commands`. Heavy imports stand inside
them.

Every option can be given by an environment variable, too (``GPTVIZ_MODEL`` for ``--model``): that
is how the Makefile hands over what a user names, whatever characters it holds.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

import click

from gptviz import __version__
from gptviz.errors import GptvizError, UsageError

Command = TypeVar("Command", bound=Callable[..., Any])

INTERRUPTED = 130


def run() -> NoReturn:
    """The entry point: runs the command line and leaves with its exit code (0 done, 1 failed, 2
    wrong use, 130)."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure")(errors="backslashreplace")  # noqa: B009  (a text stream has it)
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Runs the command line; returns its exit code. Errors are three lines on standard error."""
    arguments = list(arguments)
    debug = bool(os.environ.get("GPTVIZ_DEBUG"))
    if "--debug" in arguments:
        arguments.remove("--debug")
        debug = True
    try:
        code = commands.main(arguments, prog_name="gptviz", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except GptvizError as error:
        _report(error, debug)
        return error.exit_code
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


# -- options that several commands share


def _option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    """An option that ``GPTVIZ_<NAME>`` sets where the command line does not."""
    return click.option(
        *names, envvar=f"GPTVIZ_{names[0].lstrip('-').replace('-', '_').upper()}", **settings
    )


def _all(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def apply(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return apply


_scenes = _all(
    click.argument("scenes", nargs=-1, metavar="SCENE...", envvar="GPTVIZ_SCENE"),
    _option("--all", "everything", is_flag=True, help="All films of the course."),
)
_recordings = _option(
    "--recordings", metavar="DIR", help="Where recordings lie, in place of recordings/."
)
_media = _option("--media", metavar="DIR", help="Where films go, in place of media/.")
_model = _option(
    "--model", metavar="REF", help="A hub id, id@revision, a local folder, or mini (bundled)."
)
_vectors = _option(
    "--vectors", metavar="REF", help="Word vectors: a gensim-data name, a file, or mini (bundled)."
)
_edition = _option(
    "--edition",
    metavar="NAME",
    help="The recordings of this edition, as they are; no model is run.",
)
_quality = _option(
    "--quality",
    type=click.Choice(list("lmhpk")),
    default="m",
    show_default=True,
    help="Manim's letters: 480p, 720p, 1080p60, 1440p60, 2160p60.",
)
_captions = _option(
    "--captions",
    type=click.Choice(["drawn", "file"]),
    default="drawn",
    show_default=True,
    help="Captions in the picture, or only in the .srt and .vtt beside it.",
)
_scheduler = _option(
    "--scheduler",
    metavar="URL",
    help="A Dask scheduler, tcp://host:port, whose workers do the work.",
)
_json = click.option(
    "--json", "as_json", is_flag=True, help="For programs: JSON on standard output."
)


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
@_all(_json, _recordings, _media)
def list_command(as_json: bool, recordings: str | None, media: str | None) -> None:
    """The films, in the order of the course."""
    from gptviz.commands import listing

    listing.films(_project(recordings, media), as_json)


@commands.command()
@_all(_scenes, _json, _model, _vectors, _edition, _quality, _captions, _recordings, _media)
def status(
    scenes: tuple[str, ...],
    everything: bool,
    as_json: bool,
    model: str | None,
    vectors: str | None,
    edition: str | None,
    quality: str,
    captions: str,
    recordings: str | None,
    media: str | None,
) -> None:
    """Which films are fresh, stale or missing, and why. Never runs a model."""
    from gptviz.commands import listing
    from gptviz.commands.recording import Asked

    listing.status(
        _project(recordings, media),
        scenes,
        Asked(model, vectors, edition),
        quality,
        captions,
        as_json,
    )


@commands.command()
@_all(
    _scenes,
    _model,
    _vectors,
    _recordings,
    _scheduler,
    _option("--edition", metavar="NAME", help="Record under this name, in place of the model's."),
)
def record(
    scenes: tuple[str, ...],
    everything: bool,
    model: str | None,
    vectors: str | None,
    edition: str | None,
    recordings: str | None,
    scheduler: str | None,
) -> int:
    """Run a model, or read word vectors, and record what films need."""
    from gptviz.commands import recording
    from gptviz.commands.rendering import How, machines

    project, scenes = _project(recordings), _some(scenes, everything)
    with machines(How(scheduler=scheduler)) as (taker, _):
        return recording.record(project, scenes, everything, model, vectors, edition, taker)


@commands.command()
@_all(
    _scenes,
    _model,
    _vectors,
    click.option("--prompt", metavar="TEXT", help="In place of the film's own prompt."),
    _edition,
    _quality,
    _captions,
    _recordings,
    _media,
    _option("--force", is_flag=True, help="Render films that are up to date, too."),
    _option(
        "--stock", is_flag=True, help="Manim's own camera and encoder: slower, the same pictures."
    ),
    _option(
        "--jobs",
        type=click.IntRange(1),
        metavar="N",
        help="Films at once; by default one for each core.",
    ),
    _scheduler,
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
    model: str | None,
    vectors: str | None,
    prompt: str | None,
    edition: str | None,
    quality: str,
    captions: str,
    recordings: str | None,
    media: str | None,
    force: bool,
    stock: bool,
    jobs: int | None,
    scheduler: str | None,
    preview_beat: int | None,
) -> int:
    """Make films. Only those that are not up to date are rendered."""
    from gptviz.commands import rendering
    from gptviz.commands.recording import Asked

    if prompt is None:
        prompt = os.environ.get("GPTVIZ_PROMPT")  # an empty one is refused, not ignored
    return rendering.render(
        _project(recordings, media),
        _some(scenes, everything),
        everything,
        Asked(model, vectors, edition, prompt),
        rendering.How(quality, captions, stock, force, jobs, preview_beat, scheduler),
    )


@commands.command()
@_all(_scenes, _json, _edition, _recordings)
def audit(
    scenes: tuple[str, ...],
    everything: bool,
    as_json: bool,
    edition: str | None,
    recordings: str | None,
) -> int:
    """Where every number of a film comes from, and whether it is right.

    Plays the film without drawing it; lists every numeral and claim. Exit code 1 for a number
    without an address, a wrong rounding, or a claim that is false.
    """
    from gptviz.commands import judging

    return judging.audit(
        _project(recordings), _some(scenes, everything), everything, edition, as_json
    )


@commands.command()
@_all(
    _scenes,
    _json,
    _edition,
    _recordings,
    _media,
    _option("--stills", metavar="DIR", help="Every still at 1920 x 1080, too, into this folder."),
    _option("--beat", type=click.IntRange(1), metavar="N", help="Only the Nth beat."),
)
def inspect(
    scenes: tuple[str, ...],
    everything: bool,
    as_json: bool,
    edition: str | None,
    recordings: str | None,
    media: str | None,
    stills: str | None,
    beat: int | None,
) -> int:
    """Draw a film's contact sheet, and find faults of its layout.

    The sheet goes into media/inspect. Exit code 1 for findings.
    """
    from gptviz.commands import judging

    return judging.inspect(
        _project(recordings, media),
        _some(scenes, everything),
        everything,
        edition,
        as_json,
        stills,
        beat,
    )


@commands.command()
@_all(_scenes, _model, _vectors, _recordings)
def verify(
    scenes: tuple[str, ...],
    everything: bool,
    model: str | None,
    vectors: str | None,
    recordings: str | None,
) -> int:
    """Check recordings; compute them again where the model is at hand.

    The bundled model is; others are named with --model and --vectors.
    """
    from gptviz.commands import verifying

    return verifying.verify(_project(recordings), scenes, model, vectors)


@commands.command()
@click.argument("a", metavar="EDITION_A", envvar="GPTVIZ_A")
@click.argument("b", metavar="EDITION_B", envvar="GPTVIZ_B")
@_all(click.argument("scenes", nargs=-1, metavar="[SCENE...]", envvar="GPTVIZ_SCENE"), _recordings)
def diff(a: str, b: str, scenes: tuple[str, ...], recordings: str | None) -> int:
    """What differs between the recordings of two editions, in words."""
    from gptviz.commands import verifying

    return verifying.diff(_project(recordings), a, b, scenes)


@commands.command()
@_all(
    click.argument("pieces", nargs=-1, metavar="[PIECE...]", envvar="GPTVIZ_PIECE"),
    _quality,
    _recordings,
    _media,
    click.option("--films", is_flag=True, help="As short films, in place of stills."),
    click.option("--list", "listed", is_flag=True, help="Only say which there are."),
)
def gallery(
    pieces: tuple[str, ...],
    quality: str,
    recordings: str | None,
    media: str | None,
    films: bool,
    listed: bool,
) -> int:
    """The drawing library, piece by piece, into media/pieces."""
    from gptviz.commands import gallery

    return gallery.gallery(_project(recordings, media), pieces, films, quality, listed)


@commands.command()
@_all(
    _model,
    _vectors,
    _edition,
    _quality,
    _recordings,
    _media,
    _option("--force", is_flag=True, help="Render films that are up to date, too."),
    _option(
        "--jobs",
        type=click.IntRange(1),
        metavar="N",
        help="Films at once; by default one for each core.",
    ),
    _scheduler,
)
def course(
    model: str | None,
    vectors: str | None,
    edition: str | None,
    quality: str,
    recordings: str | None,
    media: str | None,
    force: bool,
    jobs: int | None,
    scheduler: str | None,
) -> int:
    """Render what is stale; write the chapters' films and the course's page.

    They go into media/course.
    """
    from gptviz.commands import publishing
    from gptviz.commands.recording import Asked
    from gptviz.commands.rendering import How

    return publishing.course(
        _project(recordings, media),
        Asked(model, vectors, edition),
        How(quality, force=force, jobs=jobs, scheduler=scheduler),
    )


@commands.command()
@click.argument("scene", envvar="GPTVIZ_SCENE")
@click.argument("a", metavar="EDITION_A", envvar="GPTVIZ_A")
@click.argument("b", metavar="EDITION_B", envvar="GPTVIZ_B")
@_all(_quality, _recordings, _media)
def compare(
    scene: str, a: str, b: str, quality: str, recordings: str | None, media: str | None
) -> int:
    """Two editions of one film side by side, in step, into media/compare."""
    from gptviz.commands import publishing
    from gptviz.commands.rendering import How

    return publishing.compare(_project(recordings, media), scene, a, b, How(quality))


@commands.command()
@_all(_recordings, _media)
def doctor(recordings: str | None, media: str | None) -> int:
    """Is everything here that gptviz needs, and what to do if not."""
    from gptviz.commands import health

    return health.doctor(_project(recordings, media))


def _project(recordings: str | None, media: str | None = None) -> Any:
    from gptviz.render.project import open_project

    return open_project().elsewhere(recordings, media)


def _some(scenes: tuple[str, ...], everything: bool) -> tuple[str, ...]:
    if not scenes and not everything:
        raise UsageError(
            "no film was named", "", "name one (gptviz list shows them), or give --all"
        )
    return scenes
