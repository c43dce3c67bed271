"""A whole vocabulary in the order of its ids: what every entry is, by rules that are recorded.

Classes of characters are those of the Unicode standard (UAX 44: general categories and names), as
Python's ``unicodedata`` has them.
"""

from __future__ import annotations

import unicodedata

import numpy as np

from gptviz.errors import PromptRefused, UsageError
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.tokens import LONGEST_RULE
from gptviz.recording.families import VocabularyOrder
from gptviz.recording.families.vocabulary import CLASSES
from gptviz.recording.schema import Content, TokenRow

RULES = {
    "space": "the entry begins with a space",
    "digit": "a decimal digit of any script is in it (category Nd)",
    "capital": "a capital letter is in it (category Lu)",
    "script": "a letter is in it whose Unicode name does not begin with LATIN",
    "control": "a control character is in it, line breaks and tabs too (category Cc)",
    "part": "its bytes are not whole characters of UTF-8",
    "special": "it stands for no text: a mark of the model's own, or a row without an entry",
}


@recorder(VocabularyOrder)
def record(model: Model, request: VocabularyOrder) -> Content:
    """``classes`` (vocab): bits in the order of CLASSES; ``lengths`` (vocab): bytes of each entry.

    Raises UsageError for a number of entries below zero.
    """
    wanted = (request.first, request.longest, request.samples, request.examples)
    if min(wanted) < 0:
        raise UsageError(f"{min(wanted)} entries of a vocabulary", "none is the least")
    vocab, special = model.shape.vocab, model.special_ids
    rows = model.token_rows(list(range(vocab)))
    found = [classes_of(row, row.id in special) for row in rows]
    bits = np.array([[name in each for name in CLASSES] for each in found], dtype=bool)
    lengths = np.array([len(row.bytes) // 2 for row in rows])
    text = ~bits[:, CLASSES.index("special")]
    by_length = sorted(np.flatnonzero(text), key=lambda i: (-lengths[i], i))
    spread = np.linspace(0, vocab - 1, min(request.samples, vocab)).round().astype(int)
    examples = {
        f"examples{place}": [rows[i] for i in np.flatnonzero(bits[:, place])[: request.examples]]
        for place in range(len(CLASSES))
    }
    return Content(
        tokens={
            "first": rows[: request.first],
            "longest": [rows[i] for i in by_length[: request.longest]],
            "samples": [rows[i] for i in spread],
            "named": [row for name in request.named for row in _entry(model, name)],
            **examples,
            **{
                f"text{i}": model.token_rows(model.encode(each))
                for i, each in enumerate(request.texts)
            },
        },
        values={
            "vocab": vocab,
            "bytes": int((text & (lengths == 1)).sum()),
            "counts": [int(count) for count in bits.sum(axis=0)],
            "rules": [RULES[name] for name in CLASSES],
            "longest_rule": LONGEST_RULE,
        },
        tensors={
            "classes": (np.packbits(bits, axis=1, bitorder="little")[:, 0], ("vocab",)),
            "lengths": (_narrow(lengths), ("vocab",)),
        },
    )


def classes_of(row: TokenRow, special: bool) -> set[str]:
    """What an entry is. One that stands for no text is nothing else."""
    if special:
        return {"special"}
    try:
        text = bytes.fromhex(row.bytes).decode("utf-8")
    except UnicodeDecodeError:
        space = row.bytes.startswith("20")
        return {"part", "space"} if space else {"part"}
    kinds = {unicodedata.category(character) for character in text}
    found = {
        "space": text.startswith(" "),
        "digit": "Nd" in kinds,
        "capital": "Lu" in kinds,
        "script": any(map(_of_another_script, text)),
        "control": "Cc" in kinds,
    }
    return {name for name, holds in found.items() if holds}


def _of_another_script(character: str) -> bool:
    letter = unicodedata.category(character).startswith("L")
    return letter and not unicodedata.name(character, "").startswith("LATIN")


def _entry(model: Model, name: str) -> list[TokenRow]:
    """The entry that a text is; none where it is several or none."""
    try:
        ids = model.encode(name)
    except PromptRefused:
        return []
    return model.token_rows(ids) if len(ids) == 1 else []


def _narrow(lengths: np.ndarray) -> np.ndarray:
    """Two bytes a number where they do: a recording of 300,000 entries stays below a megabyte."""
    small = lengths.max(initial=0) <= np.iinfo(np.uint16).max
    return lengths.astype(np.uint16 if small else np.int32)
