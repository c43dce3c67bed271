"""What a film asks for: the root of all requests, and what can be done with any of them.

Requests hold only literals (text, numbers, booleans, tuples of these), so that a film's needs can be
read from its source without importing Manim, and so that they can stand in a manifest.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Generic, Literal

from typing_extensions import TypeVar

Source = Literal["model", "vectors"]

#: The class of the recordings that answer a request.
Answer_co = TypeVar("Answer_co", default=Any, covariant=True)

#: The field in which a request names a second model.
OTHER_FIELD = "other_model"

#: The field in which a request names a head, (layer, head) from 0; empty where a rule chooses one.
#: ``LAYER=`` and ``HEAD=`` replace it.
HEAD_FIELD = "head"

REQUESTS: dict[str, type[Request]] = {}

_JOINED = "joined"


def joined(default: Any) -> Any:
    """A field that a kind of request got after recordings of it were made."""
    return field(default=default, metadata={_JOINED: True})


@dataclass(frozen=True)
class Request(Generic[Answer_co]):
    """The root of all requests: a frozen value.

    ``kind`` names the recording that answers it; ``source`` says what computes it: a language model
    or word vectors.
    """

    kind: ClassVar[str] = ""
    source: ClassVar[Source] = "model"

    def __init_subclass__(cls) -> None:
        REQUESTS[cls.kind] = cls

    def as_dict(self) -> dict[str, Any]:
        """The request as plain JSON values, tuples as lists, with its ``kind``. A field that joined
        later (:func:`joined`) is left out at its default, so that older recordings answer still."""
        told = asdict(self)
        for f in fields(self):
            if f.metadata.get(_JOINED) and told[f.name] == f.default:
                del told[f.name]
        return {"kind": self.kind, **_plain(told)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Request:
        """The request that :meth:`as_dict` wrote. Raises KeyError or TypeError for anything
        else."""
        values = dict(data)
        request = REQUESTS[values.pop("kind")]
        return request(**{key: _frozen(value) for key, value in values.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value


def _frozen(value: Any) -> Any:
    return tuple(_frozen(entry) for entry in value) if isinstance(value, list) else value


def prompt_field(request: Request) -> str | None:
    """The name of the field that ``PROMPT=`` replaces, or None where a request has no prompt."""
    return next((f.name for f in fields(request) if f.name == "prompt"), None)


def other_model(request: Request) -> str | None:
    """The name of the second model that a request asks about, as a user names one: what ``OTHER=``
    replaces. None where it asks about one model."""
    return getattr(request, OTHER_FIELD, None)
