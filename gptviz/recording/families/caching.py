"""What keeping keys and values saves, as a film sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gptviz import maths
from gptviz.recording.declared import Flag, Tensor, Tokens, Value
from gptviz.recording.number import Derived, Number, Quoted, derive
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording, widths


@dataclass(frozen=True)
class Caching(Request["CachingRecording"]):
    """``steps`` greedy tokens after ``prompt`` with keys and values kept, and with everything
    computed again; and what a text of 1 to ``longest`` tokens costs both ways.

    ``measured`` are the seconds that somebody's machine took with and without (for as many tokens as
    ``measured_tokens``), and ``measured_by`` says whose; they are drawn as quoted figures.
    """

    kind: ClassVar[str] = "caching"
    prompt: str
    steps: int = 8
    longest: int = 128
    measured: tuple[float, ...] = ()
    measured_tokens: int = 0
    measured_by: str = ""


class CachingRecording(Recording):
    """The same text with and without keys and values kept."""

    answers = Caching

    prompt = Tokens()  #: the tokens that both began with
    cached = Tokens()  #: what was written with keys and values kept
    recomputed = Tokens()  #: what was written with everything computed again
    same = Flag()  #: whether both are the same
    #: the largest difference of any score at each step (step)
    gaps = Tensor("float64", "step")
    largest_gap = Value(float)  #: the largest of them
    #: how far the highest score stood above the lowest at each step, to measure gaps by (step)
    ranges = Tensor("float64", "step")
    lengths = Tensor("int32", "token")  #: lengths of a text: 1, 2, ...
    bytes_each = Value(int)  #: bytes of one kept number, as the model was run
    _n_layer = Value(int)
    _d_model = Value(int)
    _d_mlp = Value(int)
    _vocab = Value(int)
    heads = Value(int, key="n_head")  #: how many heads a layer has
    keys = Value(int, key="n_kv_head")  #: how many keys and values a layer keeps for them
    d_head = Value(int)  #: how many numbers each of these has

    def step_with(self, length: int) -> Derived:
        """Multiplications of the last token of a text of so many tokens, the others' keys and values
        kept."""
        formula = maths.multiplications_shared if self.has("widths") else maths.multiplications
        return derive(formula, *self._sizes, *widths(self), self._length(length))

    def step_without(self, length: int) -> Derived:
        """Multiplications of the same with nothing kept: every token of the text once more."""
        shared = self.has("widths")
        formula = maths.multiplications_of_all_shared if shared else maths.multiplications_of_all
        return derive(formula, *self._sizes, *widths(self), self._length(length))

    def text_with(self, length: int) -> Derived:
        """Multiplications of a whole text written token by token, keys and values kept."""
        return derive(maths.total, [self.step_with(n + 1) for n in range(length)])

    def text_without(self, length: int) -> Derived:
        """The same with nothing kept."""
        return derive(maths.total, [self.step_without(n + 1) for n in range(length)])

    @property
    def bytes_per_token(self) -> Derived:
        """How many bytes the keys and values of one token take."""
        return self.bytes_kept(1)

    def bytes_kept(self, length: int) -> Derived:
        """How many bytes the keys and values of a text take."""
        wide = self.value("widths.keys") if self.has("widths") else self._d_model
        return derive(
            maths.kv_cache_bytes, self._n_layer, wide, self._length(length), self.bytes_each
        )

    @property
    def measured(self) -> tuple[Quoted, Quoted, Quoted] | None:
        """Seconds with and without, and for how many tokens, as a machine was measured; None where
        nobody did."""
        request = self.request
        assert isinstance(request, Caching)
        if not request.measured:
            return None
        given = (*request.measured, float(request.measured_tokens))
        kept, again, tokens = (Quoted(value, request.measured_by) for value in given)
        return kept, again, tokens

    def _length(self, length: int) -> Number:
        return self.lengths.at(length - 1)

    @property
    def _sizes(self) -> tuple[Number, ...]:
        return self._n_layer, self._d_model, self._d_mlp, self._vocab
