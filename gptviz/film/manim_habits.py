"""Films that Manim itself runs: ``manim -ql scenes/prediction/softmax/film.py Softmax``, and
``%%manim`` in a notebook.

Manim makes the scene with no arguments, and loads its file under a name that is no package's.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gptviz.recording.schema import Recording


def recordings_of(film: type) -> Mapping[str, Recording]:
    """What the project of a film's file holds for it, by need, in the default edition or in that of
    ``GPTVIZ_EDITION``. Raises what keeps it from being read.

    Films know no projects, so the room above is asked by its name.
    """
    found: Mapping[str, Recording] = importlib.import_module("gptviz.render.alone").recordings_of(
        film
    )
    return found


def adopt() -> None:
    """Gives a film in a folder that Manim is loading right now its package, so that it can import
    the files beside it. Called when a film's first lines import :mod:`gptviz.film`."""
    for name, module in [*sys.modules.items()]:
        # Not by getattr: a module that loads itself lazily would do so now.
        file, package = vars(module).get("__file__"), name.rpartition(".")[0]
        if file and package and package not in sys.modules and Path(file).name == "film.py":
            folder = ModuleType(package)
            folder.__path__ = [str(Path(file).parent)]
            sys.modules[package] = folder
