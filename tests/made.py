"""Recordings in memory for tests that need no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from gptviz.recorders.next_token import whole_row
from gptviz.recording.request import Request
from gptviz.recording.schema import Content, Manifest, Recording, TokenRow


def token_rows(*texts: str) -> list[TokenRow]:
    """Tokens of these texts, with ids from 0."""
    return [TokenRow(id=i, text=text, bytes=text.encode().hex()) for i, text in enumerate(texts)]


def next_token_content(
    scores: Sequence[float] | np.ndarray,
    words: Sequence[str] = (),
    prompt: Sequence[str] = ("x",),
    others: Sequence[float] = (),
) -> Content:
    """What answers a NextToken without more: the scores that are kept, highest first, and ``others``
    of the vocabulary that are not."""
    kept = np.asarray(scores, dtype=np.float32)
    words = words or [f" word{i}" for i in range(len(kept))]
    return Content(
        tokens={"prompt": token_rows(*prompt), "top": token_rows(*words)},
        values=whole_row(np.array([*kept.astype(float), *others])),
        tensors={"token_ids": (np.arange(len(kept)), ("rank",)), "logits": (kept, ("rank",))},
    )


@dataclass(frozen=True)
class Anything(Request["AnythingRecording"]):
    """Asks for whatever a test puts into the answer."""

    kind: ClassVar[str] = "anything"
    prompt: str = "x"


class AnythingRecording(Recording):
    """Holds what it was given: for tests of files, digests and comparison."""

    answers = Anything

    @classmethod
    def check(cls, manifest: Manifest, name: str) -> None:
        """Everything is as declared."""


def anything(**values: Any) -> Content:
    """Content of these small values."""
    return Content(values=values)
