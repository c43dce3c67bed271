"""What a film asks for. A request is a frozen value; what answers it is a recording of the same ``kind``.

Requests hold only literals (text, numbers, booleans, tuples of these), so that a scene's needs can be read
from its source without importing Manim, and so that they can stand in a manifest.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Literal

Source = Literal["model", "vectors"]

REQUESTS: dict[str, type[Request]] = {}


@dataclass(frozen=True)
class Request:
    """The root of all requests.

    ``kind`` names the recording that answers it; ``source`` says what computes it: a language model or word vectors.
    """

    kind: ClassVar[str] = ""
    source: ClassVar[Source] = "model"

    def __init_subclass__(cls) -> None:
        REQUESTS[cls.kind] = cls

    def as_dict(self) -> dict[str, Any]:
        """The request as plain JSON values, tuples as lists, with its ``kind``."""
        return {"kind": self.kind, **_plain(asdict(self))}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Request:
        """The request that :meth:`as_dict` wrote. Raises KeyError or TypeError for anything else."""
        values = dict(data)
        request = REQUESTS[values.pop("kind")]
        return request(**{key: _frozen(value) for key, value in values.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value


def _frozen(value: Any) -> Any:
    return tuple(_frozen(entry) for entry in value) if isinstance(value, list) else value


@dataclass(frozen=True)
class NextToken(Request):
    """The scores of the token after ``prompt``: the ``top`` highest of them, and the log-sum-exp of all.

    ``temperatures`` adds log-sum-exp and entropy of the whole vocabulary on the grid of temperatures that a sweep needs
    (0.05 to 5 in steps of 0.01); the exact answer at any T of the grid follows from them.
    ``sample`` adds so many tokens from the whole vocabulary, at evenly spaced ranks, the last one the lowest.
    """

    kind: ClassVar[str] = "next_token"
    prompt: str
    top: int = 20
    temperatures: bool = False
    sample: int = 0


@dataclass(frozen=True)
class Merges(Request):
    """How the byte-pair merges of the model's tokenizer put ``prompt``, and each of ``others``, together from bytes."""

    kind: ClassVar[str] = "merges"
    prompt: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary(Request):
    """What the vocabulary of the model's tokenizer holds: its ``first`` entries, its ``longest``, counts of kinds."""

    kind: ClassVar[str] = "vocabulary"
    first: int = 10
    longest: int = 5


@dataclass(frozen=True)
class SamplingLoop(Request):
    """``steps`` tokens written after ``prompt``, one at a time, with the ``top`` candidates of each step.

    ``policy`` is ``greedy``, ``temperature``, ``top_k`` or ``top_p``; all but the first draw, with ``seed``, from the
    distribution at ``temperature`` (0 is greedy) restricted to the ``top_k`` likeliest or to the ``top_p`` nucleus.
    ``start_token`` puts the model's start token in front, which may then stand alone. With ``escape`` the first tokens
    are chosen greedily until the text has turned in a loop three times; from then on the policy chooses.
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
    """A given text under the model: the probability and the rank of each true token, and the ``top`` candidates there.

    ``prompt`` is the beginning of ``text`` that is given and not scored. The first token of all has nothing before it
    and is not scored either, unless ``start_token`` puts the model's start token in front.
    """

    kind: ClassVar[str] = "replay"
    text: str
    prompt: str = ""
    start_token: bool = False
    top: int = 12


@dataclass(frozen=True)
class CacheEquality(Request):
    """``steps`` greedy tokens after ``prompt`` with the keys and values kept, and again with everything recomputed."""

    kind: ClassVar[str] = "cache_equality"
    prompt: str
    steps: int = 16


@dataclass(frozen=True)
class CandidateSets(Request):
    """Who may be drawn after ``prompt``: by each of ``top_k`` and ``top_p``, and the mass that they keep."""

    kind: ClassVar[str] = "candidate_sets"
    prompt: str
    temperature: float = 1.0
    top_k: tuple[int, ...] = (1, 5, 20, 40)
    top_p: tuple[float, ...] = (0.9,)
    named: int = 20


@dataclass(frozen=True)
class Draws(Request):
    """``draws`` tokens drawn after ``prompt`` without replacement, beside the likeliest; drawn with ``seed``.

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
    """All scores after every token of ``prompt``, their first and last ``ends``; and again with ``continuation`` added.

    ``named`` texts are looked up in the last row of ``prompt``, those of them that are one token.
    """

    kind: ClassVar[str] = "logit_block"
    prompt: str
    continuation: str = ""
    named: tuple[str, ...] = ()
    ends: int = 3


@dataclass(frozen=True)
class LogitLens(Request):
    """The residual stream of ``prompt`` read out after every block as if it were the last: the ``top`` tokens there."""

    kind: ClassVar[str] = "logit_lens"
    prompt: str
    top: int = 5


@dataclass(frozen=True)
class LensChoice(Request):
    """The logit lens of that one of ``prompts`` whose leading token changes most often from block to block."""

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
    """The same ``word`` in two prompts: how its two vectors part, block by block, with the ``top`` nearest tokens."""

    kind: ClassVar[str] = "two_contexts"
    prompt: str
    other: str
    word: str
    top: int = 5


@dataclass(frozen=True)
class MatrixVector(Request):
    """One matrix-vector product at the last token of ``prompt``: ``rows`` rows of the first layer of an MLP.

    The block and the first row are those whose neuron is excited most (see the recording's ``rule``).
    """

    kind: ClassVar[str] = "matrix_vector"
    prompt: str
    rows: int = 48


@dataclass(frozen=True)
class EveryPosition(Request):
    """What the model predicts at every position of ``prompt``, and the loss against the token that follows there."""

    kind: ClassVar[str] = "every_position"
    prompt: str
    top: int = 5


@dataclass(frozen=True)
class TrainingStep(Request):
    """One step of gradient descent on ``prompt`` with learning rate ``rate``: every prediction before and after it."""

    kind: ClassVar[str] = "training_step"
    prompt: str
    rate: float
    top: int = 5


@dataclass(frozen=True)
class LearningCurve(Request):
    """The model at several ``ages`` (in training steps): its ``top`` tokens after ``prompt`` and ``steps`` greedy ones.

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
    """The weights of all heads for ``prompt`` (its first ``longest`` tokens); the heads that stand out, by rules."""

    kind: ClassVar[str] = "attention_patterns"
    prompt: str
    longest: int = 48


@dataclass(frozen=True)
class AttentionHead(Request):
    """One head on ``prompt`` (its first ``longest`` tokens): scores and weights, with ``inside`` the vectors too.

    The head is ``head`` (layer, head) where declared; else the one with the largest weight from the word ``query`` to
    the word ``key``; else, and where ``prompt`` lacks these words, the one with the largest weight that jumps.
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
    """How much every head looks at the previous, its own, the first and a duplicate token, over several prompts."""

    kind: ClassVar[str] = "head_scores"
    prompts: tuple[str, ...]


@dataclass(frozen=True)
class InductionHeads(Request):
    """The induction score of every head on ``draws`` texts of ``tokens`` random tokens, each text said twice."""

    kind: ClassVar[str] = "induction_heads"
    tokens: int = 25
    draws: int = 8
    seed: int = 0


@dataclass(frozen=True)
class SinkNorms(Request):
    """What every head brings from the first token of ``prompt`` (its first ``longest`` tokens): weight times length."""

    kind: ClassVar[str] = "sink_norms"
    prompt: str
    longest: int = 48


@dataclass(frozen=True)
class HeadAblation(Request):
    """The likeliest token after ``prompt`` with each head switched off in turn; ``top`` rows with and without one."""

    kind: ClassVar[str] = "head_ablation"
    prompt: str
    top: int = 6


@dataclass(frozen=True)
class HeadComposition(Request):
    """How much every head reads of what every earlier head writes, from the weights alone."""

    kind: ClassVar[str] = "head_composition"


@dataclass(frozen=True)
class WeightPicture(Request):
    """The matrices ``attn.c_attn`` of all blocks as a picture at most ``pixels`` wide and high, with exact statistics.

    Beside it the same matrices freshly initialised: normal numbers of deviation ``fresh_std``, drawn with ``seed``.
    ``corner`` rows and columns of the first block are kept as numbers.
    """

    kind: ClassVar[str] = "weight_picture"
    pixels: int = 1152
    corner: int = 32
    fresh_std: float = 0.02
    seed: int = 0


@dataclass(frozen=True)
class WeightSample(Request):
    """``count`` learned numbers of the model, drawn at random with ``seed`` from all that are at hand."""

    kind: ClassVar[str] = "weight_sample"
    count: int = 2000
    seed: int = 0


@dataclass(frozen=True)
class PositionVectors(Request):
    """The position vectors: lengths, principal components, cosines of every ``stride``-th and of the ``anchors``."""

    kind: ClassVar[str] = "position_vectors"
    stride: int = 4
    anchors: tuple[int, ...] = (0, 100)


@dataclass(frozen=True)
class EmbeddingRows(Request):
    """The embedding rows of the tokens of ``prompt``, ``window`` rows around one of them, and a histogram of all.

    Beside it the same matrix freshly initialised: normal numbers of deviation ``fresh_std``, drawn with ``seed``.
    ``listed`` are words of which is said whether each is one token.
    """

    kind: ClassVar[str] = "embedding_rows"
    prompt: str
    listed: tuple[str, ...] = ()
    window: int = 128
    fresh_std: float = 0.02
    seed: int = 0


@dataclass(frozen=True)
class ParameterTally(Request):
    """The learned numbers of the model, tensor by tensor and group by group; sizes of its kept keys and values."""

    kind: ClassVar[str] = "parameter_tally"


@dataclass(frozen=True)
class ModelFamily(Request):
    """The published sizes of GPT-2: learned numbers by tensor and group of each of ``models``, built without memory."""

    kind: ClassVar[str] = "model_family"
    models: tuple[str, ...] = ("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl")


@dataclass(frozen=True)
class WordNeighbours(Request):
    """The ``top`` words nearest to each of ``words``, by cosine and by distance.

    ``sought`` are pairs (word, other): which place the other has among the neighbours of the word.
    """

    kind: ClassVar[str] = "word_neighbours"
    source: ClassVar[Source] = "vectors"
    words: tuple[str, ...]
    top: int = 10
    sought: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class WordColumns(Request):
    """The vectors of ``words``, whole: every number of each."""

    kind: ClassVar[str] = "word_columns"
    source: ClassVar[Source] = "vectors"
    words: tuple[str, ...]


@dataclass(frozen=True)
class WordSlice(Request):
    """``words`` and the ``neighbours`` nearest words of each in three dimensions, as two slices.

    One slice has the main directions of all words, one those of the words shown. A ``cloud`` of so many other words,
    the first of the file, are points without a name.
    """

    kind: ClassVar[str] = "word_slice"
    source: ClassVar[Source] = "vectors"
    words: tuple[str, ...]
    neighbours: int = 3
    cloud: int = 1000


@dataclass(frozen=True)
class WordAnalogies(Request):
    """For each (a, b, c, d) of ``analogies``: where a - b + c lands, the ``top`` nearest words, d's place among all."""

    kind: ClassVar[str] = "word_analogies"
    source: ClassVar[Source] = "vectors"
    analogies: tuple[tuple[str, str, str, str], ...]
    top: int = 8


@dataclass(frozen=True)
class WordRelation(Request):
    """How alike the arrow from ``start`` to ``end`` is to the arrow of each of ``pairs`` (start, end).

    And the ``top`` words nearest to where that arrow lands when it is carried to the start of each pair.
    """

    kind: ClassVar[str] = "word_relation"
    source: ClassVar[Source] = "vectors"
    start: str
    end: str
    pairs: tuple[tuple[str, str], ...]
    top: int = 5


@dataclass(frozen=True)
class WordDirection(Request):
    """How far each of ``words`` reaches along the arrow from ``start`` to ``end``; whether ``rising`` words rise."""

    kind: ClassVar[str] = "word_direction"
    source: ClassVar[Source] = "vectors"
    start: str
    end: str
    words: tuple[str, ...] = ()
    rising: tuple[str, ...] = ()


@dataclass(frozen=True)
class PluralDirection(Request):
    """Whether plurals lie further than singulars along the arrow from ``start`` to ``end``, and along a mean arrow.

    The pairs are all words of the vocabulary to which an s can be added (see the recording's ``rule``). A half of them,
    drawn with ``seed``, makes the mean; it has not seen the other half. ``splits`` other halves tell how much hangs on
    the draw. ``shown`` are pairs (singular, plural) to name, ``rising`` the words whose places should rise.
    """

    kind: ClassVar[str] = "plural_direction"
    source: ClassVar[Source] = "vectors"
    start: str = "cat"
    end: str = "cats"
    shown: tuple[tuple[str, str], ...] = ()
    rising: tuple[str, ...] = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    seed: int = 2024
    splits: int = 1000


def prompt_field(request: Request) -> str | None:
    """The name of the field that ``PROMPT=`` replaces, or None where a request has no prompt."""
    return next((f.name for f in fields(request) if f.name == "prompt"), None)
