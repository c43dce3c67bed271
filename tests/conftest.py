"""Fixtures of all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-frames``: draws the golden frames anew instead of comparing with them."""
    parser.addoption("--update-frames", action="store_true", help="draw the golden frames of tests/drawing anew")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of reference data; tests that need it are skipped, and counted, where it is not set."""
    folder = os.environ.get("GPTVIZ_REFERENCE_DATA")
    if not folder:
        pytest.skip("GPTVIZ_REFERENCE_DATA is not set")
    return Path(folder)
