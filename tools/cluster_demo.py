"""A scheduler and two workers of one process each on this machine; four films are made by them:
``make cluster-demo``.

``GPTVIZ_SCENE`` names other films than the first four of the course, ``GPTVIZ_QUALITY`` another
quality than l.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from gptviz.render.project import open_project

WORKERS = 2
PATIENCE = 60.0  # seconds for the scheduler to begin; workers are waited for by gptviz itself

#: One worker may die of a job, or beside it; the second time Dask reports it.
ENVIRONMENT = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}


def main() -> int:
    """Returns the exit code of ``gptviz render``; scheduler and workers are gone then."""
    films = (
        os.environ.get("GPTVIZ_SCENE", "").split()
        or [film for chapter in open_project().chapters for film in chapter.films][:4]
    )
    with (
        tempfile.TemporaryDirectory(prefix="gptviz-cluster-") as place,
        contextlib.ExitStack() as stack,
    ):
        folder = Path(place)
        told = folder / "scheduler.json"
        common = ["--host", "127.0.0.1", "--no-dashboard"]
        scheduler = stack.enter_context(
            started(folder, "scheduler", *common, "--port", "0", "--scheduler-file", str(told))
        )
        address = _address(told, scheduler)
        for number in range(WORKERS):
            stack.enter_context(
                started(
                    folder,
                    "worker",
                    address,
                    *common,
                    "--nthreads",
                    "1",
                    "--no-nanny",
                    "--local-directory",
                    str(folder / f"worker-{number}"),
                )
            )
        quality = os.environ.get("GPTVIZ_QUALITY") or "l"
        command = ["render", *films, "--quality", quality, "--force", "--scheduler", address]
        print(f"{WORKERS} workers at {address}\ngptviz {' '.join(command)}", flush=True)
        began = time.monotonic()
        code = subprocess.run([sys.executable, "-m", "gptviz", *command], check=False).returncode
        print(f"{time.monotonic() - began:.0f} s")
    return code


@contextlib.contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Dask, ended on leaving."""
    with (folder / f"{arguments[0]}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            cwd=folder,
            stdout=log,
            stderr=log,
            env={**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(told: Path, scheduler: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and scheduler.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            return str(json.loads(told.read_text(encoding="utf-8"))["address"])
        time.sleep(0.1)
    raise SystemExit(
        f"the scheduler did not begin:\n{(told.parent / 'scheduler.log').read_text(encoding='utf-8')}"
    )


if __name__ == "__main__":
    sys.exit(main())
