"""The options of the command line, each in one place; what is asked of the numbers' source is the
same for every command that plays films.

Every option can be given by an environment variable, too (``GPTVIZ_MODEL`` for ``--model``): that
is how the Makefile hands over what a user names, whatever characters it holds.
"""

from __future__ import annotations

import difflib
import functools
import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from gptviz.errors import UsageError
from gptviz.sourcing.asked import Asked
from gptviz.voice import NONE

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Command], Command]

#: Variables of the environment that are no option of a command.
OTHERS = (
    "GPTVIZ_CACHE",
    "GPTVIZ_DEBUG",
    "GPTVIZ_LENIENT",
    "GPTVIZ_REFERENCE_DATA",
    "GPTVIZ_TRUST_PICKLE",
)

EDITION = "The recordings of this edition, as they are; no model is run."


def option(*names: str, **settings: Any) -> Decorator[Any]:
    """An option that ``GPTVIZ_<NAME>`` sets where the command line does not. A text that is empty is
    refused: it would be ignored."""
    if "metavar" in settings and "type" not in settings:
        settings = {"callback": _not_empty, **settings}
    settings = {"envvar": f"GPTVIZ_{names[0].lstrip('-').replace('-', '_').upper()}", **settings}
    return click.option(*names, **settings)


def _not_empty(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():
        raise UsageError(
            f"{parameter.opts[0]} is empty",
            "",
            f"name something, or leave {parameter.opts[0]} away",
        )
    return value


def refuse(command: str, **given: object) -> None:
    """Refuses options that a command does not read in the way that it is used: ``given`` has their
    values by name. Raises UsageError."""
    for name, value in given.items():
        if value not in (None, False, (), ""):
            option = f"--{name.rstrip('_').replace('_', '-')}"
            raise UsageError(f"{command} does not read {option}", "", f"leave {option} away")


def check_environment(commands: click.Group) -> None:
    """Refuses variables of the environment that begin as gptviz' own do and that no command reads,
    with the nearest name that one does. Raises UsageError."""
    known = {"GPTVIZ_PROMPT", *OTHERS}
    for command in commands.commands.values():
        known |= {str(each.envvar) for each in command.params if each.envvar}
    for name in sorted(os.environ):
        if name.startswith("GPTVIZ_") and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
            raise UsageError(
                f"gptviz does not read {ascii(name)[1:-1]}",
                f"it is set in the environment; the nearest name is {near[0]}",
                "mend the name, or unset it",
            )


def takes(*options: Decorator[Any]) -> Decorator[Any]:
    """All these options, in this order."""

    def apply(command: Any) -> Any:
        for each in reversed(options):
            command = each(command)
        return command

    return apply


def sources(edition: str = EDITION) -> Decorator[Any]:
    """``--model``, ``--other``, ``--vectors``, ``--prompt``, ``--layer``, ``--head`` and ``--edition``,
    which a command gets as one ``wanted``; ``edition`` is the help of the last."""

    def apply(command: Any) -> Any:
        @functools.wraps(command)
        def with_wanted(
            *arguments: Any,
            model: str | None,
            other: str | None,
            vectors: str | None,
            prompt: str | None,
            layer: int | None,
            head: int | None,
            edition: str | None,
            **more: Any,
        ) -> Any:
            if prompt is None:  # an empty one is refused, not ignored as click would
                prompt = os.environ.get("GPTVIZ_PROMPT")
            wanted = Asked(model, vectors, edition, prompt, other, _one_head(layer, head))
            return command(*arguments, wanted=wanted, **more)

        own = takes(
            model,
            other,
            vectors,
            prompt,
            layer,
            head,
            option("--edition", metavar="NAME", help=edition),
        )
        return own(with_wanted)

    return apply


def _one_head(layer: int | None, head: int | None) -> tuple[int, int] | None:
    """The head that was named, (layer, head) from 0. Raises UsageError for half a name."""
    if (layer is None) != (head is None):
        given, lacking = ("--layer", "--head") if head is None else ("--head", "--layer")
        raise UsageError(
            f"{given} alone names no head",
            "a head is named by its layer and its number in it, both from 0",
            f"give {lacking}, too",
        )
    return None if layer is None or head is None else (layer, head)


_scenes = takes(
    click.argument("scenes", nargs=-1, metavar="SCENE...", envvar="GPTVIZ_SCENE"),
    option("--all", "everything", is_flag=True, help="All films of the course."),
)


def scenes(command: Any) -> Any:
    """``SCENE...`` or ``--all``, which a command gets as ``scenes`` and ``everything``."""

    @functools.wraps(command)
    def one_of_both(*arguments: Any, scenes: tuple[str, ...], everything: bool, **more: Any) -> Any:
        if scenes and everything:
            raise UsageError(
                f"{', '.join(map(ascii, scenes[:3]))} and --all were given",
                "--all is every film",
                "give one or the other",
            )
        return command(*arguments, scenes=scenes, everything=everything, **more)

    return _scenes(one_of_both)


recordings = option(
    "--recordings", metavar="DIR", help="Where recordings lie, in place of recordings/."
)
media = option("--media", metavar="DIR", help="Where films go, in place of media/.")


def project(*places: Decorator[Any]) -> Decorator[Any]:
    """``--recordings`` and ``--media`` (or one of them), which a command gets as one
    ``project``: the one that is here, with these folders."""

    def apply(command: Any) -> Any:
        @functools.wraps(command)
        def with_project(
            *arguments: Any, recordings: str | None = None, media: str | None = None, **more: Any
        ) -> Any:
            from gptviz.render.project import open_project

            return command(*arguments, project=open_project().elsewhere(recordings, media), **more)

        return takes(*places)(with_project)

    return apply


places = project(recordings, media)
model = option(
    "--model", metavar="REF", help="A hub id, id@revision, a local folder, or mini (bundled)."
)
other = option(
    "--other", metavar="REF", help="The second model, of a film that compares two; named likewise."
)
vectors = option(
    "--vectors", metavar="REF", help="Word vectors: a gensim-data name, a file, or mini (bundled)."
)
prompt = click.option("--prompt", metavar="TEXT", help="In place of the film's own prompt.")
layer = option(
    "--layer", type=click.IntRange(0), metavar="N", help="With --head: the head's layer, from 0."
)
head = option(
    "--head",
    type=click.IntRange(0),
    metavar="N",
    help="Look at this head of the layer, in place of the one that a rule chooses.",
)
quality = option(
    "--quality",
    type=click.Choice(list("lmhpk")),
    default="m",
    show_default=True,
    help="Manim's letters: 480p, 720p, 1080p60, 1440p60, 2160p60.",
)
captions = option(
    "--captions",
    type=click.Choice(["drawn", "file"]),
    default="drawn",
    show_default=True,
    help="Captions in the picture, or only in the .srt and .vtt beside it.",
)
voice = option(
    "--voice",
    default=NONE,
    show_default=True,
    metavar="NAME",
    help="Who speaks: joe, espeak-ng, a Piper file, kokoro:FOLDER, recorded:FOLDER.",
)
scheduler = option(
    "--scheduler",
    metavar="URL",
    help="A Dask scheduler, tcp://host:port, whose workers do the work.",
)
as_json = click.option(
    "--json", "as_json", is_flag=True, help="For programs: JSON on standard output."
)
force = option("--force", is_flag=True, help="Render films that are up to date, too.")
jobs = option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="Films at once; by default one for each core.",
)
