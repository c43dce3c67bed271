"""Counts in a film's source that count nothing: ``Count(range(7), "rows")`` is the number seven,
typed in.

What is counted must be an object that has its length from elsewhere: rows of a recording, bars on
screen, names.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def counted_literals(film_class: type[Any]) -> list[str]:
    """The source of each count of a literal in the files that a film is written in; empty where
    there are none."""
    try:
        path = inspect.getsourcefile(film_class)
    except TypeError:
        path = None
    if path is None or not Path(path).is_file():
        return []
    own = Path(path)
    files = sorted(own.parent.rglob("*.py")) if own.name == "film.py" else [own]
    return [text for file in files for text in _counted_in(file)]


def _counted_in(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    numbers = {name for name, value in _constants(tree) if isinstance(value, (int, float))}
    return [
        ast.unparse(call)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and _counts(call)
        and call.args
        and _is_literal(call.args[0], numbers)
    ]


def _constants(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    """Names that the module gives constants to, alone (``A = 1``) or together (``A, B = 1, 2``)."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            pairs = (
                zip(target.elts, value.elts, strict=False)
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
                else [(target, value)]
            )
            yield from (
                (name.id, constant.value)
                for name, constant in pairs
                if isinstance(name, ast.Name) and isinstance(constant, ast.Constant)
            )


def _counts(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "Count"


def _is_literal(node: ast.expr, numbers: set[str]) -> bool:
    """Whether the length of an expression is a typed number: a range, repetition or text of nothing
    but literals."""
    if isinstance(node, ast.Constant):
        return True
    if not any(
        isinstance(part, ast.Mult) or (isinstance(part, ast.Name) and part.id == "range")
        for part in ast.walk(node)
    ):
        return False
    own = {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }
    return all(
        part.id in numbers or part.id in own or hasattr(builtins, part.id)
        for part in ast.walk(node)
        if isinstance(part, ast.Name)
    ) and not any(isinstance(part, ast.Attribute) for part in ast.walk(node))
