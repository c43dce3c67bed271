"""Vectors in space and in the plane, words on an axis, counts as areas, what a source printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from manim import Scene

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Run
from gptviz.drawing.furniture.source import SourceSays
from gptviz.drawing.model.tally import ParameterTally, SizeSquares
from gptviz.drawing.vectors.plane import Plane2D, WordAxis
from gptviz.drawing.vectors.space import VectorSpace3D
from gptviz.errors import NotFinite
from gptviz.recording.number import Quoted, Word
from gptviz.recording.store import Store
from gptviz.render import fast
from tests.drawing.samples import number, numbers
from tests.render.comparing import film, settings

STORE = Store(Path(__file__).resolve().parents[2] / "recordings")
RANDOM = np.random.default_rng(3)


def space(count: int = 60, **options: object) -> VectorSpace3D:
    points = RANDOM.normal(size=(count, 3)) * [1.0, 0.8, 0.6]
    return VectorSpace3D(
        [Word(f"word{chr(97 + i % 26)}", "x") for i in range(count)],
        numbers(points),
        [number(v) for v in (0.03, 0.02, 0.01)],
        **options,
    )  # type: ignore[arg-type]


def test_projection_is_a_rotation_seen_from_the_camera() -> None:
    seen = space(distance=None)
    places = RANDOM.normal(size=(20, 3))
    for azimuth, elevation in ((0, 0), (35, 18), (200, -40)):
        flat, near = seen.look(azimuth, elevation).project(places)
        a, e = np.radians([azimuth, elevation])
        turn = np.array(
            [[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]]
        )  # the space turned by -a
        tilt = np.array(
            [[np.cos(e), 0, np.sin(e)], [0, 1, 0], [-np.sin(e), 0, np.cos(e)]]
        )  # and tilted by -e
        moved = places @ (tilt @ turn).T
        assert np.allclose(flat, moved[:, 1:] * seen.unit)
        assert np.allclose(near * seen._reach, moved[:, 0])


def test_perspective_makes_the_near_larger() -> None:
    seen = space(distance=4.0)
    seen.look(0, 0)
    flat, near = seen.project([[1.0, 1.0, 0.0], [-1.0, 1.0, 0.0]])
    assert near[0] > near[1] and flat[0, 0] > flat[1, 0] > 0


def test_arrows_end_where_their_vectors_project_and_the_near_are_drawn_last() -> None:
    seen = space().shift((1, -0.5, 0))
    seen.look(77, 12)
    flat, near = seen.project(seen.points_3d)
    assert len(seen._body) == 60
    for shape, i in zip(seen._body, np.argsort(near), strict=True):
        tips = shape.points[:, :2] - [1, -0.5]
        assert np.abs(tips - flat[i]).sum(axis=1).min() < 1e-9


def test_the_near_are_drawn_last_at_each_moment_of_a_turn(tmp_path: Path) -> None:
    """A scene draws the mobjects that it saw at a motion's begin in the order that they had
    then."""
    angles: list[float] = []

    def crossing() -> VectorSpace3D:
        names = [Word("near", "x"), Word("far", "x")]
        seen = VectorSpace3D(
            names,
            numbers(np.array([[1.0, 0.1, 1.0], [-1.0, 0.1, 1.0]])),
            camera=(0.0, 0.0),
            deep=0.5,
        )
        return seen.scale(3).set_colour(theme.FOCUS, 0).set_colour(theme.WRONG, 1)

    class Turning(Scene):
        def construct(self) -> None:
            seen = crossing()
            self.add(seen)
            seen.add_updater(lambda space: angles.append(space.azimuth))
            self.play(seen.turn(180.0, run_time=1.0))

    class Still(Scene):
        def construct(self) -> None:
            for angle in angles:
                self.clear()
                self.add(crossing().look(angle, 0.0))
                self.wait(0.1)

    with settings(tmp_path):
        moving = film(Turning, fast.renderer())
        still = {frame.tobytes() for frame in film(Still, fast.renderer())}
    assert len({frame.tobytes() for frame in moving}) == len(moving) == 10
    assert all(frame.tobytes() in still for frame in moving)


def test_labels_never_lie_on_one_another_however_the_camera_turns() -> None:
    seen = space()
    for azimuth in range(0, 360, 10):
        seen.look(azimuth, 15)
        runs = [
            (run.points[:, :2].min(axis=0), run.points[:, :2].max(axis=0))
            for label in seen.labels
            for run in label.get_family()
            if isinstance(run, Run) and run.fill_rgbas[0][3] > 0.4
        ]
        assert len(runs) >= 5
        for i, a in enumerate(runs):
            for b in runs[:i]:
                assert (np.minimum(a[1], b[1]) - np.maximum(a[0], b[0])).min() < 0.03


def test_labels_are_moved_never_reshaped() -> None:
    seen = space(10)
    before = [
        run.points - run.points[0]
        for label in seen.labels
        for run in label.get_family()
        if len(run.points)
    ]
    seen.look(123, 30)
    after = [
        run.points - run.points[0]
        for label in seen.labels
        for run in label.get_family()
        if len(run.points)
    ]
    assert all(np.allclose(a, b) for a, b in zip(before, after, strict=True))


def test_a_foot_is_the_projection_and_a_link_stays_on_its_places() -> None:
    seen = space(5)
    direction = np.array([1.0, 2.0, -1.0])
    foot = seen.foot(2, direction)
    assert (seen.points_3d[2] - foot) @ direction == pytest.approx(0.0)
    seen.connect("drop", seen.points_3d[2], foot, style="dotted")
    arrow = seen.connect("arrow", seen.points_3d[0], seen.points_3d[1])
    seen.look(200, 10)
    assert np.abs(arrow.points - seen.tip(1)).sum(axis=1).min() < 1e-9
    assert np.abs(seen.links[0].points[0] - seen.tip(2)).max() < 1e-9


def test_a_carried_arrow_is_neither_turned_nor_stretched() -> None:
    plane = Plane2D([(2, 1), (-1, 2), (1, 3)]).shift((1, 1, 0))
    arrow = plane.arrow((2, 1), (-1, 0.5), label=Word("arrow", "x"))
    way = arrow.end - arrow.start
    motion = plane.carry(arrow, (0, 2))
    motion.begin()
    for alpha in (0.0, 0.4, 1.0):
        motion.interpolate(alpha)
        assert np.allclose(arrow.end - arrow.start, way)
    assert np.allclose(arrow.start, [0, 2])
    assert np.abs(arrow.shape.points - plane.on_screen(arrow.end)).sum(axis=1).min() < 1e-6


def test_a_shadow_is_as_long_as_the_dot_product_says() -> None:
    plane = Plane2D([(3, 3)], origin=(0.2, 0.2))
    place, direction = np.array([1.0, 2.0]), np.array([2.0, 0.5])
    shadow = plane.shadow(place, direction)
    ends = shadow[0].points
    length = np.linalg.norm(ends[3] - ends[0]) / plane.unit
    assert length == pytest.approx(place @ direction / np.linalg.norm(direction), abs=0.01)


def test_words_stand_at_their_values_and_labels_apart() -> None:
    values = np.sort(RANDOM.normal(size=14))
    values[3:6] = values[3]  # three words at one place
    axis = WordAxis(
        [Word(f"word {chr(97 + i)}", "x") for i in range(14)],
        [number(v) for v in values],
        12.0,
        4.0,
        sides=[1, -1] * 7,
    )
    for value, dot in zip(values, axis.dots, strict=True):
        assert dot.get_center()[0] == pytest.approx(axis.x_of(value), abs=1e-6)
    boxes = [
        (label.get_corner((-1, -1, 0)), label.get_corner((1, 1, 0)))
        for label in [*axis.labels, *axis.numerals]
    ]
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert (np.minimum(a[1], b[1]) - np.maximum(a[0], b[0]))[:2].min() < 0.02
    axis.set_fallen(0.5)
    assert all(
        numeral.fill_rgbas[0][3] == 0 for numeral in axis.numerals
    )  # numerals wait until words have arrived


def test_areas_are_true_to_the_counts() -> None:
    tally = STORE.read("gpt2", "parameter_tally", "tally")
    areas = ParameterTally(
        tally.counts,
        [tally.group_of(i) for i in range(len(tally))],
        [tally.block_of(i) for i in range(len(tally))],
        12.0,
        3.6,
    )
    whole = 12.0 * 3.6 / float(tally.sizes["total"])
    for i in range(len(tally)):
        left, bottom, right, top = areas.box(i)
        count = float(tally.counts[i])
        if count > 100_000:  # of smaller ones the seams take most
            assert (
                (right - left + 0.03) * (top - bottom + 0.03)
                > count * whole
                > (right - left) * (top - bottom)
            )
    everything = areas.box(*range(len(tally)))
    assert np.allclose(everything, [-6, -1.8, 6, 1.8], atol=0.02)
    running = np.cumsum(tally.counts.array)
    for k in (1, 5, len(tally)):
        assert float(areas.set_counted(k).total.number) == running[k - 1]
    assert areas.total.text == "124,439,808"


def test_squares_are_to_scale_and_the_quoted_one_is_hatched() -> None:
    counts = [number(4e8), number(1e8), Quoted(1.6e9, "a paper")]
    squares = SizeSquares([Word(name, "x") for name in ("one", "two", "three")], counts, 1e8)
    assert [square.width for square in squares.squares] == pytest.approx([2.0, 1.0, 4.0])
    assert [len(hatch.points) > 0 for hatch in squares.hatches] == [False, False, True]
    squares.set_unit(4e8)
    assert [square.width for square in squares.squares] == pytest.approx([1.0, 0.5, 2.0])
    assert squares.numerals[2].text == "\u201c1,600,000,000\u201d"


def test_what_a_source_printed_stands_hatched_in_quotation_marks() -> None:
    says = SourceSays(
        Quoted(2.1159, "an article"), number(1.1894), "the first score", "an article", ".4f"
    )
    texts = [run.text for run in says.get_family() if isinstance(run, Run)]
    assert "\u201c2.1159\u201d" in texts and "1.1894" in texts and "an article" in texts
    assert says.quote.get_right()[0] < says.truth.get_left()[0]
    wrong = says.quote[1].stroke_rgbas[0][:3]
    assert np.allclose(wrong, theme.rgb(theme.WRONG), atol=1 / 255)


def test_the_camera_flies_to_a_place_and_back() -> None:
    points = np.random.default_rng(0).normal(size=(4, 3))
    space = VectorSpace3D(["a", "b", "c", "d"], numbers(points))
    before = [shape.points.copy() for shape in space._body]
    for motion in (space.fly(points[1], 3.0, azimuth=40), space.fly((0, 0, 0), 1.0, azimuth=-40)):
        motion.begin()
        motion.interpolate(0.5)
        motion.interpolate(1.0)
        if space.zoom == 3.0:
            assert np.allclose(space.tip(1), 0) and not np.allclose(space.tip(0), 0)
            near = np.abs(space._body[1].points).max(axis=0)  # an arrow from the origin's new place
            assert np.allclose(near[:2], np.abs(space.on_screen([0, 0, 0])[:2]), atol=0.2)
    now = [shape.points for shape in space._body]
    assert all(np.allclose(a, b) for a, b in zip(before, now, strict=True))
    with pytest.raises(NotFinite):
        space.fly((0, 0, np.nan))
