"""What a film needs: the request in the class, and in the film the recording that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Literal, Protocol, Self, TypeVar, overload

from gptviz.recording.request import Request

Answer = TypeVar("Answer")
Given = TypeVar("Given")


class HasRecordings(Protocol):
    """A film."""

    @property
    def rec(self) -> Mapping[str, Any]:
        """Its recordings by the name of the need."""


class Need(Generic[Given]):
    """A need of a film. The attribute of the class is the need, that of a film its recording, with a
    type that editors and mypy know::

        class Softmax(Film):
            row = Need(NextToken(prompt="As the spaceship was approaching the"), main=True)

            def construct(self) -> None:
                self.row.probability(0)  # self.row is a NextTokenRecording

    ``main`` marks the need that ``PROMPT=`` replaces. ``optional`` is for what an edition may lack,
    for not every model can serve it: the attribute is then None, and the film says what is not there.
    """

    @overload
    def __init__(
        self: Need[Answer],
        request: Request[Answer],
        *,
        main: bool = False,
        optional: Literal[False] = False,
    ) -> None: ...

    @overload
    def __init__(
        self: Need[Answer | None], request: Request[Answer], *, optional: Literal[True]
    ) -> None: ...

    def __init__(self, request: Any, *, main: bool = False, optional: bool = False) -> None:
        self.request: Request = request
        self.main, self.optional, self.name = main, optional, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, film: None, owner: type) -> Self: ...

    @overload
    def __get__(self, film: HasRecordings, owner: type) -> Given: ...

    def __get__(self, film: HasRecordings | None, owner: type) -> Any:
        if film is None:
            return self
        return film.rec.get(self.name) if self.optional else film.rec[self.name]

    def __set__(self, film: HasRecordings, value: Any) -> None:
        raise AttributeError(f"{self.name} is a need: a film does not set its recording")


def needs_of(cls: type) -> dict[str, Need[Any]]:
    """The needs that a class and its bases declare, by name, in order."""
    found = {name: each for base in reversed(cls.__mro__) for name, each in vars(base).items()}
    return {name: each for name, each in found.items() if isinstance(each, Need)}
