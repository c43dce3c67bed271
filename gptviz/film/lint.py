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

from manim import Mobject

from gptviz.drawing.base.text import Run
from gptviz.film import layout, legibility, pace
from gptviz.film.film import Film
from gptviz.film.findings import Docket, Finding
from gptviz.film.rehearsal import Moment, Pixels, picture, rehearse
from gptviz.film.sheet import Still, write_picture, write_sheet
from gptviz.film.texts import Reader, Shown
from gptviz.recording.schema import Recording

HEIGHT = 540  # lines of the pictures that are judged
FULL = 1080  # lines of stills that are asked for


@dataclass
class LintReport:
    """What an inspection found. ``findings`` stand, ``waived`` are meant; ``pictures``: how many
    were judged."""

    scene: str
    length: float
    pictures: int
    sheet: str
    findings: list[Finding] = field(default_factory=list)
    waived: list[Finding] = field(default_factory=list)

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
    name = scene or film_class.__module__.rpartition(".")[2]
    docket = Docket(film_class.waivers)
    inspector = _Inspector(docket, frozenset(beats))
    film = rehearse(
        film_class, recordings, inspector.look, height=HEIGHT if stills is None else FULL
    )
    if not beats:
        docket.add([*pace.beats(film.beats), *inspector.clock.close(film.beats, film.now)])
    standing, waived = docket.close(whole=not beats)
    shown = inspector.stills(film)
    if sheet is not None:
        write_sheet(sheet, f"{name}   {film.now:.1f} s   {len(standing)} findings", shown)
    if stills is not None:
        for still in shown:
            write_picture(stills / still.file, still.picture)
    return LintReport(name, film.now, inspector.pictures, str(sheet or ""), standing, waived)


class _Inspector:
    """Looks at the pictures of a rehearsal; keeps a still of each beat's end and of its longest
    motion."""

    def __init__(self, docket: Docket, beats: frozenset[int]) -> None:
        self._docket, self._beats = docket, beats
        self._reader, self._bright = Reader(), set[str]()
        self._stills: dict[tuple[int, str], tuple[float, Still]] = {}
        self.clock = pace.Clock()
        self.pictures = 0

    def look(self, moment: Moment) -> None:
        texts = self._reader.read(moment)
        self.clock.look(moment, texts)
        self._bright |= legibility.bright_texts(texts)
        if moment.kind in ("end", "middle") and (not self._beats or moment.beat in self._beats):
            self._judge(moment, texts)

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

    def _judge(self, moment: Moment, texts: list[Shown]) -> None:
        drawn = picture(moment)
        scenery = layout.Scenery(
            moment, texts, layout.shapes_of(moment, texts), _behind(moment, texts)
        )
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
        self.pictures += 1
        self._keep(moment, drawn, found)

    def _keep(self, moment: Moment, drawn: Pixels, found: list[Finding]) -> None:
        kind = "end" if moment.kind == "end" else "motion"
        known = self._stills.get((moment.beat, kind))
        if known is None or known[0] < moment.length:
            still = Still.of(
                drawn, kind, moment.time, moment.beat, [finding.rule for finding in found]
            )
            self._stills[moment.beat, kind] = (moment.length, still)


def _behind(moment: Moment, texts: list[Shown]) -> Pixels:
    """The picture without its texts."""
    inks = {id(ink.mobject) for text in texts for ink in text.inks}

    def keep(mobject: Mobject) -> bool:
        return id(mobject) not in inks and not isinstance(mobject, Run)

    return picture(moment, keep)
