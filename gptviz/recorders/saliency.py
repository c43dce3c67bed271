"""Which tokens a prediction listened to.

Gradient: Simonyan, Vedaldi, Zisserman 2014, "Deep inside convolutional networks". Integrated
gradients: Sundararajan, Taly, Yan 2017, "Axiomatic attribution for deep networks", eq. 1; their sum
is what the prediction rises by along the path (proposition 1), if the path is looked at closely
enough. Leave one out: Li, Monroe, Jurafsky 2016, "Understanding neural networks through
representation erasure".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.interface import Floats, Model
from gptviz.recorders import recorder
from gptviz.recorders.rows import one_token, table
from gptviz.recording.families import Saliency
from gptviz.recording.schema import Content

MOST_STEPS = 2_000
PATH_RULE = "the straight path from the start to the prompt's vectors is cut into equal steps; the slope is taken in the middle of each"
LEFT_OUT_RULE = "the text is read without the token: those before and behind it become neighbours"


@recorder(Saliency)
def record(model: Model, request: Saliency) -> Content:
    """``gradient``, ``gradient_x_input`` (token), ``integrated`` (row: start, step, token) of the
    log of one token's probability; ``without`` (token): its probability when a token is left out.

    Raises UsageError for a start that is not known or no steps, PromptRefused for a target that is
    not one token.
    """
    _check(request)
    ids = model.encode(request.prompt)
    scores = model.next_logits(ids)
    likeliest = int(maths.descending(scores)[0])
    target = one_token(model, request.target) if request.target else likeliest
    embedding = model.weight("embed")
    vectors = embedding[ids]
    gradient, integrated, start_logs = _gradients(model, request, vectors, target)
    log_probability = float(scores[target]) - maths.logsumexp(scores)
    content = Content(
        tokens={"prompt": model.token_rows(ids), "target": model.token_rows([target])},
        values={
            "probability": float(np.exp(log_probability)),
            "log_probability": log_probability,
            "likeliest": target == likeliest,
            "starts": list(request.starts),
            "path_rule": PATH_RULE,
            "left_out_rule": LEFT_OUT_RULE,
        },
        tensors={
            "gradient": (np.linalg.norm(gradient, axis=-1), ("token",)),
            "gradient_x_input": ((gradient * vectors).sum(axis=-1), ("token",)),
            "integrated": (integrated, ("row", "step", "token")),
            "start_logs": (start_logs, ("row",)),
            "steps": (np.array(request.steps, dtype=np.int32), ("step",)),
        },
    )
    _leave_out(model, ids, target, content)
    return content


def _check(request: Saliency) -> None:
    for start in request.starts:
        if start not in ("zero", "mean"):
            raise UsageError(f"no path starts at {start!r}", "a start is zero or mean")
    if not request.starts or not request.steps:
        raise UsageError(
            "integrated gradients of no path", "a start and a number of steps are needed"
        )
    if not all(1 <= steps <= MOST_STEPS for steps in request.steps):
        raise UsageError(
            f"{request.steps} steps", f"a path has at least one and at most {MOST_STEPS:,}"
        )


def _gradients(
    model: Model, request: Saliency, vectors: Floats, target: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The gradient at the prompt (token, d_model), the integrated gradients (row, step, token), and
    the log of the target's probability at each start (row)."""
    from gptviz.models.attribution import log_probability, slopes  # noqa: PLC0415  (torch)

    gradient = slopes(model, [vectors], target)[0].astype(np.float64)
    integrated = np.empty((len(request.starts), len(request.steps), len(vectors)))
    start_logs = np.empty(len(request.starts))
    for row, name in enumerate(request.starts):
        start = np.zeros_like(vectors)
        if name == "mean":
            start += model.weight("embed").mean(axis=0, dtype=np.float64).astype(np.float32)
        start_logs[row] = log_probability(model, start, target)
        way = vectors - start
        for column, steps in enumerate(request.steps):
            shares = (np.arange(steps) + 0.5) / steps
            texts = [start + np.float32(share) * way for share in shares]
            mean = slopes(model, texts, target).mean(axis=0, dtype=np.float64)
            integrated[row, column] = (mean * way).sum(axis=-1)
    return gradient, integrated, start_logs


def _leave_out(model: Model, ids: list[int], target: int, content: Content) -> None:
    """Adds the target's probability without each token, and what is likeliest then."""
    if len(ids) < 2:
        return
    rest: list[Any] = [model.next_logits(ids[:i] + ids[i + 1 :]) for i in range(len(ids))]
    shares = np.stack([maths.softmax(scores) for scores in rest])
    instead = np.array([maths.descending(scores)[0] for scores in rest], dtype=np.int32)
    content.tokens["table"] = table(model, instead)
    content.tensors |= {
        "without": (shares[:, target], ("token",)),
        "instead_ids": (instead, ("token",)),
        "instead": (shares[np.arange(len(ids)), instead], ("token",)),
    }
