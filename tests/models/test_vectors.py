"""Word vectors: every format against gensim's own reader, and files that lie."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import shutil
import socket
import struct
import tarfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from gensim.models import KeyedVectors

from gptviz.errors import ModelMissing, VectorsRefused
from gptviz.fetching import wheels
from gptviz.models import vector_files, vectors
from gptviz.models.language import LanguageModel
from gptviz.models.vectors import from_model, load_vectors

WORDS = [
    "the",
    "cat",
    "Cat",
    "naïve",
    "don't",
    "\u732b",
    "\U0001f98a",
    "new_york",
    "1984",
    ",",
    "e",
]
COMPONENTS = 7


@pytest.fixture(scope="module")
def keyed() -> KeyedVectors:
    """A few awkward words with vectors, in gensim's hands."""
    values = np.random.default_rng(5).normal(size=(len(WORDS), COMPONENTS)).astype(np.float32)
    values[3] = np.round(values[3])
    keyed = KeyedVectors(COMPONENTS)
    keyed.add_vectors(WORDS, values)
    return keyed


@pytest.fixture
def files(tmp_path: Path, keyed: KeyedVectors) -> dict[str, Path]:
    """The same vectors in every format that is read, under names that say nothing."""
    paths = {
        name: tmp_path / f"{i}.dat"
        for i, name in enumerate(
            ("binary", "text", "glove", "binary gz", "text gz", "glove gz", "word2vec tool", "crlf")
        )
    }
    keyed.save_word2vec_format(str(paths["binary"]), binary=True)
    keyed.save_word2vec_format(str(paths["text"]), binary=False)
    text = paths["text"].read_bytes()
    paths["glove"].write_bytes(text.split(b"\n", 1)[1])
    paths["crlf"].write_bytes(text.replace(b"\n", b" \r\n"))
    rows = [word.encode() + b" " + keyed[word].tobytes() + b"\n" for word in WORDS]
    paths["word2vec tool"].write_bytes(b"%d %d\n" % (len(WORDS), COMPONENTS) + b"".join(rows))
    for name in ("binary", "text", "glove"):
        paths[f"{name} gz"].write_bytes(gzip.compress(paths[name].read_bytes()))
    return paths


def test_every_format_reads_as_gensim_reads_it(files: dict[str, Path], keyed: KeyedVectors) -> None:
    for name, path in files.items():
        read = load_vectors(str(path))
        assert read.words == WORDS, name
        assert np.array_equal(read.matrix, keyed.vectors), name
        assert (
            read.provenance().fingerprint == vectors.hashlib.sha256(path.read_bytes()).hexdigest()
        )
        assert (read.short, read.rank("the"), read.rank("e")) == (path.stem, 1, len(WORDS))


def test_only_what_was_asked_for_is_held(files: dict[str, Path], keyed: KeyedVectors) -> None:
    for name, path in files.items():
        first = load_vectors(str(path), limit=3)
        assert first.words == WORDS[:3] and first.matrix.shape == (3, COMPONENTS), name
        some = load_vectors(str(path), words_wanted=["1984", "cat", "absent"])
        assert (
            some.words == ["cat", "1984"]
            and len(some.matrix.base if some.matrix.base is not None else []) <= 3
        )
        assert np.array_equal(some.vector("1984"), keyed["1984"].astype(np.float64))
        assert some.rank("cat") is None and not some.has("the")


def test_a_large_file_is_kept_in_half_precision(
    files: dict[str, Path], keyed: KeyedVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_files, "HALF_FROM", 100)
    read = load_vectors(str(files["binary"]))
    assert read.matrix.dtype == np.float16 and read.provenance().dtype == "float16"
    assert np.abs(read.matrix - keyed.vectors).max() < 2e-3
    assert np.allclose(read.norms, np.linalg.norm(keyed.vectors, axis=1), rtol=1e-3)


def rows_of(count: int, components: int) -> list[bytes]:
    values = np.random.default_rng(1).normal(size=(count, components)).round(4)
    return [
        b"w%d " % i + b" ".join(b"%.4f" % value for value in row) for i, row in enumerate(values)
    ]


class Tripwire:
    """A pickle of this makes a file when it is loaded."""

    def __init__(self, sentinel: Path) -> None:
        self.sentinel = sentinel

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return os.mkdir, (str(self.sentinel),)


def test_nothing_that_can_run_code_is_opened(tmp_path: Path, keyed: KeyedVectors) -> None:
    trap = Tripwire(tmp_path / "sentinel")
    keyed.save(str(tmp_path / "saved.kv"))
    for name, protocol in (("2.bin", 2), ("4.txt", 4), ("5.vec", 5), ("0.txt", 0)):
        (tmp_path / name).write_bytes(pickle.dumps(trap, protocol=protocol))
    (tmp_path / "packed.bin.gz").write_bytes(gzip.compress(pickle.dumps(trap)))
    np.savez(tmp_path / "array.npz", trap=np.array([trap], dtype=object))
    np.save(tmp_path / "array.npy", keyed.vectors)
    torch.save({"trap": trap}, tmp_path / "model.pt")
    hostile = [path for path in tmp_path.iterdir()]
    assert len(hostile) == 9
    for path in hostile:
        with pytest.raises(VectorsRefused):
            load_vectors(str(path))
    assert not (tmp_path / "sentinel").exists()


GOOD = rows_of(20, 5)
BINARY = b"20 5\n" + b"".join(
    b"w%d " % i + np.full(5, i + 0.5, dtype="<f4").tobytes() for i in range(20)
)
TOO_SHORT = GOOD[:11] + [GOOD[11].rsplit(b" ", 1)[0]] + GOOD[12:]
TOO_LONG = GOOD[:11] + [GOOD[11] + b" 0.5"] + GOOD[12:]

#: What is wrong, the file, and what the refusal says.
LIES = {
    "a number too few": (b"20 5\n" + b"\n".join(TOO_SHORT) + b"\n", "line 13.*4 numbers"),
    "a number too many": (b"20 5\n" + b"\n".join(TOO_LONG) + b"\n", "line 13.*6 numbers"),
    "GloVe, a number too few": (b"\n".join(TOO_SHORT) + b"\n", "line 12.*4 numbers"),
    "GloVe, a number too many": (b"\n".join(TOO_LONG) + b"\n", "line 12.*6 numbers"),
    "no number": (b"20 5\n" + b"\n".join(GOOD).replace(b"w7 ", b"w7 x"), "line 9"),
    "NaN": (b"\n".join(GOOD[:4]) + b"\nw nan 1 1 1 1\n", "line 5.*not finite"),
    "infinity": (b"\n".join(GOOD[:4]) + b"\nw 1 1 -inf 1 1\n", "line 5.*not finite"),
    "beyond float32": (b"\n".join(GOOD[:4]) + b"\nw 1 1 1e39 1 1\n", "line 5.*too large"),
    "binary NaN": (
        BINARY.replace(np.float32(8.5).tobytes(), np.float32("nan").tobytes(), 1),
        "line 10.*not finite",
    ),
    "fewer rows": (b"21 5\n" + b"\n".join(GOOD) + b"\n", "line 22.*ends after 20"),
    "binary, fewer rows": (BINARY[:-45], "line 20.*ends after 18|line 19|no room"),
    "a wrong dimension": (b"20 6\n" + b"\n".join(GOOD), "line 2.*5 numbers"),
    "binary, a wrong dimension": (BINARY.replace(b"20 5", b"20 4", 1), "line \\d+"),
    "a billion words": (b"1000000000 300\n" + b"\n".join(GOOD), "no room"),
    "binary, a billion words": (b"1000000000 300\n" + BINARY, "no room"),
    "binary, cut in a row": (BINARY[:-7], "no room|middle of a row"),
    "a word that is not UTF-8": (
        b"20 5\n" + b"\n".join(GOOD).replace(b"w7 ", b"w\xff7 "),
        "line 9.*0xff",
    ),
    "binary, not UTF-8": (BINARY.replace(b"w7 ", b"\xc3( "), "line 9.*0xc3"),
    "empty": (b"", "empty"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "neither"),
    "prose": (b"Once upon a time\nthere was a cat.\n", "neither"),
    "one endless line": (b"a" * (1 << 21), "does not end"),
    "an endless row": (b"20 5\nw" + b"a" * (1 << 21), "longer than"),
}


#: What gensim passes over, and the first words of the note that says so.
ODD = {
    "a word twice": (
        b"20 5\n" + b"\n".join(GOOD).replace(b"w7 ", b"w3 ").replace(b"w9 ", b"w3 "),
        "2 rows of words that had one already",
    ),
    "binary, a word twice": (BINARY.replace(b"w7 ", b"w3 "), "1 rows of words that had one"),
    "more rows than announced": (b"12 5\n" + b"\n".join(GOOD), "the header announces 12 words"),
    "binary, more rows": (BINARY.replace(b"20 5", b"12 5", 1), "the header announces 12 words"),
    "a control character": (b"20 5\n" + b"\n".join(GOOD).replace(b"w1 ", b"w\x01\x7f "), None),
    "no word": (b"20 5\n" + b"\n".join(GOOD).replace(b"w7 ", b" "), "1 rows without a word"),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_odd_files_are_read_as_gensim_reads_them(
    tmp_path: Path, odd: str, packed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    data, note = ODD[odd]
    path = tmp_path / f"{odd}-{packed}.dat"
    path.write_bytes(gzip.compress(data) if packed else data)
    (tmp_path / "plain").write_bytes(data)
    keyed = KeyedVectors.load_word2vec_format(str(tmp_path / "plain"), binary="binary" in odd)
    read = load_vectors(str(path))
    named = [word for word in keyed.index_to_key if word]  # gensim keeps a word without letters
    assert read.words == named
    assert np.array_equal(read.matrix, keyed.vectors[[keyed.key_to_index[word] for word in named]])
    told = read.provenance().note
    assert told is None if note is None else told is not None and told.startswith(note)
    assert (note or "") in capsys.readouterr().err
    assert load_vectors(str(path), words_wanted=["w3", "w8"]).words == ["w3", "w8"]


def test_a_mark_before_the_first_word(tmp_path: Path) -> None:
    mark = b"\xef\xbb\xbf"
    for name, data in (("text", b"20 5\n" + b"\n".join(GOOD)), ("glove", b"\n".join(GOOD))):
        (tmp_path / name).write_bytes(mark + data)
        (tmp_path / f"{name} bare").write_bytes(data)
        read, bare = (load_vectors(str(tmp_path / each)) for each in (name, f"{name} bare"))
        assert read.words == bare.words and np.array_equal(read.matrix, bare.matrix)
        assert "byte-order mark" in str(read.provenance().note)
    (tmp_path / "bad").write_bytes(mark + LIES["a word that is not UTF-8"][0])
    with pytest.raises(
        VectorsRefused, match=f"byte {3 + LIES['a word that is not UTF-8'][0].index(0xFF):,} "
    ):
        load_vectors(str(tmp_path / "bad"))


@pytest.mark.parametrize(
    "lie",
    [
        "fewer rows",
        "binary, fewer rows",
        "a word that is not UTF-8",
        "binary, cut in a row",
    ],
)
def test_the_hint_to_be_lenient_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    path = tmp_path / f"{lie}.dat"
    path.write_bytes(LIES[lie][0])
    with pytest.raises(VectorsRefused) as refused:
        load_vectors(str(path))
    variable, _, value = refused.value.hint.rpartition(" ")[2].partition("=")
    monkeypatch.setenv(variable, value)
    read = load_vectors(str(path))
    assert 17 < len(read) <= 20 and read.has("w3")
    assert read.has("w\ufffd7") or "the file ends after" in str(read.provenance().note)


OTHERS = {
    "a pointer": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "git lfs pull",
    ),
    "a page": (b"\n<!DOCTYPE html>\n<html>", "HTML page"),
    "fastText": (struct.pack("<ii", 793712314, 12) + bytes(99), r"\.vec file"),
    "zip": (b"PK\x03\x04" + bytes(99), "unpack it"),
    "UTF-16": ("20 5\n".encode("utf-16"), "UTF-8: iconv"),
    "a model": (b"GGUF" + bytes(99), r"MODEL=FILE\.gguf"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_a_file_is_instead(tmp_path: Path, what: str) -> None:
    data, says = OTHERS[what]
    (tmp_path / "v").write_bytes(data)
    with pytest.raises(VectorsRefused, match=f"(?s)it is .*{says}"):
        load_vectors(str(tmp_path / "v"))


def test_an_archive_of_tar(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "v.tar.gz", "w:gz") as archive:
        archive.add(__file__, "vectors.txt")
    with pytest.raises(VectorsRefused, match="(?s)a tar archive.*unpack it"):
        load_vectors(str(tmp_path / "v.tar.gz"))


def test_vectors_of_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of words and an array beside it, as glove-6b-50d has them."""
    import pyarrow
    import pyarrow.parquet

    words, matrix = ["the", ",", "caf\u00e9"], np.arange(6, dtype=np.float32).reshape(3, 2)
    folder = tmp_path / "cache"
    folder.mkdir()
    real = wheels.known()["glove-6b-50d"]
    np.save(folder / real.files[0].name, matrix)
    table = pyarrow.table({"index": words})
    pyarrow.parquet.write_table(table, folder / real.files[1].name)
    monkeypatch.setattr(wheels, "fetch", lambda name, offline: folder)
    read = load_vectors("glove-6b-50d")
    assert read.words == words and np.array_equal(read.matrix, matrix) and read.rank(",") == 2
    assert read.short == "glove-6b-50d" and str(read.provenance().licence).startswith("PDDL")
    assert load_vectors("glove-6b-50d", limit=1).words == ["the"]


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_files_that_lie_are_refused_by_the_line(tmp_path: Path, lie: str, packed: bool) -> None:
    data, says = LIES[lie]
    path = tmp_path / "vectors"
    path.write_bytes(gzip.compress(data) if packed else data)
    if packed and "no room" in says:
        says = r"line \d"  # how much a packed file can hold is only bounded
    with pytest.raises(VectorsRefused, match=f"(?s){says}") as refused:
        load_vectors(str(path))
    assert refused.value.what and refused.value.why and refused.value.hint


def test_the_byte_of_a_bad_word_is_named(tmp_path: Path) -> None:
    data = LIES["a word that is not UTF-8"][0]
    (tmp_path / "v").write_bytes(data)
    with pytest.raises(VectorsRefused, match=f"byte {data.index(0xFF):,} of the file"):
        load_vectors(str(tmp_path / "v"))


def test_line_seventy_thousand(tmp_path: Path) -> None:
    rows = rows_of(80_000, 3)
    rows[69_999] = rows[69_999].rsplit(b" ", 1)[0]
    (tmp_path / "v.txt").write_bytes(b"\n".join(rows) + b"\n")
    with pytest.raises(VectorsRefused, match="(?s)line 70,000.*2 numbers"):
        load_vectors(str(tmp_path / "v.txt"))
    assert len(load_vectors(str(tmp_path / "v.txt"), limit=69_999)) == 69_999


@pytest.mark.parametrize("name", ["binary", "text", "glove"])
def test_a_gz_cut_anywhere_is_refused(files: dict[str, Path], tmp_path: Path, name: str) -> None:
    whole = files[f"{name} gz"].read_bytes()
    for length in range(2, len(whole), 7):
        (tmp_path / "cut").write_bytes(whole[:length])
        with pytest.raises(VectorsRefused):
            load_vectors(str(tmp_path / "cut"))


def test_words_with_spaces_are_words(tmp_path: Path) -> None:
    (tmp_path / "glove").write_bytes(b"a 1 2 3\n. . . 4 5 6\nat name@domain.com 7 8 9\n")
    read = load_vectors(str(tmp_path / "glove"))
    assert read.words == ["a", ". . .", "at name@domain.com"] and read.vector(". . .").tolist() == [
        4,
        5,
        6,
    ]


def test_the_bundled_vectors_are_what_their_file_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mini = load_vectors("mini")
    about = json.loads((vectors.BUNDLED / "mini-vectors.json").read_text())
    assert (len(mini), mini.components) == (about["words"], about["components"]) and mini.rank(
        "the"
    ) == 1
    assert mini.provenance().fingerprint == about["sha256"] and "660daf8d" in str(
        mini.provenance().source
    )
    assert sum(path.stat().st_size for path in vectors.BUNDLED.glob("mini-vectors.*")) < 2_000_000
    for path in vectors.BUNDLED.glob("mini-vectors.*"):
        shutil.copy(path, tmp_path)
    words = tmp_path / "mini-vectors.words.txt"
    words.write_text(words.read_text().replace("\nking\n", "\nkink\n"))
    monkeypatch.setattr(vectors, "BUNDLED", tmp_path)
    with pytest.raises(VectorsRefused, match="damaged"):
        load_vectors("mini")


def test_a_models_own_embeddings(mini: LanguageModel) -> None:
    own = from_model(mini)
    for word in ("king", "cats", "the"):
        [token] = mini.encode(" " + word)
        assert np.array_equal(own.vector(word), mini.weight("embed")[token].astype(np.float64))
    assert own.short == "mini-wte" and own.rank("the") is None
    pieces = [
        text
        for text in (mini.decode([token]) for token in range(500, 1500))
        if not text.startswith(" ")
    ]
    assert len(pieces) > 100 and not any(
        own.has(piece) and len(mini.encode(" " + piece)) > 1 for piece in pieces
    )
    assert load_vectors("wte:mini", limit=4).words == own.words[:4]


def test_the_file_of_a_pinned_name_must_be_the_published_one(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "glove-wiki-gigaword-50"
    monkeypatch.setenv("GENSIM_DATA_DIR", str(tmp_path))
    (tmp_path / name).mkdir()
    shutil.copy(files["text gz"], tmp_path / name / f"{name}.gz")
    with pytest.raises(VectorsRefused, match="not the file that gensim-data publishes"):
        load_vectors(name)
    md5 = vector_files.hashlib.md5(files["text gz"].read_bytes()).hexdigest()
    monkeypatch.setitem(vectors.NAMES, name, replace(vectors.NAMES[name], md5=md5))
    read = load_vectors(name)
    assert (read.title, read.short, read.words) == ("GloVe Wikipedia+Gigaword 50d", name, WORDS)


def test_without_a_network_the_answer_comes_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*arguments: object, **options: object) -> None:
        time.sleep(30)
        raise TimeoutError("nobody answered")

    monkeypatch.setenv("GENSIM_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(socket, "create_connection", never)
    began = time.monotonic()
    with pytest.raises(ModelMissing, match="mini works offline"):
        load_vectors("glove-twitter-25")
    assert (
        time.monotonic() - began < 15
    )  # under two seconds on a machine that has nothing else to do
    with pytest.raises(ModelMissing, match="offline"):
        load_vectors("glove-twitter-25", offline=True)
    with pytest.raises(ModelMissing, match="glove-wiki-gigaword-50"):
        load_vectors("glove-wiki-gigawort-50")


def test_the_reference_file_is_known(reference_data: Path) -> None:
    path = reference_data / "word2vec-googlenews" / "vectors.bin"
    read = load_vectors(str(path))
    keyed = KeyedVectors.load_word2vec_format(str(path), binary=True)
    assert read.words == keyed.index_to_key and np.array_equal(read.matrix, keyed.vectors)
    assert (read.title, read.short) == ("word2vec GoogleNews 300d", "word2vec-googlenews")
    assert read.provenance().commit and "selection" in str(read.provenance().note)
    assert read.rank("one") == keyed.key_to_index["one"] + 1 and read.rank("nephew") is None
