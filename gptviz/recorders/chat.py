"""Talks: a template makes one text of messages, and the model continues it until the token that
ends an answer.

Answers are written by the likeliest token each, or drawn by inverse transform sampling from the
whole vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gptviz import maths
from gptviz.errors import PromptRefused, UsageError
from gptviz.models.interface import Floats, Model
from gptviz.recorders import recorder
from gptviz.recorders.rows import table, top_rows
from gptviz.recording.families import ChatTalk
from gptviz.recording.schema import Content

if TYPE_CHECKING:
    from gptviz.models.chat import Chat

_NO_DICE = -1


@dataclass
class Answered:
    """A talk and what was said: ``said`` ids with the ``shares`` of each and of the ``ends``, and
    the scores before the ``first`` (vocab)."""

    chat: Chat
    seed: int
    first: Floats
    said: list[int] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    ended: bool = False

    def as_talk(self) -> dict[str, Any]:
        """As a recording keeps it."""
        return {
            "tokens": len(self.chat.ids),
            "answer": len(self.said),
            "ended": self.ended,
            "seed": self.seed,
            "spans": [vars(span) for span in self.chat.spans],
        }


@recorder(ChatTalk)
def record(model: Model, request: ChatTalk) -> Content:
    """Talks one after the other, their tokens end to end; ``top_ids``, ``top_logits`` (row, rank),
    ``logsumexp`` (row): after the bare message, then at the start of each answer.

    Raises NotRecorded for a model without a template, UsageError for messages that it refuses,
    PromptRefused for a talk that is longer than the model reads.
    """
    from gptviz.models.checkpoint import digest  # noqa: PLC0415

    chats = _chats(model, request)
    before = digest(model.stored, model.tensor)
    talks = [_answer(model, request, chat) for chat in chats]
    talks += [_answer(model, request, chats[0], seed) for seed in request.seeds]
    again = _answer(model, request, chats[0])
    after = digest(model.stored, model.tensor)
    bare = model.encode(request.messages[-1][1])
    rows = top_rows(np.stack([model.next_logits(bare), *(t.first for t in talks)]), request.top)
    content = Content(
        tokens={
            "read": model.token_rows([i for talk in talks for i in talk.chat.ids]),
            "said": model.token_rows([i for talk in talks for i in talk.said]),
            "bare": model.token_rows(bare),
            "table": table(model, rows.ids),
        },
        values={
            "talks": [talk.as_talk() for talk in talks],
            "count": len(talks),
            "greedy_repeats": again.said == talks[0].said,
            "weights_unchanged": before == after,
            "weights_before": before,
            "weights_after": after,
        },
        tensors={
            "probabilities": (np.array([x for t in talks for x in t.shares]), ("token",)),
            "top_ids": (rows.ids, ("row", "rank")),
            "top_logits": (rows.logits, ("row", "rank")),
            "logsumexp": (rows.logsumexp, ("row",)),
        },
    )
    if model.end_id is not None:
        content.tokens["end"] = model.token_rows([model.end_id])
        ends = np.array([x for t in talks for x in t.ends])
        content.tensors["end_probabilities"] = (ends, ("token",))
    return content


def _chats(model: Model, request: ChatTalk) -> list[Chat]:
    """The messages as they are, then with each system line."""
    from gptviz.models.chat import Message  # noqa: PLC0415
    from gptviz.models.gradient import running  # noqa: PLC0415  (torch)

    if (
        request.steps < 1
        or request.top < 1
        or request.temperature <= 0
        or min(request.seeds, default=0) < 0
    ):
        raise UsageError(
            f"{request.steps} steps at temperature {request.temperature}, seeds {request.seeds}",
            "an answer has a step, dice a temperature above 0 and seeds from 0 on",
        )
    tokenizer = running(model, "hold a talk").tokenizer
    given = [Message(role, content) for role, content in request.messages]
    rest = [each for each in given if each.role != "system"]
    lined = [[Message("system", line), *rest] for line in request.systems]
    return [tokenizer.apply_chat_template(messages) for messages in (given, *lined)]


def _answer(model: Model, request: ChatTalk, chat: Chat, seed: int = _NO_DICE) -> Answered:
    """The answer to a chat: the likeliest tokens, or with a seed drawn ones."""
    ids = list(chat.ids)
    if len(ids) + request.steps > model.shape.positions:
        raise PromptRefused(
            f"a talk of {len(ids):,} tokens and an answer of {request.steps:,}",
            f"the model reads at most {model.shape.positions:,}",
            "give shorter messages, or fewer steps",
        )
    # RandomState and not Generator: numpy promises that its stream never changes.
    random = np.random.RandomState(seed) if seed != _NO_DICE else None
    scores = model.next_logits(ids)
    talk = Answered(chat, seed, scores)
    for step in range(request.steps):
        if step:
            scores = model.next_logits([*ids, *talk.said])
        order = maths.descending(scores)
        rank = 0
        if random is not None:
            shares = maths.softmax(scores[order], request.temperature)
            rank = maths.drawn(maths.cumulative_bounds(shares), float(random.random_sample()))
        whole = maths.softmax(scores)
        talk.said.append(int(order[rank]))
        talk.shares.append(float(whole[talk.said[-1]]))
        if model.end_id is not None:
            talk.ends.append(float(whole[model.end_id]))
            if talk.said[-1] == model.end_id:
                talk.ended = True
                break
    return talk
