"""A film's sound: as loud as it should be, no peak too high, no click where sentences meet, and in
step with the picture."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pyloudnorm
import pytest
from scipy.signal import resample

from gptviz.errors import RenderFailed, VoiceFailed
from gptviz.render.probe import check, probe, with_chapters
from gptviz.render.qualities import Quality
from gptviz.voice.mixing import levelled, limited, loudness, mixed
from gptviz.voice.sound import RATE, Sound, read, trimmed
from gptviz.voice.track import sound_of
from tests.voice.conftest import said, silence, tone

FPS = 30
SIZE = (64, 36)
SENTENCES = ["Only the gaps count.", "And the total never moves, at all.", "That is softmax."]


def spoken() -> tuple[Sound, list[tuple[int, int]]]:
    """A film's sound of three sentences, very differently loud, and where each lies in samples."""
    placed, spans, at = [], [], 0.5
    for text in SENTENCES:
        sound = trimmed(said(text))
        placed.append((at, sound))
        spans.append((round(at * RATE), round(at * RATE) + len(sound)))
        at += len(sound) / RATE + 0.35
    return mixed(placed, at + 1.0), spans


def peak(sound: Sound) -> float:
    """The true peak in dB, by Fourier interpolation of eight values for one."""
    return float(20 * np.log10(np.abs(resample(sound.astype(float), 8 * len(sound))).max()))


def test_loudness_peak_and_silence() -> None:
    film, spans = spoken()
    assert pyloudnorm.Meter(RATE).integrated_loudness(film.astype(float)) == pytest.approx(
        -16, abs=0.5
    )
    assert peak(film) < -1
    each = [loudness(np.tile(film[a:b], 3)) for a, b in spans]
    assert max(each) - min(each) < 1, "one sentence is as loud as another"
    outside = film.copy()
    for a, b in spans:
        outside[a:b] = 0
    assert not outside.any(), "nothing sounds between sentences, to the sample"


def test_nothing_clicks_where_sentences_begin_and_end() -> None:
    film, spans = spoken()
    hard = np.concatenate([silence(0.5), tone(0.5), silence(0.5)])
    assert _click(hard, 0.5, 1.0) > 1e-3, "the measure knows a click"
    for a, b in spans:
        assert _click(film, a / RATE, b / RATE) < 1e-3


def _click(film: Sound, begin: float, end: float) -> float:
    """The share of what sounds above 10 kHz in 5 ms around begin and end: a click holds all
    pitches, the test's tone of 220 Hz none of them."""
    shares = []
    for at in (begin, end):
        piece = film[round((at - 0.005) * RATE) : round((at + 0.005) * RATE)]
        power = np.abs(np.fft.rfft(piece * np.hanning(len(piece)))) ** 2
        high = power[np.fft.rfftfreq(len(piece), 1 / RATE) > 10_000].sum()
        shares.append(float(high / max(float((film**2).max()), 1e-12)))
    return max(shares)


def test_peaks_are_turned_down_and_nothing_else() -> None:
    sound = tone(2.0, level=0.2)
    sound[48_000:48_100] *= 8
    found = limited(sound, -3.0)
    assert peak(found) < -3 + 0.05
    far = np.abs(np.arange(len(sound)) - 48_050) > RATE // 20
    assert np.array_equal(found[far], sound[far])
    assert levelled(silence(1.0)).max() == 0


def test_a_sentence_without_room_is_no_film() -> None:
    for placed in ([(0.0, tone(1.0)), (0.9, tone(1.0))], [(4.5, tone(1.0))]):
        with pytest.raises(VoiceFailed, match="no room"):
            mixed(placed, 5.0)


def picture(path: Path, seconds: float, flashes: list[float]) -> None:
    """A black film whose frames at some times are white."""
    white = {round(at * FPS) for at in flashes}
    with av.open(str(path), "w") as writer:
        stream = writer.add_stream("libx264", rate=FPS)
        (stream.width, stream.height), stream.pix_fmt = SIZE, "yuv420p"
        for number in range(round(seconds * FPS)):
            shade = 255 if number in white else 0
            pixels = np.full((SIZE[1], SIZE[0], 3), shade, np.uint8)
            writer.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        writer.mux(stream.encode(None))


def flashes(path: Path) -> list[float]:
    """When a film's frames turn white, in seconds."""
    with av.open(str(path)) as reader:
        return [
            float(frame.pts * frame.time_base)
            for frame in reader.decode(video=0)
            if frame.to_ndarray(format="gray").mean() > 128
        ]


def clicks(sound: Sound) -> npt.NDArray[np.float64]:
    """When a sound sets in after silence, in seconds."""
    loud = np.nonzero(np.abs(sound) > 0.2 * np.abs(sound).max())[0]
    return loud[np.diff(loud, prepend=-RATE) > RATE // 4] / RATE


TIMES = [0.5, 2.0, 11.2, 19.7]


def test_sound_is_in_step_with_the_picture_to_the_frame(tmp_path: Path) -> None:
    picture(tmp_path / "a.mp4", 20.0, TIMES)
    sound = silence(20.0)
    for at in TIMES:
        sound[round(at * RATE) :][:480] = tone(0.01, 1000.0)
    with_chapters(tmp_path / "a.mp4", tmp_path / "b.mp4", "b", [], sound)
    facts = check(tmp_path / "b.mp4", Quality("x", *SIZE, FPS, "x"), 20.0, voiced=True)
    assert facts.sound == pytest.approx(20.0, abs=1 / FPS)
    found = clicks(sound_of(tmp_path / "b.mp4", 20.0))
    assert flashes(tmp_path / "b.mp4") == pytest.approx(TIMES, abs=1e-3)
    assert list(found) == pytest.approx(TIMES, abs=0.002), "a frame lasts .033 s"
    # What a player reads first holds picture and sound of the same seconds.
    with av.open(str(tmp_path / "b.mp4")) as reader:
        order = [(float(p.dts * p.time_base), p.stream.type) for p in reader.demux() if p.size]
    ahead = [abs(a[0] - b[0]) for a, b in zip(order, order[1:], strict=False) if a[1] != b[1]]
    assert len(ahead) > 40 and max(ahead) < 1.5


def test_the_loudness_is_that_of_the_published_file(tmp_path: Path) -> None:
    film, _ = spoken()
    seconds = len(film) // (RATE // FPS) / FPS
    picture(tmp_path / "a.mp4", seconds, [])
    with_chapters(tmp_path / "a.mp4", tmp_path / "b.mp4", "b", [], film)
    decoded = read(tmp_path / "b.mp4")
    assert loudness(decoded) == pytest.approx(-16, abs=1) and peak(decoded) < -1


def test_a_film_that_should_speak_and_does_not_is_refused(tmp_path: Path) -> None:
    picture(tmp_path / "a.mp4", 2.0, [])
    quality = Quality("x", *SIZE, FPS, "x")
    assert probe(tmp_path / "a.mp4").as_dict().keys() == {
        *("duration", "frames", "width", "height", "fps", "codec")
    }
    with pytest.raises(RenderFailed, match="0.00 s of sound"):
        check(tmp_path / "a.mp4", quality, 2.0, voiced=True)
    with_chapters(tmp_path / "a.mp4", tmp_path / "b.mp4", "b", [], tone(1.0))
    with pytest.raises(RenderFailed, match="1.0. s of sound"):
        check(tmp_path / "b.mp4", quality, 2.0, voiced=True)


def test_without_sound_packets_are_copied_as_they_were(tmp_path: Path) -> None:
    picture(tmp_path / "a.mp4", 2.0, [1.0])
    with_chapters(tmp_path / "a.mp4", tmp_path / "b.mp4", "b", [])
    with av.open(str(tmp_path / "b.mp4")) as reader:
        assert [stream.type for stream in reader.streams] == ["video"]
        assert reader.streams.video[0].time_base <= Fraction(1, FPS)
