"""The second judge: looks at a film's pictures, at the end of each beat and amid its motions, and
at its pace.

It draws a contact sheet and finds what FILM_STYLE forbids: :data:`gptviz.film.findings.RULES` names
the rules. A film waives a finding by name, with a reason: ``waivers = {"overlap:planet/moon": "the
two are compared letter by letter"}``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gptviz.drawing.base import theme
from gptviz.film import layout, legibility, motion, pace
from gptviz.film.film import Film
from gptviz.film.findings import Docket, Finding
from gptviz.film.rehearsal import Moment, Pixels, picture, rehearse
from gptviz.film.sheet import Still, write_picture, write_sheet
from gptviz.film.stuck import Stuck
from gptviz.film.texts import Reader
from gptviz.recording.schema import Recording

_LIT = 12  # of 255: a pixel that differs by more from the ground is lit
HEIGHT = 540  # lines of the pictures that are judged
FULL = 1080  # lines of stills that are asked for


@dataclass
class LintReport:
    """What an inspection found. ``findings`` stand, ``waived`` are meant; ``pictures``: how many
    were judged.

    ``moving``: the share of time in which the stage moves; ``lit``: the share of the frame that is
    not ground, in the mean of the pictures; ``words``: those that are said in a minute.
    """

    scene: str
    length: float
    pictures: int
    sheet: str
    findings: list[Finding] = field(default_factory=list)
    waived: list[Finding] = field(default_factory=list)
    moving: float = 0.0
    lit: float = 0.0
    words: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.findings

    @property
    def problems(self) -> list[str]:
        """Every finding, a line each."""
        return [f"{f.time:6.2f} s, beat {f.beat}: {f.message}  [{f.name}]" for f in self.findings]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "scene": self.scene,
            "length": self.length,
            "ok": self.ok,
            "pictures": self.pictures,
            "sheet": self.sheet,
            "moving": self.moving,
            "lit": self.lit,
            "words": self.words,
            "findings": [{"name": f.name, **asdict(f)} for f in self.findings],
            "waived": [{"name": f.name, **asdict(f)} for f in self.waived],
        }


def inspect(
    film_class: type[Film],
    recordings: Mapping[str, Recording],
    sheet: Path | None = None,
    scene: str = "",
    *,
    stills: Path | None = None,
    beats: Collection[int] = (),
) -> LintReport:
    """Judges a film's pictures and pace.

    ``sheet``: where the contact sheet goes; ``stills``: a folder for every still of it at 1920 x
    1080; ``beats`` (counted from 1): look at these only. Whatever the film itself raises is raised.
    """
    inspection = Inspection(film_class, scene, beats)
    height = HEIGHT if stills is None else FULL
    film = rehearse(film_class, recordings, inspection.look, height=height)
    return inspection.report(film, sheet, stills)


class Inspection:
    """Looks at the pictures of a rehearsal; keeps a still of each beat's end and of its longest
    motion."""

    def __init__(
        self, film_class: type[Film], scene: str = "", beats: Collection[int] = ()
    ) -> None:
        self._name = scene or film_class.__module__.rpartition(".")[2]
        self._docket, self._beats = Docket(film_class.waivers), frozenset(beats)
        self._reader, self._bright = Reader(), set[str]()
        self._stills: dict[tuple[int, str], tuple[float, Still]] = {}
        self._clock, self._follower = pace.Clock(), motion.Follower()
        self._stuck = Stuck()
        self._lit: list[float] = []

    def look(self, moment: Moment) -> None:
        """Takes a picture in; of a motion only those that are sampled."""
        if not moment.sampled:
            return
        texts = self._reader.read(moment)
        self._clock.look(moment, texts)
        self._bright |= legibility.bright_texts(texts)
        scenery = layout.Scenery(moment, texts, layout.shapes_of(moment, texts))
        wanted = not self._beats or moment.beat in self._beats
        moved = [*self._follower.look(scenery), *self._stuck.look(moment)]
        if wanted:
            self._docket.add(moved)
        if moment.kind in ("end", "middle") and wanted:
            self._judge(scenery)

    def report(
        self, film: Film, sheet: Path | None = None, stills: Path | None = None
    ) -> LintReport:
        """What was found in the film that was looked at; writes its sheet and stills."""
        told, length = film.beats, film.now
        if not self._beats:
            self._docket.add(pace.beats(told, film.cards))
            self._docket.add(self._clock.close(told, length))
            self._docket.add(self._follower.close(told, length))
        standing, waived = self._docket.close(whole=not self._beats)
        shown = self.stills(film)
        if sheet is not None:
            write_sheet(sheet, f"{self._name}   {length:.1f} s   {len(standing)} findings", shown)
        if stills is not None:
            for still in shown:
                write_picture(stills / still.file, still.picture)
        return LintReport(
            self._name,
            length,
            len(self._lit),
            str(sheet or ""),
            standing,
            waived,
            self._follower.share_of_motion(length),
            float(np.mean(self._lit)) if self._lit else 0.0,
            sum(len(beat.text.split()) for beat in told) * 60 / length if length else 0.0,
        )

    def stills(self, film: Film) -> list[Still]:
        """The stills in the order of the film, with what is said in their beats."""
        said = {beat.number + 1: beat.text for beat in film.beats}
        chosen = sorted(
            (still for _, still in self._stills.values()),
            key=lambda still: (still.time, still.kind),
        )
        for still in chosen:
            still.caption = said.get(still.beat, "")
        return chosen

    def _judge(self, scenery: layout.Scenery) -> None:
        moment, drawn = scenery.moment, picture(scenery.moment)
        crossed = list(layout.crossings(scenery))
        found = [
            *layout.overlaps(scenery),
            *crossed,
            *layout.margins(scenery),
            *layout.sizes(scenery),
            *layout.strangers(scenery),
        ]
        known = {
            finding.who[0] for finding in crossed
        }  # what runs through a text also spoils its contrast
        found += [
            each
            for each in legibility.contrasts(scenery, drawn, self._bright)
            if each.who[0] not in known
        ]
        self._docket.add(found)
        ground = np.rint(theme.rgb(theme.GROUND) * 255)
        self._lit.append(float((np.abs(drawn - ground).max(axis=2) > _LIT).mean()))
        self._keep(moment, drawn, found)

    def _keep(self, moment: Moment, drawn: Pixels, found: list[Finding]) -> None:
        kind = "end" if moment.kind == "end" else "motion"
        known = self._stills.get((moment.beat, kind))
        if known is None or known[0] < moment.length:
            still = Still.of(
                drawn, kind, moment.time, moment.beat, [finding.rule for finding in found]
            )
            self._stills[moment.beat, kind] = (moment.length, still)
