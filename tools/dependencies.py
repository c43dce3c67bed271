"""What gptviz stands on: every installed package with version and licence, and what is known to be
wrong with it.

``tools/dependencies.py [PYTHON]``: PYTHON is an interpreter that has pip-audit, apart from the
packages that it is to audit. Where there is none, or its data cannot be had, the list is printed
alone, and that is said. Exit code 1 for a package with a known vulnerability.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from importlib.metadata import Distribution, distributions

PATIENCE = 300  # seconds for the audit
LONGEST = 60  # characters of a licence that are shown


def licence(package: Distribution) -> str:
    """A package's licence: its expression, else its classifiers, else the first line of what it
    calls its licence."""
    told = package.metadata
    classified = [
        line.rpartition(" :: ")[2]
        for line in told.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    text = (
        told.get("License-Expression")
        or "; ".join(classified)
        or (told.get("License") or "").strip()
    )
    first = text.splitlines()[0] if text else "not stated"
    return first if len(first) <= LONGEST else first[: LONGEST - 3] + "..."


def packages() -> list[tuple[str, str, str]]:
    """Every installed package once: name, version, licence, by name."""
    found = {
        re.sub(r"[-_.]+", "-", str(each.metadata["Name"])).lower(): each
        for each in reversed([*distributions()])
    }
    return [(name, found[name].version, licence(found[name])) for name in sorted(found)]


def audit(python: str) -> tuple[list[str], str]:
    """What pip-audit finds among the packages here, a line each; and what was not audited, and why,
    if anything."""
    command = [
        python,
        "-m",
        "pip_audit",
        "--path",
        sysconfig.get_path("purelib"),
        "--format",
        "json",
        "--progress-spinner",
        "off",
    ]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return [], f"pip-audit did not run: {error}"
    try:
        entries = json.loads(run.stdout)["dependencies"]
        found = [
            f"{each['name']} {each['version']}: {bug['id']}, mended in {', '.join(bug['fix_versions']) or 'none'}"
            for each in entries
            for bug in each.get("vulns", ())
        ]
        # A package that it has no data of is no package without faults; its own exit code is 0 all
        # the same.
        skipped = [entry["name"] for entry in entries if "skip_reason" in entry]
    except (ValueError, KeyError, TypeError):
        last = [line for line in run.stderr.strip().splitlines() if line.strip()][-1:] or [
            "it said nothing"
        ]
        return [], f"pip-audit could not tell: {last[0].strip()[:200]}"
    if skipped:
        return (
            found,
            f"pip-audit has no data of {len(skipped)} of {len(entries)} packages: {', '.join(skipped)}",
        )
    return found, ""


def main(arguments: Sequence[str]) -> int:
    """Prints the list, then the audit; 1 where it found something."""
    rows = packages()
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    for name, version, terms in rows:
        print(f"{name:{widths[0]}}  {version:{widths[1]}}  {terms}")
    print(f"\n{len(rows)} packages")
    found, missed = audit(arguments[0]) if arguments else ([], "pip-audit is not at hand")
    for line in found:
        print(line)
    if missed:
        print(f"not audited: {missed}")
    elif not found:
        print("pip-audit knows of nothing that is wrong with them")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
