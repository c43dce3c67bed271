"""``init``: a project of one's own, with one film to change."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gptviz import __version__
from gptviz.commands.console import say
from gptviz.errors import RecordingMissing, UsageError
from gptviz.recording.files import TEMPORARY, disk_errors
from gptviz.recording.store import Store
from gptviz.render.editions import DEFAULT, Cast, Edition, cast
from gptviz.render.find import SceneFile, pick_scenes
from gptviz.render.project import COURSE, About, Chapter, Project, open_project, shipped_course
from gptviz.render.scenefiles import in_folder

_TEMPLATES = Path(__file__).parent / "templates" / "project"
_AS_IT_IS = {"gitignore": ".gitignore", "scenes": "scenes", "recordings": "recordings"}
_WRITTEN = {
    "course.toml.jinja": COURSE,
    "README.md.jinja": "README.md",
    "course.yml.jinja": ".github/workflows/course.yml",
}
_EXAMPLE = "next_word"


def init(folder: str, films: Sequence[str], about: About) -> int:
    """Makes a project in a new or empty folder, whole or not at all; prints its path and what to do
    next.

    ``films`` of the course that came with gptviz are copied, each with the recordings that it is
    drawn from; without any, an example is written. In a folder that is a project already, films are
    added. Raises UsageError where the folder holds something else, UnknownScene, RecordingMissing.
    """
    target = Path(folder).absolute()
    if (target / COURSE).is_file() and films:
        return _add(target, films)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(
            f"{folder} is not empty",
            "a new project would mix with what is there",
            "name another folder"
            + (", or add a film: --from SCENE" if (target / COURSE).is_file() else ""),
        )
    about = replace(about, title=about.title or target.name.replace("-", " ").replace("_", " "))
    casts = _casts(films)
    with disk_errors(target):
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=target) as made:
            _write(Path(made), about, casts)
            for path in sorted(Path(made).iterdir()):
                os.replace(path, target / path.name)
    film = casts[0].scene.name if casts else _EXAMPLE
    say(f"a project with {_listed([c.scene.name for c in casts] or [_EXAMPLE])}; go on with:")
    say(f"  cd {folder}\n  gptviz render {film}")
    print(target)
    return 0


def _add(target: Path, films: Sequence[str]) -> int:
    """Copies films into a project, and says what its course.toml is to say of them."""
    project, casts = open_project(target), _casts(films)
    for each in casts:
        place = _place(target, each.scene)
        if place.exists():
            raise UsageError(f"{place} is there already", "", "move it away, or change that one")
    with disk_errors(target):
        for each in casts:
            _copy(target, each)
    say(
        f"{_listed([each.scene.name for each in casts])} copied; name it in {project.root / COURSE}:"
    )
    say(_course_text(None, casts, shipped_course()))
    for each in casts:
        print(_place(target, each.scene))
    return 0


def _casts(films: Sequence[str]) -> list[Cast]:
    """The films that are to be copied, with what they are drawn from in the default edition."""
    if not films:
        return []
    project = shipped_course()
    edition = Edition(DEFAULT, project.models, project.vectors, films=project.orders)
    found = [cast(scene.checked(), edition, project.store) for scene in pick_scenes(project, films)]
    for each in found:
        if each.lacking:
            raise RecordingMissing(
                f"{each.scene.name} cannot be copied",
                "; ".join(part.lacking for part in each.lacking),
                "copy another: gptviz list shows them",
            )
    return found


def _write(folder: Path, about: About, casts: Sequence[Cast]) -> None:
    for name, target in _AS_IT_IS.items():
        source = _TEMPLATES / name
        if source.is_file():
            shutil.copyfile(source, folder / target)
        elif not casts:
            shutil.copytree(source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
    for each in casts:
        _copy(folder, each)
    for name, target in _WRITTEN.items():
        path = folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled(name, about, casts), encoding="utf-8")


def _filled(name: str, about: About, casts: Sequence[Cast]) -> str:
    """One of the files that say what the project is."""
    if name.startswith(COURSE):
        return _course_text(about, casts, shipped_course())
    films = [each.scene.name for each in casts]
    film = films[0] if films else _EXAMPLE
    return _template(name, about=about, film=film, copied=films, version=__version__)


def _course_text(about: About | None, casts: Sequence[Cast], project: Project) -> str:
    """A course.toml; without ``about`` only what is said of films."""
    names = [each.scene.name for each in casts]
    chapters = [
        replace(chapter, films=kept)
        for chapter in project.chapters
        if (kept := tuple(film for film in chapter.films if film in names))
    ]
    placed = {film for chapter in chapters for film in chapter.films}
    chapters += [
        Chapter(each.scene.chapter, each.scene.chapter, (each.scene.name,))
        for each in casts
        if each.scene.name not in placed
    ]
    return _template(
        "course.toml.jinja",
        about=about,
        models=project.models if casts else ("mini",),
        vectors=project.vectors if casts else ("mini",),
        orders={name: order for name, order in project.orders.items() if name in names},
        chapters=chapters or [Chapter("mine", "My films", (_EXAMPLE,))],
    )


def _template(name: str, **values: Any) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # A string of JSON is one of TOML, too, and so is a list of strings.
    templates.filters["quoted"] = lambda value: json.dumps(value, ensure_ascii=False)
    return templates.get_template(name).render(**values)


def _place(root: Path, scene: SceneFile) -> Path:
    """Where a film's file, or its folder, lies in a project."""
    name = scene.name if in_folder(scene.path) else f"{scene.name}.py"
    return root / "scenes" / scene.chapter / name


def _copy(root: Path, source: Cast) -> None:
    """Copies a film and the recordings that it is drawn from."""
    scene, place = source.scene, _place(root, source.scene)
    for name, file in scene.files.items():
        target = place / name if in_folder(scene.path) else place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    own = Store(root / "recordings")
    for need, part in source.parts.items():
        assert part.recording is not None
        own.write(part.edition, scene.name, need, part.recording)


def _listed(names: Sequence[str]) -> str:
    return f"the film {names[0]}" if len(names) == 1 else f"the films {', '.join(names)}"
