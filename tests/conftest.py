"""Fixtures of all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-frames``: draws the golden frames anew instead of comparing with them."""
    parser.addoption(
        "--update-frames", action="store_true", help="draw the golden frames of tests/drawing anew"
    )


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of reference data; tests that need it are skipped, and counted, where it is not
    set."""
    folder = os.environ.get("GPTVIZ_REFERENCE_DATA")
    if not folder:
        pytest.skip("GPTVIZ_REFERENCE_DATA is not set")
    return Path(folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many tests did not run for want of the reference data, just above the closing
    line."""
    reports = terminalreporter.stats.get("skipped", [])
    missing = sum("GPTVIZ_REFERENCE_DATA" in str(report.longrepr) for report in reports)
    if missing:
        terminalreporter.write_line(
            f"{missing} reference tests did not run: GPTVIZ_REFERENCE_DATA names no folder"
        )


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run in which nothing passed proves nothing, and fails."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if (
        exitstatus == pytest.ExitCode.OK
        and not hasattr(session.config, "workerinput")
        and not session.config.option.collectonly
        and not reporter.stats.get("passed")
    ):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
