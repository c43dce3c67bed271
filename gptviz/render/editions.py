"""Which recordings a film is drawn from.

The default edition is put together from the committed recordings alone, need by need, in the order
that ``course.toml`` gives; needs that a film chains come from one model together. No model is run
and no network touched. A named edition (the recordings of one model, one set of vectors, or both)
never falls back on another.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from gptviz.errors import NotDeclared, RecordingError
from gptviz.recording.requests import Request, Source, prompt_field
from gptviz.recording.schema import Recording
from gptviz.recording.store import Store
from gptviz.render.find import SceneFile

DEFAULT = "default"


@dataclass(frozen=True)
class Edition:
    """Where recordings may come from, for each source of numbers: the names of editions, the first
    that serves wins.

    ``name`` is the folder under media/videos. ``prompt`` stands in place of that of a film's main
    need, whose recording then lies in the edition ``name``.
    """

    name: str
    model: tuple[str, ...]
    vectors: tuple[str, ...]
    prompt: str | None = None

    def order(self, source: Source) -> tuple[str, ...]:
        return self.model if source == "model" else self.vectors


@dataclass(frozen=True)
class Part:
    """One need of a film: what it asks for, and the edition and recording that answer; else why
    none does.

    ``damage`` is the error of a recording that is there and cannot be trusted.
    """

    need: str
    request: Request
    edition: str = ""
    recording: Recording | None = None
    lacking: str = ""
    damage: RecordingError | None = None


@dataclass(frozen=True)
class Cast:
    """The recordings that a film is drawn from, in one edition. An optional need that nothing
    answers is no part."""

    scene: SceneFile
    edition: Edition
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def lacking(self) -> list[Part]:
        """The needs that nothing answers."""
        return [part for part in self.parts.values() if part.recording is None]

    @property
    def sources(self) -> str:
        """Which editions answer, said in words: ``gpt2``, or ``row: gpt2, story: mini``."""
        used = {need: part.edition for need, part in self.parts.items() if part.edition}
        if len(set(used.values())) == 1:
            return next(iter(used.values()))
        return ", ".join(f"{need}: {edition}" for need, edition in used.items())


def edition_name(model: str | None, vectors: str | None, prompt: str | None = None) -> str:
    """The folder of an edition: the short name of the model, the vectors, or both; with a prompt
    also eight digits."""
    names = list(dict.fromkeys(name for name in (model, vectors) if name))
    name = "+".join(names) or DEFAULT
    return name if prompt is None else f"{name}-{prompt_digits(prompt)}"


def prompt_digits(prompt: str) -> str:
    """Eight decimal digits that stand for a prompt in the name of its edition (from its sha256)."""
    data = hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).digest()
    return f"{int.from_bytes(data[:8], 'big') % 10**8:08d}"


def asked(scene: SceneFile, prompt: str | None) -> dict[str, Request]:
    """A film's requests, with a prompt given by hand in place of its main one's. Raises NotDeclared
    without a main."""
    if prompt is None:
        return dict(scene.needs)
    name = prompt_field(scene.needs[scene.main]) if scene.main else None
    if not scene.main or name is None:
        raise NotDeclared(
            f"the film {scene.name} takes no prompt",
            "it declares no main request that one could replace",
            "leave PROMPT away",
        )
    return {
        need: replace(request, **{name: prompt}) if need == scene.main else request
        for need, request in scene.needs.items()
    }


def cast(scene: SceneFile, edition: Edition, store: Store) -> Cast:
    """Finds a recording for each need. Nothing is raised for those that are missing or damaged: a
    part says so.

    Optional needs that are missing are left out; one that is damaged is not.
    """
    requests = asked(scene, edition.prompt)
    parts: dict[str, Part] = {}
    for group in _groups(scene):
        for part in _answer(group, requests, scene, edition, store):
            parts[part.need] = part
    return Cast(
        scene,
        edition,
        {need: parts[need] for need in scene.needs if not _spared(parts[need], scene)},
    )


def _answer(
    group: tuple[str, ...],
    requests: dict[str, Request],
    scene: SceneFile,
    edition: Edition,
    store: Store,
) -> list[Part]:
    """The group from the first edition that answers all of it, else the first that answers all but
    what is optional.

    One that is damaged is not passed over in silence.
    """
    tried: list[list[Part]] = []
    for candidate in _candidates(group, requests, scene, edition):
        parts = [_part(need, requests[need], scene, candidate[need], store) for need in group]
        if all(part.recording for part in parts) or any(part.damage for part in parts):
            return parts
        tried.append(parts)
    for parts in tried:
        if all(part.recording or _spared(part, scene) for part in parts):
            return parts
    return _apology(group, requests, tried)


def _spared(part: Part, scene: SceneFile) -> bool:
    """Whether a need is not answered and need not be."""
    return part.recording is None and part.damage is None and part.need in scene.optional


def _groups(scene: SceneFile) -> list[tuple[str, ...]]:
    """The needs that have to be answered together: chains that share a need are one."""
    groups: list[set[str]] = [{need} for need in scene.needs]
    for chain in scene.chains:
        joined = [group for group in groups if group & set(chain)]
        groups = [group for group in groups if group not in joined] + [set().union(*joined)]
    return [tuple(need for need in scene.needs if need in group) for group in groups]


def _candidates(
    group: tuple[str, ...], requests: dict[str, Request], scene: SceneFile, edition: Edition
) -> list[dict[str, str]]:
    """Ways to answer a group: for each source of numbers one edition, so that two models never meet
    in it."""
    orders = [edition.order(source) for source in {requests[need].source for need in group}]
    if not all(orders):
        return []
    found = []
    for i in range(max(len(order) for order in orders)):
        chosen = {
            need: (order := edition.order(requests[need].source))[min(i, len(order) - 1)]
            for need in group
        }
        if edition.prompt is not None and scene.main in chosen:
            chosen[scene.main] = edition.name  # a prompt given by hand is recorded apart
        found.append(chosen)
    return found


def _part(need: str, request: Request, scene: SceneFile, edition: str, store: Store) -> Part:
    try:
        if not store.has(edition, scene.name, need):
            return Part(need, request, lacking=f"{need} is not recorded in {edition}")
        recording = store.read(edition, scene.name, need)
    except RecordingError as error:
        return Part(
            need,
            request,
            edition,
            lacking=f"{need} of {edition} is damaged: {error.why}",
            damage=error,
        )
    if recording.manifest.request != request.as_dict():
        return Part(need, request, lacking=f"{need} of {edition} answers another request")
    return Part(need, request, edition, recording)


def _apology(
    group: tuple[str, ...], requests: dict[str, Request], tried: list[list[Part]]
) -> list[Part]:
    """What is said of a group that no edition answers whole."""
    if not tried:
        return [
            Part(
                need,
                requests[need],
                lacking=f"{need} needs an edition of {_source(requests[need])}",
            )
            for need in group
        ]
    said = {
        need: "; ".join(
            part.lacking for parts in tried for part in parts if part.need == need and part.lacking
        )
        for need in group
    }
    return [
        Part(
            need,
            requests[need],
            lacking=said[need] or f"{need} is chained to needs that are missing",
        )
        for need in group
    ]


def _source(request: Request) -> str:
    return "a model" if request.source == "model" else "word vectors"
