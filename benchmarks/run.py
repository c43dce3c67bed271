"""Renders one benchmark piece and says what it took, as JSON: ``python -m benchmarks.run plain.bars FOLDER``.

A process of its own for each run: nothing is warm, and the memory is that of one film.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import time
from pathlib import Path
from typing import Any

PIECES = ("bars", "grid", "space")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("piece")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine", choices=("stock", "fast"), default="stock")
    parser.add_argument("--size", default="1920x1080x60", help="width x height x frames per second")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--threads", type=int, default=0)
    print(json.dumps(render(**vars(parser.parse_args()))))


def render(piece: str, folder: Path, engine: str, size: str, seconds: float, threads: int) -> dict[str, Any]:
    """Renders a piece into a folder; wall and CPU seconds from the scene's making to the finished file."""
    from manim import tempconfig  # noqa: PLC0415

    from gptviz.render import fast  # noqa: PLC0415

    scene = scene_of(piece, seconds)
    width, height, rate = (int(part) for part in size.split("x"))
    with tempconfig({"pixel_width": width, "pixel_height": height, "frame_rate": rate, "media_dir": str(folder),
                     "progress_bar": "none", "verbosity": "ERROR", "renderer": "cairo"}):
        start, before = time.perf_counter(), _cpu()
        film = scene(renderer=fast.renderer(threads)) if engine == "fast" else scene()
        film.render()
        wall, cpu = time.perf_counter() - start, _cpu() - before
        made = Path(film.renderer.file_writer.movie_file_path)
    return {"wall": wall, "cpu": cpu, "bytes": made.stat().st_size, "film": str(made),
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def scene_of(piece: str, seconds: float) -> Any:
    """The scene of a piece such as ``plain.bars``."""
    module = importlib.import_module(f"benchmarks.{piece}")
    scene = getattr(module, piece.rpartition(".")[2].capitalize())
    scene.seconds = seconds
    return scene


def _cpu() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usage)


if __name__ == "__main__":
    main()
