"""Learned numbers, as a film sees them: the picture of them, position vectors, embedding rows, a
sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import TypedDict

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Text, Tokens, Value, Values
from gptviz.recording.heads import Chosen, Head, head_at
from gptviz.recording.number import Count, Derived, Number, Numbers, Setting, Word, derive
from gptviz.recording.request import Request
from gptviz.recording.schema import Array, Recording


class Stripe(Chosen):
    """The head that stands out in query and key alike: its mean sizes, and the medians of its
    block."""

    query: float
    key: float
    query_median: float
    key_median: float


class Extremes(TypedDict):
    """Exact figures of freshly made matrices."""

    count: int
    wrapped: int
    min: float
    max: float
    mean_abs_all: float


class Listed(TypedDict):
    """A word that was looked up, and how many tokens it is."""

    word: str
    tokens: int


PARTS = ("query", "key", "value")


@dataclass(frozen=True)
class WeightPicture(Request["WeightPictureRecording"]):
    """The query, key and value matrices of all blocks as a picture at most ``pixels`` wide and high,
    with exact statistics.

    Beside it the same matrices freshly initialised: normal numbers of deviation ``fresh_std``,
    drawn with ``seed``. ``corner`` rows and columns of the first block are kept as numbers.
    """

    kind: ClassVar[str] = "weight_picture"
    pixels: int = 1152
    corner: int = 32
    fresh_std: float = 0.02
    seed: int = 0


class WeightPictureRecording(Recording):
    """The query, key and value matrices of all blocks as pictures, with exact statistics. Keys and
    values that heads share are there once."""

    answers = WeightPicture

    _saturating = Tensor("uint8", "layer", "row", "column")
    _wrapped = Tensor("uint8", "layer", "row", "column")
    _wraps = Tensor("uint8", "layer", "row", "column")
    _fresh = Tensor("uint8", "layer", "row", "column")
    _block = Tensor("uint8", "row", "column")
    _window = Tensor("uint8", "row", "column")
    #: the first weights of the first block (row, column)
    corner = Tensor("float32", "row", "column")
    _mean_abs = Tensor("float64", "layer", "part")
    _mean_abs_head = Tensor("float64", "layer", "part", "head")
    _mean_abs_block = Tensor("float64", "layer")
    _wrapped_block = Tensor("int64", "layer")
    _fresh_mean_abs = Tensor("float64", "layer", "part")
    layers = Value(int)  #: how many blocks there are
    heads = Value(int)  #: how many heads a block has: stripes of the queries
    _d_head = Value(int)
    _parts = Data(list[str])
    rows = Value(int)  #: how many rows of weights all blocks have
    columns = Value(int)  #: how many columns of weights a block has
    wraps_at = Value(float)  #: the size from which on |w| * 1024 does not fit one byte
    _stripe = Data(Stripe)
    count = Value(int)  #: how many weights there are
    wrapped = Value(int)  #: how many weights are that large: false pixels of the published picture
    lowest = Value(float, key="min")  #: the lowest weight
    highest = Value(float, key="max")  #: the highest weight
    _mean_abs_all = Value(float)
    _fresh_entries = Data(Extremes, key="fresh")

    @property
    def keys(self) -> Number | Derived:
        """How many stripes the keys have, and the values: one for each head, or fewer that heads
        share."""
        if not self.has("widths.keys"):
            return self.heads
        return derive(maths.ratio, self.value("widths.keys"), self._d_head)

    def columns_of(self, part: int) -> Derived:
        """How many columns of weights a block has for queries (0), keys (1) or values (2)."""
        return derive(maths.product, [self.keys if part else self.heads, self._d_head])

    def picture(self, name: str) -> Array:
        """A picture as bytes (row, column), all blocks one below the other; ``block`` and
        ``window``: the first's.

        ``saturating``: area means of |w| * 1024, at most 255. ``wrapped``: as published, one weight
        of each area.
        ``wraps``: the share of weights that wrap, in 255ths, at half the resolution. ``fresh``:
        untrained, half.
        """
        array = self.array(name)
        return array.reshape(-1, array.shape[-1])

    @property
    def wrapped_share(self) -> Derived:
        """Their share of all weights."""
        return derive(maths.ratio, self.wrapped, self.count)

    def wrapped_share_of(self, layer: int) -> Derived:
        """Their share of the weights of one block."""
        return derive(
            maths.ratio,
            self._wrapped_block.at(layer),
            derive(maths.ratio, self.count, self.layers),
        )

    def wrapped_byte(self, row: int, column: int) -> Derived:
        """What the published picture makes of a weight of the corner."""
        return derive(maths.wrapped_byte, self.corner[row, column])

    def mean_abs(self, layer: int, part: str | None = None) -> Number:
        """The mean size of the weights of a block, or of its query, key or value part."""
        if part is None:
            return self._mean_abs_block.at(layer)
        return self._mean_abs.at(layer, PARTS.index(part))

    def mean_abs_head(self, layer: int, part: str, head: int) -> Number:
        """The mean size of the columns that one head uses."""
        return self._mean_abs_head.at(layer, PARTS.index(part), head)

    def fresh_mean_abs(self, layer: int, part: str) -> Number:
        """The mean size of freshly initialised weights."""
        return self._fresh_mean_abs.at(layer, PARTS.index(part))

    @property
    def fresh_deviation(self) -> Setting:
        """The deviation of freshly initialised weights, as the request sets it."""
        return self.setting("fresh_std")

    @property
    def stripe(self) -> Head:
        """The head that stands out in query and key alike; its score: how many times the median of
        its block."""
        return head_at(self, "stripe")


@dataclass(frozen=True)
class PositionVectors(Request["PositionVectorsRecording"]):
    """The position vectors: lengths, principal components, cosines of every ``stride``-th and of
    the ``anchors``."""

    kind: ClassVar[str] = "position_vectors"
    stride: int = 4
    anchors: tuple[int, ...] = (0, 100)


class PositionVectorsRecording(Recording):
    """The position vectors."""

    answers = PositionVectors

    _norms = Tensor("float64", "position")
    #: where the positions lie along the principal components (position, component)
    coordinates = Tensor("float64", "position", "component")
    #: the share of the variance that each component holds (component)
    explained = Tensor("float64", "component")
    #: the cosines (row, column) of every stride-th position with each other
    cosines = Tensor("float32", "row", "column")
    _anchor_cosines = Tensor("float64", "row", "position")
    _vectors = Tensor("float16", "row", "d_model")
    positions = Value(int)  #: how many positions there are
    d_model = Value(int)  #: how many numbers each vector has
    _stride = Value(int)
    _anchors = Values(list[int])
    median_norm = Value(float)  #: the median length
    _largest = Value(float)

    def norm(self, position: int) -> Number:
        """The length of a position's vector."""
        return self._norms.at(position)

    @property
    def explained_together(self) -> Derived:
        """The share that they hold together."""
        return derive(maths.total, self.explained)

    def norm_ratio(self, position: int) -> Derived:
        """How many times the median length a position's vector is long."""
        return derive(maths.ratio, self.norm(position), self.median_norm)

    @property
    def turns(self) -> Derived:
        """How often the positions, in order, go around the third component: between the first and
        the last, which stand apart, so that the way to them is no turn."""
        return derive(maths.turns, self.coordinates[1:-1])

    def likeness(self, anchor: int) -> Numbers:
        """The cosines of an anchor with every position (position). Raises ValueError for a position
        that is no anchor."""
        part: Numbers = self._anchor_cosines[list(self._anchors.array).index(anchor)]
        return part

    def least_like(self, anchor: int) -> int:
        """The position whose vector is least like an anchor's. Raises ValueError as above."""
        return int(self.likeness(anchor).array.argmin())

    def cosine(self, anchor: int, position: int) -> Number:
        """The cosine of an anchor with any position. Raises ValueError for a position that is no
        anchor."""
        return self.number("anchor_cosines", list(self._anchors.array).index(anchor), position)


@dataclass(frozen=True)
class PlacedTokens(Request["PlacedTokensRecording"]):
    """What a model reads of a token that stands at another place in ``other`` than in ``prompt``:
    its embedding, the vector of each place, and both added."""

    kind: ClassVar[str] = "placed_tokens"
    prompt: str
    other: str


class PlacedTokensRecording(Recording):
    """One token at two places: what the first block is given."""

    answers = PlacedTokens

    prompt = Tokens()  #: the tokens of the first text
    other = Tokens()  #: the tokens of the second
    #: the token's embedding (d_model), the same at both places
    word = Tensor("float32", "d_model")
    #: the vectors of its two places (part, d_model)
    place_vectors = Tensor("float32", "part", "d_model")
    #: both added (part, d_model)
    sums = Tensor("float32", "part", "d_model")
    _places = Values(list[int])
    rule = Text()  #: the rule that chose the token

    def place(self, text: int) -> int:
        """The index of the token in one of the two texts."""
        return int(self.value(f"places.{text}"))

    def counted(self, text: int) -> Count:
        """Its place in one of the two texts, counted from 1."""
        tokens = (self.prompt, self.other)[text]
        return Count.position(self.place(text), tokens, "place of the token", first=1)

    @property
    def likeness(self) -> Derived:
        """The cosine of the two sums."""
        return derive(maths.cosine, self.sums[0], self.sums[1])


@dataclass(frozen=True)
class EmbeddingRows(Request["EmbeddingRowsRecording"]):
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


class EmbeddingRowsRecording(Recording):
    """Embedding rows of a prompt, a window on the matrix, and how its numbers are spread."""

    answers = EmbeddingRows

    prompt = Tokens()  #: the prompt's tokens
    window_tokens = Tokens(key="window")  #: the tokens of the window's rows, each with its id
    _rows = Tensor("float32", "token", "d_model")
    #: rows around the chosen token's (row, d_model), rounded to half precision: for colours, not
    #: for numerals
    window = Tensor("float16", "row", "d_model")
    _histogram = Tensor("int64", "bin")
    _fresh_histogram = Tensor("int64", "bin")
    edges = Tensor("float64", "bin")  #: the borders of the bins, one more than there are bins
    vocab = Value(int)  #: how many rows the matrix has
    d_model = Value(int)  #: how many columns it has
    numbers_in_all = Value(int, key="numbers")  #: how many numbers it holds
    _parameters = Value(int)
    rule = Text()  #: the rule's wording
    chosen = Value(int)  #: the position of the token that is followed, chosen by ``rule``
    _window_start = Value(int)
    _listed = Data(list[Listed])
    _mean = Value(float)
    deviation = Value(float)  #: the deviation of the trained numbers
    _min = Value(float)
    _max = Value(float)
    fresh_deviation = Value(float)  #: the deviation of the freshly made ones, as drawn

    def row(self, token: int) -> Numbers:
        """The embedding row of a token of the prompt (d_model)."""
        part: Numbers = self._rows[token]
        return part

    @property
    def window_row(self) -> int:
        """Which row of the window is the chosen token's."""
        return int(self.prompt[int(self.chosen)].id) - int(self._window_start)

    @property
    def share(self) -> Derived:
        """Their share of all that the model learns."""
        return derive(maths.ratio, self.numbers_in_all, self._parameters)

    def histogram(self, fresh: bool = False) -> Numbers:
        """How many numbers fall into each bin, trained or freshly made (bin)."""
        return self.numbers("fresh_histogram" if fresh else "histogram")

    def outside(self, fresh: bool = False) -> Derived:
        """How many numbers fall outside all bins."""
        return derive(
            maths.difference, self.numbers_in_all, derive(maths.total, self.histogram(fresh))
        )

    @property
    def listed(self) -> list[tuple[Word, Number]]:
        """The words that were looked up, each with how many tokens it is."""
        count = int(self.size("listed", "words"))
        return [
            (self.text(f"listed.{i}.word"), self.value(f"listed.{i}.tokens")) for i in range(count)
        ]


@dataclass(frozen=True)
class WeightSample(Request["WeightSampleRecording"]):
    """``count`` learned numbers of the model, drawn at random with ``seed`` from all that are at
    hand."""

    kind: ClassVar[str] = "weight_sample"
    count: int = 2000
    seed: int = 0


class WeightSampleRecording(Recording):
    """Learned numbers drawn at random."""

    answers = WeightSample

    sample = Tensor("float32", "component")  #: the numbers (component)
    _tensor = Tensor("int32", "component")
    _tensors = Data(list[str])
    numbers_in_all = Value(int, key="numbers")  #: of how many numbers they are a sample

    def origin(self, index: int) -> Word:
        """The name of the tensor that a number comes from."""
        return self.text(f"tensors.{int(self.array('tensor')[index])}")

    @property
    def drawn(self) -> Count:
        """How many were drawn."""
        return Count(self.array("sample"), "numbers drawn")
