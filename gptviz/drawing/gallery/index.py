"""The index of the library: every mobject, room by room, with a picture of the gallery, what it is
and how it is made."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from types import ModuleType

from manim import Mobject

from gptviz import drawing

PICTURES = "../tests/drawing/frames"  # the golden frames, seen from docs/
HEAD = """# The drawing library

Every mobject of `gptviz.drawing`, room by room: a still of the gallery in which it is seen, what it is, how it is made.
Written by `make drawing-index` from the gallery and the docstrings, and compared with them by the tests: change those, not
this page. `make gallery PIECE=<name>` draws a piece at full size; a picture's name begins with its piece's.
"""


def rooms() -> list[ModuleType]:
    """The packages of the library, but for the gallery."""
    return [
        importlib.import_module(f"gptviz.drawing.{found.name}")
        for found in pkgutil.iter_modules(drawing.__path__)
        if found.ispkg and found.name != "gallery"
    ]


def mobjects(room: ModuleType) -> Iterator[type[Mobject]]:
    """The public mobjects of a room, by module and name."""
    for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        module = importlib.import_module(found.name)
        for name, kind in sorted(vars(module).items()):
            own = isinstance(kind, type) and kind.__module__ == module.__name__
            if own and issubclass(kind, Mobject) and not name.startswith("_"):
                yield kind


def page(seen: Mapping[str, set[type]]) -> str:
    """The index as Markdown. ``seen``: the classes of all that stands in each still, by the still's
    name."""
    kinds = {
        still: {base for kind in shown for base in kind.__mro__} for still, shown in seen.items()
    }
    parts = [HEAD]
    for room in rooms():
        lines = (inspect.getdoc(room) or "").splitlines()
        name = room.__name__.rpartition(".")[2]
        parts.append(f"\n## {name}\n\n{' '.join(lines)}\n\n| | |\n|---|---|\n")
        parts += [_row(kind, kinds) for kind in mobjects(room)]
    return "".join(parts)


def _row(kind: type[Mobject], kinds: Mapping[str, set[type]]) -> str:
    """A mobject's line of the table. Its picture is the still that shows it with least else."""
    shown = [(len(known), still) for still, known in kinds.items() if kind in known]
    still = min(shown)[1] if shown else ""
    picture = f'<img src="{PICTURES}/{still}.png" width="240" alt="{still}">' if still else ""
    module = kind.__module__.removeprefix("gptviz.drawing.")
    what = f"**{kind.__name__}** `{module}`<br>{_first_sentence(kind)}<br>`{_signature(kind)}`"
    return f"| {picture} | {what.replace('|', '&#124;')} |\n"


def _first_sentence(kind: type) -> str:
    told = " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.!?]) (?=[A-Z`])", told)[0]
    return sentence.replace("``", "`").replace("<", "&lt;").replace(">", "&gt;")


def _signature(kind: type) -> str:
    """How a mobject is made, without types: names, and defaults where they are short."""
    shown = []
    for each in inspect.signature(kind).parameters.values():
        if each.kind is each.KEYWORD_ONLY and "*" not in shown:
            shown.append("*")
        stars = "*" * ((each.kind is each.VAR_POSITIONAL) + 2 * (each.kind is each.VAR_KEYWORD))
        default = "" if each.default is each.empty else f"={_short(each.default)}"
        shown.append(f"{stars}{each.name}{default}")
    return f"{kind.__name__}({', '.join(shown)})"


def _short(default: object) -> str:
    text = repr(default)
    return text if len(text) <= 24 and " at 0x" not in text else "\u2026"
