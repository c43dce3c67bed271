"""A tune as events that a language model could read, as a film sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Text, Value
from gptviz.recording.number import Count, Derived, Numbers, Word, derive
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording

#: The kinds of events, each with how many there are; their ids follow one another.
EVENTS = (("note on", 128), ("note off", 128), ("wait", 100), ("velocity", 32))


@dataclass(frozen=True)
class TuneEvents(Request["TuneEventsRecording"]):
    """A ``tune`` of the public domain that the project holds, struck with one ``velocity`` (1 to
    127), as MIDI messages of ``ticks`` to a quarter note, and as events of a closed vocabulary, each
    a vector with a single one. No model computes any of it."""

    kind: ClassVar[str] = "tune_events"
    tune: str = "ode"
    velocity: int = 64
    ticks: int = 480


class TuneEventsRecording(Recording):
    """One tune: notes, MIDI messages, events."""

    answers = TuneEvents

    title = Text()  #: what the tune is called
    origin = Text()  #: who wrote it, when, and what of it this is
    rule = Text()  #: what an event is
    beats_per_minute = Value(int)  #: how many quarter notes a minute it goes
    #: the MIDI number of each note, -1 for a rest (row)
    pitches = Tensor("int32", "row")
    lengths = Tensor("float64", "row")  #: how many quarter notes each lasts (row)
    _names = Data(list[str])
    #: MIDI messages: ticks since the last, status byte, note, velocity (row, component)
    messages = Tensor("int32", "row", "component")
    vocab = Value(int)  #: how many different events there are
    events = Tensor("int32", "step")  #: the id of each event (step)
    one_hot = Tensor("uint8", "step", "vocab")  #: each event as a vector (step, vocab)
    _event_note = Tensor("int32", "step")

    def called(self, note: int) -> Word:
        """What a note is called: F#3; a dash for a rest."""
        return self.text(f"names.{note}")

    @property
    def note_count(self) -> Count:
        """How many notes the tune has, rests among them."""
        return Count(self.pitches, "notes")

    @property
    def event_count(self) -> Count:
        """How many events it is."""
        return Count(self.events, "events")

    @property
    def seconds(self) -> Derived:
        """How long it lasts."""
        minutes = derive(maths.ratio, derive(maths.total, self.lengths), self.beats_per_minute)
        return derive(maths.product, [minutes, Count(range(60), "seconds of a minute")])

    def vector(self, step: int) -> Numbers:
        """An event as a vector (vocab): one 1 among zeros."""
        part: Numbers = self.one_hot[step]
        return part

    def kind_of(self, step: int) -> tuple[str, Derived]:
        """What kind an event is, and its number within the kind: of a note, of hundredths of a
        second less one, of a step of velocity."""
        at, first = self.events.at(step), 0
        for name, count in EVENTS:
            if at < first + count:
                before = Count(range(first), "events of kinds before")
                return name, derive(maths.difference, at, before)
            first += count
        raise IndexError(f"event {int(at)} of {int(self.vocab)}")

    def of_note(self, note: int) -> list[int]:
        """The indices of the events that a note is made of."""
        return [int(i) for i in np.flatnonzero(self._event_note.array == note)]
