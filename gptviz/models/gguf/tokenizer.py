"""The tokenizer of a .gguf file: its vocabulary, merges and kinds of tokens, made into the tokenizer
that transformers would load from the model's own folder.

A file names the rule by which texts are cut before any merge (``tokenizer.ggml.pre``); of the rules
those are read that transformers knows, and those of GPT-2 and SmolLM, which cuts digits one by one
(llama.cpp, src/llama-vocab.cpp). Another is refused: texts would be cut wrongly, and nothing would
tell.
"""

from __future__ import annotations

from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from transformers.integrations.gguf.gguf_tokenizer_mapping import (
    GGUF_PRE_TOKENIZER_SPLITS,
    sentencepiece_tokenizer,
)

from gptviz.errors import ModelRefused
from gptviz.models import tokenization
from gptviz.models.gguf.header import Header

_KEY = "tokenizer.ggml."
_CONTROL, _OF_THE_USER = 3, 4  # kinds of tokens: never cut; the first are special, too
_SPECIAL = {
    "bos_token": "bos_token_id",
    "eos_token": "eos_token_id",
    "unk_token": "unknown_token_id",
    "pad_token": "padding_token_id",
}
_AS_GPT2 = ("gpt-2", "gpt2", "olmo", "mpt", "jais")
_DIGIT_BY_DIGIT = (
    "smollm",
    "starcoder",
    "refact",
    "command-r",
    "codeshell",
    "exaone",
    "minerva-7b",
)


def tokenizer_of(header: Header) -> tokenization.Tokenizer:
    """The tokenizer. Raises ModelRefused for a kind, or a rule of cutting, that is not read."""
    tokens = _texts(header, "tokens")
    kind = header.get(f"{_KEY}model", str)
    try:
        if kind == "gpt2":
            made = _byte_level(header, tokens)
        elif kind == "llama":
            made = _sentencepiece(header, tokens)
        else:
            raise _refused(
                header, f"its tokenizer is of the kind {kind[:40]!r}; gpt2 and llama are read"
            )
        _add(made, tokens, header.metadata.get(f"{_KEY}token_type"))
        backend = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
            tokenizer_object=made,
            clean_up_tokenization_spaces=False,
            chat_template=header.get("tokenizer.chat_template", (str, type(None))),
            **_named(header, tokens),
        )
    except ModelRefused:
        raise
    except Exception as error:  # the tokenizers library raises nothing more precise
        raise _refused(
            header, f"its tokenizer cannot be made: {str(error).partition(chr(10))[0][:200]}"
        ) from error
    return tokenization.Tokenizer(backend)


def _byte_level(header: Header, tokens: list[str]) -> Tokenizer:
    merges = []
    for merge in _texts(header, "merges"):
        first, _, second = merge.partition(" ")
        if not (first and second) or " " in second:
            raise _refused(
                header, f"its merge {merge[:40]!r} is not two texts with a space between"
            )
        merges.append((first, second))
    vocab = {token: number for number, token in enumerate(tokens)}
    made = Tokenizer(models.BPE(vocab=vocab, merges=merges, fuse_unk=False, byte_fallback=False))
    made.pre_tokenizer = _cut(header)
    made.decoder = decoders.ByteLevel()
    return made


def _cut(header: Header) -> Any:
    """The rule by which texts are cut before any merge."""
    rule = header.get(f"{_KEY}pre", (str, type(None)))
    gpt2 = header.metadata["general.architecture"] == "gpt2"  # which old converters left unsaid
    if rule in _AS_GPT2 or (gpt2 and rule in (None, "default")):
        return pre_tokenizers.ByteLevel(add_prefix_space=False)
    if rule in _DIGIT_BY_DIGIT:
        return pre_tokenizers.Sequence(
            [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False),
            ]
        )
    if rule in GGUF_PRE_TOKENIZER_SPLITS:
        return pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(GGUF_PRE_TOKENIZER_SPLITS[rule]), behavior="isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    if rule is None:
        raise _refused(
            header, "it does not say how its tokenizer cuts texts: an old converter wrote it"
        )
    raise _refused(
        header, f"its tokenizer cuts texts by the rule {rule[:40]!r}, which is not known"
    )


def _sentencepiece(header: Header, tokens: list[str]) -> Tokenizer:
    """transformers' own way, for a vocabulary of SentencePiece: merges follow from the scores."""
    about: dict[str, Any] = {"tokens": tokens, "scores": header.get(f"{_KEY}scores", list)}
    if f"{_KEY}merges" in header.metadata:
        about["merges"] = _texts(header, "merges")
    found = sentencepiece_tokenizer(about)  # type: ignore[no-untyped-call]
    made: Tokenizer = found.backend_tokenizer
    if not header.get(f"{_KEY}add_space_prefix", bool, True):
        made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never", split=False)
    return made


def _add(made: Tokenizer, tokens: list[str], kinds: Any) -> None:
    """Tokens that are never cut, and never put together from parts."""
    kinds = kinds if isinstance(kinds, list) and len(kinds) == len(tokens) else []
    for kind, special in ((_CONTROL, True), (_OF_THE_USER, False)):
        found = [
            AddedToken(token, normalized=False, special=special)
            for token, each in zip(tokens, kinds, strict=False)
            if each == kind
        ]
        if special:
            made.add_special_tokens(found)
        else:
            made.add_tokens(found)


def _named(header: Header, tokens: list[str]) -> dict[str, str]:
    """The tokens that begin and end a text, stand for what is unknown, and fill up."""
    found = {}
    for name, key in _SPECIAL.items():
        number = header.get(f"{_KEY}{key}", (int, type(None)))
        if number is not None and not 0 <= number < len(tokens):
            raise _refused(header, f"it says {key} = {number}, of {len(tokens):,} tokens")
        if number is not None:
            found[name] = tokens[number]
    return found


def _texts(header: Header, name: str) -> list[str]:
    found: list[str] = header.get(f"{_KEY}{name}", list)
    if not found or not all(isinstance(each, str) for each in found):
        raise _refused(header, f"{_KEY}{name} is no list of texts")
    return found


def _refused(header: Header, why: str) -> ModelRefused:
    return ModelRefused(
        f"the tokenizer of {header.path.name} cannot be read",
        why,
        "convert its model anew, or name its folder",
    )
