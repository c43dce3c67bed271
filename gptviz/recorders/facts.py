"""What a recording says of the model's make, where its formulas or a film's words depend on it."""

from __future__ import annotations

from typing import Any

from gptviz.models.interface import Model


def facts(model: Model) -> dict[str, Any]:
    """Values: the ``anatomy`` where it is not GPT-2's, and ``widths`` where heads together are not
    as wide as the stream, or share keys: of all ``heads``, of all ``keys``, how many ``matrices`` an
    MLP has."""
    shape, anatomy = model.shape, model.anatomy
    heads, keys = shape.n_head * shape.d_head, shape.n_kv_head * shape.d_head
    values = anatomy.as_values()
    if heads != shape.d_model or keys != heads or anatomy.gated:
        values["widths"] = {"heads": heads, "keys": keys, "matrices": 3 if anatomy.gated else 2}
    return values
