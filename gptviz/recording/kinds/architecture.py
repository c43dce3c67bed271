"""How many numbers a model learns, as a film sees it."""

from __future__ import annotations

from gptviz import maths
from gptviz.recording import published
from gptviz.recording.number import Claim, Derived, Number, Numbers, Word, derive
from gptviz.recording.schema import Recording

GROUPS = ("wte", "wpe", "attention", "mlp", "layer_norm", "lm_head")


class Sizes:
    """One model's sizes and sums, among the small values at ``path``."""

    def __init__(self, recording: Recording, path: str) -> None:
        self._recording, self._path = recording, path

    def __getitem__(self, name: str) -> Number:
        """A size by name: layers, heads, heads_in_all, d_model, d_head, d_mlp, vocab, positions,
        total, untied, tensor_count, tensors_2d, bytes_each, bytes, cache_bytes.
        """
        return self._recording.value(f"{self._path}{name}")

    @property
    def name(self) -> Word:
        """The short name, such as gpt2-medium."""
        return self._recording.text(f"{self._path}name")

    @property
    def title(self) -> Word:
        """The name as a badge says it."""
        return self._recording.text(f"{self._path}title")

    @property
    def tied(self) -> bool:
        """Whether the output matrix is the embedding, and so is counted once."""
        return self._recording.flag(f"{self._path}tied")

    def group(self, name: str) -> Number:
        """The numbers of a group: wte, wpe, attention, mlp, layer_norm, lm_head (0 where tied)."""
        return self._recording.value(f"{self._path}groups.{name}")

    def share(self, name: str) -> Derived:
        """A group's share of all numbers."""
        return derive(maths.ratio, self.group(name), self["total"])

    def times(self, other: Sizes) -> Derived:
        """How many times as many numbers as another model."""
        return derive(maths.ratio, self["total"], other["total"])

    @property
    def block(self) -> Derived:
        """The numbers of one block."""
        return derive(maths.block_parameters, self["d_model"], self["d_mlp"])


class ParameterTallyRecording(Recording):
    """The learned numbers of one model, tensor by tensor.

    Values: ``tensors``, a list of name, group, block and shape in the model's order; ``counts``
    beside it; sizes, sums.
    """

    kind = "parameter_tally"

    @property
    def sizes(self) -> Sizes:
        """The model's sizes and sums."""
        return Sizes(self, "")

    @property
    def counts(self) -> Numbers:
        """The count of every tensor, in order."""
        return self.values("counts")

    def __len__(self) -> int:
        return len(self._value("tensors"))

    def tensor(self, index: int) -> tuple[Word, Number, Numbers]:
        """A tensor's name, count and shape."""
        path = f"tensors.{index}"
        return self.text(f"{path}.name"), self.counts[index], self.values(f"{path}.shape")

    def group_of(self, index: int) -> str:
        """The group that a tensor belongs to."""
        return str(self._value(f"tensors.{index}.group"))

    def block_of(self, index: int) -> int | None:
        """The block that a tensor belongs to, or None."""
        block: int | None = self._value(f"tensors.{index}.block")
        return block

    def running(self, index: int) -> Derived:
        """The running total up to and with a tensor."""
        return derive(maths.total, self.counts[: index + 1])

    @property
    def missing(self) -> Derived:
        """How many numbers the published tally of GPT-2 small falls short of this model."""
        return derive(maths.difference, self.sizes["total"], published.TALLY)

    @property
    def missing_biases(self) -> Derived:
        """What it loses in the biases of ``mlp.c_fc``: in every block, the true length less the
        printed one."""
        short = derive(maths.difference, self.sizes["d_mlp"], published.TALLY_C_FC_BIAS)
        return derive(maths.product, [self.sizes["layers"], short])

    @property
    def missing_norm(self) -> Derived:
        """What it loses by leaving out the last layer norm: gain and bias."""
        return derive(maths.layer_norm_parameters, self.sizes["d_model"])

    def explained(self, true: str, false: str | None = None) -> Claim:
        """The claim that biases and last norm make up exactly what is missing: so it is for GPT-2
        small."""
        return Claim(
            maths.adds_up, (self.missing, [self.missing_biases, self.missing_norm]), true, false
        )


class ModelFamilyRecording(Recording):
    """The published sizes of GPT-2, smallest first. Values: ``models``, a list of sizes and
    sums."""

    kind = "model_family"

    @property
    def models(self) -> list[Sizes]:
        """The models' sizes."""
        return [Sizes(self, f"models.{i}.") for i in range(len(self._value("models")))]


def gpt3_embedding() -> Derived:
    """The numbers of GPT-3's embedding, by arithmetic with its published sizes."""
    return derive(maths.product, [published.GPT3_VOCAB, published.GPT3_D_MODEL])


def gpt3_attention() -> Derived:
    """The numbers of GPT-3's attention matrices."""
    return derive(
        maths.attention_matrices,
        published.GPT3_LAYERS,
        published.GPT3_HEADS,
        published.GPT3_D_MODEL,
        published.GPT3_D_HEAD,
    )


def gpt3_mlp() -> Derived:
    """The numbers of GPT-3's MLP matrices."""
    return derive(
        maths.mlp_matrices, published.GPT3_LAYERS, published.GPT3_D_MODEL, published.GPT3_D_MLP
    )


def gpt3_total() -> Derived:
    """GPT-3 as the published count has it: embedding and unembedding apart; no biases, layer norms,
    positions."""
    return derive(maths.total, [gpt3_embedding(), gpt3_embedding(), gpt3_attention(), gpt3_mlp()])


def gpt3_positions() -> Derived:
    """What that count leaves out for positions."""
    return derive(maths.product, [published.GPT3_CONTEXT, published.GPT3_D_MODEL])


def gpt3_matrices() -> Derived:
    """How many matrices the published count finds."""
    return derive(maths.matrices_as_counted, published.GPT3_LAYERS, published.GPT3_HEADS)
