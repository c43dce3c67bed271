"""Records what films need: what an edition lacks (``prepare``), or all of it again (``record``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from gptviz.errors import GptvizError, NotRecorded, PromptRefused
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording
from gptviz.recording.store import Store
from gptviz.render.editions import Edition, asked, cast
from gptviz.render.find import SceneFile
from gptviz.render.locks import exclusive
from gptviz.render.plan import Plan, Planner, Wish
from gptviz.render.project import Project
from gptviz.render.sources import Sources
from gptviz.sourcing.asked import Asked
from gptviz.sourcing.choice import Choice, choose
from gptviz.sourcing.reference import Here, Reference

Outcome = Literal["recorded", "unchanged"]


@dataclass(frozen=True)
class Item:
    """One recording to take: a need of a film, from a model or from vectors."""

    scene: SceneFile
    need: str
    request: Request
    reference: Reference

    @property
    def name(self) -> str:
        return f"{self.scene.name}/{self.need}"

    @property
    def question(self) -> str:
        """What is asked of which numbers, and of which code, as one digest."""
        sources = Sources()
        code = "".join(sources.folder(room, pattern="**/*.py") for room in ("recorders", "models"))
        request = json.dumps(self.request.as_dict(), sort_keys=True)
        asked = f"{self.reference.fingerprint(self.request)} {code} {request}"
        return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Sourced:
    """Films with an edition to draw them from.

    ``faults``: by film, why it cannot be recorded. ``changed``: by film, which of its recordings
    are of other weights than those that were named.
    """

    edition: Edition
    faults: dict[str, GptvizError] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)

    def plan(self, planner: Planner, scene: SceneFile, wish: Wish) -> Plan:
        """The state of a film in this edition."""
        why, fault = self.changed.get(scene.name, ""), self.faults.get(scene.name)
        return planner.plan(scene, self.edition, wish, why, fault)

    def recordings(self, store: Store, scene: SceneFile) -> dict[str, Recording]:
        """What a film is drawn from, by need. Raises what keeps it from being recorded or read."""
        if fault := self.faults.get(scene.name):
            raise fault
        return cast(scene.checked(), self.edition, store).recordings(
            f"record it: gptviz record {scene.name}, with the model or the vectors of this edition"
        )


def look(project: Project, scenes: Sequence[SceneFile], wanted: Asked) -> Sourced:
    """The edition that a user asked for, with what is recorded now. No model is run."""
    choice, store = choose(project, wanted), project.store
    faults: dict[str, GptvizError] = {}
    changed: dict[str, str] = {}
    for scene in scenes:
        try:
            changed[scene.name] = choice.outdated(store, scene.checked())
        except GptvizError as error:
            faults[scene.name] = error
    return Sourced(choice.edition, faults, changed)


def prepare(
    project: Project, scenes: Sequence[SceneFile], wanted: Asked, taker: Here | None = None
) -> Sourced:
    """The edition that a user asked for, after recording what the named models have not answered
    yet, or answered with other weights.

    What could not be recorded stands in ``faults``. An optional need that its model cannot serve is
    no fault, and is not asked for again; :func:`record` asks again. Raises what is wrong with the
    question itself: UsageError, PromptRefused, NotDeclared for a film that takes no prompt, all
    before a model is loaded.
    """
    taker, store = taker or Here(), project.store
    if any(each is not None for each in (wanted.prompt, wanted.other, wanted.head)):
        named = Edition(
            "", (), (), wanted.prompt, project.orders, other=wanted.other, head=wanted.head
        )
        for scene in scenes:
            asked(scene.checked(), named)
    choice = choose(project, wanted, taker)
    faults: dict[str, GptvizError] = {}
    lacking: list[Item] = []
    for scene in scenes if choice.references else ():
        try:
            lacking += _lacking(store, scene.checked(), choice)
        except GptvizError as error:
            faults[scene.name] = error
    taker.prepare(lacking)
    for item in lacking:
        if item.scene.name in faults:
            continue
        try:
            _record(project, store, item, _place(choice, item), taker)
        except NotRecorded as error:
            # Not spared where other weights' answer would be shown in its place.
            state = choice.state(store, item.scene, item.need, item.request, item.reference)
            if item.need in item.scene.optional and state == "missing":
                item.reference.known.refuse(item.question)
            else:
                faults[item.scene.name] = error
        except GptvizError as error:
            faults[item.scene.name] = error
    return Sourced(choice.edition, faults)


def record(
    project: Project,
    scenes: Sequence[SceneFile],
    wanted: Asked,
    name: str | None = None,
    taker: Here | None = None,
) -> list[tuple[Item, Outcome | NotRecorded]]:
    """Records every need of films from the model and the vectors that are named, in the edition
    ``name`` (by default each in that of its model); says of each need what became of it.

    Raises what keeps a model from being loaded, and what is wrong with the question.
    """
    taker, store = taker or Here(), project.store
    choice = choose(project, wanted, taker)
    items = [
        Item(scene, need, request, reference)
        for scene in scenes
        for need, request in asked(scene.checked(), choice.edition).items()
        if (reference := choice.named(request.source))
    ]
    taker.prepare(_main_first(items))
    told: list[tuple[Item, Outcome | NotRecorded]] = []
    for item in _main_first(items):
        place = name or (
            item.reference.short
            if choice.edition.pinned(item.scene, item.need)
            else _place(choice, item)
        )
        try:
            told.append((item, _record(project, store, item, place, taker)))
        except NotRecorded as error:
            told.append((item, error))
    return sorted(told, key=lambda each: items.index(each[0]))


def _lacking(store: Store, scene: SceneFile, choice: Choice) -> list[Item]:
    """What has to be recorded for a film, what ``PROMPT=`` replaces first."""
    items = []
    for need, request in asked(scene, choice.edition).items():
        reference = choice.reference(scene, need)
        if reference and choice.state(store, scene, need, request, reference) != "there":
            item = Item(scene, need, request, reference)
            if not (need in scene.optional and reference.known.refuses(item.question)):
                items.append(item)
    return _main_first(items)


def _main_first(items: list[Item]) -> list[Item]:
    """The main need of each film before its others: a prompt that the film cannot show is refused
    before anything is written."""
    return sorted(items, key=lambda item: item.need != item.scene.main)


def _place(choice: Choice, item: Item) -> str:
    return choice.edition.places(item.scene, item.need)[0]


def _record(project: Project, store: Store, item: Item, edition: str, taker: Here) -> Outcome:
    """Takes one recording and writes it, under the lock of its film's recordings."""
    taken = taker.take(item)
    _check_length(item, taken)
    scene = item.scene.name
    path = store.path(edition, scene, item.need)

    def waiting(process: str) -> None:
        taker.listener.say(f"{scene}: process {process} is recording it; waiting")

    with exclusive(project.media, f"record-{edition}-{scene}", waiting):
        before = path.read_bytes() if path.is_file() else b""
        store.write(edition, scene, item.need, taken)
    return "unchanged" if path.read_bytes() == before else "recorded"


def _check_length(item: Item, taken: Recording) -> None:
    """Refuses a prompt that has more or fewer tokens than the film says that it can show."""
    if item.need != item.scene.main or item.scene.tokens is None:
        return
    least, most = item.scene.tokens
    tokens = taken.manifest.tokens
    count = len(tokens.get("prompt", tokens.get("text0", ())))  # the first of several texts is it
    if not least <= count <= most:
        raise PromptRefused(
            f"the film {item.scene.name} cannot show this prompt",
            f"{item.reference.short} reads {count} token{'' if count == 1 else 's'} in it; the film "
            f"has room for {least} to {most}",
            f"give a prompt of {least} to {most} tokens",
        )
