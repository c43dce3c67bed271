"""A model is run, what it computed is recorded, films draw only what was recorded.

In Python: :func:`load`, :func:`load_vectors`, :func:`record`, :func:`read`, :func:`show`; see
:mod:`gptviz.api`. Importing this package imports nothing heavy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gptviz.api import Shown, load, load_vectors, read, record, show

__all__ = ["Shown", "__version__", "load", "load_vectors", "read", "record", "show"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("gptviz.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
