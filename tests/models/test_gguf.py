"""Models in .gguf files: what is read is what transformers computes with, and what lies is refused."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter, RopeScalingType, quants
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.integrations.gguf import dequant
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from gptviz.errors import GptvizError, ModelRefused
from gptviz.models.gguf import read
from gptviz.models.gguf.header import READ, Header
from gptviz.models.gguf.weights import array_of, bits
from tests import small_gguf

IDS = [5, 17, 250, 3, 88, 88, 120, 7]


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small Llama; not to be changed."""
    return small_gguf.write(
        tmp_path_factory.mktemp("gguf") / "small.gguf", small_gguf.module("llama")
    )


def rebuilt(path: Path) -> torch.nn.Module:
    """transformers' module from what was read of a file; every tensor has to find its place."""
    model = read(path)
    config = AutoConfig.for_model(**model.config)
    config._attn_implementation = "eager"
    made = AutoModelForCausalLM.from_config(config)
    state = {name: torch.from_numpy(array) for name, array in model.tensors.items()}
    if model.config["tie_word_embeddings"]:
        embed = next(name for name in state if name.endswith(("embed_tokens.weight", "wte.weight")))
        state["lm_head.weight"] = state[embed]
    made.load_state_dict(state, strict=True)
    return made.eval()


@pytest.mark.parametrize("kind", small_gguf.CONFIGS)
def test_each_architecture_computes_what_it_did(tmp_path: Path, kind: str) -> None:
    made = small_gguf.module(kind)
    again = rebuilt(small_gguf.write(tmp_path / "x.gguf", made))
    with torch.no_grad():
        expected, found = (each(torch.tensor([IDS])).logits[0].numpy() for each in (made, again))
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert np.abs(expected).max() > 1.0, "the scores have to say something"


def test_what_the_file_says_is_what_the_gguf_library_reads(llama: Path) -> None:
    header, library = Header(llama), GGUFReader(llama)
    theirs = {key: field.contents() for key, field in library.fields.items() if "GGUF." not in key}
    assert header.metadata == theirs
    places = {
        each.name: (each.tensor_type.name, each.data_offset, each.n_bytes)
        for each in library.tensors
    }
    assert {n: (p.kind, p.start, p.bytes) for n, p in header.tensors.items()} == places
    assert list(header.tensors) == [each.name for each in library.tensors]


@pytest.mark.parametrize("kind", READ)
def test_every_type_as_transformers_own_kernels_read_it(tmp_path: Path, kind: str) -> None:
    quantisation = GGMLQuantizationType[kind]
    values = np.random.default_rng(4).normal(size=(7, 512)).astype(np.float32)
    try:
        data = quants.quantize(values, quantisation)
    except (
        NotImplementedError
    ):  # the library packs no k-quants: any bytes are numbers, but scales stay sane
        block, size = (each for each in quants.GGML_QUANT_SIZES[quantisation])
        raw = np.random.default_rng(4).integers(0, 256, (7 * 512 // block, size), dtype=np.uint8)
        scale = np.frombuffer(np.array([0.01, 0.02], np.float16).tobytes(), np.uint8)
        raw[:, -2:] = scale[:2]
        if kind != "Q6_K":
            raw[:, :4] = scale
        data = raw.reshape(7, -1)
    writer = GGUFWriter(tmp_path / "x.gguf", "llama")
    writer.add_tensor("blk.0.x.weight", data, raw_dtype=quantisation)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    header = Header(tmp_path / "x.gguf")
    found = array_of(header, "blk.0.x.weight")
    assert found.dtype == np.float32 and found.shape == (7, 512)
    if kind in ("F32", "F16", "BF16"):
        stored = torch.from_numpy(values).to(
            {"F32": torch.float32, "F16": torch.float16}.get(kind, torch.bfloat16)
        )
        expected = stored.float().numpy()
    else:
        expected = (
            dequant.dequantize(torch.from_numpy(data), quantisation.value).numpy().reshape(7, 512)
        )
    np.testing.assert_allclose(found, expected, rtol=2e-6, atol=1e-7)
    assert bits(header) == {"F32": 32, "F16": 16, "BF16": 16, "Q8_0": 8, "Q5_K": 5, "Q6_K": 6}.get(
        kind, 4
    )


def test_a_quantised_model_says_so(tmp_path: Path) -> None:
    model = read(
        small_gguf.write(tmp_path / "x.gguf", small_gguf.module("llama"), GGMLQuantizationType.Q4_1)
    )
    assert model.bits == 4 and model.note is not None and "Q4_1" in model.note
    assert read(small_gguf.write(tmp_path / "y.gguf", small_gguf.module("gpt2"))).note is None


def test_texts_are_cut_by_the_rule_that_the_file_names(llama: Path, tmp_path: Path) -> None:
    one_by_one = read(llama).tokenizer
    text = "the robot in 1984 saw  the moon"
    ids = one_by_one.encode(text, 100)
    assert one_by_one.decode(ids) == text and one_by_one.byte_level
    texts = [one_by_one.row(i).text for i in ids]
    assert texts[texts.index("1") - 1 : texts.index("4") + 1] == [" ", "1", "9", "8", "4"]
    as_gpt2 = read(
        small_gguf.write(tmp_path / "x.gguf", small_gguf.module("llama"), pre="gpt-2")
    ).tokenizer
    assert as_gpt2.encode(text, 100) != ids and as_gpt2.decode(as_gpt2.encode(text, 100)) == text
    assert (
        one_by_one.encode(f"moon{small_gguf.END}", 9)[-1]
        == small_gguf.ENTRIES - 1
        == one_by_one.end
    )
    with pytest.raises(ModelRefused, match="by the rule 'own'"):
        read(small_gguf.write(tmp_path / "y.gguf", small_gguf.module("llama"), pre="own"))
    with pytest.raises(ModelRefused, match="of the kind 'bert'"):
        read(small_gguf.write(tmp_path / "z.gguf", small_gguf.module("llama"), model="bert"))


def test_a_vocabulary_of_sentencepiece(tmp_path: Path) -> None:
    """Scores instead of merges: the best pair first, as in Llama 2's own files."""
    pieces = [
        "<unk>",
        "<s>",
        "</s>",
        *(f"<0x{byte:02X}>" for byte in range(256)),
        "\u2581",
        "m",
        "o",
        "n",
        "oo",
        "moo",
        "moon",
        "\u2581moon",
    ]
    pieces += [f"<filler {i}>" for i in range(small_gguf.ENTRIES - len(pieces))]
    kinds = [2, 3, 3, *[6] * 256, *[1] * (len(pieces) - 259)]
    scores = [-float(number) for number in range(len(pieces))]
    about = {
        "model": "llama",
        "pre": None,
        "merges": None,
        "tokens": pieces,
        "token_type": kinds,
        "scores": scores,
        "eos_token_id": 2,
    }
    found = read(
        small_gguf.write(tmp_path / "x.gguf", small_gguf.module("llama"), **about)
    ).tokenizer
    ids = found.encode("moon \u732b", 20)
    assert [found.backend.convert_ids_to_tokens(i) for i in ids] == [
        "\u2581moon",
        "\u2581",
        "<0xE7>",
        "<0x8C>",
        "<0xAB>",
    ]


def rope_factors(writer: GGUFWriter) -> None:
    """Llama 3's own, for heads of 8 and a base of 500,000, by transformers' formula."""
    parameters = {
        "rope_type": "llama3",
        "rope_theta": 500_000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }
    settings = {"max_position_embeddings": 65536, "rope_parameters": parameters}
    config = AutoConfig.for_model("llama", **{**small_gguf.CONFIGS["llama"], **settings})
    scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config, torch.device("cpu"))
    plain = 1.0 / 500_000.0 ** (torch.arange(0, 8, 2) / 8)
    writer.add_tensor("rope_freqs.weight", (plain / scaled).numpy().astype(np.float32))


def test_the_rotation_of_llama_3(tmp_path: Path) -> None:
    theta = {"rope_type": "default", "rope_theta": 500_000.0}
    made = small_gguf.module("llama", rope_parameters=theta)
    found = read(small_gguf.write(tmp_path / "x.gguf", made, change=rope_factors)).config
    rotation = found["rope_parameters"]
    assert rotation["rope_type"] == "llama3" and rotation["factor"] == pytest.approx(8.0)

    def own(writer: GGUFWriter) -> None:
        writer.add_tensor("rope_freqs.weight", np.array([1.0, 3.0, 2.0, 8.0], np.float32))

    with pytest.raises(ModelRefused, match="factors of its own"):
        read(small_gguf.write(tmp_path / "y.gguf", made, change=own))


REFUSED = {
    "yarn": ("stretches its rotation by 'yarn'", lambda w: w.add_rope_scaling_type(RopeScalingType.YARN)),
    "experts": ("mixture of experts", lambda w: w.add_expert_count(8)),
    "Q2_K": ("is stored as Q2_K", lambda w: w.add_tensor("blk.9.x.weight", np.zeros((1, 84), np.uint8), raw_dtype=GGMLQuantizationType.Q2_K)),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_read_is_refused_by_name(tmp_path: Path, what: str) -> None:
    said, change = REFUSED[what]
    with pytest.raises(ModelRefused) as refused:
        read(small_gguf.write(tmp_path / "x.gguf", small_gguf.module("llama"), change=change))
    assert said in str(refused.value) and "x.gguf" in refused.value.what


def test_other_architectures_by_name(tmp_path: Path, llama: Path) -> None:
    data = llama.read_bytes().replace(b"llama", b"mamba")
    (tmp_path / "x.gguf").write_bytes(data)
    with pytest.raises(ModelRefused, match="of the architecture 'mamba'"):
        read(tmp_path / "x.gguf")


OTHERS = {
    "nothing": (b"", "begins with b''"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
    "a page": (b"<!DOCTYPE html><html>", "HTML page"),
    "an archive": (b"PK\x03\x04" + bytes(40), "zip archive"),
    "an old file": (b"ggjt" + bytes(40), "before .gguf"),
    "another": (b"MThd" + bytes(40), "begins with b'MThd'"),
    "cut in the counts": (b"GGUF\x03\x00\x00\x00\x01", "announces 1 numbers"),
    "another version": (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version 1"),
    "another machine": (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "order of bytes"),
    "more values than bytes": (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**60), "announces"),
    "more tensors than bytes": (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 0), "announces"),
    "a list without end": (b"GGUF" + struct.pack("<IQQQ1sIIQ", 3, 0, 1, 1, b"a", 9, 0, 2**60), "announces"),
    "a list of lists": (b"GGUF" + struct.pack("<IQQQ1sIIQII", 3, 0, 1, 1, b"a", 9, 9, 1, 9, 9), "type 9"),
    "a key without end": (b"GGUF" + struct.pack("<IQQQI", 3, 0, 1, 2**62, 4), "bytes of text"),
}  # fmt: skip


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_no_such_file(tmp_path: Path, what: str) -> None:
    data, said = OTHERS[what]
    (tmp_path / "x.gguf").write_bytes(data)
    with pytest.raises(ModelRefused) as refused:
        read(tmp_path / "x.gguf")
    assert said in str(refused.value) and len(str(refused.value).splitlines()) <= 3


def test_a_file_that_is_cut_short_or_changed(tmp_path: Path, llama: Path) -> None:
    whole = llama.read_bytes()
    path = tmp_path / "x.gguf"
    for end in (*range(4, 2000, 97), len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:end])
        with pytest.raises(ModelRefused):
            Header(path)
    draw = random.Random(1)
    begin = min(place.start for place in Header(llama).tensors.values())
    for _ in range(150):
        changed = bytearray(whole)
        for _ in range(draw.choice((1, 2, 8))):
            changed[draw.randrange(begin)] = draw.randrange(256)
        path.write_bytes(changed)
        try:
            dict(read(path).tensors)
        except GptvizError as error:
            assert error.what and error.why
