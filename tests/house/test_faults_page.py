"""docs/faults.md names tests that are there, for every row."""

from __future__ import annotations

import re

from tests.toy import ROOT

PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")


def named(cell: str) -> list[tuple[str, list[str]]]:
    """The files of a cell, each with the tests that it names: a path, a colon, names between
    backticks."""
    found = []
    for part in cell.split(";"):
        path, _, tests = part.strip().partition(":")
        found.append(
            (
                path.split(" ")[0],
                [name.partition("[")[0] for name in re.findall(r"`([^`]+)`", tests)],
            )
        )
    return found


def test_every_row_names_tests_that_are_there() -> None:
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| [^|]+ \| ([^|]+) \|$", PAGE, re.M)
    assert [int(number) for number, _ in rows] == list(range(1, 23))
    for number, cell in rows:
        for path, tests in named(cell):
            source = (ROOT / "tests" / f"{path}.py").read_text(encoding="utf-8")
            names = re.findall(r"^def test_(\w+)", source, re.M)
            assert names
            for test in tests:
                start = test.removesuffix("...")
                assert any(
                    name == start or (test != start and name.startswith(start)) for name in names
                ), f"row {number}: {path} has no {test}"


def test_the_guards_that_were_tried_have_tests_that_are_there() -> None:
    rows = re.findall(r"^\| (\d+|doctor) \| [^|]+ \| ([\w/]+)(?:: (\w+)\S*.*)? \|$", PAGE, re.M)
    assert len({number for number, _, _ in rows}) >= 14
    for _, path, test in rows:
        assert f"def test_{test}" in (ROOT / "tests" / f"{path}.py").read_text(encoding="utf-8"), (
            test
        )
