"""The residual stream, as a film sees it. Depth 0 enters the first block; depth l leaves block l -
1."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from typing_extensions import TypedDict

from gptviz import maths
from gptviz.errors import NotDeclared
from gptviz.recording.declared import Data, Tensor, Text, Tokens, Value, Values
from gptviz.recording.number import Count, Derived, Number, Numbers, Token, Word, derive
from gptviz.recording.request import Request
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording

PARTS = ("resid_pre", "resid_mid", "resid_post")
PARALLEL_PARTS = ("resid_pre", "resid_post")


class Surveyed(TypedDict):
    """A prompt of a survey, and from which depth the token that wins at the end stays in the lead."""

    prompt: str
    settled: int


@dataclass(frozen=True)
class LogitLens(Request["LogitLensRecording"]):
    """The residual stream of ``prompt`` read out after every block as if it were the last: the
    ``top`` tokens there."""

    kind: ClassVar[str] = "logit_lens"
    prompt: str
    top: int = 5


class LogitLensRecording(Recording):
    """The stream read out at every depth."""

    answers: ClassVar[type[Request]] = LogitLens

    prompt = Tokens()  #: the prompt's tokens
    _final = Tokens()
    _table = Tokens()
    _top_ids = Tensor("int32", "layer", "rank")
    _top_logits = Tensor("float32", "layer", "rank")
    _logsumexp = Tensor("float64", "layer")
    _entropy = Tensor("float64", "layer")
    _final_logits = Tensor("float32", "layer")
    _final_ranks = Tensor("int32", "layer")
    _grid_ids = Tensor("int32", "layer", "token")
    _grid_logits = Tensor("float32", "layer", "token")
    _grid_logsumexp = Tensor("float64", "layer", "token")
    vocab = Value(int)  #: how many tokens there are
    changes = Value(int)  #: how often the leading token changes from depth to depth
    #: the first depth from which on the final token leads (see ``text("settled_rule")``)
    settled = Value(int)
    _lens_rule = Text()
    _settled_rule = Text()
    _grid_from = Value(int)

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    @property
    def final(self) -> Token:
        """The token that wins at the end."""
        return self._final[0]

    @cached_property
    def depths(self) -> list[int]:
        """The indices of all depths."""
        return list(range(len(self.array("logsumexp"))))

    def depth(self, index: int) -> Count:
        """A depth as a number to show: how many blocks the stream has passed."""
        return Count.position(index, self.depths, "blocks passed")

    def row(self, depth: int) -> Row:
        """The likeliest tokens after the prompt, read out at a depth."""
        return row_of(self, self.table, depth)

    def final_rank(self, depth: int) -> Number:
        """The rank of the final token at a depth, 0 in the lead."""
        return self._final_ranks.at(depth)

    def final_place(self, depth: int) -> Derived:
        """The place of the final token at a depth, 1 in the lead."""
        return derive(maths.place, self.final_rank(depth))

    def final_probability(self, depth: int) -> Derived:
        """The probability of the final token at a depth."""
        return derive(maths.probability, self._final_logits.at(depth), self._logsumexp.at(depth))

    def entropy(self, depth: int) -> Number:
        """The uncertainty of the reading at a depth, in bits."""
        return self._entropy.at(depth)

    @property
    def grid_tokens(self) -> list[Token]:
        """The tokens of the prompt that the grid of leaders covers: its last ones."""
        return self.prompt[int(self._grid_from) :]

    def leader(self, depth: int, token: int) -> Token:
        """The leading token after one of ``grid_tokens``, read out at a depth."""
        return self.table[self._grid_ids.at(depth, token)]

    def leader_probability(self, depth: int, token: int) -> Derived:
        """The probability of that leading token."""
        return derive(
            maths.probability,
            self._grid_logits.at(depth, token),
            self._grid_logsumexp.at(depth, token),
        )


@dataclass(frozen=True)
class LensSurvey(Request["LensSurveyRecording"]):
    """The logit lens of many ``prompts``: at every depth the rank of the token that wins at the end,
    and from where on it leads."""

    kind: ClassVar[str] = "lens_survey"
    prompts: tuple[str, ...]


class LensSurveyRecording(Recording):
    """The climb of the winning token in many prompts."""

    answers: ClassVar[type[Request]] = LensSurvey

    _final = Tokens()
    _final_ranks = Tensor("int32", "row", "layer")
    vocab = Value(int)  #: how many tokens there are
    _settled_rule = Text()
    _lens_rule = Text()
    _surveyed = Data(list[Surveyed])

    @property
    def texts(self) -> Count:
        """How many prompts were read."""
        return self.size("surveyed", "prompts")

    def prompt(self, index: int) -> Word:
        """One of the prompts."""
        return self.text(f"surveyed.{index}.prompt")

    def final(self, index: int) -> Token:
        """The token that wins at the end of a prompt."""
        return self._final[index]

    @cached_property
    def depths(self) -> list[int]:
        """The indices of all depths."""
        return list(range(self.array("final_ranks").shape[1]))

    def place(self, index: int, depth: int) -> Derived:
        """The place of a prompt's winning token at a depth, 1 in the lead."""
        return derive(maths.place, self._final_ranks.at(index, depth))

    @cached_property
    def settled(self) -> list[Number]:
        """For each prompt the depth from which on its winning token stays in the lead."""
        return [self.value(f"surveyed.{index}.settled") for index in range(int(self.texts))]


@dataclass(frozen=True)
class ResidualStream(Request["ResidualStreamRecording"]):
    """Lengths, directions and layer-norm statistics of the residual stream of ``prompt``.

    The vectors at ``positions`` are kept whole; negative ones count from the end.
    """

    kind: ClassVar[str] = "residual_stream"
    prompt: str
    positions: tuple[int, ...] = (-1,)


class ResidualStreamRecording(Recording):
    """Lengths, directions and layer-norm statistics of the stream."""

    answers = ResidualStream

    prompt = Tokens()  #: the prompt's tokens
    _norms = Tensor("float64", "layer", "part", "token")
    _added = Tensor("float64", "layer", "part", "token")
    _cosines = Tensor("float64", "layer", "token")
    _means_before = Tensor("float64", "layer", "part", "token")
    _means_after = Tensor("float64", "layer", "part", "token")
    _variances_before = Tensor("float64", "layer", "part", "token")
    _variances_after = Tensor("float64", "layer", "part", "token")
    _vectors = Tensor("float32", "layer", "position", "d_model")
    _positions = Values(list[int])
    _parts = Data(list[str])

    @property
    def parallel(self) -> bool:
        """Whether attention and MLP of a block read the same, so that nothing lies between them."""
        return tuple(self._parts) == PARALLEL_PARTS

    def norm(self, layer: int, part: int, token: int) -> Number:
        """The length of the stream: ``part`` 0 enters the block, 1 lies between attention and MLP,
        2 leaves it. Raises NotDeclared for part 1 of a parallel block."""
        name = PARTS[part]
        if name not in self._parts:
            raise NotDeclared(
                f"{self.name} holds no {name}",
                "attention and MLP of a parallel block read the same",
                "ask recording.parallel first",
            )
        return self._norms.at(layer, self._parts.index(name), token)

    def added_norm(self, layer: int, part: int, token: int) -> Number:
        """The length of what a block adds: ``part`` 0 its attention, 1 its MLP."""
        return self._added.at(layer, part, token)

    def cosine(self, depth: int, token: int) -> Number:
        """The cosine of the stream to itself at depth 0."""
        return self._cosines.at(depth, token)

    def mean(self, layer: int, part: int, token: int, after: bool) -> Number:
        """The mean of the stream's numbers before or after a norm: ``part`` 0 that of attention, 1 of
        the MLP."""
        return self.number("means_after" if after else "means_before", layer, part, token)

    def variance(self, layer: int, part: int, token: int, after: bool) -> Number:
        """The variance of the stream's numbers before or after a norm."""
        return self.number("variances_after" if after else "variances_before", layer, part, token)

    def vector(self, depth: int, position: int) -> Numbers:
        """The whole vector (d_model) at one of the positions that the request names, by its index
        there."""
        vector: Numbers = self._vectors[depth, position]
        return vector


@dataclass(frozen=True)
class TwoContexts(Request["TwoContextsRecording"]):
    """The same ``word`` in two prompts: how its two vectors part, block by block, with the ``top``
    nearest tokens."""

    kind: ClassVar[str] = "two_contexts"
    prompt: str
    other: str
    word: str
    top: int = 5


class TwoContextsRecording(Recording):
    """One word in two prompts, depth by depth."""

    answers = TwoContexts

    _prompt = Tokens()
    _other = Tokens()
    _table = Tokens()
    _cosines = Tensor("float64", "layer")
    _norms = Tensor("float64", "part", "layer")
    _vectors = Tensor("float32", "part", "layer", "d_model")
    _nearest_ids = Tensor("int32", "part", "layer", "rank")
    _nearest_cosines = Tensor("float64", "part", "layer", "rank")
    _places = Values(list[int])
    _nearest_rule = Text()

    @cached_property
    def table(self) -> TokenTable:
        """The tokens that are near, by id."""
        return TokenTable(self)

    def prompt(self, part: int) -> list[Token]:
        """The tokens of one of the two prompts."""
        return self.tokens(("prompt", "other")[part])

    def place(self, part: int) -> int:
        """The index of the word's last token in one of the two prompts."""
        return int(self.value(f"places.{part}"))

    def cosine(self, depth: int) -> Number:
        """The cosine of the two vectors at a depth."""
        return self._cosines.at(depth)

    def nearest(self, part: int, depth: int, rank: int) -> Token:
        """A token whose embedding is near (see ``text("nearest_rule")``)."""
        return self.table[self._nearest_ids.at(part, depth, rank)]

    def nearest_cosine(self, part: int, depth: int, rank: int) -> Number:
        """Its cosine to the word's vector."""
        return self._nearest_cosines.at(part, depth, rank)
