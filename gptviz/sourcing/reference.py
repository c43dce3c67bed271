"""A model, or word vectors, that a user named: loaded when its numbers are needed, and not for its
name alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from gptviz.errors import Unavailable
from gptviz.recording.request import Request, Source, other_model
from gptviz.recording.schema import Recording
from gptviz.sourcing.identity import Identities, Identity, content

if TYPE_CHECKING:
    from gptviz.sourcing.preparing import Item

_PARTS = ("torch", "transformers", "tokenizers", "gensim", "huggingface_hub")


class Listener(Protocol):
    """Who is told what happens; the module :mod:`gptviz.commands.console` is one."""

    def say(self, text: str) -> None:
        """A line that is no result."""

    def step(self, text: str) -> AbstractContextManager[None]:
        """Something that takes a while."""


class Silent:
    """Tells nobody."""

    def say(self, text: str) -> None:
        """See :class:`Listener`."""

    def step(self, text: str) -> AbstractContextManager[None]:
        """See :class:`Listener`."""
        return contextlib.nullcontext()


class Here:
    """Runs models in this process. Another way of running them overrides all three methods; see
    :mod:`.remote`."""

    def __init__(self, listener: Listener | None = None) -> None:
        self.listener = listener or Silent()

    def identify(self, reference: Reference) -> Identity:
        """Name of the edition and fingerprint of what a user named. Raises ModelError,
        VectorsRefused."""
        return Identity(str(reference.model.short), reference.model.provenance().fingerprint)

    def prepare(self, items: Sequence[Item]) -> None:
        """Called once with everything that will be recorded, before the first recording."""

    def take(self, item: Item) -> Recording:
        """One recording, in memory. Raises NotRecorded where the model cannot serve it."""
        text = f"{item.scene.name}: recording {item.need} from {item.reference.short}"
        with parts_needed(), self.listener.step(text):
            from gptviz.recorders import take  # noqa: PLC0415

            named = other_model(item.request)
            other = item.reference.beside(named).model if named else None
            recording: Recording = take(item.reference.model, item.request, other)
            return recording


@dataclass
class Reference:
    """A model, or word vectors, that a user named; loaded when it is first asked for."""

    text: str
    source: Source
    known: Identities
    loaded: Any = field(default=None, repr=False)
    taker: Here = field(default_factory=Here, repr=False)
    others: dict[str, Reference] = field(default_factory=dict, repr=False)

    @property
    def model(self) -> Any:
        """The model or the vectors themselves. Raises ModelError, VectorsRefused, and Unavailable
        without torch."""
        if self.loaded is None:
            with parts_needed(), self.taker.listener.step(f"reading {self.text}"):
                if self.source == "model":
                    from gptviz.models import load  # noqa: PLC0415

                    self.loaded = load(self.text)
                else:
                    from gptviz.models.vectors import load_vectors  # noqa: PLC0415

                    self.loaded = load_vectors(self.text)
        return self.loaded

    @cached_property
    def identity(self) -> Identity:
        """Name of its edition and fingerprint; remembered, so that what did not change is not
        loaded again."""
        key = content(self.text, self.source, self.known)
        identity = self.known.recall(key)
        if identity is None:
            identity = self.taker.identify(self)
            # A model that was fetched just now has its files only now.
            self.known.remember(key or content(self.text, self.source, self.known), identity)
        return identity

    def beside(self, text: str) -> Reference:
        """The second model that a request or a user names; loaded once for all requests."""
        if text not in self.others:
            self.others[text] = Reference(text, "model", self.known, taker=self.taker)
        return self.others[text]

    def fingerprint(self, request: Request) -> str | None:
        """The fingerprint of what answers a request: of this model, or of it and the other one that
        the request names."""
        named = other_model(request)
        if named is None:
            return self.identity.fingerprint
        from gptviz.models.pair import paired  # noqa: PLC0415

        return paired(self.identity.fingerprint, self.beside(named).identity.fingerprint)

    @property
    def short(self) -> str:
        """The name of its edition."""
        return self.identity.short


@contextlib.contextmanager
def parts_needed() -> Iterator[None]:
    """Says what to install where torch, transformers or gensim are needed and not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in _PARTS:
            raise Unavailable(
                "running a model needs parts that are not installed",
                f"there is no {error.name}",
                "install them: pip install 'gptviz[models]'; in a checkout: make record",
            ) from error
        raise
