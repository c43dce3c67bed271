"""Heads, as recordings name them."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import TypedDict

from gptviz.recording.number import Count, Number, Word
from gptviz.recording.schema import Recording


class Chosen(TypedDict):
    """A head in a file: chosen by ``rule``, with its score under it."""

    rule: str
    layer: int
    head: int
    score: float


@dataclass(frozen=True)
class Head:
    """One head as a rule chose it: its place, its score under that rule, and the rule's wording."""

    layer: Number
    head: Number
    score: Number
    rule: Word

    @property
    def index(self) -> tuple[int, int]:
        """(layer, head) for indexing tensors."""
        return int(self.layer), int(self.head)


def head_at(recording: Recording, path: str) -> Head:
    """The head that a rule chose, from the small values at ``path``."""
    dot = f"{path}." if path else ""
    return Head(
        recording.value(f"{dot}layer"),
        recording.value(f"{dot}head"),
        recording.value(f"{dot}score"),
        recording.text(f"{dot}rule"),
    )


def place(layer: int, head: int, layers: float, heads: float) -> tuple[Count, Count]:
    """Layer and head of some head as numbers that may be drawn: which of the layers, which of the
    heads."""
    return (
        Count.position(layer, range(int(layers)), "layer"),
        Count.position(head, range(int(heads)), "head"),
    )
