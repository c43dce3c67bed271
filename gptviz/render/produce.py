"""Makes films: each under its lock, in a worker process and a folder of its own; several at once
where asked for."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from gptviz.errors import NotDeclared
from gptviz.recording.files import disk_errors, inside
from gptviz.render import locks, manifest
from gptviz.render.job import Job, perform
from gptviz.render.plan import Plan, Planner
from gptviz.render.qualities import QUALITIES

Outcome = Literal["rendered", "up to date", "failed", "interrupted"]

_BYTES_PER_PIXEL = 60  # of one frame's size, that a whole film is expected to take while it is made


class Watcher(Protocol):
    """Is told what happens; calls come from several threads."""

    def begun(self, plan: Plan, seconds: float | None) -> None:
        """A film is being rendered; ``seconds`` is how long it was when last published, if ever."""

    def heard(self, plan: Plan, message: dict[str, Any]) -> None:
        """Its worker tells of a beat."""

    def waiting(self, plan: Plan, process: str) -> None:
        """Another process renders it; this one waits."""

    def ended(self, result: Result) -> None:
        """It is done, or failed."""


@dataclass(frozen=True)
class Result:
    """What became of one film."""

    plan: Plan
    outcome: Outcome
    film: Path | None = None
    error: BaseException | None = None


class Studio:
    """Makes films of one project. ``jobs``: how many at once; ``perform_job`` runs the job of a
    folder."""

    def __init__(
        self,
        planner: Planner,
        watcher: Watcher,
        jobs: int | None = None,
        perform_job: Callable[..., None] = perform,
    ) -> None:
        self.planner, self.watcher = planner, watcher
        self.jobs = jobs or os.cpu_count() or 1
        self._perform = perform_job
        self._cancel = threading.Event()

    def make(self, plans: Sequence[Plan], force: bool = False) -> list[Result]:
        """Makes every film that is not fresh (all of them with ``force``); one that fails does not
        stop the others.

        Results come in the order of the plans. On KeyboardInterrupt all workers are ended, then it
        is raised on.
        """
        with ThreadPoolExecutor(
            max_workers=max(1, min(self.jobs, len(plans))), thread_name_prefix="render"
        ) as pool:
            futures = [pool.submit(self._one, plan, force) for plan in plans]
            try:
                pending: set[Future[Result]] = set(futures)
                while pending:
                    _, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
            except KeyboardInterrupt:
                self._cancel.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return [future.result() for future in futures]

    def preview(self, plan: Plan, beat: int) -> Path:
        """Renders one beat (counted from 1) into media/preview; it is not published and not
        remembered."""
        if beat < 1:
            raise NotDeclared(f"there is no beat {beat}", "beats are counted from one")
        from gptviz.render.publish import FINISHED  # noqa: PLC0415  (as below)

        with locks.staging(self.planner.project.media) as folder:
            self._work(plan, folder / plan.scene.name, beat)
            target = inside(
                self.planner.project.media,
                "preview",
                plan.edition.name,
                f"{plan.scene.name}-{plan.wish.quality}-beat{beat}.mp4",
            )
            with disk_errors(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(folder / plan.scene.name / f"{FINISHED}.mp4", target)
        return target

    def _one(self, plan: Plan, force: bool) -> Result:
        try:
            result = self._guarded(plan, force)
        except KeyboardInterrupt as error:
            result = Result(plan, "interrupted", error=error)
        except Exception as error:
            result = Result(plan, "failed", error=error)
        self.watcher.ended(result)
        return result

    def _guarded(self, plan: Plan, force: bool) -> Result:
        if self._cancel.is_set():
            raise KeyboardInterrupt
        plan.ready()
        if plan.state == "fresh" and not force:
            return Result(plan, "up to date", plan.place.film)
        lock = f"{plan.edition.name}-{plan.wish.quality}-{plan.scene.name}"
        waited: list[str] = []

        def waiting(process: str) -> None:
            waited.append(process)
            self.watcher.waiting(plan, process)

        with locks.exclusive(self.planner.project.media, lock, waiting, self._cancel.is_set):
            if waited:  # the other process may have made just this film
                plan = self.planner.plan(plan.scene, plan.edition, plan.wish)
                plan.ready()
                if plan.state == "fresh":
                    return Result(plan, "up to date", plan.place.film)
            from gptviz.render.publish import publish  # noqa: PLC0415  (PyAV: nothing that is up to date needs it)

            aside = manifest.set_aside(plan.place) if plan.damaged else None
            with locks.staging(self.planner.project.media) as folder:
                told, made = self._work(plan, folder / plan.scene.name)
                film = publish(folder / plan.scene.name, told, made)
            if aside is not None:
                aside.unlink(missing_ok=True)
            return Result(plan, "rendered", film)

    def _work(
        self, plan: Plan, folder: Path, beat: int | None = None
    ) -> tuple[Plan, dict[str, Any]]:
        """Makes a film in a folder; returns its plan, with what its voice says, and its part of the
        manifest."""
        from gptviz.render.publish import finish  # noqa: PLC0415  (as above)
        from gptviz.render.voicing import voiced  # noqa: PLC0415  (as above)

        published = manifest.read(plan.place) or {}
        self.watcher.begun(plan, published.get("video", {}).get("duration"))
        job = job_of(plan, beat)
        job.write(folder, plan.scene.path, self.planner.store)

        def hear(message: dict[str, Any]) -> None:
            self.watcher.heard(plan, message)

        cancelled = self._cancel.is_set
        voice = voiced(plan.wish.voice, folder, hear, cancelled, beats=plan.script(), only=beat)
        self._perform(folder, hear, cancelled)
        made = finish(folder, plan.wish.quality, plan.scene.title, voice)
        if voice is None:
            return plan, made
        for note in voice.notes(made["sections"]):
            hear({"note": note})
        return plan.speaking(voice.spoken), made


def job_of(plan: Plan, beat: int | None = None) -> Job:
    """The job that makes a planned film. Raises what stands in the way of the plan."""
    quality = QUALITIES[plan.wish.quality]
    parts = plan.ready().parts
    return Job(
        scene=plan.scene.name,
        film=plan.scene.film,
        needs={need: part.edition for need, part in parts.items()},
        digests={need: part.recording.digest for need, part in parts.items() if part.recording},
        quality=plan.wish.quality,
        captions=plan.wish.captions,
        engine=plan.wish.engine,
        beat=beat,
        origin=plan.scene.shown,
        megabytes=max(20, quality.width * quality.height * _BYTES_PER_PIXEL // 1_000_000),
    )
