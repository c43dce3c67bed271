"""Commands that keep a project in order: what is recorded, what is there, what is wrong, what may go.

They belong to the command line of :mod:`gptviz.cli`, like the commands that make films.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gptviz.commands import options
from gptviz.sourcing.asked import Asked

if TYPE_CHECKING:
    from gptviz.render.project import Project


@click.command()
@options.takes(options.scenes, options.model, options.vectors, options.project(options.recordings))
def verify(
    scenes: tuple[str, ...],
    everything: bool,
    model: str | None,
    vectors: str | None,
    project: Project,
) -> int:
    """Check recordings; compute them again where the model is at hand.

    The bundled model is; others are named with --model and --vectors.
    """
    from gptviz.commands import verifying

    return verifying.verify(project, scenes, everything, model, vectors)


@click.command()
@click.argument("a", metavar="EDITION_A", envvar="GPTVIZ_A")
@click.argument("b", metavar="EDITION_B", envvar="GPTVIZ_B")
@options.takes(
    click.argument("scenes", nargs=-1, metavar="[SCENE...]", envvar="GPTVIZ_SCENE"),
    options.project(options.recordings),
)
def diff(a: str, b: str, scenes: tuple[str, ...], project: Project) -> int:
    """What differs between the recordings of two editions, in words."""
    from gptviz.commands import verifying

    return verifying.diff(project, a, b, scenes)


@click.command()
@options.takes(
    click.argument("pieces", nargs=-1, metavar="[PIECE...]", envvar="GPTVIZ_PIECE"),
    options.quality,
    options.places,
    click.option("--films", is_flag=True, help="As short films, in place of stills."),
    click.option("--list", "listed", is_flag=True, help="Only say which there are."),
)
def gallery(
    pieces: tuple[str, ...],
    quality: str,
    project: Project,
    films: bool,
    listed: bool,
) -> int:
    """The drawing library, piece by piece, into media/pieces."""
    from gptviz.commands import gallery

    return gallery.gallery(project, pieces, films, quality, listed)


@click.command()
@click.argument("folder")
@click.option(
    "--from",
    "films",
    multiple=True,
    metavar="SCENE",
    help="Copy this film of gptviz' own course, in place of the example; may be given again.",
)
@click.option("--title", default="", help="The course's title; by default the folder's name.")
@click.option("--author", default="", help="Who made it.")
@click.option("--language", default="en", show_default=True, help="A tag such as en or pt-BR.")
@click.option("--licence", default="", help="Such as 'CC BY 4.0'.")
def init(
    folder: str, films: tuple[str, ...], title: str, author: str, language: str, licence: str
) -> int:
    """Make a project of your own, with one film to change.

    In a folder that is a project already, --from adds a film.
    """
    from gptviz.commands import starting
    from gptviz.render.project import About

    return starting.init(folder, films, About(title, author, language, licence))


@click.command()
@options.takes(
    options.places,
    options.option("--model", metavar="REF", help="Say instead which films this model can serve."),
)
def doctor(project: Project, model: str | None) -> int:
    """Is everything here that gptviz needs, and what to do if not."""
    from gptviz.commands import health, recording

    if model:
        return recording.dry_run(project, (), True, Asked(model))
    return health.doctor(project)


@click.command()
@options.takes(
    click.option(
        "--remove",
        multiple=True,
        metavar="NAME",
        help="Remove this edition of a prompt, recordings and films; may be given again.",
    ),
    options.places,
)
def editions(remove: tuple[str, ...], project: Project) -> int:
    """The editions that are here; those of prompts can be removed."""
    from gptviz.commands import tidying

    return tidying.editions(project, remove)


@click.command()
@options.project(options.media)
def clean(project: Project) -> int:
    """Remove what was rendered, and say what that was; recordings stay."""
    from gptviz.commands import tidying

    return tidying.clean(project)


COMMANDS = (verify, diff, gallery, init, doctor, editions, clean)
