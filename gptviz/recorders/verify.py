"""Committed recordings, taken once more: whether the model at hand still computes what they hold.

The same machine gives the same bytes; another one the same numbers but for the last digits, which
may differ by :data:`~gptviz.recording.compare.TOLERANCE`. More than that is another model, or
another recorder.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gptviz.errors import (
    ModelError,
    NotFinite,
    NotRecorded,
    RecordingError,
    UsageError,
    VectorsRefused,
)
from gptviz.recorders import take
from gptviz.recording.compare import TOLERANCE, compare, recorded
from gptviz.recording.request import Source
from gptviz.recording.schema import Recording
from gptviz.recording.store import Store

Outcome = Literal["same", "close", "changed", "damaged", "refused", "not at hand"]

#: What computes an edition's recordings, loaded when it is first asked for.
AtHand = Mapping[tuple[str, Source], Callable[[], Any]]


@dataclass(frozen=True)
class Verified:
    """One recording and what became of it. ``largest`` difference (see
    :mod:`gptviz.recording.compare`) at ``where``.

    ``same``: equal digests; ``close``: within the tolerance; ``changed``: beyond it, ``why`` says
    what in words;
    ``damaged``: the files cannot be trusted; ``refused``: the model cannot answer any more; ``not
    at hand``: nobody here can answer.
    """

    edition: str
    scene: str
    need: str
    outcome: Outcome
    largest: float = 0.0
    where: str = ""
    why: str = ""

    @property
    def ok(self) -> bool:
        """Whether the recording still stands, as far as can be told here."""
        return self.outcome in ("same", "close", "not at hand")


def verify(
    store: Store, editions: Sequence[str], at_hand: AtHand, scenes: Sequence[str] = ()
) -> Iterator[Verified]:
    """Recomputes the recordings of some editions, one after another, and says of each what became
    of it.

    ``at_hand``: what answers the requests of an edition, by its name and by their source;
    :func:`bundled` has what ships with the package. ``scenes`` restricts it to some films. Writes
    nothing.
    """
    loaded: dict[tuple[str, Source], Any] = {}
    for edition in editions:
        for scene, need in recorded(store, edition, scenes):
            yield _verified(store, (edition, scene, need), at_hand, loaded)


def bundled() -> dict[tuple[str, Source], Callable[[], Any]]:
    """The model and the vectors that ship with the package, for their edition."""
    from gptviz.models import load  # noqa: PLC0415
    from gptviz.models.vectors import load_vectors  # noqa: PLC0415

    return {
        ("mini", "model"): lambda: load("mini"),
        ("mini", "vectors"): lambda: load_vectors("mini"),
    }


def judge(before: Recording, after: Recording) -> tuple[Outcome, float, str, str]:
    """What became of a recording that was taken once more: outcome, largest difference, where, and
    why in words."""
    found = compare(before, after)
    if not found.differences:
        return "same", 0.0, "", ""
    worst = max(found.differences, key=lambda each: each.size)
    if found.within(TOLERANCE):
        return "close", found.largest, worst.where, ""
    why = found.text
    if before.provenance.fingerprint != after.provenance.fingerprint:
        why += "; it was recorded from another model or other vectors"
    elif before.provenance.recorder != after.provenance.recorder:
        why += f"; it was recorded by {before.provenance.recorder}, now {after.provenance.recorder}"
    return "changed", found.largest, worst.where, why


def _verified(
    store: Store,
    place: tuple[str, str, str],
    at_hand: AtHand,
    loaded: dict[tuple[str, Source], Any],
) -> Verified:
    try:
        before = store.read(*place)
    except RecordingError as error:
        return Verified(*place, "damaged", math.inf, why=f"{error.what}: {error.why}")
    request = before.request
    key: tuple[str, Source] = (place[0], request.source)
    if key not in at_hand:
        return Verified(
            *place,
            "not at hand",
            why=f"no {request.source} for {place[0]}: {before.provenance.reference}",
        )
    try:
        if key not in loaded:
            loaded[key] = at_hand[key]()
        after = take(loaded[key], request)
    except NotRecorded as error:
        return Verified(*place, "not at hand", why=error.what)
    except (ModelError, NotFinite, UsageError, VectorsRefused) as error:
        return Verified(*place, "refused", math.inf, why=f"{error.what}: {error.why}")
    outcome, largest, where, why = judge(before, after)
    return Verified(*place, outcome, largest, where, why)
