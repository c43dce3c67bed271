"""The committed recordings of tokens, sampling, lens, products and learning hold what is published
or known of them.

They are read as a film reads them; no model and no reference data are needed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gptviz import maths
from gptviz.recording.store import Store

SCENES = (
    "autoregression",
    "token_by_token",
    "bpe_tokens",
    "vocab_tour",
    "temperature",
    "topk_topp",
    "logit_lens",
    "matvec",
    "every_position",
)


@pytest.fixture(scope="module")
def store(root: Path) -> Store:
    return Store(root / "recordings")


def read(store: Store, path: str) -> Any:
    edition, scene, need = path.split("/")
    return store.read(edition, scene, need)


def test_all_are_small_and_whole(store: Store) -> None:
    found = [
        path
        for edition in ("gpt2", "mini")
        for scene in SCENES
        for path in (store.root / edition / scene).glob("*.json")
    ]
    assert len(found) >= 30
    for path in found:
        recording = store.read(path.parts[-3], path.parts[-2], path.stem)
        tensors = path.with_suffix(".safetensors")
        assert path.stat().st_size + (tensors.stat().st_size if tensors.exists() else 0) < 1_000_000
        assert recording.provenance.model in ("GPT-2 small", "gptviz-mini")


def test_tokens_of_gpt2(store: Store) -> None:
    words = {str(each.text): each for each in read(store, "gpt2/bpe_tokens/words").texts}
    assert [int(token.id) for token in words["to Paris"].tokens][1:] == [6342]
    assert [int(token.id) for token in words["Paris will"].tokens] == [40313, 481]
    assert [int(token.id) for token in words[" strawberry"].tokens] == [41236]
    assert [int(token.id) for token in words["paris"].tokens] == [1845, 271]
    assert words["robot must obey orders"].token_count == 5
    vocabulary = read(store, "gpt2/vocab_tour/vocabulary")
    assert (vocabulary.counted, vocabulary.vocab, vocabulary.with_space) == (50_257, 50_257, 33_135)


def test_sets_of_gpt2(store: Store) -> None:
    sets, crowd = read(store, "gpt2/topk_topp/sets"), read(store, "gpt2/topk_topp/crowd")
    assert sets.top_k[1].masked == 50_252 and round(float(sets.top_k[2].mass), 3) == 0.471
    assert sets.top_p[0].size == 2_323 and crowd.top_p[0].size == 2
    row = read(store, "gpt2/temperature/row")
    assert round(float(row.probability(0)), 5) == 0.12928 and row.token(0) == " planet"
    assert round(1 - float(row.rest_at(5.0)), 3) == 0.003
    assert [round(float(row.probability_at(0, t)), 3) for t in (0.2, 2.0)] == [0.997, 0.005]


@pytest.mark.parametrize(
    "path",
    [
        "mini/autoregression/story",
        "mini/autoregression/start",
        "mini/token_by_token/loop",
        "mini/temperature/story_cool",
        "mini/temperature/story_hot",
        "mini/topk_topp/escape",
    ],
)
def test_every_recorded_draw_lands_where_its_u_lands(store: Store, path: str) -> None:
    loop = read(store, path)
    draws = np.random.Generator(np.random.PCG64(loop.provenance.seed)).random(
        len(loop.steps) - loop.drawn_from
    )
    for step, u in zip(loop.steps[loop.drawn_from :], draws, strict=True):
        assert step.u == u and step.low <= u < step.high
        if step.rank < len(step.row):
            rank = int(step.rank)
            assert step.row.token(rank) == step.token
            assert step.low == pytest.approx(sum(step.share(i) for i in range(rank)), abs=1e-12)
            assert step.high - step.low == pytest.approx(step.share(rank), abs=1e-12)
        assert step.rest_share == pytest.approx(
            1 - sum(step.share(i) for i in range(len(step.row))), abs=1e-12
        )


def test_the_loop_turns_and_is_left(store: Store) -> None:
    loop, escape = read(store, "mini/topk_topp/loop"), read(store, "mini/topk_topp/escape")
    turn = "".join(loop.loop.tokens)
    assert loop.loop.period == len(loop.loop.tokens) == 5 and turn * 3 in loop.written
    assert escape.loop is None and turn * 2 not in "".join(escape.chosen[escape.drawn_from :])


def test_learning_as_it_was_measured(store: Store) -> None:
    curve = read(store, "mini/every_position/curve")
    assert [float(loss) for loss in curve.losses] == pytest.approx(
        [9.07, 6.06, 4.66, 3.86, 3.25], abs=0.03
    )
    assert curve.winner == " little" and maths.is_falling(curve.losses.array)
    assert [round(float(age.winner_probability), 3) for age in curve.ages][2:] == [
        0.438,
        0.602,
        0.421,
    ]
    step = read(store, "mini/every_position/step")
    assert step.loss_after < step.loss_before
    assert step.weight_after == pytest.approx(float(step.value("weight.after")), abs=1e-6)


def test_the_lens_and_the_product_agree_with_themselves(store: Store) -> None:
    for edition in ("smollm2", "mini"):
        for need in ("lens", "early", "change"):
            lens = read(store, f"{edition}/logit_lens/{need}")
            last = lens.depths[-1]
            assert lens.final_place(last) == 1 and lens.row(last).token(0) == lens.final
            assert lens.final_place(int(lens.settled)) == 1
    # As measured once by hand with the same weights: ranks of " Paris" after blocks 1, 24, 27, 29.
    lens = read(store, "smollm2/logit_lens/lens")
    assert lens.final == " Paris"
    assert [int(lens.final_place(depth)) for depth in (1, 24, 27, 29)] == [13_673, 778, 34, 1]
    product = read(store, "mini/matvec/product")
    for row in range(len(product.array("neurons"))):
        assert product.sums(row)[-1] == pytest.approx(float(product.pre(row)), abs=1e-4)
    assert product.pre(0) == product.pre_all.array.max()
