"""What a voice costs: ``python -m benchmarks.voices [--voice joe] [--film softmax]``.

Speech of a film the first time and from the cache, and the film rendered with the voice and
without: by the second of film, for a film that speaks is of another length. Runs take turns, so
that a busy moment hits both alike.
"""

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

from gptviz.voice.cache import Cache
from gptviz.voice.engines import engine
from gptviz.voice.speaking import speak

_GPTVIZ = [sys.executable, "-c", "from gptviz.cli import run; run()"]
_ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    given = argparse.ArgumentParser(prog="python -m benchmarks.voices", description=__doc__)
    given.add_argument("--voice", default="joe")
    given.add_argument("--film", default="softmax")
    given.add_argument("--quality", default="m")
    given.add_argument("--runs", type=int, default=3)
    options = given.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    with tempfile.TemporaryDirectory(prefix="gptviz-bench-") as folder:
        rendered = _rendered(options, Path(folder))
        _speech(options.voice, Path(folder), rendered)
    print(f"load {os.getloadavg()[0]:.1f} after")


def _rendered(options: argparse.Namespace, folder: Path) -> Path:
    """Renders with the voice and without, and says what that took; returns the film's manifest."""
    media = {voice: folder / f"media-{voice}" for voice in (options.voice, "none")}
    command = ["render", options.film, "--quality", options.quality, "--force"]
    _run([*command, "--voice", options.voice], media[options.voice])  # speaks; not counted
    took: dict[str, list[float]] = {voice: [] for voice in media}
    for _ in range(options.runs):
        for voice, place in media.items():
            took[voice].append(_run([*command, "--voice", voice], place))
    each = {}
    for voice, place in media.items():
        manifest = next(place.rglob(f"videos/**/{options.film}.json"))
        length = json.loads(manifest.read_text(encoding="utf-8"))["video"]["duration"]
        each[voice] = statistics.median(took[voice]) / length
        print(
            f"{options.film} at quality {options.quality}, voice {voice}: "
            f"{statistics.median(took[voice]):.1f} s for {length:.1f} s of film"
        )
    ratio = each[options.voice] / each["none"]
    print(f"a second of film with the voice / without: {ratio:.2f} (target 1.05)")
    return next(media[options.voice].rglob(f"videos/**/{options.film}.json"))


def _run(arguments: list[str], media: Path) -> float:
    start = time.perf_counter()
    subprocess.run(
        [*_GPTVIZ, *arguments, "--media", str(media)],
        cwd=_ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def _speech(voice: str, folder: Path, manifest: Path) -> None:
    """Speaks a film's sentences into an empty cache, then takes them from it."""
    sections = json.loads(manifest.read_text(encoding="utf-8"))["sections"]
    beats = [[sentence["text"] for sentence in section["sentences"]] for section in sections]
    speaker, cache = engine(voice), Cache(folder / "spoken")
    assert speaker is not None
    took = []
    for _ in range(2):
        start = time.perf_counter()
        told = speak(speaker, beats, cache)
        seconds = sum(said.seconds + 0 * len(said.words) for said in told.values())
        took.append(time.perf_counter() - start)
    print(
        f"{seconds:.0f} s of speech by {voice}: {took[0]:.1f} s the first time, "
        f"{75 / seconds * took[0]:.1f} for 75 s of it (target 25); "
        f"{took[1]:.2f} s from the cache (target 0.5)"
    )


if __name__ == "__main__":
    main()
