"""One word in several texts: the residual stream at its last token, compared between texts.

Directions are found by Gram and Schmidt's process, one vector after the other, so that the first
arrow always lies along the first axis.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.residual import find_word, stream
from gptviz.recorders.rows import table, top_rows
from gptviz.recording.families import Contexts
from gptviz.recording.schema import Content

ARROWS_RULE = "the first direction lies along the first text's vector; each next one along what a vector has beside the directions before"
TIPS_RULE = "the plane through the tips: the first direction points from the first tip to the second, the other at right angles to it towards the third"
_NOTHING = 1e-9  # a rest so small beside its vector is rounding


@recorder(Contexts)
def record(model: Model, request: Contexts) -> Content:
    """``cosines`` (layer: depth, row, row) of a word's vectors in several texts, ``arrows`` and
    ``tips`` (layer, row, component): the vectors in as few directions as hold them exactly.

    Raises UsageError for fewer than two texts, PromptRefused where one lacks the word.
    """
    if len(request.prompts) < 2 or request.top < 1:
        raise UsageError(
            f"{len(request.prompts)} texts, {request.top} tokens", "at least two are compared"
        )
    vectors, scores, texts, places, lengths = [], [], [], [], []
    for prompt in request.prompts:
        ids = model.encode(prompt)
        places.append(find_word(model, ids, request.word))
        run = model.activations(ids)
        vectors.append(stream(run, model.shape.n_layer)[:, places[-1]].astype(np.float64))
        scores.append(run["logits"][places[-1]])
        texts += model.token_rows(ids)
        lengths.append(len(ids))
    by_depth = np.stack(vectors, axis=1)
    rows = top_rows(np.stack(scores), request.top)
    cosines = np.array([[[maths.cosine(a, b) for b in depth] for a in depth] for depth in by_depth])
    axes = ("layer", "row", "component")
    return Content(
        tokens={"texts": texts, "table": table(model, rows.ids)},
        values={
            "word": request.word,
            "count": len(request.prompts),
            "depths": len(by_depth),
            "lengths": lengths,
            "places": places,
            "arrows_rule": ARROWS_RULE,
            "tips_rule": TIPS_RULE,
        },
        tensors={
            "cosines": (cosines, ("layer", "row", "row")),
            "norms": (np.linalg.norm(by_depth, axis=-1), ("layer", "row")),
            "arrows": (np.stack([in_few(depth) for depth in by_depth]), axes),
            "tips": (np.stack([_tips(depth[:3]) for depth in by_depth]), axes),
            "top_ids": (rows.ids, ("row", "rank")),
            "top_logits": (rows.logits, ("row", "rank")),
            "logsumexp": (rows.logsumexp, ("row",)),
        },
    )


def in_few(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Coordinates (row, component) of vectors (row, d_model) in their own space: as many components
    as rows, one direction from each; 0 where a vector has nothing beside the others."""
    count = len(vectors)
    directions = np.zeros_like(vectors)
    for i, vector in enumerate(vectors):
        rest = vector.copy()
        for _ in range(2):  # once more, for what rounding left
            rest -= directions[:i].T @ (directions[:i] @ rest)
        length = np.linalg.norm(rest)
        if length > _NOTHING * np.linalg.norm(vector):
            directions[i] = rest / length
    found: npt.NDArray[np.float64] = vectors @ directions.T
    return np.where(np.tri(count, dtype=bool), found, 0.0)


def _tips(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The tips of two or three vectors (row, d_model) in the plane through them (row, component),
    the first at 0, 0."""
    ways = in_few(vectors[1:] - vectors[0])
    plane = np.zeros((len(vectors), 2))
    plane[1:, : ways.shape[1]] = ways
    return plane
