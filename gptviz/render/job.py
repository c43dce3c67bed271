"""A render job: everything that a worker process needs, in one folder, and the process itself."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gptviz
from gptviz.errors import RenderFailed
from gptviz.recording.files import disk_errors
from gptviz.recording.store import Store
from gptviz.render.scenefiles import FILM, files_of, in_folder
from gptviz.render.telling import raised

GRACE = 2.0  # seconds between asking a worker to end and ending it
WORKER = "gptviz.render.worker"
SPEECH = "speech.json"  # in a job's folder: how long a voice takes for each sentence and word
_POLL = 0.1

Hear = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Job:
    """What to draw. ``needs`` gives the edition of each need, ``digests`` what its recording must
    be.

    ``beat``: only this one, counted from 1; ``megabytes``: what the film is expected to take while
    it is made; ``origin``: where its source lies in the project.
    """

    scene: str
    film: str
    needs: dict[str, str]
    digests: dict[str, str]
    quality: str
    captions: str
    engine: str
    beat: int | None = None
    megabytes: int = 50
    origin: str = ""

    def write(self, folder: Path, scene: Path, store: Store) -> None:
        """Fills a folder with the job, the film's source and its recordings, as they are now.

        ``scene`` is the film's file; the files beside it in a folder of its own come along.
        """
        with disk_errors(folder, self.megabytes * 1_000_000):
            folder.mkdir(parents=True, exist_ok=True)
            for name, file in files_of(scene).items():
                target = folder / (f"scene/{name}" if in_folder(scene) else name)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
            for need, edition in self.needs.items():
                source = store.found(edition, self.scene, need)
                target = Store(folder / "recordings").path(edition, self.scene, need)
                target.parent.mkdir(parents=True, exist_ok=True)
                for suffix in (".json", ".safetensors"):
                    if source.with_suffix(suffix).is_file():
                        shutil.copyfile(source.with_suffix(suffix), target.with_suffix(suffix))
            (folder / "job.json").write_text(json.dumps(asdict(self)), encoding="utf-8")

    @staticmethod
    def source(folder: Path) -> Path:
        """The film's file in the folder of a job."""
        return path if (path := folder / "scene.py").is_file() else folder / "scene" / FILM

    @classmethod
    def read(cls, folder: Path) -> Job:
        """The job of a folder."""
        return cls(**json.loads((folder / "job.json").read_text(encoding="utf-8")))


def perform(
    folder: Path, hear: Hear, cancelled: Callable[[], bool] = lambda: False, worker: str = WORKER
) -> None:
    """Runs the job of a folder in a worker process (the module ``worker``), in a process group of
    its own.

    ``hear`` gets what the worker tells, as it tells it. Raises the worker's own GptvizError,
    RenderFailed when it died, KeyboardInterrupt when ``cancelled``; in every case the worker and
    its children are gone when this returns.
    """
    log = folder / "worker.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", worker, str(folder)],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
    failure: list[dict[str, Any]] = []
    try:
        _listen(process, hear, failure, cancelled)
    finally:
        end(process)
    if failure:
        raise raised(failure[0], _tail(log, 60))
    if process.returncode:
        raise RenderFailed(
            "the render process died", _death(process.returncode, log), "run the same command again"
        )


def _listen(
    process: subprocess.Popen[bytes],
    hear: Hear,
    failure: list[dict[str, Any]],
    cancelled: Callable[[], bool],
) -> None:
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    rest = b""
    while True:
        running = process.poll() is None
        while data := process.stdout.read(65536) or b"":
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                with contextlib.suppress(ValueError):
                    message = json.loads(line)
                    failure.extend([message["error"]] if "error" in message else [])
                    hear(message)
        if not running:
            return
        if cancelled():
            raise KeyboardInterrupt
        time.sleep(_POLL)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a worker with all its children: asked first, then made to."""
    for sign, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
        if process.poll() is None or sign == signal.SIGKILL:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def _environment() -> dict[str, str]:
    """The worker's environment: the same gptviz, and the same order of sets each time."""
    package = str(Path(gptviz.__file__).resolve().parents[1])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0"}


def _death(code: int, log: Path) -> str:
    how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    last = _tail(log, 1)
    return f"{how}{f'; it last said: {last}' if last else ''}"


def _tail(log: Path, lines: int) -> str:
    with contextlib.suppress(OSError):
        return "\n".join(
            log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-lines:]
        )
    return ""
