"""Chats as a model reads them: one text, made by the template that its tokenizer brings.

A template is Jinja in a sandbox (transformers' ``apply_chat_template``). Who speaks where is found by
what each message adds to the tokens of those before it, so it holds for every template that only
appends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gptviz.errors import NotRecorded, UsageError

#: The day that templates get which write one: the same chat is the same text on every day.
_DAY = "26 Jul 2024"
_SYSTEM, _USER, _ASSISTANT = "system", "user", "assistant"


@dataclass(frozen=True)
class Message:
    """What one says: ``role`` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True)
class Span:
    """Tokens ``start`` to ``stop`` (exclusive) of a chat belong to a ``role``; ``given``: to a message
    that was given, not to a line of the template's own."""

    role: str
    start: int
    stop: int
    given: bool = True


@dataclass(frozen=True)
class Chat:
    """A chat as the model reads it: its ``text``, the ``ids`` of its tokens, and whose they are."""

    text: str
    ids: tuple[int, ...]
    spans: tuple[Span, ...]


def apply_chat_template(backend: Any, messages: Sequence[Message], *, reply: bool = True) -> Chat:
    """The chat of a tokenizer of transformers; ``reply``: with the header behind which the assistant
    answers.

    The spans follow one another and cover all tokens. A system line that a template puts in front
    where none is given is a span of its own, not ``given``. Raises NotRecorded for a tokenizer without
    a template, UsageError for messages that its template refuses.
    """
    if not getattr(backend, "chat_template", None):
        raise NotRecorded(
            "this model's tokenizer has no chat template",
            "the model continues texts; nobody said how it is to be spoken to",
            "name a model that was trained to answer, such as smollm2",
        )
    if not messages:
        raise UsageError("a chat without a message", "", "give at least one")
    parts = [_ids(backend, messages[: i + 1]) for i in range(len(messages))]
    ends = [len(ids) for ids in parts]
    first = _first_of(backend, messages[0], parts[0])
    spans = [Span(_SYSTEM, 0, first, given=False)] if first else []
    for message, start, stop in zip(messages, [first, *ends], ends, strict=False):
        spans.append(Span(message.role, start, stop))
    whole = _ids(backend, messages, reply=True) if reply else parts[-1]
    if len(whole) > ends[-1]:
        spans.append(Span(_ASSISTANT, ends[-1], len(whole), given=False))
    if any(whole[: len(part)] != part for part in parts):
        raise UsageError(
            "this chat cannot be taken apart",
            "its template writes earlier messages anew when a later one comes",
            "give fewer messages",
        )
    return Chat(str(_applied(backend, messages, reply)), tuple(whole), tuple(spans))


def _first_of(backend: Any, message: Message, ids: list[int]) -> int:
    """Where the first message begins: behind what a template puts in front of it by itself.

    A message that follows begins with the token that begins each message; the last of these in
    ``ids`` is this one's.
    """
    if message.role == _SYSTEM:
        return 0
    answer = Message(_USER if message.role == _ASSISTANT else _ASSISTANT, "x")
    more = _ids(backend, [message, answer])
    if len(more) <= len(ids):
        return 0
    begins = more[len(ids)]
    return max((place for place, token in enumerate(ids) if token == begins), default=0)


def _ids(backend: Any, messages: Sequence[Message], reply: bool = False) -> list[int]:
    text = _applied(backend, messages, reply)
    return [int(number) for number in backend.encode(text, add_special_tokens=False)]


def _applied(backend: Any, messages: Sequence[Message], reply: bool) -> Any:
    rows = [{"role": message.role, "content": message.content} for message in messages]
    try:
        return backend.apply_chat_template(
            rows, tokenize=False, add_generation_prompt=reply, date_string=_DAY
        )
    except Exception as error:  # Jinja's errors, and whatever a template raises
        raise UsageError(
            "the model's chat template refuses these messages",
            " ".join(str(error).split())[:160] or type(error).__name__,
            "let user and assistant take turns, a system line first",
        ) from error
