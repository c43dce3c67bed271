"""What has to be rendered, and why: digests of content are compared, never file times.

A film's digest covers its own source, the gptviz modules that it reaches, the fonts, its recordings
and what the badge says of them, quality, captions, the engine, and the versions of the libraries
that draw. The published manifest keeps these parts, so that a film that is no longer fresh can say
what changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Literal

from gptviz.errors import GptvizError, RecordingMissing
from gptviz.recording.schema import Recording
from gptviz.render import engine, manifest
from gptviz.render.editions import Cast, Edition, cast
from gptviz.render.facts import difference, facts
from gptviz.render.find import SceneFile
from gptviz.render.manifest import Place
from gptviz.render.project import Project
from gptviz.render.qualities import QUALITIES
from gptviz.render.scenefiles import digest_of
from gptviz.render.sources import Sources
from gptviz.voice import NONE

if TYPE_CHECKING:
    from gptviz.render.voicing import Spoken
    from gptviz.voice.engines.base import Beats

State = Literal["fresh", "stale", "missing"]
Captions = Literal["drawn", "file"]

#: The packages whose version shows in the pictures or in the file, as they call themselves.
LIBRARIES = ("Manim", "ManimPango", "pycairo", "uharfbuzz", "typst", "av", "Pillow", "numpy")


@dataclass(frozen=True)
class Wish:
    """How a film is wanted: ``quality`` by its letter, captions drawn or beside it only, which
    engine draws, which voice speaks."""

    quality: str = "m"
    captions: Captions = "drawn"
    engine: str = field(default_factory=engine.default)
    voice: str = NONE

    @property
    def told(self) -> dict[str, str]:
        """As a digest covers it; a film without a voice is told as it was before there were any."""
        told = {"quality": self.quality, "captions": self.captions, "engine": self.engine}
        return told if self.voice == NONE else {**told, "voice": self.voice}


@dataclass(frozen=True)
class Plan:
    """One film in one edition: the state of what is published, why, and the digest that it would
    have now.

    ``damaged``: what is published is not what its manifest says. ``fault``: what stands in the way
    of rendering.
    """

    scene: SceneFile
    edition: Edition
    wish: Wish
    place: Place
    state: State
    why: str
    damaged: bool = False
    cast: Cast | None = None
    parts: dict[str, Any] = field(default_factory=dict)
    fault: GptvizError | None = None

    @cached_property
    def digest(self) -> str:
        """sha256 over the parts."""
        return hashlib.sha256(_canonical(self.parts).encode()).hexdigest()

    @property
    def sources(self) -> str:
        """Which editions of recordings the film is drawn from, in words."""
        return self.cast.sources if self.cast else ""

    def speaking(self, spoken: Spoken) -> Plan:
        """The same plan, once what its voice says is known."""
        return replace(self, parts={**self.parts, "spoken": spoken})

    def script(self) -> Beats | None:
        """What the film says, where that is known without playing it: from the published film, if
        it was drawn from the same."""
        from gptviz.render.voicing import beats_of, same_script  # noqa: PLC0415  (PyAV)

        published = manifest.read(self.place)
        return beats_of(published) if published and same_script(published, self.parts) else None

    def ready(self) -> Cast:
        """The film's recordings. Raises what stands in the way: a recording missing or damaged, a
        broken scene."""
        if self.fault:
            raise self.fault
        assert self.cast is not None
        return self.cast


class Planner:
    """Plans films of one project; sources, fonts and versions are read once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.store = project.store
        self.sources = Sources()

    def plan(
        self,
        scene: SceneFile,
        edition: Edition,
        wish: Wish,
        why_stale: str = "",
        fault: GptvizError | None = None,
    ) -> Plan:
        """The state of a film. ``why_stale`` makes it stale whatever is published, and says why;
        ``fault`` is what already stands in its way.

        Nothing is raised for what is wrong with the film or its recordings: the plan says so, and
        its ``ready`` raises.
        """
        place = Place(self.project.media, edition.name, wish.quality, scene.name)
        published = manifest.read(place)
        found = None
        if fault is None:
            fault, found = self._found(scene, edition)
        if fault is not None or found is None:
            state: State = "stale" if published else "missing"
            why = (fault.why or fault.what) if fault else ""
            return Plan(scene, edition, wish, place, state, why, cast=found, fault=fault)
        parts = self._parts(scene, found, wish)
        try:
            parts |= self._spoken(parts, published)
        except GptvizError as error:
            return Plan(
                scene,
                edition,
                wish,
                place,
                "stale",
                error.what,
                cast=found,
                parts=parts,
                fault=error,
            )
        if published is None:
            why = _unmade(place)
            return Plan(scene, edition, wish, place, "missing", why, cast=found, parts=parts)
        why = why_stale or "; ".join(
            changes(published["parts"], parts, self._facts(published, found))
        )
        damage = manifest.damage(place, published)
        why = "; ".join(filter(None, (why, damage)))
        return Plan(
            scene,
            edition,
            wish,
            place,
            "stale" if why else "fresh",
            why,
            bool(damage),
            found,
            parts,
        )

    def _found(self, scene: SceneFile, edition: Edition) -> tuple[GptvizError | None, Cast | None]:
        try:
            found = cast(scene.checked(), edition, self.store)
        except GptvizError as error:
            return error, None
        damage = next((part.damage for part in found.parts.values() if part.damage), None)
        if damage is None and found.lacking:
            hint = (
                f"record it: gptviz record {scene.name} --model mini"
                if edition.name == "default"
                else f"record it: gptviz record {scene.name}, with the model or the vectors of this edition"
            )
            damage = RecordingMissing(
                f"{scene.name} cannot be drawn in the edition {edition.name}",
                "; ".join(part.lacking for part in found.lacking),
                hint,
            )
        return damage, found

    def _parts(self, scene: SceneFile, found: Cast, wish: Wish) -> dict[str, Any]:
        files = scene.files
        kinds = [request.kind for request in scene.needs.values()]
        code = [file.read_text("utf-8") for name, file in files.items() if name.endswith(".py")]
        return {
            "scene": digest_of(files),
            "modules": self.sources.reached(code, kinds),
            "fonts": self._fonts,
            "recordings": {
                need: {"digest": recording.digest, "badge": _badge(recording)}
                for need, recording in _recordings(found)
            },
            "wish": wish.told,
            "engine": self._fast_engine if wish.engine == engine.FAST else "",
            "versions": self._versions,
        }

    def _spoken(self, parts: dict[str, Any], published: dict[str, Any] | None) -> dict[str, Any]:
        """What a digest covers of a voice beside its name: how sound is made, and what is said."""
        if "voice" not in parts["wish"]:
            return {}
        from gptviz.render.voicing import spoken_parts  # noqa: PLC0415  (PyAV: no film without a voice needs it)

        return {"sound": self._sound, "spoken": spoken_parts(parts, published)}

    @cached_property
    def _sound(self) -> str:
        return self.sources.folder("voice", pattern="*.py")

    @cached_property
    def _fonts(self) -> str:
        return self.sources.folder("drawing", "fonts", pattern="**/*.[ot]tf")

    @cached_property
    def _fast_engine(self) -> str:
        return self.sources.folder("render", pattern="fast/**/*") + self.sources.folder(
            "render", pattern="engine.py"
        )

    @cached_property
    def _versions(self) -> dict[str, str]:
        return {name: version_of(name) for name in LIBRARIES}

    def _facts(self, published: dict[str, Any], found: Cast) -> Callable[[str], str]:
        """What changed in a need's recording, in words."""

        def told(need: str) -> str:
            old = published.get("recordings", {}).get(need, {}).get("facts", {})
            recording = found.parts[need].recording
            return difference(old, facts(recording)) if recording else "its numbers changed"

        return told


def _unmade(place: Place) -> str:
    """Why there is no film in a place; a film in another quality is named."""
    others = (replace(place, quality=letter) for letter in QUALITIES)
    there = [other.quality for other in others if manifest.read(other)]
    return f"rendered in quality {', '.join(there)} only" if there else "not rendered yet"


def changes(old: dict[str, Any], new: dict[str, Any], told: Callable[[str], str]) -> Iterator[str]:
    """What differs between the parts of two digests, in words, what a viewer would see first."""
    if old == new:
        return
    yield from _recording_changes(old.get("recordings", {}), new["recordings"], told)
    if old.get("scene") != new["scene"]:
        yield "the scene changed"
    yield from _each(
        old.get("modules", {}),
        new["modules"],
        "{name} changed",
        "{name} is used now",
        "{name} is used no more",
    )
    if old.get("fonts") != new["fonts"]:
        yield "the fonts changed"
    yield from _each(
        old.get("wish", {}),
        new["wish"],
        "{name} {old} -> {new}",
        "{name} {new}",
        "{name} {old} no more",
    )
    if old.get("engine") != new["engine"] and old.get("wish") == new["wish"]:
        yield "the engine changed"
    if old.get("wish", {}).get("voice") == new["wish"].get("voice", NONE):
        yield from _sound_changes(old, new)
    yield from _each(
        old.get("versions", {}),
        new["versions"],
        "{name} {old} -> {new}",
        "{name} {new}",
        "{name} no more",
    )


def _recording_changes(
    old: dict[str, Any], new: dict[str, Any], told: Callable[[str], str]
) -> Iterator[str]:
    for need, entry in new.items():
        before = old.get(need)
        if before is None:
            yield f"recording {need} is new"
        elif before.get("badge") != entry["badge"]:
            yield f"recording {need}: {_said(before.get('badge', {}))} -> {_said(entry['badge'])}"
        elif before.get("digest") != entry["digest"]:
            yield f"recording {need}: {told(need)}"
    yield from (f"recording {need} is used no more" for need in old if need not in new)


def _sound_changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    from gptviz.render.voicing import spoken_changes  # noqa: PLC0415  (as above)

    if old.get("sound") != new["sound"]:
        yield "how sound is made changed"
    yield from spoken_changes(old.get("spoken", {}), new["spoken"])


def _each(
    old: dict[str, str], new: dict[str, str], changed: str, added: str, gone: str
) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            form = added if name not in old else gone if name not in new else changed
            yield form.format(name=name, old=old.get(name), new=new.get(name))


def _recordings(found: Cast) -> Iterator[tuple[str, Recording]]:
    return (
        (need, part.recording) for need, part in found.parts.items() if part.recording is not None
    )


def _badge(recording: Recording) -> dict[str, Any]:
    """What a badge says of a recording beside its digest; the weights' fingerprint is not on
    screen."""
    told = recording.provenance
    commit = told.commit[:7] if told.commit else None
    return {"model": told.model, "parameters": told.parameters, "commit": commit, "note": told.note}


def _said(badge: dict[str, Any]) -> str:
    return str(badge.get("model")) + (f" at {badge['commit']}" if badge.get("commit") else "")


def version_of(name: str) -> str:
    """The installed version of a package; "none" without it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _canonical(parts: dict[str, Any]) -> str:
    return json.dumps(
        parts, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":")
    )
