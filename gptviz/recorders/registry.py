"""Which function answers which request. A family's module registers its own with
:func:`recorder`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from gptviz.recording.request import Request
from gptviz.recording.schema import Content

Record = TypeVar("Record", bound=Callable[..., Content])


@dataclass(frozen=True)
class Registered:
    """A recorder's function, its module's last name, and its version."""

    function: Callable[[Any, Any], Content]
    module: str
    version: int

    @property
    def name(self) -> str:
        """As it stands in a provenance: ``next_token/1``."""
        return f"{self.module}/{self.version}"


RECORDERS: dict[type[Request], Registered] = {}


def recorder(*requests: type[Request], version: int = 1) -> Callable[[Record], Record]:
    """Registers ``record(model, request) -> Content`` for one or more request types.

    ``version`` is raised by one when the same request on the same model comes to give other
    content.
    """

    def register(function: Record) -> Record:
        for request in requests:
            if request in RECORDERS:
                raise ValueError(
                    f"{request.__name__} already has a recorder, {RECORDERS[request].module}"
                )
            RECORDERS[request] = Registered(
                function, function.__module__.rpartition(".")[2], version
            )
        return function

    return register
