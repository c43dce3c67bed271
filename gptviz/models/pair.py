"""Two models beside each other, for the recordings that compare them. It is the only place where
two models meet; everywhere else a recording is of one."""

from __future__ import annotations

import hashlib

from gptviz.models.interface import Model
from gptviz.recording.schema import Provenance


class Pair(Model):
    """``first`` and ``second``; its title, sizes and anatomy are those of the first."""

    def __init__(self, first: Model, second: Model) -> None:
        self.first, self.second = first, second
        self.title, self.short, self.reference = first.title, first.short, first.reference
        self.shape, self.anatomy = first.shape, first.anatomy

    def for_recording(self) -> Pair:
        return Pair(self.first.for_recording(), self.second.for_recording())

    def provenance(self) -> Provenance:
        """The first model's, with the names of both, and what is said of the second in its note."""
        first, second = self.first.provenance(), self.second.provenance()
        about = (second.source, second.commit, second.licence, second.note)
        beside = f"beside {second.model}: {'; '.join(filter(None, about)) or second.reference}"
        return first.model_copy(
            update={
                "model": f"{first.model} and {second.model}",
                "reference": f"{first.reference} and {second.reference}",
                "fingerprint": paired(first.fingerprint, second.fingerprint),
                "note": "; ".join(filter(None, (first.note, beside))),
                "versions": {**second.versions, **first.versions},
            }
        )


def paired(first: str | None, second: str | None) -> str:
    """The fingerprint of two models, in this order."""
    return hashlib.sha256(f"{first} beside {second}".encode()).hexdigest()
