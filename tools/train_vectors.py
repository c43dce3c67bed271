"""Trains the small word vectors that ship with gptviz, and writes them to
gptviz/models/bundled/mini-vectors.*.

    GPTVIZ_REFERENCE_DATA=<folder> python tools/train_vectors.py

Skip-gram with negative sampling (Mikolov et al. 2013, arXiv:1310.4546), by gensim, on the corpus
that the bundled language model was trained on. One worker, a fixed seed and a hash that does not
depend on the interpreter: the same corpus and the same versions give the same bytes on the same
machine. Takes some two minutes.
"""

from __future__ import annotations

import collections
import hashlib
import json
import lzma
import os
import re
import sys
import time
import zlib
from pathlib import Path

import gensim
import numpy as np
import safetensors.numpy
from gensim.models import Word2Vec

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "gptviz" / "models" / "bundled"
CORPUS = Path("gptviz-mini") / "corpus" / "train.txt.xz"

WORDS = 8_000  # at most; words as rare as the last one are left out together
COMPONENTS = 100
SETTINGS = {
    "sg": 1,
    "vector_size": COMPONENTS,
    "window": 5,
    "negative": 5,
    "ns_exponent": 0.75,
    "sample": 1e-3,
    "alpha": 0.025,
    "min_alpha": 0.0001,
    "epochs": 8,
    "min_count": 5,
    "max_final_vocab": WORDS,
    "seed": 1337,
    "workers": 1,
}

TITLE = "gptviz-mini word2vec 100d"
NOTE = (
    "word2vec of some six million words of children's stories, trained for gptviz; words in the letters that they "
    "have inside a sentence"
)
LICENCE = (
    "the vectors: MIT, as gptviz; the corpus (not shipped): TinyStories, CDLA-Sharing-1.0; Pratham Books and "
    "African Storybook, CC-BY; Project Gutenberg and ChiLit texts, public domain in the USA"
)


def sentences(text: str) -> list[list[str]]:
    """The sentences of the corpus as lists of words, each word spelled as it is inside sentences
    most of the time.

    So "The" and "the" are one word while "Lily" keeps its capital; apostrophes stay in words
    ("don't", "king's").
    """
    split = [
        re.findall(r"[A-Za-z]+(?:'[a-z]+)?", sentence)
        for document in text.split("<|endoftext|>")
        for sentence in re.split(r"(?<=[.!?])[\"']?\s+|\n+", document)
    ]
    inside = collections.Counter(word for words in split for word in words[1:])
    spelling: dict[str, str] = {}
    for word, count in inside.items():
        usual = spelling.setdefault(word.lower(), word)
        if (count, word) > (inside[usual], usual):
            spelling[word.lower()] = word
    return [
        [spelling.get(word.lower(), word.lower()) for word in words] for words in split if words
    ]


def steady_hash(word: str) -> int:
    """A hash that does not change with PYTHONHASHSEED."""
    return zlib.crc32(word.encode())


def main() -> None:
    folder = os.environ.get("GPTVIZ_REFERENCE_DATA")
    if not folder:
        sys.exit(
            "GPTVIZ_REFERENCE_DATA is not set: it names the folder of reference data, which holds the corpus"
        )
    packed = (Path(folder) / CORPUS).read_bytes()
    corpus = sentences(lzma.decompress(packed).decode("utf-8"))
    began = time.monotonic()
    trained = Word2Vec(corpus, hashfxn=steady_hash, **SETTINGS).wv
    trained.sort_by_descending_frequency()
    print(f"{len(trained):,} words of {sum(map(len, corpus)):,}, {time.monotonic() - began:.0f} s")
    write(trained, hashlib.sha256(packed).hexdigest())


def write(trained: gensim.models.KeyedVectors, corpus_sha256: str) -> None:
    words = trained.index_to_key
    data = safetensors.numpy.save({"vectors": trained.vectors.astype(np.float16)})
    about = {
        "title": TITLE,
        "sha256": hashlib.sha256(data + "\n".join(words).encode()).hexdigest(),
        "words": len(words),
        "components": COMPONENTS,
        "corpus": f"the training text of gptviz-mini, sha256 of train.txt.xz {corpus_sha256}",
        "licence": LICENCE,
        "note": NOTE,
        "gensim": gensim.__version__,
        "settings": SETTINGS,
    }
    OUT.mkdir(exist_ok=True)
    (OUT / "mini-vectors.safetensors").write_bytes(data)
    (OUT / "mini-vectors.words.txt").write_text(
        "".join(f"{word}\n" for word in words), encoding="utf-8"
    )
    (OUT / "mini-vectors.json").write_text(
        json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
