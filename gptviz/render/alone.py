"""The recordings of a film that Manim itself runs."""

from __future__ import annotations

import importlib
import inspect
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from gptviz.recording.schema import Recording
from gptviz.render.editions import DEFAULT, cast, existing
from gptviz.render.find import SceneFile, read_scene
from gptviz.render.project import open_project

if TYPE_CHECKING:
    from gptviz.film import Film

EDITION = "GPTVIZ_EDITION"


def recordings_of(film: type[Film]) -> dict[str, Recording]:
    """The recordings of a film's class by need, from the project that its file lies in; of a class
    that was typed in a notebook, from the project of the current folder, under the class's name
    (``NextWord`` is ``next_word``). Raises RecordingMissing, RecordingCorrupt."""
    scene, project = _scene(film), open_project(_folder(film))
    edition = existing(project, os.environ.get(EDITION, DEFAULT))
    return cast(scene, edition, project.store).recordings(
        f"record it (gptviz record {scene.name} --model mini), or name an edition that has it in "
        f"{EDITION}"
    )


def _folder(film: type[Film]) -> Path | None:
    file = getattr(importlib.import_module(film.__module__), "__file__", None)
    return Path(file).absolute().parent if file else None


def _scene(film: type[Film]) -> SceneFile:
    if _folder(film) is not None:
        return read_scene(Path(inspect.getfile(film)).absolute()).checked()
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", film.__name__).lower()
    return SceneFile(
        name,
        "",
        Path(name),
        film=film.__name__,
        needs=film.needs,
        main=film.main,
        chains=film.chains,
        optional=film.optional,
    )
