"""The camera's frame: it shows what it is pushed to, furniture keeps its place, and the fast camera
draws what Manim's does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from manim import Circle, FadeIn, Mobject, Square, VGroup, tempconfig

from gptviz.drawing.base import theme
from gptviz.drawing.base.frame import HOME, MOST, ROOM, Frame, StageCamera, View, around, between
from gptviz.drawing.base.text import Words
from gptviz.errors import GptvizError, NotFinite
from gptviz.film.film import Film
from gptviz.film.rehearsal import Moment, picture, rehearse
from gptviz.film.view import Box, placed
from gptviz.render.fast.camera import FastCamera

SIZE = {"pixel_width": 480, "pixel_height": 270, "frame_rate": 15}


def test_what_is_pushed_to_fills_the_room_and_stands_in_its_middle() -> None:
    frame, box = Frame(), (2.0, 1.0, 4.0, 1.5)
    x, y, zoom = frame.fitted(box, buff=0.0)
    assert zoom == pytest.approx((ROOM[2] - ROOM[0]) / 2)
    middle = (np.array([3.0, 1.25]) - [x, y]) * zoom
    assert middle == pytest.approx([(ROOM[0] + ROOM[2]) / 2, (ROOM[1] + ROOM[3]) / 2])
    assert frame.fitted((1.0, 1.0, 1.0, 1.0), buff=0.0).zoom == MOST


def test_one_point_of_the_picture_stays_while_the_camera_comes_nearer() -> None:
    first, last = HOME, View(3.0, -1.0, 8.0)
    views = [between(first, last, share) for share in np.linspace(0, 1, 9)]
    steps = np.diff(np.log([view.zoom for view in views]))
    assert np.allclose(steps, steps[0]) and views[-1] == last
    still = np.array([3.0, -1.0]) + np.array([3.0, -1.0]) / 7  # (p - 0) * 1 = (p - c) * 8
    seen = [(still - [view.x, view.y]) * view.zoom for view in views]
    assert np.allclose(seen, seen[0])
    assert between(HOME, View(2.0, 0.0, 1.0), 0.5).x == pytest.approx(1.0)


def test_what_no_camera_can_look_at_is_refused_in_a_line() -> None:
    square = Square()
    square.points[0, 0] = np.nan
    for wrong, kind in (
        (VGroup(), GptvizError),
        (square, NotFinite),
        ((0, 0, np.inf, 1), NotFinite),
    ):
        with pytest.raises(kind) as told:
            around(wrong)
        assert "\n" not in str(told.value)
    with pytest.raises(GptvizError, match="above zero"):
        Frame().set_view(0, 0, 0)


def drawn(kind: type[StageCamera], mobjects: list[Mobject], pinned: Mobject, view: View) -> Any:
    with tempconfig(SIZE):
        camera = kind()
        camera.pin(pinned)
        camera.frame.set_view(*view)
        camera.reset()
        camera.capture_mobjects([*mobjects, pinned])
    return np.array(camera.pixel_array[..., :3]).astype(int)


@pytest.mark.parametrize("view", [HOME, View(1.0, 0.5, 3.0), View(-0.3, 0.2, 0.5), View(2, 2, 20)])
def test_the_fast_camera_draws_what_manims_does(view: View) -> None:
    mobjects = [
        Circle(stroke_width=6),
        Words("crisp", 40).shift((1, 0.5, 0)),
        Square(fill_opacity=1),
    ]
    pinned = VGroup(Words("pinned", 30).place([-6, -3, 0]))
    one, two = (drawn(kind, mobjects, pinned, view) for kind in (StageCamera, FastCamera))
    apart = np.abs(one - two).max(axis=2)
    assert one.max() > 100
    assert (apart > 8).mean() < (0 if view == HOME else 1e-4) + 1e-9


def test_pinned_text_keeps_its_pixels_also_what_is_added_to_it_later() -> None:
    pinned = VGroup(Words("pinned", 30).place([-6, -3, 0]))
    home = drawn(FastCamera, [], pinned, HOME)
    pinned.add(Words("more", 30).place([-6, -2, 0]))
    near = drawn(FastCamera, [Square(fill_opacity=0.0, stroke_opacity=0.0)], pinned, View(1, 1, 4))
    assert np.array_equal(home[215:], near[215:]) and near[:215].max() > 100


@pytest.mark.parametrize("kind", [StageCamera, FastCamera])
def test_the_near_stage_ends_above_the_captions(kind: type[StageCamera]) -> None:
    pinned = VGroup(Words("pinned", 60).place([-6, -3, 0]))
    wall = Square(20, fill_opacity=1, fill_color="#FF0000", stroke_width=0)
    near = drawn(kind, [pinned, wall], pinned, View(1, 1, 2))
    red = (near[..., 0] > 200) & (near[..., 1] < 50)
    row = round((4 - theme.STAGE_BOTTOM) / 8 * 270)
    assert red[:row].all() and not red[row:].any()
    assert near[row:].max() > 200  # the pinned words are over it
    assert drawn(kind, [pinned, wall], pinned, HOME)[-1, -1, 0] > 200  # from afar it has its room


class Nearing(Film):
    """What is near?"""

    def construct(self) -> None:
        word = Words("here", 40).place([3, 1, 0])
        dot = Square(0.1, fill_opacity=1).move_to((-3, 0, 0))
        with self.beat("Let's look closer."):
            self.play(FadeIn(word), FadeIn(dot))
            self.play(self.frame.push(word), run_time=1.0)
        with self.beat("And follow it."):
            self.add(self.frame)
            self.frame.follow(dot)
            self.play(dot.animate.shift((1.0, 0, 0)))
            self.frame.release()
            self.play(self.frame.pull())


def test_a_film_pushes_in_follows_and_pulls_out_while_its_furniture_stays() -> None:
    seen: list[tuple[float, Box, Box, Any]] = []

    def watch(moment: Moment) -> None:
        film: Any = moment.film
        word = next((m for m in film.stage() if isinstance(m, Words)), None)
        if word is not None:
            boxes = [
                Box.union(
                    [Box.around(placed(film, part)) for part in whole.family_members_with_points()]
                )
                for whole in (word, film._title)
            ]
            still = len(film.static_mobjects) if moment.moving else -1
            seen.append((film.frame.view.zoom, *boxes, still))
            if moment.kind == "end" and film.frame.view.zoom > 4:
                assert picture(moment)[:40].max() > 100  # the title is drawn where it was

    rehearse(Nearing, {}, watch, height=270)
    zooms = [zoom for zoom, *_ in seen]
    nearest = int(np.argmax(zooms))
    assert zooms[nearest] > 4 and zooms[-1] == 1.0
    box = seen[nearest][1]
    assert box.right - box.left > 0.8 * (ROOM[2] - ROOM[0]) and box.left > theme.LEFT_EDGE
    assert all(title == seen[0][2] for _, _, title, _ in seen)
    assert all(still <= 0 for zoom, _, _, still in seen if 1 < zoom < zooms[nearest])
