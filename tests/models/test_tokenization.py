"""A tokenizer's ids, texts and true bytes, against transformers' own tokenizer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from transformers import AutoTokenizer, BertTokenizer, GPT2Tokenizer, LlamaTokenizer

from gptviz.errors import ModelRefused, NotRecorded
from gptviz.models import load
from gptviz.models.language import LanguageModel
from gptviz.models.tokenization import Tokenizer, bytes_by_character

TEXTS = [
    "Hi \U0001f98a!",
    " don't  1234",
    "\u05e9\u05dc\u05d5\u05dd",
    "caf\u00e9\u0301",
    "\u0120t\u0000",
    "<|endoftext|>x",
]


def test_every_byte_has_one_character() -> None:
    found = bytes_by_character()
    assert sorted(found.values()) == list(range(256))
    assert (found["\u0120"], found["\u010a"], found["a"], found["\u0100"]) == (32, 10, 97, 0)


def test_bytes_of_tokens_make_the_text(small: LanguageModel, mini: LanguageModel) -> None:
    for model in (small, mini):
        for text in TEXTS:
            rows = model.token_rows(model.encode(text))
            assert b"".join(bytes.fromhex(row.bytes) for row in rows).decode() == text
        every = model.token_rows(list(range(model.shape.vocab)))
        assert [row.id for row in every] == list(range(model.shape.vocab))
        assert all(
            row.text.encode() == bytes.fromhex(row.bytes)
            for row in every
            if "\ufffd" not in row.text
        )
    with pytest.raises(ModelRefused, match="no token with the id 777"):
        small.token_row(777)
    with pytest.raises(ModelRefused, match="-1"):
        small.token_row(-1)


def test_merges_and_pieces_build_the_same_tokens(small: LanguageModel) -> None:
    """The textbook algorithm, on the model's merges and pieces, gives the tokenizer's own ids."""
    ranks = {pair: rank for rank, pair in enumerate(small.merges())}
    ids = {bytes.fromhex(row.bytes): row.id for row in small.token_rows(list(range(776)))}
    for text in ("robot planet robots", "Hi \U0001f98a don't 12"):
        found = []
        for piece in small.pieces(text):
            parts = [bytes([byte]) for byte in piece]
            while pairs := [pair for pair in zip(parts, parts[1:], strict=False) if pair in ranks]:
                first = min(pairs, key=ranks.__getitem__)
                at = next(i for i in range(len(parts)) if (parts[i], parts[i + 1]) == first)
                parts[at : at + 2] = [b"".join(first)]
            found += [ids[part] for part in parts]
        assert b"".join(small.pieces(text)) == text.encode()
        assert found == small.encode(text)


def test_a_tokenizer_that_makes_nothing_of_a_text_is_refused() -> None:
    empty = GPT2Tokenizer(vocab={"<|endoftext|>": 0}, merges=[])
    with pytest.raises(ModelRefused, match="does not give back"):
        Tokenizer(empty)


@pytest.mark.parametrize(
    "broken", ["", "{", "[1]", '{"model": {}}', '{"model": {"type": "BPE", "vocab": 3}}']
)
def test_a_broken_tokenizer_file(folder: Path, broken: str) -> None:
    (folder / "tokenizer.json").write_text(broken)
    with pytest.raises(ModelRefused, match="tokenizer of model cannot be read"):
        load(str(folder))


def test_in_which_files_a_tokenizer_lies_plays_no_part(whole: Path, tmp_path: Path) -> None:
    state = json.loads((whole / "tokenizer.json").read_text())["model"]
    (tmp_path / "vocab.json").write_text(json.dumps(state["vocab"]))
    merges = "\n".join(" ".join(pair) for pair in state["merges"])
    (tmp_path / "merges.txt").write_text(f"#version: 0.2\n{merges}\n")
    alone = load(str(tmp_path))
    whole_one = Tokenizer.from_folder(whole)
    assert alone.provenance().tokenizer_sha256 == whole_one.sha256
    assert (
        alone.encode("robot \U0001f98a")
        == AutoTokenizer.from_pretrained(whole)("robot \U0001f98a")["input_ids"]
    )
    assert alone.end_id == 776
    with pytest.raises(NotRecorded, match="mini"):
        alone.next_logits([1, 2])


def test_the_real_vocabulary(reference_data: Path) -> None:
    """GPT-2's: the ids of the recorded runs, the published ones of " Paris", and 256 + 50,000 + 1
    entries."""
    model = load(str(reference_data / "gpt2-bpe"))
    assert (model.shape.vocab, len(model.merges()), model.end_id) == (50257, 50000, 50256)
    for path in sorted((reference_data / "gpt2-small-runs").glob("*.json")):
        run = json.loads(path.read_text())
        assert model.encode(run["prompt"]) == run["ids"]
        assert [row.text for row in model.token_rows(run["ids"])] == run["tokens"]
    assert [model.encode(word) for word in (" Paris", "Paris")] == [[6342], [40313]]
    assert [row.text for row in model.token_rows(model.encode("paris"))] == ["par", "is"]


def test_wordpiece_is_shown_as_text(tmp_path: Path) -> None:
    """vocab.txt alone, as Chinese GPT-2 models have it."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "\u4e2d", "\u56fd", "robot", "##s", "."]
    (tmp_path / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    tokenizer = Tokenizer.from_folder(tmp_path)
    reference = BertTokenizer(vocab=str(tmp_path / "vocab.txt"))
    ids = tokenizer.encode("\u4e2d\u56fd robots.", 20)
    assert ids == reference.encode("\u4e2d\u56fd robots.", add_special_tokens=False)
    assert [tokenizer.row(i).text for i in ids] == ["\u4e2d", "\u56fd", "robot", "##s", "."]
    assert bytes.fromhex(tokenizer.row(ids[0]).bytes).decode() == "\u4e2d"
    with pytest.raises(NotRecorded) as refused:
        tokenizer.merged_bytes()
    assert "WordPiece" in refused.value.why


def test_sentencepiece_keeps_spaces_and_bytes() -> None:
    pieces = [
        "<unk>",
        "<s>",
        "</s>",
        *(f"<0x{byte:02X}>" for byte in range(256)),
        "\u2581",
        "m",
        "o",
        "mo",
        "\u2581mo",
    ]
    merges = [("m", "o"), ("\u2581", "mo")]
    tokenizer = Tokenizer(LlamaTokenizer(vocab={p: i for i, p in enumerate(pieces)}, merges=merges))
    ids = tokenizer.encode("mo mo\u732b", 20)
    rows = [tokenizer.row(i) for i in ids]
    assert tokenizer.sentencepiece and not tokenizer.byte_level
    assert b"".join(bytes.fromhex(row.bytes) for row in rows) == " mo mo\u732b".encode()
    assert [row.text for row in rows][:2] == [" mo", " mo"] and rows[2].text == "\ufffd"
