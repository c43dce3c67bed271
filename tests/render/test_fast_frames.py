"""The fast renderer draws the frames that Manim draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import manim as m
import numpy as np
import pytest
from manim import DOWN, LEFT, RIGHT, UP, Scene
from PIL import Image

from gptviz.drawing.base.frame import FramedScene
from gptviz.drawing.base.text import Words
from gptviz.render.fast import paths
from gptviz.render.fast.camera import FastCamera, families
from tests.render.comparing import compare, settings

# Manim 0.22 and its images.
pytestmark = pytest.mark.filterwarnings("ignore:'mode' parameter:DeprecationWarning")


class Zoo(Scene):
    """Strokes, fills and both, joined and cut, closed and open, thin and thick, with holes,
    gradients, lines behind."""

    def construct(self) -> None:
        pieces = _pieces().arrange_in_grid(3, 5)
        self.add(m.BackgroundRectangle(pieces, color=m.BLUE, fill_opacity=0.2), pieces)
        self.wait(0.2)
        self.play(pieces.animate.rotate(m.PI / 3).scale(1.5).shift(RIGHT), run_time=0.5)
        self.play(m.LaggedStart(*[m.FadeOut(piece, shift=DOWN) for piece in pieces]), run_time=0.5)


class Layers(Scene):
    """Things above and below each other, by order and by z_index, with points, and colours taken
    from an image."""

    def construct(self) -> None:
        cloud = m.PMobject().add_points([[x / 9, 0, 0] for x in range(-20, 20)], color=m.RED)
        coloured = m.Circle(1.5, fill_opacity=1).shift(2 * LEFT)
        coloured.background_image = Image.fromarray(_noise()).resize((480, 270))
        top = m.Square(fill_opacity=0.9, color=m.GREEN).set_z_index(3)
        late = m.Square(fill_opacity=1, color=m.BLUE).set_z_index(2)
        group = m.VGroup(
            m.Circle(fill_opacity=1, color=m.RED), m.Square(fill_opacity=0.5), m.Text("on top")
        )
        group.set_z_index(1)
        self.add(top, group, cloud, coloured, m.Mobject(), *_broken())
        self.play(top.animate.shift(UP), run_time=0.3)
        self.play(group.animate.shift(2 * RIGHT), m.FadeIn(late), run_time=0.3)
        self.wait(0.2)


class Images(Scene):
    """Images that stand, move out of the frame, turn, become thin, change their pixels and their
    opacity."""

    def construct(self) -> None:
        first = m.ImageMobject(_noise()).scale(9).rotate(0.2)
        second = (
            m.ImageMobject(_noise()[:, :, :3])
            .scale(5)
            .set_resampling_algorithm(Image.Resampling.NEAREST)
        )
        second.shift(2 * UP)
        self.add(m.Square(), first, m.Circle(fill_opacity=0.5), second)
        self.play(first.animate.shift(6 * RIGHT).rotate(2), run_time=0.4)
        self.play(second.animate.stretch(0.001, 0), first.animate.set_opacity(0.4), run_time=0.4)
        first.pixel_array[:4] = 200
        self.wait(0.3, frozen_frame=False)


class Changes(Scene):
    """What changes from frame to frame, by animations and by updaters, and what does not."""

    def construct(self) -> None:
        clock = m.ValueTracker(0)
        drawn = m.always_redraw(lambda: m.Arc(1, 0, clock.get_value(), stroke_width=10))
        label = m.Text("still").add_updater(lambda mobject: mobject.move_to(2 * UP))
        bar = m.Rectangle(height=0.3, fill_opacity=1).add_updater(
            lambda mobject: mobject.stretch_to_fit_width(0.1 + clock.get_value()).move_to(
                LEFT, aligned_edge=LEFT
            )
        )
        self.add(label, drawn, bar)
        self.play(clock.animate.set_value(4), run_time=0.6, rate_func=m.linear)
        self.wait(0.3, frozen_frame=False)
        self.play(m.Create(m.Star()), run_time=0.4)
        first, second = m.Text("one"), m.Text("another")
        self.play(
            m.Transform(drawn.copy(), m.Square()),
            m.ReplacementTransform(first, second),
            run_time=0.4,
        )
        bar.clear_updaters().points[:] = bar.points * 2  # in place: the array stays the same object
        self.play(m.SurroundingRectangle(bar).animate.shift(UP), run_time=0.2)
        bar.points *= 0.5
        bar.set_fill(m.BLUE, 0.5)
        self.wait(0.2)


def _pieces() -> m.VGroup:
    ring = m.Circle(1.0, fill_opacity=1, color=m.BLUE)
    ring.append_vectorized_mobject(m.Circle(0.5).reverse_direction())
    opened = m.VMobject(color=m.YELLOW, stroke_width=6).set_points_as_corners(
        [LEFT, UP, RIGHT, DOWN]
    )
    behind = m.Text("behind").set_stroke(m.RED, 5, background=True)
    gradient = (
        m.Square(fill_opacity=1)
        .set_fill([m.RED, m.BLUE, m.GREEN])
        .set_stroke([m.WHITE, m.YELLOW], 8)
    )
    sheen = m.Circle(fill_opacity=0.8).set_sheen(-0.5, UP)
    rounded = m.Star(color=m.GREEN, joint_type=m.LineJointType.ROUND, stroke_width=12)
    bevelled = m.Polygon(
        LEFT, UP, RIGHT, color=m.GREEN, joint_type=m.LineJointType.BEVEL, stroke_width=12
    )
    capped = m.Line(LEFT, RIGHT, stroke_width=15, cap_style=m.CapStyleType.ROUND).set_opacity(0.5)
    unseen = m.VGroup(
        m.Square(stroke_opacity=0), m.Square(stroke_width=0), m.Text("nothing", fill_opacity=0)
    )
    faint = m.RoundedRectangle(fill_opacity=0.3, stroke_opacity=0.4, stroke_width=10)
    pieces = [
        ring,
        opened,
        behind,
        gradient,
        sheen,
        rounded,
        bevelled,
        capped,
        unseen,
        faint,
        m.Arrow(LEFT, RIGHT),
    ]
    return m.VGroup(*pieces, m.Dot(), m.Arc(angle=4), m.Text("Ägypten ffi 0.25")).scale(0.6)


def _broken() -> list[m.VMobject]:
    """Outlines that Manim draws in part or not at all."""
    half = m.VMobject(color=m.RED).set_points_as_corners([LEFT, UP, RIGHT])
    half.points = np.vstack([half.points, [RIGHT + UP]])
    short = m.VMobject(color=m.RED)
    short.points = np.array([LEFT, UP, RIGHT])
    nowhere = m.Square(color=m.RED, fill_opacity=1)
    nowhere.points[3, 1] = np.nan
    coarse = m.VMobject(color=m.YELLOW, tolerance_for_point_equality=0.2)
    return [half, short, nowhere, coarse.set_points_as_corners([DOWN, RIGHT, UP, DOWN * 1.1])]


def _noise() -> Any:
    return np.random.default_rng(0).integers(0, 255, (9, 12, 4)).astype(np.uint8)


@pytest.mark.parametrize("library", [True, False], ids=["cairo's own call", "call by call"])
@pytest.mark.parametrize("scene", [Zoo, Layers, Images, Changes])
def test_frames_are_those_of_manim(
    scene: type[Scene], library: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if library:
        assert paths.cairo_library() is not None
    else:
        monkeypatch.setattr(paths, "cairo_library", lambda: None)
    with settings(tmp_path):
        found = compare(scene)
    assert found == (0, 0.0)


def test_a_difference_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stroke = FastCamera._stroke

    def without_fill(self: FastCamera, mobject: m.Mobject) -> Any:
        found = stroke(self, mobject)
        if found is not None:
            found.fill = None
        return found

    monkeypatch.setattr(FastCamera, "_stroke", without_fill)
    with settings(tmp_path):
        most, share = compare(Zoo, moments=4)
    assert most > 50
    assert 0 < share < 1


def test_an_unchanged_frame_is_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    paint = FastCamera._paint
    monkeypatch.setattr(
        FastCamera,
        "_paint",
        lambda self, plan, base: (painted.append(len(plan)), paint(self, plan, base)),
    )

    class Still(Scene):
        def construct(self) -> None:
            square = m.Square()
            square.add_updater(lambda mobject: mobject.move_to(RIGHT))
            self.add(m.Circle(), square, m.ImageMobject(_noise()))
            self.wait(1.0, frozen_frame=False)

    with settings(tmp_path):
        assert compare(Still) == (0, 0.0)
    assert painted == [
        1,
        2,
    ]  # what stands, then what has an updater and all above it; then nine frames of nothing new


def test_families_are_those_of_manim() -> None:
    from manim.utils.family import extract_mobject_family_members

    leaf, other = m.Dot(), m.Square()
    inner, outer = m.VGroup(leaf, other), m.VGroup(m.Circle(), leaf)
    outer.add(inner)
    for mobjects in (
        [outer],
        [inner, outer, leaf],
        [leaf, outer, m.Mobject(), *outer.get_family()],
        [outer, inner],
    ):
        assert families(mobjects) == extract_mobject_family_members(mobjects)


def test_a_camera_that_moves_is_drawn_as_by_manim(tmp_path: Path) -> None:
    """What stands, a pause while it is near, following, images, and what is pinned."""

    class Moving(FramedScene):
        def construct(self) -> None:
            word = Words("near", 40).place([3, 1, 0])
            dot = m.Square(0.2, fill_opacity=1).move_to((-3, 0, 0))
            pinned = Words("pinned", 30).place([-6, 3, 0])
            self.add(pinned, word, dot, m.Circle(2.0, stroke_width=6), m.ImageMobject(_noise()))
            self.pin(pinned)
            self.play(self.frame.push(word), run_time=0.5)
            self.wait(0.3)
            self.play(dot.animate.shift(RIGHT), run_time=0.5)
            self.add(self.frame)
            self.frame.follow(dot)
            self.play(dot.animate.shift(RIGHT), run_time=0.5)
            self.frame.release()
            self.play(self.frame.pull(), run_time=0.5)

    with settings(tmp_path):
        most, share = compare(Moving)
    assert most <= 32 and share < 2e-3  # edges that a scale rounds elsewhere
