"""The table: ``python -m benchmarks``. Medians of runs that take turns, so that a busy moment hits
all alike."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.pictures import likeness
from benchmarks.startup import measure

PIECES = {
    "bars": "20 live bars, a sweep of temperature",
    "grid": "768 cells, a 12 x 12 grid, a number matrix",
    "space": "60 labelled arrows, a camera that turns",
    "camera": "768 cells, a number matrix and words, a camera that moves over them",
}
TARGETS = {"bars": 8, "grid": 4, "space": 4, "camera": 4}

Run = dict[str, Any]


def main() -> None:
    given = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    given.add_argument(
        "pieces", nargs="*", default=list(PIECES), help="bars, grid, space, camera: all by default"
    )
    given.add_argument("--runs", type=int, default=3)
    given.add_argument("--size", default="1920x1080x60", help="width x height x frames per second")
    given.add_argument("--seconds", type=float, default=10.0)
    given.add_argument(
        "--no-floor", action="store_true", help="leave out the floor, which takes 5 GB of memory"
    )
    options = given.parse_args()
    print(
        f"{options.size}, {options.seconds:g} s, medians of {options.runs}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f} before; wall / CPU seconds\n"
    )
    with tempfile.TemporaryDirectory(prefix="gptviz-bench-") as folder:
        for piece in options.pieces:
            _piece(piece, Path(folder), options)
        _side_by_side(Path(folder))
        for what, seconds, target in measure(Path(folder), options.runs):
            print(f"{what}: {seconds:.2f} s (target {target:g})")
    print(f"load {os.getloadavg()[0]:.1f} after")


def _piece(piece: str, folder: Path, options: argparse.Namespace) -> None:
    print(f"{piece}: {PIECES[piece]}", flush=True)
    common = ["--size", options.size, "--seconds", str(options.seconds)]
    kinds = {
        "plain": ["benchmarks.run", f"plain.{piece}"],
        "ours": ["benchmarks.run", f"ours.{piece}", "--engine", "fast"],
    }
    if not options.no_floor:
        kinds["floor"] = ["benchmarks.floor", f"ours.{piece}"]
    runs: dict[str, list[Run]] = {kind: [] for kind in kinds}
    for number in range(options.runs):
        for kind, command in kinds.items():
            runs[kind].append(_run([*command, *common], folder / f"{piece}-{kind}-{number}"))
    wall = {kind: _median(each, "wall") for kind, each in runs.items()}
    for kind, each in runs.items():
        memory = f"  {_median(each, 'memory'):6.0f} MB of memory" if "memory" in each[0] else ""
        print(
            f"  {kind:6}{wall[kind]:8.1f} / {_median(each, 'cpu'):6.1f}  {each[0]['bytes'] / 1e6:6.2f} MB{memory}"
        )
    print(f"  plain / ours  {wall['plain'] / wall['ours']:.1f} (target {TARGETS[piece]})", end="")
    print(
        f"   ours / floor  {wall['ours'] / wall['floor']:.2f} (target 1.5)"
        if "floor" in wall
        else ""
    )
    stock = _run(["benchmarks.run", f"ours.{piece}", *common], folder / f"{piece}-stock")
    ours = runs["ours"][0]
    print(
        f"  ours drawn and encoded by Manim itself: {stock['wall']:.1f} / {stock['cpu']:.1f}, "
        f"the fast file has {ours['bytes'] / stock['bytes']:.2f} of its bytes; least SSIM of the two at ten moments "
        f"{likeness(Path(stock['film']), Path(ours['film'])):.4f}\n",
        flush=True,
    )


def _side_by_side(folder: Path) -> None:
    """Two films one after the other and at the same time, at quality l."""
    commands = [
        [
            "benchmarks.run",
            f"ours.{piece}",
            "--engine",
            "fast",
            "--threads",
            "1",
            "--size",
            "854x480x15",
            "--seconds",
            "60",
        ]
        for piece in ("bars", "grid")
    ]
    start = time.perf_counter()
    for number, command in enumerate(commands):
        _run(command, folder / f"after-{number}")
    one_by_one = time.perf_counter() - start
    start = time.perf_counter()
    started = [
        _start(command, folder / f"beside-{number}") for number, command in enumerate(commands)
    ]
    for process in started:
        _result(process)
    together = time.perf_counter() - start
    print(
        f"two films of 60 s at quality l: {one_by_one:.1f} s one after the other, {together:.1f} s side by side: "
        f"{together / one_by_one:.2f} (target 0.75)"
    )


def _start(command: list[str], folder: Path) -> subprocess.Popen[str]:
    folder.mkdir(parents=True)
    module, piece, *options = command
    command = [sys.executable, "-m", module, piece, str(folder), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _result(process: subprocess.Popen[str]) -> Run:
    output, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"a run failed: {process.args}")
    return dict(json.loads(output.splitlines()[-1]))


def _run(command: list[str], folder: Path) -> Run:
    return _result(_start(command, folder))


def _median(runs: list[Run], what: str) -> float:
    return float(statistics.median(run[what] for run in runs))


if __name__ == "__main__":
    main()
