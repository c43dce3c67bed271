"""A tune as MIDI messages, and as events of a closed vocabulary.

Messages: MIDI 1.0 Detailed Specification (note on 0x90, note off 0x80, channel 0). Events: Oore, Simon,
Dieleman, Eck, Simonyan 2018, "This time with feeling: learning expressive musical performance", section
3.2: 128 note-on, 128 note-off, 100 time shifts of 10 ms to 1 s, 32 velocities.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gptviz.errors import UsageError
from gptviz.models.interface import Model
from gptviz.recorders import recorder
from gptviz.recorders.tunes import TUNES, Note, name_of, notes_of
from gptviz.recording.families import TuneEvents
from gptviz.recording.families.music import EVENTS
from gptviz.recording.schema import Content, Origin

NOTE_ON, NOTE_OFF = 0x90, 0x80
FIRST = dict(
    zip((name for name, _ in EVENTS), np.cumsum([0, *(n for _, n in EVENTS)]), strict=False)
)
VOCAB = sum(count for _, count in EVENTS)
PER_SECOND = 100  # steps of time
LONGEST = 100  # steps that one event waits
RULE = (
    "a note begins, a note ends, time passes in hundredths of a second up to one, or later notes are struck "
    "harder or softer"
)


@dataclass
class _Written:
    """What a tune becomes: messages (ticks since the last, status, note, velocity), events, and the
    note that each event belongs to."""

    messages: list[tuple[int, int, int, int]] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)

    def event(self, kind: str, number: int, note: int) -> None:
        """One more event."""
        self.events.append(int(FIRST[kind]) + number)
        self.notes.append(note)

    def wait(self, steps: int, note: int) -> None:
        """Time passes."""
        while steps > 0:
            self.event("wait", min(steps, LONGEST) - 1, note)
            steps -= LONGEST


@recorder(TuneEvents)
def record(model: Model, request: TuneEvents) -> Content:
    """``pitches``, ``lengths`` (row), ``messages`` (row, component), ``events``, ``event_note``
    (step), ``one_hot`` (step, vocab). The model is not asked.

    Raises UsageError for a tune that is not there, and for numbers that MIDI does not have.
    """
    tune = TUNES.get(request.tune)
    if tune is None:
        raise UsageError(f"no tune is called {request.tune!r}", "", f"there is {', '.join(TUNES)}")
    if not 1 <= request.velocity <= 127 or not 1 <= request.ticks < 2**15:
        raise UsageError(
            f"velocity {request.velocity}, {request.ticks} ticks",
            "MIDI has velocities from 1 to 127, and up to 32,767 ticks to a quarter note",
        )
    notes = notes_of(tune)
    seconds = [note.length * 60 / tune.beats_per_minute for note in notes]
    written = _write(notes, seconds, request)
    events = np.array(written.events, dtype=np.int32)
    return Content(
        values={
            "title": tune.title,
            "origin": tune.source,
            "rule": RULE,
            "beats_per_minute": tune.beats_per_minute,
            "names": ["-" if note.pitch is None else name_of(note.pitch) for note in notes],
            "vocab": VOCAB,
        },
        tensors={
            "pitches": (
                np.array([-1 if n.pitch is None else n.pitch for n in notes], dtype=np.int32),
                ("row",),
            ),
            "lengths": (np.array([note.length for note in notes]), ("row",)),
            "messages": (np.array(written.messages, dtype=np.int32), ("row", "component")),
            "events": (events, ("step",)),
            "event_note": (np.array(written.notes, dtype=np.int32), ("step",)),
            "one_hot": (np.eye(VOCAB, dtype=np.uint8)[events], ("step", "vocab")),
        },
        origin=Origin(tune.title, tune.source, "public domain"),
    )


def _write(notes: list[Note], seconds: list[float], request: TuneEvents) -> _Written:
    written, rested = _Written(), 0
    written.event("velocity", request.velocity * EVENTS[-1][1] // 128, 0)
    for number, (note, lasts) in enumerate(zip(notes, seconds, strict=True)):
        ticks = round(note.length * request.ticks)
        if note.pitch is None:
            rested += ticks
            written.wait(round(lasts * PER_SECOND), number)
            continue
        written.messages.append((rested, NOTE_ON, note.pitch, request.velocity))
        written.messages.append((ticks, NOTE_OFF, note.pitch, 0))
        rested = 0
        written.event("note on", note.pitch, number)
        written.wait(round(lasts * PER_SECOND), number)
        written.event("note off", note.pitch, number)
    return written
