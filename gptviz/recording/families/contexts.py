"""One word in several texts, as a film sees it: how its vectors part, block by block."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from gptviz.recording.declared import Tensor, Text, Tokens, Value, Values
from gptviz.recording.number import Number, Numbers, Token
from gptviz.recording.request import Request
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording


@dataclass(frozen=True)
class Contexts(Request["ContextsRecording"]):
    """The same ``word`` in two or more ``prompts``: its vectors after every block, and the ``top``
    tokens that the model expects behind it in each."""

    kind: ClassVar[str] = "contexts"
    prompts: tuple[str, ...]
    word: str
    top: int = 5


class ContextsRecording(Recording):
    """One word in several texts, depth by depth. Depth 0 enters the first block."""

    answers = Contexts

    _texts = Tokens()
    _table = Tokens()
    _lengths = Values(list[int])
    _places = Values(list[int])
    word = Text()  #: the word
    prompts = Value(int, key="count")  #: how many texts there are
    depths = Value(int)  #: how many depths there are: the layers and one
    #: cosine of the word's vectors in two texts (layer: depth, row, row)
    cosines = Tensor("float64", "layer", "row", "row")
    norms = Tensor("float64", "layer", "row")  #: their lengths (layer: depth, row)
    #: the vectors themselves, exactly, in a space of as few directions as there are texts (layer:
    #: depth, row, component)
    arrows = Tensor("float64", "layer", "row", "component")
    #: the tips of the first three (or two), exactly, in the plane through them (layer: depth, row,
    #: component)
    tips = Tensor("float64", "layer", "row", "component")
    arrows_rule = Text()  #: how the directions of ``arrows`` are found
    tips_rule = Text()  #: how those of ``tips`` are found
    _top_ids = Tensor("int32", "row", "rank")
    _top_logits = Tensor("float32", "row", "rank")
    _logsumexp = Tensor("float64", "row")

    @cached_property
    def table(self) -> TokenTable:
        """The tokens that are expected, by id."""
        return TokenTable(self)

    def prompt(self, row: int) -> list[Token]:
        """The tokens of one of the texts."""
        start = sum(int(length) for length in self._lengths[:row])
        return self._texts[start : start + int(self._lengths[row])]

    def place(self, row: int) -> Number:
        """The position of the word's last token in a text."""
        number: Number = self._places[row]
        return number

    def cosine(self, depth: int, first: int, second: int) -> Number:
        """The cosine of the word's vectors in two texts at a depth."""
        return self.cosines.at(depth, first, second)

    def arrow(self, depth: int, row: int) -> Numbers:
        """The word's vector in a text at a depth (component); lengths and angles are the true ones."""
        part: Numbers = self.arrows[depth, row]
        return part

    def tip(self, depth: int, row: int) -> Numbers:
        """The tip of that vector in the plane through the tips (component); distances are the true
        ones."""
        part: Numbers = self.tips[depth, row]
        return part

    def row(self, row: int) -> Row:
        """The likeliest tokens behind the word in a text."""
        return row_of(self, self.table, row)
