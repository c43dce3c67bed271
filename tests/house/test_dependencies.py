"""``make audit-dependencies``: every package with its version and licence; what pip-audit says, or
that it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import distributions, version
from pathlib import Path

import pytest

from tests.toy import ROOT

FOUND = {
    "dependencies": [
        {"name": "fine", "version": "1", "vulns": []},
        {"name": "bad", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]},
    ]
}


def listing(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / "dependencies.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_every_package_is_listed_with_its_licence() -> None:
    run = listing()
    rows = {
        line.split()[0]: line.split(maxsplit=2)[1:]
        for line in run.stdout.partition("\n\n")[0].splitlines()
    }
    assert run.returncode == 0 and "not audited: pip-audit is not at hand" in run.stdout
    assert (
        rows["numpy"][0] == version("numpy")
        and "BSD" in rows["numpy"][1]
        and rows["torch"][0].startswith("2.13.0")
    )
    assert all(len(row) == 2 and row[1] for row in rows.values())
    assert len(rows) == len(
        {
            str(each.metadata["Name"]).lower().replace("_", "-").replace(".", "-")
            for each in distributions()
        }
    )


@pytest.mark.parametrize(
    ("said", "code", "shown"),
    [
        (json.dumps(FOUND), 1, "bad 2: PYSEC-1, mended in 3"),
        (json.dumps({"dependencies": FOUND["dependencies"][:1]}), 0, "knows of nothing"),
        (
            json.dumps(
                {
                    "dependencies": [
                        *FOUND["dependencies"],
                        {"name": "own", "skip_reason": "not found"},
                    ]
                }
            ),
            1,
            "not audited: pip-audit has no data of 1 of 3 packages: own",
        ),
        (
            json.dumps({"dependencies": [{"name": "own", "skip_reason": "not found"}]}),
            0,
            "not audited: pip-audit has no",
        ),
        ("", 0, "not audited: pip-audit could not tell: no network"),
        ("[]", 0, "not audited"),
    ],
)
def test_what_pip_audit_says_counts(tmp_path: Path, said: str, code: int, shown: str) -> None:
    """An interpreter whose pip-audit gives this answer; the real one needs a network."""
    (tmp_path / "answer").write_text(said)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ncat "{tmp_path}/answer"\necho "no network" >&2\nexit 1\n')
    python.chmod(0o755)
    run = listing(str(python))
    assert run.returncode == code and shown in run.stdout, run.stdout[-500:] + run.stderr


def test_where_there_is_no_pip_audit_that_is_said() -> None:
    assert "not audited: pip-audit could not tell" in listing(sys.executable).stdout
    assert "not audited: pip-audit did not run" in listing("/no/such/python").stdout
