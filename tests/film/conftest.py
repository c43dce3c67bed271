"""A recording in memory that small films of the tests are drawn from."""

from __future__ import annotations

import pytest

from gptviz.recording.families import NextToken
from gptviz.recording.schema import Provenance, Recording, make, typed
from tests.made import next_token_content

REQUEST = NextToken(prompt="As the 2 moons rose", top=3)


def row_of(logits: list[float]) -> Recording:
    """The recording of a next token over a vocabulary of five, whose three highest scores are
    given."""
    content = next_token_content(
        logits, [" planet", " moon", "42"], ["As", " the", " 2", " moons", " rose"], [-9.0, -9.5]
    )
    made = make(
        REQUEST, content, Provenance(model="A model 7", reference="test", parameters=124_000_000)
    )
    tensors = {name: array for name, (array, _) in content.tensors.items()}
    return typed(made.manifest, tensors, "test/film/row")


@pytest.fixture(scope="session")
def row() -> Recording:
    """All scores negative, the first the highest."""
    return row_of([-1.5, -2.25, -4.0])


@pytest.fixture(scope="session")
def other_row() -> Recording:
    """What another model computed: its highest score is positive."""
    return row_of([3.5, -2.25, -4.0])
