"""Which tokens a prediction listened to: slopes against differences of transformers' own runs in
double precision."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

from gptviz.errors import PromptRefused, UsageError
from gptviz.recorders import take
from gptviz.recording.families import Saliency

from .conftest import Both

PROMPT = "Hi \U0001f98a! planet"


def logs(reference: Any, texts: Any, target: int) -> Any:
    """The log of the target's probability after each text of vectors (text, token, d_model), by
    transformers."""
    with torch.no_grad():
        scores = reference(inputs_embeds=torch.tensor(np.array(texts))).logits[:, -1]
    return torch.log_softmax(scores, dim=-1)[:, target].numpy()


def embedded(both: Both, precise: Any) -> Any:
    table = precise.get_input_embeddings().weight.detach().numpy()
    return table, table[both.model.encode(PROMPT)]


def test_the_gradient_is_what_a_small_change_changes(decoder: Both) -> None:
    found = take(decoder.model, Saliency(PROMPT, steps=(1,), starts=("zero",)))
    precise = copy.deepcopy(decoder.reference).double()
    _, vectors = embedded(decoder, precise)
    target = found.manifest.tokens["target"][0].id
    assert target == int(decoder.run(PROMPT).logits[0, -1].argmax()) and found.likeliest
    assert found.log_probability == pytest.approx(logs(precise, [vectors], target)[0], abs=1e-4)
    width = vectors.shape[1]
    step = 5e-4  # some of transformers' own steps stay in single precision
    for place in (0, len(vectors) - 1):
        moves = np.zeros((width, *vectors.shape))
        moves[np.arange(width), place, np.arange(width)] = step
        up, down = (logs(precise, vectors + way * moves, target) for way in (1, -1))
        slope = (up - down) / (2 * step)
        length = np.linalg.norm(slope)
        assert found.gradient[place] == pytest.approx(length, rel=3e-3, abs=1e-4)
        product = slope @ vectors[place]
        assert found.gradient_x_input[place] == pytest.approx(product, rel=3e-3, abs=1e-3)


def test_integrated_gradients_come_to_what_is_due(decoder: Both) -> None:
    """Their sum is the rise along the path: the closer one looks, the nearer."""
    asked = Saliency(PROMPT, steps=(2, 400), starts=("mean", "zero"))
    found = take(decoder.model, asked)
    precise = copy.deepcopy(decoder.reference).double()
    table, vectors = embedded(decoder, precise)
    target = found.manifest.tokens["target"][0].id
    for start, at in (("mean", table.mean(axis=0)), ("zero", np.zeros(table.shape[1]))):
        begin = np.broadcast_to(at, vectors.shape).copy()
        due = np.subtract(*logs(precise, [vectors, begin], target))
        assert found.due(start) == pytest.approx(due, abs=1e-3)
        assert found.missing(start, 1) == pytest.approx(
            found.integrated(start, 1).array.sum() - due, abs=1e-3
        )
    assert abs(found.missing("mean", 1)) < max(0.2, 0.2 * abs(found.due("mean")))
    assert found.steps(0) == 2 and found.starts == ["mean", "zero"]


def test_a_token_left_out(decoder: Both) -> None:
    target = decoder.model.token_row(7).text
    found = take(decoder.model, Saliency(PROMPT, target=target, steps=(1,)))
    ids = decoder.model.encode(PROMPT)
    for place in range(len(ids)):
        with torch.no_grad():
            rest = torch.tensor([ids[:place] + ids[place + 1 :]])
            shares = torch.softmax(decoder.reference(rest).logits[0, -1].double(), dim=-1)
        assert found.without[place] == pytest.approx(float(shares[int(found.target.id)]), abs=1e-5)
        token, share = found.instead(place)
        assert int(token.id) == int(shares.argmax())
        assert share == pytest.approx(float(shares.max()), abs=1e-5)
    ranked = [int(i) for i in found.order(found.without)]
    assert found.without.array[ranked].tolist() == sorted(found.without.array, reverse=True)


def test_what_cannot_be_asked(decoder: Both) -> None:
    with pytest.raises(PromptRefused, match="tokens"):
        take(decoder.model, Saliency(PROMPT, target=PROMPT))
    for wrong in (Saliency(PROMPT, starts=("one",)), Saliency(PROMPT, steps=(0,))):
        with pytest.raises(UsageError):
            take(decoder.model, wrong)
    one = decoder.model.token_row(decoder.model.encode(PROMPT)[0]).text
    assert not take(decoder.model, Saliency(one, steps=(1,))).has("without")
