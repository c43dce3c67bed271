"""Every recorder on a small Llama and a small Pythia, against transformers' own outputs.

Keys that heads share, heads that are no third of the width, rotation in part, parallel blocks, an
output matrix of its own. GPT-2 has a module of tests for each recorder.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

from gptviz.errors import NotDeclared, NotRecorded
from gptviz.models import load
from gptviz.recorders import take
from gptviz.recording.families import (
    AttentionHead,
    AttentionPatterns,
    CacheEquality,
    EmbeddingRows,
    EveryPosition,
    HeadAblation,
    HeadComposition,
    HeadScores,
    InductionHeads,
    LogitBlock,
    LogitLens,
    NextToken,
    ParameterTally,
    PositionVectors,
    ResidualStream,
    SamplingLoop,
    SinkNorms,
    TrainingStep,
    TwoContexts,
    WeightPicture,
    WeightSample,
)
from tests import small_models

from .conftest import Both

PROMPT = "Hi \U0001f98a! planet"


@pytest.fixture(scope="module", params=["llama", "pythia"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder = small_models.write(tmp_path_factory.mktemp("models") / request.param, request.param)
    return Both(load(str(folder)), small_models.module(request.param))


def output(both: Both, layer: int) -> Any:
    """The weight (heads x d_head, d_model) that joins the heads of a layer."""
    projection = both.model.architecture.output_projection(both.reference, layer)
    return projection.weight.detach().numpy().T


def test_scores_of_one_token_and_of_all(both: Both) -> None:
    logits = both.run(PROMPT).logits[0].numpy()
    row, every = take(both.model, NextToken(PROMPT)), take(both.model, EveryPosition(PROMPT))
    np.testing.assert_allclose(row.logits, -np.sort(-logits[-1])[:20], atol=1e-4)
    np.testing.assert_allclose(every.array("top_logits")[:, 0], logits.max(axis=1), atol=1e-4)
    ids = both.model.encode(PROMPT)
    np.testing.assert_allclose(
        every.array("true_logits"), logits[np.arange(len(ids) - 1), ids[1:]], atol=1e-4
    )
    take(both.model, LogitBlock(PROMPT))


def test_a_greedy_text_is_transformers_own(both: Both) -> None:
    loop = take(both.model, SamplingLoop(PROMPT, steps=6, policy="greedy"))
    ids = both.model.encode(PROMPT)
    for _ in range(6):
        with torch.no_grad():
            ids.append(int(both.reference(torch.tensor([ids])).logits[0, -1].argmax()))
    chosen = [row.id for row in loop.manifest.tokens["chosen"]]
    assert chosen == ids[-6:][: len(chosen)] and chosen
    same = take(both.model, CacheEquality(PROMPT, steps=4))
    assert same.same and max(same.array("logit_gaps")) < 1e-3


def test_attention(both: Both) -> None:
    weights = both.attentions(PROMPT)
    np.testing.assert_allclose(
        take(both.model, AttentionPatterns(PROMPT)).array("pattern"), weights, atol=1e-4
    )
    scores = take(both.model, HeadScores((PROMPT,)))
    np.testing.assert_allclose(scores.scores("first"), weights[..., 1:, 0].mean(-1), atol=1e-4)
    caught: list[Any] = []
    projection = both.model.architecture.output_projection(both.reference, 1)
    hook = projection.register_forward_hook(lambda _, z, out: caught.extend((z[0][0], out[0])))
    both.run(PROMPT)
    hook.remove()
    z, added = (each.detach().numpy() for each in caught)
    d_head, total = both.model.shape.d_head, np.zeros_like(added)
    for head in range(both.model.shape.n_head):
        asked = AttentionHead(PROMPT, head=(1, head), inside=True, matrices=True)
        recording = take(both.model, asked)
        made = recording.array("normalised") @ recording.array("w_v")
        biases = recording.array("v") - made  # the same of every token, or none
        np.testing.assert_allclose(biases, np.tile(biases[0], (len(biases), 1)), atol=1e-4)
        own = slice(head * d_head, (head + 1) * d_head)
        np.testing.assert_allclose(recording.array("z"), z[:, own], atol=1e-4)
        np.testing.assert_allclose(recording.array("projected"), added, atol=1e-4)
        total += recording.array("out")
    bias = projection.bias.detach().numpy() if projection.bias is not None else 0.0
    np.testing.assert_allclose(total + bias, added, atol=1e-4)


def test_what_heads_bring_and_what_is_lost_without_them(both: Both) -> None:
    shape, weights = both.model.shape, both.attentions(PROMPT)
    sink = take(both.model, SinkNorms(PROMPT))
    for head in range(shape.n_head):
        own = slice(head * shape.d_head, (head + 1) * shape.d_head)
        v = take(both.model, AttentionHead(PROMPT, head=(0, head), inside=True)).array("v")
        lengths = np.linalg.norm(v @ output(both, 0)[own], axis=1)
        np.testing.assert_allclose(sink.array("lengths")[0, head], lengths, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(sink.array("first"), weights[..., 1:, 0].mean(-1), atol=1e-4)
    ablation = take(both.model, HeadAblation(PROMPT))
    changed = copy.deepcopy(both.reference)
    with torch.no_grad():
        weight = both.model.architecture.output_projection(changed, 1).weight
        weight[:, shape.d_head : 2 * shape.d_head] = 0
        scores = changed(torch.tensor([both.model.encode(PROMPT)])).logits[0, -1]
    target = int(both.run(PROMPT).logits[0, -1].argmax())
    expected = float(torch.softmax(scores.double(), 0)[target])
    assert ablation.array("without")[1, 1] == pytest.approx(expected, abs=1e-5)
    induction = take(both.model, InductionHeads(tokens=8, draws=1))
    ids = [row.id for row in induction.manifest.tokens["text"]]
    with torch.no_grad():
        out = both.reference(torch.tensor([ids]), output_attentions=True)
    stripe = np.stack([each[0].numpy() for each in out.attentions])
    found = np.array([stripe[:, :, i, i - 7] for i in range(8, 16)]).mean(axis=0)
    np.testing.assert_allclose(induction.array("induction"), found, atol=1e-4)


def test_composition_is_the_quotient_of_whole_matrices(both: Both) -> None:
    recording, shape = take(both.model, HeadComposition()), both.model.shape

    def parts(layer: int) -> Any:
        blocks = f"blocks.{layer}."
        gain = np.diag(both.model.weight(f"{blocks}ln1.w").astype(np.float64))
        centred = np.eye(shape.d_model)
        if both.model.anatomy.norm == "layer":
            centred = centred - 1 / shape.d_model
        reads = [centred @ gain @ both.model.weight(f"{blocks}attn.W_{p}") for p in "QKV"]
        return *reads, both.model.weight(f"{blocks}attn.W_O").astype(np.float64)

    (_, _, v0, o0), (q1, k1, _, _) = parts(0), parts(1)
    for reader in range(shape.n_head):
        for writer in range(shape.n_head):
            key, value = shape.key_of(reader), shape.key_of(writer)
            qk, ov = q1[reader] @ k1[key].T, (v0[value] @ o0[writer]).T
            k = np.linalg.norm(qk @ ov) / (np.linalg.norm(qk) * np.linalg.norm(ov))
            assert recording.array("k")[1, reader, 0, writer] == pytest.approx(k, rel=1e-4)


def test_the_stream(both: Both) -> None:
    out = both.run(PROMPT)
    norm, reference = both.model.architecture.final_norm(both.reference), both.reference
    streams = [*out.hidden_states[:-1]]
    lens = take(both.model, LogitLens(PROMPT))
    with torch.no_grad():
        early = [reference.lm_head(norm(each[0, -1])).max().item() for each in streams]
    np.testing.assert_allclose(lens.array("top_logits")[:2, 0], early, atol=1e-4)
    assert lens.array("top_logits")[2, 0] == pytest.approx(float(out.logits[0, -1].max()), abs=1e-4)
    assert ("RMS" in str(lens.text("lens_rule"))) == (both.model.anatomy.norm == "rms")
    two = take(both.model, TwoContexts("a planet", PROMPT, "planet"))
    np.testing.assert_allclose(
        two.array("vectors")[1, :2], [each[0, -1] for each in streams], atol=1e-4
    )
    stream = take(both.model, ResidualStream(PROMPT))
    lengths = np.stack([each[0].norm(dim=-1) for each in streams])
    np.testing.assert_allclose(stream.array("norms")[:, 0], lengths, rtol=1e-4)
    assert stream.norm(0, 2, 0) == pytest.approx(lengths[1, 0], rel=1e-4)
    assert stream.parallel == both.model.anatomy.parallel == (both.model.title == "pythia")
    if stream.parallel:
        with pytest.raises(NotDeclared, match="resid_mid"):
            stream.norm(0, 1, 0)
    # What attention and MLP of a parallel block read is normed twice, by its two norms.
    enters = streams[0][0].detach().numpy()
    second = stream.array("means_before")[0, 1]
    assert np.allclose(second, enters.mean(axis=-1), atol=1e-5) == stream.parallel


def test_learned_numbers(both: Both) -> None:
    state = {
        both.model.architecture.own_name(name): value.detach().numpy()
        for name, value in both.reference.state_dict().items()
    }
    tally = take(both.model, ParameterTally())
    total = both.reference.num_parameters()
    assert tally.sizes["total"] == tally.running(len(tally) - 1) == total
    listed = {
        str(name): tuple(map(int, shape)) for name, _, shape in map(tally.tensor, range(len(tally)))
    }
    assert listed == {name: value.shape for name, value in state.items()}
    assert tally.block == sum(v.size for n, v in state.items() if n.startswith("layers.0."))
    shape = both.model.shape
    keys = 2 * shape.n_layer * shape.n_kv_head * shape.d_head * shape.positions * 4
    assert tally.sizes["cache_bytes"] == keys
    sample = take(both.model, WeightSample(count=50))
    for index in range(50):
        assert np.any(state[str(sample.origin(index))] == np.float32(sample.sample[index]))
    rows = take(both.model, EmbeddingRows(PROMPT, window=16))
    embedding = both.reference.get_input_embeddings().weight.detach().numpy()
    np.testing.assert_array_equal(rows.array("rows"), embedding[both.model.encode(PROMPT)])
    with pytest.raises(NotRecorded, match="pos_embed"):
        take(both.model, PositionVectors())


def test_the_picture_of_weights(both: Both) -> None:
    picture, shape = take(both.model, WeightPicture()), both.model.shape
    if shape.n_kv_head < shape.n_head:
        shared = shape.n_head // shape.n_kv_head
        for layer, block in enumerate(both.reference.model.layers):
            part = block.self_attn
            sizes = [
                np.abs(each.weight.detach().numpy()).reshape(-1, shape.d_head, shape.d_model)
                for each in (part.q_proj, part.k_proj, part.v_proj)
            ]
            means = [each.mean(axis=(1, 2)) for each in sizes]
            means[1:] = [np.repeat(each, shared) for each in means[1:]]
            found = picture.array("mean_abs_head")[layer]
            np.testing.assert_allclose(found, np.stack(means), rtol=1e-5)
        return
    for layer, block in enumerate(both.reference.gpt_neox.layers):
        joint = block.attention.query_key_value.weight.detach().numpy()
        heads = np.abs(joint.reshape(shape.n_head, 3, shape.d_head, shape.d_model))
        np.testing.assert_allclose(
            picture.array("mean_abs_head")[layer], heads.mean(axis=(2, 3)).T, rtol=1e-5
        )


def test_a_step_of_learning(both: Both) -> None:
    step = take(both.model, TrainingStep(PROMPT, rate=0.01))
    module, ids = copy.deepcopy(both.reference), torch.tensor([both.model.encode(PROMPT)])
    module(ids, labels=ids).loss.backward()
    gradients = {
        both.model.architecture.own_name(name): each.grad
        for name, each in module.named_parameters()
    }
    name = str(step.weight_name)
    assert step.weight_gradient == pytest.approx(
        float(gradients[name].flatten()[gradients[name].abs().argmax()]), rel=1e-3
    )
    whole = np.sqrt(sum(float((each.double() ** 2).sum()) for each in gradients.values()))
    assert step.value("gradient_length") == pytest.approx(whole, rel=1e-4)
