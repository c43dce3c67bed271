"""The committed recordings of SmolLM2 and of the small GloVe vectors say what was found with
transformers and with the vectors' own file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gptviz.recording.families import (
    HeadScoresRecording,
    InductionHeadsRecording,
    NextTokenRecording,
    ParameterTallyRecording,
    SwitchedOffRecording,
    WordAnalogiesRecording,
    WordDirectionRecording,
    WordNeighboursRecording,
)
from gptviz.recording.store import Store

ONE_TO_TEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@pytest.fixture(scope="module")
def store(root: Path) -> Store:
    return Store(root / "recordings")


def test_smollm2_is_built_as_its_makers_say(store: Store) -> None:
    tally = store.read("smollm2", "parameter_tally", "tally", ParameterTallyRecording)
    assert tally.sizes["total"] == 134_515_008
    anatomy = tally.anatomy
    assert (anatomy.positions, anatomy.base, anatomy.rotated) == ("rotary", 100_000, 64)
    assert (anatomy.norm, anatomy.activation, anatomy.gated) == ("rms", "silu", True)
    assert anatomy.epsilon == pytest.approx(1e-5) and anatomy.tied and anatomy.heads_per_key == 3
    scores = store.read("smollm2", "head_zoo", "scores", HeadScoresRecording)
    assert (scores.layers, scores.heads) == (30, 9)


def test_smollm2_says_what_it_says(store: Store) -> None:
    row = store.read("smollm2", "temperature", "row", NextTokenRecording)
    assert row.request.prompt == "As the spaceship was approaching the" and row.vocab == 49_152
    assert row.token(0) == " planet" and row.probability(0) == pytest.approx(0.264, abs=5e-4)


def test_smollm2_has_its_heads(store: Store) -> None:
    induction = store.read("smollm2", "head_zoo", "induction", InductionHeadsRecording)
    assert induction.best.index == (18, 6)
    assert induction.best.score == pytest.approx(0.876, abs=0.01)
    scores = induction.scores.array
    best = {divmod(int(i), 9) for i in np.argsort(-scores, axis=None)[:4]}
    assert {(18, 6), (17, 4), (17, 5)} <= best  # others' random tokens, the same heads
    assert store.read("smollm2", "head_zoo", "scores", HeadScoresRecording).best(
        "previous"
    ).index == (16, 0)


def test_glove_knows_how_many(store: Store) -> None:
    """Along cats - cat: the number words rise, in these vectors."""
    cats = store.read("glove-6b-50d", "plurality", "cats", WordDirectionRecording)
    assert cats.request.rising == ONE_TO_TEN
    along = list(map(float, cats.numbers("rising")))
    found = [-2.40, 0.79, 1.27, 1.49, 1.75, 1.74, 2.34, 2.12, 2.62, 2.27]
    assert along == pytest.approx(found, abs=6e-3)


def test_glove_adds_words_as_it_does(store: Store) -> None:
    sums = store.read("glove-6b-50d", "analogies", "sums", WordAnalogiesRecording)
    royal = sums.analogy("king", "man", "woman", "queen")
    assert [str(each.word) for each in royal.nearest[:2]] == ["king", "queen"]
    assert [float(each.cosine) for each in royal.nearest[:2]] == pytest.approx(
        [0.886, 0.861], abs=6e-4
    )


def test_glove_has_its_neighbours(store: Store) -> None:
    near = store.read("glove-6b-50d", "word_space", "near", WordNeighboursRecording)
    tower = {str(each.word): float(each.cosine) for each in near.nearest("tower")[:6]}
    assert list(tower)[:1] == ["towers"] and {"building", "built", "roof", "skyscraper"} <= {*tower}
    assert tower["towers"] == pytest.approx(0.877, abs=6e-4)
    dog, rabbit = near.nearest("cat")[:2]
    assert (str(dog.word), str(rabbit.word)) == ("dog", "rabbit")
    assert [float(dog.cosine), float(rabbit.cosine)] == pytest.approx([0.922, 0.849], abs=6e-4)
    monster = near.sought("cat", "monster")
    assert monster is not None and monster[1].cosine == pytest.approx(0.762, abs=6e-4)


def test_smollm2_misses_its_heads_as_it_did(store: Store) -> None:
    """F29: one head switched off, and Mary is less likely."""
    off = store.read("smollm2", "ablation", "off", SwitchedOffRecording)
    assert off.request.prompt.startswith("When Mary and John") and off.probability == pytest.approx(
        0.923, abs=5e-4
    )
    without = off.array("without")
    found = [without[at] for at in ((1, 5), (1, 3), (29, 1), (0, 0))]
    assert found == pytest.approx([0.654, 0.712, 0.725, 0.776], abs=1e-3)
    assert (float(off.probability) - without > 0.01).sum() == 62 and without.shape == (30, 9)


def test_smollm2_pulls_a_rabbit_out_of_a_hat(store: Store) -> None:
    """The winner's row times the last vector is its score, in numpy; words come out by the table
    that they came in by."""
    match = store.read("smollm2", "unembed", "match")
    scores, row = match.array("scores"), match.array("rows")[0]
    best = int(scores.argmax())
    assert (match.token(0), int(match.token(0).id)) == (" hat", best)
    assert row.astype(float) @ match.array("vector") == pytest.approx(scores[best], abs=1e-3)
    shares = np.exp(scores - scores.max(), dtype=float)
    assert shares[best] / shares.sum() == pytest.approx(0.868, abs=1e-3)
    assert match.apart == 0 and match.tied and match.vocab == len(scores) == 49_152
