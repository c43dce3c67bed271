"""Beats of several sentences: when each is said, what waits for it, and what is written under it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import CairoRenderer, FadeIn, FadeOut, tempconfig

from gptviz.drawing.base.text import Numeral
from gptviz.errors import NotDeclared
from gptviz.film import Film
from gptviz.film.audit import audit
from gptviz.film.rehearsal import Moment, rehearse
from gptviz.film.script import script
from gptviz.film.speech import PAUSE, Spoken, spread
from gptviz.recording.schema import Recording
from gptviz.render.fast.studio import Studio
from tests.film.conftest import REQUEST

SECONDS = 2.0


class Slow:
    """A voice that takes two seconds for every sentence."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def of(self, text: str) -> Spoken:
        self.asked.append(text)
        return spread(text, SECONDS)


class Told(Film):
    """What is said when?"""

    needs = {"row": REQUEST}
    marks: dict[str, float]

    def construct(self) -> None:
        row, self.marks = self.rec["row"], {}
        first = Numeral(row.probability(0), ".1%", 90)
        with self.beat(
            "It has a guess.", "{word} gets {p:~%}.", word=row.token(0), p=row.probability(0)
        ) as said:
            self.play(FadeIn(first), run_time=said.span(0) / 2)
            said.until(1)
            self.marks["second"] = self.now
            said.until(row.token(0))
            self.marks["word"] = self.now
            said.until("percent")
            self.marks["percent"] = self.now
            said.until(0)
            self.marks["again"] = self.now
            self.play(first.animate.shift((1, 0, 0)), run_time=said.left())
        with self.beat("Now.", "Then.", "Last."):
            self.play(FadeOut(first), run_time=5.3)


def played(row: Recording, look: Callable[[Moment], None] = lambda _: None, **how: Any) -> Told:
    film = rehearse(Told, {"row": row}, look, **how)
    assert isinstance(film, Told)
    return film


def test_motion_waits_for_sentences_and_words(row: Recording) -> None:
    voice = Slow()
    film = played(row, speech=voice)
    told, second = film.beats
    assert voice.asked[:2] == ["It has a guess.", "planet gets about sixty-four percent."]
    frame = 1 / 60
    starts = [0.0, SECONDS + PAUSE]
    assert [s.start for s in told.sentences] == starts
    assert [s.end for s in told.sentences] == [start + SECONDS for start in starts]
    assert told.sentences[1].start <= film.marks["second"] < told.sentences[1].start + 1.5 * frame
    assert film.marks["word"] == film.marks["second"], "the sentence begins with that word"
    word, when = told.sentences[1].words[-1]
    assert word == "percent." and when <= film.marks["percent"] < when + 1.5 * frame
    assert film.marks["again"] == film.marks["percent"], "what was said is not waited for"
    assert told.moved == pytest.approx(told.sentences[-1].end, abs=2 * frame)
    # A beat lasts as long as its motion with the stillness after it, or its speech with its pause.
    assert told.end == pytest.approx(told.moved + 0.6, abs=2 * frame)
    assert second.end == pytest.approx(second.start + 3 * SECONDS + 3 * PAUSE, abs=2 * frame)


def test_without_a_voice_sentences_take_as_long_as_they_are_read(row: Recording) -> None:
    first, second = played(row).beats[0].sentences
    assert first.seconds == pytest.approx(0.4 + 0.06 * len("It has a guess."))
    assert second.text == "planet gets about 64 percent."
    assert second.start == pytest.approx(first.end + PAUSE)


def test_what_is_not_said_cannot_be_waited_for(row: Recording) -> None:
    def waits_for(mark: int | str) -> type[Film]:
        class Waits(Told):
            def construct(self) -> None:
                with self.beat("One sentence.") as said:
                    said.until(mark)

        return Waits

    for mark, why in (("moon", "nothing in the beat says 'moon'"), (1, "has no sentence 1")):
        with pytest.raises(NotDeclared, match=why):
            rehearse(waits_for(mark), {"row": row}, lambda _: None)

    class Talks(Told):
        def construct(self) -> None:
            with self.beat(*["Much is said."] * 5):
                pass

    with pytest.raises(NotDeclared, match="5 sentences"):
        rehearse(Talks, {"row": row}, lambda _: None)


def test_the_script_is_the_same_whatever_the_voice(row: Recording) -> None:
    read, spoken = (script(Told, {"row": row}, "told", speech) for speech in (None, Slow()))
    assert [s.spoken for s in read.sentences] == [s.spoken for s in spoken.sentences]
    assert [s.text for s in read.sentences] == [
        "It has a guess.",
        "planet gets about 64 percent.",
        "Now.",
        "Then.",
        "Last.",
    ]
    assert spoken.beats == tuple(played(row, speech=Slow()).beats)
    assert read.length != spoken.length == pytest.approx(spoken.beats[-1].end)


def test_the_audit_checks_what_is_rounded_in_speech(row: Recording) -> None:
    report = audit(Told, {"row": row})
    assert report.problems == []
    assert "about 64 percent" in [numeral.text for numeral in report.numerals]

    class Lies(Told):
        def construct(self) -> None:
            with self.beat("{p:~%}.", p=self.rec["row"].probability(0)):
                pass
            statement = self.beats[0].sentences[0].statement
            object.__setattr__(statement[0], "text", "About 65 percent")

    assert any("rounding is wrong" in problem for problem in audit(Lies, {"row": row}).problems)


@pytest.mark.parametrize("engine", [CairoRenderer, Studio])
def test_captions_turn_amid_a_motion_in_the_frame_in_which_they_are_said(
    row: Recording, tmp_path: Path, engine: type[CairoRenderer]
) -> None:
    """Three sentences over one motion: each frame's band is that of a film that says but one."""
    bands: dict[float, bytes] = {}

    class Drawing(engine):  # type: ignore[misc, valid-type]
        def add_frame(self, frame: np.ndarray, num_frames: int = 1) -> None:
            band = frame[69:79, :, :3]  # the captions', above the badge
            bands[round(self.time * 8)] = np.array(band).tobytes()
            super().add_frame(frame, num_frames)

    settings = {
        "dry_run": True,
        "disable_caching": True,
        "progress_bar": "none",
        "verbosity": "ERROR",
        "pixel_height": 90,
        "pixel_width": 160,
        "frame_rate": 8,
        "media_dir": str(tmp_path),
    }
    with tempconfig(settings):
        film = Told({"row": row}, speech=Slow(), renderer=Drawing())
        film.render()
    motion = film.beats[1]
    looks = {}
    for number, sentence in enumerate(motion.sentences):
        frames = [
            look
            for at, look in bands.items()
            if sentence.start * 8 <= at < (sentence.end + PAUSE) * 8 and at < motion.moved * 8
        ]
        assert len(frames) > 2 and len(set(frames)) == 1, number
        looks[number] = frames[0]
    assert len(set(looks.values())) == 3
