"""Where numbers come from. torch, transformers and gensim live here and in the recorders, and nowhere else.

:func:`load` gives the :class:`~gptviz.models.interface.Model` of a reference. Importing this package imports none of
them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gptviz.errors import ModelMissing

if TYPE_CHECKING:
    from gptviz.models.interface import Model

__all__ = ["load"]


def load(reference: str, *, offline: bool = False) -> Model:
    """A model: ``mini`` (bundled), a local folder, a hub id, or ``id@revision``.

    ``offline`` never touches the network. Raises ModelMissing, ModelRefused, NotFinite, and UsageError for what names
    no model.
    """
    from gptviz.models import references  # noqa: PLC0415
    from gptviz.models.language import LanguageModel  # noqa: PLC0415

    if reference == "mini":
        return LanguageModel.from_folder(references.BUNDLED / "mini", references.MINI)
    if Path(reference).is_dir():
        return LanguageModel.from_folder(Path(reference))
    raise ModelMissing(f"{reference} is not here")
