"""The scores of the next token: the highest rows, and what makes true probabilities of them at any
temperature.

Probability of a row at temperature T: e^(x / T - lse(T)), lse(T) the log-sum-exp of the whole
vocabulary's scores over T (Hinton, Vinyals, Dean 2015, eq. 1). Log-sum-exps and entropies are
computed in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.interface import Model
from gptviz.recorders.registry import recorder
from gptviz.recorders.sampling import ORDER_RULE, choose
from gptviz.recording.families import DrawnToken, NextToken, SamplingLoop
from gptviz.recording.schema import Content


@recorder(NextToken)
def record(model: Model, request: NextToken | DrawnToken) -> Content:
    """Tensors ``token_ids`` and ``logits`` (rank), of equal scores the lower id first; values of
    the whole vocabulary.

    With ``temperatures``: ``temperatures``, ``logsumexp_by_temperature``,
    ``entropy_by_temperature`` (temperature). With ``sample``: ``sample_ids``, ``sample_ranks``,
    ``sample_logits`` (row), at evenly spaced ranks to the lowest.
    """
    if request.top < 1 or request.sample < 0:
        raise UsageError(
            f"the {request.top} highest scores and {request.sample} others",
            "at least one row is kept",
        )
    ids = model.encode(request.prompt)
    scores = model.next_logits(ids)
    order = maths.descending(scores)
    top = order[: request.top]
    tensors: dict[str, Any] = {"token_ids": (top, ("rank",)), "logits": (scores[top], ("rank",))}
    tokens = {"prompt": model.token_rows(ids), "top": model.token_rows(top.tolist())}
    if request.temperatures:
        tensors |= by_temperature(scores)
    if request.sample:
        ranks = spaced(len(scores), request.sample)
        sampled = order[ranks]
        tokens["sample"] = model.token_rows(sampled.tolist())
        tensors |= {
            "sample_ids": (sampled, ("row",)),
            "sample_ranks": (ranks, ("row",)),
            "sample_logits": (scores[sampled], ("row",)),
        }
    return Content(tokens=tokens, values=whole_row(scores), tensors=tensors)


@recorder(DrawnToken)
def record_drawn(model: Model, request: DrawnToken) -> Content:
    """As :func:`record`; and the token that ``seed`` draws from all of them, the random number, and
    the interval it fell into.
    """
    row = record(model, request)
    scores = model.next_logits(model.encode(request.prompt))
    rng = np.random.Generator(np.random.PCG64(request.seed))
    draw = choose(scores, SamplingLoop(policy="temperature"), rng)
    drawn = int(draw.order[draw.rank])
    return Content(
        tokens={**row.tokens, "drawn": model.token_rows([drawn])},
        values={
            **row.values,
            "rank": draw.rank,
            "u": draw.u,
            "low": draw.low,
            "high": draw.high,
            "drawn_logit": float(scores[drawn]),
            "order_rule": ORDER_RULE,
        },
        tensors=row.tensors,
        seed=request.seed,
    )


def whole_row(scores: npt.NDArray[Any]) -> dict[str, Any]:
    """What is true of all scores of a row (vocab): log-sum-exp, extremes, sum, entropy (bits), how
    many are negative and how many equal the highest.
    """
    x = np.asarray(scores, dtype=np.float64)
    return {
        "vocab": len(x),
        "logsumexp": maths.logsumexp(x),
        "highest": float(x.max()),
        "lowest": float(x.min()),
        "total": maths.total(x),
        "negative": int((x < 0).sum()),
        "ties": int((x == x.max()).sum()),
        "entropy": maths.entropy(maths.softmax(x)),
    }


def by_temperature(scores: npt.NDArray[Any]) -> dict[str, Any]:
    """Log-sum-exp and entropy (bits) of a whole row (vocab) at every temperature of the grid."""
    grid = maths.temperature_grid()
    x = np.asarray(scores, dtype=np.float64)
    sums = np.array([maths.logsumexp(x / t) for t in grid])
    entropies = np.array([maths.entropy(maths.softmax(x, t)) for t in grid])
    return {
        "temperatures": (grid, ("temperature",)),
        "logsumexp_by_temperature": (sums, ("temperature",)),
        "entropy_by_temperature": (entropies, ("temperature",)),
    }


def spaced(vocab: int, count: int) -> npt.NDArray[np.int64]:
    """So many ranks of a vocabulary, evenly spaced below the first, the last the lowest; fewer
    where it is small."""
    count = min(count, vocab - 1)
    return np.rint(np.arange(1, count + 1) * (vocab - 1) / count).astype(np.int64)
