"""``editions`` and ``clean``: what is kept in a project, and what is removed from it on request."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gptviz.commands.console import table
from gptviz.errors import GptvizError, UsageError
from gptviz.recording.compare import recorded
from gptviz.recording.files import disk_errors, inside
from gptviz.recording.store import Store
from gptviz.render.editions import BY_HAND, DEFAULT, readable
from gptviz.render.locks import LOCKS, STAGING
from gptviz.render.project import Project

#: What is made from films and recordings, under media/; `make clean` removes the same.
MADE = ("videos", "course", "compare", "inspect", "pieces", "preview", STAGING, LOCKS)


@dataclass(frozen=True)
class Kept:
    """An edition: its name as it is given to ``--edition``, the same as a person reads it, whose
    numbers it holds, how many ``films`` are recorded and ``videos`` made, and the bytes of both."""

    name: str
    title: str
    models: str
    films: int
    videos: int
    size: int


def editions(project: Project, remove: Sequence[str]) -> int:
    """Prints the editions of a project, or removes those of prompts, heads and pairs given by hand,
    recordings and films; prints what was removed. Raises UsageError for others, before anything is
    removed."""
    if not remove:
        rows = [
            (
                each.name,
                each.title,
                each.models,
                str(each.films),
                str(each.videos),
                _size(each.size),
            )
            for each in _kept(project)
        ]
        table(("edition", "that is", "numbers of", "recorded", "rendered", "size"), rows)
        return 0
    known = {each.name: each for each in _kept(project)}
    for name in remove:
        if name not in known:
            raise UsageError(
                f"there is no edition {ascii(name)}",
                f"there are {', '.join(known) or 'none'}",
                "gptviz editions shows them",
            )
        if not BY_HAND.fullmatch(name):
            raise UsageError(
                f"the edition {name} is not one of a prompt, a head or a pair that was named",
                "its recordings belong to the project",
                f"delete {project.recordings / name} yourself, if you mean it",
            )
    for name in dict.fromkeys(remove):
        for place in (inside(project.recordings, name), inside(project.videos, name)):
            _remove(place)
    return 0


def clean(project: Project) -> int:
    """Removes what was made from films and recordings, and prints what that was."""
    removed = [_remove(inside(project.media, name)) for name in MADE]
    if not any(removed):
        print(f"there was nothing to remove in {project.media}")
    return 0


def _kept(project: Project) -> Iterator[Kept]:
    store = project.store
    made = {path.name for path in project.videos.glob("*") if path.is_dir()}
    for name in sorted({*store.editions(), *made}):
        places = recorded(store, name)
        prompts, models = _told(store, name, places)
        folders = [root / name for root in (*store.roots, project.videos)]
        yield Kept(
            name,
            "from the recordings of others" if name == DEFAULT else readable(name, prompts),
            ", ".join(models),
            len({scene for scene, _ in places}),
            len(list((project.videos / name).glob("*/*.mp4"))),
            sum(_bytes(folder) for folder in folders),
        )


def _told(
    store: Store, edition: str, places: Sequence[tuple[str, str]]
) -> tuple[list[str], list[str]]:
    """The prompts of an edition's requests, and the models that answered them."""
    prompts, models = [], []
    for scene, need in places:
        try:
            manifest = store.manifest(edition, scene, need)
        except GptvizError:
            continue  # gptviz verify says what is wrong with it
        prompts.append(str(manifest.request.get("prompt", "")))
        models.append(manifest.provenance.model)
    return list(dict.fromkeys(prompts)), list(dict.fromkeys(models))


def _remove(place: Path) -> bool:
    """Removes a folder and says so; whether there was one."""
    if not place.is_dir():
        return False
    size = _size(_bytes(place))
    with disk_errors(place):
        shutil.rmtree(place)
    print(f"removed {place} ({size})")
    return True


def _bytes(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
