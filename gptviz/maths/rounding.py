"""Rounding that gives the same on every machine, and rounding that keeps a sum.

The last bits of a sum, a product or a solution depend on the processor: libraries choose their
order of adding by it. A value that lies between two whole numbers by construction, such as an edge
between two pixels, would fall to one side here and to the other there. These functions decide near
ties by a rule: what is within :data:`NEAR` of a tie counts as on it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

NEAR = 2.0**-20  # of a whole number: far above what machines differ by, far below what can be seen

Whole = npt.NDArray[np.int64]


def nearest(values: Any) -> Whole:
    """The nearest whole numbers; those half-way between two, or nearly, go up."""
    return np.floor(np.asarray(values, dtype=np.float64) + (0.5 + NEAR)).astype(np.int64)


def whole_below(values: Any) -> Whole:
    """The largest whole numbers that are not above; what is nearly whole counts as whole."""
    return np.floor(np.asarray(values, dtype=np.float64) + NEAR).astype(np.int64)


def whole_above(values: Any) -> Whole:
    """The smallest whole numbers that are not below; what is nearly whole counts as whole."""
    return np.ceil(np.asarray(values, dtype=np.float64) - NEAR).astype(np.int64)


def keeping_the_sum(values: Any, places: int) -> npt.NDArray[np.float64]:
    """Values rounded to so many decimals that add up to their rounded sum.

    The largest remainders go up: Hamilton's method, in Balinski, Young 1982, "Fair Representation",
    chapter 2. Each entry is one of its two neighbours at this precision; of equal remainders the
    earlier goes up. Three thirds of one are written .34, .33 and .33.
    """
    scaled = np.asarray(values, dtype=np.float64) * 10.0**places
    whole = whole_below(scaled)
    due = int(nearest(scaled.sum())) - int(whole.sum())
    order = np.argsort(-nearest((scaled - whole) / NEAR), kind="stable")
    whole[order[:due]] += 1
    return np.asarray(whole / 10.0**places)


def hundredths(values: Any) -> npt.NDArray[np.float64]:
    """Values (entry) to two decimals, or shares to whole percents, so that what is written adds up
    to their sum."""
    return keeping_the_sum(values, 2)


def tenths_of_percent(shares: Any) -> npt.NDArray[np.float64]:
    """Shares of a whole (entry) to a tenth of a percent, so that what is written adds up to it."""
    return keeping_the_sum(shares, 3)


def products_in_hundredths(weights: Any, data: Any, bias: Any = None) -> npt.NDArray[np.float64]:
    """Weight times number, term by term (d_model), to two decimals: each is what takes one running
    sum, as it is written, to the next."""
    return _between_sums(weights, data, bias, 2)


def products_in_thousandths(weights: Any, data: Any, bias: Any = None) -> npt.NDArray[np.float64]:
    """As :func:`products_in_hundredths`, to three decimals."""
    return _between_sums(weights, data, bias, 3)


def _between_sums(weights: Any, data: Any, bias: Any, places: int) -> npt.NDArray[np.float64]:
    sums = np.cumsum(np.asarray(weights, dtype=np.float64) * np.asarray(data, dtype=np.float64))
    start = 0.0 if bias is None else float(bias)
    whole = nearest(np.concatenate([[start], sums + start]) * 10.0**places)
    return np.asarray(np.diff(whole) / 10.0**places)


def thousandths(values: Any) -> npt.NDArray[np.float64]:
    """Values (entry) to three decimals, so that what is written adds up to their sum."""
    return keeping_the_sum(values, 3)


def hundredths_of_percent(shares: Any) -> npt.NDArray[np.float64]:
    """Shares of a whole (entry) to a hundredth of a percent, so that what is written adds up to
    it."""
    return keeping_the_sum(shares, 4)


def gap_as_written(value: float, origin: float) -> float:
    """How far a value lies above an origin, to three decimals, so that the two as they are written
    to three decimals subtract to it: one of the two neighbours of the exact gap."""
    written, start = nearest(np.array([value, origin]) * 1000.0)
    return float(int(written) - int(start)) / 1000.0
