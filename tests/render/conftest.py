"""Fixtures of the render tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.toy import Toy, build, copy_package


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of gptviz as it is when the tests begin: what is rendered stays fresh while sources
    are worked on."""
    return copy_package(tmp_path_factory.mktemp("package"))


@pytest.fixture
def toy(tmp_path: Path, package: Path) -> Toy:
    """A small project with two films."""
    return build(tmp_path / "project", package)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory, package: Path) -> Toy:
    """The small project with both films rendered at quality l; not to be changed by a test."""
    toy = build(tmp_path_factory.mktemp("rendered") / "project", package)
    run = toy.run("render", "--all", "--quality", "l")
    assert run.code == 0, run.err
    return toy
