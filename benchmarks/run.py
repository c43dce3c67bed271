"""Renders one benchmark piece and says what it took, as JSON: ``python -m benchmarks.run plain.bars
FOLDER``.

A process of its own for each run: nothing is warm, and the memory is that of one film. What is
timed begins with the making of the scene and ends with the finished file; imports are left out.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from manim import tempconfig

from gptviz.render import fast


def main() -> None:
    given = parser().parse_args()
    scene = scene_of(given.piece, given.seconds)
    with settings(given.size, given.folder):
        start, before = time.perf_counter(), cpu_seconds()
        film = scene(renderer=fast.renderer(given.threads)) if given.engine == "fast" else scene()
        film.render()
        wall, cpu = time.perf_counter() - start, cpu_seconds() - before
        made = Path(film.renderer.file_writer.movie_file_path)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "wall": wall,
                "cpu": cpu,
                "bytes": made.stat().st_size,
                "film": str(made),
                "memory": memory,
            }
        )
    )


def parser() -> argparse.ArgumentParser:
    """What a run is told."""
    given = argparse.ArgumentParser()
    given.add_argument("piece", help="such as plain.bars")
    given.add_argument("folder", type=Path)
    given.add_argument("--engine", choices=("stock", "fast"), default="stock")
    given.add_argument("--size", default="1920x1080x60", help="width x height x frames per second")
    given.add_argument("--seconds", type=float, default=10.0)
    given.add_argument("--threads", type=int, default=0)
    return given


@contextlib.contextmanager
def settings(size: str, folder: Path) -> Iterator[tuple[tuple[int, int], int]]:
    """Manim's settings for a run, with its cache, as a user has them; gives the size and frames per
    second."""
    width, height, rate = (int(part) for part in size.split("x"))
    with tempconfig(
        {
            "pixel_width": width,
            "pixel_height": height,
            "frame_rate": rate,
            "media_dir": str(folder),
            "progress_bar": "none",
            "verbosity": "ERROR",
            "renderer": "cairo",
        }
    ):
        yield (width, height), rate


def scene_of(piece: str, seconds: float) -> Any:
    """The scene of a piece such as ``plain.bars``."""
    module = importlib.import_module(f"benchmarks.{piece}")
    scene = getattr(module, piece.rpartition(".")[2].capitalize())
    scene.seconds = seconds
    return scene


def cpu_seconds() -> float:
    """What this process and its children have used so far."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usage)


if __name__ == "__main__":
    main()
