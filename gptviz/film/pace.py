"""Rules of time: beats' lengths, time to read, and no stillness in which nothing is left to
read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from manim import Mobject, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject

from gptviz.drawing.base.text import Words
from gptviz.film.beats import Beat
from gptviz.film.film import beat_bounds
from gptviz.film.findings import Finding
from gptviz.film.rehearsal import FRAME_RATE, PER_SECOND, Moment
from gptviz.film.speech import PER_CHARACTER, READING
from gptviz.film.texts import Shown

IDLE = 2.0  # seconds of stillness with nothing left to read, at most
_GLANCE = 4.0  # seconds that new numbers and words on the stage are read, at most
_CLEAR = 0.5  # opacity from which on a text that fades can be read
_LOOK = 1 / PER_SECOND + 1 / FRAME_RATE  # a text may stand so much longer than it was seen to
_FRAME = 1.5 / FRAME_RATE


def reading(characters: int) -> float:
    """Seconds that a text takes to read."""
    return READING + PER_CHARACTER * characters


def beats(told: Sequence[Beat], cards: bool = False) -> Iterator[Finding]:
    """Beats that are too long, too short, or shorter than their words take to read."""
    for beat in told:
        length, number = beat.end - beat.start, beat.number + 1
        shortest, most = beat_bounds(len(beat.sentences), cards)
        said = beat.sentences[-1].end - beat.start
        least = max(shortest, said)
        if length < least - _FRAME:
            yield Finding(
                "short",
                (beat.name,),
                beat.start,
                number,
                least - length,
                f"beat {number} lasts {length:.1f} s, {least:.1f} at least: {beat.text!r}",
            )
        if length > most + _FRAME:
            yield Finding(
                "long",
                (beat.name,),
                beat.start,
                number,
                length - most,
                f"beat {number} lasts {length:.1f} s, {most:.0f} at most: {beat.text!r}",
            )


@dataclass
class _Stay:
    """How long a text has stood there to be read."""

    since: float
    last: float
    beat: int
    characters: int


@dataclass
class Clock:
    """Follows a film's pictures: when something moved, when there was something new to read, what
    went too soon."""

    _moves: list[tuple[float, float]] = field(default_factory=list)  # from when to when
    _news: list[tuple[float, float]] = field(default_factory=list)  # when, seconds to read it
    _stays: dict[str, _Stay] = field(default_factory=dict)
    _gone: list[Finding] = field(default_factory=list)
    _moving: tuple[float, int] | None = (
        None  # the last frame of the motion that goes on: when, how it looked
    )
    _still: int = 0  # how the last picture at rest looked
    _known: frozenset[str] = frozenset()

    def look(self, moment: Moment, texts: list[Shown]) -> None:
        """Takes a picture in."""
        self._read(moment, [text for text in texts if not text.place])
        state = fingerprint(moment)
        if moment.moving:
            if self._moving is not None and state != self._moving[1]:
                self._moves.append((self._moving[0], moment.time))
            self._moving = (moment.time, state)
            return
        if state != self._still:
            self._moves.append((moment.time, moment.time))
        self._still, self._moving = state, None
        known = frozenset(text.text for text in texts if text.place in ("", "card"))
        if new := known - self._known:
            self._news.append((moment.time, min(reading(sum(map(len, new))), _GLANCE)))
        self._known = known

    def _read(self, moment: Moment, texts: list[Shown]) -> None:
        """Notes which words stand there clearly enough to be read."""
        words = {text.text: text for text in texts if isinstance(text.owner, Words)}
        for name in [name for name in self._stays if name not in words]:
            self._judge(name, self._stays.pop(name))
        for name, text in words.items():
            if text.opacity >= _CLEAR and any(character.isalpha() for character in name):
                stay = self._stays.setdefault(
                    name, _Stay(moment.time, moment.time, moment.beat, len(name))
                )
                stay.last = moment.time + (moment.length if moment.kind == "rest" else 0.0)

    def _judge(self, name: str, stay: _Stay) -> None:
        stood, due = stay.last - stay.since, reading(stay.characters)
        if stood + _LOOK < due:
            short = " ".join(name.split())
            self._gone.append(
                Finding(
                    "gone",
                    (short[:28].rstrip(),),
                    stay.last,
                    stay.beat,
                    due - stood,
                    f"{short!r} stands for {stood:.1f} s, and takes {due:.1f} s to read",
                )
            )

    def close(self, told: Sequence[Beat], length: float) -> list[Finding]:
        """What went before it could be read, and stillness of more than 2 s with nothing left to
        read."""
        news = sorted([*self._news, *_speech(told)])
        found, busy, at = list(self._gone), 0.0, 0
        for start, end in [*self._moves, (length, length)]:
            while at < len(news) and news[at][0] <= start + _FRAME:
                when, seconds = news[at]
                if when - busy > IDLE + _FRAME:
                    found.append(_idle(told, busy, when))
                busy = max(busy, when) + seconds
                at += 1
            if start - busy > IDLE + _FRAME:
                found.append(_idle(told, busy, start))
            busy = max(busy, end)
        return found


def _speech(told: Sequence[Beat]) -> Iterator[tuple[float, float]]:
    """When each sentence is said, and for how long: as good as something to read."""
    return ((each.start, each.seconds) for beat in told for each in beat.sentences)


def beat_at(told: Sequence[Beat], time: float) -> int:
    """The number of the beat, from 1, in which a time lies."""
    return next((beat.number + 1 for beat in told if beat.start <= time < beat.end), len(told))


def _idle(told: Sequence[Beat], since: float, until: float) -> Finding:
    number = beat_at(told, since)
    return Finding(
        "idle",
        (told[number - 1].name,) if told else (),
        since,
        number,
        until - since - IDLE,
        f"for {until - since:.1f} s nothing moves and nothing is left to read",
    )


def fingerprint(moment: Moment, stage_only: bool = False) -> int:
    """A number that changes when anything drawn does. In motion only what may move is looked at.

    ``stage_only``: title, caption and badge are left out.
    """
    film = moment.film
    if moment.moving:
        wholes = film.moving_mobjects
    else:
        wholes = film.stage() if stage_only else film.mobjects
    mobjects = {id(part): part for whole in wholes for part in whole.get_family()}.values()
    return hash(tuple(look_of(mobject) for mobject in mobjects))


def look_of(mobject: Mobject) -> int:
    """A number that changes when a mobject, without its parts, is drawn otherwise."""
    if isinstance(mobject, VMobject):
        return hash(
            (
                mobject.points.tobytes(),
                mobject.fill_rgbas.tobytes(),
                mobject.stroke_rgbas.tobytes(),
                float(mobject.stroke_width),
            )
        )
    if isinstance(mobject, AbstractImageMobject):
        return hash((mobject.points.tobytes(), mobject.get_pixel_array().tobytes()))
    return 0
