"""Numerals that turn: the old number, then the new one, never a third, whatever they look like."""

from __future__ import annotations

import numpy as np
import pytest

from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Glide, Roll
from gptviz.drawing.base.text import Numeral
from gptviz.drawing.chances.bars import ProbabilityBars
from tests.drawing.samples import number, tokens


@pytest.mark.parametrize(
    ("before", "after", "spec"), [(9.5, 10.25, ".2f"), (0.0, -1e9, ",.0f"), (0.999, 0.001, ".1%")]
)
@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_a_turned_numeral_ends_as_one_that_was_made_new(
    before: float, after: float, spec: str, align: str
) -> None:
    old, new = number(before), number(after)
    run = Numeral(old, spec, 40, align=align).place([1.0, 2.0, 0], align)  # type: ignore[arg-type]
    fixed = run.baseline(align)  # type: ignore[arg-type]
    motion = Roll((run, new))
    motion.begin()
    for share in (0.0, 0.2, 0.5, 0.5, 0.9, 1.0):
        motion.interpolate(share)
        assert np.allclose(run.baseline(align), fixed)  # type: ignore[arg-type]
        assert run.number in (old, new) and run.text in (format(old, spec), format(new, spec))
        high = np.ptp(run.points[:, 1])
        assert high < 1.2 * theme.units(40)
    made = Numeral(new, spec, 40, align=align).place([1.0, 2.0, 0], align)  # type: ignore[arg-type]
    assert np.allclose(run.points, made.points) and run.intact


def test_digits_that_stay_stand_still() -> None:
    old, new = number(1234), number(1294)
    run, made = Numeral(old, "d", 40), Numeral(old, "d", 40)
    run.set_between(old, new, 0.4)
    three = theme.units(40) * np.array([1.1, 2.0])  # where the third digit stands, about
    for part, whole in ((run.points, made.points),):
        kept = [p for p in whole if not three[0] < p[0] < three[1]]
        assert all(np.abs(part - p).sum(axis=1).min() < 1e-9 for p in kept)
    assert not run.intact or len(run.points) != len(made.points)


def test_a_glide_carries_numerals_with_their_bars() -> None:
    bars = ProbabilityBars(tokens(2), [number(0.75), number(0.25)])
    later = [number(0.25), number(0.75)]
    motion = Glide(bars, lambda: bars.set_shares(later))
    motion.begin()
    for share in np.linspace(0, 1, 7):
        motion.interpolate(float(share))
        for row in bars.rows:
            gap = row.share.baseline()[0] - row.bar.right()[0]
            assert 0 < gap < 0.3 and row.share.fill_rgbas[0, 3] == 1
            assert float(row.share.number) in (0.75, 0.25)
    assert [row.share.number for row in bars.rows] == later
