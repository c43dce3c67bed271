"""Writing files so that nothing good is ever replaced by something broken.

A temporary name in the same folder, flushed, then renamed. Paths that lead out of their folder,
also through a symbolic link, are refused; a full disk leaves the old file and no temporary one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from gptviz.errors import NoSpace, UnsafePath

TEMPORARY = ".part-"
LONGEST = 200  # bytes of a name: file systems take 255, and temporary names are longer
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def inside(root: Path, *parts: str) -> Path:
    """``root/parts...`` as a path that stays inside ``root``. Raises UnsafePath where a part or a
    link leads out."""
    path = root.joinpath(*parts)
    if any(
        part in ("", ".", "..") or "\0" in part or "/" in part or os.sep in part for part in parts
    ):
        raise UnsafePath(
            f"{'/'.join(parts)[:200]!r} is no path inside {root}",
            "a part of it is empty, '..' or holds a separator",
        )
    if any(len(part.encode("utf-8", "surrogatepass")) > LONGEST for part in parts):
        raise UnsafePath(
            f"{'/'.join(parts)[:60]!r}... is too long for a path",
            f"a name has at most {LONGEST} bytes",
            "give a shorter name",
        )
    try:
        leads_out = not path.resolve().is_relative_to(root.resolve())
    except (
        OSError,
        RuntimeError,
        UnicodeError,
    ) as error:  # links in a circle, halves of characters
        raise UnsafePath(f"{ascii(str(path))} leads nowhere", str(error)[:200]) from error
    if leads_out:
        raise UnsafePath(
            f"{path} leads out of {root}",
            "a symbolic link on the way points elsewhere",
            "remove the link",
        )
    return path


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path``; on leaving without an error it is flushed and becomes
    ``path``.

    Raises NoSpace when the disk is full and UnsafePath when ``path`` is a symbolic link; ``path``
    is then as it was.
    """
    if path.is_symlink():
        raise UnsafePath(
            f"{path} is a symbolic link",
            "it could lead anywhere, so it is not written to",
            "remove the link",
        )
    temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(4)}-{path.name}")
    try:
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield temporary
            flush(temporary)
            os.replace(temporary, path)
            flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def folder_lock(folder: Path, exclusive: bool) -> Iterator[None]:
    """Keeps writers of a folder's files apart, and readers from seeing half of what a writer does.

    The lock is the system's, on the folder itself: it leaves no file, and a process that dies gives
    it back.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all. Errors as for :func:`replacing`."""
    with replacing(path) as temporary, disk_errors(path, len(data)):
        temporary.write_bytes(data)


def flush(path: Path) -> None:
    """Asks the system to bring a file or a folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def disk_errors(path: Path, size: int | None = None) -> Iterator[None]:
    """Turns the system's errors about space and permission into gptviz's own."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            needs = (
                f"about {max(1, size // 1_000_000)} MB are needed"
                if size
                else "the disk or a size limit is full"
            )
            raise NoSpace(
                f"no space left for {path}", needs, "free some space and run the same command again"
            ) from error
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise UnsafePath(
                f"{path} cannot be written",
                str(error.strerror),
                "choose another folder or change its rights",
            ) from error
        raise
