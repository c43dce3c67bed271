"""Only what was drawn over is cleared: a frame in a buffer that was used before is that of a buffer nobody used."""

from __future__ import annotations

import manim as m
import numpy as np
import pytest

from gptviz.render.fast.camera import FastCamera
from gptviz.render.fast.damage import Damage

SIZE = {"pixel_width": 480, "pixel_height": 270}


def _shapes(seed: int) -> list[m.Mobject]:
    """Sharp corners under thick lines, curves, something beyond the edge, a see-through shape, sometimes an image."""
    draw = np.random.default_rng(seed)
    shapes: list[m.Mobject] = []
    for _ in range(int(draw.integers(1, 3))):
        middle = draw.uniform((-7.5, -4.5), (7.5, 4.5))
        corners = [[*(middle + draw.uniform(-0.6, 0.6, 2)), 0] for _ in range(3)]
        shapes.append(m.Polygon(*corners, stroke_width=float(draw.uniform(0, 20)), fill_opacity=float(draw.uniform())))
        shapes.append(m.Arc(float(draw.uniform(0.2, 0.6)), 0, 5, stroke_width=9).shift([*draw.uniform(-4, 4, 2), 0]))
        shapes[-1].set_stroke(m.RED, 12, background=True)
    if seed % 3 == 0:
        pixels = draw.integers(0, 255, (9, 9, 4), dtype=np.uint8)
        shapes.append(m.ImageMobject(pixels).scale(7).rotate(seed).shift([float(draw.uniform(-7, 7)), 1, 0]))
    if seed % 7 == 0:
        shapes.append(m.Square(fill_opacity=1).set_color([m.RED, m.BLUE]))     # a gradient is left to Manim
    return shapes


def test_a_used_buffer_shows_what_a_new_one_does() -> None:
    used = FastCamera(buffers=2, **SIZE)
    grounds = [used.background, np.full_like(used.background, 90)]
    cleared = 0
    for seed in range(60):
        ground = grounds[seed // 5 % 2]
        used.draw(_shapes(seed), ground)
        shown = used.hand_over()
        new = FastCamera(buffers=2, **SIZE)
        new.draw(_shapes(seed), ground)
        assert shown is not None
        assert np.array_equal(shown, new.pixel_array), f"frame {seed} has something left of another"
        cleared += len(used._damage._known)
    assert cleared > 60, "hardly a frame was cleared in parts: nothing was tested"


def test_pixels_that_somebody_else_set_are_cleared_as_a_whole() -> None:
    camera = FastCamera(buffers=2, **SIZE)
    camera.draw([m.Square()], camera.background)
    camera.set_pixel_array(np.full_like(camera.background, 200))
    camera.draw([m.Circle()], camera.background)
    assert np.array_equal(camera.pixel_array[0, 0], camera.background[0, 0])
    camera.capture_mobjects([m.Square().scale(3)])
    camera.draw([m.Dot()], camera.background)
    assert np.array_equal(camera.pixel_array[5, 120], camera.background[5, 120])


@pytest.mark.parametrize("boxes", [None, [(0, 0, 480, 200)]])
def test_what_is_unknown_or_nearly_all_of_a_frame_is_not_cleared_in_parts(boxes: object) -> None:
    damage, base = Damage(), np.zeros((270, 480, 4), np.uint8)
    buffer = np.ones_like(base)
    damage.note(buffer, base, boxes)  # type: ignore[arg-type]
    damage.clear(buffer, base)
    assert not buffer.any()
