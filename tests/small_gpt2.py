"""A GPT-2 of an odd shape, made on the spot: 2 layers, 3 heads, 777 entries, its own byte-level
tokenizer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

ENTRIES, POSITIONS = 777, 40
LONG = 40
EMOJI = ["\U0001f680", "\U0001f98a", "\U0001f600", "\u2764\ufe0f", "\U0001f30d"]


def write(folder: Path, entries: int = ENTRIES, seed: int = 5, **settings: Any) -> Path:
    """Writes model and tokenizer as ``save_pretrained`` does; ``settings`` go to the config. Gives
    the folder."""
    write_model(folder, entries, seed, **settings)
    write_tokenizer(folder, entries)
    return folder


def write_odd(folder: Path, **settings: Any) -> Path:
    """The same with odd tokens, which come first in most of its rows: 40 characters, emoji, bare
    bytes.

    Raises AssertionError where the trained vocabulary lacks one of the three kinds.
    """
    draw = random.Random(3)
    long = ["".join(draw.choices("bdklmnprst", k=10)) * (LONG // 10) for _ in range(12)]
    write_tokenizer(folder, words=[*30 * long, *30 * EMOJI, *_words(100)])
    tokens = AutoTokenizer.from_pretrained(folder)
    texts = [tokens.decode([number]) for number in range(ENTRIES)]
    odd = [number for number, text in enumerate(texts) if text.strip() in {*long, *EMOJI}]
    assert {text.strip() in EMOJI for text in texts if text.strip() in {*long, *EMOJI}} == {
        True,
        False,
    }
    bare = [number for number, text in enumerate(texts) if "\ufffd" in text]
    louder = [*odd, *bare[::9]]
    write_model(folder, louder=louder[: len(louder) // 2 * 2], **settings)
    return folder


def write_model(
    folder: Path, entries: int = ENTRIES, seed: int = 5, louder: Sequence[int] = (), **settings: Any
) -> GPT2LMHeadModel:
    """Large random weights, so that scores spread and attention is sharp.

    ``louder`` tokens have larger scores, the second of each two the opposite of the first's: one of
    them comes first.
    """
    torch.manual_seed(seed)
    config = {
        "n_layer": 2,
        "n_head": 3,
        "n_embd": 24,
        "vocab_size": entries,
        "n_positions": POSITIONS,
        "bos_token_id": entries - 1,
        "eos_token_id": entries - 1,
    } | settings
    module = GPT2LMHeadModel(GPT2Config(**config))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(10.0).add_(0.05 * torch.randn_like(parameter))
        rows = module.transformer.wte.weight
        rows[list(louder)] *= 4.0
        rows[list(louder[1::2])] = -rows[list(louder[:-1:2])]
    module.save_pretrained(folder)
    return module


def _words(count: int = 900) -> list[str]:
    """Words that are made up, and two that are not."""
    draw = random.Random(11)
    return [
        "".join(draw.choice("bdklmnprst") + draw.choice("aeiou") for _ in range(4))
        for _ in range(count)
    ] + 5 * ["robot planet"]


def write_tokenizer(folder: Path, entries: int = ENTRIES, words: Sequence[str] = ()) -> None:
    """A byte-level tokenizer trained on words (made-up ones): 256 bytes, merges, and the token that
    ends a text."""
    trained = ByteLevelBPETokenizer()
    text = " ".join(words or _words())
    trained.train_from_iterator(
        [text], vocab_size=entries - 1, min_frequency=1, show_progress=False
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=trained._tokenizer, eos_token="<|endoftext|>", bos_token="<|endoftext|>"
    )
    assert len(fast) == entries
    folder.mkdir(parents=True, exist_ok=True)
    fast.save_pretrained(folder)
