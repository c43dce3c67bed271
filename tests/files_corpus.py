"""Files that people have, each given to gptviz and to transformers or gensim: docs/files.md is what
came of it.

    python -m tests.files_corpus      writes the page anew
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import torch
from gensim.models import KeyedVectors
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from gptviz.errors import GptvizError
from gptviz.models import load, telling
from gptviz.models.vectors import load_vectors
from tests import small_gguf, small_gpt2

PAGE = Path(__file__).parent.parent / "docs" / "files.md"
HEAD = """# Files that are read

Each of these files was made and given to both: to gptviz, and to transformers (models) or gensim (word vectors). The
tables are written by `python -m tests.files_corpus`, and a test holds them against what happens.
"""


@dataclass(frozen=True)
class Case:
    """A file, how it is made below a folder, and why gptviz does what it does."""

    file: str
    make: Callable[[Path], Any]
    why: str = ""


def _rows(words: list[str], header: str | None = "") -> bytes:
    lines = [f"{word} {i}.5 1 -2" for i, word in enumerate(words)]
    first = [] if header is None else [header or f"{len(words)} 3"]
    return "\n".join([*first, *lines, ""]).encode()


def _binary(words: list[str], count: int | None = None) -> bytes:
    rows = b"".join(
        word.encode() + b" " + np.full(3, i, "<f4").tobytes() for i, word in enumerate(words)
    )
    return f"{count or len(words)} 3\n".encode() + rows


WORDS = ["the", "cat", "caf\u00e9", "dog"]
VECTORS = (
    Case("word2vec text", lambda p: _rows(WORDS)),
    Case("word2vec binary", lambda p: _binary(WORDS)),
    Case("GloVe text", lambda p: _rows(WORDS, None)),
    Case("packed with gzip", lambda p: gzip.compress(_rows(WORDS), mtime=0)),
    Case("a word twice", lambda p: _rows([*WORDS, "cat"]), "the first row counts"),
    Case("a row without a word", lambda p: _rows([*WORDS, ""]), "there would be nothing to draw"),
    Case("a control character", lambda p: _rows([*WORDS, "a\x01b"]), "it is a part of the word"),
    Case("more rows than the header says", lambda p: _rows(WORDS, "3 3"), "the header counts"),
    Case("fewer rows than the header says", lambda p: _rows(WORDS, "5 3"), "it may be cut short; GPTVIZ_LENIENT=1 reads it"),
    Case("a number that is none", lambda p: _rows(WORDS).replace(b"1.5", b"nan"), "it cannot be drawn"),
    Case("a byte-order mark", lambda p: b"\xef\xbb\xbf" + _rows(WORDS), "it says nothing of the words"),
    Case("a Git LFS pointer", lambda p: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "the file itself is elsewhere"),
    Case("a page of a site", lambda p: b"<!DOCTYPE html>\n<html></html>\n", "the download was not the file"),
)  # fmt: skip


def _tensors(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    small_gpt2.write(folder)
    path = folder / "model.safetensors"
    tensors = safetensors.torch.load_file(path)
    change(tensors)
    safetensors.torch.save_file(tensors, path, metadata={"format": "pt"})


def _prefixed(prefix: str) -> Callable[[Path], None]:
    def change(tensors: dict[str, Any]) -> None:
        for name in list(tensors):
            tensors[prefix + name] = tensors.pop(name)

    return lambda folder: _tensors(folder, change)


def _config(folder: Path, **settings: Any) -> None:
    small_gpt2.write(folder)
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))


def _stale(folder: Path) -> None:
    small_gpt2.write(folder)
    newer = (folder / "model.safetensors").read_bytes()
    small_gpt2.write_model(folder, seed=6).save_pretrained(folder, max_shard_size="50KB")
    (folder / "model.safetensors").write_bytes(newer)


def _padded(folder: Path) -> None:
    small_gpt2.write_model(folder, entries=832)
    small_gpt2.write_tokenizer(folder)


def _pickled(folder: Path) -> None:
    small_gpt2.write(folder)
    whole = folder / "model.safetensors"
    torch.save(safetensors.torch.load_file(whole), folder / "pytorch_model.bin")
    whole.unlink()


def _adapter(folder: Path) -> None:
    folder.mkdir()
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "gpt2"}')


MODELS = (
    Case("a folder of save_pretrained", small_gpt2.write),
    Case("shards of an earlier save beside a whole file", _stale, "the whole file is read; that they differ is said"),
    Case("a padded vocabulary", _padded, "the rows beyond the tokens have no name, and show their id"),
    Case("a value head beside the model", lambda p: _tensors(p, lambda t: t.update({"v_head.summary.weight": torch.ones(1, 24)})), "it is left out, and said"),
    Case("a tensor of nobody's", lambda p: _tensors(p, lambda t: t.update(other=torch.ones(3))), "the model may be another than its config says"),
    Case("a tensor missing", lambda p: _tensors(p, lambda t: t.pop("transformer.ln_f.bias")), "it would be made up"),
    Case("names under `module.`", _prefixed("module."), "all have it: a wrapper's"),
    Case("names under `_orig_mod.`", _prefixed("_orig_mod."), "all have it: torch.compile's"),
    Case("pickled weights", _pickled, "a pickle can run code; GPTVIZ_TRUST_PICKLE=1 reads it"),
    Case("an adapter without its model", _adapter, "it holds changes only"),
    Case("a dropout of 7", lambda p: _config(p, resid_pdrop=7), "no model has it"),
    Case("an activation `geluw`", lambda p: _config(p, activation_function="geluw"), "no model has it"),
    Case("an encoder", lambda p: _config(p, model_type="bert"), "it continues no text"),
)  # fmt: skip


def _theirs_of_vectors(path: Path, case: Case) -> str:
    binary, header = "binary" in case.file, "GloVe" not in case.file
    try:
        found = KeyedVectors.load_word2vec_format(str(path), binary=binary, no_header=not header)
    except Exception as error:
        return f"refuses it ({type(error).__name__})"
    return f"reads {len(found.key_to_index)} words" + (
        "" if np.isfinite(found.vectors).all() else ", one not finite"
    )


def _ours_of_vectors(path: Path) -> str:
    try:
        found = load_vectors(str(path))
    except GptvizError as error:
        return f"refuses it: {error.why}"
    return f"reads {len(found)} words"


def _theirs_of_models(folder: Path, **how: str) -> str:
    try:
        model, about = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True, **how)
        AutoTokenizer.from_pretrained(folder, **how)
    except Exception as error:
        return f"refuses it ({type(error).__name__})"
    missing = len(about["missing_keys"])
    return (
        f"loads it, {missing} tensors made up" if missing else f"loads it as {type(model).__name__}"
    )


def _ours_of_models(folder: Path) -> str:
    try:
        load(str(folder))
    except GptvizError as error:
        return f"refuses it: {error.why}"
    return "loads it"


def _table(title: str, rows: list[tuple[str, str, str, str]]) -> str:
    lines = [f"| {title} | they | gptviz | why |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def page() -> str:
    """The page, from what happens now."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    vectors, models = [], []
    with tempfile.TemporaryDirectory() as temporary, contextlib.redirect_stderr(io.StringIO()):
        telling.tell.cache_clear()
        for number, case in enumerate(VECTORS):
            path = Path(temporary) / f"vectors-{number}{'.gz' if 'gzip' in case.file else ''}"
            path.write_bytes(case.make(path))
            theirs, ours = _theirs_of_vectors(path, case), _ours_of_vectors(path)
            vectors.append((case.file, theirs, ours, case.why))
        for number, case in enumerate(MODELS):
            folder = Path(temporary) / f"model-{number}"
            case.make(folder)
            models.append((case.file, _theirs_of_models(folder), _ours_of_models(folder), case.why))
        path = small_gguf.write(Path(temporary) / "x.gguf", small_gguf.module("llama"))
        file = Case("a .gguf file", lambda _: path, "every weight becomes float32")
        theirs = _theirs_of_models(path.parent, gguf_file=path.name)
        models.append((file.file, theirs, _ours_of_models(path), file.why))
    models_table = _table("model", models)
    return f"{HEAD}\n{models_table}\n\n{_table('vectors', vectors)}\n".replace(" |  |", " | |")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
