"""One class per kind of recording: the accessors that a film uses. Importing this package registers
them all."""

from gptviz.recording.families.next_token import NextTokenRecording
from gptviz.recording.kinds.architecture import ModelFamilyRecording, ParameterTallyRecording
from gptviz.recording.kinds.attention import AttentionHeadRecording, AttentionPatternsRecording
from gptviz.recording.kinds.candidates import (
    CandidateSetsRecording,
    DrawsRecording,
    LogitBlockRecording,
)
from gptviz.recording.kinds.heads import (
    HeadAblationRecording,
    HeadCompositionRecording,
    HeadScoresRecording,
    InductionHeadsRecording,
    SinkNormsRecording,
)
from gptviz.recording.kinds.matvec import MatrixVectorRecording
from gptviz.recording.kinds.plurals import PluralDirectionRecording
from gptviz.recording.kinds.residual import (
    LensChoiceRecording,
    LogitLensRecording,
    ResidualStreamRecording,
    TwoContextsRecording,
)
from gptviz.recording.kinds.sampling import (
    CacheEqualityRecording,
    ReplayRecording,
    SamplingLoopRecording,
)
from gptviz.recording.kinds.tokens import MergesRecording, VocabularyRecording
from gptviz.recording.kinds.training import (
    EveryPositionRecording,
    LearningCurveRecording,
    TrainingStepRecording,
)
from gptviz.recording.kinds.weights import (
    EmbeddingRowsRecording,
    PositionVectorsRecording,
    WeightPictureRecording,
    WeightSampleRecording,
)
from gptviz.recording.kinds.words import (
    WordColumnsRecording,
    WordNeighboursRecording,
    WordSliceRecording,
)
from gptviz.recording.kinds.words_arrows import (
    WordAnalogiesRecording,
    WordDirectionRecording,
    WordRelationRecording,
)

__all__ = [
    "AttentionHeadRecording",
    "AttentionPatternsRecording",
    "EmbeddingRowsRecording",
    "HeadAblationRecording",
    "HeadCompositionRecording",
    "HeadScoresRecording",
    "InductionHeadsRecording",
    "ModelFamilyRecording",
    "ParameterTallyRecording",
    "PositionVectorsRecording",
    "SinkNormsRecording",
    "WeightPictureRecording",
    "WeightSampleRecording",
    "NextTokenRecording",
    "CacheEqualityRecording",
    "CandidateSetsRecording",
    "DrawsRecording",
    "EveryPositionRecording",
    "LearningCurveRecording",
    "LensChoiceRecording",
    "LogitBlockRecording",
    "LogitLensRecording",
    "MatrixVectorRecording",
    "MergesRecording",
    "ReplayRecording",
    "ResidualStreamRecording",
    "SamplingLoopRecording",
    "TrainingStepRecording",
    "TwoContextsRecording",
    "VocabularyRecording",
    "WordNeighboursRecording",
    "WordColumnsRecording",
    "WordSliceRecording",
    "WordAnalogiesRecording",
    "WordRelationRecording",
    "WordDirectionRecording",
    "PluralDirectionRecording",
]
