"""What a recorder may ask of a model. Every method that a model cannot serve raises NotRecorded,
and says what would.

Three kinds of model answer: a causal language model that runs (``language``), runs recorded
elsewhere (``recorded``), and a checkpoint that holds some tensors only (``partial``). Arrays are
numpy, float32, on the processor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gptviz.errors import NotRecorded
from gptviz.recording.anatomy import Anatomy
from gptviz.recording.schema import Provenance, TokenRow

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Shape:
    """The sizes of a decoder. ``d_mlp``: the width of the hidden layer of an MLP; ``positions``: how
    many tokens it reads at most; ``n_kv_head``: how many keys and values a layer has (by default one
    for each head); ``d_head``: their length (by default d_model / n_head).
    """

    n_layer: int
    n_head: int
    d_model: int
    d_mlp: int
    vocab: int
    positions: int
    n_kv_head: int = 0
    d_head: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_kv_head", self.n_kv_head or self.n_head)
        object.__setattr__(self, "d_head", self.d_head or self.d_model // self.n_head)

    def key_of(self, head: int) -> int:
        """The index of the key and value that a head uses: heads side by side share one."""
        return head * self.n_kv_head // self.n_head


@dataclass(frozen=True)
class Stored:
    """A learned tensor of the model's file: its shape, its ``group`` (embed, pos_embed, attention,
    mlp, norm, unembed), its block, and the neutral names of the weights in it, as
    :meth:`Model.weight` takes them, those of a block without ``blocks.i.``.
    """

    shape: tuple[int, ...]
    group: str
    block: int | None
    holds: tuple[str, ...]


class Activations(dict[str, Floats]):
    """What a run computed, by name. A name that the architecture lacks raises NotRecorded."""

    def __init__(self, title: str, found: Iterable[tuple[str, Floats]]) -> None:
        super().__init__(found)
        self._title = title

    def __missing__(self, name: str) -> Floats:
        raise NotRecorded(
            f"{self._title} has no {name}",
            "its architecture computes no such thing",
            "see docs/models.md for what each architecture has",
        )


@dataclass(frozen=True)
class Attention:
    """Attention of one run, each (layer, head, query, key): ``scores`` are q.k before scaling,
    ``scaled`` divided as the model does (``Anatomy.divisor``), ``pattern`` the weights after mask
    and softmax. Above the diagonal ``pattern`` is 0; the scores there are what the products are,
    unmasked.
    """

    scores: Floats
    scaled: Floats
    pattern: Floats


class Model:
    """The interface. ``title`` is what a badge says, ``short`` the edition's name, ``reference``
    what was asked for."""

    title: str
    short: str
    reference: str
    shape: Shape
    anatomy: Anatomy

    def for_recording(self) -> Model:
        """This model for one recording: a model of several parts notes which of them are asked, for
        its provenance."""
        return self

    def provenance(self) -> Provenance:
        """Who the numbers come from; recorder and seed are filled in by
        :func:`gptviz.recorders.take`."""
        raise NotImplementedError

    def encode(self, text: str) -> list[int]:
        """The ids of a text, at least one and at most ``shape.positions``.

        Raises PromptRefused for an empty, blank or too long text (with count and limit) and for
        what is no Unicode.
        """
        raise self._not_here("a tokenizer")

    def decode(self, ids: list[int]) -> str:
        """The text of ids together."""
        raise self._not_here("a tokenizer")

    def token_row(self, token_id: int) -> TokenRow:
        """Id, text and true bytes of one token."""
        raise self._not_here("a tokenizer")

    def token_rows(self, ids: list[int]) -> list[TokenRow]:
        """The rows of some tokens."""
        return [self.token_row(i) for i in ids]

    @property
    def end_id(self) -> int | None:
        """The id of the token that ends a text and, alone, starts one (GPT-2: 50256); None where
        there is none."""
        return None

    @property
    def special_ids(self) -> frozenset[int]:
        """The ids below ``shape.vocab`` that stand for no text: marks of the model's own, and rows
        without an entry."""
        return frozenset() if self.end_id is None else frozenset((self.end_id,))

    def merges(self) -> list[tuple[bytes, bytes]]:
        """The byte pairs that the tokenizer merges, in the order of their ranks."""
        raise self._not_here("the merges of a byte-level tokenizer")

    def pieces(self, text: str) -> list[bytes]:
        """The pieces (a word with its space, a run of digits or marks) that merges never cross;
        together, the text."""
        raise self._not_here("the merges of a byte-level tokenizer")

    def next_logits(self, ids: list[int]) -> Floats:
        """The scores of the next token after ids (vocab)."""
        scores: Floats = self.logits(ids)[-1]
        return scores

    def logits(self, ids: list[int]) -> Floats:
        """The scores at every position (token, vocab)."""
        raise self._not_here("the scores of every position")

    def attention(self, ids: list[int]) -> Attention:
        """Scores and weights of every head."""
        raise self._not_here("attention")

    def activations(self, ids: list[int]) -> Mapping[str, Floats]:
        """Everything a run computes, by TransformerLens' names with the block's number for a
        prefix. What an architecture lacks raises NotRecorded when it is asked for.

        - ``embed``, ``pos_embed`` (token, d_model); learned positions only;
        - ``blocks.0.resid_pre``, ``resid_mid``, ``resid_post`` (token, d_model); a parallel block
          has no ``resid_mid``;
        - ``ln1`` and ``ln2`` (token, d_model): normalised, with gain and bias, what attention and MLP
          read;
        - ``q``, ``z`` (token, head, d_head), ``k``, ``v`` (token, key head, d_head), which
          ``Shape.key_of`` gives to heads; ``q_raw``, ``k_raw``: before they were rotated, where
          they are;
        - ``scores``, ``scaled``, ``pattern`` (head, query, key), as in :class:`Attention`;
        - ``mlp_pre`` (token, d_mlp): the product with W_in, with its bias; ``mlp_gate`` that with
          W_gate, in a gated MLP only; ``mlp_act``: what the activation makes of ``mlp_gate`` where
          there is one, else of ``mlp_pre``; ``mlp_post``: what W_out reads, ``mlp_act`` times
          ``mlp_pre`` in a gated MLP, else ``mlp_act`` itself;
        - ``attn_out``, ``mlp_out`` (token, d_model): what each adds to the stream;
        - ``ln_final`` (token, d_model); ``logits`` (token, vocab).
        """
        raise self._not_here("what happens inside the blocks")

    def ablated_logits(self, ids: list[int], heads: Sequence[tuple[int, int]]) -> Floats:
        """The scores of the next token after ids (vocab) with some heads (layer, head) switched off:
        ``z`` of each is 0 everywhere."""
        raise self._not_here("what the model says without one of its heads")

    def silenced_logits(self, ids: list[int], entries: Sequence[int]) -> Floats:
        """The scores of the next token after ids (vocab) with some entries (d_model) of the stream set
        to 0 wherever a block or the final norm reads it."""
        raise self._not_here("what the model says without a part of its stream")

    def unnormed_stream(self, ids: list[int]) -> Floats:
        """The stream (layer: depth, token, d_model) where no norm of a block divides by anything, or
        takes a mean off; gains and biases stay. Depth 0 enters the first block, depth l leaves block
        l - 1. It ends before the first depth with numbers too large for float32.
        """
        raise self._not_here("what happens inside the blocks without their norms")

    def norms(self) -> int:
        """How many norms read the stream: those of all blocks, and the last one."""
        raise self._not_here("a count of its norms")

    def without_each_head(self, ids: list[int]) -> Iterable[tuple[int, int, Floats]]:
        """Layer, head, and the scores without that head alone, for every head in order."""
        raise self._not_here("what the model says without one of its heads")

    def frequencies(self) -> Floats:
        """By how many radians each pair of entries of a query or a key is turned from one position to
        the next (component): entry i with entry i + ``anatomy.rotated`` / 2.

        Raises NotRecorded for a model that turns nothing.
        """
        raise self._not_here("how it turns queries and keys")

    def unembed(self, vectors: Floats) -> Floats:
        """The scores (token, vocab) that the last layer norm and the output matrix make of vectors
        (token, d_model)."""
        raise self._not_here("its output matrix")

    def weight(self, name: str) -> Floats:
        """A learned weight by its neutral name, with the axes of TransformerLens:

        ``embed`` (vocab, d_model), ``pos_embed`` (position, d_model), ``unembed`` (vocab, d_model;
        the same as ``embed`` where they are tied); ``blocks.0.attn.W_Q`` (head, d_model, d_head),
        ``W_K``, ``W_V`` (key head, d_model, d_head), ``W_O`` (head, d_head, d_model), ``b_Q``,
        ``b_K``, ``b_V`` (head, d_head), ``b_O`` (d_model); ``blocks.0.mlp.W_in``, ``W_gate``
        (d_model, d_mlp), ``W_out`` (d_mlp, d_model), ``b_in``, ``b_gate``, ``b_out``;
        ``blocks.0.ln1.w``, ``ln1.b``, ``ln2.w``, ``ln_final.w`` ... (d_model);
        ``blocks.0.attn.q_norm.w``, ``k_norm.w`` (d_head).
        """
        raise self._not_here(f"the weight {name}")

    def has_weight(self, name: str) -> bool:
        """Whether :meth:`weight` can serve a name."""
        return False

    @property
    def stored(self) -> Mapping[str, Stored]:
        """Every learned tensor by the name that the model's file gives it, in the file's order; also
        those that are not at hand."""
        raise self._not_here("a list of its tensors")

    def tensor(self, name: str) -> Floats:
        """A tensor of :attr:`stored`, as the file has it."""
        raise self._not_here(f"the tensor {name}")

    def has_tensor(self, name: str) -> bool:
        """Whether :meth:`tensor` can serve a name."""
        return False

    def _not_here(self, what: str) -> NotRecorded:
        return NotRecorded(
            f"{self.title} cannot give {what}",
            f"it was loaded from {self.reference}, which does not hold it",
            "name a whole model: a hub id, a local folder, or mini",
        )
