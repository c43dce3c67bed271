"""Learned tensors from safetensors files of anyone's, read without trust and without torch.

Format: an unsigned 64-bit length, a JSON header of that many bytes, then the tensors' bytes
(safetensors, "Format"). A header's length is bounded before it is read, offsets must lie in the
file, and files that can run code are refused.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gptviz.errors import ModelMissing, ModelRefused, NotFinite
from gptviz.models.foreign import foreign_file
from gptviz.models.telling import tell

if TYPE_CHECKING:
    from gptviz.models.architectures import Architecture

Floats = npt.NDArray[np.float32]

HEADER_LIMIT = 4_000_000  # bytes; GPT-2 XL's header has 60,000
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_NUMPY = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "?",
}
_FLOATS = ("F64", "F32", "F16", "BF16")
_TORCH = {
    f"torch.{name}": short
    for name, short in (
        ("float64", "F64"),
        ("float32", "F32"),
        ("float16", "F16"),
        ("bfloat16", "BF16"),
    )
}

TRUST = "GPTVIZ_TRUST_PICKLE"  #: set to 1 in the environment: pickled weights are read
#: What models of other tasks have beside, or in place of, the output matrix: values (trl), classes, scores.
OTHER_HEADS = (
    "v_head",
    "value_head",
    "score",
    "classifier",
    "multiple_choice_head",
    "qa_outputs",
    "reward_head",
)
_COMPILED = "_orig_mod."  # what torch.compile puts into names
_WRAPPERS = ("module.", "base_model.model.", "model.")


@dataclass(frozen=True)
class Entry:
    """Where a tensor lies in its file: its dtype by safetensors' name, its shape, the offset of its
    first byte."""

    path: Path
    dtype: str
    shape: tuple[int, ...]
    start: int

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    def read(self) -> npt.NDArray[Any]:
        """The tensor as it is stored; bfloat16 becomes float32."""
        if not self.size:
            return np.zeros(self.shape, dtype=_NUMPY[self.dtype])
        stored = np.memmap(
            self.path, dtype=_NUMPY[self.dtype], mode="r", offset=self.start, shape=self.shape
        )
        if self.dtype == "BF16":
            return np.asarray((stored.astype(np.uint32) << 16).view(np.float32))
        return np.array(stored)


@dataclass(frozen=True)
class Loaded:
    """A tensor that torch read: its dtype by safetensors' name, its shape, torch's own."""

    dtype: str
    shape: tuple[int, ...]
    value: Any

    def read(self) -> npt.NDArray[Any]:
        """The tensor; bfloat16 becomes float32."""
        value = self.value.float() if self.dtype == "BF16" else self.value
        return np.asarray(value.detach().numpy())


Tensor = Entry | Loaded


def entries(path: Path) -> dict[str, Entry]:
    """The tensors of a safetensors file. Raises ModelRefused for a file that lies about itself, and
    says what another file is."""
    try:
        other = foreign_file(path)
        if other and "safetensors" not in other.what:
            raise ModelRefused(f"{path.name} holds no weights", f"it is {other.what}", other.do)
        return _entries(path)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        reason = f"its header lacks {error}" if isinstance(error, KeyError) else str(error)
        raise ModelRefused(
            f"{path.name} is no safetensors file that can be trusted",
            reason,
            "download it again, or write it with save_pretrained",
        ) from error


def _entries(path: Path) -> dict[str, Entry]:
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= min(HEADER_LIMIT, size - 8):
            raise ValueError(
                f"its header would have {length:,} bytes; a file of {size:,} bytes can have "
                f"{max(0, min(HEADER_LIMIT, size - 8)):,}"
            )
        header = json.loads(
            file.read(length), object_pairs_hook=_no_duplicates, parse_constant=_no_constant
        )
    if not isinstance(header, dict):
        raise ValueError("its header is not a JSON object")
    found, end = {}, 0
    for name, about in sorted(
        ((n, a) for n, a in header.items() if n != "__metadata__"),
        key=lambda pair: pair[1]["data_offsets"],
    ):
        dtype, shape, (first, last) = about["dtype"], tuple(about["shape"]), about["data_offsets"]
        if dtype not in _NUMPY:
            raise ValueError(f"{name} has the dtype {dtype!r}; {', '.join(_NUMPY)} can be read")
        if not all(
            isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in (*shape, first, last)
        ):
            raise ValueError(f"{name} has the shape {shape} and the offsets {first}, {last}")
        if first != end or last - first != math.prod(shape) * np.dtype(_NUMPY[dtype]).itemsize:
            raise ValueError(f"{name} of shape {shape} does not fit its bytes {first} to {last}")
        end = last
        found[name] = Entry(path, dtype, shape, 8 + length + first)
    if 8 + length + end != size:
        raise ValueError(f"its tensors end at byte {8 + length + end:,}, the file has {size:,}")
    return found


class Checkpoint:
    """The tensors of a folder by their transformers names without the leading name of the body
    (``transformer.``), as float32.

    What old checkpoints store as tensors though it was not learned (the causal mask
    ``h.0.attn.bias``) is left out; so are the heads of other tasks, which is told. Names that a
    wrapper put before all of them are read without it.
    """

    def __init__(self, folder: Path, family: type[Architecture]) -> None:
        self.folder = folder
        self.entries: dict[str, Tensor] = {}
        stored = _stored(folder)
        wrapped = _wrapper(stored, family)
        others: list[str] = []
        for full, entry in stored.items():
            name = family.own_name(full.replace(_COMPILED, "").removeprefix(wrapped))
            if name.endswith(family.not_learned):
                continue
            if name.split(".")[0] in OTHER_HEADS:
                others.append(name)
                continue
            if name in self.entries:
                raise ModelRefused(
                    f"{folder.name} holds {name} twice", "one of the two would be ignored"
                )
            self.entries[name] = entry
        if others:
            tell(f"{folder.name}: a head of another task is left out: {_some(others)}")

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every tensor."""
        return {name: entry.shape for name, entry in self.entries.items()}

    def tensor(self, name: str) -> Floats:
        """One tensor as float32. Raises KeyError, ModelRefused for integers, NotFinite for NaN or
        infinity."""
        entry = self.entries[name]
        if entry.dtype not in _FLOATS:
            raise ModelRefused(
                f"{name} is stored as {entry.dtype}",
                "weights are floating-point numbers",
                "gptviz does not read quantised checkpoints",
            )
        with np.errstate(over="ignore"):
            array = np.ascontiguousarray(entry.read(), dtype=np.float32)
        check_finite(array, name)
        return array

    def drop_tied(self, architecture: Architecture) -> None:
        """Leaves out a stored copy of the input embedding as output matrix, for a model in which
        the two are one.

        Raises ModelRefused where the copy is another matrix: one of the two would be ignored.
        """
        output, embed = architecture.output, architecture.weights["embed"].tensor
        if output not in self.entries or embed not in self.entries:
            return
        if not np.array_equal(self.tensor(output), self.tensor(embed)):
            raise ModelRefused(
                f"{self.folder.name} has an output matrix of its own",
                f"{output} differs from {embed}, and config.json says tie_word_embeddings",
                "set tie_word_embeddings to false in config.json if the model was trained so",
            )
        del self.entries[output]

    def fingerprint(self) -> str:
        """sha256 over names, shapes and float32 values; a file's name plays no part."""
        return digest(self.entries, self.tensor)


def digest(names: Iterable[str], tensor: Callable[[str], Floats]) -> str:
    """sha256 over names, shapes and values of float32 tensors, in the order of their names."""
    whole = hashlib.sha256()
    for name in sorted(names):
        array = tensor(name)
        whole.update(f"{name} {list(array.shape)}\n".encode())
        whole.update(array.data)
    return whole.hexdigest()


def check_finite(array: npt.NDArray[Any], name: str) -> None:
    """Raises NotFinite, with the name and the first index, for NaN or infinity in a model's
    tensor."""
    finite = np.isfinite(array)
    if not finite.all():
        index = tuple(int(i) for i in np.unravel_index(int(np.argmin(finite)), array.shape))
        raise NotFinite(
            f"{name}[{', '.join(map(str, index))}] is {array[index]}",
            f"{array.size - int(finite.sum()):,} of {array.size:,} values are not finite",
            "the model's file is damaged, or its training failed",
        )


def _stored(folder: Path) -> dict[str, Tensor]:
    """The tensors of a folder under the names that its files give them."""
    found: dict[str, Tensor] = {}
    for path in _files(folder):
        for name, entry in (_pickled(path) if path.suffix in PICKLES else entries(path)).items():
            if name in found:
                raise ModelRefused(
                    f"{folder.name} holds {name} twice", "one of the two would be ignored"
                )
            found[name] = entry
    return found


def _wrapper(names: Iterable[str], family: type[Architecture]) -> str:
    """What a wrapper put before the name of every tensor: torch's DataParallel ``module.``, PEFT
    ``base_model.model.``, others ``model.``; the body's own prefix is none."""
    left, found = [name.replace(_COMPILED, "") for name in names], ""
    while left:
        prefix = next((each for each in _WRAPPERS if all(n.startswith(each) for n in left)), None)
        inner = [name.removeprefix(prefix or "") for name in left]
        own = prefix == f"{family.body}." and not any(name.startswith(prefix) for name in inner)
        if prefix is None or own:
            break
        left, found = inner, found + prefix
    return found


def refuse_adapter(folder: Path) -> None:
    """Raises ModelRefused for a folder that holds an adapter (LoRA and its like) and no model."""
    about = folder / "adapter_config.json"
    if not about.is_file() or (folder / "model.safetensors").is_file():
        return
    config = read_json(about)
    base = config.get("base_model_name_or_path") if isinstance(config, dict) else None
    raise ModelRefused(
        f"{folder.name} holds an adapter (LoRA), not a model",
        f"it holds changes to {str(base or 'another model')[:80]}",
        "merge it into its base: peft.AutoPeftModelForCausalLM.from_pretrained(FOLDER)"
        ".merge_and_unload().save_pretrained(NEW), and copy the tokenizer's files to NEW",
    )


def _files(folder: Path) -> list[Path]:
    """The files of a folder's weights, in transformers' order: the whole file, then the shards of an
    index; pickles only where ``GPTVIZ_TRUST_PICKLE`` says so."""
    whole, index = folder / "model.safetensors", folder / "model.safetensors.index.json"
    if whole.is_file():
        if index.is_file():
            _tell_of_shards(whole, index)
        return [whole]
    if index.is_file():
        return _named(index)
    found = sorted(folder.glob("*.safetensors"))
    if found:
        return found
    pickles = sorted(path for path in folder.iterdir() if path.suffix in PICKLES)
    if pickles and os.environ.get(TRUST) == "1":
        index = folder / "pytorch_model.bin.index.json"
        whole = folder / "pytorch_model.bin"
        return [whole] if whole.is_file() else _named(index) if index.is_file() else pickles[:1]
    if pickles:
        raise ModelRefused(
            f"{folder.name} holds its weights as {', '.join(path.name for path in pickles)}",
            "such a file can run code when it is read",
            f"if you trust who made it: {TRUST}=1 reads it with torch's weights-only loader",
        )
    raise ModelMissing(
        f"{folder.name} holds no weights",
        "there is no .safetensors file in it",
        "name a folder that save_pretrained wrote, a hub id, or mini",
    )


def _named(index: Path) -> list[Path]:
    """The shards of an index. Raises ModelRefused where one is missing."""
    names = shards(index)
    missing = [name for name in names if not (index.parent / name).is_file()]
    if missing:
        raise ModelRefused(
            f"{index.parent.name} lacks {', '.join(missing)}",
            f"{index.name} names it",
            "download it again",
        )
    return [index.parent / name for name in names]


def _tell_of_shards(whole: Path, index: Path) -> None:
    """Says where a folder holds the model twice, whole and in shards, and the two differ: what an
    earlier save left."""
    try:
        others = {name: e for path in _named(index) for name, e in entries(path).items()}
    except ModelRefused:
        return  # not complete: nobody could read it
    own = entries(whole)
    if own.keys() != others.keys() or any(
        not np.array_equal(own[name].read(), others[name].read()) for name in own
    ):
        tell(
            f"{whole.parent.name}: {whole.name} is read, as transformers does; the shards that "
            f"{index.name} names hold other weights"
        )


def _pickled(path: Path) -> dict[str, Tensor]:
    """The tensors of a file of torch.save, read by its weights-only loader. Raises ModelRefused for
    one that holds more, or something else."""
    import torch  # noqa: PLC0415

    try:
        data = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # pickle's errors, torch's, and those of zip files
        raise ModelRefused(
            f"{path.name} cannot be read by torch's weights-only loader",
            " ".join(str(error).split())[:160],
            "if you trust it: AutoModelForCausalLM.from_pretrained(FOLDER).save_pretrained(FOLDER)",
        ) from error
    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(data, dict) and isinstance(data.get(key), dict):
            data = data[key]
            break
    if not isinstance(data, dict) or not all(
        isinstance(name, str) and isinstance(value, torch.Tensor) for name, value in data.items()
    ):
        raise ModelRefused(f"{path.name} holds no weights", "it is no table of tensors by name")
    return {
        name: Loaded(_TORCH.get(str(value.dtype), str(value.dtype)), tuple(value.shape), value)
        for name, value in data.items()
    }


def shards(index: Path) -> list[str]:
    """The files that an index names. Raises ModelRefused for one that is no index, or that leads
    elsewhere."""
    data = read_json(index)
    found = data.get("weight_map") if isinstance(data, dict) else None
    if (
        not isinstance(found, dict)
        or not found
        or not all(isinstance(name, str) for name in found.values())
    ):
        raise ModelRefused(
            f"{index.name} is no index of weights", "it has no weight_map from tensors to files"
        )
    names = sorted(set(found.values()))
    if any(Path(name).name != name for name in names):
        raise ModelRefused(f"{index.name} names files outside its folder", ", ".join(names))
    return names


def read_json(path: Path) -> Any:
    """A small JSON file. Raises ModelRefused for one that is too large or no JSON."""
    try:
        if path.stat().st_size > 64_000_000:
            raise ValueError("it is larger than 64 MB")
        return json.loads(
            path.read_text(encoding="utf-8"),
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constant,
        )
    except (OSError, ValueError, RecursionError) as error:
        other = foreign_file(path) if path.is_file() else None
        if other:
            raise ModelRefused(
                f"{path.name} cannot be read", f"it is {other.what}", other.do
            ) from error
        raise ModelRefused(f"{path.name} cannot be read", str(error)) from error


def compare(
    expected: Mapping[str, tuple[int, ...]], actual: Mapping[str, tuple[int, ...]], where: str
) -> None:
    """Raises ModelRefused, with names and shapes, where tensors are missing, too many, or of
    another shape."""
    missing = [f"{name} {list(shape)}" for name, shape in expected.items() if name not in actual]
    extra = [f"{name} {list(shape)}" for name, shape in actual.items() if name not in expected]
    wrong = [
        f"{name} {list(actual[name])} instead of {list(shape)}"
        for name, shape in expected.items()
        if name in actual and actual[name] != shape
    ]
    findings = {"missing": missing, "extra": extra, "misshapen": wrong}
    parts = [f"{title} {_some(names)}" for title, names in findings.items() if names]
    if parts:
        raise ModelRefused(
            f"{where} does not hold the tensors that its config.json describes",
            "; ".join(parts),
            "check config.json, or write the model again with save_pretrained",
        )


def _some(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return result


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")
