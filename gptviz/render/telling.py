"""How a worker process talks to the one that started it: one JSON object a line, on standard
output.

``{"beat": ...}`` and the like say what it does, ``{"error": {...}}`` why it gave up. A worker ends
when its standard input does: when the process that started it is gone, however it went.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable
from typing import Any

from gptviz import errors
from gptviz.errors import GptvizError, RenderFailed

Tell = Callable[[dict[str, Any]], None]


def speaker() -> Tell:
    """Keeps standard output for what the worker tells; whatever a film or a library prints goes to
    standard error."""
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            stream.write(json.dumps(message) + "\n")
            stream.flush()

    return tell


def end_with_parent() -> None:
    """Ends this process at once when its standard input ends."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os._exit(130)

    threading.Thread(target=watch, daemon=True).start()


def described(error: GptvizError) -> dict[str, str]:
    """An error as it is told, with the notes that were added to it."""
    notes = "\n".join(getattr(error, "__notes__", ()))
    return {
        "type": type(error).__name__,
        "what": error.what,
        "why": error.why,
        "hint": error.hint,
        "notes": notes,
    }


def raised(told: dict[str, str], note: str = "") -> GptvizError:
    """The error that was told, of the same class; RenderFailed for a class that is none of
    gptviz'."""
    found = getattr(errors, str(told.get("type", "")), None)
    kind = found if isinstance(found, type) and issubclass(found, GptvizError) else RenderFailed
    error: GptvizError = kind(*(str(told.get(part, "")) for part in ("what", "why", "hint")))
    for each in (str(told.get("notes", "")), note):
        if each:
            error.add_note(each)
    return error
