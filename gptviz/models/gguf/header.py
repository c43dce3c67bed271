"""The metadata and the table of tensors of a .gguf file, read without trust.

The file begins with a magic word, a version and two counts; then come pairs of key and value, the
tensors' names, shapes, types and places, and, aligned, their bytes (ggml-org/ggml, docs/gguf.md).
Every length is held against the bytes that are left before anything of it is read. The reader of the
``gguf`` library trusts lengths, and goes on counting beyond the end of a file; it is the tests'
reference, and its tables of types are used here.
"""

from __future__ import annotations

import math
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

from gptviz.errors import ModelRefused
from gptviz.models.foreign import ENOUGH, foreign

#: The types that are read; every other is refused by its name.
READ = ("F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q4_K", "Q5_K", "Q6_K")

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_ALIGNMENT = 32  # bytes, where the file does not say otherwise
_DIMENSIONS = 4
_NUMBERS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRING, _ARRAY = 8, 9
_LEAST = {**{kind: struct.calcsize(code) for kind, code in _NUMBERS.items()}, _STRING: 8}


@dataclass(frozen=True)
class Place:
    """Where a tensor lies: its type by ggml's name, its shape with the fastest axis last, the bytes
    from ``start`` on."""

    kind: str
    shape: tuple[int, ...]
    start: int
    bytes: int


class Header:
    """What a file says of itself: ``metadata`` by key, ``tensors`` by the file's own names.

    Raises ModelRefused for what is no such file, is cut short or lies.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            start = file.read(ENOUGH)
            self.size = path.stat().st_size
            if not start.startswith(_MAGIC):
                self._other(start)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                try:
                    self.metadata, self.tensors = _read(data)
                except (ValueError, struct.error) as error:
                    raise ModelRefused(
                        f"{path.name} is no .gguf file that can be trusted",
                        str(error),
                        "download it again, or convert its model anew",
                    ) from error

    def get(self, key: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        """A value of the metadata. Raises ModelRefused where it is of another type, or missing and
        without a default."""
        value = self.metadata.get(key, default)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            what = (
                f"it says {key} = {str(value)[:60]!r}"
                if key in self.metadata
                else f"it lacks {key}"
            )
            raise ModelRefused(
                f"{self.path.name} describes no model", what, "convert its model anew"
            )
        return value

    def _other(self, start: bytes) -> NoReturn:
        other = foreign(start)
        raise ModelRefused(
            f"{self.path.name} is no .gguf file",
            f"it is {other.what}"
            if other
            else f"it begins with {start[:4]!r}, not with {_MAGIC!r}",
            other.do if other else "name a .gguf file, a folder, a hub id, or mini",
        )


class _Cursor:
    """A place in the file that moves on as values are read, and never beyond its end."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at = data, 0

    def room(self, count: int, each: int, what: str) -> None:
        left = len(self.data) - self.at
        if count * each > left:
            raise ValueError(
                f"at byte {self.at:,} it announces {count:,} {what}; {left:,} bytes are left"
            )

    def number(self, code: str, what: str = "numbers") -> Any:
        self.room(1, struct.calcsize(code), what)
        (value,) = struct.unpack_from(f"<{code}", self.data, self.at)
        self.at += struct.calcsize(code)
        return value

    def text(self) -> str:
        length = self.number("Q")
        self.room(length, 1, "bytes of text")
        raw = self.data[self.at : self.at + length]
        self.at += length
        return raw.decode("utf-8")

    def value(self, kind: int, nested: bool = False) -> Any:
        if kind in _NUMBERS:
            return self.number(_NUMBERS[kind])
        if kind == _STRING:
            return self.text()
        if kind != _ARRAY or nested:
            raise ValueError(f"at byte {self.at:,} stands a value of the type {kind}")
        inner, count = self.number("I"), self.number("Q")
        self.room(count, _LEAST.get(inner, 1), "values of a list")
        if inner not in _NUMBERS:
            return [self.value(inner, nested=True) for _ in range(count)]
        values = struct.unpack_from(f"<{count}{_NUMBERS[inner]}", self.data, self.at)
        self.at += count * _LEAST[inner]
        return list(values)


def _read(data: mmap.mmap) -> tuple[dict[str, Any], dict[str, Place]]:
    cursor = _Cursor(data)
    cursor.at = len(_MAGIC)
    version = cursor.number("I")
    if version not in _VERSIONS:
        swapped = int.from_bytes(version.to_bytes(4, "little"), "big") in _VERSIONS
        raise ValueError(
            "its numbers have the order of bytes of another kind of machine"
            if swapped
            else f"it is of version {version}; {' and '.join(map(str, _VERSIONS))} are read"
        )
    tensors, pairs = cursor.number("Q"), cursor.number("Q")
    cursor.room(pairs, 12, "values")
    metadata: dict[str, Any] = {}
    for _ in range(pairs):
        key = cursor.text()
        if key in metadata:
            raise ValueError(f"it says {key[:60]!r} twice")
        metadata[key] = cursor.value(cursor.number("I"))
    cursor.room(tensors, 24, "tensors")
    return metadata, _places(cursor, tensors, metadata.get("general.alignment", _ALIGNMENT))


def _places(cursor: _Cursor, count: int, alignment: Any) -> dict[str, Place]:
    """The table of tensors, each place held against the file and against the places before it."""
    if not isinstance(alignment, int) or alignment < 1 or alignment & (alignment - 1):
        raise ValueError(
            f"it says general.alignment = {str(alignment)[:40]}, which is no power of two"
        )
    named: dict[str, tuple[str, tuple[int, ...], int, int]] = {}
    for _ in range(count):
        name = cursor.text()
        dimensions = cursor.number("I")
        if not 1 <= dimensions <= _DIMENSIONS or name in named:
            raise ValueError(
                f"the tensor {name[:60]!r} stands there twice, or has {dimensions} axes"
            )
        shape = tuple(reversed([cursor.number("Q") for _ in range(dimensions)]))
        kind, offset = cursor.number("I"), cursor.number("Q")
        named[name] = (*_sized(name, kind, shape), offset)
    begin = -(-cursor.at // alignment) * alignment
    places, end = {}, begin
    for name, (kind_name, shape, size, offset) in sorted(
        named.items(), key=lambda each: each[1][3]
    ):
        start = begin + offset
        if start < end or start + size > len(cursor.data):
            raise ValueError(
                f"the tensor {name[:60]!r} of {list(shape)} would lie at the bytes {start:,} to "
                f"{start + size:,} of {len(cursor.data):,}"
            )
        places[name], end = Place(kind_name, shape, start, size), start + size
    return {name: places[name] for name in named}


def _sized(name: str, kind: int, shape: tuple[int, ...]) -> tuple[str, tuple[int, ...], int]:
    """Type by name, shape, and how many bytes a tensor takes."""
    try:
        quantisation = GGMLQuantizationType(kind)
    except ValueError:
        raise ValueError(
            f"the tensor {name[:60]!r} is of the type {kind}, which nobody knows"
        ) from None
    if quantisation.name not in READ:
        raise ValueError(
            f"the tensor {name[:60]!r} is stored as {quantisation.name}; {', '.join(READ)} are read"
        )
    block, size = GGML_QUANT_SIZES[quantisation]
    if shape[-1] % block:
        raise ValueError(f"the tensor {name[:60]!r} has rows of {shape[-1]}, its blocks {block}")
    return quantisation.name, shape, math.prod(shape) // block * size
