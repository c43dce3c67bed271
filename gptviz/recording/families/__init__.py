"""The families of recordings: one module each. Films and recorders import from here.

A module holds a **request** (what a film asks for) and its **recording** (what the film receives),
or a few that belong together. To add a family, write ``families/<name>.py`` like ``next_token.py``
and name its classes below:

- The request is a frozen dataclass of literals, ``class NextToken(Request["NextTokenRecording"])``,
  with a ``kind`` that no other has. A request of word vectors says ``source = "vectors"``.
- The recording says ``answers = NextToken`` and declares all that it holds:
  ``Tensor("float32", "rank")`` with dtype and axes, ``Value(int)``, ``Values(list[float])``,
  ``Text()``, ``Flag()``, ``Tokens()``, and ``Data(...)`` for lists of entries, which a TypedDict
  describes. ``when="sample"`` is for what only a request with ``sample`` asks for, ``optional=True``
  for what some models or prompts lack. A field is an accessor, too (see
  :mod:`gptviz.recording.declared`).
- Methods give what follows from it, with an address: ``derive(maths.probability, ...)``.

A recorder in :mod:`gptviz.recorders` answers the request. What it gives is checked against the
declaration when a recording is made, and again whenever one is read.
"""

from gptviz.recording.families.architecture import (
    ModelFamily,
    ModelFamilyRecording,
    ParameterTally,
    ParameterTallyRecording,
)
from gptviz.recording.families.attention import (
    AttentionHead,
    AttentionHeadRecording,
    AttentionPatterns,
    AttentionPatternsRecording,
)
from gptviz.recording.families.caching import (
    Caching,
    CachingRecording,
)
from gptviz.recording.families.candidates import (
    CandidateSets,
    CandidateSetsRecording,
    Draws,
    DrawsRecording,
    LogitBlock,
    LogitBlockRecording,
)
from gptviz.recording.families.chat import (
    ChatTalk,
    ChatTalkRecording,
)
from gptviz.recording.families.contexts import (
    Contexts,
    ContextsRecording,
)
from gptviz.recording.families.damage import (
    DamagedHead,
    DamagedHeadRecording,
)
from gptviz.recording.families.heads import (
    HeadAblation,
    HeadAblationRecording,
    HeadComposition,
    HeadCompositionRecording,
    HeadScores,
    HeadScoresRecording,
    InductionHeads,
    InductionHeadsRecording,
    SinkNorms,
    SinkNormsRecording,
)
from gptviz.recording.families.loud import (
    LoudDimension,
    LoudDimensionRecording,
)
from gptviz.recording.families.matvec import (
    MatrixVector,
    MatrixVectorRecording,
)
from gptviz.recording.families.music import (
    TuneEvents,
    TuneEventsRecording,
)
from gptviz.recording.families.neuron import (
    Neuron,
    NeuronRecording,
)
from gptviz.recording.families.next_token import (
    DrawnToken,
    DrawnTokenRecording,
    NextToken,
    NextTokenRecording,
)
from gptviz.recording.families.norms import (
    Norms,
    NormsRecording,
)
from gptviz.recording.families.pair import (
    ModelPair,
    ModelPairRecording,
)
from gptviz.recording.families.plurals import (
    PluralDirection,
    PluralDirectionRecording,
)
from gptviz.recording.families.push import (
    DirectPush,
    DirectPushRecording,
)
from gptviz.recording.families.repeats import (
    RepeatedTokens,
    RepeatedTokensRecording,
)
from gptviz.recording.families.residual import (
    LensSurvey,
    LensSurveyRecording,
    LogitLens,
    LogitLensRecording,
    ResidualStream,
    ResidualStreamRecording,
    TwoContexts,
    TwoContextsRecording,
)
from gptviz.recording.families.rotation import (
    Rotation,
    RotationRecording,
)
from gptviz.recording.families.saliency import (
    Saliency,
    SaliencyRecording,
)
from gptviz.recording.families.sampling import (
    CacheEquality,
    CacheEqualityRecording,
    Replay,
    ReplayRecording,
    SamplingLoop,
    SamplingLoopRecording,
)
from gptviz.recording.families.switched_off import (
    SwitchedOff,
    SwitchedOffRecording,
)
from gptviz.recording.families.tokens import (
    Merges,
    MergesRecording,
    Vocabulary,
    VocabularyRecording,
)
from gptviz.recording.families.training import (
    EveryPosition,
    EveryPositionRecording,
    LearningCurve,
    LearningCurveRecording,
    TrainingStep,
    TrainingStepRecording,
)
from gptviz.recording.families.unembed import (
    Unembed,
    UnembedRecording,
)
from gptviz.recording.families.vocabulary import (
    VocabularyOrder,
    VocabularyOrderRecording,
)
from gptviz.recording.families.weights import (
    EmbeddingRows,
    EmbeddingRowsRecording,
    PlacedTokens,
    PlacedTokensRecording,
    PositionVectors,
    PositionVectorsRecording,
    WeightPicture,
    WeightPictureRecording,
    WeightSample,
    WeightSampleRecording,
)
from gptviz.recording.families.words import (
    WordColumns,
    WordColumnsRecording,
    WordNeighbours,
    WordNeighboursRecording,
    WordSlice,
    WordSliceRecording,
)
from gptviz.recording.families.words_arrows import (
    WordAnalogies,
    WordAnalogiesRecording,
    WordDirection,
    WordDirectionRecording,
    WordRelation,
    WordRelationRecording,
)

__all__ = [
    "AttentionHead",
    "AttentionHeadRecording",
    "AttentionPatterns",
    "AttentionPatternsRecording",
    "CacheEquality",
    "CacheEqualityRecording",
    "Caching",
    "CachingRecording",
    "CandidateSets",
    "CandidateSetsRecording",
    "ChatTalk",
    "ChatTalkRecording",
    "Contexts",
    "ContextsRecording",
    "DamagedHead",
    "DamagedHeadRecording",
    "DirectPush",
    "DirectPushRecording",
    "DrawnToken",
    "DrawnTokenRecording",
    "Draws",
    "DrawsRecording",
    "EmbeddingRows",
    "EmbeddingRowsRecording",
    "EveryPosition",
    "EveryPositionRecording",
    "HeadAblation",
    "HeadAblationRecording",
    "HeadComposition",
    "HeadCompositionRecording",
    "HeadScores",
    "HeadScoresRecording",
    "InductionHeads",
    "InductionHeadsRecording",
    "LearningCurve",
    "LearningCurveRecording",
    "LensSurvey",
    "LensSurveyRecording",
    "LogitBlock",
    "LogitBlockRecording",
    "LogitLens",
    "LogitLensRecording",
    "LoudDimension",
    "LoudDimensionRecording",
    "MatrixVector",
    "MatrixVectorRecording",
    "Merges",
    "MergesRecording",
    "ModelFamily",
    "ModelFamilyRecording",
    "ModelPair",
    "ModelPairRecording",
    "Neuron",
    "NeuronRecording",
    "NextToken",
    "NextTokenRecording",
    "Norms",
    "NormsRecording",
    "ParameterTally",
    "ParameterTallyRecording",
    "PlacedTokens",
    "PlacedTokensRecording",
    "PluralDirection",
    "PluralDirectionRecording",
    "PositionVectors",
    "PositionVectorsRecording",
    "RepeatedTokens",
    "RepeatedTokensRecording",
    "Replay",
    "ReplayRecording",
    "ResidualStream",
    "ResidualStreamRecording",
    "Rotation",
    "RotationRecording",
    "Saliency",
    "SaliencyRecording",
    "SamplingLoop",
    "SamplingLoopRecording",
    "SinkNorms",
    "SinkNormsRecording",
    "SwitchedOff",
    "SwitchedOffRecording",
    "TrainingStep",
    "TrainingStepRecording",
    "TuneEvents",
    "TuneEventsRecording",
    "TwoContexts",
    "TwoContextsRecording",
    "Unembed",
    "UnembedRecording",
    "Vocabulary",
    "VocabularyOrder",
    "VocabularyOrderRecording",
    "VocabularyRecording",
    "WeightPicture",
    "WeightPictureRecording",
    "WeightSample",
    "WeightSampleRecording",
    "WordAnalogies",
    "WordAnalogiesRecording",
    "WordColumns",
    "WordColumnsRecording",
    "WordDirection",
    "WordDirectionRecording",
    "WordNeighbours",
    "WordNeighboursRecording",
    "WordRelation",
    "WordRelationRecording",
    "WordSlice",
    "WordSliceRecording",
]
