"""Which recordings a film is drawn from.

The default edition is put together from the committed recordings alone, need by need, in the order
that ``course.toml`` gives; needs that a film chains come from one model together. No model is run
and no network touched. A named edition (the recordings of one model, one set of vectors, or both)
never falls back on another.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from gptviz.errors import NotDeclared, RecordingError, RecordingMissing
from gptviz.recording.request import (
    HEAD_FIELD,
    OTHER_FIELD,
    Request,
    Source,
    prompt_field,
)
from gptviz.recording.schema import Recording
from gptviz.recording.store import Store
from gptviz.render.find import SceneFile
from gptviz.render.project import Order, Project

DEFAULT = "default"

#: The name of an edition of a prompt given by hand: that of the model, and the prompt's digits.
PROMPTED = re.compile(r"(.+)-([0-9]{8})")

#: The name of an edition of anything that was given by hand in place of what a film asks for.
BY_HAND = re.compile(r".+(-[0-9]{8}|-head-[0-9]+-[0-9]+|-beside-.+)")


@dataclass(frozen=True)
class Edition:
    """Where recordings may come from, for each source of numbers: the names of editions, the first
    that serves wins.

    ``name`` is the folder under media/videos. ``prompt`` stands in place of the text of a film's
    main need (see :func:`asked`); what it replaces lies in the edition ``name``. ``films`` are the
    orders that ``course.toml`` gives single films, ``named`` the sources that the user named.
    ``other`` names a second model in place of the one that requests name, ``head`` a head (layer,
    head) in place of the one that a rule chooses (see :func:`asked`).
    """

    name: str
    model: tuple[str, ...]
    vectors: tuple[str, ...]
    prompt: str | None = None
    films: Mapping[str, Order] = field(default_factory=dict)
    named: frozenset[Source] = frozenset()
    other: str | None = None
    head: tuple[int, int] | None = None

    def pinned(self, scene: SceneFile, need: str) -> bool:
        """Whether a need has editions of its own, whatever the user names."""
        return need in self._film(scene).needs

    def places(self, scene: SceneFile, need: str) -> tuple[str, ...]:
        """Where the recording of a need may lie: editions, the first that serves wins. The one
        answer to that question."""
        film, request = self._film(scene), scene.needs[need]
        if need in film.needs:
            return film.needs[need]
        if asked(scene, self)[need] != request:
            return (self.name,)  # a prompt given by hand is recorded apart
        own = film.model if request.source == "model" else film.vectors
        if own and request.source not in self.named:
            return own
        return self.model if request.source == "model" else self.vectors

    def _film(self, scene: SceneFile) -> Order:
        return self.films.get(scene.name) or Order()


def existing(project: Project, name: str = DEFAULT) -> Edition:
    """An edition as it is recorded: the default one, or one that is named and falls back on no
    other."""
    if name == DEFAULT:
        return Edition(DEFAULT, project.models, project.vectors, films=project.orders)
    both: frozenset[Source] = frozenset(("model", "vectors"))
    return Edition(name, (name,), (name,), films=project.orders, named=both)


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

    def recordings(self, hint: str) -> dict[str, Recording]:
        """What answers, by need. Raises the damage of what is damaged, and RecordingMissing, with a
        ``hint`` what to do, for what nothing answers."""
        found = {}
        for need, part in self.parts.items():
            if part.damage is not None:
                raise part.damage
            if part.recording is None:
                raise RecordingMissing(
                    f"{self.scene.name} has no recording of {need} in the edition "
                    f"{self.edition.name}",
                    part.lacking,
                    hint,
                )
            found[need] = part.recording
        return found

    @property
    def sources(self) -> str:
        """Which editions answer, said in words: ``gpt2``, or ``row: gpt2, story: mini``."""
        used = {need: part.edition for need, part in self.parts.items() if part.edition}
        if len(set(used.values())) == 1:
            return next(iter(used.values()))
        return ", ".join(f"{need}: {edition}" for need, edition in used.items())


def edition_name(
    model: str | None,
    vectors: str | None,
    prompt: str | None = None,
    other: str | None = None,
    head: tuple[int, int] | None = None,
) -> str:
    """The folder of an edition: the short name of the model, the vectors, or both; with a prompt
    also eight digits. ``other`` is the short name of a second model, ``head`` a head that was
    named."""
    names = list(dict.fromkeys(name for name in (model, vectors) if name))
    name = "+".join(names) or DEFAULT
    name = f"{name}-beside-{other}" if other else name
    name = f"{name}-head-{head[0]}-{head[1]}" if head else name
    return name if prompt is None else f"{name}-{prompt_digits(prompt)}"


def prompt_digits(prompt: str) -> str:
    """Eight decimal digits that stand for a prompt in the name of its edition (from its sha256)."""
    data = hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).digest()
    return f"{int.from_bytes(data[:8], 'big') % 10**8:08d}"


def readable(name: str, prompts: Iterable[str]) -> str:
    """The name of an edition; of one of a prompt, with the prompt in place of its digits, where it
    is among ``prompts``."""
    if not (found := PROMPTED.fullmatch(name)):
        return name
    prompt = next((each for each in prompts if prompt_digits(each) == found[2]), None)
    return name if prompt is None else f"{found[1]}: \u201c{prompt}\u201d"


def asked(scene: SceneFile, edition: Edition) -> dict[str, Request]:
    """A film's requests in an edition: with a prompt given by hand, that in place of the main one's
    text wherever the film asks about this text; with a second model or a head given by hand, that in
    place of the one that requests name.

    Raises NotDeclared for a second model where the film compares none, and for a head where it asks
    about none; and for a prompt where the film has no main request, where it also asks about a text
    that goes on after its main prompt (no other prompt can go on so), and where it asks a model
    about it that the prompt is not given to.
    """
    needs, prompt = _given_by_hand(scene, edition), edition.prompt
    if prompt is None:
        return needs
    name = prompt_field(scene.needs[scene.main]) if scene.main else None
    if not scene.main or name is None:
        raise _takes_none(scene, "it declares no main request that one could replace")
    text = getattr(needs[scene.main], name)
    found = {need: _retold(request, text, prompt) for need, request in needs.items()}
    found[scene.main] = replace(needs[scene.main], **{name: prompt})
    for need, request in needs.items():
        if found[need] != request and (field := _continued(request, text)):
            raise _takes_none(
                scene, f"its need {need} has a {field} that goes on after its own prompt"
            )
        if found[need] != request and edition.pinned(scene, need):
            raise _takes_none(scene, f"its need {need} always comes from a model of its own")
    return found


def _given_by_hand(scene: SceneFile, edition: Edition) -> dict[str, Request]:
    """A film's requests with the second model and the head that an edition names, if it names
    any."""
    needs = dict(scene.needs)
    for name, value, thing, knobs in (
        (OTHER_FIELD, edition.other, "second model", "OTHER"),
        (HEAD_FIELD, edition.head, "head", "LAYER and HEAD"),
    ):
        if value is None:
            continue
        asking = [
            need
            for need, request in needs.items()
            if getattr(request, name, None) is not None and not edition.pinned(scene, need)
        ]
        if not asking:
            raise NotDeclared(
                f"the film {scene.name} takes no {thing}",
                "none of its requests asks about one",
                f"leave {knobs} away",
            )
        needs |= {need: replace(needs[need], **{name: value}) for need in asking}
    return needs


def _retold(request: Request, text: str, prompt: str) -> Request:
    """A request with ``prompt`` wherever it holds exactly ``text``."""

    def told(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(told(entry) for entry in value)
        return prompt if text and isinstance(value, str) and value == text else value

    return replace(request, **{f.name: told(getattr(request, f.name)) for f in fields(request)})


def _continued(request: Request, text: str) -> str:
    """The field of a request that holds ``text`` and more after it, if there is one."""
    values = {f.name: getattr(request, f.name) for f in fields(request)}
    return next(
        (
            name
            for name, value in values.items()
            if text and isinstance(value, str) and value.startswith(text) and value != text
        ),
        "",
    )


def _takes_none(scene: SceneFile, why: str) -> NotDeclared:
    return NotDeclared(f"the film {scene.name} takes no prompt", why, "leave PROMPT away")


def cast(scene: SceneFile, edition: Edition, store: Store) -> Cast:
    """Finds a recording for each need. Nothing is raised for those that are missing or damaged: a
    part says so.

    Optional needs that are missing are left out; one that is damaged is not.
    """
    requests = asked(scene, edition)
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
    for candidate in _candidates(group, scene, edition):
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


def _candidates(group: tuple[str, ...], scene: SceneFile, edition: Edition) -> list[dict[str, str]]:
    """Ways to answer a group: for each source of numbers one edition, so that two models never meet
    in it (but where ``course.toml`` gives a need editions of its own)."""
    orders = {need: edition.places(scene, need) for need in group}
    if not all(orders.values()):
        return []
    return [
        {need: order[min(i, len(order) - 1)] for need, order in orders.items()}
        for i in range(max(len(order) for order in orders.values()))
    ]


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
