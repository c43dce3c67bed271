"""Losses, one step and several ages against torch's own cross-entropy, SGD and the training's
files."""

from __future__ import annotations

import copy
import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import GPT2Config, GPT2LMHeadModel

from gptviz.errors import NotRecorded, PromptRefused, UsageError
from gptviz.models.interface import Model
from gptviz.models.references import BUNDLED
from gptviz.recorders import take
from gptviz.recording.families import (
    EveryPosition,
    EveryPositionRecording,
    LearningCurve,
    LearningCurveRecording,
    TrainingStep,
    TrainingStepRecording,
)

from .conftest import AWKWARD, RUNS, Both

TEXT = "Once upon a time, there was a little girl named Lily."


@pytest.mark.parametrize("prompt", (*AWKWARD, "longest"))
def test_every_position_is_transformers(both: Both, prompt: str) -> None:
    prompt = " the cat" * (both.model.shape.positions // 2) if prompt == "longest" else prompt
    ids = torch.tensor([both.model.encode(prompt)])
    if ids.shape[1] == 1:
        with pytest.raises(PromptRefused):
            take(both.model, EveryPosition(prompt))
        return
    recording = take(both.model, EveryPosition(prompt))
    assert isinstance(recording, EveryPositionRecording)
    with torch.no_grad():
        run = both.reference(ids, labels=ids)
    shares = run.logits[0].double().softmax(-1)
    assert recording.mean_loss == pytest.approx(float(run.loss), abs=1e-4)
    for i, prediction in enumerate(recording.predictions):
        assert prediction.true.id == int(ids[0, i + 1])
        assert prediction.probability == pytest.approx(float(shares[i, ids[0, i + 1]]), abs=1e-4)
        assert prediction.row.probability(0) == pytest.approx(float(shares[i].max()), abs=1e-4)
    assert recording.last.token(0).id == int(shares[-1].argmax())


@pytest.mark.parametrize("rate", [0.01, 0.1])
def test_one_step_is_torchs_own(both: Both, rate: float) -> None:
    recording = take(both.model, TrainingStep(TEXT, rate))
    assert isinstance(recording, TrainingStepRecording)
    module = copy.deepcopy(both.reference)
    ids = torch.tensor([both.model.encode(TEXT)])
    optimizer = torch.optim.SGD(module.parameters(), lr=rate)
    loss = module(ids, labels=ids).loss
    loss.backward()
    gradients = {
        name.removeprefix("transformer."): each.grad.clone()
        for name, each in module.named_parameters()
    }
    optimizer.step()
    assert recording.loss_before == pytest.approx(loss.item(), abs=1e-4)
    assert recording.gradient_length == pytest.approx(
        float(torch.sqrt(sum((each.double() ** 2).sum() for each in gradients.values()))), rel=1e-4
    )
    with torch.no_grad():
        logits = module(ids).logits[0].double()
    shares = logits.softmax(-1)
    true = ids[0, 1:]
    for i, prediction in enumerate(recording.after):
        assert prediction.probability == pytest.approx(float(shares[i, true[i]]), abs=1e-4)
    assert recording.loss_after == pytest.approx(
        float(torch.nn.functional.cross_entropy(logits[:-1], true)), abs=1e-4
    )
    gains = [
        float(after.probability) - float(before.probability)
        for before, after in zip(recording.before, recording.after, strict=True)
    ]
    assert recording.most_gained == int(np.argmax(gains))
    steepest = max(gradients, key=lambda name: float(gradients[name].abs().max()))
    assert recording.weight_name == steepest
    assert recording.weight_gradient == pytest.approx(
        float(gradients[steepest].flatten()[gradients[steepest].abs().argmax()]), rel=1e-4
    )
    assert recording.weight_after == pytest.approx(float(recording.value("weight.after")), abs=1e-6)
    names = [str(name) for name, _ in recording.groups]
    assert names[:3] == ["wte", "wpe", "h.0.ln"] and names[-1] == "ln_f"
    assert float(np.linalg.norm([length for _, length in recording.groups])) == pytest.approx(
        float(recording.gradient_length)
    )


def test_the_model_is_as_it_was_after_a_step(mini: Both) -> None:
    before = mini.model.next_logits([1, 2, 3])
    take(mini.model, TrainingStep(TEXT, 0.5))
    np.testing.assert_array_equal(mini.model.next_logits([1, 2, 3]), before)
    with pytest.raises(UsageError):
        take(mini.model, TrainingStep(TEXT, 0.0))


def aged(age: int, data: Path) -> Any:
    """The model of an age, made the way the training script made and saved it."""
    config = GPT2Config.from_pretrained(BUNDLED / "mini")
    config._attn_implementation = "eager"
    torch.manual_seed(1337)
    module = GPT2LMHeadModel(config)
    if age:
        folder = data / "gptviz-mini" / ("model" if age == 4910 else f"checkpoints/step-{age}")
        state = {
            name: each.float() for name, each in load_file(folder / "model.safetensors").items()
        }
        missing, extra = module.load_state_dict(state, strict=False)
        assert set(missing) <= {"lm_head.weight"} and not extra
    return module.float().eval()


def test_the_ages_are_those_of_the_training(mini: Both, reference_data: Path) -> None:
    prompt = "Once upon a time, there was a"
    recording = take(mini.model, LearningCurve(prompt, steps=6, windows=2))
    assert isinstance(recording, LearningCurveRecording)
    ids = torch.tensor([mini.model.encode(prompt)])
    for age in recording.ages:
        module = aged(int(age.step), reference_data)
        with torch.no_grad():
            run = module(ids, labels=ids)
        shares = run.logits[0].double().softmax(-1)
        assert age.row.probability(0) == pytest.approx(float(shares[-1].max()), abs=1e-4)
        assert age.winner_probability == pytest.approx(
            float(shares[-1, int(recording.winner.id)]), abs=1e-4
        )
        assert age.prompt_loss == pytest.approx(float(run.loss), abs=1e-4)
        written = module.generate(
            ids,
            max_new_tokens=6,
            do_sample=False,
            pad_token_id=0,
            attention_mask=torch.ones_like(ids),
        )[0, ids.shape[1] :]
        assert [int(token.id) for token in age.continuation] == written.tolist()
    assert recording.winner == " little"
    assert [round(float(age.winner_probability), 3) for age in recording.ages][2:] == [
        0.438,
        0.602,
        0.421,
    ]
    assert str(recording.ages[0].written).startswith(" a is is is")
    assert list(np.diff(recording.losses.array) < 0) == [True] * 4
    with (reference_data / "gptviz-mini" / "train.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    steps, losses = recording.log_training
    assert len(steps) == len(rows) - 1
    assert (steps[-1], losses[-1]) == (4910, float(rows[-1]["train_loss"]))
    assert recording.log_held_out[1][0] == float(rows[0]["val_loss"])


def test_the_held_out_loss_is_torchs(mini: Both, reference_data: Path) -> None:
    from gptviz.models.ages import TrainingRun
    from gptviz.recorders.training import held_out_loss

    windows = TrainingRun.of(mini.model, reference_data).held_out(5)
    with torch.no_grad():
        expected = mini.reference(torch.tensor(windows[:, :-1])).logits
    loss = torch.nn.functional.cross_entropy(
        expected.flatten(0, 1), torch.tensor(windows[:, 1:]).flatten()
    )
    assert held_out_loss(mini.model, windows) == pytest.approx(float(loss), abs=1e-4)
    text = mini.model.decode([int(i) for i in windows[2]])
    import lzma

    with lzma.open(
        reference_data / "gptviz-mini/corpus/valid.txt.xz", "rt", encoding="utf-8"
    ) as file:
        assert text.split("<|endoftext|>")[0].strip() in file.read()


def test_without_checkpoints_there_is_no_curve(
    mini: Both, toy: Both, gpt2: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotRecorded, match="no checkpoints"):
        take(toy.model, LearningCurve(TEXT))
    with pytest.raises(NotRecorded, match="no checkpoint of step 7"):
        take(mini.model, LearningCurve(TEXT, ages=(7,), windows=1))
    for request in (LearningCurve(RUNS[0]), TrainingStep(RUNS[0], 0.1), EveryPosition(RUNS[0])):
        with pytest.raises(NotRecorded):
            take(gpt2, request)
    for folder in ("", str(tmp_path)):
        monkeypatch.setenv("GPTVIZ_REFERENCE_DATA", folder)
        with pytest.raises(NotRecorded, match="GPTVIZ_REFERENCE_DATA"):
            take(mini.model, LearningCurve(TEXT))
