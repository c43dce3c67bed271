"""A film that speaks: its sentences are spoken once, its picture keeps to them, its digest covers
them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from gptviz.errors import VoiceFailed
from gptviz.render.editions import Edition
from gptviz.render.find import pick_scenes
from gptviz.render.plan import Plan, Planner, Wish
from gptviz.render.produce import Result, Studio
from gptviz.render.project import open_project
from gptviz.voice import engines
from gptviz.voice.cache import Cache
from gptviz.voice.mixing import loudness
from gptviz.voice.sound import RATE, packed, read
from tests.toy import Toy, build
from tests.voice.conftest import Tones, tone

#: A film that turns white at the moment when its second sentence begins.
FLASH = '''"""Look"""

from manim import Square

from gptviz.film import Film


class Other(Film):
    """Look"""

    def construct(self):
        light = Square(side_length=20, fill_opacity=1, stroke_width=0)
        with self.beat("Now look at this, please.", "Here it is.") as said:
            said.until(1)
            self.add(light)
            self.wait(0.4)
            self.remove(light)
        with self.beat("That was all."):
            self.wait(0.2)
'''
SAID = ["Now look at this, please.", "Here it is.", "That was all."]
FRAME = 1 / 15


class Heard:
    """A watcher that keeps what it is told."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def begun(self, plan: Plan, seconds: float | None) -> None: ...

    def heard(self, plan: Plan, message: dict[str, Any]) -> None:
        self.messages.append(message)

    def waiting(self, plan: Plan, process: str) -> None: ...

    def ended(self, result: Result) -> None: ...


@dataclass
class Speaking:
    """A project whose film speaks with tones. ``voices`` are the engines that were made."""

    toy: Toy
    voices: list[Tones]
    heard: Heard

    def plan(self, voice: str = "tones:a") -> Plan:
        planner = Planner(open_project(self.toy.root))
        scene = pick_scenes(planner.project, ["other"])[0]
        return planner.plan(scene, Edition("default", ("big",), ()), Wish("l", voice=voice))

    def make(self, voice: str = "tones:a") -> Result:
        planner = Planner(open_project(self.toy.root))
        return Studio(planner, self.heard).make([self.plan(voice)])[0]

    @property
    def film(self) -> Path:
        return self.toy.videos / "default" / "l" / "other.mp4"

    @property
    def manifest(self) -> dict[str, Any]:
        return dict(json.loads(self.film.with_suffix(".json").read_text()))

    @property
    def spoken(self) -> list[str]:
        return [text for voice in self.voices for run in voice.spoken for text in run]


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Speaking]:
    folder = tmp_path_factory.mktemp("speaking")
    found = Speaking(build(folder / "project"), [], Heard())
    found.toy.scene("other").write_text(FLASH)

    def made(settings: str) -> Tones:
        found.voices.append(Tones(settings))
        return found.voices[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GPTVIZ_CACHE", str(folder / "cache"))
        patch.setitem(engines.KINDS, "tones", made)
        result = found.make()
        assert result.outcome == "rendered", result.error
        yield found


def test_picture_and_sound_are_in_step_to_one_frame(speaking: Speaking) -> None:
    with av.open(str(speaking.film)) as reader:
        white = [
            float(frame.pts * frame.time_base)
            for frame in reader.decode(video=0)
            if frame.to_ndarray(format="gray")[100:300].mean() > 180
        ]
    sound = read(speaking.film)
    starts = [
        sentence["start"]
        for section in speaking.manifest["sections"]
        for sentence in section["sentences"]
    ]
    loud = np.nonzero(np.abs(sound) > 0.02)[0]
    onsets = loud[np.diff(loud, prepend=-RATE) > 0.3 * RATE] / RATE
    # .03 s of breath stand before a sentence's first sound.
    assert list(onsets) == pytest.approx([start + 0.03 for start in starts], abs=0.012)
    assert abs(white[0] - starts[1]) <= FRAME and white[-1] - white[0] < 0.5
    assert len(sound) / RATE == pytest.approx(speaking.manifest["video"]["duration"], abs=FRAME)
    assert loudness(sound) == pytest.approx(-16, abs=1)


def test_each_sentence_was_spoken_once_and_its_beat_waits_for_it(speaking: Speaking) -> None:
    assert speaking.spoken == SAID
    assert {"speaking": 3} in speaking.heard.messages
    first, second = speaking.manifest["sections"]
    assert first["end"] >= first["sentences"][1]["end"] and second["start"] == first["end"]
    assert [each["text"] for each in (*first["sentences"], *second["sentences"])] == SAID


def test_what_is_fresh_and_why_not(speaking: Speaking) -> None:
    assert (speaking.plan().state, speaking.plan().why) == ("fresh", "")
    assert speaking.plan().digest == speaking.manifest["digest"]
    assert speaking.plan("tones:b").why == "voice tones:a -> tones:b"
    assert speaking.plan("none").why == "voice tones:a no more"
    broken = speaking.plan("recorded:nowhere")
    assert isinstance(broken.fault, VoiceFailed) and "is not here" in broken.why
    parts = speaking.plan("none").parts
    assert not {"spoken", "sound"} & set(parts) and "voice" not in parts["wish"]


def test_a_sentence_that_sounds_otherwise_makes_it_stale(speaking: Speaking) -> None:
    cache, key = Cache(), speaking.manifest["parts"]["spoken"][SAID[1]]["key"]
    kept = cache.get(key)
    assert kept is not None
    try:
        cache.put(key, tone(0.8))
        assert speaking.plan().why == f"the voice says \u201c{SAID[1]}\u201d otherwise"
        (cache.folder / f"{key}.wav").unlink()
        assert speaking.plan().state == "fresh", "what is not kept any more was not changed"
    finally:
        (cache.folder / f"{key}.wav").write_bytes(packed(kept.sound))


@pytest.mark.slow
def test_a_changed_sentence_is_spoken_alone_and_a_refused_one_leaves_the_film(
    speaking: Speaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, voices = speaking.toy.scene("other"), len(speaking.voices)
    before = speaking.film.read_bytes()
    scene.write_text(FLASH.replace("That was all.", "That was it."))

    def refuse(voice: Tones, *_: Any) -> list[Path]:
        raise VoiceFailed("tones cannot speak \u201cThat was it.\u201d", "no word", "another one")

    with monkeypatch.context() as patch:
        patch.setattr(Tones, "speak", refuse)
        failed = speaking.make()
    assert failed.outcome == "failed" and isinstance(failed.error, VoiceFailed)
    assert speaking.film.read_bytes() == before
    assert not [name for name in speaking.toy.files() if ".staging" in name]
    assert speaking.make().outcome == "rendered"
    assert [run for voice in speaking.voices[voices:] for run in voice.spoken] == [["That was it."]]
    # Without a voice the film can be made, and made with another it is another.
    silent = speaking.make("none")
    assert silent.outcome == "rendered" and "sound" not in speaking.manifest["video"]
    path = Studio(Planner(open_project(speaking.toy.root)), Heard()).preview(speaking.plan(), 2)
    onset = np.nonzero(np.abs(read(path)) > 0.02)[0][0] / RATE
    assert onset == pytest.approx(0.03, abs=0.012), "a beat alone begins with its first sentence"
