"""What is asked of weights alone, and of counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gptviz.recording.request import Request


@dataclass(frozen=True)
class HeadComposition(Request):
    """How much every head reads of what every earlier head writes, from the weights alone."""

    kind: ClassVar[str] = "head_composition"


@dataclass(frozen=True)
class WeightPicture(Request):
    """The matrices ``attn.c_attn`` of all blocks as a picture at most ``pixels`` wide and high,
    with exact statistics.

    Beside it the same matrices freshly initialised: normal numbers of deviation ``fresh_std``,
    drawn with ``seed``. ``corner`` rows and columns of the first block are kept as numbers.
    """

    kind: ClassVar[str] = "weight_picture"
    pixels: int = 1152
    corner: int = 32
    fresh_std: float = 0.02
    seed: int = 0


@dataclass(frozen=True)
class WeightSample(Request):
    """``count`` learned numbers of the model, drawn at random with ``seed`` from all that are at
    hand."""

    kind: ClassVar[str] = "weight_sample"
    count: int = 2000
    seed: int = 0


@dataclass(frozen=True)
class PositionVectors(Request):
    """The position vectors: lengths, principal components, cosines of every ``stride``-th and of
    the ``anchors``."""

    kind: ClassVar[str] = "position_vectors"
    stride: int = 4
    anchors: tuple[int, ...] = (0, 100)


@dataclass(frozen=True)
class EmbeddingRows(Request):
    """The embedding rows of the tokens of ``prompt``, ``window`` rows around one of them, and a
    histogram of all.

    Beside it the same matrix freshly initialised: normal numbers of deviation ``fresh_std``, drawn
    with ``seed``. ``listed`` are words of which is said whether each is one token.
    """

    kind: ClassVar[str] = "embedding_rows"
    prompt: str
    listed: tuple[str, ...] = ()
    window: int = 128
    fresh_std: float = 0.02
    seed: int = 0


@dataclass(frozen=True)
class ParameterTally(Request):
    """The learned numbers of the model, tensor by tensor and group by group; sizes of its kept keys
    and values."""

    kind: ClassVar[str] = "parameter_tally"


@dataclass(frozen=True)
class ModelFamily(Request):
    """The published sizes of GPT-2: learned numbers by tensor and group of each of ``models``,
    built without memory."""

    kind: ClassVar[str] = "model_family"
    models: tuple[str, ...] = ("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl")
