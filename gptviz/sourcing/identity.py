"""Who a model is and what it cannot answer, remembered: loading one takes seconds, and a film that
is up to date needs its name and fingerprint alone.

What is remembered belongs to the content of files (and of the code that reads them), so it never
has to be forgotten.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gptviz.errors import GptvizError
from gptviz.fetching import wheels
from gptviz.recording.files import inside, write_bytes
from gptviz.recording.request import Source
from gptviz.render.sources import PACKAGE, Sources

_FILE = ".identities.json"
_LIMIT = 2_000_000  # bytes
_KEPT = 1000  # entries, the newest
_LARGE = 1_000_000  # bytes from which on a file's digest is remembered
_SETTLED = 2_000_000_000  # nanoseconds after which a file counts as written
_MODEL_PREFIX = "wte:"  # before a model's reference: its embeddings as vectors
_BUNDLED = PACKAGE / "models" / "bundled"


@dataclass(frozen=True)
class Identity:
    """``short`` names the edition of a model or of vectors; ``fingerprint`` changes when one of its
    numbers does."""

    short: str
    fingerprint: str | None


class Identities:
    """What is remembered under a media folder. Whatever goes wrong, nothing is remembered, and the
    model is loaded."""

    def __init__(self, media: Path) -> None:
        self.media = media

    def recall(self, key: str | None) -> Identity | None:
        """The identity that was remembered under a key of :func:`content`, if any."""
        entry = self._entries().get(key) if key else None
        try:
            return (
                Identity(str(entry["short"]), entry["fingerprint"] and str(entry["fingerprint"]))
                if entry
                else None
            )
        except (KeyError, TypeError):
            return None

    def remember(self, key: str | None, identity: Identity) -> None:
        """Keeps an identity under a key."""
        if key is None:
            return
        self._write({**self._entries(), key: asdict(identity)})

    def refuses(self, question: str) -> bool:
        """Whether a model was found unable to answer a question (a digest of the request and of its
        weights)."""
        return question in self._entries()

    def refuse(self, question: str) -> None:
        """Keeps that it was."""
        self._write({**self._entries(), question: {}})

    def digest(self, path: Path) -> str:
        """sha256 of a file; of a large one remembered by its size, times and inode.

        A file that changed within the last seconds could change again within one tick of the clock,
        and is read each time.
        """
        stat = path.stat()
        times = (stat.st_mtime_ns, stat.st_ctime_ns)
        mark = [stat.st_dev, stat.st_ino, stat.st_size, *times]
        key = f"file {path.resolve()}"
        entry = self._entries().get(key, {})
        if entry.get("mark") == mark and isinstance(entry.get("sha256"), str):
            return str(entry["sha256"])
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if stat.st_size >= _LARGE and time.time_ns() - max(times) > _SETTLED:
            self._write({**self._entries(), key: {"mark": mark, "sha256": found}})
        return found

    def _entries(self) -> dict[str, dict[str, Any]]:
        try:
            path = inside(self.media, _FILE)
            entries = (
                json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size < _LIMIT else {}
            )
        except (GptvizError, OSError, ValueError, RecursionError):
            return {}
        return entries if isinstance(entries, dict) else {}

    def _write(self, entries: dict[str, Any]) -> None:
        try:
            write_bytes(
                inside(self.media, _FILE),
                json.dumps(dict(list(entries.items())[-_KEPT:]), indent=1).encode(),
            )
        except (GptvizError, OSError):
            return


def content(reference: str, source: Source, known: Identities) -> str | None:
    """A digest of everything that a reference stands for on this machine; None where that is not
    known without loading.

    It covers the files, their names (a folder's name may name an edition) and gptviz' own code that
    reads them. A large file that ``known`` remembers is not read again.
    """
    places = list(_places(reference, source))
    if not places or not all(place.exists() for place in places):
        return None
    digest = hashlib.sha256(
        f"{source} {reference} {Sources().folder('models', pattern='**/*.py')}".encode()
    )
    for place in places:
        files = (
            [place]
            if place.is_file()
            else sorted(path for path in place.rglob("*") if path.is_file())
        )
        for path in files:
            line = f"\n{path.parent.resolve().name}/{path.name} {known.digest(path)}"
            digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _places(reference: str, source: Source) -> Iterator[Path]:
    if reference == "mini":
        yield from (
            [_BUNDLED / "mini"] if source == "model" else sorted(_BUNDLED.glob("mini-vectors*"))
        )
        return
    if reference in wheels.known(source):
        if wheels.fetched(reference):
            yield wheels.known()[reference].folder
        return
    reference = reference.removeprefix(_MODEL_PREFIX) if source == "vectors" else reference
    if not Path(reference).exists() and "+" not in reference:
        if folder := _cached(reference):
            yield folder
        return
    yield from (
        Path(part) for part in ([reference] if Path(reference).exists() else reference.split("+"))
    )


def _cached(reference: str) -> Path | None:
    """Where the hub's cache keeps the model that a reference loads, if it does."""
    try:
        from gptviz.models.hub import in_cache  # noqa: PLC0415  (late: see the room's docstring)
        from gptviz.models.references import hub  # noqa: PLC0415

        repository, revision, _ = hub(reference)
        return in_cache(repository, revision)
    except (GptvizError, ImportError, OSError, ValueError):
        return None  # it is loaded, and says what is wrong
