"""Parts of a model that cannot run: a checkpoint that holds some tensors only, and a tokenizer
alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from gptviz.errors import NotRecorded
from gptviz.models.architectures.gpt2 import GPT2
from gptviz.models.card import card_of
from gptviz.models.checkpoint import Checkpoint, compare
from gptviz.models.interface import Floats, Model, Shape, Stored
from gptviz.models.references import fingerprint, recognised, safe
from gptviz.models.tokenization import Tokenizer
from gptviz.recording.anatomy import Anatomy
from gptviz.recording.schema import Provenance, TokenRow

#: sha256 of the vocabulary and merges of GPT-2, which all its sizes share.
GPT2_TOKENIZER = "17c5c6fc7a99ad920539197a19e03a9b019ddac52f402b34c8b8f8be9d12bcf1"
_NO_LIMIT = 1_000_000  # tokens; a tokenizer alone has no positions


class PartialCheckpoint(Model):
    """Some learned tensors of a model. It serves weights, and refuses to run."""

    def __init__(self, folder: Path) -> None:
        self._checkpoint = Checkpoint(folder, GPT2)
        self._card = card_of(folder, recognised(self._checkpoint))
        self.title, self.short, self.shape = self._card.model, self._card.edition, self._card.shape
        self.reference = folder.resolve().name
        self.anatomy = Anatomy(tied=not self.has_tensor("lm_head.weight"))
        self._architecture = GPT2(self.shape, self.anatomy)
        expected, shapes = self._architecture.expected(), self._checkpoint.shapes()
        compare(
            {name: shape for name, shape in expected.items() if name in shapes},
            shapes,
            self.reference,
        )

    def provenance(self) -> Provenance:
        return Provenance(
            model=self.title,
            reference=self.reference,
            parameters=self._card.parameters,
            fingerprint=fingerprint(self._weights_sha256, None),
            weights_sha256=self._weights_sha256,
            source=self._card.source,
            commit=self._card.commit,
            licence=self._card.licence,
            note=self._card.note,
        )

    def weight(self, name: str) -> Floats:
        held = self._architecture.weights.get(name)
        if held is None or not self.has_tensor(held.tensor):
            raise self._lacks(name)
        return held.view(self.tensor(held.tensor))

    def has_weight(self, name: str) -> bool:
        held = self._architecture.weights.get(name)
        return held is not None and self.has_tensor(held.tensor)

    @property
    def stored(self) -> Mapping[str, Stored]:
        return self._architecture.tensors

    def tensor(self, name: str) -> Floats:
        if not self.has_tensor(name):
            raise self._lacks(name)
        return self._checkpoint.tensor(name)

    def has_tensor(self, name: str) -> bool:
        return name in self._checkpoint

    def _lacks(self, name: str) -> NotRecorded:
        held = len(self._checkpoint.entries)
        return NotRecorded(
            f"{self.title} without {name}",
            f"{self.reference} holds {held} of {len(self._architecture.tensors)} tensors",
            "name a whole model: a hub id, a local folder, or mini",
        )

    @cached_property
    def _weights_sha256(self) -> str:
        return self._checkpoint.fingerprint()


class TokenizerOnly(Model):
    """A tokenizer without a model: ids, texts, bytes and merges."""

    anatomy = Anatomy()  # of no model; a composite takes that of its other parts

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_folder(folder)
        self.reference = folder.resolve().name
        known = self.tokenizer.sha256 == GPT2_TOKENIZER
        self.title, self.short = (
            ("GPT-2 tokenizer", "gpt2") if known else (self.reference, safe(self.reference))
        )
        self.shape = Shape(0, 1, 0, 0, self.tokenizer.size, 1024 if known else _NO_LIMIT)
        self._source = "OpenAI, GPT-2 release" if known else None

    def provenance(self) -> Provenance:
        return Provenance(
            model=self.title,
            reference=self.reference,
            fingerprint=fingerprint(None, self.tokenizer.sha256),
            tokenizer_sha256=self.tokenizer.sha256,
            versions=self.tokenizer.versions,
            source=self._source,
            licence="MIT" if self._source else None,
        )

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, self.shape.positions)

    def decode(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids)

    def token_row(self, token_id: int) -> TokenRow:
        return self.tokenizer.row(token_id)

    @property
    def end_id(self) -> int | None:
        return self.tokenizer.end

    @property
    def special_ids(self) -> frozenset[int]:
        return self.tokenizer.special_ids(self.shape.vocab)

    def merges(self) -> list[tuple[bytes, bytes]]:
        return self.tokenizer.merged_bytes()

    def pieces(self, text: str) -> list[bytes]:
        return self.tokenizer.pieces(text)
