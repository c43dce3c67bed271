"""What whoever loads a model or vectors should know, though nothing is wrong: a line on standard
error, once in a process."""

from __future__ import annotations

import sys
from functools import cache


@cache
def tell(line: str) -> None:
    """Says a line, if it was not said before."""
    print(f"note: {line}", file=sys.stderr)
