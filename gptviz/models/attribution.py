"""The slope of a prediction at the vectors that tokens enter a model as.

The vectors are those of the embedding, before learned positions are added or anything is rotated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from gptviz.errors import NotFinite
from gptviz.models.gradient import running
from gptviz.models.interface import Floats, Model
from gptviz.models.threads import one_thread

BATCH = 8  # texts that run together


def log_probability(model: Model, text: Floats, target: int) -> float:
    """The log (natural) of the probability of ``target`` after a text of vectors (token, d_model).

    Raises NotRecorded for a model that does not run.
    """
    module = running(model, "read vectors in place of tokens").module
    with torch.no_grad(), one_thread():
        return float(_logs(module, torch.tensor(text[None]), target)[0])


def slopes(model: Model, texts: Sequence[Floats], target: int) -> Floats:
    """The gradient of the log of the probability of ``target`` at each text's vectors (text, token,
    d_model).

    ``texts`` are vectors (token, d_model), all of one length. Raises NotRecorded for a model that
    does not run, NotFinite where a gradient is not finite.
    """
    module = running(model, "give a gradient").module
    gradients = []
    with one_thread():
        for first in range(0, len(texts), BATCH):
            given = torch.tensor(np.stack(texts[first : first + BATCH])).requires_grad_()
            (gradient,) = torch.autograd.grad(_logs(module, given, target).sum(), given)
            gradients.append(gradient.numpy())
    found = np.concatenate(gradients)
    if not np.isfinite(found).all():
        raise NotFinite(
            f"a gradient of {model.title} is not finite", "what it listened to cannot be told"
        )
    return found


def _logs(module: Any, vectors: torch.Tensor, target: int) -> torch.Tensor:
    """The log of the target's probability after each of some texts (text, token, d_model)."""
    scores = module(inputs_embeds=vectors, use_cache=False, logits_to_keep=1).logits[:, -1]
    return torch.log_softmax(scores.double(), dim=-1)[:, target]
