"""Who reads what whom wrote: composition of heads from the weights alone, no run needed.

Elhage et al. 2021, "A mathematical framework for transformer circuits". A head of an earlier block
writes through W_OV = W_O W_V; a head of a later one reads through W_Q, W_K and W_V. Layer norm
before each reading takes the mean off and multiplies by a gain, RMS norm only multiplies: this is
folded into the reading matrices, so that what no head can see does not count. Rotation of queries and
keys, which changes with their places, is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.choosing import Array, best
from gptviz.recording.families import HeadComposition
from gptviz.recording.schema import Content

FLOW = ("layer", "head", "layer", "head")


@dataclass(frozen=True)
class _Block:
    """What the heads of one block read and write.

    A head acts as the product of a tall and a flat matrix, such as W_K (d_model, d_head) and W_Q^T
    (d_head, d_model). ``enters`` holds the tall one of each score (head, d_model, d_head);
    ``leaves`` the triangular factor of the flat one (head, d_head, d_head), whose Frobenius norm is
    that of the flat matrix; ``sizes`` the norm of the product (head). What is written is ``writes``
    (head, d_head, d_head) times the orthonormal rows ``basis`` (head, d_head, d_model), of norm
    ``written`` (head).
    """

    enters: dict[str, Array]
    leaves: dict[str, Array]
    sizes: dict[str, Array]
    writes: Array
    basis: Array
    written: Array


@recorder(HeadComposition)
def record_composition(model: Model, request: HeadComposition) -> Content:
    """Scores ``k``, ``q``, ``v`` (reader's layer and head, writer's layer and head); 0 where the
    reader is not later.

    Values: how many pairs there are, the median of each score over them, and the strongest
    K-composition.
    """
    blocks = [_block(model, layer) for layer in range(model.shape.n_layer)]
    layers, heads = model.shape.n_layer, model.shape.n_head
    scores = {name: np.zeros((layers, heads, layers, heads), dtype=np.float32) for name in "kqv"}
    for reader in range(1, layers):
        for writer in range(reader):
            for name, table in _between(blocks[reader], blocks[writer]).items():
                scores[name][reader, :, writer, :] = table
    later = np.tril(np.ones((layers, layers), dtype=bool), k=-1)
    pairs = {name: table.transpose(0, 2, 1, 3)[later] for name, table in scores.items()}
    values = {
        "layers": layers,
        "heads": heads,
        "pairs": int(later.sum()) * heads**2,
        "medians": {
            name: float(np.median(table)) if table.size else 0.0 for name, table in pairs.items()
        },
    }
    if layers > 1:
        layer, head = best(
            scores["k"].reshape(layers * heads, -1).max(axis=1).reshape(layers, heads)
        )
        writer_layer, writer_head = best(scores["k"][layer, head])
        values["strongest"] = {
            "rule": "the pair of heads with the largest K-composition",
            "layer": layer,
            "head": head,
            "writer_layer": writer_layer,
            "writer_head": writer_head,
            "score": float(scores["k"][layer, head, writer_layer, writer_head]),
        }
    return Content(values=values, tensors={name: (table, FLOW) for name, table in scores.items()})


def _between(reader: _Block, writer: _Block) -> dict[str, Array]:
    """The scores (reader's head, writer's head) of two blocks, by name."""
    writers, d_head, d_model = writer.basis.shape
    tables = {}
    for name, enters in reader.enters.items():
        readers = len(enters)
        flat = writer.basis.reshape(-1, d_model) @ enters.transpose(1, 0, 2).reshape(d_model, -1)
        seen = flat.reshape(writers, d_head, readers, d_head).transpose(
            2, 0, 1, 3
        )  # (reader, writer, d_head, d_head)
        both = writer.writes @ seen @ reader.leaves[name][:, None]
        tables[name] = np.linalg.norm(both, axis=(2, 3)) / (
            reader.sizes[name][:, None] * writer.written
        )
    return tables


def _block(model: Model, layer: int) -> _Block:
    shape = model.shape
    centred = model.anatomy.norm == "layer"
    gain = model.weight(f"blocks.{layer}.ln1.w").astype(np.float64)
    shared = [shape.key_of(head) for head in range(shape.n_head)]

    def reading(name: str) -> Array:
        """(head, d_model, d_head)"""
        folded = gain[:, None] * model.weight(f"blocks.{layer}.attn.{name}")
        folded = folded - folded.mean(axis=1, keepdims=True) if centred else folded
        return np.asarray(folded if name == "W_Q" else folded[shared])

    q, k, v = (reading(name) for name in ("W_Q", "W_K", "W_V"))
    output = model.weight(f"blocks.{layer}.attn.W_O").astype(np.float64)
    basis, o_r = np.linalg.qr(output.transpose(0, 2, 1))
    q_r, k_r, v_r = (np.linalg.qr(part)[1] for part in (q, k, v))
    leaves = {"k": _turned(q_r), "q": _turned(k_r), "v": _turned(o_r)}
    first = {"k": k_r, "q": q_r, "v": v_r}
    writes = v_r @ _turned(o_r)
    return _Block(
        {"k": k, "q": q, "v": v},
        leaves,
        {name: np.linalg.norm(first[name] @ leaf, axis=(1, 2)) for name, leaf in leaves.items()},
        writes,
        _turned(basis),
        np.linalg.norm(writes, axis=(1, 2)),
    )


def _turned(matrices: Array) -> Array:
    return matrices.transpose(0, 2, 1)
