"""The manifest of a recording, and the recording itself.

A recording is a manifest (JSON, made to be read and compared by people) and a safetensors file
beside it. Its digest covers what was asked and what was found, never by whom: two models that
compute the same values make equal digests.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from gptviz.errors import NotDeclared, NotFinite, RecordingCorrupt
from gptviz.recording.address import Place
from gptviz.recording.anatomy import Anatomy
from gptviz.recording.declared import Data, Declared, Room, check, declared_in
from gptviz.recording.number import Count, Number, Numbers, Setting, Token, Word
from gptviz.recording.request import Request

SCHEMA = 1

#: Every axis a tensor may have. The terms are those of transformers and TransformerLens.
AXES = (
    "token",
    "layer",
    "head",
    "query",
    "key",
    "d_model",
    "d_head",
    "d_mlp",
    "vocab",
    "step",
    "component",
    "rank",
    "temperature",
    "word",
    "pair",
    "row",
    "column",
    "bin",
    "part",
    "position",
    "neighbour",
    "checkpoint",
    "size",
)

#: Dtypes that a tensor may have, by their safetensors names.
DTYPES = (
    "float64",
    "float32",
    "float16",
    "int64",
    "int32",
    "int16",
    "uint16",
    "uint8",
    "int8",
    "bool",
)

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Array = npt.NDArray[Any]
Value = Any  # a JSON value: text, number, boolean, None, or lists and dicts of them


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TokenRow(_Strict):
    """One token: its id, its text as the tokenizer decodes it alone, its bytes as hexadecimal
    digits."""

    id: int
    text: str
    bytes: Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$")]


class TensorEntry(_Strict):
    """What a tensor is: dtype, shape, the names of its axes, and the sha256 of its bytes in C
    order."""

    dtype: Literal[DTYPES]  # type: ignore[valid-type]
    shape: tuple[Annotated[int, Field(ge=0)], ...]
    axes: tuple[Literal[AXES], ...]  # type: ignore[valid-type]
    sha256: Sha256


class ModelSize(_Strict):
    """How large a model is, as far as its map shows it."""

    layers: int
    heads: int
    learned_positions: bool  #: whether it has a vector for each position


class Provenance(_Strict):
    """Who computed the numbers, from what, with what. No part of the digest."""

    model: str  #: as a badge names it: "GPT-2 small", "gptviz-mini", "word2vec GoogleNews 300d"
    reference: str  #: what was loaded: "gpt2@607a30d", a folder's name, "mini"
    parameters: int | None = None  #: learned numbers of the model, or None for word vectors
    size: ModelSize | None = None  #: None for word vectors, and where it was not recorded
    fingerprint: str | None = None  #: sha256 over weights and tokenizer, or over the vector file
    weights_sha256: str | None = None
    tokenizer_sha256: str | None = None
    attention: str | None = None  #: attention implementation, such as "eager"
    dtype: str = "float32"
    device: str = "cpu"
    versions: dict[str, str] = Field(default_factory=dict)
    recorder: str = ""  #: module and version of the recorder, such as "next_token/1"
    seed: int | None = None
    source: str | None = None  #: for numbers computed elsewhere: the public source, and its
    commit: str | None = None  #: commit, and
    licence: str | None = None  #: licence
    note: str | None = (
        None  #: what a viewer should know: a synthetic or stand-in model says so here
    )


class Manifest(_Strict):
    """The JSON file of a recording."""

    schema_version: Literal[1] = SCHEMA  # type: ignore[assignment]
    kind: str
    request: dict[str, Any]
    digest: Sha256
    tokens: dict[str, list[TokenRow]] = Field(default_factory=dict)
    values: dict[str, Any] = Field(default_factory=dict)
    tensors: dict[str, TensorEntry] = Field(default_factory=dict)
    file_sha256: Sha256 | None = None
    provenance: Provenance


@dataclass(frozen=True)
class Origin:
    """Where content comes from that no model computed: what a badge calls it, its source and its
    licence."""

    title: str
    source: str
    licence: str


@dataclass
class Content:
    """What a recorder found: the part of a recording that its digest covers, next to the request.

    ``tokens``: lists of tokens by name; ``values``: small JSON values; ``tensors``: arrays with
    their axes' names.
    ``seed``: of the recorder's own random draws, for the provenance. ``origin``: of what no model
    computed, in place of the model there.
    """

    tokens: dict[str, list[TokenRow]] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    tensors: dict[str, tuple[Array, tuple[str, ...]]] = field(default_factory=dict)
    seed: int | None = None
    origin: Origin | None = None


def make(request: Request, content: Content, provenance: Provenance) -> Recording:
    """A recording in memory, of the class that belongs to the request's kind.

    Raises NotFinite for NaN or infinity, RecordingCorrupt for content that its class does not
    declare.
    """
    check_finite(content.values, "values")
    arrays, entries = {}, {}
    for name, (array, axes) in content.tensors.items():
        if len(axes) != array.ndim:
            raise ValueError(f"{name} has shape {array.shape}, its axes are {axes}")
        check_finite_array(array, name)
        kept = np.array(array, order="C")
        kept.flags.writeable = False
        arrays[name] = kept
        entries[name] = TensorEntry(
            dtype=str(kept.dtype),
            shape=kept.shape,
            axes=axes,
            sha256=hashlib.sha256(kept.tobytes()).hexdigest(),
        )
    asked = request.as_dict()
    manifest = Manifest(
        kind=request.kind,
        request=asked,
        tokens=content.tokens,
        values=content.values,
        tensors=entries,
        provenance=provenance,
        digest=digest_of(asked, content.tokens, content.values, entries),
    )
    return typed(manifest, arrays, "unsaved")


def digest_of(
    request: Mapping[str, Any],
    tokens: Mapping[str, list[TokenRow]],
    values: Mapping[str, Value],
    tensors: Mapping[str, TensorEntry],
) -> str:
    """sha256 over request, tokens, values and tensors (with their axes); provenance is left out on
    purpose."""
    covered = {
        "schema": SCHEMA,
        "request": request,
        "values": values,
        "tokens": {name: [row.model_dump() for row in rows] for name, rows in tokens.items()},
        "tensors": {name: entry.model_dump(mode="json") for name, entry in tensors.items()},
    }
    text = json.dumps(
        covered, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def check_finite(value: Value, where: str) -> None:
    """Raises NotFinite, with the place, for NaN or infinity in a JSON value."""
    if isinstance(value, float) and not np.isfinite(value):
        raise NotFinite(f"{where} is {value}", "a recording holds finite numbers only")
    if isinstance(value, dict):
        for key, entry in value.items():
            check_finite(entry, f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        for i, entry in enumerate(value):
            check_finite(entry, f"{where}[{i}]")


def check_finite_array(array: Array, name: str) -> None:
    """Raises NotFinite, with the first index, for NaN or infinity in an array."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise NotFinite(
            f"{name}[{', '.join(map(str, index))}] is {array[index]}",
            "a recording holds finite numbers only",
            "check the model's weights: they may be damaged",
        )


@dataclass(frozen=True)
class Restated:
    """A step of the model as a film's formula has it (``formula``), and as the model computed it
    (``recorded``): arrays of one shape. ``what`` names the step in an error.
    """

    what: str
    formula: Any
    recorded: Any


def widths(recording: Recording) -> tuple[Number, ...]:
    """The widths of all heads and of all keys, and the matrices of an MLP, where a recording has
    them; none, where they follow from the other sizes."""
    names = ("heads", "keys", "matrices") if recording.has("widths") else ()
    return tuple(recording.value(f"widths.{name}") for name in names)


KINDS: dict[str, type[Recording]] = {}


class Recording:
    """What a film receives: numbers with addresses. Every family derives its own from this class,
    and declares there what it holds (see :mod:`gptviz.recording.declared`).

    ``answers`` is the request that it answers. ``name`` is the recording's place, such as
    ``gpt2/softmax/row``; ``manifest`` its manifest.
    """

    answers: ClassVar[type[Request] | None] = None
    kind: ClassVar[str] = ""
    declared: ClassVar[Mapping[tuple[Room, str], Declared[Any]]] = {}

    #: How the model is built, where it is not as GPT-2 is; see :class:`Anatomy`.
    _anatomy = Data(dict[str, Any], optional=True)
    #: Sizes that follow from no other where heads share keys or have a width of their own.
    _widths = Data(dict[str, int], optional=True)

    def __init_subclass__(cls) -> None:
        cls.declared = declared_in(cls)
        if cls.answers is not None:
            cls.kind = cls.answers.kind
        if cls.kind:  # else a common base of several kinds
            KINDS[cls.kind] = cls

    def __init__(self, manifest: Manifest, tensors: Mapping[str, Array], name: str) -> None:
        self.manifest, self.name = manifest, name
        self._arrays = tensors

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}, {self.provenance.model}, {self.digest[:12]}>"

    def _repr_html_(self) -> str:
        from gptviz.recording import html  # noqa: PLC0415  (only a notebook asks)

        return html.table(self)

    @classmethod
    def check(cls, manifest: Manifest, name: str) -> None:
        """Raises RecordingCorrupt, with the entry's name, where a manifest does not hold what this
        class declares."""
        check(cls.declared, manifest, Request.from_dict(manifest.request), name)

    @property
    def tensors(self) -> Mapping[str, Array]:
        """All tensors by name, as plain arrays."""
        return self._arrays

    @property
    def digest(self) -> str:
        return self.manifest.digest

    @property
    def provenance(self) -> Provenance:
        return self.manifest.provenance

    @property
    def request(self) -> Request:
        return Request.from_dict(self.manifest.request)

    @property
    def anatomy(self) -> Anatomy:
        """How the model is built: what its formulas and words have to know."""
        return Anatomy.from_values(self.manifest.values)

    def restated(self) -> Iterator[Restated]:
        """What the formulas of this kind make of a recorded number, beside what the model computed;
        compared when a recording is made. Nothing, where a kind restates nothing."""
        return iter(())

    def array(self, tensor: str) -> Array:
        """A tensor as a plain, read-only numpy array; its axes stand in the manifest. Raises
        NotDeclared where there is none of this name."""
        if tensor not in self._arrays:
            raise NotDeclared(
                f"{self.name} holds no tensor {tensor!r}", f"it holds {', '.join(self._arrays)}"
            )
        return self._arrays[tensor]

    def numbers(self, tensor: str) -> Numbers:
        """A tensor whose entries keep their addresses."""
        return Numbers(self.array(tensor), Place.tensor(self.name, tensor))

    def number(self, tensor: str, *index: int) -> Number:
        """One entry of a tensor."""
        value = float(self.array(tensor)[index])
        return Number(value, Place.tensor(self.name, tensor, *index))

    def has(self, path: str) -> bool:
        """Whether there is a tensor or a value of this name that is not None."""
        if path in self._arrays:
            return True
        try:
            return self._value(path) is not None
        except NotDeclared:
            return False

    def value(self, path: str) -> Number:
        """A number among the small values, by its path: ``logsumexp``, ``heads.0.score``."""
        place, value = self._placed(path)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(f"{path} is {value!r}, not a number")
        return Number(float(value), place)

    def values(self, path: str) -> Numbers:
        """A list (or a table) of numbers among the small values, whose entries keep their
        addresses."""
        place, value = self._placed(path)
        return Numbers(np.asarray(value, dtype=np.float64), place)

    def text(self, path: str) -> Word:
        """A text among the small values; its digits are data."""
        place, value = self._placed(path)
        return Word(str(value), place)

    def flag(self, path: str) -> bool:
        """A yes or no among the small values."""
        return bool(self._value(path))

    def size(self, path: str, what: str) -> Count:
        """How many entries a list among the small values has."""
        return Count(self._value(path), what)

    def _value(self, path: str) -> Value:
        return self._placed(path)[1]

    def _placed(self, path: str) -> tuple[Place, Value]:
        """One of the small values, and where it lies."""
        value: Value = self.manifest.values
        keys: list[str | int] = []
        try:
            for key in path.split("."):
                keys.append(int(key) if isinstance(value, list) else key)
                value = value[keys[-1]]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise NotDeclared(
                f"{self.name} holds no value {path!r}",
                "not every model or prompt has it",
                f"ask recording.has({path!r}) first",
            ) from error
        return Place.value(self.name, *keys), value

    def tokens(self, name: str = "prompt") -> list[Token]:
        """A list of tokens by name, each with id, bytes and address."""
        return [
            Token(
                row.text,
                Number(row.id, Place.token(self.name, name, i, "id")),
                bytes.fromhex(row.bytes),
                Place.token(self.name, name, i),
            )
            for i, row in enumerate(self.manifest.tokens[name])
        ]

    def setting(self, name: str) -> Setting:
        """A number of the request: its k, its temperature. Raises NotDeclared where the request has
        no such number."""
        value = self.manifest.request.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise NotDeclared(
                f"the request {self.manifest.kind} has no number {name!r}",
                f"it has {', '.join(self.manifest.request)}",
            )
        return Setting(value, Place.request(self.name, name))

    def asked(self, name: str) -> Word:
        """A text of the request, such as its prompt; its digits are data."""
        return Word(str(self.manifest.request[name]), Place.request(self.name, name))

    def credit(self, name: str) -> Word:
        """A text of the provenance, such as the model's name; its digits are data."""
        return Word(str(getattr(self.provenance, name)), Place.provenance(self.name, name))

    def size_of_model(self, *path: str) -> Number:
        """A number of the provenance: ``"parameters"``, or ``"size", "layers"``."""
        value: Any = self.provenance
        for name in path:
            value = getattr(value, name)
        return Number(float(value), Place.provenance(self.name, *path))


def typed(manifest: Manifest, tensors: Mapping[str, Array], name: str) -> Recording:
    """The recording as the class that belongs to its kind. Raises RecordingCorrupt where it does not
    hold what that class declares."""
    kind = KINDS.get(manifest.kind)
    if kind is None:
        raise RecordingCorrupt(
            f"{name} is of the kind {manifest.kind!r}, which gptviz does not know",
            f"it knows {', '.join(sorted(KINDS))}",
        )
    if kind.answers is not None:
        kind.check(manifest, name)
    return kind(manifest, tensors, name)
