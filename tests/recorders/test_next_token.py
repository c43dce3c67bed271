"""The next-token recorder against transformers, numpy, and the public runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

from gptviz.errors import NotDeclared, NotFinite, UsageError
from gptviz.models import load
from gptviz.models.interface import Model
from gptviz.models.references import BUNDLED
from gptviz.recorders import take
from gptviz.recording.address import Given
from gptviz.recording.families import DrawnToken, NextToken, NextTokenRecording
from gptviz.recording.store import Store
from tests import small_gpt2

AWKWARD = (
    "Hi \U0001f98a!",
    "antidisestablishment",
    "a",
    "the cat and the dog and the cat",
    "\u05e9\u05dc\u0000 \u0120",
)
RUN = "As the spaceship was approaching the"


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GPT-2 of 3 heads, 2 layers, 777 entries."""
    return small_gpt2.write(tmp_path_factory.mktemp("odd") / "odd")


def row(model: Model, prompt: str, **options: Any) -> NextTokenRecording:
    recording = take(model, NextToken(prompt=prompt, **options))
    assert isinstance(recording, NextTokenRecording)
    return recording


@pytest.mark.parametrize("which", ["odd", "mini"])
def test_rows_are_those_of_transformers(which: str, odd: Path) -> None:
    folder = odd if which == "odd" else BUNDLED / "mini"
    model = load(str(odd) if which == "odd" else "mini")
    reference = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    longest = "a" + "\u0001" * (model.shape.positions - 1)
    assert len(model.encode(longest)) == model.shape.positions
    for prompt in (*AWKWARD, longest):
        ids = tokenizer(prompt, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            scores = reference(ids).logits[0, -1].double()
        found = row(model, prompt, top=20, sample=9)
        order = torch.sort(scores, descending=True, stable=True).indices
        assert found.array("token_ids").tolist() == order[:20].tolist()
        np.testing.assert_allclose(found.array("logits"), scores[order[:20]].numpy(), atol=1e-4)
        shares = torch.softmax(scores, dim=-1)
        np.testing.assert_allclose(
            [float(p) for p in found.probabilities()], shares[order[:20]].numpy(), atol=1e-5
        )
        assert float(found.rest(7)) == pytest.approx(1 - shares[order[:7]].sum().item(), abs=1e-6)
        assert [str(token) for token in found.tokens("top")] == [
            tokenizer.decode([i]) for i in order[:20]
        ]
        assert b"".join(token.raw for token in found.prompt) == prompt.encode()
        assert float(found.entropy) == pytest.approx(
            -(shares * shares.log2()).sum().item(), abs=1e-4
        )
        assert float(found.value("total")) == pytest.approx(
            scores.sum().item(), abs=1e-4 * len(scores)
        )
        assert found.value("negative") == (scores < 0).sum().item()
        ranks = found.array("sample_ranks")
        assert (
            ranks[-1] == len(scores) - 1
            and len(set(np.diff(ranks)) - {len(scores) // 9, len(scores) // 9 + 1}) == 0
        )
        np.testing.assert_allclose(
            found.array("sample_logits"), scores[order[ranks.tolist()]].numpy(), atol=1e-4
        )
        assert float(found.value("lowest")) == found.array("sample_logits")[-1]


def test_every_temperature_of_the_grid_is_exact() -> None:
    model = load("mini")
    found = row(model, "One day a little", top=12, temperatures=True)
    scores = model.next_logits(model.encode("One day a little")).astype(np.float64)
    grid = found.array("temperatures")
    assert (len(grid), grid[0], grid[95], grid[-1]) == (496, 0.05, 1.0, 5.0)
    for t in (0.05, 0.2, 0.7, 1.0, 1.01, 2.0, 5.0):
        shares = torch.softmax(torch.from_numpy(scores) / t, dim=-1).numpy()
        order = np.argsort(-shares, kind="stable")[:12]
        assert [float(found.probability_at(rank, t)) for rank in range(12)] == pytest.approx(
            shares[order], abs=1e-12
        )
        assert float(found.rest_at(t)) == pytest.approx(1 - shares[order].sum(), abs=1e-12)
        positive = shares[shares > 0]
        assert float(found.entropy_at(t)) == pytest.approx(
            -(positive * np.log2(positive)).sum(), abs=1e-9
        )
    assert [float(found.probability_at(rank, 0)) for rank in (0, 1)] == [1, 0]
    assert (float(found.rest_at(0)), float(found.entropy_at(0))) == (0, 0)
    assert float(found.probability_at(0, 1)) == float(found.probability(0))
    near = found.temperature(0.7034)
    assert float(near) == 0.7 and float(found.probability_at(3, near)) == float(
        found.probability_at(3, 0.7)
    )
    for number in (
        found.probability_at(2, 0.7),
        found.rest_at(0.7, 5),
        found.entropy_at(0),
        found.rest_at(0),
    ):
        assert number.address.look_up(Given()) == float(number) and number.address
    with pytest.raises(NotDeclared, match=r"nearest that was is 0\.7"):
        found.probability_at(0, 0.7034)
    with pytest.raises(NotDeclared, match="temperatures=True"):
        row(model, "One day a little").entropy_at(1.0)


def test_equal_scores_share_the_limit_and_keep_the_order_of_ids(odd: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ties"
    shutil.copytree(odd, folder)
    module = GPT2LMHeadModel.from_pretrained(folder)
    best = module.transformer.wte.weight
    with torch.no_grad():
        first = int(load(str(odd)).next_logits([5, 6]).argmax())
        best[700] = best[first]
        best[701] = best[first]
    module.save_pretrained(folder)
    model = load(str(folder))
    found = row(model, model.decode([5, 6]), top=5, temperatures=True)
    expected = sorted({first, 700, 701})
    assert found.array("token_ids")[:3].tolist() == expected and found.value("ties") == 3
    assert [float(found.probability_at(rank, 0)) for rank in range(4)] == pytest.approx(
        [1 / 3, 1 / 3, 1 / 3, 0]
    )
    assert float(found.rest_at(0, 2)) == pytest.approx(1 / 3)
    assert float(found.entropy_at(0)) == pytest.approx(np.log2(3))


@pytest.mark.parametrize("options", [{"top": 0}, {"top": -3}, {"sample": -1}])
def test_rows_that_make_no_sense(odd: Path, options: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        row(load(str(odd)), "robot", **options)


def test_a_small_vocabulary_is_kept_whole(odd: Path) -> None:
    found = row(load(str(odd)), "robot", top=5000, sample=5000)
    assert found.array("logits").shape == (777,) and found.array("sample_ranks").tolist() == list(
        range(1, 777)
    )
    assert float(found.rest()) == pytest.approx(0, abs=1e-9)


def test_the_same_bytes_under_any_threads(tmp_path: Path) -> None:
    """Two processes, with one thread and with four, write the same files; and so does this one,
    twice."""
    code = (
        "import sys; from pathlib import Path; import torch; torch.set_num_threads(int(sys.argv[1]))\n"
        "from gptviz.models import load; from gptviz.recorders import take\n"
        "from gptviz.recording.store import Store; from gptviz.recording.families import NextToken\n"
        "request = NextToken(prompt='Once upon a time, there was a king', temperatures=True, sample=9)\n"
        "Store(Path(sys.argv[2])).write('mini', 'x', 'row', take(load('mini'), request))"
    )
    for threads in ("1", "4"):
        env = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
        subprocess.run(
            [sys.executable, "-c", code, threads, str(tmp_path / threads)],
            check=True,
            timeout=120,
            env=os.environ | env,
        )
    for name in ("row.json", "row.safetensors"):
        one, four = [(tmp_path / threads / "mini/x" / name).read_bytes() for threads in ("1", "4")]
        assert one == four


def test_another_name_leaves_the_digest(odd: Path, tmp_path: Path) -> None:
    shutil.copytree(odd, tmp_path / "renamed")
    first, second = row(load(str(odd)), "robot"), row(load(str(tmp_path / "renamed")), "robot")
    assert first.digest == second.digest and first.provenance.model != second.provenance.model
    assert first.provenance.fingerprint == second.provenance.fingerprint
    assert first.provenance.recorder == "next_token/1" and first.provenance.attention == "eager"
    assert {"torch", "transformers", "numpy"} <= set(first.provenance.versions)


def test_nothing_is_written_of_a_model_that_overflows(odd: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(odd, folder)
    path = folder / "model.safetensors"
    tensors = safetensors.numpy.load(path.read_bytes())
    tensors["transformer.wte.weight"] *= 1e38
    safetensors.numpy.save_file(tensors, path, metadata={"format": "pt"})
    store = Store(tmp_path / "recordings")
    with pytest.raises(NotFinite):
        store.write("damaged", "softmax", "row", row(load(str(folder)), "robot"))
    assert not (tmp_path / "recordings").exists()


@pytest.mark.parametrize("seed", [0, 7])
def test_a_drawn_token_is_where_numpy_says(odd: Path, seed: int) -> None:
    """The first probabilities, end to end, that together exceed the random number."""
    found = take(load(str(odd)), DrawnToken("the cat", top=5, seed=seed))
    scores = load(str(odd)).next_logits(load(str(odd)).encode("the cat")).astype(np.float64)
    order = np.argsort(-scores, kind="stable")
    ends = np.cumsum(np.exp(scores[order])) / np.exp(scores).sum()
    u = np.random.Generator(np.random.PCG64(seed)).random()
    rank = int((ends <= u).sum())
    assert (float(found.u), int(found.rank)) == (u, rank) and found.drawn.id == order[rank]
    assert float(found.low) <= u < float(found.high) == pytest.approx(ends[rank])
    assert float(found.drawn_probability) == pytest.approx(np.diff(ends, prepend=0.0)[rank])
    assert found.provenance.seed == seed and found.provenance.size is not None
    assert (found.provenance.size.layers, found.provenance.size.heads) == (2, 3)


#: What the public runs say, as the course prints it: token, probability, by prompt.
PUBLISHED = {
    RUN: [(" planet", 0.12928), (" surface", 0.0346), (" station", 0.0273)],
    "Artificial Intelligence is transforming the": [(" way", 0.24566), (" world", 0.20720)],
    "Data visualization empowers users to": [(" visualize", 0.15784)],
}


def test_the_public_runs(reference_data: Path) -> None:
    model = load("+".join(str(reference_data / part) for part in ("gpt2-small-runs", "gpt2-bpe")))
    for prompt, expected in PUBLISHED.items():
        found = row(model, prompt, temperatures=True)
        ranked = {str(found.token(rank)): float(found.probability(rank)) for rank in range(20)}
        assert [str(found.token(rank)) for rank in range(len(expected))] == [
            word for word, _ in expected
        ]
        for word, share in expected:
            assert ranked[word] == pytest.approx(share, abs=6e-5)
        if prompt == RUN:
            assert float(found.logits[0]) == pytest.approx(-92.8636, abs=5e-5)
            assert [float(found.probability_at(0, t)) for t in (0.2, 2.0)] == pytest.approx(
                [0.997, 0.005], abs=6e-4
            )
            assert [float(found.entropy_at(t)) for t in (1.0, 5.0)] == pytest.approx(
                [9.1, 15.26], abs=0.05
            )


@pytest.mark.parametrize("edition", ["gpt2", "mini"])
def test_the_committed_row(root: Path, edition: str) -> None:
    """What is committed reads back, and is what the course prints of it or what the bundled model
    says now."""
    recording = Store(root / "recordings").read(edition, "softmax", "row")
    assert isinstance(recording, NextTokenRecording)
    if edition == "gpt2":
        found = [
            (str(recording.token(rank)), round(float(recording.probability(rank)), 4))
            for rank in range(3)
        ]
        assert found == [(word, pytest.approx(share, abs=6e-5)) for word, share in PUBLISHED[RUN]]
        assert recording.provenance.source and recording.provenance.parameters == 124_439_808
    else:
        np.testing.assert_allclose(
            take(load("mini"), recording.request).array("logits"),
            recording.array("logits"),
            atol=1e-4,
        )
