"""A tune as MIDI messages and as events: read back by ten lines that know nothing of the recorder."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from gptviz.errors import UsageError
from gptviz.recorders import take
from gptviz.recording.families import TuneEvents, TuneEventsRecording

from .conftest import Both

#: Its first eight bars as everyone sings them: steps of D major, a space between bars.
SUNG = "3345 5432 1123 322 3345 5432 1123 211"
D_MAJOR = dict(zip("12345", (50, 52, 54, 55, 57), strict=True))  # D3 is 50 in MIDI


@pytest.fixture(scope="module")
def ode(mini: Both) -> TuneEventsRecording:
    return take(mini.model, TuneEvents())


def test_the_tune_is_the_one_that_is_sung(ode: TuneEventsRecording) -> None:
    sung = [D_MAJOR[step] for step in SUNG.replace(" ", "")]
    assert list(ode.pitches.array[: len(sung)]) == sung
    assert list(ode.lengths.array[12:15]) == [1.5, 0.5, 2]
    assert ode.lengths.array.sum() == 4 * 16  # sixteen bars of four quarters
    assert str(ode.called(0)) == "F#3" and ode.seconds == pytest.approx(32)
    assert (ode.provenance.model, ode.provenance.size) == ("Ode to Joy", None)
    assert "Beethoven" in str(ode.provenance.source) and ode.provenance.parameters is None


def test_messages_and_events_play_the_same_notes(ode: TuneEventsRecording) -> None:
    expected = [
        (int(pitch), Fraction(float(length)))
        for pitch, length in zip(ode.pitches.array, ode.lengths.array, strict=True)
    ]
    messages = ode.messages.array.reshape(-1, 2, 4)
    assert (messages[:, :, 1] == [0x90, 0x80]).all() and (messages[:, 0, 3] == 64).all()
    assert [(int(n), Fraction(int(t), 480)) for t, _, n, _ in messages[:, 1]] == expected
    played, now, began = [], 0, {}
    for event in map(int, ode.events.array):
        if event < 128:
            began[event] = now
        elif event < 256:
            played.append((event - 128, Fraction(now - began[event - 128], 50)))  # 120 a minute
        elif event < 356:
            now += event - 255
        else:
            assert event == 356 + 16  # velocity 64 of 127, in 32 steps
    assert played == expected


def test_every_event_is_a_vector_with_a_single_one(ode: TuneEventsRecording) -> None:
    one_hot = ode.one_hot.array
    assert one_hot.shape == (ode.event_count, 388) and ode.vocab == 388
    assert (one_hot.sum(axis=1) == 1).all()
    np.testing.assert_array_equal(one_hot.argmax(axis=1), ode.events.array)
    kinds = [ode.kind_of(step)[0] for step in range(4)]
    assert kinds == ["velocity", "note on", "wait", "note off"]
    assert ode.kind_of(1)[1] == 54 and ode.kind_of(2)[1] == 49  # F#3, half a second
    assert ode.of_note(1) == [4, 5, 6]


def test_what_midi_does_not_have(mini: Both) -> None:
    for request in (TuneEvents("hey"), TuneEvents(velocity=128), TuneEvents(ticks=0)):
        with pytest.raises(UsageError):
            take(mini.model, request)
