"""How numbers are taken: pure functions ``record(model, request) -> Content``, one module per
family.

A family is one module of this package. It registers its functions by the type of the request that
they answer::

    from gptviz.models.interface import Model
    from gptviz.recorders import recorder
    from gptviz.recording.families import NextToken
    from gptviz.recording.schema import Content

    @recorder(NextToken, version=1)
    def record(model: Model, request: NextToken) -> Content:
        ids = model.encode(request.prompt)
        ...
        return Content(tokens={...}, values={...}, tensors={"logits": (array, ("rank",))})

Nothing else has to be told: :func:`take` imports every module of the package. A function gets the
:class:`~gptviz.models.interface.Model`, or for a request whose ``source`` is "vectors" the word
vectors; it draws random numbers only from a generator that it seeds itself, and names that seed in
``Content.seed``. It writes nothing and keeps nothing. Importing this package imports no torch; a
family's module is imported when the first request is taken.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from gptviz.recorders.registry import RECORDERS, Registered, recorder
from gptviz.recorders.restating import check_restated
from gptviz.recording import schema
from gptviz.recording.request import Request, other_model

if TYPE_CHECKING:
    from gptviz.models.interface import Model

Answer = TypeVar("Answer")

__all__ = ["recorder", "take"]


def take(model: Any, request: Request[Answer], other: Any = None) -> Answer:
    """The recording of one request, in memory, with its provenance; the same bytes for the same
    model and request.

    ``model`` is a :class:`~gptviz.models.interface.Model`, or word vectors for a request of theirs;
    torch and BLAS run on one thread. A request that names an ``other_model`` gets both; ``other`` is
    that model, where it is loaded already. Raises NotFinite, PromptRefused, and NotRecorded where the
    model cannot serve the request.
    """
    from gptviz.models.threads import one_thread  # noqa: PLC0415

    registered = _find(type(request))
    if request.source == "vectors":
        from gptviz.recorders.words_nearest import serviceable  # noqa: PLC0415

        serviceable(model, request)
    if named := other_model(request):
        model = _beside(model, other, named)
    asked = model.for_recording() if request.source == "model" else model
    with one_thread():
        content = registered.function(asked, request)
    provenance = _provenance(asked, content)
    versions = {**provenance.versions, "numpy": np.__version__}
    computed = request.source == "model" and content.origin is None
    size = _size(asked) if computed else None
    recording = schema.make(
        request,
        content,
        provenance.model_copy(
            update={
                "recorder": registered.name,
                "size": size,
                "seed": content.seed,
                "versions": dict(sorted(versions.items())),
            }
        ),
    )
    check_restated(recording)
    return cast(Answer, recording)  # of the class that answers this kind of request


def _provenance(asked: Any, content: schema.Content) -> schema.Provenance:
    """Who the numbers come from: the model, or whoever made what no model computed. The fingerprint
    stays that of the model that was named, by which an edition knows its recordings."""
    provenance: schema.Provenance = asked.provenance()
    if content.origin is None:
        return provenance
    title, source, licence = content.origin.title, content.origin.source, content.origin.licence
    return schema.Provenance(
        model=title,
        reference=title,
        fingerprint=provenance.fingerprint,
        source=source,
        licence=licence,
        note="no model computed it",
    )


def _beside(model: Model, other: Model | None, named: str) -> Model:
    """A model and the other one that a request names."""
    from gptviz.models import load  # noqa: PLC0415
    from gptviz.models.pair import Pair  # noqa: PLC0415

    return Pair(model, other or load(named))


def _size(model: Model) -> schema.ModelSize | None:
    """What a map shows of a model; None for what has no blocks, such as a tokenizer alone."""
    if not model.shape.n_layer:
        return None
    return schema.ModelSize(
        layers=model.shape.n_layer,
        heads=model.shape.n_head,
        learned_positions=model.anatomy.positions == "learned",
    )


def _find(kind: type[Request]) -> Registered:
    if kind not in RECORDERS:
        for module in pkgutil.iter_modules(__path__):
            importlib.import_module(f"{__name__}.{module.name}")
    if kind not in RECORDERS:
        raise NotImplementedError(f"no recorder answers {kind.__name__}")
    return RECORDERS[kind]
