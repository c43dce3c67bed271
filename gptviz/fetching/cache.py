"""The folder in which gptviz keeps what it fetched: the user's cache, as the XDG Base Directory
Specification places it."""

from __future__ import annotations

import os
from pathlib import Path

#: The variable of the environment that names another folder.
VARIABLE = "GPTVIZ_CACHE"


def cache_folder() -> Path:
    """``GPTVIZ_CACHE``, else ``gptviz`` in ``XDG_CACHE_HOME`` or in ``~/.cache``; it need not exist.

    A relative ``XDG_CACHE_HOME`` is passed over, as the specification asks.
    """
    own = os.environ.get(VARIABLE)
    if own:
        return Path(own).expanduser().absolute()
    base = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return (base if base.is_absolute() else Path("~/.cache").expanduser()) / "gptviz"
