"""Runs recorded elsewhere, behind the same interface: JSON with prompt and ids, and a safetensors
file beside it.

``run.json``: ``prompt``, ``tokens`` (texts), ``ids``, ``tensors_sha256``. ``run.safetensors``:
``logits`` (vocab) of the last position; ``scores_raw``, ``scores_scaled``, ``pattern``, each
(layer, head, query, key).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gptviz.errors import ModelRefused, NotRecorded
from gptviz.models.architectures.gpt2 import GPT2
from gptviz.models.card import CARD, card_of
from gptviz.models.checkpoint import Entry, check_finite, entries, read_json
from gptviz.models.interface import Attention, Floats, Model, Stored
from gptviz.models.references import fingerprint
from gptviz.models.tokenization import check_prompt
from gptviz.recording.anatomy import Anatomy
from gptviz.recording.schema import Provenance, TokenRow

_NEEDED = ("logits", "scores_raw", "scores_scaled", "pattern")


@dataclass(frozen=True)
class Run:
    """One recorded run: what was said, and where its tensors lie."""

    prompt: str
    tokens: tuple[str, ...]
    ids: tuple[int, ...]
    sha256: str
    entries: dict[str, Entry]

    def tensor(self, name: str) -> Floats:
        """A tensor of the run. Raises NotFinite."""
        array = np.ascontiguousarray(self.entries[name].read(), dtype=np.float32)
        check_finite(array, f"{name} of the run {self.prompt!r}")
        return array


class RecordedRuns(Model):
    """A model that answers only for the prompts that were recorded. Raises NotRecorded, naming
    them, for all others."""

    def __init__(self, folder: Path) -> None:
        self.runs = [_run(path) for path in run_files(folder)]
        card = card_of(folder, *(run.sha256 for run in self.runs))
        self.title, self.short, self.reference, self.shape = (
            card.model,
            card.edition,
            folder.resolve().name,
            card.shape,
        )
        self._card, self.anatomy = card, Anatomy()
        for run in self.runs:
            self._check(run)

    def provenance(self) -> Provenance:
        files = hashlib.sha256(
            "".join(sorted(run.sha256 for run in self.runs)).encode()
        ).hexdigest()
        return Provenance(
            model=self.title,
            reference=self.reference,
            parameters=self._card.parameters,
            weights_sha256=None,
            fingerprint=fingerprint(files, None),
            source=self._card.source,
            commit=self._card.commit,
            licence=self._card.licence,
            note=self._card.note,
        )

    def encode(self, text: str) -> list[int]:
        check_prompt(text)
        for run in self.runs:
            if run.prompt == text:
                return list(run.ids)
        raise self._unknown(repr(text))

    def decode(self, ids: list[int]) -> str:
        return "".join(row.text for row in self.token_rows(ids))

    def token_row(self, token_id: int) -> TokenRow:
        for run in self.runs:
            if token_id in run.ids:
                text = run.tokens[run.ids.index(token_id)]
                return TokenRow(id=token_id, text=text, bytes=text.encode().hex())
        raise NotRecorded(
            f"the text of token {token_id} is not recorded",
            f"{self.reference} holds the tokens of its prompts, no vocabulary",
            f"add a folder with the tokenizer: {self.reference}+TOKENIZER_FOLDER",
        )

    @property
    def stored(self) -> Mapping[str, Stored]:
        return GPT2(self.shape, self.anatomy).tensors

    def next_logits(self, ids: list[int]) -> Floats:
        return self._find(ids).tensor("logits")

    def attention(self, ids: list[int]) -> Attention:
        run = self._find(ids)
        return Attention(
            run.tensor("scores_raw"), run.tensor("scores_scaled"), run.tensor("pattern")
        )

    def _find(self, ids: list[int]) -> Run:
        for run in self.runs:
            if list(run.ids) == list(ids):
                return run
        raise self._unknown(f"the {len(ids)} tokens {ids[:8]}")

    def _unknown(self, what: str) -> NotRecorded:
        prompts = "; ".join(run.prompt for run in self.runs)
        return NotRecorded(
            f"{what}: no such run was recorded",
            f"{self.reference} holds {len(self.runs)}: {prompts}",
            "take one of these prompts, or name a whole model: gpt2, a local folder, or mini",
        )

    def _check(self, run: Run) -> None:
        square = (self.shape.n_layer, self.shape.n_head, len(run.ids), len(run.ids))
        expected = {"logits": (self.shape.vocab,), **dict.fromkeys(_NEEDED[1:], square)}
        for name, shape in expected.items():
            found = run.entries[name].shape if name in run.entries else None
            if found != shape:
                raise ModelRefused(
                    f"the run {run.prompt!r} has {name} of shape {found}, not {shape}",
                    f"{self.title} has {shape[0]} of the first axis there",
                    f"check {CARD} of {self.reference}, or record the run again",
                )


def run_files(folder: Path) -> list[Path]:
    """The JSON files of a folder that have a tensor file beside them."""
    return [
        path for path in sorted(folder.glob("*.json")) if path.with_suffix(".safetensors").is_file()
    ]


def _run(path: Path) -> Run:
    """One run, its tensor file checked against the sha256 in its JSON. Raises ModelRefused."""
    data = read_json(path)
    try:
        run = Run(
            str(data["prompt"]),
            tuple(map(str, data["tokens"])),
            tuple(map(int, data["ids"])),
            str(data["tensors_sha256"]),
            entries(path.with_suffix(".safetensors")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelRefused(
            f"{path.name} describes no run", f"it lacks, or has wrong, {error}"
        ) from error
    if "".join(run.tokens) != run.prompt or len(run.tokens) != len(run.ids) or not run.ids:
        raise ModelRefused(
            f"{path.name} describes no run", "its tokens do not make its prompt, one for each id"
        )
    with path.with_suffix(".safetensors").open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != run.sha256:
        raise ModelRefused(
            f"{path.with_suffix('.safetensors').name} is not what {path.name} describes",
            f"its sha256 should be {run.sha256}, and is {actual}",
            "copy both files again",
        )
    return run
