"""Where words lie: their neighbours, their vectors, and slices of three dimensions through all of
them.

Principal components: Pearson 1901. Word vectors: Mikolov et al. 2013, arXiv:1301.3781.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from gptviz import maths
from gptviz.models.vectors import Vector, WordVectors
from gptviz.recorders.registry import recorder
from gptviz.recorders.words_nearest import around, present, ranked, single
from gptviz.recording.families import WordColumns, WordNeighbours, WordSlice
from gptviz.recording.schema import Array, Content

DIMENSIONS = 3
NEAR = 0.1  #: which share of all pairs counts as near in a slice

DECEPTIVE = (
    "of the tenth of all pairs that lie nearest in the slice, the one with the lowest cosine"
)


@recorder(WordNeighbours, version=1)
def record_neighbours(vectors: WordVectors, request: WordNeighbours) -> Content:
    """The nearest words of each word, and the places of those that are sought."""
    here, missing = present(vectors, request.words)
    seen = list(dict.fromkeys([*here, *(word for word, _ in request.sought if vectors.has(word))]))
    words: list[dict[str, Any]] = []
    places: dict[tuple[str, str], dict[str, Any]] = {}
    for word, view in zip(
        seen, around(vectors, [vectors.vector(word) for word in seen]), strict=True
    ):
        if word in here:
            words.append(
                {
                    **ranked(vectors, word),
                    "norm": float(vectors.norms[vectors.row(word)]),
                    "by_cosine": view.nearest(request.top, without=[word]),
                    "by_distance": view.nearest(request.top, without=[word], by_distance=True),
                }
            )
        for of, other in request.sought:
            if of == word and vectors.has(other):
                places[of, other] = {
                    "of": of,
                    **view.entry(vectors.row(other)),
                    "place": view.place(other, without=[word]),
                }
    sought = [places[pair] for pair in request.sought if pair in places]
    return Content(
        values={
            "vocabulary": len(vectors),
            "components": vectors.components,
            "order": vectors.order,
            "words": words,
            "missing": missing,
            "sought": sought,
            "sought_missing": [list(pair) for pair in request.sought if pair not in places],
            "rule": "all words of the vocabulary but the word itself; by cosine, and by distance",
        }
    )


@recorder(WordColumns, version=1)
def record_columns(vectors: WordVectors, request: WordColumns) -> Content:
    """The vectors of some words, their lengths, and three pairs of them: the most alike, unrelated,
    and opposed."""
    here, missing = present(vectors, request.words)
    rows = vectors.vectors(here)
    values: dict[str, Any] = {
        "vocabulary": len(vectors),
        "components": vectors.components,
        "order": vectors.order,
        "words": [ranked(vectors, word) for word in here],
        "missing": missing,
    }
    if len(here) > 2:
        pairs = [list(pair) for pair in combinations(range(len(here)), 2)]
        cosines = [maths.cosine(rows[i], rows[j]) for i, j in pairs]
        values["pairs"] = {
            "alike": pairs[int(np.argmax(cosines))],
            "opposed": pairs[int(np.argmin(cosines))],
            "unrelated": pairs[int(np.argmin(np.abs(cosines)))],
        }
        values["rule"] = (
            "of all pairs of these words: the highest cosine, the one nearest to zero, the lowest"
        )
    return Content(values=values, tensors={"vectors": (single(rows), ("word", "d_model"))})


@recorder(WordSlice, version=1)
def record_slice(vectors: WordVectors, request: WordSlice) -> Content:
    """Words and their neighbours in two slices of three dimensions, with what these hold and what
    they hide."""
    asked, missing = present(vectors, request.words)
    views = around(vectors, [vectors.vector(word) for word in asked])
    near = {
        word: view.nearest(request.neighbours, without=[word])
        for word, view in zip(asked, views, strict=True)
    }
    shown = list(
        dict.fromkeys([*asked, *(entry["word"] for word in asked for entry in near[word])])
    )
    rows = vectors.vectors(shown)
    named = set(shown)
    cloud = vectors.vectors(
        [word for word in vectors.words[: request.cloud + len(shown)] if word not in named][
            : request.cloud
        ]
    )
    tensors: dict[str, tuple[Array, tuple[str, ...]]] = {
        "vectors": (single(rows), ("word", "d_model"))
    }
    values: dict[str, Any] = {
        "vocabulary": len(vectors),
        "components": vectors.components,
        "words": shown,
        "missing": missing,
        "asked": [
            {
                "word": shown.index(word),
                "neighbours": [shown.index(entry["word"]) for entry in near[word]],
            }
            for word in asked
        ],
        "rules": {
            "neighbours": "the nearest of all words by cosine",
            "cloud": "the first words of the file",
            "deceptive": DECEPTIVE,
            "nearest": "the pair with the highest cosine",
        },
    }
    for name, (centre, directions, shares) in {
        "all": _slice_of_all(vectors),
        "shown": _slice_of(rows),
    }.items():
        coordinates = (rows - centre) @ directions.T
        tensors[f"{name}_coordinates"] = (coordinates, ("word", "component"))
        tensors[f"{name}_cloud"] = (single((cloud - centre) @ directions.T), ("word", "component"))
        values[name] = {"shares": shares.tolist(), **_honesty(rows, coordinates)}
    return Content(values=values, tensors=tensors)


def _slice_of_all(vectors: WordVectors) -> tuple[Vector, Vector, Vector]:
    """The mean (component) of all words, their three main directions, the shares of variance that
    these hold."""
    centre = sum(
        (block.sum(axis=0) for _, block in vectors.blocks()), np.zeros(vectors.components)
    ) / len(vectors)
    scatter = sum(
        ((block - centre).T @ (block - centre) for _, block in vectors.blocks()),
        np.zeros((vectors.components, vectors.components)),
    )
    return np.asarray(centre), *maths.principal_directions(scatter, DIMENSIONS)


def _slice_of(rows: Vector) -> tuple[Vector, Vector, Vector]:
    """The same of some words only."""
    _, directions, shares = maths.principal_components(rows, DIMENSIONS)
    return np.asarray(rows.mean(axis=0)), directions, shares


def _honesty(rows: Vector, coordinates: Vector) -> dict[str, Any]:
    """How far the distances in a slice are those of the vectors, and a pair of words about which it
    deceives."""
    pairs = [list(pair) for pair in combinations(range(len(rows)), 2)]
    drawn = np.array([maths.distance(coordinates[i], coordinates[j]) for i, j in pairs])
    true = np.array([maths.distance(rows[i], rows[j]) for i, j in pairs])
    cosines = np.array([maths.cosine(rows[i], rows[j]) for i, j in pairs])
    near = np.argsort(drawn, kind="stable")[: max(1, round(NEAR * len(pairs)))]
    deceptive = int(near[np.argmin(cosines[near])])
    return {
        "rho": maths.spearman_rho(drawn, true),
        "deceptive": pairs[deceptive],
        "deceptive_place": int((drawn < drawn[deceptive]).sum()) + 1,
        "nearest": pairs[int(np.argmax(cosines))],
        "pairs": len(pairs),
    }
