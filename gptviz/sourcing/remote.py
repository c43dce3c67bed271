"""Recordings that are taken on a cluster: a model is asked for its name, and for its numbers, by
the workers."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from gptviz.errors import GptvizError
from gptviz.recording.request import other_model
from gptviz.recording.schema import Recording
from gptviz.recording.store import Store
from gptviz.render.cluster import Cluster
from gptviz.render.telling import raised
from gptviz.sourcing import worker
from gptviz.sourcing.identity import Identity
from gptviz.sourcing.preparing import Item
from gptviz.sourcing.reference import Here, Listener, Reference

_MODEL_PREFIX = (
    "wte:"  # before a model's reference: its embeddings as vectors; see models/vectors.py
)
_RESULTS = (worker.IDENTITY, worker.REFUSED, f"{worker.RECORDINGS}/*")

Answers = dict[str, Recording | GptvizError]


class There(Here):
    """Runs models on a cluster, never here: each worker loads one once and takes its share of the
    requests.

    Files that a reference names go with the job; a hub id is loaded by the worker, from its own
    cache or the network.
    """

    def __init__(self, cluster: Cluster, listener: Listener | None = None) -> None:
        super().__init__(listener)
        self.cluster = cluster
        self.answers: dict[tuple[str, str], Recording | GptvizError] = {}

    def identify(self, reference: Reference) -> Identity:
        with self.listener.step(f"asking a worker about {reference.text}"):
            return self._ask(reference, [])[0]

    def prepare(self, items: Sequence[Item]) -> None:
        shares = []
        for reference in {item.reference.text: item.reference for item in items}.values():
            ours = [item for item in items if item.reference is reference]
            count = min(self.cluster.threads, len(ours))
            shares += [(reference, ours[first::count]) for first in range(count)]
        with (
            self.listener.step(f"{len(items)} recordings are taken on {self.cluster.address}"),
            ThreadPoolExecutor(max(1, len(shares))) as pool,
        ):
            for (reference, share), answers in zip(
                shares, pool.map(self._share, shares), strict=True
            ):
                self.answers.update(
                    {(reference.text, item.name): answers[item.name] for item in share}
                )

    def take(self, item: Item) -> Recording:
        answer = self.answers.pop((item.reference.text, item.name))
        if isinstance(answer, GptvizError):
            raise answer
        return answer

    def _share(self, share: tuple[Reference, Sequence[Item]]) -> Answers:
        reference, items = share
        try:
            return self._ask(reference, items)[1]
        except GptvizError as error:
            return {item.name: error for item in items}

    def _ask(self, reference: Reference, items: Sequence[Item]) -> tuple[Identity, Answers]:
        with tempfile.TemporaryDirectory(prefix="gptviz-") as place:
            folder = Path(place) / "record"
            job = {
                "reference": carry(reference.text, folder),
                "source": reference.source,
                "others": {
                    name: carry(name, folder, f"other-{number}")
                    for number, name in enumerate(sorted(_others(items)))
                },
                "requests": {item.name: item.request.as_dict() for item in items},
            }
            (folder / worker.JOB).write_text(json.dumps(job), encoding="utf-8")
            self.cluster.perform(
                folder, lambda message: None, worker=worker.__name__, results=_RESULTS
            )
            told: Mapping[str, Any] = json.loads(
                (folder / worker.IDENTITY).read_text(encoding="utf-8")
            )
            refused = json.loads((folder / worker.REFUSED).read_text(encoding="utf-8"))
            store = Store(folder / worker.RECORDINGS)
            answers: Answers = {}
            for item in items:
                answers[item.name] = (
                    raised(refused[item.name])
                    if item.name in refused
                    else store.read(worker.EDITION, item.scene.name, item.need)
                )
        return Identity(
            str(told["short"]), told["fingerprint"] and str(told["fingerprint"])
        ), answers


def _others(items: Sequence[Item]) -> set[str]:
    """The second models that requests name."""
    return {name for item in items if (name := other_model(item.request)) is not None}


def carry(reference: str, folder: Path, room: str = "model") -> str:
    """Links the files that a reference names into a ``room`` of a job's folder; returns the
    reference as it reads from there.

    The last name of a path is kept: it may name an edition.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rest = reference.removeprefix(_MODEL_PREFIX)
    parts = []
    for number, part in enumerate([rest] if Path(rest).exists() else rest.split("+")):
        source = Path(part)
        if part == "mini" or not source.exists():
            parts.append(part)
            continue
        source = source.resolve()
        target = Path(room, str(number), source.name)
        for file in (
            [source]
            if source.is_file()
            else sorted(path for path in source.rglob("*") if path.is_file())
        ):
            link = folder / target / file.relative_to(source)
            link.parent.mkdir(parents=True, exist_ok=True)
            os.symlink(file, link)
        parts.append(target.as_posix())
    return reference[: len(reference) - len(rest)] + "+".join(parts)
