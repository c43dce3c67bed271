"""A recording in memory that small films of the tests are drawn from."""

from __future__ import annotations

import numpy as np
import pytest

from gptviz.recording.requests import NextToken
from gptviz.recording.schema import Content, Provenance, Recording, TokenRow, make, typed

REQUEST = NextToken(prompt="As the 2 moons rose", top=3)


def row_of(logits: list[float]) -> Recording:
    """The recording of a next token over a vocabulary of five, whose three highest scores are
    given."""
    words = [" planet", " moon", "42"]
    kept = np.array(logits, dtype=np.float32)
    content = Content(
        tokens={
            "prompt": [
                TokenRow(id=i, text=text, bytes=text.encode().hex())
                for i, text in enumerate(["As", " the", " 2", " moons", " rose"])
            ],
            "top": [
                TokenRow(id=i, text=text, bytes=text.encode().hex()) for i, text in enumerate(words)
            ],
        },
        values={
            "vocab": 5,
            "logsumexp": float(np.logaddexp.reduce([*kept.astype(float), -9.0, -9.5])),
        },
        tensors={"token_ids": (np.arange(3), ("rank",)), "logits": (kept, ("rank",))},
    )
    made = make(
        REQUEST, content, Provenance(model="A model 7", reference="test", parameters=124_000_000)
    )
    return typed(made.manifest, {"token_ids": np.arange(3), "logits": kept}, "test/film/row")


@pytest.fixture(scope="session")
def row() -> Recording:
    """All scores negative, the first the highest."""
    return row_of([-1.5, -2.25, -4.0])


@pytest.fixture(scope="session")
def other_row() -> Recording:
    """What another model computed: its highest score is positive."""
    return row_of([3.5, -2.25, -4.0])
