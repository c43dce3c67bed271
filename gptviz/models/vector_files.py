"""Reading files of word vectors row by row, and refusing those that lie.

Four formats, told apart by their content and never by their name: word2vec binary and text
(Mikolov's ``word2vec`` tool; a header line "words components", then a row a word), GloVe text (no
header), and gz of each. Nothing here can run code: a pickle, an archive or a saved object is
refused by its first bytes, before anything else is read of it.

gensim reads the first three too, and is the tests' reference; docs/files.md compares the two. It is
not used here because it keeps every row in memory and lets NaN pass; a row that is wrong has to be
named by its line. What gensim passes over in silence (a word's second row, rows beyond those that the
header announces) is passed over here with a note.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import re
import zlib
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn, cast

import numpy as np
import numpy.typing as npt

from gptviz.errors import VectorsRefused
from gptviz.models.foreign import ENOUGH, Foreign, foreign

Matrix = npt.NDArray[Any]
Row = tuple[
    int, int, bytes, Matrix
]  # the line (of a binary file: the row's), the byte where it begins, word, values

BLOCK = 1 << 20
CHECK_EVERY = 4096  #: rows
LINE_LIMIT = 1 << 20  #: bytes; a row of 10,000 components is below it
WORD_LIMIT = 1 << 12  #: bytes of one word
COMPONENTS_LIMIT = 10_000
HALF_FROM = 1_500_000_000  #: bytes; a larger matrix is kept in half precision
GZ_RATIO = 1_032  #: no deflate stream grows by more (zlib's technical details, "maximum compression factor")

_HINT = "fetch the file again, or save it anew"
_LENIENT_HINT = "fetch the file again; or read what is there: GPTVIZ_LENIENT=1"
_HEADER = re.compile(rb"\s*(\d{1,12})[ \t]+(\d{1,6})\s*")


@dataclass(frozen=True)
class VectorFile:
    """What was read: ``words``, their ``matrix`` (word, component), float32 or float16; the file's
    digest and form; ``notes`` on what was passed over."""

    words: list[str]
    matrix: Matrix
    sha256: str
    form: str
    notes: tuple[str, ...] = ()


class WordIndex:
    """Where words stand in a list: two numbers a word, where a dict of three million words takes
    250 MB."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        hashes = np.fromiter(map(hash, words), dtype=np.int64, count=len(words))
        self._order = np.argsort(hashes, kind="stable").astype(np.int32)
        self._hashes = hashes[self._order]

    def find(self, word: str) -> int | None:
        """The first place of a word, or None."""
        at = int(np.searchsorted(self._hashes, hash(word)))
        while at < len(self._order) and self._hashes[at] == hash(word):
            if self._words[self._order[at]] == word:
                return int(self._order[at])
            at += 1
        return None

    def repeats(self) -> list[int]:
        """The places of words that stand further in front already, in order."""
        doubtful = np.flatnonzero(self._hashes[1:] == self._hashes[:-1])
        places = (int(self._order[at + 1]) for at in doubtful)
        return sorted(place for place in places if self.find(self._words[place]) != place)


def read_vector_file(
    path: Path,
    *,
    wanted: Collection[str] | None = None,
    limit: int | None = None,
    lenient: bool = False,
) -> VectorFile:
    """Reads a file of word vectors: of ``wanted`` words only, and no more than the first ``limit``
    rows, where given.

    Every row that is passed is checked, asked for or not. Of two rows for one word the first counts;
    rows without a word, and those beyond the number that the header announces, are left out, with a
    note. ``lenient`` also reads a file with fewer rows than announced, and words that are not UTF-8,
    each bad byte as U+FFFD. The matrix is float32; one that would be
    larger than ``HALF_FROM`` bytes is kept as float16, which moves a cosine by some 1e-5: so the
    three million words of GoogleNews' word2vec fit into 2.5 GB. Raises VectorsRefused, with the
    line and, where it helps, the byte.
    """
    try:
        return _Reader(path, wanted, limit, lenient).read(digest(path, "sha256"))
    except MemoryError as error:
        raise VectorsRefused(
            f"{path} does not fit into memory",
            str(error),
            f"save fewer rows to a file: of text, head -n 400000 {path.name} > FEWER",
        ) from error
    except OSError as error:
        raise VectorsRefused(
            f"{path} cannot be read", f"{error.strerror or error}", "name a file of word vectors"
        ) from error


def digest(path: Path, kind: str) -> str:
    """The digest of a file's bytes, ``sha256`` or ``md5``, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(
            file, lambda: hashlib.new(kind, usedforsecurity=False)
        ).hexdigest()


class _Reader:
    """One reading of one file. ``line`` is the row that is being read, for errors."""

    def __init__(
        self, path: Path, wanted: Collection[str] | None, limit: int | None, lenient: bool
    ) -> None:
        self.path, self.wanted, self.limit, self.lenient = path, wanted, limit, lenient
        self.line = 1
        self.skip = 0  # bytes of a mark before the first row
        self.notes: list[str] = []
        with path.open("rb") as file:
            start = file.read(ENOUGH)
        self._not_another(start)
        self.packed = start.startswith(b"\x1f\x8b")
        self.size = path.stat().st_size * (
            GZ_RATIO if self.packed else 1
        )  # at most so many bytes of rows

    def read(self, sha256: str) -> VectorFile:
        try:
            return self._read(sha256)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            self._refuse(f"the gz stream is cut short or damaged: {error}", "fetch the file again")

    def _read(self, sha256: str) -> VectorFile:
        with self._open() as stream:
            start = stream.read(ENOUGH)
        self._not_another(start)
        if start.startswith(codecs.BOM_UTF8):
            self.skip = len(codecs.BOM_UTF8)
            self.notes.append("a byte-order mark before the first row was left out")
        with self._open() as stream:
            first = stream.readline(LINE_LIMIT)
            if not first.endswith(b"\n"):
                self._neither("its first line does not end" if first else "it is empty")
            header = _HEADER.fullmatch(first)
            row = stream.readline(LINE_LIMIT)
            sample = (row + stream.read(4096))[:4096]
        count, components = (int(header[1]), int(header[2])) if header else self._glove(first)
        text = header is None or _is_row(row, components) or _is_text(sample)
        if not 0 < components <= COMPONENTS_LIMIT or not count:
            self._refuse(
                f"{count:,} words of {components:,} components", "nothing of the kind can be read"
            )
        room = (self.size + 1) // ((2 if text else 4) * components + 2)
        if header and count > room and not self.lenient:
            self._refuse(
                f"the header announces {count:,} words of {components:,} components: the file has no room",
                _LENIENT_HINT if not text or _is_row(row, components) else _HINT,
            )
        announced, count = count, min(count, room) if header else count
        with (
            self._open() as stream,
            np.errstate(over="ignore"),
        ):  # a number too large becomes infinite, and is found
            offset = self.skip + (len(stream.readline(LINE_LIMIT)) if header else 0)
            rows = _Rows(self, stream, components, offset, first_line=2 if header else 1)
            words, matrix = self._collect(
                rows.text() if text else rows.binary(), count, announced, components
            )
        form = (
            ("word2vec " if header else "GloVe ")
            + ("text" if text else "binary")
            + (", gz" if self.packed else "")
        )
        return VectorFile(words, matrix, sha256, form, tuple(self.notes))

    def _collect(
        self, rows: Iterator[Row], count: int, announced: int, components: int
    ) -> tuple[list[str], Matrix]:
        """The rows that were asked for, of the ``count`` that there can be."""
        most = count if self.limit is None else min(count, self.limit)
        room = most if self.wanted is None else min(most, len(self.wanted))
        half = room * components * 4 > HALF_FROM
        matrix = np.empty((room, components), dtype=np.float16 if half else np.float32)
        words: list[str] = []
        lines = array("q")
        found: set[str] = set()  # of the wanted
        passed = checked = nameless = repeated = 0
        for self.line, offset, raw, values in rows:
            if passed == count:
                self.notes.append(
                    f"the header announces {announced:,} words: the rows after them were left out"
                )
                break
            passed += 1
            word = self._word(raw, offset)
            nameless += not word
            repeated += word in found
            if word and word not in found and (self.wanted is None or word in self.wanted):
                matrix[len(words)] = values
                words.append(word)
                lines.append(self.line)
                if self.wanted is not None:
                    found.add(word)
            elif not np.isfinite(values).all():
                self._not_finite(word)
            if len(words) - checked == CHECK_EVERY:
                checked = self._finite(matrix, words, lines, checked)
            if passed == self.limit:
                break
        self._complete(passed, min(announced, self.limit or announced))
        self._finite(matrix, words, lines, checked)
        if nameless:
            self.notes.append(f"{nameless:,} rows without a word were left out")
        words, matrix, second = _once(words, matrix)
        if repeated + second:
            self.notes.append(
                f"{repeated + second:,} rows of words that had one already were left out"
            )
        return words, matrix[: len(words)]

    def _complete(self, passed: int, due: int) -> None:
        """Refuses a file that ends before its header says, or notes it."""
        if passed >= due:
            return
        self.line += 1
        said = f"the file ends after {passed:,} words, its header announces {due:,}"
        if not self.lenient:
            self._refuse(said, _LENIENT_HINT)
        self.notes.append(said)

    def _finite(self, matrix: Matrix, words: list[str], lines: array[int], start: int) -> int:
        """Checks the rows from ``start`` to the last word; gives where to go on."""
        bad = np.flatnonzero(~np.isfinite(matrix[start : len(words)]).all(axis=1))
        if len(bad):
            self.line = lines[start + int(bad[0])]
            self._not_finite(words[start + int(bad[0])])
        return len(words)

    def _not_finite(self, word: str) -> NoReturn:
        self._refuse(f"the vector of {word!r} holds a number that is not finite, or too large")

    def _word(self, raw: bytes, offset: int) -> str:
        if self.lenient:
            return raw.decode("utf-8", errors="replace")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            file = "unpacked file" if self.packed else "file"
            byte = f"byte {offset + error.start:,} of the {file} is 0x{raw[error.start]:02x}"
            self._refuse(f"its word is not UTF-8: {byte}", _LENIENT_HINT)

    def _glove(self, first: bytes) -> tuple[int, int]:
        """How many rows and components a file without a header has."""
        numbers = first.split()[1:]
        if len(numbers) < 2 or not all(_is_number(number) for number in numbers[-2:]):
            self._neither("its first line is neither 'words components' nor a word and its numbers")
        components = sum(1 for _ in _numbers_from_the_end(numbers))
        count = 0
        last = b"\n"
        with self._open() as stream:
            while block := stream.read(BLOCK):
                count += block.count(b"\n")
                self.line, last = count + 1, block
        self.line = 1
        return count + (not last.endswith(b"\n")), components

    def _open(self) -> IO[bytes]:
        packed = cast(IO[bytes], gzip.open(self.path, "rb")) if self.packed else None  # noqa: SIM115
        stream = packed or self.path.open("rb")
        stream.read(self.skip)
        return stream

    def _not_another(self, start: bytes) -> None:
        other = foreign(start)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            other = Foreign(
                "text in UTF-16", f"write it as UTF-8: iconv -f UTF-16 -t UTF-8 {self.path.name}"
            )
        if other:
            raise VectorsRefused(
                f"{self.path} holds no word vectors that can be read",
                f"it is {other.what}",
                other.do,
            )

    def _neither(self, why: str) -> NoReturn:
        raise VectorsRefused(
            f"{self.path} is neither a word2vec nor a GloVe file",
            why,
            "give word2vec binary, word2vec text or GloVe text, packed with gzip or not",
        )

    def _refuse(self, why: str, hint: str = _HINT) -> NoReturn:
        raise VectorsRefused(f"{self.path}, line {self.line:,}: it cannot be trusted", why, hint)


class _Rows:
    """The rows of a stream, from its first row on. ``offset`` is where that begins in the unpacked
    file."""

    def __init__(
        self, reader: _Reader, stream: IO[bytes], components: int, offset: int, first_line: int
    ) -> None:
        self.reader, self.stream, self.components = reader, stream, components
        self.offset, self.line = offset, first_line

    def text(self) -> Iterator[Row]:
        """A word, then its numbers, parted by single spaces. A word may hold spaces, as some of
        GloVe 840B do."""
        while line := self.stream.readline(LINE_LIMIT):
            self.reader.line = self.line
            if len(line) == LINE_LIMIT:
                self.reader._refuse(f"it is longer than {LINE_LIMIT:,} bytes")
            word, *numbers = line.rstrip().rsplit(b" ", self.components)
            found = len(numbers)
            if b" " in word and _is_number(word.rsplit(b" ", 1)[1]):
                found += 1 + sum(1 for _ in _numbers_from_the_end(word.split(b" ")[1:-1]))
            if found != self.components:
                self.reader._refuse(
                    f"{found} numbers for the word {_shown(word)}, where {self.components} belong"
                )
            try:
                values = np.array([float(number) for number in numbers])
            except ValueError as error:
                self.reader._refuse(f"{error}, for the word {_shown(word)}")
            yield self.line, self.offset, word, values
            self.offset += len(line)
            self.line += 1

    def binary(self) -> Iterator[Row]:
        """A word, a space, its numbers as little-endian float32; the word2vec tool puts a line
        break after them."""
        size = 4 * self.components
        buffer, at = b"", 0
        while True:
            self.reader.line = self.line
            space = buffer.find(b" ", at, at + WORD_LIMIT)
            while space < 0 or len(buffer) - space - 1 < size:
                if space < 0 and len(buffer) - at > WORD_LIMIT:
                    self.reader._refuse(
                        f"no word ends within {WORD_LIMIT:,} bytes: a row before it has more or fewer "
                        f"than {self.components} numbers"
                    )
                more = self.stream.read(BLOCK)
                if not more:
                    if buffer[at:].strip() and not self.reader.lenient:
                        self.reader._refuse(
                            f"the file ends in the middle of a row, {len(buffer) - at:,} bytes into it",
                            _LENIENT_HINT,
                        )
                    return
                buffer, at, self.offset = buffer[at:] + more, 0, self.offset + at
                space = buffer.find(b" ", at, at + WORD_LIMIT)
            begin = at + (buffer[at : at + 1] == b"\n")
            values = np.frombuffer(buffer, "<f4", self.components, space + 1)
            yield self.line, self.offset + begin, buffer[begin:space], values
            at = space + 1 + size
            self.line += 1


def _is_text(sample: bytes) -> bool:
    """Whether what follows a header is text: no control characters, and UTF-8 or at least a row
    that ends in a number.

    Numbers in binary are full of control characters. The sample may be cut in the middle of a
    character.
    """
    if re.search(rb"[\x00-\x08\x0e-\x1f\x7f]", sample):
        return False
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = error.start >= len(sample) - 3 and error.reason == "unexpected end of data"
        return cut or _is_number(sample.split(b"\n")[0].rstrip().rsplit(b" ", 1)[-1])
    return True


def _is_row(line: bytes, components: int) -> bool:
    """Whether a line is a word and as many numbers as belong to it, written out."""
    _, *numbers = line.rstrip().rsplit(b" ", components)
    return len(numbers) == components and all(map(_is_number, numbers))


def _once(words: list[str], matrix: Matrix) -> tuple[list[str], Matrix, int]:
    """Words and their vectors without the second rows of a word; how many there were. Rows are moved in
    place: there may be gigabytes of them."""
    repeats = WordIndex(words).repeats()
    if not repeats:
        return words, matrix, 0
    end = repeats[0]
    for place, after in zip(repeats, [*repeats[1:], len(words)], strict=True):
        matrix[end : end + after - place - 1] = matrix[place + 1 : after]
        end += after - place - 1
    gone = set(repeats)
    kept = [word for place, word in enumerate(words) if place not in gone]
    return kept, matrix, len(repeats)


def _shown(word: bytes) -> str:
    return repr(word[:40].decode("utf-8", errors="replace"))


def _is_number(text: bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbers_from_the_end(parts: list[bytes]) -> Iterator[bytes]:
    for part in reversed(parts):
        if not _is_number(part):
            return
        yield part
