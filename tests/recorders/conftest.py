"""Models that recorders are tried on, and what transformers itself says of them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from gptviz.models import load
from gptviz.models.interface import Model
from gptviz.models.references import BUNDLED
from tests import small_models

#: An emoji of several tokens, a word that is split, one token, a repeated word.
AWKWARD = ("Hi \U0001f98a!", "antidisestablishment", "The", "the cat and the dog and the cat")
RUNS = (
    "Data visualization empowers users to",
    "Artificial Intelligence is transforming the",
    "As the spaceship was approaching the",
)


@dataclass(frozen=True)
class Both:
    """A model as gptviz loads it, and the same folder as transformers does."""

    model: Model
    reference: Any

    def run(self, prompt: str) -> Any:
        """transformers' own outputs, with attentions and hidden states."""
        with torch.no_grad():
            return self.reference(
                torch.tensor([self.model.encode(prompt)]),
                output_attentions=True,
                output_hidden_states=True,
            )

    def attentions(self, prompt: str) -> Any:
        """Weights (layer, head, query, key) by transformers."""
        return np.stack([each[0].numpy() for each in self.run(prompt).attentions])


def _reference(folder: Path) -> Any:
    return GPT2LMHeadModel.from_pretrained(
        folder, attn_implementation="eager", dtype=torch.float32
    ).eval()


@pytest.fixture(scope="session")
def mini() -> Both:
    """The bundled model."""
    return Both(load("mini"), _reference(BUNDLED / "mini"))


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """A model of 2 layers and 3 heads with large random weights and the bundled tokenizer."""
    folder = tmp_path_factory.mktemp("toy")
    torch.manual_seed(3)
    module = GPT2LMHeadModel(
        GPT2Config(
            n_layer=2,
            n_head=3,
            n_embd=48,
            vocab_size=8192,
            n_positions=64,
            bos_token_id=0,
            eos_token_id=0,
        )
    )
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(3.0).add_(0.05 * torch.randn_like(parameter))
    module.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(BUNDLED / "mini" / name, folder)
    return Both(load(str(folder)), _reference(folder))


@pytest.fixture(params=["mini", "toy"])
def both(request: pytest.FixtureRequest) -> Both:
    """Each of the two models."""
    chosen: Both = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture(scope="session", params=["gpt2", "llama", "qwen3", "pythia"])
def decoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """A small model of each architecture, of odd shapes."""
    folder = small_models.write(tmp_path_factory.mktemp("decoder") / request.param, request.param)
    return Both(load(str(folder)), small_models.module(request.param))


@pytest.fixture(scope="session")
def gpt2(reference_data: Path) -> Model:
    """What is at hand of the real GPT-2 small: three runs, attention and position weights, the
    tokenizer."""
    parts = ("gpt2-small-runs", "gpt2-small-attention", "gpt2-bpe")
    return load("+".join(str(reference_data / part) for part in parts))
