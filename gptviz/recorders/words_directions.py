"""How far words reach along a direction: that of one pair, and the mean of many.

The plurals follow a rule of spelling and not a lexicon, so that any vocabulary gives its own pairs;
verbs of the third person come with them ("spew", "spews"). What English spells otherwise is counted
apart: -es and -ies by rule, irregular plurals from a list (Quirk, Greenbaum, Leech, Svartvik 1985,
"A comprehensive grammar of the English language", chapter 5).
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import NotRecorded
from gptviz.models.vectors import Vector, WordVectors
from gptviz.recorders.registry import recorder
from gptviz.recorders.words_nearest import demanded, present, ranked, single
from gptviz.recording.families import PluralDirection, WordDirection
from gptviz.recording.schema import Array, Content

Pair = tuple[str, str]
Tensors = dict[str, tuple[Array, tuple[str, ...]]]

FEWEST = 20  #: pairs of which halves can be taken

RULES = {
    "pairs": "every word of three or more letters a to z for which the word with an s added is in the vocabulary too",
    "spelled": "words whose plural ends in -es (after s, x, z, ch, sh, o) or in -ies (for a y after a consonant)",
    "irregular": "a list of irregular plurals of English, where both forms are in the vocabulary",
    "held_out": "one half of the pairs, drawn at random, makes the mean; the other half was not seen by it",
    "widest": "the pair whose words lie furthest apart along the direction, the right way round and the wrong way; not "
    "the pair that made the direction",
}

_IRREGULAR = """
man men, woman women, child children, person people, foot feet, tooth teeth, goose geese, mouse mice, louse lice,
ox oxen, gentleman gentlemen, policeman policemen, fisherman fishermen, snowman snowmen, knife knives, life lives,
wife wives, leaf leaves, wolf wolves, half halves, thief thieves, loaf loaves, shelf shelves, calf calves, elf elves,
self selves, scarf scarves, hoof hooves, dwarf dwarves, die dice, penny pence, medium media, datum data,
criterion criteria, phenomenon phenomena, bacterium bacteria, crisis crises, basis bases, analysis analyses,
thesis theses, axis axes, hypothesis hypotheses, stimulus stimuli, nucleus nuclei, fungus fungi, cactus cacti,
alumnus alumni, index indices, matrix matrices, appendix appendices, vertex vertices
"""
IRREGULAR: tuple[Pair, ...] = tuple(
    (pair.split()[0], pair.split()[1]) for pair in _IRREGULAR.split(",")
)


@recorder(WordDirection, version=1)
def record_direction(vectors: WordVectors, request: WordDirection) -> Content:
    """Words along the arrow between two words: dot products, lengths, and whether some of them
    rise."""
    demanded(vectors, request.start, request.end)
    here, missing = present(vectors, request.words)
    ends = vectors.vectors((request.start, request.end))
    direction = ends[1] - ends[0]
    rows = vectors.vectors(here) if here else np.zeros((0, vectors.components))
    values, tensors = _rising(vectors, request.rising, {"rising": direction})
    return Content(
        values={
            "vocabulary": len(vectors),
            "components": vectors.components,
            "order": vectors.order,
            "words": [ranked(vectors, word) for word in here],
            "missing": missing,
            "length": maths.norm(direction),
            **values,
        },
        tensors={
            "ends": (single(ends), ("part", "d_model")),
            "direction": (direction, ("d_model",)),
            "vectors": (single(rows), ("word", "d_model")),
            "dots": (rows @ direction, ("word",)),
            **tensors,
        },
    )


@recorder(PluralDirection, version=1)
def record_plurals(vectors: WordVectors, request: PluralDirection) -> Content:
    """Singulars and plurals along one pair's arrow, and along the mean arrow of half of all
    pairs."""
    demanded(vectors, request.start, request.end)
    pairs = plural_pairs(vectors)
    if len(pairs) < FEWEST:
        raise NotRecorded(
            f"{vectors.title} has only {len(pairs)} pairs of singular and plural",
            f"a mean and a half that it has not seen need {FEWEST}",
            "name a larger vocabulary's vectors",
        )
    order = np.random.default_rng(request.seed).permutation(len(pairs))
    pairs = [pairs[i] for i in order]
    learnt = (len(pairs) + 1) // 2
    places = _vectors_of(vectors, pairs)
    ends = vectors.vectors((request.start, request.end))
    one = ends[1] - ends[0]
    mean = (places[:learnt, 1] - places[:learnt, 0]).mean(axis=0)
    values, tensors = _rising(vectors, request.rising, {"rising_one": one, "rising_mean": mean})
    values |= {
        "vocabulary": len(vectors),
        "components": vectors.components,
        "order": vectors.order,
        "rules": RULES,
        "pairs": [list(pair) for pair in pairs],
        "learnt": learnt,
        "lengths": {
            "one": maths.norm(one),
            "mean": maths.norm(mean),
            "cosine": maths.cosine(one, mean),
        },
    }
    tensors |= {
        "ends": (single(ends), ("part", "d_model")),
        "one": (one, ("d_model",)),
        "mean": (mean, ("d_model",)),
        "pairs_one": (places @ one, ("pair", "part")),
        "pairs_mean": (places @ mean, ("pair", "part")),
    }
    itself = np.array([pair == (request.start, request.end) for pair in pairs])
    values["widest"] = {
        "one": _widest(places @ one, np.flatnonzero(~itself)),
        "mean": _widest(places @ mean, np.arange(learnt, len(pairs))),
    }
    values["held_wrong"] = [
        learnt + int(i)
        for i in np.flatnonzero((places[learnt:, 1] @ mean) <= (places[learnt:, 0] @ mean))
    ]
    values["frequency"] = _frequency(vectors, pairs, places[:, 0] @ mean)
    _others(vectors, one, mean, values, tensors)
    _shown(vectors, request.shown, one, mean, values, tensors)
    _splits(vectors, request, places, tensors)
    return Content(values=values, tensors=tensors, seed=request.seed)


def plural_pairs(vectors: WordVectors) -> list[Pair]:
    """The pairs (singular, plural) of a vocabulary by the rule ``pairs``, in the order of its
    rows."""
    return [
        (word, word + "s")
        for word in vectors.words
        if re.fullmatch("[a-z]{3,}", word) and vectors.has(word + "s")
        if vectors.vector(word).any() and vectors.vector(word + "s").any()
    ]


def spelled_pairs(vectors: WordVectors) -> list[Pair]:
    """The pairs by the rule ``spelled``, in the order of the rows."""
    plurals = (
        (
            word,
            word + "es"
            if re.search("(s|x|z|ch|sh|o)$", word)
            else word[:-1] + "ies"
            if re.search("[^aeiou]y$", word)
            else "",
        )
        for word in vectors.words
        if re.fullmatch("[a-z]{3,}", word)
    )
    return [(word, plural) for word, plural in plurals if plural and vectors.has(plural)]


def _vectors_of(vectors: WordVectors, pairs: list[Pair]) -> Vector:
    """The vectors of pairs (pair, part, component)."""
    return np.stack([vectors.vectors([pair[part] for pair in pairs]) for part in (0, 1)], axis=1)


def _rising(
    vectors: WordVectors, words: tuple[str, ...], directions: dict[str, Vector]
) -> tuple[dict[str, Any], Tensors]:
    """Words that should rise along each direction: their places in the list from 1, dot products,
    frequency ranks."""
    here, missing = present(vectors, words)
    values = {"rising": [ranked(vectors, word) for word in here], "rising_missing": missing}
    if not here:
        return values, {}
    tensors: Tensors = {
        name: (vectors.vectors(here) @ direction, ("word",))
        for name, direction in directions.items()
    }
    tensors["rising_places"] = (
        np.array([words.index(word) + 1 for word in here], dtype=np.int32),
        ("word",),
    )
    ranks = [vectors.rank(word) for word in here]
    if None not in ranks:
        tensors["rising_ranks"] = (np.array(ranks, dtype=np.int32), ("word",))
    return values, tensors


def _widest(dots: Vector, among: npt.NDArray[np.int64]) -> dict[str, int]:
    gaps = (dots[:, 1] - dots[:, 0])[among]
    return {"right": int(among[gaps.argmax()]), "wrong": int(among[gaps.argmin()])}


def _frequency(vectors: WordVectors, pairs: list[Pair], dots: Vector) -> dict[str, Any]:
    """Whether the singulars lie along the mean in the order of their frequency: what it may measure
    beside number."""
    ranks = [
        (rank, dot)
        for (word, _), dot in zip(pairs, dots, strict=True)
        if (rank := vectors.rank(word)) is not None
    ]
    if len(ranks) < FEWEST:
        return {"words": len(ranks)}
    return {"words": len(ranks), "rho": maths.spearman_rho(*np.array(ranks).T)}


def _others(
    vectors: WordVectors, one: Vector, mean: Vector, values: dict[str, Any], tensors: Tensors
) -> None:
    """Plurals that are not spelled with a mere s; none of them is in the mean."""
    irregular = [
        (singular, plural)
        for singular, plural in IRREGULAR
        if vectors.has(singular) and vectors.has(plural)
    ]
    for name, pairs in {"spelled": spelled_pairs(vectors), "irregular": irregular}.items():
        values[name] = [list(pair) for pair in pairs]
        if pairs:
            places = _vectors_of(vectors, pairs)
            tensors[f"{name}_one"] = (places @ one, ("pair", "part"))
            tensors[f"{name}_mean"] = (places @ mean, ("pair", "part"))


def _shown(
    vectors: WordVectors,
    asked: tuple[Pair, ...],
    one: Vector,
    mean: Vector,
    values: dict[str, Any],
    tensors: Tensors,
) -> None:
    """The pairs to be named, whatever rule they follow."""
    here = [pair for pair in asked if not present(vectors, pair)[1]]
    values["shown"] = [list(pair) for pair in here]
    values["missing"] = present(vectors, (word for pair in asked for word in pair))[1]
    values["shown_missing"] = [list(pair) for pair in asked if pair not in here]
    if here:
        places = _vectors_of(vectors, here)
        tensors["shown_one"] = (places @ one, ("pair", "part"))
        tensors["shown_mean"] = (places @ mean, ("pair", "part"))
        tensors["shown_norms"] = (np.linalg.norm(places, axis=2), ("pair", "part"))


def _splits(
    vectors: WordVectors, request: PluralDirection, places: Vector, tensors: Tensors
) -> None:
    """The share of unseen pairs that lie right, and rho of the rising words, for many other
    halves."""
    if not request.splits:
        return
    here, _ = present(vectors, request.rising)
    words = vectors.vectors(here) if here else np.zeros((0, vectors.components))
    ranks = (
        maths.average_ranks([request.rising.index(word) for word in here]) if here else np.zeros(0)
    )
    generator = np.random.default_rng(request.seed + 1)
    gaps = places[:, 1] - places[:, 0]
    learnt = (len(places) + 1) // 2
    shares = np.empty(request.splits)
    rhos: list[float] = []
    for split in range(request.splits):
        order = generator.permutation(len(places))
        mean: npt.NDArray[np.float64] = gaps[order[:learnt]].mean(axis=0)
        shares[split] = ((gaps @ mean)[order[learnt:]] > 0).mean()
        if len(here) > 2:
            rhos.append(maths.spearman_rho(ranks, words @ mean))
    tensors["split_shares"] = (shares, ("step",))
    if rhos:
        tensors["split_rhos"] = (np.array(rhos), ("step",))
