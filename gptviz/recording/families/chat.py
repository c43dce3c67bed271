"""A talk with a model, as a film sees it: a text with roles, which the model continues."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from typing_extensions import TypedDict

from gptviz.recording.declared import Data, Flag, Tensor, Text, Tokens, Value
from gptviz.recording.number import Number, Numbers, Token, Word
from gptviz.recording.request import Request
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording


class RoleSpan(TypedDict):
    """Tokens ``start`` to ``stop`` of a talk belong to a ``role``; ``given``: to a message of the
    request, not to a line of the template's own."""

    role: str
    start: int
    stop: int
    given: bool


class Talk(TypedDict):
    """One talk: how many tokens the model reads, whose they are, and whether its answer ended by
    itself. ``seed`` is that of the dice, -1 for none."""

    tokens: int
    answer: int
    ended: bool
    seed: int
    spans: list[RoleSpan]


@dataclass(frozen=True)
class ChatTalk(Request["ChatTalkRecording"]):
    """What a model answers to ``messages``, (role, content) each, in its tokenizer's template, in at
    most ``steps`` tokens: always the likeliest token, and then with dice, once for each of
    ``seeds``, at ``temperature``.

    Each of ``systems`` is one more talk: the same messages with this system line in place of theirs.
    The last message without any template is continued, too: its ``top`` likeliest next tokens.
    """

    kind: ClassVar[str] = "chat_talk"
    messages: tuple[tuple[str, str], ...]
    systems: tuple[str, ...] = ()
    steps: int = 24
    seeds: tuple[int, ...] = ()
    temperature: float = 1.0
    top: int = 5


class ChatTalkRecording(Recording):
    """Talks with one model: first the messages as they are, then with each system line, then with
    dice. Each answer ends with the token that ends an answer, where it ended by itself."""

    answers = ChatTalk

    _talks = Data(list[Talk])
    _read = Tokens()
    _said = Tokens()
    _bare = Tokens()
    _end = Tokens(optional=True)
    _table = Tokens()
    #: the model's probability of each token that it said, of all talks one after the other (token)
    _probabilities = Tensor("float64", "token")
    #: its probability of the end at each of these steps (token)
    _end_probabilities = Tensor("float64", "token", optional=True)
    _top_ids = Tensor("int32", "row", "rank")
    _top_logits = Tensor("float32", "row", "rank")
    _logsumexp = Tensor("float64", "row")
    greedy_repeats = Flag()  #: whether the likeliest answer, asked for once more, is the same
    weights_unchanged = Flag()  #: whether all weights after the talks are those before them
    weights_before = Text()  #: sha256 over all weights before the talks
    weights_after = Text()  #: and after them
    talks = Value(int, key="count")  #: how many talks there are

    @cached_property
    def table(self) -> TokenTable:
        """The tokens that are likeliest first, by id."""
        return TokenTable(self)

    @property
    def end(self) -> Token | None:
        """The token that ends an answer, or None where the model has none."""
        return self._end[0] if self.manifest.tokens.get("end") else None

    @property
    def bare(self) -> list[Token]:
        """The last message's tokens without a template."""
        return self._bare

    @property
    def bare_row(self) -> Row:
        """The likeliest tokens after the bare message."""
        return row_of(self, self.table, 0)

    def first_row(self, talk: int = 0) -> Row:
        """The likeliest first tokens of a talk's answer."""
        return row_of(self, self.table, 1 + talk)

    def read(self, talk: int = 0) -> list[Token]:
        """The tokens that the model reads in a talk before it answers."""
        return self._read[self._span(talk, "tokens")]

    def answer(self, talk: int = 0) -> list[Token]:
        """The tokens of its answer, the one that ends it among them."""
        return self._said[self._span(talk, "answer")]

    def ended(self, talk: int = 0) -> bool:
        """Whether it ended its answer by itself."""
        return bool(self._talks[talk]["ended"])

    def spans(self, talk: int = 0) -> list[tuple[Word, slice, bool]]:
        """Whose the tokens of a talk are: role, where among :meth:`read`, and whether the request
        gave them."""
        return [
            (
                self.text(f"talks.{talk}.spans.{i}.role"),
                slice(span["start"], span["stop"]),
                bool(span["given"]),
            )
            for i, span in enumerate(self._talks[talk]["spans"])
        ]

    def probabilities(self, talk: int = 0) -> Numbers:
        """The model's probability of each token of an answer (token)."""
        part: Numbers = self._probabilities[self._span(talk, "answer")]
        return part

    def end_probability(self, step: int, talk: int = 0) -> Number:
        """Its probability of ending the answer at a step."""
        number: Number = self._end_probabilities[self._span(talk, "answer")][step]
        return number

    def with_system(self, index: int) -> int:
        """The talk with a system line of the request."""
        return 1 + index

    def with_dice(self, index: int) -> int:
        """The talk with a seed of the request."""
        request = self.request
        assert isinstance(request, ChatTalk)
        return 1 + len(request.systems) + index

    def same(self, first: int, second: int) -> bool:
        """Whether two talks' answers are the same, token by token."""
        one, other = self.answer(first), self.answer(second)
        return [int(token.id) for token in one] == [int(token.id) for token in other]

    def _span(self, talk: int, part: str) -> slice:
        start = sum(each[part] for each in self._talks[:talk])
        return slice(start, start + self._talks[talk][part])
