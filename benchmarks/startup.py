"""How long the command takes to answer: a list, the first frame, a film that is up to date, one
beat of a film."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

FILM = "softmax"
_GPTVIZ = [sys.executable, "-c", "from gptviz.cli import run; run()"]
_ROOT = Path(__file__).resolve().parents[1]


def measure(folder: Path, runs: int) -> list[tuple[str, float, float]]:
    """What was measured, the median in seconds, and the target in seconds."""
    media = folder / "media"
    render = ["render", FILM, "--quality", "l", "--media", str(media)]
    listed = statistics.median(_seconds(["list"])[0] for _ in range(runs))
    rendered = [_seconds([*render, "--force"], media) for _ in range(runs)]
    again = statistics.median(_seconds(render)[0] for _ in range(runs))
    beat = statistics.median(
        _seconds([*render, "--preview-beat", "5", "--force"])[0] for _ in range(runs)
    )
    return [
        ("gptviz list", listed, 0.5),
        (
            f"{FILM} at quality l, to the first frame",
            statistics.median(first for _, first in rendered),
            3.0,
        ),
        (
            f"{FILM} at quality l, to the end",
            statistics.median(whole for whole, _ in rendered),
            25.0,
        ),
        (f"{FILM} once more, up to date", again, 1.0),
        (f"{FILM}, one beat", beat, 25.0),
    ]


def _seconds(command: list[str], media: Path | None = None) -> tuple[float, float]:
    """Seconds that a command takes, and until a film's file is begun in ``media``: when its first
    frame is drawn."""
    start, first = time.perf_counter(), 0.0
    with subprocess.Popen([*_GPTVIZ, *command], cwd=_ROOT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            if media is not None and not first and any(media.rglob(".*.part")):
                first = time.perf_counter() - start
            time.sleep(0.01)
    if process.returncode:
        raise SystemExit(f"gptviz {' '.join(command)} failed")
    return time.perf_counter() - start, first
