"""Finds the films, each a file or a folder (see :mod:`.scenefiles`), and reads them without
importing them or Manim.

A film's title and needs are literals in its source, so listing and planning take milliseconds and
run no scene.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gptviz.errors import GptvizError, UnknownScene, UsageError
from gptviz.recording.need import Need
from gptviz.recording.request import REQUESTS, Request
from gptviz.render.project import COURSE, Project
from gptviz.render.scenefiles import (
    FILM,
    NAME,
    chapter_of,
    files_of,
    film_paths,
    foreign_import,
    in_folder,
    name_of,
)

_DECLARED = ("needs", "main", "chains", "optional", "tokens")
_NO_FILM = "it holds no class derived from Film"


@dataclass(frozen=True)
class SceneFile:
    """A film as its source declares it. ``path`` is its file, ``film`` its class; ``main`` the need
    that ``PROMPT=`` replaces.

    ``chains`` are groups of needs that one model must answer, ``optional`` those that a film can do
    without. ``tokens`` are the fewest and the most tokens of a prompt that it can show. ``fault``
    says what is wrong with the file, if anything.
    """

    name: str
    chapter: str
    path: Path
    title: str = ""
    film: str = ""
    needs: Mapping[str, Request] = field(default_factory=dict)
    main: str | None = None
    chains: tuple[tuple[str, ...], ...] = ()
    optional: tuple[str, ...] = ()
    tokens: tuple[int, int] | None = None
    fault: str = ""

    @property
    def files(self) -> dict[str, Path]:
        """All files of the film by their path within it."""
        return files_of(self.path)

    @property
    def shown(self) -> str:
        """Where its file lies in the project, as its author knows it."""
        root = self.path.parents[3 if in_folder(self.path) else 2]
        return self.path.relative_to(root).as_posix()

    def checked(self) -> SceneFile:
        """The film itself. Raises GptvizError where its file cannot be read."""
        if self.fault:
            raise GptvizError(
                f"the film {self.name} cannot be read", self.fault, f"mend {self.path}"
            )
        return self


def find_scenes(project: Project) -> dict[str, SceneFile]:
    """Every film by its name, in the course's order; films that the course does not name come last,
    by name. One that it names and that is not there says so in its ``fault``."""
    paths, lost = film_paths(project.scenes), _lost(project)
    order = [name for chapter in project.chapters for name in chapter.films]
    names = dict.fromkeys([*order, *sorted(paths)])
    found = {name: lost.get(name) or _read_one(paths[name]) for name in names}
    return {
        name: scene for name, scene in found.items() if scene.fault != _NO_FILM or name in order
    }


def _lost(project: Project) -> dict[str, SceneFile]:
    """The films that ``course.toml`` names and that are not there, each with that as its fault."""
    paths = film_paths(project.scenes)
    found = {}
    for chapter in project.chapters:
        for name in set(chapter.films) - set(paths):
            near = difflib.get_close_matches(name, paths, n=1)
            fault = f"{COURSE} names it, and it is not there"
            fault += f"; did you mean {near[0]}?" if near else ""
            path = project.scenes / chapter.name / f"{name}.py"
            found[name] = SceneFile(name, chapter.name, path, title=name, fault=fault)
    return found


def pick_scenes(
    project: Project, names: Iterable[str], everything: bool = False
) -> list[SceneFile]:
    """The films of these names, or all. Raises UnknownScene, with the nearest names, before
    anything is read; UsageError where there is no film at all."""
    paths, lost = film_paths(project.scenes), _lost(project)
    for name in names:
        if name not in paths and name not in lost:
            raise unknown(name, paths)
    if everything:
        found = list(find_scenes(project).values())
        if not found:
            raise UsageError(*_empty(project))
        return found
    return [lost.get(name) or _read_one(paths[name]) for name in dict.fromkeys(names)]


def _empty(project: Project) -> tuple[str, str, str]:
    return (
        "the course is empty",
        f"there is no film under {project.scenes}",
        f"put a film there, or copy one: gptviz init {project.root} --from softmax",
    )


def course_faults(project: Project, scenes: Mapping[str, SceneFile]) -> list[str]:
    """What ``course.toml`` and the films under scenes/ say of one another that cannot both be so, a
    sentence each: a film that lies in another chapter, or on no page; no film at all."""
    if not scenes:
        return [": ".join(_empty(project)[:2])]
    named = {film: chapter.name for chapter in project.chapters for film in chapter.films}
    pages = {chapter.name for chapter in project.chapters}
    found = []
    for name, scene in scenes.items():
        if name in named and scene.chapter != named[name]:
            found.append(
                f"{COURSE} names the film {name} in the chapter {named[name]}, and it lies in "
                f"scenes/{scene.chapter}"
            )
        elif scene.chapter not in pages:
            found.append(
                f"the film {name} is on no page of the course: {COURSE} has no chapter "
                f"{scene.chapter!r}"
            )
    return found


def unknown(name: str, known: Iterable[str]) -> UnknownScene:
    """The error for a name that no film has, with the nearest names that films have."""
    known = sorted(known)
    shown = name if len(name) <= 60 else name[:57] + "..."
    folded = unicodedata.normalize("NFKD", name[:200]).casefold()
    near = difflib.get_close_matches(folded, known, n=3, cutoff=0.5) or difflib.get_close_matches(
        folded, known, n=3, cutoff=0.0
    )
    why = f"the nearest names: {', '.join(near)}" if near else "there are no films"
    return UnknownScene(f"no film is called {ascii(shown)}", why, "gptviz list shows all of them")


def _read_one(paths: list[Path]) -> SceneFile:
    """The film of a name. Where two files would be it, the first says so in its ``fault``."""
    scene = read_scene(paths[0])
    if len(paths) > 1:
        scene = replace(scene, fault=f"{paths[1]} has the same name")
    return scene


def read_scene(path: Path) -> SceneFile:
    """A film's declarations, from its source alone; what is wrong with it stands in ``fault``."""
    name, chapter = name_of(path), chapter_of(path)
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        film = _film_class(tree)
        if foreign := foreign_import(path):
            raise ValueError(
                f"{foreign} leads out of the film; what two films draw lives in gptviz.drawing, "
                f"and a film with parts of its own is a folder with a {FILM}"
            )
        declared = _declarations(tree, film)
        needs, main, optional = _needs(declared)
        chains = declared.get("chains", ())
        tokens = declared.get("tokens")
        _check(needs, main, chains, optional)
        _check_tokens(tokens)
        title = (ast.get_docstring(film) or ast.get_docstring(tree) or name).strip().splitlines()[0]
    except (OSError, SyntaxError, ValueError, TypeError, RecursionError) as error:
        return SceneFile(name, chapter, path, title=name, fault=str(error))
    return SceneFile(
        name,
        chapter,
        path,
        title,
        film.name,
        needs,
        main,
        tuple(tuple(chain) for chain in chains),
        tuple(optional),
        tokens,
    )


def _film_class(tree: ast.Module) -> ast.ClassDef:
    films = [
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef) and any(_is_film(base) for base in node.bases)
    ]
    if not films:
        raise ValueError(_NO_FILM)
    if len(films) != 1:
        raise ValueError(
            f"a scene file holds one class derived from Film; this one holds {len(films)}"
        )
    return films[0]


def _is_film(base: ast.expr) -> bool:
    """Whether a base class is ``Film``, ``film.Film`` or one that is called after it."""
    name = base.id if isinstance(base, ast.Name) else getattr(base, "attr", "")
    return str(name).endswith("Film")


def _declarations(tree: ast.Module, film: ast.ClassDef) -> dict[str, Any]:
    import gptviz.recording.families  # noqa: F401, PLC0415  (numpy: `gptviz help` does without)

    names: dict[str, Any] = {cls.__name__: cls for cls in REQUESTS.values()}
    for target, value in _assignments(tree.body):
        try:
            names[target] = _literal(value, names)
        except ValueError:
            continue  # not a literal: nothing that a declaration may use
    names["Need"] = Need
    return {
        target: _literal(value, names)
        for target, value in _assignments(film.body)
        if target in _DECLARED or _is_need(value)
    }


def _is_need(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Need"


def _needs(declared: Mapping[str, Any]) -> tuple[dict[str, Any], Any, Any]:
    """Requests by name, the main need, and the optional ones."""
    needs = {name: each for name, each in declared.items() if isinstance(each, Need)}
    requests = declared.get("needs", {})
    if needs and not isinstance(requests, dict):
        raise ValueError("needs is a dictionary of requests")
    mains = [name for name, each in needs.items() if each.main]
    if len(mains) > 1:
        raise ValueError(f"{' and '.join(mains)} are both main; PROMPT= replaces one")
    free = tuple(name for name, each in needs.items() if each.optional)
    return (
        {**requests, **{name: each.request for name, each in needs.items()}} if needs else requests,
        mains[0] if mains else declared.get("main"),
        (*declared.get("optional", ()), *free) if free else declared.get("optional", ()),
    )


def _assignments(body: list[ast.stmt]) -> Iterable[tuple[str, ast.expr]]:
    for node in body:
        if (
            isinstance(node, ast.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0], ast.Name)
        ):
            yield node.targets[0].id, node.value
        elif (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.value is not None
        ):
            yield node.target.id, node.value


def _literal(node: ast.expr, names: Mapping[str, Any]) -> Any:  # noqa: PLR0911  (one line for each kind of literal)
    """The value of a literal that may name earlier ones and construct requests. Raises ValueError
    for anything else."""
    match node:
        case ast.Constant():
            return node.value
        case ast.Name() if node.id in names:
            return names[node.id]
        case ast.Tuple() | ast.List():
            return tuple(_literal(entry, names) for entry in node.elts)
        case ast.Dict():
            return _dictionary(node, names)
        case ast.UnaryOp(op=ast.USub()):
            return -_literal(node.operand, names)
        case ast.BinOp(op=ast.Add()):
            return _literal(node.left, names) + _literal(node.right, names)
        case ast.Call(func=ast.Name(id=name)) if isinstance(names.get(name), type):
            if any(keyword.arg is None for keyword in node.keywords):
                raise ValueError(f"line {node.lineno}: a request is written out, without **")
            return _made(names[name], node, names)
        case ast.Call(func=ast.Name(id=name)) if name[:1].isupper():
            classes = [each for each, value in names.items() if isinstance(value, type)]
            near = difflib.get_close_matches(name, classes, n=1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"line {node.lineno}: there is no request {name}{meant}")
    raise ValueError(
        f"line {node.lineno}: {ast.unparse(node)[:60]!r} is no literal; what a film declares is read "
        "from the source without running it"
    )


def _made(kind: type, node: ast.Call, names: Mapping[str, Any]) -> Any:
    """A request, or a need. Raises ValueError, with the line and the nearest names, for a field that
    it has not."""
    fields = list(inspect.signature(kind).parameters)
    for keyword in node.keywords:
        if keyword.arg not in fields:
            near = difflib.get_close_matches(str(keyword.arg), fields, n=1)
            meant = f"did you mean {near[0]}?" if near else f"it has {', '.join(fields)}"
            raise ValueError(f"line {node.lineno}: {kind.__name__} has no {keyword.arg!r}; {meant}")
    positional = [_literal(argument, names) for argument in node.args]
    named = {str(each.arg): _literal(each.value, names) for each in node.keywords}
    try:
        return kind(*positional, **named)
    except TypeError as error:
        raise ValueError(f"line {node.lineno}: {error}") from error


def _dictionary(node: ast.Dict, names: Mapping[str, Any]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            found.update(_literal(value, names))
        else:
            found[_literal(key, names)] = _literal(value, names)
    return found


def _check(needs: Any, main: Any, chains: Any, optional: Any) -> None:
    if not isinstance(needs, dict) or not all(
        isinstance(request, Request) for request in needs.values()
    ):
        raise ValueError("needs is a dictionary of requests")
    if bad := [need for need in needs if not isinstance(need, str) or not NAME.fullmatch(need)]:
        raise ValueError(f"{bad[0]!r} is no name for a need: lower-case letters, digits and _")
    if main is not None and main not in needs:
        raise ValueError(f"main is {main!r}, which is none of its needs")
    if not isinstance(optional, tuple) or set(optional) - set(needs) or main in optional:
        raise ValueError(f"optional is {optional!r}: a tuple of needs without the main one")
    if lost := {need for chain in chains for need in chain} - set(needs):
        raise ValueError(f"chains name {', '.join(sorted(lost))}, which are none of its needs")


def _check_tokens(tokens: Any) -> None:
    if tokens is not None and not (
        isinstance(tokens, tuple)
        and len(tokens) == 2
        and all(type(each) is int for each in tokens)
        and 1 <= tokens[0] <= tokens[1]
    ):
        raise ValueError(f"tokens is {tokens!r}: the fewest and the most that the film can show")
