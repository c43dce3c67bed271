"""Folders that lie about their model: refused by name and shape, nothing run, nothing read without
bound."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from gptviz.errors import GptvizError, ModelMissing, ModelRefused, NotFinite
from gptviz.models import load
from gptviz.models.checkpoint import entries
from tests import small_gpt2

Tensors = dict[str, Any]


def rewrite(folder: Path, change: Callable[[Tensors], Any]) -> None:
    """Changes the tensors of a folder's checkpoint."""
    path = folder / "model.safetensors"
    tensors = safetensors.numpy.load(path.read_bytes())
    change(tensors)
    safetensors.numpy.save_file(tensors, path, metadata={"format": "pt"})


def configure(folder: Path, **settings: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))


def missing(tensors: Tensors) -> None:
    del tensors["transformer.h.1.mlp.c_fc.weight"]


def extra(tensors: Tensors) -> None:
    tensors["transformer.h.2.ln_1.weight"] = np.ones(24, dtype=np.float32)


def misshapen(tensors: Tensors) -> None:
    name = "transformer.h.0.attn.c_attn.weight"
    tensors[name] = np.ascontiguousarray(tensors[name].T)


def output_of_its_own(tensors: Tensors) -> None:
    tensors["lm_head.weight"] = np.zeros((777, 24), dtype=np.float32)


def integers(tensors: Tensors) -> None:
    tensors["transformer.ln_f.weight"] = np.ones(24, dtype=np.int64)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (missing, "missing h.1.mlp.c_fc.weight [24, 96]"),
        (extra, "extra h.2.ln_1.weight [24]"),
        (misshapen, "misshapen h.0.attn.c_attn.weight [72, 24] instead of [24, 72]"),
        (output_of_its_own, "lm_head.weight differs from wte.weight"),
        (integers, "ln_f.weight is stored as I64"),
    ],
)
def test_tensors_that_do_not_fit_the_config(
    folder: Path, change: Callable[[Tensors], Any], said: str
) -> None:
    rewrite(folder, change)
    with pytest.raises(ModelRefused) as refused:
        load(str(folder))
    assert said in str(refused.value)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_weight_that_is_not_finite_is_named(folder: Path, value: float) -> None:
    def damage(tensors: Tensors) -> None:
        tensors["transformer.h.1.attn.c_proj.weight"][4, 7] = value

    rewrite(folder, damage)
    with pytest.raises(NotFinite) as refused:
        load(str(folder))
    assert "h.1.attn.c_proj.weight[4, 7]" in str(refused.value)


def test_scores_that_overflow_are_named(folder: Path) -> None:
    def enlarge(tensors: Tensors) -> None:
        tensors["transformer.ln_f.weight"] *= 0
        tensors["transformer.ln_f.weight"] += 1e30
        tensors["transformer.wte.weight"] *= 1e30

    rewrite(folder, enlarge)
    model = load(str(folder))
    with pytest.raises(NotFinite, match="logits"):
        model.next_logits(model.encode("robot"))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"model_type": "bert"}, "an encoder"),
        ({"model_type": "t5"}, "an encoder with a decoder"),
        ({"model_type": "mixtral"}, "a mixture of experts"),
        ({"num_local_experts": 8}, "a mixture of experts"),
        ({"model_type": "mamba"}, "a state-space"),
        ({"model_type": "opt"}, "model_type 'opt'"),
        ({"model_type": None}, "no model"),
        ({"activation_function": "geluw"}, "geluw"),
        ({"attn_pdrop": 7}, "dropout probability"),
        ({"n_layer": 10**9}, "n_layer = 1000000000"),
        ({"n_head": 5}, "n_embd 24 for 5 heads"),
        ({"n_embd": "24"}, "n_embd = '24'"),
        ({"n_positions": 0}, "n_positions = 0"),
        ({"quantization_config": {"bits": 4}}, "quantised"),
        ({"add_cross_attention": True}, "cross-attention"),
        ({"n_layer": 3}, "missing h.2.ln_1.weight [24]"),
        ({"vocab_size": 800}, "[777, 24] instead of [800, 24]"),
    ],
)
def test_configs_of_something_else(folder: Path, settings: dict[str, Any], said: str) -> None:
    configure(folder, **settings)
    with pytest.raises(ModelRefused) as refused:
        load(str(folder))
    assert said in str(refused.value)


def test_a_tokenizer_of_another_size(folder: Path) -> None:
    for path in folder.glob("tokenizer*"):
        path.unlink()
    small_gpt2.write_tokenizer(folder, entries=700)
    with pytest.raises(ModelRefused, match="700 entries, its model 777"):
        load(str(folder))
    for path in folder.glob("tokenizer*"):
        path.unlink()
    with pytest.raises(ModelMissing, match="no tokenizer"):
        load(str(folder))


class Payload:
    """What a crafted pickle can do: code of somebody else's choice when it is read."""

    def __init__(self, sentinel: Path) -> None:
        self.sentinel = sentinel

    def __reduce__(self) -> Any:
        return Path.touch, (self.sentinel,)


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin", "model.pt"])
def test_a_pickle_is_never_opened(folder: Path, tmp_path: Path, name: str) -> None:
    sentinel = tmp_path / "ran"
    (folder / "model.safetensors").unlink()
    (folder / name).write_bytes(pickle.dumps(Payload(sentinel)))
    with pytest.raises(ModelRefused):
        load(str(folder))
    assert not sentinel.exists()
    pickle.loads((folder / name).read_bytes())
    assert sentinel.exists(), "the payload must be able to run, or this test shows nothing"


def header(text: str, tail: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack("<Q", len(text) if length is None else length) + text.encode() + tail


ENTRY = '"dtype":"F32","shape":[2],"data_offsets":[0,8]'
LIES = {
    "empty": b"",
    "short": b"\x01\x02",
    "a header of 100 MB": header("{}", b" " * 64, length=100_000_000),
    "a header longer than all memory": header("{}", length=2**63),
    "no JSON": header("{nope", b""),
    "a list": header("[1, 2]"),
    "nested without end": header("[" * 100_000),
    "a billion numbers": header(
        '{"a":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}', b"\0" * 8
    ),
    "a shape that overflows": header(
        '{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}'
    ),
    "a negative shape": header(
        '{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}', b"\0" * 8
    ),
    "NaN as an offset": header(
        '{"a":{"dtype":"F32","shape":[2],"data_offsets":[NaN,8]}}', b"\0" * 8
    ),
    "the same key twice": header(f'{{"a":{{{ENTRY}}},"a":{{{ENTRY}}}}}', b"\0" * 8),
    "two tensors in one place": header(f'{{"a":{{{ENTRY}}},"b":{{{ENTRY}}}}}', b"\0" * 8),
    "cut short": header(f'{{"a":{{{ENTRY}}}}}', b"\0" * 7),
    "too long": header(f'{{"a":{{{ENTRY}}}}}', b"\0" * 9),
    "no offsets": header('{"a":{"dtype":"F32","shape":[2]}}', b"\0" * 8),
    "no dtype that is known": header(
        '{"a":{"dtype":"F3","shape":[2],"data_offsets":[0,8]}}', b"\0" * 8
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_files_that_lie_about_themselves(tmp_path: Path, lie: str) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(LIES[lie])
    with pytest.raises(ModelRefused, match="model.safetensors"):
        entries(path)


def test_a_file_that_tells_the_truth_is_read(tmp_path: Path) -> None:
    arrays = {
        "a": np.arange(6, dtype=np.float16).reshape(2, 3),
        "empty": np.zeros((0, 4), dtype=np.float32),
        "one": np.array(3.5),
    }
    safetensors.numpy.save_file(
        arrays, tmp_path / "x.safetensors", metadata={"note": "kept by others"}
    )
    found = entries(tmp_path / "x.safetensors")
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name].read(), array)


def test_an_index_that_names_files_elsewhere(folder: Path) -> None:
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"wte.weight": "../model.safetensors"}}))
    with pytest.raises(ModelRefused, match="outside"):
        load(str(folder))
    index.write_text(json.dumps({"weight_map": {"wte.weight": "model-00001-of-00002.safetensors"}}))
    with pytest.raises(ModelRefused, match="lacks model-00001-of-00002"):
        load(str(folder))
    for broken in ("{}", "[]", '{"weight_map": 3}', '{"weight_map": {"a": 5}}', "nope"):
        index.write_text(broken)
        with pytest.raises(GptvizError, match=r"model\.safetensors\.index\.json"):
            load(str(folder))
