"""One step of gradient descent on a text: the loss, the gradient of every learned number, the model
after the step.

Goodfellow, Bengio, Courville 2016, "Deep Learning", algorithm 8.1, with a batch of one text.
Dropout is off, as in every run of gptviz, so that the step is the same each time.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from gptviz.errors import NotFinite, NotRecorded
from gptviz.models.interface import Floats, Model
from gptviz.models.language import LanguageModel
from gptviz.models.threads import one_thread


@dataclass(frozen=True)
class Descent:
    """The ``loss`` before the step (nats, mean over the predicted tokens), the ``gradients`` by the
    names of :meth:`~gptviz.models.interface.Model.tensor`, and the model ``after`` the step.
    """

    loss: float
    gradients: dict[str, Floats]
    after: LanguageModel


def running(model: Model, what: str) -> LanguageModel:
    """The model, if it is one that runs. Raises NotRecorded, which says that it cannot do ``what``,
    for any other."""
    if not isinstance(model, LanguageModel):
        raise NotRecorded(
            f"{model.title} cannot {what}",
            f"{model.reference} holds numbers, but no model that runs",
            "name a whole model: a hub id, a local folder, or mini",
        )
    return model


def descend(model: Model, ids: list[int], rate: float) -> Descent:
    """Takes every learned number by ``rate`` against its gradient, in a copy; ``model`` stays as it
    is.

    Raises NotRecorded for a model that does not run, NotFinite where a gradient is not finite.
    """
    before = running(model, "learn")
    module = copy.deepcopy(before.module)
    with one_thread():
        tokens = torch.tensor([ids], dtype=torch.long)
        loss = cross_entropy(module(tokens, use_cache=False).logits[0, :-1], tokens[0, 1:])
        torch.autograd.backward(loss)
        gradients: dict[str, Floats] = {}
        with torch.no_grad():
            for name, parameter in module.named_parameters():
                gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
                gradients[before.architecture.own_name(name)] = gradient.numpy().copy()
                parameter.sub_(rate * gradient)
                parameter.grad = None
    for name, array in gradients.items():
        if not np.isfinite(array).all():
            raise NotFinite(
                f"the gradient of {name} is not finite", "the text cannot be learned from"
            )
    return Descent(float(loss.detach()), gradients, before.with_module(module))
