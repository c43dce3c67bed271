"""Whether an arrow between two words says the same elsewhere: analogies, and relations of many
pairs.

Mikolov, Yih, Zweig 2013, "Linguistic regularities in continuous space word representations". There
and in gensim's ``most_similar`` the three given words are left out before the nearest is named, and
all vectors are scaled to length one first. Here nothing is scaled, so that what is drawn is what
was computed; places are counted with and without the given words, and those of scaled vectors are
recorded beside them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gptviz import maths
from gptviz.models.vectors import Vector, WordVectors
from gptviz.recorders.registry import recorder
from gptviz.recorders.words_nearest import Around, around, demanded, present, single
from gptviz.recording.families import WordAnalogies, WordRelation
from gptviz.recording.schema import Array, Content

_RULE = "all words by their cosine with the place where the arrow lands, counted with and without the given words"


@recorder(WordAnalogies, version=1)
def record_analogies(vectors: WordVectors, request: WordAnalogies) -> Content:
    """Where a - b + c lands, what lies nearest there, and d's place among all words."""
    entries: list[dict[str, Any]] = []
    complete: list[Vector] = []
    for words in request.analogies:
        a, b, c, d = words
        entry: dict[str, Any] = {
            "a": a,
            "b": b,
            "c": c,
            "d": d,
            "missing": present(vectors, words)[1],
        }
        if not present(vectors, (a, b, c))[1]:
            entry |= _landed(vectors, (a, b, c), d, request.top)
        if not entry["missing"]:
            entry["row"] = len(complete)
            complete.append(vectors.vectors(words))
        entries.append(entry)
    values = {
        "vocabulary": len(vectors),
        "components": vectors.components,
        "analogies": entries,
        "rule": _RULE,
    }
    if not complete:
        return Content(values=values)
    planes = [_plane(rows) for rows in complete]
    return Content(
        values=values,
        tensors={
            "vectors": (single(np.stack(complete)), ("row", "part", "d_model")),
            "coordinates": (
                np.stack([coordinates for coordinates, _ in planes]),
                ("row", "part", "component"),
            ),
            "shares": (np.stack([shares for _, shares in planes]), ("row", "component")),
        },
    )


def _landed(vectors: WordVectors, given: tuple[str, str, str], d: str, top: int) -> dict[str, Any]:
    rows = vectors.vectors(given)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    view, scaled = around(vectors, [maths.landing(*rows), maths.landing(*(rows / lengths))])
    return {
        "nearest": [{**entry, "given": entry["word"] in given} for entry in view.nearest(top)],
        "nearest_others": view.nearest(top, without=given),
        "scaled": {
            "nearest_others": scaled.nearest(top, without=given),
            **_place(vectors, scaled, given, d),
        },
        **_place(vectors, view, given, d),
    }


def _place(vectors: WordVectors, view: Around, given: tuple[str, ...], d: str) -> dict[str, Any]:
    if not vectors.has(d):
        return {}
    return {
        "place": view.place(d),
        "place_others": view.place(d, without=given),
        "cosine": float(view.cosines[vectors.row(d)]),
    }


def _plane(rows: Vector) -> tuple[Vector, Vector]:
    """Four words and the landing place by the words' main directions: coordinates (part, component)
    and shares.

    Four points span three dimensions, so that three coordinates tell all their distances exactly;
    the first two are the plane in which they look most like themselves, and hold the shares of
    variance that are said.
    """
    coordinates, directions, shares = maths.principal_components(rows, 3)
    landing = (maths.landing(*rows[:3]) - rows.mean(axis=0)) @ directions.T
    return np.concatenate([coordinates, landing[None]]), shares


@recorder(WordRelation, version=1)
def record_relation(vectors: WordVectors, request: WordRelation) -> Content:
    """One arrow against those of other pairs, from the most alike to the least."""
    demanded(vectors, request.start, request.end)
    here = [pair for pair in request.pairs if not present(vectors, pair)[1]]
    arrow = vectors.vectors((request.start, request.end))
    here.sort(key=lambda pair: -maths.arrow_cosine(*arrow, *vectors.vectors(pair)))
    entries = []
    views = around(vectors, [maths.landing(vectors.vector(start), *arrow) for start, _ in here])
    for (start, end), view in zip(here, views, strict=True):
        given = (start, request.start, request.end)
        entries.append(
            {
                "start": start,
                "end": end,
                "nearest_others": view.nearest(request.top, without=given),
                **_place(vectors, view, given, end),
            }
        )
    values = {
        "vocabulary": len(vectors),
        "components": vectors.components,
        "pairs": entries,
        "missing": [
            {"start": start, "end": end, "missing": present(vectors, (start, end))[1]}
            for start, end in request.pairs
            if (start, end) not in here
        ],
        "rules": {
            "order": "by the cosine of the two arrows, the most alike first",
            "places": _RULE,
        },
    }
    tensors: dict[str, tuple[Array, tuple[str, ...]]] = {
        "arrow": (single(arrow), ("part", "d_model"))
    }
    if here:
        tensors["pairs"] = (
            single(np.stack([vectors.vectors(pair) for pair in here])),
            ("pair", "part", "d_model"),
        )
    return Content(values=values, tensors=tensors)
