"""Whatever is asked twice is answered with the same bytes, small enough to be committed, and read
back whole."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from gptviz.recorders import take
from gptviz.recording.families import (
    CacheEquality,
    CandidateSets,
    Draws,
    EveryPosition,
    LensSurvey,
    LogitBlock,
    LogitLens,
    MatrixVector,
    Merges,
    Replay,
    ResidualStream,
    SamplingLoop,
    TrainingStep,
    TwoContexts,
    Vocabulary,
)
from gptviz.recording.request import Request
from gptviz.recording.store import Store

from .conftest import AWKWARD, Both

PROMPT = AWKWARD[3]


@pytest.mark.parametrize(
    "request_",
    [
        Merges(PROMPT, AWKWARD),
        Vocabulary(),
        SamplingLoop(PROMPT, 40, seed=7),
        Replay(PROMPT),
        CacheEquality(PROMPT, 4),
        CandidateSets(PROMPT),
        Draws(PROMPT, seed=7),
        LogitBlock(PROMPT, " and"),
        LogitLens(PROMPT),
        LensSurvey((PROMPT, "The dog")),
        ResidualStream(PROMPT),
        TwoContexts(PROMPT, "a cat", "cat"),
        MatrixVector(PROMPT),
        EveryPosition(PROMPT),
        TrainingStep(PROMPT, 0.1),
    ],
    ids=lambda request: request.kind,
)
def test_the_same_request_the_same_bytes(both: Both, tmp_path: Path, request_: Request) -> None:
    store = Store(tmp_path)
    threads = torch.get_num_threads()
    try:
        for number in (1, 2):
            torch.set_num_threads(number)
            store.write(f"edition{number}", "scene", "need", take(both.model, request_))
    finally:
        torch.set_num_threads(threads)
    files = [sorted((tmp_path / f"edition{number}" / "scene").iterdir()) for number in (1, 2)]
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]
    assert sum(path.stat().st_size for path in files[0]) < 1_000_000
    read = store.read("edition1", "scene", "need")
    assert read.request == request_ and type(read).kind == request_.kind
