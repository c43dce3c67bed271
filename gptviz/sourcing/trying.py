"""What a model or vectors could be recorded for, without recording: every request of every film is
put to a stand-in (:mod:`gptviz.models.standin`) that has the model's form and none of its weights."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from gptviz.errors import GptvizError
from gptviz.recording.request import Request, Source, other_model, prompt_field
from gptviz.render.find import SceneFile
from gptviz.sourcing.reference import parts_needed

_BYTES = 4  # of a number, as models are computed with


@dataclass(frozen=True)
class Answer:
    """Whether a film can be recorded; ``lacks`` says by need what is missing, ``without`` what it
    does without."""

    film: str
    lacks: dict[str, GptvizError] = field(default_factory=dict)
    without: dict[str, GptvizError] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """What came of it: ``title``; ``parameters`` and the bytes that they take in ``memory``; about how
    many ``seconds`` all recordings would take here; what each film can have."""

    title: str
    parameters: int
    memory: int
    seconds: float
    answers: list[Answer]


def _kind(request: Request) -> tuple[object, ...]:
    """What decides whether a model can answer a request: its type and its choices; of another text or
    number only whether the model can read it."""
    choices = {k: v for k, v in request.as_dict().items() if isinstance(v, bool) or v is None}
    return (type(request), request.as_dict().get("policy"), *sorted(choices.items(), key=str))


def try_model(reference: str, scenes: Sequence[SceneFile]) -> Trial:
    """Tries a model on films. Raises as loading it does."""
    with parts_needed():
        from gptviz.models.standin import stand_in  # noqa: PLC0415

        tried = stand_in(reference)
        answers, spent = _ask(tried.model, "model", scenes)
    return Trial(
        tried.model.title,
        tried.parameters,
        tried.parameters * _BYTES,
        spent * max(1.0, tried.smaller / 4),  # wide layers are computed better than narrow ones
        answers,
    )


def try_vectors(reference: str, scenes: Sequence[SceneFile]) -> Trial:
    """Tries word vectors on films: they are small, and answer themselves. Raises as loading them
    does."""
    with parts_needed():
        from gptviz.models.vectors import load_vectors  # noqa: PLC0415

        vectors = load_vectors(reference)
        answers, spent = _ask(vectors, "vectors", scenes)
    memory = vectors.matrix.nbytes
    return Trial(vectors.title, int(vectors.matrix.size), memory, spent, answers)


def _ask(model: object, source: Source, scenes: Sequence[SceneFile]) -> tuple[list[Answer], float]:
    """What a model, or vectors, can be asked, film by film; about how many seconds it all takes."""
    from gptviz.recorders import take  # noqa: PLC0415

    answers, spent = [], 0.0
    seconds: dict[tuple[object, ...], float] = {}  # of the kinds of requests that were answered
    for scene in scenes:
        answer = Answer(scene.name)
        needs = {n: r for n, r in scene.checked().needs.items() if r.source == source}
        for need, request in needs.items():
            kind, began = _kind(request), time.monotonic()
            try:
                if kind not in seconds or source == "vectors":
                    take(model, request, _other(request))
                    seconds[kind] = time.monotonic() - began
                elif text := getattr(request, prompt_field(request) or "", ""):
                    model.encode(text)  # type: ignore[attr-defined]
                spent += seconds[kind]
            except GptvizError as error:
                (answer.without if need in scene.optional else answer.lacks)[need] = error
        if needs:
            answers.append(answer)
    return answers, spent


def _other(request: Request) -> object | None:
    """A stand-in of the second model that a request names."""
    from gptviz.models.standin import stand_in  # noqa: PLC0415

    named = other_model(request)
    return stand_in(named).model if named else None
