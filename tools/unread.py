"""Refuses variables that a target of the Makefile does not read, with the nearest name of one that
it does.

It runs before anything is installed: nothing but the standard library. Names come from the
environment, for a name may hold any character.
"""

from __future__ import annotations

import difflib
import os
import sys


def refusal(unread: list[str], read: list[str], goals: str) -> str:
    """What, why and what to do, a line each."""
    lines = []
    for name in unread:
        near = difflib.get_close_matches(name.upper(), read, 1, 0.7)
        lines.append(f"make {goals} does not read {ascii(name)[1:-1]}")
        lines += [f"  did you mean {near[0]}?"] if near else []
    return "\n".join([*lines, f"  it reads {', '.join(read)}"])


if __name__ == "__main__":
    unread, read, goals = (os.environ[f"GPTVIZ_{name}"] for name in ("UNREAD", "READ", "GOALS"))
    sys.exit(refusal(unread.split(), read.split(), goals))
