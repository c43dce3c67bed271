"""Sentences are spoken once, kept whole, looked over; what cannot be spoken is said with its
sentence."""

from __future__ import annotations

import wave
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from gptviz.errors import Unavailable, UsageError, VoiceFailed
from gptviz.voice.cache import Cache
from gptviz.voice.engines import engine
from gptviz.voice.engines.base import Cancelled
from gptviz.voice.engines.piper import Piper
from gptviz.voice.sound import RATE, Sound, packed, read, trimmed
from gptviz.voice.speaking import speak
from gptviz.voice.words import starts
from tests.voice.conftest import Tones, said, silence, tone

BEATS = [["The first sentence.", "Another one."], ["A third, with a comma in it."]]


def test_a_changed_sentence_is_spoken_alone(cache: Cache) -> None:
    voice = Tones()
    first = speak(voice, BEATS, cache)
    again = speak(voice, BEATS, cache)
    changed = speak(voice, [[BEATS[0][0], "Another two."], BEATS[1]], cache)
    other = Tones("slower")
    speak(other, BEATS[:1], cache)
    assert voice.spoken == [[*BEATS[0], *BEATS[1]], ["Another two."]]
    assert other.spoken == [BEATS[0]]
    assert {text: each.digest for text, each in first.items()} == {
        text: each.digest for text, each in again.items()
    }
    assert changed[BEATS[0][0]].key == first[BEATS[0][0]].key
    assert not [path for path in cache.folder.iterdir() if path.suffix != ".wav"]


def test_a_file_of_the_cache_that_is_cut_is_spoken_again(cache: Cache) -> None:
    voice = Tones()
    told = speak(voice, BEATS, cache)
    damaged = cache.folder / f"{told['Another one.'].key}.wav"
    damaged.write_bytes(damaged.read_bytes()[:-500])
    again = speak(voice, BEATS, cache)
    assert voice.spoken[1:] == [["Another one."]]
    assert again["Another one."].digest == told["Another one."].digest


def test_silence_around_a_sentence_goes_and_nothing_clicks(cache: Cache) -> None:
    told = speak(Tones(), BEATS, cache)["The first sentence."]
    sounds = 0.06 * len("Thefirstsentence.") + 0.04
    assert told.seconds == pytest.approx(sounds + 0.03 + 0.09, abs=0.011)
    # A tone that is switched on jumps by its whole step at once; faded, it rises from nothing.
    assert abs(told.sound[0]) < 1e-3 and abs(told.sound[-1]) < 1e-3
    raw = trimmed(tone(0.5))
    assert np.abs(raw[:48]).max() < 0.05 * np.abs(raw).max()


def test_words_begin_where_they_sound() -> None:
    text = "Every number positive, and together one."
    begins, at = [], 0.0
    for word in text.split():
        begins.append(at)
        at += 0.06 * len(word) + (0.2 if word[-1] in ",." else 0.02)
    found = starts(said(text), text)
    assert np.abs(np.array(found) - 0.4 - begins).max() < 0.13
    assert abs(found[3] - 0.4 - begins[3]) < 0.02, "after a pause that is heard, exactly"
    assert list(found) == sorted(found) and starts(said("One."), "") == ()


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 96_000])
def test_files_of_every_rate_are_read_at_their_pitch(tmp_path: Path, rate: int) -> None:
    at = np.arange(rate) / rate
    stereo = np.stack([np.sin(2 * np.pi * 440 * at), np.zeros(rate)], axis=1) * 16_000
    with wave.open(str(tmp_path / "a.wav"), "wb") as writer:
        writer.setparams((2, 2, rate, rate, "NONE", ""))
        writer.writeframes(stereo.astype("<i2").tobytes())
    sound = read(tmp_path / "a.wav")
    spectrum = np.abs(np.fft.rfft(sound[: RATE - 64]))
    assert abs(len(sound) - RATE) < 64
    assert np.argmax(spectrum) * RATE / (RATE - 64) == pytest.approx(440, abs=1.5)


class Broken(Tones):
    """Says one sentence as a test wants it."""

    def __init__(self, make: Callable[[Path], object]) -> None:
        super().__init__()
        self.make = make

    def speak(self, sentences: Sequence[str], folder: Path, cancelled: Cancelled) -> list[Path]:
        paths = super().speak(sentences, folder, cancelled)
        self.make(paths[1])
        return paths


def _writes(sound: Sound) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(packed(sound))


def _slow_rate(path: Path) -> None:
    with wave.open(str(path), "wb") as writer:
        writer.setparams((1, 2, 8_000, 8_000, "NONE", ""))
        writer.writeframes((tone(1 / 6) * 32_000).astype("<i2").tobytes())


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (_writes(silence(1.0)), "silent"),
        (_writes(tone(0.1)), "takes 0.1 s"),
        (_writes(tone(30.0)), "takes 30.0 s"),
        (_slow_rate, "8000 samples"),
        (lambda path: path.write_bytes(b"RIFF"), "no sound that can be read"),
        (lambda path: path.unlink(), "no sound that can be read"),
    ],
    ids=["silent", "short", "long", "rate", "broken", "gone"],
)
def test_what_cannot_be_a_sentence_is_refused_with_it(
    cache: Cache, make: Callable[[Path], object], why: str
) -> None:
    with pytest.raises(VoiceFailed) as caught:
        speak(Broken(make), BEATS, cache)
    assert "\u201cAnother one.\u201d" in caught.value.what and why in str(caught.value)
    assert "\n" not in caught.value.what and caught.value.hint


def test_names_of_voices() -> None:
    assert engine("none") is None
    for name in ("joe", "espeak-ng", "espeak-ng:en-gb", "kokoro:voices", "recorded:mine"):
        found = engine(name)
        assert found is not None and found.name == name
    assert isinstance(engine("some/voice.onnx"), Piper)
    for name in ("", "jo", "recorded:", "espeak-ng:-w/etc/x", "https://voice.example"):
        with pytest.raises(UsageError):
            engine(name)


def test_a_voice_that_is_not_here_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd.onnx").write_bytes(b"")
    (tmp_path / "odd.onnx.json").write_text('{"audio": {"sample_rate": 4000}}')
    monkeypatch.setenv("PATH", "")
    for name, kind, words in [
        (f"{tmp_path}/gone.onnx", VoiceFailed, "there is no"),
        (f"{tmp_path}/odd.onnx", VoiceFailed, "4000 samples a second"),
        (f"kokoro:{tmp_path}", VoiceFailed, "holds no Kokoro voice"),
        (f"recorded:{tmp_path}/gone", VoiceFailed, "is no folder"),
        ("espeak-ng", Unavailable, "apt-get install espeak-ng"),
    ]:
        found = engine(name)
        assert found is not None
        with pytest.raises(kind, match=words):
            speak(found, BEATS, Cache(tmp_path / "spoken"))
    assert not list((tmp_path / "spoken").rglob("*.wav"))
