"""Which of gptviz's own sources a film reaches, and their digests.

A static import graph (also of imports inside functions), so nothing is imported and nothing is run.
A film turns stale when a module that it reaches changes, and only then. Some modules are
catalogues: long lists of independent entries, of which a film uses a few. Of these only the entries
reached count, so that a new formula or error leaves every film as it was; of the families of
recordings, only those that the film names or needs.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]

#: Where an installed package keeps the course that came with it: films, which nothing imports.
SHIPPED = "shipped"

#: Modules, or packages of such, whose top-level entries are independent of one another.
CATALOGUES = ("gptviz.errors", "gptviz.maths")

#: One module per family of recordings; the package itself only lists their names.
FAMILIES = "gptviz.recording.families"

_FUTURE = "from __future__ import annotations"

#: What draws nothing itself: the package's version.
_SILENT = ("gptviz",)


@dataclass(frozen=True)
class Module:
    """A module's source, taken apart."""

    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        """The source; of a catalogue that is a package, that of all its modules."""
        if self.name in CATALOGUES and self.path.name == "__init__.py":
            paths = sorted(path for path in self.path.parent.glob("*.py") if path != self.path)
            return "\n".join(path.read_text(encoding="utf-8") for path in paths)
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        text = "\n".join(
            line if line != _FUTURE else "" for line in self.text.splitlines()
        )  # it must stand first
        return ast.parse(text, str(self.path))

    @cached_property
    def digest(self) -> str:
        return _sha256(self.text)

    @cached_property
    def imports(self) -> dict[str, frozenset[str] | None]:
        """The gptviz modules that it imports; of a catalogue the names it uses (None: all of
        them)."""
        return _imports(self.tree, self.name, self.path.name == "__init__.py")

    def part(self, names: frozenset[str]) -> str:
        """The source of some top-level entries and of all that they refer to in this module."""
        entries = _entries(self.tree)
        reached: set[str] = set()
        todo = [name for name in names if name in entries]
        while todo:
            name = todo.pop()
            if name not in reached:
                reached.add(name)
                todo += [
                    used for node in entries[name] for used in _names_in(node) if used in entries
                ]
        return "\n".join(self._segment(node) for name in sorted(reached) for node in entries[name])

    def _segment(self, node: ast.stmt) -> str:
        first = min(
            [node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))]
        )
        return "\n".join(self.text.splitlines()[first - 1 : node.end_lineno])


@dataclass
class Sources:
    """The sources of one package, each read once."""

    package: Path = PACKAGE
    _modules: dict[str, Module | None] = field(default_factory=dict)

    def reached(self, scene: Iterable[str], kinds: Iterable[str]) -> dict[str, str]:
        """Digests of what the source files of a film reach, by path within the package, such as
        ``drawing/chances/bars.py``.

        ``kinds`` are those of the film's recordings. The scene's own source is not among them. A
        module that is named as text counts as imported; where the name is put together when the
        film runs, nobody can know it, and the film reaches every module.
        """
        uses: dict[str, set[str] | None] = {}
        todo = [each for text in scene for each in self._asked(ast.parse(text))]
        todo += [(name, None) for kind in sorted(set(kinds)) if (name := self.kind_module(kind))]
        while todo:
            name, names = todo.pop()
            name = self.family_of(name)
            if name in _SILENT or (module := self.module(name)) is None:
                continue
            if name in CATALOGUES and names is not None:
                uses[name] = (
                    None if uses.get(name, set()) is None else (uses.get(name) or set()) | names
                )
                continue
            if name in uses and uses[name] is None:
                continue
            uses[name] = None
            todo += module.imports.items()
        return {
            self._place(name): self._digest(name, names) for name, names in sorted(uses.items())
        }

    def _asked(self, tree: ast.Module) -> Iterator[tuple[str, frozenset[str] | None]]:
        """What one file of a film imports, in whatever way."""
        yield from _imports(tree, "scene", False).items()
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if all(part.isidentifier() for part in node.value.split(".")):
                    yield from ((name, None) for name in _lineage(node.value))
            elif isinstance(node, ast.Call) and _imports_unknown(node):
                for path in sorted(self.package.rglob("*.py")):
                    parts = path.relative_to(self.package).with_suffix("").parts
                    if parts[0] == SHIPPED:
                        continue
                    yield ".".join(("gptviz", *(p for p in parts if p != "__init__"))), None

    def module(self, name: str) -> Module | None:
        """A module of the package by its dotted name, or None where there is no such file."""
        if name not in self._modules:
            base = self.package.joinpath(*name.split(".")[1:])
            path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
            self._modules[name] = Module(name, path) if path.is_file() else None
        return self._modules[name]

    @cache  # noqa: B019  (one instance for each plan)
    def kind_module(self, kind: str) -> str | None:
        """The module of the family that answers requests of a kind."""
        for path in sorted(self.package.joinpath("recording", "families").glob("*.py")):
            module = self.module(f"{FAMILIES}.{path.stem}")
            if module and path.stem != "__init__" and kind in _kinds_in(module.tree):
                return module.name
        return None

    def family_of(self, name: str) -> str:
        """A name of the package of families as the module that it comes from; any other name as it
        is."""
        package, _, last = name.rpartition(".")
        index = self.module(FAMILIES)
        if package != FAMILIES or index is None or self.module(name) is not None:
            return name
        homes = (
            _absolute(node, FAMILIES, True)
            for node in index.tree.body
            if isinstance(node, ast.ImportFrom) and last in {alias.name for alias in node.names}
        )
        return next(homes, FAMILIES)

    def folder(self, *parts: str, pattern: str = "**/*") -> str:
        """One digest of all files below a folder of the package, such as the fonts; films that came
        with it are none of its own."""
        root = self.package.joinpath(*parts)
        files = sorted(
            path
            for path in root.glob(pattern)
            if path.is_file() and not {"__pycache__", SHIPPED} & set(path.relative_to(root).parts)
        )
        return _sha256(
            "\n".join(
                f"{path.relative_to(root).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}"
                for path in files
            )
        )

    def __hash__(self) -> int:
        return id(self)

    def _place(self, name: str) -> str:
        module = self.module(name)
        assert module is not None
        return module.path.relative_to(self.package).as_posix()

    def _digest(self, name: str, names: set[str] | None) -> str:
        module = self.module(name)
        assert module is not None
        return module.digest if names is None else _sha256(module.part(frozenset(names)))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _imports(tree: ast.Module, name: str, is_package: bool) -> dict[str, frozenset[str] | None]:
    found: dict[str, set[str] | None] = {}
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.update(dict.fromkeys(_lineage(alias.name)))
        elif isinstance(node, ast.ImportFrom):
            _import_from(node, _absolute(node, name, is_package), nodes, found)
    return {module: None if names is None else frozenset(names) for module, names in found.items()}


def _imports_unknown(call: ast.Call) -> bool:
    """Whether a call imports a module whose name is no literal."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    return name in ("import_module", "__import__") and not (
        call.args and isinstance(call.args[0], ast.Constant)
    )


def _import_from(
    node: ast.ImportFrom, base: str, nodes: list[ast.AST], found: dict[str, set[str] | None]
) -> None:
    lineage = list(_lineage(base))
    if not lineage:
        return
    listed = (*CATALOGUES, FAMILIES)
    found.update(dict.fromkeys(module for module in lineage if module not in listed))
    for alias in node.names:
        module = f"{base}.{alias.name}"
        if base in CATALOGUES:
            _use(found, base, alias.name)
        elif module == FAMILIES:
            for used in _attributes(nodes, alias.asname or alias.name):
                found[f"{FAMILIES}.{used}" if used else FAMILIES] = None
        elif module in CATALOGUES:
            for used in _attributes(nodes, alias.asname or alias.name):
                _use(found, module, used)
        else:
            found[module] = None  # a module, or a name in one: then there is no such file


def _use(found: dict[str, set[str] | None], module: str, name: str | None) -> None:
    names = found.setdefault(module, set())
    if name is None or name == "*":
        found[module] = None
    elif names is not None:
        names.add(name)


def _attributes(nodes: list[ast.AST], local: str) -> Iterator[str | None]:
    """What is taken from a name: its attributes, and None where it is used in any other way."""
    owners = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == local
        ):
            yield node.attr
        elif isinstance(node, ast.Name) and node.id == local and id(node) not in owners:
            yield None


def _lineage(module: str) -> Iterator[str]:
    """A gptviz module and the packages that importing it imports."""
    parts = module.split(".")
    if parts[0] == "gptviz":
        yield from (".".join(parts[:i]) for i in range(1, len(parts) + 1))


def _absolute(node: ast.ImportFrom, name: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parents = name.split(".")
    parents = parents[: len(parents) - node.level + is_package]
    return ".".join([*parents, *([node.module] if node.module else [])])


def _entries(tree: ast.Module) -> dict[str, list[ast.stmt]]:
    """The top-level definitions and constants of a module by name."""
    entries: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            entries.setdefault(node.name, []).append(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for name in _names_in(target):
                    entries.setdefault(name, []).append(node)
    return entries


def _names_in(node: ast.AST) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def _kinds_in(tree: ast.Module) -> set[str]:
    """The values of ``kind = "..."`` in the classes of a module."""
    found = set()
    for cls in tree.body:
        for node in cls.body if isinstance(cls, ast.ClassDef) else ():
            if not isinstance(node, (ast.Assign, ast.AnnAssign)):
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if isinstance(node.value, ast.Constant) and any(
                isinstance(target, ast.Name) and target.id == "kind" for target in targets
            ):
                found.add(str(node.value.value))
    return found
