"""The film softmax: its strip and its table say the same at every frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gptviz import maths
from gptviz.film.rehearsal import Moment, rehearse
from tests.films.test_judges import default


@pytest.mark.slow
def test_the_strip_is_as_wide_as_the_tables_numbers_say_at_every_frame_of_a_push() -> None:
    film_class, recordings = default("softmax")
    seen: list[float] = []

    def look(moment: Moment) -> None:
        film: Any = moment.film
        if not moment.moving or not getattr(film, "pull", None) or film.pull not in film.mobjects:
            return
        if film.pull not in film.moving_mobjects and film.shift_knob not in film.moving_mobjects:
            return
        drawn = {id(part) for each in film.moving_mobjects for part in each.get_family()}
        scores = [float(row.score.number) for row in film.bars.rows if row.score]
        pulled = scores[film.pulled]
        seen.append(pulled)
        written = [float(row.share.number) for row in film.bars.rows]
        for part, share in zip(film.whole.parts, written, strict=True):
            assert id(part) in drawn, "the strip stands still in the picture"
            assert part.length / film.whole.full == pytest.approx(share, abs=0.00101)

    rehearse(film_class, recordings, look, per_second=10)
    assert max(seen) - min(seen) > 1.9 and len(seen) > 20


def test_gaps_subtract_as_they_are_written() -> None:
    scores = np.random.default_rng(0).normal(-90, 3, 300)
    for score in scores:
        gap = maths.gap_as_written(score, scores[0])
        assert abs(gap - (score - scores[0])) < 0.00101
        assert f"{round(score, 3) - round(scores[0], 3):.3f}" == f"{gap + 0.0:.3f}"
