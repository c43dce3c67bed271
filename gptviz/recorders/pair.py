"""Two models that read one text: where they part, what each loses, and how their weights look.

Two tokenizers may cut a text differently. So the models are compared where both have just read the
same text, and expectations by the text of the next token: what is an entry of both counts by itself,
all others together. By the log sum inequality (Cover, Thomas 2006, theorem 2.7.1) that is never more
than the divergence of what they would say letter by letter; with the same entries it is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import ModelRefused, PromptRefused, UsageError
from gptviz.models.interface import Model
from gptviz.models.pair import Pair
from gptviz.recorders import recorder
from gptviz.recorders.pictures import edges, saturating_picture
from gptviz.recorders.rows import table, top_rows
from gptviz.recorders.weights import joined, stripes
from gptviz.recording.families import ModelPair
from gptviz.recording.schema import Content

RULE = (
    "what each expects next, by the text of the token: what is an entry of both counts by itself, all else "
    "together"
)
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Reading:
    """One model's reading of the text: its ids, up to which byte each reaches, and the scores after
    each (token, vocab)."""

    model: Model
    ids: list[int]
    ends: list[int]
    logits: Array

    def shares(self, byte: int) -> Array:
        """What is expected after a byte at which a token ends (vocab)."""
        return maths.softmax(self.logits[self.ends.index(byte)])

    def surprise(self, first: int, last: int) -> float:
        """How many bits the text between two such bytes costs."""
        tokens = range(self.ends.index(first) + 1, self.ends.index(last) + 1)
        true = [self.logits[at - 1, self.ids[at]] for at in tokens]
        sums = [maths.logsumexp(self.logits[at - 1]) for at in tokens]
        return float(np.sum(maths.surprises(true, sums)) / np.log(2))


@recorder(ModelPair)
def record(pair: Pair, request: ModelPair) -> Content:
    """``divergence``, ``divergence_back`` (row), ``covered``, ``leader_ids``, ``leader_shares``
    (part, row), ``surprises`` (part, step), the rows after the text (part, rank), ``picture0`` and
    ``picture1`` (row, column).

    Raises UsageError for no row or pixel, PromptRefused for a text that both read at one place only,
    ModelRefused for a tokenizer that changes the text.
    """
    if request.top < 1 or request.pixels < 1:
        raise UsageError(f"{request.top} tokens, {request.pixels} pixels", "one is the least")
    models = (pair.first, pair.second)
    readings = [_read(model, request.prompt) for model in models]
    places = sorted({*readings[0].ends} & {*readings[1].ends})
    if len(places) < 2:
        raise PromptRefused(
            f"{models[0].title} and {models[1].title} cannot be compared along {request.prompt!r}",
            "both have read the same text at its end only",
            "give a text of several words",
        )
    groups, shared, same = _groups(*models)
    shares = [[reading.shares(place) for place in places] for reading in readings]
    grouped = [
        [np.bincount(group, weights=each, minlength=shared + 1) for each in rows]
        for group, rows in zip(groups, shares, strict=True)
    ]
    leaders = np.array([[int(maths.descending(row)[0]) for row in rows] for rows in shares])
    last = [top_rows(each.logits[-1:], request.top) for each in readings]
    rank = min(each.ids.shape[1] for each in last)
    steps = list(zip(places, places[1:], strict=False))
    return Content(
        tokens={
            name: rows
            for part, (model, reading) in enumerate(zip(models, readings, strict=True))
            for name, rows in (
                (f"text{part}", model.token_rows(reading.ids)),
                (f"table{part}", table(model, last[part].ids, leaders[part])),
            )
        },
        values={
            "titles": [model.title for model in models],
            "same_tokens": same,
            "vocabs": [model.shape.vocab for model in models],
            "entries_shared": shared,
            "divergence_rule": RULE,
            "layers": [model.shape.n_layer for model in models],
            "heads": [model.shape.n_head for model in models],
            **_sizes(models),
        },
        tensors={
            "read_tokens": (
                np.array([[r.ends.index(p) + 1 for p in places] for r in readings], dtype=np.int32),
                ("part", "row"),
            ),
            "read_bytes": (np.array(places, dtype=np.int32), ("row",)),
            "divergence": (_divergences(grouped[0], grouped[1]), ("row",)),
            "divergence_back": (_divergences(grouped[1], grouped[0]), ("row",)),
            "covered": (
                np.array([[1.0 - float(row[0]) for row in rows] for rows in grouped]),
                ("part", "row"),
            ),
            "surprises": (
                np.array([[reading.surprise(*step) for step in steps] for reading in readings]),
                ("part", "step"),
            ),
            "leader_ids": (leaders.astype(np.int32), ("part", "row")),
            "leader_shares": (
                np.array([[float(row.max()) for row in rows] for rows in shares]),
                ("part", "row"),
            ),
            "top_ids": (np.stack([each.ids[0, :rank] for each in last]), ("part", "rank")),
            "top_logits": (np.stack([each.logits[0, :rank] for each in last]), ("part", "rank")),
            "logsumexp": (np.array([each.logsumexp[0] for each in last]), ("part",)),
            **{
                f"picture{part}": (_picture(model, request.pixels), ("row", "column"))
                for part, model in enumerate(models)
            },
        },
    )


def _read(model: Model, text: str) -> Reading:
    ids = model.encode(text)
    pieces = [bytes.fromhex(row.bytes) for row in model.token_rows(ids)]
    ends = np.cumsum([len(piece) for piece in pieces])
    spelled, wanted = b"".join(pieces), text.encode()
    if spelled == b" " + wanted:  # SentencePiece puts a space before a text
        ends = ends - 1
    elif spelled != wanted:
        raise ModelRefused(
            f"the tokens of {model.title} do not spell {text!r}",
            f"they spell {spelled.decode('utf-8', 'replace')!r}",
            "name a model whose tokenizer keeps a text as it is",
        )
    return Reading(model, ids, [int(end) for end in ends], model.logits(ids))


def _groups(first: Model, second: Model) -> tuple[list[Array], int, bool]:
    """For each model the group of every entry (vocab): 0 for what the other lacks, else that of its
    text; how many groups there are beside 0; whether both have the same entries by the same ids."""
    texts: list[list[tuple[str, bool]]] = []
    for model in (first, second):
        special = model.special_ids
        rows = model.token_rows(list(range(model.shape.vocab)))
        texts.append([(row.bytes, row.id in special) for row in rows])
    if texts[0] == texts[1]:
        numbers = np.arange(1, len(texts[0]) + 1)
        return [numbers, numbers], len(numbers), True
    both = {*texts[0]} & {*texts[1]}
    known = {text: i for i, text in enumerate(sorted(t for t in both if not t[1]), start=1)}
    return (
        [np.array([known.get(text, 0) for text in each]) for each in texts],
        len(known),
        False,
    )


def _divergences(first: list[Array], second: list[Array]) -> Array:
    return np.array([maths.divergence(p, q) for p, q in zip(first, second, strict=True)])


def _sizes(models: tuple[Model, Model]) -> dict[str, Any]:
    """How many query, key and value weights each model has, and their mean size."""
    counts, means = [], []
    for model in models:
        shape = model.shape
        counts.append(shape.n_layer * shape.d_model * stripes(shape) * shape.d_head)
        total = sum(
            float(np.abs(joined(model, layer)).sum(dtype=np.float64))
            for layer in range(shape.n_layer)
        )
        means.append(total / counts[-1])
    return {"weight_counts": counts, "mean_sizes": means}


def _picture(model: Model, pixels: int) -> Array:
    """All blocks one below the other: area means of |w| * 1024, at most 255."""
    shape = model.shape
    rows = edges(shape.d_model, max(1, pixels // shape.n_layer))
    columns = edges(stripes(shape) * shape.d_head, pixels, group=shape.d_head)
    return np.concatenate(
        [saturating_picture(joined(model, i), rows, columns) for i in range(shape.n_layer)]
    )
