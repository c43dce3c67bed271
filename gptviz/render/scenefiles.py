"""Where the source of a film lies: one file, or a folder of files that only this film uses.

``scenes/<chapter>/<name>.py`` is a film of one file. ``scenes/<chapter>/<name>/film.py`` is a film
with parts: the files beside it, which it imports as ``from .parts import Board``. Parts belong to
their film alone: what two films draw lives in :mod:`gptviz.drawing`. Nothing is imported here but
by :func:`load_film`.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

#: What a film may be called: also a file name, a folder name and a word on a command line.
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")

#: The file of a film that is a folder. No film of one file can have this name.
FILM = "film.py"

#: The package that holds the films' modules while they are loaded.
_PACKAGE = "gptviz_scenes"


def film_paths(scenes: Path) -> dict[str, list[Path]]:
    """Every file under ``scenes`` that may be a film, by the film's name; two for one name are one
    too many."""
    found: dict[str, list[Path]] = {}
    for path in sorted([*scenes.glob("*/*.py"), *scenes.glob(f"*/*/{FILM}")]):
        name = name_of(path)
        if NAME.fullmatch(name):
            found.setdefault(name, []).append(path)
    return found


def name_of(path: Path) -> str:
    """The name of the film whose file this is."""
    return path.parent.name if in_folder(path) else path.stem


def chapter_of(path: Path) -> str:
    """The chapter that a film's file lies in."""
    return (path.parent.parent if in_folder(path) else path.parent).name


def in_folder(path: Path) -> bool:
    """Whether a film's file is the ``film.py`` of a folder."""
    return path.name == FILM


def files_of(path: Path) -> dict[str, Path]:
    """All files of a film by their path within it, such as ``parts.py``; a film of one file is
    ``scene.py``."""
    if not in_folder(path):
        return {"scene.py": path}
    root = path.parent
    return {
        name.as_posix(): file
        for file in sorted(root.rglob("*"))
        if file.is_file()
        and "__pycache__" not in (name := file.relative_to(root)).parts
        and not any(part.startswith(".") for part in name.parts)
    }


def digest_of(files: Mapping[str, Path]) -> str:
    """sha256 of a film's files, those that no import names among them; of one file its own."""
    if list(files) == ["scene.py"]:
        return hashlib.sha256(files["scene.py"].read_bytes()).hexdigest()
    lines = (
        f"{name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for name, file in files.items()
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def foreign_import(path: Path) -> str:
    """The first import that leads out of a film's own files to other scenes, with its place; empty
    where there is none. Raises SyntaxError."""
    for name, file in files_of(path).items():
        if file.suffix != ".py":
            continue
        depth = len(Path(name).parts) if in_folder(path) else 0
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
            if isinstance(node, ast.ImportFrom):
                bad = node.level > depth or (node.module or "").split(".")[0] == "scenes"
            elif isinstance(node, ast.Import):
                bad = any(alias.name.split(".")[0] == "scenes" for alias in node.names)
            else:
                continue
            if bad:
                return f"{file.name}, line {node.lineno}: {ast.unparse(node)}"
    return ""


def load_film(path: Path, name: str) -> Any:
    """The film's class from its source. Modules of films are part of no package that is installed.

    ``name`` is the class's. Whatever the source raises is raised.
    """
    if not in_folder(path):
        return getattr(_load(f"{_PACKAGE}_{path.stem}", path), name)
    package = ModuleType(f"{_PACKAGE}_{path.parent.name}")
    package.__path__ = [str(path.parent)]
    for module in [*sys.modules]:  # another version of the film may have been loaded before
        if module.startswith(f"{package.__name__}."):
            del sys.modules[module]
    sys.modules[package.__name__] = package
    return getattr(_load(f"{package.__name__}.film", path), name)


def _load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
