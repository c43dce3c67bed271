"""Random tokens said twice: what a model can learn of a text from the text itself.

Olsson et al. 2022, "In-context learning and induction heads": loss by position, prefix-matching and
previous-token scores.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.choosing import INDUCTION_RULE, SCORE_RULES, choose
from gptviz.recording.families import RepeatedTokens
from gptviz.recording.schema import Content

FEEDER_RULE = f"{SCORE_RULES['previous']}, of layers before the induction head's"


def said_twice(model: Model, tokens: int, draws: int, seed: int) -> list[list[int]]:
    """``draws`` texts of ``tokens`` random tokens (fewer where the model has few positions), each
    text twice; no token stands twice within a half."""
    shape = model.shape
    period = min(tokens, shape.positions // 2, shape.vocab - 1)
    # RandomState and not Generator: numpy promises that its stream never changes.
    random = np.random.RandomState(seed)
    usable = np.array([i for i in range(shape.vocab) if i != model.end_id])
    return [[int(i) for i in random.permutation(usable)[:period]] * 2 for _ in range(draws)]


def chance_of(period: int) -> float:
    """The induction score of a head that looks at everything before it equally."""
    flat = np.tril(np.ones((2 * period, 2 * period)))
    return float(maths.induction_score(flat / flat.sum(axis=-1, keepdims=True), period))


@recorder(RepeatedTokens)
def record(model: Model, request: RepeatedTokens) -> Content:
    """``losses`` (row, token) of random tokens said twice, ``induction`` and ``previous`` (layer,
    head): means over the texts. Raises UsageError for fewer than two tokens or no text."""
    if request.tokens < 2 or request.draws < 1:
        raise UsageError(
            f"{request.draws} texts of {request.tokens} tokens", "one of two tokens is the least"
        )
    texts = said_twice(model, request.tokens, request.draws, request.seed)
    period = len(texts[0]) // 2
    losses = []
    induction: Any = 0.0
    previous: Any = 0.0
    for ids in texts:
        losses.append(_losses(model.logits(ids), ids))
        pattern = model.attention(ids).pattern
        induction = induction + maths.induction_score(pattern, period) / len(texts)
        previous = previous + maths.previous_token_score(pattern) / len(texts)
    mean = np.mean(losses, axis=0)
    best = choose(induction, INDUCTION_RULE)
    before = previous[: best["layer"]]
    feeder = (
        choose(before, FEEDER_RULE) if len(before) else choose(previous, SCORE_RULES["previous"])
    )
    shown = model.attention(texts[0]).pattern
    patterns = {
        f"{name}_pattern": (shown[head["layer"], head["head"]], ("query", "key"))
        for name, head in (("induction", best), ("previous", feeder))
    }
    return Content(
        tokens={"text": model.token_rows(texts[0])},
        values={
            "layers": model.shape.n_layer,
            "heads": model.shape.n_head,
            "vocab": model.shape.vocab,
            "period": period,
            "draws": len(texts),
            "first_half": float(mean[: period - 1].mean()),
            "second_half": float(mean[period - 1 :].mean()),
            "chance": chance_of(period),
            "best": {"induction": best, "previous": feeder},
        },
        tensors={
            "losses": (np.stack(losses), ("row", "token")),
            "mean_losses": (mean, ("token",)),
            "induction": (induction, ("layer", "head")),
            "previous": (previous, ("layer", "head")),
            **patterns,
        },
        seed=request.seed,
    )


def _losses(logits: Any, ids: list[int]) -> npt.NDArray[np.float64]:
    """The loss (nats) of each token from the second on, by the scores (token, vocab)."""
    true = logits[np.arange(len(ids) - 1), ids[1:]]
    return maths.surprises(true, [maths.logsumexp(row) for row in logits[:-1]])
