"""Two models that read one text, as a film sees them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from gptviz import maths
from gptviz.recording.declared import Flag, Tensor, Text, TokensEach, Value, Values
from gptviz.recording.number import Count, Derived, Number, Numbers, Token, Word, derive
from gptviz.recording.request import Request
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Array, Recording


@dataclass(frozen=True)
class ModelPair(Request["ModelPairRecording"]):
    """One text, ``prompt``, read by the model that is asked and by ``other_model``: where they part,
    what each loses on the text, the ``top`` tokens that each expects after it, and pictures of their
    query, key and value weights, at most ``pixels`` wide and high.

    ``other_model`` is named as a user names one: mini, smollm2, a folder, a hub id. It is what
    ``OTHER=`` replaces.
    """

    kind: ClassVar[str] = "model_pair"
    prompt: str
    other_model: str = "mini"
    top: int = 10
    pixels: int = 480


class ModelPairRecording(Recording):
    """Two models, part 0 and part 1, and one text.

    They are compared at the places where both have read the same text, for two tokenizers may cut it
    differently: a row is such a place. After the last row the text has ended.
    """

    answers = ModelPair

    _titles = Values(list[str])
    _text = TokensEach()
    _table = TokensEach()
    same_tokens = Flag()  #: whether both have the same entries, by the same ids
    vocabs = Values(list[int])  #: how many entries each has (part)
    entries_shared = Value(int)  #: how many different texts are an entry of both
    #: how many tokens each has read at every place (part, row)
    read_tokens = Tensor("int32", "part", "row")
    read_bytes = Tensor("int32", "row")  #: how many bytes of the text have been read at every place
    #: by how many bits the second model's expectation is off, seen from the first (row)
    divergence = Tensor("float64", "row")
    #: the same seen from the second (row)
    divergence_back = Tensor("float64", "row")
    #: the probability that each gives to texts which are an entry of both (part, row)
    covered = Tensor("float64", "part", "row")
    divergence_rule = Text()  #: what is compared
    #: how many bits each was surprised by from one place to the next (part, step)
    surprises = Tensor("float64", "part", "step")
    _leader_ids = Tensor("int32", "part", "row")
    #: the probability of the likeliest token of each at every place (part, row)
    leader_shares = Tensor("float64", "part", "row")
    _top_ids = Tensor("int32", "part", "rank")
    _top_logits = Tensor("float32", "part", "rank")
    _logsumexp = Tensor("float64", "part")
    _picture0 = Tensor("uint8", "row", "column")
    _picture1 = Tensor("uint8", "row", "column")
    layers = Values(list[int])  #: how many blocks each has (part)
    heads = Values(list[int])  #: how many heads a block of each has (part)
    mean_sizes = Values(list[float])  #: the mean size of each one's query, key and value weights
    weight_counts = Values(list[int])  #: how many of them each has (part)

    def title(self, part: int) -> Word:
        """What a model is called."""
        return self.text(f"titles.{part}")

    def prompt(self, part: int) -> list[Token]:
        """The text as one of the two cuts it."""
        return self._text[part]

    @cached_property
    def tables(self) -> list[TokenTable]:
        """The tokens that each expects, by id."""
        return [TokenTable(self, f"table{part}") for part in range(2)]

    @cached_property
    def places(self) -> list[int]:
        """The indices of all places."""
        return list(range(len(self.divergence)))

    def counted(self, row: int) -> Count:
        """A place, counted from 1."""
        return Count.position(row, self.places, "place in the text", first=1)

    def leader(self, part: int, row: int) -> Token:
        """The likeliest token of one of the two at a place."""
        return self.tables[part][self._leader_ids.at(part, row)]

    def agree(self, row: int) -> bool:
        """Whether the likeliest token of both is the same text."""
        return self.leader(0, row).raw == self.leader(1, row).raw

    @property
    def agreed(self) -> Count:
        """At how many places they agree."""
        return Count([row for row in self.places if self.agree(row)], "places of one opinion")

    @property
    def farthest(self) -> int:
        """The place where they part most."""
        return int(np.argmax(self.divergence.array))

    def row(self, part: int) -> Row:
        """The likeliest tokens of one of the two after the whole text."""
        return row_of(self, self.tables[part], part)

    def loss(self, part: int) -> Derived:
        """How many bits a byte of the text cost one of the two, from the first place to the last."""
        inside: Numbers = self.surprises[part]
        ends = self.read_bytes.at(0), self.read_bytes.at(len(self.places) - 1)
        length = derive(maths.difference, ends[1], ends[0])
        return derive(maths.ratio, derive(maths.total, inside), length)

    def picture(self, part: int) -> Array:
        """The weights of query, key and value (row, column) of one of the two, all blocks one below
        the other, as bytes: area means of their sizes times 1024, at most 255."""
        return self.array(f"picture{part}")

    def mean_size(self, part: int) -> Number:
        """The mean size of these weights."""
        number: Number = self.mean_sizes[part]
        return number
