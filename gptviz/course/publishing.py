"""Publishes the course: one film per chapter, and the page; a comparison of two editions of one
film."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from gptviz.course.comparing import side_by_side
from gptviz.course.joining import Part, join
from gptviz.course.page import ChapterOnPage, FilmOnPage, page
from gptviz.errors import RenderFailed
from gptviz.recording.files import disk_errors, flush, inside, write_bytes
from gptviz.render import locks, manifest
from gptviz.render.captions import subrip, webvtt
from gptviz.render.editions import readable
from gptviz.render.manifest import Place
from gptviz.render.plan import Plan
from gptviz.render.project import Project


def publish_course(project: Project, plans: Sequence[Plan]) -> Path:
    """Joins the published films of ``plans``, chapter by chapter, into media/course, and writes its
    page.

    Returns the page's path. Raises RenderFailed for a film that is not there. Each file is replaced
    whole.
    """
    chapters = []
    for chapter in project.chapters:
        ours = [plan.place for plan in plans if plan.scene.chapter == chapter.name]
        if ours:
            chapters.append(_chapter(project, chapter.name, chapter.title, ours))
    if not chapters:
        raise RenderFailed(
            "the course's page would be empty",
            "no film that was made lies in a chapter of course.toml",
            "gptviz status says of each film why",
        )
    target = inside(project.media, "course", "index.html")
    write_bytes(target, page(project.about, chapters).encode())
    return target


def publish_comparison(project: Project, left: Place, right: Place) -> Path:
    """Writes two editions of a film beside each other, in step, into media/compare; returns the
    film's path."""
    name = f"{left.scene}-{left.edition}-{right.edition}-{left.quality}.mp4"
    target = inside(project.media, "compare", name)
    with locks.staging(project.media) as folder, disk_errors(target):
        made = folder / name
        folder.mkdir(parents=True, exist_ok=True)
        side_by_side(_part(left), _part(right), made, (_label(left), _label(right)))
        _replace(made, target)
    return target


def _label(place: Place) -> str:
    """A published film's edition, and whose numbers it shows."""
    shown = (manifest.read(place) or {}).get("recordings", {}).values()
    prompts = [str(entry["request"].get("prompt", "")) for entry in shown]
    models = dict.fromkeys(str(entry["provenance"]["model"]) for entry in shown)
    name = readable(place.edition, prompts)
    return f"{name} ({', '.join(models)})" if models else name


def _chapter(project: Project, name: str, title: str, places: Sequence[Place]) -> ChapterOnPage:
    parts = [_part(place) for place in places]
    target = inside(project.media, "course", f"{name}.mp4")
    with locks.staging(project.media) as folder, disk_errors(target):
        folder.mkdir(parents=True, exist_ok=True)
        made = folder / target.name
        facts, spoken = join(parts, made, title)
        _replace(made, target)
    write_bytes(target.with_suffix(".srt"), subrip(spoken).encode())
    write_bytes(target.with_suffix(".vtt"), webvtt(spoken).encode())
    films = [_film(place, target.parent) for place in places]
    return ChapterOnPage(name, title, target.name, webvtt(spoken), facts.duration, films)


def _film(place: Place, folder: Path) -> FilmOnPage:
    data = manifest.read(place)
    assert data is not None  # _part has read it

    def beside(suffix: str) -> str:
        return os.path.relpath(place.path(suffix), folder).replace(os.sep, "/")

    return FilmOnPage(
        place.scene,
        beside(".mp4"),
        beside(".png"),
        place.path(".vtt").read_text(encoding="utf-8"),
        data,
    )


def _part(place: Place) -> Part:
    data = manifest.read(place)
    if data is None:
        raise RenderFailed(
            f"{place.scene} is not rendered",
            f"there is no film at {place.film}",
            f"gptviz render {place.scene}",
        )
    return Part.of(place.film, data)


def _replace(made: Path, target: Path) -> None:
    flush(made)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(made, target)
