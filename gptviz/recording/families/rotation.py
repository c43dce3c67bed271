"""Queries and keys that are turned by their positions, as a film sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Tokens, Value
from gptviz.recording.heads import Chosen, Head, head_at
from gptviz.recording.number import Derived, Number, derive, derive_each
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording, Restated


@dataclass(frozen=True)
class Rotation(Request["RotationRecording"]):
    """The query and the key of one head for a pair of tokens of ``prompt``, before and after they
    are turned; the same pair moved along by ``shifts`` positions, and pulled apart.

    Head and pair are chosen as by :class:`AttentionHead`: ``head`` (layer, head), or the head with
    the largest weight from the word ``query`` to the word ``key``, or the largest weight that jumps.
    ``farthest`` is the largest distance that the pair is pulled apart to.
    """

    kind: ClassVar[str] = "rotation"
    prompt: str
    query: str = ""
    key: str = ""
    head: tuple[int, ...] = ()
    shifts: tuple[int, ...] = (0, 1, 2, 5, 10)
    farthest: int = 16


class RotationRecording(Recording):
    """One query and one key, turned by their positions: only the distance between them counts.

    The first ``rotated`` entries take part in pairs: entry i with entry i + rotated / 2, both turned
    by position times frequency i.
    """

    answers = Rotation

    prompt = Tokens()  #: the prompt's tokens
    d_head = Value(int)  #: how many numbers a query or a key has
    rotated = Value(int)  #: how many of them are turned
    base = Value(float)  #: the base of the frequencies
    divisor = Value(float)  #: what scores are divided by
    query_position = Value(int)  #: the position of the token that asks
    key_position = Value(int)  #: the position of the token that is asked
    _chosen = Data(Chosen)
    weight = Value(float)  #: the weight that the head gives this pair
    #: radians that a pair of entries is turned by from one position to the next (component)
    frequencies = Tensor("float64", "component")
    query_raw = Tensor("float32", "d_head")  #: the query before it is turned
    key_raw = Tensor("float32", "d_head")  #: the key before it is turned
    query = Tensor("float32", "d_head")  #: the query as the model has it
    key = Tensor("float32", "d_head")  #: the key as the model has it
    score = Value(float)  #: their product, as the model has it
    shifts = Tensor("int32", "row")  #: by how many positions the pair is moved along
    #: the product of the pair moved along (row): always the same
    shifted = Tensor("float64", "row")
    distances = Tensor("int32", "position")  #: distances that the pair is pulled apart to
    #: the product of the pair at each distance (position)
    by_distance = Tensor("float64", "position")

    @property
    def head(self) -> Head:
        """The head that is shown, with the rule that chose it."""
        return head_at(self, "chosen")

    @property
    def distance(self) -> Derived:
        """How many positions lie between the two."""
        return derive(maths.difference, self.query_position, self.key_position)

    @property
    def spread(self) -> Derived:
        """How far apart the products of the moved pairs are: rounding alone."""
        return derive(maths.spread, self.shifted)

    def angle(self, component: int, position: Number) -> Derived:
        """By how many degrees a pair of entries is turned at a position, full turns counted."""
        return derive(maths.turned_by, self.frequencies.at(component), position)

    def period(self, component: int) -> Derived:
        """After how many positions a pair of entries has turned once around."""
        return derive(maths.turn_length, self.frequencies.at(component))

    def turned(self, which: str, position: Number) -> list[Derived]:
        """The ``query`` or the ``key`` (d_head) turned to a position."""
        raw = self.query_raw if which == "query" else self.key_raw
        return derive_each(maths.rotated, raw, self.frequencies, position)

    def restated(self) -> Iterator[Restated]:
        for name, raw, own, position in (
            ("query", self.query_raw, self.query, self.query_position),
            ("key", self.key_raw, self.key, self.key_position),
        ):
            turned = maths.rotated(raw.array, self.frequencies.array, float(position))
            yield Restated(f"a turned {name}", turned, own.array)
        yield Restated(
            "a score of turned vectors",
            self.shifted.array,
            np.full(len(self.shifted), float(self.score)),
        )
