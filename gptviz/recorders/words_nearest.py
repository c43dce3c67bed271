"""What lies near a point among all words: shared by the recorders of words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz.errors import NotRecorded
from gptviz.models.vectors import Vector, WordVectors

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Around:
    """All words seen from one point: the ``cosines`` with it and the ``distances`` from it (word)."""

    vectors: WordVectors
    cosines: Vector
    distances: Vector

    def nearest(self, count: int, without: Iterable[str] = (), by_distance: bool = False) -> list[dict[str, Any]]:
        """The ``count`` nearest words that are not ``without``; of equally near ones the earlier row comes first."""
        left_out = {self.vectors.row(word) for word in without if self.vectors.has(word)}
        nearness = -self.distances if by_distance else self.cosines
        rows = np.argsort(-nearness, kind="stable")[:count + len(left_out)]
        return [self.entry(int(row)) for row in rows if int(row) not in left_out][:count]

    def entry(self, row: int) -> dict[str, Any]:
        """A word with its cosine and its distance."""
        return {"word": self.vectors.words[row], "cosine": float(self.cosines[row]),
                "distance": float(self.distances[row])}

    def place(self, word: str, without: Iterable[str] = ()) -> int:
        """The place of a word by cosine, 1 the nearest, when ``without`` are not counted."""
        row = self.vectors.row(word)
        nearer = int((self.cosines > self.cosines[row]).sum())
        return 1 + nearer - sum(1 for other in without if other != word and self.vectors.has(other)
                                and self.cosines[self.vectors.row(other)] > self.cosines[row])


def around(vectors: WordVectors, point: Vector) -> Around:
    """All words seen from a point (component). A word whose vector is zero has no direction; its cosine is set to 0."""
    length = float(np.linalg.norm(point))
    products = np.empty(len(vectors))
    distances = np.empty(len(vectors))
    for start, block in vectors.blocks():
        products[start:start + len(block)] = block @ point
        distances[start:start + len(block)] = np.linalg.norm(block - point, axis=1)
    lengths = vectors.norms * length
    return Around(vectors, np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0), distances)


def present(vectors: WordVectors, words: Iterable[str]) -> tuple[list[str], list[str]]:
    """Words that have a vector, and those that are missing; each once, in their order."""
    once = list(dict.fromkeys(words))
    return [word for word in once if vectors.has(word)], [word for word in once if not vectors.has(word)]


def demanded(vectors: WordVectors, *words: str) -> None:
    """Raises NotRecorded for words without which nothing can be recorded."""
    _, missing = present(vectors, words)
    if missing:
        raise NotRecorded(f"{vectors.title} has no vector for {', '.join(missing)}",
                          f"it holds {len(vectors):,} words", "name vectors of a larger vocabulary, or other words")


def ranked(vectors: WordVectors, word: str) -> dict[str, Any]:
    """A word, with its rank by frequency where that is known."""
    rank = vectors.rank(word)
    return {"word": word} if rank is None else {"word": word, "rank": rank}


def single(matrix: Vector) -> npt.NDArray[np.float32]:
    """Vectors as they are kept in a recording: float32, which is exact for what was read from a file."""
    return np.asarray(matrix, dtype=np.float32)
