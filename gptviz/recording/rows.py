"""Parts that several kinds share: a table of tokens by id, and a row of the highest scores with its
probabilities."""

from __future__ import annotations

from dataclasses import dataclass

from gptviz import maths
from gptviz.recording.number import Derived, Number, Numbers, Token, derive
from gptviz.recording.schema import Recording


class TokenTable:
    """The tokens of one of a recording's lists, by their ids."""

    def __init__(self, recording: Recording, key: str = "table") -> None:
        self._by_id = {int(token.id): token for token in recording.tokens(key)}

    def __getitem__(self, token_id: float) -> Token:
        return self._by_id[int(token_id)]


@dataclass(frozen=True)
class Row:
    """The highest scores of one position: ``ids`` and ``logits`` (rank), and the whole row's
    ``logsumexp``.

    Ranks count from 0, the likeliest.
    """

    table: TokenTable
    ids: Numbers
    logits: Numbers
    logsumexp: Number

    def __len__(self) -> int:
        return len(self.ids)

    def token(self, rank: int) -> Token:
        """The token of a rank."""
        return self.table[self.ids[rank]]

    def probability(self, rank: int) -> Derived:
        """The model's probability of the token of a rank, among the whole vocabulary."""
        return derive(maths.probability, self.logits[rank], self.logsumexp)

    @property
    def rest(self) -> Derived:
        """The probability of all tokens together that are not kept."""
        return derive(maths.rest, self.logits, self.logsumexp)


def row_of(recording: Recording, table: TokenTable, *index: int, prefix: str = "") -> Row:
    """The row at ``index`` of the tensors ``top_ids``, ``top_logits`` (..., rank) and ``logsumexp``
    (...), each with ``prefix`` in front of its name.
    """
    ids, logits = recording.numbers(f"{prefix}top_ids"), recording.numbers(f"{prefix}top_logits")
    return Row(table, ids[index], logits[index], recording.number(f"{prefix}logsumexp", *index))
