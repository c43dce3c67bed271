"""What is asked of the inside of a run: the residual stream, products, learning, attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gptviz.recording.request import Request


@dataclass(frozen=True)
class LogitLens(Request):
    """The residual stream of ``prompt`` read out after every block as if it were the last: the
    ``top`` tokens there."""

    kind: ClassVar[str] = "logit_lens"
    prompt: str
    top: int = 5


@dataclass(frozen=True)
class LensChoice(Request):
    """The logit lens of that one of ``prompts`` whose leading token changes most often from block
    to block."""

    kind: ClassVar[str] = "lens_choice"
    prompts: tuple[str, ...]
    top: int = 5


@dataclass(frozen=True)
class ResidualStream(Request):
    """Lengths, directions and layer-norm statistics of the residual stream of ``prompt``.

    The vectors at ``positions`` are kept whole; negative ones count from the end.
    """

    kind: ClassVar[str] = "residual_stream"
    prompt: str
    positions: tuple[int, ...] = (-1,)


@dataclass(frozen=True)
class TwoContexts(Request):
    """The same ``word`` in two prompts: how its two vectors part, block by block, with the ``top``
    nearest tokens."""

    kind: ClassVar[str] = "two_contexts"
    prompt: str
    other: str
    word: str
    top: int = 5


@dataclass(frozen=True)
class MatrixVector(Request):
    """One matrix-vector product at the last token of ``prompt``: ``rows`` rows of the first layer
    of an MLP.

    The block and the first row are those whose neuron is excited most (see the recording's
    ``rule``).
    """

    kind: ClassVar[str] = "matrix_vector"
    prompt: str
    rows: int = 48


@dataclass(frozen=True)
class EveryPosition(Request):
    """What the model predicts at every position of ``prompt``, and the loss against the token that
    follows there."""

    kind: ClassVar[str] = "every_position"
    prompt: str
    top: int = 5


@dataclass(frozen=True)
class TrainingStep(Request):
    """One step of gradient descent on ``prompt`` with learning rate ``rate``: every prediction
    before and after it."""

    kind: ClassVar[str] = "training_step"
    prompt: str
    rate: float
    top: int = 5


@dataclass(frozen=True)
class LearningCurve(Request):
    """The model at several ``ages`` (in training steps): its ``top`` tokens after ``prompt`` and
    ``steps`` greedy ones.

    The loss of each age is the mean over ``windows`` windows of held-out text.
    """

    kind: ClassVar[str] = "learning_curve"
    prompt: str
    ages: tuple[int, ...] = (0, 51, 256, 1280, 4910)
    steps: int = 24
    top: int = 10
    windows: int = 64


@dataclass(frozen=True)
class AttentionPatterns(Request):
    """The weights of all heads for ``prompt`` (its first ``longest`` tokens); the heads that stand
    out, by rules."""

    kind: ClassVar[str] = "attention_patterns"
    prompt: str
    longest: int = 48


@dataclass(frozen=True)
class AttentionHead(Request):
    """One head on ``prompt`` (its first ``longest`` tokens): scores and weights, with ``inside``
    the vectors too.

    The head is ``head`` (layer, head) where declared; else the one with the largest weight from the
    word ``query`` to the word ``key``; else, and where ``prompt`` lacks these words, the one with
    the largest weight that jumps.
    """

    kind: ClassVar[str] = "attention_head"
    prompt: str
    query: str = ""
    key: str = ""
    head: tuple[int, ...] = ()
    inside: bool = False
    longest: int = 48


@dataclass(frozen=True)
class HeadScores(Request):
    """How much every head looks at the previous, its own, the first and a duplicate token, over
    several prompts."""

    kind: ClassVar[str] = "head_scores"
    prompts: tuple[str, ...]


@dataclass(frozen=True)
class InductionHeads(Request):
    """The induction score of every head on ``draws`` texts of ``tokens`` random tokens, each text
    said twice."""

    kind: ClassVar[str] = "induction_heads"
    tokens: int = 25
    draws: int = 8
    seed: int = 0


@dataclass(frozen=True)
class SinkNorms(Request):
    """What every head brings from the first token of ``prompt`` (its first ``longest`` tokens):
    weight times length."""

    kind: ClassVar[str] = "sink_norms"
    prompt: str
    longest: int = 48


@dataclass(frozen=True)
class HeadAblation(Request):
    """The likeliest token after ``prompt`` with each head switched off in turn; ``top`` rows with
    and without one."""

    kind: ClassVar[str] = "head_ablation"
    prompt: str
    top: int = 6
