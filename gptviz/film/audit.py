"""The first judge: every numeral that a film ever shows or says, and where it comes from.

A film fails where a digit or a number word has no address, where an address does not lead to the
value, where a numeral is not its value rounded rightly, where a sentence is shown that its numbers
do not bear out, where an outline is not that of the text that it says it is, and where displayed
parts do not add up to the displayed whole, and where a colour that has a meaning is used without it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from manim import Mobject

from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.text import Run, TokenText
from gptviz.film import foreign
from gptviz.film.addresses import Addresses
from gptviz.film.colours import Colours
from gptviz.film.film import Film
from gptviz.film.literals import counted_literals
from gptviz.film.rehearsal import FRAME_RATE, Moment, played, rehearse
from gptviz.film.sums import Missum, Sums
from gptviz.film.view import seen
from gptviz.recording.address import Given
from gptviz.recording.number import Claim, Quoted, Token, Tracked, Word
from gptviz.recording.schema import Recording
from gptviz.recording.statement import NAMES, NUMBER_WORDS, Piece, Statement, untracked

NARRATION = "narration"
SCREEN = "screen"
SOURCE = "source"
MOST = 20_000  # numerals that a report lists; those that are wrong are listed beyond it


@dataclass(frozen=True)
class Found:
    """A numeral: when and where it first appeared, what it says, what it is. ``why`` says what is
    wrong with it."""

    time: float
    beat: int
    text: str
    kind: str
    address: str
    value: float | None
    ok: bool
    where: str
    why: str = ""


@dataclass(frozen=True)
class Stated:
    """A claim: the text that states it, the predicate over its numbers, whether it held, whether
    the text says so.

    ``why`` says what is wrong: the claim does not hold, or its numbers are not those of the
    recordings.
    """

    time: float
    beat: int
    text: str
    predicate: str
    address: str
    held: bool
    honest: bool
    why: str = ""


@dataclass(frozen=True)
class Untracked:
    """A numeral without an address, or an outline that is not what it says; ``why`` tells which.

    ``where``: on the screen, in the narration, or in the film's source (at beat 0).
    """

    time: float
    beat: int
    text: str
    where: str
    why: str


@dataclass(frozen=True)
class Untrue:
    """What is drawn against a rule of the whole picture: parts that do not make their whole, a
    colour without its meaning."""

    time: float
    beat: int
    text: str
    why: str


@dataclass
class AuditReport:
    """What an audit found. ``ok``: nothing that a film must not do."""

    scene: str
    length: float = 0.0
    numerals: list[Found] = field(default_factory=list)
    claims: list[Stated] = field(default_factory=list)
    untracked: list[Untracked] = field(default_factory=list)
    sums: list[Untrue] = field(default_factory=list)
    colours: list[Untrue] = field(default_factory=list)
    unlisted: int = 0

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def problems(self) -> list[str]:
        """Everything that is wrong, a line each."""
        wrong = [
            f"{_at(n)}: {n.text!r} ({n.kind}, {n.address}): {n.why}"
            for n in self.numerals
            if not n.ok
        ]
        lies = [f"{_at(c)}: {c.text!r} ({c.address}): {c.why}" for c in self.claims if c.why]
        return (
            wrong
            + lies
            + [f"{_at(u)}: {u.text!r} in the {u.where}: {u.why}" for u in self.untracked]
            + [f"{_at(s)}: {s.text} stand {s.why}" for s in self.sums]
            + [f"{_at(c)}: {c.text}: {c.why}" for c in self.colours]
        )

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "scene": self.scene,
            "length": self.length,
            "ok": self.ok,
            "numerals": [asdict(n) for n in self.numerals],
            "claims": [asdict(c) for c in self.claims],
            "untracked": [asdict(u) for u in self.untracked],
            "sums": [asdict(s) for s in self.sums],
            "colours": [asdict(c) for c in self.colours],
            "unlisted": self.unlisted,
        }


def audit(
    film_class: type[Film], recordings: Mapping[str, Recording], scene: str = ""
) -> AuditReport:
    """Plays every frame of a film without drawing it and lists its numerals, claims and untracked
    figures.

    ``recordings``: those that the film is given, by need. ``scene``: its name in the report, by
    default that of its module. Whatever the film itself raises is raised.
    """
    with auditing(film_class, recordings, scene) as listening:
        film = rehearse(film_class, recordings, listening.look, per_second=FRAME_RATE)
    return listening.report(film)


@contextlib.contextmanager
def auditing(
    film_class: type[Film], recordings: Mapping[str, Recording], scene: str = ""
) -> Iterator[Auditing]:
    """An audit that looks on while a film is played elsewhere; inside, text of Manim's is noted."""
    with foreign.being_made() as made:
        yield Auditing(film_class, recordings, scene, made)


class Auditing:
    """Looks at every frame of a rehearsal; :meth:`report` says what was seen."""

    def __init__(
        self,
        film_class: type[Film],
        recordings: Mapping[str, Recording],
        scene: str,
        made: list[Mobject],
    ) -> None:
        self._class = film_class
        self._report = AuditReport(scene or film_class.__module__.rpartition(".")[2])
        addresses = Addresses(
            Given({each.name: each for each in recordings.values()}, film_class.settings)
        )
        self._ledger = _Ledger(self._report, addresses)
        self._watcher, self._sums = _Watcher(self._ledger, made), Sums()
        self._colours = Colours()

    def look(self, moment: Moment) -> None:
        """Takes a picture in."""
        self._watcher.look(moment)
        for each in self._sums.look(moment):
            self._ledger.missum(each, _Place(moment.time, moment.beat, SCREEN))
        for wrong in self._colours.look(moment):
            self._report.colours.append(Untrue(moment.time, moment.beat, wrong.text, wrong.why))

    def report(self, film: Film) -> AuditReport:
        """What was found in the film that was played."""
        for text in counted_literals(self._class):
            why = "a count of a literal is a number without an address"
            self._ledger.untracked(text, why, _Place(0.0, 0, SOURCE))
        for beat in film.beats:
            place = _Place(beat.start, beat.number + 1, NARRATION)
            self._ledger.statement(beat.statement, place)
        self._ledger.close(film.now)
        return self._report


@dataclass(frozen=True)
class _Place:
    time: float
    beat: int
    where: str


class _Ledger:
    """Writes into a report what statements and outlines say, each thing once."""

    def __init__(self, report: AuditReport, addresses: Addresses) -> None:
        self._report, self._addresses = report, addresses
        self._known: set[tuple[Any, ...]] = set()
        self._claims: dict[tuple[str, str], Stated] = {}

    def close(self, length: float) -> None:
        self._report.length = length
        self._report.numerals.sort(key=lambda n: n.time)
        self._report.claims = sorted(self._claims.values(), key=lambda c: c.time)

    def statement(self, statement: Statement, place: _Place) -> None:
        for piece in statement:
            if isinstance(piece.origin, Tracked):
                self._tracked(piece, piece.origin, place)
            elif isinstance(piece.origin, (Token, Word)):
                self.data(piece.text, piece.origin, place)
            else:
                self._names(piece.text, place)
                if isinstance(piece.origin, Claim):
                    self._claim(piece.origin, statement.text, place)
        for text in untracked(statement):
            self.untracked(text, "it has no address", place)

    def data(self, shown: str, origin: Any, place: _Place) -> None:
        """Digits in a token or a recorded word."""
        if re.search(r"\d", shown) and self._new("data", shown, str(origin), str(origin.address)):
            problem = self._addresses.text_problem(shown, origin)
            kind = "token" if isinstance(origin, Token) else "word"
            self._found(
                Found(
                    place.time,
                    place.beat,
                    shown,
                    kind,
                    str(origin.address),
                    None,
                    not problem,
                    place.where,
                    problem,
                )
            )

    def formula(self, source: str, place: _Place) -> None:
        """Digits in a formula belong to it, but for one that is nothing but numbers."""
        if re.search(r"\d", source) and self._new("formula", source):
            if not re.search(r"[a-zA-Z\u0370-\u03ff]", source):
                self.untracked(
                    source, "a formula of numbers only is a number that has no address", place
                )
            self._found(
                Found(place.time, place.beat, source, "formula", "formula", None, True, place.where)
            )

    def quotations(self, statement: Statement, place: _Place) -> None:
        """Quoted figures on screen are marked: they stand in quotation marks."""
        for before, piece, after in zip(
            ("", *[p.text for p in statement]),
            statement,
            (*[p.text for p in statement[1:]], ""),
            strict=False,
        ):
            if isinstance(piece.origin, Quoted) and not (
                before.endswith("\u201c") and after.startswith("\u201d")
            ):
                self.untracked(
                    piece.text, "a quoted figure is drawn without quotation marks", place
                )

    def untracked(self, text: str, why: str, place: _Place) -> None:
        if self._new("untracked", text, why, place.where):
            self._report.untracked.append(Untracked(place.time, place.beat, text, place.where, why))

    def missum(self, found: Missum, place: _Place) -> None:
        if self._new("sum", found.text, found.why):
            self._report.sums.append(Untrue(place.time, place.beat, found.text, found.why))

    def _tracked(self, piece: Piece, value: Tracked, place: _Place) -> None:
        right = piece.right
        if not self._new(piece.text, piece.spec, value.kind, str(value.address), right):
            return
        problem = (
            self._addresses.problem(value)
            if right
            else f"it is {float(value)!r}, so the rounding is wrong"
        )
        self._found(
            Found(
                place.time,
                place.beat,
                piece.text,
                value.kind,
                str(value.address),
                float(value),
                not problem,
                place.where,
                problem,
            )
        )

    def _names(self, text: str, place: _Place) -> None:
        for name in NAMES:
            counts = re.search(r"\d", name) or NUMBER_WORDS & set(
                re.findall(r"[a-z]+", name.lower())
            )
            if counts and name in text and self._new("name", name):
                self._found(
                    Found(
                        place.time, place.beat, name, "name", "proper name", None, True, place.where
                    )
                )

    def _claim(self, claim: Claim, text: str, place: _Place) -> None:
        """A claim once, with the fullest text that states it: its words stand on screen in several
        pieces."""
        key = (str(claim.address), claim.wording)
        known = self._claims.get(key)
        if known is not None:
            if len(text) > len(known.text):
                self._claims[key] = replace(known, text=text)
            return
        why = "" if claim.honest else "its numbers do not bear it out"
        why = self._addresses.problem_among(claim.inputs) or why
        self._claims[key] = Stated(
            place.time,
            place.beat,
            text,
            claim.predicate.__name__,
            str(claim.address),
            claim.held,
            claim.honest,
            why,
        )

    def _found(self, found: Found) -> None:
        if found.ok and len(self._report.numerals) >= MOST:
            self._report.unlisted += 1
        else:
            self._report.numerals.append(found)

    def _new(self, *key: Any) -> bool:
        if key in self._known:
            return False
        self._known.add(key)
        return True


class _Watcher:
    """Looks at every picture: at what was not there the last time, or says something else now."""

    def __init__(self, ledger: _Ledger, made: list[Mobject]) -> None:
        self._ledger, self._made = ledger, made
        self._read: dict[
            int, tuple[Mobject, str | Statement]
        ] = {}  # holds the mobjects, so that no id comes twice

    def look(self, moment: Moment) -> None:
        place = _Place(moment.time, moment.beat, SCREEN)
        for mobject in foreign.parts(moment.film.mobjects):
            self._look_at(moment, mobject, place)
        if (
            moment.kind == "rest"
        ):  # whatever something was turned into stands there now, under another name
            for animation in played(moment.film.animations or []):
                target = getattr(animation, "target_mobject", None)
                for mobject in foreign.parts([target] if isinstance(target, Mobject) else []):
                    self._look_at(moment, mobject, place, off_stage=True)
        while self._made:
            self._foreign(self._made.pop(0), place)

    def _look_at(
        self, moment: Moment, mobject: Mobject, place: _Place, off_stage: bool = False
    ) -> None:
        """``off_stage``: what an animation turns its mobject into; it is not on screen itself."""
        if foreign.is_foreign(mobject):
            if off_stage or any(seen(moment.film, each) for each in mobject.get_family()):
                self._foreign(mobject, place)
            return
        content = (
            mobject.source if isinstance(mobject, Formula) else getattr(mobject, "pieces", None)
        )
        if not isinstance(content, (str, Statement)):
            return
        checked = isinstance(mobject, Run) and not moment.moving
        known = self._read.get(id(mobject))
        if known is not None and known[1] is content and not checked:
            return
        if not off_stage and not any(seen(moment.film, each) for each in mobject.get_family()):
            return
        self._read[id(mobject)] = (mobject, content)
        if isinstance(content, str):
            self._ledger.formula(content, place)
        elif isinstance(mobject, Run):
            self._ledger.statement(content, place)
            self._outline(mobject, place, checked)
        elif any(isinstance(each, Run) for each in mobject.get_family()):
            if not isinstance(mobject, TokenText) and not _said_aloud(moment.film, mobject):
                self._ledger.quotations(content, place)  # the rest is read run by run
        else:
            self._ledger.statement(content, place)

    def _outline(self, run: Run, place: _Place, checked: bool) -> None:
        """Whether a run's outline is that of its text, and its text that of its pieces."""
        if checked and not run.intact:
            self._ledger.untracked(
                run.text, "its outline is that of another text, or was stretched", place
            )
        origins = [piece.origin for piece in run.pieces]
        if len(origins) == 1 and isinstance(origins[0], (Token, Word)):
            self._ledger.data(run.text, origins[0], place)
        elif run.text != run.pieces.text:
            self._ledger.untracked(run.text, f"its pieces say {run.pieces.text!r}", place)

    def _foreign(self, mobject: Mobject, place: _Place) -> None:
        for text in foreign.numerals(mobject):
            name, where = type(mobject).__name__, getattr(mobject, "made_at", "")
            made = f" ({where})" if where else ""
            use = f"; {foreign.piece_for(name)}" if name in foreign.PIECES else ""
            self._ledger.untracked(text, f"a {name} of Manim's has no address{made}{use}", place)


def _said_aloud(film: Film, words: Mobject) -> bool:
    """Whether words stand in the caption, where a quotation is said and not marked."""
    return any(words is line for line in film._caption.submobjects)


def _at(found: Found | Stated | Untracked | Untrue) -> str:
    return f"{found.time:6.2f} s, beat {found.beat}"
