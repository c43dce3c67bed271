"""One real matrix-vector product: the first layer of an MLP, row by row.

A neuron is one row of it: its weights times what the layer reads (``ln2``), term by term, plus its
bias, through the activation. In a gated MLP this is the matrix whose products go through the
activation, W_gate. The weights by name are (d_model, d_mlp), so that a neuron's row is a column
there.
"""

from __future__ import annotations

import numpy as np

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.facts import facts
from gptviz.recording.families import MatrixVector
from gptviz.recording.schema import Content

RULE = "the neuron, of all blocks, that the prompt's last token excites most; then those that follow it in its block"


@recorder(MatrixVector)
def record(model: Model, request: MatrixVector) -> Content:
    """The rows of the product, and what all neurons of the block give at the prompt's last
    token."""
    ids = model.encode(request.prompt)
    shape = model.shape
    if not 1 <= request.rows <= shape.d_mlp:
        raise UsageError(
            f"{request.rows} rows", f"the layer has {shape.d_mlp:,}, and at least one is needed"
        )
    found = model.activations(ids)
    before = "mlp_gate" if model.anatomy.gated else "mlp_pre"
    excited = np.stack([found[f"blocks.{layer}.{before}"][-1] for layer in range(shape.n_layer)])
    layer, neuron = (int(i) for i in np.unravel_index(excited.argmax(), excited.shape))
    neurons = (neuron + np.arange(request.rows)) % shape.d_mlp
    data = found[f"blocks.{layer}.ln2"][-1]
    matrix = "gate" if model.anatomy.gated else "in"
    weights = np.ascontiguousarray(model.weight(f"blocks.{layer}.mlp.W_{matrix}")[:, neurons].T)
    biases = np.zeros(len(neurons), dtype=np.float32)
    if model.anatomy.mlp_biases:
        biases = model.weight(f"blocks.{layer}.mlp.b_{matrix}")[neurons]
    sums = np.stack(
        [
            maths.running_sums(row, data, float(bias))
            for row, bias in zip(weights, biases, strict=True)
        ]
    )
    return Content(
        tokens={"prompt": model.token_rows(ids)},
        values={
            "layer": layer,
            "neuron": neuron,
            "rule": RULE,
            "n_layer": shape.n_layer,
            "d_model": shape.d_model,
            "d_mlp": shape.d_mlp,
            "vocab": shape.vocab,
            "length": len(ids),
            **facts(model),
        },
        tensors={
            "data": (data, ("d_model",)),
            "weights": (weights, ("row", "d_model")),
            "biases": (biases, ("row",)),
            "neurons": (neurons.astype(np.int32), ("row",)),
            "sums": (sums, ("row", "d_model")),
            "pre": (found[f"blocks.{layer}.{before}"][-1], ("d_mlp",)),
            "post": (found[f"blocks.{layer}.mlp_act"][-1], ("d_mlp",)),
        },
    )
