"""Numbers for the benchmark pieces: drawn at random with a fixed seed, and said to be so in their
address.

They measure time and stand for nothing; no film takes numbers from here.
"""

from __future__ import annotations

import numpy as np

from gptviz.recording.address import Place
from gptviz.recording.number import Numbers

SECONDS = 10.0
LOGITS = np.sort(np.random.default_rng(1).normal(0.0, 2.2, 20))[::-1].copy()
WORDS = (
    "planet",
    "moon",
    "surface",
    "end",
    "station",
    "edge",
    "sun",
    "Earth",
    "Moon",
    "ship",
    "horizon",
    "center",
    "gate",
    "ground",
    "base",
    "coast",
    "target",
    "city",
    "island",
    "border",
)
COLDEST, WARMEST = 0.3, 2.0
STATES = np.random.default_rng(2).normal(0.0, 1.0, (6, 768))
GRIDS = np.random.default_rng(3).dirichlet(np.full(12, 0.4), (6, 12))
MATRICES = np.random.default_rng(4).normal(0.0, 1.0, (6, 6, 8))
POINTS = np.random.default_rng(5).normal(0.0, 1.0, (60, 3))
POINTS *= (np.random.default_rng(6).uniform(1.2, 2.6, 60) / np.linalg.norm(POINTS, axis=1))[:, None]


def numbers(array: np.ndarray, name: str) -> Numbers:
    """An array as the drawing library takes it; its address says that it is made up."""
    return Numbers(array, Place.tensor("benchmarks/data.py (random)", name))
