"""The judge of motion: each rule's broken film is found out, and its mended one is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from manim import (
    DOWN,
    RIGHT,
    FadeIn,
    FadeOut,
    Line,
    Rectangle,
    ReplacementTransform,
    Square,
    Triangle,
    UpdateFromAlphaFunc,
    VGroup,
    VMobject,
)

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import rectangles
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Words
from gptviz.film import Film, outlines
from gptviz.film.audit import audit
from gptviz.film.findings import MOTION
from gptviz.film.judges import judge
from gptviz.film.lint import LintReport, inspect
from gptviz.recording.schema import Recording
from tests.film.conftest import REQUEST

Play = Callable[[Film], None]
BIG = {"fill_color": theme.PANEL, "fill_opacity": 1, "stroke_width": 0}


def judged(play: Play, row: Recording, beats: int = 1) -> LintReport:
    """The report on a film whose middle beat is played by a function."""

    class Told(Film):
        """What moves there?"""

        needs = {"row": REQUEST}

        def construct(self) -> None:
            with self.beat("This is said of it, and a little more."):
                play(self)

    return inspect(Told, {"row": row})


def rules(play: Play, row: Recording) -> set[str]:
    return {f.rule for f in judged(play, row).findings if f.rule in MOTION}


def panel(x: float = 0.0, y: float = 1.0) -> Rectangle:
    return Rectangle(width=5, height=2.5, **BIG).shift((x, y, 0))


def label(film: Film, index: int = 0, x: float = 0.0, y: float = 0.0) -> Numeral:
    return Numeral(film.rec["row"].logits[index], ".2f").place([x, y, 0], "center")


def text_over_text(film: Film) -> None:
    film.add(Words("planet"), moving := Words("moon").place([-2, 0, 0]))
    film.play(moving.animate.shift(RIGHT * 4), run_time=1)


def text_past_text(film: Film) -> None:
    film.add(Words("planet"), moving := Words("moon").place([-2, 1, 0]))
    film.play(moving.animate.shift(RIGHT * 4), run_time=1)


def line_over_text(film: Film) -> None:
    film.add(Words("planet"), line := Line((0.3, -2, 0), (0.3, -0.5, 0)))
    film.play(line.animate.shift((0, 2.5, 0)), run_time=1)


def line_past_text(film: Film) -> None:
    film.add(Words("planet"), line := Line((-0.6, -2, 0), (-0.6, -0.5, 0)))
    film.play(line.animate.shift((0, 2.5, 0)), run_time=1)


def empty_stage(film: Film) -> None:
    film.add(old := panel())
    film.wait(0.3)
    film.play(FadeOut(old), run_time=0.4)
    film.wait(0.3)
    film.play(FadeIn(panel(2)), run_time=0.4)


def handed_over(film: Film) -> None:
    film.add(old := panel())
    film.wait(0.3)
    film.play(FadeOut(old), FadeIn(panel(2)), run_time=0.8)


def vanishing_numeral(film: Film) -> None:
    film.add(panel(), old := label(film, 0, y=-1))
    film.wait(0.3)
    film.play(FadeOut(old), run_time=0.4)
    film.play(FadeIn(label(film, 1, y=-1)), run_time=0.4)


def swapped_numeral(film: Film) -> None:
    film.add(panel(), old := label(film, 0, y=-1))
    film.wait(0.3)
    film.remove(old)
    film.add(label(film, 1, y=-1))
    film.wait(0.3)


def twisted_frame(film: Film) -> None:
    first, second = Square(2.0), Square(2.0).shift(RIGHT * 3)
    second.points = second.points[::-1].copy()  # the other way round
    film.add(panel(-4), first)
    film.play(ReplacementTransform(first, second), run_time=1)


def gliding_frame(film: Film) -> None:
    film.add(frame := Square(2.0))
    film.play(frame.animate.shift(RIGHT * 3), run_time=1)


def batch(order: list[int]) -> VMobject:
    """Nine squares in three rows as one outline, in an order."""
    places = np.array([[x, y, x + 0.8, y + 0.8] for y in (0, 1, 2) for x in (0, 1, 2)])
    shape = VMobject(fill_color=theme.PROBABILITY, fill_opacity=1, stroke_width=0)
    shape.points = rectangles(places[order].astype(float)).reshape(-1, 3)
    return shape


def bursting_map(film: Film) -> None:
    first, second = batch(list(range(9))), batch([8, 7, 6, 5, 4, 3, 2, 1, 0]).shift(RIGHT)
    film.add(panel(-4), first)
    film.play(ReplacementTransform(first, second), run_time=1)


def carried_map(film: Film) -> None:
    first, second = batch(list(range(9))), batch(list(range(9))).shift(RIGHT)
    film.add(panel(-4), first)
    film.play(ReplacementTransform(first, second), run_time=1)


def jumping(film: Film) -> None:
    film.add(dot := Square(0.5, color=theme.FOCUS))
    film.wait(0.3)
    dot.shift(RIGHT * 5)
    film.wait(0.3)


def jumping_amid_a_motion(film: Film) -> None:
    film.add(dot := Square(0.5, color=theme.FOCUS))

    def place(shape: Any, share: float) -> None:
        shape.move_to((5.5 if share > 0.55 else 0.0, share, 0))

    film.play(UpdateFromAlphaFunc(dot, place), run_time=1)


def moved(film: Film) -> None:
    film.add(dot := Square(0.5, color=theme.FOCUS))
    film.play(dot.animate.shift(RIGHT * 5), run_time=0.5)


def pointer(film: Film, follows: bool) -> None:
    row = film.rec["row"]
    film.add(Line((-4, 0, 0), (4, 0, 0)))
    mark = Triangle().scale(0.1).shift((-3, -0.3, 0))
    number = label(film, 0, -3, -0.7)
    film.add(together := VGroup(mark, number))

    def slide(group: Any, share: float) -> None:
        if follows and share > 0:
            number.set_value(row.logits[min(int(share * 3), 2)])
        group[0].move_to((-3 + 2 * share, -0.3, 0))
        number.place([-3 + 2 * share, -0.7, 0], "center")

    film.play(Follow(together, slide, 0.8))


def lagging(film: Film) -> None:
    pointer(film, follows=False)


def following(film: Film) -> None:
    pointer(film, follows=True)


def standing(film: Film) -> None:
    film.add(panel())
    film.wait(4.6)
    film.play(FadeIn(Words("planet").place([0, -1, 0])), run_time=0.4)


def moving_on(film: Film) -> None:
    film.add(shape := panel())
    film.wait(2.2)
    film.play(shape.animate.shift(DOWN), run_time=0.4)
    film.wait(2.0)
    film.play(FadeIn(Words("planet").place([0, -2, 0])), run_time=0.4)


BROKEN: dict[str, tuple[Play, Play, str]] = {
    "a text over a text": (text_over_text, text_past_text, "sweeps"),
    "a line over a text": (line_over_text, line_past_text, "sweeps"),
    "an empty stage": (empty_stage, handed_over, "empty"),
    "a numeral that is away": (vanishing_numeral, swapped_numeral, "returns"),
    "a frame that twists": (twisted_frame, gliding_frame, "twists"),
    "a map that bursts": (bursting_map, carried_map, "twists"),
    "a jump at rest": (jumping, moved, "jumps"),
    "a jump amid a motion": (jumping_amid_a_motion, moved, "jumps"),
    "a label that lags": (lagging, following, "lags"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_wrong_in_motion_is_found_and_its_mended_film_is_clean(
    case: str, row: Recording
) -> None:
    broken, mended, rule = BROKEN[case]
    assert rules(broken, row) == {rule}
    assert rules(mended, row) == set()


@pytest.mark.parametrize(("play", "found"), [(standing, {"still"}), (moving_on, set())])
def test_a_stage_that_stands_is_found_but_for_the_last_beat(
    play: Play, found: set[str], row: Recording
) -> None:
    class Told(Film):
        """What moves there?"""

        needs = {"row": REQUEST}

        def construct(self) -> None:
            with self.beat("This is said of it, and a little more."):
                play(self)
            with self.beat("And this stands at the end of the film, as long as it likes to."):
                self.wait(5)

    report = inspect(Told, {"row": row})
    assert {f.rule for f in report.findings if f.rule in MOTION} == found


def test_every_rule_of_motion_is_tried_here() -> None:
    assert {rule for _, _, rule in BROKEN.values()} | {"still", "stuck"} == MOTION


def test_shares_of_motion_and_light_and_words_a_minute_are_given(row: Recording) -> None:
    def half(film: Film) -> None:
        film.add(shape := Rectangle(width=theme.WIDTH / 2, height=theme.HEIGHT / 4, **BIG))
        shape.set_fill(theme.TEXT)
        film.play(shape.animate.shift((0, 0.5, 0)), run_time=2)
        film.wait(2)

    report = judged(half, row)
    assert report.moving == pytest.approx(2 / report.length, abs=0.04)
    assert 1 / 8 < report.lit < 1 / 8 + 0.03  # and title, caption and badge
    assert report.words == pytest.approx(9 * 60 / report.length)


def test_outlines_that_cross_themselves_lean_or_are_heaped_are_told_apart() -> None:
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=float)

    def drawn(corners: np.ndarray) -> np.ndarray:
        ends = np.roll(corners, -1, axis=0)
        steps = np.linspace(0, 1, 4)[:, None]
        return np.concatenate([a + (b - a) * steps for a, b in zip(corners, ends, strict=True)])

    turn = np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
    assert outlines.state(drawn(square)) == 0
    assert outlines.state(drawn(square @ turn.T)) == 0
    assert outlines.state(drawn(square[[0, 2, 1, 3]])) == outlines.CROSSED
    assert outlines.state(drawn(square + [[0, 0], [0, 0.3], [0, 0.3], [0, 0]])) == outlines.LEANING
    apart = [drawn(square + [3.0 * i, 0]) for i in range(6)]
    near = [drawn(square + [0.1 * i, 0]) for i in range(6)]
    assert outlines.state(np.concatenate(apart)) == 0
    assert outlines.state(np.concatenate(near)) == outlines.HEAPED


def test_both_judges_at_once_say_what_each_says_alone(row: Recording) -> None:
    class Told(Film):
        """What moves there?"""

        needs = {"row": REQUEST}

        def construct(self) -> None:
            with self.beat("The best of them has {x:.2f}.", x=self.rec["row"].logits[0]):
                lagging(self)
                text_over_text(self)

    audited, inspected = judge(Told, {"row": row})
    assert audited.as_dict() == audit(Told, {"row": row}).as_dict()
    assert inspected.as_dict() == inspect(Told, {"row": row}).as_dict()
    assert audited.numerals and {"lags", "sweeps"} <= {f.rule for f in inspected.findings}


def test_what_a_motion_changes_and_does_not_hold(row: Recording) -> None:
    """A thing that another thing's motion changes stands still in the film; held, it moves."""

    def play(held: bool) -> Play:
        def moving(film: Film) -> None:
            first, second = panel(-3.0), panel(3.0)
            film.add(first, second)

            def step(_: Any, share: float) -> None:
                first.move_to([-3.0, 1.0 + share, 0.0])
                second.move_to([3.0, 1.0 + share, 0.0])

            film.play(Follow(VGroup(first, second) if held else second, step, 1.5))

        return moving

    assert "stuck" in rules(play(held=False), row)
    assert "stuck" not in rules(play(held=True), row)
