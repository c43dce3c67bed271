"""Tunes of the public domain, written out as notes.

A note is ``pitch/length``: scientific pitch (C4 is middle C, ``#`` sharp, ``b`` flat) and how many
quarter notes it lasts; ``-`` in place of a pitch is a rest. MIDI numbers pitches by semitones, C4 is
60 (MIDI 1.0 Detailed Specification, Note Number).
"""

from __future__ import annotations

from dataclasses import dataclass

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_BEND = {"": 0, "#": 1, "b": -1}


@dataclass(frozen=True)
class Tune:
    """A melody: its title, where it is from, how many quarter notes a minute it goes, its notes."""

    title: str
    source: str
    beats_per_minute: int
    notes: str


@dataclass(frozen=True)
class Note:
    """A pitch by its MIDI number, None for a rest, and for how many quarter notes it lasts."""

    pitch: int | None
    length: float


ODE = Tune(
    "Ode to Joy",
    "Ludwig van Beethoven, Symphony No. 9 in D minor, op. 125 (1824), 4th movement: its "
    "theme, as cellos and basses begin it; in the public domain",
    120,
    "F#3/1 F#3/1 G3/1 A3/1  A3/1 G3/1 F#3/1 E3/1  D3/1 D3/1 E3/1 F#3/1  F#3/1.5 E3/0.5 E3/2 "
    "F#3/1 F#3/1 G3/1 A3/1  A3/1 G3/1 F#3/1 E3/1  D3/1 D3/1 E3/1 F#3/1  E3/1.5 D3/0.5 D3/2 "
    "E3/1 E3/1 F#3/1 D3/1  E3/1 F#3/0.5 G3/0.5 F#3/1 D3/1  "
    "E3/1 F#3/0.5 G3/0.5 F#3/1 E3/1  D3/1 E3/1 A2/1 F#3/2 "
    "F#3/1 G3/1 A3/1  A3/1 G3/1 F#3/1 E3/1  D3/1 D3/1 E3/1 F#3/1  E3/1.5 D3/0.5 D3/2",
)

TUNES = {"ode": ODE}


def notes_of(tune: Tune) -> list[Note]:
    """The notes of a tune, in order. Raises ValueError for what is none."""
    return [_note(written) for written in tune.notes.split()]


def name_of(pitch: int) -> str:
    """What a MIDI number is called: 60 is C4."""
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"


def _note(written: str) -> Note:
    pitch, _, length = written.partition("/")
    if pitch == "-":
        return Note(None, float(length))
    step, bend, octave = pitch[0], pitch[1:-1], int(pitch[-1])
    return Note(12 * (octave + 1) + _STEPS[step] + _BEND[bend], float(length))
