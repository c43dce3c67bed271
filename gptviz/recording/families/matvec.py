"""One matrix-vector product, as a film sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from gptviz import maths
from gptviz.errors import ModelRefused
from gptviz.recording.declared import Tensor, Text, Tokens, Value
from gptviz.recording.number import Count, Derived, Number, Numbers, derive, derive_each
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording, Restated, widths


@dataclass(frozen=True)
class MatrixVector(Request["MatrixVectorRecording"]):
    """One matrix-vector product at the last token of ``prompt``: ``rows`` rows of the first layer
    of an MLP.

    The block and the first row are those whose neuron is excited most (see the recording's
    ``rule``).
    """

    kind: ClassVar[str] = "matrix_vector"
    prompt: str
    rows: int = 48


class MatrixVectorRecording(Recording):
    """Rows of the first layer of one MLP times what the layer reads at the prompt's last token."""

    answers = MatrixVector

    prompt = Tokens()  #: the prompt's tokens; the product is taken at the last
    data = Tensor("float32", "d_model")  #: what the layer reads (d_model): grey
    _weights = Tensor("float32", "row", "d_model")
    _biases = Tensor("float32", "row")
    _neurons = Tensor("int32", "row")
    _sums = Tensor("float64", "row", "d_model")
    pre_all = Tensor("float32", "d_mlp", key="pre")  #: what all neurons of the block give (d_mlp)
    #: what is left of it behind the activation (d_mlp)
    post_all = Tensor("float32", "d_mlp", key="post")
    layer = Value(int)  #: the index of the block, from 0 (see ``text("rule")``)
    _neuron = Value(int)
    _rule = Text()
    _n_layer = Value(int)
    d_model = Value(int)  #: how many terms a row has
    d_mlp = Value(int)  #: how many rows the layer has
    _vocab = Value(int)
    _length = Value(int)

    def neuron(self, row: int) -> Number:
        """The index of a row's neuron in its block."""
        return self._neurons.at(row)

    def weights(self, row: int) -> Numbers:
        """The weights of a row (d_model): blue and orange."""
        numbers: Numbers = self._weights[row]
        return numbers

    def bias(self, row: int) -> Number:
        """What is added to a row's sum."""
        return self._biases.at(row)

    def products(self, row: int) -> list[Derived]:
        """Weight times number, term by term (d_model)."""
        return derive_each(maths.products, self.weights(row), self.data)

    def sums(self, row: int) -> Numbers:
        """The running sum of a row (d_model): bias and products, one more at each entry; the last
        is the result."""
        numbers: Numbers = self._sums[row]
        return numbers

    def pre(self, row: int) -> Number:
        """What the row gives, as the model computed it."""
        return self.pre_all.at(int(self.neuron(row)))

    def post(self, row: int) -> Number:
        """What is left of it behind the activation."""
        return self.post_all.at(int(self.neuron(row)))

    def activated(self, row: int) -> Derived:
        """The activation once more, by its formula."""
        return derive(self.activation, self.pre(row))

    @property
    def bend(self) -> str:
        """The usual name of the model's activation."""
        return maths.ACTIVATION_NAMES[self.activation]

    @property
    def activation(self) -> Callable[[Any], Any]:
        """The formula of the model's activation. Raises ModelRefused for one that has none in
        :mod:`gptviz.maths`."""
        name = self.anatomy.activation
        if name not in maths.ACTIVATIONS:
            raise ModelRefused(
                f"{self.provenance.model} has the activation {name!r}",
                "no film can draw it: there is no formula for it",
                f"those that can be drawn are {', '.join(maths.ACTIVATIONS)}",
            )
        return maths.ACTIVATIONS[name]

    def restated(self) -> Iterator[Restated]:
        yield Restated("the activation", self.activation(self.array("pre")), self.array("post"))
        neurons = self.array("neurons")
        yield Restated("a neuron", self.array("sums")[:, -1], self.array("pre")[neurons])

    @property
    def firing(self) -> Count:
        """How many neurons of the block give more than zero."""
        return Count([value for value in self.array("pre") if value > 0], "neurons above zero")

    def left_out(self, shown: int) -> Derived:
        """How many terms of a row are not drawn when ``shown`` are."""
        return derive(maths.difference, self.d_model, Count(self.data[:shown], "terms drawn"))

    @property
    def layer_multiplications(self) -> Derived:
        """How many multiplications the whole layer is, for one token."""
        return derive(maths.product, [self.d_model, self.d_mlp])

    @property
    def model_multiplications(self) -> Derived:
        """How many multiplications the prompt's last token costs, through the whole model (see the
        formula)."""
        return derive(
            maths.multiplications_shared if self.has("widths") else maths.multiplications,
            self._n_layer,
            self.d_model,
            self.d_mlp,
            self._vocab,
            *widths(self),
            self._length,
        )
