"""A GPT-2 of an odd shape, made on the spot: 2 layers, 3 heads, 777 entries, its own byte-level tokenizer."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

ENTRIES, POSITIONS = 777, 40


def write(folder: Path, entries: int = ENTRIES, seed: int = 5, **settings: Any) -> Path:
    """Writes model and tokenizer as ``save_pretrained`` does; ``settings`` go to the config. Gives the folder."""
    write_model(folder, entries, seed, **settings)
    write_tokenizer(folder, entries)
    return folder


def write_model(folder: Path, entries: int = ENTRIES, seed: int = 5, **settings: Any) -> GPT2LMHeadModel:
    """Large random weights, so that scores spread and attention is sharp."""
    torch.manual_seed(seed)
    config = {"n_layer": 2, "n_head": 3, "n_embd": 24, "vocab_size": entries, "n_positions": POSITIONS,
              "bos_token_id": entries - 1, "eos_token_id": entries - 1} | settings
    module = GPT2LMHeadModel(GPT2Config(**config))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(10.0).add_(0.05 * torch.randn_like(parameter))
    module.save_pretrained(folder)
    return module


def write_tokenizer(folder: Path, entries: int = ENTRIES) -> None:
    """A byte-level tokenizer trained on made-up words: 256 bytes, merges, and the token that ends a text."""
    draw = random.Random(11)
    words = ["".join(draw.choice("bdklmnprst") + draw.choice("aeiou") for _ in range(4)) for _ in range(900)]
    text = " ".join([*words, *5 * ["robot planet"]])
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator([text], vocab_size=entries - 1, min_frequency=1, show_progress=False)
    fast = PreTrainedTokenizerFast(tokenizer_object=trained._tokenizer, eos_token="<|endoftext|>",
                                   bos_token="<|endoftext|>")
    assert len(fast) == entries
    folder.mkdir(parents=True, exist_ok=True)
    fast.save_pretrained(folder)
