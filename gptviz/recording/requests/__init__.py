"""What a film asks for. A request is a frozen value; what answers it is a recording of the same
``kind``.

Requests hold only literals (text, numbers, booleans, tuples of these), so that a scene's needs can
be read from its source without importing Manim, and so that they can stand in a manifest.
"""

from gptviz.recording.families import NextToken
from gptviz.recording.request import REQUESTS, Request, Source, prompt_field
from gptviz.recording.requests.inside import (
    AttentionHead,
    AttentionPatterns,
    EveryPosition,
    HeadAblation,
    HeadScores,
    InductionHeads,
    LearningCurve,
    LensChoice,
    LogitLens,
    MatrixVector,
    ResidualStream,
    SinkNorms,
    TrainingStep,
    TwoContexts,
)
from gptviz.recording.requests.text import (
    CacheEquality,
    CandidateSets,
    Draws,
    LogitBlock,
    Merges,
    Replay,
    SamplingLoop,
    Vocabulary,
)
from gptviz.recording.requests.weights import (
    EmbeddingRows,
    HeadComposition,
    ModelFamily,
    ParameterTally,
    PositionVectors,
    WeightPicture,
    WeightSample,
)
from gptviz.recording.requests.words import (
    PluralDirection,
    WordAnalogies,
    WordColumns,
    WordDirection,
    WordNeighbours,
    WordRelation,
    WordSlice,
)

__all__ = [
    "AttentionHead",
    "AttentionPatterns",
    "CacheEquality",
    "CandidateSets",
    "Draws",
    "EmbeddingRows",
    "EveryPosition",
    "HeadAblation",
    "HeadComposition",
    "HeadScores",
    "InductionHeads",
    "LearningCurve",
    "LensChoice",
    "LogitBlock",
    "LogitLens",
    "MatrixVector",
    "Merges",
    "ModelFamily",
    "NextToken",
    "ParameterTally",
    "PluralDirection",
    "PositionVectors",
    "REQUESTS",
    "Replay",
    "Request",
    "ResidualStream",
    "SamplingLoop",
    "SinkNorms",
    "Source",
    "TrainingStep",
    "TwoContexts",
    "Vocabulary",
    "WeightPicture",
    "WeightSample",
    "WordAnalogies",
    "WordColumns",
    "WordDirection",
    "WordNeighbours",
    "WordRelation",
    "WordSlice",
    "prompt_field",
]
