"""A rehearsal against Manim's own renderer, which draws every frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from manim import (
    CairoRenderer,
    FadeIn,
    FadeOut,
    LaggedStart,
    ReplacementTransform,
    Succession,
    ValueTracker,
    VGroup,
    tempconfig,
)

from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Run, Words
from gptviz.film import Film
from gptviz.film.rehearsal import Moment, on_screen, picture, rehearse
from gptviz.recording.schema import Recording
from tests.film.conftest import REQUEST

SETTINGS = {"dry_run": True, "disable_caching": True, "progress_bar": "none", "verbosity": "ERROR"}


class Told(Film):
    """What is said first?"""

    needs = {"row": REQUEST}

    def construct(self) -> None:
        row = self.rec["row"]
        first, second = Numeral(row.logits[0]), Words("and {p:.1%}", p=row.probability(0))
        tracker = ValueTracker(0)
        second.add_updater(lambda words: words.set_x(tracker.get_value()))
        with self.beat("It begins with {x:.2f}.", x=row.logits[0]):
            self.play(FadeIn(first), run_time=0.37)
            self.play(ReplacementTransform(first, second), run_time=1.01)
        with self.beat("It moves and goes."):
            self.add(tracker, second)
            self.sweep(tracker, 3.0, 0.73)
            self.wait(0.29)
        with self.beat("A pause, in which something counts the time, ends the film."):
            second.add_updater(lambda words, dt: words.shift((0, dt / 10, 0)))
            self.wait(0.5)
            second.clear_updaters()
            self.play(FadeOut(second), run_time=theme.QUICK)


@pytest.mark.parametrize("rate", [15, 60])
def test_beats_start_and_end_where_those_of_the_rendered_film_do(
    row: Recording, tmp_path: Path, rate: int
) -> None:
    with tempconfig(
        {
            **SETTINGS,
            "pixel_height": 36,
            "pixel_width": 64,
            "frame_rate": rate,
            "media_dir": str(tmp_path),
        }
    ):
        rendered = Told({"row": row}, renderer=CairoRenderer())
        rendered.render()
    rehearsed = rehearse(Told, {"row": row}, lambda moment: None, frame_rate=rate)
    assert [(b.start, b.moved, b.end) for b in rehearsed.beats] == [
        (b.start, b.moved, b.end) for b in rendered.beats
    ]
    assert rehearsed.now == rendered.now > 7


def test_pictures_are_the_rendered_films_frames(row: Recording, tmp_path: Path) -> None:
    frames: dict[int, np.ndarray] = {}

    class Drawing(CairoRenderer):
        def add_frame(self, frame: np.ndarray, num_frames: int = 1) -> None:
            frames[round(self.time * 8)] = frame[:, :, :3].copy()
            super().add_frame(frame, num_frames)

    with tempconfig(
        {
            **SETTINGS,
            "pixel_height": 90,
            "pixel_width": 160,
            "frame_rate": 8,
            "media_dir": str(tmp_path),
        }
    ):
        Told({"row": row}, renderer=Drawing()).render()
    compared = []

    def look(moment: Moment) -> None:
        if moment.moving:
            assert np.array_equal(picture(moment), frames[round(moment.time * 8)]), moment
            compared.append(moment.kind)

    rehearse(Told, {"row": row}, look, height=90, frame_rate=8)
    assert compared.count("motion") > 15
    assert compared.count("middle") == 4


def test_every_frame_is_set_when_asked_for_and_the_end_of_each_beat_is_told(row: Recording) -> None:
    moments: list[Moment] = []
    film = rehearse(Told, {"row": row}, moments.append, per_second=60)
    ends = [moment for moment in moments if moment.kind == "end"]
    assert [(m.time, m.beat) for m in ends] == [(beat.end, beat.number + 1) for beat in film.beats]
    moving = [m.time for m in moments if m.moving and m.beat == 1]
    assert len(moving) == 23 + 61  # ceil(0.37 * 60) + ceil(1.01 * 60)
    assert np.allclose(np.diff(moving), 1 / 60)


def test_a_film_without_drawn_captions_is_told_in_the_same_time(row: Recording) -> None:
    drawn = rehearse(Told, {"row": row}, lambda moment: None)
    filed = rehearse(Told, {"row": row}, lambda moment: None, captions="file")
    assert [b.end for b in filed.beats] == [b.end for b in drawn.beats]
    assert len(filed._caption.submobjects) == 0


class Changing(Film):
    """What stood there before?"""

    needs = {"row": REQUEST}

    def construct(self) -> None:
        table, later = VGroup(Words("first")), Words("then")
        with self.beat("Its rows are others now."):
            self.add(table)
            self.play(
                Follow(
                    table,
                    lambda whole, share: setattr(
                        whole, "submobjects", [later] if share > 0.3 else whole.submobjects
                    ),
                )
            )


def test_what_a_moving_whole_no_longer_holds_is_not_drawn(row: Recording) -> None:
    seen: list[set[str]] = []

    def look(moment: Moment) -> None:
        if moment.moving:
            seen.append(
                {mobject.text for mobject in on_screen(moment) if isinstance(mobject, Run)}
                & {"first", "then"}
            )

    rehearse(Changing, {"row": row}, look)
    assert seen[0] == {"first"}
    assert seen[-1] == {"then"}
    assert all(len(each) == 1 for each in seen)


class Alone(Told):
    """Who else is there?"""

    def construct(self) -> None:
        with self.beat("A model of one head has no other heads."):
            self.play(LaggedStart(), Succession(LaggedStart()))
            self.play(FadeIn(Numeral(self.rec["row"].logits[0])), LaggedStart(), run_time=0.4)


def test_a_group_of_no_animations_moves_nothing(row: Recording) -> None:
    seen: list[Moment] = []
    film = rehearse(Alone, {"row": row}, seen.append)
    assert {moment.length for moment in seen if moment.moving} == {0.4} and len(film.beats) == 1
