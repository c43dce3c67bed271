"""The layout lint: each rule's broken film is found out, with names, time and amount, and its
mended one passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import (
    LEFT,
    RIGHT,
    UP,
    FadeIn,
    FadeOut,
    Line,
    Mobject,
    Rectangle,
    Square,
    Text,
    ValueTracker,
    VGroup,
)
from PIL import Image

from gptviz.drawing.base import theme
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.motion import Dim
from gptviz.drawing.base.picture import Picture
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.tokens.tokens import TokenBox
from gptviz.film import Beat, Film, pace
from gptviz.film.beats import in_time
from gptviz.film.findings import MOTION, RULES
from gptviz.film.lint import LintReport, inspect
from gptviz.film.speech import Reading
from gptviz.recording.schema import Recording
from gptviz.recording.statement import compose
from tests.film.conftest import REQUEST

Stage = Callable[[Any], list[Mobject]]


class Staged(Film):
    """What stands there?"""

    needs = {"row": REQUEST}
    stage_it: Any = None

    def construct(self) -> None:
        with self.beat("This is said of it."):
            self.add(*type(self).stage_it(self.rec["row"]))
            self.wait(0.5)


def film_of(stage: Stage, **more: Any) -> type[Film]:
    """A film of one beat in which these mobjects stand."""
    return type(
        "Staged",
        (Staged,),
        {"stage_it": staticmethod(stage), "__doc__": "What stands there?", **more},
    )


def words(text: str, x: float = 0.0, y: float = 0.0, **options: Any) -> Words:
    return Words(text, **options).place([x, y, 0])


def panel(colour: str) -> Rectangle:
    return Rectangle(width=3, height=1, fill_color=colour, fill_opacity=1, stroke_width=0)


# For each rule: a broken stage, its mended one, the finding's name, and the least and most that it
# is off by.
BROKEN: dict[str, tuple[Stage, Stage, str, float, float]] = {
    "two words": (
        lambda row: [words("planet"), words("moon", 0.3, 0.1)],
        lambda row: [words("planet"), words("moon", 1.3, 0.1)],
        "overlap:planet/moon",
        5,
        7,
    ),
    "a numeral in a formula": (
        lambda row: [Formula("x^2 + 1"), Numeral(row.logits[0]).place([0, 0, 0])],
        lambda row: [Formula("x^2 + 1"), Numeral(row.logits[0]).place([0, 1, 0])],
        "overlap:x^2 + 1/\u22121.50",
        3,
        30,
    ),
    "a slanted text": (
        lambda row: [words("a slanted line").rotate(0.6), words("planet", 0.6, 0.3)],
        lambda row: [words("a slanted line").rotate(0.6), words("planet", 1.3, -0.4)],
        "overlap:a slanted line/planet",
        3,
        30,
    ),
    "a line": (
        lambda row: [words("planet"), Line((-1, 0.05, 0), (2, 0.15, 0))],
        lambda row: [words("planet"), Line((-1, -0.15, 0), (2, -0.15, 0))],
        "crossed:planet/Line",
        5,
        30,
    ),
    "a line that touches": (
        lambda row: [words("sun"), Line((-1, -0.012, 0), (2, -0.012, 0))],
        lambda row: [words("sun"), Line((-1, -0.03, 0), (2, -0.03, 0))],
        "crossed:sun/Line",
        5,
        30,
    ),
    "a box's edge": (
        lambda row: [TokenBox(row.token(0)), Square(0.3, stroke_color=theme.FOCUS)],
        lambda row: [TokenBox(row.token(0)), Square(2, stroke_color=theme.FOCUS)],
        "crossed:planet/Square",
        5,
        50,
    ),
    "a filled form's edge": (
        lambda row: [panel(theme.REST).shift((1.9, 0, 0)), words("planet", 0, -0.1)],
        lambda row: [panel(theme.REST).shift((1.9, 0, 0)), words("planet", 0.6, -0.1)],
        "crossed:planet/Rectangle",
        5,
        40,
    ),
    "a picture's edge": (
        lambda row: [
            Picture(np.full((2, 2, 3), 0.3), 2.0, 1.0).shift((1.4, 0, 0)),
            words("planet", 0, -0.1),
        ],
        lambda row: [
            Picture(np.full((2, 2, 3), 0.3), 2.0, 1.0).shift((1.4, 0, 0)),
            words("planet", 0.6, -0.1),
        ],
        "crossed:planet/Picture",
        5,
        40,
    ),
    "a text at the rim": (
        lambda row: [words("planet", 6.2)],
        lambda row: [words("planet", 5.5)],
        "outside:planet",
        15,
        60,
    ),
    "a form at the rim": (
        lambda row: [Square(1).shift((-7, 0, 0))],
        lambda row: [Square(1).shift((-6, 0, 0))],
        "outside:Square",
        120,
        120,
    ),
    "in the band": (
        lambda row: [words("planet", 4, -2.8)],
        lambda row: [words("planet", 4, -2.0)],
        "band:planet",
        60,
        90,
    ),
    "a tiny text": (
        lambda row: [words("planet", size=18)],
        lambda row: [words("planet", size=20)],
        "small:planet",
        2.0,
        2.0,
    ),
    "a shrunken text": (
        lambda row: [words("planet").scale(0.5)],
        lambda row: [words("planet").scale(0.8)],
        "small:planet",
        7.0,
        7.0,
    ),
    "grey on grey": (
        lambda row: [words("planet", color=theme.DATA_LOW)],
        lambda row: [words("planet", color=theme.SECONDARY)],
        "contrast:planet",
        1.0,
        2.0,
    ),
    "light on light": (
        lambda row: [panel(theme.PROBABILITY), words("planet", -0.4, -0.1)],
        lambda row: [panel(theme.PROBABILITY), words("planet", -0.4, -0.1, color=theme.GROUND)],
        "contrast:planet",
        2.0,
        3.0,
    ),
    "faint": (
        lambda row: [words("planet").set_opacity(0.42)],
        lambda row: [words("planet").set_opacity(0.7)],
        "contrast:planet",
        0.2,
        2.0,
    ),
    "behind a panel": (
        lambda row: [words("planet", -0.4, -0.1), panel(theme.PANEL)],
        lambda row: [panel(theme.PANEL), words("planet", -0.4, -0.1)],
        "hidden:planet",
        0.9,
        1.0,
    ),
    "dim from the start": (
        lambda row: [words("planet").set_opacity(theme.DIM)],
        lambda row: [words("planet")],
        "dim:planet",
        0.7,
        0.7,
    ),
    "a font of the system": (
        lambda row: [Text("planet", font_size=26)],
        lambda row: [words("planet")],
        "foreign:planet",
        0.0,
        0.0,
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_stage_is_found_and_the_mended_one_passes(row: Recording, case: str) -> None:
    broken, mended, name, least, most = BROKEN[case]
    assert inspect(film_of(mended), {"row": row}).problems == []
    report = inspect(film_of(broken), {"row": row})
    assert [finding.name for finding in report.findings] == [name], report.problems
    finding = report.findings[0]
    assert least - 0.05 <= finding.by <= most + 0.05
    assert (finding.time, finding.beat) == (pytest.approx(2.5), 1)
    assert all(who.strip() in finding.message for who in finding.who)


def told(
    play: Callable[[Film], None], said: str = "This is said of it.", **more: Any
) -> type[Film]:
    """A film of one beat in which ``play`` happens."""

    def construct(self: Film) -> None:
        with self.beat(said):
            play(self)

    return type(
        "Told",
        (Film,),
        {"construct": construct, "needs": {"row": REQUEST}, "__doc__": "What happens?", **more},
    )


def names(film: type[Film], row: Recording) -> list[str]:
    return [finding.name for finding in inspect(film, {"row": row}).findings]


def test_texts_that_move_over_one_another_are_found_and_a_cross_fade_is_none(
    row: Recording,
) -> None:
    def glide(film: Film) -> None:
        film.add(words("planet"), moving := words("moon", -2))
        film.play(moving.animate.shift(RIGHT * 4), run_time=1)

    def fade(film: Film) -> None:
        film.add(old := words("planet"))
        film.wait(1)
        film.play(FadeOut(old), FadeIn(words("moon", 0.1)), run_time=1)

    assert names(told(glide), row) == ["overlap:planet/moon", "sweeps:planet/moon"]
    assert names(told(fade), row) == []


def test_a_line_that_is_hidden_by_the_texts_own_ground_does_not_cross_it(row: Recording) -> None:
    line, ground = Line((-2, 0, 0), (2, 0, 0)), panel(theme.GROUND).scale(0.6)
    assert names(film_of(lambda row: [line, ground, words("planet", -0.4, -0.1)]), row) == []
    assert names(film_of(lambda row: [ground, line, words("planet", -0.4, -0.1)]), row) == [
        "crossed:planet/Line"
    ]


def test_what_was_seen_bright_may_be_dimmed(row: Recording) -> None:
    def dim(film: Film) -> None:
        text = words("planet")
        film.play(FadeIn(text), run_time=0.5)
        film.play(Dim(text), run_time=0.5)

    assert names(told(dim), row) == []


def test_words_that_an_animation_took_apart_are_still_one_text(row: Recording) -> None:
    def part(film: Film) -> None:
        number = film.rec["row"].logits[0]
        text = Words("the planet {x:.2f} again", x=number)
        film.add(text)
        film.wait(0.2)
        film.remove(text.named(number))
        for run in [run for line in text for run in line]:
            film.add(run.shift(UP * 0.01).shift(LEFT * 0.05))
        film.wait(1)

    assert names(told(part), row) == []


def test_a_beat_that_is_too_long_or_too_short_for_its_words_is_found() -> None:
    def beat(end: float, *texts: str) -> Beat:
        sentences = in_time([compose(text) for text in texts], Reading(), 1.0)
        return Beat(1, "02", 1.0, end, 3.0, tuple(sentences), ())

    short = "Twenty letters, or so."
    found = [*pace.beats([beat(3.4, short), beat(9.2, short)])]
    assert [(f.name, f.time, f.beat) for f in found] == [("short:02", 1.0, 2), ("long:02", 1.0, 2)]
    assert [round(f.by, 2) for f in found] == [0.1, 0.2]
    assert not [*pace.beats([beat(3.5, short), beat(9.0, short)])]
    long = "A text of eighty characters " * 3
    assert [f.rule for f in pace.beats([beat(6.3, long)])] == ["short"]
    assert not [*pace.beats([beat(6.5, long)])]
    # Of two sentences, 4 to 16 s.
    found = [*pace.beats([beat(4.9, "Look.", "See."), beat(17.1, "Look.", "See.")])]
    assert [(f.rule, round(f.by, 2)) for f in found] == [("short", 0.1), ("long", 0.1)]
    assert not [*pace.beats([beat(5.0, "Look.", "See."), beat(17.0, "Look.", "See.")])]
    told = [beat(4.9, short), beat(17.1, short)]
    assert [f.rule for f in pace.beats(told, cards=True)] == ["short", "long"], "one sentence, too"
    assert not [*pace.beats([beat(5.0, short), beat(17.0, short)], cards=True)]


def test_stillness_with_nothing_left_to_read_is_found(row: Recording) -> None:
    def pause(seconds: float) -> type[Film]:
        def play(film: Film) -> None:
            film.play(FadeIn(Square()), run_time=0.5)
            film.wait(seconds)

        return told(play, said="Look.")

    report = inspect(pause(3.9), {"row": row})
    assert [finding.rule for finding in report.findings] == ["idle"]
    assert report.findings[0].time == pytest.approx(0.7), (
        "the caption takes 0.4 s and 0.06 s for each of five letters"
    )
    assert report.findings[0].by == pytest.approx(4.4 - 0.7 - 2.0, abs=0.02)
    assert names(pause(2.0), row) == []

    def read(film: Film) -> None:
        film.play(FadeIn(words("A text of some forty letters to be read")), run_time=0.5)
        film.wait(3.9)

    assert names(told(read, said="Look."), row) == [], "while it is read nothing need move"

    def turn(film: Film) -> None:
        tracker, square = ValueTracker(0), Square()
        square.add_updater(lambda square: square.set_x(tracker.get_value()))
        film.add(square, tracker)
        film.sweep(tracker, 1.0, 4.4)

    assert names(told(turn, said="Look."), row) == []


def test_a_text_that_goes_before_it_can_be_read_is_found(row: Recording) -> None:
    def show(seconds: float) -> type[Film]:
        def play(film: Film) -> None:
            text = words("A text of thirty letters or so")
            film.play(FadeIn(text), run_time=0.2)
            film.wait(seconds)
            film.play(FadeOut(text), run_time=0.2)

        return told(play)

    report = inspect(show(1.0), {"row": row})
    assert [finding.name for finding in report.findings] == ["gone:A text of thirty letters or"]
    assert report.findings[0].by == pytest.approx(2.2 - 1.0, abs=0.25)
    assert names(show(2.3), row) == []


def both(row: Any) -> list[Mobject]:
    return [words("planet"), words("moon", 0.3, 0.1), words("tiny", 3, size=15)]


@pytest.mark.parametrize(
    "waiver", ["overlap", "overlap:planet/moon", "overlap:moon/planet", "overlap:moon"]
)
def test_a_film_waives_by_name_with_a_reason(row: Recording, waiver: str) -> None:
    report = inspect(
        film_of(both, waivers={waiver: "they are compared", "small": "a joke"}), {"row": row}
    )
    assert report.ok, report.problems
    assert [finding.name for finding in report.waived] == ["overlap:planet/moon", "small:tiny"]


def test_a_waiver_that_waives_nothing_or_gives_no_reason_is_a_finding(row: Recording) -> None:
    waivers = {"overlap:planet/sun": "meant", "small": " ", "overlap": "they are compared"}
    found = names(film_of(both, waivers=waivers), row)
    assert set(found) == {"small:tiny", "waiver:small", "waiver:overlap:planet/sun"}


def test_every_rule_is_tried_here() -> None:
    tried = {name.partition(":")[0] for _, _, name, _, _ in BROKEN.values()}
    assert tried | {"short", "long", "gone", "idle", "waiver"} == set(RULES) - MOTION


def test_the_sheet_shows_every_beats_end_and_motion(row: Recording, tmp_path: Path) -> None:
    def move(film: Film) -> None:
        square = Square(2, fill_color=theme.PROBABILITY, fill_opacity=1, stroke_width=0).shift(
            (-3, 0, 0)
        )
        film.add(square)
        film.play(square.animate.shift(RIGHT * 6), run_time=1)

    sheet = tmp_path / "inspect" / "told.png"
    report = inspect(told(move), {"row": row}, sheet, "told", stills=tmp_path / "stills")
    assert report.ok, report.problems
    assert report.pictures == 2
    assert sorted(path.name for path in (tmp_path / "stills").iterdir()) == [
        "beat-01-end.png",
        "beat-01-motion.png",
    ]
    middle, end = (
        np.asarray(Image.open(tmp_path / "stills" / f"beat-01-{kind}.png"))
        for kind in ("motion", "end")
    )
    assert middle.shape == end.shape == (1080, 1920, 3)
    green = np.array([0x2B, 0xB6, 0x8A])
    assert (middle[540, 960] == green).all(), "amid its motion the square is in the middle"
    assert (end[540, 1365] == green).all()
    assert not (end[540, 960] == green).all()
    with Image.open(sheet) as picture:
        assert picture.width == 4 * 480 + 5 * 18
        thumbnail = np.asarray(picture)[3 * 21 + 18 :, 18 + 480 + 18 :][:270, :480]
    assert np.abs(thumbnail[135, 341].astype(int) - green).max() <= 2


def test_only_some_beats_can_be_looked_at(row: Recording) -> None:
    class Two(Film):
        """What comes second?"""

        needs = {"row": REQUEST}
        waivers = {"small": "not looked at here"}

        def construct(self) -> None:
            with self.beat("The first."):
                self.add(tiny := VGroup(words("tiny", size=15)))
            with self.beat("The second."):
                self.remove(tiny)
                self.add(words("planet"), words("moon", 0.3, 0.1))

    report: LintReport = inspect(Two, {"row": row}, beats=[2])
    assert [finding.name for finding in report.findings] == ["overlap:planet/moon"]
    data = json.loads(json.dumps(report.as_dict()))
    assert data["findings"][0]["name"] == "overlap:planet/moon"
    assert data["pictures"] == 1
