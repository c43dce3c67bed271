"""Only what was drawn over is cleared, and only what changed is converted: both leave what all of
it would leave."""

from __future__ import annotations

import manim as m
import numpy as np
import pytest

from gptviz.render.fast.camera import FastCamera
from gptviz.render.fast.convert import Converter
from gptviz.render.fast.damage import Damage, covering

SIZE = {"pixel_width": 480, "pixel_height": 270}


def _shapes(seed: int) -> list[m.Mobject]:
    """Sharp corners under thick lines, curves, something beyond the edge, a see-through shape,
    sometimes an image."""
    draw = np.random.default_rng(seed)
    shapes: list[m.Mobject] = []
    for _ in range(int(draw.integers(1, 3))):
        middle = draw.uniform((-7.5, -4.5), (7.5, 4.5))
        corners = [[*(middle + draw.uniform(-0.6, 0.6, 2)), 0] for _ in range(3)]
        shapes.append(
            m.Polygon(
                *corners,
                stroke_width=float(draw.uniform(0, 20)),
                fill_opacity=float(draw.uniform()),
            )
        )
        shapes.append(
            m.Arc(float(draw.uniform(0.2, 0.6)), 0, 5, stroke_width=9).shift(
                [*draw.uniform(-4, 4, 2), 0]
            )
        )
        shapes[-1].set_stroke(m.RED, 12, background=True)
    if seed % 3 == 0:
        pixels = draw.integers(0, 255, (9, 9, 4), dtype=np.uint8)
        shapes.append(
            m.ImageMobject(pixels).scale(7).rotate(seed).shift((float(draw.uniform(-7, 7)), 1, 0))
        )
    if seed % 7 == 0:
        shapes.append(
            m.Square(fill_opacity=1).set_color([m.RED, m.BLUE])
        )  # a gradient is left to Manim
    return shapes


def test_a_used_buffer_shows_what_a_new_one_does() -> None:
    used = FastCamera(buffers=2, **SIZE)
    grounds = [used.background, np.full_like(used.background, 90)]
    cleared = 0
    for seed in range(60):
        ground = grounds[seed // 5 % 2]
        used.draw(_shapes(seed), ground)
        shown = used.hand_over()[0]
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


def test_a_buffer_of_which_nothing_is_known_is_cleared_as_a_whole() -> None:
    damage, base = Damage(), np.zeros((270, 480, 4), np.uint8)
    buffer = np.ones_like(base)
    damage.note(buffer, base, np.zeros((0, 4), np.int64))
    damage.clear(buffer, base)
    assert buffer.all(), "what is known to show nothing else needs no clearing"
    damage.note(buffer, base, None)
    damage.clear(buffer, base)
    assert not buffer.any()


def test_outside_the_boxes_a_frame_equals_the_one_handed_over_before() -> None:
    """Strokes change, come, go and change places; grounds change; frames are drawn that nobody is
    handed."""
    camera, draw = FastCamera(buffers=3, **SIZE), np.random.default_rng(5)
    grounds = [camera.background, np.full_like(camera.background, 90)]
    pool = [shape for seed in (1, 2, 3, 4, 5) for shape in _shapes(seed)]
    shown, ground, before, shares = list(pool[:6]), 0, None, []
    for _ in range(120):
        kind = draw.choice(["move", "color", "add", "remove", "order", "ground", "unseen", "still"])
        at = int(draw.integers(len(shown)))
        if kind in ("move", "unseen"):
            shown[at].shift([*draw.uniform(-0.5, 0.5, 2), 0])
        elif kind == "color":
            shown[at].set_opacity(float(draw.uniform(0.2, 1)))
        elif kind == "add":
            shown.insert(at, pool[int(draw.integers(len(pool)))].copy())
        elif kind == "remove" and len(shown) > 3:
            shown.pop(at)
        elif kind == "order":
            shown.insert(0, shown.pop(at))
        elif kind == "ground":
            ground = 1 - ground
        camera.draw(shown, grounds[ground])
        if kind == "unseen":
            continue
        pixels, changed = camera.hand_over()
        if pixels is None:
            continue
        if changed is not None and before is not None:
            differs = (pixels != before).any(axis=2)
            for left, top, right, bottom in changed:
                differs[top:bottom, left:right] = False
            assert not differs.any(), f"{kind}: something changed outside of the boxes"
            shares.append(
                sum((box[2] - box[0]) * (box[3] - box[1]) for box in changed) / (480 * 270)
            )
        before = pixels.copy()
    assert len(shares) > 50
    assert np.mean(shares) < 0.7
    camera.forget_shown()
    shown[0].shift((0.2, 0, 0))
    camera.draw(shown, grounds[ground])
    assert camera.hand_over()[1] is None


@pytest.mark.parametrize("size", [(1920, 1080), (854, 480), (480, 270), (64, 32)])
def test_few_boxes_cover_what_many_do(size: tuple[int, int]) -> None:
    draw = np.random.default_rng(7)
    for count in (0, 1, 2, 9, 80):
        start = draw.integers((0, 0), size, (count, 2))
        end = np.clip(start + draw.integers(-3, 300, (count, 2)), 0, size)  # some are empty
        wanted, covered = np.zeros((2, size[1], size[0]), bool)
        for left, top, right, bottom in np.concatenate([start, end], axis=1):
            wanted[top : max(bottom, top), left : max(right, left)] = True
        boxes = covering(np.concatenate([start, end], axis=1), size)
        for left, top, right, bottom in boxes:
            assert 0 <= left < right <= size[0]
            assert 0 <= top < bottom <= size[1]
            assert left % 2 == top % 2 == 0
            covered[top:bottom, left:right] = True
        assert not (wanted & ~covered).any()
        assert len(boxes) <= max(count, 20)
        assert bool(boxes) == bool(wanted.any())


def test_a_part_is_converted_as_it_is_in_the_whole_frame() -> None:
    draw, size = np.random.default_rng(3), (480, 270)
    parts, given = Converter(kept=4), []
    pixels = draw.integers(0, 255, (size[1], size[0], 4), dtype=np.uint8)
    changed = None
    for _ in range(30):
        picture = parts.convert(pixels, changed)
        whole = Converter(kept=1).convert(pixels).to_ndarray()
        assert np.array_equal(picture.to_ndarray(), whole)
        given = [*given[-3:], (picture, whole)]
        assert all(np.array_equal(one.to_ndarray(), two) for one, two in given), (
            "a picture in use was written into"
        )
        start = draw.integers((0, 0), size, (3, 2))
        boxes = np.concatenate(
            [start, np.minimum(start + draw.integers(1, 60, (3, 2)), size)], axis=1
        )
        pixels = pixels.copy()
        for left, top, right, bottom in boxes:
            pixels[top:bottom, left:right] = draw.integers(0, 255, 4)
        changed = covering(boxes, size)
