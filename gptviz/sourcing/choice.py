"""What a user asked for, and what it means: one edition, and the models and vectors behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gptviz.errors import PromptRefused, RecordingError, UsageError
from gptviz.recording.request import Request, Source
from gptviz.recording.store import Store
from gptviz.render.editions import Edition, asked, edition_name, existing
from gptviz.render.find import SceneFile
from gptviz.render.project import Project
from gptviz.sourcing.asked import Asked
from gptviz.sourcing.identity import Identities
from gptviz.sourcing.reference import Here, Reference

State = Literal["there", "changed", "missing"]


@dataclass(frozen=True)
class Choice:
    """Where a user wants the numbers to come from: the edition, and what was named to compute
    it."""

    edition: Edition
    references: tuple[Reference, ...] = ()

    def reference(self, scene: SceneFile, need: str) -> Reference | None:
        """What computes a need; None where its recording is taken as it is."""
        if self.edition.pinned(scene, need):
            return None
        return self.named(scene.needs[need].source)

    def named(self, source: Source) -> Reference | None:
        """The model, or the vectors, that the user named."""
        return next((each for each in self.references if each.source == source), None)

    def outdated(self, store: Store, scene: SceneFile) -> str:
        """What is there, but was recorded from other weights than those that were named; empty
        where nothing is."""
        changed = [
            need
            for need, request in asked(scene, self.edition).items()
            if (reference := self.reference(scene, need))
            and self.state(store, scene, need, request, reference) == "changed"
        ]
        return f"model changed since recording {', '.join(changed)}" if changed else ""

    def state(
        self, store: Store, scene: SceneFile, need: str, request: Request, reference: Reference
    ) -> State:
        """Whether a need is recorded, as an answer to this very request, from the weights that were
        named."""
        try:
            manifest = store.manifest(self.edition.places(scene, need)[0], scene.name, need)
        except RecordingError:
            return "missing"
        if manifest.request != request.as_dict():
            return "missing"
        same = manifest.provenance.fingerprint == reference.fingerprint(request)
        return "there" if same else "changed"


def choose(project: Project, wanted: Asked, taker: Here | None = None) -> Choice:
    """The edition that a user asked for. Raises UsageError for questions that contradict one
    another, PromptRefused for a prompt that is none.

    ``taker`` runs what was named.
    """
    if wanted.prompt is not None:
        _check_prompt(wanted)
    if wanted.edition is not None:
        if any(
            each is not None for each in (wanted.model, wanted.vectors, wanted.other, wanted.head)
        ):
            raise UsageError(
                "--edition takes recordings as they are",
                "--model, --other, --vectors, --layer and --head make new ones",
                "give one or the other",
            )
        return Choice(existing(project, wanted.edition))
    if wanted.other is not None and wanted.model is None:
        raise UsageError(
            "a second model alone compares nothing",
            "no first one was named",
            "give --model, too",
        )
    if wanted.head is not None and wanted.model is None:
        raise UsageError(
            "a head given by hand has to be looked into",
            "no model was named",
            "name one: mini (bundled), smollm2, or gpt2 where it can be downloaded",
        )
    known, taker = Identities(project.media), taker or Here()
    model = Reference(wanted.model, "model", known, taker=taker) if wanted.model else None
    vectors = Reference(wanted.vectors, "vectors", known, taker=taker) if wanted.vectors else None
    references = tuple(reference for reference in (model, vectors) if reference)
    edition = Edition(
        edition_name(
            model.short if model else None,
            vectors.short if vectors else None,
            wanted.prompt,
            model.beside(wanted.other).short if model and wanted.other else None,
            wanted.head,
        ),
        (model.short,) if model else project.models,
        (vectors.short,) if vectors else project.vectors,
        wanted.prompt,
        project.orders,
        frozenset(reference.source for reference in references),
        wanted.other,
        wanted.head,
    )
    return Choice(edition, references)


def _check_prompt(wanted: Asked) -> None:
    prompt = wanted.prompt or ""
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
    if wanted.model is None:
        raise UsageError(
            "a prompt given by hand has to be run",
            "no model was named",
            "name one: mini (bundled), or gpt2 where it can be downloaded",
        )
