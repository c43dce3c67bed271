"""What is asked of texts: tokens, chances of the next token, loops that write, texts replayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from gptviz.recording.request import Request


@dataclass(frozen=True)
class Merges(Request):
    """How the byte-pair merges of the model's tokenizer put ``prompt``, and each of ``others``,
    together from bytes."""

    kind: ClassVar[str] = "merges"
    prompt: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary(Request):
    """What the vocabulary of the model's tokenizer holds: its ``first`` entries, its ``longest``,
    counts of kinds."""

    kind: ClassVar[str] = "vocabulary"
    first: int = 10
    longest: int = 5


@dataclass(frozen=True)
class SamplingLoop(Request):
    """``steps`` tokens written after ``prompt``, one at a time, with the ``top`` candidates of each
    step.

    ``policy`` is ``greedy``, ``temperature``, ``top_k`` or ``top_p``; all but the first draw, with
    ``seed``, from the distribution at ``temperature`` (0 is greedy) restricted to the ``top_k``
    likeliest or to the ``top_p`` nucleus. ``start_token`` puts the model's start token in front,
    which may then stand alone. With ``escape`` the first tokens are chosen greedily until the text
    has turned in a loop three times; from then on the policy chooses.
    """

    kind: ClassVar[str] = "sampling_loop"
    prompt: str = ""
    steps: int = 40
    policy: Literal["greedy", "temperature", "top_k", "top_p"] = "temperature"
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0
    start_token: bool = False
    escape: bool = False
    top: int = 12


@dataclass(frozen=True)
class Replay(Request):
    """A given text under the model: the probability and the rank of each true token, and the
    ``top`` candidates there.

    ``prompt`` is the beginning of ``text`` that is given and not scored. The first token of all has
    nothing before it and is not scored either, unless ``start_token`` puts the model's start token
    in front.
    """

    kind: ClassVar[str] = "replay"
    text: str
    prompt: str = ""
    start_token: bool = False
    top: int = 12


@dataclass(frozen=True)
class CacheEquality(Request):
    """``steps`` greedy tokens after ``prompt`` with the keys and values kept, and again with
    everything recomputed."""

    kind: ClassVar[str] = "cache_equality"
    prompt: str
    steps: int = 16


@dataclass(frozen=True)
class CandidateSets(Request):
    """Who may be drawn after ``prompt``: by each of ``top_k`` and ``top_p``, and the mass that they
    keep."""

    kind: ClassVar[str] = "candidate_sets"
    prompt: str
    temperature: float = 1.0
    top_k: tuple[int, ...] = (1, 5, 20, 40)
    top_p: tuple[float, ...] = (0.9,)
    named: int = 20


@dataclass(frozen=True)
class Draws(Request):
    """``draws`` tokens drawn after ``prompt`` without replacement, beside the likeliest; drawn with
    ``seed``.

    With ``top_k`` above 0 only the ``top_k`` likeliest take part.
    """

    kind: ClassVar[str] = "draws"
    prompt: str
    draws: int = 5
    top_k: int = 0
    temperature: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class LogitBlock(Request):
    """All scores after every token of ``prompt``, their first and last ``ends``; and again with
    ``continuation`` added.

    ``named`` texts are looked up in the last row of ``prompt``, those of them that are one token.
    """

    kind: ClassVar[str] = "logit_block"
    prompt: str
    continuation: str = ""
    named: tuple[str, ...] = ()
    ends: int = 3
