"""How a byte-level tokenizer makes tokens of a text, and what its vocabulary holds.

The algorithm of GPT-2's own encoder (Radford et al. 2019, section 2.2; Sennrich, Haddow, Birch
2016, algorithm 1): a text is cut into pieces, a piece into bytes; of all neighbours the pair with
the lowest rank is joined, until no neighbours are a known pair. Occurrences of one pair are joined
from left to right, each as a step of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gptviz.errors import ModelRefused
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recording.families import Merges, Vocabulary
from gptviz.recording.schema import Content, Value

LONGEST_RULE = "the entries with the most bytes, of equally long ones the lower id first"
MERGE_RULE = "of all neighbours the pair with the lowest rank is joined, from left to right"

Pair = tuple[bytes, bytes]


def merge_steps(piece: bytes, ranks: Mapping[Pair, int]) -> list[tuple[int, int]]:
    """The merges that a piece goes through, in order: the index of the left part, and the rank of
    the pair."""
    parts = [bytes([byte]) for byte in piece]
    steps: list[tuple[int, int]] = []
    while True:
        known = [
            (ranks[pair], at)
            for at, pair in enumerate(zip(parts, parts[1:], strict=False))
            if pair in ranks
        ]
        if not known:
            return steps
        rank, at = min(known)
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
        steps.append((at, rank))


def states(piece: bytes, steps: list[tuple[int, int]]) -> list[list[bytes]]:
    """The parts of a piece before the first merge and after every one."""
    parts = [bytes([byte]) for byte in piece]
    found = [list(parts)]
    for at, _ in steps:
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
        found.append(list(parts))
    return found


@recorder(Merges)
def record(model: Model, request: Merges) -> Content:
    """The merges of every text, checked against the tokenizer itself. Raises ModelRefused where the
    two differ."""
    ranks = {pair: rank for rank, pair in enumerate(model.merges())}
    ids_of = {
        bytes.fromhex(row.bytes): row.id
        for row in model.token_rows(list(range(model.shape.vocab)))
        if row.id != model.end_id
    }
    texts = [request.prompt, *request.others]
    values: list[Value] = []
    tokens = {}
    seen: set[bytes] = set()
    for number, text in enumerate(texts):
        ids = model.encode(text)
        pieces = model.pieces(text)
        traces = [merge_steps(piece, ranks) for piece in pieces]
        found = [states(piece, steps) for piece, steps in zip(pieces, traces, strict=True)]
        if [ids_of.get(part) for each in found for part in each[-1]] != ids:
            raise ModelRefused(
                f"the tokenizer of {model.title} does not make the tokens of {text!r} by its merges",
                "its merges and its tokens do not belong together",
            )
        seen.update(part for each in found for state in each for part in state)
        tokens[f"text{number}"] = model.token_rows(ids)
        values.append(
            {
                "text": text,
                "pieces": [
                    {
                        "bytes": piece.hex(),
                        "at": [at for at, _ in steps],
                        "ranks": [rank for _, rank in steps],
                    }
                    for piece, steps in zip(pieces, traces, strict=True)
                ],
            }
        )
    if missing := [part for part in seen if part not in ids_of]:
        raise ModelRefused(
            f"the vocabulary of {model.title} lacks {missing[0]!r}", "a merge leads to it"
        )
    tokens["table"] = model.token_rows(sorted(ids_of[part] for part in seen))
    return Content(
        tokens=tokens,
        values={
            "texts": values,
            "merges": len(ranks),
            "vocab": model.shape.vocab,
            "merge_rule": MERGE_RULE,
        },
    )


@recorder(Vocabulary)
def record_vocabulary(model: Model, request: Vocabulary) -> Content:
    """Counts over all entries: single bytes, merged ones, special ones; lengths; a space in front;
    whole characters."""
    rows = model.token_rows(list(range(model.shape.vocab)))
    special = [] if model.end_id is None else [rows[model.end_id]]
    entries = [row for row in rows if row not in special]
    raw = [bytes.fromhex(row.bytes) for row in entries]
    lengths = np.bincount([len(each) for each in raw])
    longest = sorted(entries, key=lambda row: (-len(row.bytes), row.id))[: request.longest]
    return Content(
        tokens={"first": rows[: request.first], "longest": longest, "special": special},
        values={
            "vocab": len(rows),
            "bytes": sum(len(each) == 1 for each in raw),
            "merges": len(model.merges()),
            "special": len(special),
            "with_space": sum(each.startswith(b" ") for each in raw),
            "part_of_character": sum(not _is_text(each) for each in raw),
            "lengths_of_longest": [len(row.bytes) // 2 for row in longest],
            "longest_rule": LONGEST_RULE,
        },
        tensors={"lengths": (lengths.astype(np.int32), ("size",))},
    )


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
