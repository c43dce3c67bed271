"""A voice of one's own: files of sentences and of beats, what is missing, and what is stale."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from gptviz.errors import VoiceFailed
from gptviz.voice.cache import Cache
from gptviz.voice.engines.recorded import Recorded, file_name
from gptviz.voice.sound import RATE, Sound, packed
from gptviz.voice.speaking import speak
from tests.voice.conftest import said, silence

BEATS = [["Look at this.", "It is a vector, a list."], ["That is all."]]
ALONE = {text: 0.06 * sum(map(len, text.split())) for beat in BEATS for text in beat}


def record(folder: Path, name: str, sound: Sound, suffix: str = ".wav") -> Path:
    """A file as a person's recorder makes it."""
    folder.mkdir(exist_ok=True)
    path = folder / (name + suffix)
    if suffix == ".wav":
        path.write_bytes(packed(sound))
        return path
    with av.open(str(path), "w") as writer:
        stream = writer.add_stream({".flac": "flac", ".mp3": "mp3"}[suffix], rate=RATE)
        stream.layout = "mono"
        whole = av.AudioFrame.from_ndarray(sound[None, :], format="fltp", layout="mono")
        whole.sample_rate = RATE
        codec = stream.codec_context
        pieces = av.AudioResampler(codec.format, "mono", RATE, codec.frame_size or 1152)
        for frame in (*pieces.resample(whole), *pieces.resample(None)):
            writer.mux(stream.encode(frame))
        writer.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3"])
def test_a_file_for_each_sentence(tmp_path: Path, cache: Cache, suffix: str) -> None:
    mine = tmp_path / "mine"
    for i, beat in enumerate(BEATS, 1):
        for j, text in enumerate(beat, 1):
            record(mine, file_name("film", i, j, text), said(text), suffix)
    told = speak(Recorded(str(mine)), BEATS, cache)
    assert list(told) == list(ALONE)
    for text, utterance in told.items():
        pauses = 0.02 * len(text.split()) + 0.18 * text[:-1].count(",")
        assert utterance.seconds == pytest.approx(ALONE[text] + pauses + 0.1, abs=0.05)


def test_a_file_for_a_whole_beat_is_cut_at_its_pauses(tmp_path: Path, cache: Cache) -> None:
    mine = tmp_path / "mine"
    whole = np.concatenate([said(BEATS[0][0]), said(BEATS[0][1])])
    record(mine, file_name("film", 1, None, " ".join(BEATS[0])), whole)
    record(mine, file_name("film", 2, 1, BEATS[1][0]), said(BEATS[1][0]))
    told = speak(Recorded(str(mine)), BEATS, cache)
    alone = speak(_own_files(tmp_path / "own"), BEATS, Cache(tmp_path / "other"))
    for text in ALONE:
        assert told[text].seconds == pytest.approx(alone[text].seconds, abs=0.02)


def _own_files(folder: Path) -> Recorded:
    for beat in BEATS:
        for text in beat:
            record(folder, file_name("film", 1, 1, text), said(text))
    return Recorded(str(folder))


def test_a_beat_without_pauses_cannot_be_cut(tmp_path: Path, cache: Cache) -> None:
    run_together = said("Look at this It is a vector a list")
    name = file_name("film", 1, None, " ".join(BEATS[0]))
    record(tmp_path / "mine", name, run_together)
    with pytest.raises(VoiceFailed, match="before \u201cIt is a vector, a list.\u201d"):
        speak(Recorded(str(tmp_path / "mine")), BEATS[:1], cache)


def test_missing_and_stale_are_told_by_text(tmp_path: Path, cache: Cache) -> None:
    mine = tmp_path / "mine"
    voice = Recorded(str(mine))
    record(mine, file_name("film", 1, 1, BEATS[0][0]), said(BEATS[0][0]))
    old = record(mine, file_name("film", 2, 1, "That was all."), said("That was all."))
    record(mine, file_name("another_film", 2, 1, "Good night."), said("Good night."))
    record(mine, "notes", silence(1.0))
    assert voice.missing(BEATS) == [(1, 2, BEATS[0][1]), (2, 1, BEATS[1][0])]
    assert voice.stale("film", BEATS) == [old]
    with pytest.raises(VoiceFailed, match="no recording of \u201cIt is a vector") as caught:
        speak(voice, BEATS, cache)
    assert "gptviz script" in caught.value.hint
    # Moved to another place in the film, a sentence keeps its recording.
    assert Recorded(str(mine)).missing([["Other words."], [BEATS[0][0]]]) == [
        (1, 1, "Other words.")
    ]


def test_a_file_that_was_read_anew_is_taken(tmp_path: Path, cache: Cache) -> None:
    mine = tmp_path / "mine"
    name = file_name("film", 2, 1, BEATS[1][0])
    record(mine, name, said(BEATS[1][0]))
    first = speak(Recorded(str(mine)), BEATS[1:], cache)
    record(mine, name, np.concatenate([said(BEATS[1][0])[: RATE // 2], said("  Really.")]))
    second = speak(Recorded(str(mine)), BEATS[1:], cache)
    assert first["That is all."].digest != second["That is all."].digest


def test_an_empty_recording_is_told_with_its_sentence(tmp_path: Path, cache: Cache) -> None:
    record(tmp_path / "mine", file_name("film", 2, 1, BEATS[1][0]), silence(1.0))
    with pytest.raises(VoiceFailed, match="silent at \u201cThat is all.\u201d"):
        speak(Recorded(str(tmp_path / "mine")), BEATS[1:], cache)
