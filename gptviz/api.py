"""gptviz in Python: what the command line does, for scripts and notebooks.

::

    import gptviz
    from gptviz.recording.families import NextToken

    model = gptviz.load("smollm2")
    row = gptviz.record(model, NextToken("The king said to his", top=5))
    row.probability(0)  # a number that knows where it comes from
    gptviz.read("softmax", "row")  # what a film of the course is drawn from
    gptviz.show("softmax")  # the film, made if it is not there; plays in a notebook

A recording and a film show themselves in a notebook. Nothing heavy is imported before it is asked
for.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gptviz.commands.console import Films
from gptviz.commands.rendering import How, failure
from gptviz.errors import UsageError
from gptviz.models import load
from gptviz.recording.request import Request
from gptviz.render.find import pick_scenes
from gptviz.render.plan import Planner
from gptviz.render.produce import Studio
from gptviz.render.project import open_project
from gptviz.sourcing.asked import Asked
from gptviz.sourcing.preparing import look, prepare

if TYPE_CHECKING:
    from gptviz.models.interface import Model
    from gptviz.models.vectors import WordVectors
    from gptviz.recording.schema import Recording

__all__ = ["Shown", "load", "load_vectors", "read", "record", "show"]

Answer = TypeVar("Answer")

INLINE = 24_000_000  #: bytes of a film that still goes into a notebook; a larger one is linked


def load_vectors(reference: str, *, offline: bool = False) -> WordVectors:
    """Word vectors: ``mini``, ``glove-6b-50d``, a file in word2vec's or GloVe's format, or a name of
    gensim's downloads. Raises VectorsRefused, NotFetched."""
    from gptviz.models.vectors import load_vectors as loaded  # noqa: PLC0415  (gensim)

    return loaded(reference, offline=offline)


def record(
    model: Model | WordVectors | str, request: Request[Answer], *, other: Model | None = None
) -> Answer:
    """Runs a model, or asks word vectors, and gives what was found as a typed recording in memory:
    every number of it has an address. Nothing is written.

    ``model`` may be named, as :func:`load` and :func:`load_vectors` take it; ``other`` is the second
    model of a request that compares two. Raises NotRecorded where the model cannot answer, and
    PromptRefused, NotFinite.
    """
    from gptviz.recorders import take  # noqa: PLC0415  (torch)

    if isinstance(model, str):
        model = load(model) if request.source == "model" else load_vectors(model)
    return take(model, request, other)


def read(film: str, need: str, *, edition: str | None = None) -> Recording:
    """What a film of the project is drawn from: its recording of ``need``, in the edition that the
    film would take, or in the one named. Raises UnknownScene, RecordingMissing, and UsageError for
    a need that the film has not.
    """
    project = open_project()
    (scene,) = pick_scenes(project, (film,))
    if need not in scene.checked().needs:
        raise UsageError(
            f"{film} has no need {need!r}",
            f"it needs {', '.join(scene.needs)}",
            "name one of these",
        )
    found = look(project, [scene], Asked(edition=edition)).recordings(project.store, scene)
    if need not in found:
        raise UsageError(
            f"{film} has no recording of {need} here",
            "the need is optional, and the model of this edition could not serve it",
            "name another edition, or record the need from another model",
        )
    return found[need]


@dataclass(frozen=True)
class Shown:
    """A finished film. ``path`` is its .mp4; in a notebook it plays where it stands."""

    film: str
    path: Path
    sources: str  #: the editions that its numbers come from

    def __fspath__(self) -> str:
        return str(self.path)

    def _repr_html_(self) -> str:
        size = self.path.stat().st_size
        if size > INLINE:
            return f'<a href="{escape(self.path.as_uri())}">{escape(self.path.name)}</a>'
        data = base64.b64encode(self.path.read_bytes()).decode("ascii")
        return (
            f'<video controls width="854" aria-label="{escape(self.film)}" '
            f'src="data:video/mp4;base64,{data}"></video>'
        )


def show(  # noqa: PLR0913  (the options of ``gptviz render``, each by its name)
    film: str,
    *,
    model: str | None = None,
    vectors: str | None = None,
    edition: str | None = None,
    prompt: str | None = None,
    other: str | None = None,
    head: tuple[int, int] | None = None,
    quality: str = "l",
    captions: str = "drawn",
    voice: str = "none",
) -> Shown:
    """A film of the project, or of the course that is installed where there is none: made if it is
    not there or its numbers have changed, after recording what is missing.

    The options are those of ``gptviz render``; ``head`` is (layer, head). Raises what keeps the film
    from being made.
    """
    project = open_project()
    (scene,) = pick_scenes(project, (film,))
    wanted = Asked(model, vectors, edition, prompt, other, head)
    how = How(quality, captions, voice)
    sourced, planner = prepare(project, [scene], wanted), Planner(project)
    plan = sourced.plan(planner, scene, how.wish)
    result = Studio(planner, Films(), jobs=1).make([plan])[0]
    if result.film is None:
        raise failure(result)
    return Shown(film, result.film, plan.sources)
