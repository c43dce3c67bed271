"""Jobs on many machines: the folder of a job goes to a Dask worker as bytes, and what it made comes
back as bytes.

:class:`Cluster` is the asker's side. Its ``perform`` stands in for
:func:`gptviz.render.job.perform`: on the worker the same process runs, in a temporary folder, so
nothing but the network is shared. What comes back is written where a process of this machine would
have left it; it is probed and published here. Queueing, choosing workers and noticing that one died
are Dask's work (https://distributed.dask.org).
"""

from __future__ import annotations

import contextlib
import logging
import platform
import queue
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Self

from gptviz import __version__
from gptviz.errors import ClusterFailed, GptvizError, Unavailable
from gptviz.recording.files import disk_errors, inside
from gptviz.render.address import check_address
from gptviz.render.job import WORKER, Hear, perform
from gptviz.render.plan import LIBRARIES, version_of
from gptviz.render.sources import Sources
from gptviz.render.telling import described, raised

#: What the worker process of a render job leaves to be published.
FILM = ("film.mp4", "film.json")

#: How often a job is begun before it is given up: a worker may have died by chance once.
ATTEMPTS = 2

_CONNECT = (
    5.0  # seconds within which a scheduler must answer, and be asked for again after it went away
)
_STARTING = (
    15.0  # seconds that a scheduler is given to find its first worker, and jobs to find another
)
_BLAMED = 5  # how often Dask may hold a job guilty of a worker's death that it was not begun on
_ENDING = (
    "closing",
    "closed",
    "failed",
)  # of a Dask worker, one that has lost its scheduler among them
_POLL = 0.1
_LARGEST = (
    1_000_000_000  # bytes of one job's files: a message of Dask is held in memory, more than once
)

_CONFIGURATION = {
    "distributed.comm.timeouts.connect": f"{_CONNECT}s",
    "distributed.admin.large-graph-warning-threshold": f"{_LARGEST}B",
}


def installation() -> dict[str, str]:
    """What decides over a film's bytes beside its job: gptviz, its sources and fonts, Python and
    what draws."""
    sources = Sources()
    return {
        "gptviz": __version__,
        "its sources": sources.folder(pattern="**/*.py"),
        "its fonts": sources.folder("drawing", "fonts", pattern="**/*.[ot]tf"),
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **{name: version_of(name) for name in LIBRARIES},
    }


class Cluster:
    """The workers of a Dask scheduler, for one command; used as a context manager.

    ``threads``: how many jobs they can do at once, as they are when asked first. Raises UsageError
    for an address that is not safe to use, Unavailable without Dask, ClusterFailed when nobody
    answers within seconds.
    """

    def __init__(self, address: str) -> None:
        self.address = check_address(address)
        self._installation = installation()
        self._lock = threading.Lock()
        self._looked = 0.0
        self._peopled = time.monotonic()
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        try:
            import dask  # noqa: PLC0415
            import distributed  # noqa: PLC0415  (a second, and only here)
        except ModuleNotFoundError as error:
            raise Unavailable(
                "rendering on many machines needs Dask",
                f"there is no {error.name}",
                "install it: pip install 'gptviz[cluster]'",
            ) from error
        for name in (
            "distributed",
            "distributed.client",
        ):  # what went wrong is said in gptviz' own words
            logging.getLogger(name).setLevel(logging.CRITICAL)
        with contextlib.ExitStack() as stack:
            stack.enter_context(dask.config.set(_CONFIGURATION))
            self._client = self._connect(distributed.Client)
            stack.callback(self._close)
            self.threads = self._first_workers()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _connect(self, client: Callable[..., Any]) -> Any:
        try:
            return client(self.address, timeout=_CONNECT, set_as_default=False, name="gptviz")
        except (OSError, TimeoutError) as error:
            hint = (
                "start one: dask scheduler --host 127.0.0.1"
                if self.address.startswith("tcp")
                else "look whether it runs, and whether its certificates and yours are of one authority"
            )
            raise ClusterFailed(
                f"no Dask scheduler answers at {self.address}",
                str(error).splitlines()[0] if str(error) else f"not within {_CONNECT:.0f} s",
                f"{hint}; see docs/scaling.md",
            ) from error

    def _close(self) -> None:
        with contextlib.suppress(
            Exception
        ):  # it may have lost its scheduler; there is nothing left to save
            self._client.close(timeout=2)

    def _first_workers(self) -> int:
        end = time.monotonic() + _STARTING
        while not (threads := self._threads()):
            if time.monotonic() > end:
                raise self._deserted()
            time.sleep(_POLL)
        return threads

    def _threads(self) -> int:
        """How many jobs the workers that are there now can do at once. Raises ClusterFailed without
        a scheduler."""
        try:
            known = self._client.sync(
                self._client.scheduler.identity, n_workers=0, callback_timeout=_STARTING
            )
        except (OSError, TimeoutError, AttributeError, CancelledError) as error:
            raise self._gone() from error
        return int(known["total_threads"])

    def perform(
        self,
        folder: Path,
        hear: Hear,
        cancelled: Callable[[], bool] = lambda: False,
        worker: str = WORKER,
        results: Sequence[str] = FILM,
    ) -> None:
        """Runs the job of a folder on some worker, and puts into it the files there that match
        ``results``.

        As :func:`gptviz.render.job.perform`; a job whose Dask worker dies is begun once more, on
        another one. Raises ClusterFailed where scheduler or workers are lost, or a worker's gptviz
        is another one.
        """
        topic = f"gptviz-{secrets.token_hex(8)}"
        task = {
            "name": folder.name,
            "files": _pack(folder),
            "worker": worker,
            "results": list(results),
            "installation": self._installation,
            "topic": topic,
        }
        asked = _Asked(hear)
        with self._listening(topic, asked):
            reply = self._asked_once(task, asked, cancelled)
            for _ in range(_BLAMED):
                if reply is not None:
                    break
                asked.give_up_at(ATTEMPTS)
                reply = self._asked_once(task, asked, cancelled)
        if reply is None:
            raise asked.given_up()
        if "error" in reply:
            raise raised(reply["error"])
        _unpack(reply["files"], folder, results)

    @contextlib.contextmanager
    def _listening(self, topic: str, asked: _Asked) -> Iterator[None]:
        self._client.subscribe_topic(topic, lambda event: asked.messages.put(event[1]))
        try:
            yield
        finally:
            with contextlib.suppress(
                Exception
            ):  # a scheduler that is gone has forgotten it already
                self._client.unsubscribe_topic(topic)

    def _asked_once(
        self, task: dict[str, Any], asked: _Asked, cancelled: Callable[[], bool]
    ) -> dict[str, Any] | None:
        """The reply; None where a worker died of it, in Dask's opinion."""
        if self._client.status != "running":
            raise self._gone()
        key = f"gptviz-{task['name']}-{secrets.token_hex(8)}"
        future = self._client.submit(carry_out, task, key=key, pure=False)
        try:
            while not future.done():
                asked.listen()
                asked.give_up_at(ATTEMPTS + 1)
                if cancelled():
                    raise KeyboardInterrupt
                self._look()
                time.sleep(_POLL)
            asked.listen()
            return self._reply(future)
        finally:
            with contextlib.suppress(Exception):  # as above
                future.cancel() if not future.done() else future.release()

    def _reply(self, future: Any) -> dict[str, Any] | None:
        from distributed import KilledWorker  # noqa: PLC0415

        try:
            reply: dict[str, Any] = future.result(timeout=60)
        except KilledWorker:
            return None
        except (CancelledError, OSError, TimeoutError) as error:
            raise self._gone() from error
        except (
            Exception
        ) as error:  # whatever a stranger's scheduler or worker makes of a job that it cannot read
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            raise ClusterFailed(
                f"the workers at {self.address} cannot run gptviz' jobs",
                reason,
                "scheduler and workers need the same gptviz as this machine",
            ) from error
        return reply

    def _look(self) -> None:
        """Now and then: is the scheduler there, and has it workers?"""
        if self._client.status != "running":
            raise self._gone()
        with self._lock:
            now = time.monotonic()
            if now - self._looked < 1:
                return
            self._looked = now
            if self._threads():
                self._peopled = time.monotonic()
            elif time.monotonic() - self._peopled > _STARTING:
                raise self._deserted()

    def _gone(self) -> ClusterFailed:
        return ClusterFailed(
            f"the Dask scheduler at {self.address} is gone",
            "the connection to it was lost",
            "start it again, and run the same command again: films that are done are kept",
        )

    def _deserted(self) -> ClusterFailed:
        return ClusterFailed(
            f"the Dask scheduler at {self.address} has no workers",
            f"for {_STARTING:.0f} s",
            f"start some: dask worker {self.address} --nthreads 1",
        )


class _Asked:
    """What a job's worker tells, and where it was begun."""

    def __init__(self, hear: Hear) -> None:
        self.messages: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._hear = hear
        self._places: list[str] = []

    def listen(self) -> None:
        """Hands on what has been told since."""
        with contextlib.suppress(queue.Empty):
            while message := self.messages.get_nowait():
                if "begun" in message:
                    self._places.append(str(message["begun"]))
                else:
                    self._hear(message)

    def give_up_at(self, times: int) -> None:
        """Raises ClusterFailed once the job has been begun so many times: the workers before died
        of it."""
        if len(self._places) >= times:
            raise self.given_up()

    def given_up(self) -> ClusterFailed:
        """Says where the job was begun in vain."""
        return ClusterFailed(
            f"the job was given up: {ATTEMPTS} workers died while they did it",
            ", ".join(self._places[:ATTEMPTS]),
            "look into their logs (is there enough memory?), and run the same command again",
        )


def carry_out(task: dict[str, Any]) -> dict[str, Any]:
    """Does a job in a temporary folder of a Dask worker: ``{"files": {name: bytes}}`` or
    ``{"error": {...}}``."""
    from distributed import get_worker  # noqa: PLC0415

    here = get_worker()
    key = here.get_current_task()

    def hear(message: dict[str, Any]) -> None:
        here.log_event(task["topic"], message)

    def cancelled() -> bool:
        known = here.state.tasks.get(key)
        return known is None or known.state == "cancelled" or here.status.name in _ENDING

    hear({"begun": str(here.address)})
    try:
        _check_same(task["installation"], str(here.address))
        with tempfile.TemporaryDirectory(prefix="gptviz-", dir=here.local_directory) as place:
            folder = Path(place) / "job"
            _unpack(task["files"], folder)
            perform(folder, hear, cancelled, task["worker"])
            return {"files": _pack(folder, task["results"])}
    except GptvizError as error:
        return {"error": described(error)}
    except KeyboardInterrupt:  # nobody waits for it any more
        return {"files": {}}


def _check_same(asked: dict[str, str], worker: str) -> None:
    mine = installation()
    if differing := [name for name in {**asked, **mine} if asked.get(name) != mine.get(name)]:
        versions = [
            f"{name} {mine.get(name)} in place of {asked.get(name)}"
            if len(asked.get(name, "")) < 40
            else f"{name} are others"
            for name in differing
        ]
        raise ClusterFailed(
            f"the worker {worker} has another gptviz",
            "; ".join(versions),
            "install the same gptviz and the versions of constraints.txt on every machine",
        )


def _pack(folder: Path, patterns: Sequence[str] = ("*",)) -> dict[str, bytes]:
    """The files of a folder whose path in it matches, by that path. Raises ClusterFailed where they
    are too large."""
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and _matches(path.relative_to(folder).as_posix(), patterns)
    ]
    if (size := sum(path.stat().st_size for path in paths)) > _LARGEST:
        raise ClusterFailed(
            f"{size / 1e9:.1f} GB are too much to send to a worker",
            f"at most {_LARGEST / 1e9:.0f} GB go in one message",
            "name a model by its hub id, which workers load themselves, or leave --scheduler away",
        )
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _unpack(files: dict[str, bytes], folder: Path, patterns: Sequence[str] = ("*",)) -> None:
    """Writes files into a folder and nowhere else, and only those that were asked for."""
    with disk_errors(folder, sum(map(len, files.values()))):
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            path = inside(folder, *name.split("/"))
            if _matches(name, patterns):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
