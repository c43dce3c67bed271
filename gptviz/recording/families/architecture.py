"""How many numbers a model learns, as a film sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import TypedDict

from gptviz import maths
from gptviz.recording import published
from gptviz.recording.declared import Data, Flag, Value, Values
from gptviz.recording.number import Claim, Derived, Number, Numbers, Word, derive
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording


class Groups(TypedDict):
    """Learned numbers by group."""

    wte: int
    wpe: int
    attention: int
    mlp: int
    layer_norm: int
    lm_head: int


class LearnedTensor(TypedDict):
    """A learned tensor: ``block`` is None for what stands outside the blocks."""

    name: str
    group: str
    block: int | None
    shape: list[int]


class Model(TypedDict):
    """A published model: its sizes and sums."""

    name: str
    title: str
    layers: int
    heads: int
    d_model: int
    d_head: int
    d_mlp: int
    vocab: int
    positions: int
    heads_in_all: int
    groups: Groups
    total: int
    tied: bool
    untied: int
    tensor_count: int
    tensors_2d: int
    bytes_each: int
    bytes: int
    cache_bytes: int


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

    @property
    def tables(self) -> Derived:
        """The share of all numbers that stands in tables: of tokens, of places, and an output of its
        own."""
        inside = [self.group(name) for name in ("wte", "wpe", "lm_head")]
        return derive(maths.ratio, derive(maths.total, inside), self["total"])

    def times(self, other: Sizes) -> Derived:
        """How many times as many numbers as another model."""
        return derive(maths.ratio, self["total"], other["total"])


@dataclass(frozen=True)
class ParameterTally(Request["ParameterTallyRecording"]):
    """The learned numbers of the model, tensor by tensor and group by group; sizes of its kept keys
    and values."""

    kind: ClassVar[str] = "parameter_tally"


class ParameterTallyRecording(Recording):
    """The learned numbers of one model, tensor by tensor."""

    answers = ParameterTally

    _layers = Value(int)
    _heads = Value(int)
    _d_model = Value(int)
    _d_head = Value(int)
    _d_mlp = Value(int)
    _vocab = Value(int)
    _positions = Value(int)
    _heads_in_all = Value(int)
    _groups = Data(Groups)
    _total = Value(int)
    _tied = Flag()
    _untied = Value(int)
    _tensor_count = Value(int)
    _tensors_2d = Value(int)
    _bytes_each = Value(int)
    _bytes = Value(int)
    _cache_bytes = Value(int)
    _tensors = Data(list[LearnedTensor])
    counts = Values(list[int])  #: the count of every tensor, in order

    @property
    def sizes(self) -> Sizes:
        """The model's sizes and sums."""
        return Sizes(self, "")

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

    @property
    def block(self) -> Derived:
        """The numbers of the first block."""
        inside = [i for i in range(len(self)) if self.block_of(i) == 0]
        return derive(maths.total, self.counts[inside[0] : inside[-1] + 1])

    @property
    def norm_name(self) -> str:
        """What the model's norms are called."""
        return "layer norm" if self.anatomy.norm == "layer" else "RMS norm"

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


@dataclass(frozen=True)
class ModelFamily(Request["ModelFamilyRecording"]):
    """The published sizes of GPT-2: learned numbers by tensor and group of each of ``models``,
    built without memory."""

    kind: ClassVar[str] = "model_family"
    models: tuple[str, ...] = ("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl")


class ModelFamilyRecording(Recording):
    """The published sizes of GPT-2, smallest first."""

    answers = ModelFamily

    _models = Data(list[Model])

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
