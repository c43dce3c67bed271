"""One model out of several parts: recorded runs, a partial checkpoint, a tokenizer. The first that
can answer, does.

The parts are of one model, checked by its title and by the size of the vocabulary: ids, scores and
texts of two models never meet in one recording.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from gptviz.errors import ModelRefused, NotRecorded, PromptRefused
from gptviz.models.interface import Attention, Floats, Model, Stored
from gptviz.models.partial import TokenizerOnly
from gptviz.recording.schema import Provenance, TokenRow

Answer = TypeVar("Answer")


class Composite(Model):
    """Several parts of one model. ``provenance`` names the parts that were asked since
    :meth:`for_recording`."""

    def __init__(self, parts: list[Model]) -> None:
        self.parts = parts
        whole = [part for part in parts if not isinstance(part, TokenizerOnly)] or parts
        self.title, self.short, self.shape = whole[0].title, whole[0].short, whole[0].shape
        self.anatomy = whole[0].anatomy
        self.reference = "+".join(part.reference for part in parts)
        self._asked: list[Model] = []
        _check_one_model(whole, parts)

    def for_recording(self) -> Composite:
        return Composite(self.parts)

    def provenance(self) -> Provenance:
        known = [part.provenance() for part in self.parts]
        asked = [
            each for part, each in zip(self.parts, known, strict=True) if part in self._asked
        ] or known
        texts = {
            field: _joined(getattr(each, field) for each in asked)
            for field in (
                "source",
                "commit",
                "licence",
                "note",
                "weights_sha256",
                "tokenizer_sha256",
            )
        }
        return Provenance(
            model=self.title,
            reference="+".join(each.reference for each in asked),
            parameters=next((each.parameters for each in known if each.parameters), None),
            fingerprint=hashlib.sha256(
                " ".join(sorted(str(each.fingerprint) for each in known)).encode()
            ).hexdigest(),
            versions={name: version for each in asked for name, version in each.versions.items()},
            **texts,
        )

    def encode(self, text: str) -> list[int]:
        ids = self._first("encode", lambda part: part.encode(text))
        if len(ids) > self.shape.positions:
            raise PromptRefused(
                f"the prompt has {len(ids):,} tokens",
                f"the model reads at most {self.shape.positions:,}",
                "give a shorter text",
            )
        return ids

    def decode(self, ids: list[int]) -> str:
        return self._first("decode", lambda part: part.decode(ids))

    def token_row(self, token_id: int) -> TokenRow:
        return self._first("token_row", lambda part: part.token_row(token_id))

    @property
    def end_id(self) -> int | None:
        return next((part.end_id for part in self.parts if part.end_id is not None), None)

    @property
    def special_ids(self) -> frozenset[int]:
        return frozenset[int]().union(*(part.special_ids for part in self.parts))

    def merges(self) -> list[tuple[bytes, bytes]]:
        return self._first("merges", lambda part: part.merges())

    def pieces(self, text: str) -> list[bytes]:
        return self._first("pieces", lambda part: part.pieces(text))

    def next_logits(self, ids: list[int]) -> Floats:
        return self._first("next_logits", lambda part: part.next_logits(ids))

    def logits(self, ids: list[int]) -> Floats:
        return self._first("logits", lambda part: part.logits(ids))

    def attention(self, ids: list[int]) -> Attention:
        return self._first("attention", lambda part: part.attention(ids))

    def activations(self, ids: list[int]) -> Mapping[str, Floats]:
        return self._first("activations", lambda part: part.activations(ids))

    def ablated_logits(self, ids: list[int], heads: Sequence[tuple[int, int]]) -> Floats:
        return self._first("ablated_logits", lambda part: part.ablated_logits(ids, heads))

    def without_each_head(self, ids: list[int]) -> Iterable[tuple[int, int, Floats]]:
        return self._first("without_each_head", lambda part: part.without_each_head(ids))

    def silenced_logits(self, ids: list[int], entries: Sequence[int]) -> Floats:
        return self._first("silenced_logits", lambda part: part.silenced_logits(ids, entries))

    def unnormed_stream(self, ids: list[int]) -> Floats:
        return self._first("unnormed_stream", lambda part: part.unnormed_stream(ids))

    def norms(self) -> int:
        return self._first("norms", lambda part: part.norms())

    def frequencies(self) -> Floats:
        return self._first("frequencies", lambda part: part.frequencies())

    def unembed(self, vectors: Floats) -> Floats:
        return self._first("unembed", lambda part: part.unembed(vectors))

    def weight(self, name: str) -> Floats:
        return self._first("weight", lambda part: part.weight(name))

    def has_weight(self, name: str) -> bool:
        return any(part.has_weight(name) for part in self.parts)

    @property
    def stored(self) -> Mapping[str, Stored]:
        return self._first("stored", lambda part: part.stored)

    def tensor(self, name: str) -> Floats:
        return self._first("tensor", lambda part: part.tensor(name))

    def has_tensor(self, name: str) -> bool:
        return any(part.has_tensor(name) for part in self.parts)

    def _first(self, method: str, ask: Callable[[Model], Answer]) -> Answer:
        """The first part's answer. Where none has one: the refusal of the part that came nearest to
        it."""
        refusals: list[tuple[bool, NotRecorded]] = []
        for part in self.parts:
            try:
                answer = ask(part)
            except NotRecorded as error:
                knows = getattr(type(part), method) is not getattr(Model, method)
                refusals.append((not knows, error))
                continue
            if part not in self._asked:
                self._asked.append(part)
            return answer
        general, refusal = min(refusals, key=lambda pair: pair[0])
        if general:
            raise NotRecorded(
                refusal.what.replace(self.parts[0].title, self.title, 1),
                f"it was put together from {self.reference}, none of which holds it",
                refusal.hint,
            )
        raise refusal


def _check_one_model(whole: list[Model], parts: list[Model]) -> None:
    first = whole[0]
    for part in whole:
        if (part.title, part.shape) != (first.title, first.shape):
            raise ModelRefused(
                f"{part.reference} is a part of {part.title}, {first.reference} of {first.title}",
                "parts of two models never meet in one recording",
                "name the parts of one model",
            )
    for part in parts:
        if isinstance(part, TokenizerOnly) and part.shape.vocab != first.shape.vocab:
            raise ModelRefused(
                f"the tokenizer of {part.reference} has {part.shape.vocab:,} entries, "
                f"{first.title} {first.shape.vocab:,}",
                "it is another model's tokenizer",
            )


def _joined(texts: Any) -> Any:
    """Different texts once each, in order, or None."""
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None
