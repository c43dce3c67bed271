"""The manifest of a published film: what it was made from, what it is, and its sections. Written
last: its presence means that the film is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gptviz.recording.files import inside

SCHEMA = 2
_LIMIT = 8_000_000  # bytes

#: What lies beside a manifest, by its suffix.
SUFFIXES = (".mp4", ".srt", ".vtt", ".png")


@dataclass(frozen=True)
class Place:
    """Where a published film lies: ``media/videos/<edition>/<quality>/<scene>`` and its
    suffixes."""

    media: Path
    edition: str
    quality: str
    scene: str

    def path(self, suffix: str) -> Path:
        """The film's file of a suffix. Raises UnsafePath where a name or a symbolic link leads out
        of the folder."""
        return inside(self.media, "videos", self.edition, self.quality, self.scene + suffix)

    @property
    def film(self) -> Path:
        return self.path(".mp4")


def read(place: Place) -> dict[str, Any] | None:
    """A published manifest, or None where there is none that can be understood: then there is no
    film."""
    path = place.path(".json")
    try:
        if path.stat().st_size > _LIMIT:
            return None
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    known = (
        isinstance(data, dict)
        and data.get("schema") == SCHEMA
        and isinstance(data.get("parts"), dict)
    )
    return data if known and isinstance(data.get("files"), dict) else None


def damage(place: Place, data: dict[str, Any]) -> str:
    """What is wrong with the files of a published film, in words; empty where they are what the
    manifest says."""
    for suffix in SUFFIXES:
        path, expected = place.path(suffix), data["files"].get(suffix)
        if not path.is_file():
            return f"{path.name} is gone"
        if file_sha256(path) != expected:
            return f"{path.name} is damaged"
    return ""


def set_aside(place: Place) -> Path | None:
    """Takes a film that is not what its manifest says out of the way of viewers; returns where it
    is now."""
    aside = place.path(".mp4.damaged")
    if not place.film.is_file():
        return None
    os.replace(place.film, aside)
    return aside


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def dumps(data: dict[str, Any]) -> bytes:
    """A manifest as bytes: the same content, the same bytes."""
    return (json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
