"""How a decoder is built, as far as a film or a formula has to know it.

Two models of one size may differ in each of these. A recording keeps what differs from GPT-2 (Radford
et al. 2019), so that a recording in which nothing is said is one of a GPT-2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from gptviz import maths

Positions = Literal["learned", "rotary"]
Norm = Literal["layer", "rms"]


@dataclass(frozen=True)
class Anatomy:
    """What a model is made of; every default is GPT-2's.

    - ``positions``: a learned vector for each position, or queries and keys that are rotated (Su et
      al. 2021, RoFormer); ``rotated`` is how many entries of each take part (0: none), ``base``
      theirs;
    - ``norm``: layer norm, or RMS norm (Zhang, Sennrich 2019), with ``epsilon``;
    - ``activation``: transformers' name of the function between the matrices of an MLP; ``gated``:
      whether a second matrix is multiplied in behind it (Shazeer 2020, GLU variants);
    - ``scaled``: whether scores are divided by the root of d_head, and ``scaled_by_layer``: by the
      block's number, from 1, as well;
    - ``heads_per_key``: how many heads share one key and one value (Ainslie et al. 2023, GQA);
      ``normed_queries``: whether queries and keys go through a norm of their own;
    - ``tied``: whether the output matrix is the embedding;
    - ``attention_biases``, ``output_bias``, ``mlp_biases``: whether something is added to q, k and
      v; to what the heads give together; to what the matrices of an MLP give;
    - ``parallel``: whether the MLP reads what attention reads, instead of what attention left.
    """

    positions: Positions = "learned"
    rotated: int = 0
    base: float = 0.0
    norm: Norm = "layer"
    epsilon: float = 1e-5
    activation: str = "gelu_new"
    gated: bool = False
    scaled: bool = True
    scaled_by_layer: bool = False
    heads_per_key: int = 1
    normed_queries: bool = False
    tied: bool = True
    attention_biases: bool = True
    output_bias: bool = True
    mlp_biases: bool = True
    parallel: bool = False

    def divisor(self, layer: float, d_head: float) -> float:
        """What the scores of a block (from 0) are divided by."""
        return maths.divisor(d_head, layer, self.scaled, self.scaled_by_layer)

    def as_values(self) -> dict[str, Any]:
        """``{"anatomy": ...}`` with what differs from GPT-2, for a recording's values; empty where
        nothing does."""
        differs = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }
        return {"anatomy": differs} if differs else {}

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Anatomy:
        """What :meth:`as_values` put among a recording's values."""
        return cls(**values.get("anatomy", {}))

    def as_dict(self) -> dict[str, Any]:
        """Every field by its name."""
        return asdict(self)
