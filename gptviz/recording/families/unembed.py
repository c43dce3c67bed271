"""How well every row of the table of tokens matches the last vector, as a film sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gptviz import maths
from gptviz.recording.declared import Flag, Tensor, Tokens, TokensEach, Value
from gptviz.recording.number import Computed, Derived, Number, Numbers, Token, derive
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording, Restated


@dataclass(frozen=True)
class Unembed(Request["UnembedRecording"]):
    """The vector after the last token of ``prompt``, and its dot product with every row of the output
    table.

    Whole rows are kept of the ``top`` highest scores, of ``named`` (texts, of each its first token)
    and of ``others``, at evenly spaced ids.
    """

    kind: ClassVar[str] = "unembed"
    prompt: str
    top: int = 8
    named: tuple[str, ...] = ()
    others: int = 0


class UnembedRecording(Recording):
    """The last vector, the rows that are held against it, and all scores.

    Rows are counted: first the ``top`` by rank, then the first token of each of ``named``, then the
    others.
    """

    answers = Unembed

    prompt = Tokens()  #: the prompt's tokens
    tokens_of_rows = Tokens(key="rows")  #: the token of each row that is kept
    named = TokensEach(when="named")  #: the tokens of each named text
    #: the vector after the last token, behind the final norm (d_model)
    vector = Tensor("float32", "d_model")
    rows = Tensor("float32", "row", "d_model")  #: the rows that are kept, as the table has them
    _row_ids = Tensor("int32", "row")
    _row_ranks = Tensor("int32", "row")
    scores = Tensor("float32", "vocab")  #: the score of every token, by id
    logsumexp = Value(float)  #: log of the sum of e^score over the whole vocabulary
    vocab = Value(int)  #: how many rows the table has
    d_model = Value(int)  #: how many numbers a row has
    #: the largest difference of any number from that of the table that tokens are read with
    apart = Value(float)
    tied = Flag()  #: whether the two tables are one

    def token(self, row: int) -> Token:
        """The token of a row."""
        return self.tokens_of_rows[row]

    @property
    def top(self) -> range:
        """The rows of the highest scores, the highest first."""
        return range(min(int(self.manifest.request["top"]), len(self.tokens_of_rows)))

    def named_row(self, index: int) -> int:
        """The row of the first token of a named text."""
        return self.top.stop + range(len(self.named))[index]

    @property
    def others(self) -> range:
        """The rows of tokens at evenly spaced ids."""
        return range(self.top.stop + len(self.manifest.request["named"]), len(self.tokens_of_rows))

    def row(self, row: int) -> Numbers:
        """The numbers of a row (d_model)."""
        numbers: Numbers = self.rows[row]
        return numbers

    def products(self, row: int) -> Computed:
        """The products of a row's numbers with the vector's (d_model)."""
        return Computed(maths.products, self.row(row), self.vector)

    def sums(self, row: int) -> Computed:
        """The running sum of a row's dot product with the vector (d_model); the last is its
        score."""
        return Computed(maths.running_sums, self.row(row), self.vector)

    def score(self, row: int) -> Number:
        """The score of a row's token, as the model computed it."""
        return self.scores.at(int(self._row_ids.at(row)))

    def rank(self, row: int) -> Number:
        """How many tokens have a higher score than a row's; 0 the highest."""
        return self._row_ranks.at(row)

    def probability(self, row: int) -> Derived:
        """The probability of a row's token."""
        return derive(maths.probability, self.score(row), self.logsumexp)

    def rest(self, shown: int) -> Derived:
        """The probability of all tokens together but the first ``shown``."""
        return derive(maths.rest, [self.score(row) for row in self.top[:shown]], self.logsumexp)

    def restated(self) -> Iterator[Restated]:
        products = self.array("rows").astype(np.float64) @ self.array("vector").astype(np.float64)
        yield Restated("a score", products, self.array("scores")[self.array("row_ids")])
