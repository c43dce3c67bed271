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
import safetensors.torch
import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

from gptviz.errors import GptvizError, ModelMissing, ModelRefused, NotFinite, PromptRefused
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


def test_the_whole_file_counts_and_shards_that_an_earlier_save_left_do_not(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = (folder / "model.safetensors").read_bytes()
    small_gpt2.write_model(folder, seed=6).save_pretrained(folder, max_shard_size="50KB")
    assert (folder / "model.safetensors.index.json").is_file()
    (folder / "model.safetensors").write_bytes(newer)
    with torch.no_grad():
        theirs = GPT2LMHeadModel.from_pretrained(folder).eval()(torch.tensor([[1, 2, 3]])).logits
    capsys.readouterr()
    np.testing.assert_allclose(load(str(folder)).logits([1, 2, 3]), theirs[0].numpy(), atol=1e-4)
    assert "hold other weights" in capsys.readouterr().err
    next(folder.glob("model-00001*")).unlink()
    load(str(folder))
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelRefused, match="lacks model-00001"):
        load(str(folder))


WRAPPED = ("module.", "_orig_mod.", "model.", "module._orig_mod.", "base_model.model.")


@pytest.mark.parametrize("prefix", WRAPPED)
def test_what_a_wrapper_put_before_all_names(folder: Path, prefix: str) -> None:
    expected = load(str(folder)).logits([1, 2, 3])

    def wrap(tensors: Tensors) -> None:
        for name in list(tensors):
            tensors[prefix + name] = tensors.pop(name)

    rewrite(folder, wrap)
    model = load(str(folder))
    np.testing.assert_array_equal(model.logits([1, 2, 3]), expected)

    def one_without(tensors: Tensors) -> None:
        name = next(iter(tensors))
        tensors[name.removeprefix(prefix)] = tensors.pop(name)

    if prefix != "_orig_mod.":
        rewrite(folder, one_without)
        with pytest.raises(ModelRefused):
            load(str(folder))


def test_heads_of_other_tasks_are_left_out_and_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = load(str(folder)).provenance().fingerprint

    def more(tensors: Tensors) -> None:
        tensors["v_head.summary.weight"] = np.ones((1, 24), np.float32)
        tensors["score.weight"] = np.ones((2, 24), np.float32)

    rewrite(folder, more)
    assert load(str(folder)).provenance().fingerprint == expected
    assert "v_head.summary.weight, score.weight" in capsys.readouterr().err.replace(
        "score.weight, v_head.summary.weight", "v_head.summary.weight, score.weight"
    )
    rewrite(folder, lambda tensors: tensors.update(other=np.ones(3, np.float32)))
    with pytest.raises(ModelRefused, match=r"extra other \[3\]"):
        load(str(folder))


def test_a_padded_vocabulary_has_rows_without_a_name(tmp_path: Path) -> None:
    small_gpt2.write_model(tmp_path / "m", entries=832)
    small_gpt2.write_tokenizer(tmp_path / "m")
    model = load(str(tmp_path / "m"))
    assert model.next_logits([1]).shape == (832,)
    row = model.token_row(800)
    assert (row.id, row.text, bytes.fromhex(row.bytes)) == (800, "[800]", b"[800]")
    with pytest.raises(ModelRefused):
        model.token_row(832)


def test_a_token_that_was_added_without_a_row(folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_special_tokens({"pad_token": "<pad>"})
    tokenizer.save_pretrained(folder)
    model = load(str(folder))
    assert model.encode("robot planet")
    with pytest.raises(PromptRefused, match="no row for the token '<pad>'"):
        model.encode("robot<pad>")


def test_pickles_are_read_by_the_weights_only_loader_where_they_are_trusted(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = load(str(folder)).provenance().fingerprint
    whole = folder / "model.safetensors"
    tensors = safetensors.torch.load_file(whole)
    whole.unlink()
    torch.save({"model": tensors, "step": 7}, folder / "pytorch_model.bin")
    with pytest.raises(ModelRefused) as refused:
        load(str(folder))
    variable, _, rest = refused.value.hint.removeprefix("if you trust who made it: ").partition("=")
    monkeypatch.setenv(variable, rest[0])
    assert load(str(folder)).provenance().fingerprint == expected
    sentinel = tmp_path / "ran"
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Payload(sentinel)))
    with pytest.raises(ModelRefused, match="weights-only loader"):
        load(str(folder))
    assert not sentinel.exists()


def test_an_adapter_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path": "gpt2"}')
    (tmp_path / "adapter_model.safetensors").write_bytes(b"")
    with pytest.raises(ModelRefused) as refused:
        load(str(tmp_path))
    assert "changes to gpt2" in refused.value.why and "merge_and_unload" in refused.value.hint


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_pointer_of_git_lfs(folder: Path, name: str) -> None:
    (folder / name).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    with pytest.raises(ModelRefused, match="git lfs pull"):
        load(str(folder))


@pytest.mark.parametrize(
    "settings", [{"resid_pdrop": 7}, {"activation_function": "geluw"}, {"n_ctx": []}]
)
def test_values_that_no_model_has(folder: Path, settings: dict[str, Any]) -> None:
    configure(folder, **settings)
    try:
        load(str(folder))
    except ModelRefused as error:
        assert len(str(error).splitlines()) <= 3


def test_a_limit_of_the_tokenizer_neither_counts_nor_warns(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "tokenizer_config.json"
    for limit in (3, "many"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"model_max_length": limit}))
        assert len(load(str(folder)).encode("robot planet " * 5)) > 3
    assert capsys.readouterr().err == ""


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
    (folder / "model.safetensors").rename(folder.parent / "model.safetensors")
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
