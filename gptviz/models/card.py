"""Whose numbers these are, for sources that hold only a part of a model: recorded runs, partial
checkpoints.

Such a folder names its model in a small ``source.json``; a published one is recognised by the
sha256 of what it holds.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, PositiveInt, ValidationError

from gptviz.errors import ModelRefused
from gptviz.models.checkpoint import read_json
from gptviz.models.interface import Shape
from gptviz.models.references import KNOWN, safe

CARD = "source.json"


class Card(BaseModel):
    """What ``source.json`` says: the model's name and sizes, and where its numbers were
    published."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    short: str = ""
    parameters: PositiveInt
    n_layer: PositiveInt
    n_head: PositiveInt
    d_model: PositiveInt
    d_mlp: PositiveInt
    vocab: PositiveInt
    positions: PositiveInt
    source: str
    commit: str | None = None
    licence: str | None = None
    note: str | None = None

    @property
    def edition(self) -> str:
        """The short name of the model; that of a published model only for its own title."""
        published = next(
            (short for short, known in KNOWN.items() if known.title == self.model), None
        )
        name = safe(self.short or self.model)
        return published or (f"{name}-parts" if name in (*KNOWN, "mini", "default") else name)

    @property
    def shape(self) -> Shape:
        return Shape(
            self.n_layer, self.n_head, self.d_model, self.d_mlp, self.vocab, self.positions
        )


def gpt2_small(source: str, commit: str, licence: str, note: str) -> Card:
    """The card of a publication of GPT-2 small. Sizes: Radford et al. 2019, table 2; openai/gpt-2,
    hparams.json."""
    return Card(
        model=KNOWN["gpt2"].title,
        parameters=124_439_808,
        n_layer=12,
        n_head=12,
        d_model=768,
        d_mlp=3072,
        vocab=50257,
        positions=1024,
        source=source,
        commit=commit,
        licence=licence,
        note=note,
    )


_RUNS = gpt2_small(
    "poloclub/transformer-explainer, src/constants/examples",
    "6e2ec372b1d7",
    "MIT",
    "computed there with an ONNX export of the model in float32",
)
_ATTENTION = gpt2_small(
    "OpenAI, GPT-2 release; copy in huplay/GPT2-SMALL",
    "6dc07e48f688",
    "MIT",
    "attention, layer norm and position weights of the published model",
)

#: Cards of published parts, by the sha256 of a run's tensor file or of the sampled tensors of a checkpoint.
PUBLISHED = {
    "65d66d19a3dc66927a385bc0035ecf7bd888ca90de5131c843a7c50d43f3d43d": _RUNS,
    "e0f05ad52a7e3560ae238e8cc68b87c4bd525c2a8add48bd5b4a7c76d4d52491": _RUNS,
    "c55e7a5fad1f4ecc5bfc4fc58e2eb9e6ce27b0a22fc992c284a1adaf6a1ed204": _RUNS,
    "gpt2": _ATTENTION,
}


def card_of(folder: Path, *keys: str | None) -> Card:
    """The card of a folder: its own, else the one that all ``keys`` of its contents lead to.

    Raises ModelRefused where nothing says whose numbers they are.
    """
    path = folder / CARD
    if path.is_file():
        try:
            return Card.model_validate(read_json(path))
        except ValidationError as error:
            first = error.errors()[0]
            raise ModelRefused(
                f"{CARD} of {folder.name} is not complete",
                f"{'.'.join(map(str, first['loc']))}: {first['msg']}",
            ) from error
    found = [PUBLISHED.get(key or "") for key in keys]
    if found and found[0] is not None and all(card == found[0] for card in found):
        return found[0]
    raise ModelRefused(
        f"nothing says which model {folder.name} is a part of",
        f"there is no {CARD} in it",
        f"put a {CARD} there with {', '.join(Card.model_fields)}",
    )
