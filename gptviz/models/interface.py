"""What a recorder may ask of a model. Every method that a model cannot serve raises NotRecorded,
and says what would.

Three kinds of model answer: a causal language model that runs (``language``), runs recorded
elsewhere (``recorded``), and a checkpoint that holds some tensors only (``partial``). Arrays are
numpy, float32, on the processor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gptviz.errors import NotRecorded
from gptviz.recording.schema import Provenance, TokenRow

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Shape:
    """The sizes of a GPT-2 architecture. ``d_mlp``: the width of the hidden layer of an MLP (by
    default 4 d_model)."""

    n_layer: int
    n_head: int
    d_model: int
    d_mlp: int
    vocab: int
    positions: int

    @property
    def d_head(self) -> int:
        return self.d_model // self.n_head


@dataclass(frozen=True)
class Attention:
    """Attention of one run, each (layer, head, query, key): ``scores`` are q.k before scaling,
    ``scaled`` divided by sqrt(d_head), ``pattern`` the weights after mask and softmax. Above the
    diagonal ``pattern`` is 0; the scores there are what the products are, unmasked.
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
        prefix:

        ``embed``, ``pos_embed`` (token, d_model); ``blocks.0.resid_pre``, ``resid_mid``,
        ``resid_post`` (token, d_model); ``blocks.0.ln1`` and ``ln2`` (normalised, with gain and
        bias: what the layer reads); ``blocks.0.q``, ``k``, ``v``, ``z`` (token, head, d_head);
        ``blocks.0.scores``, ``scaled``, ``pattern`` (head, query, key; as in :class:`Attention`);
        ``blocks.0.attn_out``, ``mlp_out`` (token, d_model); ``blocks.0.mlp_pre``, ``mlp_post``
        (token, d_mlp); ``ln_final`` (token, d_model); ``logits`` (token, vocab).
        """
        raise self._not_here("what happens inside the blocks")

    def ablated_logits(self, ids: list[int], layer: int, head: int) -> Floats:
        """The scores of the next token after ids (vocab) with one head switched off: ``z`` of it is
        0 everywhere."""
        raise self._not_here("what the model says without one of its heads")

    def unembed(self, vectors: Floats) -> Floats:
        """The scores (token, vocab) that the last layer norm and the output matrix make of vectors
        (token, d_model)."""
        raise self._not_here("its output matrix")

    def weight(self, name: str) -> Floats:
        """A learned tensor by its transformers name without the leading ``transformer.``:
        ``wte.weight``, ``h.0.attn.c_attn.weight`` (d_model, 3 d_model), ``ln_f.bias``.
        """
        raise self._not_here(f"the weight {name}")

    def has_weight(self, name: str) -> bool:
        """Whether :meth:`weight` can serve a name."""
        return False

    def _not_here(self, what: str) -> NotRecorded:
        return NotRecorded(
            f"{self.title} cannot give {what}",
            f"it was loaded from {self.reference}, which does not hold it",
            "name a whole model: a hub id, a local folder, or mini",
        )
