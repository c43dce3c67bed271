"""``gallery``: every mobject of the drawing library, shown by a small piece of its own."""

from __future__ import annotations

from collections.abc import Sequence

from gptviz.commands.console import say, step, table
from gptviz.commands.options import refuse
from gptviz.recording.files import inside
from gptviz.recording.store import Store
from gptviz.render.project import Project, shipped_course
from gptviz.render.qualities import QUALITIES


def gallery(project: Project, names: Sequence[str], films: bool, quality: str, listed: bool) -> int:
    """Draws pieces (all, where none is named) into media/pieces, as stills or as short films;
    prints their paths.

    They are drawn from the project's recordings, and from those that came with gptviz. With ``listed``
    only says which there are. Raises UnknownScene, RecordingMissing.
    """
    if listed:
        refuse("gallery --list", films=films)
    from gptviz.drawing.gallery import film_of, piece_named, pieces, render_all  # noqa: PLC0415

    every = pieces()
    chosen = [piece_named(every, name) for name in names] or every
    if listed:
        table(("piece", "shows"), [(piece.name, piece.shows) for piece in chosen])
        return 0
    store = Store(project.recordings, shipped_course().recordings)
    folder = inside(project.media, "pieces")
    for piece in chosen:
        with step(f"drawing {piece.name}"):
            if films:
                made = [
                    film_of(
                        piece,
                        piece.recordings(store),
                        folder / f"{piece.name}.mp4",
                        QUALITIES[quality].manim,
                    )
                ]
            else:
                made = render_all(
                    folder, store, QUALITIES[quality].width, QUALITIES[quality].height, piece.name
                )
        for path in made:
            print(path)
    say(f"{len(chosen)} pieces")
    return 0
