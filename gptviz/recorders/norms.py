"""What norms are good for: the stream of a model as it is, and of one whose blocks have none.

Ba, Kiros, Hinton 2016, "Layer normalization"; Zhang, Sennrich 2019, "Root mean square layer
normalization". Xiong et al. 2020, "On layer normalization in the transformer architecture", on norms
that stand before each part.
"""

from __future__ import annotations

import numpy as np

from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.residual import stream
from gptviz.recording.families import Norms
from gptviz.recording.schema import Content, Value


@recorder(Norms)
def record(model: Model, request: Norms) -> Content:
    """``vectors``, ``unnormed`` (layer: depth, d_model) of the last token; ``overflow``: the first
    depth that ``unnormed`` lacks."""
    ids = model.encode(request.prompt)
    whole = stream(model.activations(ids), model.shape.n_layer)[:, -1]
    unnormed = model.unnormed_stream(ids)[:, -1]
    values: dict[str, Value] = {
        "layers": model.shape.n_layer,
        "d_model": model.shape.d_model,
        "norms": model.norms(),
        "norm": model.anatomy.norm,
    }
    if len(unnormed) < len(whole):
        values["overflow"] = len(unnormed)
    axes = ("layer", "d_model")
    return Content(
        tokens={"prompt": model.token_rows(ids)},
        values=values,
        tensors={
            "vectors": (np.ascontiguousarray(whole), axes),
            "unnormed": (np.ascontiguousarray(unnormed), axes),
        },
    )
