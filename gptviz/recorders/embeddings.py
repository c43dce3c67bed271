"""The two tables that a text enters by, position vectors and embedding rows, and their sum."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.choosing import Array
from gptviz.recording.families import EmbeddingRows, PlacedTokens, PositionVectors
from gptviz.recording.schema import Content

COMPONENTS = 3
BINS = 81
REACH = 4.0  # the histogram goes so many deviations (of the wider of the two) to each side
PIECE = (
    1 << 20
)  # numbers drawn at a time: a whole matrix of float64 would take hundreds of megabytes
ROW_RULE = "of the prompt's tokens, the one with the highest id: it entered the vocabulary last, so it is the rarest"
PLACED_RULE = (
    "the first token of the prompt that the other text holds too, but at another place alone"
)


@recorder(PositionVectors)
def record_positions(model: Model, request: PositionVectors) -> Content:
    """How long the position vectors are, where they lie, and how alike they are.

    ``norms`` (position); ``coordinates`` (position, component) and ``explained`` (component) of the
    principal components; ``cosines`` (row, column) of every ``stride``-th position with each other,
    ``anchor_cosines`` (row, position) of the anchors with all; ``vectors`` of every ``stride``-th
    position (row, d_model) in half precision.
    """
    vectors = model.weight("pos_embed").astype(np.float64)
    if outside := [anchor for anchor in request.anchors if not 0 <= anchor < len(vectors)]:
        raise UsageError(
            f"there is no position {outside[0]}", f"the model has {len(vectors)}, counted from 0"
        )
    norms = np.linalg.norm(vectors, axis=1)
    directions = vectors / np.where(norms == 0, 1.0, norms)[:, None]
    coordinates, _, explained = maths.principal_components(vectors, COMPONENTS)
    every = directions[:: request.stride]
    return Content(
        values={
            "positions": len(vectors),
            "d_model": vectors.shape[1],
            "stride": request.stride,
            "anchors": list(request.anchors),
            "median_norm": float(np.median(norms)),
            "largest": float(np.abs(vectors).max()),
        },
        tensors={
            "norms": (norms, ("position",)),
            "coordinates": (coordinates, ("position", "component")),
            "explained": (explained, ("component",)),
            "cosines": ((every @ every.T).astype(np.float32), ("row", "column")),
            "anchor_cosines": (
                directions[list(request.anchors)] @ directions.T,
                ("row", "position"),
            ),
            "vectors": (vectors[:: request.stride].astype(np.float16), ("row", "d_model")),
        },
    )


@recorder(PlacedTokens)
def record_placed(model: Model, request: PlacedTokens) -> Content:
    """One token at two places: ``word`` (d_model) its embedding, ``place_vectors`` (part, d_model)
    those of its places, ``sums`` (part, d_model) what the first block is given.

    Raises UsageError where no token stands at another place in the other text.
    """
    texts = [model.encode(request.prompt), model.encode(request.other)]
    places = _moved(*texts)
    if places is None:
        raise UsageError(
            "no token stands at another place in the other text",
            f"the texts are {request.prompt!r} and {request.other!r}",
            "give two texts of the same words in another order",
        )
    word = model.weight("embed")[texts[0][places[0]]]
    vectors = model.weight("pos_embed")[list(places)]
    return Content(
        tokens={"prompt": model.token_rows(texts[0]), "other": model.token_rows(texts[1])},
        values={"places": list(places), "rule": PLACED_RULE},
        tensors={
            "word": (word, ("d_model",)),
            "place_vectors": (vectors, ("part", "d_model")),
            "sums": (word + vectors, ("part", "d_model")),
        },
    )


def _moved(first: list[int], second: list[int]) -> tuple[int, int] | None:
    """Where the first token that changed its place stands in each of two texts."""
    for i, token in enumerate(first):
        elsewhere = [j for j, other in enumerate(second) if other == token]
        if elsewhere and i not in elsewhere:
            return i, elsewhere[0]
    return None


@recorder(EmbeddingRows)
def record_embedding(model: Model, request: EmbeddingRows) -> Content:
    """Rows of the embedding, a window on it, and how its numbers are spread.

    ``rows`` (token, d_model) of the prompt; ``window`` (row, d_model) around the token that the
    rule chooses, in half precision, with its tokens; ``histogram`` and ``fresh_histogram`` (bin) of
    the whole matrix, with their ``edges``.
    """
    ids = model.encode(request.prompt)
    matrix = model.weight("embed")
    vocab, d_model = matrix.shape
    position = int(np.argmax(ids))
    start = int(np.clip(ids[position] - request.window // 2, 0, max(0, vocab - request.window)))
    around = list(range(start, min(start + request.window, vocab)))
    trained = _moments(matrix)
    limit = REACH * max(trained["deviation"], request.fresh_std)
    edges = np.linspace(-limit, limit, BINS + 1)
    random = np.random.RandomState(request.seed)  # its stream never changes, Generator's may
    counts = np.zeros(BINS, dtype=np.int64)
    sums = np.zeros(2)
    for at in range(0, matrix.size, PIECE):
        piece = random.standard_normal(min(PIECE, matrix.size - at)) * request.fresh_std
        counts += np.histogram(piece, edges)[0]
        sums += piece.sum(), (piece**2).sum()
    tensors: dict[str, tuple[Array, tuple[str, ...]]] = {
        "rows": (matrix[ids], ("token", "d_model")),
        "window": (matrix[around].astype(np.float16), ("row", "d_model")),
        "histogram": (_histogram(matrix, edges), ("bin",)),
        "fresh_histogram": (counts, ("bin",)),
        "edges": (edges, ("bin",)),
    }
    listed = [{"word": word, "tokens": len(model.encode(word))} for word in request.listed]
    total, learned = matrix.size, sum(int(np.prod(each.shape)) for each in model.stored.values())
    return Content(
        tokens={"prompt": model.token_rows(ids), "window": model.token_rows(around)},
        values={
            "vocab": vocab,
            "d_model": d_model,
            "numbers": total,
            "parameters": learned,
            "rule": ROW_RULE,
            "chosen": position,
            "window_start": start,
            "listed": listed,
            **trained,
            "fresh_deviation": float(np.sqrt(sums[1] / total - (sums[0] / total) ** 2)),
        },
        tensors=tensors,
        seed=request.seed,
    )


def _moments(matrix: Array) -> dict[str, Any]:
    """Mean, deviation and extremes of all entries, summed in double precision piece by piece."""
    flat = matrix.reshape(-1)
    mean = flat.sum(dtype=np.float64) / flat.size
    square = sum(
        float((flat[at : at + PIECE].astype(np.float64) ** 2).sum())
        for at in range(0, flat.size, PIECE)
    )
    return {
        "mean": float(mean),
        "deviation": float(np.sqrt(square / flat.size - mean**2)),
        "min": float(flat.min()),
        "max": float(flat.max()),
    }


def _histogram(matrix: Array, edges: Array) -> npt.NDArray[np.int64]:
    flat = matrix.reshape(-1)
    return sum(
        (np.histogram(flat[at : at + PIECE], edges)[0] for at in range(0, flat.size, PIECE)),
        start=np.zeros(len(edges) - 1, dtype=np.int64),
    )
