"""No clock is trusted: what is fresh is told by content, whatever the date is said to be.

One file may ask when a file was changed: a large file's digest is remembered beside its size, times
and inode, so that gigabytes of weights are not read again. Whether a film is fresh is not its
business.
"""

from __future__ import annotations

import ast
from pathlib import Path

from tests.toy import ROOT

#: What tells the date, or when a file was changed. A monotonic clock, for how long something took, is none of it.
DATES = {
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "time.strftime",
    "datetime.date",
    "datetime.datetime",
    "st_mtime",
    "st_mtime_ns",
    "st_ctime",
    "st_ctime_ns",
    "getmtime",
}


REMEMBERS = ROOT / "gptviz" / "sourcing" / "identity.py"


def dates(path: Path) -> set[str]:
    """Where a module asks for the date, or for a file's time."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            names |= {ast.unparse(node), node.attr}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names & DATES


def test_nothing_reads_the_date(tmp_path: Path) -> None:
    modules = sorted((ROOT / "gptviz").rglob("*.py"))
    assert len(modules) > 100
    assert not {
        str(path): found for path in modules if (found := dates(path)) and path != REMEMBERS
    }
    assert dates(REMEMBERS) == {"time.time_ns", "st_mtime_ns", "st_ctime_ns"}
    (tmp_path / "m.py").write_text(
        "import time\nfrom time import time_ns\nx = p.stat().st_mtime\ny = time.time()\n"
    )
    assert dates(tmp_path / "m.py") == {"time.time", "time.time_ns", "st_mtime"}
