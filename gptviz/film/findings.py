"""Findings of the layout lint: what is wrong, with whom, when, by how much; and waivers of those
that are meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

RULES = {
    "overlap": "two texts stand on one another",
    "crossed": "a line or an edge runs through a text, or touches it",
    "outside": "something stands outside the safe area",
    "band": "something stands in the captions' band",
    "small": "a text is under 20 pixels at 1080 lines",
    "contrast": "a text has a contrast under 4.5:1 with what is behind it",
    "hidden": "a text is covered",
    "dim": "a text is dimmed that was never seen bright",
    "foreign": "a text is set in a font of the system",
    "short": "a beat is shorter than 2.5 s (4 of several sentences, or in a film with cards), or than its words take",
    "long": "a beat is longer than 8 s (16 of several sentences, or in a film with cards)",
    "gone": "a text goes before it can be read",
    "idle": "nothing moves and nothing is to be read for more than 2 s",
    "waiver": "a waiver waives nothing, or gives no reason",
    "sweeps": "a text runs over another or over a line, in motion",
    "empty": "the stage is empty for .3 s or more amid a film",
    "returns": "a numeral goes and comes back with another value",
    "twists": "an outline runs through itself, leans over or bursts in a motion",
    "jumps": "something comes farther than a third of the frame at once",
    "lags": "a pointer's label says the same while it moves along a scale",
    "stuck": "something changes in a motion that does not hold it, and is drawn standing still",
    "still": "nothing on the stage moves for more than 4 s",
}
MOTION = frozenset({"sweeps", "empty", "returns", "twists", "jumps", "lags", "stuck", "still"})


@dataclass(frozen=True)
class Finding:
    """One finding. ``who``: the texts, shapes or beats it is about; ``by``: how much, in the unit
    of ``message``."""

    rule: str
    who: tuple[str, ...]
    time: float
    beat: int
    by: float
    message: str

    @property
    def name(self) -> str:
        """What a waiver calls it: ``overlap:planet/moon``."""
        return f"{self.rule}:{'/'.join(self.who)}"

    @property
    def names(self) -> set[str]:
        """All that a waiver may call it: its rule, the rule and one of those it is about, or both
        in either order."""
        return {
            self.rule,
            self.name,
            f"{self.rule}:{'/'.join(reversed(self.who))}",
            *(f"{self.rule}:{one}" for one in self.who),
        }


@dataclass
class Docket:
    """Findings as they come in: each once, at its worst, and waived where the film says so."""

    waivers: Mapping[str, str]
    _worst: dict[tuple[str, frozenset[str]], Finding] = field(default_factory=dict)

    def add(self, findings: Iterable[Finding]) -> None:
        """Takes findings in. The same of the same things is one finding: the first time, the worst
        amount."""
        for finding in findings:
            key = (finding.rule, frozenset(finding.who))
            known = self._worst.get(key)
            if known is None:
                self._worst[key] = finding
            elif finding.by > known.by:
                self._worst[key] = Finding(
                    finding.rule, known.who, known.time, known.beat, finding.by, finding.message
                )

    def close(self, whole: bool = True) -> tuple[list[Finding], list[Finding]]:
        """Findings that stand, and those that are waived; ``whole``: all of the film was looked at.

        A waiver without a reason, or (of a film that was looked at whole) one that waives nothing,
        is a finding itself.
        """
        standing, waived, used = [], [], set()
        reasons = {name: reason for name, reason in self.waivers.items() if reason.strip()}
        for finding in sorted(self._worst.values(), key=lambda f: (f.time, f.name)):
            if names := finding.names & set(reasons):
                used |= names
                waived.append(finding)
            else:
                standing.append(finding)
        for name in self.waivers:
            if name not in reasons:
                standing.append(
                    Finding("waiver", (name,), 0.0, 0, 0.0, f"the waiver {name!r} gives no reason")
                )
            elif whole and name not in used:
                standing.append(
                    Finding("waiver", (name,), 0.0, 0, 0.0, f"the waiver {name!r} waives nothing")
                )
        return standing, waived
