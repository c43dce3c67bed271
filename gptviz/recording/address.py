"""Where a value comes from, as a value that finds it again.

==========  =======================================================================================
Place       a part of a recording: an entry of a tensor, a small value, a token, its request
Digest      what several recordings hold, in one digest
Printed     a publication
Knob        a setting that a film declares
==========  =======================================================================================

An address is made where a value is read and is never taken apart again: ``str(address)`` is for
people and reports, :meth:`Address.look_up` for the audit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

if TYPE_CHECKING:
    from gptviz.recording.schema import Recording

Room = Literal["tensors", "values", "tokens", "request", "provenance"]
Index = tuple[int, ...]


@dataclass(frozen=True)
class Given:
    """What a film was given: its recordings by name, and the settings that it declares."""

    recordings: Mapping[str, Recording] = field(default_factory=dict)
    settings: Mapping[str, float] = field(default_factory=dict)

    def recording(self, name: str) -> Recording:
        """Raises LookupError for a recording that the film was not given."""
        if name not in self.recordings:
            raise LookupError(f"the film was not given a recording {name}")
        return self.recordings[name]


class Address:
    """Where a value comes from."""

    def look_up(self, given: Given) -> Any:
        """What lies there. Raises LookupError, with the reason, where there is nothing."""
        raise NotImplementedError


@dataclass(frozen=True)
class Place(Address):
    """A part of a recording: ``path`` leads to it inside one of the recording's rooms, ``index`` to
    an entry of an array."""

    recording: str
    room: Room
    path: tuple[str | int, ...]
    index: Index = ()

    @classmethod
    def tensor(cls, recording: str, name: str, *index: int) -> Place:
        """An entry of a tensor, or all of it."""
        return cls(recording, "tensors", (name,), index)

    @classmethod
    def value(cls, recording: str, *path: str | int) -> Place:
        """One of the small values."""
        return cls(recording, "values", path)

    @classmethod
    def token(cls, recording: str, name: str, *path: str | int) -> Place:
        """A token of a list, or a field of it."""
        return cls(recording, "tokens", (name, *path))

    @classmethod
    def request(cls, recording: str, *path: str | int) -> Place:
        """What the recording was asked for."""
        return cls(recording, "request", path)

    @classmethod
    def provenance(cls, recording: str, *path: str | int) -> Place:
        """Who computed the recording, from what."""
        return cls(recording, "provenance", path)

    def entry(self, index: Index) -> Place:
        """An entry of the array that lies here."""
        return Place(self.recording, self.room, self.path, index)

    def look_up(self, given: Given) -> Any:
        recording = given.recording(self.recording)
        rooms = recording if self.room in ("tensors", "provenance") else recording.manifest
        found: Any = getattr(rooms, self.room)
        try:
            for key in (*self.path, *self.index):
                named = isinstance(key, str) and isinstance(found, BaseModel)
                found = getattr(found, str(key)) if named else found[key]
        except (AttributeError, KeyError, IndexError, TypeError) as error:
            raise LookupError(f"there is nothing at {self}") from error
        return found

    def __str__(self) -> str:
        room = () if self.room == "tensors" else (self.room,)
        keys = "".join(
            f"[{key}]" if isinstance(key, int) else f".{key}" for key in (*room, *self.path)
        )
        return f"{self.recording}#{keys.removeprefix('.')}{indexed(self.index)}"


@dataclass(frozen=True)
class Digest(Address):
    """The digest of recordings, taken together."""

    recordings: tuple[str, ...]

    def look_up(self, given: Given) -> str:
        return digest_of(given.recording(name).digest for name in self.recordings)

    def __str__(self) -> str:
        return f"digest of {', '.join(self.recordings)}"


@dataclass(frozen=True)
class Printed(Address):
    """A publication: what it says is quoted, not computed."""

    source: str

    def look_up(self, given: Given) -> str:
        if not self.source.strip():
            raise LookupError("a quoted figure without a source")
        return self.source

    def __str__(self) -> str:
        return f"quoted from {self.source}"


@dataclass(frozen=True)
class Knob(Address):
    """A setting that a film declares."""

    name: str

    def look_up(self, given: Given) -> float:
        if self.name not in given.settings:
            raise LookupError(f"the film declares no setting {self.name!r}")
        return given.settings[self.name]

    def __str__(self) -> str:
        return f"setting {self.name}"


def digest_of(digests: Iterable[str]) -> str:
    """One digest for several, in whatever order they come: of one, that one."""
    ordered = sorted(digests)
    return (
        ordered[0] if len(ordered) == 1 else hashlib.sha256("".join(ordered).encode()).hexdigest()
    )


def indexed(index: Index) -> str:
    """An index as an address shows it; nothing where there is none."""
    return f"[{', '.join(map(str, index))}]" if index else ""
