"""The same picture on every machine: processors differ in the last bits of what they compute.

The gallery is drawn in processes of their own, as on other processors: with other kernels of
OpenBLAS, without numpy's widest instructions, with inputs off by 1e-12 of themselves.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gptviz.maths.rounding import nearest, whole_above, whole_below

ROOT = Path(__file__).resolve().parents[2]
# OpenBLAS's kernels and the instructions that they need; the first runs on every x86-64.
KERNELS = {"Prescott": (), "Haswell": ("AVX2", "FMA3"), "SkylakeX": ("AVX512_SKX",)}
WIDE = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX2 FMA3"


def features() -> dict[str, bool]:
    """What this processor can do, as numpy sees it."""
    from numpy._core._multiarray_umath import __cpu_features__

    return dict(__cpu_features__)


def kernels() -> list[str]:
    """The kernels that this machine can run, the plainest first."""
    have = features()
    if not have.get("SSE3"):
        return []
    return [name for name, needs in KERNELS.items() if all(have.get(need) for need in needs)]


def drawn(folder: Path, share: float = 0.0, **environment: str) -> dict[str, str]:
    """The digests of all stills of the gallery, drawn by a process of its own in a folder."""
    folder.mkdir()
    ran = subprocess.run(
        [sys.executable, "-m", "tests.drawing.digests", str(ROOT / "recordings"), str(share)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def apart(first: dict[str, str], second: dict[str, str]) -> list[str]:
    assert set(first) == set(second) and len(first) > 100
    return [name for name in first if first[name] != second[name]]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return drawn(tmp_path_factory.mktemp("drawn") / "here")


@pytest.mark.slow
def test_every_processor_draws_the_same_gallery(here: dict[str, str], tmp_path: Path) -> None:
    assert apart(here, drawn(tmp_path / "off", 1e-12)) == []
    for kernel in (kernels()[:1] + kernels()[-1:]) if len(kernels()) > 1 else ():
        off = " ".join(each for each in WIDE.split() if features().get(each))
        narrow = {"NPY_DISABLE_CPU_FEATURES": off} if kernel == "Prescott" else {}
        assert apart(here, drawn(tmp_path / kernel, OPENBLAS_CORETYPE=kernel, **narrow)) == []


@pytest.mark.slow
def test_inputs_that_are_off_by_more_are_seen(here: dict[str, str], tmp_path: Path) -> None:
    """The comparison can fail: a thousandth changes pictures."""
    assert apart(here, drawn(tmp_path / "off", 1e-3))


@pytest.mark.parametrize("off", [-1e-9, 0.0, 1e-9])
def test_near_ties_fall_to_one_side(off: float) -> None:
    ties = np.array([-1.5, 0.5, 1.5, 37.5]) + off
    assert nearest(ties).tolist() == [-1, 1, 2, 38]
    assert whole_below(np.array([2.0, 2.4, -1.0]) + off).tolist() == [2, 2, -1]
    assert whole_above(np.array([2.0, 2.4, -1.0]) + off).tolist() == [2, 3, -1]
