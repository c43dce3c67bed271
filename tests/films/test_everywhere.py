"""The same layout on every machine: all films are planned in processes of their own, as on another
processor, and with inputs off by 1e-12 of themselves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.drawing.test_everywhere import WIDE, features, kernels

ROOT = Path(__file__).resolve().parents[2]
SAME = 1e-5  # units and opacities: a hundredth of a pixel is .00007

#: Films in which inputs off by 1e-12 still choose another picture: temperature swaps 100 % and 0 %
#: in a row, plurality moves what it draws by a hair. Both are the same under other kernels.
NEAR_TIES = {"plurality", "temperature"}

pytestmark = pytest.mark.slow


def planned(share: float = 0.0, **environment: str) -> dict[str, list[list[Any]]]:
    """The layouts of all films, planned by a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.films.layouts", str(share)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def apart(first: dict[str, list[list[Any]]], second: dict[str, list[list[Any]]]) -> list[str]:
    """The films whose layouts differ, with the first picture that does."""
    assert set(first) == set(second) and len(first) > 15
    found = []
    for name, pictures in first.items():
        others = second[name]
        same = [
            a[0] == b[0] and np.allclose(a[1:], b[1:], rtol=SAME, atol=SAME)
            for a, b in zip(pictures, others, strict=False)
        ]
        if len(pictures) != len(others) or not all(same):
            found.append(f"{name}, picture {same.index(False) if False in same else len(same)}")
    return found


@pytest.mark.timeout(900)
def test_every_processor_plans_the_same_layouts() -> None:
    here = planned()
    assert {each.partition(",")[0] for each in apart(here, planned(1e-12))} <= NEAR_TIES
    for kernel in kernels()[:1]:
        off = " ".join(each for each in WIDE.split() if features().get(each))
        narrow = {"NPY_DISABLE_CPU_FEATURES": off}
        assert apart(here, planned(OPENBLAS_CORETYPE=kernel, **narrow)) == []
    moved = {name: [[*each[:-1], each[-1] + 1.0] for each in shown] for name, shown in here.items()}
    assert len(apart(here, moved)) == len(here), "the comparison can fail"
