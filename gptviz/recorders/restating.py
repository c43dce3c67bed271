"""What a film restates by a formula must be what the model computed.

A typed recording draws some steps of a model by their formulas: an activation, a divided score, the
shares of a row. Whoever made the model may have done it otherwise. So each formula is compared with
what was recorded when a recording is made, and what differs is refused: no film draws it.
"""

from __future__ import annotations

import numpy as np

from gptviz.errors import ModelRefused
from gptviz.recording.compare import TOLERANCE
from gptviz.recording.schema import Recording


def check_restated(recording: Recording) -> None:
    """Raises ModelRefused, with the step and the largest difference, where a formula of a recording
    gives another number than the model."""
    for step in recording.restated():
        formula = np.asarray(step.formula, dtype=np.float64)
        recorded = np.asarray(step.recorded, dtype=np.float64)
        off = np.abs(formula - recorded) / max(1.0, float(np.abs(recorded).max(initial=0.0)))
        if off.size and not off.max() <= TOLERANCE:
            at = np.unravel_index(int(np.nanargmax(off)), off.shape)
            raise ModelRefused(
                f"{recording.provenance.model} computes {step.what} in a way that no film can tell",
                f"its own is {recorded[at]:.6g} where the formula gives {formula[at]:.6g}",
                "name a model whose config.json has the settings of docs/models.md",
            )
