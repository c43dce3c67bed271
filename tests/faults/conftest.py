"""Fixtures of the fault suite: small projects, a small model, and file systems of a test's own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import small_gpt2
from tests.render.conftest import package, rendered, toy  # noqa: F401  (fixtures)

#: The limit of GPT-2 itself, in a model that is small in everything else.
POSITIONS = 1024

Shell = Callable[..., "subprocess.CompletedProcess[str]"]


def private(command: str) -> list[str]:
    """A shell command with mounts of its own, which are gone when it ends and which nobody else
    sees."""
    user = ["--user", "--map-root-user"] if os.geteuid() else []
    return ["unshare", *user, "--mount", "sh", "-ec", command]


@pytest.fixture(scope="session")
def mounting(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Runs a shell command that may mount file systems: ``mounting(command, cwd, environment)``."""
    folder = tmp_path_factory.mktemp("mount")
    try:
        tried = subprocess.run(
            private(f"mount -t tmpfs tmpfs {folder}"), capture_output=True, check=False
        )
    except FileNotFoundError:
        tried = None
    if tried is None or tried.returncode:
        pytest.skip("no file system can be mounted here")

    def run(
        command: str, cwd: Path, environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            private(command),
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def folder_1024(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small GPT-2 that reads 1,024 tokens and has one token of 2,000 characters."""
    from transformers import AutoTokenizer

    folder = tmp_path_factory.mktemp("models") / "reader"
    small_gpt2.write_tokenizer(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.add_tokens(["long" * 500]) == 1
    tokenizer.save_pretrained(folder)
    small_gpt2.write_model(folder, entries=small_gpt2.ENTRIES + 1, n_positions=POSITIONS)
    return folder
