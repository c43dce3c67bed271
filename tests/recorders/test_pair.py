"""Two models on one text, and one damaged head: against transformers' own scores, with the texts of
tokens told apart in plain Python."""

from __future__ import annotations

import copy
from collections import defaultdict
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
import torch

from gptviz.errors import PromptRefused, UsageError
from gptviz.models import load
from gptviz.recorders import take
from gptviz.recording.families import DamagedHead, ModelPair, WeightPicture
from tests import small_models

from .conftest import Both

TEXT = "the cat and \U0001f98a the robot planet 12 cats"


@pytest.fixture(scope="module")
def gpt(tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder = small_models.write(tmp_path_factory.mktemp("pair") / "gpt", "gpt2")
    return Both(load(str(folder)), small_models.module("gpt2"))


def log_shares(both: Both, text: str) -> torch.Tensor:
    """What transformers expects after every token (token, vocab)."""
    return torch.log_softmax(both.run(text).logits[0].double(), dim=-1)


def raws(both: Both) -> list[bytes]:
    model = both.model
    return [bytes.fromhex(row.bytes) for row in model.token_rows(list(range(model.shape.vocab)))]


def test_two_models_of_the_same_entries(gpt: Both, decoder: Both) -> None:
    found = take(decoder.model, ModelPair(TEXT, top=4), gpt.model)
    assert found.same_tokens and np.all(found.covered.array == 1)
    mine, others = log_shares(decoder, TEXT), log_shares(gpt, TEXT)
    for values, p, q in ((found.divergence, mine, others), (found.divergence_back, others, mine)):
        expected = torch.nn.functional.kl_div(q, p, reduction="none", log_target=True).sum(-1)
        np.testing.assert_allclose(values, expected / np.log(2), atol=1e-4)
    ids = decoder.model.encode(TEXT)
    for part, scores in enumerate((mine, others)):
        assert [int(t.id) for t in found.prompt(part)] == ids
        assert found.leader(part, 3).id == int(scores[3].argmax())
        assert found.row(part).probability(0) == pytest.approx(float(scores[-1].exp().max()))
        cost = -scores[torch.arange(len(ids) - 1), ids[1:]].sum() / np.log(2)
        length = len(TEXT.encode()) - len(found.prompt(part)[0].raw)
        assert found.loss(part) == pytest.approx(float(cost) / length, abs=1e-4)
    provenance = found.provenance
    assert provenance.model == f"{decoder.model.title} and {gpt.model.title}"
    assert provenance.fingerprint != decoder.model.provenance().fingerprint


def test_two_models_that_cut_a_text_differently(gpt: Both, mini: Both) -> None:
    found = take(gpt.model, ModelPair(TEXT), mini.model)
    assert not found.same_tokens
    ends, entries = [], [raws(gpt), raws(mini)]
    for part, both in enumerate((gpt, mini)):
        assert b"".join(token.raw for token in found.prompt(part)).decode() == TEXT
        ids = both.model.encode(TEXT)
        ends.append(list(accumulate(len(entries[part][i]) for i in ids)))
    places = sorted({*ends[0]} & {*ends[1]})
    assert list(found.read_bytes.array) == places and len(places) < len(ends[0])
    tables: list[list[dict[bytes, float]]] = []
    for both, at, texts in zip((gpt, mini), ends, entries, strict=True):
        end, rows = both.model.end_id, log_shares(both, TEXT).exp()
        tables.append([])
        for place in places:
            by_text: dict[bytes, float] = defaultdict(float)
            for number, (raw, share) in enumerate(
                zip(texts, rows[at.index(place)].tolist(), strict=True)
            ):
                by_text[b"special" if number == end else raw] += share
            tables[-1].append(by_text)
    both_have = {*tables[0][0]} & {*tables[1][0]} - {b"special"}
    assert found.entries_shared == len(both_have)
    for row in range(len(places)):
        p, q = ({**{t: table[row][t] for t in both_have}} for table in tables)
        p[b"rest"], q[b"rest"] = 1 - sum(p.values()), 1 - sum(q.values())
        bits = sum(share * np.log2(share / q[text]) for text, share in p.items() if share > 0)
        assert found.divergence.at(row) == pytest.approx(bits, abs=1e-3)
        assert found.covered.at(0, row) == pytest.approx(1 - p[b"rest"], abs=1e-6)
    assert found.farthest == int(np.argmax(found.divergence.array))
    assert 0 <= found.agreed <= len(places)


def test_pictures_and_sizes_are_those_of_the_weights(gpt: Both, decoder: Both) -> None:
    found = take(decoder.model, ModelPair(TEXT, pixels=5000), gpt.model)
    for part, both in enumerate((decoder, gpt)):
        model, shape = both.model, both.model.shape
        weights = [
            np.abs(model.weight(f"blocks.{layer}.attn.W_{name}"))
            for layer in range(shape.n_layer)
            for name in "QKV"
        ]
        assert found.weight_counts[part] == sum(each.size for each in weights)
        total = sum(float(each.sum()) for each in weights)
        assert found.mean_size(part) == pytest.approx(total / found.weight_counts[part], rel=1e-5)
        columns = (shape.n_head + 2 * shape.n_kv_head) * shape.d_head
        assert found.picture(part).shape == (shape.n_layer * shape.d_model, columns)
        query = np.minimum(weights[0][0, 0] * 1024, 255).round()
        np.testing.assert_allclose(found.picture(part)[0, : shape.d_head], query, atol=1)


def test_texts_that_cannot_be_compared(gpt: Both, mini: Both) -> None:
    with pytest.raises(PromptRefused, match="at its end only"):
        take(gpt.model, ModelPair("a"), mini.model)
    with pytest.raises(UsageError):
        take(gpt.model, ModelPair(TEXT, top=0), mini.model)


def test_the_other_is_loaded_by_the_name_in_the_request(gpt: Both, mini: Both) -> None:
    one = take(gpt.model, ModelPair(TEXT, other_model="mini"))
    assert one.manifest.digest == take(gpt.model, ModelPair(TEXT), mini.model).manifest.digest
    assert str(one.title(1)) == "gptviz-mini"


def test_a_damaged_head_in_the_picture_and_in_the_words(decoder: Both) -> None:
    found, shape = take(decoder.model, DamagedHead(TEXT)), decoder.model.shape
    layer, head = found.head.index
    target = int(found.target.id)
    assert target == int(decoder.run(TEXT).logits[0, -1].argmax())
    left: dict[tuple[int, int], Any] = {}
    for at in np.ndindex(shape.n_layer, shape.n_head):
        broken = copy.deepcopy(decoder.reference)
        projection = decoder.model.architecture.output_projection(broken, at[0])
        own = slice(at[1] * shape.d_head, (at[1] + 1) * shape.d_head)
        with torch.no_grad():
            weight = projection.weight
            (
                weight
                if weight.shape[0] == shape.n_head * shape.d_head and at_rows(projection)
                else weight.T
            )[own] = 0
            scores = broken(torch.tensor([decoder.model.encode(TEXT)])).logits[0, -1]
        left[at] = torch.softmax(scores.double(), -1)
    assert (layer, head) == min(left, key=lambda at: float(left[at][target]))
    damaged = left[layer, head]
    assert found.damaged_probability == pytest.approx(float(damaged[target]), abs=1e-5)
    assert int(found.row(damaged=True).token(0).id) == int(damaged.argmax())
    assert found.changed == (int(damaged.argmax()) != target)
    stripe = slice(head * shape.d_head, (head + 1) * shape.d_head)
    before, after = found.picture(damaged=False), found.picture(damaged=True)
    assert before[:, stripe].any() and not after[:, stripe].any()
    shared = shape.n_kv_head < shape.n_head
    changed = np.flatnonzero((before != after).any(axis=0))
    assert len(changed) == (1 if shared else 3) * shape.d_head
    assert found.zeroed == ((2 if shared else 4) * shape.d_head * shape.d_model)


def at_rows(projection: Any) -> bool:
    """Whether a projection keeps what it reads in its rows, as GPT-2's does."""
    return type(projection).__name__ == "Conv1D"


def test_the_picture_of_a_model_whose_heads_share_keys(decoder: Both) -> None:
    picture, shape = take(decoder.model, WeightPicture()), decoder.model.shape
    assert (
        picture.keys == shape.n_kv_head
        and picture.columns_of(1) == shape.n_kv_head * shape.d_head
        and picture.heads == shape.n_head
    )
    assert picture.columns == (shape.n_head + 2 * shape.n_kv_head) * shape.d_head
    assert picture.picture("saturating").shape == (shape.n_layer * shape.d_model, picture.columns)
    for layer in range(shape.n_layer):
        parts = [np.abs(decoder.model.weight(f"blocks.{layer}.attn.W_{name}")) for name in "QKV"]
        for part, weights in zip(("query", "key", "value"), parts, strict=True):
            assert picture.mean_abs(layer, part) == pytest.approx(weights.mean(), rel=1e-5)
            for head in range(shape.n_head):
                own = weights[head if part == "query" else shape.key_of(head)]
                mean = picture.mean_abs_head(layer, part, head)
                assert mean == pytest.approx(own.mean(), rel=1e-5)
        block = np.concatenate([each.ravel() for each in parts]).mean()
        assert picture.mean_abs(layer) == pytest.approx(block, rel=1e-5)
