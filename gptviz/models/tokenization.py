"""A tokenizer from a folder: ids, texts, and the true bytes of every token.

GPT-2's tokenizer writes each byte as one printable character (openai/gpt-2, src/encoder.py,
``bytes_to_unicode``), so a token's bytes follow from its entry in the vocabulary even where they
are a part of a character only.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Any

from gptviz.errors import ModelMissing, ModelRefused, PromptRefused
from gptviz.recording.schema import TokenRow

_PROBE = "A round trip: 0123 caf\u00e9 \U0001f680."


def bytes_by_character() -> dict[str, int]:
    """Which byte each of the 256 characters of a byte-level vocabulary stands for.

    Printable bytes stand for themselves, the 68 others follow from 256 on: openai/gpt-2,
    src/encoder.py.
    """
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("\u00a1"), ord("\u00ac") + 1),
        *range(ord("\u00ae"), 256),
    ]
    others = [byte for byte in range(256) if byte not in printable]
    return {
        **{chr(byte): byte for byte in printable},
        **{chr(256 + i): byte for i, byte in enumerate(others)},
    }


class Tokenizer:
    """A tokenizer of transformers, with the checks that a recording needs. ``backend`` is the
    tokenizer itself."""

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self._check_round_trip()

    @classmethod
    def from_folder(cls, folder: Path) -> Tokenizer:
        """The tokenizer of a folder: tokenizer.json, or vocab.json with merges.txt. No code of the
        folder is run.

        Raises ModelMissing where there is none and ModelRefused for one that does not work.
        """
        try:
            backend = _backend(folder)
        except Exception as error:  # the tokenizers library raises nothing more precise
            raise ModelRefused(
                f"the tokenizer of {folder.name} cannot be read",
                str(error).partition("\n")[0],
                "write it again with save_pretrained",
            ) from error
        if backend is None:
            raise ModelMissing(
                f"{folder.name} holds no tokenizer",
                "there is no tokenizer.json and no vocab.json with merges.txt",
                "copy the tokenizer's files into the folder",
            )
        return cls(backend)

    @property
    def versions(self) -> dict[str, str]:
        """The libraries that tokenise."""
        import tokenizers  # noqa: PLC0415
        import transformers  # noqa: PLC0415

        return {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__}

    @cached_property
    def vocab(self) -> dict[str, int]:
        """The id of every entry, as the vocabulary writes it (a leading space is ``\u0120``)."""
        return dict(self.backend.get_vocab())

    @property
    def size(self) -> int:
        """How many ids there are: the largest and one."""
        return max(self.vocab.values()) + 1

    @cached_property
    def merges(self) -> list[tuple[str, str]]:
        """The merges in the order of their ranks, as the vocabulary writes them; none for another
        kind of tokenizer."""
        pairs = self._state["model"].get("merges", [])
        return [tuple(pair.split(" ") if isinstance(pair, str) else pair) for pair in pairs]

    def merged_bytes(self) -> list[tuple[bytes, bytes]]:
        """The merges of a byte-level vocabulary as bytes, in the order of their ranks."""
        return [(_raw(first), _raw(second)) for first, second in self.merges]

    def pieces(self, text: str) -> list[bytes]:
        """The pieces of a text that merges never cross, of a byte-level tokenizer. Raises
        PromptRefused as encode."""
        check_prompt(text)
        return [
            _raw(piece)
            for piece, _ in self.backend.backend_tokenizer.pre_tokenizer.pre_tokenize_str(text)
        ]

    @cached_property
    def end(self) -> int | None:
        """The id of the token that ends a text, or None."""
        found = self.backend.eos_token_id
        return None if found is None else int(found)

    @cached_property
    def sha256(self) -> str:
        """sha256 over the vocabulary, the merges and the added tokens; in which files they were
        plays no part."""
        added = sorted((row["id"], row["content"]) for row in self._state["added_tokens"])
        text = json.dumps([self.vocab, self.merges, added], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def encode(self, text: str, limit: int) -> list[int]:
        """The ids of a text. Raises PromptRefused for one that is blank, too long, or no
        Unicode."""
        check_prompt(text)
        ids = [int(i) for i in self.backend.encode(text, add_special_tokens=False)]
        if not ids:
            raise PromptRefused(
                "the prompt has no tokens",
                "this tokenizer makes nothing of it",
                "give another text",
            )
        if len(ids) > limit:
            raise PromptRefused(
                f"the prompt has {len(ids):,} tokens",
                f"the model reads at most {limit:,}",
                "give a shorter text",
            )
        return ids

    def decode(self, ids: list[int]) -> str:
        """The text of ids together."""
        return str(
            self.backend.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        )

    def row(self, token_id: int) -> TokenRow:
        """Id, text and bytes of a token. Raises ModelRefused for an id that the vocabulary
        lacks."""
        entry = self.backend.convert_ids_to_tokens(token_id) if token_id >= 0 else None
        if entry is None:
            raise ModelRefused(
                f"there is no token with the id {token_id}",
                f"the vocabulary has {self.size:,} entries",
            )
        return TokenRow(
            id=token_id, text=self.decode([token_id]), bytes=self._bytes(token_id, entry).hex()
        )

    def _bytes(self, token_id: int, entry: str) -> bytes:
        if self.byte_level and token_id not in self.backend.added_tokens_decoder:
            try:
                return _raw(entry)
            except KeyError:
                pass  # an entry that was put into the vocabulary as plain text
        return self.decode([token_id]).encode()

    @cached_property
    def byte_level(self) -> bool:
        """Whether the vocabulary is written in bytes, as GPT-2's is."""
        return '"ByteLevel"' in json.dumps(self._state.get("decoder"))

    @cached_property
    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.backend.backend_tokenizer.to_str())
        return state

    def _check_round_trip(self) -> None:
        ids = self.backend.encode(_PROBE, add_special_tokens=False)
        if not ids or (self.byte_level and self.decode(ids).strip() != _PROBE):
            raise ModelRefused(
                "the tokenizer does not give back what it was given",
                f"{_PROBE!r} became {len(ids)} tokens: {self.decode(ids)!r}",
                "its vocabulary or its merges are not the right ones",
            )


def _backend(folder: Path) -> Any:
    """transformers' tokenizer of a folder, or None where there are no files of one."""
    from transformers import AutoTokenizer, GPT2Tokenizer  # noqa: PLC0415

    if any((folder / name).is_file() for name in ("tokenizer.json", "tokenizer_config.json")):
        return AutoTokenizer.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            clean_up_tokenization_spaces=False,
        )
    if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
        # The names are vocab= and merges=; the older vocab_file= and merges_file= silently make an
        # empty one.
        return GPT2Tokenizer(vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"))
    return None


_BYTES = bytes_by_character()


def _raw(entry: str) -> bytes:
    """The bytes that an entry of a byte-level vocabulary stands for. Raises KeyError for another
    character."""
    return bytes(_BYTES[character] for character in entry)


def check_prompt(text: str) -> None:
    """Raises PromptRefused for a prompt that is empty, blank, or holds half of a surrogate pair."""
    if not text.strip():
        raise PromptRefused(
            "the prompt is empty" if not text else "the prompt is blank",
            "a model continues a text; there is none",
            "give at least one word",
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise PromptRefused(
            "the prompt is not text",
            f"at offset {error.start} it holds {text[error.start]!r}, which is no character",
            "give UTF-8 text",
        ) from error


def tokenizer_files(folder: Path) -> bool:
    """Whether a folder holds a tokenizer."""
    pair = (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file()
    return pair or (folder / "tokenizer.json").is_file()


def check_size(tokenizer: Tokenizer, vocab: int, where: str) -> None:
    """Raises ModelRefused where a tokenizer and a model have vocabularies of different sizes."""
    if tokenizer.size != vocab:
        raise ModelRefused(
            f"the tokenizer of {where} has {tokenizer.size:,} entries, its model {vocab:,}",
            "some scores would have no text, or some tokens no score",
            "put the tokenizer that the model was trained with into the folder",
        )
