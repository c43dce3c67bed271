"""One row of scores and who may be drawn from it: top-k and top-p sets, draws without replacement,
the block of scores.

Top-k: Fan, Lewis, Dauphin 2018, "Hierarchical neural story generation", section 4.2. Top-p:
Holtzman et al. 2020, "The curious case of neural text degeneration", eq. 2. Without replacement:
Plackett 1975, "The analysis of permutations".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.rows import rank_of, table, top_rows
from gptviz.recorders.sampling import ORDER_RULE
from gptviz.recording.families import CandidateSets, Draws, LogitBlock
from gptviz.recording.schema import Content

SET_RULE = (
    "top-k: the k likeliest; top-p: the fewest of the likeliest tokens whose probabilities reach p"
)
DRAW_RULE = "each draw leaves its token out of the next; what remains is divided by its sum"


@recorder(CandidateSets)
def record_sets(model: Model, request: CandidateSets) -> Content:
    """The sets of one row at one temperature. The scores of every token of the largest set are
    kept."""
    ids = model.encode(request.prompt)
    scores = model.next_logits(ids)
    if request.temperature <= 0 or any(k < 1 for k in request.top_k):
        raise UsageError(
            f"a temperature of {request.temperature}, k of {request.top_k}",
            "all must lie above zero",
        )
    order = maths.descending(scores)
    shares = maths.softmax(np.asarray(scores, dtype=np.float64)[order], request.temperature)
    cumulative = np.cumsum(shares)
    sizes = [min(k, len(order)) for k in request.top_k] + [
        maths.top_p_size(shares, p) for p in request.top_p
    ]
    kept = max([*sizes, request.named])
    return Content(
        tokens={
            "prompt": model.token_rows(ids),
            "top": model.token_rows([int(i) for i in order[: request.named]]),
        },
        values={
            "vocab": len(order),
            "logsumexp": maths.logsumexp(scores),
            "logsumexp_at_temperature": maths.logsumexp(
                np.asarray(scores, np.float64) / request.temperature
            ),
            "entropy": maths.entropy(shares),
            "set_rule": SET_RULE,
        },
        tensors={
            "token_ids": (order[:kept].astype(np.int32), ("rank",)),
            "logits": (scores[order[:kept]].astype(np.float32), ("rank",)),
            "sizes": (np.array(sizes, dtype=np.int32), ("size",)),
            "masses": (np.minimum(cumulative[np.array(sizes) - 1], 1.0), ("size",)),
        },
    )


@recorder(Draws)
def record_draws(model: Model, request: Draws) -> Content:
    """Draws without replacement: at each what is left is put end to end anew, and a new u
    decides."""
    ids = model.encode(request.prompt)
    scores = model.next_logits(ids)
    order = maths.descending(scores)
    if request.top_k:
        order = order[: request.top_k]
    if not 1 <= request.draws <= len(order) or request.temperature <= 0:
        raise UsageError(
            f"{request.draws} draws from {len(order)} tokens at temperature {request.temperature}",
            "at least one draw, at most one of each token, at a temperature above zero",
        )
    shares = maths.softmax(np.asarray(scores, dtype=np.float64)[order], request.temperature)
    rng = np.random.Generator(np.random.PCG64(request.seed))
    left = np.arange(len(order))
    ranks: list[int] = []
    rows: dict[str, list[float]] = {"u": [], "low": [], "high": [], "remaining": []}
    for _ in range(request.draws):
        bounds = maths.cumulative_bounds(shares[left])
        u = float(rng.random())
        at = maths.drawn(bounds, u)
        for name, value in (
            ("u", u),
            ("low", bounds[at]),
            ("high", bounds[at + 1]),
            ("remaining", shares[left].sum()),
        ):
            rows[name].append(float(value))
        ranks.append(int(left[at]))
        left = np.delete(left, at)
    best = shares[: request.draws]
    return Content(
        tokens={
            "prompt": model.token_rows(ids),
            "drawn": model.token_rows([int(order[r]) for r in ranks]),
            "best": model.token_rows([int(i) for i in order[: request.draws]]),
        },
        values={"vocab": len(scores), "order_rule": ORDER_RULE, "draw_rule": DRAW_RULE},
        tensors={
            "ranks": (np.array(ranks, dtype=np.int32), ("step",)),
            "drawn_shares": (shares[ranks], ("step",)),
            "best_shares": (best, ("rank",)),
            **{name: (np.array(values), ("step",)) for name, values in rows.items()},
        },
        seed=request.seed,
    )


@recorder(LogitBlock)
def record_block(model: Model, request: LogitBlock) -> Content:
    """The corners of the block of scores, before and after the text has grown, and how far the
    shared rows differ."""
    ids = model.encode(request.prompt)
    scores = model.logits(ids)
    longer = model.encode(request.prompt + request.continuation) if request.continuation else ids
    if longer[: len(ids)] != ids:
        raise UsageError(
            f"{request.continuation!r} changes the tokens of {request.prompt!r}",
            "the two texts must share their first tokens",
            "begin the continuation with a space",
        )
    grown = model.logits(longer)
    found = [_one_token(model, text) for text in request.named]
    named = [each for each in found if each is not None]
    rows = top_rows(scores, 5)
    lows = rows.logsumexp
    last = scores[-1]
    tensors: dict[str, tuple[npt.NDArray[np.generic], tuple[str, ...]]] = {
        "first": (scores[:, : request.ends], ("token", "vocab")),
        "last": (scores[:, -request.ends :], ("token", "vocab")),
        "grown_first": (grown[:, : request.ends], ("token", "vocab")),
        "grown_last": (grown[:, -request.ends :], ("token", "vocab")),
        "row_gaps": (np.abs(grown[: len(ids)] - scores).max(axis=1).astype(np.float32), ("token",)),
        "top_ids": (rows.ids, ("token", "rank")),
        "top_logits": (rows.logits, ("token", "rank")),
        "logsumexp": (lows, ("token",)),
    }
    if named:
        tensors["named_logits"] = (last[named].astype(np.float32), ("word",))
        tensors["named_ranks"] = (
            np.array([rank_of(last, i) for i in named], dtype=np.int32),
            ("word",),
        )
    ends = [*range(request.ends), *range(model.shape.vocab - request.ends, model.shape.vocab)]
    if request.whole:
        every = np.concatenate([scores, grown[len(ids) :]]).astype(np.float32)
        tensors["rows"] = (every, ("token", "vocab"))
    best, side = int(maths.descending(last)[0]), request.near
    near = range(max(best - side, 0), min(best + side + 1, model.shape.vocab))
    return Content(
        tokens={
            "prompt": model.token_rows(ids),
            "grown": model.token_rows(longer),
            "named": model.token_rows(named),
            "ends": model.token_rows(ends),
            **({"near": model.token_rows(list(near))} if side else {}),
            "table": table(model, rows.ids),
        },
        values={
            "vocab": model.shape.vocab,
            **({"near_first": near[0]} if side else {}),
            "named": [None if each is None else named.index(each) for each in found],
        },
        tensors=tensors,
    )


def _one_token(model: Model, text: str) -> int | None:
    """The id of a text that is one token; None where the vocabulary has no such entry."""
    ids = model.encode(text)
    return ids[0] if len(ids) == 1 else None
