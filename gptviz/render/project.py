"""Where a project's things lie, and what ``course.toml`` says: chapters and films in order, default
editions."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gptviz.errors import GptvizError, UsageError
from gptviz.render.sources import PACKAGE, SHIPPED

if TYPE_CHECKING:
    from gptviz.recording.store import Store

COURSE = "course.toml"

#: Where a wheel keeps the course (tools/building.py puts it there).
_PACKED = PACKAGE / SHIPPED


@dataclass(frozen=True)
class Chapter:
    """A chapter of the course: ``name`` is its folder under scenes/, ``films`` the names of its
    films in order."""

    name: str
    title: str
    films: tuple[str, ...]


@dataclass(frozen=True)
class About:
    """What ``course.toml`` says of the whole course under ``[course]``, for its page. ``language``
    is a tag such as ``en`` or ``pt-BR``."""

    title: str = ""
    author: str = ""
    language: str = "en"
    licence: str = ""


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
    default one is made of; ``orders`` holds those of films that have their own.

    ``beneath``: recordings that are read where ``recordings`` holds none, and never written.
    """

    root: Path
    recordings: Path
    media: Path
    beneath: Path | None = None
    about: About = field(default_factory=About)
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

    @property
    def store(self) -> Store:
        """The project's recordings."""
        from gptviz.recording.store import Store  # noqa: PLC0415  (numpy: `gptviz help` does without)

        return Store(self.recordings, self.beneath)

    @property
    def shipped(self) -> bool:
        """Whether this is the course that came with gptviz, played from a folder of the user's."""
        return self.beneath is not None

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
            beneath=None if recordings else self.beneath,
            media=Path(media).absolute() if media else self.media,
        )


def open_project(start: Path | None = None) -> Project:
    """The project that a folder (the current one by default) belongs to: the nearest
    ``course.toml`` upwards.

    Where there is none, the course that came with gptviz: its films and recordings are read where
    they lie, and what is recorded and made goes into the folder itself. Raises UsageError where
    gptviz came without it.
    """
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        if (folder / COURSE).is_file():
            return _read(folder)
    return replace(
        shipped_course(),
        beneath=shipped_course().recordings,
        recordings=here / "recordings",
        media=here / "media",
    )


def shipped_course() -> Project:
    """The course that came with gptviz: inside an installed package, or beside it in a checkout.

    Nothing may be written there. Raises UsageError where there is none.
    """
    for folder in (_PACKED, _PACKED.parents[1]):
        if (folder / COURSE).is_file():
            return _read(folder)
    raise UsageError(
        f"there is no {COURSE} here, and gptviz came without its own",
        f"{_PACKED} is not there",
        "go to a project's folder, make one (gptviz init FOLDER), or install gptviz again",
    )


def _read(root: Path) -> Project:
    path = root / COURSE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        _check_names(data, ("course", "defaults", "film", "chapter"), "the file")
        defaults = data.get("defaults", {})
        _check_names(defaults, ("model", "vectors"), "[defaults]")
        return Project(
            root,
            root / "recordings",
            root / "media",
            None,
            _about(data.get("course", {})),
            tuple(_chapters(data.get("chapter", []))),
            _names(defaults.get("model", [])),
            _names(defaults.get("vectors", [])),
            {str(name): _order(entry) for name, entry in data.get("film", {}).items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise GptvizError(
            f"{path} cannot be read", reason, f"mend it: see the comments in {COURSE}"
        ) from error


def _about(entry: dict[str, Any]) -> About:
    _check_names(entry, About.__dataclass_fields__, "[course]")
    if wrong := next((key for key, value in entry.items() if not isinstance(value, str)), None):
        raise ValueError(f"{wrong} of [course] is {entry[wrong]!r}, which is no text")
    return About(**entry)


def _chapters(entries: list[dict[str, Any]]) -> Iterator[Chapter]:
    """The chapters. Raises ValueError for a film that stands in two places."""
    seen: dict[str, str] = {}
    for entry in entries:
        _check_names(entry, ("name", "title", "films"), "a chapter")
        chapter = Chapter(str(entry["name"]), str(entry["title"]), _names(entry["films"]))
        for film in chapter.films:
            if film in seen:
                raise ValueError(
                    f"the film {film!r} stands twice: in {seen[film]!r} and in {chapter.name!r}"
                )
            seen[film] = chapter.name
        yield chapter


def _check_names(entry: Mapping[str, Any], known: Collection[str], of: str) -> None:
    """Refuses a name that nothing reads, with the nearest one that something does."""
    if unknown := next((name for name in entry if name not in known), None):
        near = difflib.get_close_matches(unknown, known, 1)
        meant = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known)}"
        raise ValueError(f"{of} has no {unknown!r}: {meant}")


def _order(entry: dict[str, Any]) -> Order:
    _check_names(entry, ("model", "vectors", "needs"), "a film")
    needs = {str(need): _names(editions) for need, editions in entry.get("needs", {}).items()}
    return Order(_names(entry.get("model", [])), _names(entry.get("vectors", [])), needs)


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError(f"{value!r} is not a list of names")
    return tuple(value)
