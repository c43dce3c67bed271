"""The options of the command line, each in one place; what is asked of the numbers' source is the
same for every command that plays films.

Every option can be given by an environment variable, too (``GPTVIZ_MODEL`` for ``--model``): that
is how the Makefile hands over what a user names, whatever characters it holds.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from gptviz.sourcing.asked import Asked
from gptviz.voice import NONE

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Command], Command]

EDITION = "The recordings of this edition, as they are; no model is run."


def option(*names: str, **settings: Any) -> Decorator[Any]:
    """An option that ``GPTVIZ_<NAME>`` sets where the command line does not."""
    settings = {"envvar": f"GPTVIZ_{names[0].lstrip('-').replace('-', '_').upper()}", **settings}
    return click.option(*names, **settings)


def takes(*options: Decorator[Any]) -> Decorator[Any]:
    """All these options, in this order."""

    def apply(command: Any) -> Any:
        for each in reversed(options):
            command = each(command)
        return command

    return apply


def sources(edition: str = EDITION) -> Decorator[Any]:
    """``--model``, ``--vectors``, ``--prompt`` and ``--edition``, which a command gets as one
    ``wanted``; ``edition`` is the help of the last."""

    def apply(command: Any) -> Any:
        @functools.wraps(command)
        def with_wanted(
            *arguments: Any,
            model: str | None,
            vectors: str | None,
            prompt: str | None,
            edition: str | None,
            **more: Any,
        ) -> Any:
            if prompt is None:  # an empty one is refused, not ignored as click would
                prompt = os.environ.get("GPTVIZ_PROMPT")
            return command(*arguments, wanted=Asked(model, vectors, edition, prompt), **more)

        own = takes(model, vectors, prompt, option("--edition", metavar="NAME", help=edition))
        return own(with_wanted)

    return apply


scenes = takes(
    click.argument("scenes", nargs=-1, metavar="SCENE...", envvar="GPTVIZ_SCENE"),
    option("--all", "everything", is_flag=True, help="All films of the course."),
)
recordings = option(
    "--recordings", metavar="DIR", help="Where recordings lie, in place of recordings/."
)
media = option("--media", metavar="DIR", help="Where films go, in place of media/.")


def project(*places: Decorator[Any]) -> Decorator[Any]:
    """``--recordings`` and ``--media`` (or the first alone), which a command gets as one
    ``project``: the one that is here, with these folders."""

    def apply(command: Any) -> Any:
        @functools.wraps(command)
        def with_project(
            *arguments: Any, recordings: str | None, media: str | None = None, **more: Any
        ) -> Any:
            from gptviz.render.project import open_project

            return command(*arguments, project=open_project().elsewhere(recordings, media), **more)

        return takes(*places)(with_project)

    return apply


places = project(recordings, media)
model = option(
    "--model", metavar="REF", help="A hub id, id@revision, a local folder, or mini (bundled)."
)
vectors = option(
    "--vectors", metavar="REF", help="Word vectors: a gensim-data name, a file, or mini (bundled)."
)
prompt = click.option("--prompt", metavar="TEXT", help="In place of the film's own prompt.")
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
