"""How large the numbers of a text's last token are, on their way through a model, as a film sees
it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Tokens, Value
from gptviz.recording.number import Computed, Derived, Numbers, Token, derive
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording


@dataclass(frozen=True)
class Norms(Request["NormsRecording"]):
    """The vector of ``prompt``'s last token at every depth: in the model as it is, and in one whose
    blocks have no norms."""

    kind: ClassVar[str] = "norms"
    prompt: str


class NormsRecording(Recording):
    """A token's vector by depth, with the norms of the blocks and without. Depth 0 enters the first
    block, depth l leaves block l - 1."""

    answers = Norms

    prompt = Tokens()  #: the prompt's tokens
    layers = Value(int)  #: how many blocks the model has
    d_model = Value(int)  #: how many numbers a token's vector has
    norms = Value(int)  #: how many norms read the stream: those of all blocks, and the last one
    _norm = Data(str)
    vectors = Tensor("float32", "layer", "d_model")  #: the vector (layer: depth, d_model)
    #: the same without the norms of the blocks, as far as float32 can hold it
    unnormed = Tensor("float32", "layer", "d_model")
    #: the first depth whose numbers are too large for float32 without the norms, if there is one
    overflow = Value(int, optional=True)

    @property
    def centred(self) -> bool:
        """Whether the norms take off the mean first (layer norm), or only divide (RMS norm)."""
        return bool(self._norm == "layer")

    @property
    def measure(self) -> Callable[[Any], float]:
        """What a norm divides by, but for its epsilon."""
        return maths.deviation if self.centred else maths.root_mean_square

    def typical(self, depth: int) -> Derived:
        """The typical size of the vector's numbers at a depth, as a norm measures it."""
        return derive(self.measure, self.vectors[depth])

    def unnormed_typical(self, depth: int) -> Derived:
        """The same where the blocks have no norms."""
        return derive(self.measure, self.unnormed[depth])

    def copy(self, depth: int) -> Numbers:
        """The vector (d_model) as a norm brings it to one size, before its gain."""
        formula = maths.over_deviation if self.centred else maths.over_size
        return Computed(formula, self.vectors[depth])

    def copied_typical(self, depth: int) -> Derived:
        """The typical size of the numbers of :meth:`copy`: one."""
        return derive(self.measure, self.copy(depth))

    @property
    def word(self) -> Token:
        """The token whose vector it is."""
        return self.prompt[-1]
