"""What a recording holds, declared once, where films read it.

A field stands in the class of a recording, as in a pydantic model. It is declaration and accessor in
one: below, ``recording.logits`` are the :class:`~gptviz.recording.number.Numbers` of the tensor
``logits``. ::

    class NextTokenRecording(Recording):
        answers = NextToken

        prompt = Tokens()
        logits = Tensor("float32", "rank")  #: the kept scores, highest first
        logsumexp = Value(float)
        sample_ids = Tensor("int64", "row", when="sample")

A recording is checked against its fields when it is made and when it is read: what is missing, of
another type or not declared is a RecordingCorrupt that names it. The key in the file is the field's
name without underscores in front; ``_pattern`` declares the tensor ``pattern`` for methods alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar, get_args, overload

from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import get_type_hints, is_typeddict

from gptviz.errors import NotDeclared, RecordingCorrupt
from gptviz.recording.number import Number, Numbers, Token, Word

if TYPE_CHECKING:
    from gptviz.recording.request import Request
    from gptviz.recording.schema import Manifest, Recording

Room = Literal["tokens", "values", "tensors"]
ROOMS: tuple[Room, ...] = ("tokens", "values", "tensors")

Seen = TypeVar("Seen")


class Declared(Generic[Seen]):
    """One entry of a manifest.

    ``key`` is its name in the file, where that is not the field's own without underscores in front.
    ``when`` names a field of the request: where that is empty, zero or false, the recording must
    lack the entry; else it must have it. ``optional`` is for what some models or prompts lack.
    """

    room: ClassVar[Room]

    def __init__(self, *, key: str = "", when: str = "", optional: bool = False) -> None:
        self.key, self.when, self.optional = key, when, optional

    def __set_name__(self, owner: type, name: str) -> None:
        self.key = self.key or name.lstrip("_")

    def covers(self, key: str) -> bool:
        """Whether this declares the entry of a key."""
        return key == self.key

    @overload
    def __get__(self, recording: None, owner: type) -> Self: ...

    @overload
    def __get__(self, recording: Recording, owner: type) -> Seen: ...

    def __get__(self, recording: Recording | None, owner: type) -> Self | Seen:
        if recording is None:
            return self
        if not any(map(self.covers, getattr(recording.manifest, self.room))):
            raise NotDeclared(
                f"{recording.name} holds no {self}",
                f"its request has no {self.when}"
                if self.when
                else "not every model or prompt has it",
                f"ask recording.has({self.key!r}) first",
            )
        return self.read(recording)

    def read(self, recording: Recording) -> Seen:
        """The entry as a film sees it."""
        raise NotImplementedError

    def problem(self, entry: Any) -> str:
        """What is wrong with an entry of a manifest; empty where it is as declared."""
        return ""

    def expected(self, request: Request) -> bool | None:
        """Whether the answer to a request has this entry; None where it may."""
        if self.when and not getattr(request, self.when):
            return False
        return None if self.optional else True

    def __str__(self) -> str:
        return f"{self.room.removesuffix('s')} {self.key!r}"


class Tokens(Declared[list[Token]]):
    """A list of tokens."""

    room = "tokens"

    def read(self, recording: Recording) -> list[Token]:
        return recording.tokens(self.key)

    def __str__(self) -> str:
        return f"tokens {self.key!r}"


class TokensEach(Declared[list[list[Token]]]):
    """Lists of tokens that are numbered: ``text0``, ``text1``, as many as there are."""

    room = "tokens"

    def read(self, recording: Recording) -> list[list[Token]]:
        count = sum(map(self.covers, recording.manifest.tokens))
        return [recording.tokens(f"{self.key}{i}") for i in range(count)]

    def covers(self, key: str) -> bool:
        """Whether a list of tokens is one of these."""
        return re.fullmatch(rf"{self.key}\d+", key) is not None


class Tensor(Declared[Numbers]):
    """A tensor: its dtype (several, split by ``|``) and the names of its axes."""

    room = "tensors"

    def __init__(self, dtype: str, *axes: str, **options: Any) -> None:
        super().__init__(**options)
        self.dtypes, self.axes = tuple(dtype.split("|")), axes

    def read(self, recording: Recording) -> Numbers:
        return recording.numbers(self.key)

    def problem(self, entry: Any) -> str:
        if entry.dtype in self.dtypes and entry.axes == self.axes:
            return "" if len(entry.shape) == len(self.axes) else f"has the shape {entry.shape}"
        return (
            f"is {entry.dtype} ({', '.join(entry.axes)}), "
            f"not {' or '.join(self.dtypes)} ({', '.join(self.axes)})"
        )


class Small(Declared[Seen]):
    """An entry among the small values, of a Python type that pydantic can check."""

    room = "values"

    def __init__(self, of: Any, **options: Any) -> None:
        super().__init__(**options)
        self.of = of

    def problem(self, entry: Any) -> str:
        try:
            _adapter(self.of).validate_python(entry, strict=True)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(each) for each in first["loc"])
            return f"is wrong{f' at {place}' if place else ''}: {first['msg']}"
        return ""


class Value(Small[Number]):
    """A number: ``Value(int)`` or ``Value(float)``."""

    def __init__(self, of: type[int] | type[float], **options: Any) -> None:
        super().__init__(of, **options)

    def read(self, recording: Recording) -> Number:
        return recording.value(self.key)


class Values(Small[Numbers]):
    """A list of numbers, or a table of them: ``Values(list[float])``."""

    def read(self, recording: Recording) -> Numbers:
        return recording.values(self.key)


class Text(Small[Word]):
    """A text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(str, **options)

    def read(self, recording: Recording) -> Word:
        return recording.text(self.key)


class Flag(Small[bool]):
    """A yes or no."""

    def __init__(self, **options: Any) -> None:
        super().__init__(bool, **options)

    def read(self, recording: Recording) -> bool:
        return recording.flag(self.key)


class Data(Small[Any]):
    """Anything else, as plain JSON: ``Data(list[Part])`` with a TypedDict ``Part``."""

    def read(self, recording: Recording) -> Any:
        return recording.manifest.values[self.key]


@cache
def _adapter(of: Any) -> TypeAdapter[Any]:
    _close(of)
    return TypeAdapter(of)


def _close(of: Any) -> None:
    """Makes a TypedDict, and those in it, refuse keys that it does not name."""
    for part in get_args(of):
        _close(part)
    if is_typeddict(of):
        of.__pydantic_config__ = ConfigDict(extra="forbid")
        for part in get_type_hints(of, include_extras=True).values():
            _close(part)


def declared_in(cls: type) -> dict[tuple[Room, str], Declared[Any]]:
    """The fields that a class and its bases declare, by room and key."""
    found = {name: entry for base in reversed(cls.__mro__) for name, entry in vars(base).items()}
    return {
        (entry.room, entry.key): entry for entry in found.values() if isinstance(entry, Declared)
    }


def check(
    fields: Mapping[tuple[Room, str], Declared[Any]],
    manifest: Manifest,
    request: Request,
    name: str,
) -> None:
    """Raises RecordingCorrupt, with the entry's name, where a manifest does not hold what is
    declared."""
    for (room, _), entry in fields.items():
        held, expected = getattr(manifest, room), entry.expected(request)
        found = [key for key in held if entry.covers(key)]
        if not found and expected:
            raise _unlike(manifest, name, f"it lacks the {entry}")
        if found and expected is False:
            why = f"it has the {entry}, but its request has no {entry.when}"
            raise _unlike(manifest, name, why)
        for key in found:
            if problem := entry.problem(held[key]):
                raise _unlike(manifest, name, f"the {entry} {problem}")
    for room in ROOMS:
        known = [entry for (where, _), entry in fields.items() if where == room]
        for key in getattr(manifest, room):
            if not any(entry.covers(key) for entry in known):
                raise _unlike(manifest, name, f"its {room} {key!r} is not declared")


def _unlike(manifest: Manifest, name: str, why: str) -> RecordingCorrupt:
    return RecordingCorrupt(
        f"{name} is not what a {manifest.kind} recording holds", why, "record it again"
    )
