"""What a recording holds is checked against its family, when it is made and when it is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import grimp
import numpy as np
import pytest
from typing_extensions import TypedDict

from gptviz.errors import NotDeclared, RecordingCorrupt
from gptviz.recording.declared import Data, Flag, Text, Values
from gptviz.recording.families import NextToken, NextTokenRecording
from gptviz.recording.schema import Content, Manifest, Provenance, digest_of, make
from gptviz.recording.store import Store
from tests.made import next_token_content, token_rows

SOMEONE = Provenance(model="m", reference="r")

FAULTS: dict[str, tuple[Callable[[Content], object], str]] = {
    "no tensor": (lambda c: c.tensors.pop("logits"), "it lacks the tensor 'logits'"),
    "no value": (lambda c: c.values.pop("logsumexp"), "it lacks the value 'logsumexp'"),
    "no tokens": (lambda c: c.tokens.pop("top"), "it lacks the tokens 'top'"),
    "axes": (
        lambda c: c.tensors.update(logits=(np.zeros(2, np.float32), ("token",))),
        r"'logits' is float32 \(token\), not float32 \(rank\)",
    ),
    "dtype": (
        lambda c: c.tensors.update(logits=(np.zeros(2), ("rank",))),
        r"'logits' is float64 \(rank\), not float32 \(rank\)",
    ),
    "a text for a number": (lambda c: c.values.update(ties="1"), "'ties' is wrong: .* integer"),
    "a yes for a number": (lambda c: c.values.update(ties=True), "'ties' is wrong: .* integer"),
    "a value too many": (lambda c: c.values.update(bias=1.0), "values 'bias' is not declared"),
    "not asked for": (
        lambda c: c.tokens.update(sample=token_rows(" a")),
        "has the tokens 'sample', but its request has no sample",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_as_declared_is_refused_by_name(fault: str, tmp_path: Path) -> None:
    content = next_token_content([1.5, 0.25])
    make(NextToken(prompt="x"), content, SOMEONE)  # whole, it is taken
    spoil, message = FAULTS[fault]
    spoil(content)
    with pytest.raises(RecordingCorrupt, match=message):
        make(NextToken(prompt="x"), content, SOMEONE)


def test_a_file_that_lacks_what_its_family_declares_is_refused_when_it_is_read(
    tmp_path: Path,
) -> None:
    """Digests and all: it was written by somebody else, or by an older gptviz."""
    store = Store(tmp_path)
    whole = make(NextToken(prompt="x"), next_token_content([1.5, 0.25]), SOMEONE)
    path = store.write("e", "s", "n", whole)
    data = json.loads(path.read_text())
    del data["values"]["entropy"]
    found = Manifest.model_validate(data)
    data["digest"] = digest_of(found.request, found.tokens, found.values, found.tensors)
    path.write_text(json.dumps(data))
    with pytest.raises(RecordingCorrupt, match="e/s/n .*next_token.*\n.*'entropy'"):
        store.read("e", "s", "n")


def test_a_field_is_what_a_film_sees() -> None:
    row = make(NextToken(prompt="x"), next_token_content([1.5, 0.25]), SOMEONE)
    assert isinstance(row, NextTokenRecording)
    assert str(row.logits[1].address) == "unsaved#logits[1]" and float(row.logits[1]) == 0.25
    assert str(row.logsumexp.address) == "unsaved#values.logsumexp"
    assert row.prompt == ["x"]
    with pytest.raises(NotDeclared, match="holds no tensor 'temperatures'\n.*no temperatures"):
        _ = row.temperatures
    with pytest.raises(NotDeclared, match="no tensor 'sneaky'"):
        row.array("sneaky")


class Pair(TypedDict):
    word: str
    shares: list[float]


def test_lists_and_entries_are_checked_to_their_leaves() -> None:
    pairs = Data(list[Pair])
    assert pairs.problem([{"word": "a", "shares": [0.5, 1]}]) == ""
    assert "0.shares.1" in pairs.problem([{"word": "a", "shares": [0.5, "1"]}])
    assert "0.word" in pairs.problem([{"shares": []}])
    assert "0.more" in pairs.problem([{"word": "a", "shares": [], "more": 1}])
    assert Values(list[list[int]]).problem([[1], [2, 3]]) == "" != Values(list[int]).problem([1.5])
    assert Text().problem("a") == "" != Text().problem(1) and Flag().problem(0) != ""


def test_no_modules_of_recordings_import_one_another_in_a_circle() -> None:
    graph = grimp.build_graph("gptviz", exclude_type_checking_imports=True)
    inside = {name for name in graph.modules if name.startswith("gptviz.recording")}
    circles = [
        (one, other)
        for one in inside
        for other in graph.find_modules_directly_imported_by(one) & inside
        if graph.chain_exists(importer=other, imported=one)
    ]
    assert inside and circles == []
