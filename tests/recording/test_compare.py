"""What differs between recordings, in words, without running anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gptviz.errors import RecordingMissing
from gptviz.recording.compare import compare, diff, scaled
from gptviz.recording.families import NextToken
from gptviz.recording.schema import Content, Provenance, Recording, make
from gptviz.recording.store import Store
from tests.made import Anything, anything, next_token_content

SOMEONE = Provenance(model="a", reference="a")
WORDS = (" planet", " moon", " surface", " station")


def row(
    scores: tuple[float, ...] = (3.0, 2.0, 1.0, 0.0), words: tuple[str, ...] = WORDS
) -> Recording:
    """A row of four scores as the recorder writes it."""
    return make(NextToken(prompt="x", top=4), next_token_content(scores, words), SOMEONE)


def other_kind(**values: Any) -> Recording:
    """A recording that holds these values."""
    return make(Anything(), anything(**values), SOMEONE)


def texts(before: Recording, after: Recording) -> list[str]:
    return [each.text for each in compare(before, after).differences]


def test_what_is_the_same_says_nothing() -> None:
    assert compare(row(), row()).differences == () and compare(row(), row()).text == "the same"
    same = row()
    tensors = {name: (same.array(name), ("rank",)) for name in ("logits", "token_ids")}
    other = make(
        same.request,
        Content(same.manifest.tokens, same.manifest.values, tensors),
        Provenance(model="b", reference="b"),
    )
    assert compare(row(), other).differences == (), (
        "whose numbers they are is no difference between them"
    )


def test_the_likeliest_token_comes_first_in_words() -> None:
    after = row((3.0, 2.9, 1.0, 0.0), (" moon", " planet", " surface", " station"))
    found = compare(row(), after)
    shares = [np.exp(3.0) / np.exp([3, 2, 1, 0]).sum(), np.exp(3.0) / np.exp([3, 2.9, 1, 0]).sum()]
    assert found.text == f'" planet" {shares[0]:.3f} \u2192 " moon" {shares[1]:.3f}'.replace(
        "0.", "."
    )
    assert not found.within(1.0), "another token is no matter of tolerance"
    assert 'top: " planet" \u2192 " moon", " moon" \u2192 " planet"' in texts(row(), after)


def test_numbers_have_a_size_and_a_place() -> None:
    found = compare(row(), row((3.0, 2.0, 1.0, -0.5)))
    logits = next(each for each in found.differences if each.where.startswith("logits"))
    assert (logits.where, logits.size) == ("logits[3]", 0.5)
    assert logits.text == "logits[3]: 0 \u2192 \u2212.500, 1 of 4 differ"
    rest = ["negative", "lowest", "logits[3]", "total", "entropy", "logsumexp"]
    assert [each.where for each in found.differences[3:]] == rest
    for part in (found.differences[:3], found.differences[3:]):
        assert [each.size for each in part] == sorted((each.size for each in part), reverse=True)


@pytest.mark.parametrize(
    ("values", "within"),
    [
        ({"total": 1e6 + 10}, True),
        ({"total": 1e6 + 1000}, False),
        ({"share": 0.20005}, True),
        ({"share": 0.2002}, False),
        ({"layer": 5}, False),
        ({"count": 29_219_329}, False),
        ({"text": "b"}, False),
        ({"flag": False}, False),
        ({"table": [[1.0, 2.0], [3.0, 4.00001]]}, True),
        ({"table": [[1.0, 2.0]]}, False),
        ({"new": 1.0}, False),
        ({"nested": [{"head": 1, "score": 0.50001}]}, True),
        ({"nested": [{"head": 2, "score": 0.5}]}, False),
    ],
)
def test_tolerance_is_for_measured_numbers(values: dict[str, Any], within: bool) -> None:
    known = {
        "total": 1e6,
        "share": 0.2,
        "layer": 4,
        "count": 29_219_328,
        "text": "a",
        "flag": True,
        "table": [[1.0, 2.0], [3.0, 4.0]],
        "nested": [{"head": 1, "score": 0.5}],
    }
    found = compare(other_kind(**known), other_kind(**known | values))
    assert len(found.differences) == 1 and found.within() == within
    assert found.text.startswith(next(iter(values)))


def test_shapes_kinds_and_requests() -> None:
    assert "logits: 4 (rank) \u2192 2 (rank)" in texts(row(), row((3.0, 2.0), WORDS[:2]))
    assert "top: 4 tokens \u2192 one token" in texts(row(), row((3.0,), WORDS[:1]))
    other = other_kind(text="y")
    assert 'request.kind: "next_token" \u2192 "anything"' in texts(row(), other)
    assert 'text: nothing \u2192 "y"' in texts(row(), other)


def test_one_scale_serves_large_and_small() -> None:
    np.testing.assert_allclose(scaled([0.1, -100.0, 0.0], [0.2, -101.0, 0.0]), [0.1, 1 / 101, 0])


def test_editions_side_by_side(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for edition, scene, need, recording in (
        ("a", "softmax", "row", row()),
        ("b", "softmax", "row", row((3.0, 2.9, 1.0, 0.0))),
        ("a", "other", "row", row()),
        ("b", "other", "row", row((9.0, 2.0, 1.0, 0.0))),
        ("a", "equal", "row", row()),
        ("b", "equal", "row", row()),
        ("a", "alone", "row", row()),
    ):
        store.write(edition, scene, need, recording)
    found = diff(store, "a", "b")
    assert [(each.scene, each.need) for each in found] == [
        ("other", "row"),
        ("softmax", "row"),
        ("alone", "row"),
    ]
    assert found[-1].text == "only in a" and found[0].largest > found[1].largest
    assert [each.scene for each in diff(store, "a", "b", ["softmax"])] == ["softmax"]
    assert diff(store, "a", "a") == []
    with pytest.raises(RecordingMissing, match="'c'"):
        diff(store, "a", "c")
    with pytest.raises(RecordingMissing, match="nope"):
        diff(store, "a", "b", ["nope"])


def test_it_needs_no_model() -> None:
    code = (
        "import sys, gptviz.recording.compare\n"
        "print([name for name in ('torch', 'transformers', 'manim') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
