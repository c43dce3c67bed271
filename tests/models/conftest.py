"""Models that are loaded in many ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from gptviz.models import load
from gptviz.models.language import LanguageModel
from tests import small_gpt2


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small GPT-2; not to be changed."""
    return small_gpt2.write(tmp_path_factory.mktemp("models") / "small")


@pytest.fixture(scope="session")
def small(whole: Path) -> LanguageModel:
    """The model of that folder."""
    model = load(str(whole))
    assert isinstance(model, LanguageModel)
    return model


@pytest.fixture(scope="session")
def mini() -> LanguageModel:
    """The bundled model."""
    model = load("mini")
    assert isinstance(model, LanguageModel)
    return model


@pytest.fixture
def folder(tmp_path: Path, whole: Path) -> Path:
    """A copy of the small GPT-2's folder, to be damaged."""
    copy = tmp_path / "model"
    copy.mkdir()
    for path in whole.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy
