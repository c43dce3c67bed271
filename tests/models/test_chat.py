"""Chats: what transformers' template writes, and whose each token is."""

from __future__ import annotations

from pathlib import Path

import pytest

from gptviz.errors import NotRecorded, UsageError
from gptviz.models.chat import Chat, Message
from gptviz.models.gguf import read
from gptviz.models.tokenization import Tokenizer
from tests import small_gguf, small_gpt2

HELLO, MOON = Message("user", "the robot"), Message("assistant", "the moon")


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    """One with a template that puts a system line in front where none is given."""
    path = tmp_path_factory.mktemp("chat") / "x.gguf"
    return read(small_gguf.write(path, small_gguf.module("llama"))).tokenizer


def said(tokenizer: Tokenizer, chat: Chat) -> list[tuple[str, bool, str]]:
    """Role, whether given, and text of each span."""
    return [
        (s.role, s.given, tokenizer.decode(list(chat.ids[s.start : s.stop]))) for s in chat.spans
    ]


def test_whose_each_token_is(tokenizer: Tokenizer) -> None:
    chat = tokenizer.apply_chat_template([HELLO, MOON, HELLO])
    rows = [{"role": m.role, "content": m.content} for m in (HELLO, MOON, HELLO)]
    theirs = tokenizer.backend.apply_chat_template(rows, tokenize=False, add_generation_prompt=True)
    assert chat.text == theirs == tokenizer.decode(list(chat.ids))
    end = small_gguf.END
    assert said(tokenizer, chat) == [
        ("system", False, f"{end}system\nBe kind."),
        ("user", True, f"{end}user\nthe robot"),
        ("assistant", True, f"{end}assistant\nthe moon"),
        ("user", True, f"{end}user\nthe robot"),
        ("assistant", False, f"{end}assistant\n"),
    ]


def test_a_system_line_of_one_s_own(tokenizer: Tokenizer) -> None:
    chat = tokenizer.apply_chat_template([Message("system", "the planet"), HELLO], reply=False)
    assert [(role, given) for role, given, _ in said(tokenizer, chat)] == [
        ("system", True),
        ("user", True),
    ]
    assert (
        "Be kind" not in chat.text
        and chat.spans[0].start == 0
        and chat.spans[-1].stop == len(chat.ids)
    )


def test_what_cannot_be_said(tokenizer: Tokenizer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="without a message"):
        tokenizer.apply_chat_template([])
    small_gpt2.write_tokenizer(tmp_path)
    bare = Tokenizer.from_folder(tmp_path)
    with pytest.raises(NotRecorded, match="no chat template"):
        bare.apply_chat_template([HELLO])
    bare.backend.chat_template = "{{ raise_exception('only questions') }}"
    with pytest.raises(UsageError, match="only questions"):
        bare.apply_chat_template([HELLO])
