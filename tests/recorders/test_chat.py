"""Talks: against transformers' own template and its own generation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from gptviz.errors import NotRecorded, PromptRefused, UsageError
from gptviz.models import load
from gptviz.models.interface import Model
from gptviz.recorders import take
from gptviz.recording.families import ChatTalk
from tests import small_gguf

from .conftest import Both

ASKED = (("user", "the robot"), ("assistant", "the moon"), ("user", "a planet"))
LINE = "the robot"


@pytest.fixture(scope="module")
def talker(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Any]:
    """A small model with a template, and transformers' own."""
    module = small_gguf.module("llama")
    path = small_gguf.write(tmp_path_factory.mktemp("talk") / "x.gguf", module)
    return load(str(path)), module.eval()


def test_what_is_read_and_answered(talker: tuple[Model, Any]) -> None:
    model, module = talker
    found = take(model, ChatTalk(ASKED, systems=(LINE,), steps=6, seeds=(0, 1)))
    assert found.talks == 4
    rows = [{"role": role, "content": content} for role, content in ASKED]
    for talk, messages in ((0, rows), (1, [{"role": "system", "content": LINE}, *rows])):
        text = model.tokenizer.backend.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True
        )
        ids = [int(token.id) for token in found.read(talk)]
        assert model.decode(ids) == text
        given = torch.tensor([ids])
        with torch.no_grad():
            theirs = module.generate(
                given,
                attention_mask=torch.ones_like(given),
                do_sample=False,
                max_new_tokens=6,
                eos_token_id=model.end_id,
                pad_token_id=model.end_id,
            )[0, len(ids) :].tolist()
            scores = module(torch.tensor([[*ids, *theirs]])).logits[0, len(ids) - 1 : -1]
        assert [int(token.id) for token in found.answer(talk)] == theirs
        assert found.ended(talk) == (theirs[-1] == model.end_id)
        shares = torch.softmax(scores.double(), dim=-1).numpy()
        own = shares[np.arange(len(theirs)), theirs]
        np.testing.assert_allclose(found.probabilities(talk), own, atol=1e-5)
        assert found.end_probability(0, talk) == pytest.approx(shares[0, model.end_id], abs=1e-5)
        assert found.first_row(talk).probability(0) == pytest.approx(shares[0].max(), abs=1e-5)
    assert [(str(role), given) for role, _, given in found.spans()][-1] == ("assistant", False)
    assert [given for _, _, given in found.spans(1)][0] and not found.spans(0)[0][2]
    bare = torch.tensor([model.encode("a planet")])
    with torch.no_grad():
        likeliest = int(module(bare).logits[0, -1].argmax())
    assert int(found.bare_row.token(0).id) == likeliest


def test_nothing_is_remembered_and_dice_differ(talker: tuple[Model, Any]) -> None:
    model, _ = talker
    found = take(model, ChatTalk(ASKED, steps=8, seeds=(0, 1, 0), temperature=5.0))
    assert found.greedy_repeats and found.weights_unchanged
    assert found.weights_before == found.weights_after and len(str(found.weights_before)) == 64
    first, other, again = (found.with_dice(i) for i in range(3))
    assert found.same(first, again) and not found.same(first, other)
    assert found.read(first) == found.read(0)


def test_weights_that_change_are_noticed(
    talker: tuple[Model, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, _ = talker
    next_logits = model.next_logits

    def learns(ids: list[int]) -> Any:
        with torch.no_grad():
            next(model.module.parameters())[0, 0] += 1e-3
        return next_logits(ids)

    monkeypatch.setattr(model, "next_logits", learns)
    assert not take(model, ChatTalk(ASKED, steps=1)).weights_unchanged


def test_what_cannot_be_asked(talker: tuple[Model, Any], mini: Both) -> None:
    model, _ = talker
    with pytest.raises(NotRecorded, match="template"):
        take(mini.model, ChatTalk(ASKED))
    with pytest.raises(PromptRefused, match="talk of"):
        take(model, ChatTalk(ASKED, steps=10_000))
    with pytest.raises(UsageError):
        take(model, ChatTalk(ASKED, seeds=(0,), temperature=0))
