"""Learned numbers, as a film sees them: the picture of them, position vectors, embedding rows, a
sample."""

from __future__ import annotations

from gptviz import maths
from gptviz.recording.kinds.attention import Head, head_at
from gptviz.recording.number import Count, Derived, Number, Numbers, Setting, Token, Word, derive
from gptviz.recording.schema import Array, Recording

PARTS = ("query", "key", "value")


class WeightPictureRecording(Recording):
    """The matrices ``attn.c_attn`` of all blocks as pictures, with exact statistics.

    Pictures (uint8): ``saturating``, ``wrapped``, ``wraps``, ``fresh`` (layer, row, column),
    ``block``, ``window`` (row, column). Numbers: ``corner`` (row, column), ``mean_abs``,
    ``fresh_mean_abs`` (layer, part), ``mean_abs_head`` (layer, part, head), ``mean_abs_block``,
    ``wrapped_block`` (layer).
    """

    kind = "weight_picture"

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
    def corner(self) -> Numbers:
        """The first weights of the first block (row, column)."""
        return self.numbers("corner")

    @property
    def layers(self) -> Number:
        """How many blocks there are."""
        return self.value("layers")

    @property
    def heads(self) -> Number:
        """How many heads a block has: stripes in each of the three parts."""
        return self.value("heads")

    @property
    def rows(self) -> Number:
        """How many rows of weights all blocks have."""
        return self.value("rows")

    @property
    def columns(self) -> Number:
        """How many columns of weights a block has."""
        return self.value("columns")

    @property
    def count(self) -> Number:
        """How many weights there are."""
        return self.value("count")

    @property
    def lowest(self) -> Number:
        """The lowest weight."""
        return self.value("min")

    @property
    def highest(self) -> Number:
        """The highest weight."""
        return self.value("max")

    @property
    def wraps_at(self) -> Number:
        """The size from which on |w| * 1024 does not fit one byte."""
        return self.value("wraps_at")

    @property
    def wrapped(self) -> Number:
        """How many weights are that large: false pixels of the published picture."""
        return self.value("wrapped")

    @property
    def wrapped_share(self) -> Derived:
        """Their share of all weights."""
        return derive(maths.ratio, self.wrapped, self.count)

    def wrapped_share_of(self, layer: int) -> Derived:
        """Their share of the weights of one block."""
        return derive(
            maths.ratio,
            self.number("wrapped_block", layer),
            derive(maths.ratio, self.count, self.layers),
        )

    def wrapped_byte(self, row: int, column: int) -> Derived:
        """What the published picture makes of a weight of the corner."""
        return derive(maths.wrapped_byte, self.corner[row, column])

    def mean_abs(self, layer: int, part: str | None = None) -> Number:
        """The mean size of the weights of a block, or of its query, key or value part."""
        if part is None:
            return self.number("mean_abs_block", layer)
        return self.number("mean_abs", layer, PARTS.index(part))

    def mean_abs_head(self, layer: int, part: str, head: int) -> Number:
        """The mean size of one head's columns."""
        return self.number("mean_abs_head", layer, PARTS.index(part), head)

    def fresh_mean_abs(self, layer: int, part: str) -> Number:
        """The mean size of freshly initialised weights."""
        return self.number("fresh_mean_abs", layer, PARTS.index(part))

    @property
    def fresh_deviation(self) -> Setting:
        """The deviation of freshly initialised weights, as the request sets it."""
        return self.setting("fresh_std")

    @property
    def stripe(self) -> Head:
        """The head that stands out in query and key alike; its score: how many times the median of
        its block."""
        return head_at(self, "stripe")


class PositionVectorsRecording(Recording):
    """The position vectors.

    Tensors: ``norms`` (position), ``coordinates`` (position, component), ``explained`` (component),
    ``cosines`` (row, column) of every stride-th position, ``anchor_cosines`` (row, position),
    ``vectors`` (row, d_model).
    """

    kind = "position_vectors"

    def norm(self, position: int) -> Number:
        """The length of a position's vector."""
        return self.number("norms", position)

    @property
    def median_norm(self) -> Number:
        """The median length."""
        return self.value("median_norm")

    @property
    def coordinates(self) -> Numbers:
        """Where the positions lie along the principal components (position, component)."""
        return self.numbers("coordinates")

    @property
    def explained(self) -> Numbers:
        """The share of the variance that each component holds (component)."""
        return self.numbers("explained")

    @property
    def explained_together(self) -> Derived:
        """The share that they hold together."""
        return derive(maths.total, self.explained)

    @property
    def cosines(self) -> Numbers:
        """The cosines (row, column) of every stride-th position with each other."""
        return self.numbers("cosines")

    def cosine(self, anchor: int, position: int) -> Number:
        """The cosine of an anchor with any position. Raises ValueError for a position that is no
        anchor."""
        return self.number(
            "anchor_cosines", list(self.values("anchors").array).index(anchor), position
        )

    @property
    def positions(self) -> Number:
        """How many positions there are."""
        return self.value("positions")

    @property
    def d_model(self) -> Number:
        """How many numbers each vector has."""
        return self.value("d_model")


class EmbeddingRowsRecording(Recording):
    """Embedding rows of a prompt, a window on the matrix, and how its numbers are spread.

    Tensors: ``rows`` (token, d_model), ``window`` (row, d_model), ``histogram``,
    ``fresh_histogram``, ``edges`` (bin).
    """

    kind = "embedding_rows"

    @property
    def prompt(self) -> list[Token]:
        """The prompt's tokens."""
        return self.tokens("prompt")

    def row(self, token: int) -> Numbers:
        """The embedding row of a token of the prompt (d_model)."""
        part: Numbers = self.numbers("rows")[token]
        return part

    @property
    def chosen(self) -> Number:
        """The position of the token that is followed, chosen by ``rule``."""
        return self.value("chosen")

    @property
    def rule(self) -> Word:
        """The rule's wording."""
        return self.text("rule")

    @property
    def window(self) -> Numbers:
        """Rows around the chosen token's (row, d_model), rounded to half precision: for colours,
        not for numerals."""
        return self.numbers("window")

    @property
    def window_tokens(self) -> list[Token]:
        """The tokens of the window's rows, each with its id."""
        return self.tokens("window")

    @property
    def window_row(self) -> int:
        """Which row of the window is the chosen token's."""
        return int(self.prompt[int(self.chosen)].id) - int(self.value("window_start"))

    @property
    def vocab(self) -> Number:
        """How many rows the matrix has."""
        return self.value("vocab")

    @property
    def d_model(self) -> Number:
        """How many columns it has."""
        return self.value("d_model")

    @property
    def numbers_in_all(self) -> Number:
        """How many numbers it holds."""
        return self.value("numbers")

    @property
    def share(self) -> Derived:
        """Their share of all that the model learns."""
        return derive(maths.ratio, self.numbers_in_all, self.value("parameters"))

    @property
    def deviation(self) -> Number:
        """The deviation of the trained numbers."""
        return self.value("deviation")

    @property
    def fresh_deviation(self) -> Number:
        """The deviation of the freshly made ones, as drawn."""
        return self.value("fresh_deviation")

    def histogram(self, fresh: bool = False) -> Numbers:
        """How many numbers fall into each bin, trained or freshly made (bin)."""
        return self.numbers("fresh_histogram" if fresh else "histogram")

    @property
    def edges(self) -> Numbers:
        """The borders of the bins, one more than there are bins."""
        return self.numbers("edges")

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


class WeightSampleRecording(Recording):
    """Learned numbers drawn at random. Tensors: ``sample``, ``tensor`` (component)."""

    kind = "weight_sample"

    @property
    def sample(self) -> Numbers:
        """The numbers (component)."""
        return self.numbers("sample")

    def origin(self, index: int) -> Word:
        """The name of the tensor that a number comes from."""
        return self.text(f"tensors.{int(self.array('tensor')[index])}")

    @property
    def numbers_in_all(self) -> Number:
        """Of how many numbers they are a sample."""
        return self.value("numbers")

    @property
    def drawn(self) -> Count:
        """How many were drawn."""
        return Count(self.array("sample"), "numbers drawn")
