"""What one part adds to a score: all of them together are transformers' own score; each alone is
what its absence changes, with the norm as it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gptviz.errors import NotRecorded, PromptRefused, UsageError
from gptviz.recorders import take
from gptviz.recording.families import AttentionHead, DirectPush

from .conftest import Both

PROMPT = "Hi \U0001f98a! planet"


def caught(both: Both, prompt: str) -> dict[str, Any]:
    """What transformers' own final norm reads and gives, and what each output projection reads."""
    found: dict[str, Any] = {}
    architecture, reference = both.model.architecture, both.reference

    def keep(name: str, given: Any, out: Any) -> None:
        found[name] = (given[0].detach().double().numpy()[0], out.detach().double().numpy()[0])

    modules = {"norm": architecture.final_norm(reference)}
    for layer in range(both.model.shape.n_layer):
        modules[f"join{layer}"] = architecture.output_projection(reference, layer)
    hooks = [
        module.register_forward_hook(lambda _, given, out, name=name: keep(name, given, out))
        for name, module in modules.items()
    ]
    found["logits"] = both.run(prompt).logits[0].double().numpy()
    for hook in hooks:
        hook.remove()
    return found


def test_all_pushes_together_are_the_score(decoder: Both) -> None:
    found = take(decoder.model, DirectPush(PROMPT))
    logits = caught(decoder, PROMPT)["logits"][-1]
    due = logits.max() - logits.mean()
    parts = (found.heads, found.biases, found.mlps)
    together = sum(each.array.sum() for each in parts) + found.embedding + found.norm_bias
    assert together == pytest.approx(due, abs=1e-4 * max(1, abs(due)))
    assert found.above == pytest.approx(due, abs=1e-3)
    attention = sum(found.attention(layer) for layer in range(2))
    assert attention == pytest.approx(found.heads.array.sum() + found.biases.array.sum())


def test_a_head_is_what_its_absence_takes_from_the_score(decoder: Both) -> None:
    """The stream without the head, read with the norm's scale as it was."""
    shape, target = decoder.model.shape, 9
    text = decoder.model.token_row(target).text
    found = take(decoder.model, DirectPush(PROMPT, target=text, part="head", place=(1, 2)))
    run = caught(decoder, PROMPT)
    (stream, normed), (z, _) = run["norm"], run["join1"]
    own = slice(2 * shape.d_head, 3 * shape.d_head)
    joined = decoder.model.architecture.output_projection(decoder.reference, 1)
    weight = joined.weight.detach().double().numpy()
    if weight.shape[0] != shape.d_model or type(joined).__name__ != "Conv1D":
        weight = weight.T
    given = z[-1, own] @ weight[own]
    # The norm is affine once its scale is held: of two streams, gain x (mean off) / scale.
    norm = decoder.model.architecture.final_norm(decoder.reference)
    gain = norm.weight.detach().double().numpy()
    centred = decoder.model.anatomy.norm == "layer"
    x = stream[-1] - (stream[-1].mean() if centred else 0)
    bias = norm.bias.detach().double().numpy() if centred else 0.0
    scale = ((x * gain) / (normed[-1] - bias)).mean()
    less = (given - (given.mean() if centred else 0)) * gain / scale
    output = decoder.reference.get_output_embeddings().weight.detach().double().numpy()
    changed = output @ less
    pushes = changed - changed.mean()
    assert found.push == pytest.approx(pushes[target], rel=1e-3, abs=1e-3)
    assert found.heads.array[1, 2] == pytest.approx(pushes[target], rel=1e-3, abs=1e-3)
    assert [int(t.id) for t, _ in found.promoted] == list(np.argsort(-pushes)[:8])
    assert [int(t.id) for t, _ in found.demoted] == list(np.argsort(pushes)[:8])
    assert found.by_source.array.sum() == pytest.approx(found.push, rel=1e-3, abs=1e-3)
    assert found.target_rank == int((pushes > pushes[target]).sum())


def test_who_is_shown(decoder: Both) -> None:
    best = take(decoder.model, DirectPush(PROMPT))
    assert best.push == best.heads.array.max() == best.heads.array[best.head.index]
    mlp = take(decoder.model, DirectPush(PROMPT, part="mlp"))
    assert mlp.push == pytest.approx(mlp.mlps.array.max()) and not mlp.has("weights")
    looks = take(decoder.model, DirectPush(f"planet {PROMPT} robot", word="planet", looks_at="Hi"))
    same = take(decoder.model, AttentionHead(f"planet {PROMPT}", query="planet", key="Hi"))
    assert looks.head.index == same.chosen.index
    assert max(looks.weights) >= same.chosen.weight - 1e-6
    assert int(looks.position) == len(same.prompt) - 1 < len(looks.prompt) - 1


def test_what_cannot_be_asked(decoder: Both) -> None:
    with pytest.raises(UsageError):
        take(decoder.model, DirectPush(PROMPT, part="neuron"))
    with pytest.raises(NotRecorded, match="no mlp 7"):
        take(decoder.model, DirectPush(PROMPT, part="mlp", place=(7,)))
    with pytest.raises(PromptRefused, match="does not occur"):
        take(decoder.model, DirectPush(PROMPT, word="giraffe"))
