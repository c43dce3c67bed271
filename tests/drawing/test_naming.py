"""Names of vectors find places where they stay clear of one another and of arrows, for a whole turn
of the camera."""

from __future__ import annotations

import numpy as np
import pytest

from gptviz.drawing.vectors import naming
from gptviz.drawing.vectors.space import VectorSpace3D
from gptviz.recording.number import Word
from tests.drawing.samples import numbers


def crowd(tips: list[list[float]]) -> VectorSpace3D:
    return VectorSpace3D(
        [Word(f"word{chr(97 + i)}", "x") for i in range(len(tips))],
        numbers(np.array(tips)),
        distance=None,
    )


def opacities(space: VectorSpace3D) -> list[float]:
    return [float(label.get_family()[-1].fill_rgbas[0][3]) for label in space.labels]


def test_names_that_would_fade_stay_when_they_have_their_places() -> None:
    close = crowd([[2.0, 0.1, 0.0], [2.0, 0.0, 0.05], [2.0, -0.05, 0.1], [-1.0, 1.0, 1.0]])
    close.look(90.0, 0.0)
    assert min(opacities(close)) < 0.5
    start, places = naming.places(close, range(4), [90.0], 40.0)
    close.put_names(places)
    for azimuth in np.arange(start, start + 41, 4):
        close.look(azimuth, 0.0)
        assert opacities(close) == [1.0] * 4
    close.put_names(None).look(90.0, 0.0)
    assert min(opacities(close)) < 0.5


def test_a_name_far_from_its_tip_is_joined_to_it_by_a_line() -> None:
    space = crowd([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    assert len(space.put_names({0: [0.0, 0.3]})._leaders.points) == 0
    assert len(space.put_names({0: [0.0, 1.0], 1: [0.2, 1.0]})._leaders.points) == 8


def test_the_start_with_the_fewest_crossings_is_taken() -> None:
    space = crowd([[2.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    before = space.azimuth
    start, places = naming.places(space, [0, 1], [0.0, 90.0])
    assert start == 90.0 and set(places) == {0, 1}  # from 0 degrees both arrows point at the viewer
    assert space.azimuth == before
    with pytest.raises(ValueError, match="no azimuth"):
        naming.places(space, [0], [])


def test_specks_do_not_lie_behind_names() -> None:
    space = crowd([[1.0, 0.0, 0.0]])
    space.look(90.0, 0.0)
    space.put_names({0: [0.0, 0.5]})
    middle = space.points_3d[0] + np.array([0.0, 0.0, 0.5 / space.unit])
    space.set_cloud([middle, -middle])
    assert (
        len(space._cloud[0].points) == 16
        and len(space.put_names({0: [0.0, -0.5]})._cloud[0].points) == 32
    )
