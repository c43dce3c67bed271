"""Recordings are written whole or not at all, and read only as what their manifest says."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gptviz.errors import (
    NotDeclared,
    NotFinite,
    RecordingCorrupt,
    RecordingMissing,
    RecordingTooNew,
    UnsafePath,
)
from gptviz.recording.families import NextToken
from gptviz.recording.request import Request
from gptviz.recording.schema import Content, Provenance, Recording, TokenRow, make
from gptviz.recording.store import Store
from tests.made import Anything, next_token_content

SOMEONE = Provenance(model="GPT-2 small", reference="gpt2", parameters=124_439_808)


def recording(
    logits: np.ndarray | None = None, model: str = "GPT-2 small", top: int = 2
) -> Recording:
    logits = np.array([1.5, 0.25], np.float32) if logits is None else logits
    content = next_token_content(logits)
    rows = [TokenRow(id=5, text=" a", bytes="2061"), TokenRow(id=7, text="\ufffd", bytes="f0")]
    content.tokens["top"] = rows
    return make(
        NextToken(prompt="x", top=top), content, SOMEONE.model_copy(update={"model": model})
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "recordings")


def files(store: Store) -> tuple[Path, Path]:
    path = store.write("e", "s", "n", recording())
    return path, path.with_suffix(".safetensors")


def test_round_trip_and_same_bytes(store: Store) -> None:
    path, tensors = files(store)
    before = path.read_bytes(), tensors.read_bytes()
    again = store.read("e", "s", "n")
    assert again.digest == recording().digest
    assert again.array("logits").tolist() == [1.5, 0.25]
    assert again.request == NextToken(prompt="x", top=2)
    assert again.tokens("top")[1].raw == b"\xf0" and not again.tokens("top")[1].whole
    store.write("e", "s", "n", again)
    assert (path.read_bytes(), tensors.read_bytes()) == before
    assert sorted(p.name for p in path.parent.iterdir()) == ["n.json", "n.safetensors"]


def test_the_digest_covers_what_was_found_and_not_by_whom() -> None:
    assert recording(model="another name").digest == recording().digest
    assert recording(np.array([1.5, 0.2500001], np.float32)).digest != recording().digest
    assert recording(top=3).digest != recording().digest


@settings(max_examples=25, deadline=None)
@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64, np.int64, np.uint8]), hnp.array_shapes(max_dims=3)
    )
)
def test_any_finite_array_returns_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, array: np.ndarray
) -> None:
    axes = ("row", "column", "step")[: array.ndim]
    store = Store(tmp_path_factory.mktemp("r"))
    content = Content(tensors={"a": (array, axes)})
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        with pytest.raises(NotFinite, match=r"a\[.*\] is"):
            make(Anything(), content, SOMEONE)
        return
    store.write("e", "s", "n", make(Anything(), content, SOMEONE))
    read = store.read("e", "s", "n").array("a")
    assert read.dtype == array.dtype
    np.testing.assert_array_equal(read, array)


@pytest.mark.parametrize(
    "damage", ["flip", "cut", "empty", "gone", "pickle", "extra", "long header"]
)
def test_damaged_tensors_are_refused(store: Store, damage: str) -> None:
    _, tensors = files(store)
    data = bytearray(tensors.read_bytes())
    if damage == "flip":
        data[-1] ^= 1
    elif damage == "cut":
        data = data[:-3]
    elif damage == "empty":
        data = bytearray()
    elif damage == "pickle":
        data = bytearray(b"\x80\x04cos\nsystem\n.")
    elif damage == "extra":
        data = bytearray(
            safetensors.numpy.save({"logits": np.zeros(2, np.float32), "more": np.zeros(1)})
        )
    elif damage == "long header":
        data[:8] = (10**8).to_bytes(8, "little")
    tensors.write_bytes(bytes(data))
    if damage == "gone":
        tensors.unlink()
    with pytest.raises(RecordingCorrupt) as caught:
        store.read("e", "s", "n")
    assert "n.safetensors" in caught.value.what
    assert "gptviz record s --model e" in caught.value.hint
    if damage == "flip":
        assert "should be" in caught.value.why and "and is" in caught.value.why


def _manifest(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize(
    "text",
    [
        '{"schema_version": 1',
        "[]",
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        "[" * 100_000,
        "null",
        '{"schema_version": 1, "kind": "next_token"}',
        "\x00",
    ],
)
def test_manifests_that_are_none(store: Store, text: str) -> None:
    path, _ = files(store)
    path.write_text(text)
    with pytest.raises(RecordingCorrupt, match="no|not"):
        store.read("e", "s", "n")


def test_manifests_that_lie(store: Store) -> None:
    path, _ = files(store)
    _manifest(path, values={"logsumexp": 3.0, "vocab": 9})
    with pytest.raises(RecordingCorrupt, match="digest should be"):
        store.read("e", "s", "n")
    files(store)
    _manifest(
        path,
        tensors={
            "logits": {"dtype": "float32", "shape": [10**9], "axes": ["rank"], "sha256": "0" * 64}
        },
    )
    with pytest.raises(RecordingCorrupt):
        store.read("e", "s", "n")
    files(store)
    _manifest(path, schema_version=99)
    with pytest.raises(RecordingTooNew, match="newer gptviz"):
        store.read("e", "s", "n")


def test_missing_says_how_to_record(store: Store) -> None:
    with pytest.raises(RecordingMissing) as caught:
        store.read("mini", "softmax", "row")
    assert caught.value.hint == "record it: gptviz record softmax --model mini"


def test_a_crash_between_the_two_files_leaves_the_old_recording(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    files(store)
    replace, calls = os.replace, []

    def dies(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        store.write("e", "s", "n", recording(np.array([9.0, 8.0], np.float32)))
    monkeypatch.undo()
    assert store.read("e", "s", "n").digest == recording().digest
    store.write("e", "s", "n", recording(np.array([9.0, 8.0], np.float32)))
    assert store.read("e", "s", "n").array("logits").tolist() == [9.0, 8.0]


@pytest.mark.parametrize("name", ["..", "a/b", "", "a\0b", "."])
def test_names_that_lead_elsewhere(store: Store, name: str) -> None:
    with pytest.raises(UnsafePath):
        store.path("e", name, "n")


def test_links_out_of_the_folder_are_not_followed(store: Store, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (store.root / "e").mkdir(parents=True)
    (store.root / "e" / "s").symlink_to(outside)
    with pytest.raises(UnsafePath, match="leads out"):
        store.write("e", "s", "n", recording())
    assert list(outside.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write(store: Store) -> None:
    store.root.mkdir()
    store.root.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(UnsafePath, match="cannot be written"):
        store.write("e", "s", "n", recording())


def test_what_a_request_does_not_say(store: Store) -> None:
    assert float(recording().setting("top")) == 2
    with pytest.raises(NotDeclared):
        recording().setting("prompt")
    assert Request.from_dict(NextToken(prompt="x").as_dict()) == NextToken(prompt="x")
