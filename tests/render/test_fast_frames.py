"""The fast renderer draws the frames that Manim draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import (
    BLUE, DOWN, GREEN, LEFT, ORIGIN, PI, RED, RIGHT, UP, WHITE, YELLOW, Arc, Arrow, BackgroundRectangle, Circle, Create, Dot,
    FadeIn, FadeOut, ImageMobject, LaggedStart, Line, LineJointType, Mobject, PMobject, Polygon, Rectangle, ReplacementTransform,
    RoundedRectangle, Scene, Square, Star, SurroundingRectangle, Text, Transform, ValueTracker, VGroup, VMobject,
    always_redraw, linear,
)

from gptviz.render.fast.camera import FastCamera, families
from gptviz.render.fast.paths import cairo_library
from tests.render.comparing import MOST, compare, film, settings


def _pieces() -> VGroup:
    """Strokes, fills and both, joined and cut, closed and open, thin and thick, with holes, gradients and lines behind."""
    ring = Circle(1.0, fill_opacity=1, color=BLUE)
    ring.append_vectorized_mobject(Circle(0.5).reverse_direction())
    open_path = VMobject(color=YELLOW, stroke_width=6).set_points_as_corners([LEFT, UP, RIGHT, DOWN])
    behind = Text("behind").set_stroke(RED, 5, background=True)
    gradient = Square(fill_opacity=1).set_fill([RED, BLUE, GREEN]).set_stroke([WHITE, YELLOW], 8)
    sheen = Circle(fill_opacity=0.8).set_sheen(-0.5, UP)
    round_joint = Star(color=GREEN, joint_type=LineJointType.ROUND, stroke_width=12)
    bevel = Polygon(LEFT, UP, RIGHT, color=GREEN, joint_type=LineJointType.BEVEL, stroke_width=12)
    unseen = VGroup(Square(stroke_opacity=0), Square(stroke_width=0), Text("nothing", fill_opacity=0))
    faint = RoundedRectangle(fill_opacity=0.3, stroke_opacity=0.4, stroke_width=10)
    return VGroup(ring, open_path, behind, gradient, sheen, round_joint, bevel, unseen, faint,
                  Arrow(LEFT, RIGHT), Line(LEFT, RIGHT).set_opacity(0.5), Dot(), Arc(angle=4), Text("Ägypten ffi 0.25")).scale(0.6)


class Zoo(Scene):
    """Every way of drawing, still, then moving through each other."""

    def construct(self) -> None:
        pieces = _pieces().arrange_in_grid(3, 5)
        self.add(BackgroundRectangle(pieces, color=BLUE, fill_opacity=0.2), pieces)
        self.wait(0.2)
        self.play(pieces.animate.rotate(PI / 3).scale(1.5).shift(RIGHT), run_time=0.5)
        self.play(LaggedStart(*[FadeOut(piece, shift=DOWN) for piece in pieces]), run_time=0.5)


class Layers(Scene):
    """Things above and below each other, by order and by z_index, with images, points, and colours taken from an image."""

    def construct(self) -> None:
        picture = np.random.default_rng(0).integers(0, 255, (9, 12, 4)).astype(np.uint8)
        image = ImageMobject(picture).scale(8).rotate(0.2)
        cloud = PMobject().add_points([[x / 9, 0, 0] for x in range(-20, 20)], color=RED)
        coloured = Circle(1.5, fill_opacity=1).shift(2 * LEFT)
        coloured.background_image = _image(picture)
        top = Square(fill_opacity=0.9, color=GREEN).set_z_index(3)
        group = VGroup(Circle(fill_opacity=1, color=RED), Square(fill_opacity=0.5), Text("on top")).set_z_index(1)
        self.add(top, image, group, cloud, coloured, Mobject(), *_broken())
        self.play(top.animate.shift(UP), image.animate.shift(RIGHT), run_time=0.3)
        self.play(group.animate.shift(2 * RIGHT), FadeIn(Square(fill_opacity=1, color=BLUE).set_z_index(2)), run_time=0.3)
        self.wait(0.2)


class Changes(Scene):
    """What changes from frame to frame, by animations and by updaters, and what does not."""

    def construct(self) -> None:
        clock = ValueTracker(0)
        drawn = always_redraw(lambda: Arc(1, 0, clock.get_value(), stroke_width=10))
        label = Text("still").add_updater(lambda mobject: mobject.move_to(2 * UP))
        bar = Rectangle(height=0.3, fill_opacity=1).add_updater(
            lambda mobject: mobject.stretch_to_fit_width(0.1 + clock.get_value()).move_to(LEFT, aligned_edge=LEFT)
        )
        self.add(label, drawn, bar)
        self.play(clock.animate.set_value(4), run_time=0.6, rate_func=linear)
        self.wait(0.3, frozen_frame=False)
        self.play(Create(Star()), run_time=0.4)
        first, second = Text("one"), Text("another")
        self.play(Transform(drawn.copy(), Square()), ReplacementTransform(first, second), run_time=0.4)
        bar.clear_updaters().points[:] = bar.points * 2  # in place: the array stays the same object
        self.play(SurroundingRectangle(bar).animate.shift(UP), run_time=0.2)
        bar.points *= 0.5
        bar.set_fill(BLUE, 0.5)
        self.wait(0.2)


def _broken() -> list[VMobject]:
    """Outlines that Manim draws in part or not at all."""
    half = VMobject(color=RED).set_points_as_corners([LEFT, UP, RIGHT])
    half.points = np.vstack([half.points, [RIGHT + UP]])
    short = VMobject(color=RED)
    short.points = np.array([LEFT, UP, RIGHT])
    nowhere = Square(color=RED, fill_opacity=1)
    nowhere.points[3, 1] = np.nan
    coarse = VMobject(color=YELLOW, tolerance_for_point_equality=0.2).set_points_as_corners([DOWN, RIGHT, UP, DOWN * 1.1])
    return [half, short, nowhere, coarse]


def _image(picture: Any) -> Any:
    from PIL import Image

    return Image.fromarray(picture).resize((480, 270))


@pytest.mark.filterwarnings("ignore:'mode' parameter:DeprecationWarning")  # Manim 0.22 and its images
@pytest.mark.parametrize("scene", [Zoo, Layers, Changes])
def test_frames_are_those_of_manim(scene: type[Scene], tmp_path: Path) -> None:
    with settings(tmp_path):
        most, share = compare(scene)
    assert (most, share) == (0, 0.0)
