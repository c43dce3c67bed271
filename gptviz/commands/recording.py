"""``record``; and what ``render`` and ``status`` do about a model that is named: look at it, record
what is missing."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from gptviz.commands.console import say, step, table
from gptviz.commands.identity import Identities, Identity, content
from gptviz.errors import (
    GptvizError,
    NotRecorded,
    PromptRefused,
    RecordingError,
    Unavailable,
    UsageError,
)
from gptviz.recording.requests import Request, Source
from gptviz.recording.schema import Recording
from gptviz.recording.store import Store
from gptviz.render.editions import DEFAULT, Edition, asked, edition_name
from gptviz.render.find import SceneFile, pick_scenes
from gptviz.render.locks import exclusive
from gptviz.render.project import Project
from gptviz.render.sources import Sources

Outcome = Literal["recorded", "unchanged", "not there"]

_PARTS = ("torch", "transformers", "tokenizers", "gensim", "huggingface_hub")


@dataclass(frozen=True)
class Asked:
    """What a user asked the numbers to come from; nothing at all means the default edition."""

    model: str | None = None
    vectors: str | None = None
    edition: str | None = None
    prompt: str | None = None


class Here:
    """Runs models in this process. Another way of running them overrides all three; see
    :mod:`.remote`."""

    def identify(self, reference: Reference) -> Identity:
        """Name of the edition and fingerprint of what a user named. Raises ModelError,
        VectorsRefused."""
        return Identity(str(reference.model.short), reference.model.provenance().fingerprint)

    def prepare(self, items: Sequence[Item]) -> None:
        """Is told of all that will be taken, before the first is."""

    def take(self, item: Item) -> Recording:
        """One recording, in memory. Raises NotRecorded where the model cannot serve it."""
        with (
            parts_needed(),
            step(f"{item.scene.name}: recording {item.need} from {item.reference.short}"),
        ):
            from gptviz.recorders import take  # noqa: PLC0415

            return take(item.reference.model, item.request)


@dataclass
class Reference:
    """A model, or word vectors, that a user named; loaded when it is first asked for."""

    text: str
    source: Source
    known: Identities
    loaded: Any = field(default=None, repr=False)
    taker: Here = field(default_factory=Here, repr=False)

    @property
    def model(self) -> Any:
        """The model or the vectors themselves. Raises ModelError, VectorsRefused, and Unavailable
        without torch."""
        if self.loaded is None:
            with parts_needed(), step(f"reading {self.text}"):
                if self.source == "model":
                    from gptviz.models import load  # noqa: PLC0415

                    self.loaded = load(self.text)
                else:
                    from gptviz.models.vectors import load_vectors  # noqa: PLC0415

                    self.loaded = load_vectors(self.text)
        return self.loaded

    @cached_property
    def identity(self) -> Identity:
        """Name of its edition and fingerprint; remembered, so that what did not change is not
        loaded again."""
        key = content(self.text, self.source)
        identity = self.known.recall(key)
        if identity is None:
            identity = self.taker.identify(self)
            self.known.remember(key, identity)
        return identity

    @property
    def short(self) -> str:
        return self.identity.short


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
        code = Sources().folder("recorders", pattern="*.py") + Sources().folder(
            "models", pattern="*.py"
        )
        asked = f"{self.reference.identity.fingerprint} {code} {json.dumps(self.request.as_dict(), sort_keys=True)}"
        return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Choice:
    """Where a user wants the numbers to come from: the edition, and what was named to compute
    it."""

    edition: Edition
    references: tuple[Reference, ...] = ()

    def reference(self, source: Source) -> Reference | None:
        return next(
            (reference for reference in self.references if reference.source == source), None
        )

    def place(self, scene: SceneFile, need: str, request: Request) -> str:
        """The edition that a need is recorded in."""
        if self.edition.prompt is not None and need == scene.main:
            return self.edition.name
        return self.edition.order(request.source)[0]

    def outdated(self, store: Store, scene: SceneFile) -> str:
        """What is there, but was recorded from other weights than those that were named; empty
        where nothing is."""
        changed = [
            need
            for need, request in scene.needs.items()
            if (reference := self.reference(request.source))
            and self.state(store, scene, need, request, reference) == "changed"
        ]
        return f"model changed since recording {', '.join(changed)}" if changed else ""

    def state(
        self, store: Store, scene: SceneFile, need: str, request: Request, reference: Reference
    ) -> Literal["there", "changed", "missing"]:
        """Whether a need is recorded, as an answer to this very request, from the weights that were
        named."""
        try:
            manifest = store.manifest(self.place(scene, need, request), scene.name, need)
        except RecordingError:
            return "missing"
        if manifest.request != request.as_dict():
            return "missing"
        return (
            "there"
            if manifest.provenance.fingerprint == reference.identity.fingerprint
            else "changed"
        )

    def spares(self, store: Store, item: Item) -> bool:
        """Whether a film does without what its model cannot serve. Not where other weights' answer
        would be shown."""
        return (
            item.need in item.scene.optional
            and self.state(store, item.scene, item.need, item.request, item.reference) == "missing"
        )


def choose(project: Project, wanted: Asked, taker: Here | None = None) -> Choice:
    """The edition that a user asked for. Raises UsageError for questions that contradict one
    another.

    ``taker`` runs what was named.
    """
    if wanted.prompt is not None:
        _check_prompt(wanted.prompt)
        if wanted.model is None:
            raise UsageError(
                "a prompt given by hand has to be run",
                "no model was named",
                "name one: mini (bundled), or gpt2 where it can be downloaded",
            )
    if wanted.edition is not None:
        if wanted.model is not None or wanted.vectors is not None:
            raise UsageError(
                "--edition takes recordings as they are",
                "--model and --vectors make new ones",
                "give one or the other",
            )
        if wanted.edition == DEFAULT:
            return Choice(Edition(DEFAULT, project.models, project.vectors))
        return Choice(Edition(wanted.edition, (wanted.edition,), (wanted.edition,)))
    known = Identities(project.media)
    taker = taker or Here()
    model = Reference(wanted.model, "model", known, taker=taker) if wanted.model else None
    vectors = Reference(wanted.vectors, "vectors", known, taker=taker) if wanted.vectors else None
    name = edition_name(
        model.short if model else None, vectors.short if vectors else None, wanted.prompt
    )
    edition = Edition(
        name,
        (model.short,) if model else project.models,
        (vectors.short,) if vectors else project.vectors,
        wanted.prompt,
    )
    return Choice(edition, tuple(reference for reference in (model, vectors) if reference))


def _check_prompt(prompt: str) -> None:
    if not prompt.strip():
        raise PromptRefused(
            "the prompt is empty",
            f"it has {len(prompt)} characters and no word" if prompt else "it has no characters",
            "give at least one word, or leave PROMPT away",
        )
    try:
        prompt.encode()
    except UnicodeEncodeError as error:
        raise PromptRefused(
            "the prompt is no text",
            f"character {error.start} is no Unicode: {prompt[error.start]!a}",
            "give it in UTF-8",
        ) from error


def complete(
    project: Project, scenes: Iterable[SceneFile], choice: Choice, taker: Here | None = None
) -> dict[str, GptvizError]:
    """Records what the named models have not answered yet, or answered with other weights.

    Returns what could not be recorded, by the name of its film. An optional need that its model
    cannot serve is no failure, and is not asked for again; ``record`` asks again.
    """
    taker, store = taker or Here(), Store(project.recordings)
    failed: dict[str, GptvizError] = {}
    lacking: list[Item] = []
    for scene in scenes:
        try:
            for need, request in asked(scene.checked(), choice.edition.prompt).items():
                reference = choice.reference(request.source)
                if reference and choice.state(store, scene, need, request, reference) != "there":
                    item = Item(scene, need, request, reference)
                    if not (need in scene.optional and reference.known.refuses(item.question)):
                        lacking.append(item)
        except GptvizError as error:
            failed[scene.name] = error
    taker.prepare(lacking)
    for item in lacking:
        if item.scene.name not in failed:
            try:
                _record(
                    project, store, item, choice.place(item.scene, item.need, item.request), taker
                )
            except NotRecorded as error:
                if choice.spares(store, item):
                    item.reference.known.refuse(item.question)
                else:
                    failed[item.scene.name] = error
            except GptvizError as error:
                failed[item.scene.name] = error
    return failed


def record(
    project: Project,
    names: Sequence[str],
    everything: bool,
    model: str | None,
    vectors: str | None,
    edition: str | None,
    taker: Here | None = None,
) -> int:
    """Records what films need from the model and the vectors that are named; prints what became of
    each need.

    Raises NotRecorded where a film that was named lacks what it cannot do without; with
    ``everything`` that is listed.
    """
    scenes = [scene.checked() for scene in pick_scenes(project, names, everything)]
    if not model and not vectors:
        raise UsageError(
            "nothing was named to record from",
            "",
            "give --model (mini is bundled) or --vectors, or both",
        )
    taker, store = taker or Here(), Store(project.recordings)
    choice = choose(project, Asked(model, vectors), taker)
    items = [
        Item(scene, need, request, reference)
        for scene in scenes
        for need, request in scene.needs.items()
        if (reference := choice.reference(request.source))
    ]
    taker.prepare(items)
    rows: list[tuple[str, str, str]] = []
    lacking: list[GptvizError] = []
    for item in items:
        try:
            outcome = _record(project, store, item, edition or item.reference.short, taker)
            rows.append((item.scene.name, item.need, outcome))
        except NotRecorded as error:
            if item.need not in item.scene.optional:
                lacking.append(error)
            rows.append((item.scene.name, item.need, f"not there: {error.what}"))
    table(("film", "need", "outcome"), rows)
    if lacking and not everything:
        raise lacking[0]
    return 0


def _record(project: Project, store: Store, item: Item, edition: str, taker: Here) -> Outcome:
    """Takes one recording and writes it, under the lock of its film's recordings."""
    taken = taker.take(item)
    scene = item.scene.name
    path = store.path(edition, scene, item.need)

    def waiting(process: str) -> None:
        say(f"{scene}: process {process} is recording it; waiting")

    with exclusive(project.media, f"record-{edition}-{scene}", waiting):
        before = path.read_bytes() if path.is_file() else b""
        store.write(edition, scene, item.need, taken)
    return "unchanged" if path.read_bytes() == before else "recorded"


@contextlib.contextmanager
def parts_needed() -> Iterator[None]:
    """Says what to install where torch, transformers or gensim are needed and not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in _PARTS:
            raise Unavailable(
                "running a model needs parts that are not installed",
                f"there is no {error.name}",
                "install them: make record, or pip install -c constraints.txt -e '.[models]'",
            ) from error
        raise
