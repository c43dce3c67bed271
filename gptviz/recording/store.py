"""Where recordings lie: ``<root>/<edition>/<scene>/<need>.json`` with ``<need>.safetensors`` beside
it.

A recording is written whole or not at all, and read only as what its manifest says: the digests of
the tensor file and of the content are checked, bounded in size, and nothing in it can run code.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import struct
from pathlib import Path
from typing import Any, TypeVar, overload

import numpy as np
import safetensors.numpy
from pydantic import ValidationError

import gptviz.recording.families  # noqa: F401  (every kind that may be read)
from gptviz.errors import GptvizError, RecordingCorrupt, RecordingMissing, RecordingTooNew
from gptviz.recording.files import disk_errors, folder_lock, inside, replacing, write_bytes
from gptviz.recording.request import Request
from gptviz.recording.schema import (
    SCHEMA,
    Array,
    Manifest,
    Recording,
    check_finite_array,
    digest_of,
    typed,
)

Kind = TypeVar("Kind", bound=Recording)

MANIFEST_LIMIT = 8_000_000  # bytes; the largest committed one is far below
TENSORS_LIMIT = 64_000_000
HEADER_LIMIT = 1_000_000


class Store:
    """The recordings under one folder; what it lacks is read from a second one, ``beneath``, to
    which nothing is written."""

    def __init__(self, root: Path, beneath: Path | None = None) -> None:
        self.root, self.beneath = root, beneath

    def path(self, edition: str, scene: str, need: str) -> Path:
        """Where the manifest of a need is written. Raises UnsafePath for names that lead
        elsewhere."""
        return inside(self.root, edition, scene, f"{need}.json")

    def found(self, edition: str, scene: str, need: str) -> Path:
        """Where the manifest of a need lies; where there is none, :meth:`path`."""
        path = self.path(edition, scene, need)
        if self.beneath is None or path.is_file():
            return path
        under = inside(self.beneath, edition, scene, f"{need}.json")
        return under if under.is_file() else path

    @property
    def roots(self) -> list[Path]:
        """The folders that are here, in the order in which they are asked."""
        return [root for root in (self.root, self.beneath) if root is not None and root.is_dir()]

    def editions(self) -> list[str]:
        """The names of the editions that are here."""
        return sorted({p.name for root in self.roots for p in root.iterdir() if p.is_dir()})

    def has(self, edition: str, scene: str, need: str) -> bool:
        """Whether a need is recorded: its manifest is there, which is written last."""
        return self.found(edition, scene, need).is_file()

    def manifest(self, edition: str, scene: str, need: str) -> Manifest:
        """A manifest, checked on its own. Raises RecordingMissing, RecordingCorrupt,
        RecordingTooNew."""
        path = self.found(edition, scene, need)
        again = f"gptviz record {scene} --model {edition}"
        if not path.is_file():
            raise RecordingMissing(
                f"{edition}/{scene}/{need} is not recorded",
                f"there is no {path}",
                f"record it: {again}",
            )
        return read_manifest(path, again)

    @overload
    def read(self, edition: str, scene: str, need: str) -> Recording: ...

    @overload
    def read(self, edition: str, scene: str, need: str, kind: type[Kind]) -> Kind: ...

    def read(
        self, edition: str, scene: str, need: str, kind: type[Recording] = Recording
    ) -> Recording:
        """A recording, verified against its digests, of the class that the reader expects. Errors as
        for :meth:`manifest`; RecordingCorrupt where it is of another class."""
        path = self.found(edition, scene, need)
        with (
            folder_lock(path.parent, exclusive=False)
            if path.is_file()
            else contextlib.nullcontext()
        ):
            manifest = self.manifest(edition, scene, need)
            arrays = _read_tensors(
                path.with_suffix(".safetensors"),
                manifest,
                f"gptviz record {scene} --model {edition}",
            )
        found = typed(manifest, arrays, f"{edition}/{scene}/{need}")
        if not isinstance(found, kind):
            raise RecordingCorrupt(
                f"{found.name} is of the kind {found.kind!r}",
                f"a {kind.__name__} was asked for",
                f"record it again: gptviz record {scene} --model {edition}",
            )
        return found

    def matches(self, edition: str, scene: str, need: str, request: Request) -> bool:
        """Whether a need is recorded as an answer to this very request."""
        if not self.has(edition, scene, need):
            return False
        return self.manifest(edition, scene, need).request == request.as_dict()

    def write(self, edition: str, scene: str, need: str, recording: Recording) -> Path:
        """Writes a recording, tensors first, manifest last; returns the manifest's path. Same
        content, same bytes."""
        path = self.path(edition, scene, need)
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with folder_lock(path.parent, exclusive=True), disk_errors(path):
            _write(path, recording)
        return path


def _write(path: Path, recording: Recording) -> None:
    _settle(path)
    try:
        _write_both(path, recording)
    except BaseException:
        _settle(path)
        raise


def _write_both(path: Path, recording: Recording) -> None:
    arrays = {name: recording.array(name) for name in sorted(recording.manifest.tensors)}
    tensors = path.with_suffix(".safetensors")
    file_sha256 = None
    if arrays:
        data = safetensors.numpy.save(arrays)
        file_sha256 = hashlib.sha256(data).hexdigest()
        _keep_previous(tensors)
        write_bytes(tensors, data)
    manifest = recording.manifest.model_copy(update={"file_sha256": file_sha256})
    plain = manifest.model_dump(mode="json", exclude_none=True)
    text = json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False)
    with replacing(path) as temporary, disk_errors(path, len(text)):
        temporary.write_text(text + "\n", encoding="utf-8")
        read_manifest(temporary, "")
    _previous(tensors).unlink(missing_ok=True)
    if not arrays:
        tensors.unlink(missing_ok=True)


def _settle(path: Path) -> None:
    """Leaves what a broken-off write found: the tensors that fit the manifest, or none where there
    is no manifest.

    A second write would otherwise set aside the tensors of the first, and lose the last ones that
    fit.
    """
    tensors = path.with_suffix(".safetensors")
    previous = _previous(tensors)
    if not path.is_file():
        previous.unlink(missing_ok=True)
        if not tensors.is_symlink():
            tensors.unlink(missing_ok=True)
    elif previous.is_file():
        try:
            wanted = read_manifest(path, "").file_sha256
        except GptvizError:
            wanted = None
        if wanted is not None and hashlib.sha256(previous.read_bytes()).hexdigest() == wanted:
            os.replace(previous, tensors)
        previous.unlink(
            missing_ok=True
        )  # also after a rename, which leaves both names where they are one file


def read_manifest(path: Path, again: str) -> Manifest:
    """A manifest from a file of anyone's: bounded, strict JSON, checked against the schema and its
    own digest."""
    hint = f"record it again: {again}" if again else ""
    try:
        if path.stat().st_size > MANIFEST_LIMIT:
            raise ValueError(f"it is larger than {MANIFEST_LIMIT:,} bytes")
        text = path.read_text(encoding="utf-8")
        data = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
        if not isinstance(data, dict):
            raise ValueError("it is not a JSON object")
        version = data.get("schema_version")
        if isinstance(version, int) and version > SCHEMA:
            raise RecordingTooNew(
                f"{path} was made by a newer gptviz",
                f"its schema version is {version}, this gptviz reads {SCHEMA}",
                "update gptviz",
            )
        manifest = Manifest.model_validate(data)
        actual = digest_of(manifest.request, manifest.tokens, manifest.values, manifest.tensors)
        if actual != manifest.digest:
            raise ValueError(f"its digest should be {manifest.digest}, and is {actual}")
        if manifest.tensors and manifest.file_sha256 is None:
            raise ValueError("it names tensors but no file_sha256")
        Request.from_dict(manifest.request)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RecordingCorrupt(
            f"{path} is not a manifest that can be trusted", _reason(error), hint
        ) from error
    return manifest


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{error.error_count()} fields are wrong, first {first['loc']}: {first['msg']}"
    return str(error)


def _read_tensors(path: Path, manifest: Manifest, again: str) -> dict[str, Array]:
    if not manifest.tensors:
        return {}
    try:
        data = _verified(path, str(manifest.file_sha256))
        arrays = safetensors.numpy.load(data)
        for name, entry in manifest.tensors.items():
            array = arrays[name]
            if (str(array.dtype), array.shape) != (entry.dtype, entry.shape):
                raise ValueError(
                    f"{name} is {array.dtype}{array.shape}, its manifest says {entry.dtype}{entry.shape}"
                )
            if hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest() != entry.sha256:
                raise ValueError(f"the bytes of {name} are not those of its manifest")
            check_finite_array(array, name)
            array.flags.writeable = False
        if extra := set(arrays) - set(manifest.tensors):
            raise ValueError(f"its manifest knows nothing of {', '.join(sorted(extra))}")
    except (OSError, KeyError, ValueError, safetensors.SafetensorError, GptvizError) as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise RecordingCorrupt(
            f"{path} cannot be trusted", reason, f"record it again: {again}"
        ) from error
    return {name: arrays[name] for name in manifest.tensors}


def _verified(path: Path, sha256: str) -> bytes:
    """The bytes of a tensor file with this sha256; the one set aside by an interrupted write serves
    too."""
    actual = ""
    for candidate in (path, _previous(path)):
        if not candidate.is_file():
            continue
        if candidate.stat().st_size > TENSORS_LIMIT:
            raise ValueError(f"it is larger than {TENSORS_LIMIT:,} bytes")
        data = candidate.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest == sha256:
            if len(data) < 8 or struct.unpack("<Q", data[:8])[0] > HEADER_LIMIT:
                raise ValueError("its header is longer than any recording's")
            return data
        actual = actual or digest
    raise ValueError(
        f"its sha256 should be {sha256}, and is {actual}" if actual else "it is not there"
    )


def _previous(tensors: Path) -> Path:
    return tensors.with_name(f".{tensors.name}.previous")


def _keep_previous(tensors: Path) -> None:
    """Keeps the old tensor file reachable until its new manifest is in place, so that no moment has
    neither."""
    if tensors.is_file() and not tensors.is_symlink():
        previous = _previous(tensors)
        previous.unlink(missing_ok=True)
        os.link(tensors, previous)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return result


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number that a recording may hold")
