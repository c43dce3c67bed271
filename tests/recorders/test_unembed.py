"""The last vector against the table of tokens: what transformers' own layers give."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gptviz.errors import UsageError
from gptviz.recorders import take
from gptviz.recording.families import Unembed

from .conftest import AWKWARD, Both

ASKED = {"top": 4, "named": (" cat", "unbelievable"), "others": 5}


@pytest.mark.parametrize("prompt", AWKWARD[:2])
def test_a_score_is_a_row_times_the_last_vector(decoder: Both, prompt: str) -> None:
    found = take(decoder.model, Unembed(prompt, **ASKED))
    run = decoder.run(prompt)
    scores = run.logits[0, -1].numpy()
    table = decoder.reference.get_output_embeddings().weight.detach().numpy()
    read = decoder.reference.get_input_embeddings().weight.detach().numpy()
    assert np.allclose(found.scores.array, scores, atol=1e-4)
    assert np.allclose(found.vector.array, run.hidden_states[-1][0, -1], atol=1e-4)
    order = np.argsort(-scores, kind="stable")
    assert [int(found.token(row).id) for row in found.top] == order[:4].tolist()
    for row in (0, found.named_row(1), found.others[-1]):
        token = int(found.token(row).id)
        assert np.array_equal(found.row(row).array, table[token])
        assert found.sums(row)[-1] == pytest.approx(float(scores[token]), abs=1e-3)
        assert int(found.rank(row)) == order.tolist().index(token)
    first = decoder.model.encode("unbelievable")
    assert int(found.token(found.named_row(1)).id) == first[0] == int(found.named[1][0].id)
    ids = [int(found.token(row).id) for row in found.others]
    assert ids[0] == 0 and ids[-1] == len(scores) - 1 and len(ids) == 5
    shares = torch.softmax(torch.tensor(scores).double(), dim=0)
    assert found.probability(0) == pytest.approx(float(shares.max()), abs=1e-5)
    assert found.rest(4) == pytest.approx(float(1 - shares.topk(4).values.sum()), abs=1e-5)
    assert found.apart == np.abs(table - read).max() and found.tied == np.array_equal(table, read)


def test_what_cannot_be_kept(mini: Both) -> None:
    for wrong in ({"top": 0}, {"others": -1}):
        with pytest.raises(UsageError):
            take(mini.model, Unembed("The", **wrong))
