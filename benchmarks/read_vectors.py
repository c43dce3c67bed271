"""Reads a made-up file of three million word vectors, as large as GoogleNews' word2vec, and says
what it took, as JSON.

``python -m benchmarks.read_vectors FOLDER``: the file (3.7 GB) is written into the folder and
removed again. The bound is 2.5 GB of memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path

import numpy as np

from gptviz.models.vectors import load_vectors

AT_ONCE = 10_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--words", type=int, default=3_000_000)
    parser.add_argument("--components", type=int, default=300)
    arguments = parser.parse_args()
    path = arguments.folder / "vectors.bin"
    try:
        write(path, arguments.words, arguments.components)
        began = time.perf_counter()
        vectors = load_vectors(str(path))
        print(
            json.dumps(
                {
                    "words": len(vectors),
                    "dtype": str(vectors.matrix.dtype),
                    "seconds": round(time.perf_counter() - began, 1),
                    "megabytes": round(
                        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
                    ),
                }
            )
        )
    finally:
        path.unlink(missing_ok=True)


def write(path: Path, words: int, components: int) -> None:
    """A file in word2vec binary, some thousand rows at a time; the same rows again and again, under
    other words."""
    rows = np.random.default_rng(0).normal(size=(AT_ONCE, components)).astype("<f4")
    with path.open("wb") as file:
        file.write(b"%d %d\n" % (words, components))
        for start in range(0, words, AT_ONCE):
            file.write(
                b"".join(
                    b"some_phrase_%d " % (start + i) + rows[i].tobytes()
                    for i in range(min(AT_ONCE, words - start))
                )
            )


if __name__ == "__main__":
    main()
