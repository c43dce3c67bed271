"""Learning: what every position predicts, one real step of gradient descent, and a model at several
ages.

The loss is the cross-entropy of the next token, in nats: Radford et al. 2018, "Improving language
understanding by generative pre-training", eq. 1, with its sign turned round and divided by the
number of predictions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import PromptRefused, UsageError
from gptviz.models.interface import Floats, Model
from gptviz.recorders import recorder
from gptviz.recorders.rows import rank_of, table, top_rows
from gptviz.recording.families import EveryPosition, LearningCurve, TrainingStep
from gptviz.recording.schema import Content, Value

Array = npt.NDArray[Any]
Tensors = dict[str, tuple[Array, tuple[str, ...]]]

WEIGHT_RULE = "the single weight with the largest gradient, whatever its sign"
GAIN_RULE = "the prediction whose probability of the true token grew most"
WINDOWS_RULE = "evenly spread over the held-out text; every token of a window is predicted from those before it in it"


@recorder(EveryPosition)
def record_positions(model: Model, request: EveryPosition) -> Content:
    """The prediction behind every token of a text, the last included, and the true token's score
    where one follows."""
    ids = _text(model, request.prompt)
    tensors = _rows(model.logits(ids), ids, request.top)
    return Content(
        tokens={"prompt": model.token_rows(ids), "table": table(model, tensors["top_ids"][0])},
        values={"vocab": model.shape.vocab},
        tensors=tensors,
    )


@recorder(TrainingStep)
def record_step(model: Model, request: TrainingStep) -> Content:
    """One step on one text: every prediction before and after it, the gradient's lengths, and one
    weight's move."""
    from gptviz.models.gradient import descend  # noqa: PLC0415  (torch)

    if request.rate <= 0:
        raise UsageError(f"a learning rate of {request.rate}", "it must lie above zero")
    ids = _text(model, request.prompt)
    before = _rows(model.logits(ids), ids, request.top)
    descent = descend(model, ids, request.rate)
    after = _rows(descent.after.logits(ids), ids, request.top)
    groups = _groups(list(descent.gradients))
    lengths = [_length([descent.gradients[name] for name in names]) for names in groups.values()]
    values: dict[str, Value] = {
        "vocab": model.shape.vocab,
        "groups": list(groups),
        "gradient_length": float(np.linalg.norm(lengths)),
        "weight": _steepest(model, descent.gradients, descent.after),
        "weight_rule": WEIGHT_RULE,
        "most_gained": _most_gained(before, after),
        "gain_rule": GAIN_RULE,
    }
    return Content(
        tokens={
            "prompt": model.token_rows(ids),
            "table": table(model, before["top_ids"][0], after["top_ids"][0]),
        },
        values=values,
        tensors={
            **{f"before_{name}": each for name, each in before.items()},
            **{f"after_{name}": each for name, each in after.items()},
            "gradient_lengths": (np.array(lengths), ("part",)),
        },
    )


@recorder(LearningCurve)
def record_curve(model: Model, request: LearningCurve) -> Content:
    """The same prompt at several ages, beside the loss on held-out text and the log of the
    training."""
    from gptviz.models.ages import TrainingRun  # noqa: PLC0415  (torch)

    run = TrainingRun.of(model)
    ids = _text(model, request.prompt)
    windows = run.held_out(request.windows)
    scores, losses, continuations = [], [], []
    for age in request.ages:
        aged = run.at(age)
        scores.append(aged.logits(ids))
        losses.append(held_out_loss(aged, windows))
        continuations.append(greedy(aged, ids, request.steps))
    last = np.stack([each[-1] for each in scores])
    rows = top_rows(last, request.top)
    winner = int(rows.ids[-1, 0])
    trained = [row for row in run.log if row["train_loss"] is not None]
    return Content(
        tokens={
            "prompt": model.token_rows(ids),
            "winner": model.token_rows([winner]),
            "table": table(model, rows.ids),
            **{f"continuation{i}": model.token_rows(each) for i, each in enumerate(continuations)},
        },
        values={
            "vocab": model.shape.vocab,
            "ages": list(request.ages),
            "windows_rule": WINDOWS_RULE,
            "window": windows.shape[1] - 1,
            "texts": [model.decode(each) for each in continuations],
        },
        tensors={
            "top_ids": (rows.ids, ("checkpoint", "rank")),
            "top_logits": (rows.logits, ("checkpoint", "rank")),
            "logsumexp": (rows.logsumexp, ("checkpoint",)),
            "entropy": (rows.entropy, ("checkpoint",)),
            "winner_logits": (last[:, winner], ("checkpoint",)),
            "winner_ranks": (
                np.array([rank_of(row, winner) for row in last], dtype=np.int32),
                ("checkpoint",),
            ),
            "true_logits": (
                np.stack([each[np.arange(len(ids) - 1), ids[1:]] for each in scores]),
                ("checkpoint", "token"),
            ),
            "true_logsumexp": (
                np.array([[maths.logsumexp(row) for row in each[:-1]] for each in scores]),
                ("checkpoint", "token"),
            ),
            "losses": (np.array(losses), ("checkpoint",)),
            **_column(run.log, "step", "log_steps"),
            **_column(run.log, "val_loss", "log_held_out"),
            **_column(trained, "step", "log_training_steps"),
            **_column(trained, "train_loss", "log_training"),
        },
    )


def greedy(model: Model, ids: list[int], steps: int) -> list[int]:
    """At most ``steps`` greedy tokens after ``ids``; the end token ends them and is among them."""
    chosen: list[int] = []
    while len(chosen) < steps and len(ids) + len(chosen) < model.shape.positions:
        chosen.append(int(maths.descending(model.next_logits([*ids, *chosen]))[0]))
        if chosen[-1] == model.end_id:
            break
    return chosen


def held_out_loss(model: Model, windows: npt.NDArray[np.int64]) -> float:
    """The mean loss (nats) over windows (window, token + 1), each read alone."""
    losses = []
    for window in windows:
        scores = model.logits([int(i) for i in window[:-1]])
        tops = scores.max(
            axis=1
        )  # the log-sum-exp of many long rows: in float32 but for the sum, for speed
        lse = tops + np.log(np.exp(scores - tops[:, None]).sum(axis=1, dtype=np.float64))
        losses.append(maths.mean_surprise(scores[np.arange(len(scores)), window[1:]], lse))
    return maths.mean(losses)


def _text(model: Model, prompt: str) -> list[int]:
    ids = model.encode(prompt)
    if len(ids) < 2:
        raise PromptRefused(
            f"{prompt!r} is one token",
            "a loss needs a token and the one that follows it",
            "give a longer text",
        )
    return ids


def _rows(scores: Floats, ids: list[int], top: int) -> Tensors:
    """The rows of all positions (token, rank), and the scores of the tokens that follow them (one
    fewer)."""
    rows = top_rows(scores, top)
    true = ids[1:]
    return {
        "top_ids": (rows.ids, ("token", "rank")),
        "top_logits": (rows.logits, ("token", "rank")),
        "logsumexp": (rows.logsumexp, ("token",)),
        "entropy": (rows.entropy, ("token",)),
        "true_logits": (scores[np.arange(len(true)), true], ("token",)),
        "true_ranks": (
            np.array(
                [rank_of(row, i) for row, i in zip(scores[:-1], true, strict=True)], dtype=np.int32
            ),
            ("token",),
        ),
    }


def _groups(names: list[str]) -> dict[str, list[str]]:
    """Learned tensors by where they belong: ``wte``, ``wpe``, ``h.0.attn``, ``h.0.mlp``,
    ``h.0.ln``, ..., ``ln_f``."""
    groups: dict[str, list[str]] = {}
    for name in names:
        parts = name.split(".")
        place = f"h.{parts[1]}.{parts[2].partition('_')[0]}" if parts[0] == "h" else parts[0]
        groups.setdefault(place, []).append(name)
    return groups


def _length(arrays: list[Floats]) -> float:
    return float(np.sqrt(sum(float((each.astype(np.float64) ** 2).sum()) for each in arrays)))


def _steepest(model: Model, gradients: dict[str, Floats], after: Model) -> Value:
    name = max(gradients, key=lambda each: float(np.abs(gradients[each]).max()))
    index = np.unravel_index(int(np.abs(gradients[name]).argmax()), gradients[name].shape)
    return {
        "tensor": name,
        "index": [int(i) for i in index],
        "gradient": float(gradients[name][index]),
        "before": float(model.tensor(name)[index]),
        "after": float(after.tensor(name)[index]),
    }


def _most_gained(before: Tensors, after: Tensors) -> int:
    gains = [
        np.exp(-maths.surprises(each["true_logits"][0], each["logsumexp"][0][:-1]))
        for each in (before, after)
    ]
    return int((gains[1] - gains[0]).argmax())


def _column(log: list[dict[str, float | None]], column: str, name: str) -> Tensors:
    return {name: (np.array([row[column] for row in log], dtype=np.float64), ("row",))}
