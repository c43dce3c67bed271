"""Recorded runs, partial checkpoints, and both with a tokenizer as one model."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from gptviz.errors import ModelRefused, NotFinite, NotRecorded, PromptRefused
from gptviz.models import load
from gptviz.models.composite import Composite
from gptviz.models.interface import Model
from gptviz.models.language import LanguageModel
from tests import small_gpt2

PROMPT = "robot planet"
CARD = {
    "model": "small model",
    "parameters": 4536,
    "n_layer": 2,
    "n_head": 3,
    "d_model": 24,
    "d_mlp": 96,
    "vocab": 777,
    "positions": 40,
    "source": "made in a test",
    "licence": "MIT",
}


def write_run(
    folder: Path, model: LanguageModel, change: Callable[[dict[str, Any]], Any] = lambda run: None
) -> Path:
    """A run of a model as a folder of recorded runs holds it."""
    ids = model.encode(PROMPT)
    found = model.attention(ids)
    run: dict[str, Any] = {
        "prompt": PROMPT,
        "ids": ids,
        "tokens": [row.text for row in model.token_rows(ids)],
        "tensors": {
            "logits": model.next_logits(ids),
            "scores_raw": found.scores,
            "scores_scaled": found.scaled,
            "pattern": found.pattern,
        },
        "card": dict(CARD),
    }
    change(run)
    folder.mkdir(exist_ok=True)
    data = safetensors.numpy.save(run["tensors"])
    (folder / "run0.safetensors").write_bytes(data)
    sha256 = run.get("sha256", hashlib.sha256(data).hexdigest())
    about = {
        "prompt": run["prompt"],
        "ids": run["ids"],
        "tokens": run["tokens"],
        "tensors_sha256": sha256,
    }
    (folder / "run0.json").write_text(json.dumps(about))
    if run["card"]:
        (folder / "source.json").write_text(json.dumps(run["card"]))
    return folder


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    small_gpt2.write_tokenizer(tmp_path / "tokenizer")
    return tmp_path / "tokenizer"


def test_runs_answer_as_the_model_that_made_them(
    tmp_path: Path, small: LanguageModel, tokenizer: Path
) -> None:
    runs = load(str(write_run(tmp_path / "runs", small)))
    ids = runs.encode(PROMPT)
    np.testing.assert_array_equal(runs.next_logits(ids), small.next_logits(ids))
    np.testing.assert_array_equal(runs.attention(ids).scores, small.attention(ids).scores)
    assert runs.shape == small.shape and runs.token_rows(ids) == small.token_rows(ids)
    whole = load(f"{tmp_path / 'runs'}+{tokenizer}")
    assert whole.token_row(700) == small.token_row(700)
    assert (
        load(str(tmp_path / "runs"), tokenizer=str(tokenizer)).reference
        == whole.reference
        == "runs+tokenizer"
    )


def test_runs_refuse_what_they_do_not_hold(
    tmp_path: Path, small: LanguageModel, tokenizer: Path
) -> None:
    write_run(tmp_path / "runs", small)
    for model in (load(str(tmp_path / "runs")), load(f"{tmp_path / 'runs'}+{tokenizer}")):
        ids = small.encode("robot")
        for ask in (model.next_logits, model.attention):
            with pytest.raises(NotRecorded, match=f"holds 1: {PROMPT}"):
                ask(ids)
        for name in ("activations", "logits"):
            with pytest.raises(NotRecorded, match="mini"):
                getattr(model, name)(ids)
        with pytest.raises(PromptRefused, match="blank"):
            model.encode("  ")
    alone = load(str(tmp_path / "runs"))
    with pytest.raises(NotRecorded, match=PROMPT):
        alone.encode("robot")
    with pytest.raises(NotRecorded, match="tokenizer"):
        alone.token_row(700)


def cut(run: dict[str, Any]) -> None:
    run["tensors"]["logits"] = run["tensors"]["logits"][:-1]


def headless(run: dict[str, Any]) -> None:
    del run["tensors"]["pattern"]


def nan(run: dict[str, Any]) -> None:
    run["tensors"]["logits"][5] = np.nan


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (lambda run: run.update(sha256="0" * 64), ModelRefused, "sha256 should be 0000"),
        (lambda run: run.update(tokens=["robot"]), ModelRefused, "do not make its prompt"),
        (lambda run: run.update(ids=[]), ModelRefused, "do not make its prompt"),
        (lambda run: run.update(ids=["x"]), ModelRefused, "describes no run"),
        (lambda run: run.update(card=None), ModelRefused, "nothing says which model"),
        (lambda run: run["card"].pop("source"), ModelRefused, "source: Field required"),
        (lambda run: run["card"].update(n_head=4), ModelRefused, r"\(2, 3,"),
        (cut, ModelRefused, r"logits of shape \(776,\), not \(777,\)"),
        (headless, ModelRefused, "pattern of shape None"),
        (nan, NotFinite, r"\[5\] is nan"),
    ],
)
def test_runs_that_cannot_be_trusted(
    tmp_path: Path,
    small: LanguageModel,
    change: Callable[[dict[str, Any]], Any],
    error: type[Exception],
    said: str,
) -> None:
    write_run(tmp_path / "runs", small, change)
    with pytest.raises(error, match=said):
        model = load(str(tmp_path / "runs"))
        model.next_logits(model.encode(PROMPT))


def test_a_card_cannot_take_a_published_name(tmp_path: Path, small: LanguageModel) -> None:
    def rename(run: dict[str, Any]) -> None:
        run["card"].update(model="something else", short="gpt2")

    assert load(str(write_run(tmp_path / "runs", small, rename))).short == "gpt2-parts"


def test_a_checkpoint_in_part_gives_weights_only(folder: Path, small: LanguageModel) -> None:
    tensors = safetensors.numpy.load((folder / "model.safetensors").read_bytes())
    kept = {name: array for name, array in tensors.items() if ".attn." in name}
    (folder / "config.json").unlink()
    safetensors.numpy.save_file(kept, folder / "model.safetensors")
    with pytest.raises(ModelRefused, match="nothing says which model"):
        load(str(folder))
    (folder / "source.json").write_text(json.dumps(CARD))
    part = load(str(folder))
    np.testing.assert_array_equal(
        part.weight("blocks.1.attn.W_Q"), small.weight("blocks.1.attn.W_Q")
    )
    assert not part.has_weight("embed")
    with pytest.raises(NotRecorded, match="holds 8 of 28 tensors"):
        part.weight("embed")
    for ask in (part.next_logits, part.attention, part.activations):
        with pytest.raises(NotRecorded):
            ask([1])
    kept["transformer.h.0.attn.c_attn.weight"] = kept["transformer.h.0.attn.c_attn.weight"][
        :, :-1
    ].copy()
    safetensors.numpy.save_file(kept, folder / "model.safetensors")
    with pytest.raises(
        ModelRefused, match=r"h\.0\.attn\.c_attn\.weight \[24, 71\] instead of \[24, 72\]"
    ):
        load(str(folder))


def test_parts_of_two_models_never_meet(
    tmp_path: Path, small: LanguageModel, mini: LanguageModel
) -> None:
    write_run(tmp_path / "runs", small)
    small_gpt2.write_tokenizer(tmp_path / "smaller", entries=700)
    with pytest.raises(ModelRefused, match=r"700 entries, small model 777"):
        load(f"{tmp_path / 'runs'}+{tmp_path / 'smaller'}")
    shutil.copytree(tmp_path / "runs", tmp_path / "others")
    (tmp_path / "others" / "source.json").write_text(json.dumps(CARD | {"model": "another"}))
    with pytest.raises(ModelRefused, match="part of another"):
        load(f"{tmp_path / 'runs'}+{tmp_path / 'others'}")


def test_a_composite_passes_every_question_on() -> None:
    questions = {
        name
        for name, value in vars(Model).items()
        if not name.startswith("_") and name != "token_rows"
    }
    assert questions <= set(vars(Composite))


def test_the_real_runs(reference_data: Path) -> None:
    """GPT-2 small as it was published: its runs, its attention weights, its tokenizer."""
    parts = [
        str(reference_data / name)
        for name in ("gpt2-small-runs", "gpt2-small-attention", "gpt2-bpe")
    ]
    model = load("+".join(parts))
    assert (model.title, model.short) == ("GPT-2 small", "gpt2")
    ids = model.encode("As the spaceship was approaching the")
    found = model.attention(ids)
    future = np.triu(np.ones((len(ids), len(ids)), dtype=bool), 1)
    scores = np.where(future, -np.inf, found.scores / 8)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    np.testing.assert_allclose(powers / powers.sum(-1, keepdims=True), found.pattern, atol=1e-5)
    np.testing.assert_allclose(found.pattern[4, 11][range(1, 6), range(5)], 1, atol=1e-3)
    weight = model.tensor("h.0.attn.c_attn.weight")
    assert weight.shape == (768, 2304) and model.provenance().parameters == 124_439_808
    asked = model.for_recording()
    asked.next_logits(ids)
    assert asked.provenance().source == "poloclub/transformer-explainer, src/constants/examples"
    assert (asked.provenance().commit, asked.provenance().licence) == ("6e2ec372b1d7", "MIT")
    assert asked.provenance().fingerprint == model.provenance().fingerprint
    with pytest.raises(NotRecorded, match="Data visualization empowers users to"):
        model.next_logits(model.encode("Hello"))
