"""A tokenizer from a folder: ids, texts, and the true bytes of every token.

GPT-2's tokenizer writes each byte as one printable character (openai/gpt-2, src/encoder.py,
``bytes_to_unicode``), so a token's bytes follow from its entry in the vocabulary even where they
are a part of a character only.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from gptviz.errors import ModelMissing, ModelRefused, NotRecorded, PromptRefused
from gptviz.models.chat import Chat, Message, apply_chat_template
from gptviz.models.foreign import foreign_file
from gptviz.recording.schema import TokenRow

_NO_LIMIT = 10**30  # as transformers writes it
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
    tokenizer itself; ``rows``: how many rows the model has that it belongs to, 0 without one."""

    rows = 0

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        # Texts are held against the model's own limit; this one may be anything, and only warns.
        backend.model_max_length = _NO_LIMIT
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
            _refuse_foreign(folder)
            raise ModelRefused(
                f"the tokenizer of {folder.name} cannot be read",
                str(error).partition("\n")[0],
                "write it again with save_pretrained",
            ) from error
        if backend is None:
            raise ModelMissing(
                f"{folder.name} holds no tokenizer",
                "there is no tokenizer.json, no vocab.json with merges.txt, and no vocab.txt",
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
        """The merges of a byte-level vocabulary as bytes, in the order of their ranks. Raises
        NotRecorded for another kind."""
        self._check_byte_level()
        return [(_raw(first), _raw(second)) for first, second in self.merges]

    def pieces(self, text: str) -> list[bytes]:
        """The pieces of a text that merges never cross, of a byte-level tokenizer. Raises NotRecorded
        for another kind, PromptRefused as encode."""
        self._check_byte_level()
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

    def special_ids(self, vocab: int) -> frozenset[int]:
        """The ids below ``vocab`` that stand for no text: special tokens, and rows that no entry
        has."""
        added = self.backend.added_tokens_decoder.items()
        marks = {int(number) for number, token in added if token.special}
        entries = set(self.vocab.values()) - marks
        return frozenset(number for number in range(vocab) if number not in entries)

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
        beyond = [i for i in ids if self.rows and i >= self.rows]
        if beyond:
            raise PromptRefused(
                f"the model has no row for the token {self.decode(beyond[:1])!r}",
                f"its id is {beyond[0]:,}, the model has {self.rows:,} rows: it was added to the "
                "tokenizer alone",
                "give a text without it",
            )
        return ids

    def apply_chat_template(self, messages: Sequence[Message], *, reply: bool = True) -> Chat:
        """A chat as the model reads it, and whose each token is; see
        :func:`gptviz.models.chat.apply_chat_template`."""
        return apply_chat_template(self.backend, messages, reply=reply)

    def decode(self, ids: list[int]) -> str:
        """The text of ids together."""
        return str(
            self.backend.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        )

    def row(self, token_id: int) -> TokenRow:
        """Id, text and bytes of a token. An id that no entry has, below the number of a model's rows,
        is a nameless one: ``[50300]``. Raises ModelRefused for any other."""
        entry = self.backend.convert_ids_to_tokens(token_id) if token_id >= 0 else None
        if entry is None and self.size <= token_id < self.rows:
            entry = f"[{token_id}]"
            return TokenRow(id=token_id, text=entry, bytes=entry.encode().hex())
        if entry is None:
            raise ModelRefused(
                f"there is no token with the id {token_id}",
                f"the vocabulary has {self.size:,} entries",
            )
        raw = self._bytes(token_id, entry)
        pieces = self.sentencepiece and token_id not in self.backend.added_tokens_decoder
        text = raw.decode("utf-8", errors="replace") if pieces else self.decode([token_id])
        return TokenRow(id=token_id, text=text, bytes=raw.hex())

    def _bytes(self, token_id: int, entry: str) -> bytes:
        if token_id in self.backend.added_tokens_decoder:
            return self.decode([token_id]).encode()
        if self.byte_level:
            try:
                return _raw(entry)
            except KeyError:
                pass  # an entry that was put into the vocabulary as plain text
        if self.sentencepiece:
            byte = _BYTE_PIECE.fullmatch(entry)
            return bytes.fromhex(byte[1]) if byte else entry.replace("\u2581", " ").encode()
        return self.decode([token_id]).encode()

    @cached_property
    def byte_level(self) -> bool:
        """Whether the vocabulary is written in bytes, as GPT-2's is."""
        return '"ByteLevel"' in json.dumps(self._state.get("decoder"))

    @cached_property
    def sentencepiece(self) -> bool:
        """Whether the vocabulary is SentencePiece's: spaces written as U+2581, lone bytes as
        ``<0x0A>``."""
        parts = [self._state.get(part) for part in ("decoder", "pre_tokenizer", "normalizer")]
        return not self.byte_level and "\u2581" in json.dumps(parts, ensure_ascii=False)

    @property
    def kind(self) -> str:
        """What kind of tokenizer it is, in words."""
        model = str(self._state["model"].get("type"))
        if self.byte_level:
            return f"byte-level {model}"
        return f"{model} of SentencePiece's form" if self.sentencepiece else model

    @cached_property
    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.backend.backend_tokenizer.to_str())
        return state

    def _check_byte_level(self) -> None:
        if not self.byte_level or not self.merges:
            raise NotRecorded(
                "this tokenizer has no merges of bytes",
                f"it is of another kind: {self.kind}",
                "name a model with a byte-level tokenizer, such as gpt2, smollm2 or mini",
            )

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
    from transformers import AutoTokenizer, BertTokenizer, GPT2Tokenizer  # noqa: PLC0415

    alone = not tokenizer_files(folder)
    if alone and (folder / "vocab.txt").is_file():  # WordPiece, as Chinese models have it
        return BertTokenizer.from_pretrained(folder, local_files_only=True)
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


_PADDED_TO, _PADDING = (
    8,
    1024,
)  # vocabularies are padded to a multiple of the first, by fewer than the second
_BYTE_PIECE = re.compile(r"<0x([0-9A-Fa-f]{2})>")
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


def _refuse_foreign(folder: Path) -> None:
    """Says which of a tokenizer's files is something else, such as a Git LFS pointer."""
    for name in ("tokenizer.json", "vocab.json", "merges.txt", "vocab.txt", "tokenizer.model"):
        other = foreign_file(folder / name) if (folder / name).is_file() else None
        if other:
            raise ModelRefused(
                f"the tokenizer of {folder.name} cannot be read",
                f"{name} is {other.what}",
                other.do,
            )


def check_size(tokenizer: Tokenizer, vocab: int, where: str) -> None:
    """Fits a tokenizer to a model of ``vocab`` rows: what a model was padded by is rows without a
    name; tokens that were added to the tokenizer alone have no row, and are refused where a text
    uses them.

    Raises ModelRefused for sizes that no padding and no added token explains: it would be another
    model's tokenizer.
    """
    tokenizer.rows = vocab
    spare = vocab - tokenizer.size
    padded = vocab % _PADDED_TO == 0 and 0 <= spare <= _PADDING
    beyond = range(vocab, tokenizer.size)
    added = spare < 0 and all(number in tokenizer.backend.added_tokens_decoder for number in beyond)
    if spare and not padded and not added:
        raise ModelRefused(
            f"the tokenizer of {where} has {tokenizer.size:,} entries, its model {vocab:,}",
            "some scores would have no text, or some tokens no score",
            "put the tokenizer that the model was trained with into the folder",
        )
