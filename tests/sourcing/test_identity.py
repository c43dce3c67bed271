"""A model is known again by its files' identity: nothing large is read twice, and nothing that
changed is taken for what it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gptviz.sourcing import identity
from gptviz.sourcing.identity import Identities, content

OLD = 1_600_000_000 * 10**9


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"a" * 2000)
    (folder / "config.json").write_text("{}")
    monkeypatch.setattr(identity, "_LARGE", 1000)
    monkeypatch.setattr(identity, "_SETTLED", -(10**18))  # every file counts as written long ago
    return folder


def test_a_large_file_is_read_once(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Identities(tmp_path / "media")
    read: list[str] = []
    digest = identity.hashlib.file_digest

    def watched(file: object, name: str) -> object:
        read.append(Path(file.name).name)  # type: ignore[attr-defined]
        return digest(file, name)  # type: ignore[arg-type, type-var]

    monkeypatch.setattr(identity.hashlib, "file_digest", watched)
    first = content(str(model), "model", known)
    assert sorted(read) == ["config.json", "model.safetensors"]
    assert content(str(model), "model", known) == first
    assert read.count("model.safetensors") == 1


def test_a_file_that_changed_is_read_again(model: Path, tmp_path: Path) -> None:
    """Of the same size, with the same time of change, by writing into it or by putting another in
    its place."""
    known, weights = Identities(tmp_path / "media"), model / "model.safetensors"
    os.utime(weights, ns=(OLD, OLD))
    seen = {content(str(model), "model", known)}
    weights.write_bytes(b"b" * 2000)
    os.utime(weights, ns=(OLD, OLD))
    seen.add(content(str(model), "model", known))
    other = tmp_path / "other"
    other.write_bytes(b"c" * 2000)
    os.utime(other, ns=(OLD, OLD))
    other.rename(weights)
    seen.add(content(str(model), "model", known))
    assert len(seen) == 3 and None not in seen


def test_a_model_in_the_hub_s_cache_is_known_without_loading_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("huggingface_hub")
    commit = "0123456789abcdef0123456789abcdef01234567"
    folder = tmp_path / "models--somebody--small" / "snapshots" / commit
    folder.mkdir(parents=True)
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        (folder / name).write_text("{}")
    code = (
        "import sys\nfrom pathlib import Path\nfrom gptviz.sourcing.identity import *\n"
        f"known = Identities(Path({str(tmp_path)!r}))\n"
        f"print(content('somebody/small@{commit}', 'model', known))\n"
        f"print(content('somebody/small@{commit[::-1]}', 'model', known))\n"
        "sys.exit('torch was imported' if {'torch', 'transformers'} & set(sys.modules) else 0)"
    )
    environment = {**os.environ, "HF_HUB_CACHE": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    found, missing = run.stdout.split()
    assert len(found) == 64 and missing == "None"


def test_the_room_imports_no_torch() -> None:
    code = (
        "import sys, importlib\n"
        "for name in ('choice', 'preparing', 'remote', 'worker'):\n"
        "    importlib.import_module(f'gptviz.sourcing.{name}')\n"
        "heavy = {'torch', 'transformers', 'gensim', 'manim', 'huggingface_hub'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
