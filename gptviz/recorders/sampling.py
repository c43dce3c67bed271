"""Text written token by token, and given text replayed, with the numbers behind every choice.

The distribution that is drawn from: scores over the temperature, restricted to the likeliest few
(top-k: Fan, Lewis, Dauphin 2018, section 4.2; top-p: Holtzman et al. 2020, section 3.1), put end to
end by descending score. A number u of [0, 1) from numpy's PCG64 falls into one interval [low, high)
of it, in float64: that token is next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import NotRecorded, PromptRefused, UsageError
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.rows import rank_of, table, top_rows
from gptviz.recording.families import Replay, SamplingLoop
from gptviz.recording.schema import Content, Value

TURNS = 3  # how often a text repeats itself before it is called a loop

ORDER_RULE = "put end to end by descending score, of equal scores the lower id first; u falls into one interval"
LOOP_RULE = "the end of the text repeats itself three times or more; the shortest such period, from its first turn on"
SURPRISE_RULE = "the token with the largest loss; of equal ones the first"


@dataclass(frozen=True)
class Choice:
    """One step: the tokens that could be drawn (``order``, highest score first), their ``shares``
    of one (0 for those left out), how many were ``allowed``, the mass they had (``kept``), the
    ``rank`` of the chosen token, and, where it was drawn, ``u`` and its interval.
    """

    order: npt.NDArray[np.int64]
    shares: npt.NDArray[np.float64]
    allowed: int
    kept: float
    rank: int
    u: float | None = None
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True)
class Loop:
    """A text that turns in a circle: its ``period`` in tokens, the index of its first turn, the
    full turns."""

    period: int
    first: int
    turns: int


def choose(
    scores: npt.NDArray[np.float32], request: SamplingLoop, rng: np.random.Generator | None
) -> Choice:
    """The choice that a policy makes among ``scores`` (vocab); without ``rng`` the likeliest."""
    order = maths.descending(scores)
    shares = np.zeros(len(order))
    if rng is None:
        shares[0] = 1.0
        return Choice(order, shares, 1, 1.0, 0)
    full = maths.softmax(np.asarray(scores, dtype=np.float64)[order], request.temperature)
    allowed = {
        "top_k": lambda: min(request.top_k, len(order)),
        "top_p": lambda: maths.top_p_size(full, request.top_p),
        "temperature": lambda: len(order),
    }[request.policy]()
    kept = min(1.0, float(full[:allowed].sum()))
    bounds = maths.cumulative_bounds(full[:allowed])
    shares[:allowed] = np.diff(bounds)
    u = float(rng.random())
    rank = maths.drawn(bounds, u)
    return Choice(
        order, shares, allowed, kept, rank, u, float(bounds[rank]), float(bounds[rank + 1])
    )


def find_loop(ids: Sequence[int], turns: int = TURNS) -> Loop | None:
    """The loop that a text ends in: the smallest period that its end repeats at least ``turns``
    times, or None."""
    for period in range(1, len(ids) // turns + 1):
        first = len(ids) - period
        while first > 0 and ids[first - 1] == ids[first - 1 + period]:
            first -= 1
        if len(ids) - first >= turns * period:
            return Loop(period, first, (len(ids) - first) // period)
    return None


def start_of(model: Model, prompt: str, start_token: bool) -> list[int]:
    """The ids to begin with: the prompt's, behind the start token where it is asked for, which may
    stand alone."""
    if not start_token:
        return model.encode(prompt)
    if model.end_id is None:
        raise NotRecorded(
            f"{model.title} has no start token", "its tokenizer names none", "give a prompt"
        )
    return [model.end_id, *(model.encode(prompt) if prompt else [])]


def check(request: SamplingLoop) -> None:
    """Raises UsageError for a request that no policy can follow."""
    if request.policy not in ("greedy", "temperature", "top_k", "top_p"):
        raise UsageError(
            f"a policy called {request.policy!r}", "there are greedy, temperature, top_k and top_p"
        )
    if request.steps < 1 or request.top < 1:
        raise UsageError(
            f"{request.steps} steps, the top {request.top}", "at least one of each is needed"
        )
    if request.temperature < 0:
        raise UsageError(f"a temperature of {request.temperature}", "it cannot be negative")
    if request.policy == "top_k" and request.top_k < 1:
        raise UsageError(f"top_k of {request.top_k}", "at least one token must be allowed")
    if request.policy == "top_p" and not 0 < request.top_p <= 1:
        raise UsageError(f"top_p of {request.top_p}", "it lies above 0 and is at most 1")


@recorder(SamplingLoop)
def record(model: Model, request: SamplingLoop) -> Content:
    """The steps of one loop, until it has its length, the end token is chosen, or the context is
    full."""
    check(request)
    prompt = start_of(model, request.prompt, request.start_token)
    greedy = request.policy == "greedy" or request.temperature == 0
    rng = None if greedy else np.random.Generator(np.random.PCG64(request.seed))
    choices: list[Choice] = []
    scores: list[npt.NDArray[np.float32]] = []
    chosen: list[int] = []
    drawn_from: int | None = None if greedy else (None if request.escape else 0)
    stopped = "length"
    while len(chosen) < request.steps:
        if len(prompt) + len(chosen) >= model.shape.positions:
            stopped = "context"
            break
        if request.escape and rng is not None and drawn_from is None and find_loop(chosen):
            drawn_from = len(chosen)
        scores.append(model.next_logits([*prompt, *chosen]))
        choices.append(choose(scores[-1], request, rng if drawn_from is not None else None))
        chosen.append(int(choices[-1].order[choices[-1].rank]))
        if chosen[-1] == model.end_id:
            stopped = "end token"
            break
    if not chosen:
        raise PromptRefused(
            f"the prompt fills all {model.shape.positions:,} positions", "no token can follow it"
        )
    values = {
        "stopped": stopped,
        "drawn_from": drawn_from,
        "loop": _loop_value(chosen),
        "text": model.decode(chosen),
        "vocab": model.shape.vocab,
        "order_rule": ORDER_RULE,
        "loop_rule": LOOP_RULE,
    }
    tensors = _tensors(np.stack(scores), chosen, choices, request.top)
    return Content(
        tokens={
            "prompt": model.token_rows(prompt),
            "chosen": model.token_rows(chosen),
            "table": table(model, tensors["top_ids"][0]),
        },
        values=values,
        tensors=tensors,
        seed=request.seed if "u" in tensors else None,
    )


def _tensors(
    scores: npt.NDArray[np.float32], chosen: list[int], choices: list[Choice], top: int
) -> dict[str, tuple[npt.NDArray[Any], tuple[str, ...]]]:
    rows = top_rows(scores, top)
    width = rows.ids.shape[1]
    steps = np.arange(len(chosen))
    tensors: dict[str, tuple[npt.NDArray[Any], tuple[str, ...]]] = {
        "top_ids": (rows.ids, ("step", "rank")),
        "top_logits": (rows.logits, ("step", "rank")),
        "top_shares": (np.stack([c.shares[:width] for c in choices]), ("step", "rank")),
        "logsumexp": (rows.logsumexp, ("step",)),
        "entropy": (rows.entropy, ("step",)),
        "chosen_logits": (scores[steps, chosen], ("step",)),
        "chosen_ranks": (np.array([c.rank for c in choices], dtype=np.int32), ("step",)),
        "chosen_shares": (np.array([c.shares[c.rank] for c in choices]), ("step",)),
        "allowed": (np.array([c.allowed for c in choices], dtype=np.int32), ("step",)),
        "kept": (np.array([c.kept for c in choices]), ("step",)),
    }
    draws = [c for c in choices if c.u is not None]
    if draws:  # from step ``drawn_from`` on
        for name in ("u", "low", "high"):
            tensors[name] = (np.array([getattr(c, name) for c in draws]), ("step",))
    return tensors


def _loop_value(ids: list[int]) -> Value:
    loop = find_loop(ids)
    return (
        None if loop is None else {"period": loop.period, "first": loop.first, "turns": loop.turns}
    )


@recorder(Replay)
def record_replay(model: Model, request: Replay) -> Content:
    """The scores of a text's own tokens, from one run over all of it: later tokens change nothing
    before them."""
    ids = start_of(model, request.text, request.start_token)
    given = _given(model, request, ids)
    if len(ids) <= given:
        raise PromptRefused(
            f"nothing is left to replay of {request.text!r}",
            "all of it is given",
            "give a longer text or a shorter prompt",
        )
    scores = model.logits(ids)[given - 1 : -1]
    true = ids[given:]
    rows = top_rows(scores, request.top)
    logits = scores[np.arange(len(true)), true]
    losses = maths.surprises(logits, rows.logsumexp)
    return Content(
        tokens={
            "prompt": model.token_rows(ids[:given]),
            "text": model.token_rows(true),
            "table": table(model, rows.ids),
        },
        values={
            "vocab": model.shape.vocab,
            "surprise_rule": SURPRISE_RULE,
            "most_surprising": int(losses.argmax()),
            "least_surprising": int(losses.argmin()),
        },
        tensors={
            "top_ids": (rows.ids, ("token", "rank")),
            "top_logits": (rows.logits, ("token", "rank")),
            "logsumexp": (rows.logsumexp, ("token",)),
            "entropy": (rows.entropy, ("token",)),
            "true_logits": (logits, ("token",)),
            "true_ranks": (
                np.array(
                    [rank_of(row, i) for row, i in zip(scores, true, strict=True)], dtype=np.int32
                ),
                ("token",),
            ),
        },
    )


def _given(model: Model, request: Replay, ids: list[int]) -> int:
    """How many of ``ids`` are given: the prompt's; the first token of all has nothing before it."""
    if not request.prompt:
        return 1
    prompt = start_of(model, request.prompt, request.start_token)
    if ids[: len(prompt)] != prompt:
        raise PromptRefused(
            f"{request.prompt!r} is not the beginning of the text, token by token",
            "its tokens differ",
            "end the prompt where a token of the text ends",
        )
    return len(prompt)
