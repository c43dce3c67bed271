"""One writer at a time: locks that die with their holder, and folders whose owner can be told to be
dead.

The system's own file locks (flock): a process that is killed, however hard, lets go of them. What
is written in the file says only who to wait for.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from gptviz.errors import GptvizError
from gptviz.recording.files import disk_errors, inside

LOCKS = ".locks"
STAGING = ".staging"
_OWNER = ".owner"
_POLL = 0.2  # seconds


@contextlib.contextmanager
def exclusive(
    media: Path,
    name: str,
    waiting: Callable[[str], None],
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[None]:
    """Holds the lock of an output, such as ``default-m-softmax``.

    Where another process holds it, ``waiting`` is told once by whom, and this one waits until that
    one is done or dead. Raises UnsafePath for a name that leads out of ``media``, KeyboardInterrupt
    when ``cancelled`` while waiting.
    """
    path = inside(media, LOCKS, name)
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        told = False
        while not _try(handle):
            if not told:
                told = True
                waiting(os.pread(handle, 100, 0).decode(errors="replace").strip() or "unknown")
            if cancelled():
                raise KeyboardInterrupt
            time.sleep(_POLL)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)  # the lock goes with it; the file stays, for removing it would let two in


@contextlib.contextmanager
def staging(media: Path) -> Iterator[Path]:
    """A fresh folder to work in, removed afterwards; those that dead processes left behind are
    removed first."""
    root = inside(media, STAGING)
    with disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        sweep(root)
        folder = inside(media, STAGING, f"{os.getpid()}-{secrets.token_hex(4)}")
        owner = folder.with_name(folder.name + _OWNER)
        handle = _own(owner)
        folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        owner.unlink(missing_ok=True)
        os.close(handle)


def sweep(root: Path) -> list[str]:
    """Removes the folders of dead owners below ``root``; returns their names. Those of living
    processes stay."""
    removed = []
    for folder in sorted(
        path for path in root.iterdir() if path.is_dir() and not path.is_symlink()
    ):
        owner = folder.with_name(folder.name + _OWNER)
        if _alive(owner):
            continue
        shutil.rmtree(folder, ignore_errors=True)
        owner.unlink(missing_ok=True)
        removed.append(folder.name)
    for owner in root.glob(f"*{_OWNER}"):
        if not owner.with_name(owner.name.removesuffix(_OWNER)).exists() and not _alive(owner):
            owner.unlink(missing_ok=True)
    return removed


def _own(owner: Path) -> int:
    """Creates and locks an owner file. A sweep of another process may remove it in between: then
    once more."""
    for _ in range(100):
        handle = os.open(owner, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        if _try(handle):
            with contextlib.suppress(FileNotFoundError):
                if os.stat(owner).st_ino == os.fstat(handle).st_ino:
                    return handle
        os.close(handle)
        time.sleep(0.01)
    raise GptvizError(
        f"{owner} cannot be locked",
        "another process removes it again and again",
        "look for a gptviz that hangs",
    )


def _alive(owner: Path) -> bool:
    try:
        handle = os.open(owner, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _try(handle)
    finally:
        os.close(handle)


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
