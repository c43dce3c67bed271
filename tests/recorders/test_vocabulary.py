"""A vocabulary in the order of its ids: against the tokenizer's own file, published figures, and
rules told with regular expressions."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from gptviz.errors import UsageError
from gptviz.models import load
from gptviz.models.interface import Model, Shape
from gptviz.models.references import BUNDLED
from gptviz.recorders import take
from gptviz.recorders.vocabulary import classes_of
from gptviz.recording.families import VocabularyOrder
from gptviz.recording.schema import Provenance, TokenRow
from gptviz.recording.store import Store
from tests import small_gpt2

from .conftest import Both


def texts(tokenizer: PreTrainedTokenizerFast) -> list[bytes]:
    """The bytes of every entry by id, spelled back with transformers' own table."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    back = {character: byte for byte, character in bytes_to_unicode().items()}
    entries = sorted(tokenizer.get_vocab().items(), key=lambda each: each[1])
    return [bytes(back[c] for c in entry) for entry, _ in entries]


def test_every_entry_of_a_vocabulary_is_what_its_file_says(mini: Both) -> None:
    found = take(mini.model, VocabularyOrder(named=(" the", "no entry"), texts=("12345", "a b")))
    tokenizer = AutoTokenizer.from_pretrained(BUNDLED / "mini")
    raw = texts(tokenizer)
    assert len(raw) == found.vocab == len(found.classes)
    special = found.belongs("special")
    assert list(np.flatnonzero(special)) == tokenizer.all_special_ids
    assert [int(n) for n in found.lengths.array] == [len(each) for each in raw]
    assert found.byte_entries == sum(len(each) == 1 for each in raw) == 256
    for name, rule in (
        ("space", rb"\A "),
        ("digit", rb"[0-9]"),
        ("capital", rb"[A-Z]"),
        ("control", rb"[\x00-\x1f\x7f]"),
    ):
        by_rule = np.array([bool(re.search(rule, each)) for each in raw]) & ~special
        wrong = np.flatnonzero(by_rule != found.belongs(name))
        assert not wrong.size or all(max(raw[i]) > 127 for i in wrong), name
        assert found.count(name) == found.belongs(name).sum()
    part = [i for i, each in enumerate(raw) if "\ufffd" in each.decode("utf-8", "replace")]
    assert list(np.flatnonzero(found.belongs("part"))) == part
    assert [[t.raw for t in text] for text in found.texts] == [
        [raw[i] for i in tokenizer.encode(text)] for text in ("12345", "a b")
    ]
    assert [str(token) for token in found.named] == [" the"]
    assert [int(token.id) for token in found.first] == list(range(10))
    ends = (int(found.samples[0].id), int(found.samples[-1].id))
    assert ends == (0, len(raw) - 1) and len(found.samples) == 64
    longest = sorted(np.flatnonzero(~special), key=lambda i: (-len(raw[i]), i))[:3]
    assert [int(token.id) for token in found.longest] == longest
    assert found.length(found.longest[0]) == len(raw[longest[0]])
    capitals = np.flatnonzero(found.belongs("capital"))[:5]
    assert [int(token.id) for token in found.examples("capital")] == list(capitals)


def test_gpt2s_entries_are_as_published(gpt2: Model) -> None:
    """F20 of the course: 33,135 entries begin with a space, the longest is 35,496."""
    found = take(gpt2, VocabularyOrder(named=(" SolidGoldMagikarp",), texts=("12345",)))
    assert found.vocab == 50_257 and found.count("space") == 33_135
    assert found.count("special") == 1 and found.belongs("special")[50_256]
    assert int(found.longest[0].id) == 35_496 and found.length(found.longest[0]) == 128
    assert int(found.named[0].id) == 43_453
    assert [str(token) for token in found.texts[0]] == ["123", "45"]
    with pytest.raises(UsageError):
        take(gpt2, VocabularyOrder(first=-1))


@pytest.mark.parametrize(
    ("raw", "classes"),
    [
        (b" Paris", {"space", "capital"}),
        ("\u0967\u0968".encode(), {"digit"}),  # Devanagari digits
        (" \u0434\u0430".encode(), {"space", "script"}),
        ("\u00e9t\u00e9".encode(), set()),
        ("\u0394x".encode(), {"capital", "script"}),
        (b"\r\n\t", {"control"}),
        (b" \xf0\x9f", {"space", "part"}),
        (b"", set()),
    ],
)
def test_classes_of_characters(raw: bytes, classes: set[str]) -> None:
    row = TokenRow(id=7, text=raw.decode("utf-8", "replace"), bytes=raw.hex())
    assert classes_of(row, special=False) == classes
    assert classes_of(row, special=True) == {"special"}


def test_rows_without_an_entry_stand_for_no_text(tmp_path: Path) -> None:
    small_gpt2.write_model(tmp_path / "m", entries=832)
    small_gpt2.write_tokenizer(tmp_path / "m")
    found = take(load(str(tmp_path / "m")), VocabularyOrder(longest=1))
    special = np.flatnonzero(found.belongs("special"))
    assert list(special) == list(range(small_gpt2.ENTRIES - 1, 832))
    assert str(found.samples[-1]) == "[831]" and int(found.longest[0].id) not in special


class Wide(Model):
    """A vocabulary of 300,000 entries, and nothing else."""

    title = short = reference = "wide"
    shape = Shape(0, 1, 0, 0, 300_000, 10)

    def token_row(self, token_id: int) -> TokenRow:
        text = f" {token_id:x}" + ("x" * 2_000 if token_id % 100_000 == 7 else "")
        return TokenRow(id=token_id, text=text, bytes=text.encode().hex())

    def provenance(self) -> Provenance:
        return Provenance(model="wide", reference="wide")


@pytest.mark.slow
def test_a_vocabulary_of_300_000_entries_is_below_a_megabyte(tmp_path: Path) -> None:
    found = take(Wide(), VocabularyOrder())
    path = Store(tmp_path).write("wide", "tour", "order", found)
    assert sum(each.stat().st_size for each in path.parent.iterdir()) < 1_000_000
    assert found.count("space") == found.vocab == 300_000
    assert [int(token.id) for token in found.longest] == [100_007, 200_007, 7]
