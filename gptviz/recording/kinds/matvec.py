"""One matrix-vector product, as a film sees it."""

from __future__ import annotations

from gptviz import maths
from gptviz.recording.number import Count, Derived, Number, Numbers, Token, derive, derive_each
from gptviz.recording.schema import Recording


class MatrixVectorRecording(Recording):
    """Rows of the first layer of one MLP times what the layer reads at the prompt's last token.

    Tokens: ``prompt``. Tensors: ``data`` (d_model); ``weights`` (row, d_model); ``biases``,
    ``neurons`` (row); ``sums`` (row, d_model: bias and the first products, one more at each entry,
    in float64); ``pre``, ``post`` (d_mlp: before and after the activation, all neurons of the
    block, as the model computed them in float32). Values: ``layer``, ``neuron``, ``rule``,
    ``n_layer``, ``d_model``, ``d_mlp``, ``vocab``, ``length``.
    """

    kind = "matrix_vector"

    @property
    def prompt(self) -> list[Token]:
        """The prompt's tokens; the product is taken at the last."""
        return self.tokens("prompt")

    @property
    def layer(self) -> Number:
        """The index of the block, from 0 (see ``text("rule")``)."""
        return self.value("layer")

    def neuron(self, row: int) -> Number:
        """The index of a row's neuron in its block."""
        return self.number("neurons", row)

    @property
    def data(self) -> Numbers:
        """What the layer reads (d_model): grey."""
        return self.numbers("data")

    def weights(self, row: int) -> Numbers:
        """The weights of a row (d_model): blue and orange."""
        numbers: Numbers = self.numbers("weights")[row]
        return numbers

    def bias(self, row: int) -> Number:
        """What is added to a row's sum."""
        return self.number("biases", row)

    def products(self, row: int) -> list[Derived]:
        """Weight times number, term by term (d_model)."""
        return derive_each(maths.products, self.weights(row), self.data)

    def sums(self, row: int) -> Numbers:
        """The running sum of a row (d_model): bias and products, one more at each entry; the last
        is the result."""
        numbers: Numbers = self.numbers("sums")[row]
        return numbers

    def pre(self, row: int) -> Number:
        """What the row gives, as the model computed it."""
        return self.number("pre", int(self.neuron(row)))

    def post(self, row: int) -> Number:
        """What is left of it behind the activation."""
        return self.number("post", int(self.neuron(row)))

    def activated(self, row: int) -> Derived:
        """The activation once more, by its formula."""
        return derive(maths.gelu_new, self.pre(row))

    @property
    def pre_all(self) -> Numbers:
        """What all neurons of the block give (d_mlp)."""
        return self.numbers("pre")

    @property
    def post_all(self) -> Numbers:
        """What is left of it behind the activation (d_mlp)."""
        return self.numbers("post")

    @property
    def firing(self) -> Count:
        """How many neurons of the block give more than zero."""
        return Count([value for value in self.array("pre") if value > 0], "neurons above zero")

    def left_out(self, shown: int) -> Derived:
        """How many terms of a row are not drawn when ``shown`` are."""
        return derive(maths.difference, self.d_model, Count(self.data[:shown], "terms drawn"))

    @property
    def d_model(self) -> Number:
        """How many terms a row has."""
        return self.value("d_model")

    @property
    def d_mlp(self) -> Number:
        """How many rows the layer has."""
        return self.value("d_mlp")

    @property
    def layer_multiplications(self) -> Derived:
        """How many multiplications the whole layer is, for one token."""
        return derive(maths.product, [self.d_model, self.d_mlp])

    @property
    def model_multiplications(self) -> Derived:
        """How many multiplications the prompt's last token costs, through the whole model (see the
        formula)."""
        return derive(
            maths.multiplications,
            self.value("n_layer"),
            self.d_model,
            self.d_mlp,
            self.value("vocab"),
            self.value("length"),
        )
