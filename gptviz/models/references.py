"""Names of models: what a user writes, what a badge says, and where an edition lies.

A reference is ``mini``, a short name of the table of wheels, a local folder, a .gguf file, a hub id, ``id@revision``, or several folders joined by
``+``, each of which holds a part of what is known of one model (see
:mod:`gptviz.models.composite`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from gptviz.errors import UsageError
from gptviz.fetching import wheels
from gptviz.models.checkpoint import Checkpoint

BUNDLED = Path(__file__).parent / "bundled"


@dataclass(frozen=True)
class Name:
    """How a model is called: ``title`` on a badge, ``short`` for its edition, ``reference`` for
    what was loaded."""

    title: str
    short: str
    reference: str
    source: str | None = None
    commit: str | None = None
    licence: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Known:
    """A published model: its id on the hub, a pinned revision of it, its title."""

    repository: str
    revision: str
    title: str


#: The published GPT-2 models, by the short names that everyone uses.
KNOWN = {
    "gpt2": Known(
        "openai-community/gpt2", "607a30d783dfa663caf39e06633721c8d4cfcd7e", "GPT-2 small"
    ),
    "gpt2-medium": Known(
        "openai-community/gpt2-medium", "6dcaa7a952f72f9298047fd5137cd6e4f05f41da", "GPT-2 medium"
    ),
    "gpt2-large": Known(
        "openai-community/gpt2-large", "32b71b12589c2f8d625668d2335a01cac3249519", "GPT-2 large"
    ),
    "gpt2-xl": Known(
        "openai-community/gpt2-xl", "15ea56dee5df4983c59b2538573817e1667135e2", "GPT-2 XL"
    ),
}

#: sha256 over some tensors (float32) of a published model, by which a folder of any name is recognised.
_SAMPLED = ("wpe.weight", "ln_f.weight", "ln_f.bias", "h.5.attn.c_attn.weight")
_RECOGNISED = {"gpt2": "965d329f8af6fb44426db846e56c27f52b71b8219144fdf0f4c06e5f931fc908"}

MINI = Name(
    "gptviz-mini",
    "mini",
    "mini",
    licence="MIT",
    note="a small model trained from scratch for gptviz on children's stories",
)

#: Names of folders that say nothing of a model: those of transformers' Trainer, and what people write.
_COMMON = re.compile(
    r"(checkpoint|epoch|step|ckpt|iter)[-_]?\d*|model|models|final|final[-_]model|best|best[-_]model|last|latest|"
    r"out|output|merged|merged[-_]model|hf|export|weights|[0-9a-f]{40}",
    re.IGNORECASE,
)
_HUB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?")
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


def hub(reference: str) -> tuple[str, str | None, Name]:
    """Repository, revision (None for the newest) and name of a hub reference ``id`` or
    ``id@revision``.

    Raises UsageError for what is no such reference.
    """
    identifier, at, revision = reference.partition("@")
    if (
        not _HUB_ID.fullmatch(identifier)
        or (at and not _REVISION.fullmatch(revision))
        or ".." in reference
    ):
        raise UsageError(
            f"{reference!r} names no model",
            "it is no folder, and no id of the hub",
            f"write mini, {', '.join(wheels.known('model'))}, a folder, a .gguf file, a hub id such as gpt2, "
            "or id@revision",
        )
    short = next(
        (name for name, known in KNOWN.items() if identifier in (name, known.repository)), None
    )
    if short is None:
        name = identifier.rpartition("/")[2]
        return (
            identifier,
            revision or None,
            Name(name, safe(name), reference, source=identifier, commit=revision or None),
        )
    known = KNOWN[short]
    pinned = revision or known.revision
    return (
        known.repository,
        pinned,
        Name(
            known.title,
            short,
            f"{known.repository}@{pinned[:7]}",
            source=known.repository,
            commit=pinned,
        ),
    )


def at_commit(name: Name, commit: str) -> Name:
    """The name of a hub's model with the commit that was really fetched: the hub's cache calls its
    folders by them."""
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        return name
    return replace(
        name, reference=f"{name.reference.partition('@')[0]}@{commit[:7]}", commit=commit
    )


def local(folder: Path, weights_sha256: str, checkpoint: Checkpoint) -> Name:
    """The name of a model in a folder: of a published model where its values say so, else the
    folder's name.

    A folder that merely has the name of a published model, or of the bundled one, gets eight digits
    of its fingerprint. One with a name that every training gives (``checkpoint-1000``) takes that of
    the folder around it, too: two trainings are two editions.
    """
    known = recognised(checkpoint)
    name = folder.resolve().name
    if _COMMON.fullmatch(name):
        name = f"{folder.resolve().parent.name}-{name}".lstrip("-")
    if known:
        return Name(KNOWN[known].title, known, name)
    short = safe(name)
    if short in (*KNOWN, *wheels.known(), "mini", "default") or not short:
        short = f"{short or 'model'}-{weights_sha256[:8]}"
    return Name(name or short, short, name)


def of_gguf(path: Path, bits: int, note: str | None) -> Name:
    """The name of a model in a .gguf file: of one that a short name stands for where it is that very
    file, else the file's. Both say in how many bits the weights are stored, if not in 32."""
    packed = "" if bits == 32 else f", {bits}-bit"
    for wheel in wheels.known("model").values():
        if path.stat().st_size == wheel.file.bytes and file_sha256(path) == wheel.file.sha256:
            return Name(
                wheel.title + packed,
                wheel.name,
                wheel.name,
                source=wheel.source,
                commit=wheel.commit,
                licence=wheel.licence,
                note=note,
            )
    name = path.resolve().name.removesuffix(".gguf")
    title = re.sub(r"[-._]?(IQ|Q|BF|F)\d+[A-Za-z0-9_]*$", "", name, flags=re.IGNORECASE) or name
    short = safe(name) or "model"
    taken = (*KNOWN, *wheels.known(), "mini", "default")
    if short in taken:
        short = f"{short}-{file_sha256(path)[:8]}"
    return Name(title + packed, short, path.name, note=note)


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def recognised(checkpoint: Checkpoint) -> str | None:
    """The short name of the published model that these are the tensors of, or None."""
    if any(name not in checkpoint for name in _SAMPLED):
        return None
    digest = hashlib.sha256()
    for name in _SAMPLED:
        digest.update(checkpoint.tensor(name).data)
    return next(
        (short for short, known in _RECOGNISED.items() if known == digest.hexdigest()), None
    )


def safe(name: str) -> str:
    """A name as it can stand for a folder: letters, digits, dot, dash, underscore; at most 60 of
    them."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:60]


def fingerprint(weights_sha256: str | None, tokenizer_sha256: str | None) -> str:
    """One sha256 over those of weights and tokenizer."""
    return hashlib.sha256(f"{weights_sha256} {tokenizer_sha256}".encode()).hexdigest()
