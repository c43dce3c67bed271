"""transformers' module of an architecture, with weights that were read and checked before."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import numpy as np
import torch
from transformers import MODEL_FOR_CAUSAL_LM_MAPPING

from gptviz.errors import ModelRefused
from gptviz.models.architectures import Architecture
from gptviz.models.interface import Floats


def build(architecture: Architecture, tensors: MutableMapping[str, Floats]) -> Any:
    """The module with these tensors (by the names of ``architecture.tensors``), eager, float32, in
    evaluation mode. ``tensors`` is emptied: there is never more than one of them in memory twice.

    Every tensor of the module is taken from ``tensors``: none is left as it was initialised. Raises
    ModelRefused where the configuration makes no module.
    """
    module = empty(architecture)
    # Cloned, for torch aligns its own memory, and the order of a sum may depend on that.
    state = {
        architecture.in_module(name): torch.from_numpy(
            np.ascontiguousarray(tensors.pop(name))
        ).clone()
        for name in list(tensors)
    }
    if architecture.anatomy.tied:
        embed = architecture.in_module(architecture.weights["embed"].tensor)
        state[architecture.in_module(architecture.output)] = state[embed]
    module.load_state_dict(state, strict=True, assign=True)
    module.tie_weights()
    architecture.finish(module)
    for name, buffer in module.named_buffers():
        if buffer.device.type == "meta":
            raise ModelRefused(
                f"transformers keeps {name} {list(buffer.shape)} beside the weights",
                "its values would be whatever was in memory",
                "use the version of constraints.txt",
            )
    module.train(False)
    return module


def empty(architecture: Architecture, device: str = "meta") -> Any:
    """The module without its weights on torch's meta device, or freshly initialised on another."""
    settings = architecture.settings
    made: Any = MODEL_FOR_CAUSAL_LM_MAPPING[type(settings)]
    settings._attn_implementation = "eager"
    try:
        with torch.device(device):
            return made(settings)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelRefused(
            "transformers makes no model of this config.json",
            f"{type(error).__name__}: {' '.join(str(error).split())[:200]}",
            "check it against the config.json of the model that it came from",
        ) from error
