"""A model tried on films without recording: the answer is that of the model itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gptviz.errors import GptvizError, ModelMissing, ModelRefused
from gptviz.fetching import wheels
from gptviz.models import load
from gptviz.recorders import take
from gptviz.render.find import pick_scenes
from gptviz.render.project import open_project
from gptviz.sourcing.trying import try_model, try_vectors
from tests import small_gguf, small_gpt2

FILMS = ("softmax", "matvec", "scores_mask", "parameter_tally")


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_a_stand_in_answers_as_the_model_does(tmp_path: Path, root: Path, kind: str) -> None:
    path = (
        small_gpt2.write(tmp_path / "model", n_positions=64)
        if kind == "gpt2"
        else small_gguf.write(tmp_path / "x.gguf", small_gguf.module("llama"))
    )
    scenes = pick_scenes(open_project(root), FILMS, False)
    before = sorted(tmp_path.rglob("*"))
    trial = try_model(str(path), scenes)
    model, refused = load(str(path)), set()
    for scene in scenes:
        for need, request in scene.needs.items():
            try:
                take(model, request)
            except GptvizError:
                refused.add((scene.name, need))
    found = {(a.film, need) for a in trial.answers for need in {**a.lacks, **a.without}}
    assert found == refused and len(trial.answers) == len(FILMS)
    assert trial.parameters == model.provenance().parameters
    assert sorted(tmp_path.rglob("*")) == before


def test_vectors_answer_themselves(tmp_path: Path, root: Path) -> None:
    scenes = pick_scenes(open_project(root), ("plurality",), False)
    few = tmp_path / "few.txt"
    rows = np.random.default_rng(2).normal(size=(40, 5)).round(3)
    few.write_text("".join(f"w{i} {' '.join(map(str, row))}\n" for i, row in enumerate(rows)))
    lacking, whole = try_vectors(str(few), scenes), try_vectors("mini", scenes)
    assert any(answer.lacks for answer in lacking.answers)
    assert not all(answer.lacks for answer in whole.answers) and whole.parameters > 10_000


def test_what_cannot_be_loaded_is_refused_as_loading_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    folder = small_gpt2.write(tmp_path / "model")
    (folder / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ModelRefused, match="an encoder"):
        try_model(str(folder), [])
    monkeypatch.setenv("GPTVIZ_CACHE", str(tmp_path / "empty"))
    with pytest.raises(ModelMissing, match="93 MB to download"):
        try_model("smollm2", [])
    assert not wheels.fetched("smollm2")
