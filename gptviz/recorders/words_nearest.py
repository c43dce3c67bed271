"""What lies near a point among all words: shared by the recorders of words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz.errors import NotRecorded
from gptviz.models.vectors import Vector, WordVectors
from gptviz.recording.request import Request

POINTS_AT_ONCE = 4
SPACE = 3  # components that films of words draw
FEWEST = {"word_slice": SPACE}  # words without which there is nothing to draw; else two


@dataclass(frozen=True)
class Around:
    """All words seen from one point: the ``cosines`` with it and the ``distances`` from it
    (word)."""

    vectors: WordVectors
    cosines: Vector
    distances: Vector

    def nearest(
        self, count: int, without: Iterable[str] = (), by_distance: bool = False
    ) -> list[dict[str, Any]]:
        """The ``count`` nearest words that are not ``without``; of equally near ones the earlier
        row comes first."""
        left_out = {self.vectors.row(word) for word in without if self.vectors.has(word)}
        nearness = -self.distances if by_distance else self.cosines
        wanted = min(count + len(left_out), len(nearness))
        bound = np.partition(nearness, -wanted)[-wanted]
        near = np.flatnonzero(nearness >= bound)
        rows = near[np.argsort(-nearness[near], kind="stable")]
        return [self.entry(int(row)) for row in rows if int(row) not in left_out][:count]

    def entry(self, row: int) -> dict[str, Any]:
        """A word with its cosine and its distance."""
        return {
            "word": self.vectors.words[row],
            "cosine": float(self.cosines[row]),
            "distance": float(self.distances[row]),
        }

    def place(self, word: str, without: Iterable[str] = ()) -> int:
        """The place of a word by cosine, 1 the nearest, when ``without`` are not counted."""
        row = self.vectors.row(word)
        nearer = int((self.cosines > self.cosines[row]).sum())
        return (
            1
            + nearer
            - sum(
                1
                for other in without
                if other != word
                and self.vectors.has(other)
                and self.cosines[self.vectors.row(other)] > self.cosines[row]
            )
        )


def around(vectors: WordVectors, points: Sequence[Vector]) -> Iterator[Around]:
    """All words seen from each of some points (component); millions of words are gone through for a
    few points at once.

    A word whose vector is zero has no direction; its cosine is set to 0. Distances follow from
    lengths and products,
    |x - p|^2 = |x|^2 + |p|^2 - 2 x.p, which leaves 1e-7 of a word's distance from itself.
    """
    for first in range(0, len(points), POINTS_AT_ONCE):
        some = np.stack(points[first : first + POINTS_AT_ONCE])
        products = np.empty((len(some), len(vectors)))
        for start, block in vectors.blocks():
            products[:, start : start + len(block)] = some @ block.T
        for point, row in zip(some, products, strict=True):
            length = float(np.linalg.norm(point))
            squares = vectors.norms**2 + length**2 - 2.0 * row
            lengths = vectors.norms * length
            yield Around(
                vectors,
                np.divide(row, lengths, out=np.zeros_like(row), where=lengths > 0),
                np.sqrt(np.maximum(squares, 0.0)),
            )


def present(vectors: WordVectors, words: Iterable[str]) -> tuple[list[str], list[str]]:
    """Words that have a vector, and those that are missing; each once, in their order."""
    once = list(dict.fromkeys(words))
    return [word for word in once if vectors.has(word)], [
        word for word in once if not vectors.has(word)
    ]


def demanded(vectors: WordVectors, *words: str) -> None:
    """Raises NotRecorded for words without which nothing can be recorded."""
    _, missing = present(vectors, words)
    if missing:
        raise NotRecorded(
            f"{vectors.title} has no vector for {', '.join(missing)}",
            f"it holds {len(vectors):,} words",
            "name vectors of a larger vocabulary, or other words",
        )


def ranked(vectors: WordVectors, word: str) -> dict[str, Any]:
    """A word, with its rank by frequency where that is known."""
    rank = vectors.rank(word)
    return {"word": word} if rank is None else {"word": word, "rank": rank}


def single(matrix: Vector) -> npt.NDArray[np.float32]:
    """Vectors as they are kept in a recording: float32, which is exact for what was read from a
    file."""
    return np.asarray(matrix, dtype=np.float32)


def serviceable(vectors: WordVectors, request: Request) -> None:
    """Raises NotRecorded for vectors that a film of words cannot be drawn from: those with fewer
    components than a space has, and those in which none, or too few, of its words have a
    direction."""
    name = vectors.provenance().reference
    if vectors.components < SPACE:
        count = f"{vectors.components} component" + ("" if vectors.components == 1 else "s")
        raise NotRecorded(
            f"the vectors of {name} are too short to be drawn",
            f"they have {count}; films of words draw {SPACE} directions",
            f"name vectors with {SPACE} components or more",
        )
    asked = dict.fromkeys(_words_of([getattr(request, field.name) for field in fields(request)]))
    held = [word for word in asked if vectors.has(word)]
    if len(held) < min(FEWEST.get(request.kind, 2), len(asked)):
        some = ", ".join(list(asked)[:4])
        raise NotRecorded(
            f"{name} holds {len(held)} of the {len(asked)} words that {request.kind} asks for",
            f"it asks for {some}{' and others' if len(asked) > 4 else ''}",
            "name vectors of English words, such as mini",
        )
    if empty := [word for word in held if not vectors.vector(word).any()]:
        raise NotRecorded(
            f"{name} has a vector of zeros for {', '.join(empty[:4])}",
            "a vector of zeros has no direction, so no word is near it",
            "name other vectors, or leave these words out of the file",
        )


def _words_of(value: Any) -> Iterator[str]:
    """All texts in a request's fields, however deep they lie."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for entry in value:
            yield from _words_of(entry)
