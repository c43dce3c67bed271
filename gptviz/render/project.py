"""Where a project's things lie, and what ``course.toml`` says: chapters and films in order, default
editions."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gptviz.errors import GptvizError, UsageError

COURSE = "course.toml"


@dataclass(frozen=True)
class Chapter:
    """A chapter of the course: ``name`` is its folder under scenes/, ``films`` the names of its
    films in order."""

    name: str
    title: str
    films: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """What ``course.toml`` says of one film under ``[film.<name>]``: the editions that answer it,
    the first that serves wins.

    ``model`` and ``vectors`` stand in place of the defaults where the user names nothing. ``needs``
    gives a need editions of its own, whatever the user names: of a film that compares two models,
    one is the user's and the other always this.
    """

    model: tuple[str, ...] = ()
    vectors: tuple[str, ...] = ()
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Project:
    """A folder with a ``course.toml``. ``models`` and ``vectors`` name the editions that the
    default one is made of; ``orders`` holds those of films that have their own."""

    root: Path
    recordings: Path
    media: Path
    chapters: tuple[Chapter, ...] = ()
    models: tuple[str, ...] = ()
    vectors: tuple[str, ...] = ()
    orders: Mapping[str, Order] = field(default_factory=dict)

    @property
    def scenes(self) -> Path:
        return self.root / "scenes"

    @property
    def videos(self) -> Path:
        return self.media / "videos"

    def elsewhere(self, recordings: str | None = None, media: str | None = None) -> Project:
        """The same project with other folders for recordings or output. Raises UsageError for a
        path that a file stands in the way of."""
        for option, name in (("--recordings", recordings), ("--media", media)):
            path = Path(name or ".").absolute()
            if blocking := next((p for p in (path, *path.parents) if p.is_file()), None):
                raise UsageError(f"{option} {name} is no folder", f"{blocking} is a file")
        return replace(
            self,
            recordings=Path(recordings).absolute() if recordings else self.recordings,
            media=Path(media).absolute() if media else self.media,
        )


def open_project(start: Path | None = None) -> Project:
    """The project that a folder (the current one by default) belongs to: the nearest
    ``course.toml`` upwards.

    Where there is none, the one that this package lies in. Raises UsageError where there is none
    either.
    """
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if (folder / COURSE).is_file():
            return _read(folder)
    raise UsageError(
        f"{here} belongs to no gptviz project",
        f"neither it nor a folder above holds a {COURSE}",
        "go to the project's folder",
    )


def _read(root: Path) -> Project:
    path = root / COURSE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        defaults = data.get("defaults", {})
        chapters = tuple(_chapter(entry) for entry in data.get("chapter", []))
        return Project(
            root,
            root / "recordings",
            root / "media",
            chapters,
            _names(defaults.get("model", [])),
            _names(defaults.get("vectors", [])),
            {str(name): _order(entry) for name, entry in data.get("film", {}).items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise GptvizError(
            f"{path} cannot be read", reason, f"mend it: see the comments in {COURSE}"
        ) from error


def _chapter(entry: dict[str, Any]) -> Chapter:
    return Chapter(str(entry["name"]), str(entry["title"]), _names(entry["films"]))


def _order(entry: dict[str, Any]) -> Order:
    if unknown := set(entry) - {"model", "vectors", "needs"}:
        raise ValueError(f"a film has model, vectors and needs, and no {sorted(unknown)[0]!r}")
    needs = {str(need): _names(editions) for need, editions in entry.get("needs", {}).items()}
    return Order(_names(entry.get("model", [])), _names(entry.get("vectors", [])), needs)


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError(f"{value!r} is not a list of names")
    return tuple(value)
