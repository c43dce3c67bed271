"""Recordings taken once more: what still stands, and what does not."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import GPT2LMHeadModel

from gptviz.models import load
from gptviz.recorders import take
from gptviz.recorders.verify import bundled, verify
from gptviz.recording.families import NextToken, WordNeighbours
from gptviz.recording.schema import Content, Provenance, make
from gptviz.recording.store import Store
from tests import small_gpt2
from tests.made import next_token_content


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_gpt2.write(tmp_path_factory.mktemp("verified") / "small")


@pytest.fixture
def store(folder: Path, tmp_path: Path) -> Store:
    """Two films recorded from the small model."""
    found, model = Store(tmp_path / "recordings"), load(str(folder))
    for scene, prompt in (("first", "robot"), ("second", "planet robot")):
        found.write("small", scene, "row", take(model, NextToken(prompt=prompt, temperatures=True)))
    return found


def changed(folder: Path, to: Path, amount: float) -> Path:
    """The model with one weight changed."""
    shutil.copytree(folder, to)
    module = GPT2LMHeadModel.from_pretrained(to)
    with torch.no_grad():
        module.transformer.h[1].mlp.c_proj.bias[3] += amount
    module.save_pretrained(to)
    return to


def outcomes(store: Store, model: Path | None, **options: Any) -> list[tuple[str, str]]:
    at_hand = {("small", "model"): lambda: load(str(model))} if model else {}
    return [(each.scene, each.outcome) for each in verify(store, ["small"], at_hand, **options)]


def test_the_same_model_computes_the_same(store: Store, folder: Path) -> None:
    assert outcomes(store, folder) == [("first", "same"), ("second", "same")]
    assert outcomes(store, folder, scenes=["second"]) == [("second", "same")]
    assert outcomes(store, None) == [("first", "not at hand"), ("second", "not at hand")]


def test_a_changed_weight_is_found(store: Store, folder: Path, tmp_path: Path) -> None:
    other = changed(folder, tmp_path / "changed", 0.5)
    found = list(verify(store, ["small"], {("small", "model"): lambda: load(str(other))}))
    assert [each.outcome for each in found] == ["changed", "changed"] and not found[0].ok
    assert "\u2192" in found[0].why and "recorded from another model" in found[0].why
    assert found[0].largest > 1e-4 and found[0].where


def test_last_digits_may_differ(store: Store, folder: Path, tmp_path: Path) -> None:
    near = changed(folder, tmp_path / "near", 2e-6)
    found = list(verify(store, ["small"], {("small", "model"): lambda: load(str(near))}))
    assert {each.outcome for each in found} <= {"same", "close"} and any(
        each.outcome == "close" for each in found
    )
    assert 0 < max(each.largest for each in found) <= 1e-4 and all(each.ok for each in found)


def test_what_cannot_be_trusted_or_answered(store: Store, folder: Path) -> None:
    path = store.path("small", "first", "row").with_suffix(".safetensors")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    long = make(
        NextToken(prompt="robot " * 60),
        next_token_content([1.0]),
        Provenance(model="x", reference="x"),
    )
    nothing: dict[str, Any] = {
        **dict.fromkeys(("vocabulary", "components"), 1),
        **dict.fromkeys(("order", "rule"), ""),
        **dict.fromkeys(("words", "missing", "sought", "sought_missing"), []),
    }
    words = make(
        WordNeighbours(words=("cat",)),
        Content(values=nothing),
        Provenance(model="x", reference="x"),
    )
    store.write("small", "third", "row", long)
    store.write("small", "third", "words", words)
    found = {
        (each.scene, each.need): each
        for each in verify(store, ["small"], {("small", "model"): lambda: load(str(folder))})
    }
    assert {place: each.outcome for place, each in found.items()} == {
        ("first", "row"): "damaged",
        ("second", "row"): "same",
        ("third", "row"): "refused",
        ("third", "words"): "not at hand",
    }
    assert "sha256" in found["first", "row"].why and "at most 40" in found["third", "row"].why


def test_the_committed_rows_of_the_bundled_model(root: Path) -> None:
    """A quick part of ``gptviz verify``; the command does it for all."""
    store = Store(root / "recordings")
    found = list(verify(store, ["mini"], bundled(), scenes=["softmax", "bpe_tokens"]))
    assert found and [each for each in found if each.outcome not in ("same", "close")] == []
