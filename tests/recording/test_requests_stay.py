"""Recordings answer still: a kind of request that gets a new field does not forget the old ones."""

from __future__ import annotations

import json
from pathlib import Path

from gptviz.recording.families import AttentionHead
from gptviz.recording.request import Request


def test_every_committed_request_is_read_and_written_alike(root: Path) -> None:
    paths = sorted((root / "recordings").glob("*/*/*.json"))
    asked = {path: json.loads(path.read_text(encoding="utf-8"))["request"] for path in paths}
    assert len(asked) > 100
    assert not [
        p for p, request in asked.items() if Request.from_dict(request).as_dict() != request
    ]


def test_a_field_that_joined_later_is_told_only_where_it_says_something() -> None:
    assert "matrices" not in AttentionHead("a b").as_dict()
    assert AttentionHead("a b", matrices=True).as_dict()["matrices"] is True
    assert Request.from_dict(AttentionHead("a b").as_dict()) == AttentionHead("a b")
