"""What a file is that is not what it was taken for, by its first bytes: said to whoever named it,
with what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

#: Bytes that are enough to tell; a Git LFS pointer is a text of some 130 bytes.
ENOUGH = 512


@dataclass(frozen=True)
class Foreign:
    """``what`` a file is, in words that follow "it is", and what to ``do`` about it."""

    what: str
    do: str


_UNPACK = "unpack it, and name the file that was in it"
_KINDS: tuple[tuple[re.Pattern[bytes], Foreign], ...] = (
    (
        re.compile(rb"version https://git-lfs"),
        Foreign(
            "a Git LFS pointer, not the file that it stands for",
            "fetch the file itself: git lfs pull, in the folder that it was cloned into",
        ),
    ),
    (
        re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype\s+html|html|head|\?xml)", re.IGNORECASE),
        Foreign(
            "an HTML page, as a site sends in place of a file",
            "download the file itself: its page has a link or a button for that",
        ),
    ),
    (re.compile(rb"PK\x03\x04"), Foreign("a zip archive (or npz, or a torch checkpoint)", _UNPACK)),
    (re.compile(rb"PK\x05\x06"), Foreign("an empty zip archive", "fetch the file again")),
    (re.compile(rb"BZh|\xfd7zXZ|\x28\xb5\x2f\xfd|7z\xbc\xaf"), Foreign("packed, not with gzip", _UNPACK)),
    (re.compile(rb".{257}ustar", re.DOTALL), Foreign("a tar archive", _UNPACK)),
    (
        re.compile(rb"\x80[\x02-\x05]"),
        Foreign("a pickle; loading it would run what it holds", "save what it holds in another format"),
    ),
    (
        re.compile(rb"\xba\x16\x4f\x2f"),
        Foreign(
            "a fastText model (.bin), with n-grams beside the words",
            "take the .vec file that fastText publishes and writes beside it",
        ),
    ),
    (re.compile(rb"GGUF"), Foreign("a .gguf file, which holds a model", "give it as MODEL=FILE.gguf")),
    (re.compile(rb"GGML|ggjt|tjgg|fmgg|lmgg"), Foreign("a file of llama.cpp from before .gguf", "convert its model anew, to .gguf")),
    (re.compile(rb"\x93NUMPY"), Foreign("a numpy array without its words", "save words and vectors together")),
    (re.compile(rb"\x89HDF"), Foreign("an HDF5 file", "save what it holds in another format")),
    (re.compile(rb"PAR1"), Foreign("a Parquet table", "save what it holds in another format")),
    (re.compile(rb".{4}\x00{4}\{", re.DOTALL), Foreign("a safetensors file, which holds tensors", "name the folder of its model")),
)  # fmt: skip


def foreign(start: bytes) -> Foreign | None:
    """What a file that begins so is, if it is one of those that people name by mistake."""
    return next((kind for pattern, kind in _KINDS if pattern.match(start)), None)


def foreign_file(path: Path) -> Foreign | None:
    """The same of a file."""
    with path.open("rb") as file:
        return foreign(file.read(ENOUGH))
