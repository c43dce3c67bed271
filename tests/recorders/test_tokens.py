"""Byte-pair merges against the tokenizer's own files, read here once more, and against published
ids of GPT-2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gptviz.errors import ModelRefused, NotRecorded, PromptRefused
from gptviz.models import load
from gptviz.models.interface import Model
from gptviz.models.references import BUNDLED
from gptviz.recorders import take
from gptviz.recording.families import Merges, MergesRecording, Vocabulary, VocabularyRecording

from .conftest import AWKWARD, Both

#: Repeated letters, marks of the vocabulary's own alphabet, right-to-left text, a NUL, spaces only between words.
STRANGE = (
    "aaaaaaa aaab",
    "\u0120\u010a and \u00c4",
    "\u05e9\u05dc\u05d5\u05dd",
    "a\x00b",
    "two   spaces\n\nand lines",
    "x" * 200,
)


def ranks_of(folder: Path) -> dict[tuple[str, str], int]:
    """The merges of a tokenizer.json, as it spells them."""
    merges = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["merges"]
    return {tuple(pair): rank for rank, pair in enumerate(merges)}


def spelled(raw: bytes) -> str:
    """Bytes in the alphabet of byte-level vocabularies, by transformers' own table."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    return "".join(bytes_to_unicode()[byte] for byte in raw)


@pytest.mark.parametrize("text", (*AWKWARD, *STRANGE))
def test_every_merge_joins_the_pair_with_the_lowest_rank(mini: Both, text: str) -> None:
    from transformers import AutoTokenizer

    recording = take(mini.model, Merges("Paris", (text,)))
    assert isinstance(recording, MergesRecording)
    traced = recording.texts[1]
    ranks = ranks_of(BUNDLED / "mini")
    for piece in traced.pieces:
        assert [token.raw for token in piece.states[0]] == [bytes([byte]) for byte in piece.raw]
        for state, after, merge in zip(
            piece.states[:-1], piece.states[1:], piece.merges, strict=True
        ):
            pairs = [
                (spelled(a.raw), spelled(b.raw)) for a, b in zip(state, state[1:], strict=False)
            ]
            assert int(merge.rank) == min(ranks[pair] for pair in pairs if pair in ranks)
            assert ranks[pairs[merge.at]] == int(merge.rank)
            assert [t.raw for t in after] == [
                *(t.raw for t in state[: merge.at]),
                merge.joined.raw,
                *(t.raw for t in state[merge.at + 2 :]),
            ]
        last = [
            (spelled(a.raw), spelled(b.raw))
            for a, b in zip(piece.states[-1], piece.states[-1][1:], strict=False)
        ]
        assert not any(pair in ranks for pair in last)
    ends = [int(token.id) for piece in traced.pieces for token in piece.states[-1]]
    assert ends == AutoTokenizer.from_pretrained(BUNDLED / "mini").encode(
        text, add_special_tokens=False
    )
    assert b"".join(token.raw for token in traced.tokens) == text.encode()


def test_blank_text_and_a_model_without_merges_are_refused(
    mini: Both, reference_data: Path
) -> None:
    with pytest.raises(PromptRefused):
        take(mini.model, Merges("Paris", ("  ",)))
    with pytest.raises(NotRecorded):
        take(
            load(str(reference_data / "gpt2-small-runs")),
            Merges("As the spaceship was approaching the"),
        )


def test_merges_that_do_not_lead_to_the_tokens_are_refused(
    mini: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    merges = mini.model.merges()
    monkeypatch.setattr(mini.model, "merges", lambda: merges[100:])
    with pytest.raises(ModelRefused, match="by its merges"):
        take(mini.model, Merges("Paris"))


def test_gpt2_makes_the_published_tokens(gpt2: Model) -> None:
    texts = (" Paris", "Paris", "paris", "robot must obey orders", "\U0001f642", "Paris will")
    recording = take(gpt2, Merges(texts[0], texts[1:]))
    assert isinstance(recording, MergesRecording)
    ids = {str(each.text): [int(token.id) for token in each.tokens] for each in recording.texts}
    assert ids[" Paris"] == [6342] and ids["Paris"] == [40313] and ids["paris"] == [1845, 271]
    assert ids["Paris will"] == [40313, 481]
    orders = recording.texts[3]
    assert [str(token) for token in orders.tokens] == ["ro", "bot", " must", " obey", " orders"]
    assert orders.token_count == 5 and orders.word_count == 4
    emoji = recording.texts[4]
    assert not any(token.whole for token in emoji.tokens) and emoji.byte_count == 4
    assert recording.merge_count == 50_000 and recording.vocab == 50_257


def test_gpt2s_vocabulary_is_as_published(gpt2: Model) -> None:
    recording = take(gpt2, Vocabulary())
    assert isinstance(recording, VocabularyRecording)
    assert (
        recording.vocab,
        recording.byte_entries,
        recording.merge_count,
        recording.special_entries,
    ) == (50_257, 256, 50_000, 1)
    assert recording.counted == 50_257
    assert recording.with_space == 33_135
    assert recording.longest[0].id == 35_496
    assert [str(token) for token in recording.first] == list("!\"#$%&'()*")
    assert recording.special[0].id == 50_256 and str(recording.special[0]) == "<|endoftext|>"


def test_a_vocabulary_is_counted_as_its_file_is(mini: Both) -> None:
    recording = take(mini.model, Vocabulary(first=3, longest=4))
    assert isinstance(recording, VocabularyRecording)
    vocab = json.loads((BUNDLED / "mini" / "tokenizer.json").read_text(encoding="utf-8"))["model"][
        "vocab"
    ]
    assert recording.with_space == sum(entry.startswith("\u0120") for entry in vocab)
    assert recording.byte_entries == sum(len(entry) == 1 for entry in vocab) == 256
    lengths = [len(entry) for entry in vocab if entry != "<|endoftext|>"]
    assert list(recording.lengths.array) == [lengths.count(n) for n in range(max(lengths) + 1)]
    assert [int(recording.longest_length(i)) for i in range(4)] == sorted(lengths, reverse=True)[:4]
